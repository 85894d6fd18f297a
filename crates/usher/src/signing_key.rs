//! `usher signing-key`: manages the keys that sign device tokens, directly in the data.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use usher_domain::Timestamp;
use usher_engine::Clock;
use usher_identity::{SIGNING_KEYS_MAX, SecretsKeys, SigningKeysAtRest};
use usher_identity_sqlite::SqliteStore;

use crate::data::{DataArgument, open_beside_server};
use crate::serve::SecretsArguments;
use crate::serve::config::Config;
use crate::terminal::table;
use crate::words::moment;
use crate::{Failure, Terminal, progress};

/// List, rotate and retire the keys that sign device tokens, even while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
A running server applies changes within 5 seconds. Needs the secrets key that the server uses.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    data: DataArgument,
    /// The configuration file [default: usher.toml in the data directory, if it exists]
    #[arg(long, value_name = "FILE", env = "USHER_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    secrets: SecretsArguments,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show the valid keys, newest first: the newest one signs
    List,
    /// Create a new key, which signs from now on; tokens signed by the three keys before it stay valid
    Rotate,
    /// Drop all keys but the newest: tokens signed by the others become invalid, and devices have to sign in again
    Retire,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let directory = arguments.data.existing()?;
    let config = Config::read(arguments.config.as_deref(), Some(&directory))?;
    let secrets = arguments.secrets.existing(&directory, &config)?;
    let journal = open_beside_server(&directory)?;
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    let store = SqliteStore::open(connection).map_err(|error| cannot(&error))?;
    progress::block_on(work(&arguments.task, store, &secrets, terminal))?
}

fn cannot(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::because("Cannot manage the signing keys", error)
}

async fn work(
    task: &Task,
    store: SqliteStore,
    secrets: &SecretsKeys,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let keys = SigningKeysAtRest::open(Arc::new(store), secrets).await;
    let keys = keys.map_err(|error| cannot(&error))?;
    match task {
        Task::List => list(&keys, terminal).await,
        Task::Rotate => {
            keys.rotate(Clock::System.now())
                .await
                .map_err(|error| cannot(&error))?;
            let newest = keys.list().await.map_err(|error| cannot(&error))?;
            let number = newest.first().map_or(0, |key| key.number);
            writeln!(
                terminal.out(),
                "Key {number} signs from now on. Tokens of the previous {} keys stay valid until those are retired.",
                SIGNING_KEYS_MAX - 1
            )?;
            Ok(())
        }
        Task::Retire => {
            let dropped = keys.retire().await.map_err(|error| cannot(&error))?;
            let text = match dropped {
                0 => "There was only one key: nothing was dropped.",
                _ => "The older keys are dropped. Devices with tokens signed by them have to sign in again.",
            };
            writeln!(terminal.out(), "{text}")?;
            Ok(())
        }
    }
}

async fn list(keys: &SigningKeysAtRest, terminal: &mut Terminal) -> Result<(), Failure> {
    let keys = keys
        .list()
        .await
        .map_err(|error| Failure::because("The signing keys cannot be read", &error))?;
    let mut table = table(["Key", "Made", "Signs"]);
    for (index, key) in keys.iter().enumerate() {
        let made = key
            .created_at
            .map_or_else(|| "at the first start".to_owned(), |at: Timestamp| moment(at));
        table.add_row([
            key.number.to_string(),
            made,
            if index == 0 { "yes" } else { "no longer" }.to_owned(),
        ]);
    }
    writeln!(terminal.out(), "{}", table.trim_fmt())?;
    Ok(())
}
