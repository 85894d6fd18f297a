//! The port for reading the records, on SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use usher_domain::{AccountId, PoolId, SessionId, SignInId, TicketId, Timestamp, UserId};
use usher_journal::{
    ADDRESS_OWNERS_MAX, AccountFilter, AccountRow, AuditFilter, AuditRow, CodeOwner, Cursor, JournalError,
    MinutesRow, OccupancyRow, Page, PageRequest, Records, RefusalFilter, RefusalRow, Seq, SessionFilter,
    SessionRow, SignInRow, Span, TicketFilter, TicketRow,
};

use super::log::{last_before, newest_first, newest_first_by_place, oldest_first};
use super::{place, rows};
use crate::{SqliteJournal, chain};

fn blob(bits: u128) -> [u8; 16] {
    bits.to_be_bytes()
}

/// How many rows to ask for: one more than the page has, which tells whether another page follows.
fn rows_max(page: PageRequest) -> i64 {
    i64::try_from(page.limit()).unwrap_or(i64::MAX).saturating_add(1)
}

/// The place after which a list that is sorted by `place`, newest first, goes on.
fn place_before(page: PageRequest) -> i64 {
    page.after()
        .map_or(i64::MAX, |after| i64::try_from(after.major()).unwrap_or(i64::MAX))
}

/// The places of all records of the commit at `position`.
fn places(position: i64) -> (i64, i64) {
    (place(position, 0), place(position + 1, 0))
}

fn sessions(
    connection: &Connection,
    account: AccountId,
    span: Span,
    page: PageRequest,
) -> rusqlite::Result<Page<SessionRow>> {
    let sql = format!(
        "SELECT {} FROM sessions WHERE place >= ?1 AND place < ?2",
        rows::SESSION
    );
    let mut list = connection.prepare(&sql)?;
    newest_first(connection, account, span, page, |link| {
        list.query_map(places(link.position), rows::session)?.collect()
    })
}

/// By the index: a user who was last here long ago is found as soon as one who is here now.
fn sessions_of(
    connection: &Connection,
    account: AccountId,
    user: UserId,
    span: Span,
    page: PageRequest,
) -> rusqlite::Result<Page<SessionRow>> {
    let sql = format!(
        "SELECT {} FROM sessions INDEXED BY sessions_by_user WHERE account_id = ?1 AND user_id = ?2 AND place < ?3
         AND started_at >= coalesce(?4, started_at) AND (?5 IS NULL OR started_at < ?5)
         ORDER BY place DESC LIMIT ?6",
        rows::SESSION
    );
    let (from, to) = (span.from.map(Timestamp::millis), span.to.map(Timestamp::millis));
    let mut list = connection.prepare_cached(&sql)?;
    newest_first_by_place(connection, account, page, |before| {
        let (account, user) = (blob(account.bits()), blob(user.bits()));
        let values = params![account, user, before, from, to, rows_max(page)];
        let found = list.query_map(values, |row| Ok((row.get(0)?, rows::session(row)?.1)))?;
        found.collect()
    })
}

/// Those with an id in a vendor's system, by its index.
fn sessions_called(
    connection: &Connection,
    account: AccountId,
    filter: &SessionFilter,
    page: PageRequest,
) -> rusqlite::Result<Page<SessionRow>> {
    let sql = format!(
        "SELECT {} FROM sessions INDEXED BY sessions_by_external_id
         WHERE account_id = ?1 AND external_id = ?2 AND place < ?3
         AND started_at >= coalesce(?4, started_at) AND (?5 IS NULL OR started_at < ?5)
         AND (?6 IS NULL OR user_id = ?6) ORDER BY place DESC LIMIT ?7",
        rows::SESSION
    );
    let (from, to) = (
        filter.span.from.map(Timestamp::millis),
        filter.span.to.map(Timestamp::millis),
    );
    let user = filter.user.map(|user| blob(user.bits()));
    let mut list = connection.prepare_cached(&sql)?;
    newest_first_by_place(connection, account, page, |before| {
        let account = blob(account.bits());
        let values = params![
            account,
            filter.external_id,
            before,
            from,
            to,
            user,
            rows_max(page)
        ];
        let found = list.query_map(values, |row| Ok((row.get(0)?, rows::session(row)?.1)))?;
        found.collect()
    })
}

#[async_trait]
impl Records for SqliteJournal {
    async fn list_accounts(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM accounts WHERE account_id > ?1 AND (?2 OR NOT deleted)
                 AND instr(lower(name), lower(?3)) > 0 AND (?5 IS NULL OR external_id = ?5)
                 ORDER BY account_id LIMIT ?4",
                rows::ACCOUNT
            );
            let after = page
                .after()
                .map_or(Vec::new(), |after| blob(after.major()).to_vec());
            let q = filter.q.unwrap_or_default();
            let mut list = connection.prepare_cached(&sql)?;
            let found = list.query_map(
                params![after, filter.with_deleted, q, rows_max(page), filter.external_id],
                rows::account,
            )?;
            Ok(Page::cut(found.collect::<rusqlite::Result<_>>()?, page.limit()))
        })
        .await
    }

    async fn list_refusals(
        &self,
        account: AccountId,
        filter: RefusalFilter,
        page: PageRequest,
    ) -> Result<Page<RefusalRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM refusals WHERE account_id = ?1 AND place < ?2
                 AND at >= coalesce(?3, at) AND (?4 IS NULL OR at < ?4) AND (?5 IS NULL OR user_id = ?5)
                 AND (?6 IS NULL OR pool_id = ?6) AND (?7 IS NULL OR product = ?7)
                 AND (?8 IS NULL OR code = ?8) ORDER BY place DESC LIMIT ?9",
                rows::REFUSAL
            );
            let mut list = connection.prepare_cached(&sql)?;
            let found = list.query_map(
                params![
                    blob(account.bits()),
                    place_before(page),
                    filter.span.from.map(Timestamp::millis),
                    filter.span.to.map(Timestamp::millis),
                    filter.user.map(|user| blob(user.bits())),
                    filter.pool.map(|pool| blob(pool.bits())),
                    filter.product,
                    filter.code,
                    rows_max(page),
                ],
                rows::refusal,
            )?;
            Ok(Page::cut(found.collect::<rusqlite::Result<_>>()?, page.limit()))
        })
        .await
    }

    async fn list_audit(
        &self,
        account: AccountId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM audit WHERE place >= ?1 AND place < ?2 AND (?3 IS NULL OR actor = ?3)
                 AND (?4 IS NULL OR action = ?4) AND (?5 IS NULL OR target = ?5)",
                rows::AUDIT
            );
            let mut list = connection.prepare(&sql)?;
            newest_first(connection, account, filter.span, page, |link| {
                let (first, end) = places(link.position);
                let values: [&dyn ToSql; 5] = [&first, &end, &filter.actor, &filter.action, &filter.target];
                let found = list.query_map(values, |row| rows::audit(link, row))?;
                let fits = |row: &rusqlite::Result<(_, AuditRow)>| {
                    !matches!(row, Ok((_, row)) if !filter.fits_cause(row.cause.as_ref()))
                };
                found.filter(fits).collect()
            })
        })
        .await
    }

    async fn audit_of(
        &self,
        account: AccountId,
        first: Seq,
        last: Seq,
    ) -> Result<Vec<AuditRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM audit WHERE place >= ?1 AND place < ?2 ORDER BY place",
                rows::AUDIT
            );
            let mut of_commit = connection.prepare_cached(&sql)?;
            let mut found = Vec::new();
            let mut done = Seq::new(first.get().saturating_sub(1));
            while done < last {
                let run = chain::run_after(connection, account, done)?;
                let Some(newest) = run.last() else { break };
                done = newest.seq;
                for link in run.iter().filter(|link| link.seq <= last) {
                    let (start, end) = places(link.position);
                    let rows = of_commit.query_map([start, end], |row| rows::audit(link, row))?;
                    for row in rows {
                        found.push(row?.1);
                    }
                }
            }
            Ok(found)
        })
        .await
    }

    async fn list_sessions(
        &self,
        account: AccountId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<SessionRow>, JournalError> {
        self.ask(move |connection| match (&filter.external_id, filter.user) {
            (Some(_), _) => sessions_called(connection, account, &filter, page),
            (None, Some(user)) => sessions_of(connection, account, user, filter.span, page),
            (None, None) => sessions(connection, account, filter.span, page),
        })
        .await
    }

    async fn list_minutes(
        &self,
        account: AccountId,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<MinutesRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM minutes WHERE account_id = ?1 AND place < ?2 AND at >= coalesce(?3, at)
                 AND (?4 IS NULL OR at < ?4) ORDER BY place DESC LIMIT ?5",
                rows::MINUTES
            );
            let (from, to) = (span.from.map(Timestamp::millis), span.to.map(Timestamp::millis));
            let mut list = connection.prepare_cached(&sql)?;
            let found = list.query_map(
                params![blob(account.bits()), place_before(page), from, to, rows_max(page)],
                rows::minutes,
            )?;
            Ok(Page::cut(found.collect::<rusqlite::Result<_>>()?, page.limit()))
        })
        .await
    }

    async fn occupancy(
        &self,
        account: AccountId,
        pool: PoolId,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<OccupancyRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM occupancy WHERE place >= ?1 AND place < ?2 AND pool_id = ?3",
                rows::OCCUPANCY
            );
            let mut list = connection.prepare(&sql)?;
            oldest_first(connection, account, span, page, |link| {
                let (first, end) = places(link.position);
                list.query_map(params![first, end, blob(pool.bits())], |row| {
                    rows::occupancy(link, row)
                })?
                .collect()
            })
        })
        .await
    }

    async fn occupancy_before(
        &self,
        account: AccountId,
        pool: PoolId,
        at: Timestamp,
    ) -> Result<Option<OccupancyRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM occupancy WHERE place >= ?1 AND place < ?2 AND pool_id = ?3
                 ORDER BY place DESC LIMIT 1",
                rows::OCCUPANCY
            );
            let mut last = connection.prepare(&sql)?;
            let mut next = last_before(connection, account, Some(at))?;
            while let Some(link) = next {
                let (first, end) = places(link.position);
                let values = params![first, end, blob(pool.bits())];
                let found = last
                    .query_row(values, |row| rows::occupancy(&link, row))
                    .optional()?;
                if let Some((_, found)) = found {
                    return Ok(Some(found));
                }
                next = chain::before(connection, &link)?;
            }
            Ok(None)
        })
        .await
    }

    async fn sign_in(&self, account: AccountId, id: SignInId) -> Result<Option<SignInRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM sign_ins WHERE id = ?1 AND account_id = ?2",
                rows::SIGN_IN
            );
            let mut sign_in = connection.prepare_cached(&sql)?;
            sign_in
                .query_row([blob(id.bits()), blob(account.bits())], rows::sign_in)
                .optional()
        })
        .await
    }

    async fn session(&self, account: AccountId, id: SessionId) -> Result<Option<SessionRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM sessions WHERE id = ?1 AND account_id = ?2",
                rows::SESSION
            );
            let mut session = connection.prepare_cached(&sql)?;
            let found = session
                .query_row([blob(id.bits()), blob(account.bits())], rows::session)
                .optional()?;
            Ok(found.map(|(_, session)| session))
        })
        .await
    }

    async fn ticket(&self, account: AccountId, id: TicketId) -> Result<Option<TicketRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM tickets WHERE id = ?1 AND account_id = ?2",
                rows::TICKET
            );
            let mut ticket = connection.prepare_cached(&sql)?;
            ticket
                .query_row([blob(id.bits()), blob(account.bits())], rows::ticket)
                .optional()
        })
        .await
    }

    async fn list_tickets(
        &self,
        account: AccountId,
        filter: TicketFilter,
        page: PageRequest,
    ) -> Result<Page<TicketRow>, JournalError> {
        self.ask(move |connection| {
            let sql = format!(
                "SELECT {} FROM tickets INDEXED BY tickets_of_account
                 WHERE account_id = ?1 AND (opened_at, id) < (?2, ?3)
                 AND opened_at >= coalesce(?4, opened_at) AND (?5 IS NULL OR opened_at < ?5)
                 AND (?6 IS NULL OR user_id = ?6) AND (?7 IS NULL OR pool_id = ?7)
                 AND (?8 IS NULL OR product = ?8) ORDER BY opened_at DESC, id DESC LIMIT ?9",
                rows::TICKET
            );
            let (at, id) = page.after().map_or((i64::MAX, u128::MAX), |after| {
                (after.at().millis(), after.major())
            });
            let mut list = connection.prepare_cached(&sql)?;
            let found = list.query_map(
                params![
                    blob(account.bits()),
                    at,
                    blob(id),
                    filter.span.from.map(Timestamp::millis),
                    filter.span.to.map(Timestamp::millis),
                    filter.user.map(|user| blob(user.bits())),
                    filter.pool.map(|pool| blob(pool.bits())),
                    filter.product,
                    rows_max(page),
                ],
                |row| {
                    let row = rows::ticket(row)?;
                    Ok((Cursor::new(row.opened_at, row.id.bits(), 0), row))
                },
            )?;
            Ok(Page::cut(found.collect::<rusqlite::Result<_>>()?, page.limit()))
        })
        .await
    }

    async fn has_made(
        &self,
        account: AccountId,
        first: u128,
        last: u128,
        except: u128,
    ) -> Result<bool, JournalError> {
        self.ask(move |connection| {
            let mut find = connection.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM sign_ins WHERE id BETWEEN ?1 AND ?2 AND id <> ?3 AND account_id = ?4)
                 OR EXISTS (SELECT 1 FROM sessions WHERE id BETWEEN ?1 AND ?2 AND id <> ?3 AND account_id = ?4)
                 OR EXISTS (SELECT 1 FROM tickets WHERE id BETWEEN ?1 AND ?2 AND id <> ?3 AND account_id = ?4)",
            )?;
            let ids = params![blob(first), blob(last), blob(except), blob(account.bits())];
            find.query_row(ids, |row| row.get(0))
        })
        .await
    }

    async fn find_address(&self, email: &str) -> Result<Vec<(AccountId, UserId)>, JournalError> {
        let email = email.to_owned();
        let limit = i64::try_from(ADDRESS_OWNERS_MAX).unwrap_or(i64::MAX);
        self.ask(move |connection| {
            let mut find = connection.prepare_cached(
                "SELECT account_id, user_id FROM addresses WHERE email = ?1 ORDER BY account_id, user_id LIMIT ?2",
            )?;
            let rows = find.query_map(params![email, limit], rows::address_owner)?;
            rows.collect()
        })
        .await
    }

    async fn find_code(&self, code: &str) -> Result<Option<CodeOwner>, JournalError> {
        let code = code.to_owned();
        self.ask(move |connection| {
            let mut find = connection
                .prepare_cached("SELECT account_id, session_id, retired_at FROM codes WHERE code = ?1")?;
            find.query_row([code], rows::code_owner).optional()
        })
        .await
    }
}
