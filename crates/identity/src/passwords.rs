//! The passwords of users.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::{AccountId, Timestamp, UserId};

use crate::password::Verdict;
use crate::second_factor::{self, TypedCode};
use crate::unrecorded;
use crate::user_tokens::{self, NewUserToken};
use crate::{
    CredentialChange, Identity, IdentityError, IssuedToken, Origin, PASSWORD_CHARS_MAX, PasswordError,
    PasswordHash, Unrecorded,
};

/// A password that was right when it was checked.
#[derive(Debug)]
pub struct PasswordProof {
    account: AccountId,
    user: UserId,
    stored: PasswordHash,
    renewed: Option<PasswordHash>,
}

/// What a right password was exchanged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// A token.
    Issued(IssuedToken),
    /// Nothing: the user has a second factor as well, and no code came with the password.
    SecondFactorNeeded,
    /// Nothing: the code of the second factor is wrong, or the password was changed meanwhile.
    Wrong,
}

impl Identity {
    /// Checks that a new password has [`PASSWORD_CHARS_MIN`](crate::PASSWORD_CHARS_MIN) to
    /// [`PASSWORD_CHARS_MAX`] characters and would not soon be guessed, and hashes it. `about` is what is
    /// [known of its user](crate::known_about).
    pub async fn hash_password(
        &self,
        password: String,
        about: Vec<String>,
    ) -> Result<PasswordHash, PasswordError> {
        self.hashing.admit()?.hash(password, about).await
    }

    /// Stores the password of a user who is about to be created, so that no user is half made: before the user's
    /// creation is committed, under the new user's id. Where the creation is refused,
    /// [`remove_password`](Self::remove_password) takes it back; one left behind by a crash belongs to an id that
    /// nobody will ever have.
    pub async fn stage_password(
        &self,
        account: AccountId,
        user: UserId,
        hash: &PasswordHash,
    ) -> Result<(), IdentityError> {
        let hash = hash.clone();
        self.store
            .change(move |tables| put(tables, account, user, &hash), |()| ())
            .await
    }

    /// Gives a user another password and kills all the user's tokens and sessions of the portal in the same step. The
    /// change is to be recorded.
    pub async fn set_password(
        &self,
        account: AccountId,
        user: UserId,
        hash: &PasswordHash,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Unrecorded, IdentityError> {
        let hash = hash.clone();
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    put(tables, account, user, &hash)?;
                    user_tokens::delete_of_user(tables, account, user)?;
                    unrecorded::put(
                        tables,
                        account,
                        CredentialChange::PasswordSet { user },
                        origin,
                        now,
                    )
                },
                move |note| {
                    memory.forget_presence_of_user(account, user);
                    note
                },
            )
            .await
    }

    /// Whether the user has a password.
    pub async fn has_password(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        let stored = self.store.read(move |tables| get(tables, account, user)).await?;
        Ok(stored.is_some())
    }

    /// Takes a user's password away. Whether there was one. Tokens stay.
    pub async fn remove_password(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        self.store
            .change(move |tables| delete(tables, account, user), |deleted| deleted)
            .await
    }

    /// Whether `password` is the user's. Pass none where no such user exists: the answer takes as long.
    pub async fn verify_password(
        &self,
        account: AccountId,
        user: Option<UserId>,
        password: String,
    ) -> Result<bool, PasswordError> {
        let Some(proof) = self.prove_password(account, user, password).await? else {
            return Ok(false);
        };
        if proof.renewed.is_some() {
            self.confirm_password(proof).await?;
        }
        Ok(true)
    }

    /// Whether a password that was right when it was checked is still the user's; keeps its new hash where it has one.
    pub async fn confirm_password(&self, proof: PasswordProof) -> Result<bool, IdentityError> {
        if proof.renewed.is_none() {
            return self.store.read(move |tables| proof.is_right(tables)).await;
        }
        self.store
            .change(move |tables| proof.confirm(tables), |is_right| is_right)
            .await
    }

    /// Issues a token for a password that was right, and for a code of the second factor where the user has one. A
    /// password that was changed meanwhile gives no token.
    pub async fn exchange_password(
        &self,
        proof: PasswordProof,
        code: Option<&str>,
        now: Timestamp,
    ) -> Result<Exchange, IdentityError> {
        let new = NewUserToken::draw(proof.account, proof.user, now)?;
        let (memory, sealer) = (Arc::clone(&self.memory), self.sealer().clone());
        let code = code.map(TypedCode::of);
        self.store
            .change(
                move |tables| {
                    let (account, user) = (proof.account, proof.user);
                    if !proof.confirm(tables)? {
                        return Ok(Err(Exchange::Wrong));
                    }
                    if second_factor::is_set(tables, account, user)? {
                        let Some(code) = code else {
                            return Ok(Err(Exchange::SecondFactorNeeded));
                        };
                        if !code.use_up(tables, &sealer, account, user, now)?.is_right() {
                            return Ok(Err(Exchange::Wrong));
                        }
                    }
                    Ok(Ok((new.insert(tables)?, new)))
                },
                move |stored| match stored {
                    Ok((replaced, new)) => Exchange::Issued(memory.user_tokens_mut().put(new, &replaced)),
                    Err(refused) => refused,
                },
            )
            .await
    }

    /// How many passwords were hashed or checked since the start.
    #[must_use]
    pub fn passwords_hashed(&self) -> u64 {
        self.hashing.done()
    }

    /// Checks a password, to be exchanged for a token. Pass no user where no such user exists: the answer takes as
    /// long.
    pub async fn prove_password(
        &self,
        account: AccountId,
        user: Option<UserId>,
        password: String,
    ) -> Result<Option<PasswordProof>, PasswordError> {
        // Says nothing about the user: nobody has such a password.
        if password.chars().count() > PASSWORD_CHARS_MAX {
            return Ok(None);
        }
        let turn = self.hashing.admit()?;
        // A user who does not exist is looked up as well; no id is zero.
        let asked = user.unwrap_or(UserId::from_bits(0));
        let stored = self.store.read(move |tables| get(tables, account, asked)).await?;

        let hash = stored.clone().unwrap_or_else(PasswordHash::of_nobody);
        let verdict = turn.verify(password, hash).await?;

        let (Some(user), Some(stored)) = (user, stored) else {
            return Ok(None);
        };
        let renewed = match verdict {
            Verdict::Wrong => return Ok(None),
            Verdict::Right => None,
            Verdict::RightButDated(renewed) => Some(renewed),
        };
        Ok(Some(PasswordProof {
            account,
            user,
            stored,
            renewed,
        }))
    }
}

impl PasswordProof {
    /// Whose password it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// In which account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Whether the password is still the one that was checked.
    fn is_right(&self, tables: &Connection) -> Result<bool, IdentityError> {
        Ok(get(tables, self.account, self.user)?.as_ref() == Some(&self.stored))
    }

    /// The same; keeps its new hash where it has one.
    fn confirm(&self, tables: &Connection) -> Result<bool, IdentityError> {
        let confirmed = self.is_right(tables)?;
        if let (true, Some(renewed)) = (confirmed, &self.renewed) {
            put(tables, self.account, self.user, renewed)?;
        }
        Ok(confirmed)
    }
}

fn put(
    tables: &Connection,
    account: AccountId,
    user: UserId,
    hash: &PasswordHash,
) -> Result<(), IdentityError> {
    tables.execute(
        "INSERT OR REPLACE INTO identity_passwords (account, user, hash) VALUES (?1, ?2, ?3)",
        params![
            account.bits().to_be_bytes(),
            user.bits().to_be_bytes(),
            hash.as_str()
        ],
    )?;
    Ok(())
}

fn get(tables: &Connection, account: AccountId, user: UserId) -> Result<Option<PasswordHash>, IdentityError> {
    let hash = tables
        .prepare_cached("SELECT hash FROM identity_passwords WHERE account = ?1 AND user = ?2")?
        .query_row([account.bits().to_be_bytes(), user.bits().to_be_bytes()], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(hash.map(PasswordHash::from_stored))
}

pub(crate) fn delete(tables: &Connection, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
    let deleted = tables.execute(
        "DELETE FROM identity_passwords WHERE account = ?1 AND user = ?2",
        [account.bits().to_be_bytes(), user.bits().to_be_bytes()],
    )?;
    Ok(deleted > 0)
}

pub(crate) fn delete_of_account(tables: &Connection, account: AccountId) -> Result<(), IdentityError> {
    tables.execute(
        "DELETE FROM identity_passwords WHERE account = ?1",
        [account.bits().to_be_bytes()],
    )?;
    Ok(())
}
