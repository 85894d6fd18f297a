//! P3: a lowered pool drains. Nobody is signed out, and nobody gets a seat until fewer are occupied.

use super::fixture::*;
use crate::refusal::Code;

#[test]
fn p3_nobody_is_thrown_out_and_nobody_gets_in_until_occupancy_fits() {
    let mut shift = Shift::with(3, help_desk(), &["ida", "max", "eva", "sven"]);
    shift.sign_in("ida").sign_in("max").sign_in("eva");

    shift.resize(1);

    assert!(shift.pool().is_draining());
    assert_eq!(shift.signed_in(), ["eva", "ida", "max"]);
    for name in ["ida", "max", "eva"] {
        assert_eq!(shift.sign_in("sven").refusal(), Code::NoSeatAvailable);
        shift.sign_out(name);
    }
    shift.sign_in("sven");
    assert_eq!(shift.occupied(), 1);
}

#[test]
fn p3_who_waits_in_a_drain_gets_the_first_seat_that_fits() {
    let mut shift = Shift::with(2, help_desk(), &["ida", "max", "sven"]);
    shift.sign_in("ida").sign_in("max").wait("sven").resize(1);

    shift.sign_out("ida");
    assert_eq!(shift.offered(), [""; 0]);
    shift.sign_out("max");

    assert_eq!(shift.offered(), ["sven"]);
}

#[test]
fn p3_an_offer_counts_as_occupied_and_can_still_be_taken() {
    let mut shift = Shift::with(2, help_desk(), &["ida", "max", "sven"]);
    shift
        .sign_in("ida")
        .sign_in("max")
        .wait("sven")
        .sign_out("ida")
        .resize(1);
    assert_eq!((shift.occupied(), shift.offered()), (2, vec!["sven".into()]));

    shift.claim("sven");

    assert_eq!(shift.occupied(), 2);
    assert_eq!(shift.sign_in("ida").refusal(), Code::NoSeatAvailable);
}

#[test]
fn p3_an_offer_that_is_not_taken_in_a_drain_is_not_passed_on() {
    let mut shift = Shift::with(2, help_desk(), &["ida", "max", "sven", "eva"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .sign_in("max")
        .wait("sven")
        .wait("eva");
    shift.sign_out("ida").resize(1);

    shift.at("09:01");

    assert_eq!((shift.occupied(), shift.queue()), (1, vec!["eva".into()]));
}

#[test]
fn p3_a_holder_keeps_working_in_a_drain() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida"]);
    shift.sign_in("ida").call("ida").resize(0);

    shift.call("ida").end("ida");

    assert_eq!(shift.occupied(), 1);
    shift.pause("ida");
    assert_eq!(shift.resume("ida").refusal(), Code::NoSeatAvailable);
}
