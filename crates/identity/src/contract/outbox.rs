//! What is to leave the server.

use usher_domain::personal::Personal;
use usher_domain::{OutboxId, Secs, Timestamp};

use super::{Backend, account, at, user};
use crate::ports::Store;
use crate::{
    Channel, KnownBrowser, OutboxBounds, OutboxBudget, OutboxClaim, OutboxEntry, OutboxFigures,
    OutboxRefused, OutboxState, Settled,
};

/// A mail to the first user of the first account.
pub(super) fn entry(number: u128, secs: i64) -> OutboxEntry {
    let (account, user) = user(1);
    OutboxEntry {
        id: OutboxId::from_bits(number),
        channel: Channel::Mail,
        kind: "invitation".into(),
        about: Personal::new(r#"{"name":"Sven"}"#.into()),
        account: Some(account),
        user: Some(user),
        caused_by: Some(account),
        asked_by: None,
        budget: OutboxBudget::new(OutboxBounds::Notice, "seat_requested"),
        recipient: Personal::new("sven@contoso.example".into()),
        secret: None,
        written_at: at(secs),
        due_at: at(secs),
    }
}

/// The same to somebody else for each number.
fn to_somebody(number: u128, secs: i64) -> OutboxEntry {
    OutboxEntry {
        recipient: Personal::new(format!("user{number}@contoso.example").into()),
        ..entry(number, secs)
    }
}

pub(super) async fn put(store: &dyn Store, entries: impl IntoIterator<Item = OutboxEntry>) -> Vec<OutboxId> {
    let OutboxRefused(refused) = store
        .put_in_outbox(entries.into_iter().collect(), None)
        .await
        .unwrap();
    refused.into_iter().map(|(id, _)| id).collect()
}

async fn claim(store: &dyn Store, now: Timestamp, max: usize) -> Vec<OutboxClaim> {
    let claimed = store.claim_from_outbox(Channel::Mail, None, now, now + Secs::new(60), max);
    claimed.await.unwrap()
}

fn numbers(claims: &[OutboxClaim]) -> Vec<u128> {
    claims.iter().map(|claim| claim.entry.id.bits()).collect()
}

/// The longest due first, whatever the order of writing.
pub async fn an_entry_is_claimed_when_it_is_due_and_by_one_sender(backend: &dyn Backend) {
    let store = backend.store();
    let later = OutboxEntry {
        due_at: at(50),
        ..entry(1, 0)
    };
    let earlier = OutboxEntry {
        due_at: at(5),
        ..entry(2, 0)
    };
    assert_eq!(put(&*store, [later, earlier, entry(3, 10)]).await, []);
    // The same id again is the same entry.
    assert_eq!(put(&*store, [entry(3, 0)]).await, []);

    assert_eq!(numbers(&claim(&*store, at(4), 10).await), [0_u128; 0]);
    let first = claim(&*store, at(10), 1).await;
    assert_eq!(numbers(&first), [2]);
    assert_eq!((first[0].attempt, first[0].may_have_left), (1, false));
    let other_node = backend.another_node();
    assert_eq!(numbers(&claim(&*other_node, at(10), 10).await), [3]);
    assert_eq!(numbers(&claim(&*store, at(49), 10).await), [0_u128; 0]);
    assert_eq!(numbers(&claim(&*store, at(50), 10).await), [1]);
}

/// However many one has, and however long they have been due.
pub async fn accounts_take_turns_in_claiming(backend: &dyn Backend) {
    let store = backend.store();
    let of = |number: u128, of: Option<u128>| OutboxEntry {
        caused_by: of.map(account),
        ..to_somebody(number, i64::try_from(number).unwrap())
    };
    let first = [1, 2, 3, 4].map(|number| of(number, Some(1)));
    let others = [of(5, Some(2)), of(6, Some(3)), of(7, Some(3)), of(8, None)];
    assert_eq!(put(&*store, first.into_iter().chain(others)).await, []);

    let mut last = None;
    let mut claimed = Vec::new();
    for _ in 0..8 {
        let claim = store.claim_from_outbox(Channel::Mail, last, at(10), at(100), 1);
        let entry = claim.await.unwrap().remove(0).entry;
        last = entry.caused_by;
        claimed.push(entry.id.bits());
    }

    assert_eq!(claimed, [1, 5, 6, 8, 2, 7, 3, 4]);
    store.end_claims(Channel::Mail, at(200)).await.unwrap();
    let all = store.claim_from_outbox(Channel::Mail, Some(account(1)), at(200), at(300), 10);
    assert_eq!(numbers(&all.await.unwrap()), [5, 6, 8, 1, 7, 2, 3, 4]);
}

/// It may have left by the claim that ran out.
pub async fn a_claim_that_runs_out_is_made_again_and_only_the_newest_is_settled(backend: &dyn Backend) {
    let store = backend.store();
    put(&*store, [entry(1, 0)]).await;
    let first = claim(&*store, at(0), 10).await;

    assert_eq!(numbers(&claim(&*store, at(59), 10).await), [0_u128; 0]);
    let second = claim(&*store, at(60), 10).await;
    assert_eq!((second[0].attempt, second[0].may_have_left), (2, true));
    assert_eq!(second[0].entry, first[0].entry);
    let settle = async |attempt| {
        let settled = store.settle_in_outbox(first[0].entry.id, attempt, Settled::Sent, at(61));
        settled.await.unwrap()
    };
    assert!(!settle(1).await);
    assert!(settle(2).await);
    assert!(!settle(2).await);

    assert_eq!(numbers(&claim(&*store, at(1_000), 10).await), [0_u128; 0]);
    let rows = store
        .outbox_of(Some(account(1)), Channel::Mail, 10)
        .await
        .unwrap();
    assert_eq!(rows[0].state, OutboxState::Sent { at: at(61) });
    assert_eq!((rows[0].attempts, rows[0].may_have_left), (2, true));
}

/// What was claimed may have left.
pub async fn claims_that_are_ended_are_made_again_at_once(backend: &dyn Backend) {
    let store = backend.store();
    put(&*store, [entry(1, 0), entry(2, 50)]).await;
    assert_eq!(numbers(&claim(&*store, at(0), 10).await), [1]);

    store.end_claims(Channel::Mail, at(10)).await.unwrap();

    let again = claim(&*store, at(10), 10).await;
    assert_eq!(numbers(&again), [1]);
    assert!(again[0].may_have_left);
    assert!(!claim(&*store, at(50), 10).await[0].may_have_left);
}

/// Those that were sent stay sent.
pub async fn everything_that_waits_is_given_up_at_once(backend: &dyn Backend) {
    let store = backend.store();
    let with_link = OutboxEntry {
        secret: Some(b"sealed".to_vec()),
        ..to_somebody(3, 1_000)
    };
    put(&*store, [entry(1, 0), to_somebody(2, 0), with_link]).await;
    let claims = claim(&*store, at(0), 10).await;
    assert_eq!(numbers(&claims), [1, 2]);
    let sent = store.settle_in_outbox(claims[0].entry.id, 1, Settled::Sent, at(1));
    assert!(sent.await.unwrap());

    let give_up = async || {
        store
            .give_up_outbox(Channel::Mail, "restored".into(), at(2))
            .await
    };
    assert_eq!(give_up().await.unwrap(), 2);
    assert_eq!(give_up().await.unwrap(), 0);

    let rows = store.outbox_of(Some(account(1)), Channel::Mail, 10);
    let mut rows = rows.await.unwrap();
    rows.sort_by_key(|row| row.entry.id);
    assert_eq!(rows[0].state, OutboxState::Sent { at: at(1) });
    assert_eq!((rows[0].may_have_left, rows[0].error.as_deref()), (false, None));
    for row in &rows[1..] {
        assert_eq!(row.state, OutboxState::Failed { at: at(2) });
        assert_eq!(
            (row.may_have_left, row.error.as_deref()),
            (true, Some("restored"))
        );
    }
    assert!(store.sealed_values().await.unwrap().is_empty());
    assert_eq!(numbers(&claim(&*store, at(10_000), 10).await), [0_u128; 0]);
    // The claim of a sender that goes on has ended.
    let late = store.settle_in_outbox(claims[1].entry.id, 1, Settled::Sent, at(3));
    assert!(!late.await.unwrap());
}

/// With the reason of the last attempt.
pub async fn a_failure_is_tried_again_when_it_is_due_and_kept_when_it_is_given_up(backend: &dyn Backend) {
    let store = backend.store();
    put(&*store, [entry(1, 0), to_somebody(2, 1)]).await;
    let claims = claim(&*store, at(1), 10).await;
    let again = Settled::Again {
        due_at: at(300),
        error: "451 4.7.1 greylisted".into(),
        may_have_left: false,
    };
    let failed = Settled::Failed {
        error: "550 5.1.1 no such mailbox".into(),
        may_have_left: true,
    };
    for (claim, settled) in claims.iter().zip([again, failed]) {
        let settled = store.settle_in_outbox(claim.entry.id, 1, settled, at(2));
        assert!(settled.await.unwrap());
    }

    assert_eq!(numbers(&claim(&*store, at(299), 10).await), [0_u128; 0]);
    let rows = store
        .outbox_of(Some(account(1)), Channel::Mail, 10)
        .await
        .unwrap();
    let [given_up, waiting] = &rows[..] else {
        panic!("{rows:?}");
    };
    assert_eq!(waiting.state, OutboxState::Waiting);
    assert_eq!(waiting.error.as_deref(), Some("451 4.7.1 greylisted"));
    assert!(!waiting.may_have_left);
    assert_eq!(given_up.state, OutboxState::Failed { at: at(2) });
    assert_eq!(given_up.error.as_deref(), Some("550 5.1.1 no such mailbox"));
    assert!(given_up.may_have_left);
    let figures = store.outbox_figures(Channel::Mail).await.unwrap();
    let expected = OutboxFigures {
        waiting: 1,
        oldest_waiting: Some(at(0)),
        failed: 1,
        last_sent: None,
    };
    assert_eq!(figures, expected);
    let second = claim(&*store, at(300), 10).await;
    assert_eq!((second[0].attempt, second[0].may_have_left), (2, false));
    let sent = store.settle_in_outbox(second[0].entry.id, 2, Settled::Sent, at(301));
    assert!(sent.await.unwrap());
    let figures = store.outbox_figures(Channel::Mail).await.unwrap();
    assert_eq!((figures.waiting, figures.last_sent), (0, Some(at(301))));
}

/// They are needed until then, for a second attempt too.
pub async fn what_a_mail_says_and_the_secret_of_its_link_go_with_it(backend: &dyn Backend) {
    let store = backend.store();
    let link = |number| OutboxEntry {
        secret: Some(b"sealed".to_vec()),
        ..entry(number, 0)
    };
    put(&*store, [link(1), link(2)]).await;
    let again = || Settled::Again {
        due_at: at(1),
        error: "timed out".into(),
        may_have_left: true,
    };
    for claim in claim(&*store, at(0), 10).await {
        let settled = store.settle_in_outbox(claim.entry.id, 1, again(), at(1));
        assert!(settled.await.unwrap());
    }
    assert_eq!(store.sealed_values().await.unwrap().len(), 2);

    let claims = claim(&*store, at(1), 10).await;
    assert!(claims.iter().all(|claim| claim.entry.secret.is_some()
        && claim.entry.about == entry(1, 0).about
        && claim.may_have_left));
    let failed = Settled::Failed {
        error: "no such mailbox".into(),
        may_have_left: false,
    };
    for (claim, settled) in claims.iter().zip([Settled::Sent, failed]) {
        let settled = store.settle_in_outbox(claim.entry.id, 2, settled, at(2));
        assert!(settled.await.unwrap());
    }

    assert_eq!(store.sealed_values().await.unwrap(), []);
    let rows = store.outbox_of(Some(account(1)), Channel::Mail, 10);
    for row in rows.await.unwrap() {
        assert_eq!(&**row.entry.about.reveal(), "{}");
    }
}

/// And nobody else's; those of no account are the operator's.
pub async fn an_account_sees_its_own_entries_newest_first(backend: &dyn Backend) {
    let store = backend.store();
    let of = |number, of: Option<u128>, secs| OutboxEntry {
        account: of.map(account),
        ..entry(number, secs)
    };
    let all = [
        of(1, Some(1), 30),
        of(2, Some(1), 10),
        of(3, Some(2), 0),
        of(4, None, 0),
        of(5, Some(1), 20),
    ];
    put(&*store, all).await;
    let listed = async |of: Option<u128>, max| {
        let rows = store
            .outbox_of(of.map(account), Channel::Mail, max)
            .await
            .unwrap();
        rows.iter().map(|row| row.entry.id.bits()).collect::<Vec<_>>()
    };

    assert_eq!(listed(Some(1), 10).await, [1, 5, 2]);
    assert_eq!(listed(Some(1), 2).await, [1, 5]);
    assert_eq!(listed(Some(2), 10).await, [3]);
    assert_eq!(listed(None, 10).await, [4]);
}

/// Whoever comes second writes nothing.
pub async fn a_commit_is_followed_once(backend: &dyn Backend) {
    let store = backend.store();
    let other_node = backend.another_node();
    let follow = async |store: &dyn Store, of: u128, seq, number| {
        let put = store.put_in_outbox(vec![entry(number, 0)], Some((account(of), seq)));
        assert_eq!(put.await.unwrap(), OutboxRefused::default());
    };

    follow(&*store, 1, 7, 1).await;
    follow(&*other_node, 1, 7, 2).await;
    follow(&*other_node, 1, 6, 3).await;
    follow(&*other_node, 1, 8, 4).await;
    follow(&*store, 2, 3, 5).await;

    let followed = store.followed().await.unwrap();
    assert_eq!(followed, [(account(1), 8), (account(2), 3)]);
    assert_eq!(other_node.followed_until(account(1)).await.unwrap(), Some(8));
    assert_eq!(store.followed_until(account(3)).await.unwrap(), None);
    assert_eq!(numbers(&claim(&*store, at(0), 10).await), [1, 4, 5]);
}

/// And after a restart.
pub async fn the_outbox_knows_since_when_mails_are_written(backend: &dyn Backend) {
    let store = backend.store();

    assert_eq!(store.outbox_since(at(5)).await.unwrap(), at(5));
    assert_eq!(store.outbox_since(at(9)).await.unwrap(), at(5));
    assert_eq!(backend.another_node().outbox_since(at(9)).await.unwrap(), at(5));
}

/// Sent or not: a mail to somebody who is gone concerns nobody.
pub async fn entries_go_with_their_user_and_their_account(backend: &dyn Backend) {
    let store = backend.store();
    let of = |number, owner: crate::ports::Owner| to_somebody(number, 0).for_user(owner);
    let elsewhere = (account(2), user(1).1);
    put(&*store, [of(1, user(1)), of(2, user(2)), of(3, elsewhere)]).await;
    let put = store.put_in_outbox(Vec::new(), Some((account(1), 7)));
    assert_eq!(put.await.unwrap(), OutboxRefused::default());

    store.forget_user(user(1)).await.unwrap();
    let of_account = store
        .outbox_of(Some(account(1)), Channel::Mail, 10)
        .await
        .unwrap();
    assert_eq!(of_account.len(), 1);
    assert_eq!(of_account[0].entry.user, Some(user(2).1));
    store.forget_account(account(1)).await.unwrap();

    assert_eq!(
        store
            .outbox_of(Some(account(1)), Channel::Mail, 10)
            .await
            .unwrap(),
        []
    );
    assert_eq!(store.followed().await.unwrap(), []);
    assert_eq!(numbers(&claim(&*store, at(0), 10).await), [3]);
}

/// Those to the operator concern no account, and those to managers concern another user.
pub async fn entries_go_with_the_account_that_causes_them_and_with_the_user_who_asks(backend: &dyn Backend) {
    let store = backend.store();
    let asked_by = |number, (of, asker): crate::ports::Owner| OutboxEntry {
        account: None,
        user: None,
        caused_by: Some(of),
        asked_by: Some(asker),
        ..to_somebody(number, 0)
    };
    let to_manager = OutboxEntry {
        asked_by: Some(user(1).1),
        ..to_somebody(2, 0).for_user(user(2))
    };
    let elsewhere = (account(2), user(1).1);
    let all = [
        asked_by(1, user(1)),
        to_manager,
        asked_by(3, elsewhere),
        asked_by(4, user(2)),
    ];
    assert_eq!(put(&*store, all).await, []);

    store.forget_user(user(1)).await.unwrap();
    let without_user = claim(&*store, at(0), 10).await;
    store.end_claims(Channel::Mail, at(1)).await.unwrap();
    store.forget_account(account(1)).await.unwrap();

    assert_eq!(numbers(&without_user), [4, 3]);
    assert_eq!(numbers(&claim(&*store, at(1), 10).await), [3]);
}

/// Those that wait stay, however long.
pub async fn ended_entries_are_removed_some_time_later(backend: &dyn Backend) {
    let store = backend.store();
    put(&*store, [entry(1, 0), entry(2, 0), entry(3, 500)]).await;
    let failed = Settled::Failed {
        error: "no such mailbox".into(),
        may_have_left: false,
    };
    for (claim, settled) in claim(&*store, at(0), 10)
        .await
        .iter()
        .zip([Settled::Sent, failed])
    {
        let at = at(claim.entry.id.bits().try_into().unwrap());
        assert!(
            store
                .settle_in_outbox(claim.entry.id, 1, settled, at)
                .await
                .unwrap()
        );
    }
    let left = async || {
        let rows = store
            .outbox_of(Some(account(1)), Channel::Mail, 10)
            .await
            .unwrap();
        rows.iter().map(|row| row.entry.id.bits()).collect::<Vec<_>>()
    };

    store.remove_ended_from_outbox(at(2)).await.unwrap();
    assert_eq!(left().await, [3, 2]);
    store.remove_ended_from_outbox(at(1_000)).await.unwrap();
    assert_eq!(left().await, [3]);
}

/// A browser that is known already, or that is the first one, is none that anybody has to hear of.
pub async fn another_browser_of_a_user_is_told_and_the_first_is_not(backend: &dyn Backend) {
    let store = backend.store();
    let sign_in = async |number: u128, browser, who| {
        let browser = KnownBrowser::from_bits(browser);
        let put = store.put_known_browser(user(who), browser, Some(to_somebody(number, 0)), at(0), 10);
        let _ = put.await.unwrap();
    };

    for (number, browser, who) in [(1, 1, 1), (2, 1, 1), (3, 2, 1), (4, 2, 1), (5, 1, 1), (6, 2, 2)] {
        sign_in(number, browser, who).await;
    }

    assert_eq!(numbers(&claim(&*store, at(0), 10).await), [3]);
}
