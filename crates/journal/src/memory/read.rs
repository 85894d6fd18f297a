//! Reads the read models in memory.

use async_trait::async_trait;
use usher_domain::text::sort_key;
use usher_domain::{AccountId, PoolId, SessionId, SignInId, TicketId, Timestamp, UserId};

use super::MemoryJournal;
use super::table::{newest_first, oldest_first};
use super::tables::History;
use crate::table::Condition;
use crate::{
    ADDRESS_OWNERS_MAX, AccountFilter, AccountRow, AuditFilter, AuditRow, CodeOwner, Cursor, JournalError,
    MinutesRow, Occupancy, OccupancyRow, OccupancySearch, Page, PageRequest, RecentOccupancy, Records,
    RefusalFilter, RefusalRow, RequestOf, Seq, SessionFilter, SessionRow, SignInRow, Span,
    SubscriptionChangeOf, SubscriptionRequestRow, Text, TicketFilter, TicketRow, folded,
};

impl MemoryJournal {
    fn history<T>(
        &self,
        account: AccountId,
        read: impl FnOnce(&History) -> T + Send,
    ) -> Result<T, JournalError> {
        let store = self.open()?;
        Ok(match store.tables.histories.get(&account) {
            Some(history) => read(history),
            None => read(&History::default()),
        })
    }
}

fn of_pool(pool: PoolId) -> Vec<Condition<Occupancy>> {
    vec![Occupancy::pool.is(pool)]
}

fn place_of(row: &AccountRow) -> Cursor {
    Cursor::new(Timestamp::default(), row.account.bits(), 0)
}

fn fits(filter: &AccountFilter, row: &AccountRow) -> bool {
    let name = folded(&row.name);
    let has = |part: &str| name.contains(&folded(part));
    let is_external = |wanted: &str| row.external_id.as_deref() == Some(wanted);
    let is_meant = |text: &str| has(text) || is_external(text) || text.parse() == Ok(row.account);
    (filter.with_deleted || !row.deleted)
        && filter.q.as_deref().is_none_or(has)
        && filter.find.as_deref().is_none_or(is_meant)
        && filter.external_id.as_deref().is_none_or(is_external)
}

#[async_trait]
impl Records for MemoryJournal {
    async fn list_accounts(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError> {
        let store = self.open()?;
        let rows = store.tables.accounts.values().filter(|row| fits(&filter, row));
        Ok(oldest_first(rows.map(|row| (place_of(row), row)), page))
    }

    async fn accounts_by_name(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError> {
        let store = self.open()?;
        let key = |row: &AccountRow| (sort_key(&row.name), row.account);
        let after = page.after().map(|after| AccountId::from_bits(after.major()));
        let after = after.and_then(|after| store.tables.accounts.get(&after)).map(key);
        let rows = store.tables.accounts.values();
        let mut rows: Vec<_> = rows
            .filter(|row| fits(&filter, row) && after.as_ref().is_none_or(|after| key(row) > *after))
            .collect();
        rows.sort_by_key(|row| key(row));
        rows.truncate(page.limit() + 1);
        let rows = rows.into_iter().map(|row| (place_of(row), row.clone()));
        Ok(Page::cut(rows.collect(), page.limit()))
    }

    async fn recent_occupancy(
        &self,
        account: AccountId,
        since: Timestamp,
        commits_max: usize,
    ) -> Result<RecentOccupancy, JournalError> {
        let last_commit_at = self.open()?.last_commit_at(account);
        self.history(account, |history| {
            let mut search = OccupancySearch::new(since, commits_max);
            let rows: Vec<_> = history
                .occupancy
                .fitting(Vec::new())
                .map(|(_, row)| row)
                .collect();
            for of_commit in rows.chunk_by(|a, b| a.seq == b.seq).rev() {
                if of_commit.first().is_some_and(|row| search.is_done(row.at)) {
                    break;
                }
                if !search.may_go_on() {
                    return search.finish(false, last_commit_at);
                }
                for row in of_commit.iter().rev() {
                    search.take((*row).clone());
                }
            }
            search.finish(true, last_commit_at)
        })
    }

    async fn list_refusals(
        &self,
        account: AccountId,
        filter: RefusalFilter,
        page: PageRequest,
    ) -> Result<Page<RefusalRow>, JournalError> {
        self.history(account, |history| {
            let rows = history.refusals.fitting(filter.conditions());
            newest_first(rows.filter(|(_, row)| filter.span.contains(row.at)), page)
        })
    }

    async fn list_audit(
        &self,
        account: AccountId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditRow>, JournalError> {
        self.history(account, |history| {
            let rows = history.audit.fitting(filter.conditions());
            let fit =
                rows.filter(|(_, row)| filter.span.contains(row.at) && filter.fits_cause(row.cause.as_ref()));
            newest_first(fit, page)
        })
    }

    async fn audit_of(
        &self,
        account: AccountId,
        first: Seq,
        last: Seq,
    ) -> Result<Vec<AuditRow>, JournalError> {
        self.history(account, |history| {
            let rows = history.audit.fitting(Vec::new()).map(|(_, row)| row);
            let of_commits = |row: &&AuditRow| (first..=last).contains(&row.seq);
            rows.filter(of_commits).cloned().collect()
        })
    }

    async fn list_sessions(
        &self,
        account: AccountId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<SessionRow>, JournalError> {
        self.history(account, |history| {
            let rows = history.sessions.fitting(filter.conditions());
            newest_first(rows.map(|(place, row)| (place, &row.entry)), page)
        })
    }

    async fn list_minutes(
        &self,
        account: AccountId,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<MinutesRow>, JournalError> {
        self.history(account, |history| {
            let rows = history.minutes.fitting(Vec::new());
            newest_first(rows.filter(|(_, row)| span.contains(row.at)), page)
        })
    }

    async fn occupancy(
        &self,
        account: AccountId,
        pool: PoolId,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<OccupancyRow>, JournalError> {
        self.history(account, |history| {
            let rows = history.occupancy.fitting(of_pool(pool));
            oldest_first(rows.filter(|(_, row)| span.contains(row.at)), page)
        })
    }

    async fn occupancy_before(
        &self,
        account: AccountId,
        pool: PoolId,
        at: Timestamp,
    ) -> Result<Option<OccupancyRow>, JournalError> {
        self.history(account, |history| {
            let rows = history.occupancy.fitting(of_pool(pool));
            let mut earlier = rows.rev().filter(|(_, row)| row.at < at);
            earlier.next().map(|(_, row)| row.clone())
        })
    }

    async fn sign_in(&self, account: AccountId, id: SignInId) -> Result<Option<SignInRow>, JournalError> {
        self.history(account, |history| history.sign_ins.get(id.bits()).cloned())
    }

    async fn session(&self, account: AccountId, id: SessionId) -> Result<Option<SessionRow>, JournalError> {
        self.history(account, |history| history.sessions.get(id.bits()).cloned())
    }

    async fn ticket(&self, account: AccountId, id: TicketId) -> Result<Option<TicketRow>, JournalError> {
        self.history(account, |history| history.tickets.get(id.bits()).cloned())
    }

    async fn list_tickets(
        &self,
        account: AccountId,
        filter: TicketFilter,
        page: PageRequest,
    ) -> Result<Page<TicketRow>, JournalError> {
        self.history(account, |history| {
            let place = |row: &TicketRow| Cursor::new(row.opened_at, row.id.bits(), 0);
            let rows = history.tickets.fitting(filter.conditions());
            let mut rows: Vec<_> = rows.map(|(_, row)| (place(&row.entry), &row.entry)).collect();
            rows.sort_unstable_by_key(|(place, _)| *place);
            newest_first(rows.into_iter(), page)
        })
    }

    async fn list_open_requests(&self, page: PageRequest) -> Result<Page<RequestOf>, JournalError> {
        let store = self.open()?;
        let histories = store.tables.histories.iter();
        let open = histories.flat_map(|(account, history)| {
            let rows = history
                .requests
                .fitting(vec![SubscriptionRequestRow::is_open.is(true)]);
            let name = store.tables.accounts.get(account).map(|row| &row.name);
            rows.map(move |(_, row)| RequestOf {
                account: *account,
                account_name: name.cloned().unwrap_or(Text::Static("")),
                request: row.entry.clone(),
            })
        });
        let mut open: Vec<RequestOf> = open.collect();
        open.sort_unstable_by_key(|of| of.request.id);
        let placed = open.iter().map(|of| {
            let id = of.request.id.bits();
            (Cursor::new(Timestamp::default(), id, 0), of)
        });
        Ok(oldest_first(placed, page))
    }

    async fn list_subscription_changes(
        &self,
        page: PageRequest,
    ) -> Result<Page<SubscriptionChangeOf>, JournalError> {
        let store = self.open()?;
        let histories = store.tables.histories.iter();
        let changes = histories.flat_map(|(account, history)| {
            let rows = history.subscription_changes.rows().values();
            rows.map(|row| {
                let place = store.place(*account, row.seq);
                let cursor = Cursor::new(Timestamp::default(), place.into(), row.index);
                SubscriptionChangeOf {
                    cursor,
                    account: *account,
                    change: row.clone(),
                }
            })
        });
        let mut changes: Vec<SubscriptionChangeOf> = changes.collect();
        changes.sort_unstable_by_key(|of| of.cursor);
        Ok(oldest_first(changes.iter().map(|of| (of.cursor, of)), page))
    }

    async fn has_made(
        &self,
        account: AccountId,
        first: u128,
        last: u128,
        except: u128,
    ) -> Result<bool, JournalError> {
        self.history(account, |history| {
            let claims = history.sign_ins.ids().chain(history.sessions.ids());
            let mut made = claims.chain(history.tickets.ids());
            made.any(|id| (first..=last).contains(&id) && id != except)
        })
    }

    async fn find_address(&self, email: &str) -> Result<Vec<(AccountId, UserId)>, JournalError> {
        let inner = self.open()?;
        let addresses = inner.tables.addresses.iter();
        let owners = addresses.filter(|(_, address)| &**address.reveal() == email);
        Ok(owners.map(|(owner, _)| *owner).take(ADDRESS_OWNERS_MAX).collect())
    }

    async fn find_code(&self, code: &str) -> Result<Option<CodeOwner>, JournalError> {
        Ok(self
            .open()?
            .tables
            .codes
            .get(&crate::Text::from(code.to_owned()))
            .copied())
    }
}
