//! Teams.

use super::office::*;
use crate::command::Command;
use crate::permission::{Privilege, Role};

fn create_team(name: &str, people: &[&str]) -> Command {
    Command::CreateTeam {
        id: team(name),
        name: name.parse().unwrap(),
        members: members(people),
    }
}

fn change_team(name: &str, new_name: Option<&str>, people: Option<&[&str]>) -> Command {
    Command::ChangeTeam {
        id: team(name),
        name: new_name.map(|name| name.parse().unwrap()),
        members: people.map(members),
    }
}

fn office() -> Office {
    Office::new()
        .with("una", Role::Manager, &[Privilege::UsersManage])
        .with("sam", Role::Manager, &[Privilege::SeatsManage])
        .with_members(&["ann", "ben", "cem"])
        .after(&[create_team("red", &["ann", "ben"])])
}

fn teams_of(office: &Office, name: &str) -> Vec<crate::TeamId> {
    office.account.user(user(name)).unwrap().teams().to_vec()
}

#[test]
fn p4_a_user_knows_the_teams_they_are_in() {
    let mut office = office().after(&[create_team("blue", &["ben"])]);
    let both = {
        let mut both = vec![team("blue"), team("red")];
        both.sort();
        both
    };
    assert_eq!(teams_of(&office, "ben"), both);

    office.does(&change_team("red", None, Some(&["ann", "cem"])));

    assert_eq!(teams_of(&office, "ann"), [team("red")]);
    assert_eq!(teams_of(&office, "ben"), [team("blue")]);
    assert_eq!(teams_of(&office, "cem"), [team("red")]);
    office.does(&Command::DeleteTeam { id: team("red") });
    assert!(teams_of(&office, "ann").is_empty());
}

#[test]
fn p4_a_user_who_is_deleted_leaves_their_teams() {
    let office = office().after(&[delete("ann")]);

    assert_eq!(office.account.teams()[&team("red")].members, members(&["ben"]));
}

#[test]
fn p4_teams_have_different_names_and_members_who_exist() {
    let mut office = office().after(&[create_team("blue", &[])]);

    for (command, answer) in [
        (create_team("green", &["ann", "nobody"]), "invalid"),
        (change_team("blue", None, Some(&["nobody"])), "invalid"),
        (change_team("blue", Some("red"), None), "already-exists"),
        (change_team("green", Some("red"), None), "not-found"),
        (change_team("blue", Some("green"), Some(&["cem"])), "ok"),
        (Command::DeleteTeam { id: team("green") }, "not-found"),
    ] {
        assert_eq!(office.answer(&OPERATOR, &command), answer, "{command:?}");
    }
    assert_eq!(
        office
            .does(&change_team("red", Some("red"), Some(&["ann", "ben"])))
            .events,
        []
    );
}

#[test]
fn p4_p2_6_teams_are_for_who_manages_users() {
    let office = office();

    for (who, create, change) in [
        ("una", "ok", "ok"),
        ("sam", "forbidden", "forbidden"),
        ("ann", "forbidden", "not-found"),
    ] {
        assert_eq!(
            office.answer(&by(who), &create_team("blue", &[])),
            create,
            "{who}"
        );
        assert_eq!(
            office.answer(&by(who), &change_team("red", Some("blue"), None)),
            change,
            "{who}"
        );
    }
}
