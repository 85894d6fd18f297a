//! The header `Idempotency-Key`, which makes repeating a creation safe.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use usher_app::BodyDigest;
use utoipa::IntoParams;

use crate::problem::Problem;

/// The header that names an attempt to create something.
const HEADER: &str = "idempotency-key";

/// The header in the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its shape is used")]
pub(crate) struct IdempotencyHeader {
    /// A name for this attempt, chosen by the caller. Repeating the call with the same key creates nothing new: the
    /// answer is 200 with what the first call created, as it is now. A different call with the same key is refused
    /// (`idempotency-key-reused`) for as long as the thing created by the first one is known.
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

/// The `Idempotency-Key` of a request, if it has one.
pub(crate) struct IdempotencyKey(usher_app::IdempotencyKey);

impl std::ops::Deref for IdempotencyKey {
    type Target = usher_app::IdempotencyKey;

    fn deref(&self) -> &usher_app::IdempotencyKey {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(HEADER) else {
            return Ok(Self(usher_app::IdempotencyKey::none()));
        };
        let key = value
            .to_str()
            .map_err(|_| usher_app::IdempotencyKey::malformed())?;
        let target = format!("{} {}", parts.method, parts.uri.path());
        // The extractor of the body finds it there, and puts the digest in.
        let body = BodyDigest::default();
        let key = usher_app::IdempotencyKey::new(key, target, body.clone())?;
        parts.extensions.insert(body);
        Ok(Self(key))
    }
}
