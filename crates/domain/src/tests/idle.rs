//! A1 to A3: idle users are logged off, after a warning, and never in a call or with a valid link.

use super::fixture::*;
use crate::event::EndReason;
use crate::rules::{ConsoleActivity, Rules};

fn log_off_after(secs: crate::Secs) -> Rules {
    Rules {
        auto_log_off_after: Some(secs),
        ..help_desk()
    }
}

#[test]
fn a2_a_call_link_that_is_still_valid_keeps_its_user_signed_in() {
    let mut shift = Shift::with(1, log_off_after(mins(10)), &["sven"]);
    shift.at("09:00").sign_in("sven").create_link("sven", mins(30));

    shift.advance_to("09:29");

    assert_eq!(shift.signed_in(), ["sven"]);
    assert_eq!(shift.advance_to("09:41").ended(), [("sven", EndReason::Inactive)]);
}

/// When the warning and the log-off come: `(idle time allowed, warned at, logged off at)`.
#[test]
fn a3_the_warning_comes_a_minute_before_or_at_half_time() {
    for (after, warned, off) in [
        (3600, "09:59:00", "10:00:00"),
        (121, "09:01:01", "09:02:01"),
        (120, "09:01:00", "09:02:00"),
        (100, "09:00:50", "09:01:40"),
        (30, "09:00:15", "09:00:30"),
        (1, "09:00:01", "09:00:01"),
    ] {
        let mut shift = Shift::with(1, log_off_after(secs(after)), &["sven"]);
        shift.at("09:00").sign_in("sven");

        let happened = shift.advance_to("11:00");

        assert_eq!(
            happened.diary(),
            [
                format!("{warned} sven will be logged off at {off}"),
                format!("{off} sven is out: inactive"),
            ]
        );
    }
}

#[test]
fn a1_the_clock_starts_from_zero_when_a_call_ends() {
    let mut shift = Shift::with(1, log_off_after(mins(10)), &["sven"]);
    shift.at("09:00").sign_in("sven").at("09:09:30").call("sven");

    shift.at("11:00").end("sven");

    assert_eq!(shift.advance_to("11:09:59").ended(), []);
    assert_eq!(shift.advance_to("11:10").ended(), [("sven", EndReason::Inactive)]);
}

#[test]
fn a1_a_paused_session_does_not_stop_the_clock() {
    let mut shift = Shift::with(1, log_off_after(mins(10)), &["sven"]);
    shift
        .at("09:00")
        .sign_in("sven")
        .call("sven")
        .at("09:30")
        .pause("sven");

    assert_eq!(shift.advance_to("09:40").ended(), [("sven", EndReason::Inactive)]);
}

#[test]
fn a1_a_user_who_says_that_they_are_there_is_not_idle() {
    let mut shift = Shift::with(1, log_off_after(mins(10)), &["sven"]);
    shift
        .at("09:00")
        .sign_in("sven")
        .at("09:09:30")
        .heartbeat("sven", true);

    assert_eq!(shift.advance_to("09:19:29").ended(), []);
    assert_eq!(
        shift.advance_to("09:19:30").ended(),
        [("sven", EndReason::Inactive)]
    );
}

#[test]
fn a1_using_the_console_counts_only_where_the_pool_says_so() {
    for (activity, ended) in [
        (ConsoleActivity::AnyUse, vec![]),
        (
            ConsoleActivity::CallsAndLinks,
            vec![("sven", EndReason::Inactive)],
        ),
    ] {
        let rules = Rules {
            console_activity: activity,
            ..log_off_after(mins(10))
        };
        let mut shift = Shift::with(1, rules, &["sven"]);
        shift.at("09:00").sign_in("sven").at("09:05").use_console("sven");

        assert_eq!(shift.advance_to("09:10").ended(), ended, "{activity:?}");
    }
}

#[test]
fn a1_being_alive_is_not_being_there() {
    let mut shift = Shift::with(1, log_off_after(mins(10)), &["sven"]);
    shift
        .at("09:00")
        .sign_in("sven")
        .at("09:09:30")
        .heartbeat("sven", false);

    assert_eq!(shift.advance_to("09:10").ended(), [("sven", EndReason::Inactive)]);
}

#[test]
fn a2_a_call_on_one_device_keeps_the_user_signed_in_on_all() {
    let rules = Rules {
        max_devices_per_user: None,
        ..log_off_after(mins(10))
    };
    let mut shift = Shift::with(1, rules, &["sven"]);
    shift
        .at("09:00")
        .sign_in_on("sven", "laptop")
        .sign_in_on("sven", "phone")
        .call_on("sven", "phone");

    assert_eq!(shift.advance_to("10:00").ended(), []);
    shift.end("sven");
    assert_eq!(
        shift.advance_to("10:10").ended(),
        [("sven", EndReason::Inactive); 2]
    );
}

#[test]
fn a1_who_comes_to_another_device_is_not_idle_on_the_first() {
    let rules = Rules {
        max_devices_per_user: None,
        ..log_off_after(mins(10))
    };
    let mut shift = Shift::with(1, rules, &["sven"]);
    shift.at("09:00").sign_in_on("sven", "laptop");

    shift.at("09:05").sign_in_on("sven", "phone");

    assert_eq!(shift.advance_to("09:14:59").ended(), []);
    assert_eq!(
        shift.advance_to("09:15").ended(),
        [("sven", EndReason::Inactive); 2]
    );
}

#[test]
fn a2_where_sessions_take_the_seats_nobody_is_logged_off() {
    let rules = Rules {
        auto_log_off_after: Some(mins(10)),
        ..concurrent_sessions()
    };
    let mut shift = Shift::with(1, rules, &["sven"]);
    shift.at("09:00").sign_in("sven");

    assert_eq!(shift.advance_to("12:00").ended(), []);
}

#[test]
fn a1_new_rules_count_from_when_the_user_became_idle() {
    let mut shift = Shift::with(1, log_off_after(mins(30)), &["sven"]);
    shift.at("09:00").sign_in("sven").at("09:29:30");

    shift.change_rules(log_off_after(mins(60)));

    assert_eq!(shift.advance_to("09:59:59").ended(), []);
    assert_eq!(shift.advance_to("10:00").ended(), [("sven", EndReason::Inactive)]);
}

#[test]
fn a3_another_size_of_the_pool_leaves_a_warning_as_it_is() {
    let mut shift = Shift::with(1, log_off_after(mins(10)), &["sven"]);
    shift.at("09:00").sign_in("sven").at("09:09:30").resize(2);

    assert_eq!(
        shift.advance_to("09:10").diary(),
        ["09:10:00 sven is out: inactive"]
    );
}
