//! `usher operator-key`: manages the operator's keys directly in the data.
//!
//! Anybody with access to the data may do this without a key: this is the way back in after the last key was lost. The
//! API's `/v1/operator-keys` does the same over the network.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use usher_domain::text::Name;
use usher_domain::{OperatorKeyId, Secs};
use usher_engine::Clock;
use usher_identity::{NewOperatorKey, OperatorKeysAtRest, OperatorScope};
use usher_identity_sqlite::SqliteStore;

use crate::data::{DataArgument, open_beside_server};
use crate::terminal::{bold, dim, table};
use crate::words::moment;
use crate::{Failure, Terminal, progress};

/// The longest time until a running server applies a change made here.
pub(crate) const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(5);

/// The longest life of a key in days. A key without one does not expire.
const DAYS_MAX: u32 = 3_650;

/// List, create and revoke operator keys directly in the data, even while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
Needs no key: anybody who can write the data directory is the operator, and can replace a lost key
this way. A running server applies changes within 5 seconds.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    data: DataArgument,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show all keys, their scopes, and when they were last used
    List,
    /// Create a key, and show it once
    Create {
        /// A name for the key
        name: Name,
        /// A scope: accounts.read, accounts.manage, billing.manage or everything; may be given several times
        #[arg(long = "scope", value_name = "SCOPE", default_value = "everything")]
        scopes: Vec<OperatorScope>,
        /// In how many days it expires; by default it does not
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(DAYS_MAX)))]
        expires_in_days: Option<u32>,
    },
    /// Revoke a key, even the last one
    Revoke {
        /// The key's id, as shown by `list`
        id: OperatorKeyId,
    },
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let cannot =
        |error: &(dyn std::error::Error + 'static)| Failure::because("Cannot open the operator keys", error);
    let journal = open_beside_server(&arguments.data.existing()?)?;
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    let store = SqliteStore::open(connection).map_err(|error| cannot(&error))?;
    let keys = OperatorKeysAtRest::new(Arc::new(store));
    progress::block_on(work(&arguments.task, &keys, terminal))?
}

async fn work(task: &Task, keys: &OperatorKeysAtRest, terminal: &mut Terminal) -> Result<(), Failure> {
    match task {
        Task::List => list(keys, terminal).await,
        Task::Create {
            name,
            scopes,
            expires_in_days,
        } => {
            let now = Clock::System.now();
            let new = NewOperatorKey {
                name: name.clone(),
                scopes: scopes.iter().copied().collect::<BTreeSet<_>>(),
                expires_at: expires_in_days.map(|days| now + Secs::new(days.saturating_mul(86_400))),
            };
            let made = keys.create(new, now).await;
            let (id, secret) = made.map_err(|error| Failure::because("The key was not created", &error))?;
            writeln!(terminal.out(), "Operator key {id}: {}", bold(secret.expose()))?;
            writeln!(
                terminal.out(),
                "{}",
                dim("Store it safely: it is shown only once.")
            )?;
            Ok(())
        }
        Task::Revoke { id } => {
            let revoked = keys.revoke(*id, Clock::System.now()).await;
            if revoked.map_err(|error| Failure::because("The key was not revoked", &error))? {
                writeln!(terminal.out(), "The operator key {id} is revoked.")?;
                return Ok(());
            }
            Err(Failure::said(format!(
                "There is no operator key {id}. `usher operator-key list` shows all keys."
            )))
        }
    }
}

async fn list(keys: &OperatorKeysAtRest, terminal: &mut Terminal) -> Result<(), Failure> {
    let keys = keys
        .list()
        .await
        .map_err(|error| Failure::because("The operator keys cannot be read", &error))?;
    if keys.is_empty() {
        writeln!(
            terminal.out(),
            "There is no operator key. Create one with `usher operator-key create NAME`."
        )?;
        return Ok(());
    }
    let mut table = table(["Id", "Name", "Good for", "Last used", "From", "Good until"]);
    for key in keys {
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
        let from = key.last_use.and_then(|last| last.from);
        table.add_row([
            key.id.to_string(),
            key.name.to_string(),
            scopes.join(", "),
            key.last_use
                .map_or_else(|| "never".to_owned(), |last| moment(last.at)),
            from.map(|from| from.reveal().to_string()).unwrap_or_default(),
            key.expires_at.map_or_else(|| "no end".to_owned(), moment),
        ]);
    }
    writeln!(terminal.out(), "{}", table.trim_fmt())?;
    Ok(())
}
