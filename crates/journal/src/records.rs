//! The port through which the history of an account is read.

use std::net::IpAddr;

use async_trait::async_trait;
use usher_domain::personal::Personal;
use usher_domain::{AccountId, PoolId, SessionId, SignInId, TicketId, Timestamp, UserId};

use crate::table::Condition;
use crate::{
    AccountRow, Audit, AuditRow, Cause, Channel, End, JournalError, MinutesRow, OccupancyRow, Page,
    PageRequest, RecentOccupancy, Refusal, RefusalRow, RequestOf, Seq, SessionRow, SignInRow, Span,
    SubscriptionChangeOf, Text, TicketRow,
};

/// Which accounts to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFilter {
    /// Only those whose name contains this, in upper or lower case ([`folded`](crate::folded)).
    pub q: Option<String>,
    /// Only those with this id in the operator's own system.
    pub external_id: Option<String>,
    /// Only those that a person may mean by this: a part of the name as in `q`, or a whole id, Usher's or the operator's.
    pub find: Option<String>,
    /// Also deleted ones.
    pub with_deleted: bool,
}

/// Which refusals to list: those that match all given conditions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields are those of `Refusal`")]
pub struct RefusalFilter {
    pub span: Span,
    pub user: Option<UserId>,
    pub pool: Option<PoolId>,
    pub product: Option<String>,
    pub code: Option<String>,
}

impl RefusalFilter {
    /// The filter without its span, for backends.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition<Refusal>> {
        let conditions = [
            self.user.map(|user| Refusal::user.is(user)),
            self.pool.map(|pool| Refusal::pool.is(pool)),
            self.product.clone().map(|product| Refusal::product.is(product)),
            self.code.clone().map(|code| Refusal::code.is(code)),
        ];
        conditions.into_iter().flatten().collect()
    }
}

/// Which audit records to list: those that match all given conditions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    missing_docs,
    reason = "the first fields are those of `Audit`, the others those of its `Cause`"
)]
pub struct AuditFilter {
    pub span: Span,
    pub actor: Option<String>,
    pub action: Option<String>,
    pub target: Option<String>,
    pub channel: Option<Channel>,
    pub address: Option<IpAddr>,
    pub request: Option<String>,
}

impl AuditFilter {
    /// The filter without its span and its cause, for backends.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition<Audit>> {
        let conditions = [
            self.actor.clone().map(|actor| Audit::actor.is(actor)),
            self.action.clone().map(|action| Audit::action.is(action)),
            self.target
                .clone()
                .map(|target| Audit::target.is(Text::from(target))),
        ];
        conditions.into_iter().flatten().collect()
    }

    /// Whether a record with this cause matches, for backends.
    #[must_use]
    pub fn fits_cause(&self, cause: Option<&Personal<Text>>) -> bool {
        if self.channel.is_none() && self.address.is_none() && self.request.is_none() {
            return true;
        }
        let cause = Cause::read(cause.map(|cause| cause.reveal().as_str()).unwrap_or_default());
        self.channel.is_none_or(|channel| channel == cause.channel)
            && self
                .address
                .is_none_or(|address| cause.address == Some(address.into()))
            && (self.request.as_deref()).is_none_or(|request| cause.request.as_deref() == Some(request))
    }
}

/// Which sessions to list: those that match all given conditions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionFilter {
    /// Only those created in this span.
    pub span: Span,
    /// Only those of this user.
    pub user: Option<UserId>,
    /// Only those with this id in a vendor's system.
    pub external_id: Option<String>,
}

impl SessionFilter {
    /// The filter, for backends.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition<SessionRow>> {
        let of = [
            self.user.map(|user| SessionRow::user.is(user)),
            self.external_id
                .clone()
                .map(|id| SessionRow::external_id.is(Text::from(id))),
        ];
        let conditions = SessionRow::started_at.within(self.span).into_iter().chain(of);
        conditions.flatten().collect()
    }
}

/// Which tickets to list: those that match all given conditions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the other fields are those of `TicketRow`")]
pub struct TicketFilter {
    /// Only those opened in this span.
    pub span: Span,
    pub user: Option<UserId>,
    pub pool: Option<PoolId>,
    pub product: Option<String>,
}

impl TicketFilter {
    /// The filter, for backends.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition<TicketRow>> {
        let of = [
            self.user.map(|user| TicketRow::user.is(user)),
            self.pool.map(|pool| TicketRow::pool.is(pool)),
            self.product.clone().map(|product| TicketRow::product.is(product)),
        ];
        let conditions = TicketRow::opened_at.within(self.span).into_iter().chain(of);
        conditions.flatten().collect()
    }
}

/// How long a join code is kept after its session ended.
pub const CODE_KEPT_SECS: u32 = 3600;

/// What a join code leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeOwner {
    /// The account that issued it.
    pub account: AccountId,
    /// The session that it joins.
    pub session: SessionId,
    /// When the session ended, if it has.
    pub retired_at: Option<Timestamp>,
}

/// The most users of one e-mail address that [`Records::find_address`] returns.
pub const ADDRESS_OWNERS_MAX: usize = 20;

/// Reads the read models that commits write. Everything is visible once its commit is acknowledged.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// The accounts, in the order of their ids.
    async fn list_accounts(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError>;

    /// The accounts, in the order of their names ([`sort_key`](usher_domain::text::sort_key)), then of their ids.
    async fn accounts_by_name(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError>;

    /// The changes of the occupancy of an account's pools since a time, among its newest `commits_max` commits.
    async fn recent_occupancy(
        &self,
        account: AccountId,
        since: Timestamp,
        commits_max: usize,
    ) -> Result<RecentOccupancy, JournalError>;

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

    /// The audit records of the commits from `first` to `last`, oldest first: as stored, without a check against the
    /// commits.
    async fn audit_of(
        &self,
        account: AccountId,
        first: Seq,
        last: Seq,
    ) -> Result<Vec<AuditRow>, JournalError>;

    /// The sessions of an account, the most recently created first.
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

    /// The last change of a pool's occupancy before `at`: the starting value of a report over a span.
    async fn occupancy_before(
        &self,
        account: AccountId,
        pool: PoolId,
        at: Timestamp,
    ) -> Result<Option<OccupancyRow>, JournalError>;

    /// A sign-in, including ended ones.
    async fn sign_in(&self, account: AccountId, id: SignInId) -> Result<Option<SignInRow>, JournalError>;

    /// How a sign-in ended; `None` if it has not, or never existed.
    async fn sign_in_end(&self, account: AccountId, id: SignInId) -> Result<Option<End>, JournalError> {
        Ok(self.sign_in(account, id).await?.and_then(|sign_in| sign_in.end))
    }

    /// A session, including ended ones.
    async fn session(&self, account: AccountId, id: SessionId) -> Result<Option<SessionRow>, JournalError>;

    /// How a session ended; `None` if it has not, or never existed.
    async fn session_end(&self, account: AccountId, id: SessionId) -> Result<Option<End>, JournalError> {
        Ok(self.session(account, id).await?.and_then(|session| session.end))
    }

    /// A ticket, including ended ones.
    async fn ticket(&self, account: AccountId, id: TicketId) -> Result<Option<TicketRow>, JournalError>;

    /// The tickets of an account, the most recently opened first.
    async fn list_tickets(
        &self,
        account: AccountId,
        filter: TicketFilter,
        page: PageRequest,
    ) -> Result<Page<TicketRow>, JournalError>;

    /// The open subscription requests of all accounts, in the order of their ids.
    async fn list_open_requests(&self, page: PageRequest) -> Result<Page<RequestOf>, JournalError>;

    /// The changes of all accounts' subscriptions, in the order in which they were written. Later changes come after all
    /// that were listed before.
    async fn list_subscription_changes(
        &self,
        page: PageRequest,
    ) -> Result<Page<SubscriptionChangeOf>, JournalError>;

    /// Whether a sign-in, session or ticket of the account, even an ended one, has an id from `first` to `last` that is
    /// not `except`.
    async fn has_made(
        &self,
        account: AccountId,
        first: u128,
        last: u128,
        except: u128,
    ) -> Result<bool, JournalError>;

    /// How a ticket ended; `None` if it has not, or never existed.
    async fn ticket_end(&self, account: AccountId, id: TicketId) -> Result<Option<End>, JournalError> {
        Ok(self.ticket(account, id).await?.and_then(|ticket| ticket.end))
    }

    /// The users with this e-mail address, of any account: the first [`ADDRESS_OWNERS_MAX`] in the order of their
    /// accounts. Includes users of closed accounts, which the accounts themselves no longer know.
    async fn find_address(&self, email: &str) -> Result<Vec<(AccountId, UserId)>, JournalError>;

    /// What a join code leads to; `None` if it was never issued, or its session ended long ago.
    async fn find_code(&self, code: &str) -> Result<Option<CodeOwner>, JournalError>;
}
