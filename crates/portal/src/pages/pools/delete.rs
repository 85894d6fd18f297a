//! Deleting a pool, after a page that shows what happens to its users (P2).

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_domain::command::{LeavingUsers, PoolCommand};
use usher_domain::permission::Privilege;
use usher_domain::refusal::CapacityRefusal;
use usher_domain::{Account, Actor, Command, PoolId, Refusal};

use super::edit::{Target, others};
use super::{pool_id, pool_path, tell};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::said::named;
use crate::viewer::Viewer;
use crate::work::Work;

#[derive(Template)]
#[template(path = "pools/delete.html")]
struct DeletePage {
    frame: Frame,
    form: Form,
    pool: Leaving,
}

/// The pool to delete.
struct Leaving {
    path: String,
    name: String,
    product: String,
    seats: u32,
    users: usize,
    /// What its users are doing, which ends with the pool.
    work: Work,
    others: Vec<Target>,
}

/// The form value that takes the users' licenses away.
const REMOVE: &str = "remove";

pub(super) async fn confirm(
    viewer: Viewer,
    Path((_, pool)): Path<(String, String)>,
) -> Result<Response, Failed> {
    Ok(page(&look(&viewer, pool_id(&pool)?, Form::default()).await?))
}

pub(super) async fn delete(
    Path((_, pool)): Path<(String, String)>,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = pool_id(&pool)?;
    let shown = look(&viewer, id, Form::default()).await?.pool;
    let users = match form.value("users") {
        "" => LeavingUsers::Refuse,
        REMOVE => LeavingUsers::Remove,
        target => LeavingUsers::MoveTo(pool_id(target)?),
    };
    match viewer
        .execute(Command::Pool(PoolCommand::Delete { id, users }), |_, (), _| ())
        .await?
    {
        Ok(()) => {
            let to = NavPage::SeatPools.path(viewer.account);
            Ok(done(&to, format!("The pool {} is deleted.", named(shown.name))))
        }
        Err(refusal) => {
            tell(&mut form, &refusal)?;
            Ok(page_again(&look(&viewer, id, form).await?))
        }
    }
}

async fn look(viewer: &Viewer, id: PoolId, form: Form) -> Result<DeletePage, Failed> {
    let look = move |account: &Account, actor: &Actor, _| {
        account.need_to_manage(actor, Privilege::SeatsManage, "pool")?;
        let pool = account.pool(id).ok_or(Refusal::NotFound { what: "pool" })?;
        if pool.default {
            return Err(Refusal::Capacity(CapacityRefusal::DefaultPool));
        }
        Ok(Leaving {
            path: pool_path(account.id(), id),
            name: pool.name.to_string(),
            product: account.product_name(&pool.product),
            seats: pool.seats,
            users: pool.users().len(),
            work: Work::of(
                account,
                actor,
                pool.users().iter().filter_map(|id| account.user(*id)),
                Some(&pool.product),
            ),
            others: others(account, id),
        })
    };
    let (frame, pool) = viewer.look(Some(NavPage::SeatPools), look).await?;
    Ok(DeletePage { frame, form, pool })
}
