//! What a server stands on.

use std::path::PathBuf;

use usher_engine::Clock;
use usher_identity::{Identity, Secret};
use usher_journal_sqlite::SqliteJournal;

use super::config::Config;
use super::secrets::SecretsArguments;
use crate::Failure;
use crate::data::{Lock, open_journal};

/// What a server stands on.
pub(crate) struct Store {
    pub(super) journal: SqliteJournal,
    pub(crate) identity: Identity,
    pub(super) directory: Option<PathBuf>,
    /// The file with the secrets key, where this start made it.
    pub(super) made_key: Option<PathBuf>,
    _lock: Option<Lock>,
}

impl Store {
    /// What a server in memory stands on.
    pub(crate) fn in_memory() -> Result<Self, Failure> {
        Self::open(None, None, &SecretsArguments::default(), &Config::default())
    }

    pub(super) fn open(
        directory: Option<PathBuf>,
        lock: Option<Lock>,
        secrets: &SecretsArguments,
        config: &Config,
    ) -> Result<Self, Failure> {
        let journal = match &directory {
            Some(directory) => open_journal(directory)?,
            None => SqliteJournal::open_in_memory()
                .map_err(|error| Failure::because("The sandbox could not start", &error))?,
        };
        let (identity, made_key) = match &directory {
            Some(directory) => secrets.open_identity(&journal, directory, config)?,
            None => (Identity::in_memory().map_err(|error| cannot_open(&error))?, None),
        };
        Ok(Self {
            journal,
            identity,
            directory,
            made_key,
            _lock: lock,
        })
    }
}

pub(super) fn cannot_open(error: &dyn std::error::Error) -> Failure {
    Failure::because("Cannot open the credentials", error)
}

/// Sets the key that the operator brings, or draws one where there is none yet: that one has to be shown.
pub(crate) async fn first_operator_key(
    identity: &Identity,
    given: Option<&str>,
) -> Result<Option<Secret>, Failure> {
    let cannot = |error| Failure::because("The operator key cannot be used", &error);
    let now = Clock::System.now();
    match given {
        Some(key) => identity
            .set_operator_key(key, now)
            .await
            .map(|()| None)
            .map_err(cannot),
        None => identity.create_operator_key(now).await.map_err(cannot),
    }
}
