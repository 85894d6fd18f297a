use super::*;
use crate::{Lifetimes, PORTAL_SESSIONS_PER_USER_MAX, Secret};

const BROWSER: &str = "Firefox/151.0";

async fn begin(identity: &Identity, user: UserId, now: Timestamp) -> Secret {
    let begun = identity.begin_portal_session(ACME, user, BROWSER, 0, now).await;
    begun.unwrap()
}

fn is_alive(identity: &Identity, secret: &Secret, now: Timestamp) -> bool {
    identity.is_portal_session_alive(secret.expose(), now)
}

#[tokio::test]
async fn a_used_session_continues_until_its_absolute_end() {
    let identity = identity();
    let secret = begin(&identity, SVEN, NOON).await;
    let mut now = NOON;

    while now + Lifetimes::default().session_idle < NOON + Lifetimes::default().session {
        now = now + Lifetimes::default().session_idle - secs(1);
        let session = identity.portal_session(secret.expose(), now).unwrap();
        assert_eq!((session.user, session.last_used_at), (SVEN, now));
    }

    let end = NOON + Lifetimes::default().session;
    assert!(identity.portal_session(secret.expose(), end).is_none());
}

#[tokio::test]
async fn an_unused_session_ends_and_checking_it_does_not_count_as_use() {
    let identity = identity();
    let secret = begin(&identity, SVEN, NOON).await;
    let end = NOON + Lifetimes::default().session_idle;

    assert!(is_alive(&identity, &secret, end - secs(1)));

    assert!(!is_alive(&identity, &secret, end));
}

#[tokio::test]
async fn one_session_or_all_others_can_be_ended_and_nobody_elses() {
    let identity = identity();
    let laptop = begin(&identity, SVEN, NOON).await;
    let phone = begin(&identity, SVEN, NOON).await;
    let tablet = begin(&identity, SVEN, NOON).await;
    let of_tuva = begin(&identity, TUVA, NOON).await;
    let id = |secret: &Secret| identity.portal_session(secret.expose(), NOON).unwrap().id;
    let (laptop_id, phone_id, tuva_id) = (id(&laptop), id(&phone), id(&of_tuva));
    let ended = identity.portal_sessions_ended();

    assert!(!identity.end_portal_session(ACME, SVEN, tuva_id).await.unwrap());
    assert!(!ended.has_changed().unwrap());
    assert!(identity.end_portal_session(ACME, SVEN, phone_id).await.unwrap());
    assert!(ended.has_changed().unwrap());
    assert!(!is_alive(&identity, &phone, NOON));
    assert_eq!(identity.portal_sessions(ACME, SVEN, NOON).len(), 2);

    let others = identity.end_other_portal_sessions(ACME, SVEN, laptop_id).await;
    assert_eq!(others.unwrap(), 1);
    assert!(!is_alive(&identity, &tablet, NOON));
    assert!(is_alive(&identity, &laptop, NOON) && is_alive(&identity, &of_tuva, NOON));
}

#[tokio::test]
async fn a_new_password_and_deactivating_end_all_sessions_of_the_user() {
    let identity = identity();
    let hash = identity
        .hash_password(HashingShare::default(), "correct horse".into(), Vec::new())
        .await
        .unwrap();
    let first = begin(&identity, SVEN, NOON).await;

    let _ = identity
        .set_password(ACME, SVEN, &hash, PasswordLife::Lasting, nobody(), NOON)
        .await
        .unwrap();
    assert!(!is_alive(&identity, &first, NOON));

    let second = begin(&identity, SVEN, NOON).await;
    identity.revoke_user_tokens(ACME, SVEN).await.unwrap();
    assert!(!is_alive(&identity, &second, NOON));
}

#[tokio::test]
async fn one_session_too_many_replaces_the_oldest() {
    let identity = identity();
    let oldest = begin(&identity, SVEN, NOON).await;

    for (second, _) in (1..).zip(0..PORTAL_SESSIONS_PER_USER_MAX) {
        begin(&identity, SVEN, NOON + secs(second)).await;
    }

    assert!(!is_alive(&identity, &oldest, NOON));
    let count = identity.portal_sessions(ACME, SVEN, NOON).len();
    assert_eq!(count, PORTAL_SESSIONS_PER_USER_MAX);
}

#[tokio::test]
async fn a_setup_link_works_once_and_an_older_one_does_not() {
    let identity = identity();
    let older = identity.create_setup_link().await.unwrap();
    let link = identity.create_setup_link().await.unwrap();

    assert!(!identity.is_setup_link(older.expose()).await.unwrap());
    assert!(identity.use_setup_link(link.expose()).await.unwrap());
    assert!(!identity.use_setup_link(link.expose()).await.unwrap());

    identity.restore_setup_link(link.expose()).await.unwrap();
    assert!(identity.is_setup_link(link.expose()).await.unwrap());
    identity.remove_setup_link().await.unwrap();
    assert!(!identity.is_setup_link(link.expose()).await.unwrap());
}

#[tokio::test]
async fn a_session_gets_a_new_secret_and_the_old_one_stops_working_at_once() {
    let identity = identity();
    let old = begin(&identity, SVEN, NOON).await;
    let later = NOON + secs(60);

    let new = identity.rotate_portal_session(old.expose(), 7, later).await;

    let new = new.unwrap().unwrap();
    assert!(!is_alive(&identity, &old, later));
    let session = identity.portal_session(new.expose(), later).unwrap();
    assert_eq!(
        (session.user, session.started_at, session.rights),
        (SVEN, NOON, 7)
    );
    assert_eq!(identity.portal_sessions(ACME, SVEN, later).len(), 1);
    let again = identity.rotate_portal_session(old.expose(), 7, later).await;
    assert_eq!(again.unwrap(), None);
}

#[tokio::test]
async fn sessions_and_tokens_live_as_long_as_the_operator_says() {
    let identity = identity().with_lifetimes(Lifetimes {
        session_idle: secs(600),
        session: secs(3_600),
        token: secs(900),
    });
    let session = identity
        .begin_portal_session(ACME, SVEN, "a browser", 0, NOON)
        .await;
    let session = session.unwrap().into_exposed();
    let token = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap();
    let is_alive = |at: u32| identity.is_portal_session_alive(&session, NOON + secs(at));

    assert_eq!(token.expires_in, secs(900));
    assert_eq!(
        caller(&identity, token.token.expose(), NOON + secs(899)),
        Ok(SVEN_OF_ACME)
    );
    assert!(caller(&identity, token.token.expose(), NOON + secs(900)).is_err());
    assert!(is_alive(599) && !is_alive(600));
    for at in (0..3_600).step_by(599) {
        assert!(
            identity.portal_session(&session, NOON + secs(at)).is_some(),
            "{at}"
        );
    }
    assert!(!is_alive(3_600), "used all the time, and over all the same");
}
