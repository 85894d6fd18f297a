//! Signing out, and logging others out.

use axum::http::StatusCode;
use serde::Deserialize;
use usher_app::{AccountsManage, Caller};
use usher_domain::Command;
use usher_domain::command::{Acting, SignInCommand};
use usher_domain::text::Note;
use utoipa::IntoParams;

use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::v1::acting::{self, On, as_user};
use crate::v1::ended;
use crate::v1::path::SignInPath;
use crate::v1::schema;

/// In which capacity, and why.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// In which capacity: `user`, which signs out; `admin`, which evicts. Left out: as the user where the caller may act
    /// for them, else as an admin.
    #[serde(default, rename = "as")]
    #[param(rename = "as", value_type = Option<schema::Acting>)]
    acting: Option<Acting>,
    /// The reason, as the person is told it. It is kept either way.
    #[param(value_type = Option<schema::Note>)]
    reason: Option<Note>,
}

/// Sign out
///
/// With the sign-in's own token, the user's, or a key with `sign-ins.write`: signs out. With `seats.manage`: evicts
/// the user at once; their device is told who did it and why, and the pool's `eviction_cool_down_secs` applies. Who may
/// do both says which by `as`, and never by giving a reason. Either way the sessions of the sign-in end with it, and
/// its token is dead for good.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/sign-ins/{sign_in}", operation_id = "signOut", tag = "sign-ins",
    params(SignInPath, Why), responses((status = 204, description = "The sign-in is over.")),
    extensions(("x-problems" = json!(["sign-in-ended"])))
)]
pub(super) async fn sign_out(
    caller: Caller<AccountsManage>,
    Path(path): Path<SignInPath>,
    Query(why): Query<Why>,
) -> Result<StatusCode, Problem> {
    let is_as_user = acting::is_user(why.acting);
    let caller = as_user(caller.into_admitted(), is_as_user, On::SignIn(path.sign_in)).await?;
    let command = Command::SignIn(SignInCommand::SignOut {
        sign_in: path.sign_in,
        note: why.reason,
        acting: why.acting,
    });
    match caller.try_execute(command, |_, _, _| ()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(failure) => Err(ended::problem(&caller, failure).await),
    }
}
