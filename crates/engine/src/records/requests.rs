//! The records of what is bought (L9) and asked for (L10).

use usher_domain::event::{AccountEvent, By};
use usher_domain::purchase::{Purchase, PurchaseKind};
use usher_domain::{SubscriptionRequestId, Timestamp};
use usher_journal::table::Change;
use usher_journal::{End, EndedBy, Record, SubscriptionChange, SubscriptionRequestRow, Text};

use super::presence::ended_by;
use super::{Context, Recorder, personal};

/// A change of a request, without its time.
#[derive(Debug)]
pub(super) enum RequestChange {
    /// It was made. Boxed, because few commits have one. The time in it is not its time yet.
    Made(Box<SubscriptionRequestRow>),
    /// It ended.
    Ended {
        id: SubscriptionRequestId,
        outcome: Text,
        by: Option<EndedBy>,
    },
}

impl RequestChange {
    /// The record, for a change at this time by the wall clock.
    pub(super) fn record(self, at: Timestamp) -> Record {
        Record::SubscriptionRequest(match self {
            Self::Made(row) => Change::add(SubscriptionRequestRow { asked_at: at, ..*row }),
            Self::Ended { id, outcome, by } => {
                let end = End {
                    at,
                    reason: outcome,
                    by,
                };
                let values = vec![
                    SubscriptionRequestRow::end.set_once(Some(end)),
                    SubscriptionRequestRow::is_open.set(false),
                ];
                Change::set([SubscriptionRequestRow::id.is(id)], values)
            }
        })
    }
}

impl Recorder {
    pub(super) fn note_request(
        &mut self,
        context: &Context<'_>,
        id: SubscriptionRequestId,
        asked: &Purchase,
        by: &By,
    ) {
        let before = context.before;
        let replaced = before
            .into_iter()
            .flat_map(|before| before.subscription_requests());
        let replaced =
            replaced.filter(|request| request.asked.kind() == asked.kind() && request.answer.is_none());
        for request in replaced {
            self.note_request_end(request.id, Text::Static("replaced"), None);
        }
        let bought_before = match asked.kind() {
            PurchaseKind::Subscription => before.map(|before| before.subscription()),
            PurchaseKind::Minutes => None,
        };
        let bought_before = bought_before.and_then(|bought| serde_json::to_string(bought).ok());
        // What the domain asks for is always written as JSON.
        let Ok(asked) = serde_json::to_string(asked) else {
            return;
        };
        self.requests
            .push(RequestChange::Made(Box::new(SubscriptionRequestRow {
                id,
                asked: asked.into(),
                bought_before: bought_before.map(Text::from),
                asked_by: by.actor.clone().into(),
                asked_by_name: by.name.as_ref().map(personal),
                note: by.note.as_ref().map(personal),
                asked_at: self.at,
                is_open: true,
                end: None,
            })));
    }

    pub(super) fn note_request_end(&mut self, id: SubscriptionRequestId, outcome: Text, by: Option<&By>) {
        let by = ended_by(by);
        self.requests.push(RequestChange::Ended { id, outcome, by });
    }

    /// What is billed: the change itself, as the journal has it.
    pub(super) fn note_subscription(&mut self, context: &Context<'_>, event: &AccountEvent) {
        // Events are stored as JSON, so each has such a form.
        let Ok(change) = serde_json::to_string(event) else {
            return;
        };
        self.subscription_changes.push(SubscriptionChange {
            wall_at: self.at,
            change: change.into(),
            actor: context.actor.clone(),
        });
    }

    /// Nobody answers what a closed account asked for.
    pub(super) fn close_requests(&mut self, context: &Context<'_>) {
        let before = context.before;
        let requests = before
            .into_iter()
            .flat_map(|before| before.subscription_requests());
        for request in requests.filter(|request| request.answer.is_none()) {
            self.note_request_end(request.id, Text::Static("closed"), None);
        }
    }
}
