//! Grants of owners who are operators, in memory.

use usher_domain::personal::Personal;

use super::*;
use crate::{
    ChangeOrigin, ChangedBy, GRANT_PAUSE, GrantChange, KeysChangedBy, KeysOrigin, OperatorGrant,
    OperatorHolder, OperatorKeysAtRest, OperatorScope, PasswordHash, PasswordLife, PortalSessionId,
};

fn origin() -> KeysOrigin {
    KeysOrigin::of(KeysChangedBy::SetUp)
}

fn grant() -> OperatorGrant {
    OperatorGrant {
        account: ACME,
        user: SVEN,
        name: Personal::new("Sven, Acme".into()),
        granted_at: NOON,
        accounts: 1,
        confirmed_at: None,
        reset_at: None,
    }
}

async fn granted() -> Identity {
    let identity = identity();
    let made = identity.make_operator_grant(grant(), origin(), NOON).await;
    assert!(made.unwrap());
    identity
}

fn open(identity: &Identity) -> Option<String> {
    let opening = identity.operator_grant_opening(ACME, SVEN)?;
    let begun = identity.begin_operator_session_of_owner(opening, NOON).unwrap();
    begun.map(|(secret, _)| secret.into_exposed())
}

async fn set_password(identity: &Identity, by: ChangedBy) {
    let origin = ChangeOrigin {
        by,
        cause: Personal::new("test".to_owned()),
    };
    let hash = PasswordHash::from_stored("$argon2 new".to_owned());
    let set = identity.set_password(ACME, SVEN, &hash, PasswordLife::Lasting, origin, NOON);
    let _ = set.await.unwrap();
}

#[tokio::test]
async fn a_session_of_an_owner_may_do_all_but_keys_and_gives_nothing_elsewhere() {
    let identity = granted().await;

    let session = open(&identity).unwrap();

    let found = identity.operator_session(&session, None, NOON).unwrap();
    assert_eq!(
        (found.holder, &*found.name),
        (OperatorHolder::Owner(ACME, SVEN), "Sven, Acme")
    );
    assert!(!found.scopes.contains(&OperatorScope::Everything));
    assert_eq!(found.scopes.len(), 3);
    assert_eq!(caller(&identity, &session, NOON), Err(Unauthenticated::Unknown));
}

/// The credential is changed between the proof and the session.
#[tokio::test]
async fn an_opening_that_began_before_a_change_of_the_credentials_opens_nothing() {
    for by in [ChangedBy::User(SVEN), ChangedBy::Operator] {
        let identity = granted().await;
        let opening = identity.operator_grant_opening(ACME, SVEN).unwrap();

        set_password(&identity, by).await;

        let begun = identity.begin_operator_session_of_owner(opening, NOON + GRANT_PAUSE);
        assert!(begun.unwrap().is_none(), "{by:?}");
    }
    let identity = granted().await;
    let opening = identity.operator_grant_opening(ACME, SVEN).unwrap();
    let revoked = identity.revoke_operator_grant(ACME, SVEN, GrantChange::Revoked, origin(), NOON);
    assert!(revoked.await.unwrap());
    let again = identity.make_operator_grant(grant(), origin(), NOON).await;
    assert!(again.unwrap());
    let begun = identity.begin_operator_session_of_owner(opening, NOON);
    assert!(begun.unwrap().is_none());
}

#[tokio::test]
async fn the_credentials_of_another_user_end_nothing() {
    let identity = granted().await;
    let session = open(&identity).unwrap();

    identity.forget_user(ACME, UserId::from_bits(99)).await.unwrap();

    assert!(identity.operator_session(&session, None, NOON).is_some());
}

#[tokio::test]
async fn a_grant_that_is_revoked_at_the_terminal_ends_with_its_sessions_when_it_is_reread() {
    let identity = granted().await;
    let kept = open(&identity).unwrap();
    identity.reread_operator_keys().await.unwrap();
    assert!(identity.operator_session(&kept, None, NOON).is_some());

    let at_rest = OperatorKeysAtRest::new(std::sync::Arc::clone(&identity.store));
    assert_eq!(at_rest.grants().await.unwrap(), [grant()]);
    assert!(at_rest.confirm_grant(ACME, SVEN, NOON).await.unwrap());
    identity.reread_operator_keys().await.unwrap();
    let confirmed = identity.operator_grant(ACME, SVEN).unwrap();
    assert_eq!(confirmed.confirmed_at, Some(NOON));
    let session = open(&identity).unwrap();
    assert!(at_rest.revoke_grant(ACME, SVEN, NOON).await.unwrap());
    assert!(!at_rest.revoke_grant(ACME, SVEN, NOON).await.unwrap());
    identity.reread_operator_keys().await.unwrap();

    assert_eq!(identity.operator_session(&session, None, NOON), None);
    assert_eq!(identity.operator_grants(), []);
}

/// The owner's browser, and the operator pages that are open in it.
async fn open_in_a_browser(identity: &Identity) -> (PortalSessionId, String) {
    let portal = identity
        .begin_portal_session(ACME, SVEN, "Firefox", 0, NOON)
        .await;
    let portal = identity.portal_session(portal.unwrap().expose(), NOON).unwrap();
    (portal.id, open(identity).unwrap())
}

#[tokio::test]
async fn signing_out_ends_the_operator_session_too() {
    let identity = granted().await;
    let (here, session) = open_in_a_browser(&identity).await;
    identity
        .end_other_portal_sessions(ACME, SVEN, here)
        .await
        .unwrap();
    assert_eq!(identity.operator_session(&session, None, NOON), None);

    let session = open(&identity).unwrap();
    assert!(identity.end_portal_session(ACME, SVEN, here).await.unwrap());

    assert_eq!(identity.operator_session(&session, None, NOON), None);
}

#[tokio::test]
async fn when_single_sign_on_is_required_operator_sessions_end_except_for_break_glass() {
    let identity = granted().await;
    let session = open(&identity).unwrap();

    identity.end_what_passwords_began(ACME, SVEN, None).await.unwrap();
    assert!(identity.operator_session(&session, None, NOON).is_some());
    let other = UserId::from_bits(99);
    identity
        .end_what_passwords_began(ACME, other, None)
        .await
        .unwrap();

    assert_eq!(identity.operator_session(&session, None, NOON), None);
}
