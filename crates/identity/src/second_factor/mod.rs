//! The second factor: codes of an app (TOTP, RFC 6238), and recovery codes for users who have lost it.
//!
//! The secret that the app shares with the server has to be read again, so it is sealed at rest. Of recovery codes, as
//! of keys, only digests are stored. Every code works once.

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

/// The data that an app needs to generate codes. To be shown only to its user, until a code was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSecondFactor {
    /// The secret for typing, in base 32.
    pub secret: Secret,
    /// The same as a URL for a QR code: `otpauth://totp/…`.
    pub address: Secret,
}

/// The result of checking a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeVerdict {
    /// It is wrong, or was used before.
    Wrong,
    /// It is a code of the user's app.
    Right,
    /// It was a recovery code.
    Recovery {
        /// How many recovery codes are left.
        left: usize,
    },
}

impl CodeVerdict {
    /// Whether the code was right.
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
    /// Whether the user has a second factor. Answers from memory, because every request needs it.
    #[must_use]
    pub fn has_second_factor(&self, account: AccountId, user: UserId) -> bool {
        self.cache.second_factors().contains(&(account, user))
    }

    /// Draws a secret for the user's app. It has no effect until
    /// [`confirm_second_factor`](Self::confirm_second_factor); an earlier unconfirmed one is replaced. Returns false if
    /// the user already has a second factor.
    pub async fn draw_second_factor(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        let mut secret = [0_u8; SECRET_BYTES];
        fill(&mut secret)?;
        let owner = (account, user);
        let sealed = self.sealer().seal(&place(owner).context(), &secret)?;
        Ok(self.store.put_unconfirmed_second_factor(owner, sealed).await?)
    }

    /// The drawn, unconfirmed secret. `name` is shown in the app: the user's address.
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

    /// Makes the drawn secret the user's second factor, if `code` is one of it, and ends all of the user's sessions and
    /// tokens. Returns the recovery codes, to be shown once, and the change to be recorded; `None` if the code is
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
                move |cache, confirmed| {
                    if confirmed.is_some() {
                        cache.second_factors_mut().insert(owner);
                        cache.forget_presence_of_user(account, user);
                    }
                    confirmed
                },
            )
            .await?;
        Ok(confirmed.map(|note| (codes, note)))
    }

    /// Checks a code of the user's app, or a recovery code, and marks it as used.
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

    /// Draws new recovery codes, to be shown once; the previous ones become invalid. `None` if the user has no second
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

    /// Removes the user's second factor and recovery codes, and ends all of the user's sessions and tokens. Returns the
    /// change to be recorded; `None` if there was no second factor.
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
            move |cache, removed| {
                if removed.is_some() {
                    cache.operator_grants_mut().note_reset(owner, now);
                    cache.second_factors_mut().remove(&owner);
                    cache.forget_presence_of_user(account, user);
                }
                removed
            },
        )
        .await
    }

    /// A code as entered, checked against the user's confirmed second factor by wall time.
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
