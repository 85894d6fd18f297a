//! The commands and their arguments.

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};

use crate::{
    Failure, Terminal, account, backup, log, mail, minutes, operator_grant, operator_key, rebuild, replay,
    serve, signing_key, status, subscription, verify,
};

/// Manages the seats that a help desk shares: each agent gets a seat, a fair place in the queue, or an exact reason why
/// not.
#[derive(Debug, Parser)]
#[command(name = "usher", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Arguments>),
    Status(status::Arguments),
    Account(account::Arguments),
    Subscription(subscription::Arguments),
    Minutes(minutes::Arguments),
    Replay(replay::Arguments),
    Mail(mail::Arguments),
    Backup(backup::Arguments),
    Verify(verify::Arguments),
    Rebuild(rebuild::Arguments),
    OperatorKey(operator_key::Arguments),
    OperatorGrant(operator_grant::Arguments),
    SigningKey(signing_key::Arguments),
    /// Print the API's description, as the server returns it at /v1/openapi.json
    Openapi,
    #[command(hide = true)]
    Demo(Moved),
    #[command(hide = true)]
    Bench(Moved),
}

/// The arguments of a command that is a program of its own now.
#[derive(Debug, Args)]
struct Moved {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// The answer to a command that is a program of its own now.
fn moved(command: &str) -> Failure {
    Failure::Usage(format!(
        "`usher {command}` is a program of its own. From a checkout, run `cargo run --release -p usher-{command}`."
    ))
}

/// Runs the command that `arguments` name. The first argument is the name of the program.
pub(crate) fn run(
    arguments: impl IntoIterator<Item = OsString>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let command = Cli::try_parse_from(arguments)?.command;
    // A server configures its log later, after it has read its configuration.
    if !matches!(command, Command::Serve(_)) {
        log::start_for_command()?;
    }
    match command {
        Command::Serve(arguments) => serve::run(*arguments, terminal),
        Command::Status(arguments) => status::run(&arguments, terminal),
        Command::Account(arguments) => account::run(&arguments, terminal),
        Command::Subscription(arguments) => subscription::run(&arguments, terminal),
        Command::Minutes(arguments) => minutes::run(&arguments, terminal),
        Command::Replay(arguments) => replay::run(&arguments, terminal),
        Command::Mail(arguments) => mail::run(&arguments, terminal),
        Command::Backup(arguments) => backup::run(&arguments, terminal),
        Command::Verify(arguments) => verify::run(&arguments, terminal),
        Command::Rebuild(arguments) => rebuild::run(&arguments, terminal),
        Command::OperatorKey(arguments) => operator_key::run(&arguments, terminal),
        Command::OperatorGrant(arguments) => operator_grant::run(&arguments, terminal),
        Command::SigningKey(arguments) => signing_key::run(&arguments, terminal),
        Command::Demo(_) => Err(moved("demo")),
        Command::Bench(_) => Err(moved("bench")),
        Command::Openapi => Ok(terminal.out().write_all(usher_api::openapi_json().as_bytes())?),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
