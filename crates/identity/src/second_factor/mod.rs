//! The second factor: codes of an app (TOTP, RFC 6238), and recovery codes for who has lost it.
//!
//! The secret that the app shares with the server has to be read again, so it is sealed at rest. Of recovery codes, as
//! of keys, digests are kept. Every code is good once.

mod recovery;
mod tables;
mod totp;

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::Connection;
use usher_domain::{AccountId, Timestamp, UserId};

pub use self::recovery::RECOVERY_CODES;
pub(crate) use self::tables::{TABLES, check_sealed, load, renew};
use self::totp::SECRET_BYTES;
use crate::owned;
use crate::random::fill;
use crate::secret::Digest;
use crate::{
    CredentialChange, Identity, IdentityError, Origin, Sealer, Secret, Unrecorded, unrecorded, user_tokens,
};

/// Who has a second factor.
pub(crate) type SecondFactors = BTreeSet<(AccountId, UserId)>;

/// What an app needs to know to make codes: to be shown to its user alone, until a code of it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSecondFactor {
    /// The secret as people type it, in base 32.
    pub secret: Secret,
    /// The same as an address for a QR code: `otpauth://totp/…`.
    pub address: Secret,
}

/// What a code proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeVerdict {
    /// Nothing: it is wrong, or was used before.
    Wrong,
    /// It is one of the user's app.
    Right,
    /// It was a recovery code; so many are left.
    Recovery {
        /// How many are left.
        left: usize,
    },
}

impl CodeVerdict {
    /// Whether the code was good.
    #[must_use]
    pub fn is_right(self) -> bool {
        self != Self::Wrong
    }
}

/// A code as it was typed: of the app, or a recovery code.
pub(crate) struct TypedCode {
    digits: String,
    recovery: Digest,
}

impl TypedCode {
    pub(crate) fn of(typed: &str) -> Self {
        Self {
            digits: totp::digits(typed),
            recovery: recovery::digest(typed),
        }
    }

    /// Checks the code by the world's time, and sees to it that it is not good again.
    pub(crate) fn use_up(
        &self,
        tables: &Connection,
        sealer: &Sealer,
        account: AccountId,
        user: UserId,
        world: Timestamp,
    ) -> Result<CodeVerdict, IdentityError> {
        let stored = tables::get(tables, account, user)?;
        let Some(stored) = stored.filter(|stored| stored.confirmed) else {
            return Ok(CodeVerdict::Wrong);
        };
        let secret = sealer.open(&tables::context(account, user), &stored.secret)?;
        if let Some(step) = totp::step_of(&secret, &self.digits, world)? {
            // A step that was used, or one before it, is not good again (RFC 6238, 5.2).
            if step <= stored.last_step {
                return Ok(CodeVerdict::Wrong);
            }
            tables::confirm(tables, account, user, step)?;
            return Ok(CodeVerdict::Right);
        }
        if tables::use_recovery_code(tables, account, user, &self.recovery)? {
            let left = tables::recovery_codes_left(tables, account, user)?;
            return Ok(CodeVerdict::Recovery { left });
        }
        Ok(CodeVerdict::Wrong)
    }
}

/// Whether the user has a second factor, by the tables.
pub(crate) fn is_set(tables: &Connection, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
    Ok(tables::get(tables, account, user)?.is_some_and(|stored| stored.confirmed))
}

impl Identity {
    /// Whether the user has a second factor. Answers from memory: for every request.
    #[must_use]
    pub fn has_second_factor(&self, account: AccountId, user: UserId) -> bool {
        self.memory.second_factors().contains(&(account, user))
    }

    /// Draws a secret for the user's app. It counts for nothing until
    /// [`confirm_second_factor`](Self::confirm_second_factor); one that was drawn before and not confirmed is
    /// forgotten. Whether there was room: false where the user has a second factor.
    pub async fn draw_second_factor(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        let mut secret = [0_u8; SECRET_BYTES];
        fill(&mut secret)?;
        let sealed = self.sealer().seal(&tables::context(account, user), &secret)?;
        self.store
            .change(
                move |tables| tables::put_unconfirmed(tables, account, user, &sealed),
                |put| put,
            )
            .await
    }

    /// What was drawn and is not confirmed yet. `name` is how the app shows it to its user: their address.
    pub async fn drawn_second_factor(
        &self,
        account: AccountId,
        user: UserId,
        name: &str,
    ) -> Result<Option<NewSecondFactor>, IdentityError> {
        let Some(stored) = self.stored(account, user).await? else {
            return Ok(None);
        };
        if stored.confirmed {
            return Ok(None);
        }
        let secret = self
            .sealer()
            .open(&tables::context(account, user), &stored.secret)?;
        totp::describe(&secret, name).map(Some)
    }

    /// Makes what was drawn the user's second factor, where `code` is one of it, and ends all that the user is signed
    /// in with. Gives their recovery codes, to be shown once, and the change, to be recorded; none where the code is
    /// wrong.
    pub async fn confirm_second_factor(
        &self,
        account: AccountId,
        user: UserId,
        code: &str,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Option<(Vec<Secret>, Unrecorded)>, IdentityError> {
        let (sealer, code) = (self.sealer().clone(), totp::digits(code));
        let world = self.world(now);
        let codes = recovery::draw()?;
        let digests = recovery::digests(&codes);
        let memory = Arc::clone(&self.memory);
        let confirmed = self
            .store
            .change(
                move |tables| {
                    let stored = tables::get(tables, account, user)?;
                    let Some(stored) = stored.filter(|stored| !stored.confirmed) else {
                        return Ok(None);
                    };
                    let secret = sealer.open(&tables::context(account, user), &stored.secret)?;
                    let Some(step) = totp::step_of(&secret, &code, world)? else {
                        return Ok(None);
                    };
                    tables::confirm(tables, account, user, step)?;
                    tables::replace_recovery_codes(tables, account, user, &digests)?;
                    user_tokens::delete_of_user(tables, account, user)?;
                    let change = CredentialChange::SecondFactorSet { user };
                    unrecorded::put(tables, account, change, origin, now).map(Some)
                },
                move |confirmed| {
                    if confirmed.is_some() {
                        memory.second_factors_mut().insert((account, user));
                        memory.forget_presence_of_user(account, user);
                    }
                    confirmed
                },
            )
            .await?;
        Ok(confirmed.map(|note| (codes, note)))
    }

    /// Checks a code of the user's app, or a recovery code, and uses it up: it is not good again.
    pub async fn use_second_factor(
        &self,
        account: AccountId,
        user: UserId,
        code: &str,
        now: Timestamp,
    ) -> Result<CodeVerdict, IdentityError> {
        let (sealer, code) = (self.sealer().clone(), TypedCode::of(code));
        let world = self.world(now);
        self.store
            .change(
                move |tables| code.use_up(tables, &sealer, account, user, world),
                |verdict| verdict,
            )
            .await
    }

    /// Draws other recovery codes, to be shown once; those from before are dead. None where the user has no second
    /// factor.
    pub async fn replace_recovery_codes(
        &self,
        account: AccountId,
        user: UserId,
    ) -> Result<Option<Vec<Secret>>, IdentityError> {
        let codes = recovery::draw()?;
        let digests = recovery::digests(&codes);
        let replaced = self
            .store
            .change(
                move |tables| {
                    if !is_set(tables, account, user)? {
                        return Ok(false);
                    }
                    tables::replace_recovery_codes(tables, account, user, &digests)?;
                    Ok(true)
                },
                |replaced| replaced,
            )
            .await?;
        Ok(replaced.then_some(codes))
    }

    /// How many recovery codes the user has left.
    pub async fn recovery_codes_left(
        &self,
        account: AccountId,
        user: UserId,
    ) -> Result<usize, IdentityError> {
        self.store
            .read(move |tables| tables::recovery_codes_left(tables, account, user))
            .await
    }

    /// Takes the user's second factor and recovery codes away, and ends all that the user is signed in with. The
    /// change is to be recorded; none where there was no second factor.
    pub async fn remove_second_factor(
        &self,
        account: AccountId,
        user: UserId,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    if !is_set(tables, account, user)? {
                        return Ok(None);
                    }
                    for table in TABLES {
                        owned::delete_of_user(tables, table, account, user)?;
                    }
                    user_tokens::delete_of_user(tables, account, user)?;
                    let change = CredentialChange::SecondFactorRemoved { user };
                    unrecorded::put(tables, account, change, origin, now).map(Some)
                },
                move |removed| {
                    if removed.is_some() {
                        memory.second_factors_mut().remove(&(account, user));
                        memory.forget_presence_of_user(account, user);
                    }
                    removed
                },
            )
            .await
    }

    async fn stored(
        &self,
        account: AccountId,
        user: UserId,
    ) -> Result<Option<tables::Stored>, IdentityError> {
        self.store
            .read(move |tables| tables::get(tables, account, user))
            .await
    }
}
