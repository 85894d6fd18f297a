//! S11: leases and missing heartbeats.

use super::fixture::*;
use crate::event::{EndReason, LeaseEvent};
use crate::rules::Rules;
use crate::time::{Millis, Outage};
use crate::{Event, Input};

#[test]
fn s11_without_a_heartbeat_a_sign_in_ends_with_all_that_rides_on_it() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.at("09:00").sign_in("ida").call("ida").falls_silent("ida");

    assert_eq!(shift.advance_to("09:01:29").ended(), []);
    let happened = shift.advance_to("09:01:30");

    assert_eq!(happened.ended(), [("ida", EndReason::LeaseExpired)]);
    assert_eq!(happened.closed(), [("ida", EndReason::SignInEnded)]);
    assert_eq!(shift.occupied(), 0);
}

#[test]
fn s11_a_heartbeat_gives_a_whole_lease_again() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.at("09:00").sign_in("ida").falls_silent("ida");

    shift.at("09:01").heartbeat("ida", false);

    assert_eq!(shift.advance_to("09:02:29").ended(), []);
    assert_eq!(
        shift.advance_to("09:02:30").ended(),
        [("ida", EndReason::LeaseExpired)]
    );
}

#[test]
fn s11_a_seat_that_a_dead_device_held_goes_to_who_waits() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven"]);
    shift.at("09:00").sign_in("ida").wait("sven").falls_silent("ida");

    shift.at("09:01:30");

    assert_eq!(shift.offered(), ["sven"]);
}

#[test]
fn s11_a_ticket_needs_a_heartbeat_too() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven", "max"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .wait("sven")
        .wait("max")
        .falls_silent("sven");

    shift.at("09:01:30");

    assert_eq!(shift.queue(), ["max"]);
}

#[test]
fn s11_after_an_outage_every_lease_and_offer_and_idle_clock_starts_anew() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven", "max"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .wait("sven")
        .wait("max")
        .sign_out("ida");
    for name in ["ida", "sven", "max"] {
        shift.falls_silent(name);
    }

    shift.unseen_until("10:00").usher_is_back();

    assert_eq!(shift.advance_to("10:00:59").diary(), [""; 0]);
    let happened = shift.advance_to("10:01:30");
    assert_eq!(
        happened.diary(),
        [
            "10:01:00 sven waits no more: offer-expired",
            "10:01:00 max is offered a seat until 10:02:00",
            "10:01:30 max waits no more: lease-expired",
        ]
    );
}

/// An account that is first used a while after Usher is back: its leases count from Usher's return, not from that use.
#[test]
fn s11_leases_are_full_from_the_end_of_an_outage_on() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.at("09:00").sign_in("ida").falls_silent("ida");

    shift.unseen_until("10:01");
    let outage = Outage {
        away: Millis::new(3_600_000),
        until: clock("10:00"),
    };
    shift.usher_does(Input::Resume(outage));

    assert_eq!(shift.advance_to("10:01:29").ended(), []);
    assert_eq!(
        shift.advance_to("10:01:30").ended(),
        [("ida", EndReason::LeaseExpired)]
    );
}

#[test]
fn s11_a2_time_in_which_usher_was_down_is_not_idle_time() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.at("09:00").sign_in("ida");

    shift.unseen_until("12:00").usher_is_back();

    assert_eq!(shift.advance_to("12:59:59").ended(), []);
    assert_eq!(shift.advance_to("13:00").ended(), [("ida", EndReason::Inactive)]);
}

/// Three seconds of work, and a server that is down for 65 s, five times.
#[test]
fn s11_q3_the_minute_that_ran_when_usher_went_down_goes_on_where_it_stopped() {
    let mut shift = Shift::with(0, concurrent_devices(), &["ida"]);
    shift.add_minutes(10).at("09:00").sign_in("ida").call("ida");
    assert_eq!(shift.account.minutes(), 9);

    for (down_at, up_at) in [
        ("09:00:03", "09:01:08"),
        ("09:01:11", "09:02:16"),
        ("09:02:19", "09:03:24"),
        ("09:03:27", "09:04:32"),
        ("09:04:35", "09:05:40"),
    ] {
        shift.at(down_at).unseen_until(up_at).usher_is_back().tick();
    }

    assert_eq!(shift.at("09:06:24").account.minutes(), 9);
    assert_eq!(shift.at("09:06:25").account.minutes(), 8);
}

#[test]
fn s11_q3_an_outage_ends_nobodys_last_minute_and_the_warning_says_the_new_time() {
    let mut shift = Shift::with(0, concurrent_devices(), &["ida"]);
    shift.add_minutes(1).at("09:00").sign_in("ida").call("ida");

    shift.at("09:00:50").unseen_until("10:00:50").usher_is_back();

    assert_eq!(
        shift.happened().diary(),
        ["10:00:50 ida will run out of minutes at 10:01:00"]
    );
    assert_eq!(shift.advance_to("10:00:59").diary(), [""; 0]);
    assert_eq!(
        shift.advance_to("10:01:00").closed(),
        [("ida", EndReason::MinutesExhausted)]
    );
}

#[test]
fn s11_codes_and_notices_have_after_an_outage_what_was_left_of_them() {
    let rules = Rules {
        end_notice: secs(30),
        ..concurrent_devices()
    };
    let mut shift = Shift::with(2, rules, &["ida", "sven"]);
    shift.at("09:00").sign_in("ida").create_link("ida", mins(10));
    shift.sign_in("sven").call("sven").end_by("sven", "olga");

    shift.at("09:00:20").unseen_until("10:00:20").usher_is_back();

    assert_eq!(shift.advance_to("10:00:29").diary(), [""; 0]);
    assert_eq!(
        shift.advance_to("10:00:30").closed(),
        [("sven", EndReason::EndedByOther)]
    );
    assert_eq!(shift.advance_to("10:09:59").diary(), [""; 0]);
    assert_eq!(
        shift.advance_to("10:10:00").closed(),
        [("ida", EndReason::Expired)]
    );
}

#[test]
fn s11_a2_a_stall_shorter_than_a_lease_leaves_the_idle_clock_where_it_was() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.at("09:00").sign_in("ida");

    shift.at("09:30").unseen_until("09:30:10").usher_is_back();

    assert_eq!(shift.advance_to("10:00:09").ended(), []);
    assert_eq!(
        shift.advance_to("10:00:10").ended(),
        [("ida", EndReason::Inactive)]
    );
}

#[test]
fn s11_a3_who_was_warned_before_an_outage_is_warned_again_in_full() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.at("09:00").sign_in("ida").at("09:59:50");

    shift.unseen_until("10:00:20").usher_is_back();

    assert_eq!(shift.advance_to("10:01:19").ended(), []);
    assert_eq!(
        shift.advance_to("10:01:20").ended(),
        [("ida", EndReason::Inactive)]
    );
}

/// Older journals record only that there was an outage, and replay to the same state as before.
#[test]
fn s11_an_outage_of_unknown_length_reads_as_before() {
    let stored: Event = serde_json::from_str(r#"{"leases_restarted":{}}"#).unwrap();
    let mut shift = Shift::with(0, concurrent_devices(), &["ida"]);
    shift.add_minutes(10).at("09:00").sign_in("ida").call("ida");

    shift.unseen_until("10:00");
    crate::evolve::evolve(&mut shift.account, &stored, clock("10:00"));

    assert_eq!(shift.at("10:00").account.minutes(), 8);
    assert_eq!(
        serde_json::to_string(&stored).unwrap(),
        r#"{"leases_restarted":{}}"#
    );
}

/// A lease of a day, set by mistake, does not keep dead devices for a day once it is lowered.
#[test]
fn s11_a_lowered_lease_reaches_who_is_there_and_logs_nobody_out_who_is_alive() {
    let lease = |lease| Rules {
        lease,
        auto_log_off_after: None,
        ..help_desk()
    };
    let mut shift = Shift::with(2, lease(mins(1440)), &["ida", "sven", "max"]);
    shift.at("09:00").sign_in("ida").sign_in("sven").wait("max");
    for name in ["ida", "sven", "max"] {
        shift.falls_silent(name);
    }

    shift.at("10:00").change_rules(lease(mins(1)));
    // Ida's device sends its heartbeat when it was going to, a third of a day after the last one.
    let happened = shift.advance_to("17:00");
    assert_eq!(happened.ended(), []);
    shift.heartbeat("ida", false);

    assert_eq!(shift.advance_to("17:00:59").ended(), []);
    assert_eq!(
        shift.advance_to("17:01").ended(),
        [("ida", EndReason::LeaseExpired)]
    );
    assert_eq!(
        shift.advance_to("21:00").ended(),
        [("sven", EndReason::LeaseExpired)]
    );
}

#[test]
fn s11_a_lowered_lease_is_never_shorter_than_itself() {
    let lease = |lease| Rules { lease, ..help_desk() };
    let mut shift = Shift::with(1, lease(secs(90)), &["ida"]);
    shift.at("09:00").sign_in("ida").falls_silent("ida");

    shift.at("09:00:40").change_rules(lease(secs(15)));

    assert_eq!(shift.advance_to("09:00:54").ended(), []);
    assert_eq!(
        shift.advance_to("09:00:55").ended(),
        [("ida", EndReason::LeaseExpired)]
    );
}

#[test]
fn s11_a_raised_lease_counts_from_the_next_heartbeat_on() {
    let lease = |lease| Rules { lease, ..help_desk() };
    let mut shift = Shift::with(2, lease(secs(15)), &["ida", "sven"]);
    shift.at("09:00").sign_in("ida").sign_in("sven");
    shift.falls_silent("ida").falls_silent("sven");

    shift
        .change_rules(lease(secs(90)))
        .at("09:00:10")
        .heartbeat("ida", false);

    assert_eq!(
        shift.advance_to("09:00:15").ended(),
        [("sven", EndReason::LeaseExpired)]
    );
    assert_eq!(shift.advance_to("09:01:39").ended(), []);
    assert_eq!(
        shift.advance_to("09:01:40").ended(),
        [("ida", EndReason::LeaseExpired)]
    );
}

#[test]
fn s11_where_nothing_can_be_lost_an_outage_leaves_no_trace() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);

    let outage = Outage {
        away: Millis::new(5_000),
        until: clock("09:00"),
    };
    let decision = shift.usher_does(Input::Resume(outage));

    assert_eq!(decision.events, []);
}

#[test]
fn s11_renewals_reach_the_journal_together_and_seldom() {
    let mut shift = Shift::with(2, help_desk(), &["ida", "sven"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .sign_in("sven")
        .falls_silent("ida")
        .falls_silent("sven");

    shift
        .heartbeat("ida", false)
        .at("09:00:10")
        .heartbeat("sven", false)
        .heartbeat("ida", false);
    assert!(shift.account.has_unsaved_renewals());
    shift.unseen_until("09:00:30");
    let decision = shift.usher_does(Input::Tick);

    let [Event::Lease(LeaseEvent::Renewed { sign_ins, tickets })] = &decision.events[..] else {
        panic!("{:?}", decision.events);
    };
    assert_eq!((sign_ins.len(), tickets.len()), (2, 0));
    assert!(sign_ins.iter().all(|(_, until)| *until == clock("09:01:40")));
    assert!(!shift.account.has_unsaved_renewals());
}

/// Everything is processed in order, even if nothing was for an hour: the queue's order is kept, and every offer and
/// warning gets its full time from then on.
#[test]
fn a_late_tick_does_all_that_is_due_in_order() {
    let rules = Rules {
        lease: mins(1),
        ..help_desk()
    };
    let mut shift = Shift::with(1, rules, &["ida", "sven", "max"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .at("09:00:10")
        .wait("sven")
        .at("09:00:20")
        .wait("max");

    let happened = shift.unseen_until("10:30").tick();

    assert_eq!(
        happened.diary(),
        [
            "10:30:00 ida is out: lease-expired",
            "10:30:00 sven is offered a seat until 10:31:00",
            "10:30:00 sven waits no more: lease-expired",
            "10:30:00 max is offered a seat until 10:31:00",
            "10:30:00 max waits no more: lease-expired",
        ]
    );
    assert_eq!(shift.account.next_due(), None);
}
