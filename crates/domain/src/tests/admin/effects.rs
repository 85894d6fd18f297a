//! The effects of changes on running work.

use super::office::*;
use crate::Event;
use crate::command::{Command, LeavingUsers, PoolPatch, UserPatch};
use crate::event::{EndReason, MinutesEvent, SignInEvent};
use crate::refusal::{CapacityRefusal, Refusal};
use crate::rules::{Occupies, Preset, RulesPatch, SeatPer, WhenFull};
use crate::tests::kit;
use crate::time::Secs;

#[test]
fn s1_what_a_seat_is_does_not_change_under_who_holds_one() {
    let mut office = shifts(&["ann"]);
    let sessions = change_pool("night", preset(Preset::ConcurrentSessions));
    let per_device = change_pool(
        "night",
        rules(RulesPatch::default().with("seat_per", |rules| rules.seat_per = SeatPer::Device)),
    );
    assert_eq!(office.answer(&OPERATOR, &sessions), "ok");

    office.does(&sign_in("ann"));

    assert_eq!(
        office.refusal(&sessions),
        Refusal::Capacity(CapacityRefusal::PoolInUse {
            rule: "occupies",
            occupied: 1,
            waiting: 0
        })
    );
    assert_eq!(office.answer(&OPERATOR, &per_device), "pool-in-use");
    assert_eq!(office.answer(&OPERATOR, &resize("night", 2)), "ok");
}

#[test]
fn s1_nobody_stays_signed_in_without_a_seat_where_signing_in_takes_one_from_now_on() {
    let mut office =
        shifts(&["ann", "ben"]).after(&[change_pool("night", preset(Preset::ConcurrentSessions))]);
    office.does(&sign_in("ann"));
    office.does(&sign_in("ben"));

    let changed = office.does(&change_pool("night", preset(Preset::HelpDeskShift)));

    let reason = EndReason::LicenseChanged;
    assert_eq!(
        sign_ins_ended(&changed),
        [(laptop("ann"), reason), (laptop("ben"), reason)]
    );
    let night = &office.account.pools()[&pool("night")];
    assert_eq!(night.rules.occupies, Occupies::SignIn);
}

#[test]
fn a2_another_time_before_log_off_holds_at_once() {
    let mut office = shifts(&["ann"]);
    office.does(&sign_in("ann"));
    let log_off_after = |after| {
        change_pool(
            "night",
            rules(
                RulesPatch::default()
                    .with("auto_log_off_after_secs", |rules| {
                        rules.auto_log_off_after = after;
                    })
                    .with("lease_secs", |rules| rules.lease = Secs::new(86_400)),
            ),
        )
    };
    let before = office.account.next_due();

    office.does(&log_off_after(Some(Secs::new(20))));

    assert!(office.account.next_due() < before);
    office.does(&log_off_after(None));
    assert_eq!(office.account.next_due(), before);
}

/// Minutes pay for users who find no seat; every device takes one.
fn pay_per_device() -> Command {
    change_pool(
        "night",
        rules(
            RulesPatch::default()
                .with("seat_per", |rules| rules.seat_per = SeatPer::Device)
                .with("max_devices_per_user", |rules| rules.max_devices_per_user = None)
                .with("when_full", |rules| rules.when_full = vec![WhenFull::PayPerUse]),
        ),
    )
}

fn seat_limit(limit: Option<u32>) -> UserPatch {
    UserPatch {
        seat_limit: Some(limit),
        ..UserPatch::default()
    }
}

#[test]
fn s1_what_a_seat_is_does_not_change_under_who_waits_or_is_on_minutes() {
    let waiting = shifts(&["ann"]).after(&[resize("night", 0), sign_in("ann")]);
    let on_minutes = shifts(&["ann"]).after(&[
        resize("night", 0),
        pay_per_device(),
        add_minutes("first", 9),
        sign_in("ann"),
    ]);

    for (office, waiting) in [(waiting, 1), (on_minutes, 0)] {
        assert_eq!(
            office.refusal(&change_pool("night", preset(Preset::ConcurrentSessions))),
            Refusal::Capacity(CapacityRefusal::PoolInUse {
                rule: "occupies",
                occupied: 0,
                waiting
            })
        );
    }
}

#[test]
fn s3_q3_a_higher_seat_limit_moves_a_claim_from_minutes_onto_a_free_seat() {
    let mut office = shifts(&["ann"]).after(&[
        resize("night", 0),
        pay_per_device(),
        add_minutes("first", 9),
        change("ann", seat_limit(Some(1))),
        sign_in_on("ann", "laptop"),
        sign_in_on("ann", "phone"),
        resize("night", 2),
    ]);
    assert_eq!(office.account.pools()[&pool("night")].occupied(), 1);

    let raised = office.does(&change("ann", seat_limit(None)));

    let is_move = |event: &Event| matches!(event, Event::Minutes(MinutesEvent::ClaimMoved { .. }));
    assert!(raised.events.iter().any(is_move), "{:?}", raised.events);
    assert_eq!(office.account.pools()[&pool("night")].occupied(), 2);
    assert_eq!(office.account.broken(), []);
}

/// Ann is idle and holds the only seat, for which Ben waits.
fn idle_holder() -> Office {
    shifts(&["ann", "ben"]).after(&[
        change_pool("night", reclaim_after(Some(Secs::new(30)))),
        sign_in("ann"),
        sign_in("ben"),
    ])
}

fn reclaim_after(idle: Option<Secs>) -> PoolPatch {
    rules(RulesPatch::default().with("reclaim_idle_after_secs", |rules| rules.reclaim_idle_after = idle))
}

#[test]
fn q4_a_warning_by_the_old_rules_is_taken_back() {
    let mut office = idle_holder();
    let warned = office.tick_at(30);
    let is_warning = |event: &Event| matches!(event, Event::SignIn(SignInEvent::ReclaimWarned { id, .. }) if *id == laptop("ann"));
    assert!(warned.events.iter().any(is_warning), "{:?}", warned.events);

    let changed = office.at(31, &change_pool("night", reclaim_after(None)));

    let cancelled = Event::SignIn(SignInEvent::ReclaimCancelled { id: laptop("ann") });
    assert!(changed.events.contains(&cancelled), "{:?}", changed.events);
}

#[test]
fn p2_nothing_is_due_in_a_pool_that_is_deleted() {
    let mut office = idle_holder();

    office.does(&kit::delete_pool(pool("night"), LeavingUsers::Remove));

    assert_eq!(office.account.next_due(), None);
}
