//! The passwords of users.

use usher_domain::{AccountId, Timestamp, UserId};

use crate::{Identity, IdentityError, IssuedToken, PasswordError, PasswordHash};

impl Identity {
    /// Checks that a new password has [`PASSWORD_CHARS_MIN`](crate::PASSWORD_CHARS_MIN) to
    /// [`PASSWORD_CHARS_MAX`](crate::PASSWORD_CHARS_MAX) characters, and hashes it.
    pub async fn hash_password(&self, password: String) -> Result<PasswordHash, PasswordError> {
        let _ = password;
        unimplemented!()
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
        let _ = (account, user, hash);
        unimplemented!()
    }

    /// Gives a user another password and kills all the user's tokens in the same step.
    pub async fn set_password(
        &self,
        account: AccountId,
        user: UserId,
        hash: &PasswordHash,
    ) -> Result<(), IdentityError> {
        let _ = (account, user, hash);
        unimplemented!()
    }

    /// Whether the user has a password.
    pub async fn has_password(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        let _ = (account, user);
        unimplemented!()
    }

    /// Takes a user's password away. Whether there was one.
    pub async fn remove_password(&self, account: AccountId, user: UserId) -> Result<bool, IdentityError> {
        let _ = (account, user);
        unimplemented!()
    }

    /// Whether `password` is the user's. Pass none where no such user exists: the answer takes as long.
    pub async fn verify_password(
        &self,
        account: AccountId,
        user: Option<UserId>,
        password: String,
    ) -> Result<bool, PasswordError> {
        let _ = (account, user, password);
        unimplemented!()
    }

    /// Issues a token for the right password, none for a wrong one. Pass no user where no such user exists: the
    /// answer takes as long. A password that is changed meanwhile gives no token.
    pub async fn exchange_password(
        &self,
        account: AccountId,
        user: Option<UserId>,
        password: String,
        now: Timestamp,
    ) -> Result<Option<IssuedToken>, PasswordError> {
        let _ = (account, user, password, now);
        unimplemented!()
    }
}
