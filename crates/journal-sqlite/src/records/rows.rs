//! Rows of the database as the port's rows.

use std::sync::Arc;

use rusqlite::Row;
use usher_domain::{AccountId, PoolId, RefusalId, SessionId, SignInId, TicketId, Timestamp, UserId};
use usher_journal::{
    AccountRow, AuditRow, CodeOwner, Cursor, End, EndedBy, MinutesRow, OccupancyRow, RefusalRow, Seq,
    SessionRow, SignInRow, Text, TicketRow,
};

use super::index;
use super::log::Indexed;
use crate::chain::Link;

/// What is read, in the order in which the functions below take it.
pub(super) const ACCOUNT: &str = "account_id, name, created_at, deleted, external_id, metadata";
pub(super) const AUDIT: &str = "place, actor, action, target, detail, cause";
pub(super) const OCCUPANCY: &str = "place, product, seats, occupied, offered, waiting";
pub(super) const REFUSAL: &str = "place, id, at, seq, user_id, product, pool_id, code, attempt, device, seats, \
     occupied, waiting, resolved_at";
pub(super) const MINUTES: &str = "place, at, seq, delta, balance, claim";
pub(super) const SESSION: &str = "place, id, sign_in_id, user_id, product, kind, pool_id, funding, code, \
     started_at, connected_at, ended_at, end_reason, ended_by, ended_by_name, end_note, customer, external_id, \
     metadata";
pub(super) const SIGN_IN: &str = "id, user_id, product, device_id, device_name, pool_id, funding, started_at, \
     ended_at, end_reason, ended_by, ended_by_name, end_note";
pub(super) const TICKET: &str = "id, user_id, product, pool_id, opened_at, ended_at, outcome, ended_by, ended_by_name, end_note, wanted, \
     offered_at";

fn bits(row: &Row<'_>, column: usize) -> rusqlite::Result<u128> {
    row.get(column).map(u128::from_be_bytes)
}

fn pool(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<PoolId>> {
    let bytes: Option<[u8; 16]> = row.get(column)?;
    Ok(bytes.map(|bytes| PoolId::from_bits(u128::from_be_bytes(bytes))))
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Text> {
    row.get::<_, Arc<str>>(column).map(Text::from)
}

fn maybe_text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Text>> {
    Ok(row.get::<_, Option<Arc<str>>>(column)?.map(Text::from))
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

fn maybe_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

fn seq(row: &Row<'_>, column: usize) -> rusqlite::Result<Seq> {
    row.get(column).map(|seq: i64| Seq::new(seq.cast_unsigned()))
}

/// The end that is in five columns: its time, its reason, who ended it, their name and what they said.
pub(super) fn end(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<End>> {
    let Some(at) = maybe_time(row, column)? else {
        return Ok(None);
    };
    let (name, note) = (maybe_text(row, column + 3)?, maybe_text(row, column + 4)?);
    let by = maybe_text(row, column + 2)?;
    Ok(Some(End {
        at,
        reason: text(row, column + 1)?,
        by: by.map(|actor| EndedBy { actor, name, note }),
    }))
}

/// The place of a row in a list that is sorted by `place`.
fn by_place(row: &Row<'_>) -> rusqlite::Result<Cursor> {
    let place: i64 = row.get(0)?;
    Ok(Cursor::new(Timestamp::default(), place.cast_unsigned().into(), 0))
}

pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<(Cursor, AccountRow)> {
    let account = bits(row, 0)?;
    let found = AccountRow {
        account: AccountId::from_bits(account),
        name: text(row, 1)?,
        created_at: time(row, 2)?,
        deleted: row.get(3)?,
        external_id: maybe_text(row, 4)?,
        metadata: maybe_text(row, 5)?,
    };
    Ok((Cursor::new(Timestamp::default(), account, 0), found))
}

pub(super) fn audit(link: &Link, row: &Row<'_>) -> rusqlite::Result<Indexed<AuditRow>> {
    let index = index(row.get(0)?);
    let found = AuditRow {
        at: link.at,
        seq: link.seq,
        index,
        actor: text(row, 1)?,
        action: text(row, 2)?,
        target: maybe_text(row, 3)?,
        detail: maybe_text(row, 4)?,
        cause: maybe_text(row, 5)?,
    };
    Ok((index, found))
}

pub(super) fn occupancy(link: &Link, row: &Row<'_>) -> rusqlite::Result<Indexed<OccupancyRow>> {
    let found = OccupancyRow {
        at: link.at,
        seq: link.seq,
        product: text(row, 1)?,
        seats: row.get(2)?,
        occupied: row.get(3)?,
        offered: row.get(4)?,
        waiting: row.get(5)?,
    };
    Ok((index(row.get(0)?), found))
}

pub(super) fn refusal(row: &Row<'_>) -> rusqlite::Result<(Cursor, RefusalRow)> {
    let found = RefusalRow {
        id: RefusalId::from_bits(bits(row, 1)?),
        at: time(row, 2)?,
        seq: seq(row, 3)?,
        user: UserId::from_bits(bits(row, 4)?),
        product: text(row, 5)?,
        pool: pool(row, 6)?,
        code: text(row, 7)?,
        attempt: text(row, 8)?,
        device: maybe_text(row, 9)?,
        seats: row.get(10)?,
        occupied: row.get(11)?,
        waiting: row.get(12)?,
        resolved_at: maybe_time(row, 13)?,
    };
    Ok((by_place(row)?, found))
}

pub(super) fn minutes(row: &Row<'_>) -> rusqlite::Result<(Cursor, MinutesRow)> {
    let found = MinutesRow {
        at: time(row, 1)?,
        seq: seq(row, 2)?,
        delta: row.get(3)?,
        balance: row.get::<_, i64>(4)?.cast_unsigned(),
        claim: maybe_text(row, 5)?,
    };
    Ok((by_place(row)?, found))
}

pub(super) fn sign_in(row: &Row<'_>) -> rusqlite::Result<SignInRow> {
    Ok(SignInRow {
        id: SignInId::from_bits(bits(row, 0)?),
        user: UserId::from_bits(bits(row, 1)?),
        product: text(row, 2)?,
        device_id: text(row, 3)?,
        device_name: text(row, 4)?,
        pool: pool(row, 5)?,
        funding: maybe_text(row, 6)?,
        started_at: time(row, 7)?,
        end: end(row, 8)?,
    })
}

pub(super) fn session(row: &Row<'_>) -> rusqlite::Result<Indexed<SessionRow>> {
    let found = SessionRow {
        id: SessionId::from_bits(bits(row, 1)?),
        sign_in: SignInId::from_bits(bits(row, 2)?),
        user: UserId::from_bits(bits(row, 3)?),
        product: text(row, 4)?,
        kind: text(row, 5)?,
        pool: pool(row, 6)?,
        funding: maybe_text(row, 7)?,
        code: maybe_text(row, 8)?,
        started_at: time(row, 9)?,
        connected_at: maybe_time(row, 10)?,
        end: end(row, 11)?,
        customer: maybe_text(row, 16)?,
        external_id: maybe_text(row, 17)?,
        metadata: maybe_text(row, 18)?,
    };
    Ok((index(row.get(0)?), found))
}

pub(super) fn ticket(row: &Row<'_>) -> rusqlite::Result<TicketRow> {
    Ok(TicketRow {
        id: TicketId::from_bits(bits(row, 0)?),
        user: UserId::from_bits(bits(row, 1)?),
        product: text(row, 2)?,
        pool: PoolId::from_bits(bits(row, 3)?),
        opened_at: time(row, 4)?,
        end: end(row, 5)?,
        wanted: maybe_text(row, 10)?,
        offered_at: maybe_time(row, 11)?,
    })
}

pub(super) fn address_owner(row: &Row<'_>) -> rusqlite::Result<(AccountId, UserId)> {
    Ok((
        AccountId::from_bits(bits(row, 0)?),
        UserId::from_bits(bits(row, 1)?),
    ))
}

pub(super) fn code_owner(row: &Row<'_>) -> rusqlite::Result<CodeOwner> {
    Ok(CodeOwner {
        account: AccountId::from_bits(bits(row, 0)?),
        session: SessionId::from_bits(bits(row, 1)?),
        retired_at: maybe_time(row, 2)?,
    })
}
