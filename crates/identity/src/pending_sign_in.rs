//! Pending sign-ins: password accepted, second factor still missing.
//!
//! The browser keeps a secret in a cookie, and a digest of it is stored for [`PENDING_SIGN_IN_LIFETIME`]. It only allows
//! entering a code, and it ends with the user's sessions.

use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::ports::PendingSignIn;
use crate::{Identity, IdentityError, Secret, SecretDigest};

/// The prefix of the cookie's secret.
const PREFIX: &str = "usher_half_";

/// How long a user has to enter the code.
pub const PENDING_SIGN_IN_LIFETIME: Secs = Secs::new(300);

impl Identity {
    /// Records that a user has proved the password. Returns the secret for the browser's cookie.
    pub async fn begin_pending_sign_in(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        let pending = PendingSignIn {
            digest: SecretDigest::of(secret.expose()),
            owner: (account, user),
            expires_at: now + PENDING_SIGN_IN_LIFETIME,
        };
        self.store.put_pending_sign_in(pending).await?;
        Ok(secret)
    }

    /// The user whose sign-in is pending under this secret; `None` if there is no such sign-in, or no longer.
    pub async fn pending_sign_in(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<(AccountId, UserId)>, IdentityError> {
        let digest = SecretDigest::of(secret);
        Ok(self.store.pending_sign_in(digest, now).await?)
    }

    /// Uses the secret up, and returns the user whose sign-in was pending: of several concurrent callers, only one gets
    /// it.
    pub async fn take_pending_sign_in(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<(AccountId, UserId)>, IdentityError> {
        let digest = SecretDigest::of(secret);
        Ok(self.store.take_pending_sign_in(digest, now).await?)
    }
}
