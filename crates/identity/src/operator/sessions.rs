//! Operator sessions: browsers in which somebody has entered an operator key, or an owner who is operator has proved the
//! password and the second factor.
//!
//! A browser keeps a secret of 256 bits in a cookie. Sessions are in memory only: they are short, and a restart ends
//! them. A session never outlives its key or grant: every request checks that the secret with which it began still works,
//! or that nothing has happened to the grant or the owner's credentials since.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use usher_domain::{AccountId, OperatorKeyId, Secs, Timestamp, UserId};

use super::{GrantOpening, OperatorGrant, OperatorScope};
use crate::shown::CredentialUse;
use crate::{Credential, Identified, Identity, RandomError, Secret, SecretDigest, Shown};

/// The prefix of the cookie's secret.
const PREFIX: &str = "usher_opweb_";

/// How long an operator session lasts without a request.
pub const OPERATOR_SESSION_IDLE: Secs = Secs::new(15 * 60);

/// How long an operator session lasts at most.
pub const OPERATOR_SESSION_LIFE: Secs = Secs::new(8 * 3_600);

/// The most sessions of one operator key or grant; another one replaces the one that was used least recently.
pub const OPERATOR_SESSIONS_PER_HOLDER_MAX: usize = 20;

/// What opened an operator session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorHolder {
    /// This key.
    Key(OperatorKeyId),
    /// The grant of this owner of an account.
    Owner(AccountId, UserId),
}

/// The id of the key or of the owner, for records.
impl fmt::Display for OperatorHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.fmt(f),
            Self::Owner(_, user) => user.fmt(f),
        }
    }
}

/// A browser in which the operator pages are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorSession {
    /// What opened it.
    pub holder: OperatorHolder,
    /// The name of the key; of a grant, the names of the owner and the account.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<OperatorScope>,
    /// The credential that opened it, to ask later whether it still works.
    pub shown: Shown,
    /// When it was opened.
    pub started_at: Timestamp,
}

/// The sessions, by the digest of their secret.
#[derive(Debug, Default)]
pub(crate) struct OperatorSessions(Mutex<HashMap<SecretDigest, Open>>);

/// A session that was not ended.
#[derive(Debug, Clone, Copy)]
struct Open {
    holder: OperatorHolder,
    shown: Shown,
    started_at: Timestamp,
    last_used_at: Timestamp,
}

impl Open {
    fn is_alive(&self, now: Timestamp) -> bool {
        now < self.last_used_at + OPERATOR_SESSION_IDLE && now < self.started_at + OPERATOR_SESSION_LIFE
    }
}

impl OperatorSessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<SecretDigest, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a session; drops those that are over, and one of the same holder if there are too many.
    fn insert(&self, digest: SecretDigest, open: Open, now: Timestamp) {
        let mut sessions = self.lock();
        sessions.retain(|_, other| other.is_alive(now));
        let of_holder = sessions.iter().filter(|(_, other)| other.holder == open.holder);
        if of_holder.clone().count() >= OPERATOR_SESSIONS_PER_HOLDER_MAX {
            let oldest = of_holder.min_by_key(|(_, other)| other.last_used_at);
            let oldest = oldest.map(|(digest, _)| *digest);
            oldest.and_then(|oldest| sessions.remove(&oldest));
        }
        sessions.insert(digest, open);
    }
}

impl Identity {
    /// Begins a session with an operator key. Returns the secret for the browser's cookie; `None` if this is no operator
    /// key, or one that is revoked or expired. `from` is the client's address, for the key's last use.
    pub fn begin_operator_session(
        &self,
        key: &str,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Option<(Secret, OperatorSession)>, RandomError> {
        let Ok(identified) = self.identify(key, None, from, now) else {
            return Ok(None);
        };
        let Some(session) = self.session_of(identified, now) else {
            return Ok(None);
        };
        Ok(Some((self.put_operator_session(&session, now)?, session)))
    }

    /// Begins a session of an owner who is operator. The caller has checked the owner's password and second factor since
    /// `opening` was made. `None` if the grant, or the owner's password or second factor, has changed since, or if the
    /// grant is paused after a reset.
    pub fn begin_operator_session_of_owner(
        &self,
        opening: GrantOpening,
        now: Timestamp,
    ) -> Result<Option<(Secret, OperatorSession)>, RandomError> {
        let shown = Shown::of_grant(opening.owner, opening.generation);
        let session = self.cache.holder(&shown, CredentialUse::Again, now).ok();
        let Some(session) = session.and_then(|identified| self.session_of(identified, now)) else {
            return Ok(None);
        };
        Ok(Some((self.put_operator_session(&session, now)?, session)))
    }

    fn put_operator_session(&self, session: &OperatorSession, now: Timestamp) -> Result<Secret, RandomError> {
        let secret = Secret::draw(PREFIX)?;
        let open = Open {
            holder: session.holder,
            shown: session.shown,
            started_at: now,
            last_used_at: now,
        };
        let digest = SecretDigest::of(secret.expose());
        self.cache.operator_sessions.insert(digest, open, now);
        Ok(secret)
    }

    /// The session with this secret; `None` if there is none, or no longer: it was ended, was idle for too long, its key
    /// is revoked, expired or has got another secret, or its grant is revoked, or its owner's password or second factor
    /// has changed. Counts as use of the session and of the key.
    #[must_use]
    pub fn operator_session(
        &self,
        secret: &str,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Option<OperatorSession> {
        let session = self.operator_session_asked(secret, CredentialUse::By(from), now)?;
        if let Some(open) = self
            .cache
            .operator_sessions
            .lock()
            .get_mut(&SecretDigest::of(secret))
        {
            open.last_used_at = open.last_used_at.max(now);
        }
        Some(session)
    }

    /// The same, but does not count as use.
    #[must_use]
    pub fn operator_session_unused(&self, secret: &str, now: Timestamp) -> Option<OperatorSession> {
        self.operator_session_asked(secret, CredentialUse::Again, now)
    }

    fn operator_session_asked(
        &self,
        secret: &str,
        asked: CredentialUse,
        now: Timestamp,
    ) -> Option<OperatorSession> {
        let digest = SecretDigest::of(secret);
        let open = self.cache.operator_sessions.lock().get(&digest).copied()?;
        let identified = open
            .is_alive(now)
            .then(|| self.cache.holder(&open.shown, asked, now));
        let session = identified.and_then(|identified| self.session_of(identified.ok()?, open.started_at));
        if session.is_none() {
            self.end_operator_session(secret);
        }
        session
    }

    /// Ends a session, if there is one with this secret.
    pub fn end_operator_session(&self, secret: &str) {
        self.cache
            .operator_sessions
            .lock()
            .remove(&SecretDigest::of(secret));
    }

    /// The session of the holder of an operator key or a grant; `None` of anybody else.
    fn session_of(&self, identified: Identified, started_at: Timestamp) -> Option<OperatorSession> {
        let (holder, name, scopes) = match identified.credential {
            Credential::OperatorKey { id, scopes } => {
                let name = self.cache.operator_keys().name(id)?.to_string();
                (OperatorHolder::Key(id), name, scopes)
            }
            Credential::OperatorGrant { account, user } => {
                let grants = self.cache.operator_grants();
                let name = grants.get((account, user))?.name.reveal().to_string();
                (
                    OperatorHolder::Owner(account, user),
                    name,
                    OperatorGrant::scopes(),
                )
            }
            Credential::Itself | Credential::UserToken(_) => return None,
        };
        Some(OperatorSession {
            holder,
            name,
            scopes,
            shown: identified.shown,
            started_at,
        })
    }
}
