//! The changes of the read models that derive from a commit.

use usher_domain::{SessionId, UserId};

use crate::table::{Change, Row};
use crate::{AccountRow, Audit, Minutes, Occupancy, Refusal, SessionRow, SignInRow, Text, TicketRow};

/// One change of a read model. It applies to its commit's account, and is stored in its commit's transaction.
///
/// A change of something that is not there (an end without a start) is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The account as the operator's list shows it.
    Account(Change<AccountRow>),
    /// Something that an auditor may ask for.
    Audit {
        /// Its place among the audit records of the commit; no two have the same.
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
    /// A join code was issued. What is kept of it is a digest ([`code_digest`](crate::code_digest)). Codes are unique
    /// over all accounts, so callers ask [`find_code`](crate::Records::find_code) first; where two accounts issue the
    /// same code, the first keeps it.
    CodeIssued {
        /// The digest of the code.
        code: Text,
        /// Where it leads.
        session: SessionId,
    },
    /// The session of a join code is over. The code still says so for [`CODE_KEPT_SECS`](crate::CODE_KEPT_SECS); those
    /// of the account that were retired earlier are forgotten.
    CodeRetired {
        /// The digest of the code.
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

/// The tables that are filled with records, and with nothing else.
pub const READ_MODELS: [&str; 10] = [
    AccountRow::TABLE,
    Audit::TABLE,
    Minutes::TABLE,
    Occupancy::TABLE,
    Refusal::TABLE,
    SessionRow::TABLE,
    SignInRow::TABLE,
    TicketRow::TABLE,
    "addresses",
    "codes",
];
