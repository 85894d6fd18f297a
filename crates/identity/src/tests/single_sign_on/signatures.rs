//! Tokens that identify a person, and tokens that do not.

use serde_json::json;

use super::provider::Signature;
use super::{CLIENT_ID, Desk, WORLD};
use crate::single_sign_on::{ATTEMPT_LIFE, CLOCK_SKEW_MAX, REFETCHES_MAX, TokenError};

#[tokio::test]
async fn a_token_that_proves_nothing_is_refused() {
    let desk = Desk::open().await;
    let now = WORLD.millis() / 1000;
    let skew = i64::from(CLOCK_SKEW_MAX.get());
    let old = i64::from(ATTEMPT_LIFE.get()) + skew;
    for (claims, error) in [
        (json!({"nonce": "of another sign-in"}), TokenError::Nonce),
        (json!({"nonce": null}), TokenError::Nonce),
        (json!({"aud": "another"}), TokenError::Audience),
        (json!({"aud": [CLIENT_ID, "another"]}), TokenError::Audience),
        (
            json!({"aud": [CLIENT_ID, "another"], "azp": "another"}),
            TokenError::Audience,
        ),
        (
            json!({"aud": ["another"], "azp": CLIENT_ID}),
            TokenError::Audience,
        ),
        (json!({"aud": null, "azp": CLIENT_ID}), TokenError::Audience),
        (json!({"azp": "another"}), TokenError::Audience),
        (json!({"iss": "https://evil.example"}), TokenError::Issuer),
        (json!({"exp": now - skew}), TokenError::Time),
        (json!({"iat": now + skew + 1}), TokenError::Time),
        (json!({"iat": now - old - 1}), TokenError::Time),
        (json!({"nbf": now + skew + 1}), TokenError::Time),
        (json!({"sub": ""}), TokenError::Form),
        (json!({"sub": ["sven-1"]}), TokenError::Form),
        (json!({"exp": null}), TokenError::Form),
        (json!({"exp": "next year"}), TokenError::Form),
        (json!({"sub": "s".repeat(256)}), TokenError::Form),
    ] {
        assert_eq!(desk.refused_token(claims.clone()).await, error, "{claims}");
    }
    let clocks_differ = json!({"exp": now - skew + 1, "iat": now - old, "nbf": now + skew, "azp": CLIENT_ID});
    assert!(desk.sign_in(clocks_differ).await.is_ok());
}

#[tokio::test]
async fn a_signature_that_anybody_could_create_is_refused() {
    let desk = Desk::open().await;
    for signature in [
        Signature::None,
        Signature::ClientSecret,
        Signature::PublicKey,
        Signature::OfOther,
    ] {
        desk.provider.acts().signature = signature;

        assert_eq!(desk.refused_token(json!({})).await, TokenError::Signature);
    }
}

#[tokio::test]
async fn a_key_that_was_changed_is_fetched_and_forged_ones_do_not_make_us_fetch_all_the_time() {
    let desk = Desk::open().await;
    desk.sign_in(json!({})).await.unwrap();
    assert_eq!(desk.provider.asked("/keys"), 1);

    {
        let mut acts = desk.provider.acts();
        acts.signs_with = 2;
        acts.publishes = vec![1, 2];
    }
    desk.sign_in(json!({})).await.unwrap();
    assert_eq!(desk.provider.asked("/keys"), 2);
    desk.sign_in(json!({})).await.unwrap();
    assert_eq!(desk.provider.asked("/keys"), 2);

    desk.provider.acts().signs_with = 3;
    for _ in 0..10 {
        assert_eq!(desk.refused_token(json!({})).await, TokenError::UnknownKey);
    }
    assert_eq!(desk.provider.asked("/keys"), 1 + REFETCHES_MAX);
}
