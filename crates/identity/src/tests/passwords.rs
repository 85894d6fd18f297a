use super::*;
use crate::{Exchange, PasswordError};

const PASSWORD: &str = "correct horse";

async fn sven_with_password() -> Identity {
    let identity = identity();
    let hash = identity
        .hash_password(HashingShare::default(), PASSWORD.into(), Vec::new())
        .await
        .unwrap();
    identity
        .stage_password(ACME, SVEN, &hash, PasswordLife::Lasting)
        .await
        .unwrap();
    identity
}

#[tokio::test]
async fn the_right_password_gives_a_token_and_a_wrong_one_none() {
    let identity = sven_with_password().await;
    let prove = |account, user, password: &str| {
        identity.prove_password(HashingShare::default(), account, Some(user), password.to_owned())
    };

    let proof = prove(ACME, SVEN, PASSWORD).await.unwrap().unwrap();
    let exchanged = identity.exchange_password(proof, None, NOON).await.unwrap();

    let Exchange::Issued(issued) = exchanged else {
        panic!("{exchanged:?}");
    };
    assert_eq!(caller(&identity, issued.token.expose(), NOON), Ok(SVEN_OF_ACME));
    assert!(prove(ACME, SVEN, "wrong horse").await.unwrap().is_none());
    assert!(prove(OTHER, SVEN, PASSWORD).await.unwrap().is_none());
    assert!(prove(ACME, TUVA, PASSWORD).await.unwrap().is_none());
}

#[tokio::test]
async fn a_password_that_is_changed_after_it_was_checked_gives_no_token() {
    let identity = sven_with_password().await;
    let proof = identity
        .prove_password(HashingShare::default(), ACME, Some(SVEN), PASSWORD.to_owned())
        .await;
    let hash = identity
        .hash_password(HashingShare::default(), "battery staple".into(), Vec::new())
        .await
        .unwrap();
    let _ = identity
        .set_password(ACME, SVEN, &hash, PasswordLife::Lasting, nobody(), NOON)
        .await
        .unwrap();

    let exchanged = identity
        .exchange_password(proof.unwrap().unwrap(), None, NOON)
        .await;

    assert_eq!(exchanged.unwrap(), Exchange::Wrong);
}

#[tokio::test]
async fn a_user_who_does_not_exist_takes_the_same_work() {
    let identity = sven_with_password().await;
    let before = identity.passwords_hashed();

    for user in [Some(SVEN), Some(TUVA), None] {
        let right = identity
            .verify_password(HashingShare::default(), ACME, user, "wrong horse".into())
            .await;
        assert!(!right.unwrap());
    }

    assert_eq!(identity.passwords_hashed() - before, 3);
}

#[tokio::test]
async fn a_password_outside_the_bounds_is_refused_when_it_is_set() {
    let identity = identity();

    let short = identity
        .hash_password(HashingShare::default(), "short".into(), Vec::new())
        .await;
    let long = identity
        .hash_password(HashingShare::default(), "x".repeat(257), Vec::new())
        .await;
    let weak = identity
        .hash_password(HashingShare::default(), "password1234".into(), Vec::new())
        .await;

    assert!(matches!(short, Err(PasswordError::TooShort)));
    assert!(matches!(long, Err(PasswordError::TooLong)));
    assert!(matches!(weak, Err(PasswordError::Weak(_))));
    assert_eq!(identity.passwords_hashed(), 0);
}

#[tokio::test]
async fn a_new_password_revokes_the_users_tokens_and_the_old_password() {
    let identity = sven_with_password().await;
    let token = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let hash = identity
        .hash_password(HashingShare::default(), "battery staple".into(), Vec::new())
        .await
        .unwrap();

    let _ = identity
        .set_password(ACME, SVEN, &hash, PasswordLife::Lasting, nobody(), NOON)
        .await
        .unwrap();

    assert!(caller(&identity, token.expose(), NOON).is_err());
    let verify = |password: &str| {
        identity.verify_password(HashingShare::default(), ACME, Some(SVEN), password.to_owned())
    };
    assert!(!verify(PASSWORD).await.unwrap());
    assert!(verify("battery staple").await.unwrap());
}

#[tokio::test]
async fn a_staged_password_is_removed_if_the_creation_is_refused() {
    let identity = sven_with_password().await;
    assert!(identity.has_password(ACME, SVEN).await.unwrap());

    assert!(identity.remove_password(ACME, SVEN).await.unwrap());

    assert!(!identity.has_password(ACME, SVEN).await.unwrap());
    let right = identity
        .verify_password(HashingShare::default(), ACME, Some(SVEN), PASSWORD.into())
        .await;
    assert!(!right.unwrap());
    assert!(!identity.remove_password(ACME, SVEN).await.unwrap());
}

#[tokio::test]
async fn a_password_with_old_parameters_is_rehashed_when_it_is_used() {
    let identity = identity();
    let dated = crate::password::tests::dated(PASSWORD);
    identity
        .stage_password(ACME, SVEN, &dated, PasswordLife::Lasting)
        .await
        .unwrap();

    for _ in 0..2 {
        assert!(
            identity
                .verify_password(HashingShare::default(), ACME, Some(SVEN), PASSWORD.into())
                .await
                .unwrap()
        );
    }

    let stored = identity.store.password((ACME, SVEN)).await.unwrap().unwrap();
    let stored = stored.hash.as_str();
    assert!(stored.contains("m=19456,t=2,p=1"), "{stored}");
}

#[tokio::test]
async fn a_temporary_password_gives_no_token_until_its_user_has_chosen_another() {
    let identity = identity();
    let hash = identity.hash_password(HashingShare::default(), PASSWORD.into(), Vec::new());
    let hash = hash.await.unwrap();
    let staged = identity.stage_password(ACME, SVEN, &hash, PasswordLife::Temporary);
    staged.await.unwrap();
    let prove = || identity.prove_password(HashingShare::default(), ACME, Some(SVEN), PASSWORD.to_owned());

    let proof = prove().await.unwrap().unwrap();
    assert_eq!(proof.life(), PasswordLife::Temporary);
    let refused = identity.exchange_password(proof, None, NOON).await.unwrap();
    assert_eq!(refused, Exchange::ChangeRequired);
    assert!(identity.has_temporary_password(ACME, SVEN));

    let set = identity.set_password(ACME, SVEN, &hash, PasswordLife::Lasting, nobody(), NOON);
    let _ = set.await.unwrap();
    assert!(!identity.has_temporary_password(ACME, SVEN));
    let proof = prove().await.unwrap().unwrap();
    let issued = identity.exchange_password(proof, None, NOON).await.unwrap();
    assert!(matches!(issued, Exchange::Issued(_)), "{issued:?}");
}

#[tokio::test]
async fn a_temporary_password_with_old_parameters_stays_temporary() {
    let identity = identity();
    let dated = crate::password::tests::dated(PASSWORD);
    let staged = identity.stage_password(ACME, SVEN, &dated, PasswordLife::Temporary);
    staged.await.unwrap();

    let right = identity.verify_password(HashingShare::default(), ACME, Some(SVEN), PASSWORD.into());
    assert!(right.await.unwrap());

    let temporary = identity.store.temporary_passwords().await.unwrap();
    assert!(temporary.contains(&(ACME, SVEN)));
}
