//! The inboxes of the accounts in memory.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::mpsc::{self, Receiver, Sender, error::TrySendError};
use tokio::sync::{Mutex, OwnedMutexGuard};
use usher_domain::AccountId;

use crate::account::{Message, Resident};
use crate::seats::{SeatsByProduct, SeatsInMemory};

/// Locks are per shard, so that accounts rarely wait for one another.
const SHARDS: usize = 64;

/// All inboxes. Messages are sent under a shard's read lock and inboxes are removed under its write lock, so no message
/// is ever sent to an account that has left.
pub(crate) struct Registry {
    shards: Vec<RwLock<Shard>>,
    generations: AtomicU64,
    /// Counts sweeps, by which the time since an inbox was last used is measured.
    sweep: AtomicU64,
}

#[derive(Default)]
struct Shard {
    slots: HashMap<AccountId, Slot>,
    closed: bool,
}

struct Slot {
    inbox: Sender<Message>,
    resident: Arc<Mutex<Resident>>,
    generation: u64,
    used: AtomicU64,
    /// As last seen: while somebody works on the account, monitoring does not wait for it.
    seats: std::sync::Mutex<SeatsByProduct>,
}

/// A new inbox: its task has to be started.
pub(crate) struct NewInbox {
    pub(crate) receiver: Receiver<Message>,
    pub(crate) resident: Arc<Mutex<Resident>>,
    pub(crate) generation: u64,
}

/// Why a message was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSent {
    Full,
    Closed,
}

/// An inbox and the sweep in which it was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) sweep: u64,
    pub(crate) account: AccountId,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self {
            shards: std::iter::repeat_with(RwLock::default).take(SHARDS).collect(),
            generations: AtomicU64::new(0),
            sweep: AtomicU64::new(0),
        }
    }

    /// The account to work on, if it is in memory and nobody works on it or waits for it. An account leaves memory
    /// under its own lock and the shard's, so the returned one has not left.
    pub(crate) fn enter(&self, account: AccountId) -> Option<OwnedMutexGuard<Resident>> {
        let shard = self.shard(account).read().unwrap_or_else(PoisonError::into_inner);
        let slot = shard.slots.get(&account)?;
        if slot.inbox.capacity() < slot.inbox.max_capacity() {
            return None;
        }
        let resident = Arc::clone(&slot.resident).try_lock_owned().ok()?;
        slot.note_use(self.sweep.load(Ordering::Relaxed));
        Some(resident)
    }

    /// Puts a message into the account's inbox; returns it if the account has none.
    pub(crate) fn send(&self, account: AccountId, message: Message) -> Result<Option<Message>, NotSent> {
        let shard = self.shard(account).read().unwrap_or_else(PoisonError::into_inner);
        if shard.closed {
            return Err(NotSent::Closed);
        }
        match shard.slots.get(&account) {
            Some(slot) => slot.send(message, self.sweep.load(Ordering::Relaxed)),
            None => Ok(Some(message)),
        }
    }

    /// Puts a message into the account's inbox, which is created if there is none.
    pub(crate) fn send_or_open(
        &self,
        account: AccountId,
        message: Message,
        inbox_max: usize,
        make: impl FnOnce() -> Resident,
    ) -> Result<Option<NewInbox>, NotSent> {
        let sweep = self.sweep.load(Ordering::Relaxed);
        let mut shard = self
            .shard(account)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if shard.closed {
            return Err(NotSent::Closed);
        }
        let message = match shard.slots.get(&account) {
            Some(slot) => match slot.send(message, sweep)? {
                Some(message) => message,
                None => return Ok(None),
            },
            None => message,
        };
        let (inbox, receiver) = mpsc::channel(inbox_max.max(1));
        let resident = Arc::new(Mutex::new(make()));
        let slot = Slot {
            inbox,
            resident: Arc::clone(&resident),
            generation: self.generations.fetch_add(1, Ordering::Relaxed),
            used: AtomicU64::new(sweep),
            seats: std::sync::Mutex::default(),
        };
        let generation = slot.generation;
        slot.send(message, sweep)?;
        shard.slots.insert(account, slot);
        Ok(Some(NewInbox {
            receiver,
            resident,
            generation,
        }))
    }

    /// Removes an inbox, unless it has a message or has been replaced.
    pub(crate) fn close_if_empty(
        &self,
        account: AccountId,
        generation: u64,
        receiver: &Receiver<Message>,
    ) -> bool {
        let mut shard = self
            .shard(account)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if !receiver.is_empty() {
            return false;
        }
        shard.remove(account, generation);
        true
    }

    /// Removes the inbox of a task that has ended.
    pub(crate) fn remove(&self, account: AccountId, generation: u64) {
        let mut shard = self
            .shard(account)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        shard.remove(account, generation);
    }

    /// Accepts no more messages. The tasks end when they have emptied their inboxes.
    pub(crate) fn close(&self) {
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.closed = true;
            shard.slots.clear();
        }
    }

    /// Begins another sweep and returns its number with all inboxes.
    pub(crate) fn sweep(&self) -> (u64, Vec<Use>) {
        let sweep = self.sweep.fetch_add(1, Ordering::Relaxed) + 1;
        let mut uses = Vec::new();
        for shard in &self.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            uses.extend(shard.slots.iter().map(|(account, slot)| Use {
                sweep: slot.used.load(Ordering::Relaxed),
                account: *account,
            }));
        }
        (sweep, uses)
    }

    /// The seats of all accounts in memory, and those of each account of `named` by itself.
    pub(crate) fn seats(&self, named: &BTreeSet<AccountId>) -> SeatsInMemory {
        let mut seats = SeatsInMemory::default();
        for shard in &self.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            for (account, slot) in &shard.slots {
                let mut seen = slot.seats.lock().unwrap_or_else(PoisonError::into_inner);
                if let Ok(resident) = slot.resident.try_lock() {
                    *seen = resident.seats();
                }
                seats.add(*account, &seen, named);
            }
        }
        seats
    }

    fn shard(&self, account: AccountId) -> &RwLock<Shard> {
        // The low bits of an id are its random ones.
        let low = usize::try_from(account.bits() % (SHARDS as u128)).unwrap_or(0);
        &self.shards[low]
    }
}

impl Slot {
    fn note_use(&self, sweep: u64) {
        if self.used.load(Ordering::Relaxed) != sweep {
            self.used.store(sweep, Ordering::Relaxed);
        }
    }

    fn send(&self, message: Message, sweep: u64) -> Result<Option<Message>, NotSent> {
        let is_use = message.is_use();
        match self.inbox.try_send(message) {
            Ok(()) => {
                if is_use {
                    self.note_use(sweep);
                }
                Ok(None)
            }
            Err(TrySendError::Full(_)) => Err(NotSent::Full),
            // The task has panicked; opening the inbox again starts a new one.
            Err(TrySendError::Closed(message)) => Ok(Some(message)),
        }
    }
}

impl Shard {
    fn remove(&mut self, account: AccountId, generation: u64) {
        if self
            .slots
            .get(&account)
            .is_some_and(|slot| slot.generation == generation)
        {
            self.slots.remove(&account);
        }
    }
}
