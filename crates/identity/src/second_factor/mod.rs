//! The second factor: codes of an app (TOTP, RFC 6238), and recovery codes for users who have lost it.
//!
//! The secret that the app shares with the server has to be read again, so it is sealed at rest. Of recovery codes, as
//! of keys, only digests are stored. Every code is good once.

mod recovery;
mod totp;

use std::collections::BTreeSet;

use usher_domain::{AccountId, Timestamp, UserId};

pub use self::recovery::RECOVERY_CODES;
use self::totp::SECRET_BYTES;
use crate::ports::{AppCode, ChangeNote, Confirmation, Owner, SealedPlace, TypedCode};
use crate::random::fill;
use crate::{ChangeOrigin, CredentialChange, Identity, IdentityError, Secret, Unrecorded};

/// The users who have a second factor.
pub(crate) type SecondFactors = BTreeSet<Owner>;

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

/// Where the secret of a user's app is stored.
fn place((account, user): Owner) -> SealedPlace {
    SealedPlace::SecondFactor(account, user)
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
        let owner = (account, user);
        let sealed = self.sealer().seal(&place(owner).context(), &secret)?;
        Ok(self.store.put_unconfirmed_second_factor(owner, sealed).await?)
    }

    /// What was drawn and is not confirmed yet. `name` is how the app shows it to its user: their address.
    pub async fn drawn_second_factor(
        &self,
        account: AccountId,
        user: UserId,
        name: &str,
    ) -> Result<Option<NewSecondFactor>, IdentityError> {
        let owner = (account, user);
        let stored = self.store.second_factor(owner).await?;
        let Some(stored) = stored.filter(|stored| !stored.confirmed) else {
            return Ok(None);
        };
        let secret = self.sealer().open(&place(owner).context(), &stored.secret)?;
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
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<(Vec<Secret>, Unrecorded)>, IdentityError> {
        let owner = (account, user);
        let stored = self.store.second_factor(owner).await?;
        let Some(stored) = stored.filter(|stored| !stored.confirmed) else {
            return Ok(None);
        };
        let Some(code) = self.app_code(owner, stored.secret, code, now)? else {
            return Ok(None);
        };
        let codes = recovery::draw()?;
        let confirmation = Confirmation {
            code,
            recovery_codes: recovery::digests(&codes),
        };
        let note = ChangeNote {
            account,
            change: CredentialChange::SecondFactorSet { user },
            origin,
            at: now,
        };
        let confirmed = self
            .change(
                move |store| async move { store.confirm_second_factor(owner, confirmation, note).await },
                move |memory, confirmed| {
                    if confirmed.is_some() {
                        memory.second_factors_mut().insert(owner);
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
        let owner = (account, user);
        let code = self.typed_code(owner, code, now).await?;
        Ok(self.store.use_code(owner, code).await?)
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
        let replaced = self.store.replace_recovery_codes((account, user), digests);
        Ok(replaced.await?.then_some(codes))
    }

    /// How many recovery codes the user has left.
    pub async fn recovery_codes_left(
        &self,
        account: AccountId,
        user: UserId,
    ) -> Result<usize, IdentityError> {
        Ok(self.store.recovery_codes_left((account, user)).await?)
    }

    /// Takes the user's second factor and recovery codes away, and ends all that the user is signed in with. The
    /// change is to be recorded; none where there was no second factor.
    pub async fn remove_second_factor(
        &self,
        account: AccountId,
        user: UserId,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, IdentityError> {
        let owner = (account, user);
        let note = ChangeNote {
            account,
            change: CredentialChange::SecondFactorRemoved { user },
            origin,
            at: now,
        };
        self.change(
            move |store| async move { store.remove_second_factor(owner, note).await },
            move |memory, removed| {
                if removed.is_some() {
                    memory.second_factors_mut().remove(&owner);
                    memory.forget_presence_of_user(account, user);
                }
                removed
            },
        )
        .await
    }

    /// A code as it was typed, checked against the user's confirmed second factor by wall time.
    pub(crate) async fn typed_code(
        &self,
        owner: Owner,
        typed: &str,
        now: Timestamp,
    ) -> Result<TypedCode, IdentityError> {
        let stored = self.store.second_factor(owner).await?;
        let app = match stored.filter(|stored| stored.confirmed) {
            Some(stored) => self.app_code(owner, stored.secret, typed, now)?,
            None => None,
        };
        Ok(TypedCode {
            app,
            recovery: recovery::digest(typed),
        })
    }

    /// The time step of a code, where the app with this sealed secret shows it at about wall time.
    fn app_code(
        &self,
        owner: Owner,
        sealed: Vec<u8>,
        typed: &str,
        now: Timestamp,
    ) -> Result<Option<AppCode>, IdentityError> {
        let secret = self.sealer().open(&place(owner).context(), &sealed)?;
        let step = totp::step_of(&secret, &totp::digits(typed), self.wall_time(now))?;
        Ok(step.map(|step| AppCode { secret: sealed, step }))
    }
}
