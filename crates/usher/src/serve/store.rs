//! What a server stands on.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

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

/// The name of the file with the first operator key in the data directory, where nobody sees it on a terminal.
const OPERATOR_KEY_NAME: &str = "operator.key";

/// The operator key that a first start draws.
pub(super) enum FirstKey {
    /// Shown on the terminal.
    Shown(Secret),
    /// Kept in this file: what is written to no terminal ends up in logs.
    Kept(PathBuf),
}

impl FirstKey {
    /// Keeps a new key in a file of the data directory, unless a person reads the output, or there is no directory.
    pub(super) fn new(key: Secret, directory: Option<&Path>, is_shown: bool) -> Result<Self, Failure> {
        let Some(directory) = directory.filter(|_| !is_shown) else {
            return Ok(Self::Shown(key));
        };
        let file = directory.join(OPERATOR_KEY_NAME);
        write_private(&file, key.expose()).map_err(|error| {
            let text = format_args!("Cannot keep the operator key in {}", file.display());
            Failure::because(text, &error)
        })?;
        Ok(Self::Kept(file))
    }
}

/// Writes a line into a file that its owner alone can read, in place of one that is there.
fn write_private(file: &Path, line: &str) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(file)?;
    writeln!(made, "{line}")?;
    made.sync_all()
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
