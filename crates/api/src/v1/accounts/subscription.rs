//! What an account has bought: seats and minutes.

use axum::Json as Answer;
use std::collections::BTreeMap;
use usher_app::{AccountsRead, BillingManage, Caller};
use usher_domain::account::Plan;
use usher_domain::command::AccountCommand;
use usher_domain::permission::Privilege;
use usher_domain::text::PlanName;
use usher_domain::{Account, Actor, Command, PoolId, TopUpId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dto::{Minutes, NewMinutes, NewSubscription, Subscription, product_seats, show};
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
/// Only for the operator. The body replaces everything: omitted products have no seats afterwards. The first shared
/// seats of a product make its default pool; seats bought later stay unallocated until they are assigned to a pool. A
/// call that changes what it has read says what that was (`seen`), so that it does not undo a change made in between.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/subscription", operation_id = "setSubscription", tag = "accounts",
    params(AccountPath), request_body = NewSubscription,
    responses((status = 200, description = "The subscription after the change.", body = Subscription)),
    extensions(("x-problems" = json!(["changed-meanwhile", "plan-excludes-shared-seats", "seats-in-use"])))
)]
async fn set(
    caller: Caller<BillingManage>,
    Json(body): Json<NewSubscription>,
) -> Result<Answer<Subscription>, Problem> {
    let plan = find_plan(&caller.app.config().plans, &body.plan)?;
    let now = caller.app.engine().now();
    let mut default_pools = BTreeMap::new();
    for product in body.products.keys() {
        let pool = PoolId::from_bits(usher_identity::draw_bits(now)?);
        default_pools.insert(product.clone(), pool);
    }
    let command = Command::Account(AccountCommand::SetSubscription {
        plan,
        products: product_seats(body.products),
        default_pools,
        seen: body.seen.map(Into::into),
    });
    Ok(Answer(caller.execute(command, show).await?))
}

/// Add prepaid minutes
///
/// Only for the operator. Each call adds minutes, except one that is repeated with its `Idempotency-Key`: that adds
/// nothing, and the answer has the current balance. A key is remembered for as long as its top-up is among the
/// account's newest 256. The same key with another number of minutes is refused.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/minutes", operation_id = "addMinutes", tag = "accounts",
    params(AccountPath, IdempotencyHeader), request_body = NewMinutes,
    responses((status = 200, description = "The new balance.", body = Minutes)),
    extensions(("x-problems" = json!(["idempotency-key-reused"])))
)]
async fn add_minutes(
    caller: Caller<BillingManage>,
    key: IdempotencyKey,
    Json(body): Json<NewMinutes>,
) -> Result<Answer<Minutes>, Problem> {
    let command = Command::Account(AccountCommand::AddMinutes {
        id: TopUpId::from_bits(caller.new_id(&key)?),
        minutes: body.minutes,
    });
    Ok(Answer(caller.execute_once(&key, command, show).await?))
}

fn find_plan(plans: &[Plan], name: &PlanName) -> Result<Plan, Problem> {
    let found = plans.iter().find(|plan| plan.name == *name);
    found.cloned().ok_or_else(|| {
        let names: Vec<_> = plans.iter().map(|plan| format!("`{}`", plan.name)).collect();
        Problem::invalid("plan", format!("must be one of {}", names.join(", ")))
    })
}
