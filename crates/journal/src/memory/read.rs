//! Reads the read models in memory.

use async_trait::async_trait;
use usher_domain::{AccountId, PoolId, SessionId, SignInId, TicketId, Timestamp, UserId};

use super::MemoryJournal;
use super::tables::History;
use crate::{
    ADDRESS_OWNERS_MAX, AccountFilter, AccountRow, AuditFilter, AuditRow, CodeOwner, Cursor, JournalError,
    MinutesRow, OccupancyRow, Page, PageRequest, Records, RefusalFilter, RefusalRow, Seq, SessionFilter,
    SessionRow, SignInRow, Span, TicketFilter, TicketRow,
};

fn newest_first<'a, T: Clone + 'a>(
    rows: impl DoubleEndedIterator<Item = (Cursor, &'a T)>,
    page: PageRequest,
) -> Page<T> {
    let rows = rows
        .rev()
        .filter(|(place, _)| page.after().is_none_or(|after| *place < after));
    cut(rows, page)
}

fn oldest_first<'a, T: Clone + 'a>(
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

/// Whether `value` passes the filter. No filter lets everything pass.
fn fits<T: PartialEq<V> + ?Sized, V>(filter: Option<&V>, value: &T) -> bool {
    filter.is_none_or(|wanted| value == wanted)
}

fn fits_text(filter: Option<&String>, value: &str) -> bool {
    fits(filter, value)
}

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

#[async_trait]
impl Records for MemoryJournal {
    async fn list_accounts(
        &self,
        filter: AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountRow>, JournalError> {
        let q = filter.q.unwrap_or_default().to_ascii_lowercase();
        let store = self.open()?;
        let rows = store.tables.accounts.values();
        let rows = rows
            .filter(|row| filter.with_deleted || !row.deleted)
            .filter(|row| row.name.to_ascii_lowercase().contains(&q))
            .filter(|row| {
                let wanted = filter.external_id.as_deref();
                wanted.is_none_or(|wanted| row.external_id.as_deref() == Some(wanted))
            })
            .map(|row| (Cursor::new(Timestamp::default(), row.account.bits(), 0), row));
        Ok(oldest_first(rows, page))
    }

    async fn list_refusals(
        &self,
        account: AccountId,
        filter: RefusalFilter,
        page: PageRequest,
    ) -> Result<Page<RefusalRow>, JournalError> {
        self.history(account, |history| {
            let rows = history
                .refusals
                .iter()
                .map(|(place, row)| (*place, row))
                .filter(|(_, row)| {
                    filter.span.contains(row.at)
                        && fits(filter.user.as_ref(), &row.user)
                        && filter.pool.is_none_or(|pool| row.pool == Some(pool))
                        && fits_text(filter.product.as_ref(), &row.product)
                        && fits_text(filter.code.as_ref(), &row.code)
                });
            newest_first(rows, page)
        })
    }

    async fn list_audit(
        &self,
        account: AccountId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditRow>, JournalError> {
        self.history(account, |history| {
            let rows = history
                .audit
                .iter()
                .map(|(place, row)| (*place, row))
                .filter(|(_, row)| {
                    filter.span.contains(row.at)
                        && fits_text(filter.actor.as_ref(), &row.actor)
                        && fits_text(filter.action.as_ref(), &row.action)
                        && filter
                            .target
                            .as_deref()
                            .is_none_or(|target| row.target.as_deref() == Some(target))
                        && filter.fits_cause(row.cause.as_ref())
                });
            newest_first(rows, page)
        })
    }

    async fn audit_of(
        &self,
        account: AccountId,
        first: Seq,
        last: Seq,
    ) -> Result<Vec<AuditRow>, JournalError> {
        self.history(account, |history| {
            let of_commits = |row: &&AuditRow| (first..=last).contains(&row.seq);
            history.audit.values().filter(of_commits).cloned().collect()
        })
    }

    async fn list_sessions(
        &self,
        account: AccountId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<SessionRow>, JournalError> {
        self.history(account, |history| {
            let mut rows: Vec<_> = history
                .sessions
                .values()
                .filter(|(_, row)| {
                    let wanted = filter.external_id.as_deref();
                    filter.span.contains(row.started_at)
                        && fits(filter.user.as_ref(), &row.user)
                        && wanted.is_none_or(|wanted| row.external_id.as_deref() == Some(wanted))
                })
                .map(|(place, row)| (*place, row))
                .collect();
            rows.sort_unstable_by_key(|(place, _)| *place);
            newest_first(rows.into_iter(), page)
        })
    }

    async fn list_minutes(
        &self,
        account: AccountId,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<MinutesRow>, JournalError> {
        self.history(account, |history| {
            let rows = history.minutes.iter().map(|(place, row)| (*place, row));
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
            let rows = history
                .occupancy
                .iter()
                .filter(|((of, _), row)| *of == pool && span.contains(row.at));
            oldest_first(rows.map(|((_, place), row)| (*place, row)), page)
        })
    }

    async fn occupancy_before(
        &self,
        account: AccountId,
        pool: PoolId,
        at: Timestamp,
    ) -> Result<Option<OccupancyRow>, JournalError> {
        self.history(account, |history| {
            let mut rows = history.occupancy.iter().rev();
            rows.find(|((of, _), row)| *of == pool && row.at < at)
                .map(|(_, row)| row.clone())
        })
    }

    async fn sign_in(&self, account: AccountId, id: SignInId) -> Result<Option<SignInRow>, JournalError> {
        self.history(account, |history| history.sign_ins.get(&id).cloned())
    }

    async fn session(&self, account: AccountId, id: SessionId) -> Result<Option<SessionRow>, JournalError> {
        self.history(account, |history| {
            history.sessions.get(&id).map(|(_, session)| session.clone())
        })
    }

    async fn ticket(&self, account: AccountId, id: TicketId) -> Result<Option<TicketRow>, JournalError> {
        self.history(account, |history| history.tickets.get(&id).cloned())
    }

    async fn list_tickets(
        &self,
        account: AccountId,
        filter: TicketFilter,
        page: PageRequest,
    ) -> Result<Page<TicketRow>, JournalError> {
        self.history(account, |history| {
            let fit = history.tickets.values().filter(|row| {
                filter.span.contains(row.opened_at)
                    && fits(filter.user.as_ref(), &row.user)
                    && fits(filter.pool.as_ref(), &row.pool)
                    && fits_text(filter.product.as_ref(), &row.product)
            });
            let place = |row: &TicketRow| Cursor::new(row.opened_at, row.id.bits(), 0);
            let mut rows: Vec<_> = fit.map(|row| (place(row), row)).collect();
            rows.sort_unstable_by_key(|(place, _)| *place);
            newest_first(rows.into_iter(), page)
        })
    }

    async fn has_made(
        &self,
        account: AccountId,
        first: u128,
        last: u128,
        except: u128,
    ) -> Result<bool, JournalError> {
        self.history(account, |history| {
            let sign_ins = history.sign_ins.keys().map(|id| id.bits());
            let sessions = history.sessions.keys().map(|id| id.bits());
            let tickets = history.tickets.keys().map(|id| id.bits());
            let mut made = sign_ins.chain(sessions).chain(tickets);
            made.any(|id| (first..=last).contains(&id) && id != except)
        })
    }

    async fn find_address(&self, email: &str) -> Result<Vec<(AccountId, UserId)>, JournalError> {
        let inner = self.open()?;
        let addresses = inner.tables.addresses.iter();
        let owners = addresses.filter(|(_, address)| &***address == email);
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
