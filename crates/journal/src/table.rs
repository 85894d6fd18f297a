//! Records as rows of tables: what a field is to every store.
//!
//! Each record has one list of its fields, in `rows.rs`. The macro there makes a struct of the list and tells
//! [`Row`] the columns in which its fields are stored. Stores write, read, filter and compare rows by that alone.

use std::marker::PhantomData;
use std::ops::Deref;

use usher_domain::personal::Personal;
use usher_domain::{
    AccountId, PoolId, RefusalId, SessionId, SignInId, SubscriptionRequestId, TicketId, Timestamp, UserId,
};

use crate::{Seq, Span, Text};

/// What one cell of a row contains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number, a time in milliseconds or a yes (1) or no (0).
    Integer(i64),
    /// Words.
    Text(Text),
    /// The 128 bits of an id. Stores keep them most significant first, so that ids sort by the time they were made.
    Id(u128),
}

/// What one cell can hold.
pub trait Cell: Sized {
    /// The cell's content.
    fn to_value(&self) -> Value;

    /// What a cell with this content says; none if it cannot have come from [`to_value`](Self::to_value).
    fn from_value(value: Value) -> Option<Self>;
}

impl Cell for Text {
    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            Value::Null | Value::Integer(_) | Value::Id(_) => None,
        }
    }
}

impl Cell for i64 {
    fn to_value(&self) -> Value {
        Value::Integer(*self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(number),
            Value::Null | Value::Text(_) | Value::Id(_) => None,
        }
    }
}

/// Stored bit by bit as a signed number: stores refuse what is larger than one ([`Minutes`](crate::Minutes)).
impl Cell for u64 {
    fn to_value(&self) -> Value {
        Value::Integer(self.cast_signed())
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(i64::cast_unsigned)
    }
}

impl Cell for u32 {
    fn to_value(&self) -> Value {
        Value::Integer((*self).into())
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).and_then(|number| number.try_into().ok())
    }
}

impl Cell for bool {
    fn to_value(&self) -> Value {
        Value::Integer((*self).into())
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl Cell for Timestamp {
    fn to_value(&self) -> Value {
        Value::Integer(self.millis())
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(Self::from_millis)
    }
}

impl<C: Cell> Cell for Option<C> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, C::to_value)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => C::from_value(value).map(Some),
        }
    }
}

/// Stored as it is.
impl<C: Cell, W> Cell for Personal<C, W> {
    fn to_value(&self) -> Value {
        self.reveal().to_value()
    }

    fn from_value(value: Value) -> Option<Self> {
        C::from_value(value).map(Self::new)
    }
}

macro_rules! id_cells {
    ($($id:ident)*) => {$(
        impl Cell for $id {
            fn to_value(&self) -> Value {
                Value::Id(self.bits())
            }

            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::Id(bits) => Some(Self::from_bits(bits)),
                    Value::Null | Value::Integer(_) | Value::Text(_) => None,
                }
            }
        }
    )*};
}

id_cells! { AccountId PoolId RefusalId SessionId SignInId SubscriptionRequestId TicketId UserId }

/// What one field of a row can be: a cell, or something that takes several.
pub trait Field: Sized {
    /// Appends the field's cells, as many for every value.
    fn write(&self, cells: &mut Vec<Value>);

    /// Takes the field's cells from a row; none if they do not fit.
    fn read(cells: &mut impl Iterator<Item = Value>) -> Option<Self>;
}

impl<C: Cell> Field for C {
    fn write(&self, cells: &mut Vec<Value>) {
        cells.push(self.to_value());
    }

    fn read(cells: &mut impl Iterator<Item = Value>) -> Option<Self> {
        C::from_value(cells.next()?)
    }
}

/// What a row takes from the commit that writes it, beside its own fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfCommit {
    /// Where the row is in the order of writing, over all accounts.
    Place,
    /// Whose it is.
    Account,
    /// Which commit of the account.
    Seq,
    /// When it was decided.
    At,
}

impl OfCommit {
    /// The column.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Account => "account_id",
            Self::Seq => "seq",
            Self::At => "at",
        }
    }
}

/// A record, as one row of a table.
pub trait Row: Clone + PartialEq + Send + Sync + 'static {
    /// The table.
    const TABLE: &'static str;
    /// The column that no two rows share.
    const KEY: &'static str;
    /// The columns that come from the commit.
    const OF_COMMIT: &'static [OfCommit];
    /// The columns of the fields, in their order.
    const COLUMNS: &'static [&'static str];

    /// The cells of [`COLUMNS`](Self::COLUMNS).
    fn cells(&self) -> Vec<Value>;

    /// The cell of one column; empty if there is no such column.
    fn cell(&self, column: &str) -> Value;

    /// The row with these cells; the name of the field that they do not fit, if there is one.
    fn of_cells(cells: Vec<Value>) -> Result<Self, &'static str>;
}

/// One or more columns that hold a field of type `F` of a row.
#[derive(Debug)]
pub struct Column<R, F> {
    names: &'static [&'static str],
    of: PhantomData<fn(R) -> F>,
}

impl<R, F: Field> Column<R, F> {
    pub(crate) const fn new(names: &'static [&'static str]) -> Self {
        let of = PhantomData;
        Self { names, of }
    }

    /// The field gets this value.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers hand the value over")]
    pub fn set(self, value: F) -> Assignment<R> {
        let mut cells = Vec::with_capacity(self.names.len());
        value.write(&mut cells);
        Assignment {
            columns: self.names,
            cells,
            is_once: false,
            of: PhantomData,
        }
    }

    /// The field gets this value, unless it has one already: then the whole change is ignored.
    #[must_use]
    pub fn set_once(self, value: F) -> Assignment<R> {
        Assignment {
            is_once: true,
            ..self.set(value)
        }
    }
}

impl<R, F: Cell> Column<R, F> {
    /// Only rows whose field is `wanted`.
    #[must_use]
    pub fn is(self, wanted: impl Into<F>) -> Condition<R> {
        self.condition(Comparison::Equal, &wanted.into())
    }

    fn condition(&self, comparison: Comparison, value: &F) -> Condition<R> {
        Condition {
            column: self.names[0],
            comparison,
            value: value.to_value(),
            of: PhantomData,
        }
    }
}

impl<R> Column<R, Timestamp> {
    /// Only rows whose time is within the span.
    #[must_use]
    pub fn within(self, span: Span) -> [Option<Condition<R>>; 2] {
        let from = span.from.map(|from| self.condition(Comparison::AtLeast, &from));
        let to = span.to.map(|to| self.condition(Comparison::Less, &to));
        [from, to]
    }
}

/// A new value for a field of rows of `R`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment<R> {
    /// The columns of the field.
    pub columns: &'static [&'static str],
    /// Their new cells.
    pub cells: Vec<Value>,
    /// Whether a row is left alone if the first of the columns has a value.
    pub is_once: bool,
    of: PhantomData<fn(R)>,
}

/// How a cell is compared with what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// The same or more.
    AtLeast,
    /// Less.
    Less,
}

/// Which rows of `R` are meant: those with a certain value in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition<R> {
    /// The column.
    pub column: &'static str,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub value: Value,
    of: PhantomData<fn(R)>,
}

impl<R: Row> Condition<R> {
    /// Whether a row is meant.
    #[must_use]
    pub fn fits(&self, row: &R) -> bool {
        let cell = row.cell(self.column);
        match self.comparison {
            Comparison::Equal => cell == self.value,
            Comparison::AtLeast => cell >= self.value,
            Comparison::Less => cell < self.value,
        }
    }
}

/// A change of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<R> {
    /// A new row; ignored if there is one with its key.
    Add(Box<R>),
    /// New values in the account's rows that meet all conditions; ignored where there are none.
    Set {
        /// Which rows.
        rows: Vec<Condition<R>>,
        /// The new values.
        values: Vec<Assignment<R>>,
    },
    /// New values in the account's only row, which is added if it is not there yet.
    Put(Vec<Assignment<R>>),
}

impl<R: Row> Change<R> {
    /// A new row.
    #[must_use]
    pub fn add(row: R) -> Self {
        Self::Add(Box::new(row))
    }

    /// New values in the account's rows that meet all conditions.
    #[must_use]
    pub fn set(rows: impl Into<Vec<Condition<R>>>, values: impl Into<Vec<Assignment<R>>>) -> Self {
        let (rows, values) = (rows.into(), values.into());
        Self::Set { rows, values }
    }

    /// A new row with these values and nothing else; none if it needs more.
    #[must_use]
    pub fn row(values: &[Assignment<R>]) -> Option<R> {
        let mut cells = vec![Value::Null; R::COLUMNS.len()];
        Self::assign(&mut cells, values);
        R::of_cells(cells).ok()
    }

    /// The row after new values; none if it is left alone.
    #[must_use]
    pub fn applied_to(row: &R, values: &[Assignment<R>]) -> Option<R> {
        let mut cells = row.cells();
        Self::assign(&mut cells, values).then(|| R::of_cells(cells).ok())?
    }

    /// Sets new values in the cells of a row; false if the row is left alone.
    pub fn assign(cells: &mut [Value], values: &[Assignment<R>]) -> bool {
        let position = |column: &str| R::COLUMNS.iter().position(|name| *name == column);
        let is_taken = |value: &Assignment<R>| {
            value.is_once && position(value.columns[0]).is_some_and(|cell| cells[cell] != Value::Null)
        };
        if values.iter().any(is_taken) {
            return false;
        }
        for value in values {
            for (column, cell) in value.columns.iter().zip(&value.cells) {
                if let Some(position) = position(column) {
                    cells[position] = cell.clone();
                }
            }
        }
        true
    }
}

/// A row of a log: something that happened, with the commit that recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<R> {
    /// When.
    pub at: Timestamp,
    /// The commit that recorded it.
    pub seq: Seq,
    /// Its place among the records of that commit.
    pub index: u32,
    /// What happened.
    pub entry: R,
}

impl<R> Deref for Recorded<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.entry
    }
}

/// Makes a row type of a list of fields: the struct, a [`Column`] of the same name for each field, and [`Row`].
///
/// Each line has a field, its type and the columns that store it.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $row:ident in $table:literal, key $key:literal, of commit [$($of_commit:ident),*] {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = $($column:literal)+,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $row {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        #[expect(non_upper_case_globals, reason = "a column has the name of its field")]
        impl $row {
            $($(#[$field_doc])* pub const $field: $crate::table::Column<Self, $type> =
                $crate::table::Column::new(&[$($column),+]);)*
        }

        impl $crate::table::Row for $row {
            const TABLE: &'static str = $table;
            const KEY: &'static str = $key;
            const OF_COMMIT: &'static [$crate::table::OfCommit] = &[$($crate::table::OfCommit::$of_commit),*];
            const COLUMNS: &'static [&'static str] = &[$($($column),+),*];

            fn cells(&self) -> Vec<$crate::table::Value> {
                let mut cells = Vec::with_capacity(Self::COLUMNS.len());
                $($crate::table::Field::write(&self.$field, &mut cells);)*
                cells
            }

            fn cell(&self, column: &str) -> $crate::table::Value {
                $(if let Some(cell) = [$($column),+].iter().position(|name| *name == column) {
                    let mut cells = Vec::with_capacity(1);
                    $crate::table::Field::write(&self.$field, &mut cells);
                    return cells.swap_remove(cell);
                })*
                $crate::table::Value::Null
            }

            fn of_cells(cells: Vec<$crate::table::Value>) -> Result<Self, &'static str> {
                let mut cells = cells.into_iter();
                Ok(Self {
                    $($field: $crate::table::Field::read(&mut cells).ok_or(stringify!($field))?,)*
                })
            }
        }
    };
}

pub(crate) use row;
