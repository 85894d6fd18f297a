//! Commits become a state again.

use usher_domain::{Account, Timestamp, evolve};
use usher_journal::{Commit, Hash, JournalError, Loaded, Seq};

use crate::snapshot::{self, InvalidSnapshot};
use crate::{Entry, InvalidEntries};

/// Why commits could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The journal did not give them.
    #[error("could not read the journal")]
    Journal(#[from] JournalError),
    /// A commit cannot be read.
    #[error("commit {seq} cannot be read")]
    Unreadable {
        /// Which.
        seq: Seq,
        /// What is wrong with it.
        source: InvalidEntries,
    },
    /// The snapshot cannot be read; the commits before it still can.
    #[error("the snapshot cannot be read")]
    Snapshot(#[from] InvalidSnapshot),
    /// Work was cut short.
    #[error("the replay was cut short")]
    Interrupted,
}

/// An account as its commits make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The account; none before its first commit.
    pub account: Option<Account>,
    /// The newest commit.
    pub seq: Seq,
    /// Its hash.
    pub hash: Hash,
    /// Its time.
    pub at: Timestamp,
}

impl Default for Replayed {
    /// Before the first commit.
    fn default() -> Self {
        Self {
            account: None,
            seq: Seq::ZERO,
            hash: Hash::GENESIS,
            at: Timestamp::default(),
        }
    }
}

impl Replayed {
    /// Takes the next commit in and gives back what it holds. `before` sees each event with the state that it meets.
    pub fn apply(
        &mut self,
        commit: &Commit,
        mut before: impl FnMut(Option<&Account>, &Entry, &usher_domain::Event),
    ) -> Result<Vec<Entry>, ReplayError> {
        let seq = commit.seq;
        let entries = Entry::decode(commit).map_err(|source| ReplayError::Unreadable { seq, source })?;
        for entry in &entries {
            for event in &entry.events {
                before(self.account.as_ref(), entry, event);
                match &mut self.account {
                    Some(account) => evolve(account, event, entry.at),
                    none => *none = Account::from_first_event(event, entry.at),
                }
            }
        }
        self.seq = seq;
        self.hash = commit.hash;
        self.at = commit.at;
        Ok(entries)
    }

    /// After the last commit: the account is in every field the one that the commits were decided on.
    pub(crate) fn settle_down(&mut self) {
        if let Some(account) = &mut self.account {
            account.take_changed_pools();
            account.retain_owed();
        }
    }
}

/// The state that a snapshot and the commits after it come to.
pub fn fold(loaded: &Loaded) -> Result<Replayed, ReplayError> {
    let mut replayed = match &loaded.snapshot {
        Some(snapshot) => snapshot::read(snapshot)?,
        None => Replayed::default(),
    };
    for commit in &loaded.commits {
        replayed.apply(commit, |_, _, _| {})?;
    }
    replayed.settle_down();
    Ok(replayed)
}
