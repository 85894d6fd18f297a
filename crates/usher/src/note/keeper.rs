//! Writes the note, every few seconds and at the end.

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

/// How often the newest commit is noted, where there is a new one: so much may be lost unseen.
const NOTE_EVERY: Duration = Duration::from_secs(2);

/// How often it is noted that the server is at work, where nothing else happens.
const ALIVE_EVERY_SECS: u32 = 10;

/// Keeps the note of one data directory.
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
    Identity(#[from] usher_identity::IdentityError),
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

    /// Writes the first note of a start, from which on there has to be one. Blocks.
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

    /// Notes what is stored now, where that is more than is noted, or the last note is old. Blocks.
    pub(crate) fn write(&self) -> Result<(), NoteError> {
        // Before anything is read, so that no older note replaces a newer one: a stop writes while the last turn may.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // What a reader sees is on the disk: commits are synced before they are shown.
        let connection = self.journal.connect()?;
        let stored = newest(&connection).map_err(|error| NoteError::Journal(Box::new(error)))?;
        let note = Note {
            commits: stored.map_or(0, |newest| newest.position),
            hash: stored.map_or(Hash::GENESIS, |newest| newest.hash),
            at: stored.map_or(Timestamp::default(), |newest| newest.at),
            credential_changes: usher_identity::changes(&connection)?,
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

/// Whether a note says more than the one before it. The wall clock may have been set back.
fn is_worth_it(last: &Note, note: &Note) -> bool {
    let is_new = (last.commits, last.credential_changes) != (note.commits, note.credential_changes);
    is_new || note.alive_at.millis().abs_diff(last.alive_at.millis()) >= u64::from(ALIVE_EVERY_SECS) * 1_000
}

/// Writes the note every few seconds, until it is stopped.
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
            tracing::warn!(%error, "the newest change could not be noted: until it can, a loss of it would not be seen");
        }
        is_failing = written.is_err();
    }
}
