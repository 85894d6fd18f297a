//! Buying seats and minutes, or asking the operator for them.

use std::collections::BTreeMap;

use axum::response::Response;
use usher_domain::account::Subscription;
use usher_domain::command::{AddMinutes, PurchaseOutcome, SetSubscription};
use usher_domain::text::PlanName;
use usher_domain::{Account, TopUpId};

use super::{Forms, again, view};
use crate::answer::done;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::seat_form::{self, note, number, products, refused};
use crate::said::named;
use crate::shown::{self, counted};

const REQUESTED: &str = "The operator of this server has your request. Their answer will be on this page.";

/// Sets the seats of all products.
pub(super) async fn seats(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let app = &viewer.portal.app;
    let products = products(&mut form);
    let plan = form.parse::<PlanName>("plan");
    let note = note(&mut form, "note");
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
        seen: before.as_ref().map(seat_form::seen_of),
        request: app.draw_request(note)?,
    };
    let after = move |account: &Account, outcome: &PurchaseOutcome, _| {
        let Subscription { plan, products, .. } = account.subscription();
        let changes = view::differences(
            |product| account.product_name(product),
            before.as_ref(),
            plan.as_ref(),
            products,
        );
        (*outcome, changes, seat_form::in_no_pool(account, 1, named))
    };
    let path = NavPage::Subscription.path(viewer.account);
    match viewer.execute(command, after).await? {
        Ok((PurchaseOutcome::Requested(_), ..)) => Ok(done(&path, REQUESTED)),
        Ok((PurchaseOutcome::Done, changes, in_no_pool)) => {
            let told = if changes.is_empty() {
                "Nothing changed: these are the seats that you have.".to_owned()
            } else {
                let told = format!("Subscription changed: {}.", changes.join(", "));
                [vec![told], in_no_pool].concat().join(" ")
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
    let note = note(&mut form, "note");
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
            Ok(done(
                &path,
                format!("{added} added: {} left now.", shown::number(left)),
            ))
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
