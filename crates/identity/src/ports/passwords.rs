use async_trait::async_trait;

use super::{ChangeNote, Owner, StoreError, StoredUserToken, TypedCode};
use crate::{PasswordHash, PasswordLife, SecretDigest, Unrecorded};

/// A password as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPassword {
    /// Its hash.
    pub hash: PasswordHash,
    /// How long it is meant to be used.
    pub life: PasswordLife,
}

/// A correct password, to be exchanged for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordExchange {
    /// The hash that the entered password was checked against.
    pub checked: PasswordHash,
    /// A hash of the same password with the current parameters, if `checked` has older ones.
    pub renewed: Option<PasswordHash>,
    /// The code that was entered with it.
    pub code: Option<TypedCode>,
    /// The token to be stored; its owner is the password's.
    pub token: StoredUserToken,
}

/// What a password was exchanged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordExchanged {
    /// The token is stored.
    Issued {
        /// The user's older tokens that were removed to make room.
        replaced: Vec<SecretDigest>,
    },
    /// The user has a second factor, and no code was entered.
    SecondFactorNeeded,
    /// The password is temporary.
    ChangeRequired,
    /// The code is wrong, or the stored password is no longer `checked`.
    Wrong,
}

/// The passwords of users.
#[async_trait]
pub trait Passwords: Send + Sync + 'static {
    /// A user's password.
    async fn password(&self, owner: Owner) -> Result<Option<StoredPassword>, StoreError>;

    /// The users whose password is temporary, in no order.
    async fn temporary_passwords(&self) -> Result<Vec<Owner>, StoreError>;

    /// Stores a user's password, and changes nothing else.
    async fn put_password(&self, owner: Owner, password: StoredPassword) -> Result<(), StoreError>;

    /// Stores a user's new password with a note of the change, and removes the user's known browsers, tokens, portal
    /// sessions, pending sign-ins and one-time links.
    async fn change_password(
        &self,
        owner: Owner,
        password: StoredPassword,
        note: ChangeNote,
    ) -> Result<Unrecorded, StoreError>;

    /// Replaces the hash `checked` by `renewed`. Returns false where another hash is stored by now.
    async fn renew_password_hash(
        &self,
        owner: Owner,
        checked: PasswordHash,
        renewed: PasswordHash,
    ) -> Result<bool, StoreError>;

    /// Stores a token, if the password is still the checked one and not temporary, and the user has no second factor or
    /// the code is right, which is then used up. A renewed hash is stored whenever the password was right. The user
    /// keeps the `max` newest tokens.
    async fn exchange_password(
        &self,
        exchange: PasswordExchange,
        max: usize,
    ) -> Result<PasswordExchanged, StoreError>;

    /// Removes a user's password. Returns whether there was one.
    async fn remove_password(&self, owner: Owner) -> Result<bool, StoreError>;
}
