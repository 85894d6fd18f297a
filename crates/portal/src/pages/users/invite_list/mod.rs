//! Inviting people from a list, pasted or from a file: a preview first, then each person is added with an invitation, or
//! named with what is wrong.

mod list;
mod plan;
mod run;
mod view;

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use usher_app::to_the_end;
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor};
use usher_identity::draw_bits;

use self::list::List;
use self::plan::{Plan, products};
pub(super) use self::run::Lists;
use self::run::{ListId, Outcome};
use self::view::{FormPage, InvitedPage, PreviewPage};
use crate::answer::{page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::viewer::Viewer;

/// The field with the list as it was pasted.
const LIST: &str = "list";

pub(super) async fn show(viewer: Viewer) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    Ok(page(&form_page(&viewer, Form::default()).await?))
}

/// The preview.
pub(super) async fn preview(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    let now = viewer.portal.app.engine().now();
    let id = ListId::of(&viewer, format!("{:032x}", draw_bits(now)?));
    match plan(&viewer, form.value(LIST), &id).await? {
        Ok(plan) => Ok(page(&preview_page(&viewer, form, plan, &id).await?)),
        Err(problem) => {
            form.wrong(LIST, problem);
            Ok(page_again(&form_page(&viewer, form).await?))
        }
    }
}

/// Adds and invites the people of the list. Sent twice, also at the same moment, it does so once.
pub(super) async fn invite(
    Extension(lists): Extension<Arc<Lists>>,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    let id = ListId::of(&viewer, form.value("list_id").to_owned());
    let text = form.value(LIST).to_owned();
    let invited = to_the_end({
        let viewer = viewer.clone();
        async move { lists.once(&viewer, &id, &text).await }
    });
    match invited.await? {
        Ok(outcome) => Ok(page(&invited_page(&viewer, outcome).await?)),
        Err(problem) => {
            form.wrong(LIST, problem);
            Ok(page_again(&form_page(&viewer, form).await?))
        }
    }
}

/// What the list comes to, or why it is none.
async fn plan(viewer: &Viewer, text: &str, id: &ListId) -> Result<Result<Plan, String>, Failed> {
    let (text, id) = (text.to_owned(), id.clone());
    let look = move |account: &Account, actor: &Actor, now| {
        let list = List::read(&text, &products(account));
        Ok(list.map(|list| Plan::of(account, actor, now, &list, &id)))
    };
    Ok(viewer.look(None, look).await?.1)
}

async fn form_page(viewer: &Viewer, form: Form) -> Result<FormPage, Failed> {
    let look = |account: &Account, _: &Actor, _| Ok(products(account));
    let (frame, products) = viewer.look(Some(NavPage::Users), look).await?;
    Ok(FormPage {
        frame,
        form,
        path: path(viewer),
        users: NavPage::Users.path(viewer.account),
        products: products.into_iter().map(|(slug, _)| slug.to_string()).collect(),
    })
}

async fn preview_page(viewer: &Viewer, form: Form, plan: Plan, id: &ListId) -> Result<PreviewPage, Failed> {
    let FormPage {
        frame,
        form,
        path,
        users,
        products,
    } = form_page(viewer, form).await?;
    Ok(PreviewPage {
        frame,
        form,
        path,
        users,
        products,
        list_id: id.as_str().to_owned(),
        has_mail: viewer.portal.app.mail_setup().is_some(),
        plan,
    })
}

async fn invited_page(viewer: &Viewer, outcome: Arc<Outcome>) -> Result<InvitedPage, Failed> {
    let look = |_: &Account, _: &Actor, _| Ok(());
    let (frame, ()) = viewer.look(Some(NavPage::Users), look).await?;
    Ok(InvitedPage {
        frame,
        path: path(viewer),
        users: NavPage::Users.path(viewer.account),
        is_here_alone: viewer.portal.app.is_known_here_alone(),
        outcome,
    })
}

fn path(viewer: &Viewer) -> String {
    format!("{}/invite", NavPage::Users.path(viewer.account))
}
