//! What is to leave the server.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use usher_domain::{AccountId, OutboxId, Timestamp, UserId};

use super::{MemoryStore, Tables};
use crate::ports::{Outbox, StoreError};
use crate::{
    Channel, OUTBOX_ACCOUNT_SPAN, OUTBOX_RECIPIENT_SPAN, OutboxBudget, OutboxClaim, OutboxEntry,
    OutboxFigures, OutboxRefused, OutboxRow, OutboxState, OutboxUse, SecretDigest, Settled,
};

#[derive(Default)]
pub(super) struct OutboxTables {
    pub(super) rows: BTreeMap<OutboxId, OutboxRow>,
    used: Vec<Used>,
    followed: BTreeMap<AccountId, u64>,
    since: Option<Timestamp>,
}

/// An entry that was written, as it is counted.
struct Used {
    caused_by: Option<AccountId>,
    recipient: SecretDigest,
    budget: OutboxBudget,
    written_at: Timestamp,
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn put_in_outbox(
        &self,
        entries: Vec<OutboxEntry>,
        followed: Option<(AccountId, u64)>,
    ) -> Result<OutboxRefused, StoreError> {
        let mut tables = self.tables()?;
        if let Some((account, seq)) = followed {
            let known = tables.outbox.followed.entry(account).or_default();
            if *known >= seq {
                return Ok(OutboxRefused::default());
            }
            *known = seq;
        }
        Ok(tables.put_in_outbox(entries))
    }

    async fn outbox_since(&self, now: Timestamp) -> Result<Timestamp, StoreError> {
        Ok(*self.tables()?.outbox.since.get_or_insert(now))
    }

    async fn followed(&self) -> Result<Vec<(AccountId, u64)>, StoreError> {
        let tables = self.tables()?;
        Ok(tables
            .outbox
            .followed
            .iter()
            .map(|(id, seq)| (*id, *seq))
            .collect())
    }

    async fn followed_until(&self, account: AccountId) -> Result<Option<u64>, StoreError> {
        Ok(self.tables()?.outbox.followed.get(&account).copied())
    }

    async fn claim_from_outbox(
        &self,
        channel: Channel,
        after: Option<AccountId>,
        now: Timestamp,
        until: Timestamp,
        max: usize,
    ) -> Result<Vec<OutboxClaim>, StoreError> {
        let mut tables = self.tables()?;
        let mut due: Vec<_> = tables
            .outbox
            .rows
            .values_mut()
            .filter(|row| row.entry.channel == channel && row.entry.due_at <= now && is_free(row, now))
            .collect();
        due.sort_by_key(|row| (row.entry.due_at, row.entry.id));
        let mut taken = BTreeMap::<_, usize>::new();
        let mut due: Vec<_> = due
            .into_iter()
            .map(|row| {
                let account = row.entry.caused_by;
                let turn = taken.entry(account).or_default();
                *turn += 1;
                ((*turn, account <= after, account), row)
            })
            .collect();
        due.sort_by_key(|(place, _)| *place);
        due.truncate(max);
        let claims = due.into_iter().map(|(_, row)| {
            row.may_have_left |= matches!(row.state, OutboxState::Claimed { .. });
            row.state = OutboxState::Claimed { until };
            row.attempts += 1;
            OutboxClaim {
                entry: row.entry.clone(),
                attempt: row.attempts,
                may_have_left: row.may_have_left,
            }
        });
        Ok(claims.collect())
    }

    async fn end_claims(&self, channel: Channel, now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let rows = tables.outbox.rows.values_mut();
        for row in rows.filter(|row| row.entry.channel == channel) {
            if let OutboxState::Claimed { until } = &mut row.state {
                *until = now;
            }
        }
        Ok(())
    }

    async fn give_up_outbox(
        &self,
        channel: Channel,
        error: Arc<str>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut tables = self.tables()?;
        let rows = tables.outbox.rows.values_mut();
        let waiting = rows.filter(|row| row.entry.channel == channel && row.ended_at().is_none());
        let given_up = waiting.map(|row| {
            let error = Arc::clone(&error);
            let may_have_left = true;
            row.settle(Settled::Failed { error, may_have_left }, now);
        });
        Ok(given_up.count())
    }

    async fn settle_in_outbox(
        &self,
        id: OutboxId,
        attempt: u32,
        settled: Settled,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let row = tables.outbox.rows.get_mut(&id);
        let claimed =
            row.filter(|row| row.attempts == attempt && matches!(row.state, OutboxState::Claimed { .. }));
        let Some(row) = claimed else {
            return Ok(false);
        };
        row.settle(settled, now);
        Ok(true)
    }

    async fn outbox_of(
        &self,
        account: Option<AccountId>,
        channel: Channel,
        max: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let tables = self.tables()?;
        let rows = tables.outbox.rows.values();
        let mut rows: Vec<_> = rows
            .filter(|row| row.entry.account == account && row.entry.channel == channel)
            .cloned()
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.entry.written_at, row.entry.id)));
        rows.truncate(max);
        Ok(rows)
    }

    async fn outbox_figures(&self, channel: Channel) -> Result<OutboxFigures, StoreError> {
        let tables = self.tables()?;
        let mut figures = OutboxFigures::default();
        for row in tables
            .outbox
            .rows
            .values()
            .filter(|row| row.entry.channel == channel)
        {
            match row.state {
                OutboxState::Waiting | OutboxState::Claimed { .. } => {
                    figures.waiting += 1;
                    let oldest = figures.oldest_waiting.unwrap_or(row.entry.written_at);
                    figures.oldest_waiting = Some(oldest.min(row.entry.written_at));
                }
                OutboxState::Sent { at } => figures.last_sent = figures.last_sent.max(Some(at)),
                OutboxState::Failed { .. } => figures.failed += 1,
            }
        }
        Ok(figures)
    }

    async fn forget_outbox_use(&self, until: Timestamp) -> Result<(), StoreError> {
        self.tables()?.outbox.used.retain(|used| used.written_at >= until);
        Ok(())
    }

    async fn remove_ended_from_outbox(&self, until: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let is_kept = |row: &OutboxRow| row.ended_at().is_none_or(|at| at >= until);
        tables.outbox.rows.retain(|_, row| is_kept(row));
        Ok(())
    }
}

/// Whether nobody has claimed the row, or the claim has run out.
fn is_free(row: &OutboxRow, now: Timestamp) -> bool {
    match row.state {
        OutboxState::Waiting => true,
        OutboxState::Claimed { until } => until <= now,
        OutboxState::Sent { .. } | OutboxState::Failed { .. } => false,
    }
}

impl OutboxTables {
    fn use_before(&self, entry: &OutboxEntry) -> OutboxUse {
        let of_budget = self.used.iter().filter(|used| used.budget == entry.budget);
        let since = |used: &Used, span| used.written_at > entry.written_at - span;
        let recipient = entry.recipient_digest();
        let mut found = OutboxUse::default();
        for used in of_budget {
            let is_by_account = used.caused_by == entry.caused_by;
            if used.recipient == recipient && since(used, OUTBOX_RECIPIENT_SPAN) {
                found.for_recipient += 1;
                found.by_account_for_recipient += usize::from(is_by_account);
            }
            if is_by_account && entry.caused_by.is_some() && since(used, OUTBOX_ACCOUNT_SPAN) {
                found.by_account += 1;
            }
        }
        found
    }
}

impl Tables {
    /// Stores entries, for a change of the same call. See [`Outbox`].
    pub(super) fn put_in_outbox(&mut self, entries: Vec<OutboxEntry>) -> OutboxRefused {
        let mut refused = Vec::new();
        for entry in entries {
            if self.outbox.rows.contains_key(&entry.id) {
                continue;
            }
            if !entry.budget.has_room(self.outbox.use_before(&entry)) {
                refused.push((entry.id, entry.budget));
                continue;
            }
            self.outbox.used.push(Used {
                caused_by: entry.caused_by,
                recipient: entry.recipient_digest(),
                budget: entry.budget.clone(),
                written_at: entry.written_at,
            });
            self.outbox.rows.insert(entry.id, OutboxRow::of(entry));
        }
        OutboxRefused(refused)
    }

    /// Removes what concerns a user or was asked for by them, or all that concerns an account or is caused by it (`None`).
    pub(super) fn remove_from_outbox(&mut self, account: AccountId, user: Option<UserId>) {
        let is_meant = |entry: &OutboxEntry| match user {
            Some(_) => {
                (entry.account == Some(account) && entry.user == user)
                    || (entry.caused_by == Some(account) && entry.asked_by == user)
            }
            None => entry.account == Some(account) || entry.caused_by == Some(account),
        };
        self.outbox.rows.retain(|_, row| !is_meant(&row.entry));
        if user.is_none() {
            self.outbox.followed.remove(&account);
        }
    }
}
