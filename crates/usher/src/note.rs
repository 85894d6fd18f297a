//! The note of the newest acknowledged change, which is kept apart from the database.
//!
//! A database that lost its end is whole in itself: only something that stands beside it can tell. So the newest commit
//! and the number of changes of credentials are written to a small file every few seconds and at each stop, with a
//! digest that only this server can make. A start compares ([`loss`](self::loss)) before it touches anything. What was
//! acknowledged in the seconds before a crash and lost with the end of the database is not seen.

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

/// The name of the note in the data directory.
const FILE_NAME: &str = "usher.note";

/// The file that a first start makes before anything else, and removes once there is a note: until then, whatever else
/// is there was left by a first start that was cut short.
const FIRST_START_NAME: &str = "usher.first-start";

/// Told apart from every other thing that has a digest.
const DOMAIN: &[u8] = b"usher.note.v1\0";

/// What was acknowledged, and when the server was last at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// How many commits the database held.
    pub(crate) commits: u64,
    /// The hash of the newest; that of no commit where there is none.
    hash: Hash,
    /// When the newest was decided.
    pub(crate) at: Timestamp,
    /// How many changes of credentials there had been.
    pub(crate) credential_changes: u64,
    /// When the note was written, by the wall clock: the server was at work then.
    pub(crate) alive_at: Timestamp,
}

/// A note as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    note: Note,
    body: String,
    digest: Hash,
}

impl Written {
    /// The note in a directory; none where there is none.
    fn read(directory: &Path) -> Result<Option<Self>, Failure> {
        let file = directory.join(FILE_NAME);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let text = format_args!("Cannot read the note of the newest change in {}", file.display());
                return Err(Failure::because(text, &error));
            }
        };
        Self::parse(&text).map(Some).ok_or_else(|| {
            Failure::said(format!(
                "{} is not a note that Usher wrote. Put the right file back; without one, move it away and start once \
                 with `--accept-loss`.",
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
    /// Writes the note, whole or not at all, and on the disk when this returns.
    fn write(&self, directory: &Path, authenticator: &Authenticator) -> io::Result<()> {
        let body = serde_json::to_string(self)?;
        let digest = authenticator.digest(&[DOMAIN, body.as_bytes()]);
        replace(
            &directory.join(FILE_NAME),
            format!("{body}\n{digest}\n").as_bytes(),
        )
    }
}

/// Replaces a file by one with these bytes that its owner alone can read, whole or not at all, and on the disk when this
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

/// Has the names of a directory's files on the disk.
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
    fn a_note_survives_its_file_and_is_believed_only_as_it_was_written() {
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
        // Nothing else is left in the directory.
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
