//! What an account has bought: its plan, seats and minutes.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_app::{BillingManage, Problem};
use usher_domain::account::Subscription;
use usher_domain::command::{AddMinutes, SetSubscription};
use usher_domain::refusal::CapacityRefusal;
use usher_domain::terms::Temporary;
use usher_domain::text::{PlanName, counted};
use usher_domain::{Account, AccountId, Refusal, TopUpId};
use usher_engine::Failure;
use usher_identity::draw_bits;

use super::account::{account_in, path_of};
use super::seats::SeatFields;
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::pages::days;
use crate::pages::seat_form;

#[derive(Template)]
#[template(path = "operator/subscription.html")]
struct SubscriptionPage {
    frame: Frame,
    form: Form,
    path: String,
    seats: SeatFields,
    minutes: u64,
    new_id: TopUpId,
    /// In which zone days end.
    zone_hint: String,
}

impl SubscriptionPage {
    fn until_hint(&self) -> String {
        format!("{} If it is left empty, they do not end.", self.zone_hint)
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
    let plans = app.config().plans.clone();
    let look = move |account: &Account, _| (SeatFields::of(account, &plans, None), account.minutes());
    let (seats, minutes) = app.engine().read(account, look).await.map_err(Problem::from)?;
    // A form that is sent twice, for example by reloading the response, adds the minutes once.
    let new_id = match form.value("id").parse() {
        Ok(id) => id,
        Err(_) => TopUpId::from_bits(draw_bits(app.engine().now())?),
    };
    Ok(SubscriptionPage {
        frame: by.frame(OperatorPage::Accounts),
        form: seats.filled(form),
        path: path_of(account),
        seats,
        minutes,
        new_id,
        zone_hint: days::zone_hint(&app.time_zone(account).await),
    })
}

pub(super) async fn set(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<BillingManage>,
) -> Result<Response, Failed> {
    let (account, app) = (account_in(&account)?, &by.operator.app);
    let seen = form.seen::<Subscription>();
    let seen = seen.ok_or_else(|| Failed::not_found("form"))?;
    let plan = form.parse::<PlanName>("plan");
    let plan = plan.and_then(|name| app.find_plan(&name).ok());
    if plan.is_none() && form.is_right() {
        form.wrong("plan", "Choose one of the plans of this server.");
    }
    let products = seat_form::products(&mut form);
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
        seen: Some(seat_form::seen_of(&seen)),
        request: app.draw_request(None)?,
    };
    let caller = by.operator.in_account(account);
    let told = |account: &Account, _: &_, _| {
        seat_form::with_seats_in_no_pool("Subscription changed.".to_owned(), account)
    };
    match caller.try_execute(command, told).await {
        Ok(told) => Ok(done(&path_of(account), told)),
        Err(Failure::Refused(refusal)) => {
            refused(&mut form, &refusal)?;
            Ok(page_again(&subscription_page(&by, account, form).await?))
        }
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

/// Adds a refusal to the form. The operator, whom others ask for another plan, chooses it here.
fn refused(form: &mut Form, refusal: &Refusal) -> Result<(), Failed> {
    if let Refusal::Capacity(CapacityRefusal::PlanExcludesSharedSeats { plan }) = refusal {
        let why = format!(
            "The plan {plan} has named seats only. Choose a plan with shared seats, or no shared seats."
        );
        form.wrong("plan", why);
        return Ok(());
    }
    seat_form::refused(form, refusal)
}

pub(super) async fn add_minutes(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<BillingManage>,
) -> Result<Response, Failed> {
    let (account, app) = (account_in(&account)?, &by.operator.app);
    let id = form.value("id").parse::<TopUpId>();
    let id = id.map_err(|_| Failed::not_found("form"))?;
    let minutes = form.value("minutes").trim().parse::<u32>().ok();
    let minutes = minutes.filter(|minutes| *minutes > 0);
    if minutes.is_none() {
        form.wrong("minutes", "This must be a whole number, 1 or more.");
    }
    let zone = app.time_zone(account).await;
    let until = days::last_day(&mut form, "until", &zone, app.engine().now());
    let (Some(minutes), true) = (minutes, form.is_right()) else {
        return Ok(page_again(&subscription_page(&by, account, form).await?));
    };
    let command = AddMinutes {
        id,
        minutes,
        until,
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
