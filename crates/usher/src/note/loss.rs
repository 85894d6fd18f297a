//! What is missing in a data directory, found before anything in it is touched.

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

/// What a data directory holds, as far as a look tells that changes nothing.
#[derive(Debug)]
pub(crate) struct Evidence {
    directory: PathBuf,
    note: Option<Written>,
    database: Option<Database>,
    has_secrets_key: bool,
    is_first_start: bool,
}

/// What the database holds.
#[derive(Debug)]
struct Database {
    commits: u64,
    credential_changes: u64,
    /// Whether the commit that the note names is there as it was.
    has_noted: bool,
    /// None in one of a version before there were any, and in one that was never finished.
    facts: Option<Facts>,
    sealed: SealedSecrets,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Loss {
    /// There is no database, or an empty one, where there was one.
    Database {
        /// What it held, where there is a note of it.
        noted: Option<(u64, Timestamp)>,
    },
    /// The end of the database is missing.
    Tail {
        /// So many commits.
        commits: u64,
        /// So many changes of credentials.
        credential_changes: u64,
        /// Up to when.
        until: Timestamp,
    },
    /// The database has gone another way than the one that is noted.
    Another,
    /// There is no note, and there was one.
    Note,
    /// The note was not written by this server.
    ForeignNote,
    /// The database is a copy by `usher backup`, of this moment.
    Copy(Timestamp),
}

impl Evidence {
    /// Looks at a directory, which may not exist yet.
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

    /// When the server was last at work for certain, by the wall clock; none where there is no note.
    pub(crate) fn last_alive(&self) -> Option<Timestamp> {
        self.note.as_ref().map(|written| written.note.alive_at)
    }

    /// Whether the note was not written by whoever has the key of `authenticator`.
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

    /// Whether these secrets keys are those of another directory: nothing here, of all that keys leave their mark on, was
    /// made with one of them.
    pub(crate) fn is_of_other_keys(&self, keys: &SecretsKeys) -> bool {
        let is_foreign = |database: &Database| database.sealed.are_foreign_to(keys);
        let has_own_note = self.note.is_some() && !self.has_foreign_note(&authenticator(keys));
        !has_own_note && self.database.as_ref().is_some_and(is_foreign)
    }

    /// What to tell whoever gave the keys of another directory.
    pub(crate) fn other_keys_refusal(&self) -> String {
        let names = self.database.as_ref().map(|database| database.sealed.key_names());
        format!(
            "This is not the secrets key of the data in {}: it was sealed with another one, which is named {}. Nothing was \
             checked or changed. Give the right one with {SECRETS_KEY_WAYS}; to change keys, give both apart by a comma, \
             the new one first.",
            self.directory.display(),
            names.unwrap_or_default()
        )
    }

    /// What a server finds missing that starts here. `authenticator` checks that the note is its own, where the key is
    /// known.
    pub(crate) fn loss(&self, authenticator: Option<&Authenticator>) -> Option<Loss> {
        if self.note.is_none() {
            return self.loss_without_note();
        }
        if authenticator.is_some_and(|authenticator| self.has_foreign_note(authenticator)) {
            return Some(Loss::ForeignNote);
        }
        self.loss_by_note()
    }

    /// What is missing of what is noted.
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
            // Of a version that kept no note.
            Some(_) => None,
        }
    }

    /// Marks a directory in which there is nothing yet, so that a start that is cut short is told from data that is
    /// gone.
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
            credential_changes: usher_identity::changes(&connection)?,
            has_noted,
            facts: usher_journal_sqlite::facts(&connection)?,
            sealed: SealedSecrets::of(&connection)?,
        }))
    }
}

impl Loss {
    /// What to tell whoever starts the server, and what to do.
    pub(crate) fn refusal(&self, directory: &Path) -> String {
        let found = self.found(directory);
        let ways = match self {
            Self::Copy(_) => "",
            Self::Database { noted: None } => {
                " Put the database back (from a backup, say), or name another directory with `--data DIR`."
            }
            _ => {
                " Nothing was changed: keep a copy of the directory, and put the missing files back if you have them; a \
                 start then goes on where it was."
            }
        };
        format!("{found}{ways} To go on without what is missing, start once with `--accept-loss`.")
    }

    /// What was found, in a sentence or two.
    pub(crate) fn found(&self, directory: &Path) -> String {
        let directory = directory.display();
        match self {
            Self::Database { noted: None } => format!(
                "There is no database in {directory}, but its secrets key is there: data that was here is missing."
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
                "The database in {directory} is another one than the server worked on: the commit in `usher.note` is not \
                 in it."
            ),
            Self::Note => format!(
                "The note of the newest change, `usher.note`, is missing in {directory}, so it cannot be told whether the \
                 database is whole."
            ),
            Self::ForeignNote => format!(
                "The note of the newest change, `usher.note` in {directory}, was not written with the secrets key of this \
                 server. Either that key is not the one that the data in {directory} was written with: give the right one, \
                 or, to change keys, both apart by a comma, the new one first. Or somebody has changed the note."
            ),
            Self::Copy(at) => format!(
                "The database in {directory} is a backup of {}: what was acknowledged later is not in it.",
                moment(*at)
            ),
        }
    }
}

const fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// Refuses a directory of which something that was noted is missing, for commands that work on what is there: opening
/// it could destroy what can still be saved.
pub(crate) fn existing(directory: &Path) -> Result<(), Failure> {
    match Evidence::of(directory)?.loss_by_note() {
        None => Ok(()),
        Some(loss) => Err(Failure::said(loss.refusal(directory))),
    }
}
