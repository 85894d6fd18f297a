//! Writes the records of a commit.

use std::collections::HashMap;

use rusqlite::{Connection, Statement, params};
use usher_domain::{AccountId, Timestamp};
use usher_journal::table::{Assignment, Cell as _, Change, Condition, OfCommit, Row, Value};
use usher_journal::{
    Audit, CODE_KEPT_SECS, Minutes, Occupancy, Record, Refusal, Seq, SessionRow, SignInRow,
    SubscriptionChange, SubscriptionRequestRow, TicketRow,
};

use super::cells::{bind, compared, sign};
use super::{INDEX_BITS, place};

/// The commit that records derive from.
pub(crate) struct Origin {
    pub(crate) account: AccountId,
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
    pub(crate) position: i64,
}

/// The prepared statements that write records.
pub(crate) struct RecordStatements<'c> {
    connection: &'c Connection,
    audit: Statement<'c>,
    refusal: Statement<'c>,
    occupancy: Statement<'c>,
    minutes: Statement<'c>,
    sign_in: Statement<'c>,
    session: Statement<'c>,
    ticket: Statement<'c>,
    request: Statement<'c>,
    subscription_change: Statement<'c>,
    /// Those that change rows, by table and columns.
    changes: HashMap<Vec<&'static str>, Statement<'c>>,
    code_issued: Statement<'c>,
    code_retired: Statement<'c>,
    codes_forgotten: Statement<'c>,
    address_put: Statement<'c>,
    address_gone: Statement<'c>,
}

/// Adds a row; ignored if a row has its id. Places are used only once.
fn add<R: Row>(connection: &Connection) -> rusqlite::Result<Statement<'_>> {
    let of_commit = R::OF_COMMIT.iter().map(|column| column.column());
    let columns: Vec<_> = of_commit.chain(R::COLUMNS.iter().copied()).collect();
    let cells = vec!["?"; columns.len()];
    let ignored = if R::COLUMNS.contains(&R::KEY) {
        format!(" ON CONFLICT ({}) DO NOTHING", R::KEY)
    } else {
        String::new()
    };
    connection.prepare(&format!(
        "INSERT INTO {} ({}) VALUES ({}){ignored}",
        R::TABLE,
        columns.join(", "),
        cells.join(", "),
    ))
}

/// Sets columns in the account's rows that meet the conditions.
fn set<'c, R: Row>(
    connection: &'c Connection,
    rows: &[Condition<R>],
    values: &[Assignment<R>],
) -> rusqlite::Result<Statement<'c>> {
    let columns = values.iter().flat_map(|value| value.columns);
    let columns: Vec<_> = columns.map(|column| format!("{column} = ?")).collect();
    let rows = rows.iter().map(compared);
    let once = values.iter().filter(|value| value.is_once);
    let once = once.map(|value| format!("{} IS NULL", value.columns[0]));
    let conditions: Vec<_> = rows.chain(once).chain(["account_id = ?".to_owned()]).collect();
    connection.prepare(&format!(
        "UPDATE {} SET {} WHERE {}",
        R::TABLE,
        columns.join(", "),
        conditions.join(" AND "),
    ))
}

/// Sets columns in the account's only row, which is added if it is not there.
fn put<'c, R: Row>(connection: &'c Connection, values: &[Assignment<R>]) -> rusqlite::Result<Statement<'c>> {
    let columns: Vec<_> = values.iter().flat_map(|value| value.columns).copied().collect();
    let updates = columns
        .iter()
        .map(|column| format!("{column} = excluded.{column}"));
    let updates: Vec<_> = updates.collect();
    connection.prepare(&format!(
        "INSERT INTO {} ({}, account_id) VALUES ({}) ON CONFLICT (account_id) DO UPDATE SET {}",
        R::TABLE,
        columns.join(", "),
        vec!["?"; columns.len() + 1].join(", "),
        updates.join(", "),
    ))
}

/// Ids are stored as 16 bytes, most significant first, so that they sort as in memory.
fn blob(bits: u128) -> [u8; 16] {
    bits.to_be_bytes()
}

impl<'c> RecordStatements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            audit: add::<Audit>(connection)?,
            refusal: add::<Refusal>(connection)?,
            occupancy: add::<Occupancy>(connection)?,
            minutes: add::<Minutes>(connection)?,
            sign_in: add::<SignInRow>(connection)?,
            session: add::<SessionRow>(connection)?,
            ticket: add::<TicketRow>(connection)?,
            request: add::<SubscriptionRequestRow>(connection)?,
            subscription_change: add::<SubscriptionChange>(connection)?,
            changes: HashMap::new(),
            code_issued: connection.prepare(
                "INSERT INTO codes (code, account_id, session_id) VALUES (?1, ?2, ?3)
                 ON CONFLICT (code) DO UPDATE SET account_id = ?2, session_id = ?3, retired_at = NULL
                 WHERE retired_at IS NOT NULL",
            )?,
            code_retired: connection.prepare(
                "UPDATE codes SET retired_at = ?3 WHERE code = ?1 AND account_id = ?2 AND retired_at IS NULL",
            )?,
            codes_forgotten: connection
                .prepare("DELETE FROM codes WHERE account_id = ?1 AND retired_at < ?2")?,
            address_put: connection.prepare(
                "INSERT INTO addresses (account_id, user_id, email) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account_id, user_id) DO UPDATE SET email = ?3",
            )?,
            address_gone: connection
                .prepare("DELETE FROM addresses WHERE account_id = ?1 AND user_id = ?2")?,
        })
    }

    /// Why `records` cannot be stored, if so.
    pub(crate) fn misfit(records: &[Record]) -> Option<&'static str> {
        let index_max = (1_u32 << INDEX_BITS) - 1;
        let too_many = usize::try_from(index_max).is_ok_and(|max| records.len() > max);
        let misfit = |record: &Record| match record {
            Record::Audit { index, .. } => *index > index_max,
            Record::Minutes(minutes) => i64::try_from(minutes.balance).is_err(),
            Record::Account(_)
            | Record::Refusal(_)
            | Record::Occupancy(_)
            | Record::SignIn(_)
            | Record::Session(_)
            | Record::Ticket(_)
            | Record::SubscriptionRequest(_)
            | Record::SubscriptionChange(_)
            | Record::CodeIssued { .. }
            | Record::CodeRetired { .. }
            | Record::AddressPut { .. } => false,
        };
        (too_many || records.iter().any(misfit))
            .then_some("a commit has too many records, or one out of bounds")
    }

    pub(crate) fn put(&mut self, of: &Origin, records: &[Record]) -> rusqlite::Result<()> {
        records
            .iter()
            .zip(0..)
            .try_for_each(|(record, index)| self.put_one(of, index, record).map(drop))
    }

    fn put_one(&mut self, of: &Origin, index: u32, record: &Record) -> rusqlite::Result<usize> {
        let account = blob(of.account.bits());
        match record {
            Record::Account(change) => self.change(of, change),
            Record::Audit { index, entry } => insert(&mut self.audit, of, *index, entry),
            Record::Refusal(Change::Add(row)) => insert(&mut self.refusal, of, index, &**row),
            Record::Refusal(change) => self.change(of, change),
            Record::Occupancy(entry) => insert(&mut self.occupancy, of, index, entry),
            Record::Minutes(entry) => insert(&mut self.minutes, of, index, entry),
            Record::SignIn(Change::Add(row)) => insert(&mut self.sign_in, of, index, &**row),
            Record::SignIn(change) => self.change(of, change),
            Record::Session(Change::Add(row)) => insert(&mut self.session, of, index, &**row),
            Record::Session(change) => self.change(of, change),
            Record::Ticket(Change::Add(row)) => insert(&mut self.ticket, of, index, &**row),
            Record::Ticket(change) => self.change(of, change),
            Record::SubscriptionRequest(Change::Add(row)) => insert(&mut self.request, of, index, &**row),
            Record::SubscriptionRequest(change) => self.change(of, change),
            Record::SubscriptionChange(entry) => insert(&mut self.subscription_change, of, index, entry),
            Record::CodeIssued { code, session } => {
                self.code_issued
                    .execute(params![&**code, account, blob(session.bits())])
            }
            Record::CodeRetired { code } => {
                let now = of.at.millis();
                let kept_from = now.saturating_sub(i64::from(CODE_KEPT_SECS) * 1000);
                self.codes_forgotten.execute(params![account, kept_from])?;
                self.code_retired.execute(params![&**code, account, now])
            }
            Record::AddressPut { user, email } => {
                let user = blob(user.bits());
                match email {
                    Some(email) => self
                        .address_put
                        .execute(params![account, user, &**email.reveal()]),
                    None => self.address_gone.execute(params![account, user]),
                }
            }
        }
    }

    fn change<R: Row>(&mut self, of: &Origin, change: &Change<R>) -> rusqlite::Result<usize> {
        let (rows, values) = match change {
            Change::Add(row) => return insert(&mut add::<R>(self.connection)?, of, 0, &**row),
            Change::Set { rows, values } => (rows.as_slice(), values),
            Change::Put(values) => ([].as_slice(), values),
        };
        let account = of.account.to_value();
        let cells = values.iter().flat_map(|value| &value.cells);
        let wanted = rows.iter().map(|row| &row.value);
        let parameters = cells.chain(wanted).chain([&account]).zip(1..);
        let statement = match self.changes.entry(shape(change)) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => new.insert(match change {
                Change::Put(values) => put(self.connection, values)?,
                Change::Set { .. } | Change::Add(_) => set(self.connection, rows, values)?,
            }),
        };
        for (value, parameter) in parameters {
            bind(statement, parameter, value)?;
        }
        statement.raw_execute()
    }
}

/// The key that determines the text of a statement for this change.
fn shape<R: Row>(change: &Change<R>) -> Vec<&'static str> {
    let mut shape = vec![R::TABLE];
    let (kind, rows, values) = match change {
        Change::Add(_) => ("add", [].as_slice(), [].as_slice()),
        Change::Set { rows, values } => ("set", rows.as_slice(), values.as_slice()),
        Change::Put(values) => ("put", [].as_slice(), values.as_slice()),
    };
    shape.push(kind);
    for value in values {
        shape.push(if value.is_once { "once" } else { "always" });
        shape.extend(value.columns);
    }
    for row in rows {
        shape.extend(["where", row.column, sign(row.comparison)]);
    }
    shape
}

/// Runs the statement that [`add`] made.
fn insert<R: Row>(
    statement: &mut Statement<'_>,
    of: &Origin,
    index: u32,
    row: &R,
) -> rusqlite::Result<usize> {
    let of_commit = R::OF_COMMIT.iter().map(|column| match column {
        OfCommit::Place => Value::Integer(place(of.position, index)),
        OfCommit::Account => of.account.to_value(),
        OfCommit::Seq => Value::Integer(of.seq.get().cast_signed()),
        OfCommit::At => of.at.to_value(),
    });
    for (cell, parameter) in of_commit.chain(row.cells()).zip(1..) {
        bind(statement, parameter, &cell)?;
    }
    statement.raw_execute()
}
