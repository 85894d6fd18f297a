//! The changes of the read models that derive from a commit.

use usher_domain::personal::Personal;
use usher_domain::{SessionId, UserId};

use crate::table::{Change, Row};
use crate::{
    AccountRow, Audit, Minutes, Occupancy, Refusal, SessionRow, SignInRow, SubscriptionChange,
    SubscriptionRequestRow, Text, TicketRow,
};

/// One change of a read model. It applies to its commit's account, and is stored in its commit's transaction.
///
/// A change of a missing thing (an end without a start) is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The account as the operator's list shows it.
    Account(Change<AccountRow>),
    /// An entry of the audit.
    Audit {
        /// Its index among the audit records of the commit; no two have the same.
        index: u32,
        /// What happened.
        entry: Audit,
    },
    /// Users who were refused, and got in later.
    Refusal(Change<Refusal>),
    /// How many seats of a pool are occupied.
    Occupancy(Occupancy),
    /// How many minutes are left.
    Minutes(Minutes),
    /// Sign-ins.
    SignIn(Change<SignInRow>),
    /// Sessions.
    Session(Change<SessionRow>),
    /// Tickets.
    Ticket(Change<TicketRow>),
    /// What accounts ask the operator for.
    SubscriptionRequest(Change<SubscriptionRequestRow>),
    /// What an account has bought changed, or who may change it.
    SubscriptionChange(SubscriptionChange),
    /// A join code was issued. Only a digest of it is stored ([`code_digest`](crate::code_digest)). Codes are unique
    /// over all accounts, so callers check [`find_code`](crate::Records::find_code) first; if two accounts issue the
    /// same code, the first keeps it.
    CodeIssued {
        /// The digest of the code.
        code: Text,
        /// The session that it leads to.
        session: SessionId,
    },
    /// The session of a join code has ended. The code is kept for [`CODE_KEPT_SECS`](crate::CODE_KEPT_SECS); codes of
    /// the account that were retired before that are deleted.
    CodeRetired {
        /// The digest of the code.
        code: Text,
    },
    /// A user's e-mail address after the commit.
    AddressPut {
        /// The user.
        user: UserId,
        /// The address; `None` if the user was deleted.
        email: Option<Personal<Text>>,
    },
}

/// The tables that are filled only with records. One that is missing here would be neither rebuilt nor compared; a test
/// compares this list with the schema.
pub const READ_MODELS: [&str; 12] = [
    AccountRow::TABLE,
    Audit::TABLE,
    Minutes::TABLE,
    Occupancy::TABLE,
    Refusal::TABLE,
    SessionRow::TABLE,
    SignInRow::TABLE,
    SubscriptionChange::TABLE,
    SubscriptionRequestRow::TABLE,
    TicketRow::TABLE,
    "addresses",
    "codes",
];
