//! `usher subscription changes`: what all accounts have bought, change by change, for billing (rule L9).

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use usher_client::Bought;
use usher_client::operations::ListSubscriptionChanges;

use super::requests::changed_seats;
use crate::remote::Server;
use crate::terminal::table;
use crate::words::{plural, time};
use crate::{Failure, Terminal};

/// Which changes to list.
#[derive(Debug, Args)]
pub(super) struct Changes {
    /// Only those after this one: the cursor that an earlier run ended with
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// The most changes
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
}

/// A page of changes, oldest first.
#[derive(Debug, Serialize)]
pub(super) struct ChangesPage {
    items: Vec<Value>,
    next_cursor: Option<String>,
    /// The names of accounts by their ids, for people.
    #[serde(skip)]
    names: BTreeMap<String, String>,
}

impl Changes {
    /// Reads the page, with the `names` of accounts if they are shown.
    pub(super) async fn read(&self, server: &Server, names: bool) -> Result<ChangesPage, Failure> {
        let limit = self.limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(self.after.as_deref().map(|cursor| ("cursor", cursor)));
        let page = server
            .client()
            .call::<ListSubscriptionChanges>(&[], &query, None)
            .await;
        let page = page.map_err(|error| server.failure("The changes were not listed", &error))?;
        let accounts = if names {
            server.accounts(&[]).await?
        } else {
            Vec::new()
        };
        Ok(ChangesPage {
            items: page.items,
            next_cursor: page.next_cursor,
            names: accounts
                .into_iter()
                .map(|account| (account.id, account.name))
                .collect(),
        })
    }

    /// Lists the page, and says where the next one starts.
    pub(super) fn list(&self, page: &ChangesPage, terminal: &mut Terminal) -> Result<(), Failure> {
        let out = terminal.out();
        let Some(last) = page.items.last() else {
            let when = if self.after.is_some() { "since" } else { "yet" };
            writeln!(out, "No subscription has changed {when}.")?;
            return Ok(());
        };
        let mut table = table(["When", "Account", "What", "By"]);
        let mut bought = BTreeMap::new();
        for change in &page.items {
            let account = text(&change["account"]);
            // A closed account has no name any more.
            let name = page.names.get(account).map_or(account, String::as_str);
            table.add_row([
                time(text(&change["at"])),
                name.to_owned(),
                what(change, &mut bought),
                text(&change["actor"]).to_owned(),
            ]);
        }
        writeln!(out, "{}", table.trim_fmt())?;
        let more = if page.next_cursor.is_some() {
            "More"
        } else {
            "Later ones"
        };
        let cursor = text(&last["cursor"]);
        writeln!(out, "\n{more}: usher subscription changes --after {cursor}")?;
        Ok(())
    }
}

/// What changed, in words. `bought` has what each account had bought before, as far as the page says, and gets what it has
/// bought now.
fn what(change: &Value, bought: &mut BTreeMap<String, Bought>) -> String {
    let minutes = || {
        plural(
            change["minutes"].as_u64().unwrap_or_default(),
            "minute",
            "minutes",
        )
    };
    match text(&change["kind"]) {
        "subscription" => {
            let now = bought_in(change);
            let Some(before) = bought.insert(text(&change["account"]).to_owned(), now.clone()) else {
                let plan = format!("plan {}", text(&change["plan"]));
                return [vec![plan], seats(change)].concat().join("\n");
            };
            let changed = changed_seats(&now, Some(&before));
            if changed.is_empty() {
                return "terms, or until when seats last".to_owned();
            }
            changed.join("\n")
        }
        "minutes" => format!("{} added", minutes()),
        "minutes_ended" => format!("{} ended", minutes()),
        "seats_ended" => {
            let ended = seats(change).into_iter().map(|seats| format!("{seats} ended"));
            ended.collect::<Vec<_>>().join("\n")
        }
        "management" => format!(
            "managed {}",
            text(&change["management"]["mode"]).replace('_', " ")
        ),
        "renewed" => "renewed".to_owned(),
        "ended" => "ended".to_owned(),
        "closed" => "account closed".to_owned(),
        other => other.replace('_', " "),
    }
}

/// Plan and seats after a change of them.
fn bought_in(change: &Value) -> Bought {
    Bought {
        plan: change["plan"].as_str().map(str::to_owned),
        products: serde_json::from_value(change["products"].clone()).ok(),
        minutes: None,
    }
}

/// The seats of each product, line by line.
fn seats(change: &Value) -> Vec<String> {
    let products = change["products"].as_object().into_iter().flatten();
    let of = |seats: &Value, kind: &str| seats[kind].as_u64().unwrap_or_default();
    products
        .map(|(product, seats)| {
            let (named, shared) = (of(seats, "named_seats"), of(seats, "shared_seats"));
            format!("{product}: {named} named, {shared} shared")
        })
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_change_is_told_by_what_it_changed() {
        let products = json!({"desk": {"named_seats": 2, "shared_seats": 10}});
        for (change, told) in [
            (
                json!({"kind": "subscription", "plan": "enterprise", "products": products}),
                "plan enterprise\ndesk: 2 named, 10 shared",
            ),
            (json!({"kind": "minutes", "minutes": 1}), "1 minute added"),
            (
                json!({"kind": "minutes_ended", "minutes": 1200}),
                "1,200 minutes ended",
            ),
            (
                json!({"kind": "seats_ended", "products": products}),
                "desk: 2 named, 10 shared ended",
            ),
            (
                json!({"kind": "management", "management": {"mode": "within_bounds"}}),
                "managed within bounds",
            ),
            (json!({"kind": "renewed"}), "renewed"),
            (json!({"kind": "closed"}), "account closed"),
            (json!({"kind": "some_day"}), "some day"),
        ] {
            assert_eq!(what(&change, &mut BTreeMap::new()), told);
        }
    }

    #[test]
    fn a_change_of_seats_is_told_by_what_differs_from_the_one_before_it() {
        let change = |account: &str, shared: u32| {
            let seats = json!({"desk": {"named_seats": 2, "shared_seats": shared}});
            json!({"kind": "subscription", "account": account, "plan": "enterprise", "products": seats})
        };
        let mut bought = BTreeMap::new();

        let told = [
            change("acct_1", 10),
            change("acct_1", 12),
            change("acct_2", 5),
            change("acct_1", 12),
        ]
        .map(|change| what(&change, &mut bought));

        assert_eq!(
            told,
            [
                "plan enterprise\ndesk: 2 named, 10 shared",
                "desk: shared seats 10 → 12",
                "plan enterprise\ndesk: 2 named, 5 shared",
                "terms, or until when seats last",
            ]
        );
    }
}
