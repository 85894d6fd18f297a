//! User tokens: what a person gets for a password.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use usher_domain::AccountId;
use usher_domain::text::Email;
use usher_engine::Failure;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::schema;
use crate::api::Api;
use crate::arrival::Arrival;
use crate::extract::{Bearer, Json};
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(revoke))
}

/// Who wants a token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The account.
    #[schema(value_type = schema::AccountId)]
    account: AccountId,
    /// The person's e-mail address.
    #[schema(value_type = schema::Email)]
    email: Email,
    /// The person's password.
    #[schema(max_length = 256, write_only, format = Password)]
    password: String,
}

/// A token of a person.
#[derive(Serialize, ToSchema)]
struct Token {
    /// The token, for `Authorization: Bearer …`.
    #[schema(example = "usher_user_…")]
    token: String,
    /// How long it is good.
    #[schema(example = 43_200)]
    expires_in_secs: u32,
}

/// Get a token for a password
///
/// A wrong password, an unknown address, an inactive user and an unknown account are answered alike, in the same
/// time. Attempts that follow each other too fast are told when to go on. An old token of the user dies where there are too many.
#[utoipa::path(
    post, path = "/v1/tokens", operation_id = "createToken", tag = "tokens", security(()),
    request_body = Credentials, responses((status = 201, description = "The token.", body = Token)),
    extensions(("x-problems" = json!(["unauthenticated", "sso-required", "too-many-attempts"])))
)]
async fn create(
    State(api): State<Arc<Api>>,
    arrival: Arrival,
    Json(body): Json<Credentials>,
) -> Result<(StatusCode, Answer<Token>), Problem> {
    let email = body.email;
    let attempt = api.throttle.attempt(email.as_str(), arrival.address);
    attempt.map_err(Problem::too_many_attempts)?;
    let find = move |account: &usher_domain::Account, _| {
        let user = account.user_by_email(&email).filter(|user| user.active);
        user.map(|user| (user.id, account.needs_single_sign_on(user.id)))
    };
    let user = match api.engine.read(body.account, find).await {
        Ok(user) => user,
        Err(Failure::NoAccount) => None,
        Err(failure) => return Err(failure.into()),
    };
    let wrong = || Problem::unauthenticated(false).detailed("The address or the password is wrong.");
    let (user, needs_single_sign_on) = user.unzip();
    if needs_single_sign_on == Some(true) {
        // Said to nobody but who knows the password: it tells that there is such a user.
        let is_right = api.identity.verify_password(body.account, user, body.password);
        return Err(if is_right.await? {
            Problem::sso_required(body.account)
        } else {
            wrong()
        });
    }
    let now = api.engine.now();
    let issued = api
        .identity
        .exchange_password(body.account, user, body.password, now)
        .await?;
    let issued = issued.ok_or_else(wrong)?;
    let token = Token {
        token: issued.token.into_exposed(),
        expires_in_secs: issued.expires_in.get(),
    };
    Ok((StatusCode::CREATED, Answer(token)))
}

/// Kill the token that this call is made with
///
/// For user tokens: logging out.
#[utoipa::path(
    delete, path = "/v1/tokens/current", operation_id = "revokeToken", tag = "tokens",
    responses((status = 204, description = "The token is dead."))
)]
async fn revoke(State(api): State<Arc<Api>>, Bearer(token): Bearer) -> Result<StatusCode, Problem> {
    match api.identity.authenticate(&token, None, api.engine.now()) {
        Ok(usher_identity::Caller::User { .. }) => {
            api.identity.revoke_user_token(&token).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        Ok(_) => Err(Problem::forbidden("a user token")),
        Err(_) => Err(Problem::unauthenticated(true)),
    }
}
