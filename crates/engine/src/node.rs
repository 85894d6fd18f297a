//! What all accounts of one engine share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tokio::sync::{Notify, oneshot, watch};
use usher_domain::{AccountId, Secs, Timestamp};
use usher_journal::Journal;

use crate::account::{self, Message, Resident};
use crate::figures::Counters;
use crate::registry::{NotSent, Registry};
use crate::wheel::Wheel;
use crate::{Clock, Failure, Options, Reason};

/// When to ask again after an overload.
pub(crate) const RETRY_AFTER: Secs = Secs::new(1);

/// When to try again what was due and could not be done.
const TICK_RETRY: Secs = Secs::new(1);

/// A stretch without any turn that is taken for Usher having been away: the machine slept, or the clock was set (S11).
const STALL: Secs = Secs::new(15);

pub(crate) struct Node {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    pub(crate) counters: Arc<Counters>,
    pub(crate) registry: Registry,
    pub(crate) wheel: Wheel,
    /// How many tasks of accounts run.
    pub(crate) tasks: watch::Sender<usize>,
    pub(crate) crowded: Notify,
    pub(crate) closing: AtomicBool,
    /// When Usher was last seen at work, and since when it is without having been away.
    seen_at: AtomicI64,
    up_since: AtomicI64,
}

impl Node {
    pub(crate) fn new(journal: Arc<dyn Journal>, clock: Clock, options: Options) -> Self {
        let now = clock.now().millis();
        Self {
            journal,
            clock,
            options,
            counters: Arc::default(),
            registry: Registry::new(),
            wheel: Wheel::default(),
            tasks: watch::Sender::new(0),
            crowded: Notify::new(),
            closing: AtomicBool::new(false),
            seen_at: AtomicI64::new(now),
            up_since: AtomicI64::new(now),
        }
    }

    /// What time it is. Takes note where Usher was away since it was last asked.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        if matches!(self.clock, Clock::System) {
            let seen = Timestamp::from_millis(self.seen_at.load(Ordering::Acquire));
            if now.since(seen) > STALL {
                // Before `seen_at` moves, so that nobody sees the one without the other.
                self.up_since.fetch_max(now.millis(), Ordering::AcqRel);
                tracing::warn!(
                    away_secs = now.since(seen).get(),
                    "leases start anew after a stall"
                );
            }
            self.seen_at.fetch_max(now.millis(), Ordering::AcqRel);
        }
        now
    }

    /// Since when Usher is up without having been away.
    pub(crate) fn up_since(&self) -> Timestamp {
        Timestamp::from_millis(self.up_since.load(Ordering::Acquire))
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Puts a message into an account's inbox, and starts the account's task where none runs. Never waits.
    pub(crate) fn send(self: &Arc<Self>, account: AccountId, message: Message) -> Result<(), Failure> {
        match self.registry.send(account, message) {
            Ok(None) => Ok(()),
            Ok(Some(message)) => self.open(account, message),
            Err(refused) => Err(self.not_sent(refused)),
        }
    }

    fn open(self: &Arc<Self>, account: AccountId, message: Message) -> Result<(), Failure> {
        let loaded = *self.tasks.borrow();
        if loaded >= self.options.accounts_max {
            self.crowded.notify_one();
            return Err(self.not_sent(NotSent::Full));
        }
        if loaded >= self.options.crowded_at() {
            self.crowded.notify_one();
        }
        let opened = self
            .registry
            .send_or_open(account, message, self.options.inbox_max, || {
                Resident::new(Arc::clone(self), account)
            })
            .map_err(|refused| self.not_sent(refused))?;
        if let Some(inbox) = opened {
            account::spawn(Arc::clone(self), account, inbox);
        }
        Ok(())
    }

    fn not_sent(&self, refused: NotSent) -> Failure {
        match refused {
            NotSent::Full => {
                self.counters.inbox_overflows.increment();
                Failure::Overloaded {
                    retry_after: RETRY_AFTER,
                }
            }
            NotSent::Closed => Failure::Unavailable(Reason::ShuttingDown),
        }
    }

    /// Has an account do what is due, and waits for it. What fails is due again a little later.
    pub(crate) async fn tick(self: Arc<Self>, account: AccountId) {
        let (reply, answer) = oneshot::channel();
        let sent = self.send(account, Message::Tick(reply));
        let result = match sent {
            Ok(()) => answer
                .await
                .unwrap_or(Err(Failure::Unavailable(Reason::OutcomeUnknown))),
            Err(failure) => Err(failure),
        };
        match result {
            Ok(()) | Err(Failure::NoAccount | Failure::Unavailable(Reason::ShuttingDown)) => {}
            Err(failure) => {
                tracing::warn!(%account, error = %failure, "what was due could not be done and is tried again");
                self.wheel.mark(account, self.clock.now() + TICK_RETRY);
            }
        }
    }
}
