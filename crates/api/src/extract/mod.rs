//! What handlers take out of a request. Every rejection is a problem document.

mod caller;
mod created;
mod json;
mod missing;
mod new_id;
mod page;
mod path;
mod query;

pub(crate) use self::caller::{Bearer, Caller, Operator, bearer_of};
pub(crate) use self::created::Created;
pub use self::json::BODY_BYTES_MAX;
pub(crate) use self::json::{Json, json_bytes};
pub use self::new_id::KEY_CHARS_MAX;
pub(crate) use self::new_id::{IdempotencyHeader, IdempotencyKey};
pub use self::page::{LIMIT_DEFAULT, LIMIT_MAX};
pub(crate) use self::page::{Limit, List, PageQuery};
pub(crate) use self::path::Path;
pub(crate) use self::query::Query;

use serde::{Deserialize, Deserializer};

/// Tells a field that is null from one that is not there: `#[serde(default, deserialize_with = "nullable")]`.
#[allow(clippy::option_option, reason = "absent, null and a value are three answers")]
pub(crate) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The field that an error is about: of one that is missing, serde knows the place where it should be and names it in
/// the message alone.
fn missing_or(place: &str, message: &str) -> String {
    let missing = message.strip_prefix("missing field `");
    let missing = missing.and_then(|rest| rest.split('`').next());
    match missing {
        Some(name) if place.is_empty() => name.to_owned(),
        Some(name) => format!("{place}.{name}"),
        None => place.to_owned(),
    }
}

/// Serde's message in the words of somebody who calls an API.
fn sentence(message: &str) -> String {
    let whole = ["u8", "u16", "u32", "u64", "u128", "usize"];
    if let Some((found, expected)) = message.rsplit_once(", expected ")
        && whole.contains(&expected)
    {
        let found = found
            .trim_start_matches("invalid type: ")
            .trim_start_matches("invalid value: ");
        return format!("must be a whole number of at least 0, without a decimal point, not {found}");
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("must be given: {name} is missing");
    }
    if message.contains("expected internally tagged enum") {
        return "must be an object with the fields that /docs lists".to_owned();
    }
    if message.starts_with("a ") || message.starts_with("an ") {
        return format!("must be {message}");
    }
    message.to_owned()
}
