//! Forms with the plan and the seats of a subscription: the account's own, and the operator's.

use std::collections::BTreeMap;

use usher_domain::account::{ProductSeats, Subscription};
use usher_domain::command::SubscriptionSeen;
use usher_domain::refusal::{CapacityRefusal, SeatKind, StateRefusal, SubscriptionRefusal};
use usher_domain::text::{Note, Product};
use usher_domain::{Account, Refusal};

use crate::failed::Failed;
use crate::form::Form;
use crate::said::named;
use crate::sentence;
use crate::shown::counted;

/// The seats of each product that has any, from fields such as `named_seats-remote-support`.
pub(super) fn products(form: &mut Form) -> BTreeMap<Product, ProductSeats> {
    let mut products: BTreeMap<Product, ProductSeats> = BTreeMap::new();
    for (field, _) in form.entries().collect::<Vec<_>>() {
        let Some((kind, product)) = field.split_once('-') else {
            continue;
        };
        let Ok(product) = product.parse::<Product>() else {
            continue;
        };
        let Some(number) = number(form, &field) else {
            continue;
        };
        match kind {
            "named_seats" => products.entry(product).or_default().named_seats = number,
            "shared_seats" => products.entry(product).or_default().shared_seats = number,
            _ => {}
        }
    }
    if !form.value("new_product").trim().is_empty() {
        let seats = ProductSeats {
            named_seats: number_or_none(form, "new_named"),
            shared_seats: number_or_none(form, "new_shared"),
        };
        match new_product(form) {
            Some(product) if products.contains_key(&product) => {
                form.wrong("new_product", "This product is above: change its seats there.");
            }
            Some(product) => {
                products.insert(product, seats);
            }
            None => {}
        }
    }
    products.retain(|_, seats| *seats != ProductSeats::default());
    products
}

/// The product in the field for one that the account does not have yet: a slug, or a name that gives one. If it is
/// neither, adds an error.
pub(super) fn new_product(form: &mut Form) -> Option<Product> {
    let typed = form.value("new_product").trim();
    let product = typed.parse().ok();
    let product = product.or_else(|| Product::from_name(&typed.parse().ok()?));
    if product.is_none() {
        form.wrong(
            "new_product",
            "This must be a name with Latin letters, such as “Remote support”, or the short name that your programs \
             use, such as `remote-support`.",
        );
    }
    product
}

/// A whole number. If it is none, adds an error.
pub(super) fn number(form: &mut Form, field: &str) -> Option<u32> {
    let typed = form.value(field).trim().replace([',', ' ', '\u{202f}'], "");
    let number = typed.parse().ok();
    if number.is_none() {
        form.wrong(field, "This must be a whole number, such as 12.");
    }
    number
}

/// A whole number; 0 if nothing was typed.
pub(super) fn number_or_none(form: &mut Form, field: &str) -> u32 {
    if form.value(field).trim().is_empty() {
        return 0;
    }
    number(form, field).unwrap_or_default()
}

/// The note in a field, if there is one.
pub(super) fn note(form: &mut Form, field: &str) -> Option<Note> {
    if form.value(field).trim().is_empty() {
        return None;
    }
    form.parse(field)
}

/// The subscription that a change is based on, in the words of the command.
pub(super) fn seen_of(subscription: &Subscription) -> SubscriptionSeen {
    SubscriptionSeen {
        plan: subscription.plan.as_ref().map(|plan| plan.name.clone()),
        products: subscription.products.clone(),
    }
}

/// A sentence for each product with shared seats that are bought and in no pool, or one for all of them if they are
/// more than `most`. `shown` says how a product's name is written.
pub(super) fn in_no_pool(account: &Account, most: usize, shown: fn(String) -> String) -> Vec<String> {
    let products = account.subscription().products.keys();
    let left = products.map(|product| (product, account.shared_unallocated(product)));
    let left: Vec<_> = left.filter(|(_, count)| *count > 0).collect();
    if left.len() > most {
        let products = counted(left.len(), "product", "products");
        return vec![format!(
            "Shared seats of {products} are in no pool, so nobody can use them."
        )];
    }
    let sentence = |(product, count): (&Product, u32)| {
        let (them, are) = if count == 1 { ("it", "is") } else { ("them", "are") };
        let seats = counted(count, "shared seat", "shared seats");
        let name = shown(account.product_name(product));
        format!("{seats} of {name} {are} in no pool, so nobody can use {them}.")
    };
    left.into_iter().map(sentence).collect()
}

/// What an operator is told about a changed subscription, with its seats that are in no pool: the account distributes
/// them, not the operator.
pub(super) fn with_seats_in_no_pool(told: String, account: &Account) -> String {
    match in_no_pool(account, 1, named).first() {
        Some(left) => format!("{told} {left} Owners and admins of the account give pools more seats."),
        None => told,
    }
}

/// Adds a refusal to the field that it is about. What the viewer may not do at all is a page of its own.
pub(super) fn refused(form: &mut Form, refusal: &Refusal) -> Result<(), Failed> {
    let field = match refusal {
        Refusal::NotFound { .. } | Refusal::Forbidden { .. } => return Err(Failed::refused(refusal)),
        Refusal::Subscription(SubscriptionRefusal::SeatsOutsideBounds { kind, product, .. })
        | Refusal::Capacity(CapacityRefusal::SeatsInUse { kind, product, .. }) => seat_field(*kind, product),
        Refusal::Subscription(SubscriptionRefusal::MinutesOutsideBounds { .. }) => "minutes".to_owned(),
        Refusal::State(StateRefusal::ChangedMeanwhile { .. }) => {
            // The next attempt is based on what the page shows now.
            form.forget("seen");
            form.wrong(
                "",
                "Somebody else has changed the subscription since you opened this page. It shows what the account has \
                 now: compare it with what you typed, and send it again.",
            );
            return Ok(());
        }
        Refusal::Seat(_)
        | Refusal::Capacity(_)
        | Refusal::Access(_)
        | Refusal::State(_)
        | Refusal::Subscription(_)
        | Refusal::Invalid { .. } => {
            form.refused(refusal);
            return Ok(());
        }
    };
    // A product that the page does not show any more has no field.
    let field = if form.entries().any(|(name, _)| name == field) {
        field
    } else {
        String::new()
    };
    form.wrong(&field, sentence::of(refusal));
    Ok(())
}

/// The field for seats of a product.
pub(super) fn seat_field(kind: SeatKind, product: &Product) -> String {
    match kind {
        SeatKind::Named => format!("named_seats-{product}"),
        SeatKind::Shared => format!("shared_seats-{product}"),
    }
}
