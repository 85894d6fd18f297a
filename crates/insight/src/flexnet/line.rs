//! Parses one line of a debug log, without its context. Total: any text is one of the variants.

use jiff::civil::{Date, DateTime};

/// Seconds in a day.
pub(super) const DAY_SECS: i64 = 86_400;
/// A line with more licenses than this is bad: nobody has that many.
const COUNT_MAX: u32 = 1_000_000;
/// How far the clock in a summary's date may be from the clock of its own line.
const SUMMARY_SLACK_SECS: i64 = 3_600;

/// A line of a debug log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Nothing but white space.
    Blank,
    /// A daemon's message at a time of day.
    Said {
        /// Seconds since midnight.
        clock: i64,
        /// The day, in days since 1970-01-01, if the line begins with its date or names it.
        day: Option<i64>,
        daemon: &'a str,
        what: Said<'a>,
    },
    /// Not a line of a debug log.
    Bad(&'static str),
}

/// A daemon's message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    Use(Use<'a>),
    /// The day of the line, in days since 1970-01-01.
    Day(i64),
    /// A vendor daemon started, or read its license file again.
    Started,
    /// A vendor daemon begins to read its license file again. It keeps what is checked out.
    Rereading,
    /// It has read it.
    Reread,
    Unsupported,
    Queued,
    Statistics,
    Notice,
    /// The keyword of a line about use, followed by something that does not fit.
    Bad(&'static str),
}

/// An `OUT`, `IN`, `UPGRADE` or `DENIED` line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use<'a> {
    pub(super) deed: Deed,
    pub(super) feature: &'a str,
    pub(super) user: &'a str,
    pub(super) host: &'a str,
    pub(super) count: u32,
    /// The last parenthesis that is not a number of licenses: the reason, or the way.
    pub(super) remark: Option<&'a str>,
    /// The oldest format, whose denials have the time instead of a reason.
    pub(super) is_old_form: bool,
}

impl Use<'_> {
    /// Whether a denial was for lack of seats: it says that every license was in use, or that others are queued for one
    /// already. In the oldest format, every denial counts as one.
    pub(super) fn is_for_lack_of_seats(&self) -> bool {
        let codes = ["(-4,", "(-4)", "(-24,", "(-24)"];
        self.is_old_form
            || self.remark.is_some_and(|reason| {
                reason.contains("Licensed number of users already reached")
                    || reason.contains("Users are queued")
                    || codes.iter().any(|code| reason.contains(code))
            })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Out,
    In,
    Denied,
    /// From so many licenses to [`Use::count`].
    Upgrade {
        from: u32,
    },
}

impl<'a> Line<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Blank;
        }
        let (date, text) = iso_date(text);
        let Some((clock, rest)) = clock(text) else {
            return Self::Bad("no time of day");
        };
        let Some((daemon, message)) = rest
            .trim_start()
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
        else {
            return Self::Bad("no daemon");
        };
        let what = said(clock, daemon, message.trim());
        let day = match what {
            Said::Day(day) => Some(day),
            _ => date,
        };
        Self::Said {
            clock,
            day,
            daemon,
            what,
        }
    }
}

/// Takes an ISO 8601 date off the front, `2023-08-08T` or `2023-08-08 `, as days since 1970-01-01.
fn iso_date(text: &str) -> (Option<i64>, &str) {
    let date = text
        .get(..10)
        .and_then(|date| Date::strptime("%Y-%m-%d", date).ok());
    let rest = text.get(10..).and_then(|rest| rest.strip_prefix(['T', ' ']));
    match (date.and_then(days_since_1970), rest) {
        (Some(day), Some(rest)) => (Some(day), rest.trim_start()),
        _ => (None, text),
    }
}

/// Takes `H:MM:SS` off the front, as seconds since midnight. A fraction and an offset from UTC may follow; both are
/// ignored, because all times are by the server's own wall clock.
fn clock(text: &str) -> Option<(i64, &str)> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, rest) = rest.split_once(':')?;
    let seconds = rest.get(..2)?;
    let number = |digits: &str, most: i64| {
        let plain = matches!(digits.len(), 1..=2) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse::<i64>().ok()?;
        (plain && number <= most).then_some(number)
    };
    let time = number(hours, 23)? * 3600 + number(minutes, 59)? * 60 + number(seconds, 59)?;
    let rest = rest.get(2..)?;
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => fraction.trim_start_matches(|letter: char| letter.is_ascii_digit()),
        None => rest,
    };
    let rest = match rest.strip_prefix(['+', '-', 'Z']) {
        Some(offset) => offset.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ':'),
        None => rest,
    };
    rest.starts_with([' ', '\t', '(']).then_some((time, rest))
}

fn said<'a>(clock: i64, daemon: &str, message: &'a str) -> Said<'a> {
    let (keyword, rest) = message.split_once([' ', '\t']).unwrap_or((message, ""));
    match keyword {
        "OUT:" => usage(Deed::Out, rest),
        "IN:" => usage(Deed::In, rest),
        "DENIED:" => usage(Deed::Denied, rest),
        "UPGRADE:" => usage(Deed::Upgrade { from: 0 }, rest),
        "UNSUPPORTED:" => Said::Unsupported,
        "QUEUED:" | "DEQUEUED:" => Said::Queued,
        "TIMESTAMP" => slashed_day(rest.trim()).map_or(Said::Bad("no such date"), Said::Day),
        _ if keyword.starts_with("(@") => {
            let value = ["Start-Date:", "Time:"]
                .iter()
                .find_map(|key| rest.trim_start().strip_prefix(key));
            value
                .and_then(|value| spelt_day(clock, value))
                .map_or(Said::Statistics, Said::Day)
        }
        _ if message.starts_with("Server started on ") && daemon != "lmgrd" => Said::Started,
        _ if message.starts_with("Rereading license file") => Said::Rereading,
        _ if message.starts_with("...Finished rereading") => Said::Reread,
        _ if message.contains(" started on ") => {
            let date = message
                .rsplit_once('(')
                .map(|(_, date)| date.trim_end_matches(')'));
            date.and_then(slashed_day).map_or(Said::Notice, Said::Day)
        }
        _ => message
            .strip_prefix("Server's System Date and Time:")
            .and_then(|value| spelt_day(clock, value))
            .map_or(Said::Notice, Said::Day),
    }
}

/// `3/30/2016`, month first in every locale of the server.
fn slashed_day(text: &str) -> Option<i64> {
    let mut parts = text.split('/');
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    days_since_1970(Date::new(year, month, day).ok()?)
}

/// `Thu Apr 30 2015 15:34:04 Eastern Daylight Time`: the day of the line, which may be on the other side of midnight. A
/// date whose clock differs from the line's own is about another time, and is ignored.
fn spelt_day(clock: i64, text: &str) -> Option<i64> {
    let mut words = text.split_whitespace().skip(1);
    let (month, day, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let spelt = DateTime::strptime("%b %d %Y %H:%M:%S", format!("{month} {day} {year} {time}")).ok()?;
    let midnight = days_since_1970(spelt.date())?;
    let spelt_clock =
        i64::from(spelt.hour()) * 3600 + i64::from(spelt.minute()) * 60 + i64::from(spelt.second());
    [-1, 0, 1]
        .into_iter()
        .find(|shift| (clock + shift * DAY_SECS - spelt_clock).abs() <= SUMMARY_SLACK_SECS)
        .map(|shift| midnight + shift)
}

fn days_since_1970(date: Date) -> Option<i64> {
    let span = date.since(Date::constant(1970, 1, 1)).ok()?;
    Some(i64::from(span.get_days()))
}

fn usage(deed: Deed, text: &str) -> Said<'_> {
    let (text, verbose) = match text.split_once("^^^") {
        Some((text, verbose)) => (text, Some(verbose)),
        None => (text, None),
    };
    let (old_count, text) = old_style_count(text.trim_start());
    let Some((feature, rest)) = feature(text.trim_start()) else {
        return Said::Bad("no feature");
    };
    let Some((user, host, rest)) = client(after_preposition(rest)) else {
        return Said::Bad("no user@host");
    };
    // The verbose format omits the user before the host, and names them after the version.
    let named = verbose.and_then(|verbose| verbose.split_whitespace().nth(1));
    let user = named.filter(|_| user.is_empty()).unwrap_or(user);
    let mut usage = Use {
        deed,
        feature,
        user,
        host,
        count: old_count.unwrap_or(1),
        remark: None,
        is_old_form: old_count.is_some(),
    };
    let mut is_raised = false;
    let mut rest = rest.trim_start();
    while let Some((group, after)) = group(rest) {
        // The brackets contain the client's own checkout data.
        let is_data = rest.starts_with('[');
        if let Some((from, to)) = upgrade(group).filter(|_| !is_data) {
            is_raised = true;
            usage.count = to;
            if let Deed::Upgrade { from: before } = &mut usage.deed {
                *before = from;
            }
        } else if let Some(number) = licenses(group).filter(|_| !is_data) {
            usage.count = number;
        } else if !is_data {
            usage.remark = Some(group);
        }
        rest = after.trim_start();
    }
    if !(1..=COUNT_MAX).contains(&usage.count) {
        return Said::Bad("an impossible number of licenses");
    }
    if matches!(usage.deed, Deed::Upgrade { .. }) && !is_raised {
        return Said::Bad("no numbers of licenses");
    }
    Said::Use(usage)
}

/// Takes the number of licenses off the front in the oldest format: `3 editor to dave@pc4`. A feature may be a number
/// too, so the word before the client decides.
fn old_style_count(text: &str) -> (Option<u32>, &str) {
    let old = text.split_once([' ', '\t']).and_then(|(number, rest)| {
        let (_, after) = feature(rest.trim_start())?;
        let is_old = after_preposition(after) != after;
        let digits = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty();
        // A number out of range becomes 0, which nobody can check out.
        (is_old && digits).then(|| (number.parse().unwrap_or(0), rest))
    });
    match old {
        Some((count, rest)) => (Some(count), rest),
        None => (None, text),
    }
}

/// The text after the word before the client in the oldest format; the whole text in the others.
fn after_preposition(text: &str) -> &str {
    let mut words = ["to ", "by ", "from "].iter();
    words
        .find_map(|word| text.trim_start().strip_prefix(word))
        .unwrap_or(text)
}

/// The feature in quotes, or the first word if the daemon writes no quotes.
fn feature(text: &str) -> Option<(&str, &str)> {
    let (feature, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => text.split_at(text.find([' ', '\t'])?),
    };
    (!feature.is_empty()).then_some((feature, rest))
}

/// `user@host`. Windows users may have spaces and an `@` in their names; hosts have neither.
fn client(text: &str) -> Option<(&str, &str, &str)> {
    let mut text = text.trim_start();
    if text.starts_with('(') {
        // A requirement such as `(PORT_AT_HOST_PLUS   )` may come before the user.
        text = group(text)?.1.trim_start();
    }
    let at = text.find('@')?;
    let end = text[at..]
        .find([' ', '\t', '(', '['])
        .map_or(text.len(), |length| at + length);
    let (user, host) = text[..end].rsplit_once('@')?;
    let named = !(user.is_empty() && host.is_empty());
    named.then_some((user, host, &text[end..]))
}

/// Takes a group in parentheses or brackets, with nested groups, off the front.
fn group(text: &str) -> Option<(&str, &str)> {
    let (open, close) = match text.as_bytes().first()? {
        b'(' => ('(', ')'),
        b'[' => ('[', ']'),
        _ => return None,
    };
    let mut depth = 0_u32;
    for (index, letter) in text.char_indices() {
        if letter == open {
            depth += 1;
        } else if letter == close {
            depth -= 1;
            if depth == 0 {
                return Some((&text[1..index], &text[index + 1..]));
            }
        }
    }
    Some((&text[1..], ""))
}

/// `20 licenses`, or `20` in the verbose format; a number out of range becomes 0, which nobody can check out.
fn licenses(group: &str) -> Option<u32> {
    let group = group.trim();
    let (number, unit) = group.split_once(' ').unwrap_or((group, "licenses"));
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (plain && matches!(unit.trim(), "licenses" | "license")).then(|| number.parse().unwrap_or(0))
}

/// `5->6 licenses`.
fn upgrade(group: &str) -> Option<(u32, u32)> {
    let (from, to) = group.split_once("->")?;
    Some((licenses(from)?, licenses(to)?))
}

#[cfg(test)]
#[path = "line/tests.rs"]
mod tests;
