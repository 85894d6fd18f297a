//! `FlexNet` debug logs: from the bytes of a log to the steps that a replay drives through a seat pool.
//!
//! [`read()`] parses bytes into a [`Log`], [`merge`] joins several, [`features`] lists the features. [`plan`] pairs
//! each checkout of one feature with its return and turns these sessions into [`Step`]s; a [`Tally`] counts the
//! results. This module decides nothing about seats: a driver asks its pool at each step and reports to the tally.

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

/// The use of licenses according to a log.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Every checkout, return, upgrade, denial and start of a vendor daemon, in the order of time.
    pub entries: Vec<Entry>,
    /// Whether the log has any date. Without one, times count from 1970-01-01, and only their order means anything.
    pub is_dated: bool,
    /// How many lines were read, ignored and bad.
    pub report: ReadReport,
}

/// One line about the use of licenses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The time, by the license server's wall clock, taken as UTC. Never before the previous entry.
    pub at: Timestamp,
    /// The vendor daemon that wrote the line.
    pub daemon: Arc<str>,
    /// What the line says.
    pub kind: EntryKind,
}

/// What an [`Entry`] says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// The vendor daemon started, and holds nothing for anybody.
    Started,
    /// A user checked a feature out or in, changed the number, or was denied.
    Use(Usage),
}

/// An `OUT`, `IN`, `UPGRADE` or `DENIED` line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Usage {
    /// The feature's name.
    pub feature: Arc<str>,
    /// The user who asked. Empty if the log does not say.
    pub user: Arc<str>,
    /// The computer the request came from. Empty if the log does not say.
    pub host: Arc<str>,
    /// How many licenses; at least 1.
    pub count: u32,
    /// What happened to them.
    pub action: Action,
}

/// What happened to the licenses of a [`Usage`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// They were taken.
    Out,
    /// They were returned.
    In {
        /// The log's mark if the user did not return them: `INACTIVE`, `SHUTDOWN`.
        mark: Option<Arc<str>>,
    },
    /// A checkout changed its number of licenses to [`Usage::count`].
    Upgrade {
        /// The number before.
        from: u32,
    },
    /// The request was denied.
    Denied {
        /// Whether the reason was a lack of seats, so that more licenses would have helped.
        by_limit: bool,
        /// The reason as the log words it, with its codes. Empty if the log gives none.
        reason: Arc<str>,
    },
}

/// Statistics of reading a log: each line is an entry, ignored, or bad.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReadReport {
    /// How many lines the log has.
    pub lines: u64,
    /// How many of them are entries of use.
    pub entries: u64,
    /// Lines that were read and do not concern use.
    pub ignored: Ignored,
    /// Lines that could not be read.
    pub bad: u64,
    /// The first [`BAD_SAMPLES_MAX`] of the bad lines.
    pub bad_samples: Vec<UnreadLine>,
    /// How many lines, bad or ignored, name a feature of the log but could not be read: their content is missing from
    /// all figures.
    pub unread: u64,
    /// The first [`UNREAD_MAX`] of those lines.
    pub unread_lines: Vec<UnreadLine>,
    /// Entries before the first date, or in a log without one. The former are counted back from the first date, the
    /// latter forward from 1970-01-01. latter forward from 1970-01-01.
    pub undated: u64,
    /// Lines whose clock ran backwards and that were given the time of the latest line before them.
    pub held: u64,
    /// How often another log begins within the file, because the dates go back by more than a day.
    pub cuts: u64,
    /// Whether the compressed file ends too early or is damaged. What comes before the damage was read.
    pub cut_short: bool,
}

/// Lines that were read and ignored, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// Lines with only white space.
    pub blank: u64,
    /// Lines that give the date: `TIMESTAMP`, `started on`, the date of the statistics.
    pub dates: u64,
    /// Starts of vendor daemons, and the same words while one reads its license file again.
    pub starts: u64,
    /// `UNSUPPORTED` lines: the server does not have the feature.
    pub unsupported: u64,
    /// `QUEUED` and `DEQUEUED` lines. A user who waited long enough has an `OUT` line as well.
    pub queued: u64,
    /// The daemons' own summaries (SLOG).
    pub statistics: u64,
    /// All other messages of a daemon.
    pub notices: u64,
}

impl Ignored {
    /// The sum of all kinds.
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

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadLine {
    /// The number of the line, from 1.
    pub line: u64,
    /// Why it could not be read.
    pub why: &'static str,
    /// Its beginning; characters that could affect a terminal are replaced.
    pub text: String,
}
