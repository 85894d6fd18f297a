//! Use cases of operators, from the API and from the operator pages alike.

mod accounts;
mod health;

pub use self::accounts::{AccountFigures, AccountSummary, AccountsQuery, PEAK_SPAN, SharedFigures};
pub use self::health::{Health, STORE_TIME_MAX, Storage};
