use usher_domain::Secs;

use super::*;
use crate::{CodeVerdict, Exchange, PENDING_SIGN_IN_LIFETIME, RECOVERY_CODES, Secret};

const PASSWORD: &str = "teapot anchor lilac";

#[tokio::test]
async fn a_secret_has_no_effect_until_one_of_its_codes_was_entered() {
    let identity = identity();
    let app = AuthenticatorApp::draw(&identity, ACME, SVEN).await;
    let wrong = identity
        .confirm_second_factor(ACME, SVEN, "000000", nobody(), NOON)
        .await;

    assert_eq!(wrong.unwrap(), None);
    assert!(!identity.has_second_factor(ACME, SVEN));
    let used = identity
        .use_second_factor(ACME, SVEN, &app.code(NOON), NOON)
        .await;
    assert_eq!(used.unwrap(), CodeVerdict::Wrong);

    let codes = identity
        .confirm_second_factor(ACME, SVEN, &app.code(NOON), nobody(), NOON)
        .await;

    assert_eq!(codes.unwrap().unwrap().0.len(), RECOVERY_CODES);
    assert!(identity.has_second_factor(ACME, SVEN));
    assert!(!identity.has_second_factor(OTHER, SVEN));
    assert!(!identity.draw_second_factor(ACME, SVEN).await.unwrap());
    let drawn = identity
        .drawn_second_factor(ACME, SVEN, "sven@acme.example")
        .await;
    assert_eq!(drawn.unwrap(), None);
}

/// The machine's clock was an hour ahead and was corrected: Usher's time continues an hour ahead of people's devices.
#[tokio::test]
async fn codes_use_real_time() {
    let identity = identity();
    identity.follow_wall_clock(|now| now - Secs::new(3_600));
    let world = NOON - Secs::new(3_600);
    let app = AuthenticatorApp::draw(&identity, ACME, SVEN).await;
    let typed = app.code(world);
    let set = identity
        .confirm_second_factor(ACME, SVEN, &typed, nobody(), NOON)
        .await;
    assert!(set.unwrap().is_some());

    let later = Secs::new(60);
    let verdicts = [NOON, world].map(|at| app.code(at + later));

    for (typed, expected) in verdicts.iter().zip([CodeVerdict::Wrong, CodeVerdict::Right]) {
        let used = identity.use_second_factor(ACME, SVEN, typed, NOON + later).await;
        assert_eq!(used.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_code_works_once_even_if_the_clock_is_off_by_half_a_minute() {
    let identity = identity();
    let (app, _) = AuthenticatorApp::set_up(&identity, ACME, SVEN, NOON).await;
    let later = NOON + secs(120);
    let try_code = |typed: String, now| {
        let identity = identity.clone();
        async move { identity.use_second_factor(ACME, SVEN, &typed, now).await.unwrap() }
    };

    assert_eq!(try_code(app.code(NOON), NOON).await, CodeVerdict::Wrong);
    assert_eq!(
        try_code(app.code(later - secs(60)), later).await,
        CodeVerdict::Wrong
    );
    assert_eq!(
        try_code(app.code(later + secs(60)), later).await,
        CodeVerdict::Wrong
    );
    assert_eq!(
        try_code(app.code(later - secs(30)), later).await,
        CodeVerdict::Right
    );
    assert_eq!(try_code(app.code(later), later).await, CodeVerdict::Right);
    assert_eq!(try_code(app.code(later), later).await, CodeVerdict::Wrong);
    // The step before the last used one.
    assert_eq!(
        try_code(app.code(later - secs(30)), later).await,
        CodeVerdict::Wrong
    );
    let spaced = app.code(later + secs(30));
    let spaced = format!("{} {}", &spaced[..3], &spaced[3..]);
    assert_eq!(try_code(spaced, later).await, CodeVerdict::Right);
}

#[tokio::test]
async fn a_recovery_code_works_once_and_not_after_new_ones_were_drawn() {
    let identity = identity();
    let (_, codes) = AuthenticatorApp::set_up(&identity, ACME, SVEN, NOON).await;
    let first = codes[0].expose().to_uppercase();

    let used = identity
        .use_second_factor(ACME, SVEN, &first, NOON)
        .await
        .unwrap();
    let again = identity
        .use_second_factor(ACME, SVEN, &first, NOON)
        .await
        .unwrap();

    assert_eq!(
        used,
        CodeVerdict::Recovery {
            left: RECOVERY_CODES - 1
        }
    );
    assert_eq!(again, CodeVerdict::Wrong);
    let others = identity
        .replace_recovery_codes(ACME, SVEN)
        .await
        .unwrap()
        .unwrap();
    let old = identity
        .use_second_factor(ACME, SVEN, codes[1].expose(), NOON)
        .await;
    assert_eq!(old.unwrap(), CodeVerdict::Wrong);
    assert_eq!(
        identity.recovery_codes_left(ACME, SVEN).await.unwrap(),
        RECOVERY_CODES
    );
    let of_another = identity
        .use_second_factor(ACME, TUVA, others[0].expose(), NOON)
        .await;
    assert_eq!(of_another.unwrap(), CodeVerdict::Wrong);
    assert_eq!(identity.replace_recovery_codes(ACME, TUVA).await.unwrap(), None);
}

#[tokio::test]
async fn setting_it_up_and_removing_it_ends_all_credentials_of_the_user() {
    let identity = identity();
    let begin = || async {
        let token = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
        let session = identity
            .begin_portal_session(ACME, SVEN, "Firefox", 0, NOON)
            .await
            .unwrap();
        let half = identity.begin_pending_sign_in(ACME, SVEN, NOON).await.unwrap();
        (token, session, half)
    };
    let is_over = async |(token, session, half): (Secret, Secret, Secret)| {
        assert!(caller(&identity, token.expose(), NOON).is_err());
        assert!(identity.portal_session(session.expose(), NOON).is_none());
        assert_eq!(identity.pending_sign_in(half.expose(), NOON).await.unwrap(), None);
    };
    let before = begin().await;

    AuthenticatorApp::set_up(&identity, ACME, SVEN, NOON).await;

    is_over(before).await;
    let between = begin().await;
    let removed = identity.remove_second_factor(ACME, SVEN, nobody(), NOON).await;
    assert!(removed.unwrap().is_some());
    is_over(between).await;
    assert!(!identity.has_second_factor(ACME, SVEN));
    assert_eq!(identity.recovery_codes_left(ACME, SVEN).await.unwrap(), 0);
    let removed = identity.remove_second_factor(ACME, SVEN, nobody(), NOON).await;
    assert_eq!(removed.unwrap(), None);
}

#[tokio::test]
async fn a_pending_sign_in_lasts_five_minutes_and_works_once() {
    let identity = identity();
    let half = identity.begin_pending_sign_in(ACME, SVEN, NOON).await.unwrap();
    let (half, end) = (half.expose(), NOON + PENDING_SIGN_IN_LIFETIME);

    assert_eq!(
        identity.pending_sign_in(half, end - secs(1)).await.unwrap(),
        Some((ACME, SVEN))
    );
    assert_eq!(identity.pending_sign_in(half, end).await.unwrap(), None);
    assert!(caller(&identity, half, NOON).is_err());
    assert!(identity.portal_session(half, NOON).is_none());
    assert_eq!(
        identity.take_pending_sign_in(half, NOON).await.unwrap(),
        Some((ACME, SVEN))
    );
    assert_eq!(identity.take_pending_sign_in(half, NOON).await.unwrap(), None);
}

#[tokio::test]
async fn a_password_alone_gives_no_token_to_who_has_a_second_factor() {
    let identity = identity();
    let hash = identity
        .hash_password(HashingShare::default(), PASSWORD.into(), Vec::new())
        .await
        .unwrap();
    identity
        .stage_password(ACME, SVEN, &hash, PasswordLife::Lasting)
        .await
        .unwrap();
    let (app, _) = AuthenticatorApp::set_up(&identity, ACME, SVEN, NOON).await;
    let later = NOON + secs(60);
    let exchange = async |typed: Option<String>| {
        let proof = identity
            .prove_password(HashingShare::default(), ACME, Some(SVEN), PASSWORD.into())
            .await;
        let proof = proof.unwrap().unwrap();
        identity
            .exchange_password(proof, typed.as_deref(), later)
            .await
            .unwrap()
    };

    assert_eq!(exchange(None).await, Exchange::SecondFactorNeeded);
    assert_eq!(exchange(Some("123456".to_owned())).await, Exchange::Wrong);
    assert_eq!(exchange(Some(app.code(NOON))).await, Exchange::Wrong);
    let right = exchange(Some(app.code(later))).await;
    assert!(matches!(right, Exchange::Issued(_)));
    assert_eq!(exchange(Some(app.code(later))).await, Exchange::Wrong);
}

#[tokio::test]
async fn deleted_users_and_accounts_leave_no_second_factor_behind() {
    let identity = identity();
    AuthenticatorApp::set_up(&identity, ACME, SVEN, NOON).await;
    identity.forget_user(ACME, SVEN).await.unwrap();
    assert!(!identity.has_second_factor(ACME, SVEN));
    assert!(identity.draw_second_factor(ACME, SVEN).await.unwrap());

    AuthenticatorApp::set_up(&identity, ACME, SVEN, NOON).await;
    identity.forget_account(ACME).await.unwrap();

    assert!(!identity.has_second_factor(ACME, SVEN));
    assert!(identity.draw_second_factor(ACME, SVEN).await.unwrap());
}
