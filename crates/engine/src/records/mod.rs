//! Derives the read models from events: the audit, sign-ins, sessions, tickets, refusals, occupancy and minutes.

// A new event must be thought of wherever history is kept.
#![deny(clippy::wildcard_enum_match_arm)]

mod audit;
mod presence;
mod requests;

use std::collections::BTreeSet;
use std::sync::Arc;

use usher_domain::event::{AccountEvent, PoolEvent, UserEvent};
use usher_domain::labels::{Labelled, Labels, Metadata};
use usher_domain::personal::Personal;
use usher_domain::{Account, Event, Observer, PoolId, Timestamp};
use usher_journal::table::Change;
use usher_journal::{AccountRow, Occupancy, Record, SessionRow, SubscriptionChange, Text};

use crate::Cause;

/// Collects the records of one commit.
#[derive(Debug)]
pub struct Recorder {
    /// When the commit is decided.
    at: Timestamp,
    records: Vec<Record>,
    audits: u32,
    is_account_changed: bool,
    changed_pools: BTreeSet<PoolId>,
    /// Changes of subscription requests. They are shown next to those of other accounts, so their times are the wall
    /// clock's, which the account knows at the end of the commit.
    requests: Vec<requests::RequestChange>,
    /// Changes of what was bought, without their time by the wall clock, for the same reason.
    subscription_changes: Vec<SubscriptionChange>,
}

/// Records the steps that one actor takes with one request.
pub struct Recording<'a> {
    /// Where the records are collected.
    pub recorder: &'a mut Recorder,
    /// The actor.
    pub actor: &'a Text,
    /// The cause.
    pub cause: &'a Cause,
}

impl Observer for Recording<'_> {
    fn before(&mut self, account: Option<&Account>, event: &Event) {
        self.recorder.note(account, self.actor, self.cause, event);
    }

    fn pool_changed(&mut self, pool: PoolId) {
        self.recorder.changed_pools.insert(pool);
    }
}

/// An event with its actor and the state before it.
struct Context<'a> {
    before: Option<&'a Account>,
    actor: &'a Text,
    cause: &'a Cause,
}

impl Recorder {
    /// For a commit that is decided at `at`, the account's time.
    #[must_use]
    pub const fn new(at: Timestamp) -> Self {
        Self {
            at,
            records: Vec::new(),
            audits: 0,
            is_account_changed: false,
            changed_pools: BTreeSet::new(),
            requests: Vec::new(),
            subscription_changes: Vec::new(),
        }
    }

    /// Records an event. `before` is the account before it; `None` for the first one.
    fn note(&mut self, before: Option<&Account>, actor: &Text, cause: &Cause, event: &Event) {
        let context = Context { before, actor, cause };
        match event {
            Event::Account(event) => self.note_account(&context, event),
            Event::User(event) => self.note_address(event),
            Event::Pool(event) => self.note_pool(&context, event),
            Event::SignIn(event) => self.note_sign_in(&context, event),
            Event::Session(event) => self.note_session(&context, event),
            Event::Ticket(event) => self.note_ticket(event),
            Event::Minutes(event) => self.note_minutes(&context, event),
            Event::Refusal(event) => self.note_refusal(event),
            // The account itself has them, and leases are no history.
            Event::ApiKey(_) | Event::Credential(_) | Event::Team(_) | Event::Group(_) | Event::Lease(_) => {}
        }
        self.note_audit(&context, event);
    }

    /// The records of the commit. `after` is the account after it.
    #[must_use]
    pub fn finish(mut self, after: &Account) -> Vec<Record> {
        if self.is_account_changed {
            // First, so that later records about the account find it.
            let account = Change::Put(vec![
                AccountRow::name.set(text(after.name())),
                AccountRow::created_at.set(after.shown(after.created_at()).get()),
                AccountRow::deleted.set(after.is_deleted()),
            ]);
            self.records.insert(0, Record::Account(account));
        }
        let at = after.shown(self.at).get();
        let requests = std::mem::take(&mut self.requests);
        self.records
            .extend(requests.into_iter().map(|request| request.record(at)));
        let changes = std::mem::take(&mut self.subscription_changes).into_iter();
        let changes = changes.map(|change| SubscriptionChange {
            wall_at: at,
            ..change
        });
        self.records.extend(changes.map(Record::SubscriptionChange));
        for pool in self.changed_pools.iter().filter_map(|id| after.pool(*id)) {
            self.records.push(Record::Occupancy(Occupancy {
                pool: pool.id,
                product: text(&pool.product),
                seats: pool.seats,
                occupied: pool.occupied(),
                offered: pool.offered(),
                waiting: pool.waiting(),
            }));
        }
        self.records
    }

    /// Users and pools are found in the account itself.
    fn note_labels(&mut self, subject: Labelled, labels: &Labels) {
        let external_id = labels.external_id.as_ref().map(text);
        let metadata = metadata_text(&labels.metadata);
        match subject {
            Labelled::Account => {
                let values = vec![
                    AccountRow::external_id.set(external_id),
                    AccountRow::metadata.set(metadata),
                ];
                // The account has one row.
                self.records.push(Record::Account(Change::set([], values)));
            }
            Labelled::Session(id) => self.change_session(
                id,
                [
                    SessionRow::external_id.set(external_id),
                    SessionRow::metadata.set(metadata),
                ],
            ),
            Labelled::User(_) | Labelled::Pool(_) => {}
        }
    }

    fn note_account(&mut self, context: &Context<'_>, event: &AccountEvent) {
        match event {
            AccountEvent::SubscriptionSet { .. }
            | AccountEvent::Renewed { .. }
            | AccountEvent::Ended { .. }
            | AccountEvent::SeatsEnded { .. }
            | AccountEvent::MinutesAdded { .. }
            | AccountEvent::MinutesEnded { .. }
            | AccountEvent::ManagementSet { .. }
            | AccountEvent::Deleted {} => self.note_subscription(context, event),
            AccountEvent::Created { .. }
            | AccountEvent::Renamed { .. }
            | AccountEvent::Requested { .. }
            | AccountEvent::RequestAnswered { .. }
            | AccountEvent::RequestRemoved { .. }
            | AccountEvent::SeatsLeaving { .. }
            | AccountEvent::GiveBackChosen { .. }
            | AccountEvent::WallClockRead { .. }
            | AccountEvent::Labelled { .. }
            | AccountEvent::SettingsChanged { .. } => {}
        }
        match event {
            AccountEvent::Created { .. } | AccountEvent::Renamed { .. } => self.is_account_changed = true,
            AccountEvent::Deleted {} => {
                self.is_account_changed = true;
                self.close_requests(context);
            }
            AccountEvent::Labelled { subject, labels } => self.note_labels(*subject, labels),
            AccountEvent::MinutesAdded { minutes, .. } => {
                self.note_balance(context, i64::from(*minutes), None);
            }
            AccountEvent::MinutesEnded { minutes, .. } => {
                let minutes = i64::try_from(*minutes).unwrap_or(i64::MAX);
                self.note_balance(context, -minutes, None);
            }
            AccountEvent::Requested { id, asked, by } => self.note_request(context, *id, asked, by),
            AccountEvent::RequestAnswered { id, outcome, by } => {
                self.note_request_end(*id, Text::Static(outcome.as_str()), Some(by));
            }
            AccountEvent::RequestRemoved { id, by } => {
                self.note_request_end(*id, Text::Static("withdrawn"), Some(by));
            }
            AccountEvent::SubscriptionSet { .. }
            | AccountEvent::Renewed { .. }
            | AccountEvent::Ended { .. }
            | AccountEvent::SeatsEnded { .. }
            | AccountEvent::SeatsLeaving { .. }
            | AccountEvent::GiveBackChosen { .. }
            | AccountEvent::ManagementSet { .. }
            | AccountEvent::WallClockRead { .. }
            | AccountEvent::SettingsChanged { .. } => {}
        }
    }

    fn note_address(&mut self, event: &UserEvent) {
        let (user, email) = match event {
            UserEvent::Created { id, profile } | UserEvent::Changed { id, profile } => {
                (*id, Some(personal(&profile.email)))
            }
            UserEvent::Deleted { id } => (*id, None),
            UserEvent::Activated { .. }
            | UserEvent::LicenseSet { .. }
            | UserEvent::LicenseLent { .. }
            | UserEvent::SeatRequested { .. }
            | UserEvent::SeatRequestAnswered { .. }
            | UserEvent::DirectoryEntrySet { .. }
            | UserEvent::RoleGiven { .. } => return,
        };
        self.records.push(Record::AddressPut { user, email });
    }

    fn note_pool(&mut self, context: &Context<'_>, event: &PoolEvent) {
        match event {
            PoolEvent::Deleted { id } => {
                let pool = context.before.and_then(|before| before.pool(*id));
                self.records.extend(pool.map(|pool| {
                    Record::Occupancy(Occupancy {
                        pool: pool.id,
                        product: text(&pool.product),
                        seats: 0,
                        occupied: 0,
                        offered: 0,
                        waiting: 0,
                    })
                }));
            }
            // The account says which pools changed, and their occupancy is noted once a commit.
            PoolEvent::Created { .. } | PoolEvent::Changed { .. } => {}
        }
    }
}

/// Metadata as a JSON object; `None` if there are no entries.
fn metadata_text(metadata: &Metadata) -> Option<Text> {
    let is_some = !metadata.is_empty();
    let json = is_some.then(|| serde_json::to_string(metadata).ok()).flatten();
    json.map(Text::from)
}

/// A text of the domain, shared and not copied.
fn text(from: impl Into<Arc<str>>) -> Text {
    Text::Shared(from.into())
}

/// The same, of a text about a person.
fn personal<T, W>(from: &Personal<T, W>) -> Personal<Text, W>
where
    for<'a> &'a T: Into<Arc<str>>,
{
    from.map(|value| text(value))
}
