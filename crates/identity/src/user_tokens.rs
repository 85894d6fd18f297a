//! The tokens of users who requested one with their password.

use std::collections::{BTreeMap, HashMap};

use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::ports::{Owner, StoredUserToken};
use crate::{
    AuthorCredential, Identity, IdentityError, LinksMade, RandomError, Secret, SecretDigest, Unauthenticated,
    UserTokenId,
};

/// The prefix of a user token.
pub(crate) const PREFIX: &str = "usher_user_";

/// The most tokens per user; another one replaces the oldest.
pub const USER_TOKENS_PER_USER_MAX: usize = 20;

/// The most expired tokens that are removed in one step, so that nobody waits long for it.
const PURGED_AT_ONCE_MAX: usize = 1_000;

/// A new user token, to be shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token itself.
    pub token: Secret,
    /// How long it is valid.
    pub expires_in: Secs,
}

/// All user tokens of the server, in memory.
#[derive(Default)]
pub(crate) struct UserTokenCache {
    by_digest: HashMap<SecretDigest, UserToken>,
    by_user: BTreeMap<Owner, Vec<SecretDigest>>,
}

/// A token that a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserToken {
    /// The token's id, for listing and revoking.
    pub id: UserTokenId,
    /// The user's account.
    pub account: AccountId,
    /// The user.
    pub user: UserId,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A token that is ready to be stored.
pub(crate) struct NewUserToken {
    digest: SecretDigest,
    token: UserToken,
    issued: IssuedToken,
}

impl Identity {
    /// Issues a token to a user whose identity was proved by something other than a password. With a password, use
    /// [`exchange_password`](Self::exchange_password).
    pub async fn issue_user_token(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<IssuedToken, IdentityError> {
        let new = NewUserToken::draw((account, user), self.lifetimes().token, now)?;
        self.change(
            move |store| async move {
                let replaced = store.put_user_token(new.stored(), USER_TOKENS_PER_USER_MAX);
                Ok((replaced.await?, new))
            },
            |cache, (replaced, new)| cache.user_tokens_mut().put(new, &replaced),
        )
        .await
    }

    /// The user's valid tokens, newest first.
    #[must_use]
    pub fn user_tokens(&self, account: AccountId, user: UserId, now: Timestamp) -> Vec<UserToken> {
        let tokens = self.cache.user_tokens();
        let digests = tokens.by_user.get(&(account, user)).into_iter().flatten();
        let mut of_user: Vec<_> = digests
            .filter_map(|digest| tokens.by_digest.get(digest).copied())
            .filter(|token| now < token.expires_at)
            .collect();
        of_user.sort_by_key(|token| std::cmp::Reverse((token.expires_at, token.id)));
        of_user
    }

    /// Revokes one token of a user by its id, and ends the links that were made with it. Returns whether it existed.
    pub async fn revoke_user_token_by_id(
        &self,
        account: AccountId,
        user: UserId,
        id: UserTokenId,
    ) -> Result<bool, IdentityError> {
        let digest = {
            let tokens = self.cache.user_tokens();
            let mut of_user = tokens.by_user.get(&(account, user)).into_iter().flatten();
            of_user.find(|digest| UserTokenId::of(digest) == id).copied()
        };
        match digest {
            Some(digest) => {
                let made = LinksMade::With(AuthorCredential::UserToken(digest));
                self.end_links_made(account, user, made).await?;
                self.revoke_digest(digest).await
            }
            None => Ok(false),
        }
    }

    /// Revokes one user token (signing out of the portal). Returns whether it existed.
    pub async fn revoke_user_token(&self, bearer: &str) -> Result<bool, IdentityError> {
        self.revoke_digest(SecretDigest::of(bearer)).await
    }

    async fn revoke_digest(&self, digest: SecretDigest) -> Result<bool, IdentityError> {
        self.change(
            move |store| async move { store.remove_user_token(digest).await },
            move |cache, removed| {
                cache.user_tokens_mut().remove(&digest);
                removed
            },
        )
        .await
    }

    /// Revokes all tokens, portal sessions and one-time links of a user, for example of a deactivated one. Returns how
    /// many tokens there were.
    pub async fn revoke_user_tokens(&self, account: AccountId, user: UserId) -> Result<usize, IdentityError> {
        self.change(
            move |store| async move { store.end_presence_of_user((account, user)).await },
            move |cache, removed| {
                cache.forget_presence_of_user(account, user);
                cache.user_links_mut().remove_of_user((account, user));
                removed
            },
        )
        .await
    }

    /// Revokes all user tokens and portal sessions of an account. Returns how many tokens there were.
    pub async fn revoke_account_user_tokens(&self, account: AccountId) -> Result<usize, IdentityError> {
        self.change(
            move |store| async move { store.end_presence_of_account(account).await },
            move |cache, removed| {
                cache.forget_presence_of_account(account);
                removed
            },
        )
        .await
    }

    pub(crate) async fn purge_user_tokens(&self, now: Timestamp) -> Result<(), IdentityError> {
        loop {
            let purged = self
                .change(
                    move |store| async move {
                        store.remove_expired_user_tokens(now, PURGED_AT_ONCE_MAX).await
                    },
                    |cache, expired| {
                        cache.user_tokens_mut().remove_all(&expired);
                        expired.len()
                    },
                )
                .await?;
            if purged == 0 {
                return Ok(());
            }
        }
    }
}

impl UserTokenCache {
    pub(crate) fn of(tokens: Vec<StoredUserToken>) -> Self {
        let mut cache = Self::default();
        for stored in tokens {
            let (account, user) = stored.owner;
            let token = UserToken {
                id: UserTokenId::of(&stored.digest),
                account,
                user,
                expires_at: stored.expires_at,
            };
            cache.insert(stored.digest, token);
        }
        cache
    }

    pub(crate) fn known(&self, digest: &SecretDigest, now: Timestamp) -> Result<UserToken, Unauthenticated> {
        let token = self.by_digest.get(digest).ok_or(Unauthenticated::Unknown)?;
        if token.expires_at <= now {
            return Err(Unauthenticated::Expired);
        }
        Ok(*token)
    }

    /// Adds a token that was stored, and removes those that made room for it.
    pub(crate) fn put(&mut self, new: NewUserToken, replaced: &[SecretDigest]) -> IssuedToken {
        self.remove_all(replaced);
        self.insert(new.digest, new.token);
        new.issued
    }

    pub(crate) fn remove_of_user(&mut self, account: AccountId, user: UserId) {
        for digest in self.by_user.remove(&(account, user)).into_iter().flatten() {
            self.by_digest.remove(&digest);
        }
    }

    pub(crate) fn remove_of_account(&mut self, account: AccountId) {
        let all = (account, UserId::from_bits(0))..=(account, UserId::from_bits(u128::MAX));
        for digest in self
            .by_user
            .extract_if(all, |_, _| true)
            .flat_map(|(_, digests)| digests)
        {
            self.by_digest.remove(&digest);
        }
    }

    /// Removes the tokens of an account's users, except for one user.
    pub(crate) fn remove_of_others(&mut self, account: AccountId, keep: UserId) {
        let all = (account, UserId::from_bits(0))..=(account, UserId::from_bits(u128::MAX));
        let others = self.by_user.extract_if(all, |(_, user), _| *user != keep);
        for digest in others.flat_map(|(_, digests)| digests) {
            self.by_digest.remove(&digest);
        }
    }

    fn insert(&mut self, digest: SecretDigest, token: UserToken) {
        self.by_user
            .entry((token.account, token.user))
            .or_default()
            .push(digest);
        self.by_digest.insert(digest, token);
    }

    fn remove_all(&mut self, digests: &[SecretDigest]) {
        for digest in digests {
            self.remove(digest);
        }
    }

    fn remove(&mut self, digest: &SecretDigest) {
        let Some(token) = self.by_digest.remove(digest) else {
            return;
        };
        let owner = (token.account, token.user);
        if let Some(tokens) = self.by_user.get_mut(&owner) {
            tokens.retain(|other| other != digest);
            if tokens.is_empty() {
                self.by_user.remove(&owner);
            }
        }
    }
}

impl NewUserToken {
    pub(crate) fn draw(owner: Owner, life: Secs, now: Timestamp) -> Result<Self, RandomError> {
        let secret = Secret::draw(PREFIX)?;
        let digest = SecretDigest::of(secret.expose());
        let (account, user) = owner;
        Ok(Self {
            digest,
            token: UserToken {
                id: UserTokenId::of(&digest),
                account,
                user,
                expires_at: now + life,
            },
            issued: IssuedToken {
                token: secret,
                expires_in: life,
            },
        })
    }

    /// The stored part.
    pub(crate) fn stored(&self) -> StoredUserToken {
        StoredUserToken {
            digest: self.digest,
            owner: (self.token.account, self.token.user),
            expires_at: self.token.expires_at,
        }
    }
}
