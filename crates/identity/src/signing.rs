//! The tokens of sign-ins and tickets: derived with the server's key, stored nowhere (S6).

use usher_domain::{AccountId, SignInId, TicketId};

use crate::{Identity, IdentityError, Secret};

/// The most server keys whose tokens are good at a time: the newest signs, the others still verify.
pub const SIGNING_KEYS_MAX: usize = 4;

impl Identity {
    /// The secret token of a sign-in: `usher_sign_<id>.<key>.<mac>`. The same sign-in has the same token until the
    /// server's key is rotated, so a device that signs in again gets it again (S6).
    #[must_use]
    pub fn sign_in_token(&self, account: AccountId, id: SignInId) -> Secret {
        let _ = (account, id);
        unimplemented!()
    }

    /// The secret token of a ticket: `usher_tick_<id>.<key>.<mac>`.
    #[must_use]
    pub fn ticket_token(&self, account: AccountId, id: TicketId) -> Secret {
        let _ = (account, id);
        unimplemented!()
    }

    /// Makes a new server key and signs with it from now on. Tokens signed with the newest [`SIGNING_KEYS_MAX`]
    /// keys stay good.
    pub async fn rotate_signing_key(&self) -> Result<(), IdentityError> {
        unimplemented!()
    }

    /// Drops all server keys but the newest: tokens signed with an older one are dead.
    pub async fn retire_signing_keys(&self) -> Result<(), IdentityError> {
        unimplemented!()
    }
}
