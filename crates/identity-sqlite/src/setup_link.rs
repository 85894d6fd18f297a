//! The table of the set-up link: one row at most.

use async_trait::async_trait;
use rusqlite::OptionalExtension;
use usher_identity::SecretDigest;
use usher_identity::ports::{SetupLink, StoreError};

use crate::columns::digest;
use crate::store::SqliteStore;

#[async_trait]
impl SetupLink for SqliteStore {
    async fn setup_link(&self) -> Result<Option<SecretDigest>, StoreError> {
        self.read(|tables| {
            let select = "SELECT digest FROM identity_setup_link";
            let found = tables.query_row(select, [], |row| digest(row, 0));
            Ok(found.optional()?)
        })
        .await
    }

    async fn put_setup_link(&self, digest: SecretDigest) -> Result<(), StoreError> {
        self.change(move |tables| {
            tables.execute(
                "INSERT OR REPLACE INTO identity_setup_link (one, digest) VALUES (1, ?1)",
                [digest.as_bytes()],
            )?;
            Ok(())
        })
        .await
    }

    async fn take_setup_link(&self, digest: SecretDigest) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let delete = "DELETE FROM identity_setup_link WHERE digest = ?1";
            Ok(tables.execute(delete, [digest.as_bytes()])? > 0)
        })
        .await
    }

    async fn remove_setup_link(&self) -> Result<(), StoreError> {
        self.change(|tables| {
            tables.execute("DELETE FROM identity_setup_link", [])?;
            Ok(())
        })
        .await
    }
}
