//! `usher subscription manage`: who changes an account's subscription besides the operator (rule L9).

use std::io::Write;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use usher_client::AccountDetails;
use usher_client::operations::{GetSubscriptionManagement, SetSubscriptionManagement};
use usher_domain::text::Product;

use crate::Failure;
use crate::remote::Server;
use crate::terminal::table;
use crate::words::plural;

/// Who changes an account's subscription besides the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    /// The account, as it likes
    Free,
    /// The account, within bounds
    WithinBounds,
    /// Nobody: the account asks
    OnRequest,
    /// Nobody
    Closed,
}

/// How to manage a subscription.
#[derive(Debug, Args)]
pub(super) struct Manage {
    /// The account's id or name
    pub(super) account: String,
    /// How its subscription is managed from now on; shows how it is if omitted
    mode: Option<Mode>,
    /// The product that these bounds are for; the bounds of other products stay
    #[arg(long, requires = "seats")]
    product: Option<Product>,
    /// The least and the most named seats of the product: 2..20. Without it they stay as they are
    #[arg(long, value_name = "MIN..MAX", requires = "product", group = "seats")]
    named: Option<Range>,
    /// The least and the most shared seats of the product: 0..50. Without it they stay as they are
    #[arg(long, value_name = "MIN..MAX", requires = "product", group = "seats")]
    shared: Option<Range>,
    /// The most minutes that the account adds in 30 days
    #[arg(long, value_name = "NUMBER", requires = "mode")]
    minutes: Option<u32>,
}

/// The least and the most seats, both inclusive: `2..20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    min: u32,
    max: u32,
}

impl FromStr for Range {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let range = text.split_once("..").and_then(|(min, max)| {
            Some(Self {
                min: min.trim().parse().ok()?,
                max: max.trim().parse().ok()?,
            })
        });
        range
            .filter(|range| range.min <= range.max)
            .ok_or("give the least and the most: `2..20`")
    }
}

impl Manage {
    /// Sets how the subscription is managed if a mode is named. Returns how it is managed then.
    pub(super) async fn set(&self, server: &Server, account: &AccountDetails) -> Result<Value, Failure> {
        let id = &[account.id.as_str()];
        let what = "How the subscription is managed was not read";
        let before = server.call::<GetSubscriptionManagement>(what, id, None).await?;
        let Some(mode) = self.mode else {
            return Ok(before);
        };
        let has_bounds = self.product.is_some() || self.minutes.is_some();
        if mode != Mode::WithinBounds && has_bounds {
            return Err(Failure::Usage(
                "Only `within-bounds` has bounds. Leave them out, or choose that.".to_owned(),
            ));
        }
        let body = self.body(mode, &before);
        let what = "How the subscription is managed was not changed";
        server
            .call::<SetSubscriptionManagement>(what, id, Some(&body))
            .await
    }

    fn body(&self, mode: Mode, before: &Value) -> Value {
        let name = match mode {
            Mode::Free => "free",
            Mode::WithinBounds => "within_bounds",
            Mode::OnRequest => "on_request",
            Mode::Closed => "closed",
        };
        if mode != Mode::WithinBounds {
            return json!({ "mode": name });
        }
        let mut bounds = before["bounds"].clone();
        if !bounds.is_object() {
            bounds = json!({ "products": {} });
        }
        if let Some(product) = &self.product {
            let product = product.as_str();
            for (kind, range) in [("named_seats", self.named), ("shared_seats", self.shared)] {
                if let Some(Range { min, max }) = range {
                    bounds["products"][product][kind] = json!({ "min": min, "max": max });
                }
            }
        }
        if let Some(minutes) = self.minutes {
            bounds["minutes_per_30_days"] = json!(minutes);
        }
        json!({ "mode": name, "bounds": bounds })
    }
}

/// Says how a subscription is managed.
pub(super) fn tell(account: &AccountDetails, management: &Value, out: &mut dyn Write) -> Result<(), Failure> {
    let AccountDetails { id, name, .. } = account;
    let who = match management["mode"].as_str().unwrap_or_default() {
        "free" => "changes its subscription itself",
        "within_bounds" => "changes its subscription itself, within bounds",
        "on_request" => "asks the operator for changes of its subscription",
        _ => "does not change its subscription",
    };
    writeln!(out, "{name} ({id}) {who}.")?;
    let Some(bounds) = management["bounds"].as_object() else {
        return Ok(());
    };
    let minutes = bounds.get("minutes_per_30_days").and_then(Value::as_u64);
    let minutes = plural(minutes.unwrap_or_default(), "minute", "minutes");
    writeln!(out, "It adds at most {minutes} in 30 days.")?;
    let products = bounds.get("products").and_then(Value::as_object);
    let Some(products) = products.filter(|products| !products.is_empty()) else {
        writeln!(out, "It changes no seats.")?;
        return Ok(());
    };
    let mut table = table(["Product", "Named seats", "Shared seats"]);
    for (product, bounds) in products {
        let range = |kind: &str| match bounds[kind].as_object() {
            Some(range) => format!("{} to {}", range["min"], range["max"]),
            None => "as they are".to_owned(),
        };
        table.add_row([product.clone(), range("named_seats"), range("shared_seats")]);
    }
    writeln!(out, "\n{}", table.trim_fmt())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_names_both_ends_in_order() {
        assert_eq!("2..20".parse(), Ok(Range { min: 2, max: 20 }));
        assert_eq!("3..3".parse(), Ok(Range { min: 3, max: 3 }));
        for wrong in ["", "2", "20..2", "..3", "2..", "a..b", "-1..2"] {
            assert!(wrong.parse::<Range>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn bounds_that_are_not_named_stay() {
        let before = json!({
            "mode": "within_bounds",
            "bounds": {
                "minutes_per_30_days": 60,
                "products": {"desk": {"named_seats": {"min": 0, "max": 4}, "shared_seats": {"min": 0, "max": 0}}},
            },
        });
        let manage = Manage {
            account: String::new(),
            mode: Some(Mode::WithinBounds),
            product: Some("desk".parse().unwrap()),
            named: Some(Range { min: 2, max: 20 }),
            shared: None,
            minutes: None,
        };

        let body = manage.body(Mode::WithinBounds, &before);

        assert_eq!(body["bounds"]["minutes_per_30_days"], 60);
        assert_eq!(
            body["bounds"]["products"],
            json!({"desk": {"named_seats": {"min": 2, "max": 20}, "shared_seats": {"min": 0, "max": 0}}})
        );
        assert_eq!(manage.body(Mode::Free, &before), json!({"mode": "free"}));
    }
}
