//! A vendor's labels of a thing: an external id and metadata. Usher stores both, finds things by the external id, and
//! decides nothing by them.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::id::{PoolId, SessionId, UserId};
use crate::text::{ExternalId, InvalidText};

/// The most entries in a [`Metadata`].
pub const METADATA_ENTRIES_MAX: usize = 20;
/// The most characters in a key of a [`Metadata`].
pub const METADATA_KEY_CHARS_MAX: usize = 40;
/// The most characters in a value of a [`Metadata`].
pub const METADATA_VALUE_CHARS_MAX: usize = 500;
/// The most bytes (UTF-8) of all keys and values of a [`Metadata`] together: it is stored in the journal with its
/// thing, and must not make the journal grow much faster than the things themselves.
pub const METADATA_BYTES_MAX: usize = 4096;

/// A limited map from strings to strings: at most [`METADATA_ENTRIES_MAX`] entries and [`METADATA_BYTES_MAX`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// Whether it has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries, in the order of their keys.
    #[must_use]
    pub const fn entries(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl TryFrom<BTreeMap<String, String>> for Metadata {
    type Error = InvalidText;

    fn try_from(entries: BTreeMap<String, String>) -> Result<Self, InvalidText> {
        let fits = |text: &str, chars_max: usize| {
            text.chars().count() <= chars_max && !text.contains(|c: char| c.is_control() && c != '\n')
        };
        let is_right = entries.len() <= METADATA_ENTRIES_MAX
            && entries.iter().all(|(key, value)| {
                !key.is_empty() && fits(key, METADATA_KEY_CHARS_MAX) && fits(value, METADATA_VALUE_CHARS_MAX)
            });
        let bytes: usize = entries.iter().map(|(key, value)| key.len() + value.len()).sum();
        let is_right = is_right && bytes <= METADATA_BYTES_MAX;
        is_right.then_some(Self(entries)).ok_or(InvalidText {
            expected: "metadata of at most 20 entries: keys of 1 to 40 characters, values of at most 500, 4096 bytes in all, without control characters",
        })
    }
}

/// A vendor's labels of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Labels {
    /// The thing's id in the vendor's system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The vendor's metadata of the thing.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

impl Labels {
    /// Whether there is neither an external id nor metadata.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.external_id.is_none() && self.metadata.is_empty()
    }
}

/// A change of [`Labels`]; `None` leaves a label unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelsPatch {
    /// A new external id; `Some(None)` removes it.
    pub external_id: Option<Option<ExternalId>>,
    /// New metadata, complete.
    pub metadata: Option<Metadata>,
}

impl LabelsPatch {
    /// Whether it changes nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.external_id.is_none() && self.metadata.is_none()
    }

    /// The labels after this change.
    #[must_use]
    pub fn applied_to(&self, labels: &Labels) -> Labels {
        Labels {
            external_id: self
                .external_id
                .clone()
                .unwrap_or_else(|| labels.external_id.clone()),
            metadata: self.metadata.clone().unwrap_or_else(|| labels.metadata.clone()),
        }
    }
}

/// A thing with labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Labelled {
    /// The account itself.
    Account,
    /// A user.
    User(UserId),
    /// A seat pool.
    Pool(PoolId),
    /// A session.
    Session(SessionId),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(entries: impl IntoIterator<Item = (String, String)>) -> Result<Metadata, InvalidText> {
        Metadata::try_from(entries.into_iter().collect::<BTreeMap<_, _>>())
    }

    #[test]
    fn metadata_is_bounded_in_entries_and_length() {
        let numbered = |count: usize| (0..count).map(|number| (number.to_string(), String::new()));

        assert!(metadata(numbered(METADATA_ENTRIES_MAX)).is_ok());
        assert!(metadata(numbered(METADATA_ENTRIES_MAX + 1)).is_err());
        for (key, value, fits) in [
            ("k".repeat(40), "v".repeat(500), true),
            ("k".repeat(41), String::new(), false),
            ("k".to_owned(), "v".repeat(501), false),
            (String::new(), "v".to_owned(), false),
            ("k".to_owned(), "\u{7}".to_owned(), false),
        ] {
            assert_eq!(metadata([(key, value)]).is_ok(), fits);
        }
        let filled = |value: &str| metadata((0..8).map(|number| (number.to_string(), value.to_owned())));
        assert!(filled(&"v".repeat(500)).is_ok());
        assert!(filled(&"\u{1f600}".repeat(127)).is_ok());
        assert!(filled(&"\u{1f600}".repeat(128)).is_err());
    }
}
