//! Replays commits into a state.

use std::collections::BTreeMap;

use usher_domain::pool::Pool;
use usher_domain::{Account, Broken, PoolId, Timestamp, replay};
use usher_journal::{Authenticator, Authenticity, Commit, Hash, JournalError, Loaded, Seq};

use crate::records::{Recorder, Recording};
use crate::snapshot::{self, InvalidSnapshot};
use crate::{Entry, InvalidEntries};

/// Why commits could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The journal could not be read.
    #[error("could not read the journal")]
    Journal(#[from] JournalError),
    /// A commit cannot be read.
    #[error("commit {seq} cannot be read")]
    Unreadable {
        /// The commit's number.
        seq: Seq,
        /// What is wrong with it.
        source: InvalidEntries,
    },
    /// The snapshot cannot be read; the commits before it still can.
    #[error("the snapshot cannot be read")]
    Snapshot(#[from] InvalidSnapshot),
    /// The snapshot was not made by this server; the commits before it can still be read.
    #[error("the snapshot after commit {seq} was changed: its digest was not made by this server")]
    Forged {
        /// The number of the commit that it claims to follow.
        seq: Seq,
    },
    /// The replay was interrupted.
    #[error("the replay was cut short")]
    Interrupted,
}

/// An account as the result of its commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The account; `None` before its first commit.
    pub account: Option<Account>,
    /// The number of the newest commit.
    pub seq: Seq,
    /// Its hash.
    pub hash: Hash,
    /// Its time.
    pub at: Timestamp,
    /// Pools that commits oversold (S1), each with the first such commit.
    pub oversold: BTreeMap<PoolId, Seq>,
}

impl Default for Replayed {
    /// Before the first commit.
    fn default() -> Self {
        Self {
            account: None,
            seq: Seq::ZERO,
            hash: Hash::GENESIS,
            at: Timestamp::default(),
            oversold: BTreeMap::new(),
        }
    }
}

impl Replayed {
    /// Applies the next commit and returns its entries.
    pub fn apply(&mut self, commit: &Commit) -> Result<Vec<Entry>, ReplayError> {
        self.take_in(commit, |account, entry| {
            replay(account, &entry.events, entry.at, &mut ())
        })
    }

    /// The same, and records it.
    pub fn record(&mut self, commit: &Commit, recorder: &mut Recorder) -> Result<Vec<Entry>, ReplayError> {
        self.take_in(commit, |account, entry| {
            let mut recording = Recording {
                recorder,
                actor: &entry.actor,
                cause: &entry.cause,
            };
            replay(account, &entry.events, entry.at, &mut recording)
        })
    }

    fn take_in(
        &mut self,
        commit: &Commit,
        mut replay: impl FnMut(&mut Option<Account>, &Entry) -> Option<PoolId>,
    ) -> Result<Vec<Entry>, ReplayError> {
        let seq = commit.seq;
        let entries = Entry::decode(commit).map_err(|source| ReplayError::Unreadable { seq, source })?;
        for entry in &entries {
            if let Some(pool) = replay(&mut self.account, entry) {
                self.oversold.entry(pool).or_insert(seq);
            }
        }
        self.seq = seq;
        self.hash = commit.hash;
        self.at = commit.at;
        Ok(entries)
    }

    /// Every invariant that the account breaks now, after the last commit. A pool that was oversold is among them until
    /// it has drained; missing follow-up events are not.
    #[must_use]
    pub fn broken(&self) -> Vec<Broken> {
        let Some(account) = &self.account else {
            return Vec::new();
        };
        let is_draining = |id: &&PoolId| account.pool(**id).is_some_and(Pool::is_draining);
        let oversold = self.oversold.keys().filter(is_draining).copied();
        let mut broken: Vec<Broken> = oversold.map(Broken::Oversold).collect();
        broken.extend(account.broken());
        broken.retain(|broken| !(account.may_owe() && broken.is_mended_by_settling()));
        broken
    }

    /// After the last commit, the account equals in every field the one that the commits were decided on.
    pub(crate) fn settle_down(&mut self) {
        self.account = self.account.take().map(Account::replayed);
    }
}

/// The state of a snapshot and the commits after it. The snapshot is accepted only with a digest made by
/// `authenticator`.
pub fn fold(loaded: &Loaded, authenticator: &Authenticator) -> Result<Replayed, ReplayError> {
    let mut replayed = match &loaded.snapshot {
        Some(snapshot) if snapshot.authenticity(authenticator) == Authenticity::Wrong => {
            return Err(ReplayError::Forged { seq: snapshot.seq });
        }
        Some(snapshot) => snapshot::read(snapshot)?,
        None => Replayed::default(),
    };
    for commit in &loaded.commits {
        replayed.apply(commit)?;
    }
    replayed.settle_down();
    Ok(replayed)
}
