//! Counts the open event streams, per session, user and account.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use usher_domain::{AccountId, Secs, SessionId, UserId};

use crate::problem::Problem;

/// The most streams at once of one session: a session of the portal, a token, the device of a sign-in, a ticket, or
/// the code of a customer. Browsers close those of tabs in the background.
pub const STREAMS_PER_SESSION_MAX: u32 = 20;

/// The most streams at once that one user opens, however many sessions they have.
pub const STREAMS_PER_USER_MAX: u32 = 60;

/// When to come back if there are too many: later than after a stream broke off.
const RETRY_AFTER: Secs = Secs::new(30);

/// The streams that are open. Each account has at most half of the connections that the server takes.
#[derive(Debug)]
pub struct Streams {
    per_account_max: u32,
    open: Mutex<HashMap<Holder, u32>>,
}

/// The owner of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamOf {
    /// In which account.
    pub account: AccountId,
    /// The user who opens it; `None` for keys and customers.
    pub user: Option<UserId>,
    /// The session, token or code that opens it; `None` for keys, of which one may follow many devices.
    pub session: Option<String>,
}

impl StreamOf {
    /// A stream of the customer of this session. All customers are the same actor, so the session tells them apart.
    #[must_use]
    pub fn customer(account: AccountId, session: SessionId) -> Self {
        Self {
            account,
            user: None,
            session: Some(session.to_string()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    Account(AccountId),
    User(AccountId, UserId),
    Session(AccountId, String),
}

/// A stream that was admitted; it counts until this is dropped.
#[derive(Debug)]
pub struct OpenStream {
    streams: Arc<Streams>,
    holders: Vec<Holder>,
}

impl Streams {
    pub(crate) fn new(connections_max: u32) -> Arc<Self> {
        Arc::new(Self {
            per_account_max: (connections_max / 2).max(1),
            open: Mutex::default(),
        })
    }

    /// Admits a stream; a problem (`too-many-streams`) if its session, user or account has reached its limit.
    pub fn open(self: &Arc<Self>, of: StreamOf) -> Result<OpenStream, Problem> {
        let account = of.account;
        let session = of.session.map(|session| Holder::Session(account, session));
        let user = of.user.map(|user| Holder::User(account, user));
        let holders: Vec<_> = session
            .into_iter()
            .chain(user)
            .chain([Holder::Account(account)])
            .collect();
        let mut open = self.counts();
        for holder in &holders {
            let (most, whose) = self.bound(holder);
            if open.get(holder).is_some_and(|held| *held >= most) {
                return Err(Problem::too_many_streams(whose, most).after(RETRY_AFTER));
            }
        }
        for holder in &holders {
            *open.entry(holder.clone()).or_default() += 1;
        }
        drop(open);
        Ok(OpenStream {
            streams: Arc::clone(self),
            holders,
        })
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> u64 {
        let open = self.counts();
        let of_accounts = open
            .iter()
            .filter(|(holder, _)| matches!(holder, Holder::Account(_)));
        of_accounts.map(|(_, held)| u64::from(*held)).sum()
    }

    fn bound(&self, holder: &Holder) -> (u32, &'static str) {
        match holder {
            Holder::Session(..) => (STREAMS_PER_SESSION_MAX, "This session"),
            Holder::User(..) => (STREAMS_PER_USER_MAX, "This user"),
            Holder::Account(_) => (self.per_account_max, "This account"),
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Holder, u32>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.streams.counts();
        for holder in self.holders.drain(..) {
            let Entry::Occupied(mut held) = open.entry(holder) else {
                continue;
            };
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(account: u128, user: u128, session: &str) -> StreamOf {
        StreamOf {
            account: AccountId::from_bits(account),
            user: Some(UserId::from_bits(user)),
            session: Some(session.to_owned()),
        }
    }

    #[test]
    fn a_session_a_user_and_an_account_have_a_limit_of_streams_and_get_another_when_one_ends() {
        let streams = Streams::new(160);
        let mut open = Vec::new();
        let mut fill = |user: u128, session: &str, most: u32| {
            for _ in 0..most {
                open.push(streams.open(of(1, user, session)).unwrap());
            }
            streams.open(of(1, user, session)).unwrap_err()
        };

        let session = fill(1, "a", STREAMS_PER_SESSION_MAX);
        fill(1, "b", STREAMS_PER_SESSION_MAX);
        let user = fill(1, "c", STREAMS_PER_USER_MAX - 2 * STREAMS_PER_SESSION_MAX);
        let account = fill(2, "d", 80 - STREAMS_PER_USER_MAX);

        for (problem, whose) in [(session, "session"), (user, "session"), (account, "session")] {
            assert_eq!(problem.kind().code, "too-many-streams");
            assert!(problem.detail().contains(whose), "{}", problem.detail());
        }
        let of_user = streams.open(of(1, 1, "e")).unwrap_err();
        assert!(of_user.detail().contains("user"), "{}", of_user.detail());
        let of_account = streams.open(of(1, 3, "f")).unwrap_err();
        assert!(of_account.detail().contains("account"), "{}", of_account.detail());
        assert!(streams.open(of(2, 1, "a")).is_ok());
        assert_eq!(streams.count(), 80);
        open.clear();
        assert!(streams.counts().is_empty());
    }
}
