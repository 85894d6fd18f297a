//! What is known of the data besides the database: where the journal ends, and when it was last copied and checked. Both
//! are in small files beside the database, which the server and the commands that work on the data write.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use usher_domain::Timestamp;

/// The file with the newest commit. Its first line is a JSON object with the fields of [`JournalEnd`] and others.
pub const NOTE_FILE: &str = "usher.note";

/// The file with the last backup and the last check.
pub const UPKEEP_FILE: &str = "usher.upkeep";

/// The newest commit of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct JournalEnd {
    /// How many commits there are, of all accounts.
    pub commits: u64,
    /// The hash of the newest one, in hexadecimal digits.
    pub hash: String,
    /// When it was made, by the account's time.
    pub at: Timestamp,
}

/// When the data was last copied and checked, as far as these commands could note it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Upkeep {
    /// The last `usher backup` that succeeded, by the wall clock.
    #[serde(default)]
    pub backup: Option<Timestamp>,
    /// The last `usher verify`.
    #[serde(default)]
    pub verify: Option<Verified>,
}

/// A check of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When, by the wall clock.
    pub at: Timestamp,
    /// What it found.
    pub found: Verdict,
}

/// What a check of the data found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything is right.
    Right,
    /// What could be checked is right.
    Incomplete,
    /// Something is wrong.
    Wrong,
}

impl JournalEnd {
    /// Reads it; `None` if it is not known.
    #[must_use]
    pub fn read(directory: &Path) -> Option<Self> {
        first_line(&directory.join(NOTE_FILE))
    }
}

impl Upkeep {
    /// Reads it; nothing is known if there is no such file, or if it cannot be read.
    #[must_use]
    pub fn read(directory: &Path) -> Self {
        first_line(&directory.join(UPKEEP_FILE)).unwrap_or_default()
    }
}

fn first_line<T: DeserializeOwned>(file: &Path) -> Option<T> {
    let text = fs::read_to_string(file).ok()?;
    serde_json::from_str(text.lines().next()?).ok()
}
