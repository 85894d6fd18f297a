use async_trait::async_trait;

use super::{ChangeNote, Owner, StoreError};
use crate::{CodeVerdict, SecretDigest, Unrecorded};

/// A second factor as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSecondFactor {
    /// What the app and the server share, sealed.
    pub secret: Vec<u8>,
    /// Whether a code of it was entered. Until then it has no effect.
    pub confirmed: bool,
    /// The time step of the last code that was used.
    pub last_step: i64,
}

/// A code of the app with this secret: right at its time step, if it was not used before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCode {
    /// The sealed secret that the code was checked against.
    pub secret: Vec<u8>,
    /// The time step that the code belongs to (RFC 6238).
    pub step: i64,
}

/// A code as entered: of the app, or a recovery code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedCode {
    /// If the app shows it.
    pub app: Option<AppCode>,
    /// Its digest, if it is a recovery code.
    pub recovery: SecretDigest,
}

/// The first code of a new second factor, with the recovery codes that come with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The code.
    pub code: AppCode,
    /// The digests of the recovery codes.
    pub recovery_codes: Vec<SecretDigest>,
}

/// The second factors and recovery codes of users.
#[async_trait]
pub trait SecondFactors: Send + Sync + 'static {
    /// A user's second factor, confirmed or not.
    async fn second_factor(&self, owner: Owner) -> Result<Option<StoredSecondFactor>, StoreError>;

    /// The users whose second factor is confirmed, in no order.
    async fn users_with_second_factor(&self) -> Result<Vec<Owner>, StoreError>;

    /// Stores a secret that is not confirmed yet, in place of another such one. Returns false, and stores nothing, where
    /// the user's second factor is confirmed.
    async fn put_unconfirmed_second_factor(&self, owner: Owner, secret: Vec<u8>) -> Result<bool, StoreError>;

    /// Confirms the unconfirmed secret that the code was checked against, stores its recovery codes and a note of the
    /// change, and removes the user's tokens, portal sessions and pending sign-ins. `None`, and nothing is changed, if
    /// another secret is stored by now, or a confirmed one.
    async fn confirm_second_factor(
        &self,
        owner: Owner,
        confirmation: Confirmation,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError>;

    /// Uses up a code. A code of the app is right if its secret is the stored one and its step is later than that of
    /// the last used code (RFC 6238, 5.2). A recovery code is right if it is stored; it is removed.
    async fn use_code(&self, owner: Owner, code: TypedCode) -> Result<CodeVerdict, StoreError>;

    /// Replaces the recovery codes of a user. Returns false, and stores nothing, where the user has no confirmed second
    /// factor.
    async fn replace_recovery_codes(
        &self,
        owner: Owner,
        codes: Vec<SecretDigest>,
    ) -> Result<bool, StoreError>;

    /// How many recovery codes a user has left.
    async fn recovery_codes_left(&self, owner: Owner) -> Result<usize, StoreError>;

    /// Removes a user's confirmed second factor with its recovery codes, and the user's tokens, portal sessions and
    /// pending sign-ins, and stores a note of the change. `None`, and nothing is changed, if there is none.
    async fn remove_second_factor(
        &self,
        owner: Owner,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError>;
}
