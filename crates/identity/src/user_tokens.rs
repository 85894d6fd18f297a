//! The tokens of people who signed in to the portal or asked for one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, params};
use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::secret::Digest;
use crate::{Identity, IdentityError, RandomError, Secret, Unauthenticated, UserTokenId};
use crate::{half_sign_in, owned, portal_sessions};

/// The table of them.
const TABLE: &str = "identity_user_tokens";

/// What a user token starts with.
pub(crate) const PREFIX: &str = "usher_user_";

/// The most tokens that one user has; a further one replaces the oldest.
pub const USER_TOKENS_PER_USER_MAX: u32 = 20;

/// The most expired tokens that are deleted in one transaction, so that nobody waits long for the locks.
const PURGED_AT_ONCE_MAX: u32 = 1_000;

/// A user token, to be shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token.
    pub token: Secret,
    /// How long it is good.
    pub expires_in: Secs,
}

/// All user tokens of the server.
#[derive(Default)]
pub(crate) struct UserTokens {
    by_digest: HashMap<Digest, UserToken>,
    by_user: BTreeMap<(AccountId, UserId), Vec<Digest>>,
}

/// A token that a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserToken {
    /// The id.
    pub id: UserTokenId,
    /// In which account.
    pub account: AccountId,
    /// Whose it is.
    pub user: UserId,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A token that is ready to be stored.
pub(crate) struct NewUserToken {
    digest: Digest,
    token: UserToken,
    issued: IssuedToken,
}

impl Identity {
    /// Issues a token to a user whose identity was proved otherwise than by a password. With one, use
    /// [`exchange_password`](Self::exchange_password).
    pub async fn issue_user_token(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<IssuedToken, IdentityError> {
        let new = NewUserToken::draw(account, user, self.lives().token, now)?;
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| Ok((new.insert(tables)?, new)),
                move |(replaced, new)| memory.user_tokens_mut().put(new, &replaced),
            )
            .await
    }

    /// The user's tokens that are good, the newest first.
    #[must_use]
    pub fn user_tokens(&self, account: AccountId, user: UserId, now: Timestamp) -> Vec<UserToken> {
        let tokens = self.memory.user_tokens();
        let digests = tokens.by_user.get(&(account, user)).into_iter().flatten();
        let mut of_user: Vec<_> = digests
            .filter_map(|digest| tokens.by_digest.get(digest).copied())
            .filter(|token| now < token.expires_at)
            .collect();
        of_user.sort_by_key(|token| std::cmp::Reverse((token.expires_at, token.id)));
        of_user
    }

    /// Kills one token of a user by its id. Whether there was such a one.
    pub async fn revoke_user_token_by_id(
        &self,
        account: AccountId,
        user: UserId,
        id: UserTokenId,
    ) -> Result<bool, IdentityError> {
        let digest = {
            let tokens = self.memory.user_tokens();
            let mut of_user = tokens.by_user.get(&(account, user)).into_iter().flatten();
            of_user.find(|digest| UserTokenId::of(digest) == id).copied()
        };
        match digest {
            Some(digest) => self.revoke_digest(digest).await,
            None => Ok(false),
        }
    }

    /// Kills one user token (logging out of the portal). Whether it was alive.
    pub async fn revoke_user_token(&self, bearer: &str) -> Result<bool, IdentityError> {
        self.revoke_digest(Digest::of(bearer)).await
    }

    async fn revoke_digest(&self, digest: Digest) -> Result<bool, IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    let deleted = tables.execute(
                        "DELETE FROM identity_user_tokens WHERE digest = ?1",
                        [digest.as_bytes()],
                    )?;
                    Ok(deleted > 0)
                },
                move |deleted| {
                    memory.user_tokens_mut().remove(&digest);
                    deleted
                },
            )
            .await
    }

    /// Kills all tokens and sessions of the portal of a user, who was deactivated, say. How many tokens there were.
    pub async fn revoke_user_tokens(&self, account: AccountId, user: UserId) -> Result<usize, IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| delete_of_user(tables, account, user),
                move |deleted| {
                    memory.forget_presence_of_user(account, user);
                    deleted
                },
            )
            .await
    }

    /// Kills all user tokens and sessions of the portal of an account. How many tokens there were.
    pub async fn revoke_account_user_tokens(&self, account: AccountId) -> Result<usize, IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| delete_of_account(tables, account),
                move |deleted| {
                    memory.portal_sessions_mut().remove_of_account(account);
                    memory.user_tokens_mut().remove_of_account(account);
                    deleted
                },
            )
            .await
    }

    pub(crate) async fn purge_user_tokens(&self, now: Timestamp) -> Result<(), IdentityError> {
        loop {
            let memory = Arc::clone(&self.memory);
            let purged = self
                .store
                .change(
                    move |tables| delete_expired(tables, now),
                    move |expired| {
                        memory.user_tokens_mut().remove_all(&expired);
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

impl UserTokens {
    pub(crate) fn known(&self, digest: &Digest, now: Timestamp) -> Result<UserToken, Unauthenticated> {
        let token = self.by_digest.get(digest).ok_or(Unauthenticated::Unknown)?;
        if token.expires_at <= now {
            return Err(Unauthenticated::Expired);
        }
        Ok(*token)
    }

    /// Takes in a token that was stored in place of those in `replaced`.
    pub(crate) fn put(&mut self, new: NewUserToken, replaced: &[Digest]) -> IssuedToken {
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

    /// Removes those of an account's users, except one.
    pub(crate) fn remove_of_others(&mut self, account: AccountId, keep: UserId) {
        let all = (account, UserId::from_bits(0))..=(account, UserId::from_bits(u128::MAX));
        let others = self.by_user.extract_if(all, |(_, user), _| *user != keep);
        for digest in others.flat_map(|(_, digests)| digests) {
            self.by_digest.remove(&digest);
        }
    }

    fn insert(&mut self, digest: Digest, token: UserToken) {
        self.by_user
            .entry((token.account, token.user))
            .or_default()
            .push(digest);
        self.by_digest.insert(digest, token);
    }

    fn remove_all(&mut self, digests: &[Digest]) {
        for digest in digests {
            self.remove(digest);
        }
    }

    fn remove(&mut self, digest: &Digest) {
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
    pub(crate) fn draw(
        account: AccountId,
        user: UserId,
        life: Secs,
        now: Timestamp,
    ) -> Result<Self, RandomError> {
        let secret = Secret::draw(PREFIX)?;
        let digest = Digest::of(secret.expose());
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

    /// Stores the token; returns those of the user that had to make room.
    pub(crate) fn insert(&self, tables: &Connection) -> Result<Vec<Digest>, IdentityError> {
        let UserToken {
            account,
            user,
            expires_at,
            ..
        } = self.token;
        let replaced = digests(
            tables,
            "DELETE FROM identity_user_tokens WHERE digest IN (
                 SELECT digest FROM identity_user_tokens WHERE account = ?1 AND user = ?2
                 ORDER BY expires_at DESC LIMIT -1 OFFSET ?3
             ) RETURNING digest",
            params![
                account.bits().to_be_bytes(),
                user.bits().to_be_bytes(),
                USER_TOKENS_PER_USER_MAX - 1
            ],
        )?;
        tables.execute(
            "INSERT INTO identity_user_tokens (digest, account, user, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![
                self.digest.as_bytes(),
                account.bits().to_be_bytes(),
                user.bits().to_be_bytes(),
                expires_at.millis()
            ],
        )?;
        Ok(replaced)
    }
}

/// Deletes the tokens, and with them the sessions of the portal, half ones included.
pub(crate) fn delete_of_user(
    tables: &Connection,
    account: AccountId,
    user: UserId,
) -> Result<usize, IdentityError> {
    owned::delete_of_user(tables, portal_sessions::TABLE, account, user)?;
    owned::delete_of_user(tables, half_sign_in::TABLE, account, user)?;
    owned::delete_of_user(tables, TABLE, account, user)
}

pub(crate) fn delete_of_account(tables: &Connection, account: AccountId) -> Result<usize, IdentityError> {
    owned::delete_of_account(tables, portal_sessions::TABLE, account)?;
    owned::delete_of_account(tables, half_sign_in::TABLE, account)?;
    owned::delete_of_account(tables, TABLE, account)
}

fn delete_expired(tables: &Connection, now: Timestamp) -> Result<Vec<Digest>, IdentityError> {
    digests(
        tables,
        "DELETE FROM identity_user_tokens WHERE digest IN (
             SELECT digest FROM identity_user_tokens WHERE expires_at <= ?1 LIMIT ?2
         ) RETURNING digest",
        params![now.millis(), PURGED_AT_ONCE_MAX],
    )
}

fn digests(
    tables: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<Digest>, IdentityError> {
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| row.get(0).map(Digest::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn load(tables: &Connection) -> Result<UserTokens, IdentityError> {
    let mut tokens = UserTokens::default();
    let mut select = tables.prepare("SELECT digest, account, user, expires_at FROM identity_user_tokens")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let digest = Digest::from_bytes(row.get(0)?);
        let token = UserToken {
            id: UserTokenId::of(&digest),
            account: AccountId::from_bits(u128::from_be_bytes(row.get(1)?)),
            user: UserId::from_bits(u128::from_be_bytes(row.get(2)?)),
            expires_at: Timestamp::from_millis(row.get(3)?),
        };
        tokens.insert(digest, token);
    }
    Ok(tokens)
}
