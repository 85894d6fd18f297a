//! Who is signed in to the portal, with which browser.
//!
//! A browser keeps a secret of 256 bits in a cookie; a digest of it is kept here. A session ends when it was not used
//! for as long as [`Lives`] says, at the latest at the end of its life, when its user ends it, and with the user's
//! tokens: when the password changes, or when the user is deactivated or deleted.

mod by_provider;
mod tables;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::watch;
use usher_domain::{AccountId, Timestamp, UserId};

pub(crate) use self::by_provider::renew;
pub(crate) use self::tables::{TABLE, load};
use crate::secret::Digest;
use crate::{Identity, IdentityError, Lives, PortalSessionId, Secret};

/// What the cookie's secret starts with.
const PREFIX: &str = "usher_web_";

/// The most sessions that one user has; a further one replaces the oldest.
pub const PORTAL_SESSIONS_PER_USER_MAX: u32 = 20;

/// The most characters that are kept of what a browser says it is.
pub const USER_AGENT_CHARS_MAX: usize = 300;

/// A browser in which a user is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalSession {
    /// The id.
    pub id: PortalSessionId,
    /// In which account.
    pub account: AccountId,
    /// Who.
    pub user: UserId,
    /// What the browser says it is.
    pub user_agent: Arc<str>,
    /// When the user signed in.
    pub started_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// What the user might do when the secret was drawn, as the portal writes it down.
    pub rights: i64,
    /// Whether a provider of the account's own signed the user in, rather than a password.
    pub by_provider: bool,
}

/// All sessions of the server.
pub(crate) struct PortalSessions {
    by_digest: HashMap<Digest, Kept>,
    by_user: BTreeMap<(AccountId, UserId), Vec<Digest>>,
    ended: watch::Sender<()>,
    lives: Lives,
}

/// A session as it is kept.
struct Kept {
    session: PortalSession,
    /// Milliseconds; newer than in the session and in the table.
    last_used_at: AtomicI64,
}

impl Identity {
    /// Signs a user in whose identity is proved, who may do this much (`rights`). The secret is for the browser's
    /// cookie.
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
        let digest = Digest::of(secret.expose());
        let session = PortalSession {
            id: PortalSessionId::of(&digest),
            account,
            user,
            user_agent: user_agent
                .chars()
                .take(USER_AGENT_CHARS_MAX)
                .collect::<String>()
                .into(),
            started_at: now,
            last_used_at: now,
            rights,
            by_provider: id_token.is_some(),
        };
        let id_token = id_token
            .map(|token| by_provider::seal(self.sealer(), session.id, token))
            .transpose()?;
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    Ok((
                        tables::insert(tables, &digest, &session, id_token.as_deref())?,
                        session,
                    ))
                },
                move |(replaced, session)| {
                    let mut sessions = memory.portal_sessions_mut();
                    sessions.remove_all(&replaced);
                    sessions.insert(digest, session);
                },
            )
            .await?;
        Ok(secret)
    }

    /// Draws another secret for a session, because its user may now do something else: whoever had the old one is
    /// out. None where the session is over, or got another secret meanwhile.
    pub async fn rotate_portal_session(
        &self,
        secret: &str,
        rights: i64,
        now: Timestamp,
    ) -> Result<Option<Secret>, IdentityError> {
        let old = Digest::of(secret);
        let secret = Secret::draw(PREFIX)?;
        let new = Digest::of(secret.expose());
        let (memory, sealer) = (Arc::clone(&self.memory), self.sealer().clone());
        let rotated = self
            .store
            .change(
                move |tables| {
                    let replaced = tables::replace(tables, &old, &new, rights)?;
                    by_provider::seal_anew(tables, &sealer, &old, &new)?;
                    Ok(replaced)
                },
                move |replaced| {
                    let mut sessions = memory.portal_sessions_mut();
                    let kept = sessions.alive(&old, now);
                    sessions.remove_all(&[old]);
                    let Some(session) = kept.filter(|_| replaced) else {
                        return false;
                    };
                    let id = PortalSessionId::of(&new);
                    sessions.insert(
                        new,
                        PortalSession {
                            id,
                            rights,
                            ..session
                        },
                    );
                    true
                },
            )
            .await?;
        Ok(rotated.then_some(secret))
    }

    /// Who is signed in with this secret; none where nobody is, or not any more. Counts as use. Answers from memory:
    /// for every request.
    #[must_use]
    pub fn portal_session(&self, secret: &str, now: Timestamp) -> Option<PortalSession> {
        let sessions = self.memory.portal_sessions();
        let kept = sessions.by_digest.get(&Digest::of(secret))?;
        let mut session = kept.alive(sessions.lives, now)?;
        kept.last_used_at.fetch_max(now.millis(), Ordering::Relaxed);
        session.last_used_at = session.last_used_at.max(now);
        Some(session)
    }

    /// The same, without that it counts as use: for pages that refresh themselves, which must not keep a session
    /// alive that nobody looks at.
    #[must_use]
    pub fn portal_session_unused(&self, secret: &str, now: Timestamp) -> Option<PortalSession> {
        let sessions = self.memory.portal_sessions();
        sessions.alive(&Digest::of(secret), now)
    }

    /// Whether a session goes on; asking is not using it.
    #[must_use]
    pub fn is_portal_session_alive(&self, secret: &str, now: Timestamp) -> bool {
        self.portal_session_unused(secret, now).is_some()
    }

    /// The user's sessions, those that were used last first.
    #[must_use]
    pub fn portal_sessions(&self, account: AccountId, user: UserId, now: Timestamp) -> Vec<PortalSession> {
        let sessions = self.memory.portal_sessions();
        let digests = sessions.by_user.get(&(account, user)).into_iter().flatten();
        let mut of_user: Vec<_> = digests.filter_map(|digest| sessions.alive(digest, now)).collect();
        of_user.sort_by_key(|session| std::cmp::Reverse((session.last_used_at, session.id)));
        of_user
    }

    /// Ends one session of a user. Whether there was such a one.
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

    /// Ends all sessions of a user but one. How many there were.
    pub async fn end_other_portal_sessions(
        &self,
        account: AccountId,
        user: UserId,
        keep: PortalSessionId,
    ) -> Result<usize, IdentityError> {
        self.end_portal_sessions(account, user, move |other| other != keep)
            .await
    }

    /// Wakes whenever sessions ended, so that open pages can see whether theirs did.
    #[must_use]
    pub fn portal_sessions_ended(&self) -> watch::Receiver<()> {
        self.memory.portal_sessions().ended.subscribe()
    }

    async fn end_portal_sessions(
        &self,
        account: AccountId,
        user: UserId,
        which: impl Fn(PortalSessionId) -> bool,
    ) -> Result<usize, IdentityError> {
        let digests: Vec<_> = {
            let sessions = self.memory.portal_sessions();
            let of_user = sessions.by_user.get(&(account, user)).into_iter().flatten();
            of_user
                .filter(|digest| which(PortalSessionId::of(digest)))
                .copied()
                .collect()
        };
        let count = digests.len();
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| tables::delete(tables, &digests).map(|()| digests),
                move |digests| memory.portal_sessions_mut().remove_all(&digests),
            )
            .await?;
        Ok(count)
    }

    /// Deletes sessions that are over and writes down when the others were last used.
    pub(crate) async fn maintain_portal_sessions(&self, now: Timestamp) -> Result<(), IdentityError> {
        let (over, used) = self.memory.portal_sessions().due_for_upkeep(now);
        if over.is_empty() && used.is_empty() {
            return Ok(());
        }
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    tables::delete(tables, &over)?;
                    tables::save_last_use(tables, &used)?;
                    Ok((over, used))
                },
                move |(over, used)| {
                    let mut sessions = memory.portal_sessions_mut();
                    sessions.remove_all(&over);
                    sessions.saved(&used);
                },
            )
            .await
    }
}

impl Kept {
    fn alive(&self, lives: Lives, now: Timestamp) -> Option<PortalSession> {
        let last_used_at = Timestamp::from_millis(self.last_used_at.load(Ordering::Relaxed));
        let is_over =
            last_used_at + lives.session_idle <= now || self.session.started_at + lives.session <= now;
        (!is_over).then(|| PortalSession {
            last_used_at,
            ..self.session.clone()
        })
    }
}

impl PortalSessions {
    pub(crate) fn set_lives(&mut self, lives: Lives) {
        self.lives = lives;
    }

    fn alive(&self, digest: &Digest, now: Timestamp) -> Option<PortalSession> {
        self.by_digest.get(digest)?.alive(self.lives, now)
    }

    pub(crate) fn remove_of_user(&mut self, account: AccountId, user: UserId) {
        let digests = self.by_user.remove(&(account, user)).unwrap_or_default();
        self.remove_all(&digests);
    }

    pub(crate) fn remove_of_account(&mut self, account: AccountId) {
        let all = (account, UserId::from_bits(0))..=(account, UserId::from_bits(u128::MAX));
        let gone = self.by_user.extract_if(all, |_, _| true);
        let digests: Vec<_> = gone.flat_map(|(_, digests)| digests).collect();
        self.remove_all(&digests);
    }

    fn insert(&mut self, digest: Digest, session: PortalSession) {
        let owner = (session.account, session.user);
        self.by_user.entry(owner).or_default().push(digest);
        let last_used_at = AtomicI64::new(session.last_used_at.millis());
        let kept = Kept {
            session,
            last_used_at,
        };
        self.by_digest.insert(digest, kept);
    }

    fn remove_all(&mut self, digests: &[Digest]) {
        for digest in digests {
            let Some(kept) = self.by_digest.remove(digest) else {
                continue;
            };
            let owner = (kept.session.account, kept.session.user);
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

    /// The sessions that are over, and the last uses that are not stored yet.
    fn due_for_upkeep(&self, now: Timestamp) -> (Vec<Digest>, Vec<(Digest, Timestamp)>) {
        let (mut over, mut used) = (Vec::new(), Vec::new());
        for (digest, kept) in &self.by_digest {
            match kept.alive(self.lives, now) {
                None => over.push(*digest),
                Some(now) if now.last_used_at > kept.session.last_used_at => {
                    used.push((*digest, now.last_used_at));
                }
                Some(_) => {}
            }
        }
        (over, used)
    }

    fn saved(&mut self, used: &[(Digest, Timestamp)]) {
        for (digest, at) in used {
            if let Some(kept) = self.by_digest.get_mut(digest) {
                kept.session.last_used_at = *at;
            }
        }
    }
}

impl Default for PortalSessions {
    fn default() -> Self {
        Self {
            by_digest: HashMap::new(),
            by_user: BTreeMap::new(),
            ended: watch::Sender::new(()),
            lives: Lives::default(),
        }
    }
}
