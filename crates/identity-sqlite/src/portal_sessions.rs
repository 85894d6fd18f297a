//! The table of portal sessions.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::Timestamp;
use usher_domain::personal::Personal;
use usher_identity::ports::{Owner, PortalSessions, StoreError, StoredPortalSession};
use usher_identity::{AuthorCredential, PortalSession, PortalSessionId, SecretDigest};

use crate::columns::{digest, digests, key_of, limit, owner};
use crate::store::{Failure, SqliteStore};
use crate::user_links;

pub(crate) const TABLE: &str = "identity_portal_sessions";

#[async_trait]
impl PortalSessions for SqliteStore {
    async fn portal_sessions(&self) -> Result<Vec<StoredPortalSession>, StoreError> {
        self.read(|tables| {
            let mut select = tables.prepare(
                "SELECT digest, account, user, user_agent, started_at, last_used_at, rights, id_token IS NOT NULL
                 FROM identity_portal_sessions ORDER BY started_at",
            )?;
            let rows = select.query_map([], stored)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn put_portal_session(
        &self,
        session: StoredPortalSession,
        id_token: Option<Vec<u8>>,
        max: usize,
    ) -> Result<Vec<SecretDigest>, StoreError> {
        self.change(move |tables| put(tables, &session, id_token.as_deref(), max))
            .await
    }

    async fn rotate_portal_session(
        &self,
        old: SecretDigest,
        new: SecretDigest,
        rights: i64,
        id_token: Option<Vec<u8>>,
    ) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let replaced = tables.execute(
                "UPDATE identity_portal_sessions SET digest = ?2, rights = ?3, id_token = ?4 WHERE digest = ?1",
                params![old.as_bytes(), new.as_bytes(), rights, id_token],
            )?;
            let [old, new] =
                [old, new].map(|digest| AuthorCredential::PortalSession(PortalSessionId::of(&digest)));
            user_links::follow(tables, old, new)?;
            Ok(replaced > 0)
        })
        .await
    }

    async fn id_token(
        &self,
        owner: Owner,
        id: PortalSessionId,
    ) -> Result<Option<(SecretDigest, Vec<u8>)>, StoreError> {
        self.read(move |tables| {
            let mut select = tables.prepare_cached(
                "SELECT digest, id_token FROM identity_portal_sessions
                 WHERE account = ?1 AND user = ?2 AND lower(hex(substr(digest, 1, 16))) = ?3
                     AND id_token IS NOT NULL",
            )?;
            let [account, user] = key_of(owner);
            let found = select.query_row(params![account, user, id.to_string()], |row| {
                Ok((digest(row, 0)?, row.get(1)?))
            });
            Ok(found.optional()?)
        })
        .await
    }

    async fn maintain_portal_sessions(
        &self,
        ended: Vec<SecretDigest>,
        used: Vec<(SecretDigest, Timestamp)>,
    ) -> Result<(), StoreError> {
        self.change(move |tables| {
            delete(tables, &ended)?;
            let mut update = tables
                .prepare_cached("UPDATE identity_portal_sessions SET last_used_at = ?2 WHERE digest = ?1")?;
            for (digest, at) in used {
                update.execute(params![digest.as_bytes(), at.millis()])?;
            }
            Ok(())
        })
        .await
    }
}

pub(crate) fn delete(tables: &Connection, digests: &[SecretDigest]) -> Result<(), Failure> {
    let mut delete = tables.prepare_cached("DELETE FROM identity_portal_sessions WHERE digest = ?1")?;
    for digest in digests {
        delete.execute([digest.as_bytes()])?;
    }
    Ok(())
}

fn put(
    tables: &Connection,
    StoredPortalSession { digest, session }: &StoredPortalSession,
    id_token: Option<&[u8]>,
    max: usize,
) -> Result<Vec<SecretDigest>, Failure> {
    let [account, user] = key_of((session.account, session.user));
    let replaced = digests(
        tables,
        "DELETE FROM identity_portal_sessions WHERE digest IN (
             SELECT digest FROM identity_portal_sessions WHERE account = ?1 AND user = ?2
             ORDER BY started_at DESC LIMIT -1 OFFSET ?3
         ) RETURNING digest",
        params![account, user, limit(max.saturating_sub(1))],
    )?;
    tables.execute(
        "INSERT INTO identity_portal_sessions
             (digest, account, user, user_agent, started_at, last_used_at, rights, id_token)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            digest.as_bytes(),
            account,
            user,
            &**session.user_agent.reveal(),
            session.started_at.millis(),
            session.last_used_at.millis(),
            session.rights,
            id_token,
        ],
    )?;
    Ok(replaced)
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredPortalSession> {
    let digest = digest(row, 0)?;
    let (account, user) = owner(row, 1)?;
    let session = PortalSession {
        id: PortalSessionId::of(&digest),
        account,
        user,
        user_agent: Personal::new(row.get::<_, String>(3)?.into()),
        started_at: Timestamp::from_millis(row.get(4)?),
        last_used_at: Timestamp::from_millis(row.get(5)?),
        rights: row.get(6)?,
        by_provider: row.get(7)?,
    };
    Ok(StoredPortalSession { digest, session })
}
