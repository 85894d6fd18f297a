//! User tokens, given for a password.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use usher_app::{App, Arrival, AttemptFrom, hashing_share};
use usher_domain::text::Email;
use usher_domain::{AccountId, UserId};
use usher_engine::Failure;
use usher_identity::{Exchange, IssuedToken, PasswordLife, PasswordProof};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::schema;
use crate::extract::{Bearer, Json};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(revoke))
}

/// A request for a token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The account.
    #[schema(value_type = schema::AccountId)]
    account: AccountId,
    /// The user's e-mail address.
    #[schema(value_type = schema::Email)]
    email: Email,
    /// The user's password.
    #[schema(max_length = 256, write_only, format = Password)]
    password: String,
    /// A current code of the user's authenticator app, or a recovery code, if they have a second factor. Each works
    /// once.
    #[serde(default)]
    #[schema(max_length = 64, write_only)]
    second_factor: Option<String>,
}

/// A user's token.
#[derive(Serialize, ToSchema)]
struct Token {
    /// The token, for `Authorization: Bearer …`.
    #[schema(example = "usher_user_…")]
    token: String,
    /// How long it is valid.
    #[schema(example = 43_200)]
    expires_in_secs: u32,
}

/// Get a token for a password
///
/// A wrong password, an unknown address, an inactive user and an unknown account get the same answer in the same time.
/// A user with a second factor and the right password is asked for it: `second-factor-needed`. After too many wrong
/// attempts, the answer says when to try again. A temporary password, which somebody else set, gives no token:
/// `password-change-required` names the page where its user chooses a new one. If a user has too many tokens, an old
/// one is revoked.
#[utoipa::path(
    post, path = "/v1/tokens", operation_id = "createToken", tag = "tokens", security(()),
    request_body = Credentials, responses((status = 201, description = "The token.", body = Token)),
    extensions(("x-problems" = json!([
        "unauthenticated", "sso-required", "password-change-required", "second-factor-needed", "second-factor-set-up-needed", "too-many-attempts"
    ])))
)]
async fn create(
    State(app): State<Arc<App>>,
    arrival: Arrival,
    Json(body): Json<Credentials>,
) -> Result<(StatusCode, Answer<Token>), Problem> {
    let from = AttemptFrom {
        address: arrival.address,
        browser: None,
    };
    let attempt = app.throttle().password(Some(&body.email), from);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let (user, needs_single_sign_on) = find(&app, body.account, body.email.clone()).await?.unzip();
    let share = hashing_share(Some(body.account), arrival.address);
    let proof = app
        .identity()
        .prove_password(share, body.account, user, body.password)
        .await?;
    let Some(proof) = proof else {
        return Err(wrong());
    };
    attempt.right();
    if needs_single_sign_on == Some(true) {
        // Only for callers who know the password, because it reveals that the user exists.
        return Err(Problem::sso_required(body.account));
    }
    if proof.life() == PasswordLife::Temporary {
        return Err(change_required(&app));
    }
    if app.lacks_second_factor(body.account, proof.user()).await? {
        return Err(Problem::second_factor_set_up_needed());
    }
    let issued = exchange(&app, proof, body.second_factor.as_deref(), from).await?;
    // Checked after the token exists: anything that revokes such tokens has either revoked it already, or is visible
    // now.
    let standing = find(&app, body.account, body.email).await?;
    if standing != user.map(|user| (user, false)) {
        app.identity().revoke_user_token(issued.token.expose()).await?;
        return Err(match standing {
            Some((_, true)) => Problem::sso_required(body.account),
            _ => wrong(),
        });
    }
    let token = Token {
        token: issued.token.into_exposed(),
        expires_in_secs: issued.expires_in.get(),
    };
    Ok((StatusCode::CREATED, Answer(token)))
}

/// The active user with this address, and whether they have to sign in with the account's provider; `None` if there is
/// no such user or account.
async fn find(app: &App, account: AccountId, email: Email) -> Result<Option<(UserId, bool)>, Problem> {
    let find = move |account: &usher_domain::Account, _| {
        let user = account.user_by_email(&email).filter(|user| user.active);
        user.map(|user| (user.id, account.needs_single_sign_on(user.id)))
    };
    match app.engine().read(account, find).await {
        Ok(user) => Ok(user),
        Err(Failure::NoAccount) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// A token for the right password, and the right code if the user has a second factor. Wrong codes are counted
/// separately: somebody who does not know the password cannot use up the user's attempts.
async fn exchange(
    app: &App,
    proof: PasswordProof,
    code: Option<&str>,
    from: AttemptFrom,
) -> Result<IssuedToken, Problem> {
    let attempt = match code {
        Some(_) => {
            let attempt = app.throttle().second_factor(proof.user(), from);
            Some(attempt.map_err(Problem::too_many_attempts)?)
        }
        None => None,
    };
    match app
        .identity()
        .exchange_password(proof, code, app.engine().now())
        .await?
    {
        Exchange::Issued(issued) => {
            if let Some(attempt) = attempt {
                attempt.right();
            }
            Ok(issued)
        }
        Exchange::ChangeRequired => Err(change_required(app)),
        Exchange::SecondFactorNeeded => Err(Problem::second_factor_needed()),
        Exchange::Wrong if code.is_some() => Err(wrong()
            .detailed("The code of the second factor is wrong, or was used before. Wait for the next one.")),
        Exchange::Wrong => Err(wrong()),
    }
}

/// Refers a user with a temporary password to the page where they choose a new one.
fn change_required(app: &App) -> Problem {
    let page = "/me/password";
    Problem::password_change_required(app.url(page).unwrap_or_else(|| page.to_owned()))
}

fn wrong() -> Problem {
    Problem::unauthenticated(false).detailed("The address or the password is wrong. Check both; if the password is forgotten, an owner or admin can set another.")
}

/// Revoke the token of this call
///
/// For user tokens: signing out.
#[utoipa::path(
    delete, path = "/v1/tokens/current", operation_id = "revokeToken", tag = "tokens",
    responses((status = 204, description = "The token was revoked."))
)]
async fn revoke(State(app): State<Arc<App>>, Bearer(token): Bearer) -> Result<StatusCode, Problem> {
    match app.identity().authenticate(&token, None, app.engine().now()) {
        Ok(usher_identity::Caller::User { .. }) => {
            app.identity().revoke_user_token(&token).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        Ok(_) => Err(Problem::forbidden("a user token")),
        Err(_) => Err(Problem::unauthenticated(true)),
    }
}
