//! `usher account`: the accounts of a running server.

use clap::{Args, Subcommand};
use comfy_table::CellAlignment;
use serde::Serialize;
use serde_json::json;
use usher_client::operations::{
    ChangeAccount, CreateAccount, CreateUser, DeleteAccount, GetSubscription, GetUsage,
};
use usher_client::{AccountDetails, Minutes, OneTimeLink, Subscription, Usage};
use usher_domain::text::{Email, ExternalId, Name};

use crate::remote::{AskedArguments, Server};
use crate::subscription;
use crate::terminal::{bold, dim, table};
use crate::words::{grouped, plural, time};
use crate::{Failure, Terminal, progress};

/// List, show, create, rename and close the accounts of a running server, and invite their owners
#[derive(Debug, Args)]
#[command(after_help = "\
Needs an operator key, in `USHER_OPERATOR_KEY` or in a file: with the scope `accounts.manage` for
changes, with any scope for the rest.

Examples:
  usher account list --search contoso
  usher account create 'Contoso Support'
  usher account invite-owner 'Contoso Support' 'Lena Dahl' lena@contoso.example
  usher account rename 'Contoso Support' 'Contoso Help Desk'
  usher account show 'Contoso Help Desk' --json --server https://usher.example.com")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    remote: AskedArguments,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show all accounts, by name
    List {
        /// Only those whose name contains this, in upper or lower case
        #[arg(long, value_name = "TEXT")]
        search: Option<Name>,
        /// Only the one with this id in your own system
        #[arg(long, value_name = "ID")]
        external_id: Option<ExternalId>,
    },
    /// Show an account: its seats, bought and in use, and its minutes
    Show {
        /// The account's id or name
        account: String,
    },
    /// Create an account
    Create {
        /// A name for the account
        name: Name,
        /// The id of the account in your own system
        #[arg(long, value_name = "ID")]
        external_id: Option<ExternalId>,
        /// The key of an earlier run whose answer was lost, so that there are not two accounts
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
    /// Invite the owner of an account, who enters it first and adds everybody else
    InviteOwner {
        /// The account's id or name
        account: String,
        /// The owner's name
        name: Name,
        /// The e-mail address with which the owner signs in
        email: Email,
        /// The key of an earlier run whose answer was lost, so that there are not two owners
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
    /// Rename an account
    Rename {
        /// The account's id or name
        account: String,
        /// The new name
        name: Name,
    },
    /// Close an account for good: its devices are signed out, and its keys and tokens stop working
    Close {
        /// The account's id or name
        account: String,
        /// Close it without asking
        #[arg(long)]
        yes: bool,
    },
}

/// An account with what `show` tells about it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    account: &'a AccountDetails,
    subscription: &'a Subscription,
    minutes: Minutes,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    progress::block_on(work(arguments, terminal))?
}

async fn work(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    if let Task::Close { yes: false, .. } = arguments.task
        && !terminal.is_answering()
    {
        return Err(Failure::Usage(
            "Closing an account cannot be undone, and there is no terminal to ask at. Give `--yes` if you mean it."
                .to_owned(),
        ));
    }
    let server = &arguments.remote.server()?;
    let as_json = arguments.remote.json;
    match &arguments.task {
        Task::List { search, external_id } => {
            let mut query = Vec::new();
            query.extend(search.as_ref().map(|text| ("q", text.as_str())));
            query.extend(external_id.as_ref().map(|id| ("external_id", id.as_str())));
            let mut accounts = server.accounts(&query).await?;
            // The server lists the newest first, an order in which nobody finds a name.
            accounts.sort_by_cached_key(|account| (account.name.to_lowercase(), account.id.clone()));
            list(&accounts, query.is_empty(), as_json, terminal)
        }
        Task::Show { account } => show(server, account, as_json, terminal).await,
        Task::Create {
            name,
            external_id,
            idempotency_key,
        } => {
            let mut body = json!({ "name": name });
            if let Some(id) = external_id {
                body["external_id"] = json!(id);
            }
            let key = idempotency_key.as_deref();
            let what = "The account was not created";
            let account = server.call_once::<CreateAccount>(what, key, &[], &body).await?;
            created(&account, as_json, terminal)
        }
        Task::InviteOwner {
            account,
            name,
            email,
            idempotency_key,
        } => {
            let key = idempotency_key.as_deref();
            invite_owner(server, account, (name, email), key, as_json, terminal).await
        }
        Task::Rename { account, name } => rename(server, account, name, as_json, terminal).await,
        Task::Close { account, yes } => close(server, account, *yes, as_json, terminal).await,
    }
}

fn list(
    accounts: &[AccountDetails],
    is_whole: bool,
    as_json: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    if as_json {
        return Ok(terminal.print_json(&accounts)?);
    }
    if accounts.is_empty() {
        let none = if is_whole {
            "There are no accounts yet. Create one with `usher account create NAME`."
        } else {
            "There are no such accounts."
        };
        writeln!(terminal.out(), "{none}")?;
        return Ok(());
    }
    let has_external = accounts.iter().any(|account| account.external_id.is_some());
    let mut table = table(["Id", "Name", "Created"]);
    if has_external {
        table.set_header(["Id", "Name", "Created", "External id"]);
    }
    for account in accounts {
        let mut row = vec![
            account.id.clone(),
            account.name.clone(),
            time(&account.created_at),
        ];
        if has_external {
            row.push(account.external_id.clone().unwrap_or_default());
        }
        table.add_row(row);
    }
    writeln!(terminal.out(), "{}", table.trim_fmt())?;
    Ok(())
}

async fn show(server: &Server, typed: &str, as_json: bool, terminal: &mut Terminal) -> Result<(), Failure> {
    let account = &server.account(typed).await?;
    let id = &[account.id.as_str()];
    let bought = "The subscription was not read";
    let subscription = &server.call::<GetSubscription>(bought, id, None).await?;
    let usage = server
        .call::<GetUsage>("The usage was not read", id, None)
        .await?;
    if as_json {
        let minutes = usage.minutes;
        return Ok(terminal.print_json(&Shown {
            account,
            subscription,
            minutes,
        })?);
    }
    let out = terminal.out();
    writeln!(out, "{}", bold(&account.name))?;
    writeln!(out, "Id           {}", account.id)?;
    if let Some(external_id) = &account.external_id {
        writeln!(out, "External id  {external_id}")?;
    }
    writeln!(out, "Created      {}", time(&account.created_at))?;
    writeln!(out, "Plan         {}", subscription::plan(subscription))?;
    writeln!(out, "Minutes      {}", grouped(usage.minutes.remaining))?;
    if subscription.products.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", seats(subscription, &usage))?;
    Ok(())
}

/// The seats of each product, bought and in use.
fn seats(subscription: &Subscription, usage: &Usage) -> String {
    let mut table = table([
        "Product",
        "Named seats",
        "Assigned",
        "Shared seats",
        "In pools",
        "Occupied",
        "Waiting",
    ]);
    for (product, bought) in &subscription.products {
        let pools = usage.products.iter().filter(|used| used.product == *product);
        let pools: Vec<_> = pools.flat_map(|used| &used.pools).collect();
        table.add_row([
            product.clone(),
            grouped(bought.named_seats.into()),
            grouped(bought.named_assigned.into()),
            grouped(bought.shared_seats.into()),
            grouped(bought.shared_distributed.into()),
            grouped(pools.iter().map(|pool| u64::from(pool.occupied)).sum()),
            grouped(pools.iter().map(|pool| u64::from(pool.waiting)).sum()),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}

fn created(account: &AccountDetails, as_json: bool, terminal: &mut Terminal) -> Result<(), Failure> {
    if as_json {
        return Ok(terminal.print_json(account)?);
    }
    let AccountDetails { id, name, .. } = account;
    writeln!(terminal.out(), "Account {name} created: {}", bold(id))?;
    for next in [
        format!("Its first seats: usher subscription set {id} --plan PLAN --product PRODUCT --named NUMBER"),
        format!("Its first owner: usher account invite-owner {id} NAME E-MAIL"),
    ] {
        writeln!(terminal.out(), "{}", dim(next))?;
    }
    Ok(())
}

async fn invite_owner(
    server: &Server,
    typed: &str,
    (name, email): (&Name, &Email),
    key: Option<&str>,
    as_json: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let account = server.account(typed).await?;
    let body = json!({
        "name": name,
        "email": email,
        "role": "owner",
        "billing_contact": true,
        "assign_seat": false,
        "invite": true,
    });
    let what = "The owner was not invited";
    let owner = server
        .call_once::<CreateUser>(what, key, &[&account.id], &body)
        .await?;
    if as_json {
        return Ok(terminal.print_json(&owner)?);
    }
    let out = terminal.out();
    writeln!(out, "{} is invited as owner of {}.", owner.name, account.name)?;
    match owner.invitation {
        Some(OneTimeLink {
            url: Some(url),
            expires_at,
        }) => {
            writeln!(
                out,
                "Give them this link. It works once, until {}:",
                time(&expires_at)
            )?;
            writeln!(out, "{}", bold(url))?;
        }
        Some(OneTimeLink { url: None, .. }) => writeln!(out, "A mail with the link is on its way.")?,
        None => writeln!(out, "They have chosen their password already.")?,
    }
    Ok(())
}

async fn rename(
    server: &Server,
    typed: &str,
    name: &Name,
    as_json: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let before = server.account(typed).await?;
    let body = json!({ "name": name });
    let what = "The account was not renamed";
    let after = server
        .call::<ChangeAccount>(what, &[&before.id], Some(&body))
        .await?;
    if as_json {
        return Ok(terminal.print_json(&after)?);
    }
    writeln!(terminal.out(), "{}: {} → {}", before.id, before.name, after.name)?;
    Ok(())
}

async fn close(
    server: &Server,
    typed: &str,
    yes: bool,
    as_json: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let account = server.account(typed).await?;
    let AccountDetails { id, name, .. } = &account;
    if !yes {
        let usage = server
            .call::<GetUsage>("The usage was not read", &[id], None)
            .await?;
        let pools = usage.products.iter().flat_map(|product| &product.pools);
        let occupied = pools.map(|pool| u64::from(pool.occupied)).sum();
        let question = format!(
            "Close {} ({id})? {} in use. All its devices are signed out, its keys and tokens stop working, and this \
             cannot be undone.",
            bold(name),
            plural(occupied, "shared seat is", "shared seats are"),
        );
        if !terminal.ask(&question)? {
            return Err(Failure::said("The account was not closed."));
        }
    }
    server
        .call::<DeleteAccount>("The account was not closed", &[id], None)
        .await?;
    if as_json {
        return Ok(terminal.print_json(&account)?);
    }
    writeln!(terminal.out(), "Account {name} ({id}) closed.")?;
    Ok(())
}
