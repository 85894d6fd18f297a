//! Directories: entries, groups, what groups give, and how people sign in (D1 to D7).

mod groups;
mod mappings;
mod people;
mod single_sign_on;

use super::office::*;
use crate::account::SettingsPatch;
use crate::command::{Command, UserPatch};
use crate::directory::{DirectoryEntry, GroupMapping, SignInPatch, Subject};
use crate::permission::{Actor, Role, Scope};
use crate::tests::kit;
use crate::user::License;
use crate::{TeamId, UserId};

const NAMED: Option<License> = Some(License::Named);

fn scim() -> Actor {
    key(&[Scope::Directory])
}

fn entered(name: &str, entry: Option<DirectoryEntry>) -> Command {
    let patch = UserPatch {
        directory: Some(entry),
        ..UserPatch::default()
    };
    change(name, patch)
}

fn vouched(user_name: &str, sub: &str) -> DirectoryEntry {
    DirectoryEntry {
        subject: Some(subject(sub).into()),
        ..entry(user_name)
    }
}

fn subject(sub: &str) -> Subject {
    Subject {
        issuer: "https://id.example.com".parse().unwrap(),
        sub: sub.parse().unwrap(),
    }
}

fn switch(name: &str, active: bool) -> Command {
    let patch = UserPatch {
        active: Some(active),
        ..UserPatch::default()
    };
    change(name, patch)
}

fn readdress(name: &str) -> Command {
    let patch = UserPatch {
        email: Some("new@example.com".parse().unwrap()),
        ..UserPatch::default()
    };
    change(name, patch)
}

fn become_a(name: &str, role: Role) -> Command {
    let patch = UserPatch {
        role: Some(role),
        ..UserPatch::default()
    };
    change(name, patch)
}

fn gives_role(role: Role) -> GroupMapping {
    GroupMapping {
        role: Some(role),
        ..GroupMapping::default()
    }
}

fn gives_team(of: TeamId) -> GroupMapping {
    GroupMapping {
        team: Some(of),
        ..GroupMapping::default()
    }
}

fn create_team(name: &str, people: &[&str]) -> Command {
    kit::create_team(team(name), name, members(people))
}

fn said(name: &str, groups: &[&str]) -> Command {
    kit::set_user_groups(user(name), groups.iter().map(|name| group(name)).collect())
}

fn signs_in(sign_in: SignInPatch) -> Command {
    kit::change_settings(SettingsPatch {
        sign_in,
        ..SettingsPatch::default()
    })
}

fn require_sso(break_glass: Option<&str>) -> Command {
    signs_in(SignInPatch {
        sso_required: Some(true),
        break_glass: break_glass.map(|name| Some(user(name))),
        ..SignInPatch::default()
    })
}

/// These users, an empty group `crew` that gives a license, and this many named and shared seats.
fn crew(named: u32, shared: u32, people: &[&str], license: Option<License>) -> Office {
    Office::with_seats(named, shared)
        .with_members(people)
        .after(&[create_group("crew", &[]), map("crew", gives(license))])
}

fn role_of(office: &Office, name: &str) -> Role {
    office.account.user(user(name)).unwrap().profile.role
}

fn team_of(office: &Office, name: &str) -> Vec<UserId> {
    office.account.teams()[&team(name)]
        .members
        .iter()
        .copied()
        .collect()
}
