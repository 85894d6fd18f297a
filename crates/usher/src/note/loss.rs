//! Finds out what is missing in a data directory, before anything in it is touched.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use usher_domain::Timestamp;
use usher_identity::{SealedSecrets, SecretsKeys};
use usher_journal::Authenticator;
use usher_journal_sqlite::{Facts, hash_at, newest, open_untouched};

use super::{FIRST_START_NAME, Note, Written, sync_names};
use crate::Failure;
use crate::serve::{SECRETS_KEY_NAME, SECRETS_KEY_WAYS, authenticator};
use crate::words::{moment, plural};

/// The contents of a data directory, read without changing anything.
#[derive(Debug)]
pub(crate) struct Evidence {
    directory: PathBuf,
    note: Option<Written>,
    database: Option<Database>,
    has_secrets_key: bool,
    is_first_start: bool,
}

/// The contents of the database.
#[derive(Debug)]
struct Database {
    commits: u64,
    credential_changes: u64,
    /// Whether the commit that the note names exists unchanged.
    has_noted: bool,
    /// `None` for a version before these facts, and for a database that was never finished.
    facts: Option<Facts>,
    sealed: SealedSecrets,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The database is gone or empty.
    Database {
        /// The commits it had and the time of the newest, if there is a note.
        noted: Option<(u64, Timestamp)>,
    },
    /// The end of the database is missing.
    Tail {
        /// How many commits are missing.
        commits: u64,
        /// How many changes of credentials are missing.
        credential_changes: u64,
        /// The time of the newest missing commit.
        until: Timestamp,
    },
    /// The database has a different history from the noted one.
    Another,
    /// The note is gone.
    Note,
    /// Another server wrote the note.
    ForeignNote,
    /// The database is a copy made by `usher backup` at this time.
    Copy(Timestamp),
}

impl Evidence {
    /// Reads a directory, which may not exist yet.
    pub(crate) fn of(directory: &Path) -> Result<Self, Failure> {
        let note = Written::read(directory)?;
        let database =
            Database::look(directory, note.as_ref().map(|written| written.note)).map_err(|error| {
                let text = format_args!("Cannot open the data in {}", directory.display());
                Failure::because(text, &*error)
            })?;
        Ok(Self {
            note,
            database,
            has_secrets_key: directory.join(SECRETS_KEY_NAME).exists(),
            is_first_start: directory.join(FIRST_START_NAME).exists(),
            directory: directory.to_owned(),
        })
    }

    /// When the server was last known to run, by the wall clock; `None` without a note.
    pub(crate) fn last_alive(&self) -> Option<Timestamp> {
        self.note.as_ref().map(|written| written.note.alive_at)
    }

    /// Whether the note was written with another key than that of `authenticator`.
    pub(crate) fn has_foreign_note(&self, authenticator: &Authenticator) -> bool {
        self.note
            .as_ref()
            .is_some_and(|written| !written.is_genuine(authenticator))
    }

    /// Whether there is a note.
    pub(crate) const fn has_note(&self) -> bool {
        self.note.is_some()
    }

    /// How many secrets are sealed in the database.
    pub(crate) fn sealed_secrets(&self) -> u64 {
        self.database
            .as_ref()
            .map_or(0, |database| database.sealed.count())
    }

    /// Whether these secrets keys belong to another directory: nothing in this one that depends on a secrets key was
    /// made with any of them.
    pub(crate) fn is_of_other_keys(&self, keys: &SecretsKeys) -> bool {
        let is_foreign = |database: &Database| database.sealed.are_foreign_to(keys);
        let has_own_note = self.note.is_some() && !self.has_foreign_note(&authenticator(keys));
        !has_own_note && self.database.as_ref().is_some_and(is_foreign)
    }

    /// The message for keys of another directory.
    pub(crate) fn other_keys_refusal(&self) -> String {
        let names = self.database.as_ref().map(|database| database.sealed.key_names());
        format!(
            "This is not the secrets key of the data in {}, which was sealed with the key {}. Nothing was \
             checked or changed. Give the right one with {SECRETS_KEY_WAYS}; to change keys, give both, separated by \
             a comma, the new one first.",
            self.directory.display(),
            names.unwrap_or_default()
        )
    }

    /// What is missing for a server that starts here. If the key is known, `authenticator` checks that the note is
    /// genuine.
    pub(crate) fn loss(&self, authenticator: Option<&Authenticator>) -> Option<Loss> {
        if self.note.is_none() {
            return self.loss_without_note();
        }
        if authenticator.is_some_and(|authenticator| self.has_foreign_note(authenticator)) {
            return Some(Loss::ForeignNote);
        }
        self.loss_by_note()
    }

    /// What is missing according to the note.
    pub(crate) fn loss_by_note(&self) -> Option<Loss> {
        let note = self.note.as_ref()?.note;
        let Some(database) = &self.database else {
            return Some(Loss::Database {
                noted: Some((note.commits, note.at)),
            });
        };
        let commits = note.commits.saturating_sub(database.commits);
        let credential_changes = note
            .credential_changes
            .saturating_sub(database.credential_changes);
        if commits > 0 || credential_changes > 0 {
            return Some(Loss::Tail {
                commits,
                credential_changes,
                until: if commits > 0 { note.at } else { note.alive_at },
            });
        }
        (!database.has_noted).then_some(Loss::Another)
    }

    fn loss_without_note(&self) -> Option<Loss> {
        if self.is_first_start {
            return None;
        }
        match &self.database {
            None => self.has_secrets_key.then_some(Loss::Database { noted: None }),
            Some(Database {
                facts: Some(facts), ..
            }) => match facts.copied_at {
                Some(at) => Some(Loss::Copy(at)),
                None => facts.is_noted.then_some(Loss::Note),
            },
            // Written by a version that kept no note.
            Some(_) => None,
        }
    }

    /// Marks an empty directory, so that an interrupted first start can be told from lost data.
    pub(crate) fn mark_first_start(&self) -> io::Result<()> {
        if self.note.is_some() || self.database.is_some() {
            return Ok(());
        }
        File::create(self.directory.join(FIRST_START_NAME))?.sync_all()?;
        sync_names(&self.directory)
    }
}

impl Database {
    fn look(directory: &Path, note: Option<Note>) -> Result<Option<Self>, Box<dyn std::error::Error>> {
        let Some(connection) = open_untouched(directory)? else {
            return Ok(None);
        };
        let has_noted = match note {
            Some(note) if note.commits > 0 => hash_at(&connection, note.commits)? == Some(note.hash),
            _ => true,
        };
        Ok(Some(Self {
            commits: newest(&connection)?.map_or(0, |newest| newest.position),
            credential_changes: usher_identity_sqlite::changes(&connection)?,
            has_noted,
            facts: usher_journal_sqlite::facts(&connection)?,
            sealed: usher_identity_sqlite::sealed_secrets(&connection)?,
        }))
    }
}

impl Loss {
    /// The message for an operator who starts the server, with what to do.
    pub(crate) fn refusal(&self, directory: &Path) -> String {
        let found = self.found(directory);
        let ways = match self {
            Self::Copy(_) => "",
            Self::Database { noted: None } => {
                " Put the database back (from a backup, say), or name another directory with `--data DIR`."
            }
            _ => {
                " Nothing was changed: keep a copy of the directory, and put the missing files back if you have them; \
                 a start then works normally."
            }
        };
        format!("{found}{ways} To continue without the missing changes, start once with `--accept-loss`.")
    }

    /// What was found, in one or two sentences.
    pub(crate) fn found(&self, directory: &Path) -> String {
        let directory = directory.display();
        match self {
            Self::Database { noted: None } => format!(
                "There is no database in {directory}, but its secrets key is there, so data is missing."
            ),
            Self::Database {
                noted: Some((commits, until)),
            } => format!(
                "The database in {directory} is gone or empty: {} up to {} {} missing.",
                plural(*commits, "commit", "commits"),
                moment(*until),
                are(*commits),
            ),
            Self::Tail {
                commits: 0,
                credential_changes,
                until,
            } => format!(
                "The end of the database in {directory} is gone: {} of credentials up to {} {} missing.",
                plural(*credential_changes, "change", "changes"),
                moment(*until),
                are(*credential_changes),
            ),
            Self::Tail { commits, until, .. } => format!(
                "The end of the database in {directory} is gone: {} up to {} {} missing.",
                plural(*commits, "commit", "commits"),
                moment(*until),
                are(*commits),
            ),
            Self::Another => format!(
                "The database in {directory} is not the one that the server used: the commit in `usher.note` is not \
                 in it."
            ),
            Self::Note => format!(
                "The note of the newest change, `usher.note`, is missing in {directory}, so it is unknown whether the \
                 database is complete."
            ),
            Self::ForeignNote => format!(
                "The note of the newest change, `usher.note` in {directory}, was not written with the secrets key of \
                 this server. Either it is not the key of the data in {directory}: give the right one, \
                 or, to change keys, both, separated by a comma, the new one first. Or somebody has changed the note."
            ),
            Self::Copy(at) => format!(
                "The database in {directory} is a backup of {}: later changes are not in it.",
                moment(*at)
            ),
        }
    }
}

const fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// Refuses a directory in which noted data is missing. For commands that work on existing data: opening a damaged
/// database could destroy what can still be recovered.
pub(crate) fn existing(directory: &Path) -> Result<(), Failure> {
    match Evidence::of(directory)?.loss_by_note() {
        None => Ok(()),
        Some(loss) => Err(Failure::said(loss.refusal(directory))),
    }
}
