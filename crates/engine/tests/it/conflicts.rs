//! Nodes that write to the same account.

use usher_domain::{Account, Actor, Code};
use usher_engine::{Cause, Failure, Options};
use usher_journal::Fault;
use usher_testkit as kit;

use crate::harness::{ACCOUNT, Arrived, Desk, add_minutes, user};

#[tokio::test]
async fn two_nodes_race_for_the_last_seat_and_exactly_one_wins() {
    let here = Desk::with_pool(1, 2).await;
    let there = here.another_node().await;
    // Both have the account in memory, with its seat free.
    assert_eq!((here.occupied().await, there.occupied().await), (0, 0));

    let (one, other) = tokio::join!(here.sign_in(0), there.sign_in(1));

    let refused = [&one, &other]
        .into_iter()
        .filter_map(|result| result.as_ref().err())
        .collect::<Vec<_>>();
    assert_eq!(refused.len(), 1);
    assert!(matches!(refused[0], Failure::Refused(refusal) if refusal.code() == Code::NoSeatAvailable));
    assert_eq!(
        here.engine.figures().conflicts + there.engine.figures().conflicts,
        1
    );
    assert_eq!(here.replayed().await.broken(), []);
}

#[tokio::test]
async fn many_users_on_three_nodes_never_get_more_seats_than_the_pool_has() {
    let first = Desk::with_pool(3, 12).await;
    let nodes = [
        first.clone(),
        first.another_node().await,
        first.another_node().await,
    ];

    let mut arrivals = tokio::task::JoinSet::new();
    for number in 0..12_u32 {
        let node = nodes[usize::try_from(number % 3).unwrap()].clone();
        arrivals.spawn(async move { node.arrive(number, true).await });
    }
    let arrived = arrivals.join_all().await;

    let seated = arrived
        .iter()
        .filter(|result| matches!(result, Ok(Arrived::SignedIn(_))))
        .count();
    let account = first.replayed().await;
    assert_eq!(seated, 3, "{arrived:?}");
    assert_eq!(account.broken(), []);
    for node in nodes {
        assert_eq!(node.engine.figures().invariants_broken, 0);
    }
}

#[tokio::test]
async fn a_conflict_with_nothing_behind_it_is_decided_again_and_answered_once() {
    let desk = Desk::with_pool(1, 1).await;
    let before = desk.commits().await;
    desk.journal.fault_at(1, Fault::Conflict);

    desk.sign_in(0).await.unwrap();

    assert_eq!(desk.commits().await, before + 1);
    assert_eq!(desk.engine.figures().conflicts, 1);
}

#[tokio::test]
async fn a_node_that_is_always_late_gives_up_with_overloaded() {
    let desk = Desk::with_pool(1, 1).await;
    for nth in 1..=8 {
        desk.journal.fault_at(nth, Fault::Conflict);
    }

    let late = desk.sign_in(0).await;

    assert!(matches!(late, Err(Failure::Overloaded { .. })), "{late:?}");
    assert_eq!(desk.occupied().await, 0);
}

#[tokio::test]
async fn a_decision_is_made_again_on_what_the_other_node_did() {
    let here = Desk::with_pool(2, 1).await;
    let there = here.another_node().await;
    there.sign_in(0).await.unwrap();

    // This node does not know that the user is gone.
    here.occupied().await;
    there.execute(kit::delete_user(user(0))).await.unwrap();
    let late = here.sign_in(0).await;

    assert!(matches!(late, Err(Failure::Refused(_))), "{late:?}");
    assert_eq!(here.occupied().await, 0);
}

#[tokio::test]
async fn what_a_proposal_is_made_of_is_what_the_other_node_left() {
    let here = Desk::with_pool(1, 1).await;
    let there = here.another_node().await;
    // The second one finds minutes already, and declines.
    let propose = |desk: &Desk| {
        let make = |account: &Account, _| match account.minutes() {
            0 => Ok(add_minutes(5)),
            minutes => Err(minutes),
        };
        let engine = desk.engine.clone();
        async move {
            let view = |account: &Account, (): &(), _| account.minutes();
            let cause = Cause::from("test");
            engine.propose(ACCOUNT, Actor::Operator, cause, make, view).await
        }
    };
    // Both have the account in memory, without any minutes.
    assert_eq!((here.occupied().await, there.occupied().await), (0, 0));

    let first = propose(&here).await.unwrap();
    let late = propose(&there).await.unwrap();

    assert_eq!((first, late), (Ok(5), Err(5)));
    assert_eq!(here.replayed().await.minutes(), 5);
}

#[tokio::test]
async fn heartbeats_survive_a_reload() {
    let here = Desk::with_pool(2, 2).await;
    let there = here.another_node().await;
    let sign_in = here.sign_in(0).await.unwrap();
    here.clock.set(here.clock.now() + usher_domain::Secs::new(20));
    here.heartbeat(sign_in).await.unwrap();
    let renewed = here.state().await.sign_ins()[&sign_in].lease_until();

    there.sign_in(1).await.unwrap();
    here.sign_in(1).await.ok();
    here.execute(add_minutes(1)).await.unwrap();

    assert_eq!(here.engine.figures().conflicts, 1);
    assert_eq!(here.state().await.sign_ins()[&sign_in].lease_until(), renewed);
}

#[tokio::test]
async fn one_load_serves_all_who_come_first() {
    let desk = Desk::with_pool(5, 5).await;
    let fresh = Desk::on(
        desk.journal.another_node(),
        desk.clock.clone(),
        Options::default(),
    )
    .await;

    let all = futures_of(&fresh, 20);
    let answers = all.join_all().await;

    assert_eq!(answers, vec![0; 20]);
    assert_eq!(fresh.engine.figures().loads, 1);
}

fn futures_of(desk: &Desk, count: usize) -> tokio::task::JoinSet<u32> {
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..count {
        let desk = desk.clone();
        all.spawn(async move { desk.occupied().await });
    }
    all
}
