//! Teams: which users see each other's presence (P4).

mod team;
mod view;

use std::collections::BTreeSet;

use axum::extract::Query;
use axum::response::Response;
use usher_domain::command::TeamCommand;
use usher_domain::permission::Privilege;
use usher_domain::text::Name;
use usher_domain::{Account, Actor, Command, TeamId};
use usher_identity::draw_bits;

use self::view::{ListPage, Teams};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::members::ListQuery;
use crate::routes::{Pages, get, post};
use crate::said::named;
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    let one = "/a/{account}/teams/{team}";
    let at = |rest: &str| format!("{one}/{rest}");
    Pages::new()
        .route("/a/{account}/teams", get(show).post(create))
        .route(one, get(team::show).post(team::rename))
        .route(&at("add"), post(team::add))
        .route(&at("take-out"), post(team::take_out))
        .route(&at("delete"), get(team::ask_to_delete).post(team::delete))
}

async fn show(viewer: Viewer, Query(query): Query<ListQuery>) -> Result<Response, Failed> {
    Ok(page(&list_page(&viewer, query, Form::default()).await?))
}

async fn create(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    let Some(name) = form.parse::<Name>("name") else {
        return again(&viewer, form).await;
    };
    let id = TeamId::from_bits(draw_bits(viewer.portal.app.engine().now())?);
    let command = Command::Team(TeamCommand::Create {
        id,
        name: name.clone(),
        members: BTreeSet::new(),
    });
    match viewer.execute(command, |_, (), _| ()).await? {
        Ok(()) => {
            let path = format!("{}/{id}", NavPage::Teams.path(viewer.account));
            Ok(done(
                &path,
                format!("Team {} created. Add its members now.", named(name)),
            ))
        }
        Err(refusal) => {
            form.refused(&refusal);
            again(&viewer, form).await
        }
    }
}

async fn again(viewer: &Viewer, form: Form) -> Result<Response, Failed> {
    Ok(page_again(&list_page(viewer, ListQuery::default(), form).await?))
}

async fn list_page(viewer: &Viewer, query: ListQuery, form: Form) -> Result<ListPage, Failed> {
    let asked = query.clone();
    let look = move |account: &Account, actor: &Actor, _| Teams::of(account, actor, &asked);
    let (frame, seen) = viewer.look(Some(NavPage::Teams), look).await?;
    Ok(ListPage {
        frame,
        form,
        path: NavPage::Teams.path(viewer.account),
        query,
        seen,
    })
}
