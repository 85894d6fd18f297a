//! The operator's key.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use crate::secret::Digest;
use crate::{Identity, IdentityError, Secret};

/// What a key starts with that Usher draws.
const PREFIX: &str = "usher_op_";

/// What the tokens of everybody else start with.
const PREFIX_OF_ALL: &str = "usher_";

/// The fewest characters that an operator's own key may have.
pub const OPERATOR_KEY_CHARS_MIN: usize = 20;
/// The most characters that an operator's own key may have.
pub const OPERATOR_KEY_CHARS_MAX: usize = 256;

impl Identity {
    /// Creates the operator's key where there is none yet and returns it, to be shown once.
    pub async fn create_operator_key(&self) -> Result<Option<Secret>, IdentityError> {
        if self.memory.operator().is_some() {
            return Ok(None);
        }
        let key = Secret::draw(PREFIX)?;
        let digest = Digest::of(key.expose());
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    let created = tables.execute(
                        "INSERT INTO identity_operator_key (one, digest) VALUES (1, ?1) ON CONFLICT DO NOTHING",
                        [digest.as_bytes()],
                    )?;
                    Ok(created == 1)
                },
                move |created| {
                    created.then(|| {
                        *memory.operator_mut() = Some(digest);
                        key
                    })
                },
            )
            .await
    }

    /// Makes `key` the operator's only key: [`OPERATOR_KEY_CHARS_MIN`] to [`OPERATOR_KEY_CHARS_MAX`] visible ASCII
    /// characters, as drawn by a password generator. The one before it is dead.
    pub async fn set_operator_key(&self, key: &str) -> Result<(), IdentityError> {
        check(key)?;
        let digest = Digest::of(key);
        if *self.memory.operator() == Some(digest) {
            return Ok(());
        }
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    tables.execute(
                        "INSERT INTO identity_operator_key (one, digest) VALUES (1, ?1)
                         ON CONFLICT DO UPDATE SET digest = excluded.digest",
                        [digest.as_bytes()],
                    )?;
                    Ok(())
                },
                move |()| *memory.operator_mut() = Some(digest),
            )
            .await
    }
}

fn check(key: &str) -> Result<(), IdentityError> {
    let fits = (OPERATOR_KEY_CHARS_MIN..=OPERATOR_KEY_CHARS_MAX).contains(&key.len());
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    let looks_foreign = key.starts_with(PREFIX_OF_ALL) && !key.starts_with(PREFIX);
    if !fits || !visible || looks_foreign {
        return Err(IdentityError::OperatorKey);
    }
    Ok(())
}

pub(crate) fn load(tables: &Connection) -> Result<Option<Digest>, IdentityError> {
    let digest = tables
        .query_row("SELECT digest FROM identity_operator_key", [], |row| row.get(0))
        .optional()?;
    Ok(digest.map(Digest::from_bytes))
}
