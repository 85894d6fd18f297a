//! What an account has bought: its plan, seats and minutes.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use usher_app::{BillingManage, Problem};
use usher_domain::account::{Plan, ProductSeats};
use usher_domain::command::{AddMinutes, SetSubscription, SubscriptionSeen};
use usher_domain::refusal::StateRefusal;
use usher_domain::terms::Temporary;
use usher_domain::text::{PlanName, Product, counted};
use usher_domain::{Account, AccountId, Refusal, TopUpId};
use usher_engine::Failure;
use usher_identity::draw_bits;

use super::account::{account_in, path_of};
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;

#[derive(Template)]
#[template(path = "operator/subscription.html")]
struct SubscriptionPage {
    frame: Frame,
    form: Form,
    path: String,
    seen: SubscriptionData,
    plans: Vec<Plan>,
    new_id: TopUpId,
}

/// The data that is copied out of the account.
struct SubscriptionData {
    name: String,
    plan: Option<String>,
    products: Vec<ProductShown>,
    minutes: u64,
}

/// A product with its seats.
struct ProductShown {
    name: String,
    seats: ProductSeats,
    /// Named seats that are assigned.
    assigned: u32,
    /// Shared seats that are in pools.
    distributed: u32,
}

/// The subscription that a form was made from, in its hidden field.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Shown {
    plan: Option<String>,
    /// Named and shared seats by product.
    products: BTreeMap<String, (u32, u32)>,
}

impl SubscriptionData {
    fn of(account: &Account) -> Self {
        let subscription = account.subscription();
        let products = subscription.products.iter();
        Self {
            name: account.name().to_string(),
            plan: subscription.plan.as_ref().map(|plan| plan.name.to_string()),
            products: products
                .map(|(product, seats)| ProductShown {
                    name: product.to_string(),
                    seats: *seats,
                    assigned: account.named_assigned(product),
                    distributed: account.shared_distributed(product),
                })
                .collect(),
            minutes: account.minutes(),
        }
    }

    fn shown(&self) -> Shown {
        let products = self.products.iter();
        Shown {
            plan: self.plan.clone(),
            products: products
                .map(|product| {
                    let seats = product.seats;
                    (product.name.clone(), (seats.named_seats, seats.shared_seats))
                })
                .collect(),
        }
    }
}

impl Shown {
    /// The same in the words of the domain; `None` if it is not what a page wrote.
    fn seen(self) -> Option<SubscriptionSeen> {
        let seats = |(named_seats, shared_seats)| ProductSeats {
            named_seats,
            shared_seats,
        };
        let plan = self.plan.map(|plan| plan.parse()).transpose().ok()?;
        let products = self.products.into_iter();
        let products = products.map(|(product, numbers)| Some((product.parse().ok()?, seats(numbers))));
        Some(SubscriptionSeen {
            plan,
            products: products.collect::<Option<_>>()?,
        })
    }
}

impl SubscriptionPage {
    /// The value of a field for seats.
    fn seats(&self, field: &str, seats: impl Borrow<u32>) -> String {
        let typed = self.form.entries().find(|(name, _)| name == field);
        typed.map_or_else(|| seats.borrow().to_string(), |(_, value)| value)
    }

    /// Whether a plan is the chosen one.
    fn is_chosen(&self, plan: &Plan) -> bool {
        let typed = self.form.value("plan");
        let chosen = if typed.is_empty() {
            self.seen.plan.as_deref()
        } else {
            Some(typed)
        };
        chosen == Some(plan.name.as_str())
    }
}

pub(super) async fn show(
    by: OperatorAt<BillingManage>,
    Path(account): Path<String>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    Ok(page(&subscription_page(&by, account, Form::default()).await?))
}

async fn subscription_page(
    by: &OperatorAt<BillingManage>,
    account: AccountId,
    form: Form,
) -> Result<SubscriptionPage, Failed> {
    let app = &by.operator.app;
    let look = |account: &Account, _| SubscriptionData::of(account);
    let seen = app.engine().read(account, look).await.map_err(Problem::from)?;
    // A form that is sent twice, for example by reloading the response, adds the minutes once.
    let new_id = match form.value("id").parse() {
        Ok(id) => id,
        Err(_) => TopUpId::from_bits(draw_bits(app.engine().now())?),
    };
    Ok(SubscriptionPage {
        frame: by.frame(OperatorPage::Accounts),
        form: form.keeping(&seen.shown()),
        path: path_of(account),
        seen,
        plans: app.config().plans.clone(),
        new_id,
    })
}

pub(super) async fn set(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<BillingManage>,
) -> Result<Response, Failed> {
    let (account, app) = (account_in(&account)?, &by.operator.app);
    let seen = form.seen::<Shown>().and_then(Shown::seen);
    let seen = seen.ok_or_else(|| Failed::not_found("form"))?;
    let plan = form.parse::<PlanName>("plan");
    let plan = plan.and_then(|name| app.find_plan(&name).ok());
    if plan.is_none() && form.is_right() {
        form.wrong("plan", "Choose one of the plans of this server.");
    }
    let products = products_of(&mut form, &seen);
    let (Some(plan), true) = (plan, form.is_right()) else {
        return Ok(page_again(&subscription_page(&by, account, form).await?));
    };
    let command = SetSubscription {
        plan,
        default_pools: app.draw_pools(products.keys())?,
        products,
        // Seats that end keep their ends, and the subscription its terms.
        temporary: Temporary::default(),
        terms: None,
        seen: Some(seen),
        request: app.draw_request(None)?,
    };
    let caller = by.operator.in_account(account);
    match caller.try_execute(command, |_, _, _| ()).await {
        Ok(()) => Ok(done(&path_of(account), "Subscription changed.")),
        Err(Failure::Refused(Refusal::State(StateRefusal::ChangedMeanwhile { .. }))) => {
            // What was typed was chosen from an older subscription, so the page shows the present one.
            let mut form = Form::default();
            form.wrong(
                "",
                "Somebody else changed the subscription since this page was loaded. Choose from its present state.",
            );
            Ok(page_again(&subscription_page(&by, account, form).await?))
        }
        Err(Failure::Refused(refusal)) => {
            form.refused(&refusal);
            Ok(page_again(&subscription_page(&by, account, form).await?))
        }
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

/// The seats of each product that the form shows, and of the one that it adds.
fn products_of(form: &mut Form, seen: &SubscriptionSeen) -> BTreeMap<Product, ProductSeats> {
    let mut products = BTreeMap::new();
    for product in seen.products.keys() {
        let seats = ProductSeats {
            named_seats: seats(form, &format!("named-{product}")),
            shared_seats: seats(form, &format!("shared-{product}")),
        };
        products.insert(product.clone(), seats);
    }
    if form.value("product").trim().is_empty() {
        return products;
    }
    let added = ProductSeats {
        named_seats: seats(form, "named_seats"),
        shared_seats: seats(form, "shared_seats"),
    };
    if let Some(product) = form.parse::<Product>("product") {
        if products.contains_key(&product) {
            form.wrong(
                "product",
                "The account has this product already: change its seats above.",
            );
        }
        products.insert(product, added);
    }
    products
}

/// A number of seats; an empty field is none.
fn seats(form: &mut Form, field: &str) -> u32 {
    let text = form.value(field).trim();
    if text.is_empty() {
        return 0;
    }
    text.parse().unwrap_or_else(|_| {
        form.wrong(field, "This must be a whole number, 0 or more.");
        0
    })
}

pub(super) async fn add_minutes(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<BillingManage>,
) -> Result<Response, Failed> {
    let (account, app) = (account_in(&account)?, &by.operator.app);
    let id = form.value("id").parse::<TopUpId>();
    let id = id.map_err(|_| Failed::not_found("form"))?;
    let minutes = form
        .value("minutes")
        .trim()
        .parse::<u32>()
        .ok()
        .filter(|minutes| *minutes > 0);
    let Some(minutes) = minutes else {
        form.wrong("minutes", "This must be a whole number, 1 or more.");
        return Ok(page_again(&subscription_page(&by, account, form).await?));
    };
    let command = AddMinutes {
        id,
        minutes,
        until: None,
        request: app.draw_request(None)?,
    };
    let caller = by.operator.in_account(account);
    match caller
        .try_execute(command, |account, _, _| account.minutes())
        .await
    {
        Ok(left) => {
            let added = counted(minutes, "minute", "minutes");
            Ok(done(
                &path_of(account),
                format!("{added} added. The account has {left} now."),
            ))
        }
        Err(Failure::Refused(refusal)) => {
            form.refused(&refusal);
            Ok(page_again(&subscription_page(&by, account, form).await?))
        }
        Err(failure) => Err(Problem::from(failure).into()),
    }
}
