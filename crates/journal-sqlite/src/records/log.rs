//! Listing records that nearly every commit writes, along the links between an account's commits.

use rusqlite::Connection;
use usher_domain::{AccountId, Timestamp};
use usher_journal::{Cursor, Page, PageRequest, Seq, Span};

use super::{index, place, position};
use crate::chain::{self, Link};

/// A record and its index in its commit.
pub(super) type Indexed<T> = (u32, T);

fn cursor(link: &Link, index: u32) -> Cursor {
    Cursor::new(Timestamp::default(), link.seq.get().into(), index)
}

fn seq(cursor: Cursor) -> Seq {
    Seq::new(u64::try_from(cursor.major()).unwrap_or(u64::MAX))
}

/// The newest commit before `to`.
pub(super) fn last_before(
    connection: &Connection,
    account: AccountId,
    to: Option<Timestamp>,
) -> rusqlite::Result<Option<Link>> {
    let since = to
        .map(|to| chain::first_since(connection, account, to))
        .transpose()?
        .flatten();
    match since {
        Some(first_after) => match chain::find(connection, account, first_after)? {
            Some(link) => chain::before(connection, &link),
            None => Ok(None),
        },
        None => chain::head(connection, account),
    }
}

/// A page of records, newest first. `read` returns the requested ones of one commit, in any order.
pub(super) fn newest_first<T>(
    connection: &Connection,
    account: AccountId,
    span: Span,
    page: PageRequest,
    mut read: impl FnMut(&Link) -> rusqlite::Result<Vec<Indexed<T>>>,
) -> rusqlite::Result<Page<T>> {
    let mut rows = Vec::new();
    let mut next = match page.after() {
        Some(after) => chain::find(connection, account, seq(after))?,
        None => last_before(connection, account, span.to)?,
    };
    while let Some(link) = next.filter(|link| span.from.is_none_or(|from| from <= link.at)) {
        let mut of_commit = read(&link)?;
        of_commit.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
        let placed = of_commit
            .into_iter()
            .map(|(index, row)| (cursor(&link, index), row));
        rows.extend(placed.filter(|(place, _)| page.after().is_none_or(|after| *place < after)));
        if rows.len() > page.limit() {
            break;
        }
        next = chain::before(connection, &link)?;
    }
    Ok(Page::cut(rows, page.limit()))
}

/// A page of records that an index finds, newest first. `read` returns those before a place, newest first, with their
/// places: one more than the page has, if there are enough.
pub(super) fn newest_first_by_place<T>(
    connection: &Connection,
    account: AccountId,
    page: PageRequest,
    read: impl FnOnce(i64) -> rusqlite::Result<Vec<(i64, T)>>,
) -> rusqlite::Result<Page<T>> {
    let before = match page.after() {
        None => i64::MAX,
        Some(after) => match chain::find(connection, account, seq(after))? {
            Some(link) => place(link.position, after.minor()),
            None => return Ok(Page::cut(Vec::new(), page.limit())),
        },
    };
    let mut rows = Vec::new();
    for (place, row) in read(before)? {
        let link = chain::link(connection, position(place))?;
        rows.push((cursor(&link, index(place)), row));
    }
    Ok(Page::cut(rows, page.limit()))
}

/// A page of records, oldest first. `read` returns the requested ones of one commit, in any order.
pub(super) fn oldest_first<T>(
    connection: &Connection,
    account: AccountId,
    span: Span,
    page: PageRequest,
    mut read: impl FnMut(&Link) -> rusqlite::Result<Vec<Indexed<T>>>,
) -> rusqlite::Result<Page<T>> {
    let mut rows = Vec::new();
    let first = match (page.after(), span.from) {
        (Some(after), _) => Some(seq(after)),
        (None, Some(from)) => chain::first_since(connection, account, from)?,
        (None, None) => Some(Seq::FIRST),
    };
    let Some(first) = first else {
        return Ok(Page::cut(rows, page.limit()));
    };
    let mut done = Seq::new(first.get().saturating_sub(1));
    while rows.len() <= page.limit() {
        let run = chain::run_after(connection, account, done)?;
        let Some(last) = run.last() else { break };
        done = last.seq;
        for link in run.iter().filter(|link| span.contains(link.at)) {
            let mut of_commit = read(link)?;
            of_commit.sort_by_key(|(index, _)| *index);
            let placed = of_commit
                .into_iter()
                .map(|(index, row)| (cursor(link, index), row));
            rows.extend(placed.filter(|(place, _)| page.after().is_none_or(|after| *place > after)));
        }
        if span.to.is_some_and(|to| to <= last.at) {
            break;
        }
    }
    Ok(Page::cut(rows, page.limit()))
}
