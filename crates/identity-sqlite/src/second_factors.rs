//! The tables of second factors and recovery codes.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use usher_identity::ports::{
    ChangeNote, Confirmation, Owner, SecondFactors, StoreError, StoredSecondFactor, TypedCode,
};
use usher_identity::{CodeVerdict, SecretDigest, Unrecorded};

use crate::columns::{delete_of_user, key_of, owner};
use crate::store::{Failure, SqliteStore};
use crate::{notes, operator_grants, presence};

pub(crate) const TABLE: &str = "identity_second_factors";
pub(crate) const CODES_TABLE: &str = "identity_recovery_codes";

#[async_trait]
impl SecondFactors for SqliteStore {
    async fn second_factor(&self, owner: Owner) -> Result<Option<StoredSecondFactor>, StoreError> {
        self.read(move |tables| get(tables, owner)).await
    }

    async fn users_with_second_factor(&self) -> Result<Vec<Owner>, StoreError> {
        self.read(|tables| {
            let select = "SELECT account, user FROM identity_second_factors WHERE confirmed = 1";
            let mut select = tables.prepare(select)?;
            let rows = select.query_map([], |row| owner(row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn put_unconfirmed_second_factor(&self, owner: Owner, secret: Vec<u8>) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let [account, user] = key_of(owner);
            let stored = tables.execute(
                "INSERT INTO identity_second_factors (account, user, secret, confirmed, last_step)
                 VALUES (?1, ?2, ?3, 0, 0)
                 ON CONFLICT DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE confirmed = 0",
                params![account, user, secret],
            )?;
            Ok(stored > 0)
        })
        .await
    }

    async fn confirm_second_factor(
        &self,
        owner: Owner,
        confirmation: Confirmation,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError> {
        self.change(move |tables| {
            let [account, user] = key_of(owner);
            let confirmed = tables.execute(
                "UPDATE identity_second_factors SET confirmed = 1, last_step = ?4
                 WHERE account = ?1 AND user = ?2 AND secret = ?3 AND confirmed = 0",
                params![account, user, confirmation.code.secret, confirmation.code.step],
            )?;
            if confirmed == 0 {
                return Ok(None);
            }
            replace_recovery_codes(tables, owner, &confirmation.recovery_codes)?;
            presence::end_of_user(tables, owner)?;
            notes::put(tables, note).map(Some)
        })
        .await
    }

    async fn use_code(&self, owner: Owner, code: TypedCode) -> Result<CodeVerdict, StoreError> {
        self.change(move |tables| use_code(tables, owner, &code)).await
    }

    async fn replace_recovery_codes(
        &self,
        owner: Owner,
        codes: Vec<SecretDigest>,
    ) -> Result<bool, StoreError> {
        self.change(move |tables| {
            if !is_confirmed(tables, owner)? {
                return Ok(false);
            }
            replace_recovery_codes(tables, owner, &codes)?;
            Ok(true)
        })
        .await
    }

    async fn recovery_codes_left(&self, owner: Owner) -> Result<usize, StoreError> {
        self.read(move |tables| recovery_codes_left(tables, owner)).await
    }

    async fn remove_second_factor(
        &self,
        owner: Owner,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError> {
        self.change(move |tables| {
            if !is_confirmed(tables, owner)? {
                return Ok(None);
            }
            delete_of_user(tables, TABLE, owner)?;
            delete_of_user(tables, CODES_TABLE, owner)?;
            presence::end_of_user(tables, owner)?;
            operator_grants::note_reset(tables, owner, note.at)?;
            notes::put(tables, note).map(Some)
        })
        .await
    }
}

pub(crate) fn is_confirmed(tables: &Connection, owner: Owner) -> Result<bool, Failure> {
    Ok(get(tables, owner)?.is_some_and(|stored| stored.confirmed))
}

pub(crate) fn use_code(tables: &Connection, owner: Owner, code: &TypedCode) -> Result<CodeVerdict, Failure> {
    let stored = get(tables, owner)?;
    let Some(stored) = stored.filter(|stored| stored.confirmed) else {
        return Ok(CodeVerdict::Wrong);
    };
    let [account, user] = key_of(owner);
    if let Some(app) = code.app.as_ref().filter(|app| app.secret == stored.secret) {
        if app.step <= stored.last_step {
            return Ok(CodeVerdict::Wrong);
        }
        tables.execute(
            "UPDATE identity_second_factors SET last_step = ?3 WHERE account = ?1 AND user = ?2",
            params![account, user, app.step],
        )?;
        return Ok(CodeVerdict::Right);
    }
    let deleted = tables.execute(
        "DELETE FROM identity_recovery_codes WHERE account = ?1 AND user = ?2 AND digest = ?3",
        params![account, user, code.recovery.as_bytes()],
    )?;
    if deleted == 0 {
        return Ok(CodeVerdict::Wrong);
    }
    let left = recovery_codes_left(tables, owner)?;
    Ok(CodeVerdict::Recovery { left })
}

fn get(tables: &Connection, owner: Owner) -> Result<Option<StoredSecondFactor>, Failure> {
    let select =
        "SELECT secret, confirmed, last_step FROM identity_second_factors WHERE account = ?1 AND user = ?2";
    let stored = tables.prepare_cached(select)?.query_row(key_of(owner), |row| {
        Ok(StoredSecondFactor {
            secret: row.get(0)?,
            confirmed: row.get(1)?,
            last_step: row.get(2)?,
        })
    });
    Ok(stored.optional()?)
}

fn replace_recovery_codes(tables: &Connection, owner: Owner, codes: &[SecretDigest]) -> Result<(), Failure> {
    delete_of_user(tables, CODES_TABLE, owner)?;
    let [account, user] = key_of(owner);
    let mut insert = tables
        .prepare_cached("INSERT INTO identity_recovery_codes (account, user, digest) VALUES (?1, ?2, ?3)")?;
    for code in codes {
        insert.execute(params![account, user, code.as_bytes()])?;
    }
    Ok(())
}

fn recovery_codes_left(tables: &Connection, owner: Owner) -> Result<usize, Failure> {
    let left: u32 = tables.query_row(
        "SELECT count(*) FROM identity_recovery_codes WHERE account = ?1 AND user = ?2",
        key_of(owner),
        |row| row.get(0),
    )?;
    Ok(usize::try_from(left).unwrap_or(usize::MAX))
}
