//! Signing out, and logging others out.

use axum::http::StatusCode;
use serde::Deserialize;
use usher_domain::Command;
use usher_domain::text::Note;
use utoipa::IntoParams;

use crate::extract::{Caller, Path, Query};
use crate::problem::Problem;
use crate::v1::ended;
use crate::v1::path::SignInPath;
use crate::v1::schema;

/// Why somebody is logged out.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// The reason, as the person is told it. Without effect when signing out oneself.
    #[param(value_type = Option<schema::Note>)]
    reason: Option<Note>,
}

/// Sign out
///
/// With the sign-in's own token, the user's, or a key with `sign-ins.write`: signs out. With `seats.manage`: logs
/// another out at once; the device is told who did it and why, and the pool's `eviction_cool_down_secs` holds. Either
/// way the sessions of the sign-in end with it, and its token is dead for good.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/sign-ins/{sign_in}", operation_id = "signOut", tag = "sign-ins",
    params(SignInPath, Why), responses((status = 204, description = "The sign-in is over.")),
    extensions(("x-problems" = json!(["sign-in-ended"])))
)]
pub(super) async fn sign_out(
    caller: Caller,
    Path(path): Path<SignInPath>,
    Query(why): Query<Why>,
) -> Result<StatusCode, Problem> {
    let command = Command::SignOut {
        sign_in: path.sign_in,
        note: why.reason,
    };
    match caller.try_execute(command, |_, _, _| ()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(failure) => Err(ended::problem(&caller, failure).await),
    }
}
