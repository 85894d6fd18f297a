//! One group: its name and its members.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::response::Response;
use usher_domain::command::{GroupCommand, MemberChange};
use usher_domain::permission::Privilege;
use usher_domain::refusal::{CapacityRefusal, StateRefusal};
use usher_domain::text::Name;
use usher_domain::{Account, Actor, Command, GroupId, Refusal, UserId};

use super::view::{GroupData, GroupPage};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::members::{DeletePage, MembersQuery, named};
use crate::said;
use crate::sentence;
use crate::viewer::Viewer;
use crate::work::{self, Question};

pub(super) type GroupPath = Path<(String, String)>;

pub(super) fn group_id(text: &str) -> Result<GroupId, Failed> {
    text.parse().map_err(|_| Failed::not_found("group"))
}

pub(super) fn path_of(viewer: &Viewer, id: GroupId) -> String {
    format!("{}/{id}", NavPage::Groups.path(viewer.account))
}

/// Refuses viewers who may not manage groups, before the form is read.
pub(super) async fn guard(viewer: &Viewer) -> Result<(), Failed> {
    let need =
        |account: &Account, actor: &Actor, _| account.need_to_manage(actor, Privilege::UsersManage, "group");
    viewer.look(None, need).await.map(|_| ())
}

pub(super) async fn show(
    viewer: Viewer,
    Path((_, group)): GroupPath,
    Query(query): Query<MembersQuery>,
) -> Result<Response, Failed> {
    let id = group_id(&group)?;
    Ok(page(&group_page(&viewer, id, query, None).await?))
}

pub(super) async fn rename(
    Path((_, group)): GroupPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = group_id(&group)?;
    guard(&viewer).await?;
    let Some(name) = form.parse::<Name>("name") else {
        return again(&viewer, id, form).await;
    };
    let message = format!("The group is called {}.", said::named(&name));
    let command = Command::Group(GroupCommand::Change {
        id,
        name: Some(name),
        external_id: None,
        members: None,
    });
    carry_out(&viewer, id, command, message, form, "name").await
}

pub(super) async fn add(
    Path((_, group)): GroupPath,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let add = named(&form);
    let message = "They are in the group now, with what it gives.";
    edit(&viewer, &group, "add", (add, BTreeSet::new()), message, form).await
}

pub(super) async fn take_out(
    Path((_, group)): GroupPath,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let remove = named(&form);
    let message = "They are no longer in the group. What it gave them is taken back.";
    edit(
        &viewer,
        &group,
        "take-out",
        (BTreeSet::new(), remove),
        message,
        form,
    )
    .await
}

async fn edit(
    viewer: &Viewer,
    group: &str,
    action: &str,
    (add, remove): (BTreeSet<UserId>, BTreeSet<UserId>),
    message: &str,
    form: Form,
) -> Result<Response, Failed> {
    let id = group_id(group)?;
    guard(viewer).await?;
    let command = Command::Group(GroupCommand::Change {
        id,
        name: None,
        external_id: None,
        members: Some(MemberChange::Edit { add, remove }),
    });
    if let Some(asked) = ask_first(viewer, &form, id, action, &command).await? {
        return Ok(asked);
    }
    carry_out(viewer, id, command, message.to_owned(), form, "who").await
}

/// Asks before a change of a group signs out users whose license it changes (D3, L5).
pub(super) async fn ask_first(
    viewer: &Viewer,
    form: &Form,
    id: GroupId,
    action: &str,
    command: &Command,
) -> Result<Option<Response>, Failed> {
    let back = path_of(viewer, id);
    let question = Question {
        nav: NavPage::Groups,
        action: format!("{back}/{action}"),
        back,
        // What a group gives is given at once.
        may_wait: false,
        now: "Change now",
    };
    let asked = move |account: &Account| {
        let name = account.group(id).map(|group| said::named(&group.name));
        format!("Change the group {}?", name.unwrap_or_default())
    };
    work::ask_before(viewer, form, question, command.clone(), asked).await
}

/// Executes a command about a group. A refusal becomes an error of the field that it is about, else of `field`.
pub(super) async fn carry_out(
    viewer: &Viewer,
    id: GroupId,
    command: Command,
    message: String,
    mut form: Form,
    field: &str,
) -> Result<Response, Failed> {
    let refusal = match viewer.execute(command, |_, (), _| ()).await? {
        Ok(()) => return Ok(done(&path_of(viewer, id), message)),
        Err(Refusal::NotFound { what: "group" }) => return Err(Failed::not_found("group")),
        Err(refusal) => refusal,
    };
    let says = sentence(viewer, &refusal).await?;
    match &refusal {
        // Only the mapping has a field for each product.
        Refusal::Capacity(
            CapacityRefusal::NotEnoughSeats { product, .. }
            | CapacityRefusal::OverSubscription { product, .. },
        ) if field == "mapping" => {
            form.wrong(&format!("license-{product}"), says);
        }
        Refusal::State(StateRefusal::AlreadyExists { field, .. }) | Refusal::Invalid { field, .. } => {
            form.wrong(field, says);
        }
        _ => form.wrong(field, says),
    }
    again(viewer, id, form).await
}

/// The sentence for a refusal, with the name of the first user without a seat.
async fn sentence(viewer: &Viewer, refusal: &Refusal) -> Result<String, Failed> {
    let says = sentence::of(refusal);
    let Refusal::Capacity(CapacityRefusal::NotEnoughSeats { user: Some(user), .. }) = *refusal else {
        return Ok(says);
    };
    let name = move |account: &Account, _: &Actor, _| {
        Ok(account
            .user(user)
            .map(|user| user.profile.name.reveal().to_string()))
    };
    let (_, name) = viewer.look(None, name).await?;
    Ok(match name {
        Some(name) => format!(
            "{says} {} would have none, so nothing was changed.",
            said::named(name)
        ),
        None => says,
    })
}

pub(super) async fn ask_to_delete(viewer: Viewer, Path((_, group)): GroupPath) -> Result<Response, Failed> {
    let id = group_id(&group)?;
    let look = move |account: &Account, actor: &Actor, _| {
        account.need_to_manage(actor, Privilege::UsersManage, "group")?;
        let group = account.group(id).ok_or(Refusal::NotFound { what: "group" })?;
        Ok((group.name.to_string(), group.members.len()))
    };
    let (frame, (name, members)) = viewer.look(Some(NavPage::Groups), look).await?;
    Ok(page(&DeletePage {
        frame,
        path: path_of(&viewer, id),
        kind: "group",
        name,
        members,
        consequence: "but lose what this group gave them, unless another group of theirs gives it too. Users who are \
                      signed in with such a license are signed out at once.",
    }))
}

pub(super) async fn delete(
    Path((_, group)): GroupPath,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let id = group_id(&group)?;
    let command = Command::Group(GroupCommand::Delete { id });
    if let Some(asked) = ask_first(&viewer, &form, id, "delete", &command).await? {
        return Ok(asked);
    }
    let deleted = viewer.execute(command, |_, (), _| ()).await?;
    deleted.map_err(|refusal| Failed::refused(&refusal))?;
    let message = "The group is deleted. What it gave is taken back.";
    Ok(done(&NavPage::Groups.path(viewer.account), message))
}

pub(super) async fn again(viewer: &Viewer, id: GroupId, form: Form) -> Result<Response, Failed> {
    let query = MembersQuery::default();
    Ok(page_again(&group_page(viewer, id, query, Some(form)).await?))
}

async fn group_page(
    viewer: &Viewer,
    id: GroupId,
    query: MembersQuery,
    form: Option<Form>,
) -> Result<GroupPage, Failed> {
    let asked = Arc::new(query.clone());
    let typed = form.as_ref().map(super::mapping::Typed::of);
    let look =
        move |account: &Account, actor: &Actor, _| GroupData::of(account, actor, id, &asked, typed.as_ref());
    let (frame, seen) = viewer.look(Some(NavPage::Groups), look).await?;
    let name = seen.name.as_str();
    let form = form.unwrap_or_default().or_showing([("name", name)]);
    Ok(GroupPage {
        frame,
        form,
        list: NavPage::Groups.path(viewer.account),
        users: NavPage::Users.path(viewer.account),
        path: path_of(viewer, id),
        query,
        seen,
    })
}
