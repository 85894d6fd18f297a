//! What is stored in the file, what a restart leaves, and what earlier versions wrote.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod at_rest;
mod consistency;
mod earlier_versions;
mod operator_keys;
mod second_factor;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use usher_domain::permission::Scope;
use usher_domain::{AccountId, ApiKeyId, Secs, SignInId, Timestamp, UserId};
use usher_identity::{
    Caller, ChangedBy, HashingShare, Identity, IdentityError, PasswordLife, Secret, SecretsKeys,
    Unauthenticated,
};
use usher_identity_sqlite::SqliteStore;
use usher_testkit::{AuthenticatorApp, first_operator_key, nobody};

const ACME: AccountId = AccountId::from_bits(0xacce);
const OTHER: AccountId = AccountId::from_bits(0x07e4);
const SVEN: UserId = UserId::from_bits(0x57e2);
const TUVA: UserId = UserId::from_bits(0x707a);
const KEY: ApiKeyId = ApiKeyId::from_bits(0xce1);
const SIGN_IN: SignInId = SignInId::from_bits(0x519);
const NOON: Timestamp = Timestamp::from_millis(1_800_000_000_000);

const SVEN_OF_ACME: Caller = Caller::User {
    account: ACME,
    user: SVEN,
};

fn connect(directory: &Path) -> Connection {
    let connection = Connection::open(directory.join("usher.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection
}

fn store(directory: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(connect(directory)).unwrap())
}

async fn open(directory: &Path, keys: &str) -> Result<Identity, IdentityError> {
    Identity::open(store(directory), &SecretsKeys::parse(keys).unwrap()).await
}

fn secs(secs: u32) -> Secs {
    Secs::new(secs)
}

fn reader() -> BTreeSet<Scope> {
    BTreeSet::from([Scope::Read, Scope::SignInsWrite])
}

/// The owner of the token, if the request names the account `ACME`.
fn caller(identity: &Identity, bearer: &str, now: Timestamp) -> Result<Caller, Unauthenticated> {
    identity.authenticate(bearer, Some(ACME), now)
}
