//! The table of passwords.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use usher_identity::ports::{
    ChangeNote, Owner, PasswordExchange, PasswordExchanged, Passwords, StoreError, StoredPassword,
};
use usher_identity::{PasswordHash, PasswordLife, Unrecorded, is_reset};

use crate::columns::{delete_of_user, key_of, owner};
use crate::store::{Failure, SqliteStore};
use crate::{browsers, notes, operator_grants, presence, second_factors, user_links, user_tokens};

pub(crate) const TABLE: &str = "identity_passwords";

#[async_trait]
impl Passwords for SqliteStore {
    async fn password(&self, owner: Owner) -> Result<Option<StoredPassword>, StoreError> {
        self.read(move |tables| get(tables, owner)).await
    }

    async fn temporary_passwords(&self) -> Result<Vec<Owner>, StoreError> {
        self.read(|tables| {
            let select = "SELECT account, user FROM identity_passwords WHERE temporary = 1";
            let mut select = tables.prepare(select)?;
            let rows = select.query_map([], |row| owner(row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn put_password(&self, owner: Owner, password: StoredPassword) -> Result<(), StoreError> {
        self.change(move |tables| put(tables, owner, &password)).await
    }

    async fn change_password(
        &self,
        owner: Owner,
        password: StoredPassword,
        note: ChangeNote,
    ) -> Result<Unrecorded, StoreError> {
        self.change(move |tables| {
            set(tables, owner, &password)?;
            if is_reset(note.origin.by, owner.1) {
                operator_grants::note_reset(tables, owner, note.at)?;
            }
            notes::put(tables, note)
        })
        .await
    }

    async fn renew_password_hash(
        &self,
        owner: Owner,
        checked: PasswordHash,
        renewed: PasswordHash,
    ) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let [account, user] = key_of(owner);
            let updated = tables.execute(
                "UPDATE identity_passwords SET hash = ?4 WHERE account = ?1 AND user = ?2 AND hash = ?3",
                params![account, user, checked.as_str(), renewed.as_str()],
            )?;
            Ok(updated > 0)
        })
        .await
    }

    async fn exchange_password(
        &self,
        exchange: PasswordExchange,
        max: usize,
    ) -> Result<PasswordExchanged, StoreError> {
        self.change(move |tables| carry_out(tables, exchange, max)).await
    }

    async fn remove_password(&self, owner: Owner) -> Result<bool, StoreError> {
        self.change(move |tables| Ok(delete_of_user(tables, TABLE, owner)? > 0))
            .await
    }
}

fn carry_out(
    tables: &Connection,
    exchange: PasswordExchange,
    max: usize,
) -> Result<PasswordExchanged, Failure> {
    let owner = exchange.token.owner;
    let stored = get(tables, owner)?;
    let Some(mut stored) = stored.filter(|stored| stored.hash == exchange.checked) else {
        return Ok(PasswordExchanged::Wrong);
    };
    if let Some(renewed) = exchange.renewed {
        stored.hash = renewed;
        put(tables, owner, &stored)?;
    }
    if stored.life == PasswordLife::Temporary {
        return Ok(PasswordExchanged::ChangeRequired);
    }
    if second_factors::is_confirmed(tables, owner)? {
        let Some(code) = exchange.code else {
            return Ok(PasswordExchanged::SecondFactorNeeded);
        };
        if !second_factors::use_code(tables, owner, &code)?.is_right() {
            return Ok(PasswordExchanged::Wrong);
        }
    }
    let replaced = user_tokens::put(tables, &exchange.token, max)?;
    Ok(PasswordExchanged::Issued { replaced })
}

/// Sets a password, and ends what the user was signed in with, and their links.
pub(crate) fn set(tables: &Connection, owner: Owner, password: &StoredPassword) -> Result<(), Failure> {
    put(tables, owner, password)?;
    delete_of_user(tables, browsers::BROWSERS_TABLE, owner)?;
    delete_of_user(tables, user_links::TABLE, owner)?;
    presence::end_of_user(tables, owner).map(drop)
}

fn put(tables: &Connection, owner: Owner, password: &StoredPassword) -> Result<(), Failure> {
    let [account, user] = key_of(owner);
    tables.execute(
        "INSERT OR REPLACE INTO identity_passwords (account, user, hash, temporary) VALUES (?1, ?2, ?3, ?4)",
        params![
            account,
            user,
            password.hash.as_str(),
            password.life == PasswordLife::Temporary,
        ],
    )?;
    Ok(())
}

pub(crate) fn get(tables: &Connection, owner: Owner) -> Result<Option<StoredPassword>, Failure> {
    let select = "SELECT hash, temporary FROM identity_passwords WHERE account = ?1 AND user = ?2";
    let stored = tables.prepare_cached(select)?.query_row(key_of(owner), |row| {
        Ok(StoredPassword {
            hash: PasswordHash::from_stored(row.get(0)?),
            life: if row.get(1)? {
                PasswordLife::Temporary
            } else {
                PasswordLife::Lasting
            },
        })
    });
    Ok(stored.optional()?)
}
