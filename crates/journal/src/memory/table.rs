//! One table of an account in memory.

use std::collections::BTreeMap;

use usher_domain::Timestamp;

use crate::table::{Assignment, Change, Condition, Recorded, Row, Value};
use crate::{Cursor, Page, PageRequest, Seq};

/// Rows in the order in which they were written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table<R> {
    rows: BTreeMap<Cursor, Recorded<R>>,
    /// Where the row with each id is; empty for tables that are logs.
    places: BTreeMap<u128, Cursor>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            places: BTreeMap::new(),
        }
    }
}

/// The commit that a row derives from, and its place among the records of that commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) at: Timestamp,
    pub(super) seq: Seq,
    pub(super) index: u32,
}

impl Origin {
    fn place(self) -> Cursor {
        Cursor::new(Timestamp::default(), self.seq.get().into(), self.index)
    }
}

/// The id in a row's key column.
fn key<R: Row>(row: &R) -> Option<u128> {
    match row.cell(R::KEY) {
        Value::Id(id) => Some(id),
        Value::Null | Value::Integer(_) | Value::Text(_) => None,
    }
}

impl<R: Row> Table<R> {
    pub(super) fn change(&mut self, origin: Origin, change: Change<R>) {
        match change {
            Change::Add(row) => self.add(origin, *row),
            Change::Set { rows, values } => self.set(&rows, &values),
            // For the table of accounts, which has one row of each.
            Change::Put(_) => {}
        }
    }

    pub(super) fn add(&mut self, origin: Origin, entry: R) {
        if let Some(key) = key(&entry) {
            if self.places.contains_key(&key) {
                return;
            }
            self.places.insert(key, origin.place());
        }
        let Origin { at, seq, index } = origin;
        let row = Recorded {
            at,
            seq,
            index,
            entry,
        };
        self.rows.insert(origin.place(), row);
    }

    fn set(&mut self, conditions: &[Condition<R>], values: &[Assignment<R>]) {
        let of_key = conditions.iter().find(|condition| condition.column == R::KEY);
        let meant = |row: &R| conditions.iter().all(|condition| condition.fits(row));
        let rows: Vec<&mut Recorded<R>> = match of_key.map(|condition| &condition.value) {
            Some(Value::Id(id)) => {
                let place = self.places.get(id);
                place
                    .and_then(|place| self.rows.get_mut(place))
                    .into_iter()
                    .collect()
            }
            _ => self.rows.values_mut().collect(),
        };
        for row in rows.into_iter().filter(|row| meant(&row.entry)) {
            if let Some(changed) = Change::applied_to(&row.entry, values) {
                row.entry = changed;
            }
        }
    }

    /// The row with an id.
    pub(super) fn get(&self, id: u128) -> Option<&R> {
        let place = self.places.get(&id)?;
        self.rows.get(place).map(|row| &row.entry)
    }

    /// All rows, by their places.
    pub(super) const fn rows(&self) -> &BTreeMap<Cursor, Recorded<R>> {
        &self.rows
    }

    /// The ids of all rows.
    pub(super) fn ids(&self) -> impl Iterator<Item = u128> {
        self.places.keys().copied()
    }

    /// The rows that fit, in the order of writing, with their places.
    pub(super) fn fitting(
        &self,
        conditions: Vec<Condition<R>>,
    ) -> impl DoubleEndedIterator<Item = (Cursor, &Recorded<R>)> {
        let rows = self.rows.iter().map(|(place, row)| (*place, row));
        rows.filter(move |(_, row)| conditions.iter().all(|condition| condition.fits(&row.entry)))
    }
}

/// A page of rows that come in the order of their places, newest first.
pub(super) fn newest_first<'a, T: Clone + 'a>(
    rows: impl DoubleEndedIterator<Item = (Cursor, &'a T)>,
    page: PageRequest,
) -> Page<T> {
    let before = rows
        .rev()
        .filter(|(place, _)| page.after().is_none_or(|after| *place < after));
    cut(before, page)
}

/// A page of rows that come in the order of their places.
pub(super) fn oldest_first<'a, T: Clone + 'a>(
    rows: impl Iterator<Item = (Cursor, &'a T)>,
    page: PageRequest,
) -> Page<T> {
    cut(
        rows.filter(|(place, _)| page.after().is_none_or(|after| *place > after)),
        page,
    )
}

fn cut<'a, T: Clone + 'a>(rows: impl Iterator<Item = (Cursor, &'a T)>, page: PageRequest) -> Page<T> {
    let rows = rows
        .take(page.limit() + 1)
        .map(|(place, row)| (place, row.clone()))
        .collect();
    Page::cut(rows, page.limit())
}
