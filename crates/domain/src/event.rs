//! What happened. Events are facts: `evolve` applies every one of them.

mod account;
mod people;
mod pool;
mod presence;
mod profile;
mod reason;
mod stored;

use core::fmt;

use serde::{Deserialize, Serialize};

pub use self::account::{AccountEvent, ApiKeyEvent};
pub use self::people::{CredentialEvent, GroupEvent, TeamEvent, UserEvent};
pub use self::pool::PoolEvent;
pub use self::presence::{LeaseEvent, MinutesEvent, RefusalEvent, SessionEvent, SignInEvent, TicketEvent};
pub use self::profile::Profile;
pub use self::reason::{By, EndReason};
#[cfg(test)]
pub(crate) use self::stored::stored_names;
use crate::id::{SessionId, SignInId};

/// A change of one account, by topic. The time and the actor of an event are at its entry in the commit.
///
/// Each event is stored under one name, without its topic: the `rename` at its variant (`stored.rs`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each topic is described at its own type")]
pub enum Event {
    Account(AccountEvent),
    ApiKey(ApiKeyEvent),
    User(UserEvent),
    Credential(CredentialEvent),
    Pool(PoolEvent),
    Team(TeamEvent),
    Group(GroupEvent),
    SignIn(SignInEvent),
    Lease(LeaseEvent),
    Session(SessionEvent),
    Ticket(TicketEvent),
    Minutes(MinutesEvent),
    Refusal(RefusalEvent),
}

/// A claim: what keeps a seat, or is paid by the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// A sign-in, in a pool where signing in takes the seat.
    SignIn(SignInId),
    /// A session, in a pool where sessions take the seats.
    Session(SessionId),
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
        }
    }
}
