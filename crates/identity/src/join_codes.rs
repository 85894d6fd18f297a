//! Join codes at rest: found by a keyed digest, and sealed.
//!
//! Whoever reads the data or a backup of it finds neither a code nor a way to try one: the digest is an HMAC, and the
//! code is sealed for its account. Both keys are derived from one that is drawn at the first start and sealed with the
//! secrets key.

use std::sync::Arc;

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;
use usher_domain::join_code::JoinCode;
use usher_domain::text::Code;
use usher_domain::{AccountId, SessionId};

use crate::random::fill;
use crate::{IdentityError, SealError, Sealer, SecretsKeys};

/// What the sealed key is.
const CONTEXT: &str = "join code key";
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

    /// What a code is found by.
    #[must_use]
    pub fn digest(&self, code: &Code) -> String {
        let mac = Hmac::clone(&self.digests).chain_update(code.as_str());
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    /// What a customer's program is known by when it repeats its attempt to join: a digest of the key that it drew,
    /// which nobody can compute from the data alone.
    #[must_use]
    pub fn attempt(&self, account: AccountId, session: SessionId, key: &str) -> String {
        let mac = Hmac::clone(&self.attempts)
            .chain_update(account.bits().to_be_bytes())
            .chain_update(session.bits().to_be_bytes())
            .chain_update(key);
        HEXLOWER.encode(&mac.finalize().into_bytes()[..16])
    }

    /// A code as its account keeps it.
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

    /// The code itself, for whoever may see it; none where it was changed, or moved from another account.
    #[must_use]
    pub fn open(&self, account: AccountId, kept: &JoinCode) -> Option<Code> {
        let (digest, sealed) = match kept {
            JoinCode::Plain(code) => return Some(code.clone()),
            JoinCode::Sealed { digest, sealed } => (digest, sealed),
        };
        let sealed = BASE64_NOPAD.decode(sealed.as_bytes()).ok()?;
        let code = self.sealer.open(&context(account, digest), &sealed).ok()?;
        String::from_utf8(code).ok()?.parse().ok()
    }
}

fn keyed(key: &[u8; KEY_BYTES]) -> Hmac<Sha256> {
    // HMAC fills a shorter key up with zeros itself.
    let mut block = [0; 64];
    block[..KEY_BYTES].copy_from_slice(key);
    Hmac::new(&block.into())
}

/// What a sealed code is, and whose.
fn context(account: AccountId, digest: &str) -> String {
    format!("join code {digest} of {account}")
}

/// Seals the key again, where it was sealed with an older secrets key. Returns whether it was.
pub(crate) fn renew(tables: &Connection, sealer: &Sealer) -> Result<bool, IdentityError> {
    let Some(stored) = stored(tables)? else {
        return Ok(false);
    };
    let Some(renewed) = sealer.renew(CONTEXT, &stored)? else {
        return Ok(false);
    };
    put(tables, &renewed)?;
    Ok(true)
}

pub(crate) fn load_or_create(tables: &Connection, sealer: &Sealer) -> Result<JoinCodes, IdentityError> {
    let key = if let Some(at_rest) = stored(tables)? {
        sealer.open(CONTEXT, &at_rest)?
    } else {
        let mut key = vec![0; KEY_BYTES];
        fill(&mut key)?;
        put(tables, &sealer.seal(CONTEXT, &key)?)?;
        key
    };
    let key = key
        .try_into()
        .map_err(|_| IdentityError::Damaged { what: CONTEXT })?;
    Ok(JoinCodes::new(&key))
}

/// Checks that the key opens, where there is one.
pub(crate) fn check_sealed(tables: &Connection, sealer: &Sealer) -> Result<(), IdentityError> {
    if let Some(sealed) = stored(tables)? {
        sealer.open(CONTEXT, &sealed)?;
    }
    Ok(())
}

fn stored(tables: &Connection) -> Result<Option<Vec<u8>>, IdentityError> {
    let sql = "SELECT secret FROM identity_join_key";
    Ok(tables.query_row(sql, [], |row| row.get(0)).optional()?)
}

fn put(tables: &Connection, sealed: &[u8]) -> Result<(), IdentityError> {
    tables.execute(
        "INSERT OR REPLACE INTO identity_join_key (id, secret) VALUES (1, ?1)",
        params![sealed],
    )?;
    Ok(())
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

    #[test]
    fn the_key_outlives_the_secrets_key_that_it_was_sealed_with() {
        let tables = crate::store::prepare(Connection::open_in_memory().unwrap()).unwrap();
        let (old, new) = ("11".repeat(32), "22".repeat(32));
        let sealer = |keys: &str| Sealer::new(&SecretsKeys::parse(keys).unwrap());
        let code: Code = "K7QM2XABCD".parse().unwrap();
        let kept = load_or_create(&tables, &sealer(&old))
            .unwrap()
            .seal(HERE, &code)
            .unwrap();

        assert!(renew(&tables, &sealer(&format!("{new},{old}"))).unwrap());

        let codes = load_or_create(&tables, &sealer(&new)).unwrap();
        assert_eq!(codes.open(HERE, &kept), Some(code));
    }
}
