//! How much may be written to the outbox.

use usher_domain::OutboxId;
use usher_domain::personal::Personal;

use super::outbox::{entry, put};
use super::{Backend, account, at, user};
use crate::ports::Store;
use crate::{
    KnownBrowser, OUTBOX_PER_ACCOUNT_MAX, OUTBOX_PER_MAILBOX_MAX, OUTBOX_PER_RECIPIENT_MAX, OutboxBounds,
    OutboxBudget, OutboxEntry, OutboxRefused,
};

/// An entry of this kind that an account causes for the mailbox of the first user.
fn caused(number: u128, of: Option<u128>, bounds: OutboxBounds, kind: &str, secs: i64) -> OutboxEntry {
    OutboxEntry {
        account: None,
        caused_by: of.map(account),
        budget: OutboxBudget::new(bounds, kind),
        ..entry(number, secs)
    }
}

/// So many of these, numbered from `first`.
async fn put_many(store: &dyn Store, first: u128, count: usize, of: impl Fn(u128) -> OutboxEntry) {
    assert_eq!(put(store, (first..).take(count).map(of)).await, []);
}

/// Of an account for a recipient, of each kind for itself, and until enough time has passed.
pub async fn a_mailbox_has_bounds_for_each_kind_and_account(backend: &dyn Backend) {
    let store = backend.store();
    for bounds in [
        OutboxBounds::Notice,
        OutboxBounds::Invitation,
        OutboxBounds::Certain,
    ] {
        let kind = format!("{bounds:?}");
        let of = |number, of, secs| caused(number, of, bounds, &kind, secs);
        let first = 1_000 * (bounds as u128 + 1);
        put_many(&*store, first, OUTBOX_PER_RECIPIENT_MAX, |number| {
            of(number, Some(1), 0)
        })
        .await;

        let others = [
            of(first + 100, Some(1), 3_599),
            of(first + 101, Some(2), 0),
            of(first + 102, None, 0),
            caused(first + 103, Some(1), bounds, "another", 0),
            OutboxEntry {
                recipient: Personal::new("eva@contoso.example".into()),
                ..of(first + 104, Some(1), 0)
            },
            of(first + 105, Some(1), 3_600),
        ];
        assert_eq!(put(&*store, others).await, [OutboxId::from_bits(first + 100)]);
    }
}

/// Over all accounts, what is news has a bound; what the recipient needs has none that others could use up.
pub async fn other_accounts_use_up_the_room_for_news_only(backend: &dyn Backend) {
    let store = backend.store();
    for bounds in [
        OutboxBounds::Notice,
        OutboxBounds::Invitation,
        OutboxBounds::Certain,
    ] {
        let of = |number: u128, of| caused(number, Some(of), bounds, "kind", 0);
        let first = 1_000 * (bounds as u128 + 1);
        put_many(&*store, first, OUTBOX_PER_MAILBOX_MAX, |number| {
            of(number, number % 4 + 10)
        })
        .await;

        let last = of(first + 500, 1);
        let refused = put(&*store, [last]).await;

        assert_eq!(refused.is_empty(), bounds != OutboxBounds::Notice, "{bounds:?}");
    }
}

/// With mails to the operator, but not with those that somebody else needs.
pub async fn an_account_has_bounds_for_each_kind(backend: &dyn Backend) {
    let store = backend.store();
    let day = 24 * 3_600;
    for bounds in [
        OutboxBounds::Notice,
        OutboxBounds::Invitation,
        OutboxBounds::Certain,
    ] {
        let of = |number: u128, of, secs| OutboxEntry {
            recipient: Personal::new(format!("user{number}@contoso.example").into()),
            ..caused(number, of, bounds, "kind", secs)
        };
        let first = 10_000 * (bounds as u128 + 1);
        put_many(&*store, first, OUTBOX_PER_ACCOUNT_MAX, |number| {
            of(number, Some(9), 0)
        })
        .await;

        let others = [
            of(first + 5_001, Some(9), day - 1),
            of(first + 5_002, Some(10), 0),
            of(first + 5_003, None, 0),
            of(first + 5_004, Some(9), day),
        ];
        let refused = put(&*store, others).await;

        match bounds {
            OutboxBounds::Certain => assert_eq!(refused, []),
            _ => assert_eq!(refused, [OutboxId::from_bits(first + 5_001)]),
        }
    }
}

/// Else whoever deletes a user, or closes an account, could flood the mailbox again.
pub async fn what_was_written_counts_though_its_user_is_gone(backend: &dyn Backend) {
    let store = backend.store();
    put_many(&*store, 0, OUTBOX_PER_RECIPIENT_MAX, |number| entry(number, 0)).await;

    store.forget_user(user(1)).await.unwrap();
    let again = put(&*store, [entry(100, 0)]).await;
    store.forget_outbox_use(at(0)).await.unwrap();
    let still = put(&*store, [entry(101, 0)]).await;
    store.forget_outbox_use(at(1)).await.unwrap();

    assert_eq!(again, [OutboxId::from_bits(100)]);
    assert_eq!(still, [OutboxId::from_bits(101)]);
    assert_eq!(put(&*store, [entry(102, 0)]).await, []);
}

/// Another browser's notice is one of those.
pub async fn a_notice_of_a_browser_that_is_refused_is_said_to_be(backend: &dyn Backend) {
    let store = backend.store();
    let sign_in = async |number: u128| {
        let browser = KnownBrowser::from_bits(number);
        let put = store.put_known_browser(user(1), browser, Some(entry(number, 0)), at(0), 100);
        put.await.unwrap()
    };
    for number in 0..=OUTBOX_PER_RECIPIENT_MAX as u128 {
        assert_eq!(sign_in(number).await, OutboxRefused::default());
    }

    let OutboxRefused(refused) = sign_in(100).await;

    assert_eq!(refused, [(OutboxId::from_bits(100), entry(100, 0).budget)]);
}
