//! The note of the newest acknowledged change, in a file apart from the database.
//!
//! A database that lost its end is consistent in itself: the loss shows only in comparison with something outside. So
//! the newest commit and the number of credential changes are written to a small file every few seconds and at each
//! stop, with a digest that only this server can make. A start compares the two ([`loss`](self::loss)) before it opens
//! the database: opening a damaged one could destroy data that can still be saved. Changes acknowledged in the last
//! seconds before a crash, if they were lost with the end of the database, are not noticed.

mod keeper;
mod loss;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use usher_domain::Timestamp;
use usher_journal::{Authenticator, Authenticity, Hash};

pub(crate) use self::keeper::{Keeper, keep};
pub(crate) use self::loss::{Evidence, existing};
use crate::Failure;

/// The name of the note in the data directory. The operator pages read it, too.
const FILE_NAME: &str = usher_app::NOTE_FILE;

/// The file that a first start creates before anything else, and removes once there is a note. As long as it exists,
/// everything in the directory was left by an interrupted first start.
const FIRST_START_NAME: &str = "usher.first-start";

/// The prefix of the digest's input, so that no other digest can be taken for it.
const DOMAIN: &[u8] = b"usher.note.v1\0";

/// The newest acknowledged change, and when the server was last running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// How many commits the database had.
    pub(crate) commits: u64,
    /// The hash of the newest commit; [`Hash::GENESIS`] if there was none.
    hash: Hash,
    /// The time of the newest commit.
    pub(crate) at: Timestamp,
    /// How many changes of credentials there had been.
    pub(crate) credential_changes: u64,
    /// When the note was written, by the wall clock, so when the server was last known to run.
    pub(crate) alive_at: Timestamp,
}

/// The note in the format of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    note: Note,
    body: String,
    digest: Hash,
}

impl Written {
    /// Reads the note in a directory; `None` if there is none.
    fn read(directory: &Path) -> Result<Option<Self>, Failure> {
        let file = directory.join(FILE_NAME);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let text = format_args!("Cannot read the note of the newest change, {}", file.display());
                return Err(Failure::because(text, &error));
            }
        };
        Self::parse(&text).map(Some).ok_or_else(|| {
            Failure::said(format!(
                "{} was not written by Usher. Put the right file back; if you do not have it, move this one away and \
                 start once with `--accept-loss`.",
                file.display()
            ))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (body, rest) = text.split_once('\n')?;
        Some(Self {
            note: serde_json::from_str(body).ok()?,
            body: body.to_owned(),
            digest: rest.strip_suffix('\n')?.parse().ok()?,
        })
    }

    fn is_genuine(&self, authenticator: &Authenticator) -> bool {
        authenticator.check(&[DOMAIN, self.body.as_bytes()], &self.digest) != Authenticity::Wrong
    }
}

impl Note {
    /// Writes the note atomically; it is on disk when this returns.
    fn write(&self, directory: &Path, authenticator: &Authenticator) -> io::Result<()> {
        let body = serde_json::to_string(self)?;
        let digest = authenticator.digest(&[DOMAIN, body.as_bytes()]);
        replace(
            &directory.join(FILE_NAME),
            format!("{body}\n{digest}\n").as_bytes(),
        )
    }
}

/// Atomically replaces a file with one that has these bytes and is readable only by its owner. It is on disk when this
/// returns.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    let mut made = tempfile::Builder::new()
        .prefix(".usher-")
        .tempfile_in(directory)?;
    made.write_all(bytes)?;
    made.as_file().sync_all()?;
    made.persist(file).map_err(|error| error.error)?;
    sync_names(directory)
}

/// Syncs a directory, so that the names of its files are on disk.
fn sync_names(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_survives_its_file_and_is_accepted_only_unchanged() {
        let directory = tempfile::tempdir().unwrap();
        let authenticator = Authenticator::new(&[[1; 32]]);
        let note = Note {
            commits: 12,
            hash: Hash::from_bytes([7; 32]),
            at: Timestamp::from_millis(1),
            credential_changes: 3,
            alive_at: Timestamp::from_millis(2),
        };

        assert_eq!(Written::read(directory.path()).unwrap(), None);
        note.write(directory.path(), &authenticator).unwrap();
        note.write(directory.path(), &authenticator).unwrap();

        let written = Written::read(directory.path()).unwrap().unwrap();
        assert_eq!(written.note, note);
        assert!(written.is_genuine(&authenticator));
        assert!(!written.is_genuine(&Authenticator::unkeyed()));
        let file = directory.path().join(FILE_NAME);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("\"commits\":12", "\"commits\":11")).unwrap();
        assert!(
            !Written::read(directory.path())
                .unwrap()
                .unwrap()
                .is_genuine(&authenticator)
        );
        fs::write(&file, "something else").unwrap();
        assert!(Written::read(directory.path()).is_err());
        // No temporary file is left in the directory.
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
