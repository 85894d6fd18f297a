//! Gives every line of a log its time: the lines carry a time of day, and only some of them the date.
//!
//! Between two dates, a clock that steps back by more than [`SLACK_SECS`] has passed midnight. A smaller step back is a
//! daemon's late line, or the end of summer time: such a line gets the time of the latest line before it, and so does a
//! line from just before midnight that comes just after it. A date overrules what was inferred before it: if it is
//! whole days later, the server was silent at the last midnight; if it is earlier, no line before it may be later than
//! it. A date more than a day back belongs to another log in the same file: the log is cut there. Within a part, times
//! never go back.

use usher_domain::Timestamp;

use super::line::DAY_SECS;

/// A step back of up to this long is not a midnight. Covers one hour of summer time, and some seconds for late lines.
const SLACK_SECS: i64 = 3_900;
/// A line from before midnight may come up to this long after it.
const LATE_SECS: i64 = 600;

/// The time information of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    /// Seconds since midnight.
    pub(super) clock: i64,
    /// The day, in days since 1970-01-01, where the line has one.
    pub(super) day: Option<i64>,
}

/// The times of all stamps, and what had to be assumed for them.
#[derive(Debug, Default)]
pub(super) struct Dated {
    pub(super) times: Vec<Timestamp>,
    /// Where another log begins, as the index of its first stamp.
    pub(super) cuts: Vec<usize>,
    /// How many stamps come before the first date.
    pub(super) undated: usize,
    pub(super) held: u64,
}

/// Dates all stamps of a file, in their order.
pub(super) fn date(stamps: &[Stamp]) -> Dated {
    let first_date = stamps.iter().position(|stamp| stamp.day.is_some());
    let undated = first_date.unwrap_or(stamps.len());
    let mut walk = Walk::starting(&stamps[..undated], stamps.get(undated));
    let mut secs = Vec::with_capacity(stamps.len());
    let mut cuts = Vec::new();
    let mut open = undated;
    for (index, stamp) in stamps.iter().enumerate().skip(undated) {
        let Some(day) = stamp.day else { continue };
        walk.through(&stamps[open..index]);
        let known = day * DAY_SECS + stamp.clock;
        if walk.now().is_some_and(|now| known < now - DAY_SECS) {
            // The last inferred midnight since the previous date is really the beginning of the other log.
            let kept = walk.midnight.unwrap_or(walk.secs.len());
            secs.extend(walk.secs.drain(..kept));
            cuts.push(secs.len());
            walk = Walk::starting(&stamps[secs.len()..index], Some(stamp));
        }
        walk.arrive(known);
        open = index + 1;
    }
    walk.through(&stamps[open..]);
    secs.append(&mut walk.secs);

    let held = secs.iter().zip(stamps);
    let held = held.filter(|(secs, stamp)| secs.rem_euclid(DAY_SECS) != stamp.clock);
    Dated {
        held: u64::try_from(held.count()).unwrap_or(u64::MAX),
        undated,
        cuts,
        times: secs
            .iter()
            .map(|secs| Timestamp::from_millis(secs.saturating_mul(1000)))
            .collect(),
    }
}

/// The times so far, in seconds since 1970-01-01.
struct Walk {
    secs: Vec<i64>,
    /// The first stamp after the last date.
    segment: usize,
    /// The first stamp after the last midnight of the segment.
    midnight: Option<usize>,
}

impl Walk {
    /// Dates the lines before the first date by counting their midnights back from it.
    fn starting(undated: &[Stamp], first_date: Option<&Stamp>) -> Self {
        let mut walk = Self {
            secs: Vec::new(),
            segment: 0,
            midnight: None,
        };
        walk.through(undated);
        if let Some(Stamp {
            clock,
            day: Some(day),
        }) = first_date
        {
            let reached = walk.next(*clock);
            let shift = day * DAY_SECS + clock - reached;
            for secs in &mut walk.secs {
                *secs += shift;
            }
        }
        walk.segment = walk.secs.len();
        walk.midnight = None;
        walk
    }

    fn through(&mut self, stamps: &[Stamp]) {
        for stamp in stamps {
            let now = self.now();
            let next = self.next(stamp.clock);
            if now.is_some_and(|now| next.div_euclid(DAY_SECS) > now.div_euclid(DAY_SECS)) {
                self.midnight = Some(self.secs.len());
            }
            self.secs.push(now.map_or(next, |now| next.max(now)));
        }
    }

    fn now(&self) -> Option<i64> {
        self.secs.last().copied()
    }

    /// The next time at which the clock shows this, as close to the previous line as is plausible.
    fn next(&self, clock: i64) -> i64 {
        let Some(now) = self.now() else { return clock };
        let today = now - now.rem_euclid(DAY_SECS) + clock;
        if today < now - SLACK_SECS {
            today + DAY_SECS
        } else if today >= now + DAY_SECS - LATE_SECS {
            today - DAY_SECS
        } else {
            today
        }
    }

    /// A line whose time is known ends the segment.
    fn arrive(&mut self, known: i64) {
        let now = self.now().unwrap_or(known);
        if let Some(midnight) = self.midnight.filter(|_| known - now >= DAY_SECS) {
            let silent = (known - now) / DAY_SECS * DAY_SECS;
            for secs in &mut self.secs[midnight..] {
                *secs += silent;
            }
        }
        if known < now - SLACK_SECS {
            let before = self.segment.checked_sub(1).map_or(known, |last| self.secs[last]);
            for secs in &mut self.secs[self.segment..] {
                *secs = (*secs).min(known.max(before));
            }
        }
        self.secs.push(self.now().unwrap_or(known).max(known));
        self.segment = self.secs.len();
        self.midnight = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::wall_clock;
    use super::*;

    /// The times of each part of a file. `day` is the day of January 1970, from 1.
    fn parts(lines: &[(&str, Option<i64>)]) -> Vec<Vec<String>> {
        let stamps: Vec<Stamp> = lines
            .iter()
            .map(|(clock, day)| {
                let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
                Stamp {
                    clock: parts[0] * 3600 + parts[1] * 60 + parts[2],
                    day: day.map(|day| day - 1),
                }
            })
            .collect();
        let Dated { mut times, cuts, .. } = date(&stamps);
        let mut parts: Vec<_> = cuts.iter().rev().map(|cut| times.split_off(*cut)).collect();
        parts.push(times);
        let words = |at| wall_clock(at).replace("1970-01-", "").replace('T', " ");
        let parts = parts
            .into_iter()
            .rev()
            .inspect(|times| assert!(times.is_sorted()));
        parts
            .map(|times| times.into_iter().map(words).collect())
            .collect()
    }

    fn dated(lines: &[(&str, Option<i64>)]) -> Vec<String> {
        let mut parts = parts(lines);
        assert_eq!(parts.len(), 1);
        parts.remove(0)
    }

    #[test]
    fn midnight_passes_without_a_date() {
        assert_eq!(
            dated(&[
                ("22:00:00", Some(3)),
                ("23:59:59", None),
                ("0:00:01", None),
                ("8:00:00", Some(4))
            ]),
            ["03 22:00:00", "03 23:59:59", "04 00:00:01", "04 08:00:00"]
        );
    }

    #[test]
    fn two_midnights_may_pass_between_two_dates() {
        assert_eq!(
            dated(&[
                ("22:00:00", Some(3)),
                ("10:00:00", None),
                ("7:00:00", None),
                ("8:00:00", Some(5))
            ]),
            ["03 22:00:00", "04 10:00:00", "05 07:00:00", "05 08:00:00"]
        );
    }

    #[test]
    fn lines_before_the_first_date_are_counted_back_from_it() {
        assert_eq!(
            dated(&[("22:00:00", None), ("9:00:00", None), ("3:00:00", Some(9))]),
            ["07 22:00:00", "08 09:00:00", "09 03:00:00"]
        );
    }

    #[test]
    fn a_log_without_dates_starts_on_the_first_day() {
        assert_eq!(
            dated(&[("22:00:00", None), ("9:00:00", None)]),
            ["01 22:00:00", "02 09:00:00"]
        );
    }

    #[test]
    fn lines_slightly_out_of_order_get_the_time_of_the_latest_line() {
        assert_eq!(
            dated(&[
                ("9:00:00", Some(3)),
                ("9:00:05", None),
                ("9:00:04", None),
                ("9:00:06", None)
            ]),
            ["03 09:00:00", "03 09:00:05", "03 09:00:05", "03 09:00:06"]
        );
    }

    #[test]
    fn a_line_from_before_midnight_may_come_after_it() {
        let expected = [
            "03 23:59:58",
            "04 00:00:01",
            "04 00:00:01",
            "04 00:00:02",
            "04 06:00:00",
        ];

        for date_of_the_late_line in [None, Some(3)] {
            assert_eq!(
                dated(&[
                    ("23:59:58", Some(3)),
                    ("0:00:01", None),
                    ("23:59:59", date_of_the_late_line),
                    ("0:00:02", None),
                    ("6:00:00", Some(4)),
                ]),
                expected
            );
        }
    }

    #[test]
    fn the_end_of_summer_time_is_not_a_midnight() {
        assert_eq!(
            dated(&[("2:59:58", Some(3)), ("2:00:03", None), ("3:00:00", None)]),
            ["03 02:59:58", "03 02:59:58", "03 03:00:00"]
        );
    }

    #[test]
    fn silent_days_pass_at_the_last_midnight_before_the_date() {
        assert_eq!(
            dated(&[("22:00:00", Some(3)), ("8:00:00", None), ("9:00:00", Some(6))]),
            ["03 22:00:00", "06 08:00:00", "06 09:00:00"]
        );
        assert_eq!(
            dated(&[("7:00:00", Some(3)), ("8:00:00", None), ("9:00:00", Some(6))]),
            ["03 07:00:00", "03 08:00:00", "06 09:00:00"]
        );
    }

    #[test]
    fn a_clock_that_was_set_back_within_the_day_does_not_run_ahead_of_the_next_date() {
        assert_eq!(
            dated(&[
                ("14:00:00", Some(3)),
                ("11:00:00", None),
                ("12:00:00", None),
                ("15:00:00", Some(3))
            ]),
            ["03 14:00:00", "03 15:00:00", "03 15:00:00", "03 15:00:00"]
        );
    }

    #[test]
    fn a_date_up_to_a_day_in_the_past_holds_the_clock() {
        assert_eq!(
            dated(&[("14:00:00", Some(9)), ("15:00:00", Some(8)), ("16:00:00", None)]),
            ["09 14:00:00", "09 14:00:00", "09 16:00:00"]
        );
    }

    #[test]
    fn a_date_more_than_a_day_back_begins_another_log() {
        assert_eq!(
            parts(&[("14:00:00", Some(9)), ("15:00:00", Some(3)), ("16:00:00", None)]),
            [vec!["09 14:00:00"], vec!["03 15:00:00", "03 16:00:00"]]
        );
    }

    #[test]
    fn lines_of_another_log_before_its_first_date_belong_to_it() {
        assert_eq!(
            parts(&[
                ("14:00:00", Some(9)),
                ("17:00:00", None),
                ("8:00:00", None),
                ("8:00:05", None),
                ("9:00:00", Some(3))
            ]),
            [
                vec!["09 14:00:00", "09 17:00:00"],
                vec!["03 08:00:00", "03 08:00:05", "03 09:00:00"]
            ]
        );
    }

    #[test]
    fn lines_without_their_own_time_are_counted() {
        let stamp = |clock, day| Stamp { clock, day };

        let dated = date(&[stamp(50, None), stamp(60, Some(1)), stamp(59, None)]);

        assert_eq!((dated.undated, dated.held), (1, 1));
    }
}
