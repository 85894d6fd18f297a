//! What a commit holds: one entry for each command that changed something.

use serde::{Deserialize, Serialize};
use usher_domain::{Event, Timestamp};
use usher_journal::{Commit, Text};

use crate::Cause;

/// What one command came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When. It stands once, at the commit.
    #[serde(skip)]
    pub at: Timestamp,
    /// Who gave the command: an id, or `operator`, `customer`, `system`.
    pub actor: Text,
    /// Because of which request.
    pub cause: Cause,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// The bytes of a commit are not entries that this version can read.
#[derive(Debug, thiserror::Error)]
#[error("the entries of a commit cannot be read")]
pub struct InvalidEntries(#[from] serde_json::Error);

impl Entry {
    /// The form in which entries are stored: a JSON array.
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
