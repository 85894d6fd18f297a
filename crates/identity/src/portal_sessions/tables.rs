//! The table of sessions.

use rusqlite::{Connection, params};
use usher_domain::{AccountId, Timestamp, UserId};

use super::{PORTAL_SESSIONS_PER_USER_MAX, PortalSession, PortalSessionId, PortalSessions};
use crate::IdentityError;
use crate::secret::Digest;

/// The table of them.
pub(crate) const TABLE: &str = "identity_portal_sessions";

/// Stores a session; returns those of the user that had to make room.
pub(super) fn insert(
    tables: &Connection,
    digest: &Digest,
    session: &PortalSession,
    id_token: Option<&[u8]>,
) -> Result<Vec<Digest>, IdentityError> {
    let (account, user) = (blob(session.account.bits()), blob(session.user.bits()));
    let mut make_room = tables.prepare_cached(
        "DELETE FROM identity_portal_sessions WHERE digest IN (
             SELECT digest FROM identity_portal_sessions WHERE account = ?1 AND user = ?2
             ORDER BY started_at DESC LIMIT -1 OFFSET ?3
         ) RETURNING digest",
    )?;
    let room = params![account, user, PORTAL_SESSIONS_PER_USER_MAX - 1];
    let replaced = make_room.query_map(room, |row| row.get(0).map(Digest::from_bytes))?;
    let replaced = replaced.collect::<Result<_, _>>()?;
    tables.execute(
        "INSERT INTO identity_portal_sessions
             (digest, account, user, user_agent, started_at, last_used_at, rights, id_token)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            digest.as_bytes(),
            account,
            user,
            &*session.user_agent,
            session.started_at.millis(),
            session.last_used_at.millis(),
            session.rights,
            id_token,
        ],
    )?;
    Ok(replaced)
}

/// Gives a session another secret. Whether there was one.
pub(super) fn replace(
    tables: &Connection,
    old: &Digest,
    new: &Digest,
    rights: i64,
) -> Result<bool, IdentityError> {
    let replaced = tables.execute(
        "UPDATE identity_portal_sessions SET digest = ?2, rights = ?3 WHERE digest = ?1",
        params![old.as_bytes(), new.as_bytes(), rights],
    )?;
    Ok(replaced > 0)
}

pub(super) fn delete(tables: &Connection, digests: &[Digest]) -> Result<(), IdentityError> {
    let mut delete = tables.prepare_cached("DELETE FROM identity_portal_sessions WHERE digest = ?1")?;
    for digest in digests {
        delete.execute([digest.as_bytes()])?;
    }
    Ok(())
}

pub(super) fn save_last_use(tables: &Connection, used: &[(Digest, Timestamp)]) -> Result<(), IdentityError> {
    let mut update =
        tables.prepare_cached("UPDATE identity_portal_sessions SET last_used_at = ?2 WHERE digest = ?1")?;
    for (digest, at) in used {
        update.execute(params![digest.as_bytes(), at.millis()])?;
    }
    Ok(())
}

pub(crate) fn load(tables: &Connection) -> Result<PortalSessions, IdentityError> {
    let mut sessions = PortalSessions::default();
    let mut select = tables.prepare(
        "SELECT digest, account, user, user_agent, started_at, last_used_at, rights, id_token IS NOT NULL
         FROM identity_portal_sessions ORDER BY started_at",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let digest = Digest::from_bytes(row.get(0)?);
        let session = PortalSession {
            id: PortalSessionId::of(&digest),
            account: AccountId::from_bits(u128::from_be_bytes(row.get(1)?)),
            user: UserId::from_bits(u128::from_be_bytes(row.get(2)?)),
            user_agent: row.get::<_, String>(3)?.into(),
            started_at: Timestamp::from_millis(row.get(4)?),
            last_used_at: Timestamp::from_millis(row.get(5)?),
            rights: row.get(6)?,
            by_provider: row.get(7)?,
        };
        sessions.insert(digest, session);
    }
    Ok(sessions)
}

fn blob(bits: u128) -> [u8; 16] {
    bits.to_be_bytes()
}
