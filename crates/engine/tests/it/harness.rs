//! A help desk with one pool, on one or more nodes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use usher_domain::command::{Heartbeat, SignInOutcome, SignUserIn};
use usher_domain::{
    Account, AccountId, Actor, Command, Execute, Secs, SignInId, TicketId, Timestamp, TopUpId,
};
use usher_engine::{Clock, Engine, Failure, ManualClock, Options, Request};
use usher_journal::{Authenticator, Journal, MemoryJournal};
use usher_testkit::{self as kit, HelpDesk};
pub(crate) use usher_testkit::{ACCOUNT, POOL, agent as user, product};

/// 2026-06-01T09:00:00Z.
pub(crate) const MORNING: Timestamp = Timestamp::from_millis(1_780_304_400_000);

/// Lets `time` pass on tokio's clock, which the test has paused: the runtime skips ahead as soon as all tasks are idle.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// One node.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) journal: MemoryJournal,
    pub(crate) clock: ManualClock,
    ids: Arc<AtomicU32>,
}

/// The result of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrived {
    SignedIn(SignInId),
    Waits(TicketId),
}

/// A request with a unique cause.
pub(crate) fn request<C>(command: C) -> Request<C> {
    static REQUESTS: AtomicU32 = AtomicU32::new(0);
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
    Request {
        actor: Actor::Operator,
        cause: usher_engine::Cause::read(&format!("test {number}")),
        command,
    }
}

impl Desk {
    /// An engine on an empty journal.
    pub(crate) async fn empty() -> Self {
        Self::on(
            MemoryJournal::new(),
            ManualClock::new(MORNING),
            Options::default(),
        )
        .await
    }

    pub(crate) async fn on(journal: MemoryJournal, clock: ManualClock, options: Options) -> Self {
        let port: Arc<dyn Journal> = Arc::new(journal.clone());
        Self {
            engine: Engine::start(port, Clock::Manual(clock.clone()), options)
                .await
                .unwrap(),
            journal,
            clock,
            ids: Arc::new(AtomicU32::new(1)),
        }
    }

    /// A help desk whose pool has `seats` seats for `users` users.
    pub(crate) async fn with_pool(seats: u32, users: u32) -> Self {
        Self::empty().await.furnished(seats, users).await
    }

    pub(crate) async fn furnished(self, seats: u32, users: u32) -> Self {
        self.furnish(ACCOUNT, seats, users).await;
        self
    }

    pub(crate) async fn furnish(&self, account: AccountId, seats: u32, users: u32) {
        let desk = HelpDesk::of(account, "Help desk").pool(seats).agents(users);
        for command in desk.commands() {
            self.execute_on(account, command).await.unwrap();
        }
    }

    /// Another node on the same store, with the same clock.
    pub(crate) async fn another_node(&self) -> Self {
        let mut other = Self::on(
            self.journal.another_node(),
            self.clock.clone(),
            Options::default(),
        )
        .await;
        other.ids = Arc::clone(&self.ids);
        other
    }

    pub(crate) async fn execute<C: Execute>(&self, command: C) -> Result<C::Outcome, Failure>
    where
        C::Outcome: Clone + Send,
    {
        self.execute_on(ACCOUNT, command).await
    }

    pub(crate) async fn execute_on<C: Execute>(
        &self,
        account: AccountId,
        command: C,
    ) -> Result<C::Outcome, Failure>
    where
        C::Outcome: Clone + Send,
    {
        self.engine
            .execute(account, request(command), |_, outcome, _| outcome.clone())
            .await
    }

    /// Signs a user in, or queues them.
    pub(crate) async fn arrive(&self, number: u32, wait: bool) -> Result<Arrived, Failure> {
        let id = SignInId::from_bits(u128::from(self.ids.fetch_add(1, Ordering::Relaxed)));
        Ok(match self.execute(sign_in(number, id, wait)).await? {
            SignInOutcome::In { ids, .. } => Arrived::SignedIn(ids.first),
            SignInOutcome::Waits(id) => Arrived::Waits(id),
        })
    }

    pub(crate) async fn sign_in(&self, number: u32) -> Result<SignInId, Failure> {
        match self.arrive(number, false).await? {
            Arrived::SignedIn(id) => Ok(id),
            Arrived::Waits(id) => panic!("{id} waits without having asked to"),
        }
    }

    pub(crate) async fn sign_out(&self, sign_in: SignInId) -> Result<(), Failure> {
        self.execute(kit::sign_out(sign_in)).await
    }

    pub(crate) async fn heartbeat(&self, sign_in: SignInId) -> Result<Secs, Failure> {
        let heartbeat = Heartbeat {
            sign_in,
            active: false,
        };
        self.engine
            .heartbeat(ACCOUNT, Actor::SignIn(sign_in), "test".into(), heartbeat)
            .await
    }

    pub(crate) async fn occupied(&self) -> u32 {
        self.read(|account| account.pool(POOL).unwrap().occupied()).await
    }

    pub(crate) async fn read<T: Send + 'static>(&self, view: impl Fn(&Account) -> T + Send + 'static) -> T {
        self.engine
            .read(ACCOUNT, move |account, _| view(account))
            .await
            .unwrap()
    }

    /// The account in the node's memory.
    pub(crate) async fn state(&self) -> Account {
        self.read(Account::clone).await
    }

    /// The account as replayed from its commits.
    pub(crate) async fn replayed(&self) -> Account {
        let loaded = self.journal.another_node().load(ACCOUNT).await.unwrap().unwrap();
        usher_engine::replay::fold(&loaded, &Authenticator::unkeyed())
            .unwrap()
            .account
            .unwrap()
    }

    /// How many commits the account has.
    pub(crate) async fn commits(&self) -> u64 {
        let journal = self.journal.another_node();
        journal.load(ACCOUNT).await.unwrap().unwrap().head().0.get()
    }
}

/// The stored form of a state, for comparisons.
pub(crate) fn stored(account: &Account) -> serde_json::Value {
    serde_json::to_value(account).unwrap()
}

/// A new top-up.
pub(crate) fn add_minutes(minutes: u32) -> Command {
    static TOP_UPS: AtomicU32 = AtomicU32::new(0);
    let id = TopUpId::from_bits(u128::from(TOP_UPS.fetch_add(1, Ordering::Relaxed)));
    kit::add_minutes(id, minutes)
}

pub(crate) fn sign_in(number: u32, id: SignInId, wait: bool) -> SignUserIn {
    let laptop = kit::device(&format!("device-{number}"), "Laptop");
    kit::sign_in(user(number), id, laptop).wait(wait).with_outcome()
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}
