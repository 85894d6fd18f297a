//! The changes of the read models that derive from a commit.

use usher_domain::{PoolId, RefusalId, SessionId, SignInId, TicketId, Timestamp, UserId};

use crate::{EndedBy, Text};

/// One change of a read model. It happens in its commit's account at its commit's time, and is stored in its commit's
/// transaction.
///
/// A change of something that is not there (an end without a start) is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The account as the operator's list shows it.
    AccountPut {
        /// What the operator calls it.
        name: Text,
        /// When it was made, by the wall clock.
        created_at: Timestamp,
        /// Whether it was deleted.
        deleted: bool,
    },
    /// What a vendor's systems keep with the account, after the change.
    AccountLabelled {
        /// Its id in the vendor's system.
        external_id: Option<Text>,
        /// Its metadata: a JSON object; none where there is no entry.
        metadata: Option<Text>,
    },
    /// Somebody did something that an auditor may ask for.
    Audit {
        /// Its place among the audit records of the commit; no two have the same.
        index: u32,
        /// Who did it.
        actor: Text,
        /// What they did.
        action: Text,
        /// What they did it to: an id.
        target: Option<Text>,
        /// More about it: a JSON document.
        detail: Option<Text>,
        /// What made them do it: the request, or the timer.
        cause: Option<Text>,
    },
    /// Somebody was refused (Q1).
    RefusalPut {
        /// The refusal.
        id: RefusalId,
        /// Who was refused.
        user: UserId,
        /// Which product they wanted.
        product: Text,
        /// Whose seats were taken.
        pool: Option<PoolId>,
        /// The problem code.
        code: Text,
        /// What was tried.
        attempt: Text,
        /// Where it was tried.
        device: Option<Text>,
        /// How many seats there were.
        seats: u32,
        /// How many of them were occupied.
        occupied: u32,
        /// How many waited.
        waiting: Option<u32>,
    },
    /// A user who was refused a product has got in: closes the open refusals.
    RefusalsResolved {
        /// Who got in.
        user: UserId,
        /// To which product.
        product: Text,
    },
    /// The occupancy of a pool after the commit.
    Occupancy {
        /// The pool.
        pool: PoolId,
        /// What its seats are for.
        product: Text,
        /// How many seats it has.
        seats: u32,
        /// How many of them are occupied, offers included.
        occupied: u32,
        /// How many of them are offered.
        offered: u32,
        /// How many tickets wait.
        waiting: u32,
    },
    /// A user signed in.
    SignInStarted {
        /// The sign-in.
        id: SignInId,
        /// Who.
        user: UserId,
        /// For which product.
        product: Text,
        /// The device's own id.
        device_id: Text,
        /// What its user calls it.
        device_name: Text,
        /// Whose seat was taken.
        pool: Option<PoolId>,
        /// What carries it: `seat`, `named`, `minutes`, or none where signing in takes nothing.
        funding: Option<Text>,
    },
    /// A sign-in ended.
    SignInEnded {
        /// The sign-in.
        id: SignInId,
        /// Why.
        reason: Text,
        /// Who ended it, where somebody did.
        by: Option<EndedBy>,
    },
    /// A session was created.
    SessionStarted {
        /// The session.
        id: SessionId,
        /// The sign-in that it belongs to.
        sign_in: SignInId,
        /// Whose session it is.
        user: UserId,
        /// Of which product.
        product: Text,
        /// `call`, `attended` or `unattended`.
        kind: Text,
        /// Whose seat was taken.
        pool: Option<PoolId>,
        /// What carries it: `seat`, `named` or `minutes`.
        funding: Option<Text>,
        /// Its support code or the code of its link.
        code: Option<Text>,
    },
    /// The customer joined a session, or it started unattended. Only the first time counts.
    SessionConnected {
        /// The session.
        id: SessionId,
    },
    /// The customer of a session became known, or known by another name.
    SessionCustomer {
        /// The session.
        id: SessionId,
        /// What the customer is called.
        name: Text,
    },
    /// What a vendor's systems keep with a session, after the change.
    SessionLabelled {
        /// The session.
        id: SessionId,
        /// Its id in the vendor's system.
        external_id: Option<Text>,
        /// Its metadata: a JSON object; none where there is no entry.
        metadata: Option<Text>,
    },
    /// Something else carries a session now.
    SessionFunded {
        /// The session.
        id: SessionId,
        /// What carries it: `seat`, `named` or `minutes`.
        funding: Text,
    },
    /// A session ended.
    SessionEnded {
        /// The session.
        id: SessionId,
        /// Why.
        reason: Text,
        /// Who ended it, where somebody did.
        by: Option<EndedBy>,
    },
    /// A user queued.
    TicketOpened {
        /// The ticket.
        id: TicketId,
        /// Who waits.
        user: UserId,
        /// For which product.
        product: Text,
        /// For whose seats.
        pool: PoolId,
        /// For what: `sign_in`, `session` or `resume`.
        wanted: Text,
    },
    /// A ticket ended.
    TicketEnded {
        /// The ticket.
        id: TicketId,
        /// How.
        outcome: Text,
        /// Who ended it, where somebody did.
        by: Option<EndedBy>,
    },
    /// A seat was kept for a ticket. Only the first time is noted.
    TicketOffered {
        /// The ticket.
        id: TicketId,
    },
    /// The pay-per-use minutes changed.
    Minutes {
        /// By how much.
        delta: i64,
        /// How many are left.
        balance: u64,
        /// What they were spent on: an id.
        claim: Option<Text>,
    },
    /// A join code was given out. What is kept of it is a digest ([`code_digest`](crate::code_digest)). Codes are unique
    /// over all accounts, so callers ask [`find_code`](crate::Records::find_code) first; where two give out the same
    /// code, the first keeps it.
    CodeIssued {
        /// The code.
        code: Text,
        /// Where it leads.
        session: SessionId,
    },
    /// The session of a join code is over. The code still says so for [`CODE_KEPT_SECS`](crate::CODE_KEPT_SECS); those
    /// of the account that were retired earlier are forgotten.
    CodeRetired {
        /// The code.
        code: Text,
    },
    /// A user's e-mail address after the commit.
    AddressPut {
        /// Whose.
        user: UserId,
        /// The address; none where the user is gone.
        email: Option<Text>,
    },
}
