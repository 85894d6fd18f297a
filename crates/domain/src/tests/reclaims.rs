//! Q4: idle holders give way to waiting users, after a warning.

use super::fixture::*;
use crate::event::EndReason;
use crate::refusal::Code;
use crate::rules::Rules;

fn reclaim_after(secs: crate::Secs) -> Rules {
    Rules {
        auto_log_off_after: None,
        reclaim_idle_after: Some(secs),
        ..help_desk()
    }
}

#[test]
fn q4_the_longest_idle_holder_gives_the_seat_to_who_waits_after_a_warning() {
    let mut shift = Shift::with(2, reclaim_after(mins(10)), &["ida", "max", "sven"]);
    shift.at("09:00").sign_in("ida").at("09:05").sign_in("max");
    assert_eq!(shift.advance_to("09:30").diary(), [""; 0]);

    shift.wait("sven");

    assert_eq!(
        shift.advance_to("09:31").diary(),
        [
            "09:30:00 ida will lose the seat at 09:31:00",
            "09:31:00 ida is out: reclaimed",
            "09:31:00 sven is offered a seat until 09:32:00",
        ]
    );
}

#[test]
fn q4_a_holder_is_warned_as_soon_as_they_are_idle_for_long_enough() {
    let mut shift = Shift::with(1, reclaim_after(mins(10)), &["ida", "sven"]);
    shift.at("09:00").sign_in("ida").at("09:01").wait("sven");

    assert_eq!(
        shift.advance_to("09:11").diary(),
        [
            "09:10:00 ida will lose the seat at 09:11:00",
            "09:11:00 ida is out: reclaimed",
            "09:11:00 sven is offered a seat until 09:12:00",
        ]
    );
}

#[test]
fn q4_the_warning_is_void_when_nobody_waits_any_more() {
    let mut shift = Shift::with(1, reclaim_after(mins(10)), &["ida", "sven"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .at("09:15")
        .wait("sven")
        .at("09:15:30")
        .happened();

    shift.drop_ticket("sven");

    assert_eq!(shift.happened().diary()[1..], ["09:15:30 ida keeps the seat"]);
    assert_eq!(shift.advance_to("10:00").ended(), []);
}

#[test]
fn q4_the_warning_is_void_when_the_holder_is_busy_again() {
    for wakes in [
        (|s| then(s.heartbeat("ida", true))) as fn(&mut Shift),
        |s| then(s.create_link("ida", mins(60))),
        |s| then(s.call("ida")),
        |s| then(s.lock("ida", mins(60))),
    ] {
        let mut shift = Shift::with(1, reclaim_after(mins(10)), &["ida", "sven"]);
        shift
            .at("09:00")
            .sign_in("ida")
            .at("09:15")
            .wait("sven")
            .at("09:15:30");

        wakes(&mut shift);

        assert_eq!(shift.advance_to("09:20").ended(), []);
        assert_eq!(shift.queue(), ["sven"]);
    }
}

#[test]
fn q4_nobody_in_a_call_or_with_a_valid_link_is_asked_to_give_way() {
    let mut shift = Shift::with(2, reclaim_after(mins(10)), &["ida", "max", "sven"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .call("ida")
        .sign_in("max")
        .create_link("max", mins(60));

    shift.wait("sven");

    assert_eq!(shift.advance_to("09:59").ended(), []);
    assert_eq!(shift.advance_to("10:12").ended(), [("max", EndReason::Reclaimed)]);
}

#[test]
fn q4_a_lock_spares_a_seat_for_a_bounded_time() {
    let mut shift = Shift::with(2, reclaim_after(mins(10)), &["ida", "max", "sven"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .at("09:01")
        .sign_in("max")
        .lock("ida", mins(30));
    assert_eq!(shift.lock("ida", mins(5 * 60)).refusal(), Code::Invalid);

    shift.at("09:15").wait("sven");

    assert_eq!(shift.advance_to("09:16").ended(), [("max", EndReason::Reclaimed)]);
    shift.claim("sven").lock("sven", mins(60)).wait("max");
    assert_eq!(shift.advance_to("09:31:59").ended(), []);
    assert_eq!(shift.advance_to("09:32").ended(), [("ida", EndReason::Reclaimed)]);
}

#[test]
fn q4_no_more_are_warned_than_wait() {
    let mut shift = Shift::with(3, reclaim_after(mins(10)), &["ida", "max", "eva", "sven", "tom"]);
    shift
        .sign_in("ida")
        .at("08:00")
        .sign_in("max")
        .at("08:30")
        .sign_in("eva");
    shift.at("09:00").wait("sven").wait("tom");

    let happened = shift.advance_to("09:01");

    assert_eq!(
        happened.ended(),
        [("ida", EndReason::Reclaimed), ("max", EndReason::Reclaimed)]
    );
}

#[test]
fn q4_a_holder_on_several_devices_gives_way_as_one_and_is_idle_only_on_all() {
    let rules = Rules {
        max_devices_per_user: None,
        ..reclaim_after(mins(10))
    };
    let mut shift = Shift::with(1, rules, &["ida", "sven"]);
    shift
        .at("09:00")
        .sign_in_on("ida", "laptop")
        .at("09:08")
        .sign_in_on("ida", "phone");
    shift.at("09:09").wait("sven");

    assert_eq!(shift.advance_to("09:17:59").diary(), [""; 0]);
    assert_eq!(
        shift.advance_to("09:19").diary(),
        [
            "09:18:00 ida will lose the seat at 09:19:00",
            "09:18:00 ida will lose the seat at 09:19:00",
            "09:19:00 ida is out: reclaimed",
            "09:19:00 ida is out: reclaimed",
            "09:19:00 sven is offered a seat until 09:20:00",
        ]
    );
}
