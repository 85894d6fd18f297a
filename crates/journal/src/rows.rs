//! The records that are kept of every account: for each, the one list of its fields.
//!
//! A line has the field, its type and the column that stores it. To add a field, add its line and a migration for its
//! column; the compiler then names the place that has to fill it (CONTRIBUTING.md).

use usher_domain::personal::{OfCustomer, Personal};
use usher_domain::refusal::Code;
use usher_domain::{
    AccountId, PoolId, RefusalId, SessionId, SignInId, SubscriptionRequestId, TicketId, Timestamp, UserId,
};

use crate::table::{Cell, Field, Recorded, Value, row};
use crate::{Cause, Cursor, Record, Seq, Text};

row! {
    /// An account as the operator's list shows it.
    AccountRow in "accounts", key "account_id", of commit [] {
        /// Which account.
        account: AccountId = "account_id",
        /// What the operator calls it.
        name: Text = "name",
        /// When it was created, by the wall clock.
        created_at: Timestamp = "created_at",
        /// Whether it was deleted.
        deleted: bool = "deleted",
        /// Its id in the vendor's system.
        external_id: Option<Text> = "external_id",
        /// The vendor's metadata: a JSON object; none if there is no entry.
        metadata: Option<Text> = "metadata",
    }
}

row! {
    /// Something that an auditor may ask for.
    Audit in "audit", key "place", of commit [Place] {
        /// The actor who did it.
        actor: Text = "actor",
        /// What they did.
        action: Text = "action",
        /// What they did it to: an id.
        target: Option<Text> = "target",
        /// More about it: a JSON document.
        detail: Option<Personal<Text>> = "detail",
        /// What made them do it: the request, or the timer ([`Cause`](crate::Cause)).
        cause: Option<Personal<Text>> = "cause",
    }
}

row! {
    /// A user was refused (Q1).
    Refusal in "refusals", key "place", of commit [Place, Account, Seq, At] {
        /// The refusal.
        id: RefusalId = "id",
        /// The user who was refused.
        user: UserId = "user_id",
        /// Which product they wanted.
        product: Text = "product",
        /// Whose seats were taken.
        pool: Option<PoolId> = "pool_id",
        /// The problem code.
        code: Text = "code",
        /// What was tried.
        attempt: Text = "attempt",
        /// Where it was tried.
        device: Option<Personal<Text>> = "device",
        /// How many seats there were.
        seats: u32 = "seats",
        /// How many of them were occupied.
        occupied: u32 = "occupied",
        /// How many users waited.
        waiting: Option<u32> = "waiting",
        /// When the same user got in.
        resolved_at: Option<Timestamp> = "resolved_at",
    }
}

row! {
    /// The occupancy of a pool after a commit.
    Occupancy in "occupancy", key "place", of commit [Place] {
        /// The pool.
        pool: PoolId = "pool_id",
        /// What its seats are for.
        product: Text = "product",
        /// How many seats it has.
        seats: u32 = "seats",
        /// How many of them are occupied, offers included.
        occupied: u32 = "occupied",
        /// How many of them are offered.
        offered: u32 = "offered",
        /// How many tickets wait.
        waiting: u32 = "waiting",
    }
}

row! {
    /// The pay-per-use minutes changed.
    Minutes in "minutes", key "place", of commit [Place, Account, Seq, At] {
        /// By how much.
        delta: i64 = "delta",
        /// How many are left: at most what fits a signed number.
        balance: u64 = "balance",
        /// What they were spent on: an id.
        claim: Option<Text> = "claim",
    }
}

row! {
    /// A user's presence on a device, from its beginning to its end.
    SignInRow in "sign_ins", key "id", of commit [Account] {
        /// The sign-in.
        id: SignInId = "id",
        /// The user who signed in.
        user: UserId = "user_id",
        /// For which product.
        product: Text = "product",
        /// The device's own id.
        device_id: Personal<Text> = "device_id",
        /// What its user calls the device.
        device_name: Personal<Text> = "device_name",
        /// Whose seat was taken.
        pool: Option<PoolId> = "pool_id",
        /// What pays for it: `seat`, `named`, `minutes`; `None` if signing in takes nothing.
        funding: Option<Text> = "funding",
        /// When the user signed in.
        started_at: Timestamp = "started_at",
        /// How it ended, if it has.
        end: Option<End> = "ended_at" "end_reason" "ended_by" "ended_by_name" "end_note",
    }
}

row! {
    /// A session, from its creation to its end.
    SessionRow in "sessions", key "id", of commit [Place, Account] {
        /// The session.
        id: SessionId = "id",
        /// The sign-in that it belongs to.
        sign_in: SignInId = "sign_in_id",
        /// Whose session it is.
        user: UserId = "user_id",
        /// Of which product.
        product: Text = "product",
        /// `call`, `attended` or `unattended`.
        kind: Text = "kind",
        /// Whose seat was taken.
        pool: Option<PoolId> = "pool_id",
        /// What pays for it: `seat`, `named` or `minutes`.
        funding: Option<Text> = "funding",
        /// The digest of its support code or of the code of its link.
        code: Option<Text> = "code",
        /// When it was created.
        started_at: Timestamp = "started_at",
        /// When the customer first joined, or it started unattended.
        connected_at: Option<Timestamp> = "connected_at",
        /// How it ended, if it has.
        end: Option<End> = "ended_at" "end_reason" "ended_by" "ended_by_name" "end_note",
        /// What the customer is called, once known.
        customer: Option<Personal<Text, OfCustomer>> = "customer",
        /// Its id in the vendor's system.
        external_id: Option<Text> = "external_id",
        /// The vendor's metadata: a JSON object; none if there is no entry.
        metadata: Option<Text> = "metadata",
    }
}

row! {
    /// A ticket, while it waits and after it has ended.
    TicketRow in "tickets", key "id", of commit [Account] {
        /// The ticket.
        id: TicketId = "id",
        /// The user who waits.
        user: UserId = "user_id",
        /// For which product.
        product: Text = "product",
        /// For whose seats.
        pool: PoolId = "pool_id",
        /// When it was opened.
        opened_at: Timestamp = "opened_at",
        /// For what: `sign_in`, `session` or `resume`. Tickets of old versions do not say.
        wanted: Option<Text> = "wanted",
        /// When a seat was first kept for it.
        offered_at: Option<Timestamp> = "offered_at",
        /// How it ended, if it has; the outcome is the reason.
        end: Option<End> = "ended_at" "outcome" "ended_by" "ended_by_name" "end_note",
    }
}

row! {
    /// What an account has asked the operator for (L10).
    SubscriptionRequestRow in "subscription_requests", key "id", of commit [Account] {
        /// The request.
        id: SubscriptionRequestId = "id",
        /// What was asked for: a [`Purchase`](usher_domain::purchase::Purchase) as JSON.
        asked: Text = "asked",
        /// What the account had bought then, if it asked for a plan and seats: a
        /// [`Subscription`](usher_domain::account::Subscription) as JSON.
        bought_before: Option<Text> = "bought_before",
        /// The journal's word for the actor who asked: an id.
        asked_by: Text = "asked_by",
        /// The name of the person or key that asked.
        asked_by_name: Option<Personal<Text>> = "asked_by_name",
        /// What they said about it.
        note: Option<Personal<Text>> = "note",
        /// When, by the wall clock.
        asked_at: Timestamp = "asked_at",
        /// Whether it waits for an answer.
        is_open: bool = "is_open",
        /// How it ended, by the wall clock, if it has: `approved`, `changed`, `declined`,
        /// `withdrawn`, `replaced` or `closed`.
        end: Option<End> = "answered_at" "outcome" "answered_by" "answered_by_name" "answer_note",
    }
}

row! {
    /// A change of what an account has bought, or of who may change it (L9).
    SubscriptionChange in "subscription_changes", key "place", of commit [Place, Account, Seq, At] {
        /// When, by the wall clock.
        wall_at: Timestamp = "wall_at",
        /// What changed: an [`Event`](usher_domain::Event) as JSON.
        change: Text = "change",
        /// The journal's word for the actor: an id, or `operator`.
        actor: Text = "actor",
    }
}

/// A change of a subscription, in the list of all accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionChangeOf {
    /// Its place in the list.
    pub cursor: Cursor,
    /// The account.
    pub account: AccountId,
    /// What changed.
    pub change: Recorded<SubscriptionChange>,
}

/// A subscription request with the account that asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestOf {
    /// The account.
    pub account: AccountId,
    /// What the operator calls it now.
    pub account_name: Text,
    /// The request.
    pub request: SubscriptionRequestRow,
}

/// A row of the audit.
pub type AuditRow = Recorded<Audit>;
/// A row of the refusals.
pub type RefusalRow = Recorded<Refusal>;

impl Refusal {
    /// Whether a full pool was the reason, so that the pool's figures say why (Q1). Older journals have the figures with
    /// every refusal.
    #[must_use]
    pub fn is_of_full_pool(&self) -> bool {
        let mut codes = Code::ALL.iter().filter(|code| code.is_of_full_pool());
        codes.any(|code| code.as_str() == self.code.as_str())
    }
}
/// The occupancy of a pool since a moment.
pub type OccupancyRow = Recorded<Occupancy>;
/// A row of the changes of the minutes.
pub type MinutesRow = Recorded<Minutes>;

impl Audit {
    /// What made them do it, read from its stored form.
    #[must_use]
    pub fn read_cause(&self) -> Cause {
        Cause::read(self.cause.as_ref().map_or("", |cause| cause.reveal()))
    }
}

impl AuditRow {
    /// The row of a record of a commit; `None` if the record is not an audit record.
    #[must_use]
    pub fn of(at: Timestamp, seq: Seq, record: &Record) -> Option<Self> {
        match record {
            Record::Audit { index, entry } => Some(Self {
                at,
                seq,
                index: *index,
                entry: entry.clone(),
            }),
            Record::Account(_)
            | Record::Refusal(_)
            | Record::Occupancy(_)
            | Record::Minutes(_)
            | Record::SignIn(_)
            | Record::Session(_)
            | Record::Ticket(_)
            | Record::SubscriptionRequest(_)
            | Record::SubscriptionChange(_)
            | Record::CodeIssued { .. }
            | Record::CodeRetired { .. }
            | Record::AddressPut { .. } => None,
        }
    }
}

/// The outcome of a ticket whose user got in. All other outcomes are reasons of an end.
pub const CLAIMED: &str = "claimed";

/// How something ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Text,
    /// Who ended it, where somebody did.
    pub by: Option<EndedBy>,
}

/// Who ended something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedBy {
    /// The journal's word for the actor: an id, or `operator`, `customer`, `system`.
    pub actor: Text,
    /// The name of the person or key.
    pub name: Option<Personal<Text>>,
    /// What they said about it.
    pub note: Option<Personal<Text>>,
}

/// Five cells: time, reason, actor, name and note.
impl Field for Option<End> {
    fn write(&self, cells: &mut Vec<Value>) {
        let by = self.as_ref().and_then(|end| end.by.as_ref());
        cells.push(self.as_ref().map(|end| end.at).to_value());
        cells.push(self.as_ref().map(|end| end.reason.clone()).to_value());
        cells.push(by.map(|by| by.actor.clone()).to_value());
        cells.push(by.and_then(|by| by.name.clone()).to_value());
        cells.push(by.and_then(|by| by.note.clone()).to_value());
    }

    fn read(cells: &mut impl Iterator<Item = Value>) -> Option<Self> {
        let (at, reason) = (Option::read(cells)?, Option::read(cells)?);
        let (actor, name, note) = (Option::read(cells)?, Option::read(cells)?, Option::read(cells)?);
        let Some(at) = at else { return Some(None) };
        Some(Some(End {
            at,
            reason: reason?,
            by: actor.map(|actor| EndedBy { actor, name, note }),
        }))
    }
}
