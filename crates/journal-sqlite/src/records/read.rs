//! The port for reading the records, on SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row as Found, params};
use usher_domain::{AccountId, PoolId, SessionId, SignInId, TicketId, Timestamp, UserId};
use usher_journal::table::{Cell as _, Row, Value};
use usher_journal::{
    ADDRESS_OWNERS_MAX, AccountFilter, AccountRow, AuditFilter, AuditRow, CodeOwner, Cursor, JournalError,
    Minutes, MinutesRow, Occupancy, OccupancyRow, OccupancySearch, Page, PageRequest, RecentOccupancy,
    Records, RefusalFilter, RefusalRow, RequestOf, Seq, SessionFilter, SessionRow, SignInRow, Span,
    SubscriptionChange, SubscriptionChangeOf, SubscriptionRequestRow, Text, TicketFilter, TicketRow,
};

use super::cells::{one, read};
use super::log::{last_before, newest_first, newest_first_by_place, oldest_first};
use super::query::{OfCommits, Query, log_page, logged};
use crate::{SqliteJournal, chain};

/// The sessions of an account that an index finds: old users and vendor ids are found as fast as current ones.
fn sessions_by(
    connection: &Connection,
    index: &str,
    account: AccountId,
    filter: &SessionFilter,
    page: PageRequest,
) -> rusqlite::Result<Page<SessionRow>> {
    let query = Query::<SessionRow>::new(&["place"], Some(index)).of_account(account);
    let query = query.fitting(filter.conditions());
    newest_first_by_place(connection, account, page, |before| {
        query
            .and("place < ?", [Value::Integer(before)])
            .page(connection, "place DESC", page, |row| {
                Ok((row.get(0)?, read(row, 1)?))
            })
    })
}

/// A page of the accounts that match a filter.
fn accounts(
    connection: &Connection,
    mut query: Query<AccountRow>,
    filter: AccountFilter,
    order: &str,
    page: PageRequest,
) -> rusqlite::Result<Page<AccountRow>> {
    if !filter.with_deleted {
        query = query.and("NOT deleted", []);
    }
    if let Some(q) = filter.q {
        let q = Text::from(q).to_value();
        query = query.and("instr(folded(name), folded(?)) > 0", [q]);
    }
    if let Some(find) = filter.find {
        let id = find.parse().map_or(0, AccountId::bits);
        let text = || Text::from(find.clone()).to_value();
        let condition = "(instr(folded(name), folded(?)) > 0 OR external_id = ? OR account_id = ?)";
        query = query.and(condition, [text(), text(), Value::Id(id)]);
    }
    let external_id = filter.external_id.map(Text::from);
    let external_id = external_id.map(|id| AccountRow::external_id.is(id));
    let query = query.fitting(external_id.into_iter().collect());
    let rows = query.page(connection, order, page, |row| {
        let row: AccountRow = read(row, 0)?;
        Ok((Cursor::new(Timestamp::default(), row.account.bits(), 0), row))
    })?;
    Ok(Page::cut(rows, page.limit()))
}

/// The row with an id, if it belongs to the account.
fn by_id<R: Row>(connection: &Connection, account: AccountId, id: Value) -> rusqlite::Result<Option<R>> {
    let of_account = Query::new(&[], None).of_account(account);
    of_account.and("id = ?", [id]).row(connection)
}

fn of_pool(connection: &Connection, pool: PoolId) -> rusqlite::Result<OfCommits<'_, Occupancy>> {
    OfCommits::fitting(connection, vec![Occupancy::pool.is(pool)])
}

#[async_trait]
impl Records for SqliteJournal {
    async fn list_accounts(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError> {
        self.ask(move |connection| {
            let mut query = Query::<AccountRow>::new(&[], None);
            if let Some(after) = page.after() {
                query = query.and("account_id > ?", [Value::Id(after.major())]);
            }
            accounts(connection, query, filter, "account_id", page)
        })
        .await
    }

    async fn accounts_by_name(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError> {
        self.ask(move |connection| {
            let mut query = Query::<AccountRow>::new(&[], None);
            if let Some(after) = page.after() {
                let condition = "(sort_key(name), account_id) > (SELECT sort_key(other.name), other.account_id FROM accounts other WHERE other.account_id = ?)";
                query = query.and(condition, [Value::Id(after.major())]);
            }
            accounts(connection, query, filter, "sort_key(name), account_id", page)
        })
        .await
    }

    async fn recent_occupancy(
        &self,
        account: AccountId,
        since: Timestamp,
        commits_max: usize,
    ) -> Result<RecentOccupancy, JournalError> {
        self.ask(move |connection| {
            let mut search = OccupancySearch::new(since, commits_max);
            let mut rows = OfCommits::<Occupancy>::fitting(connection, Vec::new())?;
            let mut next = chain::head(connection, account)?;
            let last_commit_at = next.map(|link| link.at);
            while let Some(link) = next.filter(|link| !search.is_done(link.at)) {
                if !search.may_go_on() {
                    return Ok(search.finish(false, last_commit_at));
                }
                let mut of_commit = rows.of(&link)?;
                of_commit.sort_unstable_by_key(|(index, _)| std::cmp::Reverse(*index));
                for (_, row) in of_commit {
                    search.take(row);
                }
                next = chain::before(connection, &link)?;
            }
            Ok(search.finish(true, last_commit_at))
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
            let (span, conditions) = (filter.span, filter.conditions());
            log_page(connection, "refusals_of_account", account, span, conditions, page)
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
            let mut rows = OfCommits::fitting(connection, filter.conditions())?;
            newest_first(connection, account, filter.span, page, |link| {
                let mut of_commit = rows.of(link)?;
                of_commit.retain(|(_, row)| filter.fits_cause(row.cause.as_ref()));
                Ok(of_commit)
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
            let mut rows = OfCommits::fitting(connection, Vec::new())?;
            let mut found = Vec::new();
            let mut done = Seq::new(first.get().saturating_sub(1));
            while done < last {
                let run = chain::run_after(connection, account, done)?;
                let Some(newest) = run.last() else { break };
                done = newest.seq;
                for link in run.iter().filter(|link| link.seq <= last) {
                    let mut of_commit = rows.of(link)?;
                    of_commit.sort_unstable_by_key(|(index, _)| *index);
                    found.extend(of_commit.into_iter().map(|(_, row)| row));
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
            (Some(_), _) => sessions_by(connection, "sessions_by_external_id", account, &filter, page),
            (None, Some(_)) => sessions_by(connection, "sessions_by_user", account, &filter, page),
            (None, None) => {
                let mut rows = OfCommits::<SessionRow>::fitting(connection, filter.conditions())?;
                let found = newest_first(connection, account, filter.span, page, |link| rows.of(link))?;
                Ok(found.map(|row| row.entry))
            }
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
            log_page::<Minutes>(connection, "minutes_of_account", account, span, Vec::new(), page)
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
            let mut rows = of_pool(connection, pool)?;
            oldest_first(connection, account, span, page, |link| rows.of(link))
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
            let mut rows = of_pool(connection, pool)?;
            let mut next = last_before(connection, account, Some(at))?;
            while let Some(link) = next {
                let newest = rows.of(&link)?.into_iter().max_by_key(|(index, _)| *index);
                if let Some((_, found)) = newest {
                    return Ok(Some(found));
                }
                next = chain::before(connection, &link)?;
            }
            Ok(None)
        })
        .await
    }

    async fn sign_in(&self, account: AccountId, id: SignInId) -> Result<Option<SignInRow>, JournalError> {
        self.ask(move |connection| by_id(connection, account, id.to_value()))
            .await
    }

    async fn session(&self, account: AccountId, id: SessionId) -> Result<Option<SessionRow>, JournalError> {
        self.ask(move |connection| by_id(connection, account, id.to_value()))
            .await
    }

    async fn ticket(&self, account: AccountId, id: TicketId) -> Result<Option<TicketRow>, JournalError> {
        self.ask(move |connection| by_id(connection, account, id.to_value()))
            .await
    }

    async fn list_tickets(
        &self,
        account: AccountId,
        filter: TicketFilter,
        page: PageRequest,
    ) -> Result<Page<TicketRow>, JournalError> {
        self.ask(move |connection| {
            let (at, id) = page.after().map_or((i64::MAX, u128::MAX), |after| {
                (after.at().millis(), after.major())
            });
            let query = Query::<TicketRow>::new(&[], Some("tickets_of_account"))
                .of_account(account)
                .and("(opened_at, id) < (?, ?)", [Value::Integer(at), Value::Id(id)])
                .fitting(filter.conditions());
            let rows = query.page(connection, "opened_at DESC, id DESC", page, |row| {
                let row: TicketRow = read(row, 0)?;
                Ok((Cursor::new(row.opened_at, row.id.bits(), 0), row))
            })?;
            Ok(Page::cut(rows, page.limit()))
        })
        .await
    }

    async fn list_open_requests(&self, page: PageRequest) -> Result<Page<RequestOf>, JournalError> {
        self.ask(move |connection| {
            let after = page.after().map_or(0, Cursor::major);
            let index = Some("subscription_requests_open");
            let name = "COALESCE((SELECT name FROM accounts WHERE accounts.account_id = subscription_requests.account_id), '')";
            let query = Query::<SubscriptionRequestRow>::new(&["account_id", name], index).and("is_open", []);
            let rows = query
                .and("id > ?", [Value::Id(after)])
                .page(connection, "id", page, |row| {
                    let of = RequestOf {
                        account: one(row, 0)?,
                        account_name: one(row, 1)?,
                        request: read(row, 2)?,
                    };
                    let id = of.request.id.bits();
                    Ok((Cursor::new(Timestamp::default(), id, 0), of))
                })?;
            Ok(Page::cut(rows, page.limit()))
        })
        .await
    }

    async fn list_subscription_changes(
        &self,
        page: PageRequest,
    ) -> Result<Page<SubscriptionChangeOf>, JournalError> {
        self.ask(move |connection| {
            let after = page
                .after()
                .map_or(-1, |after| i64::try_from(after.major()).unwrap_or(i64::MAX));
            let query = Query::<SubscriptionChange>::new(&["account_id", "place", "at", "seq"], None);
            let rows =
                query
                    .and("place > ?", [Value::Integer(after)])
                    .page(connection, "place", page, |row| {
                        let (cursor, change) = logged(row, 1)?;
                        let account = one(row, 0)?;
                        let of = SubscriptionChangeOf {
                            cursor,
                            account,
                            change,
                        };
                        Ok((cursor, of))
                    })?;
            Ok(Page::cut(rows, page.limit()))
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
            let blob = |bits: u128| bits.to_be_bytes();
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
            let rows = find.query_map(params![email, limit], |row| Ok((one(row, 0)?, one(row, 1)?)))?;
            rows.collect()
        })
        .await
    }

    async fn find_code(&self, code: &str) -> Result<Option<CodeOwner>, JournalError> {
        let code = code.to_owned();
        self.ask(move |connection| {
            let mut find = connection
                .prepare_cached("SELECT account_id, session_id, retired_at FROM codes WHERE code = ?1")?;
            let owner = |row: &Found<'_>| {
                Ok(CodeOwner {
                    account: one(row, 0)?,
                    session: one(row, 1)?,
                    retired_at: one(row, 2)?,
                })
            };
            find.query_row([code], owner).optional()
        })
        .await
    }
}
