//! The API keys of accounts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::account::ApiKey as ApiKeyOfAccount;
use usher_domain::permission::Scope;
use usher_domain::{AccountId, ApiKeyId, Secs, Timestamp};

use crate::kept::{Digests, LastUse, Usage};
use crate::owned;
use crate::secret::Digest;
use crate::shown::Asked;
use crate::{Caller, Identity, IdentityError, Secret, Unauthenticated};

/// The table of them.
pub(crate) const TABLE: &str = "identity_api_keys";

/// What an API key starts with.
pub(crate) const PREFIX: &str = "usher_key_";

/// All API keys of the server.
#[derive(Default)]
pub(crate) struct ApiKeys {
    by_id: BTreeMap<Owned, ApiKey>,
    by_digest: HashMap<Digest, Owned>,
}

/// A key, which is its account's.
type Owned = (AccountId, ApiKeyId);

struct ApiKey {
    account: AccountId,
    id: ApiKeyId,
    scopes: BTreeSet<Scope>,
    digests: Digests,
    expires_at: Option<Timestamp>,
    usage: Usage,
}

/// What only the credentials know of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiKeyUse {
    /// When and from where it was used last.
    pub last: Option<LastUse>,
    /// Until when the secret before the last rotation works, where it was left to.
    pub former_until: Option<Timestamp>,
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
        let key = ApiKey {
            account,
            id,
            scopes,
            digests: Digests::of_one(digest),
            expires_at,
            usage: Usage::none(),
        };
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
                move |()| memory.api_keys_mut().insert(key),
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
                move |tables| owned::delete_of_account(tables, TABLE, account),
                move |deleted| {
                    memory.api_keys_mut().remove_of_account(account);
                    deleted
                },
            )
            .await
    }

    /// Draws a new secret for a key that the account has, to be shown once. The one before works on for `overlap`, at
    /// most [`KEY_OVERLAP_MAX`](crate::KEY_OVERLAP_MAX).
    pub async fn rotate_api_key(
        &self,
        account: AccountId,
        key: &ApiKeyOfAccount,
        overlap: Secs,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        let id = key.id;
        let secret = Secret::draw(PREFIX)?;
        let new = Digest::of(secret.expose());
        let memory = Arc::clone(&self.memory);
        let rotated = self
            .store
            .change(
                move |tables| rotate(tables, account, id, |before| before.rotated(new, overlap, now)),
                move |after| after.map(|after| memory.api_keys_mut().set_digests(account, id, after)),
            )
            .await?;
        match rotated {
            Some(()) => Ok(secret),
            // The program ended between making the key known to its account and storing its secret.
            None => {
                self.put_api_key(account, id, key.scopes.clone(), key.expires_at)
                    .await
            }
        }
    }

    /// When the key was last used, to the minute; none where it never was or does not exist.
    #[must_use]
    pub fn api_key_last_used_at(&self, account: AccountId, id: ApiKeyId) -> Option<Timestamp> {
        self.api_key_use(account, id)?.last.map(|last| last.at)
    }

    /// How the key was used, and whether the secret before the present one still works; none where it does not exist.
    #[must_use]
    pub fn api_key_use(&self, account: AccountId, id: ApiKeyId) -> Option<ApiKeyUse> {
        let keys = self.memory.api_keys();
        let key = keys.by_id.get(&(account, id))?;
        Some(ApiKeyUse {
            last: key.usage.last(),
            former_until: key.digests.former.map(|(_, until)| until),
        })
    }

    pub(crate) async fn save_last_use_of_api_keys(&self) -> Result<(), IdentityError> {
        let uses = self.memory.api_keys().unsaved_uses();
        if uses.is_empty() {
            return Ok(());
        }
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| save_uses(tables, &uses).map(|()| uses),
                move |uses| memory.api_keys().mark_saved(&uses),
            )
            .await
    }
}

impl ApiKeys {
    pub(crate) fn caller(
        &self,
        digest: &Digest,
        asked: Asked,
        now: Timestamp,
    ) -> Result<Caller, Unauthenticated> {
        let owned = self.by_digest.get(digest).ok_or(Unauthenticated::Unknown)?;
        let key = self.by_id.get(owned).ok_or(Unauthenticated::Unknown)?;
        if key.expires_at.is_some_and(|end| end <= now) || !key.digests.works(digest, now) {
            return Err(Unauthenticated::Expired);
        }
        if let Asked::By(from) = asked {
            key.usage.touch(from, now);
        }
        Ok(Caller::ApiKey {
            account: key.account,
            id: key.id,
            scopes: key.scopes.clone(),
        })
    }

    pub(crate) fn remove_of_account(&mut self, account: AccountId) {
        let all = (account, ApiKeyId::from_bits(0))..=(account, ApiKeyId::from_bits(u128::MAX));
        for (_, key) in self.by_id.extract_if(all, |_, _| true) {
            for digest in key.digests.each() {
                self.by_digest.remove(&digest);
            }
        }
    }

    fn insert(&mut self, key: ApiKey) {
        let owned = (key.account, key.id);
        self.remove(key.account, key.id);
        self.by_digest
            .extend(key.digests.each().map(|digest| (digest, owned)));
        self.by_id.insert(owned, key);
    }

    fn remove(&mut self, account: AccountId, id: ApiKeyId) -> Option<ApiKey> {
        let key = self.by_id.remove(&(account, id))?;
        for digest in key.digests.each() {
            self.by_digest.remove(&digest);
        }
        Some(key)
    }

    fn set_digests(&mut self, account: AccountId, id: ApiKeyId, digests: Digests) {
        if let Some(key) = self.remove(account, id) {
            self.insert(ApiKey { digests, ..key });
        }
    }

    fn unsaved_uses(&self) -> Vec<(Owned, LastUse)> {
        let keys = self.by_id.iter();
        keys.filter_map(|(owned, key)| Some((*owned, key.usage.unsaved()?)))
            .collect()
    }

    fn mark_saved(&self, uses: &[(Owned, LastUse)]) {
        for (owned, last) in uses {
            if let Some(key) = self.by_id.get(owned) {
                key.usage.mark_saved(*last);
            }
        }
    }
}

fn rotate(
    tables: &Connection,
    account: AccountId,
    id: ApiKeyId,
    rotated: impl FnOnce(Digests) -> Digests,
) -> Result<Option<Digests>, IdentityError> {
    let (account, id) = (account.bits().to_be_bytes(), id.bits().to_be_bytes());
    let before = tables
        .query_row(
            "SELECT digest, former_digest, former_until FROM identity_api_keys WHERE account = ?1 AND id = ?2",
            [account, id],
            |row| Digests::of_row(row, 0),
        )
        .optional()?;
    let Some(after) = before.map(rotated) else {
        return Ok(None);
    };
    let (former, until) = after.former_columns();
    tables.execute(
        "UPDATE identity_api_keys SET digest = ?3, former_digest = ?4, former_until = ?5
         WHERE account = ?1 AND id = ?2",
        params![account, id, after.current.as_bytes(), former, until],
    )?;
    Ok(Some(after))
}

fn save_uses(tables: &Connection, uses: &[(Owned, LastUse)]) -> Result<(), IdentityError> {
    let mut update = tables.prepare_cached(
        "UPDATE identity_api_keys SET last_used_at = ?3, last_used_from = ?4 WHERE account = ?1 AND id = ?2",
    )?;
    for ((account, id), last) in uses {
        let from = last.from.map(|from| from.to_string());
        let (account, id) = (account.bits().to_be_bytes(), id.bits().to_be_bytes());
        update.execute(params![account, id, last.at.millis(), from])?;
    }
    Ok(())
}

pub(crate) fn load(tables: &Connection) -> Result<ApiKeys, IdentityError> {
    let mut keys = ApiKeys::default();
    let mut select = tables.prepare(
        "SELECT account, id, scopes, expires_at, digest, former_digest, former_until, last_used_at, last_used_from
         FROM identity_api_keys",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        keys.insert(ApiKey {
            account: AccountId::from_bits(u128::from_be_bytes(row.get(0)?)),
            id: ApiKeyId::from_bits(u128::from_be_bytes(row.get(1)?)),
            scopes: scopes(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?),
            expires_at: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis),
            digests: Digests::of_row(row, 4)?,
            usage: Usage::of_row(row, 7)?,
        });
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
