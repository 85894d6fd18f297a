//! Licenses: which products a user may use, and with which seats (L1 to L5).

use axum::Json as Answer;
use axum::http::StatusCode;
use serde::Deserialize;
use usher_app::{AccountsManage, Caller};
use usher_domain::command::LicenseCommand;
use usher_domain::user::License;
use usher_domain::{Account, Command};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dto::{Heir, User};
use super::rights::NewLicense;
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::path::LicensePath;

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(set, remove))
        .routes(routes!(reassign))
}

/// What happens to the user's work with the product.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WorkQuery {
    /// Whether to wait until the user is not signed in for the product. Otherwise the work ends at once.
    #[serde(default)]
    after_work: bool,
}

/// Give a user a license
///
/// Needs `seats.manage`. Switching between a named seat and a pool, or between pools, is one step. If the license
/// changes, the user's sign-ins and sessions of the product end at once. With `until` it is lent: at the end, as soon as
/// the user is not signed in for the product, they have again what they had before. With `after_work=true` a user who is
/// signed in goes to the pool as soon as they are not; until then they keep what they have.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/users/{user}/licenses/{product}", operation_id = "setLicense", tag = "users",
    params(LicensePath, WorkQuery),
    request_body(content = NewLicense, example = json!({"kind": "shared", "pool": "pool_01h2xcejqtf2nbrexx3vqjhp41"})),
    responses((status = 200, description = "The user with the license.", body = User)),
    extensions(("x-problems" = json!(["not-enough-seats", "plan-excludes-shared-seats"])))
)]
async fn set(
    caller: Caller<AccountsManage>,
    Path(path): Path<LicensePath>,
    Query(query): Query<WorkQuery>,
    Json(body): Json<NewLicense>,
) -> Result<Answer<Option<User>>, Problem> {
    let (license, until) = body.parts();
    let command = Command::License(match (license, until) {
        (License::Shared(pool), None) if query.after_work => LicenseCommand::SetAfterWork {
            user: path.user,
            product: path.product,
            pool: Some(pool),
        },
        _ if query.after_work => {
            let message =
                "can be true only for a pool, without `until`: nothing would hold the seat until then";
            return Err(Problem::invalid("after_work", message));
        }
        (license, until) => LicenseCommand::Set {
            user: path.user,
            product: path.product,
            license: Some(license),
            until,
        },
    });
    let view =
        move |account: &Account, (): &(), _| account.user(path.user).map(|user| User::of(account, user));
    Ok(Answer(caller.execute(command, view).await?))
}

/// Take a user's license away
///
/// Needs `seats.manage`. The user's sign-ins and sessions of the product end at once, or, with `after_work=true`, the
/// user keeps the license until they are not signed in for the product.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/users/{user}/licenses/{product}", operation_id = "removeLicense",
    tag = "users", params(LicensePath, WorkQuery),
    responses((status = 204, description = "The user has no license, or will have none after work."))
)]
async fn remove(
    caller: Caller<AccountsManage>,
    Path(path): Path<LicensePath>,
    Query(query): Query<WorkQuery>,
) -> Result<StatusCode, Problem> {
    let command = Command::License(if query.after_work {
        LicenseCommand::SetAfterWork {
            user: path.user,
            product: path.product,
            pool: None,
        }
    } else {
        LicenseCommand::Set {
            user: path.user,
            product: path.product,
            license: None,
            until: None,
        }
    });
    Ok(caller.execute(command, |_, (), _| StatusCode::NO_CONTENT).await?)
}

/// Give a user's license to another user
///
/// Needs `seats.manage`. In one step: the license is moved unchanged, a named seat or a share of its pool, and replaces
/// a license for the product that the other user had. The sign-ins and sessions of the product of both end at once. A
/// user who has no license of the product answers `not-found`.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/users/{user}/licenses/{product}/reassign", operation_id = "reassignLicense",
    tag = "users", params(LicensePath), request_body = Heir,
    responses((status = 200, description = "The user who has the license now.", body = User)),
    extensions(("x-problems" = json!(["plan-excludes-shared-seats"])))
)]
async fn reassign(
    caller: Caller<AccountsManage>,
    Path(path): Path<LicensePath>,
    Json(body): Json<Heir>,
) -> Result<Answer<Option<User>>, Problem> {
    let command = Command::License(LicenseCommand::Reassign {
        product: path.product,
        from: path.user,
        to: body.to,
        seen: None,
    });
    let view = move |account: &Account, (): &(), _| account.user(body.to).map(|user| User::of(account, user));
    Ok(Answer(caller.execute(command, view).await?))
}
