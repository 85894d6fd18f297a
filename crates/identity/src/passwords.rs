//! The passwords of users.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::{AccountId, Timestamp, UserId};

use crate::known_browsers;
use crate::owned;
use crate::password::Verdict;
use crate::second_factor::{self, TypedCode};
use crate::unrecorded;
use crate::user_tokens::{self, NewUserToken};
use crate::{
    CredentialChange, HashingShare, Identity, IdentityError, IssuedToken, Origin, PASSWORD_CHARS_MAX,
    PasswordError, PasswordHash, Unrecorded,
};

/// A password that was right when it was checked.
#[derive(Debug)]
pub struct PasswordProof {
    account: AccountId,
    user: UserId,
    stored: PasswordHash,
    renewed: Option<PasswordHash>,
    life: PasswordLife,
}

/// The table of them.
pub(crate) const TABLE: &str = "identity_passwords";

/// How long a password is meant to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordLife {
    /// Its user chose it, or an operator says that it stays.
    Lasting,
    /// Somebody else set it: its user has to choose another before anything else.
    Temporary,
}

/// What a right password was exchanged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// A token.
    Issued(IssuedToken),
    /// Nothing: the user has a second factor as well, and no code came with the password.
    SecondFactorNeeded,
    /// Nothing: the password is temporary, and its user has to choose another first.
    ChangeRequired,
    /// Nothing: the code of the second factor is wrong, or the password was changed meanwhile.
    Wrong,
}

impl Identity {
    /// Checks that a new password has [`PASSWORD_CHARS_MIN`](crate::PASSWORD_CHARS_MIN) to
    /// [`PASSWORD_CHARS_MAX`] characters and would not soon be guessed, and hashes it. `about` is what is
    /// [known of its user](crate::known_about). Costs some 20 ms of a processor: ask first whether the caller may
    /// set the password.
    pub async fn hash_password(
        &self,
        share: HashingShare,
        password: String,
        about: Vec<String>,
    ) -> Result<PasswordHash, PasswordError> {
        self.hashing.admit(share)?.hash(password, about).await
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
        life: PasswordLife,
    ) -> Result<(), IdentityError> {
        let hash = hash.clone();
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| put(tables, account, user, &hash, life),
                move |()| memory.note_password_life(account, user, life),
            )
            .await
    }

    /// Gives a user another password and kills all the user's tokens and sessions of the portal in the same step; no
    /// browser is known any more. The change is to be recorded, which ends the sign-ins of devices.
    pub async fn set_password(
        &self,
        account: AccountId,
        user: UserId,
        hash: &PasswordHash,
        life: PasswordLife,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Unrecorded, IdentityError> {
        let hash = hash.clone();
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    put(tables, account, user, &hash, life)?;
                    owned::delete_of_user(tables, known_browsers::TABLE, account, user)?;
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
                    memory.note_password_life(account, user, life);
                    memory.forget_presence_of_user(account, user);
                    note
                },
            )
            .await
    }

    /// Whether the user's password is temporary. Answers from memory: for every request.
    #[must_use]
    pub fn has_temporary_password(&self, account: AccountId, user: UserId) -> bool {
        self.memory.temporary_passwords().contains(&(account, user))
    }

    /// Whether the user has a password.
    pub async fn has_password(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        let stored = self.store.read(move |tables| get(tables, account, user)).await?;
        Ok(stored.is_some())
    }

    /// Takes a user's password away. Whether there was one. Tokens stay.
    pub async fn remove_password(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| delete(tables, account, user),
                move |deleted| {
                    memory.note_password_life(account, user, PasswordLife::Lasting);
                    deleted
                },
            )
            .await
    }

    /// Whether `password` is the user's. Pass none where no such user exists: the answer takes as long.
    pub async fn verify_password(
        &self,
        share: HashingShare,
        account: AccountId,
        user: Option<UserId>,
        password: String,
    ) -> Result<bool, PasswordError> {
        let Some(proof) = self.prove_password(share, account, user, password).await? else {
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
        let new = NewUserToken::draw(proof.account, proof.user, self.lives().token, now)?;
        let (memory, sealer) = (Arc::clone(&self.memory), self.sealer().clone());
        let code = code.map(TypedCode::of);
        let world = self.world(now);
        self.store
            .change(
                move |tables| {
                    let (account, user) = (proof.account, proof.user);
                    if !proof.confirm(tables)? {
                        return Ok(Err(Exchange::Wrong));
                    }
                    if proof.life == PasswordLife::Temporary {
                        return Ok(Err(Exchange::ChangeRequired));
                    }
                    if second_factor::is_set(tables, account, user)? {
                        let Some(code) = code else {
                            return Ok(Err(Exchange::SecondFactorNeeded));
                        };
                        if !code.use_up(tables, &sealer, account, user, world)?.is_right() {
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
        share: HashingShare,
        account: AccountId,
        user: Option<UserId>,
        password: String,
    ) -> Result<Option<PasswordProof>, PasswordError> {
        // Says nothing about the user: nobody has such a password.
        if password.chars().count() > PASSWORD_CHARS_MAX {
            return Ok(None);
        }
        let turn = self.hashing.admit(share)?;
        // A user who does not exist is looked up as well; no id is zero.
        let asked = user.unwrap_or(UserId::from_bits(0));
        let stored = self.store.read(move |tables| get(tables, account, asked)).await?;

        let hash = stored.as_ref().map(|stored| stored.hash.clone());
        let hash = hash.unwrap_or_else(PasswordHash::of_nobody);
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
            life: stored.life,
            stored: stored.hash,
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

    /// How long the password is meant to be used.
    #[must_use]
    pub fn life(&self) -> PasswordLife {
        self.life
    }

    /// Whether the password is still the one that was checked.
    fn is_right(&self, tables: &Connection) -> Result<bool, IdentityError> {
        let stored = get(tables, self.account, self.user)?;
        Ok(stored.is_some_and(|stored| stored.hash == self.stored))
    }

    /// The same; keeps its new hash where it has one.
    fn confirm(&self, tables: &Connection) -> Result<bool, IdentityError> {
        let confirmed = self.is_right(tables)?;
        if let (true, Some(renewed)) = (confirmed, &self.renewed) {
            put(tables, self.account, self.user, renewed, self.life)?;
        }
        Ok(confirmed)
    }
}

/// A password as it stands in the table.
struct Stored {
    hash: PasswordHash,
    life: PasswordLife,
}

fn put(
    tables: &Connection,
    account: AccountId,
    user: UserId,
    hash: &PasswordHash,
    life: PasswordLife,
) -> Result<(), IdentityError> {
    tables.execute(
        "INSERT OR REPLACE INTO identity_passwords (account, user, hash, temporary) VALUES (?1, ?2, ?3, ?4)",
        params![
            account.bits().to_be_bytes(),
            user.bits().to_be_bytes(),
            hash.as_str(),
            life == PasswordLife::Temporary,
        ],
    )?;
    Ok(())
}

fn get(tables: &Connection, account: AccountId, user: UserId) -> Result<Option<Stored>, IdentityError> {
    let select = "SELECT hash, temporary FROM identity_passwords WHERE account = ?1 AND user = ?2";
    let of = [account.bits().to_be_bytes(), user.bits().to_be_bytes()];
    let stored = tables.prepare_cached(select)?.query_row(of, |row| {
        Ok(Stored {
            hash: PasswordHash::from_stored(row.get(0)?),
            life: if row.get(1)? {
                PasswordLife::Temporary
            } else {
                PasswordLife::Lasting
            },
        })
    });
    Ok(stored.optional()?)
}

/// Whose password is temporary.
pub(crate) fn load_temporary(tables: &Connection) -> Result<BTreeSet<(AccountId, UserId)>, IdentityError> {
    let mut select = tables.prepare("SELECT account, user FROM identity_passwords WHERE temporary = 1")?;
    let rows = select.query_map([], owned::owner)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn delete(tables: &Connection, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
    Ok(owned::delete_of_user(tables, TABLE, account, user)? > 0)
}
