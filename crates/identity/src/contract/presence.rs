//! What users are signed in with, and what is left after a user or account is removed.

use super::{
    Backend, account, at, digest, left_of, note, password, pending, session, set_up_second_factor, sign_in,
    token, user,
};
use crate::ports::Store;
use crate::{KeyDigests, KnownBrowser, PortalSessionId, Preferences, SecretDigest};

async fn tokens(store: &dyn Store) -> Vec<SecretDigest> {
    let mut tokens = store.user_tokens().await.unwrap();
    tokens.sort_by_key(|token| token.expires_at);
    tokens.into_iter().map(|token| token.digest).collect()
}

/// Whichever was stored first; other users keep theirs.
pub async fn the_token_that_expires_first_makes_room(backend: &dyn Backend) {
    let store = backend.store();
    let put = async |owner, text, secs| {
        let put = store.put_user_token(token(owner, text, at(secs)), 2);
        put.await.unwrap()
    };

    assert_eq!(put(user(1), "late", 30).await, []);
    assert_eq!(put(user(1), "early", 10).await, []);
    assert_eq!(put(user(2), "other", 5).await, []);
    assert_eq!(put(user(1), "third", 20).await, [digest("early")]);

    assert_eq!(tokens(&*store).await, ["other", "third", "late"].map(digest));
    assert!(store.remove_user_token(digest("third")).await.unwrap());
    assert!(!store.remove_user_token(digest("third")).await.unwrap());
}

/// Until none are left, and none that is still valid.
pub async fn expired_tokens_are_removed_a_few_at_a_time(backend: &dyn Backend) {
    let store = backend.store();
    for number in 1..=5 {
        let token = token(user(1), &number.to_string(), at(number));
        store.put_user_token(token, 20).await.unwrap();
    }
    let remove = async || {
        let removed = store.remove_expired_user_tokens(at(3), 2);
        removed.await.unwrap().len()
    };

    assert_eq!((remove().await, remove().await, remove().await), (2, 1, 0));

    assert_eq!(tokens(&*store).await, ["4", "5"].map(digest));
}

/// Sessions are listed oldest first.
pub async fn the_oldest_session_makes_room(backend: &dyn Backend) {
    let store = backend.store();
    let put = async |owner, text, secs| {
        let put = store.put_portal_session(session(owner, text, at(secs)), None, 2);
        put.await.unwrap()
    };

    assert_eq!(put(user(1), "second", 20).await, []);
    assert_eq!(put(user(1), "first", 10).await, []);
    assert_eq!(put(user(2), "other", 15).await, []);
    assert_eq!(put(user(1), "third", 30).await, [digest("first")]);

    let expected = [
        session(user(2), "other", at(15)),
        session(user(1), "second", at(20)),
        session(user(1), "third", at(30)),
    ];
    assert_eq!(store.portal_sessions().await.unwrap(), expected);
}

/// A second rotation of the same secret comes too late.
pub async fn a_session_gets_a_new_secret_only_once(backend: &dyn Backend) {
    let store = backend.store();
    let old = session(user(1), "old", at(0));
    store.put_portal_session(old.clone(), None, 20).await.unwrap();
    let rotate = async |new| {
        let rotated = store.rotate_portal_session(digest("old"), digest(new), 9, None);
        rotated.await.unwrap()
    };

    assert!(rotate("new").await);
    assert!(!rotate("newer").await);

    let mut rotated = session(user(1), "new", at(0));
    rotated.session.rights = 9;
    assert_eq!(store.portal_sessions().await.unwrap(), [rotated]);
}

/// Not by another user's, and by the new id once the secret was rotated.
pub async fn an_id_token_is_found_by_its_own_session(backend: &dyn Backend) {
    let store = backend.store();
    let mut by_provider = session(user(1), "sso", at(0));
    by_provider.session.by_provider = true;
    let sealed = Some(b"sealed".to_vec());
    let put = store.put_portal_session(by_provider.clone(), sealed, 20);
    put.await.unwrap();
    let plain = session(user(1), "password", at(1));
    store.put_portal_session(plain.clone(), None, 20).await.unwrap();
    let found = async |owner, text: &str| {
        let found = store.id_token(owner, PortalSessionId::of(&digest(text)));
        found.await.unwrap()
    };

    assert_eq!(store.portal_sessions().await.unwrap(), [by_provider, plain]);
    assert_eq!(
        found(user(1), "sso").await,
        Some((digest("sso"), b"sealed".to_vec()))
    );
    assert_eq!(found(user(2), "sso").await, None);
    assert_eq!(found(user(1), "password").await, None);
    let again = Some(b"sealed again".to_vec());
    let rotated = store.rotate_portal_session(digest("sso"), digest("new"), 7, again);
    assert!(rotated.await.unwrap());
    assert_eq!(found(user(1), "sso").await, None);
    assert_eq!(
        found(user(1), "new").await,
        Some((digest("new"), b"sealed again".to_vec()))
    );
}

/// Of sessions that are gone already, nothing is made.
pub async fn maintenance_removes_ended_sessions_and_saves_last_uses(backend: &dyn Backend) {
    let store = backend.store();
    for (text, secs) in [("ended", 1), ("used", 2)] {
        let put = store.put_portal_session(session(user(1), text, at(secs)), None, 20);
        put.await.unwrap();
    }

    let ended = vec![digest("ended"), digest("unknown")];
    let used = vec![(digest("used"), at(9)), (digest("unknown"), at(9))];
    store.maintain_portal_sessions(ended, used).await.unwrap();

    let mut left = session(user(1), "used", at(2));
    left.session.last_used_at = at(9);
    assert_eq!(store.portal_sessions().await.unwrap(), [left]);
}

/// The others are told that there is none.
pub async fn of_many_nodes_one_takes_a_pending_sign_in(backend: &dyn Backend) {
    let store = backend.store();
    store.put_pending_sign_in(pending(user(1), "sven")).await.unwrap();
    let found = store.pending_sign_in(digest("sven"), at(0)).await;
    assert_eq!(found.unwrap(), Some(user(1)));

    let tasks: Vec<_> = [backend.store(), backend.another_node()]
        .into_iter()
        .cycle()
        .take(8)
        .map(|node| {
            tokio::spawn(async move { node.take_pending_sign_in(digest("sven"), at(0)).await.unwrap() })
        })
        .collect();
    let mut taken = Vec::new();
    for task in tasks {
        taken.extend(task.await.unwrap());
    }

    assert_eq!(taken, [user(1)]);
}

/// It ends at the instant that it was given, and taking it then removes it.
pub async fn an_expired_pending_sign_in_is_none(backend: &dyn Backend) {
    let store = backend.store();
    for name in ["sven", "tuva"] {
        store.put_pending_sign_in(pending(user(1), name)).await.unwrap();
    }
    let found = async |name, secs| store.pending_sign_in(digest(name), at(secs)).await.unwrap();

    assert_eq!(found("sven", 299).await, Some(user(1)));
    assert_eq!(found("sven", 300).await, None);
    let taken = store.take_pending_sign_in(digest("sven"), at(300)).await;
    assert_eq!(taken.unwrap(), None);
    assert_eq!(found("sven", 0).await, None);
    store.remove_expired_pending_sign_ins(at(299)).await.unwrap();
    assert_eq!(found("tuva", 0).await, Some(user(1)));
    store.remove_expired_pending_sign_ins(at(300)).await.unwrap();
    assert_eq!(found("tuva", 0).await, None);
}

/// And in no other account. Of the sessions, only those that are named.
pub async fn everything_begun_with_a_password_ends_except_for_one_user(backend: &dyn Backend) {
    let store = backend.store();
    let elsewhere = (account(2), user(1).1);
    for (owner, name) in [(user(1), "sven"), (user(2), "tuva"), (elsewhere, "other")] {
        sign_in(&*store, owner, name).await;
    }
    let kept = session(user(1), "kept", at(1));
    store.put_portal_session(kept, None, 20).await.unwrap();

    let ended = vec![digest("sven session")];
    let end = store.end_presence_by_password(account(1), ended, user(2).1);
    end.await.unwrap();

    assert_eq!(left_of(&*store, "sven").await, [false; 3]);
    assert_eq!(left_of(&*store, "tuva").await, [true; 3]);
    assert_eq!(left_of(&*store, "other").await, [true; 3]);
    assert_eq!(left_of(&*store, "kept").await, [false, false, false]);
    let sessions = store.portal_sessions().await.unwrap();
    assert!(sessions.iter().any(|stored| stored.digest == digest("kept")));
}

/// Of every kind of credential.
async fn give_everything(store: &dyn Store, owner: crate::ports::Owner, name: &str) {
    super::links::invite(store, owner, &format!("{name} link")).await;
    store.put_password(owner, password("$argon2")).await.unwrap();
    set_up_second_factor(store, owner, b"sealed").await;
    let browser = KnownBrowser::from_bits(7);
    let _ = store
        .put_known_browser(owner, browser, None, at(0), 10)
        .await
        .unwrap();
    store
        .put_preferences(owner, Preferences::default())
        .await
        .unwrap();
    sign_in(store, owner, name).await;
}

async fn has_something(store: &dyn Store, owner: crate::ports::Owner, name: &str) -> bool {
    let browsers = store.users_of_browser(KnownBrowser::from_bits(7), at(-1), 10);
    let preferences = store.preferences().await.unwrap();
    let links = store.user_links().await.unwrap();
    left_of(store, name).await.contains(&true)
        || links.iter().any(|link| link.owner == owner)
        || preferences.iter().any(|(other, _)| *other == owner)
        || store.password(owner).await.unwrap().is_some()
        || store.second_factor(owner).await.unwrap().is_some()
        || store.recovery_codes_left(owner).await.unwrap() > 0
        || browsers.await.unwrap().contains(&owner)
}

/// Others keep what they have.
pub async fn a_removed_user_leaves_nothing(backend: &dyn Backend) {
    let store = backend.store();
    give_everything(&*store, user(1), "sven").await;
    give_everything(&*store, user(2), "tuva").await;

    store.forget_user(user(1)).await.unwrap();

    assert!(!has_something(&*store, user(1), "sven").await);
    assert!(has_something(&*store, user(2), "tuva").await);
    assert_eq!(store.end_presence_of_user(user(2)).await.unwrap(), 1);
    assert_eq!(left_of(&*store, "tuva").await, [false; 3]);
}

/// Its keys and its provider included; notes stay, because the journal is to record them.
pub async fn a_removed_account_leaves_nothing(backend: &dyn Backend) {
    let store = backend.store();
    let elsewhere = (account(2), user(1).1);
    give_everything(&*store, user(1), "sven").await;
    give_everything(&*store, elsewhere, "other").await;
    for owner in [user(1), elsewhere] {
        let digests = KeyDigests::of_one(digest(&owner.0.to_string()));
        let key = super::keys::api_key(owner.0, 1, digests);
        store.put_api_key(key).await.unwrap();
        super::providers::set_up(&*store, owner.0).await;
    }
    let changed = store.change_password(user(1), password("$argon2"), note(user(1)));
    let changed = changed.await.unwrap();
    let notes = store.notes(at(0)).await.unwrap();
    assert!(notes.contains(&changed));

    store.forget_account(account(1)).await.unwrap();

    assert!(!has_something(&*store, user(1), "sven").await);
    assert_eq!(store.provider(account(1)).await.unwrap(), None);
    assert_eq!(store.named_domains(account(1)).await.unwrap(), []);
    let keys = store.api_keys().await.unwrap();
    assert_eq!(
        keys.iter().map(|key| key.account).collect::<Vec<_>>(),
        [account(2)]
    );
    assert!(has_something(&*store, elsewhere, "other").await);
    assert!(store.provider(account(2)).await.unwrap().is_some());
    assert_eq!(store.notes(at(0)).await.unwrap(), notes);
    assert_eq!(store.end_presence_of_account(account(2)).await.unwrap(), 1);
    assert_eq!(left_of(&*store, "other").await, [false; 3]);
}
