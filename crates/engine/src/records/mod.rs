//! What the read models keep of events: the audit, sign-ins, sessions, tickets, refusals, occupancy and minutes.

mod audit;
mod presence;

use std::collections::BTreeSet;
use std::sync::Arc;

use usher_domain::labels::{Labelled, Labels, Metadata};
use usher_domain::{Account, Event, Observer, PoolId};
use usher_journal::{Record, Text};

use crate::Cause;

/// Gathers the records of one commit.
#[derive(Debug, Default)]
pub struct Recorder {
    records: Vec<Record>,
    audits: u32,
    is_account_changed: bool,
    changed_pools: BTreeSet<PoolId>,
}

/// Records the steps that one actor takes by one request.
pub struct Recording<'a> {
    /// Where the records are gathered.
    pub recorder: &'a mut Recorder,
    /// Who.
    pub actor: &'a Text,
    /// Because of which request.
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

/// An event with whose it is and the state that it meets.
struct Context<'a> {
    before: Option<&'a Account>,
    actor: &'a Text,
    cause: &'a Cause,
}

impl Recorder {
    /// Takes note of an event. `before` is the account that it meets; none where it is the first.
    fn note(&mut self, before: Option<&Account>, actor: &Text, cause: &Cause, event: &Event) {
        let context = Context { before, actor, cause };
        self.note_account(&context, event);
        self.note_presence(&context, event);
        self.note_minutes(&context, event);
        self.note_audit(&context, event);
    }

    /// The records of the commit. `after` is the account that it leaves.
    #[must_use]
    pub fn finish(mut self, after: &Account) -> Vec<Record> {
        if self.is_account_changed {
            // First, so that what is said about the account finds it.
            let account = Record::AccountPut {
                name: text(after.name()),
                created_at: after.shown(after.created_at()).get(),
                deleted: after.is_deleted(),
            };
            self.records.insert(0, account);
        }
        for pool in self.changed_pools.iter().filter_map(|id| after.pool(*id)) {
            self.records.push(Record::Occupancy {
                pool: pool.id,
                product: text(&pool.product),
                seats: pool.seats,
                occupied: pool.occupied(),
                offered: pool.offered(),
                waiting: pool.waiting(),
            });
        }
        self.records
    }

    /// Users and pools are found in the account itself.
    fn note_labels(&mut self, subject: Labelled, labels: &Labels) {
        let external_id = labels.external_id.as_ref().map(text);
        let metadata = metadata_text(&labels.metadata);
        match subject {
            Labelled::Account => self.records.push(Record::AccountLabelled {
                external_id,
                metadata,
            }),
            Labelled::Session(id) => self.records.push(Record::SessionLabelled {
                id,
                external_id,
                metadata,
            }),
            Labelled::User(_) | Labelled::Pool(_) => {}
        }
    }

    fn note_account(&mut self, context: &Context<'_>, event: &Event) {
        match event {
            Event::AccountCreated { .. } | Event::AccountRenamed { .. } | Event::AccountDeleted {} => {
                self.is_account_changed = true;
            }
            Event::Labelled { subject, labels } => self.note_labels(*subject, labels),
            Event::UserCreated { id, profile } | Event::UserChanged { id, profile } => {
                self.records.push(Record::AddressPut {
                    user: *id,
                    email: Some(text(&profile.email)),
                });
            }
            Event::UserDeleted { id } => self.records.push(Record::AddressPut {
                user: *id,
                email: None,
            }),
            Event::PoolDeleted { id } => {
                let pool = context.before.and_then(|before| before.pool(*id));
                self.records.extend(pool.map(|pool| Record::Occupancy {
                    pool: pool.id,
                    product: text(&pool.product),
                    seats: 0,
                    occupied: 0,
                    offered: 0,
                    waiting: 0,
                }));
            }
            _ => {}
        }
    }
}

/// Metadata as a JSON object; none where there is no entry.
fn metadata_text(metadata: &Metadata) -> Option<Text> {
    let is_some = !metadata.is_empty();
    let json = is_some.then(|| serde_json::to_string(metadata).ok()).flatten();
    json.map(Text::from)
}

/// A text of the domain, shared and not copied.
fn text(from: impl Into<Arc<str>>) -> Text {
    Text::Shared(from.into())
}
