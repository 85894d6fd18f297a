//! Protecting a seat from being reclaimed (Q4).

use axum::Json as Answer;
use axum::http::StatusCode;
use usher_app::{AccountsManage, Caller};
use usher_domain::command::SignInCommand;
use usher_domain::{Account, Command, Secs, Timestamp};

use super::dto::{Lock, SignIn};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::v1::ended;
use crate::v1::path::SignInPath;

/// Protect the seat
///
/// Protects the seat from being reclaimed for a limited time, although others wait and the user is idle. With the
/// sign-in's own token, the user's, or a key with `sign-ins.write`.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/sign-ins/{sign_in}/lock", operation_id = "lockSeat", tag = "sign-ins",
    params(SignInPath), request_body = Lock,
    responses((status = 200, description = "The sign-in with its lock.", body = SignIn)),
    extensions(("x-problems" = json!(["wrong-state", "sign-in-ended"])))
)]
pub(super) async fn lock(
    caller: Caller<AccountsManage>,
    Path(path): Path<SignInPath>,
    Json(body): Json<Lock>,
) -> Result<Answer<SignIn>, Problem> {
    if body.hold_secs == 0 {
        return Err(Problem::invalid("hold_secs", "must be 1 to 14400"));
    }
    let command = Command::SignIn(SignInCommand::LockSeat {
        sign_in: path.sign_in,
        hold: Secs::new(body.hold_secs),
    });
    let view = move |account: &Account, (): &(), now: Timestamp| {
        let sign_in = account.sign_ins().get(&path.sign_in)?;
        Some(SignIn::of(account, sign_in, now))
    };
    match caller.try_execute(command, view).await {
        Ok(shown) => shown.map(Answer).ok_or_else(|| Problem::not_found("sign-in")),
        Err(failure) => Err(ended::problem(&caller, failure).await),
    }
}

/// Lift the lock
///
/// The seat can be reclaimed again. For those who may lock it.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/sign-ins/{sign_in}/lock", operation_id = "unlockSeat",
    tag = "sign-ins", params(SignInPath),
    responses((status = 204, description = "There is no lock.")),
    extensions(("x-problems" = json!(["wrong-state", "sign-in-ended"])))
)]
pub(super) async fn unlock(
    caller: Caller<AccountsManage>,
    Path(path): Path<SignInPath>,
) -> Result<StatusCode, Problem> {
    let command = Command::SignIn(SignInCommand::LockSeat {
        sign_in: path.sign_in,
        hold: Secs::ZERO,
    });
    match caller.try_execute(command, |_, (), _| ()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(failure) => Err(ended::problem(&caller, failure).await),
    }
}
