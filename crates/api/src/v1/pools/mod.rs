//! Seat pools: how the shared seats of a product are distributed, and by which rules.

mod dto;

use axum::Json as Answer;
use axum::http::StatusCode;
use usher_app::{AccountsManage, AccountsRead, Caller};
use usher_domain::command::{LeavingUsers, PoolCommand, PoolPatch, SeatWay};
use usher_domain::labels::LabelsPatch;
use usher_domain::rules::RulesPatch;
use usher_domain::{Account, Actor, Command, PoolId, Refusal};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::dto::{LeavingQuery, NewPool, Pool, PoolChange, PoolQuery, SeatMove};
use super::path::{AccountPath, PoolPath};
use crate::extract::{Created, IdempotencyHeader, IdempotencyKey, Json, List, Path, Query};
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::labels;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, change, delete))
        .routes(routes!(move_seats))
}

/// Create a pool
///
/// Needs `seats.manage`. Its seats are taken from the product's unallocated ones.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/pools", operation_id = "createPool", tag = "pools",
    params(AccountPath, IdempotencyHeader), request_body = NewPool,
    responses(
        (status = 201, description = "The pool.", body = Pool),
        (status = 200, description = "The pool that the same `Idempotency-Key` created.", body = Pool),
    ),
    extensions(("x-problems" = json!([
        "already-exists", "idempotency-key-reused", "not-enough-seats", "plan-excludes-shared-seats"
    ])))
)]
async fn create(
    caller: Caller<AccountsManage>,
    key: IdempotencyKey,
    Json(body): Json<NewPool>,
) -> Result<Created<Pool>, Problem> {
    let id = PoolId::from_bits(caller.new_id(&key)?);
    let mut rules = None;
    if let Some(choice) = body.rules.map(RulesPatch::from) {
        let over = move |account: &Account, _: &_, _| {
            let defaults = &account.settings().pool_defaults;
            Ok(choice.applied_to(defaults))
        };
        rules = Some(caller.read(over).await?);
    }
    let command = Command::Pool(PoolCommand::Create {
        id,
        name: body.name,
        product: body.product,
        seats: body.seats,
        rules,
        labels: labels::new(body.external_id, body.metadata),
    });
    let find = move |account: &Account| account.pool(id).map(|pool| Pool::of(account, pool));
    Created::by(&caller, &key, command, format!("pools/{id}"), find).await
}

/// List the pools
///
/// For users with any privilege, and for API keys.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/pools", operation_id = "listPools", tag = "pools",
    params(AccountPath, PoolQuery),
    responses((status = 200, description = "A page of pools.", body = List<Pool>))
)]
async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<PoolQuery>,
) -> Result<Answer<List<Pool>>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account.need_staff(actor)?;
        let pools = account.pools().values().map(|pool| (pool.id.bits(), pool));
        let of_product =
            pools.filter(|(_, pool)| query.product.as_ref().is_none_or(|it| *it == pool.product));
        let of_product = of_product.filter(|(_, pool)| {
            let wanted = query.external_id.as_ref();
            wanted.is_none_or(|wanted| pool.labels.external_id.as_ref() == Some(wanted))
        });
        let page = query.limit.after(query.cursor);
        Ok(List::cut(of_product, page, |pool| Some(Pool::of(account, pool))))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Get a pool
///
/// For users with any privilege, and for API keys.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/pools/{pool}", operation_id = "getPool", tag = "pools",
    params(PoolPath), responses((status = 200, description = "The pool.", body = Pool))
)]
async fn get(caller: Caller<AccountsRead>, Path(path): Path<PoolPath>) -> Result<Answer<Pool>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        let pool = account.pool(path.pool).filter(|_| account.is_staff(actor));
        pool.map(|pool| Pool::of(account, pool))
            .ok_or(Refusal::NotFound { what: "pool" })
    };
    Ok(Answer(caller.read(view).await?))
}

/// Change a pool
///
/// Needs `seats.manage`. Raising takes from the unallocated seats. Lowering below the occupied seats makes the pool
/// drain: nobody is signed out, and nobody gets in until enough are free.
#[utoipa::path(
    patch, path = "/v1/accounts/{account}/pools/{pool}", operation_id = "changePool", tag = "pools",
    params(PoolPath), request_body = PoolChange,
    responses((status = 200, description = "The pool after the change.", body = Pool)),
    extensions(("x-problems" = json!([
        "already-exists", "changed-meanwhile", "not-enough-seats", "plan-excludes-shared-seats", "pool-in-use"
    ])))
)]
async fn change(
    caller: Caller<AccountsManage>,
    Path(path): Path<PoolPath>,
    Json(body): Json<PoolChange>,
) -> Result<Answer<Option<Pool>>, Problem> {
    let change = PoolPatch {
        name: body.name,
        seats: body.seats,
        seats_seen: body.seats_seen,
        rules_seen: None,
        rules: body.rules.map(RulesPatch::from),
        labels: LabelsPatch {
            external_id: body.external_id,
            metadata: body.metadata,
        },
    };
    let command = Command::Pool(PoolCommand::Change {
        id: path.pool,
        change,
    });
    let view =
        move |account: &Account, (): &(), _| account.pool(path.pool).map(|pool| Pool::of(account, pool));
    Ok(Answer(caller.execute(command, view).await?))
}

/// Move seats to another pool
///
/// Needs `seats.manage`. In one step: the unallocated seats stay as they are. A pool that is left with fewer seats than
/// are occupied drains. If it is sent twice, it moves twice: check the pool before repeating a call whose answer was
/// lost.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/pools/{pool}/move-seats", operation_id = "moveSeats", tag = "pools",
    params(PoolPath), request_body = SeatMove,
    responses((status = 200, description = "The pool that the seats came from.", body = Pool)),
    extensions(("x-problems" = json!(["plan-excludes-shared-seats"])))
)]
async fn move_seats(
    caller: Caller<AccountsManage>,
    Path(path): Path<PoolPath>,
    Json(body): Json<SeatMove>,
) -> Result<Answer<Option<Pool>>, Problem> {
    let command = Command::Pool(PoolCommand::MoveSeats {
        way: SeatWay::Between {
            from: path.pool,
            to: body.to,
        },
        seats: body.seats,
    });
    let view =
        move |account: &Account, (): &(), _| account.pool(path.pool).map(|pool| Pool::of(account, pool));
    Ok(Answer(caller.execute(command, view).await?))
}

/// Delete a pool
///
/// Needs `seats.manage`. Users who are still in it are moved or lose their license in the same step, as the call says;
/// otherwise it is refused. The default pool of a product cannot be deleted.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/pools/{pool}", operation_id = "deletePool", tag = "pools",
    params(PoolPath, LeavingQuery), responses((status = 204, description = "The pool was deleted.")),
    extensions(("x-problems" = json!(["pool-not-empty", "default-pool", "in-a-mapping"])))
)]
async fn delete(
    caller: Caller<AccountsManage>,
    Path(path): Path<PoolPath>,
    Query(query): Query<LeavingQuery>,
) -> Result<StatusCode, Problem> {
    let users = match (query.move_users_to, query.remove_users) {
        (Some(_), true) => {
            return Err(Problem::invalid(
                "remove_users",
                "cannot be asked for together with `move_users_to`",
            ));
        }
        (Some(pool), false) => LeavingUsers::MoveTo(pool),
        (None, true) => LeavingUsers::Remove,
        (None, false) => LeavingUsers::Refuse,
    };
    let command = Command::Pool(PoolCommand::Delete { id: path.pool, users });
    Ok(caller.execute(command, |_, (), _| StatusCode::NO_CONTENT).await?)
}
