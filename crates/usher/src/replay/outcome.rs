//! What came of a replay.

use serde::Serialize;
use usher_insight::flexnet::{Count, Grouping, ReadReport, wall_clock};

use crate::terminal::{WARNING, bold, dim};
use crate::words::{duration, grouped, plural, share};
use crate::{Failure, Terminal};

/// How many of those who were refused most are named to people.
const NAMED_MAX: usize = 5;

/// The figures of a replay with what they are of.
#[derive(Serialize)]
pub(super) struct Outcome<'a> {
    log: &'a str,
    feature: &'a str,
    group: Grouping,
    #[serde(flatten)]
    count: &'a Count,
    read: &'a ReadReport,
}

impl<'a> Outcome<'a> {
    /// The figures of a replay of `feature`.
    pub(super) const fn new(
        log: &'a str,
        feature: &'a str,
        group: Grouping,
        count: &'a Count,
        read: &'a ReadReport,
    ) -> Self {
        Self {
            log,
            feature,
            group,
            count,
            read,
        }
    }

    /// Prints one JSON object.
    pub(super) fn json(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        print_json(self, terminal)
    }

    /// Prints the figures for people.
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
        for (label, value) in self.rows() {
            writeln!(out, "  {label:<16}{value}")?;
        }
        if let Some(most) = self.refused_most() {
            writeln!(out, "  {:<16}{most}", "Refused most")?;
        }
        tell_about_reading(self.read, terminal)
    }

    fn grouping(&self) -> &'static str {
        match self.group {
            Grouping::None => "one for each checkout",
            Grouping::Host => "one for each host",
            Grouping::User => "one for each user",
        }
    }

    fn rows(&self) -> [(&'static str, String); 7] {
        let count = self.count;
        let full = count.longest_full.map_or_else(
            || "never".to_owned(),
            |longest| {
                format!(
                    "{} in all, at most {} without a break, from {}",
                    duration(count.secs_at_limit),
                    duration(longest.secs),
                    wall_clock(longest.from)
                )
            },
        );
        let refused = match count.refused {
            0 => "0".to_owned(),
            refused => format!("{} ({})", grouped(refused), share(refused, count.attempts)),
        };
        let nothing = match count.gave_back_nothing {
            0 => String::new(),
            times => format!("; {} returns came from who held nothing", grouped(times)),
        };
        [
            ("Attempts", grouped(count.attempts)),
            ("Granted", grouped(count.granted)),
            ("Refused", refused),
            (
                "Peak",
                format!(
                    "{} of {}",
                    grouped(count.peak.into()),
                    grouped(count.seats.into())
                ),
            ),
            ("All seats taken", full),
            (
                "Given back",
                format!("{} times{nothing}", grouped(count.gave_back)),
            ),
            ("Users", grouped(count.users)),
        ]
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

/// Prints a value as JSON, for programs and for people who look at what programs read.
pub(super) fn print_json(value: &impl Serialize, terminal: &mut Terminal) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    writeln!(terminal.out(), "{text}")?;
    Ok(())
}

/// Tells a person what could not be read, and how sure the times are.
pub(super) fn tell_about_reading(read: &ReadReport, terminal: &mut Terminal) -> Result<(), Failure> {
    let err = terminal.err();
    if read.bad > 0 {
        let lines = plural(read.bad, "line", "lines");
        writeln!(
            err,
            "{WARNING} {lines} of {} could not be understood:",
            grouped(read.lines)
        )?;
        for bad in &read.bad_samples {
            writeln!(err, "  line {}: {}: {}", bad.line, bad.why, bad.text)?;
        }
        let shown = u64::try_from(read.bad_samples.len()).unwrap_or(u64::MAX);
        if read.bad > shown {
            writeln!(err, "  and {} more", grouped(read.bad - shown))?;
        }
    }
    if read.cut_short {
        writeln!(
            err,
            "{WARNING} The compressed file ends too early. What stands before that was read."
        )?;
    }
    if read.undated > 0 {
        let lines = plural(read.undated, "line stands", "lines stand");
        writeln!(
            err,
            "{WARNING} {lines} before the first date; their times were counted back from it."
        )?;
    }
    if read.held > 0 {
        let lines = plural(read.held, "line", "lines");
        writeln!(
            err,
            "{WARNING} The clock runs backwards at {lines}; the latest time before was taken."
        )?;
    }
    Ok(())
}
