//! Passwords, second factors, known browsers, preferences.

use super::{
    Backend, account, app_code, at, digest, hash_of, left_of, note, password, recovery_code,
    set_up_second_factor, sign_in, token, user,
};
use crate::ports::{
    AppCode, Confirmation, PasswordExchange, PasswordExchanged, Store, StoredPassword, TypedCode,
};
use crate::{CodeVerdict, KnownBrowser, PasswordLife, Preferences, Theme};

const SECRET: &[u8] = b"sealed";

/// With a browser, or as a program does with a token; until the user is gone.
pub async fn it_is_known_who_has_ever_signed_in(backend: &dyn Backend) {
    let store = backend.store();
    let signed_in = async || store.users_signed_in_once(account(1)).await.unwrap();
    let browser = KnownBrowser::from_bits(1);
    store.put_password(user(1), password("$argon2")).await.unwrap();
    assert_eq!(signed_in().await, [].into());

    let put = store.put_known_browser(user(1), browser, None, at(0), 10);
    let _ = put.await.unwrap();
    let token = token(user(2), "two", at(60));
    store.put_user_token(token, 10).await.unwrap();

    assert_eq!(signed_in().await, [user(1).1, user(2).1].into());
    let elsewhere = store.users_signed_in_once(account(2)).await;
    assert_eq!(elsewhere.unwrap(), [].into());
    store.end_presence_of_user(user(1)).await.unwrap();
    store.forget_user(user(2)).await.unwrap();
    assert_eq!(signed_in().await, [user(1).1].into());
    store.forget_account(account(1)).await.unwrap();
    assert_eq!(signed_in().await, [].into());
}

/// And only its own user's.
pub async fn a_password_is_the_one_that_was_stored_last(backend: &dyn Backend) {
    let store = backend.store();
    let temporary = StoredPassword {
        life: PasswordLife::Temporary,
        ..password("$argon2 one")
    };

    store.put_password(user(1), temporary.clone()).await.unwrap();

    assert_eq!(store.password(user(1)).await.unwrap(), Some(temporary));
    assert_eq!(store.temporary_passwords().await.unwrap(), [user(1)]);
    assert_eq!(store.password(user(2)).await.unwrap(), None);
    let lasting = password("$argon2 two");
    store.put_password(user(1), lasting.clone()).await.unwrap();
    assert_eq!(store.password(user(1)).await.unwrap(), Some(lasting));
    assert_eq!(store.temporary_passwords().await.unwrap(), []);
    assert!(store.remove_password(user(1)).await.unwrap());
    assert!(!store.remove_password(user(1)).await.unwrap());
    assert_eq!(store.password(user(1)).await.unwrap(), None);
}

/// With a note of it, and nothing of other users.
pub async fn a_changed_password_ends_what_its_user_is_signed_in_with(backend: &dyn Backend) {
    let store = backend.store();
    let browser = KnownBrowser::from_bits(7);
    for (owner, name) in [(user(1), "sven"), (user(2), "tuva")] {
        sign_in(&*store, owner, name).await;
        let _ = store
            .put_known_browser(owner, browser, None, at(0), 10)
            .await
            .unwrap();
    }

    let changed = store.change_password(user(1), password("$argon2 new"), note(user(1)));
    let changed = changed.await.unwrap();

    assert_eq!(left_of(&*store, "sven").await, [false; 3]);
    assert_eq!(left_of(&*store, "tuva").await, [true; 3]);
    let users = store.users_of_browser(browser, at(-1), 10).await.unwrap();
    assert_eq!(users, [user(2)]);
    assert_eq!(store.notes(at(0)).await.unwrap(), [changed]);
}

/// A password that was changed meanwhile is not overwritten.
pub async fn a_hash_is_renewed_only_if_it_is_the_one_that_was_checked(backend: &dyn Backend) {
    let store = backend.store();
    let temporary = StoredPassword {
        life: PasswordLife::Temporary,
        ..password("$argon2 old")
    };
    store.put_password(user(1), temporary).await.unwrap();
    let renew = async |owner, checked, renewed| {
        let renewed = store.renew_password_hash(owner, hash_of(checked), hash_of(renewed));
        renewed.await.unwrap()
    };

    assert!(!renew(user(1), "$argon2 other", "$argon2 new").await);
    assert!(!renew(user(2), "$argon2 old", "$argon2 new").await);
    assert!(renew(user(1), "$argon2 old", "$argon2 new").await);

    let stored = store.password(user(1)).await.unwrap().unwrap();
    assert_eq!(stored.hash, hash_of("$argon2 new"));
    assert_eq!(stored.life, PasswordLife::Temporary);
}

/// The exchange of a password of the first user that was checked against `checked`.
async fn exchange(
    store: &dyn Store,
    checked: &str,
    renewed: Option<&str>,
    code: Option<TypedCode>,
) -> PasswordExchanged {
    let exchange = PasswordExchange {
        checked: hash_of(checked),
        renewed: renewed.map(hash_of),
        code,
        token: token(user(1), "token", at(60)),
    };
    store.exchange_password(exchange, 20).await.unwrap()
}

/// Nor does one that is gone.
pub async fn a_password_that_is_no_longer_the_checked_one_gives_no_token(backend: &dyn Backend) {
    let store = backend.store();
    let without = exchange(&*store, "$argon2 old", None, None).await;
    store
        .put_password(user(1), password("$argon2 new"))
        .await
        .unwrap();

    let old = exchange(&*store, "$argon2 old", Some("$argon2 renewed"), None).await;
    assert_eq!(
        [without, old],
        [PasswordExchanged::Wrong, PasswordExchanged::Wrong]
    );
    assert_eq!(store.user_tokens().await.unwrap(), []);

    let replaced = Vec::new();
    let new = exchange(&*store, "$argon2 new", Some("$argon2 renewed"), None).await;
    assert_eq!(new, PasswordExchanged::Issued { replaced });
    assert_eq!(
        store.user_tokens().await.unwrap(),
        [token(user(1), "token", at(60))]
    );
    let stored = store.password(user(1)).await.unwrap().unwrap();
    assert_eq!(stored, password("$argon2 renewed"));
}

/// Its user has to choose another one first.
pub async fn a_temporary_password_gives_no_token_but_its_hash_is_renewed(backend: &dyn Backend) {
    let store = backend.store();
    let temporary = |hash| StoredPassword {
        life: PasswordLife::Temporary,
        ..password(hash)
    };
    store
        .put_password(user(1), temporary("$argon2 old"))
        .await
        .unwrap();

    let refused = exchange(&*store, "$argon2 old", Some("$argon2 new"), None).await;

    assert_eq!(refused, PasswordExchanged::ChangeRequired);
    assert_eq!(store.user_tokens().await.unwrap(), []);
    let stored = store.password(user(1)).await.unwrap();
    assert_eq!(stored, Some(temporary("$argon2 new")));
}

/// The same code gives no second token.
pub async fn a_password_with_a_second_factor_needs_a_code_that_is_then_used_up(backend: &dyn Backend) {
    let store = backend.store();
    store.put_password(user(1), password("$argon2")).await.unwrap();
    set_up_second_factor(&*store, user(1), SECRET).await;
    let with = async |code| exchange(&*store, "$argon2", None, code).await;

    assert_eq!(with(None).await, PasswordExchanged::SecondFactorNeeded);
    assert_eq!(with(Some(app_code(SECRET, 10))).await, PasswordExchanged::Wrong);
    assert_eq!(store.user_tokens().await.unwrap(), []);
    let issued = with(Some(app_code(SECRET, 11))).await;
    assert!(matches!(issued, PasswordExchanged::Issued { .. }), "{issued:?}");
    assert_eq!(with(Some(app_code(SECRET, 11))).await, PasswordExchanged::Wrong);
}

/// Until then it has no effect, and can be drawn again; afterwards it cannot.
pub async fn a_second_factor_is_confirmed_by_a_code_of_its_own_secret(backend: &dyn Backend) {
    let store = backend.store();
    let draw = async |secret: &[u8]| {
        let put = store.put_unconfirmed_second_factor(user(1), secret.to_vec());
        put.await.unwrap()
    };
    let confirm = async |secret: &[u8]| {
        let confirmation = Confirmation {
            code: AppCode {
                secret: secret.to_vec(),
                step: 10,
            },
            recovery_codes: vec![digest("recovery 1")],
        };
        let confirmed = store.confirm_second_factor(user(1), confirmation, note(user(1)));
        confirmed.await.unwrap()
    };
    sign_in(&*store, user(1), "sven").await;

    assert_eq!(confirm(b"first").await, None);
    assert!(draw(b"first").await && draw(b"second").await);
    assert_eq!(confirm(b"first").await, None);
    let unconfirmed = store.second_factor(user(1)).await.unwrap().unwrap();
    assert_eq!(
        (unconfirmed.secret.as_slice(), unconfirmed.confirmed),
        (&b"second"[..], false)
    );
    let used = store.use_code(user(1), app_code(b"second", 10)).await;
    assert_eq!(used.unwrap(), CodeVerdict::Wrong);
    assert_eq!(store.users_with_second_factor().await.unwrap(), []);
    assert_eq!(left_of(&*store, "sven").await, [true; 3]);
    assert_eq!(store.notes(at(0)).await.unwrap(), []);

    let confirmed = confirm(b"second").await;

    assert_eq!(store.users_with_second_factor().await.unwrap(), [user(1)]);
    assert_eq!(left_of(&*store, "sven").await, [false; 3]);
    assert_eq!(store.notes(at(0)).await.unwrap(), Vec::from_iter(confirmed));
    assert_eq!(store.recovery_codes_left(user(1)).await.unwrap(), 1);
    assert!(!draw(b"third").await);
    assert_eq!(confirm(b"second").await, None);
}

/// RFC 6238, 5.2. A code that was checked against another secret is wrong.
pub async fn a_time_step_works_once_and_no_earlier_one_does(backend: &dyn Backend) {
    let store = backend.store();
    set_up_second_factor(&*store, user(1), SECRET).await;
    let use_up = async |secret, step| store.use_code(user(1), app_code(secret, step)).await.unwrap();

    assert_eq!(use_up(SECRET, 10).await, CodeVerdict::Wrong);
    assert_eq!(use_up(b"another", 11).await, CodeVerdict::Wrong);
    assert_eq!(use_up(SECRET, 12).await, CodeVerdict::Right);
    assert_eq!(use_up(SECRET, 12).await, CodeVerdict::Wrong);
    assert_eq!(use_up(SECRET, 11).await, CodeVerdict::Wrong);
    assert_eq!(use_up(SECRET, 13).await, CodeVerdict::Right);
    let unknown = store.use_code(user(2), app_code(SECRET, 14)).await;
    assert_eq!(unknown.unwrap(), CodeVerdict::Wrong);
}

/// Of the app, and of the recovery codes.
pub async fn of_many_nodes_one_uses_a_code(backend: &dyn Backend) {
    set_up_second_factor(&*backend.store(), user(1), SECRET).await;

    for code in [app_code(SECRET, 11), recovery_code("recovery 1")] {
        let tasks: Vec<_> = [backend.store(), backend.another_node()]
            .into_iter()
            .cycle()
            .take(8)
            .map(|node| {
                let code = code.clone();
                tokio::spawn(async move { node.use_code(user(1), code).await.unwrap() })
            })
            .collect();
        let mut right = 0;
        for task in tasks {
            right += u32::from(task.await.unwrap().is_right());
        }
        assert_eq!(right, 1, "{code:?}");
    }
}

/// Replaced ones stop working, and without a second factor there are none.
pub async fn a_recovery_code_works_once(backend: &dyn Backend) {
    let store = backend.store();
    let replaced = store.replace_recovery_codes(user(1), vec![digest("recovery 3")]);
    assert!(!replaced.await.unwrap());
    set_up_second_factor(&*store, user(1), SECRET).await;
    let use_up = async |text| store.use_code(user(1), recovery_code(text)).await.unwrap();

    assert_eq!(use_up("recovery 1").await, CodeVerdict::Recovery { left: 1 });
    assert_eq!(use_up("recovery 1").await, CodeVerdict::Wrong);
    let codes = vec![digest("recovery 3"), digest("recovery 4"), digest("recovery 5")];
    assert!(store.replace_recovery_codes(user(1), codes).await.unwrap());
    assert_eq!(use_up("recovery 2").await, CodeVerdict::Wrong);
    assert_eq!(use_up("recovery 3").await, CodeVerdict::Recovery { left: 2 });
    assert_eq!(store.recovery_codes_left(user(1)).await.unwrap(), 2);
}

/// And ends what its user is signed in with. One that is not confirmed is not removed.
pub async fn a_removed_second_factor_leaves_nothing(backend: &dyn Backend) {
    let store = backend.store();
    let put = store.put_unconfirmed_second_factor(user(2), SECRET.to_vec());
    assert!(put.await.unwrap());
    set_up_second_factor(&*store, user(1), SECRET).await;
    sign_in(&*store, user(1), "sven").await;

    let removed = store.remove_second_factor(user(1), note(user(1))).await.unwrap();

    assert!(removed.is_some());
    assert_eq!(store.second_factor(user(1)).await.unwrap(), None);
    assert_eq!(store.recovery_codes_left(user(1)).await.unwrap(), 0);
    assert_eq!(left_of(&*store, "sven").await, [false; 3]);
    for none in [user(1), user(2)] {
        assert_eq!(store.remove_second_factor(none, note(none)).await.unwrap(), None);
    }
    assert!(store.second_factor(user(2)).await.unwrap().is_some());
}

/// Users of a browser are listed latest first, and those who have not used it for a long time not at all.
pub async fn a_user_keeps_the_browsers_that_were_used_last(backend: &dyn Backend) {
    let store = backend.store();
    let browser = KnownBrowser::from_bits;
    for (number, secs) in [(1, 1), (2, 2), (1, 3), (3, 4)] {
        let put = store.put_known_browser(user(1), browser(number), None, at(secs), 2);
        let _ = put.await.unwrap();
    }
    let put = store.put_known_browser(user(2), browser(3), None, at(5), 2);
    let _ = put.await.unwrap();
    let users = async |number, since| {
        let users = store.users_of_browser(browser(number), at(since), 10);
        users.await.unwrap()
    };

    assert_eq!(users(1, 0).await, [user(1)]);
    assert_eq!(users(2, 0).await, []);
    assert_eq!(users(3, 0).await, [user(2), user(1)]);
    assert_eq!(users(3, 4).await, [user(2)]);
    let latest = store.users_of_browser(browser(3), at(0), 1).await;
    assert_eq!(latest.unwrap(), [user(2)]);
    store.remove_unused_browsers(at(4)).await.unwrap();
    assert_eq!(users(1, 0).await, []);
    assert_eq!(users(3, 0).await, [user(2)]);
}

/// Each user's own, on every node.
pub async fn preferences_are_those_that_were_stored_last(backend: &dyn Backend) {
    let store = backend.store();
    let chosen = |theme| Preferences {
        time_zone: Some("Europe/Ljubljana".parse().unwrap()),
        language: Some("sl".parse().unwrap()),
        sound: false,
        notifications: true,
        theme,
    };
    assert_eq!(store.preferences().await.unwrap(), []);

    store.put_preferences(user(1), chosen(Theme::Dark)).await.unwrap();
    store
        .put_preferences(user(1), chosen(Theme::Light))
        .await
        .unwrap();
    store
        .put_preferences(user(2), Preferences::default())
        .await
        .unwrap();

    let stored = backend.another_node().preferences().await.unwrap();
    let expected = [(user(1), chosen(Theme::Light)), (user(2), Preferences::default())];
    assert_eq!(stored, expected);
}
