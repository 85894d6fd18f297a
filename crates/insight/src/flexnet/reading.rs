//! Collects the lines of a file into a log.

use std::collections::HashSet;
use std::sync::Arc;

use super::calendar::{self, Stamp};
use super::line::{Deed, Line, Said, Use};
use super::merge::in_order;
use super::names::Names;
use super::text::decode;
use super::{Action, Entry, EntryKind, Log, ReadReport, UnreadLine, Usage};

/// How many bad lines a report shows.
pub const BAD_SAMPLES_MAX: usize = 5;
/// The most lines that a report lists because they name a feature but could not be read.
pub const UNREAD_MAX: usize = 1_000;
/// The most lines kept for a second look once all features of the log are known.
const DOUBTFUL_MAX: usize = 20_000;
const SAMPLE_CHARS_MAX: usize = 160;

/// A log being read: its times are known only after the last line.
#[derive(Default)]
pub(super) struct Reading {
    report: ReadReport,
    names: Names,
    features: HashSet<Arc<str>>,
    stamps: Vec<Stamp>,
    /// What each entry says, with its daemon and the index of its stamp.
    entries: Vec<(usize, Arc<str>, EntryKind)>,
    /// Vendor daemons that are reading their license file again. They start nothing, and what is checked out stays so.
    rereading: HashSet<Arc<str>>,
    /// Lines that may name a feature but could not be read.
    doubtful: Vec<UnreadLine>,
}

impl Reading {
    pub(super) const fn has_lines(&self) -> bool {
        self.report.lines > 0
    }

    pub(super) const fn note_cut_short(&mut self) {
        self.report.cut_short = true;
    }

    pub(super) fn line(&mut self, bytes: &[u8]) {
        let first = !self.has_lines();
        let bytes = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .filter(|_| first)
            .unwrap_or(bytes);
        let text = decode(bytes.strip_suffix(b"\r").unwrap_or(bytes));
        match Line::parse(&text) {
            Line::Blank => {
                self.report.lines += 1;
                self.report.ignored.blank += 1;
            }
            Line::Bad(why) => self.bad(why, &text),
            Line::Said {
                clock,
                day,
                daemon,
                what,
            } => {
                self.stamps.push(Stamp { clock, day });
                self.said(daemon, &what, &text);
            }
        }
    }

    pub(super) fn bad(&mut self, why: &'static str, text: &str) {
        self.report.lines += 1;
        self.report.bad += 1;
        let line = self.unread(why, text);
        if self.report.bad_samples.len() < BAD_SAMPLES_MAX {
            self.report.bad_samples.push(line.clone());
        }
        self.doubt(line);
    }

    fn said(&mut self, daemon: &str, what: &Said<'_>, text: &str) {
        if let Said::Bad(why) = what {
            return self.bad(why, text);
        }
        self.report.lines += 1;
        let ignored = &mut self.report.ignored;
        match what {
            Said::Use(usage) => self.usage(daemon, usage),
            Said::Started => {
                ignored.starts += 1;
                self.started(daemon);
            }
            Said::Day(_) => ignored.dates += 1,
            Said::Unsupported => ignored.unsupported += 1,
            Said::Queued => ignored.queued += 1,
            Said::Statistics => ignored.statistics += 1,
            Said::Rereading => {
                ignored.notices += 1;
                let daemon = self.names.get(daemon);
                self.rereading.insert(daemon);
            }
            Said::Reread => {
                ignored.notices += 1;
                self.rereading.remove(daemon);
            }
            Said::Notice | Said::Bad(_) => {
                ignored.notices += 1;
                // A message after the license manager has started the daemon belongs to that start, not to a reread.
                if daemon == "lmgrd"
                    && (text.contains("tarting vendor daemon") || text.contains(") Started "))
                {
                    self.rereading.clear();
                }
                if is_about_a_feature(text) {
                    let line = self.unread("not understood", text);
                    self.doubt(line);
                }
            }
        }
    }

    fn usage(&mut self, daemon: &str, usage: &Use<'_>) {
        let remark = usage.remark.map(|remark| self.names.get(remark));
        let action = match usage.deed {
            Deed::Out => Action::Out,
            Deed::In => Action::In { mark: remark },
            Deed::Upgrade { from } => Action::Upgrade { from },
            Deed::Denied => Action::Denied {
                by_limit: usage.is_for_lack_of_seats(),
                reason: remark.unwrap_or_else(|| Arc::from("")),
            },
        };
        self.report.entries += 1;
        let feature = self.names.get(usage.feature);
        self.features.insert(Arc::clone(&feature));
        let usage = Usage {
            feature,
            user: self.names.get(usage.user),
            host: self.names.get(usage.host),
            count: usage.count,
            action,
        };
        self.entry(daemon, EntryKind::Use(usage));
    }

    fn started(&mut self, daemon: &str) {
        if !self.rereading.contains(daemon) {
            self.entry(daemon, EntryKind::Started);
        }
    }

    fn entry(&mut self, daemon: &str, kind: EntryKind) {
        let daemon = self.names.get(daemon);
        self.entries.push((self.stamps.len() - 1, daemon, kind));
    }

    /// The line that was counted last.
    fn unread(&self, why: &'static str, text: &str) -> UnreadLine {
        UnreadLine {
            line: self.report.lines,
            why,
            text: text.trim().chars().take(SAMPLE_CHARS_MAX).collect(),
        }
    }

    fn doubt(&mut self, line: UnreadLine) {
        if self.doubtful.len() < DOUBTFUL_MAX {
            self.doubtful.push(line);
        }
    }

    pub(super) fn finish(mut self) -> Log {
        let dated = calendar::date(&self.stamps);
        let is_undated = |entry: &&(usize, Arc<str>, EntryKind)| {
            entry.0 < dated.undated && matches!(entry.2, EntryKind::Use(_))
        };
        let undated = self.entries.iter().filter(is_undated).count();
        self.report.undated = u64::try_from(undated).unwrap_or(u64::MAX);
        self.report.held = dated.held;
        self.report.cuts = u64::try_from(dated.cuts.len()).unwrap_or(u64::MAX);
        for line in self.doubtful {
            if names_one_of(&line.text, &self.features) {
                self.report.unread += 1;
                if self.report.unread_lines.len() < UNREAD_MAX {
                    self.report.unread_lines.push(line);
                }
            }
        }
        let mut parts = vec![Vec::new(); dated.cuts.len() + 1];
        for (stamp, daemon, kind) in self.entries {
            let part = dated.cuts.partition_point(|cut| *cut <= stamp);
            parts[part].push(Entry {
                at: dated.times[stamp],
                daemon,
                kind,
            });
        }
        Log {
            entries: in_order(parts),
            is_dated: dated.undated < self.stamps.len() || self.stamps.is_empty(),
            report: self.report,
        }
    }
}

/// Whether a daemon says something of the form `WORD: …`, or with something in quotes. Lists of features, as after
/// `Server started on`, are neither.
fn is_about_a_feature(text: &str) -> bool {
    let message = text
        .split_once(')')
        .map_or(text, |(_, message)| message)
        .trim_start();
    let word = message.split_once(':').map_or("", |(word, _)| word);
    let is_keyword = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    is_keyword || message.contains('"')
}

/// Whether one of the features is a word of the text, or appears there in quotes.
fn names_one_of(text: &str, features: &HashSet<Arc<str>>) -> bool {
    let is_in_word = |letter: char| letter.is_alphanumeric() || "_-.+".contains(letter);
    let mut words = text.split(|letter: char| !is_in_word(letter));
    words.any(|word| features.contains(word)) || text.split('"').any(|quoted| features.contains(quoted))
}
