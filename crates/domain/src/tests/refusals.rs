//! Every refusal says what can be done about it, for every reader.

use std::collections::BTreeSet;

use crate::presence::{Device, DeviceKind};
use crate::refusal::{
    AccessRefusal, Action, CapacityRefusal, Code, PoolFigures, Refusal, SeatKind, SeatRefusal, StateRefusal,
    SubscriptionRefusal,
};
use crate::{GroupId, PoolId, Secs, SignInId, TicketId};

fn figures() -> PoolFigures {
    PoolFigures {
        pool: PoolId::from_bits(1),
        name: "North".parse().unwrap(),
        product: "desk".parse().unwrap(),
        seats: 2,
        occupied: 2,
        offered: 0,
        waiting: 0,
        minutes_left: None,
        holders: Vec::new(),
    }
}

fn short(kind: SeatKind) -> Refusal {
    Refusal::Capacity(CapacityRefusal::NotEnoughSeats {
        kind,
        product: "desk".parse().unwrap(),
        asked: 1,
        left: 0,
        total: 2,
        user: None,
    })
}

/// Refusals of seats, each with the last sentences of its text.
fn of_seats() -> Vec<(Refusal, &'static str)> {
    use Action::{AskAdmin, TakePayPerUse, Wait};
    let device = Device {
        id: "d-1".parse().unwrap(),
        name: "Laptop".parse().unwrap(),
        kind: DeviceKind::Desktop,
    };
    vec![
        (
            Refusal::Seat(SeatRefusal::NoSeatAvailable(
                Box::new(figures()),
                vec![Wait, TakePayPerUse, AskAdmin],
            )),
            "You can wait in the queue, take pay-per-use minutes or ask an admin for a seat.",
        ),
        (
            Refusal::Seat(SeatRefusal::NoSeatAvailable(Box::new(figures()), vec![AskAdmin])),
            "You can ask an admin for a seat.",
        ),
        (
            Refusal::Seat(SeatRefusal::UserSeatLimit { held: 1, limit: 1 }),
            "ask your account owner.",
        ),
        (
            Refusal::Seat(SeatRefusal::SignedInElsewhere {
                sign_in: SignInId::from_bits(1),
                device: Box::new(device),
                max_devices: 1,
            }),
            "Sign out there, or ask again with `takeover`.",
        ),
        (
            Refusal::Seat(SeatRefusal::SeatInCall { active: 1, max: 1 }),
            "End or pause that session first; a seat takes 1 at a time.",
        ),
        (
            Refusal::Seat(SeatRefusal::NoLicense {
                product: "desk".parse().unwrap(),
            }),
            "Ask an admin to assign a seat.",
        ),
        (
            Refusal::Seat(SeatRefusal::LicenseEnded {
                product: "desk".parse().unwrap(),
            }),
            "Ask an admin to assign a seat.",
        ),
        (
            Refusal::Seat(SeatRefusal::UserInactive),
            "Ask an admin to activate them.",
        ),
        (
            Refusal::Seat(SeatRefusal::CoolingDown {
                remaining: Secs::new(9),
            }),
            "You can take a seat again in 9 seconds.",
        ),
        (
            Refusal::Seat(SeatRefusal::SubscriptionEnded),
            "Ask an owner of the account to renew it.",
        ),
        (
            Refusal::Capacity(CapacityRefusal::OverSubscription {
                product: "desk".parse().unwrap(),
                over: 2,
            }),
            "Take 2 from somebody, or buy more, before you assign another.",
        ),
        (
            Refusal::Seat(SeatRefusal::MinutesExhausted(Box::new(figures()), Vec::new())),
            "Ask your account owner for minutes.",
        ),
        (
            Refusal::Capacity(CapacityRefusal::PlanExcludesSharedSeats {
                plan: "team".to_owned(),
            }),
            "Choose a plan with shared seats, such as `enterprise`.",
        ),
    ]
}

/// Refusals of settings.
fn of_settings() -> Vec<(Refusal, &'static str)> {
    vec![
        (
            short(SeatKind::Named),
            "0 of 2 are left. Take a named seat from somebody, or buy more.",
        ),
        (
            short(SeatKind::Shared),
            "0 of 2 are left. Lower another pool, or buy more.",
        ),
        (
            Refusal::Capacity(CapacityRefusal::SeatsInUse {
                kind: SeatKind::Named,
                product: "desk".parse().unwrap(),
                asked: 1,
                in_use: 2,
            }),
            "Free 1 of them before lowering to 1.",
        ),
        (
            Refusal::Subscription(SubscriptionRefusal::SeatsOutsideBounds {
                kind: SeatKind::Named,
                product: "desk".parse().unwrap(),
                asked: 40,
                min: 2,
                max: 20,
            }),
            "Choose a number in between, or ask the operator of this server.",
        ),
        (
            Refusal::Subscription(SubscriptionRefusal::SeatsOutsideBounds {
                kind: SeatKind::Named,
                product: "desk".parse().unwrap(),
                asked: 5,
                min: 2,
                max: 2,
            }),
            "Leave the number as it is, or ask the operator of this server.",
        ),
        (
            Refusal::Subscription(SubscriptionRefusal::MinutesOutsideBounds {
                asked: 9,
                left: 5,
                max: 60,
            }),
            "Add no more than that, or ask the operator of this server.",
        ),
        (
            Refusal::Subscription(SubscriptionRefusal::PlanOutsideBounds {
                plan: "team".to_owned(),
            }),
            "Keep it, or ask the operator of this server for another.",
        ),
        (
            Refusal::Subscription(SubscriptionRefusal::Closed),
            "Ask them for a change.",
        ),
        (
            Refusal::Capacity(CapacityRefusal::PoolNotEmpty { users: 1 }),
            "Move or remove them first, or name a pool to move them to.",
        ),
        (
            Refusal::Capacity(CapacityRefusal::DefaultPool),
            "Lower its seats to 0 instead.",
        ),
        (
            Refusal::Capacity(CapacityRefusal::PoolInUse {
                rule: "seat_held_by",
                occupied: 1,
                waiting: 0,
            }),
            "Change it when nobody is signed in or waits, or make another pool.",
        ),
        (
            Refusal::Access(AccessRefusal::LastOwner),
            "Make another user an owner first.",
        ),
        (
            Refusal::Access(AccessRefusal::GroupMappingInUse {
                what: "pool",
                group: GroupId::from_bits(1),
                name: "Crew".parse().unwrap(),
            }),
            "Change the group's mapping first.",
        ),
        (
            Refusal::Access(AccessRefusal::BreakGlassNeeded),
            "Name one as the break-glass owner, or stop requiring single sign-on.",
        ),
        (
            Refusal::State(StateRefusal::ChangedMeanwhile {
                field: "seats",
                now: "there are 3 seats".to_owned(),
            }),
            "Check it, and choose again.",
        ),
    ]
}

/// Refusals of requests in general.
fn of_requests() -> Vec<(Refusal, &'static str)> {
    vec![
        (
            Refusal::State(StateRefusal::AlreadyExists {
                what: "user",
                field: "email",
            }),
            "Choose another.",
        ),
        (
            Refusal::State(StateRefusal::SignInEnded {
                id: SignInId::from_bits(1),
            }),
            "Sign in again.",
        ),
        (
            Refusal::State(StateRefusal::TicketEnded {
                id: TicketId::from_bits(1),
            }),
            "Get a new one.",
        ),
        (
            Refusal::State(StateRefusal::NotYourSession),
            "Ask them, or end the session if you may.",
        ),
        (
            Refusal::State(StateRefusal::AlreadyJoined),
            "Ask your agent for a new one.",
        ),
        (
            Refusal::State(StateRefusal::IdempotencyKeyReused),
            "Use a new key for each request.",
        ),
        (
            Refusal::State(StateRefusal::WrongState {
                what: "session",
                state: "ended",
                expected: "active",
            }),
            "check its state, and continue from there.",
        ),
        (
            Refusal::Access(AccessRefusal::ControlNeedsView {
                control: "control_own",
                view: "view_own",
            }),
            "Give both, or neither.",
        ),
        (
            Refusal::Invalid {
                field: "seats",
                expected: "at most 5".to_owned(),
            },
            "`seats` must be at most 5.",
        ),
        (
            Refusal::Forbidden {
                needed: "the role `admin`",
            },
            "Ask an owner or admin of the account.",
        ),
        (
            Refusal::Forbidden {
                needed: "an operator key",
            },
            "Ask the operator of this server.",
        ),
        (
            Refusal::NotFound { what: "user" },
            "Check the id, and which account your credential is for.",
        ),
    ]
}

#[test]
fn q1_every_refusal_says_what_to_do() {
    let mut told = BTreeSet::from([Code::Unauthenticated, Code::Overloaded]);
    for (refusal, remedy) in [of_seats(), of_settings(), of_requests()].concat() {
        let said = refusal.to_string();
        assert!(said.ends_with(remedy), "{said}");
        told.insert(refusal.code());
    }
    // The two codes that no rule uses are those of the API.
    let untold: Vec<_> = Code::ALL.iter().filter(|code| !told.contains(code)).collect();
    assert!(untold.is_empty(), "{untold:?}");
}
