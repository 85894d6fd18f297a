//! Writes the note every few seconds and at the end.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use usher_domain::Timestamp;
use usher_engine::Clock;
use usher_journal::{Authenticator, Hash};
use usher_journal_sqlite::{SqliteJournal, newest, set_noted};

use super::{FIRST_START_NAME, Note, sync_names};

/// How often a new newest commit is noted: this much can be lost unnoticed.
const NOTE_EVERY: Duration = Duration::from_secs(2);

/// How often a note says that the server runs when nothing else happens.
const ALIVE_EVERY_SECS: u32 = 10;

/// Writes the note of one data directory.
pub(crate) struct Keeper {
    directory: PathBuf,
    journal: SqliteJournal,
    authenticator: Authenticator,
    last: Mutex<Option<Note>>,
}

/// Why a note could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoteError {
    #[error("the database could not be read")]
    Open(#[from] usher_journal_sqlite::OpenError),
    #[error("the newest commit could not be read")]
    Journal(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the credentials could not be read")]
    Identity(#[from] usher_identity::ports::StoreError),
    #[error("the file could not be written")]
    File(#[from] io::Error),
}

impl Keeper {
    pub(crate) fn new(directory: PathBuf, journal: SqliteJournal, authenticator: Authenticator) -> Self {
        Self {
            directory,
            journal,
            authenticator,
            last: Mutex::default(),
        }
    }

    /// Writes the first note of a start; from then on a note must exist. Blocks.
    pub(crate) fn begin(&self) -> Result<(), NoteError> {
        self.write()?;
        let connection = self.journal.connect()?;
        set_noted(&connection).map_err(|error| NoteError::Journal(Box::new(error)))?;
        match fs::remove_file(self.directory.join(FIRST_START_NAME)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            Err(_) => Ok(()),
            Ok(()) => Ok(sync_names(&self.directory)?),
        }
    }

    /// Writes a note if something new is stored, or if the last note is old. Blocks.
    pub(crate) fn write(&self) -> Result<(), NoteError> {
        // Lock before reading, so that an older note cannot replace a newer one: a stop may write at the same time as
        // the last turn.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // Everything that a reader sees is on disk: commits are synced before they become visible.
        let connection = self.journal.connect()?;
        let stored = newest(&connection).map_err(|error| NoteError::Journal(Box::new(error)))?;
        let note = Note {
            commits: stored.map_or(0, |newest| newest.position),
            hash: stored.map_or(Hash::GENESIS, |newest| newest.hash),
            at: stored.map_or(Timestamp::default(), |newest| newest.at),
            credential_changes: usher_identity_sqlite::changes(&connection)?,
            alive_at: Clock::System.now(),
        };
        drop(connection);
        if last.is_none_or(|last| is_worth_it(&last, &note)) {
            note.write(&self.directory, &self.authenticator)?;
            *last = Some(note);
        }
        Ok(())
    }
}

/// Whether a note has news compared with the previous one. The wall clock may have been set back.
fn is_worth_it(last: &Note, note: &Note) -> bool {
    let is_new = (last.commits, last.credential_changes) != (note.commits, note.credential_changes);
    is_new || note.alive_at.millis().abs_diff(last.alive_at.millis()) >= u64::from(ALIVE_EVERY_SECS) * 1_000
}

/// Writes the note every few seconds, until it is cancelled.
pub(crate) async fn keep(keeper: Arc<Keeper>) {
    let mut turns = tokio::time::interval(NOTE_EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut is_failing = false;
    loop {
        turns.tick().await;
        let writer = Arc::clone(&keeper);
        let Ok(written) = tokio::task::spawn_blocking(move || writer.write()).await else {
            return;
        };
        if let Err(error) = &written
            && !is_failing
        {
            tracing::warn!(%error, "the newest change could not be noted: until it can, its loss would go unnoticed");
        }
        is_failing = written.is_err();
    }
}
