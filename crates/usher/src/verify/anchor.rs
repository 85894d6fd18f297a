//! Anchors: the newest commit of each account at an earlier time, kept elsewhere.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use usher_domain::AccountId;
use usher_engine::maintenance::{Fault, FaultLocation};
use usher_identity::{IdentityError, OperatorKeysAtRest, TrailFault};
use usher_journal::{Hash, Journal, JournalError, Seq};

use crate::Failure;

/// The first line of an anchor file.
const TITLE: &str = "usher anchors 1";

const ANOTHER: &str = "it differs from the anchor: the chain has been rewritten since the anchor was made";

const MISSING: &str = "it is missing, but the anchor has it";

/// The name of the audit trail of operator keys, in place of an account.
const TRAIL: &str = "operator-keys";

/// The newest commit of each account, and the newest change of operator keys, at an earlier time.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Anchors {
    heads: Vec<(AccountId, Seq, Hash)>,
    trail: Option<(u64, Hash)>,
}

impl Anchors {
    pub(super) fn of(heads: Vec<(AccountId, Seq, Hash)>, trail: Option<(u64, [u8; 32])>) -> Self {
        Self {
            heads,
            trail: trail.map(|(seq, hash)| (seq, Hash::from_bytes(hash))),
        }
    }

    /// Reads a file; `None` if it does not exist.
    pub(super) fn read(file: &Path) -> Result<Option<Self>, Failure> {
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&text).map(Some).ok_or_else(|| {
                Failure::said(format!(
                    "{} is not an anchor file of `usher verify`. Name another file with `--anchor FILE`: this one is \
                     not overwritten.",
                    file.display()
                ))
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::because(
                format_args!("Cannot read the anchors in {}", file.display()),
                &error,
            )),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut anchors = (lines.next() == Some(TITLE)).then(Self::default)?;
        for line in lines {
            let mut words = line.split(' ');
            let (of, seq, hash) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
            let hash = hash.parse().ok()?;
            if of == TRAIL {
                anchors.trail = Some((seq, hash));
            } else {
                anchors.heads.push((of.parse().ok()?, Seq::new(seq), hash));
            }
            words.next().is_none().then_some(())?;
        }
        Some(anchors)
    }

    /// Writes the file atomically.
    pub(super) fn write(&self, file: &Path) -> Result<(), Failure> {
        let mut text = format!("{TITLE}\n");
        // Writing to a string cannot fail.
        for (account, seq, hash) in &self.heads {
            let _ = writeln!(text, "{account} {seq} {hash}");
        }
        if let Some((seq, hash)) = &self.trail {
            let _ = writeln!(text, "{TRAIL} {seq} {hash}");
        }
        let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        let write = || {
            let mut made = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
            std::io::Write::write_all(&mut made, text.as_bytes())?;
            made.as_file().sync_all()?;
            made.persist(file)?;
            Ok(())
        };
        let cannot = |error: std::io::Error| {
            Failure::because(
                format_args!("Cannot write the anchors to {}", file.display()),
                &error,
            )
        };
        write().map_err(cannot)
    }

    /// Finds anchored entries that the audit trail of operator keys no longer has.
    pub(super) async fn compare_trail(
        &self,
        keys: &OperatorKeysAtRest,
    ) -> Result<Option<TrailFault>, IdentityError> {
        let Some((seq, hash)) = self.trail else {
            return Ok(None);
        };
        let problem = match keys.trail_hash(seq).await? {
            Some(stored) if Hash::from_bytes(stored) == hash => return Ok(None),
            Some(_) => ANOTHER,
            None => MISSING,
        };
        let problem = problem.to_owned();
        Ok(Some(TrailFault { seq, problem }))
    }

    /// Finds anchored commits that the journal no longer has.
    pub(super) async fn compare(&self, journal: &dyn Journal) -> Result<Vec<Fault>, JournalError> {
        let mut faults = Vec::new();
        for &(account, seq, hash) in &self.heads {
            let problem = match journal.stored_hash(account, seq).await {
                Ok(Some(stored)) if stored == hash => continue,
                Ok(Some(_)) => ANOTHER,
                Ok(None) => MISSING,
                Err(JournalError::Closed) => return Err(JournalError::Closed),
                Err(_) => "it cannot be read, but the anchor has it",
            };
            faults.push(Fault {
                location: FaultLocation::Commit { account, seq },
                problem: problem.to_owned(),
            });
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_survive_their_file_and_no_other_file_is_accepted() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("anchors");
        let head = (AccountId::from_bits(7), Seq::new(5), Hash::from_bytes([9; 32]));
        let anchors = Anchors::of(vec![head], Some((2, [8; 32])));

        assert_eq!(Anchors::read(&file).unwrap(), None);
        anchors.write(&file).unwrap();

        assert_eq!(Anchors::read(&file).unwrap(), Some(anchors));
        for text in ["", "something else", "usher anchors 1\nacct_7 5"] {
            std::fs::write(&file, text).unwrap();
            assert!(Anchors::read(&file).is_err(), "{text}");
        }
    }
}
