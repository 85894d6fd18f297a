//! Every column with sealed values.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};
use usher_domain::{AccountId, OutboxId};
use usher_identity::SealedSecrets;
use usher_identity::ports::{Resealed, SealedPlace, SealedValues, StoreError};

use crate::columns::{digest, id, key_of, owner};
use crate::store::{Failure, SqliteStore};

/// The length of a signing key that is not sealed, as early versions stored it.
const PLAIN_KEY_BYTES: usize = 32;

/// The tables and columns with lasting sealed secrets. The ID tokens of portal sessions and the links in
/// the outbox are not among them.
const LASTING: &[(&str, &str)] = &[
    ("identity_signing_keys", "secret"),
    ("identity_join_key", "secret"),
    ("identity_providers", "client_secret"),
    ("identity_second_factors", "secret"),
];

/// The sealed values of one table.
pub(crate) struct SealedColumn {
    pub(crate) table: &'static str,
    /// Selects the values, each before its key.
    select: &'static str,
    /// The owner that a row's key names.
    place: fn(&Row<'_>) -> rusqlite::Result<SealedPlace>,
}

pub(crate) const COLUMNS: &[SealedColumn] = &[
    SealedColumn {
        table: "identity_signing_keys",
        select: "SELECT secret, id FROM identity_signing_keys ORDER BY id DESC",
        place: |row| row.get(1).map(SealedPlace::SigningKey),
    },
    SealedColumn {
        table: "identity_join_key",
        select: "SELECT secret FROM identity_join_key",
        place: |_| Ok(SealedPlace::JoinKey),
    },
    SealedColumn {
        table: "identity_providers",
        select: "SELECT client_secret, account FROM identity_providers",
        place: |row| id(row, 1).map(|account| SealedPlace::ClientSecret(AccountId::from_bits(account))),
    },
    SealedColumn {
        table: "identity_second_factors",
        select: "SELECT secret, account, user FROM identity_second_factors",
        place: |row| owner(row, 1).map(|(account, user)| SealedPlace::SecondFactor(account, user)),
    },
    SealedColumn {
        table: "identity_portal_sessions",
        select: "SELECT id_token, digest FROM identity_portal_sessions WHERE id_token IS NOT NULL",
        place: |row| digest(row, 1).map(SealedPlace::IdToken),
    },
    SealedColumn {
        table: "identity_outbox",
        select: "SELECT secret, id FROM identity_outbox WHERE secret IS NOT NULL",
        place: |row| id(row, 1).map(|bits| SealedPlace::Outbox(OutboxId::from_bits(bits))),
    },
];

impl SealedColumn {
    pub(crate) fn values(&self, tables: &Connection) -> Result<Vec<(SealedPlace, Vec<u8>)>, Failure> {
        let mut select = tables.prepare(self.select)?;
        let rows = select.query_map([], |row| Ok(((self.place)(row)?, row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[async_trait]
impl SealedValues for SqliteStore {
    async fn sealed_values(&self) -> Result<Vec<(SealedPlace, Vec<u8>)>, StoreError> {
        self.read(|tables| {
            let mut all = Vec::new();
            for column in COLUMNS {
                all.extend(column.values(tables)?);
            }
            Ok(all)
        })
        .await
    }

    async fn replace_sealed_values(&self, values: Vec<Resealed>) -> Result<(), StoreError> {
        self.change_without_trace(move |tables| values.iter().try_for_each(|value| replace(tables, value)))
            .await
    }
}

fn replace(tables: &Connection, value: &Resealed) -> Result<(), Failure> {
    let Resealed { place, before, after } = value;
    match *place {
        SealedPlace::SigningKey(number) => tables.execute(
            "UPDATE identity_signing_keys SET secret = ?2 WHERE secret = ?1 AND id = ?3",
            params![before, after, number],
        ),
        SealedPlace::JoinKey => tables.execute(
            "UPDATE identity_join_key SET secret = ?2 WHERE secret = ?1",
            params![before, after],
        ),
        SealedPlace::ClientSecret(account) => tables.execute(
            "UPDATE identity_providers SET client_secret = ?2 WHERE client_secret = ?1 AND account = ?3",
            params![before, after, account.bits().to_be_bytes()],
        ),
        SealedPlace::SecondFactor(account, user) => {
            let [account, user] = key_of((account, user));
            tables.execute(
                "UPDATE identity_second_factors SET secret = ?2 WHERE secret = ?1 AND account = ?3 AND user = ?4",
                params![before, after, account, user],
            )
        }
        SealedPlace::IdToken(digest) => tables.execute(
            "UPDATE identity_portal_sessions SET id_token = ?2 WHERE id_token = ?1 AND digest = ?3",
            params![before, after, digest.as_bytes()],
        ),
        SealedPlace::Outbox(id) => tables.execute(
            "UPDATE identity_outbox SET secret = ?2 WHERE secret = ?1 AND id = ?3",
            params![before, after, id.bits().to_be_bytes()],
        ),
    }?;
    Ok(())
}

/// The names of the secrets keys that the secrets in the database behind `connection` are sealed with, which may be of
/// any version.
pub fn sealed_secrets(connection: &Connection) -> Result<SealedSecrets, StoreError> {
    let mut found = SealedSecrets::default();
    for (table, column) in LASTING {
        each_value(connection, table, column, |value| found.add(value)).map_err(StoreError::failed)?;
    }
    Ok(found)
}

/// Whether the database behind `connection`, which may be of any version, has sealed secrets, so that it cannot be
/// opened without their secrets keys.
pub fn holds_sealed_secrets(connection: &Connection) -> Result<bool, StoreError> {
    let mut is_sealed = false;
    each_value(connection, "identity_signing_keys", "secret", |value| {
        is_sealed |= value.len() != PLAIN_KEY_BYTES;
    })
    .map_err(StoreError::failed)?;
    Ok(is_sealed)
}

/// Calls `look` for every value of a column; not at all if the table is missing. Values that are not bytes were never
/// sealed.
fn each_value(
    connection: &Connection,
    table: &str,
    column: &str,
    mut look: impl FnMut(&[u8]),
) -> rusqlite::Result<()> {
    if !connection.table_exists(None, table)? {
        return Ok(());
    }
    let mut select = connection.prepare(&format!("SELECT {column} FROM {table}"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(value) = row.get_ref(0)?.as_blob() {
            look(value);
        }
    }
    Ok(())
}
