//! `usher subscription terms` and `lend`: what of a subscription ends, and when.

use std::io::Write;

use clap::{ArgGroup, Args};
use serde_json::{Map, Value, json};
use usher_client::operations::SetSubscription;
use usher_client::{AccountDetails, PurchaseAnswer, Subscription};
use usher_domain::text::Product;

use super::{ATTEMPTS_MAX, Seats, only_asked, read, seen_of};
use crate::Failure;
use crate::remote::Server;
use crate::words::{instant, plural};

/// New terms of a subscription; without them it is shown as it is.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("terms").args(["end", "no_end"])))]
pub(super) struct Terms {
    /// The account's id or name
    pub(super) account: String,
    /// When it ends, or renews for the first time: 2027-04-30T22:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    end: Option<jiff::Timestamp>,
    /// It lasts until something else is set
    #[arg(long)]
    no_end: bool,
    /// It is a trial, which does not renew
    #[arg(long, requires = "end", conflicts_with = "renewal_months")]
    trial: bool,
    /// By how many months it moves on at its end
    #[arg(long, value_name = "NUMBER", requires = "end")]
    renewal_months: Option<u32>,
    /// For how many days after its end people can still sign in
    #[arg(long, value_name = "NUMBER", requires = "end")]
    grace_days: Option<u32>,
}

/// More seats of a product, until an end.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("seats").args(["named", "shared"]).multiple(true).required(true)))]
pub(super) struct Lend {
    /// The account's id or name
    pub(super) account: String,
    /// The product whose seats to add
    #[arg(long)]
    product: Product,
    /// How many more named seats
    #[arg(long, value_name = "NUMBER")]
    named: Option<u32>,
    /// How many more shared seats
    #[arg(long, value_name = "NUMBER")]
    shared: Option<u32>,
    /// When they end: 2027-04-30T22:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    until: jiff::Timestamp,
}

impl Terms {
    /// Whether there are any to set.
    pub(super) const fn are_new(&self) -> bool {
        self.end.is_some() || self.no_end
    }

    /// Sets the terms. Seats and plan stay as they are.
    pub(super) async fn set(
        &self,
        server: &Server,
        account: &AccountDetails,
    ) -> Result<Subscription, Failure> {
        change(server, account, |before, body| {
            let mut terms = json!({ "start": before.more["terms"]["start"] });
            if let Some(end) = self.end {
                terms["end"] = json!(end.to_string());
                terms["trial"] = json!(self.trial);
                terms["renewal_months"] = json!(self.renewal_months);
                terms["grace_days"] = json!(self.grace_days.unwrap_or_default());
            }
            body["terms"] = terms;
        })
        .await
    }
}

impl Lend {
    /// Adds the seats to those that are bought, and their end to those that there are.
    pub(super) async fn set(
        &self,
        server: &Server,
        account: &AccountDetails,
    ) -> Result<Subscription, Failure> {
        let (named, shared) = (self.named.unwrap_or_default(), self.shared.unwrap_or_default());
        change(server, account, |before, body| {
            let product = self.product.as_str();
            let bought = before.products.get(product);
            let seats = bought.map(Seats::of).unwrap_or_default();
            let ends = bought.and_then(|bought| bought.more.get("temporary")?.as_array().cloned());
            let mut ends = ends.unwrap_or_default();
            ends.push(
                json!({ "named_seats": named, "shared_seats": shared, "until": self.until.to_string() }),
            );
            body["products"][product] = json!({
                "named_seats": seats.named_seats.saturating_add(named),
                "shared_seats": seats.shared_seats.saturating_add(shared),
                "temporary": ends,
            });
        })
        .await
    }
}

/// Reads the subscription, changes it, and sends it with what was read, again as long as somebody else changes it in
/// between.
async fn change(
    server: &Server,
    account: &AccountDetails,
    alter: impl Fn(&Subscription, &mut Value),
) -> Result<Subscription, Failure> {
    let mut attempts_left = ATTEMPTS_MAX;
    loop {
        attempts_left -= 1;
        let before = read(server, account).await?;
        let Some(plan) = &before.plan else {
            return Err(Failure::Usage(
                "The account has no plan yet. Set one first, with `usher subscription set --plan`."
                    .to_owned(),
            ));
        };
        let seen = seen_of(&before);
        let mut body = json!({
            "plan": plan, "products": seen, "seen": { "plan": before.plan, "products": seen }
        });
        alter(&before, &mut body);
        let answer = server
            .client()
            .call::<SetSubscription>(&[&account.id], &[], Some(&body))
            .await;
        match answer {
            Ok(PurchaseAnswer::Done(changed)) => return Ok(changed),
            Ok(PurchaseAnswer::Requested(request)) => {
                return Err(only_asked("The subscription was not changed", &request));
            }
            Err(error) if error.code() == Some("changed-meanwhile") && attempts_left > 0 => {}
            Err(error) => return Err(server.failure("The subscription was not changed", &error)),
        }
    }
}

/// Says what of a subscription ends, and when; nothing if nothing does.
pub(super) fn tell(subscription: &Subscription, out: &mut dyn Write) -> std::io::Result<()> {
    for line in lines(&subscription.more) {
        writeln!(out, "{line}")?;
    }
    for (product, seats) in &subscription.products {
        let ends = seats.more.get("temporary").and_then(Value::as_array);
        for end in ends.into_iter().flatten() {
            let named = counted(&end["named_seats"], "named seat", "named seats");
            let shared = counted(&end["shared_seats"], "shared seat", "shared seats");
            let both: Vec<String> = [named, shared].into_iter().flatten().collect();
            writeln!(
                out,
                "{product}: {} until {}",
                both.join(" and "),
                text(&end["until"])
            )?;
        }
        let over = seats.more.get("named_over").unwrap_or(&Value::Null);
        if let Some(over) = counted(over, "named seat is", "named seats are") {
            writeln!(
                out,
                "{product}: over its subscription: {over} assigned and not bought"
            )?;
        }
    }
    Ok(())
}

/// What is said of the terms, and of minutes that end.
fn lines(more: &Map<String, Value>) -> Vec<String> {
    let terms = more.get("terms").unwrap_or(&Value::Null);
    let mut lines = Vec::new();
    if let Some(end) = terms["end"].as_str() {
        let kind = if terms["trial"] == true {
            "Trial"
        } else {
            "Subscription"
        };
        lines.push(match terms["renewal_months"].as_u64() {
            Some(months) => format!("Renews on {end}, by {}", plural(months, "month", "months")),
            None if terms["ended"] == true => format!("{kind} ended on {end}: nobody can sign in"),
            None => match terms["grace_days"].as_u64() {
                Some(days @ 1..) => {
                    format!(
                        "{kind} ends on {end}, with {} of grace",
                        plural(days, "day", "days")
                    )
                }
                _ => format!("{kind} ends on {end}"),
            },
        });
    }
    let minutes = more.get("minutes_ending").and_then(Value::as_array);
    for ending in minutes.into_iter().flatten() {
        if let Some(minutes) = counted(&ending["minutes"], "minute", "minutes") {
            lines.push(format!("{minutes} until {}", text(&ending["until"])));
        }
    }
    lines
}

/// A number of things; `None` for none.
fn counted(number: &Value, one: &str, many: &str) -> Option<String> {
    let number = number.as_u64().filter(|number| *number > 0)?;
    Some(plural(number, one, many))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("an unknown time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_is_told_in_a_line_each() {
        let subscription: Subscription = serde_json::from_value(json!({
            "plan": "enterprise",
            "products": {"desk": {
                "named_seats": 10, "named_assigned": 10, "shared_seats": 4, "shared_distributed": 4,
                "shared_unallocated": 0, "named_over": 1,
                "temporary": [
                    {"named_seats": 2, "shared_seats": 1, "until": "2027-04-30T22:00:00Z"},
                    {"named_seats": 0, "shared_seats": 3, "until": "2027-05-31T22:00:00Z"},
                ],
            }},
            "terms": {"end": "2027-11-01T00:00:00Z", "trial": false, "renewal_months": null, "grace_days": 14},
            "minutes_ending": [{"minutes": 1, "until": "2027-04-30T22:00:00Z"}],
        }))
        .unwrap();
        let mut out = Vec::new();

        tell(&subscription, &mut out).unwrap();

        assert_eq!(
            String::from_utf8(out).unwrap(),
            "Subscription ends on 2027-11-01T00:00:00Z, with 14 days of grace\n\
             1 minute until 2027-04-30T22:00:00Z\n\
             desk: 2 named seats and 1 shared seat until 2027-04-30T22:00:00Z\n\
             desk: 3 shared seats until 2027-05-31T22:00:00Z\n\
             desk: over its subscription: 1 named seat is assigned and not bought\n"
        );
    }

    #[test]
    fn terms_are_told_by_what_they_change() {
        let told = |terms: Value| lines(json!({ "terms": terms }).as_object().unwrap()).join("; ");

        assert_eq!(told(json!({"end": null})), "");
        assert_eq!(
            told(json!({"end": "2027", "renewal_months": 12})),
            "Renews on 2027, by 12 months"
        );
        assert_eq!(told(json!({"end": "2027", "trial": true})), "Trial ends on 2027");
        assert_eq!(
            told(json!({"end": "2027", "ended": true})),
            "Subscription ended on 2027: nobody can sign in"
        );
    }
}
