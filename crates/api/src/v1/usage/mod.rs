//! Usage: who holds which seats at the moment.

mod dto;

use axum::Json as Answer;
use usher_app::{AccountsRead, Caller};
use usher_domain::Account;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::dto::Usage;
use super::ended::{self, need_presence};
use super::path::AccountPath;
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get))
}

/// Get the usage
///
/// How the account's seats are used at this moment. Callers who may see the account's pools see everything, including
/// who holds which seats. Other users, and their devices, see the numbers of the pools that they share, and with
/// `view_account` also the holders there.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/usage", operation_id = "getUsage", tag = "usage",
    params(AccountPath), responses((status = 200, description = "The usage.", body = Usage)),
    extensions(("x-problems" = json!(["sign-in-ended", "ticket-ended"])))
)]
async fn get(caller: Caller<AccountsRead>) -> Result<Answer<Usage>, Problem> {
    let actor = caller.actor.clone();
    let view = move |account: &Account, now| {
        need_presence(account, &actor)?;
        Ok(Usage::of(account, &actor, now))
    };
    ended::read(&caller, view).await.map(Answer)
}
