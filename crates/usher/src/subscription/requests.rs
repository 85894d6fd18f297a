//! `usher subscription requests`, `approve` and `decline`: what accounts ask the operator for, and the answers (rule L10).

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use usher_client::operations::{
    ApproveSubscriptionRequest, DeclineSubscriptionRequest, ListSubscriptionRequests, Operation,
};
use usher_client::{Bought, BoughtSeats, SubscriptionRequest};
use usher_domain::text::{Note, Product};

use crate::remote::{PAGE_MAX, Server};
use crate::terminal::table;
use crate::words::{grouped, plural, time};
use crate::{Failure, Terminal};

/// What to buy for an account that has asked.
#[derive(Debug, Args)]
pub(super) struct Approval {
    /// The request's id, as `usher subscription requests` shows it
    request: String,
    /// Buy this number of minutes instead
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["product", "named", "shared"])]
    minutes: Option<u32>,
    /// The product whose numbers of seats to choose instead of those that were asked for
    #[arg(long, requires = "seats")]
    product: Option<Product>,
    /// Buy this number of the product's named seats instead
    #[arg(long, value_name = "NUMBER", requires = "product", group = "seats")]
    named: Option<u32>,
    /// Buy this number of the product's shared seats instead
    #[arg(long, value_name = "NUMBER", requires = "product", group = "seats")]
    shared: Option<u32>,
    /// What to tell the account
    #[arg(long, value_name = "TEXT")]
    note: Option<Note>,
}

/// What to tell an account whose request is declined.
#[derive(Debug, Args)]
pub(super) struct Decline {
    /// The request's id, as `usher subscription requests` shows it
    request: String,
    /// What to tell the account
    #[arg(long, value_name = "TEXT")]
    note: Option<Note>,
}

/// All open requests, oldest first.
pub(super) async fn open(server: &Server) -> Result<Vec<SubscriptionRequest>, Failure> {
    let mut requests = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut query = vec![("limit", PAGE_MAX)];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = server
            .client()
            .call::<ListSubscriptionRequests>(&[], &query, None)
            .await;
        let page = page.map_err(|error| server.failure("The requests were not listed", &error))?;
        requests.extend(page.items);
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(requests),
        }
    }
}

/// Lists the open requests.
pub(super) fn list(requests: &[SubscriptionRequest], terminal: &mut Terminal) -> Result<(), Failure> {
    let out = terminal.out();
    if requests.is_empty() {
        writeln!(out, "No account waits for an answer.")?;
        return Ok(());
    }
    let mut table = table(["Request", "Account", "Asks for", "Asked by", "When", "Note"]);
    for request in requests {
        table.add_row([
            request.id.clone(),
            request.account_name.clone(),
            differences(&request.asked, request.before.as_ref()).join("\n"),
            request.asked_by_name.clone().unwrap_or_default(),
            time(&request.asked_at),
            request.note.clone().unwrap_or_default(),
        ]);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    Ok(())
}

impl Approval {
    /// Approves the request.
    pub(super) async fn send(&self, server: &Server) -> Result<SubscriptionRequest, Failure> {
        let what = "The request was not approved";
        let request = with_id(server, what, &self.request).await?;
        let body = self.body(&request.asked);
        answer::<ApproveSubscriptionRequest>(server, what, &request, &body).await
    }

    /// What is bought instead is what was asked for, with other numbers for one product.
    fn body(&self, asked: &Bought) -> Value {
        let mut body = json!({ "note": self.note });
        if let Some(minutes) = self.minutes {
            body["minutes"] = json!(minutes);
        }
        if let Some(product) = &self.product {
            let mut products = asked.products.clone().unwrap_or_default();
            let seats = products.entry(product.to_string()).or_default();
            seats.named_seats = self.named.unwrap_or(seats.named_seats);
            seats.shared_seats = self.shared.unwrap_or(seats.shared_seats);
            body["subscription"] = json!({ "plan": asked.plan, "products": products });
        }
        body
    }
}

impl Decline {
    /// Declines the request.
    pub(super) async fn send(&self, server: &Server) -> Result<SubscriptionRequest, Failure> {
        let what = "The request was not declined";
        let request = with_id(server, what, &self.request).await?;
        let body = json!({ "note": self.note });
        answer::<DeclineSubscriptionRequest>(server, what, &request, &body).await
    }
}

/// The open request with this id. Its account is part of the address at which it is answered.
async fn with_id(server: &Server, what: &str, id: &str) -> Result<SubscriptionRequest, Failure> {
    let requests = open(server).await?;
    let request = requests.into_iter().find(|request| request.id == id.trim());
    request.ok_or_else(|| {
        Failure::said(format!(
            "{what}: no open request has the id `{id}`. `usher subscription requests` shows all of them."
        ))
    })
}

async fn answer<O: Operation<Answer = SubscriptionRequest>>(
    server: &Server,
    what: &str,
    request: &SubscriptionRequest,
    body: &Value,
) -> Result<SubscriptionRequest, Failure> {
    server
        .call::<O>(what, &[&request.account, &request.id], Some(body))
        .await
}

/// Says how a request was answered.
pub(super) fn tell(request: &SubscriptionRequest, terminal: &mut Terminal) -> Result<(), Failure> {
    let outcome = request.answer.as_ref();
    let instead = outcome.and_then(|answer| answer.bought.as_ref());
    let bought = instead.unwrap_or(&request.asked);
    let name = &request.account_name;
    let out = terminal.out();
    if outcome.is_some_and(|answer| answer.outcome == "declined") {
        writeln!(out, "Declined. {name} sees that on its subscription page.")?;
        return Ok(());
    }
    writeln!(out, "Approved. {name} has bought:")?;
    for line in differences(bought, request.before.as_ref()) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// What a purchase changes, a line each: `remote-support: named seats 2 → 5`.
fn differences(asked: &Bought, before: Option<&Bought>) -> Vec<String> {
    if let Some(minutes) = asked.minutes {
        return vec![plural(minutes.into(), "minute", "minutes")];
    }
    let lines = changed_seats(asked, before);
    if lines.is_empty() {
        return vec!["nothing else than it has".to_owned()];
    }
    lines
}

/// How the plan and the seats differ, a line each.
pub(super) fn changed_seats(asked: &Bought, before: Option<&Bought>) -> Vec<String> {
    let none = BTreeMap::new();
    let products = |bought: Option<&Bought>| {
        bought
            .and_then(|bought| bought.products.as_ref())
            .unwrap_or(&none)
            .clone()
    };
    let (old, new) = (products(before), products(Some(asked)));
    let mut lines = Vec::new();
    let old_plan = before.and_then(|before| before.plan.as_deref());
    if old_plan != asked.plan.as_deref() {
        let [from, to] = [old_plan, asked.plan.as_deref()].map(|plan| plan.unwrap_or("none yet"));
        lines.push(format!("plan {from} → {to}"));
    }
    let mut names: Vec<_> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let seats_of = |all: &BTreeMap<String, BoughtSeats>| all.get(name).copied().unwrap_or_default();
        let (old, new) = (seats_of(&old), seats_of(&new));
        for (kind, from, to) in [
            ("named", old.named_seats, new.named_seats),
            ("shared", old.shared_seats, new.shared_seats),
        ] {
            if from != to {
                let (from, to) = (grouped(from.into()), grouped(to.into()));
                lines.push(format!("{name}: {kind} seats {from} → {to}"));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(products: &[(&str, u32, u32)]) -> Bought {
        let products = products.iter().map(|(product, named_seats, shared_seats)| {
            let seats = BoughtSeats {
                named_seats: *named_seats,
                shared_seats: *shared_seats,
            };
            ((*product).to_owned(), seats)
        });
        Bought {
            plan: Some("enterprise".to_owned()),
            products: Some(products.collect()),
            minutes: None,
        }
    }

    #[test]
    fn only_what_would_change_is_listed() {
        let before = seats(&[("desk", 1, 0), ("remote", 2, 10)]);
        let asked = seats(&[("remote", 5, 10)]);

        assert_eq!(
            differences(&asked, Some(&before)),
            ["desk: named seats 1 → 0", "remote: named seats 2 → 5"]
        );
        assert_eq!(differences(&asked, None)[0], "plan none yet → enterprise");
        assert_eq!(differences(&asked, Some(&asked)), ["nothing else than it has"]);
    }

    #[test]
    fn other_numbers_for_one_product_keep_those_of_the_others() {
        let approval = Approval {
            request: String::new(),
            minutes: None,
            product: Some("remote".parse().unwrap()),
            named: Some(3),
            shared: None,
            note: Some("The rest next month.".parse().unwrap()),
        };

        let body = approval.body(&seats(&[("desk", 1, 0), ("remote", 5, 10)]));

        assert_eq!(
            body,
            json!({
                "note": "The rest next month.",
                "subscription": {
                    "plan": "enterprise",
                    "products": {
                        "desk": {"named_seats": 1, "shared_seats": 0},
                        "remote": {"named_seats": 3, "shared_seats": 10},
                    },
                },
            })
        );
    }
}
