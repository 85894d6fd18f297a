//! The tables of second factors and recovery codes.

use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::{AccountId, UserId};

use super::SecondFactors;
use crate::secret::Digest;
use crate::{IdentityError, Sealer};

/// The tables, whose rows belong to users.
pub(crate) const TABLES: &[&str] = &["identity_second_factors", "identity_recovery_codes"];

/// A second factor as it is stored.
pub(super) struct Stored {
    pub(super) secret: Vec<u8>,
    pub(super) confirmed: bool,
    pub(super) last_step: i64,
}

/// What a sealed secret is, and whose.
pub(super) fn context(account: AccountId, user: UserId) -> String {
    format!("second factor of {user} in {account}")
}

/// Stores a secret that counts for nothing yet, unless one does already. Whether it was stored.
pub(super) fn put_unconfirmed(
    tables: &Connection,
    account: AccountId,
    user: UserId,
    sealed: &[u8],
) -> Result<bool, IdentityError> {
    let (account, user) = key(account, user);
    let stored = tables.execute(
        "INSERT INTO identity_second_factors (account, user, secret, confirmed, last_step) VALUES (?1, ?2, ?3, 0, 0)
         ON CONFLICT DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE confirmed = 0",
        params![account, user, sealed],
    )?;
    Ok(stored > 0)
}

pub(super) fn get(
    tables: &Connection,
    account: AccountId,
    user: UserId,
) -> Result<Option<Stored>, IdentityError> {
    let (account, user) = key(account, user);
    let select =
        "SELECT secret, confirmed, last_step FROM identity_second_factors WHERE account = ?1 AND user = ?2";
    let stored = tables.prepare_cached(select)?.query_row([account, user], |row| {
        Ok(Stored {
            secret: row.get(0)?,
            confirmed: row.get(1)?,
            last_step: row.get(2)?,
        })
    });
    Ok(stored.optional()?)
}

/// Notes that a code of this step was used.
pub(super) fn confirm(
    tables: &Connection,
    account: AccountId,
    user: UserId,
    step: i64,
) -> Result<(), IdentityError> {
    let (account, user) = key(account, user);
    tables.execute(
        "UPDATE identity_second_factors SET confirmed = 1, last_step = ?3 WHERE account = ?1 AND user = ?2",
        params![account, user, step],
    )?;
    Ok(())
}

pub(super) fn replace_recovery_codes(
    tables: &Connection,
    account: AccountId,
    user: UserId,
    digests: &[Digest],
) -> Result<(), IdentityError> {
    let (account, user) = key(account, user);
    tables.execute(
        "DELETE FROM identity_recovery_codes WHERE account = ?1 AND user = ?2",
        [account, user],
    )?;
    let mut insert = tables
        .prepare_cached("INSERT INTO identity_recovery_codes (account, user, digest) VALUES (?1, ?2, ?3)")?;
    for digest in digests {
        insert.execute(params![account, user, digest.as_bytes()])?;
    }
    Ok(())
}

/// Whether there was such a code; there is none any more.
pub(super) fn use_recovery_code(
    tables: &Connection,
    account: AccountId,
    user: UserId,
    digest: &Digest,
) -> Result<bool, IdentityError> {
    let (account, user) = key(account, user);
    let deleted = tables.execute(
        "DELETE FROM identity_recovery_codes WHERE account = ?1 AND user = ?2 AND digest = ?3",
        params![account, user, digest.as_bytes()],
    )?;
    Ok(deleted > 0)
}

pub(super) fn recovery_codes_left(
    tables: &Connection,
    account: AccountId,
    user: UserId,
) -> Result<usize, IdentityError> {
    let (account, user) = key(account, user);
    let left: u32 = tables.query_row(
        "SELECT count(*) FROM identity_recovery_codes WHERE account = ?1 AND user = ?2",
        [account, user],
        |row| row.get(0),
    )?;
    Ok(usize::try_from(left).unwrap_or(usize::MAX))
}

pub(crate) fn load(tables: &Connection) -> Result<SecondFactors, IdentityError> {
    Ok(rows(tables)?
        .into_iter()
        .filter(|row| row.confirmed)
        .map(|row| (row.account, row.user))
        .collect())
}

/// Seals again what is sealed with an older secrets key. Whether there was any.
pub(crate) fn renew(tables: &Connection, sealer: &Sealer) -> Result<bool, IdentityError> {
    let mut renewed = false;
    for row in rows(tables)? {
        let Some(resealed) = sealer.renew(&context(row.account, row.user), &row.secret)? else {
            continue;
        };
        let (account, user) = key(row.account, row.user);
        tables.execute(
            "UPDATE identity_second_factors SET secret = ?3 WHERE account = ?1 AND user = ?2",
            params![account, user, resealed],
        )?;
        renewed = true;
    }
    Ok(renewed)
}

/// Whether every secret opens in its place.
pub(crate) fn check_sealed(tables: &Connection, sealer: &Sealer) -> Result<(), IdentityError> {
    for row in rows(tables)? {
        sealer.open(&context(row.account, row.user), &row.secret)?;
    }
    Ok(())
}

struct Row {
    account: AccountId,
    user: UserId,
    secret: Vec<u8>,
    confirmed: bool,
}

fn rows(tables: &Connection) -> Result<Vec<Row>, IdentityError> {
    let mut select =
        tables.prepare("SELECT account, user, secret, confirmed FROM identity_second_factors")?;
    let rows = select.query_map([], |row| {
        Ok(Row {
            account: AccountId::from_bits(u128::from_be_bytes(row.get(0)?)),
            user: UserId::from_bits(u128::from_be_bytes(row.get(1)?)),
            secret: row.get(2)?,
            confirmed: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn key(account: AccountId, user: UserId) -> ([u8; 16], [u8; 16]) {
    (account.bits().to_be_bytes(), user.bits().to_be_bytes())
}
