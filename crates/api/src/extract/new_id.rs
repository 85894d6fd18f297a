//! Ids of new things, and what makes repeating a creation safe.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use usher_domain::repeat::derived_bits;
use usher_domain::{AccountId, Actor, Timestamp};
use usher_identity::Identity;
use utoipa::IntoParams;

use crate::problem::Problem;

/// The header that names an attempt to create something.
const HEADER: &str = "idempotency-key";

/// The most characters of an idempotency key.
pub const KEY_CHARS_MAX: usize = 255;

/// What the digest of a key starts with, so that no other digest of the same bytes can be taken for it.
const HASH_DOMAIN: &[u8] = b"usher.idempotency.v1\0";

/// How the header stands in the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its shape is used")]
pub(crate) struct IdempotencyHeader {
    /// A name for this attempt, drawn by the caller. A repeated call with the same one creates nothing new: it is
    /// answered with 200 and what the first one created, as it is now. Another call with the same one is refused
    /// (`idempotency-key-reused`) as long as what the first one created is known.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 255,
        example = "6f1c9f3e-8a53-4d0c-9b7a-0b1f6f3f2f4e"
    )]
    idempotency_key: String,
}

/// The `Idempotency-Key` of a request, where it has one.
///
/// The id of what is created is derived from the key, the caller, the account and what was asked. So a repeated request
/// finds the thing and is answered with how it is now, another request with the same key is told from it, and no answer
/// is kept and replayed past its truth.
pub(crate) struct IdempotencyKey(Option<Drawn>);

struct Drawn {
    key: String,
    /// The method and path of the request.
    target: String,
    body: BodyDigest,
}

/// The digest of the body of a request that has a key, once the body was read: [`Json`](super::Json) puts it in.
#[derive(Clone, Default)]
pub(super) struct BodyDigest(Arc<OnceLock<[u8; 32]>>);

impl BodyDigest {
    /// Takes note of a body. The order of members and the space between them do not matter.
    pub(super) fn put(&self, body: &[u8]) {
        let canonical = serde_json::from_slice::<BTreeMap<String, serde_json::Value>>(body)
            .and_then(|members| serde_json::to_vec(&members));
        let digest = Sha256::digest(canonical.as_deref().unwrap_or(body));
        // A request has one body.
        let _ = self.0.set(digest.into());
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(HEADER) else {
            return Ok(Self(None));
        };
        match value.to_str() {
            Ok(key) if !key.is_empty() && key.len() <= KEY_CHARS_MAX => {
                let body = BodyDigest::default();
                parts.extensions.insert(body.clone());
                Ok(Self(Some(Drawn {
                    key: key.to_owned(),
                    target: format!("{} {}", parts.method, parts.uri.path()),
                    body,
                })))
            }
            _ => Err(Problem::invalid(
                "Idempotency-Key",
                format!("must be 1 to {KEY_CHARS_MAX} visible ASCII characters"),
            )),
        }
    }
}

impl IdempotencyKey {
    /// Whether the request has one.
    pub(crate) const fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// The key itself.
    pub(crate) fn as_str(&self) -> Option<&str> {
        self.0.as_ref().map(|drawn| drawn.key.as_str())
    }

    /// The 128 bits of the new thing's id: derived from the key and the request where there is a key, else a UUID of
    /// version 7. To be called once the body was read.
    pub(crate) fn bits(
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
