//! Removing a user's second factor after they have lost it.

use axum::http::StatusCode;
use usher_app::{AccountsManage, Caller};
use usher_domain::Actor;

use crate::extract::Path;
use crate::problem::Problem;
use crate::v1::path::UserPath;

/// Remove a user's second factor
///
/// For users who have lost theirs and their recovery codes: they then sign in with only the password and can set up a
/// new one. Needs `users.manage`, and at least the rights of that user. Revokes the user's tokens and portal sessions.
/// Your own is removed in the portal.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/users/{user}/second-factor", operation_id = "removeSecondFactor",
    tag = "users", params(UserPath),
    responses((status = 204, description = "The second factor was removed."))
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
        .app
        .remove_second_factor(caller.account, path.user, &caller.actor, caller.cause.clone())
        .await;
    match removed {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err(Problem::not_found("second factor")),
        Err(problem) => Err(problem.into()),
    }
}
