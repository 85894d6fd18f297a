//! The answer to what an account asks for (L10): as asked, something else, or nothing.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_app::{BillingManage, Problem};
use usher_domain::account::{Plan, Subscription};
use usher_domain::command::{AccountCommand, RequestAnswer};
use usher_domain::purchase::{Purchase, SubscriptionRequest};
use usher_domain::refusal::StateRefusal;
use usher_domain::text::{Note, PlanName, Product};
use usher_domain::{Account, AccountId, Command, Refusal, SubscriptionRequestId, TopUpId};
use usher_engine::Failure;

use super::account::{account_in, path_of};
use super::requests::PATH;
use super::seats::SeatFields;
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::pages::seat_form::{self, note, number};
use crate::pages::subscription::lines;
use crate::said::{Said, named};
use crate::shown::Moment;

#[derive(Template)]
#[template(path = "operator/answer.html")]
struct AnswerPage {
    frame: Frame,
    form: Form,
    path: String,
    id: SubscriptionRequestId,
    asked: OpenRequest,
}

/// An open request, copied out of the account.
pub(super) struct OpenRequest {
    id: SubscriptionRequestId,
    pub(super) account_name: String,
    /// What is asked for, line by line.
    pub(super) lines: Vec<Said<String>>,
    pub(super) by: Option<String>,
    pub(super) note: Option<String>,
    pub(super) at: Moment,
    /// Whether the subscription has changed since, so that it cannot be approved as it was asked for.
    pub(super) is_outdated: bool,
    /// The fields for something else; `None` if minutes are asked for.
    pub(super) seats: Option<SeatFields>,
    /// How many minutes are asked for.
    minutes: Option<u32>,
}

impl OpenRequest {
    fn of(account: &Account, request: &SubscriptionRequest, plans: &[Plan]) -> Self {
        let name_of = |product: &Product| account.product_name(product);
        let (seats, minutes) = match &request.asked {
            Purchase::Subscription { plan, products } => {
                (Some(SeatFields::of(account, plans, Some((plan, products)))), None)
            }
            Purchase::Minutes { minutes, .. } => (None, Some(*minutes)),
        };
        Self {
            id: request.id,
            account_name: account.name().to_string(),
            lines: lines(name_of, request.before.as_ref(), &request.asked),
            by: request.by.name.as_ref().map(|name| name.reveal().to_string()),
            note: request.by.note.as_ref().map(|note| note.reveal().to_string()),
            at: Moment(account.shown(request.at)),
            is_outdated: request.is_outdated(account.subscription()),
            seats,
            minutes,
        }
    }

    /// The open requests of an account, oldest first.
    pub(super) fn all(account: &Account) -> Vec<Self> {
        let open = account
            .subscription_requests()
            .filter(|request| request.is_open());
        let mut open: Vec<_> = open.collect();
        open.sort_by_key(|request| request.at);
        open.into_iter()
            .map(|request| Self::of(account, request, &[]))
            .collect()
    }

    /// Where it is answered, below the account's page.
    pub(super) fn place(&self) -> String {
        format!("requests/{}", self.id)
    }
}

fn ids(account: &str, request: &str) -> Result<(AccountId, SubscriptionRequestId), Failed> {
    let request = request.parse();
    let request = request.map_err(|_| Failed::not_found("subscription request"))?;
    Ok((account_in(account)?, request))
}

/// It was answered, withdrawn or replaced meanwhile.
fn waits_no_more() -> Response {
    done(
        PATH,
        "That request does not wait any more: it was answered, withdrawn or replaced.",
    )
}

pub(super) async fn show(
    by: OperatorAt<BillingManage>,
    Path((account, request)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let (account, id) = ids(&account, &request)?;
    let shown = answer_page(&by, account, id, Form::default()).await?;
    Ok(shown.map_or_else(waits_no_more, |shown| page(&shown)))
}

async fn answer_page(
    by: &OperatorAt<BillingManage>,
    account: AccountId,
    id: SubscriptionRequestId,
    form: Form,
) -> Result<Option<AnswerPage>, Failed> {
    let app = &by.operator.app;
    let plans = app.config().plans.clone();
    let look = move |account: &Account, _| {
        let request = account.subscription_request(id)?;
        request
            .is_open()
            .then(|| OpenRequest::of(account, request, &plans))
    };
    let asked = app.engine().read(account, look).await.map_err(Problem::from)?;
    Ok(asked.map(|asked| {
        let form = match (&asked.seats, asked.minutes) {
            (Some(seats), _) => seats.filled(form),
            (None, Some(minutes)) => form.or_showing([("minutes", &*minutes.to_string())]),
            (None, None) => form,
        };
        AnswerPage {
            frame: by.frame(OperatorPage::Requests),
            form,
            path: path_of(account),
            id,
            asked,
        }
    }))
}

pub(super) async fn answer(
    Path((account, request)): Path<(String, String)>,
    OperatorPosted { by, mut form }: OperatorPosted<BillingManage>,
) -> Result<Response, Failed> {
    let (account, id) = ids(&account, &request)?;
    let Some(chosen) = chosen(&by, account, id, &mut form).await? else {
        let shown = answer_page(&by, account, id, form).await?;
        return Ok(shown.map_or_else(waits_no_more, |shown| page_again(&shown)));
    };
    let command = Command::Account(AccountCommand::AnswerRequest {
        id,
        answer: chosen.answer,
        note: chosen.note,
    });
    let caller = by.operator.in_account(account);
    let AnswerForm { told, buys_seats, .. } = chosen;
    let told = move |account: &Account, (): &(), _| {
        let told = format!("{} {told}", named(account.name()));
        if buys_seats {
            return seat_form::with_seats_in_no_pool(told, account);
        }
        told
    };
    match caller.try_execute(command, told).await {
        Ok(told) => Ok(done(PATH, told)),
        Err(Failure::Refused(
            Refusal::NotFound { .. }
            | Refusal::State(StateRefusal::WrongState {
                what: "subscription request",
                ..
            }),
        )) => Ok(waits_no_more()),
        Err(Failure::Refused(refusal)) => {
            seat_form::refused(&mut form, &refusal)?;
            let shown = answer_page(&by, account, id, form).await?;
            Ok(shown.map_or_else(waits_no_more, |shown| page_again(&shown)))
        }
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

/// The answer of a form.
struct AnswerForm {
    answer: RequestAnswer,
    note: Option<Note>,
    /// What the operator is told after the name of the account.
    told: &'static str,
    /// Whether seats may be bought by it.
    buys_seats: bool,
}

/// The answer of the form; `None` if there are errors, which are added to it.
async fn chosen(
    by: &OperatorAt<BillingManage>,
    account: AccountId,
    id: SubscriptionRequestId,
    form: &mut Form,
) -> Result<Option<AnswerForm>, Failed> {
    let app = &by.operator.app;
    let (instead, seen, told) = match form.value("answer") {
        "decline" => {
            let note = note(form, "note");
            return Ok(form.is_right().then_some(AnswerForm {
                answer: RequestAnswer::Decline,
                note,
                told: "is told that the request is declined.",
                buys_seats: false,
            }));
        }
        "approve" => (None, None, "has what it asked for."),
        "change" => {
            let instead = instead(by, form);
            if !form.is_right() {
                return Ok(None);
            }
            let seen = form.seen::<Subscription>();
            let seen = seen.as_ref().map(seat_form::seen_of);
            (instead, seen, "has what you chose.")
        }
        _ => {
            form.wrong("", "Choose one of the answers.");
            return Ok(None);
        }
    };
    let note = note(form, "note");
    if !form.is_right() {
        return Ok(None);
    }
    Ok(Some(AnswerForm {
        answer: app.approval(account, id, instead, seen).await?,
        note,
        told,
        buys_seats: true,
    }))
}

/// What is bought instead; `None` if there are errors, which are added to the form.
fn instead(by: &OperatorAt<BillingManage>, form: &mut Form) -> Option<Purchase> {
    if form.entries().any(|(name, _)| name == "minutes") {
        let minutes = number(form, "minutes")?;
        if minutes == 0 {
            form.wrong(
                "minutes",
                "This must be at least 1. To add none, decline the request.",
            );
        }
        // The top-up keeps the id with which it was asked for.
        let id = TopUpId::from_bits(0);
        return Some(Purchase::Minutes { id, minutes });
    }
    let plan = form.parse::<PlanName>("plan")?;
    let plan = by.operator.app.find_plan(&plan).ok();
    if plan.is_none() {
        form.wrong("plan", "Choose one of the plans of this server.");
    }
    let products = seat_form::products(form);
    plan.map(|plan| Purchase::Subscription { plan, products })
}
