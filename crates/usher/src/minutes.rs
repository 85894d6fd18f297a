//! `usher minutes`: the prepaid minutes of an account on a running server.

use clap::{Args, Subcommand};
use serde_json::json;
use usher_client::PurchaseAnswer;
use usher_client::operations::{AddMinutes, GetUsage};

use crate::remote::AskedArguments;
use crate::subscription::only_asked;
use crate::words::{instant, plural};
use crate::{Failure, Terminal, progress};

/// Show and add the prepaid minutes of an account on a running server
#[derive(Debug, Args)]
#[command(after_help = "\
Needs an operator key, in `USHER_OPERATOR_KEY` or in a file: with the scope `billing.manage` to add
minutes, with any scope to show them.

Examples:
  usher minutes show 'Contoso Support'
  usher minutes add 'Contoso Support' 500
  usher minutes add 'Contoso Support' 100 --until 2027-04-30T22:00:00Z")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    remote: AskedArguments,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show how many minutes are left
    Show {
        /// The account's id or name
        account: String,
    },
    /// Add minutes
    Add {
        /// The account's id or name
        account: String,
        /// How many
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        minutes: u32,
        /// When those that are left end: 2027-04-30T22:00:00Z; by default they do not
        #[arg(long, value_name = "TIME", value_parser = instant)]
        until: Option<jiff::Timestamp>,
        /// The key of an earlier run whose answer was lost, so that its minutes are not added twice
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    progress::block_on(work(arguments, terminal))?
}

async fn work(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let server = arguments.remote.server()?;
    let (Task::Show { account } | Task::Add { account, .. }) = &arguments.task;
    let account = server.account(account).await?;
    let id = &[account.id.as_str()];
    let (left, added) = match &arguments.task {
        Task::Show { .. } => {
            let usage = server
                .call::<GetUsage>("The minutes were not read", id, None)
                .await?;
            (usage.minutes, None)
        }
        Task::Add {
            minutes,
            until,
            idempotency_key,
            ..
        } => {
            let key = idempotency_key.as_deref();
            let mut body = json!({ "minutes": minutes });
            if let Some(until) = until {
                body["until"] = json!(until.to_string());
            }
            let what = "No minutes were added";
            match server.call_once::<AddMinutes>(what, key, id, &body).await? {
                PurchaseAnswer::Done(left) => (left, Some(u64::from(*minutes))),
                PurchaseAnswer::Requested(request) => return Err(only_asked(what, &request)),
            }
        }
    };
    if arguments.remote.json {
        return Ok(terminal.print_json(&left)?);
    }
    let whose = format!("{} ({})", account.name, account.id);
    let left = plural(left.remaining, "minute", "minutes");
    match added {
        None => writeln!(terminal.out(), "{whose} has {left}.")?,
        Some(added) => {
            let added = plural(added, "minute", "minutes");
            writeln!(terminal.out(), "{added} added: {whose} has {left} now.")?;
        }
    }
    Ok(())
}
