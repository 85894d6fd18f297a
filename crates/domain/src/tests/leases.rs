//! S11: life without a sign of life.

use super::fixture::*;
use crate::Event;
use crate::command::Command;
use crate::event::EndReason;
use crate::permission::Actor;
use crate::rules::Rules;

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
fn s11_a_ticket_needs_a_sign_of_life_too() {
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

#[test]
fn s11_2_4_time_in_which_usher_was_down_is_not_idle_time() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.at("09:00").sign_in("ida");

    shift.unseen_until("12:00").usher_is_back();

    assert_eq!(shift.advance_to("12:59:59").ended(), []);
    assert_eq!(shift.advance_to("13:00").ended(), [("ida", EndReason::Inactive)]);
}

#[test]
fn s11_q3_time_in_which_usher_was_down_costs_no_minutes() {
    let mut shift = Shift::with(0, concurrent_devices(), &["ida"]);
    shift.add_minutes(10).at("09:00").sign_in("ida").call("ida");
    assert_eq!(shift.account.minutes(), 9);

    shift.unseen_until("10:00").usher_is_back().tick();
    shift.at("10:00:59");

    assert_eq!(shift.account.minutes(), 8);
}

#[test]
fn s11_where_nothing_can_be_lost_an_outage_leaves_no_trace() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);

    let decision = shift.give(&Actor::System, &Command::Resume).unwrap();

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
    let decision = shift.give(&Actor::System, &Command::Tick).unwrap();

    let [Event::LeasesRenewed { sign_ins, tickets }] = &decision.events[..] else {
        panic!("{:?}", decision.events);
    };
    assert_eq!((sign_ins.len(), tickets.len()), (2, 0));
    assert!(sign_ins.iter().all(|(_, until)| *until == clock("09:01:40")));
    assert!(!shift.account.has_unsaved_renewals());
}

/// All of it is done in order, though nobody looked for an hour: who waited is not asked before those before them,
/// and every offer and warning runs its whole time from then on.
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
