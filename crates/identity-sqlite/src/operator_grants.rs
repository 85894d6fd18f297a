//! The table of owners who are operators. Each change adds its row to the trail of operator keys.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::Timestamp;
use usher_domain::personal::Personal;
use usher_identity::ports::{OperatorGrants, Owner, StoreError};
use usher_identity::{GrantChange, KeysOrigin, OperatorGrant};

use crate::columns::{delete_of_user, key_of, owner, time};
use crate::store::{Failure, SqliteStore};
use crate::trail;

pub(crate) const TABLE: &str = "identity_operator_grants";

const SELECT: &str =
    "SELECT account, user, name, granted_at, accounts, confirmed_at, reset_at FROM identity_operator_grants";

#[async_trait]
impl OperatorGrants for SqliteStore {
    async fn operator_grants(&self) -> Result<Vec<OperatorGrant>, StoreError> {
        self.read(|tables| {
            let mut select = tables.prepare_cached(&format!("{SELECT} ORDER BY account, user"))?;
            let rows = select.query_map([], stored)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn put_operator_grant(
        &self,
        grant: OperatorGrant,
        max: usize,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.change(move |tables| put(tables, &grant, max, &origin, now))
            .await
    }

    async fn confirm_operator_grant(
        &self,
        owner: Owner,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<OperatorGrant>, StoreError> {
        self.change(move |tables| {
            let [account, user] = key_of(owner);
            tables.execute(
                "UPDATE identity_operator_grants SET confirmed_at = ?3 WHERE account = ?1 AND user = ?2",
                params![account, user, now.millis()],
            )?;
            let grant = one(tables, owner)?;
            if let Some(grant) = &grant {
                trail::add_grant(tables, grant, GrantChange::Confirmed, &origin, now)?;
            }
            Ok(grant)
        })
        .await
    }

    async fn remove_operator_grant(
        &self,
        owner: Owner,
        why: GrantChange,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let Some(grant) = one(tables, owner)? else {
                return Ok(false);
            };
            delete_of_user(tables, TABLE, owner)?;
            trail::add_grant(tables, &grant, why, &origin, now)?;
            Ok(true)
        })
        .await
    }
}

/// Notes that somebody reset the credentials of a user, if the user has a grant.
pub(crate) fn note_reset(tables: &Connection, owner: Owner, at: Timestamp) -> Result<(), Failure> {
    let [account, user] = key_of(owner);
    tables.execute(
        "UPDATE identity_operator_grants SET reset_at = max(coalesce(reset_at, ?3), ?3) WHERE account = ?1 AND user = ?2",
        params![account, user, at.millis()],
    )?;
    Ok(())
}

fn put(
    tables: &Connection,
    grant: &OperatorGrant,
    max: usize,
    origin: &KeysOrigin,
    now: Timestamp,
) -> Result<bool, Failure> {
    let [account, user] = key_of(grant.owner());
    let others: u32 = tables.query_row(
        "SELECT count(*) FROM identity_operator_grants WHERE account <> ?1 OR user <> ?2",
        params![account, user],
        |row| row.get(0),
    )?;
    if usize::try_from(others).is_ok_and(|others| others >= max) {
        return Ok(false);
    }
    tables.execute(
        "INSERT OR REPLACE INTO identity_operator_grants (account, user, name, granted_at, accounts, confirmed_at, reset_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            account,
            user,
            &**grant.name.reveal(),
            grant.granted_at.millis(),
            grant.accounts,
            grant.confirmed_at.map(Timestamp::millis),
            grant.reset_at.map(Timestamp::millis),
        ],
    )?;
    let made = GrantChange::Made {
        is_confirmed: grant.confirmed_at.is_some(),
    };
    trail::add_grant(tables, grant, made, origin, now)?;
    Ok(true)
}

fn one(tables: &Connection, owner: Owner) -> Result<Option<OperatorGrant>, Failure> {
    let mut select = tables.prepare_cached(&format!("{SELECT} WHERE account = ?1 AND user = ?2"))?;
    Ok(select.query_row(key_of(owner), stored).optional()?)
}

fn stored(row: &Row<'_>) -> rusqlite::Result<OperatorGrant> {
    let (account, user) = owner(row, 0)?;
    Ok(OperatorGrant {
        account,
        user,
        name: Personal::new(row.get::<_, String>(2)?.into()),
        granted_at: Timestamp::from_millis(row.get(3)?),
        accounts: row.get(4)?,
        confirmed_at: time(row, 5)?,
        reset_at: time(row, 6)?,
    })
}
