//! The API keys of accounts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::{Connection, params};
use usher_domain::permission::Scope;
use usher_domain::{AccountId, ApiKeyId, Secs, Timestamp};

use crate::secret::Digest;
use crate::{Caller, Identity, IdentityError, Secret, Unauthenticated};

/// What an API key starts with.
pub(crate) const PREFIX: &str = "usher_key_";

/// How exactly the last use is kept: one write to shared memory a minute, not one a request.
const LAST_USE_PRECISION: Secs = Secs::new(60);

/// Stands for "never" in the atomics below.
const NEVER: i64 = i64::MIN;

/// All API keys of the server.
#[derive(Default)]
pub(crate) struct ApiKeys {
    by_digest: HashMap<Digest, ApiKey>,
    by_id: BTreeMap<(AccountId, ApiKeyId), Digest>,
}

struct ApiKey {
    account: AccountId,
    id: ApiKeyId,
    scopes: BTreeSet<Scope>,
    expires_at: Option<Timestamp>,
    last_used_millis: AtomicI64,
    saved_millis: AtomicI64,
}

/// When a key was last used, to be written down.
struct LastUse {
    account: AccountId,
    id: ApiKeyId,
    millis: i64,
}

impl Identity {
    /// Draws the secret of an API key and returns it, to be shown once. For after the account has the key: one
    /// that its account does not list could not be revoked. Drawing again for the same key replaces its secret.
    pub async fn put_api_key(
        &self,
        account: AccountId,
        id: ApiKeyId,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    ) -> Result<Secret, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        let digest = Digest::of(secret.expose());
        let words = words(&scopes);
        let key = ApiKey::new(account, id, scopes, expires_at, NEVER);
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    tables.execute(
                        "INSERT OR REPLACE INTO identity_api_keys (account, id, digest, scopes, expires_at)
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                        params![
                            account.bits().to_be_bytes(),
                            id.bits().to_be_bytes(),
                            digest.as_bytes(),
                            words,
                            expires_at.map(Timestamp::millis),
                        ],
                    )?;
                    Ok(())
                },
                move |()| memory.api_keys_mut().insert(digest, key),
            )
            .await?;
        Ok(secret)
    }

    /// Kills an API key. For before the account drops it. Whether there was one.
    pub async fn revoke_api_key(&self, account: AccountId, id: ApiKeyId) -> Result<bool, IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    let deleted = tables.execute(
                        "DELETE FROM identity_api_keys WHERE account = ?1 AND id = ?2",
                        [account.bits().to_be_bytes(), id.bits().to_be_bytes()],
                    )?;
                    Ok(deleted > 0)
                },
                move |deleted| {
                    memory.api_keys_mut().remove(account, id);
                    deleted
                },
            )
            .await
    }

    /// Kills all API keys of an account. How many there were.
    pub async fn revoke_api_keys(&self, account: AccountId) -> Result<usize, IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| delete_of_account(tables, account),
                move |deleted| {
                    memory.api_keys_mut().remove_of_account(account);
                    deleted
                },
            )
            .await
    }

    /// When the key was last used, to the minute; none where it never was or does not exist.
    #[must_use]
    pub fn api_key_last_used_at(&self, account: AccountId, id: ApiKeyId) -> Option<Timestamp> {
        self.memory.api_keys().last_used_at(account, id)
    }

    pub(crate) async fn save_last_use_of_api_keys(&self) -> Result<(), IdentityError> {
        let uses = self.memory.api_keys().unsaved_uses();
        if uses.is_empty() {
            return Ok(());
        }
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    let mut update = tables.prepare_cached(
                        "UPDATE identity_api_keys SET last_used_at = ?3 WHERE account = ?1 AND id = ?2",
                    )?;
                    for LastUse { account, id, millis } in &uses {
                        update.execute(params![
                            account.bits().to_be_bytes(),
                            id.bits().to_be_bytes(),
                            millis
                        ])?;
                    }
                    drop(update);
                    Ok(uses)
                },
                move |uses| memory.api_keys().mark_saved(&uses),
            )
            .await
    }
}

impl ApiKeys {
    pub(crate) fn caller(&self, digest: &Digest, now: Timestamp) -> Result<Caller, Unauthenticated> {
        let key = self.by_digest.get(digest).ok_or(Unauthenticated::Unknown)?;
        if key.expires_at.is_some_and(|end| end <= now) {
            return Err(Unauthenticated::Expired);
        }
        key.touch(now);
        Ok(Caller::ApiKey {
            account: key.account,
            id: key.id,
            scopes: key.scopes.clone(),
        })
    }

    pub(crate) fn remove_of_account(&mut self, account: AccountId) {
        let all = (account, ApiKeyId::from_bits(0))..=(account, ApiKeyId::from_bits(u128::MAX));
        for (_, digest) in self.by_id.extract_if(all, |_, _| true) {
            self.by_digest.remove(&digest);
        }
    }

    fn insert(&mut self, digest: Digest, key: ApiKey) {
        self.remove(key.account, key.id);
        self.by_id.insert((key.account, key.id), digest);
        self.by_digest.insert(digest, key);
    }

    fn remove(&mut self, account: AccountId, id: ApiKeyId) {
        if let Some(digest) = self.by_id.remove(&(account, id)) {
            self.by_digest.remove(&digest);
        }
    }

    fn get(&self, account: AccountId, id: ApiKeyId) -> Option<&ApiKey> {
        self.by_digest.get(self.by_id.get(&(account, id))?)
    }

    fn last_used_at(&self, account: AccountId, id: ApiKeyId) -> Option<Timestamp> {
        let millis = self.get(account, id)?.last_used_millis.load(Ordering::Relaxed);
        (millis != NEVER).then(|| Timestamp::from_millis(millis))
    }

    fn unsaved_uses(&self) -> Vec<LastUse> {
        self.by_digest.values().filter_map(ApiKey::unsaved_use).collect()
    }

    fn mark_saved(&self, uses: &[LastUse]) {
        for last in uses {
            if let Some(key) = self.get(last.account, last.id) {
                key.saved_millis.store(last.millis, Ordering::Relaxed);
            }
        }
    }
}

impl ApiKey {
    const fn new(
        account: AccountId,
        id: ApiKeyId,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
        last_used_millis: i64,
    ) -> Self {
        Self {
            account,
            id,
            scopes,
            expires_at,
            last_used_millis: AtomicI64::new(last_used_millis),
            saved_millis: AtomicI64::new(last_used_millis),
        }
    }

    fn touch(&self, now: Timestamp) {
        let last = self.last_used_millis.load(Ordering::Relaxed);
        if last == NEVER || now.since(Timestamp::from_millis(last)) >= LAST_USE_PRECISION {
            self.last_used_millis.store(now.millis(), Ordering::Relaxed);
        }
    }

    fn unsaved_use(&self) -> Option<LastUse> {
        let millis = self.last_used_millis.load(Ordering::Relaxed);
        (millis != self.saved_millis.load(Ordering::Relaxed)).then_some(LastUse {
            account: self.account,
            id: self.id,
            millis,
        })
    }
}

pub(crate) fn delete_of_account(tables: &Connection, account: AccountId) -> Result<usize, IdentityError> {
    Ok(tables.execute(
        "DELETE FROM identity_api_keys WHERE account = ?1",
        [account.bits().to_be_bytes()],
    )?)
}

pub(crate) fn load(tables: &Connection) -> Result<ApiKeys, IdentityError> {
    let mut keys = ApiKeys::default();
    let mut select = tables
        .prepare("SELECT account, id, digest, scopes, expires_at, last_used_at FROM identity_api_keys")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let key = ApiKey::new(
            AccountId::from_bits(u128::from_be_bytes(row.get(0)?)),
            ApiKeyId::from_bits(u128::from_be_bytes(row.get(1)?)),
            scopes(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?),
            row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
            row.get::<_, Option<i64>>(5)?.unwrap_or(NEVER),
        );
        keys.insert(Digest::from_bytes(row.get(2)?), key);
    }
    Ok(keys)
}

fn words(scopes: &BTreeSet<Scope>) -> String {
    let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" ")
}

/// Words that this version does not know (after a downgrade) give nothing.
fn scopes(words: &str) -> BTreeSet<Scope> {
    let known = |word| Scope::ALL.into_iter().find(|scope| scope.as_str() == word);
    words.split_ascii_whitespace().filter_map(known).collect()
}
