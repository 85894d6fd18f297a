//! The link to the page that sets the first account up.

use rusqlite::{Connection, OptionalExtension};

use crate::secret::Digest;
use crate::{Identity, IdentityError, Secret};

/// What the link's secret starts with.
const PREFIX: &str = "usher_setup_";

impl Identity {
    /// Draws the secret of a set-up link, to be shown once. An older link is dead.
    pub async fn create_setup_link(&self) -> Result<Secret, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        let digest = Digest::of(secret.expose());
        self.store
            .change(move |tables| put(tables, &digest), |()| ())
            .await?;
        Ok(secret)
    }

    /// Makes the set-up link dead, if there is one: for a server that has an account.
    pub async fn remove_setup_link(&self) -> Result<(), IdentityError> {
        let remove = "DELETE FROM identity_setup_link";
        self.store
            .change(move |tables| Ok(tables.execute(remove, [])?), |_| ())
            .await
    }

    /// Whether the link with this secret is alive.
    pub async fn is_setup_link(&self, secret: &str) -> Result<bool, IdentityError> {
        let digest = Digest::of(secret);
        self.store
            .read(move |tables| Ok(get(tables)?.as_ref() == Some(&digest)))
            .await
    }

    /// Uses the link up. Whether it was alive: of many who ask at once, one is told so.
    pub async fn use_setup_link(&self, secret: &str) -> Result<bool, IdentityError> {
        let digest = Digest::of(secret);
        self.store
            .change(
                move |tables| {
                    let was_alive = get(tables)?.as_ref() == Some(&digest);
                    if was_alive {
                        tables.execute("DELETE FROM identity_setup_link", [])?;
                    }
                    Ok(was_alive)
                },
                |was_alive| was_alive,
            )
            .await
    }

    /// Makes a link alive again that was used up for nothing, because the set-up failed.
    pub async fn restore_setup_link(&self, secret: &str) -> Result<(), IdentityError> {
        let digest = Digest::of(secret);
        self.store
            .change(move |tables| put(tables, &digest), |()| ())
            .await
    }
}

fn put(tables: &Connection, digest: &Digest) -> Result<(), IdentityError> {
    tables.execute(
        "INSERT OR REPLACE INTO identity_setup_link (one, digest) VALUES (1, ?1)",
        [digest.as_bytes()],
    )?;
    Ok(())
}

fn get(tables: &Connection) -> Result<Option<Digest>, IdentityError> {
    let digest = tables
        .query_row("SELECT digest FROM identity_setup_link", [], |row| row.get(0))
        .optional()?;
    Ok(digest.map(Digest::from_bytes))
}
