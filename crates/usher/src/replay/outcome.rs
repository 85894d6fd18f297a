//! The results of a replay.

use serde::Serialize;
use usher_insight::flexnet::{Count, Grouping, ReadReport, UnreadLine, wall_clock};

use super::input::{FileReport, Input};
use super::listing::is_one;
use crate::terminal::{WARNING, bold, dim};
use crate::words::{duration, grouped, plural, share};
use crate::{Failure, Terminal};

/// The most users named as refused most often.
const NAMED_MAX: usize = 5;
/// The most unreadable lines shown with their text; of the others, only the numbers.
const SHOWN_MAX: usize = 20;

/// The figures of a replay, with what was replayed.
#[derive(Serialize)]
pub(super) struct Outcome<'a> {
    log: &'a str,
    feature: &'a str,
    group: Grouping,
    #[serde(flatten)]
    count: &'a Count,
    read: &'a ReadReport,
    #[serde(skip_serializing_if = "is_one")]
    files: &'a [FileReport],
}

impl<'a> Outcome<'a> {
    /// The figures of a replay of `feature`.
    pub(super) fn new(input: &'a Input, feature: &'a str, group: Grouping, count: &'a Count) -> Self {
        Self {
            log: &input.name,
            feature,
            group,
            count,
            read: &input.log.report,
            files: &input.files,
        }
    }

    /// Prints the figures as one JSON object.
    pub(super) fn json(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        Ok(terminal.print_json(self)?)
    }

    /// Prints the figures as text.
    pub(super) fn text(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        let count = self.count;
        let seats = plural(count.seats.into(), "seat", "seats");
        let out = terminal.out();
        writeln!(
            out,
            "{} in {} with {seats}, {}",
            bold(self.feature),
            self.log,
            self.grouping()
        )?;
        if let (Some(first), Some(last)) = (count.first, count.last) {
            writeln!(
                out,
                "{}",
                dim(format!("{} to {}", wall_clock(first), wall_clock(last)))
            )?;
        }
        writeln!(out)?;
        for (label, value) in self.rows().into_iter().flatten() {
            writeln!(out, "  {label:<16}{value}")?;
        }
        if let Some(most) = self.refused_most() {
            writeln!(out, "  {:<16}{most}", "Refused most")?;
        }
        tell_about_reading(self.files, terminal)
    }

    fn grouping(&self) -> &'static str {
        match self.group {
            Grouping::None => "one for each checkout",
            Grouping::Host => "one for each host",
            Grouping::User => "one for each user",
        }
    }

    fn rows(&self) -> [Option<(&'static str, String)>; 7] {
        let count = self.count;
        let episodes = count.episodes.map_or_else(String::new, |of| {
            format!(", in {}", plural(of.all, "episode", "episodes"))
        });
        let peak = format!(
            "{} of {}",
            grouped(count.peak.into()),
            grouped(count.seats.into())
        );
        let nothing = match count.gave_back_nothing {
            0 => String::new(),
            times => format!(
                "; {} of licenses whose checkout is not in the log",
                plural(times, "return was", "returns were")
            ),
        };
        [
            Some(("Attempts", format!("{}{episodes}", grouped(count.attempts)))),
            Some(("Granted", grouped(count.granted))),
            Some(("Refused", self.refused())),
            Some(("Peak", peak)),
            self.full().map(|full| ("All seats taken", full)),
            Some((
                "Given back",
                format!("{} times{nothing}", grouped(count.gave_back)),
            )),
            Some(("Users", grouped(count.users))),
        ]
    }

    fn refused(&self) -> String {
        let count = self.count;
        if count.refused == 0 {
            return "0".to_owned();
        }
        let episodes = count.episodes.map_or_else(String::new, |of| {
            format!(
                ", in {}; in {} of them nothing was granted",
                plural(of.refused, "episode", "episodes"),
                grouped(of.never_granted)
            )
        });
        format!(
            "{} ({}){episodes}",
            grouped(count.refused),
            share(count.refused, count.attempts)
        )
    }

    /// The line about full stretches; `None` if the log has no dates.
    fn full(&self) -> Option<String> {
        let in_all = self.count.secs_at_limit?;
        let full = self.count.longest_full.map_or_else(
            || "never".to_owned(),
            |longest| {
                format!(
                    "{} in all, at most {} without a break, from {}",
                    duration(in_all),
                    duration(longest.secs),
                    wall_clock(longest.from)
                )
            },
        );
        Some(full)
    }

    fn refused_most(&self) -> Option<String> {
        let named = self.count.refused_most.iter().take(NAMED_MAX);
        let named: Vec<String> = named
            .map(|of| {
                let user = if of.user.is_empty() { "unknown" } else { &of.user };
                format!("{user} {}", grouped(of.times))
            })
            .collect();
        (!named.is_empty()).then(|| named.join(", "))
    }
}

/// Reports the lines that could not be read, and how reliable the times are.
pub(super) fn tell_about_reading(files: &[FileReport], terminal: &mut Terminal) -> Result<(), Failure> {
    for FileReport { log, is_dated, read } in files {
        let file = if is_one(files) {
            String::new()
        } else {
            format!("{log}: ")
        };
        tell_about_lines(&file, read, terminal)?;
        if *is_dated {
            tell_about_times(&file, read, terminal)?;
        } else {
            writeln!(
                terminal.err(),
                "{WARNING} {file}The log has no dates, so there are no figures of time."
            )?;
        }
    }
    Ok(())
}

fn tell_about_lines(file: &str, read: &ReadReport, terminal: &mut Terminal) -> Result<(), Failure> {
    if read.bad > 0 {
        let lines = plural(read.bad, "line", "lines");
        let of = grouped(read.lines);
        writeln!(
            terminal.err(),
            "{WARNING} {file}{lines} of {of} could not be read:"
        )?;
        list(&read.bad_samples, read.bad, terminal)?;
    }
    if read.unread > 0 {
        let lines = plural(read.unread, "line names", "lines name");
        writeln!(
            terminal.err(),
            "{WARNING} {file}{lines} a feature but could not be read, and no figure counts them:"
        )?;
        list(&read.unread_lines, read.unread, terminal)?;
    }
    if read.cut_short {
        writeln!(
            terminal.err(),
            "{WARNING} {file}The compressed file ends too early. Everything before that was read."
        )?;
    }
    Ok(())
}

/// Prints the known lines of `all`.
fn list(lines: &[UnreadLine], all: u64, terminal: &mut Terminal) -> Result<(), Failure> {
    let err = terminal.err();
    for unread in lines.iter().take(SHOWN_MAX) {
        writeln!(err, "  line {}: {}: {}", unread.line, unread.why, unread.text)?;
    }
    let others: Vec<String> = lines
        .iter()
        .skip(SHOWN_MAX)
        .map(|unread| unread.line.to_string())
        .collect();
    if !others.is_empty() {
        writeln!(err, "  and lines {}", others.join(", "))?;
    }
    let listed = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    if all > listed {
        writeln!(err, "  and {} more", grouped(all - listed))?;
    }
    Ok(())
}

fn tell_about_times(file: &str, read: &ReadReport, terminal: &mut Terminal) -> Result<(), Failure> {
    let err = terminal.err();
    if read.undated > 0 {
        let entries = plural(read.undated, "entry comes", "entries come");
        writeln!(
            err,
            "{WARNING} {file}{entries} before the first date; their times were counted back from it."
        )?;
    }
    if read.held > 0 {
        let lines = plural(read.held, "line", "lines");
        writeln!(
            err,
            "{WARNING} {file}The clock runs backwards at {lines}; they got the latest time before."
        )?;
    }
    if read.cuts > 0 {
        let logs = plural(read.cuts, "older log", "older logs");
        writeln!(
            err,
            "{WARNING} {file}The dates go back within the file: it has {logs}, each counted at its own time."
        )?;
    }
    Ok(())
}
