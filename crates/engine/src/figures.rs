//! What the engine counts.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// What the engine has counted since it started.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Figures {
            $($(#[$doc])* pub $name: u64,)*
        }

        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)*
        }

        impl Counters {
            pub(crate) fn read(&self) -> Figures {
                Figures { $($name: self.$name.get(),)* }
            }
        }
    };
}

figures! {
    /// Accounts in memory now.
    accounts_loaded;
    /// Subscribers now.
    subscribers;
    /// Commands decided, those that were refused included.
    commands;
    /// Commands that the rules refused.
    refusals;
    /// Commits stored.
    commits;
    /// Commits on their way into the journal now.
    commits_under_way;
    /// Commits that met another node's and were decided again.
    conflicts;
    /// Commits that the journal did not store.
    commits_failed;
    /// Commits whose outcome had to be looked up.
    commits_unknown;
    /// Times that an account was loaded from the journal.
    loads;
    /// Snapshots taken.
    snapshots;
    /// Accounts that left memory.
    evictions;
    /// Requests turned away because too many waited.
    inbox_overflows;
    /// Subscribers dropped because they lagged.
    subscribers_dropped;
    /// Times that what was due was done.
    ticks;
    /// Accounts whose task ended by a panic.
    panics;
    /// Times that a promise of the rules was found broken (S1). Anything but zero is a fault of Usher.
    invariants_broken;
}

/// A number that many tasks change.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn increment(&self) {
        self.add(1);
    }

    pub(crate) fn decrement(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
