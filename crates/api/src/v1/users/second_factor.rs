//! A user's second factor, where its user has lost it.

use axum::http::StatusCode;
use usher_app::{AccountsManage, Caller};
use usher_domain::Actor;

use crate::extract::Path;
use crate::problem::Problem;
use crate::v1::path::UserPath;

/// Remove a user's second factor
///
/// For users who have lost theirs, and their recovery codes: they sign in with the password alone and can set up
/// another. Needs `users.manage`, and at least the rights of that user. Kills the user's tokens and sessions of the
/// portal. One's own is removed in the portal.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/users/{user}/second-factor", operation_id = "removeSecondFactor",
    tag = "users", params(UserPath),
    responses((status = 204, description = "The user has no second factor any more."))
)]
pub(super) async fn remove(
    caller: Caller<AccountsManage>,
    Path(path): Path<UserPath>,
) -> Result<StatusCode, Problem> {
    if caller.actor == Actor::User(path.user) {
        return Err(Problem::forbidden("another user")
            .detailed("Remove your own second factor in the portal, with your password and a code."));
    }
    let removed = caller
        .api
        .remove_second_factor(caller.account, path.user, &caller.actor, caller.cause.clone())
        .await;
    match removed {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err(Problem::not_found("second factor")),
        Err(problem) => Err(problem.into()),
    }
}
