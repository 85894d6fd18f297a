//! `usher status`: whether a server is ready, and how its seats are used.

use clap::Args;
use comfy_table::{CellAlignment, Table};
use usher_client::operations::ListAccounts;
use usher_client::{Account, AccountDetails, Client, Error};

use crate::remote::{RemoteArguments, Server};
use crate::terminal::{bold, dim, table};
use crate::words::{grouped, plural};
use crate::{Failure, Terminal, progress};

/// The most accounts shown: people read one page, programs use the API.
const ACCOUNTS_SHOWN_MAX: usize = 50;

/// Show whether a running server is ready, and how its seats are used
#[derive(Debug, Args)]
#[command(after_help = "\
The overview needs an operator key, in `USHER_OPERATOR_KEY` or in a file.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    remote: RemoteArguments,
}

/// Requests the status and prints it.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    progress::block_on(ask(arguments, terminal))?
}

async fn ask(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let (server, has_key) = arguments.remote.server_with_or_without_key()?;
    let said = ask_ready(&server).await?;
    let url = server.client().base();
    writeln!(terminal.out(), "Usher at {} is ready.", bold(url))?;
    // After the first line, `ready`, come warnings for the operator.
    for line in said.lines().skip(1) {
        writeln!(terminal.out(), "{line}")?;
    }
    if !has_key {
        let hint = "With the operator key in USHER_OPERATOR_KEY, this shows the accounts and their seats.";
        writeln!(terminal.out(), "{}", dim(hint))?;
        return Ok(());
    }
    overview(&server, terminal).await
}

async fn ask_ready(server: &Server) -> Result<String, Failure> {
    let what = format!("The server at {} is not ready", server.client().base());
    let said = server.client().text("/readyz").await;
    said.map_err(|error| match error.no_answer() {
        Some(_) => server.failure(&what, &error),
        None => Failure::because(what, &error),
    })
}

async fn overview(server: &Server, terminal: &mut Terminal) -> Result<(), Failure> {
    let client = server.client();
    let refused = |error| server.failure("The accounts were not listed", &error);
    let limit = ACCOUNTS_SHOWN_MAX.to_string();
    let accounts = client
        .call::<ListAccounts>(&[], &[("limit", &limit)], None)
        .await
        .map_err(refused)?;
    if accounts.items.is_empty() {
        writeln!(terminal.out(), "There are no accounts yet.")?;
        return Ok(());
    }
    let mut table = table([
        "Account", "Product", "Pool", "Seats", "Occupied", "Waiting", "Minutes",
    ]);
    let mut shown: Vec<_> = accounts.items.iter().collect();
    shown.sort_by_key(|account| (account.name.to_lowercase(), &account.id));
    for account in shown {
        add_rows(&mut table, client, account).await.map_err(refused)?;
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(terminal.out(), "\n{}", table.trim_fmt())?;
    if accounts.next_cursor.is_some() {
        let shown = u64::try_from(accounts.items.len()).unwrap_or(u64::MAX);
        let shown = plural(shown, "account is", "accounts are");
        writeln!(terminal.out(), "\n{}", dim(format!("The newest {shown} shown.")))?;
    }
    Ok(())
}

async fn add_rows(table: &mut Table, client: &Client, account: &AccountDetails) -> Result<(), Error> {
    let usage = Account::of(client.clone(), &account.id).usage().await?;
    let minutes = grouped(usage.minutes.remaining);
    let mut is_empty = true;
    for product in &usage.products {
        for pool in &product.pools {
            is_empty = false;
            table.add_row([
                account.name.clone(),
                product.product.clone(),
                pool.name.clone(),
                grouped(pool.seats.into()),
                grouped(pool.occupied.into()),
                grouped(pool.waiting.into()),
                minutes.clone(),
            ]);
        }
    }
    if is_empty {
        let none = String::new;
        table.add_row([
            account.name.clone(),
            none(),
            none(),
            none(),
            none(),
            none(),
            minutes,
        ]);
    }
    Ok(())
}
