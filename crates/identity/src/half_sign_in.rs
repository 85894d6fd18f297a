//! Half sign-ins: the password is accepted, and the second factor still missing.
//!
//! The browser keeps a secret in a cookie, of which a digest is kept here for [`HALF_SIGN_IN_LIFE`]. It is good for
//! typing a code, and for nothing else; it dies with the user's sessions.

use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::owned::owner;
use crate::secret::Digest;
use crate::{Identity, IdentityError, Secret};

/// The table of them.
pub(crate) const TABLE: &str = "identity_half_sign_ins";

/// What the cookie's secret starts with.
const PREFIX: &str = "usher_half_";

/// How long there is to type the code.
pub const HALF_SIGN_IN_LIFE: Secs = Secs::new(300);

impl Identity {
    /// Notes that a user has proved the password. The secret is for the browser's cookie.
    pub async fn begin_half_sign_in(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        let digest = Digest::of(secret.expose());
        self.store
            .change(
                move |tables| {
                    tables.execute(
                        "INSERT INTO identity_half_sign_ins (digest, account, user, expires_at)
                         VALUES (?1, ?2, ?3, ?4)",
                        params![
                            digest.as_bytes(),
                            account.bits().to_be_bytes(),
                            user.bits().to_be_bytes(),
                            (now + HALF_SIGN_IN_LIFE).millis(),
                        ],
                    )?;
                    Ok(())
                },
                |()| (),
            )
            .await?;
        Ok(secret)
    }

    /// Who is halfway in with this secret; none where nobody is, or not any more.
    pub async fn half_sign_in(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<(AccountId, UserId)>, IdentityError> {
        let digest = Digest::of(secret);
        self.store.read(move |tables| get(tables, &digest, now)).await
    }

    /// Uses the secret up; who was halfway in with it. Of many who ask at once, one is told.
    pub async fn take_half_sign_in(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<(AccountId, UserId)>, IdentityError> {
        let digest = Digest::of(secret);
        self.store
            .change(
                move |tables| {
                    let who = get(tables, &digest, now)?;
                    tables.execute(
                        "DELETE FROM identity_half_sign_ins WHERE digest = ?1",
                        [digest.as_bytes()],
                    )?;
                    Ok(who)
                },
                |who| who,
            )
            .await
    }

    /// Deletes those that took too long.
    pub(crate) async fn purge_half_sign_ins(&self, now: Timestamp) -> Result<(), IdentityError> {
        let delete = "DELETE FROM identity_half_sign_ins WHERE expires_at <= ?1";
        self.store
            .change(move |tables| Ok(tables.execute(delete, [now.millis()])?), |_| ())
            .await
    }
}

fn get(
    tables: &Connection,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<(AccountId, UserId)>, IdentityError> {
    let select = "SELECT account, user FROM identity_half_sign_ins WHERE digest = ?1 AND expires_at > ?2";
    let found = tables
        .prepare_cached(select)?
        .query_row(params![digest.as_bytes(), now.millis()], owner);
    Ok(found.optional()?)
}
