//! Teams: which users see each other's presence (P4).

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use crate::account::{Account, Team};
use crate::command::{Decision, MemberChange, TeamCommand};
use crate::decide::{licenses, members};
use crate::event::{Event, TeamEvent};
use crate::id::{TeamId, UserId};
use crate::permission::{Actor, Privilege};
use crate::refusal::{Refusal, StateRefusal};
use crate::repeat;
use crate::text::Name;

pub(super) fn decide(account: &Account, command: &TeamCommand, actor: &Actor) -> Result<Decision, Refusal> {
    match command {
        TeamCommand::Create { id, name, members } => create(account, *id, name, members, actor),
        TeamCommand::Change { id, name, members } => {
            change(account, *id, name.as_ref(), members.as_ref(), actor)
        }
        TeamCommand::Delete { id } => {
            team(account, *id, actor)?;
            if let Some(group) = account.group_that_gives(|gives| gives.team == Some(*id)) {
                // D5.
                return Err(licenses::in_a_mapping("team", group));
            }
            Ok(Decision::done(vec![Event::Team(TeamEvent::Deleted { id: *id })]))
        }
    }
}

fn create(
    account: &Account,
    id: TeamId,
    name: &Name,
    members: &BTreeSet<UserId>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_in_account(actor, Privilege::UsersManage)?;
    match account.teams.get(&id) {
        Some(made) if made.name == *name || repeat::is_derived(id.bits()) => {
            return Ok(Decision::done(Vec::new()));
        }
        Some(_) => return Err(taken("id")),
        None => {}
    }
    check_name(account, id, name)?;
    members::check(account, "members", members)?;
    Ok(Decision::done(vec![Event::Team(TeamEvent::Created {
        id,
        name: name.clone(),
        members: members.clone(),
    })]))
}

fn change(
    account: &Account,
    id: TeamId,
    name: Option<&Name>,
    change: Option<&MemberChange>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let before = team(account, id, actor)?;
    let name = name.unwrap_or(&before.name);
    if let Some(change) = change {
        members::check_change(account, change)?;
    }
    let members = change.map_or_else(
        || before.members.clone(),
        |change| change.applied_to(&before.members),
    );
    if *name == before.name && members == before.members {
        return Ok(Decision::done(Vec::new()));
    }
    check_name(account, id, name)?;
    Ok(Decision::done(vec![Event::Team(TeamEvent::Changed {
        id,
        name: name.clone(),
        members,
    })]))
}

fn team<'a>(account: &'a Account, id: TeamId, actor: &Actor) -> Result<&'a Team, Refusal> {
    account.need_to_manage(actor, Privilege::UsersManage, "team")?;
    account.teams.get(&id).ok_or(Refusal::NotFound { what: "team" })
}

fn check_name(account: &Account, id: TeamId, name: &Name) -> Result<(), Refusal> {
    let is_taken = account
        .teams
        .values()
        .any(|team| team.name == *name && team.id != id);
    if is_taken {
        return Err(taken("name"));
    }
    Ok(())
}

fn taken(field: &'static str) -> Refusal {
    Refusal::State(StateRefusal::AlreadyExists { what: "team", field })
}
