//! The limits of an engine.

use std::time::Duration;

use usher_journal::Authenticator;

/// The limits of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Requests that may wait for one account; further ones are answered with [`Failure::Overloaded`](crate::Failure).
    pub inbox_max: usize,
    /// Requests of one account that share a commit.
    pub batch_max: usize,
    /// Accounts in memory. Before this is reached, the least recently used make room; if all are in use, others are
    /// answered with [`Failure::Overloaded`](crate::Failure).
    pub accounts_max: usize,
    /// How long an account stays in memory without use.
    pub idle_after: Duration,
    /// How many commits a subscriber may lag behind before it is dropped.
    pub lag_max: usize,
    /// Bytes of commits after which an account gets a snapshot; a large account waits for half of its own size.
    pub snapshot_bytes_min: usize,
    /// How old an account's state may be before the commits of other nodes are read, and how often subscribers get
    /// them. `None` if this node is the only one.
    pub follow_every: Option<Duration>,
    /// Makes and checks the digests of snapshots. All engines on a journal need the same key.
    pub authenticator: Authenticator,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            inbox_max: 1024,
            batch_max: 256,
            accounts_max: 20_000,
            idle_after: Duration::from_mins(10),
            lag_max: 256,
            snapshot_bytes_min: 256 * 1024,
            follow_every: None,
            authenticator: Authenticator::unkeyed(),
        }
    }
}

impl Options {
    /// The number of accounts in memory from which on the least recently used are asked to leave.
    pub(crate) const fn crowded_at(&self) -> usize {
        self.accounts_max - self.accounts_max / 8
    }
}
