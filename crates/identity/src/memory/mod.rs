//! The credentials in memory: for the sandbox, for tests, and as the model for other stores.

mod holdings;
mod keys;
mod operator_grants;
mod outbox;
mod people;
mod presence;
mod providers;
mod server_keys;
mod user_links;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use usher_domain::link::LinkPurpose;
use usher_domain::{AccountId, ApiKeyId, OperatorKeyId, Timestamp};

use self::holdings::Holdings;
use self::outbox::OutboxTables;
use self::presence::StoredSession;
use self::providers::MemoryProvider;
use crate::ports::{
    ChangeNote, Notes, Owner, PendingSignIn, SetupLink, Store, StoreError, StoredApiKey, StoredBranding,
    StoredOperatorKey, StoredPassword, StoredSecondFactor, StoredSigningKey, StoredUserLink, StoredUserToken,
};
use crate::{
    BrandLook, Branding, LogoChange, OperatorGrant, Preferences, SecretDigest, TrailRow, Unrecorded,
};

/// Credentials that exist only as long as the store. No call waits: every future is ready at once.
#[derive(Default)]
pub struct MemoryStore(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    is_closed: bool,
    passwords: BTreeMap<Owner, StoredPassword>,
    second_factors: BTreeMap<Owner, StoredSecondFactor>,
    recovery_codes: BTreeMap<Owner, HashSet<SecretDigest>>,
    known_browsers: BTreeMap<Owner, BTreeMap<u128, Timestamp>>,
    /// The users who have ever signed in.
    signed_in: BTreeSet<Owner>,
    user_tokens: Holdings<StoredUserToken>,
    preferences: BTreeMap<Owner, Preferences>,
    branding: Branding,
    user_links: BTreeMap<(Owner, LinkPurpose), StoredUserLink>,
    portal_sessions: Holdings<StoredSession>,
    pending_sign_ins: Holdings<PendingSignIn>,
    api_keys: BTreeMap<(AccountId, ApiKeyId), StoredApiKey>,
    operator_keys: BTreeMap<OperatorKeyId, StoredOperatorKey>,
    operator_grants: BTreeMap<Owner, OperatorGrant>,
    trail: Vec<TrailRow>,
    providers: BTreeMap<AccountId, MemoryProvider>,
    setup_link: Option<SecretDigest>,
    /// Oldest first.
    signing_keys: Vec<StoredSigningKey>,
    last_signing_key: i64,
    join_key: Option<Vec<u8>>,
    notes: BTreeMap<i64, ChangeNote>,
    last_note: i64,
    outbox: OutboxTables,
}

impl MemoryStore {
    /// A store in which nothing is stored.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tables, for one call at a time; none once the store is closed.
    fn tables(&self) -> Result<MutexGuard<'_, Tables>, StoreError> {
        let tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tables.is_closed {
            return Err(StoreError::Closed);
        }
        Ok(tables)
    }
}

impl Tables {
    fn put_note(&mut self, note: ChangeNote) -> Unrecorded {
        self.last_note += 1;
        self.notes.insert(self.last_note, note.clone());
        note.stored(self.last_note)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_closed = true;
    }
}

#[async_trait]
impl Notes for MemoryStore {
    async fn notes(&self, until: Timestamp) -> Result<Vec<Unrecorded>, StoreError> {
        let tables = self.tables()?;
        let due = tables.notes.iter().filter(|(_, note)| note.at <= until);
        Ok(due.map(|(id, note)| note.clone().stored(*id)).collect())
    }

    async fn remove_note(&self, id: i64) -> Result<(), StoreError> {
        self.tables()?.notes.remove(&id);
        Ok(())
    }
}

#[async_trait]
impl SetupLink for MemoryStore {
    async fn setup_link(&self) -> Result<Option<SecretDigest>, StoreError> {
        Ok(self.tables()?.setup_link)
    }

    async fn put_setup_link(&self, digest: SecretDigest) -> Result<(), StoreError> {
        self.tables()?.setup_link = Some(digest);
        Ok(())
    }

    async fn take_setup_link(&self, digest: SecretDigest) -> Result<bool, StoreError> {
        let taken = self.tables()?.setup_link.take_if(|stored| *stored == digest);
        Ok(taken.is_some())
    }

    async fn remove_setup_link(&self) -> Result<(), StoreError> {
        self.tables()?.setup_link = None;
        Ok(())
    }
}

#[async_trait]
impl StoredBranding for MemoryStore {
    async fn branding(&self) -> Result<Branding, StoreError> {
        Ok(self.tables()?.branding.clone())
    }

    async fn put_branding(&self, look: BrandLook, logo: LogoChange) -> Result<Branding, StoreError> {
        let branding = &mut self.tables()?.branding;
        *branding = branding.changed(look, logo);
        Ok(branding.clone())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore(…)")
    }
}
