//! Seat pools: distributing seats, changing rules, deleting.

use super::office::*;
use crate::Event;
use crate::command::{Command, LeavingUsers, PoolPatch};
use crate::event::{EndReason, TicketEvent};
use crate::permission::{Privilege, Role};
use crate::presence::SignIn;
use crate::refusal::{CapacityRefusal, Refusal, SeatKind, StateRefusal};
use crate::rules::RulesPatch;
use crate::tests::kit;
use crate::time::Secs;

fn delete_pool(name: &str, users: LeavingUsers) -> Command {
    kit::delete_pool(pool(name), users)
}

#[test]
fn p1_pools_of_one_product_have_different_names() {
    let mut office = shifts(&[]);
    let rename = |name: &str| {
        let patch = PoolPatch {
            name: Some(name.parse().unwrap()),
            ..PoolPatch::default()
        };
        change_pool("night", patch)
    };
    let twin = kit::create_pool(pool("twin"), "night", 0);

    assert_eq!(office.answer(&OPERATOR, &twin), "already-exists");
    assert_eq!(
        office.answer(&OPERATOR, &rename("Default pool")),
        "already-exists"
    );
    office.does(&rename("late"));
    assert_eq!(office.answer(&OPERATOR, &twin), "ok");
}

#[test]
fn p1_a_pool_is_made_of_a_product_with_shared_seats() {
    let office = Office::with_seats(1, 1);
    let of = |seats| kit::create_pool_of("service-desk".parse().unwrap(), pool("desk"), "desk", seats);

    assert_eq!(office.answer(&OPERATOR, &of(1)), "not-enough-seats");
    assert_eq!(office.answer(&OPERATOR, &of(0)), "invalid");
}

#[test]
fn p2_a_pool_with_users_and_the_default_pool_stay() {
    let office = shifts(&["ann", "ben"]);

    assert_eq!(
        office.refusal(&delete_pool("night", LeavingUsers::Refuse)),
        Refusal::Capacity(CapacityRefusal::PoolNotEmpty { users: 2 })
    );
    for users in [
        LeavingUsers::Refuse,
        LeavingUsers::Remove,
        LeavingUsers::MoveTo(pool("night")),
    ] {
        assert_eq!(
            office.refusal(&delete_pool("default", users)),
            Refusal::Capacity(CapacityRefusal::DefaultPool)
        );
    }
}

#[test]
fn p2_the_users_of_a_deleted_pool_are_moved_or_removed_in_one_call() {
    for (users, license) in [
        (LeavingUsers::MoveTo(pool("default")), shared("default")),
        (LeavingUsers::Remove, None),
    ] {
        let mut office = shifts(&["ann", "ben"]);
        office.does(&sign_in("ann"));
        office.does(&sign_in("ben"));

        let deleted = office.does(&delete_pool("night", users));

        assert_eq!(
            sign_ins_ended(&deleted),
            [(laptop("ann"), EndReason::LicenseChanged)]
        );
        assert_eq!(tickets_ended(&deleted), [EndReason::LicenseChanged]);
        assert_eq!(office.license_of("ann"), license);
        assert_eq!(office.license_of("ben"), license);
        assert_eq!(office.account.shared_unallocated(&product()), 2);
        assert_eq!(office.account.broken(), []);
    }
}

#[test]
fn p2_users_move_to_another_pool_of_the_same_product() {
    let office = shifts(&["ann"]);

    for (target, answer) in [("night", "invalid"), ("nowhere", "not-found"), ("default", "ok")] {
        let command = delete_pool("night", LeavingUsers::MoveTo(pool(target)));
        assert_eq!(office.answer(&OPERATOR, &command), answer, "{target}");
    }
}

#[test]
fn p3_pools_take_from_the_unallocated_seats_and_give_back() {
    let office = shifts(&[]);

    for (command, answer) in [
        (resize("night", 2), "ok"),
        (resize("night", 3), "not-enough-seats"),
        (resize("default", 3), "ok"),
        (resize("default", 0), "ok"),
        (create_pool("spare", 1), "ok"),
        (create_pool("spare", 2), "not-enough-seats"),
    ] {
        assert_eq!(office.answer(&OPERATOR, &command), answer, "{command:?}");
    }
    assert_eq!(
        office.refusal(&resize("night", 3)),
        Refusal::Capacity(CapacityRefusal::NotEnoughSeats {
            kind: SeatKind::Shared,
            product: product(),
            asked: 2,
            left: 1,
            total: 4,
            user: None,
        })
    );
}

#[test]
fn p3_lowering_below_what_is_occupied_drains() {
    let mut office = shifts(&["ann"]);
    office.does(&sign_in("ann"));

    let lowered = office.does(&resize("night", 0));

    assert_eq!(sign_ins_ended(&lowered), []);
    assert!(office.account.pools()[&pool("night")].is_draining());
}

#[test]
fn p3_a_seat_that_is_added_goes_to_who_waits() {
    let mut office = shifts(&["ann", "ben"]);
    office.does(&sign_in("ann"));
    office.does(&sign_in("ben"));

    let raised = office.does(&resize("night", 2));

    let is_offer = |event: &Event| matches!(event, Event::Ticket(TicketEvent::Offered { .. }));
    assert!(raised.events.iter().any(is_offer), "{:?}", raised.events);
}

#[test]
fn p3_seats_move_between_pools_and_the_unallocated_ones_stay() {
    let mut office = shifts(&["ann", "ben"]);
    office.does(&sign_in("ann"));
    office.does(&sign_in("ben"));

    let moved = office.does(&move_seats("default", "night", 1));

    assert_eq!((office.seats_of("default"), office.seats_of("night")), (1, 2));
    assert_eq!(office.account.shared_unallocated(&product()), 1);
    let is_offer = |event: &Event| matches!(event, Event::Ticket(TicketEvent::Offered { .. }));
    assert!(moved.events.iter().any(is_offer), "Q2: {:?}", moved.events);
    assert_eq!(office.account.broken(), []);
}

#[test]
fn p3_a_pool_whose_occupied_seats_are_moved_drains() {
    let mut office = shifts(&["ann"]);
    office.does(&sign_in("ann"));

    let moved = office.does(&move_seats("night", "default", 1));

    assert_eq!(sign_ins_ended(&moved), []);
    assert!(office.account.pools()[&pool("night")].is_draining());
    assert_eq!(office.seats_of("default"), 3);
}

#[test]
fn p3_seats_that_are_not_there_and_pools_of_another_product_are_refused() {
    let bought =
        kit::subscription(0, 4, pool("default")).and("service-desk".parse().unwrap(), 0, 4, pool("desk"));
    let office = shifts(&[]).after(&[bought.command()]);

    for (from, to, seats, answer) in [
        ("default", "night", 0, "invalid"),
        ("default", "night", 3, "invalid"),
        ("default", "night", u32::MAX, "invalid"),
        ("default", "default", 1, "invalid"),
        ("default", "desk", 1, "invalid"),
        ("default", "nowhere", 1, "not-found"),
        ("nowhere", "night", 1, "not-found"),
        ("default", "night", 2, "ok"),
    ] {
        let command = move_seats(from, to, seats);
        assert_eq!(office.answer(&OPERATOR, &command), answer, "{command:?}");
    }
}

#[test]
fn p3_steps_of_two_people_at_once_both_count() {
    let mut office = shifts(&[]);

    office.does(&move_seats("unallocated", "night", 1));
    assert_eq!(
        office.answer(&OPERATOR, &move_seats("unallocated", "night", 1)),
        "not-enough-seats"
    );
    for _ in 0..2 {
        office.does(&move_seats("default", "unallocated", 1));
    }

    assert_eq!((office.seats_of("default"), office.seats_of("night")), (0, 2));
    assert_eq!(office.account.shared_unallocated(&product()), 2);
    for (from, to, seats, answer) in [
        ("default", "unallocated", 1, "invalid"),
        ("night", "unallocated", 3, "invalid"),
        ("night", "unallocated", 0, "invalid"),
        ("unallocated", "night", 0, "invalid"),
        ("unallocated", "night", u32::MAX, "not-enough-seats"),
        ("unallocated", "nowhere", 1, "not-found"),
        ("nowhere", "unallocated", 1, "not-found"),
    ] {
        let command = move_seats(from, to, seats);
        assert_eq!(office.answer(&OPERATOR, &command), answer, "{command:?}");
    }
}

#[test]
fn p3_a_pool_whose_occupied_seats_become_unallocated_drains() {
    let mut office = shifts(&["ann"]);
    office.does(&sign_in("ann"));

    let lowered = office.does(&move_seats("night", "unallocated", 1));

    assert_eq!(sign_ins_ended(&lowered), []);
    assert!(office.account.pools()[&pool("night")].is_draining());
}

#[test]
fn p3_a_number_chosen_on_the_sight_of_another_changes_nothing() {
    let mut office = shifts(&[]);
    office.does(&resize("night", 2));

    let stale = resize_seen("night", 1, 0);

    assert_eq!(
        office.refusal(&stale),
        Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "seats",
            now: "night has 2 seats".to_owned(),
        })
    );
    office.does(&resize_seen("night", 2, 0));
    assert_eq!(office.seats_of("night"), 0);
}

#[test]
fn p3_rules_chosen_on_the_sight_of_others_change_nothing() {
    let mut office = shifts(&[]);
    let seen = office.account.pools()[&pool("night")].rules.clone();
    let notice = |secs| {
        let patch = RulesPatch::default().with("end_notice_secs", |rules| rules.end_notice = Secs::new(secs));
        change_pool(
            "night",
            PoolPatch {
                rules_seen: Some(seen.clone()),
                ..rules(patch)
            },
        )
    };

    office.does(&notice(30));

    assert_eq!(
        office.refusal(&notice(60)),
        Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "rules",
            now: "night has other rules".to_owned(),
        })
    );
    let now = &office.account.pools()[&pool("night")].rules;
    assert_eq!(now.end_notice, Secs::new(30));
}

/// `ann` waits in `night`, `ben` has its seat, `cem` has moved away.
fn night_shift() -> Office {
    shifts(&["ann", "ben", "cem"]).after(&[license("cem", shared("default")), sign_in("ben"), sign_in("ann")])
}

#[test]
fn l3_l5_users_move_to_another_pool_in_one_step_and_what_they_do_ends() {
    for (names, left) in [(&["ann", "ben"][..], 0), (&[][..], 0), (&["ben"][..], 1)] {
        let mut office = night_shift();

        office.does(&move_users("night", "default", names));

        assert_eq!(office.account.pools()[&pool("night")].users().len(), left);
        assert_eq!(office.license_of("ben"), shared("default"));
        assert!(office.account.sign_ins().is_empty());
        assert_eq!(office.account.broken(), []);
    }
}

#[test]
fn l3_nobody_is_moved_where_one_of_them_has_gone_elsewhere_since() {
    let mut office = night_shift().after(&[create_pool("evening", 0)]);
    office.does(&license("ben", shared("evening")));
    let refusal = office.refusal(&move_users("night", "default", &["ann", "ben"]));
    office.does(&kit::delete_user(user("ben")));
    let deleted = office.refusal(&move_users("night", "default", &["ann", "ben"]));

    for (refusal, now) in [
        (refusal, "ben is in the seat pool evening of remote-support"),
        (deleted, "a user of night is deleted"),
    ] {
        let now = now.to_owned();
        assert_eq!(
            refusal,
            Refusal::State(StateRefusal::ChangedMeanwhile { field: "users", now })
        );
    }
    assert_eq!(office.license_of("ann"), shared("night"));
}

#[test]
fn l3_who_is_there_already_stays_as_they_are() {
    let mut office = night_shift().after(&[resize("default", 3), sign_in("cem")]);

    let moved = office.does(&move_users("night", "default", &["ann", "cem"]));
    let again = office.does(&move_users("night", "default", &["ann", "cem"]));

    assert!(!moved.events.is_empty());
    assert_eq!(again.events, []);
    let is_cem = |sign_in: &SignIn| sign_in.user == user("cem");
    assert!(office.account.sign_ins().values().any(is_cem));
}

#[test]
fn l3_r1_users_move_between_pools_of_one_product_by_who_manages_seats() {
    let office = night_shift()
        .with("sam", Role::Manager, &[Privilege::SeatsManage])
        .with("una", Role::Manager, &[Privilege::UsersManage]);

    for (actor, from, to, answer) in [
        (by("sam"), "night", "default", "ok"),
        (by("sam"), "night", "night", "invalid"),
        (by("sam"), "night", "nowhere", "not-found"),
        (by("sam"), "nowhere", "night", "not-found"),
        (by("una"), "night", "default", "forbidden"),
        (by("ann"), "night", "default", "not-found"),
    ] {
        let command = move_users(from, to, &[]);
        assert_eq!(office.answer(&actor, &command), answer, "{actor} {from} {to}");
    }
}

#[test]
fn p3_r1_moving_seats_is_for_who_manages_them() {
    use crate::permission::{Privilege, Role};
    let office = shifts(&["ann"])
        .with("una", Role::Manager, &[Privilege::UsersManage])
        .with("sam", Role::Manager, &[Privilege::SeatsManage]);

    for (who, answer) in [("una", "forbidden"), ("sam", "ok"), ("ann", "not-found")] {
        let command = move_seats("default", "night", 1);
        assert_eq!(office.answer(&by(who), &command), answer, "{who}");
    }
}

#[test]
fn p5_a_rule_out_of_range_is_named_and_the_same_rules_change_nothing() {
    let mut office = shifts(&[]);
    let lease = |secs| rules(RulesPatch::default().with("lease_secs", |rules| rules.lease = Secs::new(secs)));

    assert!(matches!(
        office.refusal(&change_pool("night", lease(1))),
        Refusal::Invalid {
            field: "lease_secs",
            ..
        }
    ));
    assert_eq!(office.does(&change_pool("night", lease(90))).events, []);
    assert_eq!(office.does(&change_pool("night", lease(30))).events.len(), 1);
}
