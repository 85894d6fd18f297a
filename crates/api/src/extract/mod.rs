//! What handlers extract from a request. Every rejection is a problem document.

mod caller;
mod created;
mod json;
mod missing;
mod new_id;
mod page;
mod path;
mod query;

pub(crate) use self::caller::{Bearer, Follower, account_in_path};
pub(crate) use self::created::Created;
pub use self::json::BODY_BYTES_MAX;
pub(crate) use self::json::{Json, json_bytes, read_fields};
pub(crate) use self::new_id::{IdempotencyHeader, IdempotencyKey};
pub use self::page::{LIMIT_DEFAULT, LIMIT_MAX};
pub(crate) use self::page::{Limit, List, PageQuery};
pub(crate) use self::path::Path;
pub(crate) use self::query::Query;

use serde::{Deserialize, Deserializer};

/// Distinguishes a field that is null from a missing one: `#[serde(default, deserialize_with = "nullable")]`.
#[expect(clippy::option_option, reason = "absent, null and a value are three answers")]
pub(crate) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The field that an error is about: for a missing field, serde knows its parent, and names the field only in the
/// message.
fn missing_or(place: &str, message: &str) -> String {
    let missing = message.strip_prefix("missing field `");
    let missing = missing.and_then(|rest| rest.split('`').next());
    match missing {
        Some(name) if place.is_empty() => name.to_owned(),
        Some(name) => format!("{place}.{name}"),
        None => place.to_owned(),
    }
}
