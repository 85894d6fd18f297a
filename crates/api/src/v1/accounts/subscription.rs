//! What an account has bought: seats and minutes.

use axum::Json as Answer;
use usher_app::{AccountsRead, BillingManage, Caller};
use usher_domain::command::{AddMinutes, SetSubscription};
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor, TopUpId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dto::{Minutes, NewMinutes, NewSubscription, Subscription};
use super::purchases::{PurchaseAnswer, SubscriptionRequest};
use crate::extract::{IdempotencyHeader, IdempotencyKey, Json};
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::path::AccountPath;

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(get, set))
        .routes(routes!(add_minutes))
}

/// Get what an account has bought
///
/// Needs `subscription.manage`.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/subscription", operation_id = "getSubscription", tag = "accounts",
    params(AccountPath), responses((status = 200, description = "The subscription.", body = Subscription))
)]
async fn get(caller: Caller<AccountsRead>) -> Result<Answer<Subscription>, Problem> {
    let view = |account: &Account, actor: &Actor, _| {
        account.need_in_account(actor, Privilege::SubscriptionManage)?;
        Ok(Subscription::from(account))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Set what an account has bought
///
/// The body replaces everything: omitted products have no seats afterwards. The first shared seats of a product make its
/// default pool; seats bought later stay unallocated until they are assigned to a pool. A call that changes what it has
/// read says what that was (`seen`), so that it does not undo a change made in between.
///
/// The operator may do that at any time. What everybody else with `subscription.manage` may do depends on how the
/// subscription is managed (`setSubscriptionManagement`): anything if that is `free`, what is `within_bounds` (otherwise
/// `outside-bounds`, with the bounds), and nothing if it is `closed` (`subscription-closed`). If it is `on_request`,
/// nothing changes yet: the operator is asked for the change, with the note, instead of what was asked for before.
///
/// Only the operator says from when until when it lasts (`terms`), and which of the seats end (`temporary`): for everybody
/// else these stay as they are. Seats that end are part of the numbers: ten named seats of which two end are
/// `"named_seats": 10, "temporary": [{"named_seats": 2, "until": …}]`. `getGiveBack` says what happens at an end.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/subscription", operation_id = "setSubscription", tag = "accounts",
    params(AccountPath), request_body = NewSubscription,
    responses(
        (status = 200, description = "The subscription after the change.", body = Subscription),
        (status = 202, description = "The request to the operator.", body = SubscriptionRequest),
    ),
    extensions(("x-problems" = json!([
        "changed-meanwhile", "outside-bounds", "plan-excludes-shared-seats", "seats-in-use", "subscription-closed"
    ])))
)]
async fn set(
    caller: Caller<BillingManage>,
    Json(body): Json<NewSubscription>,
) -> Result<PurchaseAnswer<Subscription>, Problem> {
    let products = body.seats();
    let command = SetSubscription {
        temporary: body.temporary(),
        terms: body.terms(),
        plan: caller.app.find_plan(&body.plan)?,
        default_pools: caller.app.draw_pools(products.keys())?,
        products,
        seen: body.seen.map(Into::into),
        request: caller.app.draw_request(body.note)?,
    };
    Ok(caller.execute(command, PurchaseAnswer::of).await?)
}

/// Add prepaid minutes
///
/// For the operator, and within the same limits as `setSubscription` for everybody with `subscription.manage`. Each call
/// adds minutes, except one that is repeated with its `Idempotency-Key`: that adds nothing, and the answer has the current
/// balance. A key is remembered for as long as its top-up is among the account's newest 256. The same key with another
/// number of minutes is refused.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/minutes", operation_id = "addMinutes", tag = "accounts",
    params(AccountPath, IdempotencyHeader), request_body = NewMinutes,
    responses(
        (status = 200, description = "The new balance.", body = Minutes),
        (status = 202, description = "The request to the operator.", body = SubscriptionRequest),
    ),
    extensions(("x-problems" = json!(["idempotency-key-reused", "outside-bounds", "subscription-closed"])))
)]
async fn add_minutes(
    caller: Caller<BillingManage>,
    key: IdempotencyKey,
    Json(body): Json<NewMinutes>,
) -> Result<PurchaseAnswer<Minutes>, Problem> {
    let command = AddMinutes {
        id: TopUpId::from_bits(caller.new_id(&key)?),
        minutes: body.minutes,
        until: body.until.map(|until| until.0.get()),
        request: caller.app.draw_request(body.note)?,
    };
    Ok(caller.execute_once(&key, command, PurchaseAnswer::of).await?)
}
