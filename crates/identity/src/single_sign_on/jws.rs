//! The signatures of ID tokens (RFC 7515), verified with the keys that the provider publishes (RFC 7517).
//!
//! `jsonwebtoken` parses tokens; the arithmetic is that of *ring*, which the server's TLS uses too, so that there is
//! one cryptography library for other parties' signatures.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey, Validation};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::{Map, Value};

use super::claims::Claims;
use super::error::TokenError;

/// The most keys of one provider that are read. Providers publish two or three.
const KEYS_MAX: usize = 50;

/// The published keys of a provider that this server supports.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<Key>);

#[derive(Debug)]
struct Key {
    id: Option<String>,
    /// The algorithms that the key may be used with.
    algorithms: Vec<Algorithm>,
    public: DecodingKey,
}

/// The parts of a token's header about its signature.
struct Head {
    algorithm: Algorithm,
    key: Option<String>,
}

impl Keys {
    /// The keys of a JWK set. Keys of other kinds and for other uses are ignored, and so are unknown members.
    pub(super) fn of_set(set: &Map<String, Value>) -> Self {
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys.into_iter().flatten().filter_map(Value::as_object);
        Self(keys.filter_map(Key::of).take(KEYS_MAX).collect())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The claims of a token that one of the keys signed.
    pub(super) fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        // No other part of the program uses the library, so it cannot have installed another provider.
        let _ = PROVIDER.install_default();
        let head = Head::of(token)?;
        let mut error = TokenError::UnknownKey;
        for key in self.candidates(&head) {
            match decode(token, head.algorithm, &key.public) {
                Ok(claims) => return Ok(claims),
                // The key that the token names is known, so fetching the keys again would not help.
                Err(wrong) if head.key.is_some() && key.id == head.key => error = wrong,
                Err(_) => {}
            }
        }
        Err(error)
    }

    /// The keys that may have signed: those with the id in the token's header. Keys without an id always qualify.
    fn candidates<'a>(&'a self, head: &'a Head) -> impl Iterator<Item = &'a Key> {
        let fits = |key: &&Key| {
            let is_named = key.id.is_none() || head.key.is_none() || key.id == head.key;
            is_named && key.algorithms.contains(&head.algorithm)
        };
        self.0.iter().filter(fits)
    }
}

impl Key {
    fn of(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        let (algorithms, key) = match (text("kty")?, text("crv")) {
            ("RSA", _) => {
                use Algorithm::{PS256, PS384, PS512, RS256, RS384, RS512};
                let all = vec![RS256, RS384, RS512, PS256, PS384, PS512];
                (all, DecodingKey::from_rsa_components(text("n")?, text("e")?))
            }
            ("EC", Some("P-256")) => (
                vec![Algorithm::ES256],
                DecodingKey::from_ec_components(text("x")?, text("y")?),
            ),
            ("EC", Some("P-384")) => (
                vec![Algorithm::ES384],
                DecodingKey::from_ec_components(text("x")?, text("y")?),
            ),
            ("OKP", Some("Ed25519")) => (
                vec![Algorithm::EdDSA],
                DecodingKey::from_ed_components(text("x")?),
            ),
            _ => return None,
        };
        // RFC 9864 names the curve in place of the algorithm.
        let only = text("alg").map(|name| if name == "Ed25519" { "EdDSA" } else { name });
        let algorithms: Vec<_> = algorithms
            .into_iter()
            .filter(|algorithm| only.is_none_or(|only| only.parse().ok() == Some(*algorithm)))
            .collect();
        (!algorithms.is_empty()).then_some(())?;
        Some(Self {
            id: text("kid").map(str::to_owned),
            algorithms,
            public: key.ok()?,
        })
    }
}

impl Head {
    /// Rejects `none`, and the algorithms with a shared secret: otherwise anybody could sign with the public key as the
    /// secret. [`Key::of`] names the accepted ones.
    fn of(token: &str) -> Result<Self, TokenError> {
        let (head, _) = token.split_once('.').ok_or(TokenError::Form)?;
        let head = BASE64URL_NOPAD
            .decode(head.as_bytes())
            .map_err(|_| TokenError::Form)?;
        let head: Map<String, Value> = serde_json::from_slice(&head).map_err(|_| TokenError::Form)?;
        let text = |name: &str| head.get(name).and_then(Value::as_str);
        let algorithm = text("alg").ok_or(TokenError::Form)?;
        let algorithm: Algorithm = algorithm.parse().map_err(|_| TokenError::Signature)?;
        if matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) {
            return Err(TokenError::Signature);
        }
        Ok(Self {
            algorithm,
            key: text("kid").map(str::to_owned),
        })
    }
}

/// Verifies only the signature: times and names are checked here, by a clock that is passed in.
fn decode(token: &str, algorithm: Algorithm, key: &DecodingKey) -> Result<Claims, TokenError> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let read = jsonwebtoken::decode::<Map<String, Value>>(token, key, &validation);
    let read = read.map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => {
            TokenError::Signature
        }
        _ => TokenError::Form,
    })?;
    Ok(Claims::new(read.claims))
}

/// Verifies with *ring*. Signing and key export are not supported.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: no_signer,
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        rsa_pub_components_from_public_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        ec_pub_components_from_private_key: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        ed_pub_components_from_private_key: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        compute_digest: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    },
};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the library's signature")]
fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the library's signature")]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    if algorithm.family() != key.family() {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let check = match algorithm {
        Algorithm::RS256 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Check::Rsa(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Check::Rsa(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Check::Rsa(&RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => Check::Other(&ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Check::Other(&ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Check::Other(&ED25519),
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    Ok(Box::new(RingVerifier {
        algorithm: *algorithm,
        check,
        key: key.clone(),
    }))
}

enum Check {
    Rsa(&'static RsaParameters),
    Other(&'static dyn VerificationAlgorithm),
}

struct RingVerifier {
    algorithm: Algorithm,
    check: Check,
    key: DecodingKey,
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let verified = match (&self.check, self.key.kind()) {
            (Check::Rsa(parameters), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                // Some providers write the modulus with a leading zero, as in DER.
                let stripped =
                    |number: &[u8]| number.iter().skip_while(|byte| **byte == 0).copied().collect();
                let (n, e): (Vec<u8>, Vec<u8>) = (stripped(n), stripped(e));
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            (Check::Other(algorithm), DecodingKeyKind::SecretOrDer(key)) => {
                UnparsedPublicKey::new(*algorithm, key).verify(message, signature)
            }
            _ => return Err(signature::Error::new()),
        };
        verified.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens made by another library, with the public keys of their signers.
    fn vectors() -> Vec<Value> {
        serde_json::from_str(include_str!("signed-tokens.json")).unwrap()
    }

    fn keys(jwks: &[&Value]) -> Keys {
        let jwks = jwks.iter().copied().cloned().collect();
        Keys::of_set(&Map::from_iter([("keys".to_owned(), jwks)]))
    }

    fn changed(jwk: &Value, name: &str, value: impl Into<Value>) -> Value {
        let mut jwk = jwk.clone();
        jwk[name] = value.into();
        jwk
    }

    #[test]
    fn each_algorithm_is_verified_and_a_changed_token_is_refused() {
        for vector in vectors() {
            let (alg, token) = (&vector["alg"], vector["token"].as_str().unwrap());
            let keys = keys(&[&vector["jwk"]]);
            let (head, rest) = token.split_once('.').unwrap();
            let (_, signature) = rest.split_once('.').unwrap();
            let other = BASE64URL_NOPAD.encode(br#"{"sub":"eva-1"}"#);

            assert_eq!(keys.verify(token).unwrap().subject().unwrap(), "sven-1", "{alg}");
            let forged = keys.verify(&format!("{head}.{other}.{signature}"));
            assert_eq!(forged.unwrap_err(), TokenError::Signature, "{alg}");
        }
    }

    #[test]
    fn keys_are_chosen_by_name_kind_and_use_and_odd_ones_are_ignored() {
        let vectors = vectors();
        let (jwk, token) = (&vectors[0]["jwk"], vectors[0]["token"].as_str().unwrap());
        let odd = [
            serde_json::json!("no key"),
            serde_json::json!({"kty": "RSA", "n": 7, "e": "AQAB", "kid": "rsa"}),
            serde_json::json!({"kty": "PQC", "kid": "rsa", "x5c": "none"}),
            changed(jwk, "use", "enc"),
        ];
        let among_odd: Vec<_> = odd.iter().chain([jwk]).collect();
        let mut nameless = changed(jwk, "x5c", 7);
        nameless.as_object_mut().unwrap().remove("kid");

        assert!(keys(&among_odd).verify(token).is_ok());
        assert!(keys(&[&nameless]).verify(token).is_ok());
        for (case, jwk) in [
            ("another name", changed(jwk, "kid", "another")),
            ("another use", changed(jwk, "use", "enc")),
            ("another algorithm", changed(jwk, "alg", "PS256")),
            ("another kind", vectors[6]["jwk"].clone()),
        ] {
            let refused = keys(&[&jwk]).verify(token).unwrap_err();
            assert_eq!(refused, TokenError::UnknownKey, "{case}");
        }
    }

    #[test]
    fn a_malformed_token_is_refused_as_unreadable() {
        let vectors = vectors();
        let keys = keys(&[&vectors[0]["jwk"]]);
        for text in [
            "",
            ".",
            "..",
            "a.b.c",
            "e30.e30.",
            "bnVsbA.e30.",
            "eyJhbGciOjd9.e30.",
        ] {
            assert_eq!(keys.verify(text).unwrap_err(), TokenError::Form, "{text}");
        }
    }
}
