//! The entrance: opening the tables and telling who is calling.

use std::path::Path;

use usher_domain::{AccountId, Timestamp, UserId};

use crate::{Caller, IdentityError, Unauthenticated};

/// The credentials of one server. Cheap to clone.
#[derive(Clone)]
pub struct Identity {}

impl Identity {
    /// Opens the credential tables in the database `file`, makes or migrates them, and reads them into memory.
    /// Blocks: for the start of the program.
    pub fn open(file: &Path) -> Result<Self, IdentityError> {
        let _ = file;
        unimplemented!()
    }

    /// Credentials that are gone when the program ends, for the sandbox and for tests.
    pub fn in_memory() -> Result<Self, IdentityError> {
        unimplemented!()
    }

    /// Tells who holds the token `bearer` (the text after `Bearer `). `account` is the account that the request
    /// names: the tokens of sign-ins and tickets are good in their own account only, and nowhere without one.
    ///
    /// Answers from memory and never waits for the database: for every request.
    pub fn authenticate(
        &self,
        bearer: &str,
        account: Option<AccountId>,
        now: Timestamp,
    ) -> Result<Caller, Unauthenticated> {
        let _ = (self, bearer, account, now);
        unimplemented!()
    }

    /// Forgets all credentials of a user who was deleted.
    pub async fn forget_user(&self, account: AccountId, user: UserId) -> Result<(), IdentityError> {
        let _ = (account, user);
        unimplemented!()
    }

    /// Forgets all credentials of an account that was deleted. Its devices' tokens die with the account itself.
    pub async fn forget_account(&self, account: AccountId) -> Result<(), IdentityError> {
        let _ = account;
        unimplemented!()
    }

    /// Deletes user tokens that have expired and writes down when API keys were last used. For every few minutes,
    /// and before the program ends.
    pub async fn maintain(&self, now: Timestamp) -> Result<(), IdentityError> {
        let _ = now;
        unimplemented!()
    }
}
