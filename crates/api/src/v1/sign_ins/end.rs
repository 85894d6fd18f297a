//! Signing out, and evicting others.

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

/// The capacity and the reason.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// The capacity: `user` signs out; `admin` evicts. Left out: as the user if the caller may act for them, otherwise
    /// as an admin.
    #[serde(default, rename = "as")]
    #[param(rename = "as", value_type = Option<schema::Acting>)]
    acting: Option<Acting>,
    /// The reason, as the person is told it. It is stored either way.
    #[param(value_type = Option<schema::Note>)]
    reason: Option<Note>,
}

/// Sign out
///
/// With the sign-in's own token, the user's, or a key with `sign-ins.write`: signs out. With `seats.manage`: evicts the
/// user at once; their device is told who did it and why, and the pool's `eviction_cool_down_secs` applies. A caller
/// who may do both chooses with `as`; giving a reason does not choose. Either way the sessions of the sign-in end with
/// it, and its token stops working for good.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/sign-ins/{sign_in}", operation_id = "signOut", tag = "sign-ins",
    params(SignInPath, Why), responses((status = 204, description = "The sign-in has ended.")),
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
    match caller.try_execute(command, |_, (), _| ()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(failure) => Err(ended::problem(&caller, failure).await),
    }
}
