//! `usher operator-key`: the operator's keys, worked on in the data itself.
//!
//! Whoever has the data may do this without a key: that is how one comes back in who lost it. Over the network, the
//! API's `/v1/operator-keys` does the same.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use usher_domain::text::Name;
use usher_domain::{OperatorKeyId, Secs};
use usher_engine::Clock;
use usher_identity::{NewOperatorKey, OperatorKeysAtRest, OperatorScope};

use crate::data::{DataArgument, open_beside_server};
use crate::terminal::{bold, dim};
use crate::words::moment;
use crate::{Failure, Terminal};

/// Within which time a server that runs takes over what is done here.
pub(crate) const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(5);

/// The longest life that a key can be given in days; without any, it has no end.
const DAYS_MAX: u32 = 3_650;

/// List, make and revoke operator keys in the data itself, also while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
Needs no key: whoever can write the data directory is the operator, and comes back in so after a key
was lost. A server that runs takes changes over within 5 seconds.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    data: DataArgument,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show all keys: what they are good for, and when they were used last
    List,
    /// Make a key, and show it once
    Create {
        /// What people call it
        name: Name,
        /// What it is good for: accounts.read, accounts.manage, billing.manage or everything; may be given several times
        #[arg(long = "scope", value_name = "SCOPE", default_value = "everything")]
        scopes: Vec<OperatorScope>,
        /// In how many days it expires; without this, it does not
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(DAYS_MAX)))]
        expires_in_days: Option<u32>,
    },
    /// Kill a key, also the last one
    Revoke {
        /// Its id, as the list shows it
        id: OperatorKeyId,
    },
}

/// Works on the keys.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let cannot =
        |error: &(dyn std::error::Error + 'static)| Failure::because("Cannot open the operator keys", error);
    let journal = open_beside_server(&arguments.data.existing()?)?;
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    let mut keys = OperatorKeysAtRest::open(connection).map_err(|error| cannot(&error))?;
    match &arguments.task {
        Task::List => list(&keys, terminal),
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
            let made = keys.create(new, now);
            let (id, secret) = made.map_err(|error| Failure::because("The key was not made", &error))?;
            writeln!(terminal.out(), "Operator key {id}: {}", bold(secret.expose()))?;
            writeln!(
                terminal.out(),
                "{}",
                dim("Keep it well: it is shown only this once.")
            )?;
            Ok(())
        }
        Task::Revoke { id } => {
            let revoked = keys.revoke(*id, Clock::System.now());
            if revoked.map_err(|error| Failure::because("The key was not revoked", &error))? {
                writeln!(terminal.out(), "The operator key {id} is dead.")?;
                return Ok(());
            }
            Err(Failure::said(format!(
                "There is no operator key {id}. `usher operator-key list` shows those that there are."
            )))
        }
    }
}

fn list(keys: &OperatorKeysAtRest, terminal: &mut Terminal) -> Result<(), Failure> {
    let keys = keys
        .list()
        .map_err(|error| Failure::because("The operator keys cannot be read", &error))?;
    if keys.is_empty() {
        writeln!(
            terminal.out(),
            "There is no operator key. `usher operator-key create NAME` makes one."
        )?;
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["Id", "Name", "Good for", "Last used", "From", "Good until"]);
    for key in keys {
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
        let from = key.last_use.and_then(|last| last.from);
        table.add_row([
            key.id.to_string(),
            key.name.to_string(),
            scopes.join(", "),
            key.last_use
                .map_or_else(|| "never".to_owned(), |last| moment(last.at)),
            from.map(|from| from.to_string()).unwrap_or_default(),
            key.expires_at.map_or_else(|| "no end".to_owned(), moment),
        ]);
    }
    writeln!(terminal.out(), "{}", table.trim_fmt())?;
    Ok(())
}
