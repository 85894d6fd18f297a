//! The table of operator keys, and those who work on it without a server.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::{OperatorKeyId, Timestamp};

use super::trail::{self, Done, KeysChangedBy, KeysOrigin};
use super::{Kept, NewOperatorKey, OperatorKey, OperatorKeys, OperatorScope};
use crate::kept::{Digests, LastUse, Usage};
use crate::{IdentityError, Secret, draw_bits, store};

/// The operator keys in a database, for whoever has the data but no key: a server need not run, and one that runs
/// takes changes over ([`Identity::reread_operator_keys`](crate::Identity::reread_operator_keys)).
#[derive(Debug)]
pub struct OperatorKeysAtRest(pub(super) Connection);

impl OperatorKeysAtRest {
    /// The keys in the database behind `connection`.
    pub fn open(connection: Connection) -> Result<Self, IdentityError> {
        store::prepare(connection).map(Self)
    }

    /// All keys, in the order of their ids.
    pub fn list(&self) -> Result<Vec<OperatorKey>, IdentityError> {
        Ok(load(&self.0)?.list())
    }

    /// Makes a key, for who is at the command line; its secret is to be shown once.
    pub fn create(
        &mut self,
        new: NewOperatorKey,
        now: Timestamp,
    ) -> Result<(OperatorKeyId, Secret), IdentityError> {
        let id = OperatorKeyId::from_bits(draw_bits(now)?);
        let (key, secret) = Kept::draw(id, new, now)?;
        let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
        store::transact(&mut self.0, |tables| put(tables, &key, &origin, now))?;
        Ok((id, secret))
    }

    /// Kills a key, for who is at the command line, also the last one: whoever has the data can make another. Whether
    /// there was one.
    pub fn revoke(&mut self, id: OperatorKeyId, now: Timestamp) -> Result<bool, IdentityError> {
        let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
        store::transact(&mut self.0, |tables| delete(tables, id, &origin, now))
    }
}

/// Stores a key. Where there is one with this id already, it has another secret from now on.
pub(super) fn put(
    tables: &Connection,
    key: &Kept,
    origin: &KeysOrigin,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let existed = digests(tables, key.id)?.is_some();
    let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let (former, until) = key.digests.former_columns();
    tables.execute(
        "INSERT OR REPLACE INTO identity_operator_keys
             (id, first, name, scopes, digest, former_digest, former_until, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            key.id.bits().to_be_bytes(),
            key.is_first,
            &*key.name,
            scopes.join(" "),
            key.digests.current.as_bytes(),
            former,
            until,
            key.created_at.millis(),
            key.expires_at.map(Timestamp::millis),
        ],
    )?;
    let done = if existed {
        Done::Rotated { former_until: None }
    } else {
        Done::Made {
            scopes: &scopes,
            expires_at: key.expires_at,
        }
    };
    trail::note(tables, (key.id, &key.name), done, origin, now)
}

/// The name of a key, and the digests of its secrets.
pub(super) fn digests(
    tables: &Connection,
    id: OperatorKeyId,
) -> Result<Option<(String, Digests)>, IdentityError> {
    let digests = tables
        .query_row(
            "SELECT name, digest, former_digest, former_until FROM identity_operator_keys WHERE id = ?1",
            [id.bits().to_be_bytes()],
            |row| Ok((row.get(0)?, Digests::of_row(row, 1)?)),
        )
        .optional()?;
    Ok(digests)
}

pub(super) fn put_digests(
    tables: &Connection,
    id: OperatorKeyId,
    digests: Digests,
) -> Result<(), IdentityError> {
    let (former, until) = digests.former_columns();
    tables.execute(
        "UPDATE identity_operator_keys SET digest = ?2, former_digest = ?3, former_until = ?4 WHERE id = ?1",
        params![id.bits().to_be_bytes(), digests.current.as_bytes(), former, until],
    )?;
    Ok(())
}

/// Deletes a key. Whether there was one.
pub(super) fn delete(
    tables: &Connection,
    id: OperatorKeyId,
    origin: &KeysOrigin,
    now: Timestamp,
) -> Result<bool, IdentityError> {
    let Some((name, _)) = digests(tables, id)? else {
        return Ok(false);
    };
    tables.execute(
        "DELETE FROM identity_operator_keys WHERE id = ?1",
        [id.bits().to_be_bytes()],
    )?;
    trail::note(tables, (id, &name), Done::Revoked, origin, now)?;
    Ok(true)
}

pub(super) fn save_uses(tables: &Connection, uses: &[(OperatorKeyId, LastUse)]) -> Result<(), IdentityError> {
    let mut update = tables.prepare_cached(
        "UPDATE identity_operator_keys SET last_used_at = ?2, last_used_from = ?3 WHERE id = ?1",
    )?;
    for (id, last) in uses {
        let from = last.from.map(|from| from.to_string());
        update.execute(params![id.bits().to_be_bytes(), last.at.millis(), from])?;
    }
    Ok(())
}

pub(crate) fn load(tables: &Connection) -> Result<OperatorKeys, IdentityError> {
    let mut keys = OperatorKeys::default();
    let mut select = tables.prepare(
        "SELECT id, first, name, scopes, created_at, expires_at, digest, former_digest, former_until,
             last_used_at, last_used_from
         FROM identity_operator_keys",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        keys.insert(Kept {
            id: OperatorKeyId::from_bits(u128::from_be_bytes(row.get(0)?)),
            is_first: row.get(1)?,
            name: row.get::<_, String>(2)?.into(),
            scopes: scopes(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?),
            created_at: Timestamp::from_millis(row.get(4)?),
            expires_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
            digests: Digests::of_row(row, 6)?,
            usage: Usage::of_row(row, 9)?,
        });
    }
    Ok(keys)
}

/// Words that this version does not know (after a downgrade) give nothing.
fn scopes(words: &str) -> BTreeSet<OperatorScope> {
    words
        .split_ascii_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect()
}
