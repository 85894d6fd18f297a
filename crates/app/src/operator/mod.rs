//! Use cases of operators, from the API and from the operator pages alike.

mod accounts;

pub use self::accounts::{AccountFigures, AccountSummary, AccountsQuery, PEAK_SPAN, SharedFigures};
