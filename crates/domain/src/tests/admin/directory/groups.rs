//! D2, D3: groups, and the effects of joining and leaving them.

use super::*;
use crate::command::{Command, GroupCommand, MemberChange};
use crate::directory::GroupMapping;
use crate::event::EndReason;
use crate::permission::{Actor, Privilege, Role, Scope};
use crate::tests::kit;

#[test]
fn d2_groups_have_names_of_their_own_and_members_who_exist() {
    let office = Office::with_seats(0, 0)
        .with_members(&["ann"])
        .after(&[create_group("crew", &["ann"])]);
    let rename = |name: &str| {
        Command::Group(GroupCommand::Change {
            id: group("crew"),
            name: Some(name.parse().unwrap()),
            external_id: None,
            members: None,
        })
    };
    let edit = |add: &[&str], remove: &[&str]| {
        kit::change_group_members(
            group("crew"),
            MemberChange::Edit {
                add: members(add),
                remove: members(remove),
            },
        )
    };

    for (command, answer) in [
        (create_group("crew", &[]), "ok"),
        (create_group("CREW", &[]), "already-exists"),
        (create_group("desk", &["zoe"]), "invalid"),
        (in_group("crew", &["zoe"]), "invalid"),
        (edit(&["zoe"], &[]), "invalid"),
        (edit(&["ann"], &["ann"]), "invalid"),
        (edit(&["ann"], &["zoe"]), "ok"),
        (rename("Crew"), "ok"),
        (in_group("desk", &[]), "not-found"),
        (said("ann", &["desk"]), "invalid"),
    ] {
        assert_eq!(office.answer(&OPERATOR, &command), answer, "{command:?}");
    }
}

#[test]
fn d2_who_is_deleted_is_in_no_group() {
    let mut office = crew(0, 0, &["ann", "ben"], None).after(&[in_group("crew", &["ann", "ben"])]);

    office.does(&delete("ann"));

    assert_eq!(
        office.account.group(group("crew")).unwrap().members,
        members(&["ben"])
    );
    assert_eq!(office.account.broken(), []);
}

#[test]
fn d3_who_comes_in_gets_what_the_group_gives_and_who_leaves_loses_it() {
    let mapping = GroupMapping {
        team: Some(team("red")),
        role: Some(Role::Manager),
        ..gives(shared("default"))
    };
    let mut office = Office::with_seats(0, 1)
        .with_members(&["ann"])
        .after(&[create_team("red", &[]), create_group("crew", &[])])
        .after(&[map("crew", mapping)]);

    office.does_as(&scim(), &in_group("crew", &["ann"])).unwrap();

    assert_eq!(office.license_of("ann"), shared("default"));
    assert_eq!(role_of(&office, "ann"), Role::Manager);
    assert_eq!(team_of(&office, "red"), [user("ann")]);

    office.does_as(&scim(), &in_group("crew", &[])).unwrap();

    assert_eq!(office.license_of("ann"), None);
    assert_eq!(role_of(&office, "ann"), Role::Member);
    assert_eq!(team_of(&office, "red"), []);
    assert_eq!(office.account.broken(), []);
}

#[test]
fn d3_leaving_ends_what_the_user_does_with_the_license() {
    let mut office = crew(0, 1, &["ann"], shared("default")).after(&[in_group("crew", &["ann"])]);
    office.does(&sign_in("ann"));

    let left = office.does(&in_group("crew", &[]));

    assert_eq!(
        sign_ins_ended(&left),
        [(laptop("ann"), EndReason::LicenseChanged)]
    );
    assert_eq!(office.account.pool(pool("default")).unwrap().occupied(), 0);
}

#[test]
fn d3_a_new_mapping_acts_on_the_members_and_a_deleted_group_takes_back() {
    let mut office = crew(1, 1, &["ann"], None).after(&[in_group("crew", &["ann"])]);

    for to in [shared("default"), NAMED, None, NAMED] {
        office.does(&map("crew", gives(to)));
        assert_eq!(office.license_of("ann"), to);
    }

    office.does(&Command::Group(GroupCommand::Delete { id: group("crew") }));
    assert_eq!(office.license_of("ann"), None);
}

#[test]
fn d3_the_older_group_gives_the_license_and_then_the_other() {
    let mut office = crew(1, 1, &["ann"], shared("default"))
        .after(&[create_group("desk", &["ann"]), map("desk", gives(NAMED))]);
    assert!(group("crew") < group("desk"));
    assert_eq!(office.license_of("ann"), NAMED);

    office.does(&in_group("crew", &["ann"]));
    assert_eq!(office.license_of("ann"), shared("default"));

    office.does(&in_group("crew", &[]));
    assert_eq!(office.license_of("ann"), NAMED);
}

#[test]
fn d3_a_license_that_moves_from_group_to_group_alike_keeps_its_user_signed_in() {
    let mut office = crew(0, 1, &["ann"], shared("default"))
        .after(&[create_group("desk", &[]), map("desk", gives(shared("default")))])
        .after(&[in_group("crew", &["ann"]), in_group("desk", &["ann"])]);
    office.does(&sign_in("ann"));

    let left = office.does(&in_group("crew", &[]));

    assert_eq!(sign_ins_ended(&left), []);
    assert_eq!(office.license_of("ann"), shared("default"));
}

#[test]
fn d3_what_is_given_by_hand_stays() {
    let mut office =
        crew(2, 1, &["ann"], shared("default")).after(&[in_group("crew", &["ann"]), license("ann", NAMED)]);

    office.does(&map("crew", gives(None)));
    office.does(&map("crew", gives(shared("default"))));
    assert_eq!(office.license_of("ann"), NAMED);
    office.does(&in_group("crew", &[]));
    assert_eq!(office.license_of("ann"), NAMED);
}

#[test]
fn d3_the_license_of_the_group_given_again_by_hand_stays_too() {
    let mut office = crew(0, 1, &["ann"], shared("default")).after(&[in_group("crew", &["ann"])]);
    office.does(&sign_in("ann"));

    let given = office.does(&license("ann", shared("default")));
    assert_eq!(sign_ins_ended(&given), []);
    office.does(&in_group("crew", &[]));

    assert_eq!(office.license_of("ann"), shared("default"));
}

#[test]
fn d3_coming_in_replaces_what_was_given_by_hand() {
    let mut office =
        crew(1, 1, &["ann"], shared("default")).after(&[license("ann", NAMED), in_group("crew", &["ann"])]);
    assert_eq!(office.license_of("ann"), shared("default"));

    office.does(&in_group("crew", &[]));

    assert_eq!(office.license_of("ann"), None);
}

#[test]
fn d3_the_highest_role_wins_and_no_group_makes_or_lowers_an_owner() {
    let mut office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("adam", Role::Admin, &[])
        .with_members(&["ann"])
        .after(&[
            create_group("crew", &["olga", "adam", "ann"]),
            create_group("desk", &["olga", "adam", "ann"]),
            map("crew", gives_role(Role::Manager)),
        ]);
    let roles = |office: &Office| ["olga", "adam", "ann"].map(|name| role_of(office, name));
    assert_eq!(roles(&office), [Role::Owner, Role::Admin, Role::Manager]);

    office.does(&map("desk", gives_role(Role::Admin)));
    assert_eq!(roles(&office), [Role::Owner, Role::Admin, Role::Admin]);
    office.does(&in_group("desk", &[]));
    assert_eq!(roles(&office), [Role::Owner, Role::Admin, Role::Manager]);
    office.does(&in_group("crew", &[]));
    assert_eq!(roles(&office), [Role::Owner, Role::Admin, Role::Member]);
    assert_eq!(
        office.answer(&OPERATOR, &map("crew", gives_role(Role::Owner))),
        "invalid"
    );
}

#[test]
fn d3_a_role_given_by_hand_stays() {
    let mut office = Office::with_seats(0, 0)
        .with_members(&["ann"])
        .after(&[
            create_group("crew", &["ann"]),
            map("crew", gives_role(Role::Manager)),
        ])
        .after(&[become_a("ann", Role::Admin)]);

    office.does(&in_group("crew", &[]));

    assert_eq!(role_of(&office, "ann"), Role::Admin);
}

#[test]
fn d3_a_team_that_the_user_was_in_already_is_kept() {
    let mut office = Office::with_seats(0, 0)
        .with_members(&["ann", "ben"])
        .after(&[create_team("red", &["ann"]), create_group("crew", &[])])
        .after(&[
            map("crew", gives_team(team("red"))),
            in_group("crew", &["ann", "ben"]),
        ]);
    assert_eq!(team_of(&office, "red"), [user("ann"), user("ben")]);

    office.does(&in_group("crew", &[]));

    assert_eq!(team_of(&office, "red"), [user("ann")]);
}

#[test]
fn d3_what_single_sign_on_says_of_groups_is_whole() {
    let mut office = crew(1, 1, &["ann"], shared("default"))
        .after(&[create_group("desk", &[]), map("desk", gives(NAMED))]);
    let sso = Actor::SingleSignOn;

    for (groups, license) in [
        (&["crew"][..], shared("default")),
        (&["desk"], NAMED),
        (&["crew", "desk"], shared("default")),
        (&[], None),
    ] {
        office.does_as(&sso, &said("ann", groups)).unwrap();
        assert_eq!(office.license_of("ann"), license, "{groups:?}");
        assert_eq!(office.does_as(&sso, &said("ann", groups)).unwrap().events, []);
    }
}

#[test]
fn d3_nobody_hands_out_by_a_group_what_they_could_not_give_by_hand() {
    let users = [Privilege::UsersManage];
    let office = Office::with_seats(1, 1)
        .with("adam", Role::Admin, &[])
        .with("mia", Role::Manager, &users)
        .with("seth", Role::Manager, &[Privilege::SettingsManage])
        .with_members(&["ann"])
        .after(&[
            create_group("plain", &[]),
            create_group("seats", &[]),
            create_group("chiefs", &[]),
        ])
        .after(&[map("seats", gives(NAMED)), map("chiefs", gives_role(Role::Admin))]);
    let all = key(&Scope::ALL);

    for (actor, command, answer) in [
        (by("mia"), in_group("plain", &["mia"]), "ok"),
        (by("mia"), in_group("seats", &["mia"]), "forbidden"),
        (by("mia"), in_group("chiefs", &["mia"]), "forbidden"),
        (
            by("mia"),
            Command::Group(GroupCommand::Delete { id: group("chiefs") }),
            "forbidden",
        ),
        (by("mia"), map("plain", gives(NAMED)), "forbidden"),
        (by("seth"), map("plain", gives(NAMED)), "forbidden"),
        (by("seth"), map("plain", gives_role(Role::Manager)), "forbidden"),
        (all.clone(), map("plain", gives_role(Role::Manager)), "forbidden"),
        (all, map("plain", gives(NAMED)), "ok"),
        (by("adam"), map("plain", gives_role(Role::Admin)), "ok"),
        (by("adam"), in_group("chiefs", &["ann"]), "ok"),
        (by("ann"), in_group("plain", &["ann"]), "not-found"),
        (by("ann"), map("plain", gives(NAMED)), "not-found"),
        (scim(), in_group("chiefs", &["ann"]), "ok"),
    ] {
        assert_eq!(office.answer(&actor, &command), answer, "{actor:?} {command:?}");
    }
}
