//! Subscribers.

use std::sync::Arc;
use std::time::Duration;

use usher_domain::event::AccountEvent;
use usher_domain::{Event, Secs};
use usher_engine::{Clock, Engine, ManualClock, Options, Published};
use usher_journal::{MemoryJournal, Seq};

use crate::harness::{ACCOUNT, Desk, MORNING, add_minutes, pass};

#[tokio::test]
async fn what_is_read_afterwards_is_what_was_seen_live() {
    let desk = Desk::with_pool(1, 2).await;
    let mut subscription = desk.engine.subscribe(ACCOUNT).await.unwrap();
    let since = subscription.seq();

    let sign_in = desk.sign_in(0).await.unwrap();
    desk.arrive(1, true).await.unwrap();
    desk.sign_out(sign_in).await.unwrap();
    desk.engine.advance(Secs::new(600)).await;

    let missed = desk.engine.published_after(ACCOUNT, since, 100).await.unwrap();
    let mut live: Vec<Published> = Vec::new();
    for _ in 0..missed.len() {
        live.push(subscription.next().await.unwrap().as_ref().clone());
    }
    assert!(missed.len() >= 4, "{missed:?}");
    assert_eq!(live, missed);
    assert_eq!(live[0].seq, since.next());
}

#[tokio::test]
async fn a_subscriber_that_lags_is_dropped_and_the_others_are_not() {
    let options = Options {
        lag_max: 4,
        ..Options::default()
    };
    let first = Desk::with_pool(1, 1).await;
    let desk = Desk::on(first.journal.another_node(), first.clock.clone(), options).await;
    let mut slow = desk.engine.subscribe(ACCOUNT).await.unwrap();
    let mut quick = desk.engine.subscribe(ACCOUNT).await.unwrap();

    for minutes in 1..=10 {
        desk.execute(add_minutes(minutes)).await.unwrap();
        let seen = quick.next().await.unwrap();
        let [Event::Account(AccountEvent::MinutesAdded { minutes: added, .. })] = seen.entries[0].events[..]
        else {
            panic!("{:?}", seen.entries);
        };
        assert_eq!(added, minutes);
    }

    assert!(slow.next().await.is_none());
    assert!(slow.next().await.is_none());
    assert_eq!(desk.engine.figures().subscribers_dropped, 1);
    assert_eq!(desk.engine.figures().subscribers, 2);
}

#[tokio::test]
async fn a_subscriber_hears_of_another_nodes_commits_in_their_order() {
    let here = Desk::with_pool(3, 3).await;
    let there = here.another_node().await;
    let mut subscription = here.engine.subscribe(ACCOUNT).await.unwrap();

    there.sign_in(0).await.unwrap();
    there.sign_in(1).await.unwrap();
    here.sign_in(2).await.unwrap();

    let mut last = subscription.seq();
    for _ in 0..3 {
        let seen = subscription.next().await.unwrap();
        assert_eq!(seen.seq, last.next());
        last = seen.seq;
    }
}

#[tokio::test]
async fn the_past_is_read_in_pages() {
    let desk = Desk::with_pool(1, 3).await;
    let all = desk
        .engine
        .published_after(ACCOUNT, Seq::ZERO, 1_000)
        .await
        .unwrap();

    let page = desk.engine.published_after(ACCOUNT, all[1].seq, 2).await.unwrap();

    assert_eq!(page, all[2..4]);
}

/// Two nodes that read each other's commits from the journal every second.
async fn two_nodes() -> (Desk, Desk) {
    let options = Options {
        follow_every: Some(Duration::from_secs(1)),
        ..Options::default()
    };
    let first = Desk::with_pool(3, 3).await;
    let node = |journal| Desk::on(journal, first.clock.clone(), options.clone());
    (
        node(first.journal.another_node()).await,
        node(first.journal.another_node()).await,
    )
}

#[tokio::test(start_paused = true)]
async fn a_picture_of_an_account_is_never_older_than_it_may_be() {
    let (here, there) = two_nodes().await;
    assert_eq!(there.occupied().await, 0);

    here.sign_in(0).await.unwrap();
    pass(Duration::from_secs(1)).await;

    assert_eq!(there.occupied().await, 1);
    assert_eq!(there.engine.figures().loads, 1);
    assert_eq!(there.state().await, here.state().await);
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_hears_of_other_nodes_without_anybody_asking() {
    let (here, there) = two_nodes().await;
    let mut subscription = there.engine.subscribe(ACCOUNT).await.unwrap();

    here.sign_in(0).await.unwrap();

    let seen = subscription.next().await.unwrap();
    assert_eq!(seen.seq, subscription.seq().next());
}

#[tokio::test(start_paused = true)]
async fn what_a_dead_node_left_undone_is_done_by_another() {
    let journal = MemoryJournal::new();
    let options = Options {
        follow_every: Some(Duration::from_secs(1)),
        ..Options::default()
    };
    let engine = Engine::start(Arc::new(journal.clone()), Clock::System, options)
        .await
        .unwrap();
    // Months ago by the machine's clock, on a node that never comes back.
    let dead = Desk::on(
        journal.another_node(),
        ManualClock::new(MORNING),
        Options::default(),
    )
    .await
    .furnished(1, 1)
    .await;
    dead.sign_in(0).await.unwrap();

    while engine.figures().commits == 0 {
        pass(Duration::from_secs(1)).await;
    }
}
