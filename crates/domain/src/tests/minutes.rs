//! Q3: prepaid minutes pay for work when all seats are taken.

use super::fixture::*;
use crate::event::EndReason;
use crate::presence::Funding;
use crate::refusal::{Action, Code};
use crate::rules::{Rules, WhenFull};

/// Minutes pay for users who find no seat.
fn pay_per_use() -> Rules {
    Rules {
        auto_log_off_after: None,
        when_full: vec![WhenFull::PayPerUse],
        ..help_desk()
    }
}

#[test]
fn q3_minutes_are_spent_only_when_no_seat_is_free() {
    let mut shift = Shift::with(1, pay_per_use(), &["ida", "sven"]);
    shift.add_minutes(5);

    shift.sign_in("ida");
    assert_eq!(shift.account.minutes(), 5);
    shift.sign_in("sven");

    assert_eq!(shift.account.minutes(), 4);
    assert_eq!(shift.occupied(), 1);
}

/// Minutes left after a number of seconds of one claim, from a balance of 4.
#[test]
fn q3_a_minute_is_spent_at_the_start_and_at_each_full_minute() {
    for (time, left) in [
        ("09:00:00", 3),
        ("09:00:59", 3),
        ("09:01:00", 2),
        ("09:01:59", 2),
        ("09:02:00", 1),
        ("09:03:59", 0),
    ] {
        let mut shift = Shift::with(0, pay_per_use(), &["ida"]);
        shift.add_minutes(4).at("09:00").sign_in("ida");

        shift.at(time);

        assert_eq!(shift.account.minutes(), left, "at {time}");
    }
}

#[test]
fn q3_when_the_next_minute_cannot_be_paid_it_is_over_after_a_warning() {
    let mut shift = Shift::with(0, pay_per_use(), &["ida"]);
    shift.add_minutes(2).at("09:00").sign_in("ida");

    assert_eq!(
        shift.advance_to("10:00").diary(),
        [
            "09:01:00 ida spends a minute",
            "09:01:00 ida will run out of minutes at 09:02:00",
            "09:02:00 ida is out: minutes-exhausted",
        ]
    );
    assert_eq!(shift.sign_in("ida").refusal(), Code::MinutesExhausted);
}

#[test]
fn q3_with_minutes_for_one_the_warning_comes_at_once() {
    let mut shift = Shift::with(0, pay_per_use(), &["ida"]);
    shift.add_minutes(1).at("09:00").happened();

    shift.sign_in("ida");

    assert_eq!(
        shift.happened().diary(),
        [
            "09:00:00 ida signs in (minutes)",
            "09:00:00 ida will run out of minutes at 09:01:00"
        ]
    );
}

#[test]
fn q3_several_who_share_the_balance_are_each_warned_a_minute_before() {
    let mut shift = Shift::with(0, pay_per_use(), &["ida", "max", "sven"]);
    shift
        .add_minutes(7)
        .at("09:00")
        .sign_in("ida")
        .at("09:00:10")
        .sign_in("max")
        .at("09:00:20");
    shift.sign_in("sven").happened();

    assert_eq!(
        shift.advance_to("10:00").diary(),
        [
            "09:01:00 ida spends a minute",
            "09:01:10 max spends a minute",
            "09:01:10 max will run out of minutes at 09:02:10",
            "09:01:20 sven spends a minute",
            "09:01:20 sven will run out of minutes at 09:02:20",
            "09:02:00 ida spends a minute",
            "09:02:00 ida will run out of minutes at 09:03:00",
            "09:02:10 max is out: minutes-exhausted",
            "09:02:20 sven is out: minutes-exhausted",
            "09:03:00 ida is out: minutes-exhausted",
        ]
    );
    assert_eq!(shift.account.minutes(), 0);
}

#[test]
fn q3_new_minutes_void_the_warning_and_who_cannot_be_paid_for_is_warned_again() {
    let mut shift = Shift::with(0, pay_per_use(), &["ida"]);
    shift
        .add_minutes(1)
        .at("09:00")
        .sign_in("ida")
        .at("09:00:30")
        .add_minutes(1);

    assert_eq!(
        shift.advance_to("10:00").diary(),
        [
            "09:01:00 ida spends a minute",
            "09:01:00 ida will run out of minutes at 09:02:00",
            "09:02:00 ida is out: minutes-exhausted",
        ]
    );
}

#[test]
fn q3_any_number_can_work_on_minutes() {
    let users: Vec<String> = (0..30).map(|number| format!("user-{number}")).collect();
    let names: Vec<&str> = users.iter().map(String::as_str).collect();
    let mut shift = Shift::with(1, pay_per_use(), &names);
    shift.add_minutes(100);

    for name in &names {
        shift.sign_in(name);
    }

    assert_eq!(shift.signed_in().len(), 30);
    assert_eq!(shift.account.minutes(), 100 - 29);
}

#[test]
fn q3_the_oldest_claim_moves_onto_a_seat_that_nobody_waits_for() {
    let mut shift = Shift::with(1, pay_per_use(), &["ida", "max", "sven"]);
    shift.add_minutes(50).at("09:00").sign_in("ida");
    shift
        .at("09:01")
        .sign_in("sven")
        .at("09:02")
        .sign_in("max")
        .happened();

    shift.sign_out("ida");

    assert_eq!(
        shift.happened().diary(),
        [
            "09:02:00 ida is out: signed-out",
            "09:02:00 sven moves onto a seat"
        ]
    );
    let left = shift.account.minutes();
    shift.sign_out("max").at("10:00");
    assert_eq!(shift.account.minutes(), left);
}

#[test]
fn q3_who_waits_comes_before_who_is_on_minutes() {
    let rules = Rules {
        when_full: vec![WhenFull::Queue, WhenFull::PayPerUse],
        ..pay_per_use()
    };
    let mut shift = Shift::with(1, rules, &["ida", "max", "sven"]);
    shift
        .add_minutes(50)
        .sign_in("ida")
        .sign_in("max")
        .wait("sven")
        .sign_out("ida");

    assert_eq!(shift.offered(), ["sven"]);
    let max = &shift.account.sign_ins()[&shift.sign_in_of("max")];
    assert!(matches!(max.funding, Funding::Minutes { .. }));
}

#[test]
fn q3_the_order_of_the_pools_rules_decides_between_minutes_and_waiting() {
    for (ways, waits) in [
        ([WhenFull::PayPerUse, WhenFull::Queue], false),
        ([WhenFull::Queue, WhenFull::PayPerUse], true),
    ] {
        let rules = Rules {
            when_full: ways.to_vec(),
            ..help_desk()
        };
        let mut shift = Shift::with(0, rules, &["ida"]);
        shift.add_minutes(5).wait("ida");

        assert_eq!(shift.queue().len(), usize::from(waits));
    }
}

#[test]
fn q3_without_minutes_who_may_wait_is_told_so() {
    let mut shift = Shift::with(0, concurrent_devices(), &["ida"]);
    shift.sign_in("ida");

    let refusal = shift.call("ida").full_refusal();

    assert_eq!(refusal.code(), Code::NoSeatAvailable);
    assert_eq!(refusal.figures().unwrap().minutes_left, Some(0));
    assert_eq!(refusal.actions()[0], Action::Wait);
}

#[test]
fn q3_getting_in_on_minutes_ends_the_wait() {
    let rules = Rules {
        when_full: vec![WhenFull::PayPerUse, WhenFull::Queue],
        ..help_desk()
    };
    let mut shift = Shift::with(0, rules, &["ida"]);
    shift.wait("ida").add_minutes(5);

    shift.sign_in("ida");

    assert_eq!(shift.queue(), [""; 0]);
}

#[test]
fn q3_a_session_on_minutes_that_is_paused_costs_nothing() {
    let mut shift = Shift::with(0, concurrent_devices(), &["ida"]);
    shift
        .add_minutes(5)
        .at("09:00")
        .sign_in("ida")
        .call("ida")
        .at("09:00:30")
        .pause("ida");

    shift.at("09:30").resume("ida");

    assert_eq!(shift.account.minutes(), 3);
    assert_eq!(shift.advance_to("09:30:59").closed(), []);
}

#[test]
fn q3_a_holder_who_gets_a_seat_pays_for_none_of_their_sessions_any_more() {
    let rules = Rules {
        when_full: vec![WhenFull::PayPerUse],
        ..concurrent_sessions()
    };
    let mut shift = Shift::with(1, rules, &["ida", "sven"]);
    shift
        .add_minutes(50)
        .at("09:00")
        .sign_in("ida")
        .sign_in("sven")
        .call("ida");
    shift.call("sven").call("sven");
    assert_eq!(shift.account.minutes(), 48);

    shift.end("ida").at("10:00");

    assert_eq!(shift.account.minutes(), 48);
    assert_eq!(shift.occupied(), 1);
}

#[test]
fn s3_q3_a_user_at_their_own_limit_stays_on_minutes_until_they_give_a_seat_back() {
    let mut shift = Shift::with(1, concurrent_devices(), &["ida", "sven"]);
    shift.add_minutes(50).sign_in("ida").call("ida");
    for device in ["laptop", "phone"] {
        shift.sign_in_on("sven", device).call_on("sven", device);
    }
    shift.limit_seats("sven", 1).resize(3).happened();
    assert_eq!(shift.occupied(), 2);

    shift.end_on("sven", "laptop");

    assert_eq!(shift.happened().diary()[1..], ["00:00:00 sven moves onto a seat"]);
}

#[test]
fn q3_minutes_that_fall_due_while_nobody_looks_are_paid_one_by_one() {
    let mut shift = Shift::with(0, pay_per_use(), &["ida"]);
    shift
        .add_minutes(10)
        .at("09:00")
        .sign_in("ida")
        .heartbeat("ida", true);
    let rules = Rules {
        lease: mins(60),
        ..pay_per_use()
    };
    shift.sign_out("ida").change_rules(rules).sign_in("ida");
    assert_eq!(shift.account.minutes(), 8);

    shift.unseen_until("09:05:30").tick();

    assert_eq!(shift.account.minutes(), 3);
    assert_eq!(
        shift.advance_to("09:09:30").ended(),
        [("ida", EndReason::MinutesExhausted)]
    );
}
