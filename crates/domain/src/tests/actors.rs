//! S6 and R6: who may act on whose sign-in, session and ticket.

use super::fixture::*;
use crate::command::Command;
use crate::permission::{Actor, Role, Scope};
use crate::presence::{SessionKind, Start};
use crate::tests::kit;
use crate::time::Secs;
use crate::{ApiKeyId, SessionId, TicketId};

const ACTORS: [&str; 10] = [
    "ida",
    "device",
    "colleague",
    "other device",
    "owner",
    "back end",
    "manager key",
    "reader",
    "operator",
    "customer",
];

fn key(scope: Scope) -> Actor {
    Actor::ApiKey {
        id: ApiKeyId::from_bits(2),
        scopes: [scope].into(),
    }
}

/// Ida and Sven are signed in; Ida is in a call, and Eva waits.
fn shift() -> Shift {
    let mut shift = Shift::with(2, concurrent_sessions(), &["eva", "ida", "sven"]);
    shift.sign_in("ida").sign_in("sven").sign_in("eva");
    shift.call("ida").call("sven").wait_to_call("eva");
    shift
}

fn actor(shift: &Shift, name: &str, of: &str) -> Actor {
    match name {
        "ida" => user(of),
        "device" => Actor::SignIn(shift.sign_in_of(of)),
        "colleague" => user("sven"),
        "other device" => Actor::SignIn(shift.sign_in_of("sven")),
        "owner" => user("olga"),
        "back end" => back_end(),
        "manager key" => key(Scope::SeatsManage),
        "reader" => key(Scope::Read),
        "operator" => Actor::Operator,
        _ => Actor::Customer(shift.session_of("ida")),
    }
}

/// The answer to each actor: `ok`, or the refusal's code.
fn answers(of: &str, command: impl Fn(&Shift) -> Command) -> Vec<(&'static str, &'static str)> {
    let answer = |name: &&'static str| {
        let mut shift = shift();
        let (actor, command) = (actor(&shift, name, of), command(&shift));
        shift.give(&actor, &command);
        let answer = if shift.was_granted() {
            "ok"
        } else {
            shift.refusal().as_str()
        };
        (*name, answer)
    };
    ACTORS.iter().map(answer).collect()
}

fn table(answers: [&'static str; 10]) -> Vec<(&'static str, &'static str)> {
    ACTORS.into_iter().zip(answers).collect()
}

#[test]
fn s6_only_the_device_itself_and_the_back_end_keep_a_sign_in_alive() {
    let heartbeat = |shift: &Shift| kit::heartbeat(shift.sign_in_of("ida"), true);

    #[rustfmt::skip]
    let expected = table([
        "forbidden", "ok", "not-found", "not-found", "forbidden", "ok", "forbidden", "forbidden", "ok", "not-found",
    ]);
    assert_eq!(answers("ida", heartbeat), expected);
}

#[test]
fn s6_s10_a_colleague_cannot_sign_a_user_out_and_who_manages_seats_can() {
    let out = |shift: &Shift| kit::sign_out(shift.sign_in_of("ida"));

    #[rustfmt::skip]
    let expected = table([
        "ok", "ok", "not-found", "not-found", "ok", "ok", "ok", "forbidden", "ok", "not-found",
    ]);
    assert_eq!(answers("ida", out), expected);
}

#[test]
fn s6_only_who_works_for_the_user_signs_them_in() {
    let sign_in = |shift: &Shift| {
        kit::sign_in(
            shift.user("ida").id,
            crate::SignInId::from_bits(5),
            shift.account.sign_ins()[&shift.sign_in_of("sven")].device.clone(),
        )
        .command()
    };

    #[rustfmt::skip]
    let expected = table([
        "ok", "forbidden", "not-found", "not-found", "forbidden", "ok", "forbidden", "forbidden", "ok", "not-found",
    ]);
    assert_eq!(answers("ida", sign_in), expected);
}

#[test]
fn s6_only_who_works_for_the_user_starts_sessions_on_their_sign_in() {
    let create = |shift: &Shift| {
        kit::call(SessionId::from_bits(5), shift.sign_in_of("ida"))
            .kind(SessionKind::Attended)
            .start(Start::Standby)
            .command()
    };

    #[rustfmt::skip]
    let expected = table([
        "ok", "ok", "not-found", "not-found", "forbidden", "ok", "forbidden", "forbidden", "ok", "not-found",
    ]);
    assert_eq!(answers("ida", create), expected);
}

#[test]
fn s8_only_who_started_a_session_pauses_it() {
    let pause = |shift: &Shift| kit::pause(shift.session_of("ida"));

    #[rustfmt::skip]
    let expected = table([
        "ok", "ok", "not-found", "not-found", "not-your-session", "ok", "not-your-session", "not-your-session",
        "not-your-session", "not-your-session",
    ]);
    assert_eq!(answers("ida", pause), expected);
}

#[test]
fn s9_a_session_is_ended_by_its_user_its_customer_or_who_controls_it() {
    let end = |shift: &Shift| kit::end(vec![shift.session_of("ida")]).command();

    #[rustfmt::skip]
    let expected = table([
        "ok", "ok", "not-found", "not-found", "ok", "ok", "ok", "forbidden", "ok", "ok",
    ]);
    assert_eq!(answers("ida", end), expected);
}

#[test]
fn r5_a_user_needs_control_own_and_their_device_does_not() {
    let mut shift = shift();
    shift.deny("ida", &["control_own"]);

    assert_eq!(shift.end("ida").refusal().as_str(), "forbidden");
    let end = kit::end(vec![shift.session_of("ida")]).command();
    shift.give(&Actor::SignIn(shift.sign_in_of("ida")), &end);
}

#[test]
fn q2_a_ticket_is_dropped_by_its_user_or_by_who_manages_seats() {
    let drop_ticket = |shift: &Shift| kit::drop_ticket(shift.ticket_of("eva"));

    #[rustfmt::skip]
    let expected = table([
        "ok", "ok", "not-found", "not-found", "ok", "ok", "ok", "forbidden", "ok", "not-found",
    ]);
    assert_eq!(answers("eva", drop_ticket), expected);
}

#[test]
fn q2_a_ticket_is_kept_alive_and_claimed_by_its_user_alone() {
    let renew = |shift: &Shift| kit::renew(shift.ticket_of("eva"));

    #[rustfmt::skip]
    let expected = table([
        "ok", "ok", "not-found", "not-found", "forbidden", "ok", "forbidden", "forbidden", "forbidden", "not-found",
    ]);
    assert_eq!(answers("eva", renew), expected);
}

#[test]
fn q4_a_seat_is_locked_by_who_works_for_its_user() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven"]);
    shift.create_user("mona", Role::Member).sign_in("ida");
    let sign_in = shift.sign_in_of("ida");
    let lock = kit::lock_seat(sign_in, Secs::new(60));

    for (actor, code) in [(user("mona"), "not-found"), (user("olga"), "forbidden")] {
        shift.give(&actor, &lock);
        assert_eq!(shift.refusal().as_str(), code);
    }
    shift.give(&user("ida"), &lock);
}

#[test]
fn ids_that_are_in_use_are_refused() {
    let mut shift = shift();
    let taken = SessionId::from_bits(shift.session_of("sven").bits());
    let ticket = TicketId::from_bits(shift.ticket_of("eva").bits());

    shift.give(&back_end(), &kit::call(taken, shift.sign_in_of("ida")).command());
    assert_eq!(shift.refusal().as_str(), "already-exists");

    shift.pause("ida").resize(1);
    let id = shift.session_of("ida");
    let wait = true;
    shift.give(&user("ida"), &kit::resume(id, wait, ticket));
    assert_eq!(shift.refusal().as_str(), "already-exists");
}
