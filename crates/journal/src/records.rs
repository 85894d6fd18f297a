//! The port through which the history of an account is read.

use std::net::IpAddr;

use async_trait::async_trait;
use usher_domain::{AccountId, PoolId, RefusalId, SessionId, SignInId, TicketId, Timestamp, UserId};

use crate::{Cause, JournalError, Page, PageRequest, Record, Seq, Span, Text, Way};

/// An account as the operator's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `Record::AccountPut`")]
pub struct AccountRow {
    pub account: AccountId,
    pub name: Text,
    pub created_at: Timestamp,
    pub deleted: bool,
    pub external_id: Option<Text>,
    /// A JSON object.
    pub metadata: Option<Text>,
}

/// Which accounts to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFilter {
    /// Only those whose name contains this, in capitals or not (ASCII letters only).
    pub q: Option<String>,
    /// Only those with this id in the operator's own system.
    pub external_id: Option<String>,
    /// Deleted ones as well.
    pub with_deleted: bool,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other fields are those of `Record::RefusalPut`")]
pub struct RefusalRow {
    pub id: RefusalId,
    /// When.
    pub at: Timestamp,
    /// The commit that recorded it.
    pub seq: Seq,
    pub user: UserId,
    pub product: Text,
    pub pool: Option<PoolId>,
    pub code: Text,
    pub attempt: Text,
    pub device: Option<Text>,
    pub seats: u32,
    pub occupied: u32,
    pub waiting: Option<u32>,
    /// When the same user got in.
    pub resolved_at: Option<Timestamp>,
}

/// Which refusals to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields are those of `Record::RefusalPut`")]
pub struct RefusalFilter {
    pub span: Span,
    pub user: Option<UserId>,
    pub pool: Option<PoolId>,
    pub product: Option<String>,
    pub code: Option<String>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other fields are those of `Record::Audit`")]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// The commit that did it.
    pub seq: Seq,
    pub index: u32,
    pub actor: Text,
    pub action: Text,
    pub target: Option<Text>,
    pub detail: Option<Text>,
    pub cause: Option<Text>,
}

impl AuditRow {
    /// The row of a record of a commit; none where the record is no audit.
    #[must_use]
    pub fn of(at: Timestamp, seq: Seq, record: &Record) -> Option<Self> {
        let Record::Audit {
            index,
            actor,
            action,
            target,
            detail,
            cause,
        } = record
        else {
            return None;
        };
        Some(Self {
            at,
            seq,
            index: *index,
            actor: actor.clone(),
            action: action.clone(),
            target: target.clone(),
            detail: detail.clone(),
            cause: cause.clone(),
        })
    }
}

/// Which audit records to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    missing_docs,
    reason = "the first fields are those of `Record::Audit`, the others those of its `Cause`"
)]
pub struct AuditFilter {
    pub span: Span,
    pub actor: Option<String>,
    pub action: Option<String>,
    pub target: Option<String>,
    pub way: Option<Way>,
    pub address: Option<IpAddr>,
    pub request: Option<String>,
}

impl AuditFilter {
    /// Whether a record with this cause is to be listed, for backends.
    #[must_use]
    pub fn fits_cause(&self, cause: Option<&Text>) -> bool {
        if self.way.is_none() && self.address.is_none() && self.request.is_none() {
            return true;
        }
        let cause = Cause::read(cause.map(Text::as_str).unwrap_or_default());
        self.way.is_none_or(|way| way == cause.way)
            && self.address.is_none_or(|address| cause.address == Some(address))
            && (self.request.as_deref()).is_none_or(|request| cause.request.as_deref() == Some(request))
    }
}

/// The occupancy of a pool from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other fields are those of `Record::Occupancy`")]
pub struct OccupancyRow {
    /// Since when.
    pub at: Timestamp,
    /// The commit that changed it.
    pub seq: Seq,
    pub product: Text,
    pub seats: u32,
    pub occupied: u32,
    pub offered: u32,
    pub waiting: u32,
}

/// A user's presence on a device, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the other fields are those of `Record::SignInStarted`"
)]
pub struct SignInRow {
    pub id: SignInId,
    pub user: UserId,
    pub product: Text,
    pub device_id: Text,
    pub device_name: Text,
    pub pool: Option<PoolId>,
    pub funding: Option<Text>,
    /// When the user signed in.
    pub started_at: Timestamp,
    /// How it ended, if it has.
    pub end: Option<End>,
}

/// A session, from its creation to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the other fields are those of `Record::SessionStarted`"
)]
pub struct SessionRow {
    pub id: SessionId,
    pub sign_in: SignInId,
    pub user: UserId,
    pub product: Text,
    pub kind: Text,
    pub pool: Option<PoolId>,
    pub funding: Option<Text>,
    pub code: Option<Text>,
    /// What the customer is called, once known.
    pub customer: Option<Text>,
    pub external_id: Option<Text>,
    /// A JSON object.
    pub metadata: Option<Text>,
    /// When it was created.
    pub started_at: Timestamp,
    /// When the customer first joined.
    pub connected_at: Option<Timestamp>,
    /// How it ended, if it has.
    pub end: Option<End>,
}

/// Which sessions to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionFilter {
    /// Those that were created then.
    pub span: Span,
    /// Only those of this user.
    pub user: Option<UserId>,
    /// Only those with this id in a vendor's system.
    pub external_id: Option<String>,
}

/// A ticket that has ended or waits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other fields are those of `Record::TicketOpened`")]
pub struct TicketRow {
    pub id: TicketId,
    pub user: UserId,
    pub product: Text,
    pub pool: PoolId,
    /// For what; none of tickets from before this was kept.
    pub wanted: Option<Text>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When a seat was first kept for it.
    pub offered_at: Option<Timestamp>,
    /// How it ended, if it has; the outcome is the reason.
    pub end: Option<End>,
}

/// The outcome of a ticket with which somebody got in. All other outcomes are reasons of an end.
pub const CLAIMED: &str = "claimed";

/// Which tickets to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the other fields are those of `Record::TicketOpened`")]
pub struct TicketFilter {
    /// Those that were opened then.
    pub span: Span,
    pub user: Option<UserId>,
    pub pool: Option<PoolId>,
    pub product: Option<String>,
}

/// A change of the pay-per-use minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other fields are those of `Record::Minutes`")]
pub struct MinutesRow {
    /// When.
    pub at: Timestamp,
    /// The commit that changed them.
    pub seq: Seq,
    pub delta: i64,
    pub balance: u64,
    pub claim: Option<Text>,
}

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
    pub name: Option<Text>,
    /// What they said about it.
    pub note: Option<Text>,
}

/// How long a join code says that its session is over, and how.
pub const CODE_KEPT_SECS: u32 = 3600;

/// Where a join code leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeOwner {
    /// The account that gave it out.
    pub account: AccountId,
    /// The session that it joins.
    pub session: SessionId,
    /// When the session ended, where it has.
    pub retired_at: Option<Timestamp>,
}

/// The most users of one e-mail address that [`Records::find_address`] gives.
pub const ADDRESS_OWNERS_MAX: usize = 20;

/// Reads what commits have written into the read models. Everything is visible once its commit is acknowledged.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// The accounts, in the order of their ids.
    async fn list_accounts(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError>;

    /// The refusals of an account, newest first.
    async fn list_refusals(
        &self,
        account: AccountId,
        filter: RefusalFilter,
        page: PageRequest,
    ) -> Result<Page<RefusalRow>, JournalError>;

    /// The audit records of an account, newest first.
    async fn list_audit(
        &self,
        account: AccountId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditRow>, JournalError>;

    /// The audit records of the commits from `first` to `last`, oldest first: as they are stored, whatever the commits
    /// say.
    async fn audit_of(
        &self,
        account: AccountId,
        first: Seq,
        last: Seq,
    ) -> Result<Vec<AuditRow>, JournalError>;

    /// The sessions of an account, those created last first.
    async fn list_sessions(
        &self,
        account: AccountId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<SessionRow>, JournalError>;

    /// The changes of an account's minutes, newest first.
    async fn list_minutes(
        &self,
        account: AccountId,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<MinutesRow>, JournalError>;

    /// The changes of a pool's occupancy, oldest first.
    async fn occupancy(
        &self,
        account: AccountId,
        pool: PoolId,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<OccupancyRow>, JournalError>;

    /// The last change of a pool's occupancy before `at`: what a report over a span starts from.
    async fn occupancy_before(
        &self,
        account: AccountId,
        pool: PoolId,
        at: Timestamp,
    ) -> Result<Option<OccupancyRow>, JournalError>;

    /// A sign-in, also one that has ended.
    async fn sign_in(&self, account: AccountId, id: SignInId) -> Result<Option<SignInRow>, JournalError>;

    /// How a sign-in ended; none where it has not, or never was.
    async fn sign_in_end(&self, account: AccountId, id: SignInId) -> Result<Option<End>, JournalError> {
        Ok(self.sign_in(account, id).await?.and_then(|sign_in| sign_in.end))
    }

    /// A session, also one that has ended.
    async fn session(&self, account: AccountId, id: SessionId) -> Result<Option<SessionRow>, JournalError>;

    /// How a session ended; none where it has not, or never was.
    async fn session_end(&self, account: AccountId, id: SessionId) -> Result<Option<End>, JournalError> {
        Ok(self.session(account, id).await?.and_then(|session| session.end))
    }

    /// A ticket, also one that has ended.
    async fn ticket(&self, account: AccountId, id: TicketId) -> Result<Option<TicketRow>, JournalError>;

    /// The tickets of an account, those opened last first.
    async fn list_tickets(
        &self,
        account: AccountId,
        filter: TicketFilter,
        page: PageRequest,
    ) -> Result<Page<TicketRow>, JournalError>;

    /// Whether a sign-in, session or ticket of the account, also one that has ended, has an id from `first` to `last`
    /// that is not `except`.
    async fn has_made(
        &self,
        account: AccountId,
        first: u128,
        last: u128,
        except: u128,
    ) -> Result<bool, JournalError>;

    /// How a ticket ended; none where it has not, or never was.
    async fn ticket_end(&self, account: AccountId, id: TicketId) -> Result<Option<End>, JournalError> {
        Ok(self.ticket(account, id).await?.and_then(|ticket| ticket.end))
    }

    /// The users with this e-mail address, of any account: the first [`ADDRESS_OWNERS_MAX`] in the order of their
    /// accounts. Users of closed accounts among them, whom the accounts themselves do not know any more.
    async fn find_address(&self, email: &str) -> Result<Vec<(AccountId, UserId)>, JournalError>;

    /// Where a join code leads; none where it never led anywhere, or its session ended long ago.
    async fn find_code(&self, code: &str) -> Result<Option<CodeOwner>, JournalError>;
}
