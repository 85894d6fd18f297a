use super::*;

#[tokio::test]
async fn a_key_is_good_for_its_account_and_scopes_until_it_is_revoked() {
    let identity = identity();

    let key = identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();

    let found = caller(&identity, key.expose(), NOON).unwrap();
    assert_eq!(
        found,
        Caller::ApiKey {
            account: ACME,
            id: KEY,
            scopes: reader()
        }
    );
    assert!(found.is_foreign_to(OTHER) && !found.is_foreign_to(ACME));
    assert!(!identity.revoke_api_key(OTHER, KEY).await.unwrap());
    assert!(identity.revoke_api_key(ACME, KEY).await.unwrap());
    assert_eq!(
        caller(&identity, key.expose(), NOON),
        Err(Unauthenticated::Unknown)
    );
    assert!(!identity.revoke_api_key(ACME, KEY).await.unwrap());
}

#[tokio::test]
async fn a_key_ends_at_the_instant_that_it_was_given() {
    let identity = identity();
    let end = NOON + secs(60);

    let key = identity
        .put_api_key(ACME, KEY, reader(), Some(end))
        .await
        .unwrap();

    assert!(caller(&identity, key.expose(), NOON + secs(59)).is_ok());
    assert_eq!(
        caller(&identity, key.expose(), end),
        Err(Unauthenticated::Expired)
    );
}

#[tokio::test]
async fn drawing_again_replaces_the_secret() {
    let identity = identity();

    let first = identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();
    let second = identity
        .put_api_key(ACME, KEY, BTreeSet::new(), None)
        .await
        .unwrap();

    assert_eq!(
        caller(&identity, first.expose(), NOON),
        Err(Unauthenticated::Unknown)
    );
    assert!(caller(&identity, second.expose(), NOON).is_ok());
}

#[tokio::test]
async fn revoking_an_accounts_keys_leaves_those_of_others() {
    let identity = identity();
    let ours = identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();
    let also_ours = identity
        .put_api_key(ACME, ApiKeyId::from_bits(7), reader(), None)
        .await
        .unwrap();
    let theirs = identity.put_api_key(OTHER, KEY, reader(), None).await.unwrap();

    assert_eq!(identity.revoke_api_keys(ACME).await.unwrap(), 2);

    assert!(caller(&identity, ours.expose(), NOON).is_err());
    assert!(caller(&identity, also_ours.expose(), NOON).is_err());
    assert!(caller(&identity, theirs.expose(), NOON).is_ok());
}

#[tokio::test]
async fn the_last_use_is_known_to_the_minute() {
    let identity = identity();
    let key = identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();
    assert_eq!(identity.api_key_last_used_at(ACME, KEY), None);

    for after in [0, 59, 75] {
        caller(&identity, key.expose(), NOON + secs(after)).unwrap();
    }

    assert_eq!(identity.api_key_last_used_at(ACME, KEY), Some(NOON + secs(75)));
}

/// The key in its account's list.
fn known() -> usher_domain::account::ApiKey {
    usher_domain::account::ApiKey {
        id: KEY,
        name: "Back end".parse().unwrap(),
        scopes: reader(),
        created_at: NOON,
        expires_at: None,
        maker: None,
    }
}

#[tokio::test]
async fn a_rotated_key_keeps_its_rights_and_its_old_secret_ends_with_the_overlap() {
    let identity = identity();
    let old = identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();

    let new = identity
        .rotate_api_key(ACME, &known(), secs(60), NOON)
        .await
        .unwrap();

    let is = Caller::ApiKey {
        account: ACME,
        id: KEY,
        scopes: reader(),
    };
    assert!(new.expose().starts_with("usher_key_"));
    assert_eq!(caller(&identity, new.expose(), NOON), Ok(is.clone()));
    assert_eq!(caller(&identity, old.expose(), NOON + secs(59)), Ok(is));
    assert_eq!(
        caller(&identity, old.expose(), NOON + secs(60)),
        Err(Unauthenticated::Expired)
    );
    assert!(identity.revoke_api_key(ACME, KEY).await.unwrap());
    for secret in [&old, &new] {
        assert_eq!(
            caller(&identity, secret.expose(), NOON),
            Err(Unauthenticated::Unknown)
        );
    }
}

#[tokio::test]
async fn an_overlap_is_a_week_at_most() {
    let identity = identity();
    identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();

    identity
        .rotate_api_key(ACME, &known(), secs(u32::MAX), NOON)
        .await
        .unwrap();

    let used = identity.api_key_use(ACME, KEY).unwrap();
    assert_eq!(used.former_until, Some(NOON + crate::KEY_OVERLAP_MAX));
}

#[tokio::test]
async fn a_key_whose_secret_was_never_stored_gets_one() {
    let identity = identity();

    let secret = identity
        .rotate_api_key(ACME, &known(), secs(60), NOON)
        .await
        .unwrap();

    assert!(caller(&identity, secret.expose(), NOON).is_ok());
}
