//! One-time links with which users choose a password: invitations, and password reset links.

use axum::Json as Answer;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsManage, Admitted, Caller, LinkDelivery};
use usher_domain::UserId;
use usher_domain::link::LinkPurpose;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Path;
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::optional::Optional;
use crate::v1::path::UserPath;
use crate::v1::time::Time;

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(invite, revoke_invitation))
        .routes(routes!(make_password_reset_link, revoke_password_reset_link))
}

/// How a link reaches its user; left out: by mail, or if no mail is set up, in the answer.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Delivery {
    /// By mail. Where no mail is set up, the answer has it.
    #[default]
    Mail,
    /// The answer has it.
    Shown,
}

/// A request for a link.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"delivery": "shown"}))]
pub(super) struct LinkRequest {
    #[serde(default)]
    #[schema(inline)]
    delivery: Delivery,
}

/// A one-time link.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Link {
    /// The address to give to the user, which is shown only here; null if the link was sent by mail.
    #[schema(
        required,
        example = "https://usher.example.com/invitation/usher_invite_4m2zqkx0c1w8h5t7v9y3b6d0f2g4j6n8p1r3s5u7w9x2z4a6c8e0"
    )]
    url: Option<String>,
    /// Until when it works, unless it is used or replaced before.
    expires_at: Time,
}

/// Invite a user
///
/// Sends a one-time link with which the user chooses their first password and is signed in, or returns it if no mail is
/// set up, or with `{"delivery": "shown"}`. It works for seven days, and once; an earlier invitation ends. Needs what
/// setting the user's password needs: `users.manage`, at least the rights of that user, and no API key. The link works
/// only as long as its author could still set that password: made with an operator key, it ends when that key is revoked,
/// expires or gets another secret; made by a user, when they sign out the token that made it, or when their password or
/// second factor changes.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/users/{user}/invitation", operation_id = "inviteUser", tag = "users",
    params(UserPath), request_body = Option<LinkRequest>,
    responses((status = 201, description = "The link.", body = Link)),
    extensions(("x-problems" = json!(["wrong-state", "sso-required", "too-many-attempts"])))
)]
async fn invite(
    caller: Caller<AccountsManage>,
    Path(path): Path<UserPath>,
    Optional(body): Optional<LinkRequest>,
) -> Result<(StatusCode, Answer<Link>), Problem> {
    let link = make(&caller, path.user, LinkPurpose::Invitation, body).await?;
    Ok((StatusCode::CREATED, Answer(link)))
}

/// Revoke a user's invitation
///
/// The link opens nothing any more. Needs what making it needs.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/users/{user}/invitation", operation_id = "revokeInvitation", tag = "users",
    params(UserPath), responses((status = 204, description = "The invitation was revoked."))
)]
async fn revoke_invitation(
    caller: Caller<AccountsManage>,
    Path(path): Path<UserPath>,
) -> Result<StatusCode, Problem> {
    revoke(&caller, path.user, LinkPurpose::Invitation, "invitation").await
}

/// Make a password reset link
///
/// For users who forgot theirs: sends a one-time link with which the user chooses another password, or returns it if no
/// mail is set up, or with `{"delivery": "shown"}`. It works for an hour, and
/// once; an earlier link ends. The present password works until then. Using the link signs the user out everywhere; a
/// second factor stays, and is asked for. Needs what setting the user's password needs.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/users/{user}/password-reset-link", operation_id = "makePasswordResetLink",
    tag = "users",
    params(UserPath), request_body = Option<LinkRequest>,
    responses((status = 201, description = "The link.", body = Link)),
    extensions(("x-problems" = json!(["wrong-state", "sso-required", "too-many-attempts"])))
)]
async fn make_password_reset_link(
    caller: Caller<AccountsManage>,
    Path(path): Path<UserPath>,
    Optional(body): Optional<LinkRequest>,
) -> Result<(StatusCode, Answer<Link>), Problem> {
    let link = make(&caller, path.user, LinkPurpose::Reset, body).await?;
    Ok((StatusCode::CREATED, Answer(link)))
}

/// Revoke a user's password reset link
///
/// The link opens nothing any more. Needs what making it needs.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/users/{user}/password-reset-link", operation_id = "revokePasswordResetLink",
    tag = "users", params(UserPath), responses((status = 204, description = "The link was revoked."))
)]
async fn revoke_password_reset_link(
    caller: Caller<AccountsManage>,
    Path(path): Path<UserPath>,
) -> Result<StatusCode, Problem> {
    revoke(&caller, path.user, LinkPurpose::Reset, "link").await
}

pub(super) async fn make(
    caller: &Admitted,
    user: UserId,
    purpose: LinkPurpose,
    request: LinkRequest,
) -> Result<Link, Problem> {
    let delivery = match request.delivery {
        Delivery::Mail => LinkDelivery::Mail,
        Delivery::Shown => LinkDelivery::Shown,
    };
    let (app, account) = (&caller.app, caller.account);
    let made = app.make_link((account, user), purpose, delivery, caller.as_author());
    let made = made.await?;
    Ok(Link {
        url: made.url,
        expires_at: app.wall_times(account).await.shown(made.expires_at).into(),
    })
}

async fn revoke(
    caller: &Admitted,
    user: UserId,
    purpose: LinkPurpose,
    what: &'static str,
) -> Result<StatusCode, Problem> {
    let revoked = caller
        .app
        .revoke_link(caller.account, user, purpose, &caller.actor, &caller.cause);
    if revoked.await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(what))
}
