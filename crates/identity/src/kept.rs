//! What keys of every kind have: a secret that can be rotated, and a last use.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::Row;
use usher_domain::{Secs, Timestamp};

use crate::secret::Digest;

/// The longest that the secret before works besides the new one, after a key was rotated.
pub const KEY_OVERLAP_MAX: Secs = Secs::new(7 * 86_400);

/// How exactly the last use is kept: one write to shared memory a minute, not one a request.
const LAST_USE_PRECISION: Secs = Secs::new(60);

/// Stands for "never" in the atomics below.
const NEVER: i64 = i64::MIN;

/// When and from where a key was used last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastUse {
    /// When, to the minute.
    pub at: Timestamp,
    /// From which network address, where it is known.
    pub from: Option<IpAddr>,
}

/// Keeps the last use of one key in memory, and what of it is stored.
pub(crate) struct Usage {
    millis: AtomicI64,
    saved_millis: AtomicI64,
    from: Mutex<Option<IpAddr>>,
}

/// The digests of a key's secrets.
#[derive(Clone, Copy)]
pub(crate) struct Digests {
    pub(crate) current: Digest,
    /// The one before, and until when it works.
    pub(crate) former: Option<(Digest, Timestamp)>,
}

impl Usage {
    /// Of a key that was never used.
    pub(crate) const fn none() -> Self {
        Self {
            millis: AtomicI64::new(NEVER),
            saved_millis: AtomicI64::new(NEVER),
            from: Mutex::new(None),
        }
    }

    /// What stands in two columns: when, and from where.
    pub(crate) fn of_row(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        let millis = row.get::<_, Option<i64>>(column)?.unwrap_or(NEVER);
        let from = row.get::<_, Option<String>>(column + 1)?;
        Ok(Self {
            millis: AtomicI64::new(millis),
            saved_millis: AtomicI64::new(millis),
            from: Mutex::new(from.and_then(|from| from.parse().ok())),
        })
    }

    pub(crate) fn touch(&self, from: Option<IpAddr>, now: Timestamp) {
        let last = self.millis.load(Ordering::Relaxed);
        if last == NEVER || now.since(Timestamp::from_millis(last)) >= LAST_USE_PRECISION {
            *self.from.lock().unwrap_or_else(PoisonError::into_inner) = from;
            self.millis.store(now.millis(), Ordering::Relaxed);
        }
    }

    pub(crate) fn last(&self) -> Option<LastUse> {
        let millis = self.millis.load(Ordering::Relaxed);
        (millis != NEVER).then(|| LastUse {
            at: Timestamp::from_millis(millis),
            from: *self.from.lock().unwrap_or_else(PoisonError::into_inner),
        })
    }

    /// The last use, where it is not stored yet.
    pub(crate) fn unsaved(&self) -> Option<LastUse> {
        self.last()
            .filter(|last| last.at.millis() != self.saved_millis.load(Ordering::Relaxed))
    }

    pub(crate) fn mark_saved(&self, last: LastUse) {
        self.saved_millis.store(last.at.millis(), Ordering::Relaxed);
    }
}

impl Digests {
    /// Those of a key that was not rotated.
    pub(crate) const fn of_one(current: Digest) -> Self {
        Self {
            current,
            former: None,
        }
    }

    /// What stands in three columns: the current one, the one before, and until when that works.
    pub(crate) fn of_row(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        let former = row.get::<_, Option<[u8; 32]>>(column + 1)?;
        let until = row.get::<_, Option<i64>>(column + 2)?;
        Ok(Self {
            current: Digest::from_bytes(row.get(column)?),
            former: former
                .zip(until)
                .map(|(former, until)| (Digest::from_bytes(former), Timestamp::from_millis(until))),
        })
    }

    /// After a rotation: the present secret works on until `overlap` is over, and not at all where that is nothing.
    pub(crate) fn rotated(self, new: Digest, overlap: Secs, now: Timestamp) -> Self {
        let overlap = overlap.min(KEY_OVERLAP_MAX);
        Self {
            current: new,
            former: (overlap > Secs::new(0)).then(|| (self.current, now + overlap)),
        }
    }

    /// Whether this one of the digests works at `now`.
    pub(crate) fn works(&self, digest: &Digest, now: Timestamp) -> bool {
        self.current == *digest
            || self
                .former
                .is_some_and(|(former, until)| former == *digest && now < until)
    }

    pub(crate) fn each(self) -> impl Iterator<Item = Digest> {
        std::iter::once(self.current).chain(self.former.map(|(digest, _)| digest))
    }

    /// The former one and its end, as columns hold them.
    pub(crate) fn former_columns(&self) -> (Option<[u8; 32]>, Option<i64>) {
        let former = self.former.as_ref();
        (
            former.map(|(digest, _)| *digest.as_bytes()),
            former.map(|(_, until)| until.millis()),
        )
    }
}
