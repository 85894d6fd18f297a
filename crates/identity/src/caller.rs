//! Who a request comes from.

use std::collections::BTreeSet;

use usher_domain::permission::Scope;
use usher_domain::{AccountId, Actor, ApiKeyId, SignInId, TicketId, UserId};

/// Who a request comes from, as its bearer token proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Who runs Usher.
    Operator,
    /// A program of an account's.
    ApiKey {
        /// The only account that the key is good for.
        account: AccountId,
        /// The key.
        id: ApiKeyId,
        /// What it is good for.
        scopes: BTreeSet<Scope>,
    },
    /// A person. Whether they are still active is for the account to say.
    User {
        /// The account that the person belongs to.
        account: AccountId,
        /// The person.
        user: UserId,
    },
    /// A device that is or was signed in, in the account that the request names.
    SignIn {
        /// The sign-in, which may have ended.
        id: SignInId,
    },
    /// A device that waits or waited, in the account that the request names.
    Ticket {
        /// The ticket, which may have ended.
        id: TicketId,
    },
}

impl Caller {
    /// The only account that the caller belongs to; none for the operator, and for devices, whose tokens are
    /// checked against the account that the request names.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::ApiKey { account, .. } | Self::User { account, .. } => Some(*account),
            Self::Operator | Self::SignIn { .. } | Self::Ticket { .. } => None,
        }
    }

    /// Whether the caller belongs to another account than this one. What it names there answers 404.
    #[must_use]
    pub fn is_foreign_to(&self, account: AccountId) -> bool {
        self.account().is_some_and(|own| own != account)
    }

    /// The actor that the domain sees.
    #[must_use]
    pub fn into_actor(self) -> Actor {
        match self {
            Self::Operator => Actor::Operator,
            Self::ApiKey { id, scopes, .. } => Actor::ApiKey { id, scopes },
            Self::User { user, .. } => Actor::User(user),
            Self::SignIn { id } => Actor::SignIn(id),
            Self::Ticket { id } => Actor::Ticket(id),
        }
    }
}

/// The bearer token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// No credential of this server, one that was revoked, or a device's token in another account.
    #[error("the token is not known")]
    Unknown,
    /// It was good once, and its time is over.
    #[error("the token has expired")]
    Expired,
}
