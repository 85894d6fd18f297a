//! Limits how many requests to providers run at a time: in total, per account and per host, so that a slow provider
//! does not stop others' sign-ins.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use usher_domain::AccountId;

/// The most running requests.
pub const FETCHES_AT_ONCE_MAX: usize = 64;

/// The most of them for one account.
pub const FETCHES_PER_ACCOUNT_MAX: usize = 8;

/// The most of them to one host, which several accounts may share.
pub const FETCHES_PER_HOST_MAX: usize = 24;

/// The running requests.
#[derive(Default)]
pub(super) struct Turns(Mutex<UnderWay>);

#[derive(Default)]
struct UnderWay {
    all: usize,
    by_account: BTreeMap<AccountId, usize>,
    by_host: BTreeMap<String, usize>,
}

/// One running request, until it is dropped.
pub(super) struct Turn {
    turns: Arc<Turns>,
    account: AccountId,
    host: String,
}

impl Turns {
    /// A turn for one request; `None` if a limit is reached.
    pub(super) fn take(self: &Arc<Self>, account: AccountId, host: &str) -> Option<Turn> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = under_way.by_account.get(&account).copied().unwrap_or_default();
        let to_host = under_way.by_host.get(host).copied().unwrap_or_default();
        if under_way.all >= FETCHES_AT_ONCE_MAX
            || of_account >= FETCHES_PER_ACCOUNT_MAX
            || to_host >= FETCHES_PER_HOST_MAX
        {
            return None;
        }
        under_way.all += 1;
        under_way.by_account.insert(account, of_account + 1);
        under_way.by_host.insert(host.to_owned(), to_host + 1);
        Some(Turn {
            turns: Arc::clone(self),
            account,
            host: host.to_owned(),
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.all -= 1;
        one_less(&mut under_way.by_account, &self.account);
        one_less(&mut under_way.by_host, &self.host);
    }
}

/// Entries without running requests are removed.
fn one_less<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    let Some(count) = counts.get_mut(key) else { return };
    *count -= 1;
    if *count == 0 {
        counts.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: usize) -> AccountId {
        AccountId::from_bits(number as u128)
    }

    #[test]
    fn an_account_and_a_host_use_up_only_their_own_turns() {
        let turns = Arc::new(Turns::default());
        let slow: Vec<_> = (0..FETCHES_PER_ACCOUNT_MAX)
            .map(|_| turns.take(account(1), "slow.example").unwrap())
            .collect();

        assert!(turns.take(account(1), "slow.example").is_none());
        assert!(turns.take(account(1), "other.example").is_none());
        assert!(turns.take(account(2), "other.example").is_some());
        let mut at_host: Vec<_> = (0..)
            .map_while(|number| turns.take(account(10 + number), "slow.example"))
            .collect();
        assert_eq!(slow.len() + at_host.len(), FETCHES_PER_HOST_MAX);
        assert!(turns.take(account(2), "other.example").is_some());

        at_host.pop();
        assert!(turns.take(account(3), "slow.example").is_some());
        drop((slow, at_host));
        let under_way = turns.0.lock().unwrap();
        assert_eq!(under_way.all, 0);
        assert!(under_way.by_account.is_empty() && under_way.by_host.is_empty());
    }

    #[test]
    fn there_is_a_limit_for_all_together() {
        let turns = Arc::new(Turns::default());

        let taken: Vec<_> = (0..)
            .map_while(|number| turns.take(account(number), &format!("{number}.example")))
            .collect();

        assert_eq!(taken.len(), FETCHES_AT_ONCE_MAX);
    }
}
