//! A small account in which anything may happen, with all invariants checked at every step.

use std::collections::BTreeMap;

use super::ends::{self, Ends};
use super::naive::{Fate, Naive, Wish};
use super::transitions::Transition;
use crate::command::{
    Command, Heartbeat, LicenseCommand, RenewTicket, ResumeSession, SessionCommand, SignInCommand,
    SignInOutcome, SignUserIn, StartOutcome, StartSession, TicketCommand,
};
use crate::decide::Decide;
use crate::event::{EndReason, Event, RefusalEvent, SessionEvent, SignInEvent};
use crate::evolve::hints::take_changed_pool;
use crate::evolve::{Change, evolve};
use crate::permission::Actor;
use crate::pool::Pool;
use crate::presence::{Device, Funding, Session, SignIn, Ticket, TicketState, Wanted};
use crate::promise::{occupied_after, oversold_by};
use crate::refusal::Refusal;
use crate::rules::{Occupies, Rules};
use crate::tests::witness::{Witness, found};
use crate::text::Product;
use crate::time::{Millis, Outage, Secs, Timestamp};
use crate::{Account, Broken, Code, Input, Observer, PoolId, RefusalId, SignInId, Touched, UserId, replay};

/// The most restored accounts that are compared with the original.
const TWINS_MAX: usize = 3;

/// The account, the time, and the naive account.
pub(super) struct World {
    pub(super) account: Account,
    pub(super) now: Timestamp,
    pub(super) naive: Naive,
    pub(super) ends: Ends,
    pub(super) ids: u128,
    /// All events so far, step by step, as in the journal.
    pub(super) history: Vec<(Vec<Event>, Timestamp)>,
    /// The account, restored from its history at several points. They get every command that the account gets.
    twins: Vec<Account>,
}

impl World {
    /// Five users, of whom the first owns the account; two products; three pools of one seat each, the first two for
    /// the same product.
    pub(super) fn new(rules: [Rules; 3]) -> Self {
        let now = Timestamp::from_millis(0);
        let (account, created) = found("Acme", now);
        let mut world = Self {
            account,
            now,
            naive: Naive::default(),
            ends: Ends::default(),
            ids: 1000,
            history: vec![(created.into_iter().collect(), now)],
            twins: Vec::new(),
        };
        let keys = crate::tests::make_keys(&mut world.account, now);
        world.history.push((keys, now));
        world.found(rules);
        world
    }

    /// Executes a transition, and checks all invariants.
    pub(super) fn apply(&mut self, transition: &Transition) {
        match transition {
            Transition::Wait { secs, are_alive } => self.advance(Secs::new(*secs), *are_alive),
            Transition::Drift { secs } => self.now = self.now + Secs::new(*secs),
            Transition::Rewind { secs } => self.now = self.now - Secs::new(*secs),
            Transition::Outage { secs } => {
                self.now = self.now + Secs::new(*secs);
                let outage = Outage {
                    away: Millis::new(u64::from(*secs) * 1000),
                    until: self.now,
                };
                self.give(Input::Resume(outage), &Actor::System).0.unwrap();
                self.tick();
            }
            Transition::Restart { snapshot } => self.restart(*snapshot),
            Transition::Foul { kind, number, other } => self.foul(*kind, *number, *other),
            _ => {
                let Some((command, actor)) = self.command(transition) else {
                    return;
                };
                let (fate, waits) = (self.fate(&command), self.waits(&command, &actor));
                let before = self.account.clone();
                let (result, events) = self.give(Input::Command(&command), &actor);
                super::purchases::check(&before, &actor, &events, &self.history);
                if let (Some(expected), Some(actual)) = (fate, outcome(&result, &events, waits)) {
                    assert_eq!(actual, expected, "{command:?}");
                }
            }
        }
    }

    pub(super) fn seats_held(&self, user: u128) -> u32 {
        self.account.users[&UserId::from_bits(user)].seats_held()
    }

    /// Lets time pass, processing due entries on time.
    fn advance(&mut self, secs: Secs, are_alive: bool) {
        let until = self.now + secs;
        while let Some(due) = self.account.next_due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            if are_alive {
                self.renew_all();
            }
            self.tick();
        }
        self.now = until;
    }

    fn renew_all(&mut self) {
        let sign_ins = self.account.sign_ins.keys().map(|id| {
            Command::SignIn(SignInCommand::Heartbeat(Heartbeat {
                sign_in: *id,
                active: false,
            }))
        });
        let tickets = self
            .account
            .tickets
            .keys()
            .map(|id| Command::Ticket(TicketCommand::Renew(RenewTicket { id: *id })));
        let heartbeats: Vec<Command> = sign_ins.chain(tickets).collect();
        for account in std::iter::once(&mut self.account).chain(&mut self.twins) {
            for heartbeat in &heartbeats {
                let (input, now) = (Input::Command(heartbeat), self.now);
                Witness::default()
                    .step(account, input, &Actor::System, now)
                    .unwrap();
            }
        }
    }

    /// Stores memory-only state, so that nothing is lost when the account is loaded again.
    fn leave_memory(&mut self) {
        let ends = |account: &Account| {
            let sign_ins = account.sign_ins.values().map(SignIn::lease_until);
            let tickets = account.tickets.values().map(Ticket::lease_until);
            sign_ins.chain(tickets).collect::<Vec<_>>()
        };
        let known = ends(&self.account);
        self.give(Input::StoreLeases, &Actor::System).0.unwrap();
        assert_eq!(ends(&self.account.as_stored()), known);
    }

    /// Loses memory-only state, and nothing else: the account is the same from its events alone, and from a snapshot
    /// taken somewhere on the way with the later events.
    fn restart(&mut self, snapshot: u8) {
        if snapshot.is_multiple_of(2) {
            self.leave_memory();
        }
        self.account = self.account.as_stored();
        super::fields::check(&self.account);
        let cut = usize::from(snapshot) * self.history.len() / 256;
        for cut in [0, cut] {
            let restored = self.restored(cut);
            assert_eq!(
                restored,
                self.account,
                "restored at {cut} of {}",
                self.history.len()
            );
            self.twins.push(restored);
        }
        let surplus = self.twins.len().saturating_sub(TWINS_MAX);
        self.twins.drain(..surplus);
        for twin in &mut self.twins {
            *twin = twin.as_stored();
        }
    }

    /// Events that the rules would never decide: somebody takes a seat, whether there is one or not. Whether that
    /// breaks the promise is predicted, and then found by checking what was touched.
    fn foul(&self, kind: u8, number: u8, other: u8) {
        let Some(events) = self.foul_events(kind, number, other) else {
            return;
        };
        let is_over = |pool: &Pool| {
            let before = self.account.pools.get(&pool.id).map_or(0, Pool::occupied);
            pool.occupied() > pool.seats.max(before)
        };
        let mut fouled = self.account.clone();
        let mut touched = Touched::default();
        let mut oversold = None;
        for event in &events {
            touched.before(Some(&fouled), event);
            evolve(&mut fouled, event, self.now);
            let mut pools = fouled.pools.values();
            oversold = oversold.or_else(|| pools.find(|pool| is_over(pool)).map(|pool| pool.id));
        }
        assert_eq!(oversold_by(&self.account, &events), oversold, "{events:?}");
        for pool in fouled.pools.values() {
            let is_found = fouled.broken_in(&touched).contains(&Broken::Oversold(pool.id));
            assert_eq!(is_found, is_over(pool), "{events:?}");
        }
    }

    /// The account as restored from its history, with a snapshot before the step `cut`.
    fn restored(&self, cut: usize) -> Account {
        let mut account = None;
        for (number, (events, at)) in self.history.iter().enumerate() {
            if number == cut {
                account = account.as_ref().map(stored_and_read);
            }
            assert_eq!(replay(&mut account, events, *at, &mut ()), None);
        }
        account.unwrap().replayed()
    }

    fn tick(&mut self) {
        self.give(Input::Tick, &Actor::System).0.unwrap();
        let next = self.account.next_due();
        assert!(
            next.is_none_or(|next| next > self.now),
            "{next:?} is over at {:?}",
            self.now
        );
        Ends::check_passed(&self.account, self.now);
    }

    fn give(&mut self, input: Input<'_>, actor: &Actor) -> (Result<(), Refusal>, Vec<Event>) {
        let before = self.account.clone();
        self.ids += 1;
        let refusal = RefusalId::from_bits(self.ids);
        let mut witness = Witness::recording(refusal);
        let result = witness.step(&mut self.account, input, actor, self.now);
        let events = witness.events;
        for twin in &mut self.twins {
            let mut witness = Witness::recording(refusal);
            let same = witness.step(twin, input, actor, self.now);
            assert_eq!(same, result, "a restored account decides alike");
            assert_eq!(witness.events, events, "a restored account decides alike");
            assert_eq!(*twin, self.account, "a restored account stays the same");
        }
        if result.is_err() {
            let is_record = |event: &Event| matches!(event, Event::Refusal(RefusalEvent::Refused { .. }));
            assert!(
                events.iter().all(is_record),
                "a refusal changes nothing: {events:?}"
            );
        }
        if matches!(
            input,
            Input::Command(Command::License(LicenseCommand::MoveUsers { .. }))
        ) {
            Ends::check_move(&before, &self.account, self.now);
        }
        self.check_events(before, &events, result.is_ok().then_some(input));
        self.naive.compare(&self.account);
        self.ends.compare(&self.account);
        assert_eq!(self.account.broken(), []);
        self.check_stored();
        (result, events)
    }

    /// Checks that the events alone give the same state, and that none of them breaks a promise.
    fn check_events(&mut self, before: Account, events: &[Event], granted: Option<Input<'_>>) {
        let occupied: BTreeMap<PoolId, u32> = before.pools.values().map(|p| (p.id, p.occupied())).collect();
        assert_eq!(oversold_by(&before, events), None, "S1");
        let forecast = occupied_after(&before, events);
        let mut replayed = before;
        let mut touched = Touched::default();
        for event in events {
            self.naive.see(&replayed, event);
            touched.before(Some(&replayed), event);
            check_log_off(&replayed, event);
            self.ends
                .before(&replayed, event, matches!(granted, Some(Input::Tick)), self.now);
            let working = ends::at_work(&replayed);
            evolve(&mut replayed, event, self.now);
            ends::check_work(&replayed, event, &working);
        }
        self.history.push((events.to_vec(), self.now));
        assert_eq!(replayed.broken_in(&touched), []);
        while take_changed_pool(&mut replayed).is_some() {}
        // Heartbeats change only memory (S11).
        let renewed = match granted {
            Some(Input::Command(command)) => command.renews(),
            _ => None,
        };
        if let Some(renewed) = renewed {
            evolve(&mut replayed, Change::Renewal(renewed), self.now);
        }
        let replayed = replayed.replayed();
        assert_eq!(
            replayed, self.account,
            "the events tell all, and nothing more is owed"
        );
        for pool in self.account.pools.values() {
            let before = occupied.get(&pool.id).copied().unwrap_or_default();
            assert!(pool.occupied() <= pool.seats.max(before), "S1: {pool:?}");
            if let Some(occupied) = forecast.get(&pool.id) {
                assert_eq!(pool.occupied(), *occupied, "S1 was foreseen of another occupancy");
            }
        }
    }

    /// Checks that the account survives being stored, except for leases that only memory knows to be renewed (S11).
    fn check_stored(&self) {
        let stored = self.account.as_stored();
        assert_eq!(
            stored_and_read(&self.account),
            stored,
            "what is derived is derived alike, and renewals are not stored"
        );
    }

    /// The naive account's prediction for a command, if it asks for a seat.
    fn fate(&self, command: &Command) -> Option<Fate> {
        let wish = match command {
            Command::SignIn(SignInCommand::SignIn(SignUserIn {
                user,
                product,
                devices,
                takeover,
                wait,
            })) if devices.len() == 1 => {
                self.wish_to_sign_in(*user, product, &devices.first.1, *takeover, *wait)
            }
            Command::Session(SessionCommand::Start(StartSession { sign_in, wait, .. })) => {
                self.wish_to_work(*sign_in, *wait)
            }
            Command::Session(SessionCommand::Resume(ResumeSession { id, wait, .. })) => {
                let session = self.account.sessions.get(id);
                let paused = session.filter(|session| !session.is_live())?;
                self.wish_to_work(paused.sign_in, *wait)
            }
            _ => None,
        };
        wish.map(|wish| self.naive.fate(&self.account, &wish))
    }

    /// Whether the outcome of a command is that its user waits.
    fn waits(&self, command: &Command, actor: &Actor) -> bool {
        let (account, now) = (&self.account, self.now);
        match command {
            Command::SignIn(SignInCommand::SignIn(command)) => {
                let decided = command.decide(account, actor, now);
                decided.is_ok_and(|it| matches!(it.outcome, SignInOutcome::Waits(_)))
            }
            Command::Session(SessionCommand::Start(command)) => {
                let decided = command.decide(account, actor, now);
                decided.is_ok_and(|it| matches!(it.outcome, StartOutcome::Waits(_)))
            }
            Command::Session(SessionCommand::Resume(command)) => {
                let decided = command.decide(account, actor, now);
                decided.is_ok_and(|it| matches!(it.outcome, StartOutcome::Waits(_)))
            }
            _ => false,
        }
    }

    fn wish_to_sign_in<'a>(
        &'a self,
        user: UserId,
        product: &'a Product,
        device: &'a Device,
        takes_over: bool,
        waits: bool,
    ) -> Option<Wish<'a>> {
        let account = &self.account;
        let user = account.user(user)?;
        let pool = account.pool_of(user, product)?;
        let mut others: Vec<_> = account.sign_ins_of(user, product).collect();
        let is_here = others.iter().any(|sign_in| sign_in.device.id == device.id);
        if is_here || pool.rules.occupies == Occupies::Session {
            return None;
        }
        others.sort_by_key(|sign_in| (sign_in.since, sign_in.id));
        let max = pool.rules.max_devices_per_user.unwrap_or(u32::MAX);
        let too_many = (others.len() + 1).saturating_sub(usize::try_from(max).unwrap());
        let ticket = account.ticket_of(user, product);
        let wish = Wish {
            pool,
            user: user.id,
            device: device.id.reveal(),
            leaving: others.iter().take(too_many).map(|sign_in| sign_in.id).collect(),
            has_offer: ticket
                .is_some_and(|ticket| has_offer(ticket) && matches!(ticket.wanted, Wanted::SignIn { .. })),
            waits,
        };
        (too_many == 0 || takes_over).then_some(wish)
    }

    fn wish_to_work(&self, sign_in: SignInId, waits: bool) -> Option<Wish<'_>> {
        let account = &self.account;
        let sign_in = account.sign_ins.get(&sign_in)?;
        let pool = account.pool(sign_in.pool?)?;
        let user = account.user(sign_in.user)?;
        let ticket = account.ticket_of(user, &sign_in.product);
        let wish = Wish {
            pool,
            user: user.id,
            device: sign_in.device.id.reveal(),
            leaving: Vec::new(),
            has_offer: ticket.is_some_and(|ticket| {
                has_offer(ticket) && account.ticket_runs_on(ticket) == Some(sign_in.id)
            }),
            waits,
        };
        (pool.rules.occupies == Occupies::Session).then_some(wish)
    }
}

/// The account after a round trip through the snapshot's form.
fn stored_and_read(account: &Account) -> Account {
    let text = serde_json::to_string(account).unwrap();
    serde_json::from_str::<Account>(&text).unwrap().restored()
}

fn has_offer(ticket: &Ticket) -> bool {
    matches!(ticket.state, TicketState::Offered { .. })
}

/// The result of a request for a seat; `None` if the pool was not involved.
fn outcome(result: &Result<(), Refusal>, events: &[Event], waits: bool) -> Option<Fate> {
    let funded = events.iter().find_map(|event| match event {
        Event::SignIn(SignInEvent::SignedIn { funding, .. })
        | Event::Session(SessionEvent::Created { funding, .. } | SessionEvent::Resumed { funding, .. }) => {
            Some(*funding)
        }
        _ => None,
    });
    match result {
        Ok(()) if waits => Some(Fate::Waits),
        Ok(()) => match funded {
            Some(Funding::Seat) => Some(Fate::Seat),
            Some(Funding::Minutes { .. }) => Some(Fate::Minutes),
            _ => None,
        },
        Err(refusal) => match refusal.code() {
            Code::UserSeatLimit => Some(Fate::Limited),
            Code::NoSeatAvailable | Code::MinutesExhausted => Some(Fate::Full),
            _ => None,
        },
    }
}

/// Checks that nobody is logged off in a call or while a customer may still join (A2, Q4).
fn check_log_off(account: &Account, event: &Event) {
    let Event::SignIn(SignInEvent::Ended { id, reason, .. }) = event else {
        return;
    };
    let sign_in = &account.sign_ins[id];
    let mut sessions = account.sessions_of(&account.users[&sign_in.user], &sign_in.product);
    let is_idle = matches!(reason, EndReason::Inactive | EndReason::Reclaimed);
    assert!(!is_idle || !sessions.any(Session::is_live), "A2: {sign_in:?}");
}
