//! Portal sessions: who is signed in to the portal, with which browser.
//!
//! A browser keeps a secret of 256 bits in a cookie; a digest of it is stored. A session ends when it has been idle for
//! as long as [`Lifetimes`](crate::Lifetimes) says, at the latest at the end of its life, when its user ends it, and with the
//! user's tokens: when the password changes, or when the user is deactivated or deleted.

mod by_provider;
mod cache;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::watch;
use usher_domain::personal::Personal;
use usher_domain::{AccountId, Timestamp, UserId};

pub(crate) use self::cache::PortalSessionCache;
use crate::ports::StoredPortalSession;
use crate::{AuthorCredential, Identity, IdentityError, LinksMade, PortalSessionId, Secret, SecretDigest};

/// The prefix of the cookie's secret.
const PREFIX: &str = "usher_web_";

/// The most sessions of one user; another one replaces the oldest.
pub const PORTAL_SESSIONS_PER_USER_MAX: usize = 20;

/// The most characters stored of a browser's description of itself.
pub const USER_AGENT_CHARS_MAX: usize = 300;

/// A browser in which a user is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalSession {
    /// The id.
    pub id: PortalSessionId,
    /// The account.
    pub account: AccountId,
    /// The user.
    pub user: UserId,
    /// The browser's description of itself.
    pub user_agent: Personal<Arc<str>>,
    /// When the user signed in.
    pub started_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// The user's rights when the secret was drawn, as a number defined by the portal.
    pub rights: i64,
    /// Whether the user signed in with the account's provider rather than a password.
    pub by_provider: bool,
}

impl Identity {
    /// Signs in a user whose identity is proved, with these `rights`. Returns the secret for the browser's cookie.
    pub async fn begin_portal_session(
        &self,
        account: AccountId,
        user: UserId,
        user_agent: &str,
        rights: i64,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        self.begin(account, user, user_agent, None, rights, now).await
    }

    async fn begin(
        &self,
        account: AccountId,
        user: UserId,
        user_agent: &str,
        id_token: Option<&Secret>,
        rights: i64,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        let digest = SecretDigest::of(secret.expose());
        let session = PortalSession {
            id: PortalSessionId::of(&digest),
            account,
            user,
            user_agent: Personal::new(
                user_agent
                    .chars()
                    .take(USER_AGENT_CHARS_MAX)
                    .collect::<String>()
                    .into(),
            ),
            started_at: now,
            last_used_at: now,
            rights,
            by_provider: id_token.is_some(),
        };
        let id_token = id_token
            .map(|token| by_provider::seal(self.sealer(), digest, token))
            .transpose()?;
        let stored = StoredPortalSession { digest, session };
        self.change(
            move |store| async move {
                let replaced = store
                    .put_portal_session(stored.clone(), id_token, PORTAL_SESSIONS_PER_USER_MAX)
                    .await?;
                Ok((replaced, stored))
            },
            |cache, (replaced, stored)| {
                let mut sessions = cache.portal_sessions_mut();
                sessions.remove_all(&replaced);
                sessions.insert(stored);
            },
        )
        .await?;
        Ok(secret)
    }

    /// Draws a new secret for a session because its user's rights have changed: a thief of the old one is locked out.
    /// `None` if the session has ended, or got another secret meanwhile.
    pub async fn rotate_portal_session(
        &self,
        secret: &str,
        rights: i64,
        now: Timestamp,
    ) -> Result<Option<Secret>, IdentityError> {
        let old = SecretDigest::of(secret);
        let Some(session) = self.cache.portal_sessions().alive(&old, now) else {
            return Ok(None);
        };
        let secret = Secret::draw(PREFIX)?;
        let new = SecretDigest::of(secret.expose());
        // An ID token is bound to the digest, so it does not change before the store finds the old one gone.
        let id_token = self.reseal_id_token(&session, new).await?;
        let rotated = self
            .change(
                move |store| async move { store.rotate_portal_session(old, new, rights, id_token).await },
                move |cache, rotated| {
                    let mut sessions = cache.portal_sessions_mut();
                    let session = sessions.alive(&old, now);
                    sessions.remove_all(&[old]);
                    let Some(session) = session.filter(|_| rotated) else {
                        return false;
                    };
                    let [from, to] = [old, new]
                        .map(|digest| AuthorCredential::PortalSession(PortalSessionId::of(&digest)));
                    cache.user_links_mut().follow(session.account, from, to);
                    sessions.insert(StoredPortalSession {
                        digest: new,
                        session: PortalSession {
                            id: PortalSessionId::of(&new),
                            rights,
                            ..session
                        },
                    });
                    true
                },
            )
            .await?;
        Ok(rotated.then_some(secret))
    }

    /// The session with this secret; `None` if there is no such session, or no longer. Counts as use. Answers from
    /// memory, because every request calls this.
    #[must_use]
    pub fn portal_session(&self, secret: &str, now: Timestamp) -> Option<PortalSession> {
        let sessions = self.cache.portal_sessions();
        let cached = sessions.cached(&SecretDigest::of(secret))?;
        let mut session = cached.alive(sessions.lifetimes(), now)?;
        cached.last_used_at.fetch_max(now.millis(), Ordering::Relaxed);
        session.last_used_at = session.last_used_at.max(now);
        Some(session)
    }

    /// The same, but does not count as use: for pages that refresh themselves, which must not keep an unused session
    /// alive.
    #[must_use]
    pub fn portal_session_unused(&self, secret: &str, now: Timestamp) -> Option<PortalSession> {
        let sessions = self.cache.portal_sessions();
        sessions.alive(&SecretDigest::of(secret), now)
    }

    /// Whether a session is still valid. Does not count as use.
    #[must_use]
    pub fn is_portal_session_alive(&self, secret: &str, now: Timestamp) -> bool {
        self.portal_session_unused(secret, now).is_some()
    }

    /// The user's sessions, last used first.
    #[must_use]
    pub fn portal_sessions(&self, account: AccountId, user: UserId, now: Timestamp) -> Vec<PortalSession> {
        let sessions = self.cache.portal_sessions();
        let digests = sessions.of_user((account, user)).iter();
        let mut of_user: Vec<_> = digests.filter_map(|digest| sessions.alive(digest, now)).collect();
        of_user.sort_by_key(|session| std::cmp::Reverse((session.last_used_at, session.id)));
        of_user
    }

    /// Ends one session of a user, and the operator sessions of the user's grant. Returns whether the first existed.
    pub async fn end_portal_session(
        &self,
        account: AccountId,
        user: UserId,
        id: PortalSessionId,
    ) -> Result<bool, IdentityError> {
        let ended = self
            .end_portal_sessions(account, user, move |other| other == id)
            .await?;
        Ok(ended > 0)
    }

    /// Ends one session of a user from another browser, like [`end_portal_session`](Self::end_portal_session), and the
    /// one-time links that were made with it. Returns whether it existed.
    pub async fn cut_off_portal_session(
        &self,
        account: AccountId,
        user: UserId,
        id: PortalSessionId,
    ) -> Result<bool, IdentityError> {
        let made = LinksMade::With(AuthorCredential::PortalSession(id));
        self.end_links_made(account, user, made).await?;
        self.end_portal_session(account, user, id).await
    }

    /// Ends all sessions of a user except one, the operator sessions of the user's grant, and the one-time links that the
    /// user did not make with the session `keep`. Returns how many of the first there were.
    pub async fn end_other_portal_sessions(
        &self,
        account: AccountId,
        user: UserId,
        keep: PortalSessionId,
    ) -> Result<usize, IdentityError> {
        let made = LinksMade::WithAnother(AuthorCredential::PortalSession(keep));
        self.end_links_made(account, user, made).await?;
        self.end_portal_sessions(account, user, move |other| other != keep)
            .await
    }

    /// Notifies whenever sessions have ended, so that open pages can check theirs.
    #[must_use]
    pub fn portal_sessions_ended(&self) -> watch::Receiver<()> {
        self.cache.portal_sessions().subscribe_to_ends()
    }

    async fn end_portal_sessions(
        &self,
        account: AccountId,
        user: UserId,
        which: impl Fn(PortalSessionId) -> bool,
    ) -> Result<usize, IdentityError> {
        // Operator sessions are listed nowhere, and it is not kept from which browser each was opened.
        self.cache.operator_grants_mut().end_sessions((account, user));
        let digests: Vec<_> = {
            let sessions = self.cache.portal_sessions();
            let of_user = sessions.of_user((account, user)).iter();
            of_user
                .filter(|digest| which(PortalSessionId::of(digest)))
                .copied()
                .collect()
        };
        let count = digests.len();
        self.remove_portal_sessions(digests, Vec::new()).await?;
        Ok(count)
    }

    /// Removes sessions that have ended, and saves when the others were last used.
    pub(crate) async fn maintain_portal_sessions(&self, now: Timestamp) -> Result<(), IdentityError> {
        let (ended, used) = self.cache.portal_sessions().due_for_upkeep(now);
        self.remove_portal_sessions(ended, used).await
    }

    async fn remove_portal_sessions(
        &self,
        ended: Vec<SecretDigest>,
        used: Vec<(SecretDigest, Timestamp)>,
    ) -> Result<(), IdentityError> {
        if ended.is_empty() && used.is_empty() {
            return Ok(());
        }
        self.change(
            move |store| async move {
                store
                    .maintain_portal_sessions(ended.clone(), used.clone())
                    .await?;
                Ok((ended, used))
            },
            |cache, (ended, used)| {
                let mut sessions = cache.portal_sessions_mut();
                sessions.remove_all(&ended);
                sessions.mark_saved(&used);
            },
        )
        .await
    }
}
