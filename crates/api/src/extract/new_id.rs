//! Ids of new things, and what makes repeating a creation safe.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use usher_domain::{AccountId, Actor, Timestamp};
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
#[allow(dead_code, reason = "only its shape is used")]
pub(crate) struct IdempotencyHeader {
    /// A name for this attempt, drawn by the caller. A repeated call with the same one creates nothing new: it is
    /// answered with 200 and what the first one created, as it stands now.
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
/// The id of what is created is derived from the key, the caller and the account. So a repeated request finds the
/// thing and is answered with how it stands now; no answer is kept and replayed past its truth.
pub(crate) struct IdempotencyKey(Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(HEADER) else {
            return Ok(Self(None));
        };
        match value.to_str() {
            Ok(key) if !key.is_empty() && key.len() <= KEY_CHARS_MAX => Ok(Self(Some(key.to_owned()))),
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

    /// The 128 bits of the new thing's id: derived from the key where there is one, else a UUID of version 7.
    pub(crate) fn bits(
        &self,
        account: Option<AccountId>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<u128, Problem> {
        let Some(key) = &self.0 else {
            return usher_identity::draw_bits(now).map_err(Problem::from);
        };
        // Every part before the key has a length of its own or ends with a byte that it cannot contain.
        let digest = Sha256::new()
            .chain_update(HASH_DOMAIN)
            .chain_update(account.map_or(0, AccountId::bits).to_be_bytes())
            .chain_update(actor.to_string())
            .chain_update([0])
            .chain_update(key)
            .finalize();
        let mut bits = [0_u8; 16];
        bits.copy_from_slice(&digest[..16]);
        Ok(u128::from_be_bytes(bits))
    }
}
