//! The engine's counters.

use std::sync::atomic::{AtomicU64, Ordering};

use usher_domain::Code;

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// What the engine has counted since it started.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Figures {
            $($(#[$doc])* pub $name: u64,)*
        }

        #[derive(Debug)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)*
            /// In the order of [`Code::ALL`].
            refusals_by_code: [Counter; Code::ALL.len()],
        }

        impl Default for Counters {
            fn default() -> Self {
                Self {
                    $($name: Counter::default(),)*
                    refusals_by_code: std::array::from_fn(|_| Counter::default()),
                }
            }
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
    /// Decided commands, including refused ones.
    commands;
    /// Commands that the rules refused.
    refusals;
    /// Commits stored.
    commits;
    /// Commits being stored now.
    commits_under_way;
    /// Commits that conflicted with another node's and were decided again.
    conflicts;
    /// Commits that the journal could not store.
    commits_failed;
    /// Commits with an unknown outcome that had to be looked up.
    commits_unknown;
    /// Times that an account was loaded from the journal.
    loads;
    /// Snapshots taken.
    snapshots;
    /// Accounts that left memory.
    evictions;
    /// Requests rejected because too many were waiting.
    inbox_overflows;
    /// Subscribers dropped because they lagged.
    subscribers_dropped;
    /// Accounts processed because something was due.
    ticks;
    /// Tasks of accounts that ended with a panic.
    panics;
    /// Invariants found broken (S1). Anything but zero is a bug in Usher.
    invariants_broken;
}

impl Counters {
    /// Counts a refusal, in all and by its code.
    pub(crate) fn refused(&self, code: Code) {
        self.refusals.increment();
        self.refusals_by_code[code as usize].increment();
    }

    /// How many refusals had this code.
    pub(crate) fn refused_with(&self, code: Code) -> u64 {
        self.refusals_by_code[code as usize].get()
    }
}

/// A counter shared by many tasks.
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
