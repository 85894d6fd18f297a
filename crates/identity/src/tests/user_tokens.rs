use super::*;
use crate::{Lifetimes, USER_TOKENS_PER_USER_MAX};

#[tokio::test]
async fn a_token_is_valid_until_the_end_of_its_life() {
    let identity = identity();

    let issued = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap();

    assert_eq!(issued.expires_in, Lifetimes::default().token);
    let token = issued.token.expose();
    let end = NOON + Lifetimes::default().token;
    assert_eq!(caller(&identity, token, end - secs(1)), Ok(SVEN_OF_ACME));
    assert_eq!(caller(&identity, token, end), Err(Unauthenticated::Expired));
}

#[tokio::test]
async fn expired_tokens_are_purged_and_the_others_are_not() {
    let identity = identity();
    let old = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let later = NOON + secs(1);
    let young = identity.issue_user_token(ACME, SVEN, later).await.unwrap().token;

    identity
        .maintain(NOON + Lifetimes::default().token)
        .await
        .unwrap();

    assert_eq!(
        caller(&identity, old.expose(), NOON),
        Err(Unauthenticated::Unknown)
    );
    assert_eq!(caller(&identity, young.expose(), NOON), Ok(SVEN_OF_ACME));
}

#[tokio::test]
async fn signing_out_revokes_only_one_token() {
    let identity = identity();
    let first = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let second = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;

    assert!(identity.revoke_user_token(first.expose()).await.unwrap());
    assert!(!identity.revoke_user_token(first.expose()).await.unwrap());

    assert!(caller(&identity, first.expose(), NOON).is_err());
    assert!(caller(&identity, second.expose(), NOON).is_ok());
}

#[tokio::test]
async fn revoking_reaches_the_user_or_the_account_and_nobody_else() {
    let identity = identity();
    let sven = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let tuva = identity.issue_user_token(ACME, TUVA, NOON).await.unwrap().token;
    let other = identity.issue_user_token(OTHER, SVEN, NOON).await.unwrap().token;

    assert_eq!(identity.revoke_user_tokens(ACME, SVEN).await.unwrap(), 1);

    assert!(caller(&identity, sven.expose(), NOON).is_err());
    assert!(caller(&identity, tuva.expose(), NOON).is_ok());
    assert_eq!(identity.revoke_account_user_tokens(ACME).await.unwrap(), 1);
    assert!(caller(&identity, tuva.expose(), NOON).is_err());
    assert!(caller(&identity, other.expose(), NOON).is_ok());
}

#[tokio::test]
async fn one_token_too_many_replaces_the_oldest() {
    let identity = identity();
    let mut tokens = Vec::new();

    for (second, _) in (0..).zip(0..=USER_TOKENS_PER_USER_MAX) {
        let now = NOON + secs(second);
        tokens.push(identity.issue_user_token(ACME, SVEN, now).await.unwrap().token);
    }

    let alive = |token: &crate::Secret| caller(&identity, token.expose(), NOON).is_ok();
    assert!(!alive(&tokens[0]));
    assert!(tokens[1..].iter().all(alive));
}

#[tokio::test]
async fn forgetting_a_user_or_an_account_leaves_nothing_of_it() {
    let identity = identity();
    let hash = identity
        .hash_password(HashingShare::default(), "correct horse".into(), Vec::new())
        .await
        .unwrap();
    for (account, user) in [(ACME, SVEN), (ACME, TUVA), (OTHER, SVEN)] {
        identity
            .stage_password(account, user, &hash, PasswordLife::Lasting)
            .await
            .unwrap();
    }
    let sven = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let tuva = identity.issue_user_token(ACME, TUVA, NOON).await.unwrap().token;
    let key = identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();

    identity.forget_user(ACME, SVEN).await.unwrap();

    assert!(caller(&identity, sven.expose(), NOON).is_err());
    assert!(caller(&identity, tuva.expose(), NOON).is_ok());
    assert!(!identity.has_password(ACME, SVEN).await.unwrap());
    assert!(identity.has_password(ACME, TUVA).await.unwrap());

    identity.forget_account(ACME).await.unwrap();

    assert!(caller(&identity, tuva.expose(), NOON).is_err());
    assert!(caller(&identity, key.expose(), NOON).is_err());
    assert!(!identity.has_password(ACME, TUVA).await.unwrap());
    assert!(identity.has_password(OTHER, SVEN).await.unwrap());
}

#[tokio::test]
async fn users_see_their_tokens_and_revoke_only_their_own() {
    let identity = identity();
    let first = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let second = identity
        .issue_user_token(ACME, SVEN, NOON + secs(60))
        .await
        .unwrap()
        .token;
    identity.issue_user_token(ACME, TUVA, NOON).await.unwrap();

    let of_sven = identity.user_tokens(ACME, SVEN, NOON + secs(60));
    let by_tuva = identity
        .revoke_user_token_by_id(ACME, TUVA, of_sven[0].id)
        .await
        .unwrap();
    let by_sven = identity
        .revoke_user_token_by_id(ACME, SVEN, of_sven[0].id)
        .await
        .unwrap();

    let ends: Vec<_> = of_sven.iter().map(|token| token.expires_at).collect();
    let life = Lifetimes::default().token;
    assert_eq!(ends, [NOON + secs(60) + life, NOON + life]);
    assert!(!by_tuva && by_sven);
    assert!(caller(&identity, second.expose(), NOON).is_err());
    assert_eq!(caller(&identity, first.expose(), NOON), Ok(SVEN_OF_ACME));
}
