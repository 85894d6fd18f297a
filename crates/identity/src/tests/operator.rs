use super::*;
use crate::IdentityError;

#[tokio::test]
async fn the_first_start_creates_a_key_and_no_later_one_does() {
    let identity = identity();

    let key = first_operator_key(&identity, NOON).await;

    assert!(key.expose().starts_with("usher_op_"));
    assert_eq!(key.expose().len(), "usher_op_".len() + 52);
    assert_eq!(
        identity.authenticate(key.expose(), None, NOON),
        Ok(Caller::Operator)
    );
    assert_eq!(identity.draw_operator_key().unwrap(), None);
}

#[tokio::test]
async fn the_operators_own_key_replaces_the_previous_one() {
    let identity = identity();
    let drawn = first_operator_key(&identity, NOON).await;

    identity
        .set_operator_key("correct-horse-battery-staple", NOON)
        .await
        .unwrap();

    assert_eq!(
        caller(&identity, "correct-horse-battery-staple", NOON),
        Ok(Caller::Operator)
    );
    assert_eq!(
        caller(&identity, drawn.expose(), NOON),
        Err(Unauthenticated::Unknown)
    );
}

#[tokio::test]
async fn without_a_key_nobody_is_the_operator() {
    let identity = identity();

    for bearer in [
        "",
        "usher_op_",
        "usher_key_",
        "usher_user_",
        "usher_sign_",
        "usher_sign_..",
        "é",
    ] {
        assert_eq!(
            caller(&identity, bearer, NOON),
            Err(Unauthenticated::Unknown),
            "{bearer}"
        );
    }
}

#[tokio::test]
async fn a_key_that_is_short_or_looks_like_another_credential_is_refused() {
    let identity = identity();

    for key in [
        "short",
        "has a space in it, otherwise long",
        "usher_key_0123456789abcdef0123456789",
        "usher_sign_0123456789abcdef0123456789",
    ] {
        let refused = identity.set_operator_key(key, NOON).await;
        assert!(matches!(refused, Err(IdentityError::OperatorKey)), "{key}");
    }
    assert!(identity.set_operator_key(&"x".repeat(257), NOON).await.is_err());
}
