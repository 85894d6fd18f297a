//! Which secrets keys the sealed secrets of a database were sealed with, found without any key.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::seal::KeyId;
use crate::{IdentityError, SecretsKeys};

/// Where sealed secrets stand: table and column.
const SEALED: &[(&str, &str)] = &[
    ("identity_signing_keys", "secret"),
    ("identity_join_key", "secret"),
    ("identity_providers", "client_secret"),
    ("identity_second_factors", "secret"),
];

/// The sealed secrets in a database, by the names of the keys that they were sealed with. Whoever can write the database
/// can write other names there.
#[derive(Debug, Default)]
pub struct SealedSecrets {
    count: u64,
    ids: BTreeSet<KeyId>,
}

impl SealedSecrets {
    /// Those in the database behind `connection`, which may be of any version.
    pub fn of(connection: &Connection) -> Result<Self, IdentityError> {
        let mut found = Self::default();
        for (table, column) in SEALED {
            if !connection.table_exists(None, *table)? {
                continue;
            }
            let mut select = connection.prepare(&format!("SELECT {column} FROM {table}"))?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                // Of another type than bytes, or plain: never sealed.
                let value = row.get_ref(0)?.as_blob().ok();
                if let Some(id) = value.and_then(KeyId::of_sealed) {
                    found.count += 1;
                    found.ids.insert(id);
                }
            }
        }
        Ok(found)
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Whether there are any, and none of them was sealed with one of `keys`.
    #[must_use]
    pub fn are_foreign_to(&self, keys: &SecretsKeys) -> bool {
        self.count > 0 && !self.ids.iter().any(|id| keys.have(*id))
    }

    /// The names of their keys, apart by commas.
    #[must_use]
    pub fn key_names(&self) -> String {
        let names: Vec<_> = self.ids.iter().map(ToString::to_string).collect();
        names.join(", ")
    }
}
