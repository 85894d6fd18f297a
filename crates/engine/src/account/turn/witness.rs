//! What a turn collects from its steps: entries for the commit, records, and what was touched.

use usher_domain::{
    Account, AccountId, Actor, Broken, Event, Observer, PoolId, RefusalId, Timestamp, Touched, UserId,
};
use usher_journal::Text;

use crate::account::pacer::RefusalPacer;
use crate::node::Node;
use crate::records::{Recorder, Recording};
use crate::{Cause, Entry};

/// The collected results of a turn's steps.
pub(super) struct TurnResults {
    pub(super) entries: Vec<Entry>,
    pub(super) recorder: Recorder,
    pub(super) touched: Touched,
}

impl TurnResults {
    /// Of a commit that is decided at `now`.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            entries: Vec::new(),
            recorder: Recorder::new(now),
            touched: Touched::default(),
        }
    }
}

/// Observes a step, and records who took it and because of which request.
pub(super) struct Witness<'a> {
    pub(super) node: &'a Node,
    pub(super) id: AccountId,
    pub(super) now: Timestamp,
    pub(super) results: &'a mut TurnResults,
    pub(super) pacer: &'a mut RefusalPacer,
    pub(super) actor: &'a Actor,
    pub(super) cause: &'a Cause,
    /// Created for the first event, since most heartbeats have none.
    pub(super) actor_text: Option<Text>,
}

impl Witness<'_> {
    fn recording(&mut self) -> Recording<'_> {
        Recording {
            recorder: &mut self.results.recorder,
            actor: self.actor_text.get_or_insert_with(|| actor_text(self.actor)),
            cause: self.cause,
        }
    }
}

impl Observer for Witness<'_> {
    fn before(&mut self, account: Option<&Account>, event: &Event) {
        self.recording().before(account, event);
        self.results.touched.before(account, event);
    }

    fn after(&mut self, events: Vec<Event>) {
        let actor = self.actor_text.get_or_insert_with(|| actor_text(self.actor));
        self.results.entries.push(Entry {
            at: self.now,
            actor: actor.clone(),
            cause: self.cause.clone(),
            events,
        });
    }

    fn pool_changed(&mut self, pool: PoolId) {
        self.recording().pool_changed(pool);
    }

    /// If a client keeps retrying, the answer is the same, and need not be recorded each time.
    fn record_refusal(&mut self, user: UserId) -> Option<RefusalId> {
        self.pacer.admits(user, self.now).then(|| refusal_id(self.now))
    }

    fn left_out(&mut self, _event: &Event, pool: PoolId) {
        let what = "an event that would have given a seat that is not there was left out";
        self.node.note_broken(self.id, &Broken::Oversold(pool), what);
    }

    fn came_to_nothing(&mut self, due_at: Timestamp) {
        tracing::error!(account = %self.id, due = ?due_at, "what was due came to nothing");
    }
}

fn actor_text(actor: &Actor) -> Text {
    match actor {
        Actor::System => Text::Static("system"),
        Actor::Operator => Text::Static("operator"),
        Actor::Customer(_) => Text::Static("customer"),
        Actor::SingleSignOn => Text::Static("single_sign_on"),
        actor => actor.to_string().into(),
    }
}

/// A new id that sorts by its time.
fn refusal_id(now: Timestamp) -> RefusalId {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let nanos = u32::try_from(millis % 1000 * 1_000_000).unwrap_or(0);
    let at = uuid::Timestamp::from_unix(uuid::NoContext, millis / 1000, nanos);
    RefusalId::from_bits(uuid::Uuid::new_v7(at).as_u128())
}
