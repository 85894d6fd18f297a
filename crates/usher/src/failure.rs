//! Why a command failed, and how that is reported at the terminal.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::ExitCode;

use usher_journal::JournalError;

use crate::terminal::{ERROR, WARNING};
use crate::{Terminal, room};

/// The exit code for wrong arguments.
const USAGE: u8 = 2;
/// The exit code of a command that found nothing wrong, but could not check everything.
const INCOMPLETE: u8 = 3;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command cannot continue, in sentences that say what to do about it.
    #[error("{0}")]
    Said(String),
    /// A file could not be written because the disk is full.
    #[error("{0} The disk is full: make room on it, and retry.")]
    DiskFull(String),
    /// The arguments are wrong or contradict each other.
    #[error("{0}")]
    Usage(String),
    /// Everything that could be checked is right; these sentences say what could not be checked.
    #[error("{0}")]
    Incomplete(String),
    /// The arguments could not be parsed, or ask for help.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// The log already has it.
    #[error("see the log")]
    Logged {
        /// Whether the reason was wrong arguments.
        is_usage: bool,
    },
    /// The command's output could not be written.
    #[error("the output could not be written")]
    Output(#[from] io::Error),
}

impl Failure {
    /// A failure with these sentences.
    pub fn said(sentences: impl Into<String>) -> Self {
        Self::Said(sentences.into())
    }

    /// A failure of `what` because of `error`, including all of its causes.
    pub fn because(what: impl Display, error: &(dyn Error + 'static)) -> Self {
        let mut text = what.to_string();
        let mut is_full = false;
        let mut next = Some(error);
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            is_full |= is_disk_full(cause);
            next = cause.source();
        }
        if !text.ends_with(['.', '?', '!']) {
            text.push('.');
        }
        if is_full {
            Self::DiskFull(text)
        } else {
            Self::Said(text)
        }
    }

    /// The same failure. If a disk is full, it also says for which directory, how much is free, and how much is needed.
    pub(crate) fn in_directory(self, directory: &Path) -> Self {
        match self {
            Self::DiskFull(text) => Self::Said(format!("{text} {}", room::advice(directory))),
            other => other,
        }
    }

    /// The same failure, written to the log instead of the terminal.
    pub(crate) fn logged(self) -> Self {
        match self {
            Self::Said(_) | Self::DiskFull(_) | Self::Usage(_) => {
                tracing::error!("{self}");
                let is_usage = matches!(self, Self::Usage(_));
                Self::Logged { is_usage }
            }
            other => other,
        }
    }

    /// Reports the failure and returns the exit code. If the reader of the output has gone away, as `head` does, that
    /// is not a failure.
    pub fn report(&self, terminal: &mut Terminal) -> ExitCode {
        match self {
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Arguments(error) => {
                // If this cannot be written either, there is still the exit code.
                let _ = error.print();
                u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
            }
            Self::Logged { is_usage: true } => ExitCode::from(USAGE),
            Self::Logged { is_usage: false } => ExitCode::FAILURE,
            Self::Usage(_) => say(terminal, ERROR, self, ExitCode::from(USAGE)),
            Self::Incomplete(_) => say(terminal, WARNING, self, ExitCode::from(INCOMPLETE)),
            Self::Said(_) | Self::DiskFull(_) | Self::Output(_) => {
                say(terminal, ERROR, self, ExitCode::FAILURE)
            }
        }
    }
}

/// Whether an error is about a full disk or an exhausted quota, at any level of its causes.
fn is_disk_full(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
    }
    if let Some(error) = error.downcast_ref::<JournalError>() {
        return *error == JournalError::Full;
    }
    usher_journal_sqlite::is_disk_full(error)
}

fn say(terminal: &mut Terminal, kind: &str, failure: &Failure, code: ExitCode) -> ExitCode {
    // If this cannot be written either, there is still the exit code.
    let _ = writeln!(terminal.err(), "{kind} {failure}");
    code
}

#[cfg(test)]
mod tests {
    use usher_identity::IdentityError;
    use usher_identity::ports::StoreError;

    use super::*;

    #[test]
    fn a_failure_names_all_its_causes_in_one_sentence() {
        let broken = io::Error::other("the disk is gone");

        let failure = Failure::because("Cannot read the log", &broken);

        assert_eq!(failure.to_string(), "Cannot read the log: the disk is gone.");
    }

    #[test]
    fn a_full_disk_is_recognized_among_the_causes_of_a_failure() {
        let full =
            rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None);
        let no_index = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
        let no_index = rusqlite::Error::SqliteFailure(no_index, None);
        let identity = IdentityError::from(StoreError::failed(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL),
            None,
        )));
        let file = io::Error::from(ErrorKind::StorageFull);
        let errors: [&(dyn Error + 'static); 5] = [&full, &no_index, &identity, &JournalError::Full, &file];
        for error in errors {
            let failure = Failure::because("Cannot write", error);
            assert!(matches!(failure, Failure::DiskFull(_)), "{error:?}");
            assert!(failure.to_string().contains("make room"), "{failure}");
            let failure = failure.in_directory(&std::env::temp_dir()).to_string();
            assert!(
                failure.contains("Make room") && failure.contains(" MiB"),
                "{failure}"
            );
        }

        let other = Failure::because("Cannot read", &io::Error::from(ErrorKind::NotFound));

        assert!(matches!(other, Failure::Said(_)));
    }
}
