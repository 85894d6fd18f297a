//! `usher status`: whether a server is ready, and how its seats are used.

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde::Deserialize;
use usher_client::operations::ListAccounts;
use usher_client::{Account, Client, Error, Items};

use crate::terminal::{bold, dim};
use crate::words::{grouped, plural};
use crate::{Failure, Terminal, progress};

/// The most accounts shown: people read one page, programs use the API.
const ACCOUNTS_SHOWN_MAX: usize = 50;

/// Show whether a running server is ready, and how its seats are used
#[derive(Debug, Args)]
#[command(after_help = "\
The overview needs the operator key in `USHER_OPERATOR_KEY`.")]
pub(crate) struct Arguments {
    /// The server's URL
    #[arg(
        long,
        value_name = "URL",
        env = "USHER_URL",
        default_value = "http://127.0.0.1:8080"
    )]
    url: String,
    #[arg(skip = std::env::var("USHER_OPERATOR_KEY").ok().filter(|key| !key.is_empty()))]
    operator_key: Option<String>,
}

#[derive(Deserialize)]
struct AccountRow {
    id: String,
    name: String,
}

/// Requests the status and prints it.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    progress::block_on(ask(arguments, terminal))?
}

async fn ask(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let url = &address(&arguments.url)?;
    let key = arguments.operator_key.as_deref().unwrap_or_default();
    let client =
        Client::new(url, key).map_err(|error| Failure::because(format_args!("Cannot ask {url}"), &error))?;
    let said = ask_ready(&client).await?;
    writeln!(terminal.out(), "Usher at {} is ready.", bold(url))?;
    // After the first line, `ready`, come warnings for the operator.
    for line in said.lines().skip(1) {
        writeln!(terminal.out(), "{line}")?;
    }
    if key.is_empty() {
        let hint = "With the operator key in USHER_OPERATOR_KEY, this shows the accounts and their seats.";
        writeln!(terminal.out(), "{}", dim(hint))?;
        return Ok(());
    }
    overview(&client, terminal).await
}

/// The server's base URL. Without a scheme, as people type it, `http` is assumed.
fn address(typed: &str) -> Result<String, Failure> {
    let typed = typed.trim();
    let whole = match typed.split_once("://") {
        Some(("http" | "https", _)) => typed.to_owned(),
        Some(_) => String::new(),
        None => format!("http://{}", typed.trim_start_matches('/')),
    };
    let is_one = url::Url::parse(&whole).is_ok_and(|url| url.has_host());
    is_one.then_some(whole).ok_or_else(|| {
        Failure::Usage(format!(
            "`{typed}` is not a server's URL. Give one like `--url http://127.0.0.1:8080`, or leave it out."
        ))
    })
}

async fn ask_ready(client: &Client) -> Result<String, Failure> {
    match client.text("/readyz").await {
        Ok(said) => Ok(said),
        Err(Error::Transport(error)) => Err(Failure::said(format!(
            "No server answers at {} ({}). Start one with `usher serve`, or give its URL with `--url`.",
            client.base(),
            innermost(&error)
        ))),
        Err(error) => Err(Failure::because(
            format_args!("The server at {} is not ready", client.base()),
            &error,
        )),
    }
}

/// The innermost cause of an error, such as `Connection refused`: the outer ones only say who tried to reach whom.
fn innermost(mut error: &dyn std::error::Error) -> String {
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

async fn overview(client: &Client, terminal: &mut Terminal) -> Result<(), Failure> {
    let refused = |error| Failure::because("The server did not list its accounts", &error);
    let limit = ACCOUNTS_SHOWN_MAX.to_string();
    let accounts: Items<AccountRow> = client
        .call_into::<ListAccounts, _>(&[], &[("limit", &limit)], None)
        .await
        .map_err(refused)?;
    if accounts.items.is_empty() {
        writeln!(terminal.out(), "There are no accounts yet.")?;
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "Account", "Product", "Pool", "Seats", "Occupied", "Waiting", "Minutes",
    ]);
    for account in &accounts.items {
        add_rows(&mut table, client, account).await.map_err(refused)?;
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(terminal.out(), "\n{}", table.trim_fmt())?;
    if accounts.next_cursor.is_some() {
        let shown = u64::try_from(accounts.items.len()).unwrap_or(u64::MAX);
        let shown = plural(shown, "account is", "accounts are");
        writeln!(terminal.out(), "\n{}", dim(format!("The first {shown} shown.")))?;
    }
    Ok(())
}

async fn add_rows(table: &mut Table, client: &Client, account: &AccountRow) -> Result<(), Error> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_scheme_means_http_and_invalid_ones_are_refused() {
        for (typed, whole) in [
            ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("localhost:8080", Some("http://localhost:8080")),
            ("usher.example.com", Some("http://usher.example.com")),
            ("[::1]:8080", Some("http://[::1]:8080")),
            ("//usher.example.com", Some("http://usher.example.com")),
            ("https://usher.example.com", Some("https://usher.example.com")),
            ("ftp://usher.example.com", None),
            ("http://", None),
            ("", None),
            ("two words", None),
            ("host:port", None),
        ] {
            let address = address(typed);
            assert_eq!(address.as_deref().ok(), whole, "{typed}");
            if let Err(failure) = address {
                assert!(
                    failure.to_string().contains("--url http://127.0.0.1:8080"),
                    "{failure}"
                );
            }
        }
    }
}
