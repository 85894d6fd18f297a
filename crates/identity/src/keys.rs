//! Shared by keys of every kind: a secret that can be rotated, and a last use.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use usher_domain::personal::{OfKeyHolder, Personal};
use usher_domain::{Secs, Timestamp};

use crate::SecretDigest;

/// The longest time for which the former secret of a key works after a rotation.
pub const KEY_OVERLAP_MAX: Secs = Secs::new(7 * 86_400);

/// The precision of the last use: one write to shared memory per minute, not one per request.
const LAST_USE_PRECISION: Secs = Secs::new(60);

/// The value for "never" in the atomics below.
const NEVER: i64 = i64::MIN;

/// When and from where a key was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastUse {
    /// The time, to the minute.
    pub at: Timestamp,
    /// The client's network address, if known.
    pub from: Option<Personal<IpAddr, OfKeyHolder>>,
}

/// The last use of one key, in memory, and the part of it that is stored.
pub(crate) struct UseTracker {
    millis: AtomicI64,
    saved_millis: AtomicI64,
    from: Mutex<Option<Personal<IpAddr, OfKeyHolder>>>,
}

/// The digests of a key's secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyDigests {
    /// That of the current secret.
    pub current: SecretDigest,
    /// That of the secret before the last rotation, and until when it works.
    pub former: Option<(SecretDigest, Timestamp)>,
}

impl UseTracker {
    /// Starts with the stored use; `None` if the key was never used.
    pub(crate) fn new(stored: Option<LastUse>) -> Self {
        let millis = stored.map_or(NEVER, |last| last.at.millis());
        Self {
            millis: AtomicI64::new(millis),
            saved_millis: AtomicI64::new(millis),
            from: Mutex::new(stored.and_then(|last| last.from)),
        }
    }

    pub(crate) fn touch(&self, from: Option<IpAddr>, now: Timestamp) {
        let last = self.millis.load(Ordering::Relaxed);
        if last == NEVER || now.since(Timestamp::from_millis(last)) >= LAST_USE_PRECISION {
            *self.from.lock().unwrap_or_else(PoisonError::into_inner) = from.map(Personal::new);
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

    /// The last use, if it is not stored yet.
    pub(crate) fn unsaved(&self) -> Option<LastUse> {
        self.last()
            .filter(|last| last.at.millis() != self.saved_millis.load(Ordering::Relaxed))
    }

    pub(crate) fn mark_saved(&self, last: LastUse) {
        self.saved_millis.store(last.at.millis(), Ordering::Relaxed);
    }
}

impl KeyDigests {
    /// The digests of a key that was not rotated.
    #[must_use]
    pub const fn of_one(current: SecretDigest) -> Self {
        Self {
            current,
            former: None,
        }
    }

    /// Those after a rotation: the current secret becomes the former one until `former_until`, and stops working at
    /// once if that is `None`.
    #[must_use]
    pub fn rotated(self, new: SecretDigest, former_until: Option<Timestamp>) -> Self {
        Self {
            current: new,
            former: former_until.map(|until| (self.current, until)),
        }
    }

    /// Whether this digest is valid at `now`.
    pub(crate) fn works(&self, digest: &SecretDigest, now: Timestamp) -> bool {
        self.current == *digest
            || self
                .former
                .is_some_and(|(former, until)| former == *digest && now < until)
    }

    pub(crate) fn each(self) -> impl Iterator<Item = SecretDigest> {
        std::iter::once(self.current).chain(self.former.map(|(digest, _)| digest))
    }
}

/// Until when the current secret works after a rotation now: for `overlap`, at most [`KEY_OVERLAP_MAX`]; `None` if
/// there is no overlap.
pub(crate) fn former_until(overlap: Secs, now: Timestamp) -> Option<Timestamp> {
    let overlap = overlap.min(KEY_OVERLAP_MAX);
    (overlap > Secs::new(0)).then(|| now + overlap)
}
