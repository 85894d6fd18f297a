//! How ids, digests and key parts are written in columns.

use rusqlite::{Connection, Params, Row};
use usher_domain::{AccountId, Timestamp, UserId};
use usher_identity::ports::Owner;
use usher_identity::{KeyDigests, LastUse, SecretDigest};

use crate::store::Failure;

/// An account and a user as their two columns hold them.
pub(crate) fn key_of((account, user): Owner) -> [[u8; 16]; 2] {
    [account.bits().to_be_bytes(), user.bits().to_be_bytes()]
}

/// An id of 16 bytes.
pub(crate) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<u128> {
    row.get(column).map(u128::from_be_bytes)
}

/// The account and the user in this column and the next.
pub(crate) fn owner(row: &Row<'_>, column: usize) -> rusqlite::Result<Owner> {
    let account = AccountId::from_bits(id(row, column)?);
    Ok((account, UserId::from_bits(id(row, column + 1)?)))
}

pub(crate) fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<SecretDigest> {
    row.get(column).map(SecretDigest::from_bytes)
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let millis: Option<i64> = row.get(column)?;
    Ok(millis.map(Timestamp::from_millis))
}

/// The digests in three columns: the current one, the former one, and until when that works.
pub(crate) fn key_digests(row: &Row<'_>, column: usize) -> rusqlite::Result<KeyDigests> {
    let former: Option<[u8; 32]> = row.get(column + 1)?;
    let until = time(row, column + 2)?;
    Ok(KeyDigests {
        current: digest(row, column)?,
        former: former.map(SecretDigest::from_bytes).zip(until),
    })
}

/// The former digest and its end, as their columns hold them.
pub(crate) fn former_columns(digests: KeyDigests) -> (Option<[u8; 32]>, Option<i64>) {
    let former = digests.former;
    (
        former.map(|(digest, _)| *digest.as_bytes()),
        former.map(|(_, until)| until.millis()),
    )
}

/// The last use in two columns: when, and from where.
pub(crate) fn last_use(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<LastUse>> {
    let from: Option<String> = row.get(column + 1)?;
    Ok(time(row, column)?.map(|at| LastUse {
        at,
        from: from.and_then(|from| from.parse().ok()),
    }))
}

/// A last use as its columns hold it.
pub(crate) fn last_use_columns(last: LastUse) -> (i64, Option<String>) {
    (last.at.millis(), last.from.map(|from| from.reveal().to_string()))
}

/// A set of scopes as stored in a column: words separated by spaces. Words that this version does not know (after a
/// downgrade) give no scope.
pub(crate) fn words<T: Ord>(
    row: &Row<'_>,
    column: usize,
    known: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<std::collections::BTreeSet<T>> {
    let words = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(words.split_ascii_whitespace().filter_map(known).collect())
}

/// A limit as SQLite takes it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The digests that a statement returns.
pub(crate) fn digests(
    tables: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Vec<SecretDigest>, Failure> {
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| digest(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deletes the rows of a user in a table with the columns `account` and `user`. Returns how many there were.
pub(crate) fn delete_of_user(
    tables: &Connection,
    table: &'static str,
    owner: Owner,
) -> Result<usize, Failure> {
    let delete = format!("DELETE FROM {table} WHERE account = ?1 AND user = ?2");
    Ok(tables.execute(&delete, key_of(owner))?)
}

/// Deletes the rows of an account in a table with the column `account`. Returns how many there were.
pub(crate) fn delete_of_account(
    tables: &Connection,
    table: &'static str,
    account: AccountId,
) -> Result<usize, Failure> {
    let delete = format!("DELETE FROM {table} WHERE account = ?1");
    Ok(tables.execute(&delete, [account.bits().to_be_bytes()])?)
}
