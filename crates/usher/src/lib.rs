//! The command line of Usher, and the one crate that wires the others together.
//!
//! Each command is a module with its `Arguments` and a `run` that takes them and a [`Terminal`]; `cli` lists them.
//! Commands return a [`Failure`], whose sentence says what to do.
//!
//! Programs beside the product run a [`TemporaryServer`] and report like the commands.

mod account;
mod backup;
mod cli;
mod data;
mod failure;
mod log;
mod mail;
mod minutes;
mod note;
mod operator_grant;
mod operator_key;
mod private;
mod progress;
mod rebuild;
mod remote;
mod replay;
mod room;
mod serve;
mod signing_key;
mod status;
mod subscription;
mod terminal;
mod upkeep;
mod verify;
mod words;

use std::process::ExitCode;

pub use failure::Failure;
pub use log::start_for_command as start_log;
pub use serve::{TemporaryServer, stop};
pub use terminal::{Terminal, bold, dim};

/// Runs the program with the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    private::keep_new_files_private();
    let mut terminal = Terminal::standard();
    match cli::run(std::env::args_os(), &mut terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&mut terminal),
    }
}
