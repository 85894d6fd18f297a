//! What an account asks the operator for (L10), and how the operator answers.

use std::collections::BTreeMap;

use axum::Json as Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use usher_app::{AccountsRead, Admitted, BillingManage, Caller, Operator};
use usher_domain::account::{self, ProductSeats};
use usher_domain::command::{AccountCommand, PurchaseOutcome, RequestAnswer};
use usher_domain::event::By;
use usher_domain::permission::Privilege;
use usher_domain::purchase::{self, Purchase, RequestOutcome};
use usher_domain::text::{Note, PlanName, Product};
use usher_domain::{Account, AccountId, Actor, Command, SubscriptionRequestId, Timestamp, TopUpId, WallTime};
use usher_journal::RequestOf;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dto::{NewProductSeats, SubscriptionSeen, product_seats};
use crate::extract::{Json, List, PageQuery, Path, Query};
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::path::{AccountPath, SubscriptionRequestPath};
use crate::v1::schema;
use crate::v1::time::Time;

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(list_of_account))
        .routes(routes!(approve))
        .routes(routes!(decline))
        .routes(routes!(remove))
}

/// A purchase: a plan with the seats of all products, or minutes.
#[derive(Debug, Serialize, ToSchema)]
struct Bought {
    /// The plan; null for minutes.
    #[schema(required, value_type = Option<schema::PlanName>)]
    plan: Option<PlanName>,
    /// Seats by product; null for minutes.
    #[schema(required, value_type = Option<BTreeMap<String, BoughtSeats>>)]
    products: Option<BTreeMap<Product, BoughtSeats>>,
    /// How many minutes; null for a plan and seats.
    #[schema(required, example = 500)]
    minutes: Option<u32>,
}

/// What an account had bought.
#[derive(Debug, Serialize, ToSchema)]
struct BoughtBefore {
    /// The plan; null before the first subscription.
    #[schema(required, value_type = Option<schema::PlanName>)]
    plan: Option<PlanName>,
    /// Seats by product.
    #[schema(value_type = BTreeMap<String, BoughtSeats>)]
    products: BTreeMap<Product, BoughtSeats>,
}

/// The seats of one product.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BoughtSeats {
    /// Named seats.
    named_seats: u32,
    /// Shared seats, for pools.
    shared_seats: u32,
}

impl From<Purchase> for Bought {
    fn from(purchase: Purchase) -> Self {
        match purchase {
            Purchase::Subscription { plan, products } => Self {
                plan: Some(plan.name),
                products: Some(bought_seats(products)),
                minutes: None,
            },
            Purchase::Minutes { minutes, .. } => Self {
                plan: None,
                products: None,
                minutes: Some(minutes),
            },
        }
    }
}

impl From<account::Subscription> for BoughtBefore {
    fn from(subscription: account::Subscription) -> Self {
        Self {
            plan: subscription.plan.map(|plan| plan.name),
            products: bought_seats(subscription.products),
        }
    }
}

/// Seats by product as the API shows them.
pub(super) fn bought_seats(products: BTreeMap<Product, ProductSeats>) -> BTreeMap<Product, BoughtSeats> {
    let products = products.into_iter();
    products.map(|(product, seats)| (product, seats.into())).collect()
}

impl From<ProductSeats> for BoughtSeats {
    fn from(seats: ProductSeats) -> Self {
        Self {
            named_seats: seats.named_seats,
            shared_seats: seats.shared_seats,
        }
    }
}

/// A request to the operator for a purchase.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SubscriptionRequest {
    /// The id.
    #[schema(value_type = schema::SubscriptionRequestId)]
    id: SubscriptionRequestId,
    /// The account.
    #[schema(value_type = schema::AccountId)]
    account: AccountId,
    /// What the operator calls it.
    #[schema(value_type = schema::Name)]
    account_name: String,
    /// What was asked for.
    asked: Bought,
    /// What the account had bought when it asked for a plan and seats; null if it asked for minutes.
    #[schema(required)]
    before: Option<BoughtBefore>,
    /// Who asked: an id.
    #[schema(example = "user_01h2xcejqtf2nbrexx3vqjhp41")]
    asked_by: String,
    /// The name of the person or key that asked.
    #[schema(required, value_type = Option<schema::Name>)]
    asked_by_name: Option<String>,
    /// What they said about it.
    #[schema(required, value_type = Option<schema::Note>)]
    note: Option<String>,
    /// When they asked.
    asked_at: Time,
    /// The operator's answer; null while the request is open.
    #[schema(required)]
    answer: Option<RequestAnswered>,
}

/// The operator's answer to a request.
#[derive(Debug, Serialize, ToSchema)]
struct RequestAnswered {
    /// Whether it was bought as asked (`approved`), something else instead (`changed`), or nothing (`declined`).
    #[schema(value_type = schema::RequestOutcome)]
    outcome: &'static str,
    /// What was bought instead; null unless the outcome is `changed`.
    #[schema(required)]
    bought: Option<Bought>,
    /// What the operator said about it.
    #[schema(required, value_type = Option<schema::Note>)]
    note: Option<String>,
    /// When.
    at: Time,
}

fn name_of(by: &By) -> Option<String> {
    by.name.as_ref().map(|name| name.reveal().to_string())
}

fn note_of(by: &By) -> Option<String> {
    by.note.as_ref().map(|note| note.reveal().to_string())
}

impl SubscriptionRequest {
    fn of(account: &Account, request: &purchase::SubscriptionRequest) -> Self {
        let answer = request.answer.as_ref().map(|answer| RequestAnswered {
            outcome: answer.outcome.as_str(),
            bought: match &answer.outcome {
                RequestOutcome::Changed { bought } => Some(bought.clone().into()),
                RequestOutcome::Approved | RequestOutcome::Declined => None,
            },
            note: note_of(&answer.by),
            at: account.shown(answer.at).into(),
        });
        Self {
            id: request.id,
            account: account.id(),
            account_name: account.name().to_string(),
            asked: request.asked.clone().into(),
            before: request.before.clone().map(BoughtBefore::from),
            asked_by: request.by.actor.clone(),
            asked_by_name: name_of(&request.by),
            note: note_of(&request.by),
            asked_at: account.shown(request.at).into(),
            answer,
        }
    }

    /// An open request, as recorded; `None` if its record was written by a newer version.
    fn recorded(of: RequestOf) -> Option<Self> {
        let RequestOf {
            account,
            account_name,
            request: row,
        } = of;
        let asked: Purchase = serde_json::from_str(&row.asked).ok()?;
        let before = row
            .bought_before
            .as_deref()
            .map(serde_json::from_str::<account::Subscription>);
        Some(Self {
            id: row.id,
            account,
            account_name: account_name.to_string(),
            asked: asked.into(),
            before: before.transpose().ok()?.map(BoughtBefore::from),
            asked_by: row.asked_by.to_string(),
            asked_by_name: row.asked_by_name.map(|name| name.reveal().to_string()),
            note: row.note.map(|note| note.reveal().to_string()),
            asked_at: WallTime::new(row.asked_at).into(),
            answer: None,
        })
    }
}

/// The answer to a purchase: what there is now, or the request that waits for the operator.
pub(super) enum PurchaseAnswer<T> {
    Done(T),
    Requested(Box<SubscriptionRequest>),
}

impl<T: for<'a> From<&'a Account>> PurchaseAnswer<T> {
    /// Shows an account right after the purchase.
    pub(super) fn of(account: &Account, outcome: &PurchaseOutcome, _: Timestamp) -> Self {
        let request = match outcome {
            PurchaseOutcome::Done => None,
            PurchaseOutcome::Requested(id) => account.subscription_request(*id),
        };
        match request {
            Some(request) => Self::Requested(Box::new(SubscriptionRequest::of(account, request))),
            None => Self::Done(T::from(account)),
        }
    }
}

impl<T: Serialize> IntoResponse for PurchaseAnswer<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Done(shown) => Answer(shown).into_response(),
            Self::Requested(request) => (StatusCode::ACCEPTED, Answer(request)).into_response(),
        }
    }
}

/// List the open requests of all accounts
///
/// Only for the operator. What accounts whose subscription is managed `on_request` have asked for and nobody has answered
/// yet, oldest first.
#[utoipa::path(
    get, path = "/v1/subscription-requests", operation_id = "listSubscriptionRequests", tag = "accounts",
    params(PageQuery),
    responses((status = 200, description = "A page of open requests.", body = List<SubscriptionRequest>))
)]
async fn list(
    operator: Operator<AccountsRead>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<List<SubscriptionRequest>>, Problem> {
    let rows = operator.app.records().list_open_requests(query.page()).await?;
    let next_cursor = rows.next;
    let items = rows.items.into_iter().filter_map(SubscriptionRequest::recorded);
    Ok(Answer(List {
        items: items.collect(),
        next_cursor,
    }))
}

/// List the newest requests of an account
///
/// Needs `subscription.manage`. The newest request for a plan and seats, and the newest for minutes, open or answered.
/// The audit has all requests and answers.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/subscription-requests",
    operation_id = "listAccountSubscriptionRequests", tag = "accounts", params(AccountPath),
    responses((status = 200, description = "At most one request of each kind.", body = List<SubscriptionRequest>))
)]
async fn list_of_account(caller: Caller<AccountsRead>) -> Result<Answer<List<SubscriptionRequest>>, Problem> {
    let view = |account: &Account, actor: &Actor, _| {
        account.need_in_account(actor, Privilege::SubscriptionManage)?;
        let requests = account.subscription_requests();
        Ok(List {
            items: requests.map(|of| SubscriptionRequest::of(account, of)).collect(),
            next_cursor: None,
        })
    };
    Ok(Answer(caller.read(view).await?))
}

/// How to approve a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"minutes": 300, "note": "The rest next month."}))]
struct Approval {
    /// What is bought instead of the plan and seats that were asked for.
    subscription: Option<ApprovedSubscription>,
    /// How many minutes are added instead of those that were asked for.
    #[schema(minimum = 1, example = 300)]
    minutes: Option<u32>,
    /// What to tell who asked.
    #[schema(value_type = Option<schema::Note>)]
    note: Option<Note>,
}

/// What is bought instead of the plan and seats that were asked for. Omitted products have no seats.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "plan": "enterprise", "products": {"remote-support": {"named_seats": 2, "shared_seats": 10}}
}))]
struct ApprovedSubscription {
    /// A plan from the operator's configuration; `team` and `enterprise` are built in.
    #[schema(value_type = schema::PlanName)]
    plan: PlanName,
    /// Seats by product.
    #[schema(
        value_type = BTreeMap<String, NewProductSeats>,
        example = json!({"remote-support": {"named_seats": 2, "shared_seats": 10}})
    )]
    products: BTreeMap<Product, NewProductSeats>,
    /// The subscription that this one was chosen from. If it has changed, the call answers `changed-meanwhile` and
    /// changes nothing.
    seen: Option<SubscriptionSeen>,
}

impl Approval {
    /// What is bought instead, if anything.
    fn instead(&self, caller: &Admitted) -> Result<Option<Purchase>, Problem> {
        match (&self.subscription, self.minutes) {
            (None, None) => Ok(None),
            (None, Some(minutes)) => Ok(Some(Purchase::Minutes {
                // The top-up keeps the id with which it was asked for.
                id: TopUpId::from_bits(0),
                minutes,
            })),
            (Some(subscription), None) => Ok(Some(Purchase::Subscription {
                plan: caller.app.find_plan(&subscription.plan)?,
                products: product_seats(&subscription.products),
            })),
            (Some(_), Some(_)) => Err(Problem::invalid(
                "minutes",
                "must be left out next to `subscription`",
            )),
        }
    }
}

/// How to decline a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "Please call us first."}))]
struct Refusing {
    /// What to tell who asked.
    #[schema(value_type = Option<schema::Note>)]
    note: Option<Note>,
}

/// Approve a request
///
/// Only for the operator. Buys what was asked for, or what the body says instead, in the same step. If that is not possible
/// (`seats-in-use`), the request stays open. Seats are bought as they were asked for only if the account's subscription is
/// still what it was then (`changed-meanwhile`): otherwise say in the body what it should be now.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/subscription-requests/{subscription_request}/approve",
    operation_id = "approveSubscriptionRequest", tag = "accounts", params(SubscriptionRequestPath),
    request_body = Approval,
    responses((status = 200, description = "The request with its answer.", body = SubscriptionRequest)),
    extensions(("x-problems" = json!([
        "changed-meanwhile", "plan-excludes-shared-seats", "seats-in-use", "wrong-state"
    ])))
)]
async fn approve(
    caller: Caller<BillingManage>,
    Path(path): Path<SubscriptionRequestPath>,
    Json(body): Json<Approval>,
) -> Result<Answer<SubscriptionRequest>, Problem> {
    let id = path.subscription_request;
    let instead = body.instead(&caller)?;
    let seen = body.subscription.and_then(|subscription| subscription.seen);
    let account = caller.account;
    let answer = caller
        .app
        .approval(account, id, instead, seen.map(Into::into))
        .await?;
    give(&caller, id, answer, body.note).await
}

/// Decline a request
///
/// Only for the operator.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/subscription-requests/{subscription_request}/decline",
    operation_id = "declineSubscriptionRequest", tag = "accounts", params(SubscriptionRequestPath),
    request_body = Refusing,
    responses((status = 200, description = "The request with its answer.", body = SubscriptionRequest)),
    extensions(("x-problems" = json!(["wrong-state"])))
)]
async fn decline(
    caller: Caller<BillingManage>,
    Path(path): Path<SubscriptionRequestPath>,
    Json(body): Json<Refusing>,
) -> Result<Answer<SubscriptionRequest>, Problem> {
    give(
        &caller,
        path.subscription_request,
        RequestAnswer::Decline,
        body.note,
    )
    .await
}

/// Withdraw or dismiss a request
///
/// Needs `subscription.manage`. An open request is withdrawn; an answered one is taken off the list of the account, and
/// stays in the audit.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/subscription-requests/{subscription_request}",
    operation_id = "removeSubscriptionRequest", tag = "accounts", params(SubscriptionRequestPath),
    responses((status = 204, description = "It is not in the list any more."))
)]
async fn remove(
    caller: Caller<BillingManage>,
    Path(path): Path<SubscriptionRequestPath>,
) -> Result<StatusCode, Problem> {
    let command = Command::Account(AccountCommand::RemoveRequest {
        id: path.subscription_request,
    });
    caller.execute(command, |_, (), _| ()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn give(
    caller: &Admitted,
    id: SubscriptionRequestId,
    answer: RequestAnswer,
    note: Option<Note>,
) -> Result<Answer<SubscriptionRequest>, Problem> {
    let command = Command::Account(AccountCommand::AnswerRequest { id, answer, note });
    let show = move |account: &Account, (): &(), _| {
        let request = account.subscription_request(id);
        request.map(|request| SubscriptionRequest::of(account, request))
    };
    let answered = caller.execute(command, show).await?;
    let answered = answered.ok_or_else(|| Problem::not_found("subscription request"))?;
    Ok(Answer(answered))
}
