//! Keyed digests, with which stored state is checked before it is trusted.
//!
//! The key is derived from the secrets key. A snapshot's digest is checked whenever the snapshot is loaded and, for all
//! snapshots, at every start.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Hash, Snapshot};

/// The prefix of a snapshot's digest input, so that no other digest of the same bytes can be taken for it.
const SNAPSHOT_DOMAIN: &[u8] = b"usher.snapshot.v1\0";

/// Makes and checks keyed digests (HMAC-SHA-256). An attacker who can write the database but lacks the key cannot make
/// one. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// The first is the current one; digests made with the others are still accepted.
    keys: Arc<[[u8; 32]]>,
}

/// The result of checking a keyed digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authenticity {
    /// It was made with the current key.
    Current,
    /// It was made with an earlier key that is still known. Make it again before that key is dropped.
    Former,
    /// It was not made with any of the keys, or is the digest of something else.
    Wrong,
}

impl Authenticator {
    /// Uses these keys, the current one first. Without any, digests detect accidents but no tampering: see
    /// [`unkeyed`](Self::unkeyed).
    #[must_use]
    pub fn new(keys: &[[u8; 32]]) -> Self {
        if keys.is_empty() {
            return Self::unkeyed();
        }
        Self { keys: keys.into() }
    }

    /// Digests that anybody can make: for journals in memory, and for tests.
    #[must_use]
    pub fn unkeyed() -> Self {
        Self {
            keys: Arc::from([[0; 32]]),
        }
    }

    /// The digest of `parts`. Only the last part may have a variable length.
    #[must_use]
    pub fn digest(&self, parts: &[&[u8]]) -> Hash {
        digest(&self.keys[0], parts)
    }

    /// Checks `stored` as the digest of `parts`.
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
    // A key shorter than a block is padded with zeros (RFC 2104). Padding it here makes the constructor infallible.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    Hash::from_bytes(mac.finalize().into_bytes().into())
}

impl Snapshot {
    /// The snapshot with its digest recomputed by `authenticator`.
    #[must_use]
    pub fn sealed(mut self, authenticator: &Authenticator) -> Self {
        let (account, seq) = (self.account.bits().to_be_bytes(), self.seq.get().to_be_bytes());
        let parts = [SNAPSHOT_DOMAIN, &account, &seq, self.hash.as_bytes(), &self.state];
        self.digest = authenticator.digest(&parts);
        self
    }

    /// Checks its digest with `authenticator`.
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
    fn a_snapshot_is_accepted_only_unchanged() {
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
    fn digests_of_a_replaced_key_are_accepted_while_it_is_given() {
        let (old, new) = ([1; 32], [2; 32]);
        let sealed = snapshot().sealed(&Authenticator::new(&[old]));

        let both = sealed.authenticity(&Authenticator::new(&[new, old]));
        let alone = sealed.authenticity(&Authenticator::new(&[new]));

        assert_eq!((both, alone), (Authenticity::Former, Authenticity::Wrong));
    }
}
