//! `usher operator-grant`: the owners who are operators, directly in the data.

use std::sync::Arc;

use clap::{Args, Subcommand};
use usher_domain::UserId;
use usher_engine::Clock;
use usher_identity::{OperatorGrant, OperatorKeysAtRest};
use usher_identity_sqlite::SqliteStore;

use crate::data::{DataArgument, open_beside_server};
use crate::terminal::table;
use crate::words::moment;
use crate::{Failure, Terminal, progress};

/// List, confirm and revoke the owners who are operators, directly in the data, even while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
An owner who is operator opens the operator pages with a password and a second factor, without an
operator key. The set-up page of one company offers that; later an operator key makes owners
operators, on the page of their account. A running server applies changes within 5 seconds.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    data: DataArgument,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show the owners who are operators
    List,
    /// Let an owner stay operator although there are several accounts
    Confirm {
        /// The owner's id, as shown by `list`
        owner: UserId,
    },
    /// Revoke an owner's grant: the owner is not operator any more
    Revoke {
        /// The owner's id, as shown by `list`
        owner: UserId,
    },
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let cannot = |error: &(dyn std::error::Error + 'static)| {
        Failure::because("Cannot open the operator grants", error)
    };
    let journal = open_beside_server(&arguments.data.existing()?)?;
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    let store = SqliteStore::open(connection).map_err(|error| cannot(&error))?;
    let grants = OperatorKeysAtRest::new(Arc::new(store));
    progress::block_on(work(&arguments.task, &grants, terminal))?
}

async fn work(task: &Task, grants: &OperatorKeysAtRest, terminal: &mut Terminal) -> Result<(), Failure> {
    match task {
        Task::List => {
            let grants = read(grants).await?;
            list(&grants, terminal)
        }
        Task::Confirm { owner } => {
            let grant = of(grants, *owner).await?;
            let confirmed = grants.confirm_grant(grant.account, grant.user, Clock::System.now());
            if !confirmed.await.map_err(|error| not_changed(&error))? {
                return Err(no_grant(*owner));
            }
            writeln!(
                terminal.out(),
                "{} stays operator, also with several accounts.",
                grant.name.reveal()
            )?;
            Ok(())
        }
        Task::Revoke { owner } => {
            let grant = of(grants, *owner).await?;
            let revoked = grants.revoke_grant(grant.account, grant.user, Clock::System.now());
            if !revoked.await.map_err(|error| not_changed(&error))? {
                return Err(no_grant(*owner));
            }
            writeln!(
                terminal.out(),
                "{} is not operator any more.",
                grant.name.reveal()
            )?;
            Ok(())
        }
    }
}

async fn read(grants: &OperatorKeysAtRest) -> Result<Vec<OperatorGrant>, Failure> {
    let read = grants.grants().await;
    read.map_err(|error| Failure::because("The operator grants cannot be read", &error))
}

async fn of(grants: &OperatorKeysAtRest, owner: UserId) -> Result<OperatorGrant, Failure> {
    let found = read(grants).await?.into_iter().find(|grant| grant.user == owner);
    found.ok_or_else(|| no_grant(owner))
}

fn no_grant(owner: UserId) -> Failure {
    Failure::said(format!(
        "{owner} is no owner who is operator. `usher operator-grant list` shows all of them."
    ))
}

fn not_changed(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::because("The grant was not changed", error)
}

fn list(grants: &[OperatorGrant], terminal: &mut Terminal) -> Result<(), Failure> {
    if grants.is_empty() {
        writeln!(
            terminal.out(),
            "No owner is operator. Make one on the page of their account, at /operator, with an operator key."
        )?;
        return Ok(());
    }
    let mut table = table(["Owner", "Name, account", "Since", "Confirmed", "Last reset"]);
    for grant in grants {
        let or_never = |at: Option<_>| at.map_or_else(|| "never".to_owned(), moment);
        table.add_row([
            grant.user.to_string(),
            grant.name.reveal().to_string(),
            moment(grant.granted_at),
            or_never(grant.confirmed_at),
            or_never(grant.reset_at),
        ]);
    }
    writeln!(terminal.out(), "{}", table.trim_fmt())?;
    Ok(())
}
