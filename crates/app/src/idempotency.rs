//! Ids of new things, and what makes repeating a creation safe.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};
use usher_domain::repeat::derived_bits;
use usher_domain::{AccountId, Actor, Timestamp};
use usher_identity::Identity;

use crate::problem::Problem;

/// The most characters of an idempotency key.
pub const KEY_CHARS_MAX: usize = 255;

/// What the digest of a key starts with, so that no other digest of the same bytes can be taken for it.
const HASH_DOMAIN: &[u8] = b"usher.idempotency.v1\0";

/// The `Idempotency-Key` of a request, where it has one.
///
/// The id of what is created is derived from the key, the caller, the account and what was asked. So a repeated request
/// finds the thing and is answered with how it is now, another request with the same key is told from it, and no answer
/// is kept and replayed past its truth.
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
    /// Takes note of a body. The order of members and the space between them do not matter.
    pub fn put(&self, body: &[u8]) {
        let canonical = serde_json::from_slice::<BTreeMap<String, serde_json::Value>>(body)
            .and_then(|members| serde_json::to_vec(&members));
        let digest = Sha256::digest(canonical.as_deref().unwrap_or(body));
        // A request has one body.
        let _ = self.0.set(digest.into());
    }
}

impl IdempotencyKey {
    /// No key: every request creates something new.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// The key of a request for `target`, its method and path. `body` gets the digest of its body. A problem where the
    /// key is too long, or empty.
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

    /// The problem of a key that cannot be one.
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

    /// The 128 bits of the new thing's id: derived from the key and the request where there is a key, else a UUID of
    /// version 7. To be called once the body was read.
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
        // Every part before the key has a length of its own or ends with a byte that it cannot contain.
        let key = Sha256::new()
            .chain_update(HASH_DOMAIN)
            .chain_update(account.map_or(0, AccountId::bits).to_be_bytes())
            .chain_update(actor.to_string())
            .chain_update([0])
            .chain_update(&drawn.key)
            .finalize();
        // Ids are no secret, and bodies may hold one: what was asked is digested with the server's own key.
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
