//! Users: the people of an account.

mod create;
mod directory;
mod dto;
mod invitation;
mod licenses;
mod list;
mod password;
pub(crate) mod rights;
mod seat_requests;
mod second_factor;

use axum::Json as Answer;
use axum::http::StatusCode;
use usher_app::{AccountsManage, AccountsRead, Caller};
use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::{Account, Actor, Command, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::dto::{User, UserChange};
use super::path::UserPath;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(get, change, delete))
        .routes(routes!(second_factor::remove))
        .merge(invitation::routes())
        .merge(licenses::routes())
        .merge(seat_requests::routes())
}

/// Get a user
///
/// For users with any privilege, for API keys, and for the user themselves.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/users/{user}", operation_id = "getUser", tag = "users",
    params(UserPath), responses((status = 200, description = "The user.", body = User))
)]
async fn get(caller: Caller<AccountsRead>, Path(path): Path<UserPath>) -> Result<Answer<User>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account
            .visible_person(actor, path.user)
            .map(|user| User::of(account, user))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Change a user
///
/// Needs `users.manage`; users can change their own name, and, with their current password, their own password without
/// it. Deactivating and a new password revoke the user's tokens; a new password also ends their sign-ins on devices.
#[utoipa::path(
    patch, path = "/v1/accounts/{account}/users/{user}", operation_id = "changeUser", tag = "users",
    params(UserPath), request_body = UserChange,
    responses((status = 200, description = "The user after the change.", body = User)),
    extensions(("x-problems" = json!([
        "already-exists", "last-owner", "control-needs-view", "break-glass-needed", "not-enough-seats",
        "plan-excludes-shared-seats"
    ])))
)]
async fn change(
    caller: Caller<AccountsManage>,
    Path(path): Path<UserPath>,
    Json(mut body): Json<UserChange>,
) -> Result<Answer<Option<User>>, Problem> {
    let (id, identity) = (path.user, caller.app.identity());
    let deactivated = body.active == Some(false);
    let (password, present) = (body.password.take(), body.present_password.take());
    let temporary = body.password_temporary.take();
    let mut change = UserPatch {
        new_password: password.is_some(),
        ..UserPatch::from(body)
    };
    let labels = std::mem::take(&mut change.labels);
    let mut hash = None;
    if let Some(password) = password {
        let command = Command::User(UserCommand::Change {
            id,
            change: change.clone(),
        });
        // Checking and hashing are expensive: first check whether the caller may do this at all.
        caller.may(&command).await?;
        let life = password::life_of(&caller, id, present, temporary).await?;
        hash = Some((password::hash(&caller, command, password).await?, life));
    } else if present.is_some() || temporary.is_some() {
        let message = "is missing: `present_password` and `password_temporary` go with it";
        return Err(Problem::invalid("password", message));
    }
    if hash.is_none() {
        change.labels = labels;
    } else if !labels.is_empty() {
        // Everything except the password at once, if the caller may also set that.
        let command = Command::User(UserCommand::Change {
            id,
            change: UserPatch {
                labels,
                ..std::mem::take(&mut change)
            },
        });
        caller.execute(command, |_, (), _| ()).await?;
    }
    let view = move |account: &Account| account.user(id).map(|user| User::of(account, user));
    let shown = match hash {
        None => {
            let command = Command::User(UserCommand::Change { id, change });
            let view = move |account: &Account, (): &(), _: Timestamp| view(account);
            caller.execute(command, view).await?
        }
        Some((hash, life)) => {
            let (app, cause) = (&caller.app, caller.cause.clone());
            app.set_password(caller.account, id, change, (&hash, life), &caller.actor, cause)
                .await?;
            app.engine()
                .read(caller.account, move |account, _| view(account))
                .await?
        }
    };
    if deactivated {
        identity.revoke_user_tokens(caller.account, id).await?;
    }
    Ok(Answer(shown))
}

/// Delete a user
///
/// Needs `users.manage`. Their sign-ins and sessions end at once, and their licenses become free.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/users/{user}", operation_id = "deleteUser", tag = "users",
    params(UserPath), responses((status = 204, description = "The user was deleted.")),
    extensions(("x-problems" = json!(["last-owner", "break-glass-needed"])))
)]
async fn delete(caller: Caller<AccountsManage>, Path(path): Path<UserPath>) -> Result<StatusCode, Problem> {
    let command = Command::User(UserCommand::Delete { id: path.user });
    let status = caller.execute(command, |_, (), _| StatusCode::NO_CONTENT).await?;
    let (app, account) = (&caller.app, caller.account);
    app.end_grants_of(account, Some(path.user)).await?;
    app.identity().forget_user(account, path.user).await?;
    Ok(status)
}
