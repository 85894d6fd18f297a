//! D4, D5: what a mapping may give, and running out of seats.

use super::*;
use crate::command::{Command, LeavingUsers, TeamCommand, UserCommand};
use crate::directory::GroupMapping;
use crate::permission::{Actor, Role};
use crate::refusal::{AccessRefusal, CapacityRefusal, Refusal, SeatKind};
use crate::tests::kit;
use crate::user::License;

#[test]
fn d4_seats_that_run_out_change_nothing_for_anybody() {
    let office = crew(2, 1, &["ann", "ben", "cem"], NAMED);
    let expected = |asked, left, unseated| {
        Refusal::Capacity(CapacityRefusal::NotEnoughSeats {
            kind: SeatKind::Named,
            product: product(),
            asked,
            left,
            total: 2,
            user: Some(user(unseated)),
        })
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
        (kit::delete_pool(pool("night"), LeavingUsers::Remove), "pool"),
        (Command::Team(TeamCommand::Delete { id: team("red") }), "team"),
    ];

    for (command, what) in &deletions {
        let refused = Refusal::Access(AccessRefusal::GroupMappingInUse {
            what,
            group: group("crew"),
            name: "crew".parse().unwrap(),
        });
        assert_eq!(office.refusal(command), refused);
    }
    office.does(&map("crew", GroupMapping::default()));
    for (command, _) in &deletions {
        office.does(command);
    }
}

#[test]
fn d4_somebody_new_comes_with_what_their_groups_give_or_not_at_all() {
    let mut office = crew(1, 0, &[], NAMED);
    let admit = |name: &str, sub: &str| {
        Command::User(UserCommand::Admit {
            id: user(name),
            profile: profile(name, Role::Member, &[]),
            directory: vouched(name, sub),
            groups: [group("crew")].into(),
        })
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

#[test]
fn d3_a_group_wakes_nothing_and_what_it_takes_away_takes_its_privileges_along() {
    use crate::permission::Privilege::{SeatsManage, SettingsManage, SubscriptionManage};
    let contact = UserPatch {
        billing_contact: Some(true),
        ..UserPatch::default()
    };
    let mut office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("sam", Role::Manager, &[SeatsManage, SettingsManage])
        .with("pia", Role::Manager, &[SubscriptionManage])
        .after(&[
            // Without the privilege the flag has no effect.
            change("sam", contact.clone()),
            change("pia", contact),
            create_group("leads", &[]),
            create_group("crew", &[]),
            map("leads", gives_role(Role::Admin)),
            map("crew", gives_role(Role::Manager)),
        ]);

    office
        .does_as(&scim(), &in_group("leads", &["sam", "pia"]))
        .unwrap();
    let may = |office: &Office, name, privilege| office.account.may(&by(name), privilege);
    assert!(may(&office, "sam", SettingsManage));
    assert!(!may(&office, "sam", SubscriptionManage));
    assert!(may(&office, "pia", SubscriptionManage));

    office.does_as(&scim(), &in_group("leads", &[])).unwrap();
    office
        .does_as(&scim(), &in_group("crew", &["sam", "pia"]))
        .unwrap();

    for name in ["sam", "pia"] {
        let profile = &office.account.user(user(name)).unwrap().profile;
        assert_eq!(profile.role, Role::Manager, "{name}");
        assert!(
            profile.privileges.is_empty() && !profile.billing_contact,
            "{name}"
        );
    }
}
