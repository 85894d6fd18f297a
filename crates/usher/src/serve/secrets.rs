//! Finds the key that secrets at rest are sealed with.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use usher_identity::{Identity, IdentityError, SealError, SecretsKeys};
use usher_identity_sqlite::{SqliteStore, holds_sealed_secrets};
use usher_journal_sqlite::SqliteJournal;

use super::config::Config;
use super::store::cannot_open;
use crate::{Failure, note, private};

/// The name of the file in the data directory.
pub(crate) const SECRETS_KEY_NAME: &str = "secrets.key";
/// The permission bits that let the file's group, and everybody, read it.
const GROUP_READ: u32 = 0o040;
const OTHERS_READ: u32 = 0o004;
/// The ways to give a key, for the messages below.
pub(crate) const SECRETS_KEY_WAYS: &str = "`--secrets-key-file FILE` or `USHER_SECRETS_KEY`";

/// The location of the key.
#[derive(Debug, Default, Args)]
pub(crate) struct SecretsArguments {
    /// The file with the key that secrets at rest are sealed with [default: secrets.key in the data directory]
    #[arg(long, value_name = "FILE", env = "USHER_SECRETS_KEY_FILE")]
    secrets_key_file: Option<PathBuf>,
    #[arg(skip = std::env::var("USHER_SECRETS_KEY").ok().filter(|key| !key.is_empty()))]
    secrets_key: Option<String>,
}

impl SecretsArguments {
    /// The key given to a command, or found in the data directory; `None` if there is neither.
    pub(crate) fn known_at(&self, directory: &Path) -> Result<Option<SecretsKeys>, Failure> {
        self.known(directory, &Config::read(None, Some(directory))?)
    }

    /// The given key, or the one in the data directory; `None` if there is neither.
    pub(super) fn known(&self, directory: &Path, config: &Config) -> Result<Option<SecretsKeys>, Failure> {
        match self.given(config)? {
            Some(keys) => Ok(Some(keys)),
            None => read(&directory.join(SECRETS_KEY_NAME)),
        }
    }

    /// Opens the credentials with the given key, or with the one in the data directory. If there is neither and nothing
    /// is sealed yet, creates a key and returns its file. Never creates one otherwise: a new key would open nothing.
    pub(super) async fn open_identity(
        &self,
        journal: &SqliteJournal,
        directory: &Path,
        config: &Config,
    ) -> Result<(Identity, SecretsKeys, Option<PathBuf>), Failure> {
        let connection = journal.connect().map_err(|error| cannot_open(&error))?;
        let is_sealed = holds_sealed_secrets(&connection).map_err(|error| cannot_open(&error))?;
        let (keys, made) = match self.given(config)? {
            Some(keys) => (keys, None),
            None => beside_the_data(directory, is_sealed)?,
        };
        let store = SqliteStore::open(connection).map_err(|error| cannot_open(&error))?;
        match Identity::open(Arc::new(store), &keys).await {
            Ok(identity) => Ok((identity, keys, made)),
            Err(IdentityError::Seal(error @ SealError::UnknownKey { .. })) => Err(Failure::said(format!(
                "The secrets key is not the key of the data in {}: {error}. Give the right one with \
                 {SECRETS_KEY_WAYS}; to change keys, give both, separated by a comma, the new one first.",
                directory.display()
            ))),
            Err(error) => Err(cannot_open(&error)),
        }
    }

    /// The key of existing data; never creates one.
    pub(crate) fn existing(&self, directory: &Path, config: &Config) -> Result<SecretsKeys, Failure> {
        match self.given(config)? {
            Some(keys) => Ok(keys),
            None => beside_the_data(directory, true).map(|(keys, _)| keys),
        }
    }

    /// The key from an argument, the environment or the configuration.
    fn given(&self, config: &Config) -> Result<Option<SecretsKeys>, Failure> {
        match (&self.secrets_key, &self.secrets_key_file) {
            (Some(_), Some(_)) => {
                return Err(Failure::Usage(
                    "Both `USHER_SECRETS_KEY` and a secrets key file are given. Give only one of them."
                        .to_owned(),
                ));
            }
            (Some(text), None) => return parse(text, "`USHER_SECRETS_KEY`").map(Some),
            (None, _) => {}
        }
        let Some(file) = config.choose(self.secrets_key_file.clone(), config.secrets_key_file.as_ref())
        else {
            return Ok(None);
        };
        // Files mounted into containers are often readable by all users of the container.
        if private::is_readable_by(&file.value, OTHERS_READ) {
            tracing::warn!(
                "every user of this machine can read the secrets key in {}",
                file.value.display()
            );
        }
        match read(&file.value)? {
            Some(keys) => Ok(Some(keys)),
            None => Err(Failure::said(format!(
                "There is no secrets key file {}. Name the right one with {}.",
                file.value.display(),
                file.place.name("--secrets-key-file FILE", "secrets_key_file")
            ))),
        }
    }
}

fn beside_the_data(directory: &Path, is_sealed: bool) -> Result<(SecretsKeys, Option<PathBuf>), Failure> {
    let file = directory.join(SECRETS_KEY_NAME);
    need_closed(&file)?;
    match read(&file)? {
        Some(keys) => Ok((keys, None)),
        None if is_sealed => Err(Failure::said(format!(
            "The secrets in the data are sealed, and their key is missing: there is no {}. Put the file back from \
             where you keep a copy, or give the key with {SECRETS_KEY_WAYS}. Backups of the data do not contain it.",
            file.display()
        ))),
        None => Ok((make(&file)?, Some(file))),
    }
}

/// Refuses a file that others than its owner can read: with the key they could open every backup.
fn need_closed(file: &Path) -> Result<(), Failure> {
    if !private::is_readable_by(file, GROUP_READ | OTHERS_READ) {
        return Ok(());
    }
    Err(Failure::said(format!(
        "Other users of this machine can read the secrets key in {}. Run `chmod 600 {}`. If somebody may have read it, \
         give a new key before the old one with {SECRETS_KEY_WAYS}.",
        file.display(),
        file.display()
    )))
}

/// The keys in a file; `None` if it does not exist or is empty. A killed earlier version could leave an empty one.
fn read(file: &Path) -> Result<Option<SecretsKeys>, Failure> {
    match std::fs::read_to_string(file) {
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => parse(&text, file.display()).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let text = format_args!("Cannot read the secrets key in {}", file.display());
            Err(Failure::because(text, &error))
        }
    }
}

fn parse(text: &str, from: impl std::fmt::Display) -> Result<SecretsKeys, Failure> {
    let cannot = |error| Failure::because(format_args!("The secrets key in {from} cannot be used"), &error);
    SecretsKeys::parse(text).map_err(cannot)
}

/// Atomically creates a file with a new key that only its owner can read. It is on disk before anything is sealed with
/// it.
fn make(file: &Path) -> Result<SecretsKeys, Failure> {
    let keys = SecretsKeys::draw().map_err(|error| cannot_open(&error))?;
    let text = format!("{}\n", keys.expose().expose());
    note::replace(file, text.as_bytes()).map_err(|error| {
        let text = format_args!("Cannot write the secrets key to {}", file.display());
        Failure::because(text, &error)
    })?;
    Ok(keys)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_that_others_can_read_is_refused_with_a_sentence() {
        let directory = tempfile::tempdir().unwrap();
        let (_, made) = (
            beside_the_data(directory.path(), false).unwrap(),
            directory.path().join(SECRETS_KEY_NAME),
        );

        for (mode, is_taken) in [
            (0o600, true),
            (0o400, true),
            (0o640, false),
            (0o604, false),
            (0o644, false),
        ] {
            std::fs::set_permissions(&made, PermissionsExt::from_mode(mode)).unwrap();
            let opened = beside_the_data(directory.path(), true);
            assert_eq!(opened.is_ok(), is_taken, "{mode:o}");
            if let Err(failure) = opened {
                let sentence = failure.to_string();
                assert!(sentence.contains("Run `chmod 600"), "{sentence}");
            }
        }
    }
}
