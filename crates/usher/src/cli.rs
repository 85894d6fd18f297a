//! The commands and their arguments.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::{Failure, Terminal, log, replay};

/// Hands out the seats that a help desk shares: to each agent a seat, a fair place in the queue, or an exact reason
/// why not.
#[derive(Debug, Parser)]
#[command(name = "usher", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Replay(replay::Arguments),
}

/// Runs the command that `arguments` name; the first is the name of the program.
pub(crate) fn run(
    arguments: impl IntoIterator<Item = OsString>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let command = Cli::try_parse_from(arguments)?.command;
    log::start();
    match command {
        Command::Replay(arguments) => replay::run(&arguments, terminal),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn no_argument_contradicts_another() {
        Cli::command().debug_assert();
    }
}
