//! A server without its router, on a journal in memory, with a clock that is moved by hand.

use std::sync::Arc;

use usher_app::{App, Config};
use usher_domain::{AccountId, Actor, Command, Timestamp, UserId};
use usher_engine::{Cause, Clock, Engine, ManualClock, Options, Request};
use usher_identity::{HashingShare, Identity, PasswordLife, draw_bits};
use usher_journal::MemoryJournal;

use crate::NewUser;

/// When a [`Server`] starts, a Monday morning: 2026-11-23T09:00:00Z.
pub const START: Timestamp = Timestamp::from_millis(1_795_424_400_000);

/// Everything that the API and the portal share. The router is the test's, so that tests of the one need not compile
/// the other.
#[derive(Clone)]
pub struct Server {
    /// The use cases, from which a router is made.
    pub app: Arc<App>,
    /// The engine of `app`.
    pub engine: Engine,
    /// The engine's clock.
    pub clock: ManualClock,
    /// The engine's journal.
    pub journal: MemoryJournal,
    /// The credentials of `app`.
    pub identity: Identity,
}

impl Server {
    /// A server without accounts or operator keys.
    pub async fn start(config: Config) -> Self {
        let journal = MemoryJournal::new();
        let clock = ManualClock::new(START);
        let port = Arc::new(journal.clone());
        let engine = Engine::start(port.clone(), Clock::Manual(clock.clone()), Options::default());
        let engine = engine.await.unwrap();
        let identity = Identity::in_memory().unwrap();
        let app = App::new(engine.clone(), identity.clone(), port, config);
        Self {
            app,
            engine,
            clock,
            journal,
            identity,
        }
    }

    /// Executes a command as the operator, which must succeed.
    pub async fn give(&self, account: AccountId, command: Command) {
        let request = Request {
            actor: Actor::Operator,
            cause: Cause::from("test"),
            command,
        };
        let given = self.engine.execute(account, request, |_, (), _| ()).await;
        given.unwrap();
    }

    /// Creates a user, with the password that was given if any.
    pub async fn admit(&self, account: AccountId, user: NewUser) {
        if let Some(password) = &user.password {
            self.store_password(account, user.id(), password).await;
        }
        self.give(account, user.command()).await;
    }

    async fn store_password(&self, account: AccountId, user: UserId, password: &str) {
        let (share, password) = (HashingShare::default(), password.to_owned());
        let hash = self
            .identity
            .hash_password(share, password, Vec::new())
            .await
            .unwrap();
        let staged = self
            .identity
            .stage_password(account, user, &hash, PasswordLife::Lasting);
        staged.await.unwrap();
    }

    /// The bits of a new id.
    pub fn draw_bits(&self) -> u128 {
        draw_bits(self.engine.now()).unwrap()
    }
}
