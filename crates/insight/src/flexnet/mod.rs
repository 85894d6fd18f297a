//! `FlexNet` debug logs: from the bytes of a log to the steps that a replay drives through a seat pool.
//!
//! [`read()`] makes a [`Log`] of the bytes, [`merge`] one of several, [`features`] says what is in it. [`plan`] pairs
//! each checkout of one feature with its return and gives the [`Step`]s of these sessions, and a [`Tally`] counts what
//! came of them. Who decides about seats is not here: a driver asks its pool at each step and tells the tally.

mod calendar;
mod features;
mod line;
mod merge;
mod names;
mod plan;
mod read;
mod reading;
mod tally;
mod text;

use std::sync::Arc;

use serde::Serialize;
use usher_domain::Timestamp;

pub use features::{FeatureUse, features};
pub use merge::{NoDates, merge};
pub use plan::{Grouping, Request, ShrinkCause, Step, StepKind, UnknownGrouping, plan};
pub use read::{LINE_BYTES_MAX, ReadError, read};
pub use reading::{BAD_SAMPLES_MAX, UNREAD_MAX};
pub use tally::{Count, Episodes, REFUSED_MOST_MAX, RETRY_WITHIN, Refused, Stretch, Tally};
pub use text::wall_clock;

/// What a log says about the use of licenses.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Every checkout, return, upgrade, denial and start of a vendor daemon, in the order of time.
    pub entries: Vec<Entry>,
    /// Whether the log has any date. Without one, times count from 1970-01-01 and only their order means anything.
    pub is_dated: bool,
    /// How the reading went.
    pub report: ReadReport,
}

/// One line that tells of use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// When, by the wall clock of the license server, taken for UTC. Never before the entry above it.
    pub at: Timestamp,
    /// The vendor daemon that wrote the line.
    pub daemon: Arc<str>,
    /// What the line tells.
    pub kind: EntryKind,
}

/// What an [`Entry`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// The vendor daemon started, and holds nothing for anybody.
    Started,
    /// Somebody used a feature, or wanted to.
    Use(Usage),
}

/// An `OUT`, `IN`, `UPGRADE` or `DENIED` line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Usage {
    /// What is licensed.
    pub feature: Arc<str>,
    /// Who asked. Empty where the log does not say.
    pub user: Arc<str>,
    /// From which computer. Empty where the log does not say.
    pub host: Arc<str>,
    /// How many licenses at once; at least 1.
    pub count: u32,
    /// What happened.
    pub action: Action,
}

/// What happened to the licenses of a [`Usage`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// They were taken.
    Out,
    /// They came back.
    In {
        /// Why, where the user did not give them back: `INACTIVE`, `SHUTDOWN`.
        mark: Option<Arc<str>>,
    },
    /// A checkout changed its number of licenses to [`Usage::count`].
    Upgrade {
        /// How many it had before.
        from: u32,
    },
    /// They were refused.
    Denied {
        /// For want of seats: more licenses would have helped. Otherwise something else was in the way.
        by_limit: bool,
        /// The reason in the words of the log, with its codes. Empty where the log gives none.
        reason: Arc<str>,
    },
}

/// How the reading of a log went: each line is an entry, ignored, or bad.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReadReport {
    /// How many lines the log has.
    pub lines: u64,
    /// How many of them are entries of use.
    pub entries: u64,
    /// Lines that are understood and say nothing about use.
    pub ignored: Ignored,
    /// Lines that cannot be understood.
    pub bad: u64,
    /// The first [`BAD_SAMPLES_MAX`] of them.
    pub bad_samples: Vec<UnreadLine>,
    /// How many lines, bad or ignored, name a feature of the log in a way that is not understood: what they say is
    /// missing from all figures.
    pub unread: u64,
    /// The first [`UNREAD_MAX`] of them.
    pub unread_lines: Vec<UnreadLine>,
    /// Entries before the first date, or in a log without any. The former are counted back from the first date, the
    /// latter forward from 1970-01-01.
    pub undated: u64,
    /// Lines whose clock ran backwards, so that they were given the time of the latest line before them.
    pub held: u64,
    /// How often another log begins within the file: the dates go back by more than a day.
    pub cuts: u64,
    /// The compressed file ends too early or is damaged: what comes before the damage was read.
    pub cut_short: bool,
}

/// Lines that are understood and ignored, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// Nothing in the line but white space.
    pub blank: u64,
    /// Lines that give the date: `TIMESTAMP`, `started on`, the date of the statistics.
    pub dates: u64,
    /// Starts of vendor daemons, and the same words while one reads its license file again.
    pub starts: u64,
    /// `UNSUPPORTED`: no such feature here.
    pub unsupported: u64,
    /// `QUEUED` and `DEQUEUED`: a user who waited long enough has an `OUT` line as well.
    pub queued: u64,
    /// The daemons' summaries of themselves (SLOG).
    pub statistics: u64,
    /// Everything else that a daemon says.
    pub notices: u64,
}

impl Ignored {
    /// How many lines of all kinds.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.blank
            + self.dates
            + self.starts
            + self.unsupported
            + self.queued
            + self.statistics
            + self.notices
    }

    const fn add(&mut self, other: Self) {
        self.blank += other.blank;
        self.dates += other.dates;
        self.starts += other.starts;
        self.unsupported += other.unsupported;
        self.queued += other.queued;
        self.statistics += other.statistics;
        self.notices += other.notices;
    }
}

/// A line that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadLine {
    /// The number of the line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: &'static str,
    /// Its beginning; what could upset a terminal is replaced.
    pub text: String,
}
