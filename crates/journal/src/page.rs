//! Paging of lists.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use usher_domain::Timestamp;

/// Rows on a page, unless the caller says otherwise.
pub const PAGE_DEFAULT: u16 = 50;

/// The most rows on a page.
pub const PAGE_MAX: u16 = 1_000;

/// A position in a list: the row after which the next page starts. Opaque to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// The row's time; zero in lists with another order.
    at: Timestamp,
    /// The row's id, or the commit that it derives from.
    major: u128,
    /// The row's index among those of the same commit.
    minor: u32,
}

/// The text is not a cursor that this list gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: expected the `next_cursor` of an earlier page")]
pub struct InvalidCursor;

impl Cursor {
    /// The cursor of a row, for backends.
    #[must_use]
    pub const fn new(at: Timestamp, major: u128, minor: u32) -> Self {
        Self { at, major, minor }
    }

    /// The row's time.
    #[must_use]
    pub const fn at(self) -> Timestamp {
        self.at
    }

    /// The row's id, or the commit that it derives from.
    #[must_use]
    pub const fn major(self) -> u128 {
        self.major
    }

    /// The row's index among those of the same commit.
    #[must_use]
    pub const fn minor(self) -> u32 {
        self.minor
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}.{:x}", self.at.millis(), self.major, self.minor)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let mut parts = text.split('.');
        let mut part = || {
            parts
                .next()
                .filter(|part| !part.starts_with('+'))
                .ok_or(InvalidCursor)
        };
        // Times before 1970 are two's complement, as `{:x}` writes them.
        let millis = u64::from_str_radix(part()?, 16)
            .map_err(|_| InvalidCursor)?
            .cast_signed();
        let major = u128::from_str_radix(part()?, 16).map_err(|_| InvalidCursor)?;
        let minor = u32::from_str_radix(part()?, 16).map_err(|_| InvalidCursor)?;
        match parts.next() {
            Some(_) => Err(InvalidCursor),
            None => Ok(Self::new(Timestamp::from_millis(millis), major, minor)),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A request for one page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    limit: u16,
    after: Option<Cursor>,
}

impl PageRequest {
    /// The page of at most `limit` rows (at least 1, at most [`PAGE_MAX`]) after the row at `after`.
    #[must_use]
    pub fn new(limit: u16, after: Option<Cursor>) -> Self {
        Self {
            limit: limit.clamp(1, PAGE_MAX),
            after,
        }
    }

    /// The most rows that the page has.
    #[must_use]
    pub fn limit(&self) -> usize {
        usize::from(self.limit)
    }

    /// The row after which the page starts.
    #[must_use]
    pub const fn after(&self) -> Option<Cursor> {
        self.after
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::new(PAGE_DEFAULT, None)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page with the first `limit` of `rows`, each with its cursor. For backends, which ask their store for one row
    /// more than the page has, to know whether another page follows.
    #[must_use]
    pub fn cut(mut rows: Vec<(Cursor, T)>, limit: usize) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|(cursor, _)| *cursor);
        Self {
            items: rows.into_iter().map(|(_, row)| row).collect(),
            next,
        }
    }

    /// The same page with each row converted.
    #[must_use]
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(make).collect(),
            next: self.next,
        }
    }
}

/// A stretch of time from `from` (inclusive) to `to` (exclusive). `None` leaves that end open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The start, inclusive.
    pub from: Option<Timestamp>,
    /// The end, exclusive.
    pub to: Option<Timestamp>,
}

impl Span {
    /// Whether `at` is within the span.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_form() {
        for (at, major, minor) in [
            (0, 0, 0),
            (-1, u128::MAX, u32::MAX),
            (i64::MIN, 1, 2),
            (i64::MAX, 17, 0),
        ] {
            let cursor = Cursor::new(Timestamp::from_millis(at), major, minor);

            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn text_that_is_not_a_cursor_is_refused() {
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "x.2.3",
            "1.2.100000000",
            "+1.2.3",
            "1.-2.3",
            "1.2.3 ",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text}");
        }
    }

    #[test]
    fn a_page_knows_whether_another_follows() {
        let row = |number: u32| (Cursor::new(Timestamp::default(), 0, number), number);

        let full = Page::cut(vec![row(1), row(2), row(3)], 2);
        let last = Page::cut(vec![row(1), row(2)], 2);

        assert_eq!((full.items, full.next), (vec![1, 2], Some(row(2).0)));
        assert_eq!((last.items, last.next), (vec![1, 2], None));
    }
}
