//! `usher subscription`: what an account on a running server has bought.

mod changes;
mod dates;
mod manage;
mod requests;
mod told;

use std::collections::BTreeMap;

use clap::{ArgGroup, Args, Subcommand};
use comfy_table::CellAlignment;
use serde::Serialize;
use serde_json::{Value, json};
use usher_client::operations::{GetSubscription, SetSubscription};
use usher_client::{AccountDetails, ProductSubscription, PurchaseAnswer, Subscription, SubscriptionRequest};
use usher_domain::text::{PlanName, Product};

use crate::remote::{AskedArguments, Server};
use crate::terminal::table;
use crate::words::grouped;
use crate::{Failure, Terminal, progress};

/// How often a change is chosen again because somebody else made another one in between.
const ATTEMPTS_MAX: u32 = 5;

/// Show and change what an account on a running server has bought
#[derive(Debug, Args)]
#[command(after_help = "\
Needs an operator key, in `USHER_OPERATOR_KEY` or in a file: with the scope `billing.manage` for
changes, with any scope to show it.

Examples:
  usher subscription show 'Contoso Support'
  usher subscription set 'Contoso Support' --plan enterprise
  usher subscription set 'Contoso Support' --product remote-support --named 2 --shared 10
  usher subscription terms 'Contoso Support' --end 2027-11-01T00:00:00Z --renewal-months 12
  usher subscription lend 'Contoso Support' --product desk --named 2 --until 2027-04-30T22:00:00Z
  usher subscription manage 'Contoso Support' within-bounds --product desk --named 2..20
  usher subscription requests
  usher subscription changes --json
  usher subscription approve subreq_01m8kjm25qebwt4anx2sxhf08v --note 'Welcome, Lund!'")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    remote: AskedArguments,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show the plan and the seats of each product
    Show {
        /// The account's id or name
        account: String,
    },
    /// Change the plan, or the seats of a product; what is not named stays as it is
    Set(Change),
    /// Show or set until when it lasts; seats and plan stay as they are
    Terms(dates::Terms),
    /// Add seats of a product that end
    Lend(dates::Lend),
    /// Show or set who changes it besides the operator
    Manage(manage::Manage),
    /// List what accounts ask for and nobody has answered yet
    Requests,
    /// Buy what an account asks for, or other numbers of it
    Approve(requests::Approval),
    /// Decline what an account asks for
    Decline(requests::Decline),
    /// List what all accounts have bought, change by change, oldest first
    Changes(changes::Changes),
}

#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("change").args(["plan", "named", "shared"]).multiple(true).required(true)),
    group(ArgGroup::new("seats").args(["named", "shared"]).multiple(true))
)]
struct Change {
    /// The account's id or name
    account: String,
    /// The plan: `team`, `enterprise` or one of the server's configuration
    #[arg(long)]
    plan: Option<PlanName>,
    /// The product whose seats to change
    #[arg(long, requires = "seats")]
    product: Option<Product>,
    /// The product's number of named seats
    #[arg(long, value_name = "NUMBER", requires = "product")]
    named: Option<u32>,
    /// The product's number of shared seats
    #[arg(long, value_name = "NUMBER", requires = "product")]
    shared: Option<u32>,
}

/// A change that was made.
#[derive(Serialize)]
struct Changed {
    before: Subscription,
    after: Subscription,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    progress::block_on(work(arguments, terminal))?
}

async fn work(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let server = arguments.remote.server()?;
    match &arguments.task {
        Task::Show { account } => {
            let account = server.account(account).await?;
            let subscription = read(&server, &account).await?;
            show_or_print(&account, &subscription, arguments.remote.json, terminal)
        }
        Task::Set(change) => {
            let account = server.account(&change.account).await?;
            let changed = set(&server, &account, change).await?;
            if arguments.remote.json {
                return Ok(terminal.print_json(&changed)?);
            }
            told::tell(&account, &changed, terminal)
        }
        Task::Terms(terms) => {
            let account = server.account(&terms.account).await?;
            let after = if terms.are_new() {
                terms.set(&server, &account).await?
            } else {
                read(&server, &account).await?
            };
            show_or_print(&account, &after, arguments.remote.json, terminal)
        }
        Task::Lend(lend) => {
            let account = server.account(&lend.account).await?;
            let after = lend.set(&server, &account).await?;
            show_or_print(&account, &after, arguments.remote.json, terminal)
        }
        Task::Manage(manage) => {
            let account = server.account(&manage.account).await?;
            let management = manage.set(&server, &account).await?;
            if arguments.remote.json {
                return Ok(terminal.print_json(&management)?);
            }
            manage::tell(&account, &management, terminal.out())
        }
        Task::Requests => {
            let requests = requests::open(&server).await?;
            if arguments.remote.json {
                return Ok(terminal.print_json(&requests)?);
            }
            requests::list(&requests, terminal)
        }
        Task::Approve(approval) => {
            let request = approval.send(&server).await?;
            tell_or_print_answer(&request, arguments.remote.json, terminal)
        }
        Task::Changes(changes) => {
            let page = changes.read(&server, !arguments.remote.json).await?;
            if arguments.remote.json {
                return Ok(terminal.print_json(&page)?);
            }
            changes.list(&page, terminal)
        }
        Task::Decline(decline) => {
            let request = decline.send(&server).await?;
            tell_or_print_answer(&request, arguments.remote.json, terminal)
        }
    }
}

fn tell_or_print_answer(
    request: &SubscriptionRequest,
    as_json: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    if as_json {
        return Ok(terminal.print_json(request)?);
    }
    requests::tell(request, terminal)
}

async fn read(server: &Server, account: &AccountDetails) -> Result<Subscription, Failure> {
    let what = "The subscription was not read";
    server.call::<GetSubscription>(what, &[&account.id], None).await
}

/// The plan's name, or what is shown before the first subscription.
pub(crate) fn plan(subscription: &Subscription) -> &str {
    subscription.plan.as_deref().unwrap_or("none yet")
}

fn show_or_print(
    account: &AccountDetails,
    subscription: &Subscription,
    as_json: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    if as_json {
        return Ok(terminal.print_json(subscription)?);
    }
    show(account, subscription, terminal)
}

fn show(
    account: &AccountDetails,
    subscription: &Subscription,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let out = terminal.out();
    writeln!(
        out,
        "{} ({}), plan: {}",
        account.name,
        account.id,
        plan(subscription)
    )?;
    dates::tell(subscription, out)?;
    if subscription.products.is_empty() {
        writeln!(out, "It has no seats.")?;
        return Ok(());
    }
    let mut table = table([
        "Product",
        "Named seats",
        "Assigned",
        "Shared seats",
        "In pools",
        "In no pool",
    ]);
    for (product, seats) in &subscription.products {
        table.add_row([
            product.clone(),
            grouped(seats.named_seats.into()),
            grouped(seats.named_assigned.into()),
            grouped(seats.shared_seats.into()),
            grouped(seats.shared_distributed.into()),
            grouped(seats.shared_unallocated.into()),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(out, "\n{}", table.trim_fmt())?;
    Ok(())
}

/// Reads the subscription, changes what is named in it, and sends it with what was read: the server refuses it if
/// somebody else changed the subscription in between. Then the change is chosen again, so that it undoes nothing.
async fn set(server: &Server, account: &AccountDetails, change: &Change) -> Result<Changed, Failure> {
    let mut attempts_left = ATTEMPTS_MAX;
    loop {
        attempts_left -= 1;
        let before = read(server, account).await?;
        let body = change.applied_to(&before)?;
        let answer = server
            .client()
            .call::<SetSubscription>(&[&account.id], &[], Some(&body))
            .await;
        match answer {
            Ok(PurchaseAnswer::Done(after)) => return Ok(Changed { before, after }),
            Ok(PurchaseAnswer::Requested(request)) => {
                return Err(only_asked("The subscription was not changed", &request));
            }
            Err(error) if error.code() == Some("changed-meanwhile") && attempts_left > 0 => {}
            Err(error) => return Err(server.failure("The subscription was not changed", &error)),
        }
    }
}

/// Why nothing is bought by a key that is no operator key.
pub(crate) fn only_asked(what: &str, request: &SubscriptionRequest) -> Failure {
    Failure::said(format!(
        "{what} yet: the key is not an operator key, and its account has to ask. The request {} waits for the \
         operator's answer.",
        request.id
    ))
}

impl Change {
    /// The body of the request that makes this change to a subscription.
    fn applied_to(&self, before: &Subscription) -> Result<Value, Failure> {
        let named_plan = self.plan.as_ref().map(PlanName::as_str);
        let Some(plan) = named_plan.or(before.plan.as_deref()) else {
            return Err(Failure::Usage(
                "The account has no plan yet. Name one with `--plan`: `team`, `enterprise`, or one of the server's \
                 configuration."
                    .to_owned(),
            ));
        };
        let seen = seen_of(before);
        let mut products = seen.clone();
        if let Some(product) = &self.product {
            let seats = products.entry(product.as_str()).or_default();
            seats.named_seats = self.named.unwrap_or(seats.named_seats);
            seats.shared_seats = self.shared.unwrap_or(seats.shared_seats);
            if *seats == Seats::default() {
                products.remove(product.as_str());
            }
        }
        Ok(json!({
            "plan": plan, "products": products, "seen": { "plan": before.plan, "products": seen }
        }))
    }
}

/// The seats that were read, as a change of them says that it has seen them.
fn seen_of(before: &Subscription) -> BTreeMap<&str, Seats> {
    let products = before.products.iter();
    products
        .map(|(product, seats)| (product.as_str(), Seats::of(seats)))
        .collect()
}

/// The seats of a product in a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Seats {
    named_seats: u32,
    shared_seats: u32,
}

impl Seats {
    const fn of(bought: &ProductSubscription) -> Self {
        Self {
            named_seats: bought.named_seats,
            shared_seats: bought.shared_seats,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::told::differences;
    use super::*;

    /// A subscription with these named and shared seats of products.
    fn bought(plan: Option<&str>, products: &[(&str, u32, u32)]) -> Subscription {
        let products = products.iter().map(|(product, named_seats, shared_seats)| {
            let seats = ProductSubscription {
                named_seats: *named_seats,
                named_assigned: 0,
                shared_seats: *shared_seats,
                shared_distributed: 0,
                shared_unallocated: *shared_seats,
                more: serde_json::Map::new(),
            };
            ((*product).to_owned(), seats)
        });
        Subscription {
            plan: plan.map(str::to_owned),
            products: products.collect(),
            more: serde_json::Map::new(),
        }
    }

    fn change(plan: Option<&str>, product: Option<&str>, named: Option<u32>, shared: Option<u32>) -> Change {
        Change {
            account: String::new(),
            plan: plan.map(|plan| plan.parse().unwrap()),
            product: product.map(|product| product.parse().unwrap()),
            named,
            shared,
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_sends_what_was_seen() {
        let before = bought(Some("enterprise"), &[("desk", 1, 2), ("remote", 3, 4)]);

        let body = change(None, Some("remote"), None, Some(9))
            .applied_to(&before)
            .unwrap();

        assert_eq!(
            body,
            json!({
                "plan": "enterprise",
                "products": {
                    "desk": {"named_seats": 1, "shared_seats": 2},
                    "remote": {"named_seats": 3, "shared_seats": 9},
                },
                "seen": {
                    "plan": "enterprise",
                    "products": {
                        "desk": {"named_seats": 1, "shared_seats": 2},
                        "remote": {"named_seats": 3, "shared_seats": 4},
                    },
                },
            })
        );
    }

    #[test]
    fn a_product_without_seats_is_left_out_and_a_new_one_has_only_those_that_are_named() {
        let before = bought(Some("team"), &[("desk", 1, 0)]);

        let without = change(None, Some("desk"), Some(0), None)
            .applied_to(&before)
            .unwrap();
        let more = change(Some("enterprise"), Some("remote"), None, Some(5))
            .applied_to(&before)
            .unwrap();

        assert_eq!(without["products"], json!({}));
        assert_eq!(more["plan"], "enterprise");
        assert_eq!(
            more["products"]["remote"],
            json!({"named_seats": 0, "shared_seats": 5})
        );
    }

    #[test]
    fn the_first_subscription_needs_a_plan() {
        let before = bought(None, &[]);

        let failure = change(None, Some("remote"), Some(1), None)
            .applied_to(&before)
            .unwrap_err();
        let body = change(Some("team"), Some("remote"), Some(1), None)
            .applied_to(&before)
            .unwrap();

        assert!(
            failure.to_string().contains("Name one with `--plan`"),
            "{failure}"
        );
        assert_eq!(body["seen"], json!({"plan": null, "products": {}}));
    }

    #[test]
    fn only_what_differs_is_told() {
        let changed = Changed {
            before: bought(Some("team"), &[("desk", 1, 0), ("remote", 1000, 0)]),
            after: bought(Some("enterprise"), &[("remote", 1000, 2000)]),
        };

        assert_eq!(
            differences(&changed),
            [
                ["Plan", "team", "enterprise"],
                ["desk, named seats", "1", "0"],
                ["remote, shared seats", "0", "2,000"],
            ]
        );
    }
}
