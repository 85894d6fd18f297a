//! The output of commands, and questions to the person at the terminal. Colors are omitted if the output is not a
//! terminal, or if `NO_COLOR` is set.

use std::io::{self, BufRead, IsTerminal, Write};

use comfy_table::{Table, presets};
use serde::Serialize;

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

/// A table with this header and without lines.
pub(crate) fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    table
}

/// Where a command writes its output, and where it gets answers.
pub struct Terminal {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    answers: Box<dyn BufRead>,
    watched: bool,
    shown: bool,
    answering: bool,
}

impl Terminal {
    /// The standard output and error of the process.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            out: Box::new(anstream::stdout()),
            err: Box::new(anstream::stderr()),
            // Not locked: a log may come from there.
            answers: Box::new(io::BufReader::new(io::stdin())),
            watched: io::stderr().is_terminal(),
            shown: io::stdout().is_terminal(),
            answering: io::stdin().is_terminal() && io::stderr().is_terminal(),
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

    /// Prints a value as JSON, indented for readers.
    pub(crate) fn print_json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string_pretty(value)?;
        writeln!(self.out(), "{text}")
    }

    /// Whether a person can be asked.
    #[must_use]
    pub(crate) const fn is_answering(&self) -> bool {
        self.answering
    }

    /// Asks a question, and returns whether the answer is yes. Anything but `y` and `yes` is no, also no answer.
    pub(crate) fn ask(&mut self, question: &str) -> io::Result<bool> {
        write!(self.err, "{question} [y/N] ")?;
        self.err.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_means_yes() {
        for (answer, is_yes) in [
            ("y\n", true),
            ("Y\n", true),
            (" yes \n", true),
            ("YES", true),
            ("\n", false),
            ("", false),
            ("n\n", false),
            ("yellow\n", false),
            ("no\ny\n", false),
        ] {
            let mut terminal = Terminal {
                out: Box::new(io::sink()),
                err: Box::new(io::sink()),
                answers: Box::new(io::Cursor::new(answer)),
                watched: true,
                shown: true,
                answering: true,
            };

            assert_eq!(terminal.ask("Close it?").unwrap(), is_yes, "{answer:?}");
        }
    }
}
