//! S1 to S4, S6, S10: signing in, and the seats it takes.

use super::fixture::*;
use crate::command::{Acting, OneOrMore, SignInOutcome};
use crate::event::{EndReason, SignInEvent};
use crate::permission::{Actor, Scope};
use crate::presence::Funding;
use crate::refusal::{Code, Refusal, SeatRefusal};
use crate::rules::Rules;
use crate::tests::kit;
use crate::user::License;
use crate::{ApiKeyId, Event, SignInId};

#[test]
fn s1_nobody_gets_a_seat_that_is_taken() {
    let mut shift = Shift::with(2, help_desk(), &["ida", "max", "sven"]);

    shift.sign_in("ida").sign_in("max");

    assert_eq!(shift.sign_in("sven").refusal(), Code::NoSeatAvailable);
    assert_eq!(shift.signed_in(), ["ida", "max"]);
    assert_eq!(shift.occupied(), 2);
}

#[test]
fn s1_a_seat_comes_back_with_its_holders_last_claim() {
    let rules = Rules {
        max_devices_per_user: None,
        ..help_desk()
    };
    let mut shift = Shift::with(1, rules, &["ida", "sven"]);
    shift.sign_in_on("ida", "laptop").sign_in_on("ida", "phone");
    assert_eq!(shift.occupied(), 1);

    let laptop = shift.sign_in_at("ida", "laptop");
    shift.give(&Actor::SignIn(laptop), &kit::sign_out(laptop));
    assert_eq!(shift.sign_in("sven").refusal(), Code::NoSeatAvailable);
    shift.sign_out("ida").sign_in("sven");

    assert_eq!(shift.signed_in(), ["sven"]);
}

/// What takes a seat in each preset: `(what happens, seats taken after it)`.
#[test]
fn s2_s3_the_known_models_differ_in_what_takes_a_seat() {
    type Step = (&'static str, fn(&mut Shift), u32);
    let shift_work: [Step; 4] = [
        ("signs in", |s| then(s.sign_in("ida")), 1),
        ("makes a link", |s| then(s.create_link("ida", mins(5))), 1),
        ("has a call", |s| then(s.connect("ida")), 1),
        ("signs out", |s| then(s.sign_out("ida")), 0),
    ];
    let sessions: [Step; 6] = [
        ("signs in", |s| then(s.sign_in("ida")), 0),
        ("signs in elsewhere", |s| then(s.sign_in_on("ida", "phone")), 0),
        ("makes a link", |s| then(s.create_link_on("ida", "laptop")), 1),
        ("has a call as well", |s| then(s.call_on("ida", "phone")), 1),
        ("ends the call", |s| then(s.end("ida")), 1),
        ("ends the link", |s| then(s.end("ida")), 0),
    ];
    let devices: [Step; 5] = [
        ("signs in", |s| then(s.sign_in("ida")), 0),
        ("signs in elsewhere", |s| then(s.sign_in_on("ida", "phone")), 0),
        ("has a call", |s| then(s.call_on("ida", "laptop")), 1),
        ("has a call elsewhere", |s| then(s.call_on("ida", "phone")), 2),
        ("ends that call", |s| then(s.end("ida")), 1),
    ];
    for (rules, steps) in [
        (help_desk(), &shift_work[..]),
        (concurrent_sessions(), &sessions[..]),
        (concurrent_devices(), &devices[..]),
    ] {
        let mut shift = Shift::with(3, rules, &["ida"]);
        for (what, step, occupied) in steps {
            step(&mut shift);
            assert_eq!(shift.occupied(), *occupied, "ida {what}");
        }
    }
}

#[test]
fn s3_a_users_own_limit_counts_apart_from_the_pool() {
    let rules = Rules {
        when_full: Vec::new(),
        ..concurrent_devices()
    };
    let mut shift = Shift::with(3, rules, &["ida"]);
    shift
        .limit_seats("ida", 1)
        .sign_in_on("ida", "laptop")
        .sign_in_on("ida", "phone");

    shift.call_on("ida", "laptop").call_on("ida", "phone");

    assert_eq!(
        shift.full_refusal(),
        Refusal::Seat(SeatRefusal::UserSeatLimit { held: 1, limit: 1 })
    );
    shift.call_on("ida", "laptop");
    assert_eq!(shift.occupied(), 1);
}

#[test]
fn s4_another_device_is_named_and_can_be_signed_out_in_the_same_step() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven"]);
    shift.sign_in_on("ida", "laptop");

    let refusal = shift.sign_in_on("ida", "phone").full_refusal();
    let Refusal::Seat(SeatRefusal::SignedInElsewhere {
        device, max_devices, ..
    }) = refusal
    else {
        panic!("{refusal:?}");
    };
    assert_eq!((device.name.reveal().as_str(), max_devices), ("laptop", 1));

    // The pool is full: the user's own seat passes on, and nobody gets in between.
    shift.wait("sven").happened();
    shift.take_over("ida", "phone");
    assert_eq!(shift.happened().ended(), [("ida", EndReason::Takeover)]);
    shift.sign_in_at("ida", "phone");
    assert_eq!((shift.occupied(), shift.queue()), (1, vec!["sven".to_owned()]));
}

#[test]
fn s4_a_pool_that_drains_still_lets_a_user_change_devices() {
    let mut shift = Shift::with(2, help_desk(), &["ida", "sven"]);
    shift.sign_in("ida").sign_in("sven").resize(1);

    shift.take_over("ida", "phone");

    assert_eq!(shift.signed_in(), ["ida", "sven"]);
}

#[test]
fn s4_more_devices_at_once_than_a_user_may_have_are_refused() {
    let mut shift = Shift::with(5, help_desk(), &["ida"]);

    assert_eq!(
        shift.sign_in_on_all("ida", &["laptop", "phone"]).refusal(),
        Code::Invalid
    );
    assert_eq!(
        shift.sign_in_on_all("ida", &["laptop", "laptop"]).refusal(),
        Code::Invalid
    );
    assert_eq!(shift.signed_in(), [""; 0]);
}

#[test]
fn s6_asking_again_gives_the_sign_in_that_exists() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.sign_in("ida");
    let first = shift.sign_in_of("ida");

    shift.sign_in("ida");

    assert_eq!(shift.sign_in_of("ida"), first);
    let existing = SignInOutcome::In {
        ids: OneOrMore::one(first),
        created: false,
    };
    let again = kit::sign_in(
        shift.user("ida").id,
        SignInId::from_bits(9),
        shift.account.sign_ins()[&first].device.clone(),
    )
    .takeover(true)
    .wait(true)
    .with_outcome();
    assert_eq!(shift.outcome(&back_end(), &again), existing);
}

#[test]
fn s6_a_token_of_a_sign_in_that_ended_is_dead_for_good() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.sign_in("ida");
    let ended = shift.sign_in_of("ida");
    shift.sign_out("ida").sign_in("ida");

    for command in [kit::heartbeat(ended, true), kit::sign_out(ended)] {
        shift.give(&Actor::SignIn(ended), &command);
        assert_eq!(shift.refusal(), Code::SignInEnded);
    }
    assert_eq!(shift.signed_in(), ["ida"]);
}

#[test]
fn s10_who_is_logged_out_learns_by_whom_and_cannot_return_at_once() {
    let rules = Rules {
        eviction_cool_down: mins(5),
        ..help_desk()
    };
    let mut shift = Shift::with(2, rules, &["ida"]);
    shift.at("09:00").sign_in("ida").happened();

    shift.log_out_by("ida", "olga", "Shift is over");

    assert_eq!(shift.happened().ended(), [("ida", EndReason::Evicted)]);
    assert_eq!(
        shift.at("09:02").sign_in("ida").full_refusal(),
        Refusal::Seat(SeatRefusal::CoolingDown { remaining: mins(3) })
    );
    shift.at("09:05").sign_in("ida");
}

#[test]
fn s10_who_is_logged_out_takes_no_seat_from_another_device_either() {
    let rules = Rules {
        eviction_cool_down: mins(5),
        ..concurrent_sessions()
    };
    let mut shift = Shift::with(1, rules, &["ida", "sven"]);
    shift.sign_in("sven").call("sven");
    shift.sign_in_on("ida", "laptop").wait_to_call("ida");
    shift.sign_in_on("ida", "phone");

    let phone = shift.sign_in_at("ida", "phone");
    let command = kit::sign_out(phone);
    shift.give(&user("olga"), &command);

    assert_eq!(shift.queue(), [""; 0]);
    shift.end("sven");
    assert_eq!(shift.call("ida").refusal(), Code::CoolingDown);
}

#[test]
fn s10_signing_out_and_evicting_are_told_apart_by_what_is_said_and_never_by_a_reason() {
    let both = Actor::ApiKey {
        id: ApiKeyId::from_bits(3),
        scopes: [Scope::SignInsWrite, Scope::SeatsManage].into(),
    };
    for (acting, reason) in [
        (None, EndReason::SignedOut),
        (Some(Acting::User), EndReason::SignedOut),
        (Some(Acting::Admin), EndReason::Evicted),
    ] {
        for note in [None, Some("Closing")] {
            let mut shift = Shift::with(1, help_desk(), &["ida"]);
            shift.sign_in("ida").happened();
            let out = kit::sign_out_with(
                shift.sign_in_of("ida"),
                note.map(|note| note.parse().unwrap()),
                acting,
            );

            let decision = shift.give(&both, &out).unwrap();

            assert_eq!(shift.happened().ended(), [("ida", reason)]);
            // Every reason is passed on.
            let told = decision.events.iter().find_map(|event| match event {
                Event::SignIn(SignInEvent::Ended { by, .. }) => by.as_ref()?.note.as_ref(),
                _ => None,
            });
            assert_eq!(told.map(|told| told.reveal().as_str()), note);
        }
    }
}

#[test]
fn s10_nobody_acts_in_a_capacity_that_is_not_theirs() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.sign_in("ida");
    let sign_in = shift.sign_in_of("ida");
    let out = |acting| kit::sign_out_with(sign_in, None, Some(acting));

    shift.give(&Actor::SignIn(sign_in), &out(Acting::Admin));
    assert_eq!(shift.refusal(), Code::Forbidden);
    shift.give(&user("olga"), &out(Acting::User));
    assert_eq!(shift.refusal(), Code::Forbidden);
    shift.give(&Actor::Operator, &out(Acting::User));
    assert_eq!(shift.refusal(), Code::Forbidden);

    assert_eq!(shift.signed_in(), ["ida"]);
}

#[test]
fn s10_without_a_cool_down_who_is_logged_out_may_come_back() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);

    shift
        .sign_in("ida")
        .log_out_by("ida", "olga", "Sorry")
        .sign_in("ida");

    assert_eq!(shift.signed_in(), ["ida"]);
}

#[test]
fn l1_a_named_user_has_any_number_of_devices_and_calls_and_takes_no_shared_seat() {
    let mut shift = Shift::with(0, help_desk(), &["ida"]);
    shift.license("ida", Some(License::Named));

    for device in ["laptop", "phone", "glasses"] {
        shift
            .sign_in_on("ida", device)
            .call_on("ida", device)
            .call_on("ida", device);
    }

    assert_eq!(shift.user("ida").sessions().len(), 6);
    assert_eq!(shift.session("ida").funding, Funding::Named);
    assert_eq!(shift.occupied(), 0);
}

#[test]
fn l4_l5_without_a_license_nobody_signs_in_and_losing_it_ends_everything() {
    let mut shift = Shift::with(2, help_desk(), &["ida", "sven"]);
    shift.sign_in("ida").call("ida").sign_in("sven").happened();

    shift.license("ida", None);

    let happened = shift.happened();
    assert_eq!(happened.ended(), [("ida", EndReason::LicenseChanged)]);
    assert_eq!(happened.closed(), [("ida", EndReason::SignInEnded)]);
    assert_eq!(shift.occupied(), 1);
    assert_eq!(shift.sign_in("ida").refusal(), Code::NoLicense);
}

#[test]
fn l5_who_is_switched_off_is_signed_out_and_waits_no_more() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven", "max"]);
    shift.sign_in("ida").wait("sven").wait("max").happened();

    shift.deactivate("sven").deactivate("ida");

    assert_eq!(
        shift.happened().diary(),
        [
            "00:00:00 sven waits no more: user-inactive",
            "00:00:00 ida is out: user-inactive",
            "00:00:00 max is offered a seat until 00:01:00",
        ]
    );
    assert_eq!(shift.sign_in("ida").refusal(), Code::UserInactive);
    let command = shift.asks("ida");
    shift.give(&user("ida"), &command);
    assert_eq!(shift.refusal(), Code::UserInactive);
}
