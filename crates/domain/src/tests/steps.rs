//! Events that the rules would never decide are not applied.

use super::fixture::*;
use super::witness::Witness;
use crate::event::{AccountEvent, EndReason, Event, SignInEvent};
use crate::labels::Labels;
use crate::permission::Actor;
use crate::presence::{Device, DeviceKind, Funding};
use crate::schedule::Due;
use crate::step::Step;
use crate::time::{Secs, Timestamp};
use crate::{
    Account, AccountId, Broken, Declined, Input, Observer, PoolId, SignInId, Touched, UserId, create, replay,
    step,
};

/// Records the faults that a step reports.
#[derive(Debug, Default)]
struct Faults {
    events: Vec<Event>,
    left_out: Vec<(Event, PoolId)>,
    nothing: Vec<Timestamp>,
}

impl Observer for Faults {
    fn after(&mut self, events: Vec<Event>) {
        self.events.extend(events);
    }

    fn left_out(&mut self, event: &Event, pool: PoolId) {
        self.left_out.push((event.clone(), pool));
    }

    fn came_to_nothing(&mut self, due_at: Timestamp) {
        self.nothing.push(due_at);
    }
}

/// A pool of one seat, held by the first of two users.
fn full_pool() -> Account {
    let mut shift = Shift::with(1, help_desk(), &["ida", "sven"]);
    shift.at("09:00").sign_in("ida");
    shift.account.clone()
}

fn user_called(account: &Account, name: &str) -> UserId {
    let mut users = account.users().values();
    users
        .find(|user| user.profile.name.reveal().as_str() == name)
        .unwrap()
        .id
}

fn pool_of(account: &Account) -> PoolId {
    account.default_pool(&product()).unwrap().id
}

/// The second user takes a seat, whether there is one or not.
fn second_seat(account: &Account) -> Event {
    Event::SignIn(SignInEvent::SignedIn {
        id: SignInId::from_bits(2),
        user: user_called(account, "sven"),
        product: product(),
        device: Device {
            id: "second".parse().unwrap(),
            name: "Laptop".parse().unwrap(),
            kind: DeviceKind::Desktop,
        },
        pool: Some(pool_of(account)),
        funding: Funding::Seat,
        lease: Secs::new(90),
        ticket: None,
    })
}

fn on<'a>(account: &'a mut Account, faults: &'a mut Faults) -> Step<'a, Faults> {
    Step {
        account,
        now: clock("09:00"),
        observer: faults,
    }
}

#[test]
fn s1_a_command_that_would_give_a_seat_that_is_taken_is_refused_and_nothing_of_it_is_done() {
    let mut account = full_pool();
    let before = account.clone();
    let renamed = Event::Account(AccountEvent::Renamed {
        name: "Another name".parse().unwrap(),
    });
    let decided = vec![renamed, second_seat(&account)];
    let mut faults = Faults::default();

    let refused = on(&mut account, &mut faults).enter(decided);

    assert_eq!(refused, Err(Declined::Oversold(pool_of(&before))));
    assert_eq!(account, before);
    assert_eq!(faults.events, []);
}

#[test]
fn s1_of_what_is_due_only_what_would_give_a_seat_that_is_taken_is_left_out() {
    let mut account = full_pool();
    let ended = Event::SignIn(SignInEvent::Ended {
        id: *account.sign_ins().keys().next().unwrap(),
        reason: EndReason::LeaseExpired,
        by: None,
    });
    let foul = second_seat(&account);
    let mut faults = Faults::default();

    let left = on(&mut account, &mut faults).without_oversold(vec![foul.clone(), ended.clone()]);

    assert_eq!(left, [ended]);
    assert_eq!(faults.left_out, [(foul, pool_of(&account))]);
}

#[test]
fn s1_stored_events_that_give_a_seat_that_is_taken_are_taken_in_and_told_of() {
    let mut account = Some(full_pool());
    let before = account.clone().unwrap();
    let mut touched = Touched::default();

    let oversold = replay(
        &mut account,
        &[second_seat(&before)],
        clock("09:00"),
        &mut touched,
    );

    assert_eq!(oversold, Some(pool_of(&before)));
    let account = account.unwrap();
    assert_eq!(account.sign_ins().len(), 2);
    assert!(
        account
            .broken_in(&touched)
            .contains(&Broken::Oversold(pool_of(&before)))
    );
}

/// A fault in the schedule must not keep the rest from being processed.
#[test]
fn what_is_due_and_comes_to_nothing_is_dropped_and_the_rest_is_done() {
    let mut account = full_pool();
    let (at, due) = (clock("09:00"), Due::Pool(PoolId::from_bits(9)));
    account.state_mut().schedule.set(due, &mut None, Some(at));
    let mut faults = Faults::default();

    let done = step(
        &mut account,
        Input::Tick,
        &Actor::System,
        clock("10:00"),
        &mut faults,
    );

    assert_eq!(done, Ok(()));
    assert_eq!(faults.nothing, [at]);
    assert!(matches!(
        faults.events[..],
        [Event::SignIn(SignInEvent::Ended {
            reason: EndReason::LeaseExpired,
            ..
        })]
    ));
    assert_eq!(account.next_due(), None);
}

#[test]
fn an_account_is_created_by_the_operator_alone_and_is_what_its_events_make() {
    let labels = Labels {
        external_id: Some("crm-17".parse().unwrap()),
        ..Labels::default()
    };
    let name = "Acme".parse().unwrap();
    let new = || (AccountId::from_bits(1), &name, &labels);
    let now = clock("09:00");
    let mut seen = Witness::default();

    let refused = create(new(), &user("ida"), now, &mut seen);
    let created = create(new(), &Actor::Operator, now, &mut seen).unwrap();

    assert!(matches!(refused, Err(Declined::Refused(_))), "{refused:?}");
    assert_eq!(seen.events.len(), 2);
    let mut replayed = None;
    assert_eq!(replay(&mut replayed, &seen.events, now, &mut ()), None);
    assert_eq!(replayed.map(Account::replayed), Some(created));
}
