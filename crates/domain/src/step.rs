//! The one stepping core: production, the simulation and every test change an account by [`step`] alone.
//!
//! A step decides, checks the promise (S1) again, applies the events, and settles what follows from them. A tick does so
//! for each thing that is due, in order. Code that records, counts or stores is an [`Observer`].

use alloc::vec;
use alloc::vec::Vec;

use crate::account::Account;
use crate::command::{Command, Execute, NewAccount};
use crate::decide::{decide, due};
use crate::event::{AccountEvent, Event};
use crate::evolve::{Change, evolve, hints};
use crate::id::{PoolId, RefusalId, UserId};
use crate::leases::{self, Heartbeats};
use crate::minutes;
use crate::permission::Actor;
use crate::promise::oversold_by;
use crate::refusal::Refusal;
use crate::settle::{self, refused};
use crate::time::{Outage, Timestamp};

/// What an account can be moved on by.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Somebody asks for something, or sends a heartbeat. A heartbeat also renews its lease, in memory (S11).
    Command(&'a Command),
    /// Time has passed: do everything that is due by now, in the order in which it was due.
    Tick,
    /// Usher could not act for a while: make up for it, so that nobody loses anything by it (S11).
    Resume(Outage),
    /// The account is about to leave memory: store when its leases end, if heartbeats have renewed any (S11).
    StoreLeases,
    /// Heartbeats that memory knew of when the account's state was dropped, and that are not in the state that was loaded
    /// in its place (S11).
    Heartbeats(&'a Heartbeats),
    /// The wall clock shows this. [`State::shown`](crate::account::State::shown) uses it until it is noted or forgotten.
    WallClock(Timestamp),
    /// Record what the wall clock shows, unless that follows from earlier records.
    NoteWallClock,
    /// Forget what the wall clock shows, without a record.
    ForgetWallClock,
}

/// Why a command changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The rules granted it, but it would have given a seat that this pool does not have (S1): a fault of Usher.
    #[error("{0} would be given more seats than it has")]
    Oversold(PoolId),
}

/// Watches the steps of an account. `()` watches nothing.
pub trait Observer {
    /// The event is about to be applied to this account; `None` if the event creates it.
    fn before(&mut self, _account: Option<&Account>, _event: &Event) {}

    /// The events of one command, or of one tick, in order, with the follow-up events. They have been applied. Never
    /// empty.
    fn after(&mut self, _events: Vec<Event>) {}

    /// The occupancy, queue or size of a pool may have changed. Called at the end of a step.
    fn pool_changed(&mut self, _pool: PoolId) {}

    /// A seat was refused to this user. Returns the id under which that is recorded (Q1); `None` records nothing.
    fn record_refusal(&mut self, _user: UserId) -> Option<RefusalId> {
        None
    }

    /// A follow-up or due event would have given a seat that the pool does not have (S1), and was left out. This is a
    /// fault of Usher.
    fn left_out(&mut self, _event: &Event, _pool: PoolId) {}

    /// A due entry produced no event, and was dropped so that the rest is done. This is a fault of Usher.
    fn came_to_nothing(&mut self, _due_at: Timestamp) {}
}

impl Observer for () {}

/// Moves the account on by one input. A declined command leaves the account as it was, except that the refusal of a seat
/// may be recorded (Q1). Other inputs are never declined.
pub fn step<O: Observer>(
    account: &mut Account,
    input: Input<'_>,
    actor: &Actor,
    now: Timestamp,
    observer: &mut O,
) -> Result<(), Declined> {
    let mut step = Step {
        account,
        now,
        observer,
    };
    let done = match input {
        Input::Command(command) => step.carry_out(command, actor),
        Input::Tick => {
            step.do_what_is_due();
            Ok(())
        }
        Input::Resume(outage) => {
            let events = leases::resume(step.account, outage);
            step.enter(events)
        }
        Input::StoreLeases => {
            let events = leases::all_ends(step.account);
            step.enter(events)
        }
        Input::Heartbeats(heartbeats) => {
            for (of, at) in heartbeats.unknown_to(step.account) {
                evolve(step.account, Change::Renewal(of), at);
            }
            Ok(())
        }
        Input::WallClock(wall) => {
            evolve(step.account, Change::WallClock(Some(wall)), now);
            Ok(())
        }
        Input::NoteWallClock => {
            let news = step.account.wall.news();
            evolve(step.account, Change::WallClock(None), now);
            let events = news.map(|ahead| Event::Account(AccountEvent::WallClockRead { ahead }));
            step.enter(events.into_iter().collect())
        }
        Input::ForgetWallClock => {
            evolve(step.account, Change::WallClock(None), now);
            Ok(())
        }
    };
    tell_changed_pools(account, observer);
    done
}

/// The step of a command whose outcome matters: like [`step`], with the outcome that the command's type names.
pub fn execute<C: Execute, O: Observer>(
    account: &mut Account,
    command: &C,
    actor: &Actor,
    now: Timestamp,
    observer: &mut O,
) -> Result<C::Outcome, Declined> {
    let mut step = Step {
        account,
        now,
        observer,
    };
    let outcome = step.carry_out(command, actor);
    tell_changed_pools(account, observer);
    outcome
}

/// Creates an account, for the operator only. The caller has checked that none with the id exists.
pub fn create<O: Observer>(
    new: NewAccount<'_>,
    actor: &Actor,
    now: Timestamp,
    observer: &mut O,
) -> Result<Account, Declined> {
    let (id, name, labels) = new;
    let (first, labelled) = Account::created(id, name.clone(), labels, actor)?;
    observer.before(None, &first);
    let mut account = Account::first(id, name.clone(), now);
    let mut step = Step {
        account: &mut account,
        now,
        observer,
    };
    let mut events = vec![first];
    if let Some(labelled) = labelled {
        step.apply(core::slice::from_ref(&labelled));
        events.push(labelled);
    }
    step.settle(&mut events);
    step.observer.after(events);
    tell_changed_pools(&mut account, observer);
    Ok(account)
}

/// Applies the stored events of one command or tick, which were decided at `at`. Nothing is decided again. Returns the
/// first pool that they oversell (S1), if any: what is stored has happened, and is applied all the same.
pub fn replay<O: Observer>(
    account: &mut Option<Account>,
    events: &[Event],
    at: Timestamp,
    observer: &mut O,
) -> Option<PoolId> {
    let oversold = account.as_ref().and_then(|account| oversold_by(account, events));
    for event in events {
        observer.before(account.as_ref(), event);
        if let Some(account) = account {
            evolve(account, event, at);
        } else {
            *account = Account::from_first_event(event, at);
        }
    }
    if let Some(account) = account {
        tell_changed_pools(account, observer);
    }
    oversold
}

/// A step under way.
pub(crate) struct Step<'a, O> {
    pub(crate) account: &'a mut Account,
    pub(crate) now: Timestamp,
    pub(crate) observer: &'a mut O,
}

impl<O: Observer> Step<'_, O> {
    fn carry_out<C: Execute>(&mut self, command: &C, actor: &Actor) -> Result<C::Outcome, Declined> {
        match decide(self.account, command, actor, self.now) {
            Ok(decision) => {
                self.enter(decision.events)?;
                self.renew(command);
                Ok(decision.outcome)
            }
            Err(refusal) => {
                self.record(command, &refusal);
                Err(refusal.into())
            }
        }
    }

    /// Applies what was decided, with the follow-up events. The rules never decide what would break the promise (S1);
    /// the product's promise is worth a second check.
    pub(crate) fn enter(&mut self, mut events: Vec<Event>) -> Result<(), Declined> {
        if events.is_empty() {
            // Most heartbeats.
            return Ok(());
        }
        if let Some(pool) = oversold_by(self.account, &events) {
            return Err(Declined::Oversold(pool));
        }
        self.apply(&events);
        self.settle(&mut events);
        self.hand_over(events);
        Ok(())
    }

    /// Heartbeats renew leases in memory; the journal gets them later, in batches (S11).
    fn renew(&mut self, command: &impl Execute) {
        if let Some(of) = command.renews() {
            evolve(self.account, Change::Renewal(of), self.now);
        }
    }

    fn record(&mut self, command: &impl Execute, refusal: &Refusal) {
        let observer = &mut *self.observer;
        let event = refused(self.account, command, refusal, |user| {
            observer.record_refusal(user)
        });
        if let Some(event) = event {
            let mut events = vec![event];
            self.apply(&events);
            self.settle(&mut events);
            self.hand_over(events);
        }
    }

    /// Does what is due, each entry with its follow-up events before the next.
    fn do_what_is_due(&mut self) {
        // Commits contain their follow-up events. There are more only if the rules have changed since.
        let mut owed = Vec::new();
        self.settle(&mut owed);
        self.hand_over(owed);
        let mut done = Vec::new();
        while let Some((due_at, due)) = self.account.schedule.first_due(self.now) {
            let events = self.without_oversold(due::events_of(self.account, due, self.now));
            if events.is_empty() {
                self.observer.came_to_nothing(due_at);
                evolve(self.account, Change::DueDropped, self.now);
                continue;
            }
            self.apply(&events);
            done.extend(events);
            self.settle(&mut done);
        }
        self.hand_over(done);
    }

    /// Leaves out what would break the promise (S1), so that all else that is due is done.
    pub(crate) fn without_oversold(&mut self, mut events: Vec<Event>) -> Vec<Event> {
        events.retain(|event| {
            let oversold = oversold_by(self.account, core::slice::from_ref(event));
            if let Some(pool) = oversold {
                self.observer.left_out(event, pool);
            }
            oversold.is_none()
        });
        events
    }

    /// Applies follow-up events until the rules owe nothing more.
    fn settle(&mut self, events: &mut Vec<Event>) {
        while let Some(pool) = hints::take_unsettled(self.account) {
            while let Some(event) = settle::by_pool(self.account, pool, self.now) {
                if let Some(oversold) = oversold_by(self.account, core::slice::from_ref(&event)) {
                    self.observer.left_out(&event, oversold);
                    break;
                }
                self.apply(core::slice::from_ref(&event));
                events.push(event);
            }
        }
        if hints::take_minutes_unsettled(self.account) {
            let low = minutes::low(self.account);
            self.apply(&low);
            events.extend(low);
            hints::take_minutes_unsettled(self.account);
        }
    }

    fn apply(&mut self, events: &[Event]) {
        for event in events {
            self.observer.before(Some(self.account), event);
            evolve(self.account, event, self.now);
        }
    }

    fn hand_over(&mut self, events: Vec<Event>) {
        if !events.is_empty() {
            self.observer.after(events);
        }
    }
}

fn tell_changed_pools(account: &mut Account, observer: &mut impl Observer) {
    while let Some(pool) = hints::take_changed_pool(account) {
        observer.pool_changed(pool);
    }
}
