//! Use cases of operators, from the API and from the operator pages alike.

mod accounts;
mod grants;
mod health;
mod upkeep;

pub use self::accounts::{AccountFigures, AccountSummary, AccountsQuery, PEAK_SPAN, SharedFigures};
pub use self::grants::GrantRefusal;
pub use self::health::{Health, STORE_TIME_MAX, Storage};
pub use self::upkeep::{JournalEnd, NOTE_FILE, UPKEEP_FILE, Upkeep, Verdict, Verified};
