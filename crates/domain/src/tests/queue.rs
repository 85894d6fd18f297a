//! Q1 and Q2: refusals by a full pool, and who gets the next seat.

use super::fixture::*;
use super::witness::Witness;
use crate::Event;
use crate::command::{ClaimOutcome, ClaimTicket, Command};
use crate::event::RefusalEvent;
use crate::permission::{Actor, Role};
use crate::presence::SessionKind;
use crate::refusal::{Action, Code};
use crate::rules::Rules;
use crate::tests::kit;
use crate::{Input, RefusalId, SessionId, TicketId};

#[test]
fn q1_a_full_pool_is_refused_with_the_numbers_and_what_can_be_done() {
    let mut shift = Shift::with(2, help_desk(), &["ida", "max", "eva", "sven"]);
    shift.sign_in("ida").sign_in("max").wait("eva");

    let refusal = shift.sign_in("sven").full_refusal();

    assert_eq!(
        refusal.to_string(),
        "All shared seats are in use. To start a session, please wait for an available seat. \
         Default pool has 2 of 2 seats taken, and 1 person waits. \
         You can wait in the queue or ask an admin for a seat."
    );
    assert_eq!(refusal.actions(), [Action::Wait, Action::AskAdmin]);
}

#[test]
fn q1_who_may_view_them_is_told_who_holds_the_seats() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven", "adam"]);
    shift.change("adam", role(Role::Admin));
    shift.sign_in("ida").call("ida");
    let asks = |shift: &mut Shift, name: &str| {
        let command = shift.asks(name);
        shift.give(&user(name), &command);
        shift.full_refusal().figures().unwrap().holders.clone()
    };

    assert_eq!(asks(&mut shift, "sven"), []);
    let [holder] = &asks(&mut shift, "adam")[..] else {
        panic!("one holder");
    };
    assert_eq!((holder.name.reveal().as_str(), holder.in_call), ("ida", true));
}

#[test]
fn q1_a_refusal_of_a_seat_is_recorded_until_the_user_gets_in() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven"]);
    shift.sign_in("ida");
    let command = shift.asks("sven");
    let unknown = kit::renew(TicketId::from_bits(1));
    let mut record = |command: &Command| {
        let mut witness = Witness::recording(RefusalId::from_bits(1));
        let now = clock("09:00");
        let refused = witness.step(&mut shift.account, Input::Command(command), &user("sven"), now);
        (refused.unwrap_err().code(), witness.events)
    };

    let (_, recorded) = record(&command);

    let [
        Event::Refusal(RefusalEvent::Refused {
            code,
            occupied,
            seats,
            ..
        }),
    ] = &recorded[..]
    else {
        panic!("{recorded:?}");
    };
    assert_eq!(
        (*code, *occupied, *seats),
        (Code::NoSeatAvailable, Some(1), Some(1))
    );
    assert_eq!(record(&unknown), (Code::TicketEnded, Vec::new()));
    let sven = shift.user("sven");
    assert!(sven.refused_since(&product()).is_some());
    shift.sign_out("ida").sign_in("sven");
    assert_eq!(shift.user("sven").refused_since(&product()), None);
}

#[test]
fn q1_the_pools_figures_are_on_record_only_where_a_full_pool_is_the_reason() {
    let mut shift = Shift::with(3, concurrent_devices(), &["ida"]);
    shift
        .limit_seats("ida", 1)
        .sign_in_on("ida", "laptop")
        .sign_in_on("ida", "phone")
        .call_on("ida", "laptop");
    let phone = shift.sign_in_at("ida", "phone");
    let another = kit::call(SessionId::from_bits(77), phone).command();
    let mut witness = Witness::recording(RefusalId::from_bits(1));

    let refused = witness.step(
        &mut shift.account,
        Input::Command(&another),
        &user("ida"),
        clock("09:00"),
    );

    assert_eq!(refused.unwrap_err().code(), Code::UserSeatLimit);
    let [
        Event::Refusal(RefusalEvent::Refused {
            pool,
            seats,
            occupied,
            waiting,
            ..
        }),
    ] = &witness.events[..]
    else {
        panic!("{:?}", witness.events);
    };
    assert!(pool.is_some());
    assert_eq!((*seats, *occupied, *waiting), (None, None, None));
}

#[test]
fn q2_first_come_first_served() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "max", "eva", "sven"]);
    shift.sign_in("ida").wait("sven").wait("eva").wait("max");
    assert_eq!(shift.queue(), ["sven", "eva", "max"]);

    shift.sign_out("ida");

    assert_eq!(
        (shift.offered(), shift.queue()),
        (vec!["sven".into()], vec!["eva".into(), "max".into()])
    );
    let place = |name: &str| shift.account.tickets()[&shift.ticket_of(name)].place;
    let positions = ["sven", "eva", "max"].map(|name| shift.pool().position(place(name)));
    assert_eq!(positions, [None, Some(1), Some(2)]);
}

#[test]
fn q2_nobody_can_barge() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "eva", "sven"]);
    shift.sign_in("ida").wait("eva").sign_out("ida");

    assert_eq!(shift.sign_in("sven").refusal(), Code::NoSeatAvailable);
    assert_eq!(shift.sign_in("ida").refusal(), Code::NoSeatAvailable);
    shift.claim("eva");

    assert_eq!(shift.signed_in(), ["eva"]);
}

#[test]
fn q2_a_larger_pool_is_for_those_who_wait_first() {
    let mut shift = Shift::with(0, help_desk(), &["ida", "eva", "sven"]);
    shift.wait("ida").wait("eva").wait("sven");

    shift.resize(2);

    assert_eq!((shift.offered().len(), shift.queue()), (2, vec!["sven".into()]));
}

#[test]
fn q2_an_offer_that_is_not_taken_passes_on() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "eva", "sven"]);
    shift
        .at("09:00")
        .sign_in("ida")
        .wait("eva")
        .wait("sven")
        .sign_out("ida");

    assert_eq!(
        shift.advance_to("09:01").diary(),
        [
            "09:01:00 eva waits no more: offer-expired",
            "09:01:00 sven is offered a seat until 09:02:00",
        ]
    );
    assert_eq!(shift.sign_in("eva").refusal(), Code::NoSeatAvailable);
}

#[test]
fn q2_only_who_has_an_offer_can_claim() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "eva"]);
    shift.sign_in("ida").wait("eva");

    assert_eq!(shift.claim("eva").refusal(), Code::WrongState);
    let ticket = shift.ticket_of("eva");
    shift.sign_out("ida").claim("eva");

    shift.give(&Actor::Ticket(ticket), &kit::claim(ticket));
    assert_eq!(shift.refusal(), Code::TicketEnded);
}

#[test]
fn q2_one_ticket_per_user_and_product() {
    let mut shift = Shift::with(0, help_desk(), &["ida"]);
    shift.wait_on("ida", "laptop");
    let ticket = shift.ticket_of("ida");

    shift.wait_on("ida", "laptop").wait_on("ida", "phone");

    assert_eq!(shift.ticket_of("ida"), ticket);
    assert_eq!(shift.queue(), ["ida"]);
}

#[test]
fn q2_a_ticket_keeps_the_device_that_was_asked_for() {
    let mut shift = Shift::with(0, help_desk(), &["ida"]);
    shift.wait_on("ida", "glasses").resize(1);

    shift.claim("ida");

    shift.sign_in_at("ida", "glasses");
}

#[test]
fn q2_a_ticket_keeps_the_session_that_was_asked_for() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida", "sven"]);
    shift.at("09:00").sign_in("ida").sign_in("sven").call("sven");
    let asked = kit::call(SessionId::from_bits(77), shift.sign_in_of("ida"))
        .kind(SessionKind::Unattended)
        .start(crate::presence::Start::Standby)
        .code("XYZ789")
        .valid_for(Some(mins(5)))
        .wait(true)
        .command();
    shift.give(&user("ida"), &asked);

    shift.at("09:30").end("sven").claim("ida");

    let session = shift.session("ida");
    assert_eq!(
        (session.id, session.kind),
        (SessionId::from_bits(77), SessionKind::Unattended)
    );
    assert_eq!(session.code, Some("XYZ789".parse().unwrap()));
    let until = clock("09:35");
    assert_eq!(session.state, crate::presence::SessionState::Standby { until });
}

#[test]
fn q2_an_offer_is_good_on_another_device_of_the_same_user_too() {
    let mut shift = Shift::with(0, help_desk(), &["ida"]);
    shift.wait_on("ida", "laptop").resize(1);

    shift.sign_in_on("ida", "phone");

    assert_eq!((shift.occupied(), shift.offered().len()), (1, 0));
    shift.sign_in_at("ida", "phone");
}

#[test]
fn q2_a_ticket_ends_with_the_sign_in_that_it_needs() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida", "sven", "max"]);
    for name in ["ida", "sven", "max"] {
        shift.sign_in(name);
    }
    shift
        .call("sven")
        .wait_to_call("ida")
        .wait_to_call("max")
        .end("sven");
    assert_eq!(shift.offered(), ["ida"]);

    shift.sign_out("ida");

    assert_eq!(shift.offered(), ["max"]);
}

#[test]
fn l5_q2_an_offer_passes_on_when_its_user_loses_the_license() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven", "max"]);
    shift.sign_in("ida").wait("sven").wait("max").sign_out("ida");

    shift.license("sven", None);

    assert_eq!((shift.offered(), shift.occupied()), (vec!["max".into()], 1));
}

#[test]
fn q2_who_waits_already_is_served_though_the_pool_has_a_queue_no_more() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven", "max"]);
    shift.sign_in("ida").wait("sven");
    shift.change_rules(Rules {
        when_full: Vec::new(),
        ..help_desk()
    });

    assert_eq!(shift.wait("max").refusal(), Code::NoSeatAvailable);
    shift.sign_out("ida").claim("sven");
}

#[test]
fn q2_where_the_pool_has_no_queue_one_cannot_wait() {
    let rules = Rules {
        when_full: Vec::new(),
        ..help_desk()
    };
    let mut shift = Shift::with(0, rules, &["ida"]);

    assert_eq!(shift.wait("ida").refusal(), Code::NoSeatAvailable);
}

#[test]
fn q2_without_a_line_waiting_is_signing_in() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);

    shift.wait("ida");

    assert_eq!(shift.signed_in(), ["ida"]);
}

#[test]
fn q2_the_wait_is_estimated_from_how_long_seats_were_held_of_late() {
    let mut shift = Shift::with(2, help_desk(), &["ida"]);
    assert_eq!(shift.pool().wait_estimate(1), None);

    shift.at("09:00").sign_in("ida").at("09:10").sign_out("ida");

    assert_eq!(shift.pool().wait_estimate(1), Some(mins(5)));
    assert_eq!(shift.pool().wait_estimate(3), Some(mins(15)));
}

#[test]
fn q2_an_offer_survives_being_stored() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "eva", "sven"]);
    shift.sign_in("ida").wait("eva").wait("sven").sign_out("ida");

    let text = serde_json::to_string(&shift.account).unwrap();
    shift.account = serde_json::from_str::<crate::Account>(&text).unwrap().restored();

    assert_eq!(
        (shift.offered(), shift.queue()),
        (vec!["eva".into()], vec!["sven".into()])
    );
    let claimed = {
        let id = shift.ticket_of("eva");
        shift.outcome(&Actor::Ticket(id), &ClaimTicket { id })
    };
    assert_eq!(claimed, ClaimOutcome::SignIn(shift.sign_in_of("eva")));
}
