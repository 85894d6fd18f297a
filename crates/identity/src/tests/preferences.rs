use tokio::sync::oneshot;

use super::*;
use crate::{IdentityError, OWN_CHANGES_MAX, Preferences, Theme};

fn in_theme(theme: Theme) -> Preferences {
    Preferences {
        theme,
        ..Preferences::default()
    }
}

async fn sign_in(identity: &Identity, user: UserId) {
    let begun = identity.begin_portal_session(ACME, user, "Firefox/151.0", 0, NOON);
    begun.await.unwrap();
}

/// A change of the store that lasts until the sender is dropped.
async fn begin_a_long_change(identity: &Identity) -> oneshot::Sender<()> {
    let (begun, has_begun) = oneshot::channel();
    let (end, ended) = oneshot::channel::<()>();
    let identity = identity.clone();
    tokio::spawn(async move {
        let change = |_| async move {
            begun.send(()).unwrap();
            ended.await.ok();
            Ok(())
        };
        identity.change(change, |_, ()| ()).await
    });
    has_begun.await.unwrap();
    end
}

#[tokio::test]
async fn preferences_of_a_user_who_was_deleted_meanwhile_are_not_stored() {
    let (store, keys) = (Arc::new(MemoryStore::default()), SecretsKeys::draw().unwrap());
    let open = async || {
        let store = Arc::clone(&store);
        Identity::open(store, &keys).await.unwrap()
    };
    let identity = open().await;
    sign_in(&identity, SVEN).await;
    let dark = in_theme(Theme::Dark);
    assert!(identity.set_preferences(ACME, SVEN, dark.clone()).await.unwrap());

    identity.forget_user(ACME, SVEN).await.unwrap();
    let is_stored = identity.set_preferences(ACME, SVEN, dark).await.unwrap();

    assert!(!is_stored);
    assert_eq!(identity.preferences(ACME, SVEN), Preferences::default());
    assert_eq!(open().await.preferences(ACME, SVEN), Preferences::default());
}

#[tokio::test]
async fn preferences_that_change_nothing_do_not_wait_for_the_store() {
    let identity = identity();
    sign_in(&identity, SVEN).await;
    let _busy = begin_a_long_change(&identity).await;

    let same = identity.set_preferences(ACME, SVEN, Preferences::default());

    assert!(same.await.unwrap());
}

#[tokio::test]
async fn one_user_cannot_fill_the_line_of_changes() {
    let identity = identity();
    sign_in(&identity, SVEN).await;
    sign_in(&identity, TUVA).await;
    let busy = begin_a_long_change(&identity).await;
    let set = |user| {
        let identity = identity.clone();
        tokio::spawn(async move { identity.set_preferences(ACME, user, in_theme(Theme::Dark)).await })
    };
    let waiting: Vec<_> = (0..OWN_CHANGES_MAX).map(|_| set(SVEN)).collect();
    tokio::task::yield_now().await;

    let refused = set(SVEN).await.unwrap();
    let others = set(TUVA);
    tokio::task::yield_now().await;
    drop(busy);

    assert!(matches!(refused, Err(IdentityError::Busy)), "{refused:?}");
    for waiting in waiting {
        assert!(waiting.await.unwrap().unwrap());
    }
    assert!(others.await.unwrap().unwrap());
    assert!(
        identity
            .set_preferences(ACME, SVEN, Preferences::default())
            .await
            .unwrap()
    );
}
