//! Rows of records as rows of the database.

use std::sync::Arc;

use rusqlite::types::{Null, Type, ValueRef};
use rusqlite::{Row as Found, Statement};
use usher_journal::Text;
use usher_journal::table::{Cell, Comparison, Condition, OfCommit, Recorded, Row, Value};

use super::index;
use super::log::Indexed;
use crate::chain::Link;

/// Gives a statement the value of a parameter; the first is 1.
pub(super) fn bind(statement: &mut Statement<'_>, parameter: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(parameter, Null),
        Value::Integer(number) => statement.raw_bind_parameter(parameter, number),
        Value::Text(text) => statement.raw_bind_parameter(parameter, text.as_str()),
        // Most significant byte first, so that ids sort as in memory.
        Value::Id(bits) => statement.raw_bind_parameter(parameter, bits.to_be_bytes()),
    }
}

/// The condition as SQL, with a parameter for its value.
pub(super) fn compared<R>(condition: &Condition<R>) -> String {
    format!("{} {} ?", condition.column, sign(condition.comparison))
}

pub(super) const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::AtLeast => ">=",
        Comparison::Less => "<",
    }
}

fn cell(row: &Found<'_>, column: usize) -> rusqlite::Result<Value> {
    let found = row.get_ref(column)?;
    let invalid = || rusqlite::Error::InvalidColumnType(column, "a cell".to_owned(), found.data_type());
    Ok(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(_) => Value::Text(Text::from(row.get::<_, Arc<str>>(column)?)),
        ValueRef::Blob(bytes) => Value::Id(u128::from_be_bytes(bytes.try_into().map_err(|_| invalid())?)),
        ValueRef::Real(_) => return Err(invalid()),
    })
}

/// One column of a record.
pub(super) fn one<C: Cell>(row: &Found<'_>, column: usize) -> rusqlite::Result<C> {
    let value = cell(row, column)?;
    let invalid = || rusqlite::Error::InvalidColumnType(column, "a cell".to_owned(), Type::Null);
    C::from_value(value).ok_or_else(invalid)
}

/// The row whose fields begin at `first`.
pub(super) fn read<R: Row>(row: &Found<'_>, first: usize) -> rusqlite::Result<R> {
    let cells = (first..first + R::COLUMNS.len()).map(|column| cell(row, column));
    R::of_cells(cells.collect::<rusqlite::Result<_>>()?)
        .map_err(|field| rusqlite::Error::InvalidColumnType(first, field.to_owned(), Type::Null))
}

/// A row of a log that begins with its place.
pub(super) fn recorded<R: Row>(link: &Link, row: &Found<'_>) -> rusqlite::Result<Indexed<Recorded<R>>> {
    debug_assert!(R::OF_COMMIT.contains(&OfCommit::Place));
    let index = index(row.get(0)?);
    let found = Recorded {
        at: link.at,
        seq: link.seq,
        index,
        entry: read(row, 1)?,
    };
    Ok((index, found))
}
