//! Creating a user, with a password or without.

use usher_app::{AccountsManage, Admitted, Caller};
use usher_domain::command::UserCommand;
use usher_domain::link::LinkPurpose;
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor, Command, UserId};

use super::dto::{NewUser, User};
use super::invitation::LinkRequest;
use super::{invitation, password};
use crate::extract::{Created, IdempotencyHeader, IdempotencyKey, Json};
use crate::problem::Problem;
use crate::v1::labels;
use crate::v1::path::AccountPath;

/// Create a user
///
/// Needs `users.manage`. A named seat is assigned if one is free and the call does not decide otherwise, to owners only if
/// the call says so; `seat_assigned` says whether it was. With `invite`, the answer has a one-time link with which the user chooses a
/// password.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/users", operation_id = "createUser", tag = "users",
    params(AccountPath, IdempotencyHeader), request_body = NewUser,
    responses(
        (status = 201, description = "The user.", body = User),
        (status = 200, description = "The user that the same `Idempotency-Key` created.", body = User),
    ),
    extensions(("x-problems" = json!([
        "already-exists", "idempotency-key-reused", "not-enough-seats", "control-needs-view",
        "plan-excludes-shared-seats", "sso-required"
    ])))
)]
pub(super) async fn create(
    caller: Caller<AccountsManage>,
    key: IdempotencyKey,
    Json(mut body): Json<NewUser>,
) -> Result<Created<User>, Problem> {
    let id = UserId::from_bits(caller.new_id(&key)?);
    let invite = std::mem::take(&mut body.invite);
    if invite && body.password.is_some() {
        let message = "must be left out: with an invitation, users choose their own";
        return Err(Problem::invalid("password", message));
    }
    let (password, temporary) = (body.password.take(), body.password_temporary.take());
    let life = password::life_of_others(&caller.actor, password.is_some(), temporary)?;
    let labels = labels::new(body.external_id.take(), body.metadata.take());
    let assign_seat = body.seat_wanted();
    let licenses = std::mem::take(&mut body.licenses);
    if !licenses.is_empty() && (body.assign_seat.is_some() || body.product.is_some()) {
        let message = "must be left out, or `assign_seat` and `product` must";
        return Err(Problem::invalid("licenses", message));
    }
    let command = Command::User(UserCommand::Create {
        id,
        assign_seat,
        product: body.product.clone(),
        profile: body.into(),
        licenses: licenses
            .into_iter()
            .map(|(product, license)| (product, license.into()))
            .collect(),
        password_set: password.is_some(),
        active: true,
        directory: None,
        labels,
    });
    let path = format!("users/{id}");
    let find = move |account: &Account| account.user(id).map(|user| User::created(account, user));
    if invite {
        if may_stage(&caller, id).await? {
            let app = &caller.app;
            app.may_invite_new(caller.account, &command, &caller.actor)
                .await?;
        }
        let mut created = Created::by(&caller, &key, command, path, find).await?;
        created.shown.invitation =
            match invitation::make(&caller, id, LinkPurpose::Invitation, LinkRequest::default()).await {
                Ok(link) => Some(link),
                // A repeated call, after the user has chosen a password.
                Err(_) if created.existed => None,
                Err(problem) => return Err(problem),
            };
        return Ok(created);
    }
    let Some(password) = password else {
        return Created::by(&caller, &key, command, path, find).await;
    };

    // Before the user exists, so that no user is ever incomplete; a repeated call keeps the stored password.
    if may_stage(&caller, id).await? {
        let identity = caller.app.identity();
        let hash = password::hash(&caller, command.clone(), password).await?;
        identity.stage_password(caller.account, id, &hash, life).await?;
        let created = Created::by(&caller, &key, command, path, find).await;
        if created.is_err() {
            take_back(&caller, id).await;
        }
        return created;
    }
    Created::by(&caller, &key, command, path, find).await
}

/// Whether a password may be stored for the new user: refused if the caller may not create users, but not if the user
/// already exists.
async fn may_stage(caller: &Admitted, id: UserId) -> Result<bool, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account.need_in_account(actor, Privilege::UsersManage)?;
        Ok(account.user(id).is_none())
    };
    Ok(caller.read(view).await?)
}

/// Removes a staged password, unless the user was created after all: by a repeated call, or by one whose outcome is
/// unknown.
async fn take_back(caller: &Admitted, id: UserId) {
    let is_missing = caller.read(move |account, _, _| Ok(account.user(id).is_none()));
    if is_missing.await.unwrap_or(false)
        && let Err(error) = caller.app.identity().remove_password(caller.account, id).await
    {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "a password of nobody was left behind"
        );
    }
}
