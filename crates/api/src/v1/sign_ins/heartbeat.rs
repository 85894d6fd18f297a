//! Heartbeats of one sign-in.

use axum::Json as Answer;
use usher_app::{AccountsManage, Caller};
use usher_domain::command::Heartbeat;
use usher_domain::{Account, Secs, Timestamp};

use super::dto::{Alive, Beat};
use crate::extract::Path;
use crate::problem::Problem;
use crate::v1::ended;
use crate::v1::optional::Optional;
use crate::v1::path::SignInPath;

/// Send a heartbeat
///
/// Renews the lease, with the sign-in's own token or a key with `sign-ins.write`. The answer contains the remaining
/// seconds of everything that expires; the client's clock never matters. The body may be left out.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/sign-ins/{sign_in}/heartbeat", operation_id = "sendHeartbeat",
    tag = "sign-ins", params(SignInPath), request_body = Option<Beat>,
    responses((status = 200, description = "The remaining times.", body = Alive)),
    extensions(("x-problems" = json!(["sign-in-ended"])))
)]
pub(super) async fn heartbeat(
    caller: Caller<AccountsManage>,
    Path(path): Path<SignInPath>,
    Optional(beat): Optional<Beat>,
) -> Result<Answer<Alive>, Problem> {
    let command = Heartbeat {
        sign_in: path.sign_in,
        active: beat.active,
    };
    let view = move |account: &Account, _: &Secs, now: Timestamp| {
        let sign_in = account.sign_ins().get(&path.sign_in)?;
        Some(Alive::of(account, sign_in, now))
    };
    match caller.try_execute(command, view).await {
        Ok(alive) => alive.map(Answer).ok_or_else(|| Problem::not_found("sign-in")),
        Err(failure) => Err(ended::problem(&caller, failure).await),
    }
}
