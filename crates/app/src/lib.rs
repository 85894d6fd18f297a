//! What the API and the portal share: authentication, the origin of a request, the use cases of both, the throttling
//! of guesses, and the table of problems. It knows HTTP's types, but no router, no page and no `OpenAPI` document.

mod app;
mod arrival;
mod audit_file;
mod caller;
mod credentials;
mod ended;
mod first_run;
mod idempotency;
mod languages;
mod links;
mod mails;
mod metrics_token;
mod operator;
mod preferences;
pub mod problem;
mod provider;
mod streams;
mod subscription;
mod throttle;
mod time;
mod to_the_end;
mod visit;
mod waits;
mod window;
mod words;
mod zones;

pub use app::{App, Config};
pub use arrival::Arrival;
pub use audit_file::{AuditFormat, AuditLine, defused};
pub use caller::{
    AccountsManage, AccountsRead, Admission, Admitted, BillingManage, Caller, Everything, Followed, Operator,
    Scope, bearer_of, has_scope, keys_origin, may_follow,
};
pub use credentials::{NotHashed, hashing_share};
pub use first_run::FirstRun;
pub use idempotency::{BodyDigest, IdempotencyKey, KEY_CHARS_MAX};
pub use languages::{chosen_language, known_language, language_of};
pub use links::{LinkBy, LinkDelivery, MadeLink, OpenLink, PendingLink, PendingState, link_path};
pub use mails::{
    Author, Bought, MAILS_SHOWN_MAX, Mail, MailSetup, Message, SecurityChange, SubscriptionAnswer,
    seats_in_words,
};
pub use metrics_token::MetricsToken;
pub use operator::{
    AccountFigures, AccountSummary, AccountsQuery, GrantRefusal, Health, JournalEnd, NOTE_FILE, PEAK_SPAN,
    STORE_TIME_MAX, SharedFigures, Storage, UPKEEP_FILE, Upkeep, Verdict, Verified,
};
pub use preferences::{ChosenPreferences, InvalidPreferences};
pub use problem::{Kind, Problem};
pub use provider::ProviderRefused;
pub use streams::{OpenStream, STREAMS_PER_SESSION_MAX, STREAMS_PER_USER_MAX, StreamOf, Streams};
pub use throttle::{
    ATTEMPTS_PER_ADDRESS, ATTEMPTS_PER_EMAIL, ATTEMPTS_PER_EMAIL_FROM_ANYWHERE, Attempt, AttemptFrom,
    CODES_PER_USER, CODES_PER_USER_FROM_ANYWHERE, JOIN_CODES_PER_ADDRESS, LINKS_PER_EMAIL, LINKS_PER_NETWORK,
    OPERATOR_KEYS_PER_NETWORK, Throttle,
};
pub use time::rfc3339;
pub use to_the_end::to_the_end;
pub use visit::{CUSTOMER_TOKEN_SECS, CustomerEnding, Ender, Over, no_such_code};
pub use waits::WaitOutcome;
pub use window::Window;
pub use words::in_words;
pub use zones::{ZonesOfArea, known_zone, zone_named, zone_of, zones_by_area};
