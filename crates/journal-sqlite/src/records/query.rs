//! Queries of the record tables, built from filters.

use std::marker::PhantomData;

use rusqlite::{Connection, Row as Found, Statement};
use usher_domain::{AccountId, Timestamp};
use usher_journal::table::{Cell as _, Condition, Recorded, Row, Value};
use usher_journal::{Cursor, Page, PageRequest, Seq, Span};

use super::cells::{bind, compared, read, recorded};
use super::log::Indexed;
use super::{index, place};
use crate::chain::Link;

/// A `SELECT` of a record's fields, with its parameters.
pub(super) struct Query<R> {
    /// From `SELECT` to the name of the table.
    start: String,
    conditions: Vec<String>,
    values: Vec<Value>,
    of: PhantomData<fn() -> R>,
}

impl<R: Row> Query<R> {
    /// Reads the fields, after the columns in `before`. `index` names the index that finds the rows.
    pub(super) fn new(before: &[&str], index: Option<&str>) -> Self {
        let columns = before
            .iter()
            .chain(R::COLUMNS)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let index = index.map_or_else(String::new, |index| format!(" INDEXED BY {index}"));
        Self {
            start: format!("SELECT {columns} FROM {}{index}", R::TABLE),
            conditions: Vec::new(),
            values: Vec::new(),
            of: PhantomData,
        }
    }

    /// Only rows that meet a condition, in SQL with a `?` for each of `values`.
    pub(super) fn and<const N: usize>(mut self, condition: &str, values: [Value; N]) -> Self {
        self.conditions.push(condition.to_owned());
        self.values.extend(values);
        self
    }

    pub(super) fn of_account(self, account: AccountId) -> Self {
        self.and("account_id = ?", [account.to_value()])
    }

    /// Only rows that match a filter.
    pub(super) fn fitting(mut self, conditions: Vec<Condition<R>>) -> Self {
        for condition in conditions {
            self.conditions.push(compared(&condition));
            self.values.push(condition.value);
        }
        self
    }

    /// Only rows whose time in the column `at` is within a span.
    pub(super) fn within(mut self, span: Span) -> Self {
        if let Some(from) = span.from {
            self = self.and("at >= ?", [from.to_value()]);
        }
        if let Some(to) = span.to {
            self = self.and("at < ?", [to.to_value()]);
        }
        self
    }

    /// The rows in order, one more than the page, to know whether there is another page.
    pub(super) fn page<T>(
        mut self,
        connection: &Connection,
        order: &str,
        page: PageRequest,
        read: impl FnMut(&Found<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX).saturating_add(1);
        self.values.push(Value::Integer(limit));
        self.run(connection, &format!(" ORDER BY {order} LIMIT ?"), read)
    }

    /// The only row.
    pub(super) fn row(self, connection: &Connection) -> rusqlite::Result<Option<R>> {
        let rows = self.run(connection, "", |row| read(row, 0))?;
        Ok(rows.into_iter().next())
    }

    fn run<T>(
        self,
        connection: &Connection,
        end: &str,
        read: impl FnMut(&Found<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let conditions = match self.conditions.as_slice() {
            [] => String::new(),
            conditions => format!(" WHERE {}", conditions.join(" AND ")),
        };
        let sql = format!("{}{conditions}{end}", self.start);
        let mut statement = connection.prepare_cached(&sql)?;
        for (value, parameter) in self.values.iter().zip(1..) {
            bind(&mut statement, parameter, value)?;
        }
        statement.raw_query().mapped(read).collect()
    }

    /// The statement for rows that are read commit by commit.
    fn by_commit(self, connection: &Connection) -> rusqlite::Result<OfCommits<'_, R>> {
        let conditions = [
            vec!["place >= ?".to_owned(), "place < ?".to_owned()],
            self.conditions,
        ]
        .concat();
        let sql = format!("{} WHERE {}", self.start, conditions.join(" AND "));
        Ok(OfCommits {
            statement: connection.prepare(&sql)?,
            values: self.values,
            of: PhantomData,
        })
    }
}

/// Reads the rows commit by commit.
pub(super) struct OfCommits<'c, R> {
    statement: Statement<'c>,
    values: Vec<Value>,
    of: PhantomData<fn() -> R>,
}

impl<'c, R: Row> OfCommits<'c, R> {
    /// Those that match.
    pub(super) fn fitting(
        connection: &'c Connection,
        conditions: Vec<Condition<R>>,
    ) -> rusqlite::Result<Self> {
        Query::new(&["place"], None)
            .fitting(conditions)
            .by_commit(connection)
    }

    /// Those of one commit, in no order.
    pub(super) fn of(&mut self, link: &Link) -> rusqlite::Result<Vec<Indexed<Recorded<R>>>> {
        let (first, end) = (place(link.position, 0), place(link.position + 1, 0));
        let places = [Value::Integer(first), Value::Integer(end)];
        for (value, parameter) in places.iter().chain(&self.values).zip(1..) {
            bind(&mut self.statement, parameter, value)?;
        }
        let rows = self.statement.raw_query();
        rows.mapped(|row| recorded(link, row)).collect()
    }
}

/// A page of a log that has the account, time and number of the commit in columns of its own, newest first.
pub(super) fn log_page<R: Row>(
    connection: &Connection,
    index: &str,
    account: AccountId,
    span: Span,
    conditions: Vec<Condition<R>>,
    page: PageRequest,
) -> rusqlite::Result<Page<Recorded<R>>> {
    let before = page
        .after()
        .map_or(i64::MAX, |after| i64::try_from(after.major()).unwrap_or(i64::MAX));
    let query = Query::<R>::new(&["place", "at", "seq"], Some(index)).of_account(account);
    let query = query.and("place < ?", [Value::Integer(before)]).within(span);
    let rows = query
        .fitting(conditions)
        .page(connection, "place DESC", page, |row| logged(row, 0))?;
    Ok(Page::cut(rows, page.limit()))
}

/// The row whose place, time and number are in the columns from `first` on, followed by its fields.
pub(super) fn logged<R: Row>(row: &Found<'_>, first: usize) -> rusqlite::Result<(Cursor, Recorded<R>)> {
    let place: i64 = row.get(first)?;
    let found = Recorded {
        at: Timestamp::from_millis(row.get(first + 1)?),
        seq: Seq::new(row.get::<_, i64>(first + 2)?.cast_unsigned()),
        index: index(place),
        entry: read(row, first + 3)?,
    };
    let cursor = Cursor::new(Timestamp::default(), place.cast_unsigned().into(), 0);
    Ok((cursor, found))
}
