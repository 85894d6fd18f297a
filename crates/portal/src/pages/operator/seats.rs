//! The fields for a plan and seats, in the forms of an account's subscription and of the answer to a request.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::Account;
use usher_domain::account::{Plan, ProductSeats, Subscription};
use usher_domain::refusal::SeatKind;
use usher_domain::text::Product;

use crate::form::Form;
use crate::pages::seat_form::seat_field;

/// The data of the fields, copied out of the account.
pub(super) struct SeatFields {
    pub(super) account_name: String,
    pub(super) plans: Vec<Plan>,
    pub(super) products: Vec<ProductFields>,
    /// The subscription that the form is based on.
    bought: Subscription,
    /// The name of the plan that is chosen at first.
    plan: Option<String>,
}

/// The fields of one product.
pub(super) struct ProductFields {
    pub(super) name: String,
    pub(super) fields: [SeatField; 2],
}

/// A number of seats.
pub(super) struct SeatField {
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) hint: String,
    /// The number at first.
    value: u32,
}

impl SeatFields {
    /// The fields of a form that begins with what the account has, or with what it asks for.
    pub(super) fn of(
        account: &Account,
        plans: &[Plan],
        asked: Option<(&Plan, &BTreeMap<Product, ProductSeats>)>,
    ) -> Self {
        let bought = account.subscription();
        let (plan, seats) = match asked {
            Some((plan, seats)) => (Some(plan), seats),
            None => (bought.plan.as_ref(), &bought.products),
        };
        let products: BTreeSet<&Product> = bought.products.keys().chain(seats.keys()).collect();
        Self {
            account_name: account.name().to_string(),
            plans: plans.to_vec(),
            products: products
                .into_iter()
                .map(|product| ProductFields::of(account, product, seats.get(product).copied()))
                .collect(),
            bought: bought.clone(),
            plan: plan.map(|plan| plan.name.to_string()),
        }
    }

    /// The form with what it shows at first, where nothing was typed.
    pub(super) fn filled(&self, form: Form) -> Form {
        let fields = self.products.iter().flat_map(|product| &product.fields);
        let seats = fields.map(|field| (field.name.as_str(), field.value.to_string()));
        let plan = self.plan.as_deref().map(|plan| ("plan", plan.to_owned()));
        let values: Vec<_> = seats.chain(plan).collect();
        let values = values.iter().map(|(name, value)| (*name, value.as_str()));
        form.or_showing(values).keeping(&self.bought)
    }
}

impl ProductFields {
    fn of(account: &Account, product: &Product, seats: Option<ProductSeats>) -> Self {
        let (has, seats) = (account.bought(product), seats.unwrap_or_default());
        let field = |kind, label, value, bought, in_use: String| SeatField {
            name: seat_field(kind, product),
            label,
            hint: if value == bought {
                in_use
            } else {
                format!("{bought} now · {in_use}")
            },
            value,
        };
        Self {
            name: account.product_name(product),
            fields: [
                field(
                    SeatKind::Named,
                    "Named seats",
                    seats.named_seats,
                    has.named_seats,
                    format!("{} assigned to users", account.named_assigned(product)),
                ),
                field(
                    SeatKind::Shared,
                    "Shared seats",
                    seats.shared_seats,
                    has.shared_seats,
                    format!("{} in pools", account.shared_distributed(product)),
                ),
            ],
        }
    }
}
