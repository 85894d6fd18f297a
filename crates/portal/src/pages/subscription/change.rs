//! Buying seats and minutes, or asking the operator for them.

use std::collections::BTreeMap;

use axum::response::Response;
use usher_domain::account::{ProductSeats, Subscription};
use usher_domain::command::{AddMinutes, PurchaseOutcome, SetSubscription, SubscriptionSeen};
use usher_domain::refusal::{CapacityRefusal, SeatKind, StateRefusal, SubscriptionRefusal};
use usher_domain::text::{Note, PlanName, Product, counted};
use usher_domain::{Account, Refusal, TopUpId};

use super::{Forms, again, view};
use crate::answer::done;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::sentence;

const REQUESTED: &str = "The operator of this server has your request. Their answer will be on this page.";

/// Sets the seats of all products.
pub(super) async fn seats(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let app = &viewer.portal.app;
    let products = products(&mut form);
    let plan = form.parse::<PlanName>("plan");
    let note = note(&mut form);
    let (Some(plan), true) = (plan, form.is_right()) else {
        return again(&viewer, Forms::of_seats(form)).await;
    };
    let before = form.seen::<Subscription>();
    let command = SetSubscription {
        plan: app.find_plan(&plan)?,
        default_pools: app.draw_pools(products.keys())?,
        products,
        temporary: BTreeMap::new(),
        terms: None,
        seen: before.clone().map(|before| SubscriptionSeen {
            plan: before.plan.map(|plan| plan.name),
            products: before.products,
        }),
        request: app.draw_request(note)?,
    };
    let after = move |account: &Account, outcome: &PurchaseOutcome, _| {
        let Subscription { plan, products, .. } = account.subscription();
        let changes = view::differences(account, before.as_ref(), plan.as_ref(), products);
        (*outcome, changes)
    };
    let path = NavPage::Subscription.path(viewer.account);
    match viewer.execute(command, after).await? {
        Ok((PurchaseOutcome::Requested(_), _)) => Ok(done(&path, REQUESTED)),
        Ok((PurchaseOutcome::Done, changes)) => {
            let told = if changes.is_empty() {
                "Nothing changed: these are the seats that you have.".to_owned()
            } else {
                format!("Subscription changed: {}.", changes.join(", "))
            };
            Ok(done(&path, told))
        }
        Err(refusal) => {
            refused(&mut form, &refusal)?;
            again(&viewer, Forms::of_seats(form)).await
        }
    }
}

/// Adds minutes.
pub(super) async fn minutes(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let id = form.value("top_up").parse::<TopUpId>();
    let id = id.map_err(|_| Failed::not_found("top-up"))?;
    let minutes = number(&mut form, "minutes").filter(|minutes| *minutes > 0);
    if minutes.is_none() && form.is_right() {
        form.wrong("minutes", "This must be at least 1.");
    }
    let note = note(&mut form);
    let (Some(minutes), true) = (minutes, form.is_right()) else {
        return again(&viewer, Forms::of_minutes(form)).await;
    };
    let command = AddMinutes {
        id,
        minutes,
        until: None,
        request: viewer.portal.app.draw_request(note)?,
    };
    let after = |account: &Account, outcome: &PurchaseOutcome, _| (*outcome, account.minutes());
    let path = NavPage::Subscription.path(viewer.account);
    match viewer.execute(command, after).await? {
        Ok((PurchaseOutcome::Requested(_), _)) => Ok(done(&path, REQUESTED)),
        Ok((PurchaseOutcome::Done, left)) => {
            let added = counted(minutes, "minute", "minutes");
            Ok(done(&path, format!("{added} added: {left} left now.")))
        }
        Err(refusal) => {
            refused(&mut form, &refusal)?;
            again(&viewer, Forms::of_minutes(form)).await
        }
    }
}

impl Forms {
    fn of_seats(form: Form) -> Self {
        Self {
            seats: form,
            ..Self::default()
        }
    }

    fn of_minutes(form: Form) -> Self {
        Self {
            minutes: form,
            ..Self::default()
        }
    }
}

/// The seats of each product that has any, from fields such as `named_seats-remote-support`.
fn products(form: &mut Form) -> BTreeMap<Product, ProductSeats> {
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
        match form.parse::<Product>("new_product") {
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

/// A whole number. If it is none, adds an error.
fn number(form: &mut Form, field: &str) -> Option<u32> {
    let typed = form.value(field).trim().replace([',', ' ', '\u{202f}'], "");
    let number = typed.parse().ok();
    if number.is_none() {
        form.wrong(field, "This must be a whole number, such as 12.");
    }
    number
}

/// A whole number; 0 if nothing was typed.
fn number_or_none(form: &mut Form, field: &str) -> u32 {
    if form.value(field).trim().is_empty() {
        return 0;
    }
    number(form, field).unwrap_or_default()
}

/// The note for the operator, if there is one.
fn note(form: &mut Form) -> Option<Note> {
    if form.value("note").trim().is_empty() {
        return None;
    }
    form.parse("note")
}

/// Adds a refusal to the field that it is about. What the viewer may not do at all is a page of its own.
fn refused(form: &mut Form, refusal: &Refusal) -> Result<(), Failed> {
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
