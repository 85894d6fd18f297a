//! Why a command failed, for the person at the terminal.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use crate::Terminal;
use crate::terminal::{ERROR, WARNING};

/// The exit code of a command that was called in a way that it does not understand.
const USAGE: u8 = 2;
/// The exit code of a command that found nothing wrong, and could not look everywhere.
const INCOMPLETE: u8 = 3;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something is in the way, in sentences that say what to do about it.
    #[error("{0}")]
    Said(String),
    /// The command was called in a way that does not make sense.
    #[error("{0}")]
    Usage(String),
    /// Nothing is wrong as far as was looked, and these sentences say where not.
    #[error("{0}")]
    Incomplete(String),
    /// The arguments are not those of a command, or ask for help.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// What the command had to say could not be written.
    #[error("the output could not be written")]
    Output(#[from] io::Error),
}

impl Failure {
    /// These sentences.
    pub fn said(sentences: impl Into<String>) -> Self {
        Self::Said(sentences.into())
    }

    /// `what` did not work because of `error`, with all that is behind it.
    pub fn because(what: impl Display, error: &dyn Error) -> Self {
        let mut text = format!("{what}: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        if !text.ends_with(['.', '?', '!']) {
            text.push('.');
        }
        Self::Said(text)
    }

    /// Tells the person and gives the exit code. Whoever reads the output and went away, as `head` does, has seen
    /// enough: that is no failure.
    pub(crate) fn report(&self, terminal: &mut Terminal) -> ExitCode {
        match self {
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Arguments(error) => {
                // Where not even this can be written, the exit code still tells.
                let _ = error.print();
                u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
            }
            Self::Usage(_) => say(terminal, ERROR, self, ExitCode::from(USAGE)),
            Self::Incomplete(_) => say(terminal, WARNING, self, ExitCode::from(INCOMPLETE)),
            Self::Said(_) | Self::Output(_) => say(terminal, ERROR, self, ExitCode::FAILURE),
        }
    }
}

fn say(terminal: &mut Terminal, kind: &str, failure: &Failure, code: ExitCode) -> ExitCode {
    // Where not even this can be written, the exit code still tells.
    let _ = writeln!(terminal.err(), "{kind} {failure}");
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_all_that_is_behind_it_in_one_sentence() {
        let broken = io::Error::other("the disk is gone");

        let failure = Failure::because("Cannot read the log", &broken);

        assert_eq!(failure.to_string(), "Cannot read the log: the disk is gone.");
    }
}
