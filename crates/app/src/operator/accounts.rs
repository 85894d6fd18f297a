//! The operator's accounts: finding, creating and closing them.

use std::collections::BTreeMap;

use usher_domain::command::AccountCommand;
use usher_domain::labels::Labels;
use usher_domain::pool::Pool;
use usher_domain::text::Name;
use usher_domain::{Account, AccountId, Actor, Command, PoolId, Secs, Timestamp, WallTime};
use usher_engine::Failure;
use usher_journal::{AccountFilter, AccountRow, Cursor, Page, PageRequest, Peak, RecentOccupancy};

use crate::app::App;
use crate::caller::{AccountsManage, Admitted, Operator};
use crate::problem::Problem;
use crate::to_the_end::to_the_end;

/// How far back the peak of an account's shared seats reaches.
pub const PEAK_SPAN: Secs = Secs::new(24 * 3_600);

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct AccountsQuery {
    /// A part of the name, or a whole id, Usher's or the operator's; empty for all.
    pub find: String,
    /// Also closed accounts.
    pub with_closed: bool,
    /// The account after which the page starts.
    pub after: Option<AccountId>,
    /// The most accounts on the page.
    pub limit: u16,
}

/// An account as operators see it in their list.
#[derive(Debug, Clone)]
pub struct AccountSummary {
    /// Its record.
    pub row: AccountRow,
    /// Its current figures; `None` if it is closed.
    pub figures: Option<AccountFigures>,
    /// The most shared seats that were occupied at once in the last 24 hours ([`PEAK_SPAN`]).
    pub peak: Peak,
    /// When something was last done in it.
    pub last_used_at: Option<WallTime>,
}

/// The current figures of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFigures {
    /// The plan; `None` before the first subscription.
    pub plan: Option<String>,
    /// How many users it has.
    pub users: usize,
    /// Named seats that are assigned.
    pub named_assigned: u32,
    /// Named seats that were bought.
    pub named_bought: u32,
    /// Its shared seats.
    pub shared: SharedFigures,
    /// The remaining minutes.
    pub minutes: u64,
}

/// The shared seats of an account, of all products and pools together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedFigures {
    /// How many were bought.
    pub bought: u32,
    /// How many are held or offered.
    pub occupied: u32,
    /// How many users wait.
    pub waiting: u32,
}

impl AccountFigures {
    /// The figures of an account.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let products = &account.subscription().products;
        let sum = |seats: &mut dyn Iterator<Item = u32>| seats.fold(0_u32, u32::saturating_add);
        Self {
            plan: account
                .subscription()
                .plan
                .as_ref()
                .map(|plan| plan.name.to_string()),
            users: account.users().len(),
            named_assigned: sum(&mut products.keys().map(|product| account.named_assigned(product))),
            named_bought: sum(&mut products.values().map(|seats| seats.named_seats)),
            shared: SharedFigures {
                bought: sum(&mut products.values().map(|seats| seats.shared_seats)),
                occupied: sum(&mut account.pools().values().map(Pool::occupied)),
                waiting: sum(&mut account.pools().values().map(Pool::waiting)),
            },
            minutes: account.minutes(),
        }
    }
}

/// What a summary needs of an account's state.
struct AccountState {
    figures: AccountFigures,
    occupied: BTreeMap<PoolId, u32>,
    now: Timestamp,
}

impl App {
    /// A page of the accounts by name, each with its figures. Looks at no more than `commits_max` commits of all of them
    /// together for their peaks, each account at no more than its share of what others leave.
    pub async fn account_summaries(
        &self,
        query: AccountsQuery,
        commits_max: usize,
    ) -> Result<Page<AccountSummary>, Problem> {
        let after = query
            .after
            .map(|after| Cursor::new(Timestamp::default(), after.bits(), 0));
        let find = query.find.trim();
        let filter = AccountFilter {
            find: (!find.is_empty()).then(|| find.to_owned()),
            with_deleted: query.with_closed,
            ..AccountFilter::default()
        };
        let page = PageRequest::new(query.limit, after);
        let page = self.records.accounts_by_name(filter, page).await?;
        let (mut items, mut left) = (Vec::with_capacity(page.items.len()), commits_max);
        let count = page.items.len();
        for (index, row) in page.items.into_iter().enumerate() {
            let share = left / (count - index);
            let (summary, read) = self.summary_of(row, share).await?;
            items.push(summary);
            left = left.saturating_sub(read);
        }
        Ok(Page {
            items,
            next: page.next,
        })
    }

    /// The summary of one account; `None` if it never existed.
    pub async fn account_summary(
        &self,
        account: AccountId,
        commits_max: usize,
    ) -> Result<Option<AccountSummary>, Problem> {
        let before = Cursor::new(Timestamp::default(), account.bits().saturating_sub(1), 0);
        let filter = AccountFilter {
            with_deleted: true,
            ..AccountFilter::default()
        };
        let page = PageRequest::new(1, Some(before));
        let found = self.records.list_accounts(filter, page).await?.items;
        match found.into_iter().find(|row| row.account == account) {
            Some(row) => Ok(Some(self.summary_of(row, commits_max).await?.0)),
            None => Ok(None),
        }
    }

    /// The summary of an account, and how many commits were looked at for it.
    async fn summary_of(
        &self,
        row: AccountRow,
        commits_max: usize,
    ) -> Result<(AccountSummary, usize), Problem> {
        let look = |account: &Account, now| AccountState {
            figures: AccountFigures::of(account),
            occupied: account
                .pools()
                .values()
                .map(|pool| (pool.id, pool.occupied()))
                .collect(),
            now,
        };
        let seen = match self.engine.read(row.account, look).await {
            Ok(seen) => Some(seen),
            Err(Failure::NoAccount) => None,
            Err(failure) => return Err(failure.into()),
        };
        let now = seen.as_ref().map_or_else(|| self.engine.now(), |seen| seen.now);
        let since = now - PEAK_SPAN;
        let recent = self.records.recent_occupancy(row.account, since, commits_max);
        let recent: RecentOccupancy = recent.await?;
        let wall = self.wall_times(row.account).await;
        let (figures, occupied) = seen.map(|seen| (seen.figures, seen.occupied)).unzip();
        let summary = AccountSummary {
            row,
            figures,
            peak: recent.peak(since, &occupied.unwrap_or_default()),
            last_used_at: recent.last_commit_at.map(|at| wall.shown(at)),
        };
        Ok((summary, recent.commits_read))
    }
}

impl Operator<AccountsManage> {
    /// Creates an account with this id; `true` if an earlier request with the id created it already. Hold
    /// [`App::making_accounts`] meanwhile.
    pub async fn create_account<T: Send + 'static>(
        &self,
        id: AccountId,
        name: Name,
        labels: Labels,
        view: impl Fn(&Account, Timestamp) -> T + Clone + Send + 'static,
    ) -> Result<(T, bool), Failure> {
        let caller = self.in_account(id);
        let command = Command::Account(AccountCommand::Create { id, name, labels });
        let shown = view.clone();
        match caller
            .try_execute(command, move |account, (), now| shown(account, now))
            .await
        {
            Ok(shown) => {
                // From now on it would work again whenever the last account is closed.
                if let Err(error) = self.app.identity.remove_setup_link().await {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(
                        error,
                        "the setup link stays until somebody opens it or the server starts again"
                    );
                }
                Ok((shown, false))
            }
            // Only a repeated request can have an existing id.
            Err(Failure::Refused(refusal)) => match self.app.engine.read(id, view).await {
                Ok(found) => Ok((found, true)),
                Err(Failure::NoAccount) => Err(Failure::Refused(refusal)),
                Err(failure) => Err(failure),
            },
            Err(failure) => Err(failure),
        }
    }
}

impl Admitted {
    /// Closes the account: everybody is signed out, and all its credentials are deleted.
    pub async fn close_account(&self) -> Result<(), Problem> {
        let caller = self.clone();
        to_the_end(async move {
            let close = Command::Account(AccountCommand::Delete);
            let closed = caller.execute(close, |_, (), _| ()).await;
            // Also if the account is already closed: a crash may have come between the two.
            if caller.actor == Actor::Operator {
                caller.app.end_grants_of(caller.account, None).await?;
                caller.app.identity().forget_account(caller.account).await?;
            }
            closed
        })
        .await
    }
}
