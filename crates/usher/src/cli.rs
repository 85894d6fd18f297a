//! The commands and their arguments.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::{
    Failure, Terminal, backup, bench, demo, log, operator_key, rebuild, replay, serve, signing_key, status,
    verify,
};

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
    Serve(Box<serve::Arguments>),
    Demo(demo::Arguments),
    Status(status::Arguments),
    Replay(replay::Arguments),
    Backup(backup::Arguments),
    Verify(verify::Arguments),
    Rebuild(rebuild::Arguments),
    OperatorKey(operator_key::Arguments),
    SigningKey(signing_key::Arguments),
    Bench(bench::BenchArgs),
    /// Print the description of the API, as the server gives it at /v1/openapi.json
    Openapi,
}

/// Runs the command that `arguments` name; the first is the name of the program.
pub(crate) fn run(
    arguments: impl IntoIterator<Item = OsString>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let command = Cli::try_parse_from(arguments)?.command;
    // A server first reads in its configuration how it is to log.
    if !matches!(command, Command::Serve(_)) {
        log::start_for_command()?;
    }
    match command {
        Command::Serve(arguments) => serve::run(*arguments, terminal),
        Command::Demo(arguments) => demo::run(&arguments, terminal),
        Command::Bench(arguments) => bench::run(&arguments, terminal),
        Command::Status(arguments) => status::run(&arguments, terminal),
        Command::Replay(arguments) => replay::run(&arguments, terminal),
        Command::Backup(arguments) => backup::run(&arguments, terminal),
        Command::Verify(arguments) => verify::run(&arguments, terminal),
        Command::Rebuild(arguments) => rebuild::run(&arguments, terminal),
        Command::OperatorKey(arguments) => operator_key::run(&arguments, terminal),
        Command::SigningKey(arguments) => signing_key::run(&arguments, terminal),
        Command::Openapi => Ok(terminal.out().write_all(usher_api::openapi_json().as_bytes())?),
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
