//! Teams.

use super::office::*;
use crate::command::{Command, MemberChange, TeamCommand};
use crate::permission::{Privilege, Role};
use crate::tests::kit;

fn create_team(name: &str, people: &[&str]) -> Command {
    kit::create_team(team(name), name, members(people))
}

fn change_team(name: &str, new_name: Option<&str>, people: Option<&[&str]>) -> Command {
    Command::Team(TeamCommand::Change {
        id: team(name),
        name: new_name.map(|name| name.parse().unwrap()),
        members: people.map(|people| MemberChange::Set(members(people))),
    })
}

fn edit_team(name: &str, add: &[&str], remove: &[&str]) -> Command {
    kit::change_team_members(
        team(name),
        MemberChange::Edit {
            add: members(add),
            remove: members(remove),
        },
    )
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
    office.does(&Command::Team(TeamCommand::Delete { id: team("red") }));
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
        (
            Command::Team(TeamCommand::Delete { id: team("green") }),
            "not-found",
        ),
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
fn p4_two_who_edit_a_team_do_not_undo_each_other() {
    let mut office = office();

    office.does(&edit_team("red", &["cem"], &[]));
    office.does(&edit_team("red", &["una"], &["ann"]));

    let of_red = &office.account.teams()[&team("red")].members;
    assert_eq!(*of_red, members(&["ben", "cem", "una"]));
}

#[test]
fn p4_editing_a_team_takes_people_who_exist_and_each_on_one_side() {
    let mut office = office();

    for (add, remove, answer) in [
        (&["nobody"][..], &[][..], "invalid"),
        (&["cem"], &["cem"], "invalid"),
        // They may have been deleted since the editor looked.
        (&[], &["nobody"], "ok"),
        (&["ann"], &["cem"], "ok"),
    ] {
        let command = edit_team("red", add, remove);
        assert_eq!(office.answer(&OPERATOR, &command), answer, "{command:?}");
    }
    assert_eq!(office.does(&edit_team("red", &["ann"], &["cem"])).events, []);
}

#[test]
fn p4_r1_teams_are_for_who_manages_users() {
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
