//! Commits, and the hash chain that they form.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use usher_domain::{AccountId, Timestamp};

use crate::{Hash, JournalError, Record};

/// The prefix of a commit's hash input, so that no other digest of the same bytes can be taken for it.
const HASH_DOMAIN: &[u8] = b"usher.commit.v1\0";

/// A commit's number in its account's journal: 1, 2, 3, … without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(u64);

impl Seq {
    /// The number before the first commit.
    pub const ZERO: Self = Self(0);
    /// The number of an account's first commit.
    pub const FIRST: Self = Self(1);

    /// The sequence number with this value.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The value of the number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The next number.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// All events of one batch of commands of one account, stored entirely or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The account that the commit belongs to.
    pub account: AccountId,
    /// Its number in the account's journal.
    pub seq: Seq,
    /// The time at which its commands were decided. Must not be before the previous commit's, whatever the clocks say:
    /// backends find times by binary search.
    pub at: Timestamp,
    /// A JSON array of `{actor, cause, events}`, one for each command of the batch. The journal never looks inside.
    pub entries: Box<[u8]>,
    /// SHA-256 of all fields above and of the previous commit's hash.
    pub hash: Hash,
}

impl Commit {
    /// The commit that follows the one with the hash `previous` ([`Hash::GENESIS`] for the first).
    #[must_use]
    pub fn seal(
        previous: Hash,
        account: AccountId,
        seq: Seq,
        at: Timestamp,
        entries: impl Into<Box<[u8]>>,
    ) -> Self {
        let entries = entries.into();
        let hash = digest(previous, account, seq, at, &entries);
        Self {
            account,
            seq,
            at,
            entries,
            hash,
        }
    }

    /// Whether this commit, unchanged, was sealed on top of the one with the hash `previous`.
    #[must_use]
    pub fn follows(&self, previous: Hash) -> bool {
        self.hash == digest(previous, self.account, self.seq, self.at, &self.entries)
    }
}

fn digest(previous: Hash, account: AccountId, seq: Seq, at: Timestamp, entries: &[u8]) -> Hash {
    // Every part before the entries has a fixed length, so no two commits hash the same bytes.
    let digest = Sha256::new()
        .chain_update(HASH_DOMAIN)
        .chain_update(previous.as_bytes())
        .chain_update(account.bits().to_be_bytes())
        .chain_update(seq.get().to_be_bytes())
        .chain_update(at.millis().to_be_bytes())
        .chain_update(entries)
        .finalize();
    Hash::from_bytes(digest.into())
}

/// A commit to be stored, with everything that is stored in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The commit.
    pub commit: Commit,
    /// The account's next deadline after the commit, if nothing else happens. `None` if there is none.
    pub next_due: Option<Timestamp>,
    /// The changes of the read models that derive from the commit.
    pub records: Vec<Record>,
}

/// An account's state after a commit, so that loading need not start at the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The account whose state it is.
    pub account: AccountId,
    /// The commit after which it was taken.
    pub seq: Seq,
    /// The hash of that commit.
    pub hash: Hash,
    /// The serialized state. The journal never looks inside.
    pub state: Box<[u8]>,
    /// A keyed digest of all fields above ([`Snapshot::sealed`]). Check it before using the state.
    pub digest: Hash,
}

/// The stored data from which an account's state is rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The newest snapshot, if there is one.
    pub snapshot: Option<Snapshot>,
    /// The first [`COMMITS_MAX`](crate::COMMITS_MAX) commits after it, oldest first.
    pub commits: Vec<Commit>,
}

impl Loaded {
    /// Number and hash of the newest commit.
    #[must_use]
    pub fn head(&self) -> (Seq, Hash) {
        match (self.commits.last(), &self.snapshot) {
            (Some(commit), _) => (commit.seq, commit.hash),
            (None, Some(snapshot)) => (snapshot.seq, snapshot.hash),
            (None, None) => (Seq::ZERO, Hash::GENESIS),
        }
    }

    /// Checks that the commits follow the snapshot and one another without a gap or a change.
    ///
    /// Every backend's `load` calls this before it answers.
    pub fn verify(&self) -> Result<(), JournalError> {
        let start = self
            .snapshot
            .as_ref()
            .map_or((Seq::ZERO, Hash::GENESIS), |snapshot| {
                (snapshot.seq, snapshot.hash)
            });
        verify_chain(start, &self.commits)
    }
}

/// Checks that `commits` follow the commit at `start`, and one another, without a gap or a change.
pub fn verify_chain(start: (Seq, Hash), commits: &[Commit]) -> Result<(), JournalError> {
    commits
        .iter()
        .try_fold(start, |(seq, hash), commit| {
            if commit.seq == seq.next() && commit.follows(hash) {
                Ok((commit.seq, commit.hash))
            } else {
                Err(JournalError::Broken {
                    account: commit.account,
                    seq: commit.seq,
                })
            }
        })
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> Commit {
        let at = Timestamp::from_millis(1_700_000_000_000);
        Commit::seal(Hash::GENESIS, AccountId::from_bits(1), Seq::FIRST, at, *b"[]")
    }

    #[test]
    fn a_commit_follows_only_its_predecessor_and_only_unchanged() {
        let commit = sealed();
        let changed = [
            Commit {
                account: AccountId::from_bits(2),
                ..commit.clone()
            },
            Commit {
                seq: Seq::new(2),
                ..commit.clone()
            },
            Commit {
                at: Timestamp::from_millis(0),
                ..commit.clone()
            },
            Commit {
                entries: (*b"[1]").into(),
                ..commit.clone()
            },
            Commit {
                hash: Hash::GENESIS,
                ..commit.clone()
            },
        ];

        assert!(commit.follows(Hash::GENESIS));
        assert!(!commit.follows(commit.hash));
        assert!(changed.iter().all(|commit| !commit.follows(Hash::GENESIS)));
    }

    /// Stored journals depend on this value: a change needs a new prefix, not a new expectation.
    #[test]
    fn the_hash_of_a_commit_never_changes() {
        let expected = "8dadcf01ecdefd14264f0aad45d2a8af42b470775d2ac4b81ebf51fc9659ce28";

        assert_eq!(sealed().hash.to_string(), expected);
    }

    #[test]
    fn a_chain_with_a_gap_or_a_foreign_commit_is_broken() {
        let first = sealed();
        let next = |seq| Commit::seal(first.hash, first.account, Seq::new(seq), first.at, *b"[]");
        let start = (Seq::ZERO, Hash::GENESIS);
        let broken = |seq| {
            Err(JournalError::Broken {
                account: first.account,
                seq: Seq::new(seq),
            })
        };

        assert_eq!(verify_chain(start, &[first.clone(), next(2)]), Ok(()));
        assert_eq!(verify_chain(start, &[first.clone(), next(3)]), broken(3));
        assert_eq!(verify_chain(start, &[next(2)]), broken(2));
    }
}
