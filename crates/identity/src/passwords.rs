//! The passwords of users.

use usher_domain::{AccountId, Timestamp, UserId};

use crate::password::Verdict;
use crate::ports::{ChangeNote, Owner, PasswordExchange, PasswordExchanged, StoredPassword};
use crate::user_tokens::NewUserToken;
use crate::{
    ChangeOrigin, CredentialChange, HashingShare, Identity, IdentityError, IssuedToken, PASSWORD_CHARS_MAX,
    PasswordError, PasswordHash, USER_TOKENS_PER_USER_MAX, Unrecorded, is_reset,
};

/// A password that was correct when it was checked.
#[derive(Debug)]
pub struct PasswordProof {
    account: AccountId,
    user: UserId,
    /// The hash that the password was checked against.
    checked: PasswordHash,
    /// A hash with the current parameters, if the checked one has older ones.
    renewed: Option<PasswordHash>,
    life: PasswordLife,
}

/// Whether a password is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordLife {
    /// Its user chose it, or an operator set it as permanent.
    Lasting,
    /// Somebody else set it: its user has to choose a new one before anything else.
    Temporary,
}

/// The result of exchanging a right password for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// A token.
    Issued(IssuedToken),
    /// No token: the user has a second factor, and no code came with the password.
    SecondFactorNeeded,
    /// No token: the password is temporary, and its user has to choose a new one first.
    ChangeRequired,
    /// No token: the code of the second factor is wrong, or the password was changed in the meantime.
    Wrong,
}

impl Identity {
    /// Checks that a new password has [`PASSWORD_CHARS_MIN`](crate::PASSWORD_CHARS_MIN) to [`PASSWORD_CHARS_MAX`]
    /// characters and is hard to guess, and hashes it. `about` are the [words known about its
    /// user](crate::known_about). Takes about 20 ms of a core: check first whether the caller may set the password.
    pub async fn hash_password(
        &self,
        share: HashingShare,
        password: String,
        about: Vec<String>,
    ) -> Result<PasswordHash, PasswordError> {
        self.hashing.admit(share)?.hash(password, about).await
    }

    /// Stores the password of a user who is about to be created, so that no user is ever incomplete: before the user's
    /// creation is committed, under the new user's id. If the creation is refused, undo this with
    /// [`remove_password`](Self::remove_password); one left behind by a crash belongs to an id that nobody will ever
    /// have.
    pub async fn stage_password(
        &self,
        account: AccountId,
        user: UserId,
        hash: &PasswordHash,
        life: PasswordLife,
    ) -> Result<(), IdentityError> {
        let hash = hash.clone();
        self.change(
            move |store| async move {
                let password = StoredPassword { hash, life };
                store.put_password((account, user), password).await
            },
            move |cache, ()| cache.note_password_life(account, user, life),
        )
        .await
    }

    /// Sets a user's password, and in the same step ends all the user's tokens, portal sessions and one-time links, and
    /// forgets their known browsers. Record the returned change, which ends the sign-ins of devices.
    pub async fn set_password(
        &self,
        account: AccountId,
        user: UserId,
        hash: &PasswordHash,
        life: PasswordLife,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Unrecorded, IdentityError> {
        let hash = hash.clone();
        let note = ChangeNote {
            account,
            change: CredentialChange::PasswordSet { user, link: None },
            origin,
            at: now,
        };
        self.change(
            move |store| async move {
                let password = StoredPassword { hash, life };
                store.change_password((account, user), password, note).await
            },
            move |cache, note| {
                if is_reset(note.origin.by, user) {
                    cache.operator_grants_mut().note_reset((account, user), now);
                }
                cache.note_password_life(account, user, life);
                cache.forget_presence_of_user(account, user);
                cache.user_links_mut().remove_of_user((account, user));
                note
            },
        )
        .await
    }

    /// Whether the user's password is temporary. Answers from memory, because every request needs it.
    #[must_use]
    pub fn has_temporary_password(&self, account: AccountId, user: UserId) -> bool {
        self.cache.temporary_passwords().contains(&(account, user))
    }

    /// Whether the user has a password.
    pub async fn has_password(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        Ok(self.store.password((account, user)).await?.is_some())
    }

    /// Removes a user's password. Returns whether there was one. Tokens stay.
    pub async fn remove_password(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        self.change(
            move |store| async move { store.remove_password((account, user)).await },
            move |cache, removed| {
                cache.note_password_life(account, user, PasswordLife::Lasting);
                removed
            },
        )
        .await
    }

    /// Whether `password` is the user's. Pass `None` if no such user exists: the answer takes as long.
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

    /// Whether a password that was right when it was checked is still the user's. Stores its new hash if it has one.
    pub async fn confirm_password(&self, proof: PasswordProof) -> Result<bool, IdentityError> {
        let owner = (proof.account, proof.user);
        if let Some(renewed) = proof.renewed {
            let kept = self.store.renew_password_hash(owner, proof.checked, renewed);
            return Ok(kept.await?);
        }
        let stored = self.store.password(owner).await?;
        Ok(stored.is_some_and(|stored| stored.hash == proof.checked))
    }

    /// Issues a token for a right password, with a code if the user has a second factor. A password that was changed in
    /// the meantime gives no token.
    pub async fn exchange_password(
        &self,
        proof: PasswordProof,
        code: Option<&str>,
        now: Timestamp,
    ) -> Result<Exchange, IdentityError> {
        let owner = (proof.account, proof.user);
        let new = NewUserToken::draw(owner, self.lifetimes().token, now)?;
        let code = match code {
            Some(code) => Some(self.typed_code(owner, code, now).await?),
            None => None,
        };
        let exchange = PasswordExchange {
            checked: proof.checked,
            renewed: proof.renewed,
            code,
            token: new.stored(),
        };
        self.change(
            move |store| async move { store.exchange_password(exchange, USER_TOKENS_PER_USER_MAX).await },
            move |cache, exchanged| match exchanged {
                PasswordExchanged::Issued { replaced } => {
                    Exchange::Issued(cache.user_tokens_mut().put(new, &replaced))
                }
                PasswordExchanged::SecondFactorNeeded => Exchange::SecondFactorNeeded,
                PasswordExchanged::ChangeRequired => Exchange::ChangeRequired,
                PasswordExchanged::Wrong => Exchange::Wrong,
            },
        )
        .await
    }

    /// How many passwords were hashed or checked since the start.
    #[must_use]
    pub fn passwords_hashed(&self) -> u64 {
        self.hashing.done()
    }

    /// Checks a password, to be exchanged for a token. Pass no user if none exists: the answer takes as long.
    pub async fn prove_password(
        &self,
        share: HashingShare,
        account: AccountId,
        user: Option<UserId>,
        password: String,
    ) -> Result<Option<PasswordProof>, PasswordError> {
        // This reveals nothing about the user: nobody has such a password.
        if password.chars().count() > PASSWORD_CHARS_MAX {
            return Ok(None);
        }
        let turn = self.hashing.admit(share)?;
        // A user who does not exist is looked up too; no id is zero.
        let asked = user.unwrap_or(UserId::from_bits(0));
        let stored = self.store.password((account, asked)).await;
        let stored = stored.map_err(IdentityError::from)?;

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
            checked: stored.hash,
            renewed,
        }))
    }
}

impl PasswordProof {
    /// The proof of a user who has just chosen the password with this hash.
    pub(crate) const fn of_new((account, user): Owner, hash: PasswordHash) -> Self {
        Self {
            account,
            user,
            checked: hash,
            renewed: None,
            life: PasswordLife::Lasting,
        }
    }

    /// The user whose password it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The user's account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Whether the password is permanent.
    #[must_use]
    pub fn life(&self) -> PasswordLife {
        self.life
    }
}
