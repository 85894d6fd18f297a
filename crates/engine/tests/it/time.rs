//! Leases, offers and outages.

use std::sync::Arc;

use usher_domain::command::Heartbeat;
use usher_domain::{Actor, Code, Secs};
use usher_engine::{Clock, Engine, Failure, Options};
use usher_journal::{Journal, Records};

use crate::harness::{ACCOUNT, Arrived, Desk, stored};

#[tokio::test]
async fn a_lease_without_heartbeats_ends_and_one_with_them_does_not() {
    let desk = Desk::with_pool(2, 2).await;
    let silent = desk.sign_in(0).await.unwrap();
    let alive = desk.sign_in(1).await.unwrap();

    for _ in 0..4 {
        desk.engine.advance(Secs::new(30)).await;
        assert_eq!(desk.heartbeat(alive).await, Ok(Secs::new(90)));
    }

    let signed_in = desk
        .read(|account| account.sign_ins().keys().copied().collect::<Vec<_>>())
        .await;
    assert_eq!(signed_in, [alive]);
    let end = desk.journal.sign_in_end(ACCOUNT, silent).await.unwrap().unwrap();
    assert_eq!(end.reason, "lease-expired");
}

#[tokio::test]
async fn the_clock_stops_wherever_something_is_due() {
    let desk = Desk::with_pool(1, 2).await;
    let start = desk.clock.now();
    let silent = desk.sign_in(0).await.unwrap();
    let Arrived::Waits(ticket) = desk.arrive(1, true).await.unwrap() else {
        panic!("the only seat is taken");
    };

    desk.engine.advance(Secs::new(80)).await;
    let _ = desk
        .engine
        .renew_ticket(ACCOUNT, Actor::Ticket(ticket), "test".into(), ticket)
        .await
        .unwrap();
    desk.engine.advance(Secs::new(3_600)).await;

    // The seat became free at the end of the lease, and the offer passed on a minute later.
    let end = desk.journal.sign_in_end(ACCOUNT, silent).await.unwrap().unwrap();
    assert_eq!(end.at, start + Secs::new(90));
    let end = desk.journal.ticket_end(ACCOUNT, ticket).await.unwrap().unwrap();
    assert_eq!(
        (end.at, end.reason.as_str()),
        (start + Secs::new(150), "offer-expired")
    );
    assert_eq!(desk.clock.now(), start + Secs::new(3_680));
}

#[tokio::test]
async fn many_heartbeats_at_once_are_answered_each() {
    let desk = Desk::with_pool(2, 2).await;
    let one = desk.sign_in(0).await.unwrap();
    let gone = desk.sign_in(1).await.unwrap();
    desk.sign_out(gone).await.unwrap();
    let before = desk.journal.appends();

    let beats = [one, gone].map(|sign_in| Heartbeat {
        sign_in,
        active: false,
    });
    let answers = desk
        .engine
        .heartbeats(ACCOUNT, Actor::Operator, "test".into(), beats.to_vec())
        .await
        .unwrap();

    assert_eq!(answers[0], Ok(Secs::new(90)));
    assert_eq!(
        answers[1].as_ref().map_err(usher_domain::Refusal::code),
        Err(Code::SignInEnded)
    );
    assert_eq!(desk.journal.appends(), before);
}

#[tokio::test]
async fn a_command_never_meets_what_is_overdue() {
    let desk = Desk::with_pool(1, 2).await;
    let silent = desk.sign_in(0).await.unwrap();

    // Time passes without a turn of the timer.
    desk.clock.set(desk.clock.now() + Secs::new(91));
    desk.sign_in(1).await.unwrap();

    let late = desk.heartbeat(silent).await;
    assert!(matches!(late, Err(Failure::Refused(refusal)) if refusal.code() == Code::SignInEnded));
}

#[tokio::test]
async fn after_an_outage_every_lease_is_full() {
    let desk = Desk::with_pool(2, 2).await;
    let sign_in = desk.sign_in(0).await.unwrap();
    desk.engine.shutdown().await;

    desk.clock.set(desk.clock.now() + Secs::new(86_400));
    let restarted = Desk::on(
        desk.journal.another_node(),
        desk.clock.clone(),
        Options::default(),
    )
    .await;
    restarted.engine.advance(Secs::new(89)).await;

    assert_eq!(restarted.heartbeat(sign_in).await, Ok(Secs::new(90)));
    restarted.engine.advance(Secs::new(91)).await;
    assert_eq!(restarted.occupied().await, 0);
}

#[tokio::test]
async fn a_restart_without_an_outage_changes_nothing() {
    let desk = Desk::with_pool(2, 2).await;
    desk.sign_in(0).await.unwrap();
    let before = desk.state().await;
    desk.engine.shutdown().await;

    let restarted = Desk::on(
        desk.journal.another_node(),
        desk.clock.clone(),
        Options::default(),
    )
    .await;

    assert_eq!(stored(&restarted.state().await), stored(&before));
}

#[tokio::test]
async fn heartbeats_reach_the_journal_in_batches() {
    let desk = Desk::with_pool(5, 5).await;
    let mut alive = Vec::new();
    for number in 0..5 {
        alive.push(desk.sign_in(number).await.unwrap());
    }
    let before = desk.journal.appends();

    // Ten minutes, with a heartbeat of each every ten seconds.
    for _ in 0..60 {
        desk.engine.advance(Secs::new(10)).await;
        for sign_in in &alive {
            desk.heartbeat(*sign_in).await.unwrap();
        }
    }

    let appends = desk.journal.appends() - before;
    assert!(
        (15..=21).contains(&appends),
        "{appends} commits for 300 heartbeats"
    );
    assert_eq!(desk.occupied().await, 5);
}

#[tokio::test]
async fn what_was_due_when_the_journal_failed_is_done_later() {
    let desk = Desk::with_pool(1, 1).await;
    desk.sign_in(0).await.unwrap();
    desk.journal.fault_at(1, usher_journal::Fault::Failed);

    desk.engine.advance(Secs::new(95)).await;

    assert_eq!(desk.occupied().await, 0);
    assert_eq!(desk.engine.figures().commits_failed, 1);
    assert!(desk.journal.due(None, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn by_the_machines_clock_what_is_due_happens_by_itself() {
    // Months ago by that clock.
    let desk = Desk::with_pool(1, 1).await;
    let sign_in = desk.sign_in(0).await.unwrap();
    let journal = desk.journal.another_node();

    let engine = Engine::start(Arc::new(journal.clone()), Clock::System, Options::default())
        .await
        .unwrap();
    while engine.figures().commits == 0 {
        tokio::task::yield_now().await;
    }

    let lease =
        move |account: &usher_domain::Account, now| account.sign_ins()[&sign_in].lease_until().remaining(now);
    assert_eq!(engine.read(ACCOUNT, lease).await, Ok(Secs::new(90)));
    engine.shutdown().await;
    assert_eq!(
        journal.due(None, 1).await,
        Err(usher_journal::JournalError::Closed)
    );
}
