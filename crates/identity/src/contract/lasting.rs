//! Notes, sealed values, and what outlives a node.

use super::outbox::entry;
use super::{
    Backend, account, at, by_start, digest, note, operator_key, password, session, set_up_second_factor,
    sign_in, user,
};
use crate::ports::{ChangeNote, Resealed, SealedPlace, Store, StoreError, StoredSigningKey};
use crate::{
    BrandLook, Branding, Channel, KeyDigests, KnownBrowser, Logo, LogoChange, OperatorScope, OutboxEntry,
    OutboxRefused,
};

/// Those of changes made by then, oldest first. Their ids are not used again.
pub async fn notes_are_listed_until_they_are_removed(backend: &dyn Backend) {
    let store = backend.store();
    let change = async |number, secs| {
        let note = ChangeNote {
            at: at(secs),
            ..note(user(number))
        };
        let changed = store.change_password(user(number), password("$argon2"), note);
        changed.await.unwrap()
    };
    let (first, second) = (change(1, 10).await, change(2, 20).await);

    assert_eq!(store.notes(at(9)).await.unwrap(), []);
    assert_eq!(store.notes(at(10)).await.unwrap(), vec![first.clone()]);
    assert_eq!(
        store.notes(at(20)).await.unwrap(),
        [first.clone(), second.clone()]
    );
    for note in [&first, &second, &second] {
        store.remove_note(note.id).await.unwrap();
    }
    assert_eq!(store.notes(at(20)).await.unwrap(), []);
    let third = change(3, 30).await;
    assert!(third.id > second.id);
}

/// Its logo stays until it is replaced or removed.
pub async fn the_branding_is_the_one_that_was_stored_last(backend: &dyn Backend) {
    let store = backend.store();
    assert_eq!(store.branding().await.unwrap(), Branding::default());
    let logo = logo();
    let look = BrandLook {
        name: Some("Acme".parse().unwrap()),
        color: Some("#0f766e".parse().unwrap()),
        welcome: Some("Hello.\nWelcome.".parse().unwrap()),
        goodbye: Some("Thank you.".parse().unwrap()),
        help: Some("https://example.com/help".parse().unwrap()),
        privacy: Some("https://example.com/privacy".parse().unwrap()),
    };
    let put = store.put_branding(look.clone(), LogoChange::Put(logo.clone()));
    let with_logo = Branding {
        look: look.clone(),
        logo: Some(logo),
    };
    assert_eq!(put.await.unwrap(), with_logo);
    assert_eq!(store.branding().await.unwrap(), with_logo);

    let kept = store
        .put_branding(BrandLook::default(), LogoChange::Keep)
        .await
        .unwrap();

    assert_eq!((kept.look, kept.logo), (BrandLook::default(), with_logo.logo));
    let removed = store
        .put_branding(look.clone(), LogoChange::Remove)
        .await
        .unwrap();
    assert_eq!((removed.look, removed.logo), (look, None));
    if let Some(reopened) = backend.reopen().await {
        assert_eq!(reopened.branding().await.unwrap().logo, None);
    }
}

/// A PNG of one transparent pixel.
fn logo() -> Logo {
    let file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
    Logo::read(file).unwrap()
}

/// One sealed value in each place.
async fn seal_everything(store: &dyn Store) -> Vec<(SealedPlace, Vec<u8>)> {
    let key = StoredSigningKey {
        number: 1,
        secret: b"sealed key".to_vec(),
        created_at: None,
    };
    assert!(store.add_signing_key(key, 4).await.unwrap());
    assert!(store.add_join_key(b"sealed join key".to_vec()).await.unwrap());
    super::providers::set_up(store, account(1)).await;
    set_up_second_factor(store, user(1), b"sealed factor").await;
    let mut by_provider = session(user(1), "sso", at(0));
    by_provider.session.by_provider = true;
    let id_token = Some(b"sealed token".to_vec());
    let put = store.put_portal_session(by_provider, id_token, 20);
    put.await.unwrap();
    let link = OutboxEntry {
        secret: Some(b"sealed link".to_vec()),
        ..entry(1, 0)
    };
    let put = store.put_in_outbox(vec![link.clone()], Some((account(1), 7)));
    assert_eq!(put.await.unwrap(), OutboxRefused::default());
    let (account, owner) = user(1);
    vec![
        (SealedPlace::SigningKey(1), b"sealed key".to_vec()),
        (SealedPlace::JoinKey, b"sealed join key".to_vec()),
        (SealedPlace::ClientSecret(account), b"sealed".to_vec()),
        (
            SealedPlace::SecondFactor(account, owner),
            b"sealed factor".to_vec(),
        ),
        (SealedPlace::IdToken(digest("sso")), b"sealed token".to_vec()),
        (link.sealed_place(), b"sealed link".to_vec()),
    ]
}

async fn sealed_values(store: &dyn Store) -> Vec<(SealedPlace, Vec<u8>)> {
    let mut values = store.sealed_values().await.unwrap();
    values.sort_by_key(|(place, _)| match place {
        SealedPlace::SigningKey(_) => 0,
        SealedPlace::JoinKey => 1,
        SealedPlace::ClientSecret(_) => 2,
        SealedPlace::SecondFactor(..) => 3,
        SealedPlace::IdToken(_) => 4,
        SealedPlace::Outbox(_) => 5,
    });
    values
}

/// One that was replaced by another meanwhile is left alone.
pub async fn sealed_values_are_replaced_where_they_are_unchanged(backend: &dyn Backend) {
    let store = backend.store();
    let sealed = seal_everything(&*store).await;
    assert_eq!(sealed_values(&*store).await, sealed);
    let again = |before: &[u8]| [before, b" again"].concat();

    let stale = sealed.iter().map(|(place, before)| Resealed {
        place: *place,
        before: again(before),
        after: b"stale".to_vec(),
    });
    store.replace_sealed_values(stale.collect()).await.unwrap();
    assert_eq!(sealed_values(&*store).await, sealed);
    let renewed = sealed.iter().map(|(place, before)| Resealed {
        place: *place,
        before: before.clone(),
        after: again(before),
    });
    store.replace_sealed_values(renewed.collect()).await.unwrap();

    let expected: Vec<_> = sealed
        .iter()
        .map(|(place, value)| (*place, again(value)))
        .collect();
    assert_eq!(sealed_values(&*store).await, expected);
}

/// And says so, whatever it is asked.
pub async fn a_closed_store_accepts_no_more_calls(backend: &dyn Backend) {
    let store = backend.store();

    store.close().await;
    let put = store.put_password(user(1), password("$argon2")).await;
    let read = store.password(user(1)).await;

    assert!(matches!(put, Err(StoreError::Closed)), "{put:?}");
    assert!(matches!(read, Err(StoreError::Closed)), "{read:?}");
    store.close().await;
}

/// Everything that a server reads when it starts.
async fn everything(store: &dyn Store) -> String {
    let users = (
        store.temporary_passwords().await.unwrap(),
        store.users_with_second_factor().await.unwrap(),
        store.preferences().await.unwrap(),
        store.user_links().await.unwrap(),
        store.user_tokens().await.unwrap(),
        store.portal_sessions().await.unwrap(),
    );
    let keys = (
        store.api_keys().await.unwrap(),
        store.operator_keys().await.unwrap(),
        store.trail(None, 10).await.unwrap(),
        store.signing_keys().await.unwrap(),
        sealed_values(store).await,
    );
    let rest = (
        store.password(user(1)).await.unwrap(),
        store.provider(account(1)).await.unwrap(),
        store.named_domains(account(1)).await.unwrap(),
        store.notes(at(0)).await.unwrap(),
        store.setup_link().await.unwrap(),
        store
            .outbox_of(Some(account(1)), Channel::Mail, 10)
            .await
            .unwrap(),
        store.followed().await.unwrap(),
        store
            .users_of_browser(KnownBrowser::from_bits(7), at(-1), 10)
            .await
            .unwrap(),
    );
    format!("{users:?} {keys:?} {rest:?}")
}

/// As it was when the node was closed.
pub async fn a_reopened_store_holds_everything(backend: &dyn Backend) {
    let store = backend.store();
    seal_everything(&*store).await;
    sign_in(&*store, user(1), "sven").await;
    super::links::invite(&*store, user(1), "invitation").await;
    store.put_password(user(1), password("$argon2")).await.unwrap();
    let key = super::keys::api_key(account(1), 1, KeyDigests::of_one(digest("one")));
    store.put_api_key(key).await.unwrap();
    let operator = operator_key(1, OperatorScope::Everything);
    let put = store.put_operator_key(operator, None, by_start(), at(0));
    assert!(put.await.unwrap());
    store.put_setup_link(digest("link")).await.unwrap();
    let browser = KnownBrowser::from_bits(7);
    let _ = store
        .put_known_browser(user(1), browser, None, at(0), 10)
        .await
        .unwrap();
    let before = everything(&*store).await;

    let Some(reopened) = backend.reopen().await else {
        return;
    };

    assert_eq!(everything(&*reopened).await, before);
}
