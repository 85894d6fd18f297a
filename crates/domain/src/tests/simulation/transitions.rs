//! The transitions of the simulated account. Things are picked by number among those that exist at the moment.

use proptest::prelude::*;

use super::commands::PRODUCTS;
use crate::management::{Bounds, Management, SeatBound, SeatBounds};
use crate::permission::Role;
use crate::presence::Start;
use crate::rules::{ConsoleActivity, Occupies, Rule, Rules, SeatPer, TABLE, Takes};
use crate::terms::Terms;
use crate::time::Secs;

/// One transition.
#[derive(Debug, Clone)]
pub(super) enum Transition {
    SignIn {
        user: u8,
        product: u8,
        device: u8,
        takeover: bool,
        wait: bool,
        actor: Someone,
    },
    SignInTwice {
        user: u8,
        product: u8,
        takeover: bool,
    },
    Heartbeat {
        sign_in: u8,
        active: bool,
        actor: Someone,
    },
    SignOut {
        sign_in: u8,
        actor: Someone,
    },
    Lock {
        sign_in: u8,
        secs: u32,
        actor: Someone,
    },
    Create {
        sign_in: u8,
        start: Start,
        valid_for: Option<u32>,
        wait: bool,
        actor: Someone,
    },
    Connect {
        session: u8,
        actor: Someone,
    },
    Pause {
        session: u8,
        actor: Someone,
    },
    Resume {
        session: u8,
        wait: bool,
        actor: Someone,
    },
    End {
        sessions: Vec<u8>,
        actor: Someone,
    },
    Claim {
        ticket: u8,
        actor: Someone,
    },
    Drop {
        ticket: u8,
        actor: Someone,
    },
    Renew {
        ticket: u8,
        actor: Someone,
    },
    /// Time passes, and due entries are processed on time. Devices send their heartbeats, or all are silent.
    Wait {
        secs: u32,
        are_alive: bool,
    },
    /// Time passes without due entries being processed.
    Drift {
        secs: u32,
    },
    /// The next command comes from a node whose clock is behind.
    Rewind {
        secs: u32,
    },
    /// Time passes while Usher is down.
    Outage {
        secs: u32,
    },
    /// The account is reloaded: from its events, and from a snapshot taken somewhere on the way with the later events.
    Restart {
        snapshot: u8,
    },
    /// One or two events that take seats, as if the rules had decided so.
    Foul {
        kind: u8,
        number: u8,
        other: u8,
    },
    Resize {
        pool: u8,
        seats: u32,
    },
    ChangeRules {
        pool: u8,
        rules: Box<Rules>,
    },
    DeletePool {
        pool: u8,
        moves: bool,
    },
    License {
        user: u8,
        product: u8,
        license: u8,
        /// For how long, if it is lent; 0 for a change after work (L16).
        secs: Option<u32>,
    },
    AskForSeat {
        user: u8,
        product: u8,
    },
    WithdrawRequest {
        user: u8,
        product: u8,
    },
    GrantSeat {
        user: u8,
        product: u8,
        license: u8,
        secs: Option<u32>,
    },
    DeclineSeat {
        user: u8,
        product: u8,
    },
    Reassign {
        from: u8,
        to: u8,
        product: u8,
    },
    MoveSeats {
        from: u8,
        to: u8,
        seats: u32,
    },
    /// All users of a pool, or one, wherever they are.
    MoveUsers {
        from: u8,
        to: u8,
        user: Option<u8>,
        after_work: bool,
    },
    /// One seat from the unallocated ones, or back to them.
    StepSeats {
        pool: u8,
        more: bool,
    },
    Activate {
        user: u8,
        active: bool,
    },
    LimitSeats {
        user: u8,
        limit: Option<u32>,
    },
    Promote {
        user: u8,
        role: Role,
    },
    /// Buys minutes, or repeats the newest top-up.
    AddMinutes {
        minutes: u32,
        again: bool,
    },
    /// The operator says how the subscription is managed (L9).
    Manage {
        management: Management,
    },
    /// Somebody sets the seats of both products.
    Subscribe {
        seats: [(u32, u32); 2],
        is_enterprise: bool,
        actor: Someone,
    },
    /// Somebody adds minutes, or repeats the newest top-up.
    BuyMinutes {
        minutes: u32,
        again: bool,
        actor: Someone,
    },
    /// The operator sells more seats of a product, until some time from now.
    Lend {
        product: u8,
        seats: (u32, u32),
        secs: u32,
    },
    /// The operator adds minutes, until some time from now.
    LendMinutes {
        minutes: u32,
        secs: u32,
    },
    /// The operator sets the terms, with an end some time from now; `None` removes them.
    Agree {
        terms: Option<Terms>,
        secs: u32,
    },
    /// Somebody chooses what is given back at the next end.
    ChooseGiveBack {
        product: u8,
        pool: u8,
        seats: u32,
        users: Vec<u8>,
        actor: Someone,
    },
    /// The operator, or somebody else, answers a request.
    AnswerRequest {
        request: u8,
        approves: bool,
        actor: Someone,
    },
    /// Somebody withdraws a request, or dismisses its answer.
    RemoveRequest {
        request: u8,
        actor: Someone,
    },
    /// A directory sets the members of a group.
    FillGroup {
        group: u8,
        users: Vec<u8>,
    },
    /// One of three licenses of the two products, a role and the team.
    MapGroup {
        group: u8,
        licenses: [u8; 2],
        role: Option<Role>,
        is_team: bool,
    },
    /// A group is deleted, or created again.
    ToggleGroup {
        group: u8,
    },
    /// An identity provider names the groups of a user who signs in.
    SayGroups {
        user: u8,
        groups: Vec<u8>,
    },
    /// A directory activates or deactivates a user.
    Provision {
        user: u8,
        active: bool,
    },
}

/// The actor.
#[derive(Debug, Clone, Copy)]
pub(super) enum Someone {
    /// The user it belongs to.
    Owner,
    /// The device, or the ticket, itself.
    Device,
    /// A program that acts for all users.
    BackEnd,
    /// A program that may only read.
    Reader,
    Operator,
    /// The customer of any session.
    Customer,
    /// Any user.
    User(u8),
}

fn someone() -> impl Strategy<Value = Someone> {
    prop_oneof![
        12 => Just(Someone::Owner),
        4 => Just(Someone::Device),
        8 => Just(Someone::BackEnd),
        1 => Just(Someone::Reader),
        1 => Just(Someone::Operator),
        1 => Just(Someone::Customer),
        2 => any::<u8>().prop_map(Someone::User),
    ]
}

/// Usually the first of the two.
fn a_product() -> impl Strategy<Value = u8> {
    prop_oneof![4 => Just(0), 1 => Just(1)]
}

fn often() -> impl Strategy<Value = bool> {
    prop_oneof![3 => Just(true), 1 => Just(false)]
}

fn up_to(secs: u32) -> impl Strategy<Value = Secs> {
    (5..=secs).prop_map(Secs::new)
}

/// All combinations of rules, with durations short enough to matter.
pub(super) fn rules() -> impl Strategy<Value = Rules> {
    let each: Vec<_> = TABLE.iter().map(with_one).collect();
    each.prop_map(|set| {
        let mut rules = Rules::default();
        for (rule, mut from) in TABLE.iter().zip(set) {
            rule.copy(&mut from, &mut rules);
        }
        rules
    })
}

/// Rules in which this one has some value of those that it takes.
fn with_one(rule: &Rule) -> BoxedStrategy<Rules> {
    fn set<T: 'static>(
        at: fn(&mut Rules) -> &mut T,
        values: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<Rules> {
        let with = move |value| {
            let mut rules = Rules::default();
            *at(&mut rules) = value;
            rules
        };
        values.prop_map(with).boxed()
    }
    match rule.takes {
        Takes::Occupies(at, ..) => set(
            at,
            prop_oneof![3 => Just(Occupies::SignIn), 2 => Just(Occupies::Session)],
        ),
        Takes::SeatPer(at, ..) => set(at, prop_oneof![Just(SeatPer::User), Just(SeatPer::Device)]),
        Takes::ConsoleActivity(at, ..) => set(
            at,
            prop_oneof![
                Just(ConsoleActivity::AnyUse),
                Just(ConsoleActivity::CallsAndLinks)
            ],
        ),
        Takes::WhenFull(at, _, choices) => {
            let orders: Vec<_> = choices.iter().map(|(order, _)| order.to_vec()).collect();
            set(at, prop::sample::select(orders))
        }
        Takes::Count(at, _) => set(at, prop::option::of(1..3_u32)),
        // Usually off, so that most worlds differ in few rules.
        Takes::Duration(at, _, 0) => set(at, prop_oneof![2 => Just(Secs::ZERO), 1 => up_to(60)]),
        Takes::Duration(at, ..) => set(at, prop_oneof![up_to(60), up_to(300)]),
        Takes::DurationOrNever(at, _) => {
            let secs = prop_oneof![1..=60_u32, 1..=300_u32];
            set(at, prop::option::of(secs.prop_map(Secs::new)))
        }
    }
}

pub(super) fn transition() -> impl Strategy<Value = Transition> {
    prop_oneof![
        7 => at_the_desk(),
        5 => in_a_session(),
        5 => in_the_queue(),
        3 => as_time_goes_by(),
        1 => in_the_office(),
        1 => in_the_shop(),
        2 => with_an_end(),
        1 => in_the_directory(),
    ]
}

fn at_the_desk() -> impl Strategy<Value = Transition> {
    let sign_in = (
        any::<u8>(),
        a_product(),
        0..3_u8,
        any::<bool>(),
        often(),
        someone(),
    )
        .prop_map(
            |(user, product, device, takeover, wait, actor)| Transition::SignIn {
                user,
                product,
                device,
                takeover,
                wait,
                actor,
            },
        );
    prop_oneof![
        10 => sign_in,
        1 => (any::<u8>(), 0..2_u8, any::<bool>())
            .prop_map(|(user, product, takeover)| Transition::SignInTwice { user, product, takeover }),
        5 => (any::<u8>(), any::<bool>(), someone())
            .prop_map(|(sign_in, active, actor)| Transition::Heartbeat { sign_in, active, actor }),
        2 => (any::<u8>(), someone()).prop_map(|(sign_in, actor)| Transition::SignOut { sign_in, actor }),
        1 => (any::<u8>(), 0..100_u32, someone())
            .prop_map(|(sign_in, secs, actor)| Transition::Lock { sign_in, secs, actor }),
    ]
}

fn in_a_session() -> impl Strategy<Value = Transition> {
    let start = prop_oneof![Just(Start::Standby), Just(Start::Active)];
    let create = (
        any::<u8>(),
        start,
        prop::option::of(1..100_u32),
        any::<bool>(),
        someone(),
    )
        .prop_map(|(sign_in, start, valid_for, wait, actor)| Transition::Create {
            sign_in,
            start,
            valid_for,
            wait,
            actor,
        });
    prop_oneof![
        6 => create,
        2 => (any::<u8>(), someone()).prop_map(|(session, actor)| Transition::Connect { session, actor }),
        3 => (any::<u8>(), someone()).prop_map(|(session, actor)| Transition::Pause { session, actor }),
        4 => (any::<u8>(), often(), someone())
            .prop_map(|(session, wait, actor)| Transition::Resume { session, wait, actor }),
        3 => (prop::collection::vec(any::<u8>(), 1..3), someone())
            .prop_map(|(sessions, actor)| Transition::End { sessions, actor }),
    ]
}

fn in_the_queue() -> impl Strategy<Value = Transition> {
    prop_oneof![
        6 => (any::<u8>(), someone()).prop_map(|(ticket, actor)| Transition::Claim { ticket, actor }),
        1 => (any::<u8>(), someone()).prop_map(|(ticket, actor)| Transition::Drop { ticket, actor }),
        2 => (any::<u8>(), someone()).prop_map(|(ticket, actor)| Transition::Renew { ticket, actor }),
    ]
}

fn as_time_goes_by() -> impl Strategy<Value = Transition> {
    prop_oneof![
        10 => (0..60_u32).prop_map(|secs| Transition::Wait { secs, are_alive: true }),
        4 => (60..400_u32).prop_map(|secs| Transition::Wait { secs, are_alive: true }),
        1 => (0..200_u32).prop_map(|secs| Transition::Wait { secs, are_alive: false }),
        // Long enough for days of grace, and much shorter than a period of bounds (L9).
        1 => (86_400..100_000_u32).prop_map(|secs| Transition::Wait { secs, are_alive: false }),
        1 => (0..400_u32).prop_map(|secs| Transition::Drift { secs }),
        1 => (0..10_u32).prop_map(|secs| Transition::Rewind { secs }),
        1 => (0..400_u32).prop_map(|secs| Transition::Outage { secs }),
        2 => any::<u8>().prop_map(|snapshot| Transition::Restart { snapshot }),
        5 => (0..6_u8, any::<u8>(), any::<u8>())
            .prop_map(|(kind, number, other)| Transition::Foul { kind, number, other }),
    ]
}

fn in_the_directory() -> impl Strategy<Value = Transition> {
    let role = prop_oneof![Just(Role::Member), Just(Role::Manager), Just(Role::Admin)];
    let mapping = ([0..4_u8, 0..4_u8], prop::option::of(role), any::<bool>());
    prop_oneof![
        6 => (0..3_u8, prop::collection::vec(any::<u8>(), 0..4))
            .prop_map(|(group, users)| Transition::FillGroup { group, users }),
        3 => (0..3_u8, mapping).prop_map(|(group, (licenses, role, is_team))| {
            Transition::MapGroup { group, licenses, role, is_team }
        }),
        1 => (0..3_u8).prop_map(|group| Transition::ToggleGroup { group }),
        2 => (any::<u8>(), prop::collection::vec(0..3_u8, 0..3))
            .prop_map(|(user, groups)| Transition::SayGroups { user, groups }),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(user, active)| Transition::Provision { user, active }),
    ]
}

/// Some way to manage the subscription, with bounds that are sometimes kept to.
fn management() -> impl Strategy<Value = Management> {
    let bound = || (0..4_u32, 0..4_u32).prop_map(|(min, more)| SeatBound { min, max: min + more });
    let bound = || prop::option::weighted(0.8, bound());
    let seats = (bound(), bound()).prop_map(|(named_seats, shared_seats)| SeatBounds {
        named_seats,
        shared_seats,
    });
    let products = prop::collection::btree_map(0..2_u8, seats, 0..=2);
    let bounds = (products, 0..20_u32).prop_map(|(products, minutes)| Bounds {
        products: products
            .into_iter()
            .map(|(number, bounds)| (PRODUCTS[usize::from(number)].parse().unwrap(), bounds))
            .collect(),
        minutes,
    });
    prop_oneof![
        1 => Just(Management::Free),
        4 => bounds.prop_map(Management::WithinBounds),
        3 => Just(Management::OnRequest),
        1 => Just(Management::Closed),
    ]
}

fn in_the_shop() -> impl Strategy<Value = Transition> {
    let buyer = || {
        prop_oneof![
            8 => Just(Someone::User(0)),
            4 => Just(Someone::BackEnd),
            1 => Just(Someone::Reader),
            6 => Just(Someone::Operator),
            1 => Just(Someone::Customer),
            1 => any::<u8>().prop_map(Someone::User),
        ]
    };
    let seats = || (0..5_u32, 0..6_u32);
    prop_oneof![
        2 => management().prop_map(|management| Transition::Manage { management }),
        4 => ([seats(), seats()], often(), buyer()).prop_map(|(seats, is_enterprise, actor)| {
            Transition::Subscribe { seats, is_enterprise, actor }
        }),
        3 => (any::<u8>(), often(), buyer()).prop_map(|(request, approves, actor)| {
            Transition::AnswerRequest { request, approves, actor }
        }),
        1 => (any::<u8>(), buyer()).prop_map(|(request, actor)| Transition::RemoveRequest { request, actor }),
        4 => (1..10_u32, any::<bool>(), buyer()).prop_map(|(minutes, again, actor)| {
            Transition::BuyMinutes { minutes, again, actor }
        }),
    ]
}

fn with_an_end() -> impl Strategy<Value = Transition> {
    let terms = (any::<bool>(), prop::option::of(1..3_u32), 0..2_u32).prop_map(
        |(trial, renewal_months, grace_days)| Terms {
            trial,
            renewal_months: renewal_months.filter(|_| !trial),
            grace_days,
            ..Terms::default()
        },
    );
    let chooser = prop_oneof![
        4 => Just(Someone::Operator),
        4 => Just(Someone::User(0)),
        1 => any::<u8>().prop_map(Someone::User),
    ];
    let choice = (
        a_product(),
        any::<u8>(),
        0..3_u32,
        prop::collection::vec(any::<u8>(), 0..3),
        chooser,
    );
    prop_oneof![
        6 => (a_product(), (0..4_u32, 0..4_u32), 1..300_u32)
            .prop_map(|(product, seats, secs)| Transition::Lend { product, seats, secs }),
        3 => (1..6_u32, 1..300_u32).prop_map(|(minutes, secs)| Transition::LendMinutes { minutes, secs }),
        1 => (prop::option::of(terms), 1..300_u32)
            .prop_map(|(terms, secs)| Transition::Agree { terms, secs }),
        // Named seats that somebody gives back.
        4 => (any::<u8>(), 0..2_u8)
            .prop_map(|(user, product)| Transition::License { user, product, license: 1, secs: None }),
        3 => choice.prop_map(|(product, pool, seats, users, actor)| {
            Transition::ChooseGiveBack { product, pool, seats, users, actor }
        }),
    ]
}

fn in_the_office() -> impl Strategy<Value = Transition> {
    let role = prop_oneof![Just(Role::Member), Just(Role::Manager), Just(Role::Admin)];
    prop_oneof![
        4 => (any::<u8>(), 0..4_u32).prop_map(|(pool, seats)| Transition::Resize { pool, seats }),
        2 => (any::<u8>(), rules())
            .prop_map(|(pool, rules)| Transition::ChangeRules { pool, rules: Box::new(rules) }),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(pool, moves)| Transition::DeletePool { pool, moves }),
        3 => (any::<u8>(), 0..2_u8, 0..4_u8, prop::option::of(prop_oneof![1 => Just(0), 3 => 1..900_u32]))
            .prop_map(|(user, product, license, secs)| Transition::License { user, product, license, secs }),
        2 => (any::<u8>(), 0..2_u8).prop_map(|(user, product)| Transition::AskForSeat { user, product }),
        1 => (any::<u8>(), 0..2_u8).prop_map(|(user, product)| Transition::WithdrawRequest { user, product }),
        2 => (any::<u8>(), 0..2_u8, 1..4_u8, prop::option::of(1..900_u32))
            .prop_map(|(user, product, license, secs)| Transition::GrantSeat { user, product, license, secs }),
        1 => (any::<u8>(), 0..2_u8).prop_map(|(user, product)| Transition::DeclineSeat { user, product }),
        2 => (any::<u8>(), any::<u8>(), 0..2_u8)
            .prop_map(|(from, to, product)| Transition::Reassign { from, to, product }),
        2 => (any::<u8>(), any::<u8>(), 1..3_u32)
            .prop_map(|(from, to, seats)| Transition::MoveSeats { from, to, seats }),
        3 => (any::<u8>(), any::<u8>(), prop::option::of(any::<u8>()), any::<bool>())
            .prop_map(|(from, to, user, after_work)| Transition::MoveUsers { from, to, user, after_work }),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(pool, more)| Transition::StepSeats { pool, more }),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(user, active)| Transition::Activate { user, active }),
        2 => (any::<u8>(), prop::option::of(0..3_u32))
            .prop_map(|(user, limit)| Transition::LimitSeats { user, limit }),
        1 => (any::<u8>(), role).prop_map(|(user, role)| Transition::Promote { user, role }),
        4 => (1..6_u32, any::<bool>())
            .prop_map(|(minutes, again)| Transition::AddMinutes { minutes, again }),
    ]
}
