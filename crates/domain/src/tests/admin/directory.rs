//! Directories: entries, groups, what groups give, and how people sign in (D1 to D7).

use super::office::*;
use crate::account::SettingsPatch;
use crate::command::{Command, Decision, LeavingUsers, MemberChange, UserPatch};
use crate::directory::{DirectoryEntry, GroupMapping, SignInPatch, Subject};
use crate::event::{EndReason, Event};
use crate::permission::{Actor, Privilege, Role, Scope};
use crate::refusal::{Refusal, SeatKind};
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
        subject: Some(subject(sub)),
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
    Command::CreateTeam {
        id: team(name),
        name: name.parse().unwrap(),
        members: members(people),
    }
}

fn said(name: &str, groups: &[&str]) -> Command {
    Command::SetUserGroups {
        user: user(name),
        groups: groups.iter().map(|name| group(name)).collect(),
    }
}

fn signs_in(sign_in: SignInPatch) -> Command {
    Command::ChangeSettings {
        change: SettingsPatch {
            sign_in,
            ..SettingsPatch::default()
        },
    }
}

fn require_sso(break_glass: Option<&str>) -> Command {
    signs_in(SignInPatch {
        sso_required: Some(true),
        break_glass: break_glass.map(|name| Some(user(name))),
        ..SignInPatch::default()
    })
}

/// These people, a group `crew` of nobody that gives a license, and so many named and shared seats.
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

#[test]
fn d1_a_user_is_found_by_the_name_and_the_subject_of_their_entry() {
    let office = Office::with_seats(0, 0)
        .with_members(&["ann"])
        .after(&[entered("ann", Some(vouched("Ann@Corp", "7")))]);
    let found = |name: &str| {
        let user = office.account.user_by_user_name(&name.parse().unwrap());
        user.map(|user| user.id)
    };

    assert_eq!(found("aNN@corp"), Some(user("ann")));
    assert_eq!(found("ann"), None);
    let known = |sub| office.account.user_by_subject(&subject(sub)).map(|user| user.id);
    assert_eq!((known("7"), known("8")), (Some(user("ann")), None));
    assert_eq!(office.account.broken(), []);
}

#[test]
fn d1_two_users_cannot_have_one_name_or_subject() {
    let mut office = Office::with_seats(0, 0)
        .with_members(&["ann", "ben"])
        .after(&[entered("ann", Some(vouched("ann", "7")))]);

    for (taken, field) in [(entry("ANN"), "user_name"), (vouched("ben", "7"), "subject")] {
        assert_eq!(
            office.refusal(&entered("ben", Some(taken))),
            Refusal::AlreadyExists { what: "user", field }
        );
    }
    assert_eq!(office.does(&entered("ann", Some(vouched("ann", "7")))).events, []);
    office.does(&entered("ann", None));
    office.does(&entered("ben", Some(vouched("ann", "7"))));
}

#[test]
fn d1_a_directory_creates_plain_members_without_a_seat() {
    let office = Office::with_seats(5, 0);
    let hire = |role, assign_seat| Command::CreateUser {
        id: user("ann"),
        profile: profile("ann", role, &[]),
        assign_seat,
        product: None,
        password_set: false,
        active: true,
        directory: Some(entry("ann")),
    };

    for actor in [scim(), Actor::SingleSignOn] {
        assert_eq!(office.answer(&actor, &hire(Role::Manager, None)), "forbidden");
        assert_eq!(
            office.answer(&actor, &hire(Role::Member, Some(true))),
            "forbidden"
        );
        let mut office = Office::with_seats(5, 0);
        office.does_as(&actor, &hire(Role::Member, None)).unwrap();
        assert_eq!(office.license_of("ann"), None);
        let hired = office.account.user(user("ann")).unwrap();
        assert_eq!(hired.directory, Some(entry("ann")));
    }
}

#[test]
fn d1_who_is_created_switched_off_holds_nothing() {
    let mut office = Office::with_seats(5, 0);
    let hire = Command::CreateUser {
        id: user("ann"),
        profile: profile("ann", Role::Member, &[]),
        assign_seat: None,
        product: None,
        password_set: false,
        active: false,
        directory: None,
    };

    office.does(&hire);

    assert!(!office.account.user(user("ann")).unwrap().active);
    assert_eq!(office.license_of("ann"), None);
}

#[test]
fn d1_a_directory_does_not_touch_those_who_have_rights_by_another_word() {
    let linked = |name: &str| entered(name, Some(entry(name)));
    let office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("otto", Role::Owner, &[])
        .with("oona", Role::Owner, &[])
        .with("adam", Role::Admin, &[])
        .with("ada", Role::Admin, &[])
        .with_members(&["ann"])
        .after(&[linked("otto"), linked("oona"), linked("ada")])
        .after(&[require_sso(Some("oona"))]);

    for (name, readdressed, switched, deleted) in [
        ("ann", "ok", "ok", "ok"),
        ("ada", "ok", "ok", "ok"),
        ("adam", "forbidden", "forbidden", "forbidden"),
        ("otto", "ok", "ok", "forbidden"),
        ("olga", "forbidden", "forbidden", "forbidden"),
        ("oona", "forbidden", "forbidden", "forbidden"),
    ] {
        assert_eq!(office.answer(&scim(), &readdress(name)), readdressed, "{name}");
        assert_eq!(office.answer(&scim(), &switch(name, false)), switched, "{name}");
        assert_eq!(office.answer(&scim(), &delete(name)), deleted, "{name}");
    }
    assert_eq!(
        office.answer(&scim(), &entered("adam", Some(entry("x")))),
        "forbidden"
    );
    assert_eq!(office.answer(&scim(), &become_a("ann", Role::Admin)), "forbidden");
}

#[test]
fn d1_only_single_sign_on_ties_a_user_to_a_subject_and_it_does_little_else() {
    let office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with_members(&["ann"]);
    let sso = Actor::SingleSignOn;

    assert_eq!(
        office.answer(&scim(), &entered("ann", Some(vouched("ann", "7")))),
        "forbidden"
    );
    for (command, answer) in [
        (entered("ann", Some(vouched("ann", "7"))), "ok"),
        (entered("olga", Some(vouched("olga", "8"))), "ok"),
        (readdress("ann"), "ok"),
        (readdress("olga"), "forbidden"),
        (switch("ann", false), "forbidden"),
        (delete("ann"), "forbidden"),
        (create_group("crew", &[]), "not-found"),
        (create_pool("night", 0), "not-found"),
        (license("ann", None), "not-found"),
    ] {
        assert_eq!(office.answer(&sso, &command), answer, "{command:?}");
    }
}

#[test]
fn d1_a_key_that_provisions_does_nothing_else() {
    let mut office =
        crew(1, 1, &["ann"], None).after(&[license("ann", shared("default")), create_team("red", &[])]);
    office.does(&sign_in("ann"));

    for command in [
        license("ann", NAMED),
        create_pool("night", 0),
        resize("default", 0),
        create_team("blue", &[]),
        map("crew", gives(NAMED)),
        said("ann", &[]),
        Command::SignOut {
            sign_in: laptop("ann"),
            note: None,
        },
        signs_in(SignInPatch {
            second_factor_for_admins: Some(true),
            ..SignInPatch::default()
        }),
    ] {
        let answer = office.answer(&scim(), &command);
        assert!(
            ["forbidden", "not-found"].contains(&answer),
            "{answer}: {command:?}"
        );
    }
    assert!(!office.account.is_staff(&scim()));
    assert!(office.account.sees_people(&scim()));
    assert_eq!(office.answer(&scim(), &in_group("crew", &["ann"])), "ok");
}

#[test]
fn d1_only_admins_make_a_key_that_provisions() {
    let office = Office::with_seats(0, 0).with("adam", Role::Admin, &[]).with(
        "mia",
        Role::Manager,
        &[Privilege::SettingsManage, Privilege::UsersManage],
    );
    let command = Command::CreateApiKey {
        id: crate::ApiKeyId::from_bits(7),
        name: "Directory".parse().unwrap(),
        scopes: [Scope::Directory].into(),
        expires_at: None,
    };

    assert_eq!(office.answer(&by("adam"), &command), "ok");
    assert_eq!(office.answer(&by("mia"), &command), "forbidden");
}

#[test]
fn d2_groups_have_names_of_their_own_and_members_who_exist() {
    let office = Office::with_seats(0, 0)
        .with_members(&["ann"])
        .after(&[create_group("crew", &["ann"])]);
    let rename = |name: &str| Command::ChangeGroup {
        id: group("crew"),
        name: Some(name.parse().unwrap()),
        external_id: None,
        members: None,
    };
    let edit = |add: &[&str], remove: &[&str]| Command::ChangeGroup {
        id: group("crew"),
        name: None,
        external_id: None,
        members: Some(MemberChange::Edit {
            add: members(add),
            remove: members(remove),
        }),
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

    office.does(&Command::DeleteGroup { id: group("crew") });
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
            Command::DeleteGroup { id: group("chiefs") },
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

#[test]
fn d4_seats_that_run_out_change_nothing_for_anybody() {
    let office = crew(2, 1, &["ann", "ben", "cem"], NAMED);
    let expected = |asked, left, unseated| Refusal::NotEnoughSeats {
        kind: SeatKind::Named,
        product: product(),
        asked,
        left,
        total: 2,
        user: Some(user(unseated)),
    };

    let all = in_group("crew", &["ann", "ben", "cem"]);
    assert_eq!(office.refusal_to(&scim(), &all), Some(expected(3, 2, "cem")));
    let office = office.after(&[license("cem", NAMED)]);
    assert_eq!(
        office.refusal(&in_group("crew", &["ann", "ben"])),
        expected(2, 1, "ben")
    );
    assert_eq!(office.account.named_assigned(&product()), 1);
}

#[test]
fn d4_a_seat_that_one_leaves_is_for_another_who_comes_in_the_same_step() {
    let mut office = crew(1, 0, &["ann", "ben"], NAMED).after(&[in_group("crew", &["ann"])]);

    office.does(&in_group("crew", &["ben"]));

    assert_eq!(
        (office.license_of("ann"), office.license_of("ben")),
        (None, NAMED)
    );
}

#[test]
fn d4_a_mapping_names_pools_teams_and_products_that_the_account_has() {
    let office = crew(1, 1, &[], None).after(&[create_group("desk", &[])]);
    let other = GroupMapping {
        licenses: [("service-desk".parse().unwrap(), License::Named)].into(),
        ..GroupMapping::default()
    };
    let foreign = GroupMapping {
        licenses: [("service-desk".parse().unwrap(), License::Shared(pool("default")))].into(),
        ..GroupMapping::default()
    };

    for (mapping, answer) in [
        (gives(shared("nowhere")), "not-found"),
        (gives_team(team("red")), "not-found"),
        (other, "invalid"),
        (foreign, "invalid"),
    ] {
        assert_eq!(office.answer(&OPERATOR, &map("crew", mapping)), answer);
    }
}

#[test]
fn d5_what_a_mapping_names_cannot_be_deleted() {
    let mut office = crew(0, 1, &["ann"], None).after(&[
        create_pool("night", 0),
        create_team("red", &[]),
        map(
            "crew",
            GroupMapping {
                team: Some(team("red")),
                ..gives(shared("night"))
            },
        ),
    ]);
    let deletions = [
        (
            Command::DeletePool {
                id: pool("night"),
                users: LeavingUsers::Remove,
            },
            "pool",
        ),
        (Command::DeleteTeam { id: team("red") }, "team"),
    ];

    for (command, what) in &deletions {
        let refused = Refusal::InAMapping {
            what,
            group: group("crew"),
            name: "crew".parse().unwrap(),
        };
        assert_eq!(office.refusal(command), refused);
    }
    office.does(&map("crew", GroupMapping::default()));
    for (command, _) in &deletions {
        office.does(command);
    }
}

#[test]
fn d6_who_is_switched_off_is_signed_out_and_frees_the_seat_in_the_same_step() {
    let mut office = crew(0, 1, &["ann"], shared("default")).after(&[in_group("crew", &["ann"])]);
    office.does(&sign_in("ann"));
    let occupied = |office: &Office| office.account.pool(pool("default")).unwrap().occupied();
    assert_eq!(occupied(&office), 1);

    let off: Decision = office.does_as(&scim(), &switch("ann", false)).unwrap();

    assert_eq!(sign_ins_ended(&off), [(laptop("ann"), EndReason::UserInactive)]);
    assert_eq!(occupied(&office), 0);
    assert_eq!(
        office.account.group(group("crew")).unwrap().members,
        members(&["ann"])
    );
}

#[test]
fn d6_a_named_seat_of_a_group_is_free_at_once_and_given_again() {
    let mut office = crew(1, 0, &["ann", "ben"], NAMED).after(&[in_group("crew", &["ann"])]);

    office.does(&switch("ann", false));
    assert_eq!(office.account.named_assigned(&product()), 0);
    office.does(&switch("ann", true));
    assert_eq!(office.license_of("ann"), NAMED);

    office.does(&switch("ann", false));
    office.does(&license("ben", NAMED));
    assert_eq!(office.answer(&scim(), &switch("ann", true)), "not-enough-seats");
    assert!(!office.account.user(user("ann")).unwrap().active);
}

#[test]
fn d6_a_directory_frees_the_named_seat_that_was_given_by_hand() {
    let hand = || {
        Office::with_seats(1, 0)
            .with_members(&["ann"])
            .after(&[license("ann", NAMED)])
    };
    let (mut by_directory, mut by_person) = (hand(), hand());

    by_directory.does_as(&scim(), &switch("ann", false)).unwrap();
    by_person.does(&switch("ann", false));

    assert_eq!(by_directory.license_of("ann"), None);
    assert_eq!(by_person.license_of("ann"), NAMED);
}

#[test]
fn d6_who_comes_into_a_group_while_off_gets_the_license_when_switched_on() {
    let mut office = crew(1, 0, &["ann"], NAMED).after(&[switch("ann", false), in_group("crew", &["ann"])]);
    assert_eq!(office.license_of("ann"), None);

    office.does(&switch("ann", true));

    assert_eq!(office.license_of("ann"), NAMED);
}

#[test]
fn d7_single_sign_on_is_required_only_with_an_owner_who_can_come_in_without_it() {
    let mut office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("otto", Role::Owner, &[])
        .with("adam", Role::Admin, &[]);

    for (owner, answer) in [
        (None, "break-glass-needed"),
        (Some("adam"), "break-glass-needed"),
        (Some("nobody"), "break-glass-needed"),
        (Some("otto"), "ok"),
    ] {
        assert_eq!(office.answer(&OPERATOR, &require_sso(owner)), answer, "{owner:?}");
    }
    office.does(&require_sso(Some("otto")));

    let nobody = SignInPatch {
        break_glass: Some(None),
        ..SignInPatch::default()
    };
    for command in [
        switch("otto", false),
        become_a("otto", Role::Admin),
        delete("otto"),
        signs_in(nobody),
    ] {
        assert_eq!(
            office.answer(&OPERATOR, &command),
            "break-glass-needed",
            "{command:?}"
        );
    }

    office.does(&signs_in(SignInPatch {
        sso_required: Some(false),
        ..SignInPatch::default()
    }));
    office.does(&delete("otto"));
    assert_eq!(office.account.settings().sign_in.break_glass, None);
}

#[test]
fn d7_owners_and_admins_say_how_people_sign_in_and_only_what_is_new_is_stored() {
    let mut office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("adam", Role::Admin, &[])
        .with("mia", Role::Manager, &[Privilege::SettingsManage]);
    let command = signs_in(SignInPatch {
        second_factor_for_admins: Some(true),
        sso_required: Some(false),
        ..SignInPatch::default()
    });

    for (actor, answer) in [
        (by("olga"), "ok"),
        (by("adam"), "ok"),
        (OPERATOR, "ok"),
        (by("mia"), "forbidden"),
        (key(&Scope::ALL), "forbidden"),
    ] {
        assert_eq!(office.answer(&actor, &command), answer, "{actor:?}");
    }
    let expected = SignInPatch {
        second_factor_for_admins: Some(true),
        ..SignInPatch::default()
    };
    let change = SettingsPatch {
        sign_in: expected,
        ..SettingsPatch::default()
    };
    assert_eq!(office.does(&command).events, [Event::SettingsChanged { change }]);
    assert_eq!(office.does(&command).events, []);
    assert!(office.account.settings().sign_in.second_factor_for_admins);
}

#[test]
fn d7_the_change_of_the_break_glass_owner_survives_storage() {
    for (patch, text) in [
        (SignInPatch::default(), "{}"),
        (
            SignInPatch {
                break_glass: Some(None),
                ..SignInPatch::default()
            },
            r#"{"break_glass":null}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&patch).unwrap(), text);
        assert_eq!(serde_json::from_str::<SignInPatch>(text).unwrap(), patch);
    }
}

#[test]
fn d4_somebody_new_comes_with_what_their_groups_give_or_not_at_all() {
    let mut office = crew(1, 0, &[], NAMED);
    let admit = |name: &str, sub: &str| Command::AdmitUser {
        id: user(name),
        profile: profile(name, Role::Member, &[]),
        directory: vouched(name, sub),
        groups: [group("crew")].into(),
    };
    let sso = Actor::SingleSignOn;

    assert_eq!(office.answer(&scim(), &admit("ann", "7")), "forbidden");
    office.does_as(&sso, &admit("ann", "7")).unwrap();
    assert_eq!(office.license_of("ann"), NAMED);
    assert_eq!(office.does_as(&sso, &admit("ann", "7")).unwrap().events, []);
    assert_eq!(office.answer(&sso, &admit("ben", "7")), "already-exists");
    assert_eq!(office.answer(&sso, &admit("ben", "8")), "not-enough-seats");
    assert!(office.account.user(user("ben")).is_none());
}
