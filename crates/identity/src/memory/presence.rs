//! What users are signed in with: tokens, portal sessions, pending sign-ins.

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp, UserId};

use super::holdings::Held;
use super::{MemoryStore, Tables};
use crate::ports::{
    Owner, PendingSignIn, PendingSignIns, PortalSessions, Presence, StoreError, StoredPortalSession,
    StoredUserLink, StoredUserToken, UserTokens,
};
use crate::{AuthorCredential, ChangedBy, LinksMade, PortalSessionId, SecretDigest};

pub(super) struct StoredSession {
    stored: StoredPortalSession,
    pub(super) id_token: Option<Vec<u8>>,
}

impl Held for StoredSession {
    fn digest(&self) -> SecretDigest {
        self.stored.digest
    }

    fn owner(&self) -> Owner {
        (self.stored.session.account, self.stored.session.user)
    }
}

impl Held for StoredUserToken {
    fn digest(&self) -> SecretDigest {
        self.digest
    }

    fn owner(&self) -> Owner {
        self.owner
    }
}

impl Held for PendingSignIn {
    fn digest(&self) -> SecretDigest {
        self.digest
    }

    fn owner(&self) -> Owner {
        self.owner
    }
}

#[async_trait]
impl UserTokens for MemoryStore {
    async fn user_tokens(&self) -> Result<Vec<StoredUserToken>, StoreError> {
        Ok(self.tables()?.user_tokens.all().copied().collect())
    }

    async fn put_user_token(
        &self,
        token: StoredUserToken,
        max: usize,
    ) -> Result<Vec<SecretDigest>, StoreError> {
        Ok(self.tables()?.put_user_token(token, max))
    }

    async fn remove_user_token(&self, digest: SecretDigest) -> Result<bool, StoreError> {
        Ok(self.tables()?.user_tokens.remove(&digest).is_some())
    }

    async fn remove_expired_user_tokens(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<SecretDigest>, StoreError> {
        let mut tables = self.tables()?;
        let expired = tables.user_tokens.all().filter(|token| token.expires_at <= now);
        let digests: Vec<_> = expired.take(limit).map(|token| token.digest).collect();
        tables.user_tokens.remove_all(&digests);
        Ok(digests)
    }
}

#[async_trait]
impl PortalSessions for MemoryStore {
    async fn portal_sessions(&self) -> Result<Vec<StoredPortalSession>, StoreError> {
        let tables = self.tables()?;
        let mut sessions: Vec<_> = tables
            .portal_sessions
            .all()
            .map(|held| held.stored.clone())
            .collect();
        sessions.sort_by_key(|stored| stored.session.started_at);
        Ok(sessions)
    }

    async fn put_portal_session(
        &self,
        session: StoredPortalSession,
        id_token: Option<Vec<u8>>,
        max: usize,
    ) -> Result<Vec<SecretDigest>, StoreError> {
        let held = StoredSession {
            stored: session,
            id_token,
        };
        let mut tables = self.tables()?;
        let started_at = |held: &StoredSession| held.stored.session.started_at;
        let replaced = tables.portal_sessions.make_room(held.owner(), max, started_at);
        tables.portal_sessions.insert(held);
        Ok(replaced)
    }

    async fn rotate_portal_session(
        &self,
        old: SecretDigest,
        new: SecretDigest,
        rights: i64,
        id_token: Option<Vec<u8>>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let Some(mut held) = tables.portal_sessions.remove(&old) else {
            return Ok(false);
        };
        let [old, new_one] =
            [old, new].map(|digest| AuthorCredential::PortalSession(PortalSessionId::of(&digest)));
        for author in tables
            .user_links
            .values_mut()
            .filter_map(|link| link.author.as_mut())
        {
            if author.credential == Some(old) {
                author.credential = Some(new_one);
            }
        }
        held.stored.digest = new;
        held.stored.session.id = PortalSessionId::of(&new);
        held.stored.session.rights = rights;
        held.id_token = id_token;
        tables.portal_sessions.insert(held);
        Ok(true)
    }

    async fn id_token(
        &self,
        owner: Owner,
        id: PortalSessionId,
    ) -> Result<Option<(SecretDigest, Vec<u8>)>, StoreError> {
        let tables = self.tables()?;
        let mut of_user = tables.portal_sessions.of_user(owner).iter();
        let held = of_user.find(|held| held.stored.session.id == id);
        Ok(held.and_then(|held| Some((held.digest(), held.id_token.clone()?))))
    }

    async fn maintain_portal_sessions(
        &self,
        ended: Vec<SecretDigest>,
        used: Vec<(SecretDigest, Timestamp)>,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.portal_sessions.remove_all(&ended);
        for (digest, at) in used {
            if let Some(held) = tables.portal_sessions.get_mut(&digest) {
                held.stored.session.last_used_at = at;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl PendingSignIns for MemoryStore {
    async fn put_pending_sign_in(&self, pending: PendingSignIn) -> Result<(), StoreError> {
        self.tables()?.pending_sign_ins.insert(pending);
        Ok(())
    }

    async fn pending_sign_in(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<Owner>, StoreError> {
        let tables = self.tables()?;
        let pending = tables.pending_sign_ins.get(&digest);
        Ok(pending
            .filter(|pending| now < pending.expires_at)
            .map(Held::owner))
    }

    async fn take_pending_sign_in(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<Owner>, StoreError> {
        let taken = self.tables()?.pending_sign_ins.remove(&digest);
        Ok(taken
            .filter(|pending| now < pending.expires_at)
            .map(|pending| pending.owner))
    }

    async fn remove_expired_pending_sign_ins(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let expired = tables
            .pending_sign_ins
            .all()
            .filter(|pending| pending.expires_at <= now);
        let digests: Vec<_> = expired.map(Held::digest).collect();
        tables.pending_sign_ins.remove_all(&digests);
        Ok(())
    }
}

#[async_trait]
impl Presence for MemoryStore {
    async fn end_presence_of_user(&self, owner: Owner) -> Result<usize, StoreError> {
        let mut tables = self.tables()?;
        tables.end_links_of_user(owner);
        Ok(tables.end_presence_of_user(owner))
    }

    async fn end_presence_of_account(&self, account: AccountId) -> Result<usize, StoreError> {
        Ok(self.tables()?.end_presence_of_account(account))
    }

    async fn end_presence_by_password(
        &self,
        account: AccountId,
        sessions: Vec<SecretDigest>,
        spared: UserId,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.portal_sessions.remove_all(&sessions);
        tables.pending_sign_ins.remove_of_account(account, Some(spared));
        tables.user_tokens.remove_of_account(account, Some(spared));
        let is_by_others = |link: &StoredUserLink| {
            let by = link.author.map(|author| author.by);
            link.owner.0 == account && matches!(by, Some(ChangedBy::User(user)) if user != spared)
        };
        tables.user_links.retain(|_, link| !is_by_others(link));
        Ok(())
    }

    async fn forget_user(&self, owner: Owner) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.passwords.remove(&owner);
        tables.known_browsers.remove(&owner);
        tables.signed_in.remove(&owner);
        tables.preferences.remove(&owner);
        tables.second_factors.remove(&owner);
        tables.recovery_codes.remove(&owner);
        tables.operator_grants.remove(&owner);
        tables.remove_from_outbox(owner.0, Some(owner.1));
        tables.end_links_of_user(owner);
        tables.end_presence_of_user(owner);
        Ok(())
    }

    async fn forget_account(&self, account: AccountId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let is_others = |(of, _): &Owner| *of != account;
        tables.passwords.retain(|owner, _| is_others(owner));
        tables.known_browsers.retain(|owner, _| is_others(owner));
        tables.signed_in.retain(is_others);
        tables.preferences.retain(|owner, _| is_others(owner));
        tables.second_factors.retain(|owner, _| is_others(owner));
        tables.recovery_codes.retain(|owner, _| is_others(owner));
        tables.operator_grants.retain(|owner, _| is_others(owner));
        tables.user_links.retain(|(owner, _), _| is_others(owner));
        tables.end_presence_of_account(account);
        tables.providers.remove(&account);
        tables.remove_from_outbox(account, None);
        tables.api_keys.retain(|(of, _), _| *of != account);
        Ok(())
    }
}

impl Tables {
    pub(super) fn put_user_token(&mut self, token: StoredUserToken, max: usize) -> Vec<SecretDigest> {
        let replaced = self
            .user_tokens
            .make_room(token.owner, max, |token| token.expires_at);
        self.signed_in.insert(token.owner);
        self.user_tokens.insert(token);
        replaced
    }

    pub(super) fn end_presence_of_user(&mut self, owner: Owner) -> usize {
        self.portal_sessions.remove_of_user(owner);
        self.pending_sign_ins.remove_of_user(owner);
        self.end_links_made(owner, LinksMade::All);
        self.user_tokens.remove_of_user(owner)
    }

    /// Removes one-time links that the user made for others.
    pub(super) fn end_links_made(&mut self, author: Owner, made: LinksMade) {
        self.user_links.retain(|_, link| !link.is_made_by(author, made));
    }

    /// Removes the user's one-time links.
    pub(super) fn end_links_of_user(&mut self, owner: Owner) {
        self.user_links.retain(|(of, _), _| *of != owner);
    }

    fn end_presence_of_account(&mut self, account: AccountId) -> usize {
        self.portal_sessions.remove_of_account(account, None);
        self.pending_sign_ins.remove_of_account(account, None);
        self.user_tokens.remove_of_account(account, None)
    }
}
