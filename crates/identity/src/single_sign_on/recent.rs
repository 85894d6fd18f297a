//! The recent sign-ins at each account's provider, for its admins: failures, and unknown groups. In memory only: the
//! list is empty after a restart.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use usher_domain::personal::Personal;
use usher_domain::{AccountId, Timestamp};

/// The most failed sign-ins kept per account, newest first.
pub const FAILURES_MAX: usize = 10;

/// The most accounts for which anything is kept; beyond that, the one with the oldest news is dropped.
const ACCOUNTS_MAX: usize = 5_000;

/// The most characters of a text that is kept.
const CHARS_MAX: usize = 400;

/// The most group names that are kept.
const NAMES_MAX: usize = 20;

/// A failed sign-in, or several in a row for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedSignIn {
    /// The time of the last one.
    pub at: Timestamp,
    /// The person, as far as the provider proved who it was.
    pub who: Option<Personal<String>>,
    /// The reason, in a phrase for admins.
    pub why: String,
    /// How many there were.
    pub times: u32,
}

/// Groups in a person's claims that are not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownGroups {
    /// The time of the sign-in.
    pub at: Timestamp,
    /// The names; empty if there was no claim with groups.
    pub named: Vec<String>,
}

/// The recent sign-ins of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recent {
    /// The failures, newest first.
    pub failures: VecDeque<FailedSignIn>,
    /// Unknown groups in the last sign-in; `None` if some were known.
    pub unknown_groups: Option<UnknownGroups>,
    heard_at: Option<Timestamp>,
}

/// The recent sign-ins of all accounts.
#[derive(Default)]
pub(super) struct Recently(Mutex<BTreeMap<AccountId, Recent>>);

impl Recently {
    pub(super) fn of(&self, account: AccountId) -> Recent {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&account).cloned().unwrap_or_default()
    }

    pub(super) fn failed(&self, account: AccountId, who: Option<&str>, why: &str, at: Timestamp) {
        let (who, why) = (who.map(shortened).map(Personal::new), shortened(why));
        self.change(account, at, |recent| {
            if let Some(last) = recent
                .failures
                .front_mut()
                .filter(|last| last.who == who && last.why == why)
            {
                last.at = at;
                last.times = last.times.saturating_add(1);
                return;
            }
            recent.failures.truncate(FAILURES_MAX - 1);
            recent.failures.push_front(FailedSignIn {
                at,
                who,
                why,
                times: 1,
            });
        });
    }

    /// `named` are the unknown groups of a sign-in; `None` if some were known.
    pub(super) fn named_groups<'a>(
        &self,
        account: AccountId,
        named: Option<impl Iterator<Item = &'a str>>,
        at: Timestamp,
    ) {
        let named = named.map(|named| named.take(NAMES_MAX).map(shortened).collect());
        self.change(account, at, |recent| {
            recent.unknown_groups = named.map(|named| UnknownGroups { at, named });
        });
    }

    fn change(&self, account: AccountId, at: Timestamp, change: impl FnOnce(&mut Recent)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ACCOUNTS_MAX && !all.contains_key(&account) {
            let oldest = all.iter().min_by_key(|(_, recent)| recent.heard_at);
            if let Some(oldest) = oldest.map(|(account, _)| *account) {
                all.remove(&oldest);
            }
        }
        let recent = all.entry(account).or_default();
        recent.heard_at = Some(at);
        change(recent);
    }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: AccountId = AccountId::from_bits(1);

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_millis(secs * 1_000)
    }

    #[test]
    fn the_same_failure_is_counted_and_the_oldest_make_room() {
        let recently = Recently::default();
        for second in 0..20 {
            recently.failed(ACME, None, "nobody answers", at(second));
        }
        recently.failed(ACME, Some("ann@acme.example"), "nobody answers", at(30));

        let failures = recently.of(ACME).failures;
        assert_eq!(failures.len(), 2);
        assert_eq!(
            (
                failures[0].who.as_ref().map(|who| who.reveal().as_str()),
                failures[0].times
            ),
            (Some("ann@acme.example"), 1)
        );
        assert_eq!((failures[1].at, failures[1].times), (at(19), 20));

        for second in 0..20 {
            recently.failed(ACME, None, &format!("reason {second}\n"), at(40 + second));
        }
        let failures = recently.of(ACME).failures;
        assert_eq!(failures.len(), FAILURES_MAX);
        assert_eq!(failures[0].why, "reason 19");
        assert_eq!(recently.of(AccountId::from_bits(2)), Recent::default());
    }

    #[test]
    fn the_accounts_without_attempts_for_longest_are_dropped() {
        let recently = Recently::default();
        let account = |number: usize| AccountId::from_bits(number as u128);
        for number in 0..=ACCOUNTS_MAX {
            recently.failed(account(number), None, "x", at(i64::try_from(number).unwrap()));
        }

        assert!(recently.of(account(0)).failures.is_empty());
        assert_eq!(recently.0.lock().unwrap().len(), ACCOUNTS_MAX);
    }
}
