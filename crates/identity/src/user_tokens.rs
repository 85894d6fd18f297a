//! The tokens of people who signed in to the portal or asked for one.

use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::{Identity, IdentityError, Secret};

/// How long a user token is good.
pub const USER_TOKEN_LIFE: Secs = Secs::new(12 * 3600);

/// The most tokens that one user has; a further one replaces the oldest.
pub const USER_TOKENS_PER_USER_MAX: usize = 20;

/// A user token, to be shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token.
    pub token: Secret,
    /// How long it is good.
    pub expires_in: Secs,
}

impl Identity {
    /// Issues a token to a user whose identity was proved otherwise than by a password. With one, use
    /// [`exchange_password`](Self::exchange_password).
    pub async fn issue_user_token(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<IssuedToken, IdentityError> {
        let _ = (account, user, now);
        unimplemented!()
    }

    /// Kills one user token (logging out of the portal). Whether it was alive.
    pub async fn revoke_user_token(&self, bearer: &str) -> Result<bool, IdentityError> {
        let _ = bearer;
        unimplemented!()
    }

    /// Kills all tokens of a user, who was deactivated, say. How many there were.
    pub async fn revoke_user_tokens(&self, account: AccountId, user: UserId) -> Result<usize, IdentityError> {
        let _ = (account, user);
        unimplemented!()
    }

    /// Kills all user tokens of an account. How many there were.
    pub async fn revoke_account_user_tokens(&self, account: AccountId) -> Result<usize, IdentityError> {
        let _ = account;
        unimplemented!()
    }
}
