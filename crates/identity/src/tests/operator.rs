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

mod sessions {
    use super::*;
    use crate::{
        KeysChangedBy, KeysOrigin, NewOperatorKey, OPERATOR_SESSION_IDLE, OPERATOR_SESSION_LIFE,
        OPERATOR_SESSIONS_PER_HOLDER_MAX, OperatorHolder, OperatorScope,
    };
    use usher_domain::OperatorKeyId;

    const BILLING: OperatorKeyId = OperatorKeyId::from_bits(7);

    fn origin() -> KeysOrigin {
        KeysOrigin::of(KeysChangedBy::CommandLine)
    }

    /// A server with the first key, and one for billing that expires a day later.
    async fn with_keys() -> (Identity, String) {
        let identity = identity();
        first_operator_key(&identity, NOON).await;
        let new = NewOperatorKey {
            name: "Billing".parse().unwrap(),
            scopes: BTreeSet::from([OperatorScope::BillingManage]),
            expires_at: Some(NOON + secs(600)),
        };
        let key = identity.add_operator_key(BILLING, new, origin(), NOON).await;
        (identity, key.unwrap().unwrap().into_exposed())
    }

    fn begin(identity: &Identity, key: &str, now: Timestamp) -> Option<String> {
        let begun = identity.begin_operator_session(key, None, now).unwrap();
        begun.map(|(secret, _)| secret.into_exposed())
    }

    #[tokio::test]
    async fn a_session_has_the_scopes_of_its_key_and_is_only_begun_with_one() {
        let (identity, key) = with_keys().await;
        let token = identity.issue_user_token(ACME, SVEN, NOON).await;

        let session = begin(&identity, &key, NOON).unwrap();
        let found = identity.operator_session(&session, None, NOON).unwrap();

        assert_eq!(
            (found.holder, found.name.as_str()),
            (OperatorHolder::Key(BILLING), "Billing")
        );
        assert_eq!(found.scopes, BTreeSet::from([OperatorScope::BillingManage]));
        for other in ["", "usher_op_none", &session, token.unwrap().token.expose()] {
            assert_eq!(begin(&identity, other, NOON), None, "{other}");
        }
        assert_eq!(caller(&identity, &session, NOON), Err(Unauthenticated::Unknown));
    }

    #[tokio::test]
    async fn a_session_ends_when_it_is_idle_and_at_the_end_of_its_life() {
        let identity = identity();
        let key = first_operator_key(&identity, NOON).await;
        let idle = begin(&identity, key.expose(), NOON).unwrap();
        let busy = begin(&identity, key.expose(), NOON).unwrap();

        assert!(identity.operator_session_unused(&idle, NOON + secs(60)).is_some());
        let over = NOON + OPERATOR_SESSION_IDLE;
        assert_eq!(identity.operator_session(&idle, None, over), None);
        let mut now = NOON;
        while now + secs(600) < NOON + OPERATOR_SESSION_LIFE {
            now = now + secs(600);
            assert!(identity.operator_session(&busy, None, now).is_some());
        }
        let end = NOON + OPERATOR_SESSION_LIFE;
        assert_eq!(identity.operator_session(&busy, None, end), None);
    }

    #[tokio::test]
    async fn a_session_ends_with_its_key() {
        let (identity, key) = with_keys().await;
        let revoked = begin(&identity, &key, NOON).unwrap();
        let expired = begin(&identity, &key, NOON + secs(599)).unwrap();
        assert_eq!(identity.operator_session(&expired, None, NOON + secs(600)), None);

        identity
            .revoke_operator_key(BILLING, origin(), NOON)
            .await
            .unwrap();

        assert_eq!(identity.operator_session(&revoked, None, NOON), None);
    }

    #[tokio::test]
    async fn a_session_ends_when_its_key_gets_another_secret() {
        let (identity, key) = with_keys().await;
        let session = begin(&identity, &key, NOON).unwrap();

        let rotated = identity.rotate_operator_key(BILLING, secs(60), origin(), NOON);
        rotated.await.unwrap().unwrap();

        let alive = |now| identity.operator_session(&session, None, now).is_some();
        assert!(alive(NOON + secs(59)));
        assert!(!alive(NOON + secs(60)));
    }

    #[tokio::test]
    async fn one_key_cannot_crowd_out_the_sessions_of_another() {
        let (identity, key) = with_keys().await;
        let other = first_session(&identity).await;
        let first = begin(&identity, &key, NOON).unwrap();

        for number in 1..=OPERATOR_SESSIONS_PER_HOLDER_MAX {
            let later = NOON + secs(u32::try_from(number).unwrap());
            begin(&identity, &key, later).unwrap();
        }

        assert_eq!(identity.operator_session(&first, None, NOON), None);
        assert!(identity.operator_session(&other, None, NOON).is_some());
    }

    async fn first_session(identity: &Identity) -> String {
        let own = "correct-horse-battery-staple";
        identity.set_operator_key(own, NOON).await.unwrap();
        begin(identity, own, NOON).unwrap()
    }
}
