//! Licenses: named, shared, none.

use super::office::*;
use crate::event::{EndReason, TicketEvent};
use crate::refusal::{Refusal, StateRefusal};
use crate::tests::kit;
use crate::user::License;

const NAMED: Option<License> = Some(License::Named);

#[test]
fn l1_named_seats_are_counted_when_they_are_assigned() {
    let mut office = Office::with_seats(2, 0).with_members(&["ann", "ben", "cem"]);
    office.does(&license("ann", NAMED));
    office.does(&license("ben", NAMED));
    assert_eq!(
        office.answer(&OPERATOR, &license("cem", NAMED)),
        "not-enough-seats"
    );

    office.does(&license("ann", None));

    assert_eq!(office.answer(&OPERATOR, &license("cem", NAMED)), "ok");
    assert_eq!(office.account.named_assigned(&product()), 1);
}

#[test]
fn l2_a_pool_may_have_more_users_than_seats() {
    let mut office = Office::with_seats(0, 1).with_members(&["ann", "ben", "cem"]);

    for name in ["ann", "ben", "cem"] {
        office.does(&license(name, shared("default")));
    }

    assert_eq!(office.account.pools()[&pool("default")].users().len(), 3);
}

#[test]
fn l3_a_switch_takes_the_old_license_and_gives_the_new_one_in_one_step() {
    let mut office = Office::with_seats(1, 2)
        .with_members(&["ann"])
        .after(&[create_pool("night", 0)]);
    let users = |office: &Office, name| office.account.pools()[&pool(name)].users().len();

    for (to, named, in_default, in_night) in [
        (NAMED, 1, 0, 0),
        (shared("default"), 0, 1, 0),
        (shared("night"), 0, 0, 1),
        (NAMED, 1, 0, 0),
        (None, 0, 0, 0),
    ] {
        office.does(&license("ann", to));

        assert_eq!(office.license_of("ann"), to);
        assert_eq!(office.account.named_assigned(&product()), named, "{to:?}");
        assert_eq!(users(&office, "default"), in_default, "{to:?}");
        assert_eq!(users(&office, "night"), in_night, "{to:?}");
    }
}

#[test]
fn l3_the_license_that_a_user_has_already_changes_nothing() {
    let mut office = Office::with_seats(1, 1).after(&[create("ann", Some(true))]);
    office.does(&sign_in("ann"));

    assert_eq!(office.does(&license("ann", NAMED)).events, []);
}

#[test]
fn l3_a_refused_switch_leaves_the_old_license() {
    let office = Office::with_seats(1, 1)
        .after(&[create("ann", Some(true))])
        .with_members(&["ben"])
        .after(&[license("ben", shared("default"))]);

    for (to, answer) in [(NAMED, "not-enough-seats"), (shared("nowhere"), "not-found")] {
        assert_eq!(office.answer(&OPERATOR, &license("ben", to)), answer);
    }
    assert_eq!(office.license_of("ben"), shared("default"));
}

#[test]
fn l3_a_pool_gives_licenses_of_its_own_product_only() {
    let office = Office::with_seats(0, 1).with_members(&["ann"]);
    let other = kit::set_license_of(user("ann"), "service-desk".parse().unwrap(), shared("default"));

    assert_eq!(office.answer(&OPERATOR, &other), "invalid");
}

#[test]
fn l5_a_license_that_is_taken_or_changed_ends_what_its_user_does_with_it() {
    for to in [None, NAMED, shared("night")] {
        let mut office = Office::with_seats(1, 1).with_members(&["ann", "ben"]).after(&[
            create_pool("night", 0),
            license("ann", shared("default")),
            license("ben", shared("default")),
        ]);
        office.does(&sign_in("ann"));
        office.does(&sign_in("ben"));

        let holder = office.does(&license("ann", to));
        let waiting = office.does(&license("ben", None));

        assert_eq!(
            sign_ins_ended(&holder),
            [(laptop("ann"), EndReason::LicenseChanged)],
            "{to:?}"
        );
        assert_eq!(tickets_ended(&waiting), [EndReason::LicenseChanged], "{to:?}");
        assert_eq!(office.account.broken(), []);
    }
}

#[test]
fn l3_a_license_goes_from_one_user_to_another_as_it_is_in_one_step() {
    for license_of_ann in [NAMED, shared("night")] {
        let mut office = Office::with_seats(1, 2).with_members(&["ann", "ben"]).after(&[
            create_pool("night", 0),
            license("ann", license_of_ann),
            license("ben", shared("default")),
        ]);

        office.does(&reassign("ann", "ben"));

        assert_eq!(office.license_of("ann"), None);
        assert_eq!(office.license_of("ben"), license_of_ann);
        assert_eq!(office.account.broken(), []);
    }
}

#[test]
fn l5_a_reassigned_license_ends_what_both_do_with_the_product() {
    let mut office = Office::with_seats(1, 1)
        .with_members(&["ann", "ben", "cem"])
        .after(&[
            license("ann", NAMED),
            license("ben", shared("default")),
            license("cem", shared("default")),
        ])
        .after(&[sign_in("ann"), sign_in("ben"), sign_in("cem")]);

    let reassigned = office.does(&reassign("ann", "ben"));

    assert_eq!(
        sign_ins_ended(&reassigned),
        [
            (laptop("ann"), EndReason::LicenseChanged),
            (laptop("ben"), EndReason::LicenseChanged)
        ]
    );
    let is_offer = |event: &crate::Event| matches!(event, crate::Event::Ticket(TicketEvent::Offered { .. }));
    assert!(reassigned.events.iter().any(is_offer), "Q2: {reassigned:?}");
    assert_eq!(office.account.broken(), []);
}

#[test]
fn l3_a_license_is_not_reassigned_where_it_would_be_lost() {
    let office = Office::with_seats(2, 1)
        .with_members(&["ann", "ben", "cem", "dan"])
        .after(&[
            license("ann", NAMED),
            license("ben", NAMED),
            license("dan", shared("default")),
        ]);

    for (from, to, answer) in [
        ("ann", "ben", "invalid"),
        ("ann", "ann", "invalid"),
        ("ann", "nobody", "not-found"),
        ("nobody", "ann", "not-found"),
        // A repeated call finds the same.
        ("cem", "ann", "not-found"),
        ("ann", "cem", "ok"),
        ("dan", "ann", "ok"),
    ] {
        assert_eq!(
            office.answer(&OPERATOR, &reassign(from, to)),
            answer,
            "{from} {to}"
        );
    }
}

#[test]
fn l3_a_license_that_is_another_than_was_seen_is_not_reassigned() {
    let mut office = Office::with_seats(2, 1)
        .with_members(&["ann", "ben"])
        .after(&[create_pool("night", 0), license("ann", shared("night"))]);
    let named = reassign_seen("ann", "ben", NAMED);
    let changed = |now: &str| {
        Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "license",
            now: now.to_owned(),
        })
    };

    assert_eq!(
        office.refusal(&named),
        changed("ann is in the seat pool night of remote-support")
    );
    office.does(&license("ann", None));
    assert_eq!(
        office.refusal(&named),
        changed("ann has no license of remote-support")
    );
    office.does(&license("ann", NAMED));
    office.does(&named);
    assert_eq!(office.license_of("ben"), NAMED);
}

#[test]
fn l7_a_plan_without_shared_seats_has_none_to_reassign() {
    let office = Office::with_seats(1, 1).with_members(&["ann", "ben"]).after(&[
        license("ann", shared("default")),
        resize("default", 0),
        subscribe("team", 1, 0),
    ]);

    assert_eq!(
        office.answer(&OPERATOR, &reassign("ann", "ben")),
        "plan-excludes-shared-seats"
    );
}

#[test]
fn l3_r1_reassigning_is_for_who_manages_seats() {
    use crate::permission::{Privilege, Role};
    let office = Office::with_seats(1, 0)
        .with("una", Role::Manager, &[Privilege::UsersManage])
        .with("sam", Role::Manager, &[Privilege::SeatsManage])
        .with_members(&["ann", "ben"])
        .after(&[license("ann", NAMED)]);

    for (who, answer) in [("una", "forbidden"), ("sam", "ok"), ("ann", "not-found")] {
        assert_eq!(office.answer(&by(who), &reassign("ann", "ben")), answer, "{who}");
    }
}

#[test]
fn l5_an_inactive_user_may_be_given_a_license_for_later() {
    let off = crate::command::UserPatch {
        active: Some(false),
        ..Default::default()
    };
    let office = Office::with_seats(1, 0)
        .with_members(&["ann"])
        .after(&[change("ann", off), license("ann", NAMED)]);

    assert_eq!(office.license_of("ann"), NAMED);
}

#[test]
fn a_license_is_for_a_user_who_exists() {
    let office = Office::with_seats(1, 0);

    assert_eq!(office.answer(&OPERATOR, &license("ann", NAMED)), "not-found");
}

#[test]
fn l16_users_of_a_pool_move_to_another_one_once_their_work_is_done() {
    let mut office = shifts(&["ann", "ben"]);
    office.does(&sign_in("ann"));
    let to_day = kit::move_users_after_work(pool("night"), pool("default"));

    office.does(&to_day);

    assert_eq!(office.license_of("ann"), shared("night"));
    assert_eq!(office.license_of("ben"), shared("default"));
    assert_eq!(office.account.sign_ins().len(), 1);
    assert_eq!(office.does(&to_day).events, [], "a second time changes nothing");
    office.does(&kit::sign_out(on("ann", "laptop")));
    office.tick_at(1);
    assert_eq!(office.license_of("ann"), shared("default"));
}

#[test]
fn l16_what_is_set_for_a_user_meanwhile_takes_the_place_of_the_change_after_work() {
    let finishing = |office: &mut Office| {
        office.does(&sign_in("ann"));
        office.does(&kit::set_license_after_work(user("ann"), None));
    };
    let move_now = kit::move_users(pool("night"), pool("default"), None);
    let mut office = shifts(&["ann"]);
    finishing(&mut office);

    office.does(&move_now);
    office.tick_at(1);

    assert_eq!(office.license_of("ann"), shared("default"));

    let mut office = Office::with_seats(1, 0)
        .with_members(&["ann", "ben"])
        .after(&[license("ann", NAMED)]);
    finishing(&mut office);

    office.does(&reassign("ann", "ben"));
    office.tick_at(1);

    assert_eq!(
        (office.license_of("ann"), office.license_of("ben")),
        (None, NAMED)
    );
}
