//! Sessions of users whom a provider of their own account signed in.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::{AccountId, Timestamp, UserId};

use super::{PortalSessionId, tables};
use crate::secret::Digest;
use crate::{Identity, IdentityError, Sealer, Secret};

impl Identity {
    /// Signs a user in whose identity a provider has proved, and who may do this much (`rights`). The
    /// ID token is kept for signing out there.
    pub async fn begin_portal_session_by_provider(
        &self,
        account: AccountId,
        user: UserId,
        user_agent: &str,
        id_token: &Secret,
        rights: i64,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        self.begin(account, user, user_agent, Some(id_token), rights, now)
            .await
    }

    /// The ID token with which a provider began the session; none where a password did.
    pub async fn portal_session_id_token(
        &self,
        account: AccountId,
        user: UserId,
        id: PortalSessionId,
    ) -> Result<Option<Secret>, IdentityError> {
        let found = self.store.read(move |tables| {
            let mut select = tables.prepare_cached(
                "SELECT id_token FROM identity_portal_sessions
                 WHERE account = ?1 AND user = ?2 AND lower(hex(substr(digest, 1, 16))) = ?3",
            )?;
            let of = params![
                account.bits().to_be_bytes(),
                user.bits().to_be_bytes(),
                id.to_string()
            ];
            Ok(select
                .query_row(of, |row| row.get::<_, Option<Vec<u8>>>(0))
                .optional()?)
        });
        let sealed = found.await?.flatten();
        let open = |sealed: Vec<u8>| self.sealer().open_text(&context(id), &sealed);
        Ok(sealed.map(open).transpose()?)
    }

    /// Ends what passwords have begun in an account: sessions of the portal, also half ones, and user tokens, except those
    /// of the user `break_glass` and the one session `keep`. How many sessions there were.
    pub async fn end_what_passwords_began(
        &self,
        account: AccountId,
        break_glass: UserId,
        keep: Option<PortalSessionId>,
    ) -> Result<usize, IdentityError> {
        let digests: Vec<Digest> = {
            let sessions = self.memory.portal_sessions();
            let of_account = sessions
                .by_digest
                .iter()
                .filter(|(_, kept)| kept.session.account == account);
            let by_password = of_account.filter(|(_, kept)| {
                let session = &kept.session;
                !session.by_provider && session.user != break_glass && Some(session.id) != keep
            });
            by_password.map(|(digest, _)| *digest).collect()
        };
        let count = digests.len();
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    tables::delete(tables, &digests)?;
                    let others = [account.bits().to_be_bytes(), break_glass.bits().to_be_bytes()];
                    tables.execute(
                        "DELETE FROM identity_half_sign_ins WHERE account = ?1 AND user <> ?2",
                        others,
                    )?;
                    tables.execute(
                        "DELETE FROM identity_user_tokens WHERE account = ?1 AND user <> ?2",
                        others,
                    )?;
                    Ok(digests)
                },
                move |digests| {
                    memory.portal_sessions_mut().remove_all(&digests);
                    memory.user_tokens_mut().remove_of_others(account, break_glass);
                },
            )
            .await?;
        Ok(count)
    }
}

pub(super) fn seal(
    sealer: &Sealer,
    id: PortalSessionId,
    id_token: &Secret,
) -> Result<Vec<u8>, IdentityError> {
    Ok(sealer.seal(&context(id), id_token.expose().as_bytes())?)
}

/// Seals the ID token again of a session that got another secret, and with it another id.
pub(super) fn seal_anew(
    tables: &Connection,
    sealer: &Sealer,
    old: &Digest,
    new: &Digest,
) -> Result<(), IdentityError> {
    let mut select =
        tables.prepare_cached("SELECT id_token FROM identity_portal_sessions WHERE digest = ?1")?;
    let kept = select
        .query_row([new.as_bytes()], |row| row.get::<_, Option<Vec<u8>>>(0))
        .optional()?;
    if let Some(kept) = kept.flatten() {
        let id_token = sealer.open_text(&context(PortalSessionId::of(old)), &kept)?;
        let renewed = seal(sealer, PortalSessionId::of(new), &id_token)?;
        tables.execute(
            "UPDATE identity_portal_sessions SET id_token = ?2 WHERE digest = ?1",
            params![new.as_bytes(), renewed],
        )?;
    }
    Ok(())
}

/// Seals the ID tokens again that are sealed with an older secrets key. Whether there were any.
pub(crate) fn renew(tables: &Connection, sealer: &Sealer) -> Result<bool, IdentityError> {
    let mut select =
        tables.prepare("SELECT digest, id_token FROM identity_portal_sessions WHERE id_token IS NOT NULL")?;
    let rows = select.query_map([], |row| {
        Ok((row.get(0).map(Digest::from_bytes)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    let mut renewed = false;
    for (digest, sealed) in rows.collect::<Result<Vec<_>, _>>()? {
        if let Some(sealed) = sealer.renew(&context(PortalSessionId::of(&digest)), &sealed)? {
            tables.execute(
                "UPDATE identity_portal_sessions SET id_token = ?2 WHERE digest = ?1",
                params![digest.as_bytes(), sealed],
            )?;
            renewed = true;
        }
    }
    Ok(renewed)
}

/// What a sealed ID token is, and of which session.
fn context(id: PortalSessionId) -> String {
    format!("portal_session_id_token/{id}")
}
