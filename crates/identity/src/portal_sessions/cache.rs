//! All portal sessions in memory, where every request looks.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::watch;
use usher_domain::{AccountId, Timestamp, UserId};

use super::PortalSession;
use crate::ports::{Owner, StoredPortalSession};
use crate::{Lifetimes, SecretDigest};

/// All portal sessions of the server.
pub(crate) struct PortalSessionCache {
    by_digest: HashMap<SecretDigest, CachedSession>,
    by_user: BTreeMap<Owner, Vec<SecretDigest>>,
    ended: watch::Sender<()>,
    lifetimes: Lifetimes,
}

/// A session, with a last use that is newer than the stored one.
pub(super) struct CachedSession {
    session: PortalSession,
    /// Milliseconds.
    pub(super) last_used_at: AtomicI64,
}

impl CachedSession {
    /// The session with its last use; `None` if it has ended.
    pub(super) fn alive(&self, lifetimes: Lifetimes, now: Timestamp) -> Option<PortalSession> {
        let last_used_at = Timestamp::from_millis(self.last_used_at.load(Ordering::Relaxed));
        let has_ended = last_used_at + lifetimes.session_idle <= now
            || self.session.started_at + lifetimes.session <= now;
        (!has_ended).then(|| PortalSession {
            last_used_at,
            ..self.session.clone()
        })
    }
}

impl PortalSessionCache {
    pub(crate) fn of(sessions: Vec<StoredPortalSession>) -> Self {
        let mut cache = Self {
            by_digest: HashMap::new(),
            by_user: BTreeMap::new(),
            ended: watch::Sender::new(()),
            lifetimes: Lifetimes::default(),
        };
        for session in sessions {
            cache.insert(session);
        }
        cache
    }

    pub(crate) fn set_lifetimes(&mut self, lifetimes: Lifetimes) {
        self.lifetimes = lifetimes;
    }

    pub(super) fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    pub(super) fn subscribe_to_ends(&self) -> watch::Receiver<()> {
        self.ended.subscribe()
    }

    pub(super) fn cached(&self, digest: &SecretDigest) -> Option<&CachedSession> {
        self.by_digest.get(digest)
    }

    pub(super) fn alive(&self, digest: &SecretDigest, now: Timestamp) -> Option<PortalSession> {
        self.by_digest.get(digest)?.alive(self.lifetimes, now)
    }

    pub(crate) fn of_user(&self, owner: Owner) -> &[SecretDigest] {
        self.by_user.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// The sessions in an account that a password began, except those of the user `spared`.
    pub(super) fn by_password(
        &self,
        account: AccountId,
        spared: UserId,
    ) -> impl Iterator<Item = (&SecretDigest, &PortalSession)> {
        let sessions = self
            .by_digest
            .iter()
            .map(|(digest, cached)| (digest, &cached.session));
        sessions.filter(move |(_, session)| {
            session.account == account && !session.by_provider && session.user != spared
        })
    }

    pub(crate) fn remove_of_user(&mut self, owner: Owner) {
        let digests = self.by_user.remove(&owner).unwrap_or_default();
        self.remove_all(&digests);
    }

    pub(crate) fn remove_of_account(&mut self, account: AccountId) {
        let all = (account, UserId::from_bits(0))..=(account, UserId::from_bits(u128::MAX));
        let gone = self.by_user.extract_if(all, |_, _| true);
        let digests: Vec<_> = gone.flat_map(|(_, digests)| digests).collect();
        self.remove_all(&digests);
    }

    pub(super) fn insert(&mut self, StoredPortalSession { digest, session }: StoredPortalSession) {
        let owner = (session.account, session.user);
        self.by_user.entry(owner).or_default().push(digest);
        let last_used_at = AtomicI64::new(session.last_used_at.millis());
        let cached = CachedSession {
            session,
            last_used_at,
        };
        self.by_digest.insert(digest, cached);
    }

    pub(super) fn remove_all(&mut self, digests: &[SecretDigest]) {
        for digest in digests {
            let Some(CachedSession { session, .. }) = self.by_digest.remove(digest) else {
                continue;
            };
            let owner = (session.account, session.user);
            if let Some(of_user) = self.by_user.get_mut(&owner) {
                of_user.retain(|other| other != digest);
                if of_user.is_empty() {
                    self.by_user.remove(&owner);
                }
            }
        }
        if !digests.is_empty() {
            self.ended.send_replace(());
        }
    }

    /// The sessions that have ended, and the last uses that are not stored yet.
    pub(super) fn due_for_upkeep(
        &self,
        now: Timestamp,
    ) -> (Vec<SecretDigest>, Vec<(SecretDigest, Timestamp)>) {
        let (mut ended, mut used) = (Vec::new(), Vec::new());
        for (digest, cached) in &self.by_digest {
            match cached.alive(self.lifetimes, now) {
                None => ended.push(*digest),
                Some(now) if now.last_used_at > cached.session.last_used_at => {
                    used.push((*digest, now.last_used_at));
                }
                Some(_) => {}
            }
        }
        (ended, used)
    }

    pub(super) fn mark_saved(&mut self, used: &[(SecretDigest, Timestamp)]) {
        for (digest, at) in used {
            if let Some(cached) = self.by_digest.get_mut(digest) {
                cached.session.last_used_at = *at;
            }
        }
    }
}
