//! Versions of resources, and conditional requests (RFC 7644, section 3.14; RFC 9110, section 13).

use std::fmt;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use data_encoding::HEXLOWER;

use super::error::Error;

/// The version of a resource. Weak: the same for the same content, in any notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version(String);

impl Version {
    /// The version that has this digest.
    pub(super) fn of(digest: &[u8]) -> Self {
        Self(HEXLOWER.encode(&digest[..digest.len().min(8)]))
    }

    /// Whether a list of entity tags names this version. Clients may omit the `W/` and the quotes.
    fn is_in(&self, list: &str) -> bool {
        list.split(',').map(str::trim).any(|tag| {
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            tag == "*" || tag.trim_matches('"') == self.0
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W/\"{}\"", self.0)
    }
}

/// The conditions of a request.
#[derive(Debug, Default, Clone)]
pub(super) struct Condition {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl Condition {
    /// The conditions in the headers of a request.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self {
            if_match: tags(headers, header::IF_MATCH),
            if_none_match: tags(headers, header::IF_NONE_MATCH),
        }
    }

    /// The condition that a part of a bulk request sets with its `version`.
    pub(super) const fn version(version: Option<String>) -> Self {
        Self {
            if_match: version,
            if_none_match: None,
        }
    }

    /// Refuses to change a resource of another version.
    pub(super) fn need(&self, version: &Version) -> Result<(), Error> {
        let fits = self.if_match.as_ref().is_none_or(|list| version.is_in(list));
        if fits && !self.is_known(version) {
            return Ok(());
        }
        let detail =
            format!("The resource is not as you know it: it has the version `{version}` now. Get it again.");
        Err(Error::new(StatusCode::PRECONDITION_FAILED, detail))
    }

    /// Whether the client has this version already.
    pub(super) fn is_known(&self, version: &Version) -> bool {
        self.if_none_match
            .as_ref()
            .is_some_and(|list| version.is_in(list))
    }
}

fn tags(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let lines = headers.get_all(name).into_iter();
    let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap_or_default()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly_and_a_star_matches_any() {
        let version = Version::of(&[0xab; 32]);
        let table = [
            ("W/\"abababababababab\"", true),
            ("\"abababababababab\"", true),
            ("abababababababab", true),
            ("\"cd\", W/\"abababababababab\"", true),
            ("*", true),
            ("W/\"abab\"", false),
            ("", false),
        ];
        for (tags, fits) in table {
            let condition = Condition::version(Some(tags.to_owned()));
            assert_eq!(condition.need(&version).is_ok(), fits, "{tags}");
        }
        assert_eq!(version.to_string(), "W/\"abababababababab\"");
    }
}
