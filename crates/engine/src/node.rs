//! The shared state of all accounts of one engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Notify, oneshot, watch};
use usher_domain::{AccountId, Broken, Secs, Timestamp};
use usher_journal::Journal;

use crate::account::{self, Message, Resident, SavingRoom};
use crate::figures::Counters;
use crate::registry::{NotSent, Registry};
use crate::time::Time;
use crate::watch::Watch;
use crate::wheel::Wheel;
use crate::{Failure, Options, Reason};

/// When to retry after an overload.
pub(crate) const RETRY_AFTER: Secs = Secs::new(1);

/// When to retry processing what was due and failed.
const TICK_RETRY: Secs = Secs::new(1);

pub(crate) struct Node {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) time: Time,
    pub(crate) options: Options,
    pub(crate) counters: Arc<Counters>,
    pub(crate) registry: Registry,
    pub(crate) wheel: Wheel,
    /// How many tasks of accounts are running.
    pub(crate) tasks: watch::Sender<usize>,
    /// The bound on snapshots that are on their way into the journal.
    pub(crate) saving: SavingRoom,
    pub(crate) crowded: Notify,
    pub(crate) closing: AtomicBool,
    /// Whose commits somebody outside has to read.
    pub(crate) watch: Watch,
}

impl Node {
    pub(crate) fn new(journal: Arc<dyn Journal>, time: Time, options: Options) -> Self {
        Self {
            journal,
            time,
            options,
            counters: Arc::default(),
            registry: Registry::new(),
            wheel: Wheel::default(),
            tasks: watch::Sender::new(0),
            saving: SavingRoom::default(),
            crowded: Notify::new(),
            closing: AtomicBool::new(false),
            watch: Watch::default(),
        }
    }

    /// The node's time. Notices if Usher could not act since the last call.
    pub(crate) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// Counts and logs a broken invariant, or one that would have been broken: a bug in Usher.
    pub(crate) fn note_broken(&self, account: AccountId, broken: &Broken, what: &'static str) {
        self.counters.invariants_broken.increment();
        tracing::error!(%account, invariant = broken.name(), %broken, "{what}");
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Puts a message into an account's inbox, and starts the account's task if there is none. Never waits.
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

    /// Has an account process what is due, and waits for it. After a failure it is due again a little later.
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
                self.wheel.mark(account, self.now() + TICK_RETRY);
            }
        }
    }
}
