//! Ids of new things, and safe repetition of creations.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};
use usher_domain::repeat::derived_bits;
use usher_domain::{AccountId, Actor, Timestamp};
use usher_identity::Identity;

use crate::problem::Problem;

/// The most characters of an idempotency key.
pub const KEY_CHARS_MAX: usize = 255;

/// The prefix of a key's digest, so that it cannot be confused with another digest of the same bytes.
const HASH_DOMAIN: &[u8] = b"usher.idempotency.v1\0";

/// The `Idempotency-Key` of a request, if it has one.
///
/// The new id is derived from the key, the caller, the account and the request. So a repeated request finds the thing
/// and is answered with its current state, another request with the same key is detected, and no outdated answer is
/// stored and replayed.
#[derive(Debug)]
pub struct IdempotencyKey(Option<Drawn>);

#[derive(Debug)]
struct Drawn {
    key: String,
    /// The method and path of the request.
    target: String,
    body: BodyDigest,
}

/// The digest of the body of a request that has a key, once the body was read.
#[derive(Debug, Clone, Default)]
pub struct BodyDigest(Arc<OnceLock<[u8; 32]>>);

impl BodyDigest {
    /// Adds a body to the digest. The order of members and white space do not matter.
    pub fn put(&self, body: &[u8]) {
        let canonical = serde_json::from_slice::<BTreeMap<String, serde_json::Value>>(body)
            .and_then(|members| serde_json::to_vec(&members));
        let digest = Sha256::digest(canonical.as_deref().unwrap_or(body));
        // A request has only one body.
        let _ = self.0.set(digest.into());
    }
}

impl IdempotencyKey {
    /// No key: every request creates something new.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// The key of a request for `target`, its method and path. `body` gets the digest of its body. A problem if the key
    /// is too long or empty.
    pub fn new(key: &str, target: String, body: BodyDigest) -> Result<Self, Problem> {
        if key.is_empty() || key.len() > KEY_CHARS_MAX {
            return Err(Self::malformed());
        }
        Ok(Self(Some(Drawn {
            key: key.to_owned(),
            target,
            body,
        })))
    }

    /// The problem of an invalid key.
    #[must_use]
    pub fn malformed() -> Problem {
        Problem::invalid(
            "Idempotency-Key",
            format!("must be 1 to {KEY_CHARS_MAX} visible ASCII characters"),
        )
    }

    /// Whether the request has one.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// The key itself.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_ref().map(|drawn| drawn.key.as_str())
    }

    /// The 128 bits of the new thing's id: derived from the key and the request if there is a key, otherwise a UUID of
    /// version 7. Call it after the body was read.
    pub fn bits(
        &self,
        identity: &Identity,
        account: Option<AccountId>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<u128, Problem> {
        let Some(drawn) = &self.0 else {
            return usher_identity::draw_bits(now).map_err(Problem::from);
        };
        // Every part before the key has a fixed length or ends with a byte that it cannot contain.
        let key = Sha256::new()
            .chain_update(HASH_DOMAIN)
            .chain_update(account.map_or(0, AccountId::bits).to_be_bytes())
            .chain_update(actor.to_string())
            .chain_update([0])
            .chain_update(&drawn.key)
            .finalize();
        // Ids are not secret, but bodies may contain secrets: the request is digested with the server's own key.
        let mut asked = key.to_vec();
        asked.extend_from_slice(drawn.body.0.get().map_or(&[], |digest| &digest[..]));
        asked.extend_from_slice(drawn.target.as_bytes());
        let half = |digest: &[u8]| {
            let mut bytes = [0_u8; 8];
            bytes.copy_from_slice(&digest[..8]);
            u64::from_be_bytes(bytes)
        };
        Ok(derived_bits(half(&key), half(&identity.keyed_digest(&asked))))
    }
}
