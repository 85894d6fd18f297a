//! The checks that every store must pass.
//!
//! A store's tests define how to create an empty one ([`Backend`]) and call [`contract_tests!`](crate::contract_tests),
//! which creates one test for each check.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a check that panics is a test that fails"
)]

pub mod grants;
pub mod keys;
pub mod lasting;
pub mod links;
pub mod outbox;
pub mod outbox_budgets;
pub mod presence;
pub mod providers;
pub mod users;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use usher_domain::personal::Personal;
use usher_domain::{AccountId, OperatorKeyId, Secs, Timestamp, UserId};

use crate::ports::{
    AppCode, ChangeNote, Confirmation, Owner, PendingSignIn, Store, StoredOperatorKey, StoredPassword,
    StoredPortalSession, StoredUserToken, TypedCode,
};
use crate::{
    ChangeOrigin, ChangedBy, CredentialChange, KeyDigests, KeysChangedBy, KeysOrigin, OperatorScope,
    PasswordHash, PasswordLife, PortalSession, PortalSessionId, SecretDigest,
};

/// An empty store of the kind under test.
#[async_trait]
pub trait Backend: Send + Sync {
    /// The store, as one node sees it.
    fn store(&self) -> Arc<dyn Store>;

    /// The same store, as a second node sees it.
    fn another_node(&self) -> Arc<dyn Store>;

    /// The same store after its node was closed and started again; `None` if nothing outlives the node.
    async fn reopen(&self) -> Option<Arc<dyn Store>>;
}

/// Creates one test for each check of the contract. `$make` is a function that returns a
/// [`Backend`](contract::Backend).
#[macro_export]
macro_rules! contract_tests {
    ($make:path) => {
        $crate::contract_tests!(@ $make; users:
            it_is_known_who_has_ever_signed_in,
            a_password_is_the_one_that_was_stored_last,
            a_changed_password_ends_what_its_user_is_signed_in_with,
            a_hash_is_renewed_only_if_it_is_the_one_that_was_checked,
            a_password_that_is_no_longer_the_checked_one_gives_no_token,
            a_temporary_password_gives_no_token_but_its_hash_is_renewed,
            a_password_with_a_second_factor_needs_a_code_that_is_then_used_up,
            a_second_factor_is_confirmed_by_a_code_of_its_own_secret,
            a_time_step_works_once_and_no_earlier_one_does,
            of_many_nodes_one_uses_a_code,
            a_recovery_code_works_once,
            a_removed_second_factor_leaves_nothing,
            a_user_keeps_the_browsers_that_were_used_last,
            preferences_are_those_that_were_stored_last,
        );
        $crate::contract_tests!(@ $make; presence:
            the_token_that_expires_first_makes_room,
            expired_tokens_are_removed_a_few_at_a_time,
            the_oldest_session_makes_room,
            a_session_gets_a_new_secret_only_once,
            an_id_token_is_found_by_its_own_session,
            maintenance_removes_ended_sessions_and_saves_last_uses,
            of_many_nodes_one_takes_a_pending_sign_in,
            an_expired_pending_sign_in_is_none,
            everything_begun_with_a_password_ends_except_for_one_user,
            a_removed_user_leaves_nothing,
            a_removed_account_leaves_nothing,
        );
        $crate::contract_tests!(@ $make; keys:
            an_api_key_is_stored_rotated_and_removed,
            the_api_keys_of_an_account_are_removed_together,
            the_last_use_of_keys_is_saved,
            every_change_of_an_operator_key_adds_to_the_trail,
            the_last_full_operator_key_stays_unless_it_may_be_revoked,
            operator_keys_have_a_limit,
            a_signing_key_takes_the_next_number_and_none_twice,
            of_many_nodes_one_adds_the_next_signing_key,
            the_first_join_key_stays,
            of_many_nodes_one_takes_the_setup_link,
        );
        $crate::contract_tests!(@ $make; grants:
            every_change_of_a_grant_adds_to_the_trail_of_the_keys,
            grants_have_a_limit_that_does_not_count_the_one_that_is_replaced,
            a_reset_by_somebody_else_is_noted_with_the_grant,
            a_grant_goes_with_its_user_and_its_account,
        );
        $crate::contract_tests!(@ $make; links:
            a_link_is_found_by_its_digest_until_it_expires,
            a_link_fits_whether_its_user_has_a_password,
            a_link_is_stored_with_its_mail_or_not_at_all,
            a_new_link_takes_the_place_of_the_earlier_one,
            a_used_link_sets_the_password_and_is_gone,
            a_used_link_is_a_reset_for_the_grant,
            of_many_nodes_one_uses_a_link,
            a_link_ends_with_what_it_was_for,
            links_end_with_what_their_author_made_them_with,
            links_end_when_everything_ends_that_their_author_is_signed_in_with,
            links_follow_the_session_that_gets_another_secret,
            a_note_of_a_password_names_the_link_that_set_it,
        );
        $crate::contract_tests!(@ $make; providers:
            a_provider_is_stored_as_its_update_says,
            a_client_secret_is_never_given_to_another_client,
            domains_that_stay_keep_their_proof,
            a_proof_is_stored_and_withdrawn_with_a_note,
            people_are_sent_to_accounts_that_have_proved_their_domain,
        );
        $crate::contract_tests!(@ $make; outbox:
            an_entry_is_claimed_when_it_is_due_and_by_one_sender,
            accounts_take_turns_in_claiming,
            a_claim_that_runs_out_is_made_again_and_only_the_newest_is_settled,
            claims_that_are_ended_are_made_again_at_once,
            everything_that_waits_is_given_up_at_once,
            a_failure_is_tried_again_when_it_is_due_and_kept_when_it_is_given_up,
            what_a_mail_says_and_the_secret_of_its_link_go_with_it,
            another_browser_of_a_user_is_told_and_the_first_is_not,
            an_account_sees_its_own_entries_newest_first,
            a_commit_is_followed_once,
            the_outbox_knows_since_when_mails_are_written,
            entries_go_with_their_user_and_their_account,
            entries_go_with_the_account_that_causes_them_and_with_the_user_who_asks,
            ended_entries_are_removed_some_time_later,
        );
        $crate::contract_tests!(@ $make; outbox_budgets:
            a_mailbox_has_bounds_for_each_kind_and_account,
            other_accounts_use_up_the_room_for_news_only,
            an_account_has_bounds_for_each_kind,
            what_was_written_counts_though_its_user_is_gone,
            a_notice_of_a_browser_that_is_refused_is_said_to_be,
        );
        $crate::contract_tests!(@ $make; lasting:
            notes_are_listed_until_they_are_removed,
            sealed_values_are_replaced_where_they_are_unchanged,
            the_branding_is_the_one_that_was_stored_last,
            a_closed_store_accepts_no_more_calls,
            a_reopened_store_holds_everything,
        );
    };
    (@ $make:path; $topic:ident: $($check:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            $crate::contract::$topic::$check(&$make()).await;
        }
    )*};
}

fn account(number: u128) -> AccountId {
    AccountId::from_bits(number)
}

/// A user of the first account.
fn user(number: u128) -> Owner {
    (account(1), UserId::from_bits(number))
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + secs * 1_000)
}

fn digest(text: &str) -> SecretDigest {
    SecretDigest::of(text)
}

fn password(hash: &str) -> StoredPassword {
    StoredPassword {
        hash: hash_of(hash),
        life: PasswordLife::Lasting,
    }
}

fn hash_of(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text.to_owned())
}

fn origin() -> ChangeOrigin {
    ChangeOrigin {
        by: ChangedBy::Operator,
        cause: Personal::new("portal r=01h2".to_owned()),
    }
}

/// A note of a new password of a user.
fn note(owner: Owner) -> ChangeNote {
    ChangeNote {
        account: owner.0,
        change: CredentialChange::PasswordSet {
            user: owner.1,
            link: None,
        },
        origin: origin(),
        at: at(0),
    }
}

fn token(owner: Owner, text: &str, expires_at: Timestamp) -> StoredUserToken {
    StoredUserToken {
        digest: digest(text),
        owner,
        expires_at,
    }
}

fn pending(owner: Owner, text: &str) -> PendingSignIn {
    PendingSignIn {
        digest: digest(text),
        owner,
        expires_at: at(300),
    }
}

fn session(owner: Owner, text: &str, started_at: Timestamp) -> StoredPortalSession {
    let digest = digest(text);
    StoredPortalSession {
        digest,
        session: PortalSession {
            id: PortalSessionId::of(&digest),
            account: owner.0,
            user: owner.1,
            user_agent: Personal::new("Firefox".into()),
            started_at,
            last_used_at: started_at,
            rights: 7,
            by_provider: false,
        },
    }
}

fn operator_key(number: u128, scope: OperatorScope) -> StoredOperatorKey {
    StoredOperatorKey {
        id: OperatorKeyId::from_bits(number),
        is_first: false,
        name: format!("Key {number}").into(),
        scopes: BTreeSet::from([scope]),
        digests: KeyDigests::of_one(digest(&format!("operator {number}"))),
        created_at: at(0),
        expires_at: None,
        last_use: None,
    }
}

fn by_start() -> KeysOrigin {
    KeysOrigin::of(KeysChangedBy::Start)
}

fn app_code(secret: &[u8], step: i64) -> TypedCode {
    TypedCode {
        app: Some(AppCode {
            secret: secret.to_vec(),
            step,
        }),
        recovery: digest("no recovery code"),
    }
}

fn recovery_code(text: &str) -> TypedCode {
    TypedCode {
        app: None,
        recovery: digest(text),
    }
}

/// Sets up a second factor with the sealed secret `secret`, confirmed at step 10, with two recovery codes.
async fn set_up_second_factor(store: &dyn Store, owner: Owner, secret: &[u8]) {
    let put = store.put_unconfirmed_second_factor(owner, secret.to_vec());
    assert!(put.await.unwrap());
    let confirmation = Confirmation {
        code: AppCode {
            secret: secret.to_vec(),
            step: 10,
        },
        recovery_codes: vec![digest("recovery 1"), digest("recovery 2")],
    };
    let confirmed = store.confirm_second_factor(owner, confirmation, note(owner));
    assert!(confirmed.await.unwrap().is_some());
}

/// Signs a user in with a token, a portal session and a pending sign-in, whose secrets start with `name`.
async fn sign_in(store: &dyn Store, owner: Owner, name: &str) {
    let token = token(owner, &format!("{name} token"), at(0) + Secs::new(3_600));
    store.put_user_token(token, 20).await.unwrap();
    let session = session(owner, &format!("{name} session"), at(0));
    store.put_portal_session(session, None, 20).await.unwrap();
    let pending = pending(owner, &format!("{name} pending"));
    store.put_pending_sign_in(pending).await.unwrap();
}

/// Which of the three of [`sign_in`] are left.
async fn left_of(store: &dyn Store, name: &str) -> [bool; 3] {
    let token = digest(&format!("{name} token"));
    let tokens = store.user_tokens().await.unwrap();
    let session = digest(&format!("{name} session"));
    let sessions = store.portal_sessions().await.unwrap();
    let pending = store.pending_sign_in(digest(&format!("{name} pending")), at(0));
    [
        tokens.iter().any(|stored| stored.digest == token),
        sessions.iter().any(|stored| stored.digest == session),
        pending.await.unwrap().is_some(),
    ]
}

#[cfg(test)]
mod tests {
    use super::{Arc, Backend, Store, async_trait};
    use crate::MemoryStore;

    struct Memory(Arc<MemoryStore>);

    #[async_trait]
    impl Backend for Memory {
        fn store(&self) -> Arc<dyn Store> {
            Arc::<MemoryStore>::clone(&self.0)
        }

        fn another_node(&self) -> Arc<dyn Store> {
            self.store()
        }

        async fn reopen(&self) -> Option<Arc<dyn Store>> {
            None
        }
    }

    fn empty() -> Memory {
        Memory(Arc::new(MemoryStore::new()))
    }

    crate::contract_tests!(empty);
}
