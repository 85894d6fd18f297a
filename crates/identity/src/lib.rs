//! Credentials and tokens: who is calling.
//!
//! [`Identity`] answers one question for each request, [`Identity::authenticate`], from memory. What it knows stands
//! in its own tables of the server's database and never in the journal; of every credential only a hash is stored.
//! What has to be read again is sealed with a key that stands elsewhere ([`Sealer`]).
//!
//! | bearer | what it is | kept as |
//! | --- | --- | --- |
//! | `usher_op_…` | the operator's key | SHA-256 |
//! | `usher_key_…` | an account's API key | SHA-256 |
//! | `usher_user_…` | a person, after signing in | SHA-256 |
//! | `usher_web_…` | a person's browser, in a cookie | SHA-256 |
//! | `usher_sign_…`, `usher_tick_…` | a device's sign-in or ticket | nothing: derived with the server's key |
//!
//! Being somebody is not being allowed something: what a [`Caller`] may do is for the domain to say.

mod api_keys;
mod caller;
mod error;
mod identity;
mod operator;
mod password;
mod passwords;
mod portal_sessions;
mod random;
mod seal;
mod secret;
mod setup_link;
mod signing;
pub mod single_sign_on;
mod store;
mod user_tokens;

pub use caller::{Caller, Unauthenticated};
pub use error::{IdentityError, PasswordError, RandomError};
pub use identity::Identity;
pub use operator::{OPERATOR_KEY_CHARS_MAX, OPERATOR_KEY_CHARS_MIN};
pub use password::{
    HASHING_AT_ONCE_MAX, HASHING_WAITING_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PasswordHash,
};
pub use portal_sessions::{
    InvalidPortalSessionId, PORTAL_SESSION_IDLE_MAX, PORTAL_SESSION_LIFE_MAX, PORTAL_SESSIONS_PER_USER_MAX,
    PortalSession, PortalSessionId, USER_AGENT_CHARS_MAX,
};
pub use random::{CODE_CHARS, draw_bits, draw_code};
pub use seal::{InvalidSecretsKeys, SECRETS_KEYS_MAX, SealError, Sealer, SecretsKeys};
pub use secret::Secret;
pub use signing::SIGNING_KEYS_MAX;
pub use user_tokens::{IssuedToken, USER_TOKEN_LIFE, USER_TOKENS_PER_USER_MAX};

#[cfg(test)]
mod tests;
