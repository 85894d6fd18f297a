//! The bounds within which an engine works.

use std::time::Duration;

use usher_journal::Authenticator;

/// The bounds within which an engine works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Requests that may wait for one account; more are answered with [`Failure::Overloaded`](crate::Failure).
    pub inbox_max: usize,
    /// Requests of one account that share a commit.
    pub batch_max: usize,
    /// Accounts in memory. Those not used for longest make place for others before this is reached; where all are in
    /// use, others are answered with [`Failure::Overloaded`](crate::Failure).
    pub accounts_max: usize,
    /// How long an account stays in memory without use.
    pub idle_after: Duration,
    /// Commits that a subscriber may lag behind before it is dropped.
    pub lag_max: usize,
    /// Bytes of commits after which an account is worth a snapshot; a large account waits for as many as half of
    /// its own size.
    pub snapshot_bytes_min: usize,
    /// How old a picture of an account may be before the commits of other nodes are read, and how often subscribers
    /// hear of them. None where this node is the only one.
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
    /// The number of accounts in memory from which on those not used for longest are asked to leave.
    pub(crate) const fn crowded_at(&self) -> usize {
        self.accounts_max - self.accounts_max / 8
    }
}
