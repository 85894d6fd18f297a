use super::*;
use usher_domain::SessionId;

use crate::{PassFor, SIGNING_KEYS_MAX, Shown};

#[test]
fn s6_a_sign_in_has_the_same_token_whenever_it_is_asked_for() {
    let identity = identity();

    let token = identity.sign_in_token(ACME, SIGN_IN);

    assert_eq!(token, identity.sign_in_token(ACME, SIGN_IN));
    assert!(token.expose().starts_with("usher_sign_"));
    assert_eq!(
        caller(&identity, token.expose(), NOON),
        Ok(Caller::SignIn { id: SIGN_IN })
    );
}

#[test]
fn a_ticket_and_a_sign_in_with_the_same_bits_have_different_macs() {
    let identity = identity();
    let sign_in = identity.sign_in_token(ACME, SIGN_IN).into_exposed();
    let ticket = identity.ticket_token(ACME, TICKET).into_exposed();

    assert_eq!(
        caller(&identity, &ticket, NOON),
        Ok(Caller::Ticket { id: TICKET })
    );
    let swapped = sign_in.replace("usher_sign_", "usher_tick_");
    assert_ne!(swapped, ticket);
    assert_eq!(caller(&identity, &swapped, NOON), Err(Unauthenticated::Unknown));
}

#[test]
fn a_token_is_valid_only_in_its_own_account() {
    let identity = identity();
    let token = identity.sign_in_token(ACME, SIGN_IN);

    for account in [Some(OTHER), None] {
        assert_eq!(
            identity.authenticate(token.expose(), account, NOON),
            Err(Unauthenticated::Unknown)
        );
    }
}

#[test]
fn a_token_that_was_changed_at_any_place_is_refused() {
    let identity = identity();
    let token = identity.sign_in_token(ACME, SIGN_IN).into_exposed();

    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
        // The key's number is 1, so the digit has become another one.
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(
            caller(&identity, &changed, NOON),
            Err(Unauthenticated::Unknown),
            "{changed}"
        );
    }
    for end in 0..token.len() {
        assert!(caller(&identity, &token[..end], NOON).is_err());
    }
    assert!(caller(&identity, &format!("{token}0"), NOON).is_err());
}

#[test]
fn another_servers_token_is_refused() {
    let token = identity().sign_in_token(ACME, SIGN_IN);

    assert_eq!(
        caller(&identity(), token.expose(), NOON),
        Err(Unauthenticated::Unknown)
    );
}

#[tokio::test]
async fn tokens_outlive_a_rotation_until_their_key_is_retired() {
    let identity = identity();
    let before = identity.sign_in_token(ACME, SIGN_IN);

    identity.rotate_signing_key(NOON).await.unwrap();

    let after = identity.sign_in_token(ACME, SIGN_IN);
    assert_ne!(before, after);
    assert!(caller(&identity, before.expose(), NOON).is_ok());
    assert!(caller(&identity, after.expose(), NOON).is_ok());

    identity.retire_signing_keys().await.unwrap();

    assert!(caller(&identity, before.expose(), NOON).is_err());
    assert!(caller(&identity, after.expose(), NOON).is_ok());
}

#[tokio::test]
async fn a_bounded_number_of_keys_is_kept() {
    let identity = identity();
    let first = identity.sign_in_token(ACME, SIGN_IN);

    for _ in 1..SIGNING_KEYS_MAX {
        identity.rotate_signing_key(NOON).await.unwrap();
    }
    assert!(caller(&identity, first.expose(), NOON).is_ok());
    identity.rotate_signing_key(NOON).await.unwrap();

    assert!(caller(&identity, first.expose(), NOON).is_err());
}

#[test]
fn a_stream_ticket_names_only_the_credential_that_requested_it() {
    let identity = identity();
    let purpose = PassFor::SignInStream(SIGN_IN);
    let until = NOON + Secs::new(30);
    let token = identity.sign_in_token(ACME, SIGN_IN);
    let shown = identity
        .identify(token.expose(), Some(ACME), None, NOON)
        .unwrap()
        .shown;
    let pass = identity
        .pass_of(&shown, ACME, purpose, until)
        .unwrap()
        .into_exposed();
    let found = |pass: &str, account, purpose, now| identity.shown_for_pass(pass, account, purpose, now);

    assert_eq!(found(&pass, ACME, purpose, NOON), Some(shown));
    assert_eq!(found(&pass, OTHER, purpose, NOON), None);
    assert_eq!(found(&pass, ACME, PassFor::TicketStream(TICKET), NOON), None);
    assert_eq!(found(&pass, ACME, purpose, until), None);
    let another = identity
        .pass_of(&shown, ACME, purpose, until)
        .unwrap()
        .into_exposed();
    let (start, _) = pass.rsplit_once('.').unwrap();
    let (_, sealed) = another.rsplit_once('.').unwrap();
    assert_eq!(found(&format!("{start}.{sealed}"), ACME, purpose, NOON), None);
}

#[tokio::test]
async fn a_checked_credential_stays_valid_as_long_as_it_would_authenticate() {
    let identity = identity();
    let token = identity
        .issue_user_token(ACME, SVEN, NOON)
        .await
        .unwrap()
        .token
        .into_exposed();
    let device = identity.sign_in_token(ACME, SIGN_IN);
    let shown = |bearer: &str| identity.identify(bearer, Some(ACME), None, NOON).unwrap().shown;
    let (of_user, of_device) = (shown(&token), shown(device.expose()));
    let again = |shown: &Shown| identity.identify_again(shown, ACME, NOON).map(|it| it.caller);

    assert!(again(&of_user).is_ok() && again(&of_device).is_ok());
    assert_eq!(
        identity.identify_again(&of_user, OTHER, NOON),
        Err(Unauthenticated::Unknown)
    );
    identity.revoke_user_token(&token).await.unwrap();
    identity.rotate_signing_key(NOON).await.unwrap();
    assert!(again(&of_device).is_ok());
    identity.retire_signing_keys().await.unwrap();

    for shown in [of_user, of_device] {
        assert_eq!(again(&shown), Err(Unauthenticated::Unknown));
    }
}

#[test]
fn a_customers_key_is_kept_as_a_digest_that_the_data_alone_does_not_give() {
    let (one, other) = (identity(), identity());
    let session = SessionId::from_bits(7);
    let digest = |of: &Identity, session, key| of.join_codes().attempt(ACME, session, key);

    let kept = digest(&one, session, "1");

    assert_eq!(kept, digest(&one, session, "1"));
    assert_ne!(kept, digest(&other, session, "1"));
    assert_ne!(kept, digest(&one, session, "2"));
    assert_ne!(kept, digest(&one, SessionId::from_bits(8), "1"));
}
