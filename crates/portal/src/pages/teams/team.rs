//! One team: its name and its members.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::response::Response;
use usher_domain::command::{MemberChange, TeamCommand};
use usher_domain::permission::Privilege;
use usher_domain::text::Name;
use usher_domain::{Account, Actor, Command, Refusal, TeamId, UserId};

use super::view::{TeamData, TeamPage};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::members::{DeletePage, MembersQuery, named};
use crate::said;
use crate::viewer::Viewer;

type TeamPath = Path<(String, String)>;

fn team_id(text: &str) -> Result<TeamId, Failed> {
    text.parse().map_err(|_| Failed::not_found("team"))
}

fn path_of(viewer: &Viewer, id: TeamId) -> String {
    format!("{}/{id}", NavPage::Teams.path(viewer.account))
}

/// Refuses viewers who may not manage teams, before the form is read.
async fn guard(viewer: &Viewer) -> Result<(), Failed> {
    let need =
        |account: &Account, actor: &Actor, _| account.need_to_manage(actor, Privilege::UsersManage, "team");
    viewer.look(None, need).await.map(|_| ())
}

pub(super) async fn show(
    viewer: Viewer,
    Path((_, team)): TeamPath,
    Query(query): Query<MembersQuery>,
) -> Result<Response, Failed> {
    let id = team_id(&team)?;
    Ok(page(&team_page(&viewer, id, query, None).await?))
}

pub(super) async fn rename(
    Path((_, team)): TeamPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = team_id(&team)?;
    guard(&viewer).await?;
    let Some(name) = form.parse::<Name>("name") else {
        return again(&viewer, id, form).await;
    };
    let message = format!("The team is called {}.", said::named(&name));
    let command = Command::Team(TeamCommand::Change {
        id,
        name: Some(name),
        members: None,
    });
    match viewer.execute(command, |_, (), _| ()).await? {
        Ok(()) => Ok(done(&path_of(&viewer, id), message)),
        Err(Refusal::NotFound { what }) => Err(Failed::not_found(what)),
        Err(refusal) => {
            form.refused(&refusal);
            again(&viewer, id, form).await
        }
    }
}

pub(super) async fn add(
    Path((_, team)): TeamPath,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let id = team_id(&team)?;
    let users = named(&form);
    let change = MemberChange::Edit {
        add: users.clone(),
        remove: BTreeSet::new(),
    };
    let name = change_members(&viewer, id, users, change).await?;
    Ok(done(
        &path_of(&viewer, id),
        format!("{} is in the team now.", said::named(name)),
    ))
}

pub(super) async fn take_out(
    Path((_, team)): TeamPath,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let id = team_id(&team)?;
    let users = named(&form);
    let change = MemberChange::Edit {
        add: BTreeSet::new(),
        remove: users.clone(),
    };
    let name = change_members(&viewer, id, users, change).await?;
    let message = format!("{} is no longer in the team.", said::named(name));
    Ok(done(&path_of(&viewer, id), message))
}

pub(super) async fn ask_to_delete(viewer: Viewer, Path((_, team)): TeamPath) -> Result<Response, Failed> {
    let id = team_id(&team)?;
    let look = move |account: &Account, actor: &Actor, _| {
        account.need_to_manage(actor, Privilege::UsersManage, "team")?;
        let team = account
            .teams()
            .get(&id)
            .ok_or(Refusal::NotFound { what: "team" })?;
        Ok((team.name.to_string(), team.members.len()))
    };
    let (frame, (name, members)) = viewer.look(Some(NavPage::Teams), look).await?;
    Ok(page(&DeletePage {
        frame,
        path: path_of(&viewer, id),
        kind: "team",
        name,
        members,
        consequence: "with their licenses. They no longer see each other as contacts, unless they share another team.",
    }))
}

pub(super) async fn delete(
    Path((_, team)): TeamPath,
    Posted { viewer, .. }: Posted,
) -> Result<Response, Failed> {
    let id = team_id(&team)?;
    let deleted = viewer
        .execute(Command::Team(TeamCommand::Delete { id }), |_, (), _| ())
        .await?;
    deleted.map_err(|refusal| Failed::refused(&refusal))?;
    Ok(done(&NavPage::Teams.path(viewer.account), "The team is deleted."))
}

/// Adds users to a team or removes them. Returns their names for the message.
async fn change_members(
    viewer: &Viewer,
    id: TeamId,
    users: BTreeSet<UserId>,
    change: MemberChange,
) -> Result<String, Failed> {
    let look = move |account: &Account, actor: &Actor, _| {
        account.need_to_manage(actor, Privilege::UsersManage, "team")?;
        if !account.teams().contains_key(&id) {
            return Err(Refusal::NotFound { what: "team" });
        }
        let known = users.iter().filter_map(|id| account.user(*id));
        let names: Vec<_> = known.map(|user| user.profile.name.reveal().to_string()).collect();
        match names.as_slice() {
            [] => Err(Refusal::NotFound { what: "user" }),
            [one] => Ok(one.clone()),
            many => Ok(crate::pages::users::people(many.len())),
        }
    };
    let (_, name) = viewer.look(None, look).await?;
    let command = Command::Team(TeamCommand::Change {
        id,
        name: None,
        members: Some(change),
    });
    let changed = viewer.execute(command, |_, (), _| ()).await?;
    changed.map_err(|refusal| Failed::refused(&refusal))?;
    Ok(name)
}

async fn again(viewer: &Viewer, id: TeamId, form: Form) -> Result<Response, Failed> {
    let query = MembersQuery::default();
    Ok(page_again(&team_page(viewer, id, query, Some(form)).await?))
}

async fn team_page(
    viewer: &Viewer,
    id: TeamId,
    query: MembersQuery,
    form: Option<Form>,
) -> Result<TeamPage, Failed> {
    let asked = Arc::new(query.clone());
    let look = move |account: &Account, actor: &Actor, _| TeamData::of(account, actor, id, &asked);
    let (frame, seen) = viewer.look(Some(NavPage::Teams), look).await?;
    Ok(TeamPage {
        frame,
        form: form.unwrap_or_else(|| Form::showing([("name", seen.name.as_str())])),
        list: NavPage::Teams.path(viewer.account),
        users: NavPage::Users.path(viewer.account),
        path: path_of(viewer, id),
        query,
        seen,
    })
}
