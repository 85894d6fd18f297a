//! The answer to a call that creates.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use usher_app::Admitted;
use usher_domain::{Account, Command};

use super::new_id::IdempotencyKey;
use crate::problem::Problem;

/// What was created, or what an earlier call with the same `Idempotency-Key` created, as it is now.
pub(crate) struct Created<T> {
    /// Whether an earlier call created it.
    pub(crate) existed: bool,
    /// Its path.
    pub(crate) location: String,
    /// Its current state.
    pub(crate) shown: T,
}

impl<T: Send + 'static> Created<T> {
    /// Gives a command that creates something, and shows it. `find` finds it in the account; `path` is its path below
    /// the account.
    pub(crate) async fn by(
        caller: &Admitted,
        key: &IdempotencyKey,
        command: Command,
        path: String,
        find: impl Fn(&Account) -> Option<T> + Clone + Send + 'static,
    ) -> Result<Self, Problem> {
        let mut existed = false;
        if key.is_given() {
            let find = find.clone();
            existed = caller
                .read(move |account, _, _| Ok(find(account).is_some()))
                .await?;
        }
        let shown = caller
            .execute_once(key, command, move |account, (), _| find(account))
            .await?;
        Ok(Self {
            existed,
            location: format!("/v1/accounts/{}/{path}", caller.account),
            shown: shown.ok_or_else(|| Problem::not_found("such thing"))?,
        })
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let status = if self.existed {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        (status, [(header::LOCATION, self.location)], Json(self.shown)).into_response()
    }
}
