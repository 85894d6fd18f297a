//! Compares the read models in memory with a second set.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use usher_domain::AccountId;

use super::Store;
use super::table::Table;
use super::tables::Tables;
use crate::table::Row;
use crate::{Difference, Head, Inspection, JournalError, RecordsOf, Seq};

/// A copy of the read models, and the second set.
pub(super) struct MemoryInspection {
    heads: BTreeMap<AccountId, Head>,
    kept: Tables,
    made: Tables,
}

impl MemoryInspection {
    pub(super) fn of(store: &Store) -> Self {
        let heads = store.accounts.iter().map(|(account, ledger)| {
            let (seq, next_due) = (store.head(*account).0, ledger.next_due);
            (*account, Head { seq, next_due })
        });
        Self {
            heads: heads.collect(),
            kept: store.tables.clone(),
            made: Tables::default(),
        }
    }
}

#[async_trait]
impl Inspection for MemoryInspection {
    async fn head(&mut self, account: AccountId) -> Result<Option<Head>, JournalError> {
        Ok(self.heads.get(&account).copied())
    }

    async fn expect(&mut self, account: AccountId, commits: Vec<RecordsOf>) -> Result<(), JournalError> {
        let head = self.heads.get(&account).map_or(Seq::ZERO, |head| head.seq);
        for commit in commits.into_iter().filter(|commit| commit.seq <= head) {
            self.made.put(account, commit.seq, commit.at, commit.records);
        }
        Ok(())
    }

    async fn differences(&mut self) -> Result<Vec<Difference>, JournalError> {
        let (kept, made) = (&self.kept, &self.made);
        let mut found = Vec::new();
        compare(
            &mut found,
            "accounts",
            |id, _| Some(*id),
            &kept.accounts,
            &made.accounts,
        );
        compare(
            &mut found,
            "codes",
            |_, owner| Some(owner.account),
            &kept.codes,
            &made.codes,
        );
        compare(
            &mut found,
            "addresses",
            |of, _| Some(of.0),
            &kept.addresses,
            &made.addresses,
        );
        for account in self.heads.keys().copied() {
            let kept = kept.histories.get(&account).cloned().unwrap_or_default();
            let made = made.histories.get(&account).cloned().unwrap_or_default();
            compare_of(&mut found, account, &kept.refusals, &made.refusals);
            compare_of(&mut found, account, &kept.minutes, &made.minutes);
            compare_of(&mut found, account, &kept.occupancy, &made.occupancy);
            compare_of(&mut found, account, &kept.sign_ins, &made.sign_ins);
            compare_of(&mut found, account, &kept.sessions, &made.sessions);
            compare_of(&mut found, account, &kept.tickets, &made.tickets);
            compare_of(&mut found, account, &kept.requests, &made.requests);
            let (kept, made) = (&kept.subscription_changes, &made.subscription_changes);
            compare_of(&mut found, account, kept, made);
        }
        Ok(found)
    }
}

fn compare_of<R: Row>(found: &mut Vec<Difference>, account: AccountId, kept: &Table<R>, made: &Table<R>) {
    compare(found, R::TABLE, |_, _| Some(account), kept.rows(), made.rows());
}

fn compare<K: Ord + Debug, V: PartialEq>(
    found: &mut Vec<Difference>,
    table: &'static str,
    account: impl Fn(&K, &V) -> Option<AccountId>,
    kept: &BTreeMap<K, V>,
    made: &BTreeMap<K, V>,
) {
    let mut note = |row: &K, value: &V, problem: &'static str| {
        found.push(Difference {
            table,
            account: account(row, value),
            row: format!("{row:?}").into(),
            problem: problem.into(),
        });
    };
    for (row, value) in made {
        match kept.get(row) {
            None => note(row, value, "it is missing"),
            Some(kept) if kept != value => note(row, value, "it is not what the journal says"),
            Some(_) => {}
        }
    }
    for (row, value) in kept.iter().filter(|(row, _)| !made.contains_key(row)) {
        note(row, value, "the journal says nothing of it");
    }
}
