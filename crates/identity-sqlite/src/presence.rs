//! What users are signed in with, in its three tables; and everything that belongs to a user or an account.

use async_trait::async_trait;
use rusqlite::Connection;
use usher_domain::{AccountId, UserId};
use usher_identity::ports::{Owner, Presence, StoreError};
use usher_identity::{LinksMade, SecretDigest};

use crate::columns::{delete_of_account, delete_of_user, key_of};
use crate::store::{Failure, SqliteStore};
use crate::{
    api_keys, browsers, operator_grants, outbox, passwords, portal_sessions, preferences, providers,
    second_factors, user_links, user_tokens,
};

/// The tables of what users keep when they sign out, and of what is to be sent to them.
const OF_USERS: [&str; 9] = [
    passwords::TABLE,
    browsers::BROWSERS_TABLE,
    browsers::SIGNED_IN_TABLE,
    operator_grants::TABLE,
    outbox::TABLE,
    preferences::TABLE,
    second_factors::TABLE,
    second_factors::CODES_TABLE,
    user_links::TABLE,
];

#[async_trait]
impl Presence for SqliteStore {
    async fn end_presence_of_user(&self, owner: Owner) -> Result<usize, StoreError> {
        self.change(move |tables| {
            delete_of_user(tables, user_links::TABLE, owner)?;
            end_of_user(tables, owner)
        })
        .await
    }

    async fn end_presence_of_account(&self, account: AccountId) -> Result<usize, StoreError> {
        self.change(move |tables| end_of_account(tables, account)).await
    }

    async fn end_presence_by_password(
        &self,
        account: AccountId,
        sessions: Vec<SecretDigest>,
        spared: UserId,
    ) -> Result<(), StoreError> {
        self.change(move |tables| {
            portal_sessions::delete(tables, &sessions)?;
            for table in [browsers::PENDING_TABLE, user_tokens::TABLE] {
                let delete = format!("DELETE FROM {table} WHERE account = ?1 AND user <> ?2");
                tables.execute(&delete, key_of((account, spared)))?;
            }
            let delete = "DELETE FROM identity_user_links
                          WHERE account = ?1 AND author_kind = 'user' AND author_id <> ?2";
            tables.execute(delete, key_of((account, spared)))?;
            Ok(())
        })
        .await
    }

    async fn forget_user(&self, owner: Owner) -> Result<(), StoreError> {
        self.change(move |tables| {
            for table in OF_USERS {
                delete_of_user(tables, table, owner)?;
            }
            outbox::delete_of_asker(tables, owner)?;
            end_of_user(tables, owner).map(drop)
        })
        .await
    }

    async fn forget_account(&self, account: AccountId) -> Result<(), StoreError> {
        self.change(move |tables| {
            for table in OF_USERS {
                delete_of_account(tables, table, account)?;
            }
            outbox::delete_caused_by(tables, account)?;
            providers::delete(tables, account)?;
            delete_of_account(tables, outbox::FOLLOWED_TABLE, account)?;
            end_of_account(tables, account)?;
            delete_of_account(tables, api_keys::TABLE, account).map(drop)
        })
        .await
    }
}

/// Ends all that a user is signed in with, and the links that they made for others. Returns how many tokens there were.
pub(crate) fn end_of_user(tables: &Connection, owner: Owner) -> Result<usize, Failure> {
    delete_of_user(tables, portal_sessions::TABLE, owner)?;
    delete_of_user(tables, browsers::PENDING_TABLE, owner)?;
    user_links::end_made(tables, owner, LinksMade::All)?;
    delete_of_user(tables, user_tokens::TABLE, owner)
}

fn end_of_account(tables: &Connection, account: AccountId) -> Result<usize, Failure> {
    delete_of_account(tables, portal_sessions::TABLE, account)?;
    delete_of_account(tables, browsers::PENDING_TABLE, account)?;
    delete_of_account(tables, user_tokens::TABLE, account)
}
