//! Rows of users, in tables with the columns `account` and `user`.

use rusqlite::{Connection, Row};
use usher_domain::{AccountId, UserId};

use crate::IdentityError;

/// Whose a row is, whose first columns are `account` and `user`.
pub(crate) fn owner(row: &Row<'_>) -> rusqlite::Result<(AccountId, UserId)> {
    let account = AccountId::from_bits(u128::from_be_bytes(row.get(0)?));
    Ok((account, UserId::from_bits(u128::from_be_bytes(row.get(1)?))))
}

/// Deletes the rows of a user. Returns how many there were.
pub(crate) fn delete_of_user(
    tables: &Connection,
    table: &'static str,
    account: AccountId,
    user: UserId,
) -> Result<usize, IdentityError> {
    let delete = format!("DELETE FROM {table} WHERE account = ?1 AND user = ?2");
    Ok(tables.execute(&delete, [account.bits().to_be_bytes(), user.bits().to_be_bytes()])?)
}

/// Deletes the rows of all users of an account. Returns how many there were.
pub(crate) fn delete_of_account(
    tables: &Connection,
    table: &'static str,
    account: AccountId,
) -> Result<usize, IdentityError> {
    let delete = format!("DELETE FROM {table} WHERE account = ?1");
    Ok(tables.execute(&delete, [account.bits().to_be_bytes()])?)
}
