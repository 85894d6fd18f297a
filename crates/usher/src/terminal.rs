//! The output of commands. Colors are omitted if it is not a terminal, or if `NO_COLOR` is set.

use std::io::{self, IsTerminal, Write};

/// The prefix of an error message.
pub(crate) const ERROR: &str = "\u{1b}[1;31merror:\u{1b}[0m";
/// The prefix of a warning.
pub(crate) const WARNING: &str = "\u{1b}[1;33mwarning:\u{1b}[0m";

/// `text` in bold.
#[must_use]
pub fn bold(text: impl std::fmt::Display) -> String {
    format!("\u{1b}[1m{text}\u{1b}[0m")
}

/// `text` in a muted color.
#[must_use]
pub fn dim(text: impl std::fmt::Display) -> String {
    format!("\u{1b}[2m{text}\u{1b}[0m")
}

/// Where a command writes its output.
pub struct Terminal {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    watched: bool,
    shown: bool,
}

impl Terminal {
    /// The standard output and error of the process.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            out: Box::new(anstream::stdout()),
            err: Box::new(anstream::stderr()),
            watched: io::stderr().is_terminal(),
            shown: io::stdout().is_terminal(),
        }
    }

    /// For the results of a command.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// For messages in addition to the results.
    pub fn err(&mut self) -> &mut dyn Write {
        &mut self.err
    }

    /// Whether a person reads the output and it is not kept, as the log of a container or a service would be.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        self.shown
    }

    /// Whether somebody may be watching, so that progress is worth showing.
    #[must_use]
    pub const fn is_watched(&self) -> bool {
        self.watched
    }
}
