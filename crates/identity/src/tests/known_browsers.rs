use super::*;
use crate::{KNOWN_BROWSER_LIFE, KNOWN_BROWSERS_PER_USER_MAX};

async fn users(identity: &Identity, signed: &str, now: Timestamp) -> Vec<(AccountId, UserId)> {
    match identity.known_browser(signed) {
        Some(browser) => identity.users_of_browser(browser, now).await.unwrap(),
        None => Vec::new(),
    }
}

async fn remember(identity: &Identity, user: UserId, now: Timestamp) -> String {
    let signed = identity
        .remember_browser(None, ACME, user, None, now)
        .await
        .unwrap();
    signed.into_exposed()
}

#[tokio::test]
async fn a_browser_is_known_for_those_who_signed_in_there_and_a_forged_id_is_not() {
    let identity = identity();
    let signed = remember(&identity, SVEN, NOON).await;

    let known = identity.known_browser(&signed);
    let again = identity
        .remember_browser(known, OTHER, TUVA, None, NOON + secs(1))
        .await;

    assert_eq!(again.unwrap().expose(), signed);
    assert_eq!(
        users(&identity, &signed, NOON).await,
        [(OTHER, TUVA), (ACME, SVEN)]
    );
    for at in 0..signed.len() {
        let mut bytes = signed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
        let forged = String::from_utf8(bytes).unwrap();
        assert!(identity.known_browser(&forged).is_none(), "{forged}");
    }
    let another_server = super::identity();
    assert!(another_server.known_browser(&signed).is_none());
}

#[tokio::test]
async fn a_user_has_ten_known_browsers_and_none_after_another_password() {
    let identity = identity();
    let mut signed = Vec::new();
    for (number, _) in (0..).zip(0..=KNOWN_BROWSERS_PER_USER_MAX) {
        signed.push(remember(&identity, SVEN, NOON + secs(number)).await);
    }
    let of_tuva = remember(&identity, TUVA, NOON).await;

    assert_eq!(users(&identity, &signed[0], NOON).await, []);
    for kept in &signed[1..] {
        assert_eq!(users(&identity, kept, NOON).await, [(ACME, SVEN)]);
    }
    let hash = identity.hash_password(HashingShare::default(), "correct horse".into(), Vec::new());
    let hash = hash.await.unwrap();
    let set = identity.set_password(ACME, SVEN, &hash, PasswordLife::Lasting, nobody(), NOON);
    let _ = set.await.unwrap();

    for voided in &signed {
        assert_eq!(users(&identity, voided, NOON).await, []);
    }
    assert_eq!(users(&identity, &of_tuva, NOON).await, [(ACME, TUVA)]);
}

#[tokio::test]
async fn a_browser_is_forgotten_when_nobody_signs_in_there_for_a_year() {
    let identity = identity();
    let signed = remember(&identity, SVEN, NOON).await;
    let later = NOON + KNOWN_BROWSER_LIFE;

    assert_eq!(users(&identity, &signed, later).await, []);
    identity.maintain(later).await.unwrap();

    let browser = identity.known_browser(&signed).unwrap();
    let ever = Timestamp::from_millis(0);
    let stored = identity.store.users_of_browser(browser, ever, 1).await;
    assert_eq!(stored.unwrap(), []);
}
