//! Heartbeats of many sign-ins at once, for a product's back end.

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsManage, Admitted, Caller};
use usher_domain::command::Heartbeat;
use usher_domain::{Refusal, Secs, SignInId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::AccountPath;
use super::schema;
use crate::extract::Json;
use crate::problem::Problem;
use crate::server::Server;

/// The most sign-ins of one call.
const SIGN_INS_MAX: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(send))
}

/// Heartbeats of many sign-ins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Beats {
    /// The sign-in.
    #[schema(value_type = Vec<schema::SignInId>, min_items = 1, max_items = 1000)]
    sign_ins: Vec<SignInId>,
    /// Whether the users are present, not only their devices: their idle clocks start from zero.
    #[serde(default)]
    active: bool,
}

/// The results, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
struct Beaten {
    /// One for each sign-in.
    items: Vec<BeatenOne>,
}

/// The result of one heartbeat.
#[derive(Debug, Serialize, ToSchema)]
struct BeatenOne {
    /// The sign-in.
    #[schema(value_type = schema::SignInId)]
    sign_in: SignInId,
    /// How long it lives without another heartbeat; missing if the heartbeat was not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 90)]
    expires_in_secs: Option<u32>,
    /// The problem's code, if it was not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "sign-in-ended")]
    code: Option<&'static str>,
    /// Why the sign-in ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "lease-expired")]
    reason: Option<String>,
}

/// Send heartbeats of many sign-ins
///
/// For a back end with a key with `sign-ins.write`: up to 1000 sign-ins at once, each with its own result, in the order
/// of the request. An ended or unknown one does not affect the others.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/heartbeats", operation_id = "sendHeartbeats", tag = "sign-ins",
    params(AccountPath), request_body = Beats,
    responses((status = 200, description = "The result for each.", body = Beaten))
)]
async fn send(caller: Caller<AccountsManage>, Json(body): Json<Beats>) -> Result<Answer<Beaten>, Problem> {
    if !(1..=SIGN_INS_MAX).contains(&body.sign_ins.len()) {
        let message = format!("must be 1 to {SIGN_INS_MAX} ids");
        return Err(Problem::invalid("sign_ins", message));
    }
    let beat = |sign_in: &SignInId| Heartbeat {
        sign_in: *sign_in,
        active: body.active,
    };
    let beats = body.sign_ins.iter().map(beat).collect();
    let (actor, cause) = (caller.actor.clone(), caller.cause.clone());
    let came = caller
        .app
        .engine()
        .heartbeats(caller.account, actor, cause, beats)
        .await?;
    let mut items = Vec::with_capacity(came.len());
    for (sign_in, came) in body.sign_ins.into_iter().zip(came) {
        items.push(one(&caller, sign_in, came).await?);
    }
    Ok(Answer(Beaten { items }))
}

async fn one(
    caller: &Admitted,
    sign_in: SignInId,
    came: Result<Secs, Refusal>,
) -> Result<BeatenOne, Problem> {
    let none = BeatenOne {
        sign_in,
        expires_in_secs: None,
        code: None,
        reason: None,
    };
    let refusal = match came {
        Ok(left) => {
            return Ok(BeatenOne {
                expires_in_secs: Some(left.get()),
                ..none
            });
        }
        Err(refusal) => refusal,
    };
    let (refusal, end) = super::ended::end_of(caller, refusal).await?;
    Ok(BeatenOne {
        code: Some(refusal.code().as_str()),
        reason: end.map(|end| end.reason.to_string()),
        ..none
    })
}
