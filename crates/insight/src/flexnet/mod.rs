//! `FlexNet` debug logs: from the bytes of a log to the steps that a replay drives through a seat pool.
//!
//! [`read()`] makes a [`Log`] of the bytes, [`features`] says what is in it, [`plan`] turns one feature into
//! [`Step`]s, and a [`Tally`] counts what came of them. Who decides about seats is not here: a driver asks its
//! pool at each step, keeps a [`Ledger`] of what was granted, and tells the tally.

mod calendar;
mod features;
mod line;
mod names;
mod plan;
mod read;
mod tally;
mod text;

use std::sync::Arc;

use serde::Serialize;
use usher_domain::Timestamp;

pub use features::{FeatureUse, features};
pub use plan::{Grouping, Ledger, Request, Step, StepKind, UnknownGrouping, plan};
pub use read::{BAD_SAMPLES_MAX, LINE_BYTES_MAX, ReadError, read};
pub use tally::{Count, REFUSED_MOST_MAX, Refused, Stretch, Tally};
pub use text::wall_clock;

/// What a log says about the use of licenses, in the order of its lines.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Every checkout, return and denial.
    pub entries: Vec<Entry>,
    /// Every start of a vendor daemon. A daemon that starts holds nothing for anybody.
    pub starts: Vec<DaemonStart>,
    /// How the reading went.
    pub report: ReadReport,
}

/// One `OUT`, `IN` or `DENIED` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When, by the wall clock of the license server, taken for UTC. Never before the entry above it.
    pub at: Timestamp,
    /// The number of the line, from 1.
    pub line: u64,
    /// The vendor daemon that wrote the line.
    pub daemon: Arc<str>,
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

/// What an [`Entry`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Licenses were taken.
    Out,
    /// Licenses came back.
    In {
        /// Why, where the user did not give them back: `INACTIVE`, `SHUTDOWN`.
        mark: Option<Arc<str>>,
    },
    /// Licenses were refused.
    Denied {
        /// Every license was in use. Otherwise something else stood in the way, and more licenses would not
        /// have helped.
        by_limit: bool,
        /// The reason in the words of the log, with its codes. Empty where the log gives none.
        reason: Arc<str>,
    },
}

/// A vendor daemon started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonStart {
    /// When, as in [`Entry::at`].
    pub at: Timestamp,
    /// The number of the line, from 1.
    pub line: u64,
    /// Which daemon.
    pub daemon: Arc<str>,
}

/// How the reading of a log went: each line is an entry, ignored, or bad.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReadReport {
    /// How many lines the log has.
    pub lines: u64,
    /// How many of them are entries.
    pub entries: u64,
    /// Lines that are understood and say nothing about use.
    pub ignored: Ignored,
    /// Lines that cannot be understood.
    pub bad: u64,
    /// The first [`BAD_SAMPLES_MAX`] of them.
    pub bad_samples: Vec<BadLine>,
    /// Lines with a time that stand before the first date, or in a log without any. The former are counted back
    /// from the first date, the latter forward from 1970-01-01.
    pub undated: u64,
    /// Lines whose clock ran backwards, so that they were given the time of the latest line before them.
    pub held: u64,
    /// The compressed file ends too early or is damaged: what stands before the damage was read.
    pub cut_short: bool,
}

/// Lines that are understood and ignored, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// Nothing in the line but white space.
    pub blank: u64,
    /// Lines that give the date: `TIMESTAMP`, `started on`, the date of the statistics.
    pub dates: u64,
    /// Starts of vendor daemons.
    pub starts: u64,
    /// `UNSUPPORTED`: no such feature here.
    pub unsupported: u64,
    /// `QUEUED` and `DEQUEUED`: whoever waited long enough has an `OUT` line as well.
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
}

/// A line that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// The number of the line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: &'static str,
    /// Its beginning; what could upset a terminal is replaced.
    pub text: String,
}
