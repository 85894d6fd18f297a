//! The contents of a commit: one entry for each command that changed something.

use serde::{Deserialize, Serialize};
use usher_domain::{Event, Timestamp};
use usher_journal::{Commit, Text};

use crate::Cause;

/// The events of one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The time of the commit, which is stored only there.
    #[serde(skip)]
    pub at: Timestamp,
    /// The actor: an id, or `operator`, `customer`, `system`.
    pub actor: Text,
    /// The cause of the command.
    pub cause: Cause,
    /// The events, in order.
    pub events: Vec<Event>,
}

/// The bytes of a commit are not entries that this version can read.
#[derive(Debug, thiserror::Error)]
#[error("the entries of a commit cannot be read")]
pub struct InvalidEntries(#[from] serde_json::Error);

impl Entry {
    /// The stored form of entries: a JSON array.
    pub fn encode(entries: &[Self]) -> Result<Vec<u8>, InvalidEntries> {
        Ok(serde_json::to_vec(entries)?)
    }

    /// The entries of a stored commit.
    pub fn decode(commit: &Commit) -> Result<Vec<Self>, InvalidEntries> {
        let mut entries: Vec<Self> = serde_json::from_slice(&commit.entries)?;
        for entry in &mut entries {
            entry.at = commit.at;
        }
        Ok(entries)
    }
}
