//! Credentials and tokens: who is calling.
//!
//! [`Identity`] answers one question for each request, [`Identity::authenticate`], from memory. Its data is stored
//! through the [`ports`], and never in the journal; only a digest of each credential is stored. Values that have to be
//! read again are sealed with a key that is stored elsewhere ([`Sealer`]).
//!
//! | bearer | what it is | stored as |
//! | --- | --- | --- |
//! | `usher_op_…` | a key of the operator's | SHA-256 |
//! | `usher_opweb_…` | a browser with an operator key, in a cookie | nothing: in memory only |
//! | `usher_key_…` | an account's API key | SHA-256 |
//! | `usher_user_…` | a person, after signing in | SHA-256 |
//! | `usher_web_…` | a person's browser, in a cookie | SHA-256 |
//! | `usher_half_…` | a pending sign-in: the second factor is missing; in a cookie | SHA-256 |
//! | `usher_sign_…`, `usher_tick_…` | a device's sign-in or ticket | nothing: derived with the server's key |
//!
//! Authentication is not authorization: what a [`Caller`] may do is decided by the domain.

mod api_keys;
mod branding;
mod caller;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod error;
mod identity;
mod join_codes;
mod keys;
mod known_browsers;
mod lifetimes;
mod link_author;
mod memory;
mod operator;
mod outbox;
mod outbox_budget;
mod own_changes;
mod passes;
mod password;
mod password_rules;
mod passwords;
mod pending_sign_in;
mod portal_sessions;
pub mod ports;
mod preferences;
mod random;
mod reseal;
mod seal;
mod sealed;
mod second_factor;
mod secret;
mod setup_link;
mod shown;
mod signing;
pub mod single_sign_on;
mod unrecorded;
mod user_links;
mod user_tokens;
mod wall_clock;

pub use api_keys::ApiKeyUse;
pub use branding::{
    BrandColor, BrandLink, BrandLook, BrandText, Branding, LOGO_BYTES_MAX, LOGO_SIDE_MAX, Logo, LogoChange,
};
pub use caller::{Caller, Unauthenticated};
pub use error::{IdentityError, PasswordError, RandomError};
pub use identity::{Credential, Identified, Identity};
pub use join_codes::JoinCodes;
pub use keys::{KEY_OVERLAP_MAX, KeyDigests, LastUse};
pub use known_browsers::{KNOWN_BROWSER_LIFE, KNOWN_BROWSERS_PER_USER_MAX, KnownBrowser};
pub use lifetimes::{InvalidLifetimes, Lifetimes};
pub use link_author::{AuthorCredential, LinkAuthor, LinksMade};
pub use memory::MemoryStore;
pub use operator::{
    GRANT_PAUSE, GrantChange, GrantOpening, InvalidOperatorScope, KeyChange, KeysChangedBy, KeysOrigin,
    NewOperatorKey, OPERATOR_GRANTS_MAX, OPERATOR_KEY_CHARS_MAX, OPERATOR_KEY_CHARS_MIN, OPERATOR_KEYS_MAX,
    OPERATOR_SESSION_IDLE, OPERATOR_SESSION_LIFE, OPERATOR_SESSIONS_PER_HOLDER_MAX, OperatorGrant,
    OperatorHolder, OperatorKey, OperatorKeysAtRest, OperatorScope, OperatorSession, Revoked, TrailCheck,
    TrailEntry, TrailFault, TrailReport, TrailRow, TrailSubject, is_reset,
};
pub use outbox::{
    Channel, OUTBOX_KEPT, OutboxClaim, OutboxEntry, OutboxFigures, OutboxRefused, OutboxRow, OutboxState,
    Settled,
};
pub use outbox_budget::{
    OUTBOX_ACCOUNT_SPAN, OUTBOX_PER_ACCOUNT_MAX, OUTBOX_PER_MAILBOX_MAX, OUTBOX_PER_RECIPIENT_MAX,
    OUTBOX_RECIPIENT_SPAN, OutboxBounds, OutboxBudget, OutboxUse,
};
pub use own_changes::OWN_CHANGES_MAX;
pub use passes::PassFor;
pub use password::{
    HASHING_AT_ONCE_MAX, HASHING_PER_ACCOUNT_MAX, HASHING_PER_CALLER_MAX, HASHING_WAITING_MAX, HashingCaller,
    HashingShare, PasswordHash,
};
pub use password_rules::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Weakness, known_about};
pub use passwords::{Exchange, PasswordLife, PasswordProof};
pub use pending_sign_in::PENDING_SIGN_IN_LIFETIME;
pub use portal_sessions::{PORTAL_SESSIONS_PER_USER_MAX, PortalSession, USER_AGENT_CHARS_MAX};
pub use preferences::{Preferences, Theme};
pub use random::{CODE_CHARS, draw_bits, draw_code};
pub use reseal::check_sealed;
pub use seal::{InvalidSecretsKeys, SECRETS_KEYS_MAX, SealError, Sealer, SecretsKeys};
pub use sealed::SealedSecrets;
pub use second_factor::{CodeVerdict, NewSecondFactor, RECOVERY_CODES};
pub use secret::{InvalidCredentialId, PortalSessionId, Secret, SecretDigest, UserTokenId};
pub use shown::Shown;
pub use signing::{SIGNING_KEYS_MAX, SigningKeyInfo, SigningKeysAtRest};
pub use unrecorded::{ChangeOrigin, ChangedBy, CredentialChange, Unrecorded};
pub use user_links::{INVITATION_LIFE, MadeUserLink, NewUserLink, RESET_LIFE, is_whole_link, link_life};
pub use user_tokens::{IssuedToken, USER_TOKENS_PER_USER_MAX, UserToken};

// The file of the test kit that the tests include knows this crate by its name.
#[cfg(test)]
extern crate self as usher_identity;
#[cfg(test)]
mod tests;
