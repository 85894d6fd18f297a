//! Groups: their members, which a directory sets, and what they give (D2 to D4).

mod group;
mod mapping;
mod view;

use std::collections::BTreeSet;

use axum::extract::Query;
use axum::response::Response;
use usher_domain::command::GroupCommand;
use usher_domain::permission::Privilege;
use usher_domain::text::Name;
use usher_domain::{Account, Actor, Command, GroupId};
use usher_identity::draw_bits;

use self::view::{Groups, ListPage};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::directories;
use crate::pages::members::ListQuery;
use crate::routes::{Pages, get, post};
use crate::said::named;
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    let one = "/a/{account}/groups/{group}";
    let at = |rest: &str| format!("{one}/{rest}");
    Pages::new()
        .route("/a/{account}/groups", get(show).post(create))
        .route(one, get(group::show).post(group::rename))
        .route(&at("add"), post(group::add))
        .route(&at("take-out"), post(group::take_out))
        .route(&at("mapping"), post(mapping::save))
        .route(&at("delete"), get(group::ask_to_delete).post(group::delete))
}

async fn show(viewer: Viewer, Query(query): Query<ListQuery>) -> Result<Response, Failed> {
    Ok(page(&list_page(&viewer, query, Form::default()).await?))
}

async fn create(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    let Some(name) = form.parse::<Name>("name") else {
        return again(&viewer, form).await;
    };
    let id = GroupId::from_bits(draw_bits(viewer.portal.app.engine().now())?);
    let command = Command::Group(GroupCommand::Create {
        id,
        name: name.clone(),
        external_id: None,
        members: BTreeSet::new(),
    });
    match viewer.execute(command, |_, (), _| ()).await? {
        Ok(()) => {
            let path = format!("{}/{id}", NavPage::Groups.path(viewer.account));
            let message = format!(
                "Group {} created. Say what its members get, then add them.",
                named(name)
            );
            Ok(done(&path, message))
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
    let look = move |account: &Account, actor: &Actor, _| {
        let seen = Groups::of(account, actor, &asked)?;
        Ok((seen, directories::is_for(account, actor)))
    };
    let (frame, (seen, is_admin)) = viewer.look(Some(NavPage::Groups), look).await?;
    Ok(ListPage {
        frame,
        form,
        path: NavPage::Groups.path(viewer.account),
        query,
        directories: is_admin.then(|| format!("/a/{}/{}", viewer.account, directories::DIRECTORIES)),
        seen,
    })
}
