//! The read models in memory: what each record changes.

use std::collections::BTreeMap;

use usher_domain::personal::Personal;
use usher_domain::{AccountId, Secs, SessionId, Timestamp, UserId};

use super::table::{Origin, Table};
use crate::table::Change;
use crate::{
    AccountRow, Audit, CODE_KEPT_SECS, CodeOwner, Minutes, Occupancy, Record, Refusal, Seq, SessionRow,
    SignInRow, SubscriptionChange, SubscriptionRequestRow, Text, TicketRow,
};

#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) accounts: BTreeMap<AccountId, AccountRow>,
    pub(super) histories: BTreeMap<AccountId, History>,
    pub(super) codes: BTreeMap<Text, CodeOwner>,
    pub(super) addresses: BTreeMap<(AccountId, UserId), Personal<Text>>,
}

/// The data of one account.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    pub(super) audit: Table<Audit>,
    pub(super) refusals: Table<Refusal>,
    pub(super) minutes: Table<Minutes>,
    pub(super) occupancy: Table<Occupancy>,
    pub(super) sign_ins: Table<SignInRow>,
    pub(super) sessions: Table<SessionRow>,
    pub(super) tickets: Table<TicketRow>,
    pub(super) requests: Table<SubscriptionRequestRow>,
    pub(super) subscription_changes: Table<SubscriptionChange>,
}

impl Tables {
    pub(super) fn put(&mut self, account: AccountId, seq: Seq, at: Timestamp, records: Vec<Record>) {
        for (record, index) in records.into_iter().zip(0..) {
            let origin = Origin { at, seq, index };
            match record {
                Record::Account(change) => self.change_account(account, change),
                Record::Audit { index, entry } => {
                    let audit = &mut self.history(account).audit;
                    audit.add(Origin { index, ..origin }, entry);
                }
                Record::Refusal(change) => self.history(account).refusals.change(origin, change),
                Record::Occupancy(entry) => self.history(account).occupancy.add(origin, entry),
                Record::Minutes(entry) => self.history(account).minutes.add(origin, entry),
                Record::SignIn(change) => self.history(account).sign_ins.change(origin, change),
                Record::Session(change) => self.history(account).sessions.change(origin, change),
                Record::Ticket(change) => self.history(account).tickets.change(origin, change),
                Record::SubscriptionRequest(change) => self.history(account).requests.change(origin, change),
                Record::SubscriptionChange(entry) => {
                    self.history(account).subscription_changes.add(origin, entry);
                }
                Record::CodeIssued { code, session } => self.issue(code, account, session),
                Record::CodeRetired { code } => self.retire(&code, account, at),
                Record::AddressPut { user, email } => self.put_address((account, user), email),
            }
        }
    }

    fn history(&mut self, account: AccountId) -> &mut History {
        self.histories.entry(account).or_default()
    }

    fn change_account(&mut self, account: AccountId, change: Change<AccountRow>) {
        let row = self.accounts.get(&account);
        let changed = match change {
            Change::Add(row) => Some(*row),
            Change::Set { values, .. } => row.and_then(|row| Change::applied_to(row, &values)),
            Change::Put(mut values) => {
                values.push(AccountRow::account.set(account));
                row.map_or_else(|| Change::row(&values), |row| Change::applied_to(row, &values))
            }
        };
        if let Some(changed) = changed {
            self.accounts.insert(account, changed);
        }
    }

    fn put_address(&mut self, owner: (AccountId, UserId), email: Option<Personal<Text>>) {
        match email {
            Some(email) => self.addresses.insert(owner, email),
            None => self.addresses.remove(&owner),
        };
    }

    fn issue(&mut self, code: Text, account: AccountId, session: SessionId) {
        let is_held = |owner: &CodeOwner| owner.retired_at.is_none();
        if !self.codes.get(&code).is_some_and(is_held) {
            let retired_at = None;
            self.codes.insert(
                code,
                CodeOwner {
                    account,
                    session,
                    retired_at,
                },
            );
        }
    }

    fn retire(&mut self, code: &Text, account: AccountId, at: Timestamp) {
        self.codes.retain(|_, owner| {
            let long_ago = |retired: Timestamp| retired + Secs::new(CODE_KEPT_SECS) < at;
            owner.account != account || !owner.retired_at.is_some_and(long_ago)
        });
        if let Some(owner) = self.codes.get_mut(code)
            && owner.account == account
        {
            owner.retired_at.get_or_insert(at);
        }
    }
}
