//! S5, S7 to S9: sessions, from the link to the end.

use super::fixture::*;
use crate::command::Acting;
use crate::event::{EndReason, SessionEvent};
use crate::permission::{Actor, Role, Scope};
use crate::presence::{Funding, JoinProof};
use crate::refusal::{Code, Refusal, SeatRefusal};
use crate::rules::Rules;
use crate::tests::kit;
use crate::{ApiKeyId, Event};

#[test]
fn s5_a_seat_takes_so_many_calls_at_a_time() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.sign_in("ida").create_link("ida", mins(10)).call("ida");

    assert_eq!(
        shift.call("ida").full_refusal(),
        Refusal::Seat(SeatRefusal::SeatInCall { active: 1, max: 1 })
    );
    shift.create_link("ida", mins(10));
    assert_eq!(shift.connect("ida").refusal(), Code::SeatInCall);
    assert_eq!(shift.user("ida").sessions().len(), 3);
}

#[test]
fn s5_a_paused_call_leaves_room_for_another() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.sign_in("ida").call("ida");
    let first = shift.session_of("ida");

    shift.pause("ida").call("ida");

    let again = kit::resume(first, false, crate::TicketId::from_bits(7));
    shift.give(&user("ida"), &again);
    assert_eq!(shift.refusal(), Code::SeatInCall);
}

#[test]
fn s7_a_sign_in_has_so_many_codes_and_links_that_wait() {
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    shift.sign_in("ida");
    for _ in 0..100 {
        shift.create_link("ida", mins(10));
    }

    assert_eq!(shift.create_link("ida", mins(10)).refusal(), Code::WrongState);
    assert_eq!(shift.user("ida").sessions().len(), 100);
    shift.end("ida").create_link("ida", mins(10));
    assert_eq!(shift.user("ida").sessions().len(), 100);
}

/// The states from which each step is possible, and the state it leads to.
#[test]
fn s7_a_session_goes_from_state_to_state() {
    type Step = fn(&mut Shift);
    let steps: [(&str, Step); 5] = [
        ("connect", |s| then(s.connect("ida"))),
        ("pause", |s| then(s.pause("ida"))),
        ("resume", |s| then(s.resume("ida"))),
        ("end by another", |s| then(s.end_by("ida", "olga"))),
        ("end", |s| then(s.end("ida"))),
    ];
    let states: [(&str, Step, [&str; 5]); 4] = [
        (
            "standby",
            |_| {},
            ["active", "refused", "refused", "ended", "ended"],
        ),
        (
            "active",
            |s| then(s.connect("ida")),
            ["active", "paused", "active", "ending", "ended"],
        ),
        (
            "paused",
            |s| then(s.connect("ida").pause("ida")),
            ["refused", "paused", "active", "refused", "ended"],
        ),
        (
            "ending",
            |s| then(s.connect("ida").end_by("ida", "olga")),
            ["refused", "refused", "refused", "ending", "ended"],
        ),
    ];
    for (state, reach, expected) in states {
        for ((what, step), expected) in steps.iter().zip(expected) {
            let mut shift = Shift::with(1, concurrent_devices(), &["ida"]);
            shift.sign_in("ida").create_link("ida", mins(5));
            reach(&mut shift);
            assert_eq!(shift.session("ida").state.as_str(), state);

            step(&mut shift);

            let actual = if shift.was_refused() {
                "refused"
            } else if shift.user("ida").sessions().is_empty() {
                "ended"
            } else {
                shift.session("ida").state.as_str()
            };
            assert_eq!(actual, expected, "{what} from {state}");
        }
    }
}

#[test]
fn s7_a_link_that_nobody_uses_expires() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida"]);
    shift.at("09:00").sign_in("ida").create_link("ida", mins(10));

    assert_eq!(shift.advance_to("09:09").closed(), []);
    assert_eq!(shift.advance_to("09:10").closed(), [("ida", EndReason::Expired)]);
    assert_eq!(shift.occupied(), 0);
}

#[test]
fn s8_pausing_frees_the_seat_and_resuming_takes_one_again() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida", "sven"]);
    shift.at("09:00").sign_in("ida").sign_in("sven");

    shift.call("ida").pause("ida").call("sven");

    assert_eq!(shift.resume("ida").refusal(), Code::NoSeatAvailable);
    shift.wait_to_resume("ida").end("sven").claim("ida");
    assert_eq!(shift.session("ida").state.as_str(), "active");
    assert_eq!(shift.session("ida").funding, Funding::Seat);
    assert_eq!((shift.occupied(), shift.queue().len()), (1, 0));
}

#[test]
fn s8_a_paused_session_is_there_for_its_owner_alone() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida"]);
    shift.sign_in("ida").call("ida");
    assert_eq!(shift.pause_by("ida", "olga").refusal(), Code::NotYourSession);

    shift.pause("ida");

    let session = shift.session("ida");
    assert!(shift.account.sees_session(&user("ida"), session));
    assert!(!shift.account.sees_session(&user("olga"), session));
    assert_eq!(shift.end_by("ida", "olga").refusal(), Code::NotFound);
}

#[test]
fn s8_who_waits_to_resume_waits_no_more_when_the_session_is_over() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida", "sven"]);
    shift
        .sign_in("ida")
        .sign_in("sven")
        .call("ida")
        .pause("ida")
        .call("sven");
    shift.wait_to_resume("ida");

    shift.end("ida");

    assert_eq!(shift.queue(), [""; 0]);
}

#[test]
fn s9_what_another_ends_closes_after_the_notice_and_keeps_its_seat_until_then() {
    let mut shift = Shift::with(1, concurrent_devices(), &["ida"]);
    shift.at("09:00").sign_in("ida").call("ida");

    shift.end_by("ida", "olga");

    assert_eq!(shift.occupied(), 1);
    assert_eq!(shift.advance_to("09:00:29").closed(), []);
    assert_eq!(
        shift.advance_to("09:00:30").closed(),
        [("ida", EndReason::EndedByOther)]
    );
    assert_eq!(shift.occupied(), 0);
}

#[test]
fn s9_the_client_may_confirm_and_close_at_once() {
    let mut shift = Shift::with(1, concurrent_devices(), &["ida"]);
    shift.sign_in("ida").call("ida").end_by("ida", "olga").happened();
    let id = shift.session_of("ida");

    let confirm = kit::end(vec![id]).command();
    shift.give(&Actor::SignIn(shift.sign_in_of("ida")), &confirm);

    assert_eq!(shift.happened().closed(), [("ida", EndReason::EndedByOther)]);
}

#[test]
fn s9_many_sessions_end_at_once_and_each_only_once() {
    let mut shift = Shift::with(2, concurrent_sessions(), &["ida", "sven"]);
    shift
        .sign_in("ida")
        .sign_in("sven")
        .call("ida")
        .call("sven")
        .happened();
    let (ida, sven) = (shift.session_of("ida"), shift.session_of("sven"));

    let all = kit::end(vec![ida, sven, ida]).command();
    shift.give(&user("olga"), &all);

    assert_eq!(
        shift.happened().closed(),
        [
            ("ida", EndReason::EndedByOther),
            ("sven", EndReason::EndedByOther)
        ]
    );
}

#[test]
fn s9_of_many_sessions_none_ends_where_one_may_not_be_ended() {
    let mut shift = Shift::with(2, concurrent_sessions(), &["ida", "sven"]);
    shift.sign_in("ida").sign_in("sven").call("ida").call("sven");
    let ids = vec![shift.session_of("ida"), shift.session_of("sven")];

    shift.give(&user("ida"), &kit::end(ids).command());

    assert_eq!(shift.refusal(), Code::NotFound);
    assert_eq!(shift.occupied(), 2);
}

#[test]
fn s9_a_controller_ends_what_a_viewer_may_only_see() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida"]);
    shift
        .create_user("vera", Role::Member)
        .create_user("carl", Role::Member);
    shift
        .allow("vera", &["view_account"])
        .allow("carl", &["view_account", "control_account"]);
    shift.sign_in("ida").call("ida");

    assert_eq!(shift.end_by("ida", "vera").refusal(), Code::Forbidden);
    shift.end_by("ida", "carl");

    assert_eq!(shift.occupied(), 0);
}

#[test]
fn s2_signing_out_ends_the_sessions_of_that_device_alone() {
    let rules = Rules {
        when_full: Vec::new(),
        ..concurrent_devices()
    };
    let mut shift = Shift::with(2, rules, &["ida"]);
    shift.sign_in_on("ida", "laptop").sign_in_on("ida", "phone");
    shift.call_on("ida", "laptop").call_on("ida", "phone");

    let phone = shift.sign_in_at("ida", "phone");
    let out = kit::sign_out(phone);
    shift.give(&Actor::SignIn(phone), &out);

    assert_eq!(shift.user("ida").sessions().len(), 1);
    assert_eq!(shift.occupied(), 1);
}

#[test]
fn s7_a_code_answers_its_first_customer_and_nobody_else() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida"]);
    shift.sign_in("ida").create_link("ida", mins(10)).connect("ida");
    let id = shift.session_of("ida");
    let join = |proof| kit::join(id, proof);
    let leave = |proof| kit::end(vec![id]).proof(proof).command();
    let customer = Actor::Customer(id);
    let stranger = JoinProof::Key("another".to_owned());

    for proof in [JoinProof::None, stranger] {
        shift.give(&customer, &join(proof.clone()));
        assert_eq!(shift.refusal(), Code::AlreadyJoined);
        shift.give(&customer, &leave(proof));
        assert_eq!(shift.refusal(), Code::AlreadyJoined);
    }
    for proof in [JoinProof::Token, JoinProof::Key("kim".to_owned())] {
        let again = shift.give(&customer, &join(proof)).unwrap();
        assert_eq!(again.events, []);
    }
    shift.give(&customer, &leave(JoinProof::Token));

    assert!(shift.account.sessions().is_empty());
}

#[test]
fn s7_a_code_waits_for_its_customer_also_where_the_agent_went_ahead() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida"]);
    shift.sign_in("ida").create_link("ida", mins(10));
    let id = shift.session_of("ida");
    let go_ahead = kit::join(id, JoinProof::None);
    shift.give(&user("ida"), &go_ahead);

    shift.connect("ida");

    assert!(shift.session("ida").joined.is_some());
}

#[test]
fn s9_a_customer_who_leaves_is_named_as_who_ended_it() {
    let mut shift = Shift::with(1, concurrent_sessions(), &["ida"]);
    shift.sign_in("ida").create_link("ida", mins(10)).connect("ida");
    let id = shift.session_of("ida");
    let leave = kit::end(vec![id]).proof(JoinProof::Token).command();

    let decision = shift.give(&Actor::Customer(id), &leave).unwrap();

    assert!(decision.events.iter().any(|event| matches!(
        event,
        Event::Session(SessionEvent::Ended { reason: EndReason::Finished, by: Some(by), .. }) if by.actor == "customer"
    )));
}

#[test]
fn s9_ending_as_an_admin_gives_notice_whatever_else_the_caller_may_and_keeps_the_reason() {
    let both = Actor::ApiKey {
        id: ApiKeyId::from_bits(3),
        scopes: [Scope::SignInsWrite, Scope::SeatsManage].into(),
    };
    for (acting, state) in [
        (None, None),
        (Some(Acting::User), None),
        (Some(Acting::Admin), Some("ending")),
    ] {
        let mut shift = Shift::with(1, concurrent_devices(), &["ida"]);
        shift.sign_in("ida").call("ida");
        let end = kit::end(vec![shift.session_of("ida")])
            .note(Some("Closing".parse().unwrap()))
            .acting(acting)
            .command();

        let decision = shift.give(&both, &end).unwrap();

        let states: Vec<_> = shift
            .account
            .sessions()
            .values()
            .map(|s| s.state.as_str())
            .collect();
        assert_eq!(states, Vec::from_iter(state));
        assert!(decision.events.iter().any(|event| match event {
            Event::Session(SessionEvent::Ended { by: Some(by), .. } | SessionEvent::Ending { by, .. }) =>
                by.note.is_some(),
            _ => false,
        }));
    }
}
