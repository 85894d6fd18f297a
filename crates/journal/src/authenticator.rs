//! Keyed digests: what stored state is checked with before it is believed.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Hash, Snapshot};

/// What a snapshot's digest starts with, so that no other digest of the same bytes can be taken for it.
const SNAPSHOT_DOMAIN: &[u8] = b"usher.snapshot.v1\0";

/// Makes and checks keyed digests (HMAC-SHA-256). Whoever can write the database, and does not have the key, cannot
/// make one. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// The first is the current one; digests by the others are still known.
    keys: Arc<[[u8; 32]]>,
}

/// What a keyed digest tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authenticity {
    /// It was made with the current key.
    Current,
    /// It was made with an earlier key that is still known: make it again before that key is given up.
    Former,
    /// It was not made with any of the keys, or of something else.
    Wrong,
}

impl Authenticator {
    /// With these keys, the current one first. Without any, digests show accidents, but no hand that makes them again:
    /// [`unkeyed`](Self::unkeyed).
    #[must_use]
    pub fn new(keys: &[[u8; 32]]) -> Self {
        if keys.is_empty() {
            return Self::unkeyed();
        }
        Self { keys: keys.into() }
    }

    /// Digests that anybody can make: for journals that live in memory, and for tests.
    #[must_use]
    pub fn unkeyed() -> Self {
        Self {
            keys: Arc::from([[0; 32]]),
        }
    }

    /// The digest of `parts`, of which only the last may have a length that varies.
    #[must_use]
    pub fn digest(&self, parts: &[&[u8]]) -> Hash {
        digest(&self.keys[0], parts)
    }

    /// What the digest `stored` tells of `parts`.
    #[must_use]
    pub fn check(&self, parts: &[&[u8]], stored: &Hash) -> Authenticity {
        let by = self.keys.iter().position(|key| digest(key, parts) == *stored);
        match by {
            Some(0) => Authenticity::Current,
            Some(_) => Authenticity::Former,
            None => Authenticity::Wrong,
        }
    }
}

impl Default for Authenticator {
    fn default() -> Self {
        Self::unkeyed()
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authenticator(…)")
    }
}

fn digest(key: &[u8; 32], parts: &[&[u8]]) -> Hash {
    // A key that is shorter than a block is filled with zeros (RFC 2104), here already: so nothing can fail.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    Hash::from_bytes(mac.finalize().into_bytes().into())
}

impl Snapshot {
    /// The snapshot with its digest made (again) by `authenticator`.
    #[must_use]
    pub fn sealed(mut self, authenticator: &Authenticator) -> Self {
        let (account, seq) = (self.account.bits().to_be_bytes(), self.seq.get().to_be_bytes());
        let parts = [SNAPSHOT_DOMAIN, &account, &seq, self.hash.as_bytes(), &self.state];
        self.digest = authenticator.digest(&parts);
        self
    }

    /// Whether its digest is the one that `authenticator` makes of it.
    #[must_use]
    pub fn authenticity(&self, authenticator: &Authenticator) -> Authenticity {
        let (account, seq) = (self.account.bits().to_be_bytes(), self.seq.get().to_be_bytes());
        let parts = [SNAPSHOT_DOMAIN, &account, &seq, self.hash.as_bytes(), &self.state];
        authenticator.check(&parts, &self.digest)
    }
}

#[cfg(test)]
mod tests {
    use usher_domain::AccountId;

    use super::*;
    use crate::Seq;

    fn snapshot() -> Snapshot {
        Snapshot {
            account: AccountId::from_bits(1),
            seq: Seq::new(5),
            hash: Hash::from_bytes([7; 32]),
            state: (*b"{\"seats\":3}").into(),
            digest: Hash::GENESIS,
        }
    }

    #[test]
    fn a_snapshot_is_believed_only_as_it_was_sealed() {
        let authenticator = Authenticator::new(&[[1; 32]]);
        let sealed = snapshot().sealed(&authenticator);
        let changed = [
            snapshot(),
            Snapshot {
                state: (*b"{\"seats\":9}").into(),
                ..sealed.clone()
            },
            Snapshot {
                seq: Seq::new(6),
                ..sealed.clone()
            },
            Snapshot {
                hash: Hash::GENESIS,
                ..sealed.clone()
            },
            Snapshot {
                account: AccountId::from_bits(2),
                ..sealed.clone()
            },
            snapshot().sealed(&Authenticator::unkeyed()),
        ];

        assert_eq!(sealed.authenticity(&authenticator), Authenticity::Current);
        for snapshot in changed {
            assert_eq!(
                snapshot.authenticity(&authenticator),
                Authenticity::Wrong,
                "{snapshot:?}"
            );
        }
    }

    #[test]
    fn a_key_that_was_replaced_is_known_as_long_as_it_is_given() {
        let (old, new) = ([1; 32], [2; 32]);
        let sealed = snapshot().sealed(&Authenticator::new(&[old]));

        let both = sealed.authenticity(&Authenticator::new(&[new, old]));
        let alone = sealed.authenticity(&Authenticator::new(&[new]));

        assert_eq!((both, alone), (Authenticity::Former, Authenticity::Wrong));
    }
}
