//! Credentials and tokens: who is calling.
//!
//! [`Identity`] answers one question for each request, [`Identity::authenticate`], from memory. What it knows stands
//! in its own tables of the server's database and never in the journal; of every credential only a hash is stored.
//! What has to be read again is sealed with a key that stands elsewhere ([`Sealer`]).
//!
//! | bearer | what it is | kept as |
//! | --- | --- | --- |
//! | `usher_op_…` | a key of the operator's | SHA-256 |
//! | `usher_key_…` | an account's API key | SHA-256 |
//! | `usher_user_…` | a person, after signing in | SHA-256 |
//! | `usher_web_…` | a person's browser, in a cookie | SHA-256 |
//! | `usher_half_…` | a person who has yet to type the second factor, in a cookie | SHA-256 |
//! | `usher_sign_…`, `usher_tick_…` | a device's sign-in or ticket | nothing: derived with the server's key |
//!
//! Being somebody is not being allowed something: what a [`Caller`] may do is for the domain to say.

mod api_keys;
mod caller;
mod consistency;
mod error;
mod half_sign_in;
mod identity;
mod join_codes;
mod kept;
mod known_browsers;
mod lives;
mod operator;
mod owned;
mod passes;
mod password;
mod password_rules;
mod passwords;
mod portal_sessions;
mod random;
mod seal;
mod sealed;
mod second_factor;
mod secret;
mod setup_link;
mod shown;
mod signing;
pub mod single_sign_on;
mod store;
mod unrecorded;
mod user_tokens;
mod world;

pub use api_keys::ApiKeyUse;
pub use caller::{Caller, Unauthenticated};
pub use consistency::{TableFault, check_tables};
pub use error::{IdentityError, PasswordError, RandomError};
pub use half_sign_in::HALF_SIGN_IN_LIFE;
pub use identity::{Credential, Identified, Identity};
pub use join_codes::JoinCodes;
pub use kept::{KEY_OVERLAP_MAX, LastUse};
pub use known_browsers::{KNOWN_BROWSER_LIFE, KNOWN_BROWSERS_PER_USER_MAX, KnownBrowser};
pub use lives::{InvalidLives, Lives};
pub use operator::{
    InvalidOperatorScope, KeysChangedBy, KeysOrigin, NewOperatorKey, OPERATOR_KEY_CHARS_MAX,
    OPERATOR_KEY_CHARS_MIN, OPERATOR_KEYS_MAX, OperatorKey, OperatorKeysAtRest, OperatorScope, Revoked,
    TrailEntry, TrailFault, TrailReport,
};
pub use passes::PassFor;
pub use password::{
    HASHING_AT_ONCE_MAX, HASHING_PER_ACCOUNT_MAX, HASHING_PER_CALLER_MAX, HASHING_WAITING_MAX, HashingCaller,
    HashingShare, PasswordHash,
};
pub use password_rules::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Weakness, known_about};
pub use passwords::{Exchange, PasswordLife, PasswordProof};
pub use portal_sessions::{PORTAL_SESSIONS_PER_USER_MAX, PortalSession, USER_AGENT_CHARS_MAX};
pub use random::{CODE_CHARS, draw_bits, draw_code};
pub use seal::{InvalidSecretsKeys, SECRETS_KEYS_MAX, SealError, Sealer, SecretsKeys};
pub use sealed::SealedSecrets;
pub use second_factor::{CodeVerdict, NewSecondFactor, RECOVERY_CODES};
pub use secret::{InvalidCredentialId, PortalSessionId, Secret, UserTokenId};
pub use shown::Shown;
pub use signing::{SIGNING_KEYS_MAX, SigningKeyInfo, SigningKeysAtRest};
pub use store::{changes, is_behind, migrate};
pub use unrecorded::{By, CredentialChange, Origin, Unrecorded};
pub use user_tokens::{IssuedToken, USER_TOKENS_PER_USER_MAX, UserToken};

#[cfg(test)]
mod tests;
