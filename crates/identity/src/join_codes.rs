//! Join codes at rest: found by a keyed digest, and sealed.
//!
//! A reader of the data or of a backup finds neither a code nor a way to test one: the digest is an HMAC, and the code
//! is sealed for its account. Both keys are derived from one that is drawn at the first start and sealed with the
//! secrets key.

use std::sync::Arc;

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use usher_domain::join_code::JoinCode;
use usher_domain::text::Code;
use usher_domain::{AccountId, SessionId};

use crate::ports::{SealedPlace, Store};
use crate::random::fill;
use crate::{IdentityError, SealError, Sealer, SecretsKeys};

const KEY_BYTES: usize = 32;

/// Digests, seals and opens join codes. Cheap to clone.
#[derive(Clone)]
pub struct JoinCodes {
    digests: Arc<Hmac<Sha256>>,
    attempts: Arc<Hmac<Sha256>>,
    sealer: Sealer,
}

impl JoinCodes {
    fn new(key: &[u8; KEY_BYTES]) -> Self {
        let derived =
            |of: &str| -> [u8; KEY_BYTES] { keyed(key).chain_update(of).finalize().into_bytes().into() };
        Self {
            digests: Arc::new(keyed(&derived("join code digest"))),
            attempts: Arc::new(keyed(&derived("join attempt digest"))),
            sealer: Sealer::new(&SecretsKeys::of_one(derived("join code seal"))),
        }
    }

    /// The digest by which a code is found.
    #[must_use]
    pub fn digest(&self, code: &Code) -> String {
        let mac = Hmac::clone(&self.digests).chain_update(code.as_str());
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    /// The identity of a customer's program that repeats its attempt to join: a digest of the key that it drew, which
    /// cannot be computed from the data alone.
    #[must_use]
    pub fn attempt(&self, account: AccountId, session: SessionId, key: &str) -> String {
        let mac = Hmac::clone(&self.attempts)
            .chain_update(account.bits().to_be_bytes())
            .chain_update(session.bits().to_be_bytes())
            .chain_update(key);
        HEXLOWER.encode(&mac.finalize().into_bytes()[..16])
    }

    /// A code as its account stores it.
    pub fn seal(&self, account: AccountId, code: &Code) -> Result<JoinCode, SealError> {
        let digest = self.digest(code);
        let sealed = self
            .sealer
            .seal(&context(account, &digest), code.as_str().as_bytes())?;
        Ok(JoinCode::Sealed {
            sealed: BASE64_NOPAD.encode(&sealed).into(),
            digest: digest.into(),
        })
    }

    /// Opens a code for a caller who may see it; `None` if it was changed, or moved from another account.
    #[must_use]
    pub fn open(&self, account: AccountId, stored: &JoinCode) -> Option<Code> {
        let (digest, sealed) = match stored {
            JoinCode::Plain(code) => return Some(code.clone()),
            JoinCode::Sealed { digest, sealed } => (digest, sealed),
        };
        let sealed = BASE64_NOPAD.decode(sealed.as_bytes()).ok()?;
        let code = self.sealer.open(&context(account, digest), &sealed).ok()?;
        String::from_utf8(code).ok()?.parse().ok()
    }
}

fn keyed(key: &[u8; KEY_BYTES]) -> Hmac<Sha256> {
    // HMAC itself pads a shorter key with zeros.
    let mut block = [0; 64];
    block[..KEY_BYTES].copy_from_slice(key);
    Hmac::new(&block.into())
}

/// The context of a sealed code: its kind and account.
fn context(account: AccountId, digest: &str) -> String {
    format!("join code {digest} of {account}")
}

/// The stored key. If there is none yet, one is drawn.
pub(crate) async fn load_or_create(store: &dyn Store, sealer: &Sealer) -> Result<JoinCodes, IdentityError> {
    let context = SealedPlace::JoinKey.context();
    let mut stored = store.join_key().await?;
    if stored.is_none() {
        let mut key = [0; KEY_BYTES];
        fill(&mut key)?;
        // If another node is quicker, its key is used.
        store.add_join_key(sealer.seal(&context, &key)?).await?;
        stored = store.join_key().await?;
    }
    let damaged = || IdentityError::damaged("join code key");
    let key = sealer.open(&context, &stored.ok_or_else(damaged)?)?;
    let key = key.try_into().map_err(|_| damaged())?;
    Ok(JoinCodes::new(&key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: AccountId = AccountId::from_bits(1);

    #[test]
    fn a_code_is_found_by_its_digest_and_opens_in_its_account_alone() {
        let codes = JoinCodes::new(&[7; KEY_BYTES]);
        let code: Code = "K7QM2XABCD".parse().unwrap();

        let kept = codes.seal(HERE, &code).unwrap();

        let JoinCode::Sealed { digest, sealed } = &kept else {
            panic!("{kept:?}");
        };
        assert_eq!(**digest, codes.digest(&code));
        assert!(!sealed.contains("K7QM") && !digest.contains("K7QM"));
        assert_eq!(codes.open(HERE, &kept), Some(code.clone()));
        assert_eq!(codes.open(AccountId::from_bits(2), &kept), None);
        let others = JoinCodes::new(&[8; KEY_BYTES]);
        assert_ne!(others.digest(&code), codes.digest(&code));
        assert_eq!(others.open(HERE, &kept), None);
    }

    #[tokio::test]
    async fn the_key_survives_a_change_of_the_secrets_key() {
        let store = crate::MemoryStore::new();
        let (old, new) = ("11".repeat(32), "22".repeat(32));
        let sealer = |keys: &str| Sealer::new(&SecretsKeys::parse(keys).unwrap());
        let code: Code = "K7QM2XABCD".parse().unwrap();
        let kept = load_or_create(&store, &sealer(&old))
            .await
            .unwrap()
            .seal(HERE, &code)
            .unwrap();

        crate::reseal::reseal(&store, &sealer(&format!("{new},{old}")))
            .await
            .unwrap();

        let codes = load_or_create(&store, &sealer(&new)).await.unwrap();
        assert_eq!(codes.open(HERE, &kept), Some(code));
    }
}
