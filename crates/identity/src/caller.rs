//! The caller of a request.

use std::collections::BTreeSet;

use usher_domain::permission::Scope;
use usher_domain::{AccountId, Actor, ApiKeyId, SignInId, TicketId, UserId};

/// The caller of a request, as proved by its bearer token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The operator of this server.
    Operator,
    /// A program of an account.
    ApiKey {
        /// The only account that the key is valid in.
        account: AccountId,
        /// The key's id.
        id: ApiKeyId,
        /// The key's scopes.
        scopes: BTreeSet<Scope>,
    },
    /// A user. Whether they are still active is decided by the account.
    User {
        /// The user's account.
        account: AccountId,
        /// The user's id.
        user: UserId,
    },
    /// A device that is or was signed in, in the account that the request names.
    SignIn {
        /// The sign-in, which may have ended.
        id: SignInId,
    },
    /// A device that is or was in a queue, in the account that the request names.
    Ticket {
        /// The ticket, which may have ended.
        id: TicketId,
    },
}

impl Caller {
    /// The only account that the caller belongs to; `None` for the operator, and for devices, whose tokens are checked
    /// against the account that the request names.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::ApiKey { account, .. } | Self::User { account, .. } => Some(*account),
            Self::Operator | Self::SignIn { .. } | Self::Ticket { .. } => None,
        }
    }

    /// Whether the caller belongs to another account than this one. If so, everything in it answers 404.
    #[must_use]
    pub fn is_foreign_to(&self, account: AccountId) -> bool {
        self.account().is_some_and(|own| own != account)
    }

    /// The caller as an actor of the domain.
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

/// The bearer token is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// Not a credential of this server, a revoked one, or a device's token in another account.
    #[error("the token is not known")]
    Unknown,
    /// The token was valid once, and has expired.
    #[error("the token has expired")]
    Expired,
}
