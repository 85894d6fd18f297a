//! History: what happened in an account. Needs `reports.view` throughout.

mod audit;
mod refusals;
mod waits;

use usher_app::{Admitted, Window};
use usher_domain::permission::Privilege;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::time::Time;
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(refusals::list))
        .routes(routes!(waits::list))
        .routes(routes!(audit::list))
}

/// Refuses callers who may not see the history.
async fn need_reports(caller: &Admitted) -> Result<(), Problem> {
    let need = |account: &usher_domain::Account, actor: &usher_domain::Actor, _| {
        account.need_in_account(actor, Privilege::ReportsView)
    };
    Ok(caller.read(need).await?)
}

/// The range of wall time between two instants, either of which may be open.
async fn window(caller: &Admitted, from: Option<Time>, to: Option<Time>) -> Result<Window, Problem> {
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        return Err(Problem::invalid("to", "must not lie before `from`"));
    }
    let wall = caller.app.wall_times(caller.account).await;
    Ok(Window::new(wall, from.map(|at| at.0), to.map(|at| at.0)))
}
