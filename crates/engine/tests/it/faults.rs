//! A failing journal: memory is never ahead of it, and no answer claims more than is known.

use std::time::Duration;

use usher_domain::command::AccountCommand;
use usher_domain::{Account, Actor, Code, Command, Timestamp};
use usher_engine::{Failure, Options, Reason, Request};
use usher_journal::Fault;

use crate::harness::{ACCOUNT, Arrived, Desk, Dice, add_minutes, stored};

#[tokio::test]
async fn a_commit_that_fails_leaves_memory_as_the_journal_is() {
    let desk = Desk::with_pool(2, 2).await;
    desk.sign_in(0).await.unwrap();
    desk.journal.fault_at(1, Fault::Failed);

    let failed = desk.sign_in(1).await;

    assert!(
        matches!(failed, Err(Failure::Unavailable(Reason::Journal(_)))),
        "{failed:?}"
    );
    assert_eq!(desk.occupied().await, 1);
    assert_eq!(stored(&desk.state().await), stored(&desk.replayed().await));
    desk.sign_in(1).await.unwrap();
}

#[tokio::test]
async fn all_who_share_a_commit_that_fails_are_told_so() {
    let desk = Desk::with_pool(5, 5).await;
    desk.occupied().await;
    desk.journal.fault_at(1, Fault::Failed);
    desk.journal.fault_at(2, Fault::Failed);
    desk.journal.fault_at(3, Fault::Failed);
    desk.journal.fault_at(4, Fault::Failed);

    let (one, two, read) = tokio::join!(
        desk.sign_in(0),
        desk.sign_in(1),
        desk.engine.read(ACCOUNT, |a, _| a.sign_ins().len())
    );

    assert!(one.is_err() && two.is_err());
    // A query after a command that was not stored must not see its effect.
    assert!(matches!(read, Err(_) | Ok(0)), "{read:?}");
}

#[tokio::test(start_paused = true)]
async fn a_question_behind_a_command_is_answered_no_earlier_than_its_commit() {
    let desk = Desk::with_pool(5, 5).await;
    desk.occupied().await;
    desk.journal.fault_at(1, Fault::CrashBeforeStore);

    let answered = tokio::time::timeout(Duration::from_mins(1), async {
        tokio::select! {
            biased;
            _ = desk.sign_in(0) => "the command",
            _ = desk.engine.read(ACCOUNT, |_, _| ()) => "the question",
        }
    })
    .await;

    assert!(answered.is_err(), "{answered:?} was answered");
}

#[tokio::test]
async fn a_commit_that_was_stored_without_an_answer_is_answered_as_stored() {
    let desk = Desk::with_pool(1, 1).await;
    let before = desk.commits().await;
    desk.journal.fault_at(1, Fault::UnknownStored);

    desk.sign_in(0).await.unwrap();

    assert_eq!(desk.commits().await, before + 1);
    assert_eq!(desk.occupied().await, 1);
    assert_eq!(desk.engine.figures().commits_unknown, 1);
}

#[tokio::test]
async fn a_commit_that_was_lost_without_an_answer_is_answered_as_not_done() {
    let desk = Desk::with_pool(1, 1).await;
    let before = desk.commits().await;
    desk.journal.fault_at(1, Fault::UnknownNotStored);

    let lost = desk.sign_in(0).await;

    assert!(matches!(lost, Err(Failure::Unavailable(_))), "{lost:?}");
    assert_eq!(desk.commits().await, before);
    assert_eq!(desk.occupied().await, 0);
    desk.sign_in(0).await.unwrap();
}

#[tokio::test]
async fn after_a_crash_what_was_stored_is_there_and_asking_again_is_safe() {
    let desk = Desk::with_pool(1, 1).await;
    desk.journal.fault_at(1, Fault::CrashAfterStore);
    let dying = desk.clone();
    let asked = tokio::spawn(async move { dying.sign_in(0).await });
    while desk.journal.appends() < desk.commits().await {
        tokio::task::yield_now().await;
    }

    let restarted = Desk::on(
        desk.journal.another_node(),
        desk.clock.clone(),
        Options::default(),
    )
    .await;
    let again = restarted.sign_in(0).await;

    assert!(again.is_ok(), "{again:?}");
    assert_eq!(restarted.occupied().await, 1);
    assert!(!asked.is_finished());
}

#[tokio::test]
async fn a_refusal_of_a_seat_is_on_record_before_it_is_answered() {
    let desk = Desk::with_pool(1, 2).await;
    desk.sign_in(0).await.unwrap();
    let before = desk.commits().await;

    let refused = desk.sign_in(1).await;

    assert!(matches!(refused, Err(Failure::Refused(refusal)) if refusal.code() == Code::NoSeatAvailable));
    assert_eq!(desk.commits().await, before + 1);
}

#[tokio::test]
async fn what_changes_nothing_needs_no_commit() {
    let desk = Desk::with_pool(1, 1).await;
    let sign_in = desk.sign_in(0).await.unwrap();
    let before = desk.journal.appends();

    assert_eq!(desk.sign_in(0).await, Ok(sign_in));
    desk.heartbeat(sign_in).await.unwrap();

    assert_eq!(desk.journal.appends(), before);
}

#[tokio::test]
async fn an_account_that_never_was_or_is_closed_is_not_there() {
    let desk = Desk::empty().await;
    assert_eq!(
        desk.engine.read(ACCOUNT, |_, _| ()).await,
        Err(Failure::NoAccount)
    );
    assert_eq!(desk.execute(add_minutes(1)).await, Err(Failure::NoAccount));

    let desk = desk.furnished(1, 1).await;
    desk.execute(Command::Account(AccountCommand::Delete))
        .await
        .unwrap();

    assert_eq!(
        desk.engine.read(ACCOUNT, |_, _| ()).await,
        Err(Failure::NoAccount)
    );
    assert!(matches!(
        desk.engine.subscribe(ACCOUNT).await,
        Err(Failure::NoAccount)
    ));
}

#[tokio::test]
async fn a_full_inbox_is_answered_with_overloaded_at_once() {
    let options = Options {
        inbox_max: 4,
        ..Options::default()
    };
    let first = Desk::with_pool(1, 1).await;
    let desk = Desk::on(first.journal.another_node(), first.clock.clone(), options).await;

    // On a single-threaded runtime, the account's task does not run before all have made their requests.
    let mut all = Vec::new();
    for _ in 0..10 {
        all.push(desk.engine.read(ACCOUNT, |_, _| ()));
    }
    let answers = join(all).await;

    let turned_away = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Failure::Overloaded { .. })))
        .count();
    assert_eq!(turned_away, 6);
    assert_eq!(desk.engine.figures().inbox_overflows, 6);
}

/// Polls all futures once in order before any is polled again.
async fn join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut pinned: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = pinned.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, output) in pinned.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        if outputs.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    outputs.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_view_that_panics_harms_nobody_else() {
    let desk = Desk::with_pool(1, 1).await;

    let panicked = desk
        .engine
        .read(ACCOUNT, |_, _| -> u32 { panic!("a view that panics") })
        .await;

    assert_eq!(panicked, Err(Failure::Unavailable(Reason::OutcomeUnknown)));
    desk.sign_in(0).await.unwrap();
    assert_eq!(desk.engine.figures().panics, 1);
}

#[tokio::test]
async fn a_command_whose_view_panics_leaves_nothing_half_done() {
    let desk = Desk::with_pool(1, 1).await;
    let before = desk.commits().await;
    let request = Request {
        actor: Actor::Operator,
        cause: "test".into(),
        command: add_minutes(5),
    };

    let view = |_: &Account, (): &(), _: Timestamp| -> u32 { panic!("a view that panics") };
    let panicked = desk.engine.execute(ACCOUNT, request, view).await;

    assert_eq!(panicked, Err(Failure::Unavailable(Reason::OutcomeUnknown)));
    assert_eq!(desk.commits().await, before);
    assert_eq!(desk.read(|account| account.minutes()).await, 0);
}

#[tokio::test]
async fn a_command_whose_caller_goes_away_is_done_to_the_end() {
    let desk = Desk::with_pool(1, 1).await;
    desk.occupied().await;
    desk.journal.fault_at(1, Fault::Late);

    tokio::select! {
        biased;
        _ = desk.sign_in(0) => panic!("the answer comes only after others had their turn"),
        () = std::future::ready(()) => {}
    }

    assert_eq!(desk.occupied().await, 1);
    assert_eq!(stored(&desk.replayed().await), stored(&desk.state().await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_what_was_answered_is_true_and_no_seat_is_sold_twice() {
    for seed in 0..4 {
        let here = Desk::with_pool(3, 10).await;
        let nodes = [here.clone(), here.another_node().await];
        let mut dice = Dice::new(seed);
        for node in &nodes {
            for nth in 1..400 {
                let fault = match dice.roll(20) {
                    0 => Fault::Conflict,
                    1 => Fault::Failed,
                    2 => Fault::UnknownStored,
                    3 => Fault::UnknownNotStored,
                    _ => continue,
                };
                node.journal.fault_at(nth, fault);
            }
        }

        let mut all = tokio::task::JoinSet::new();
        for number in 0..10 {
            let node = nodes[usize::try_from(dice.roll(2)).unwrap()].clone();
            all.spawn(async move { come_and_go(&node, number).await });
        }
        let paid: u64 = all.join_all().await.into_iter().sum();

        let account = here.replayed().await;
        assert_eq!(account.broken(), [], "seed {seed}");
        assert_eq!(account.minutes(), paid, "seed {seed}");
        for node in &nodes {
            assert_eq!(node.engine.figures().invariants_broken, 0, "seed {seed}");
        }
    }
}

/// One user's day. Returns the minutes that were certainly added.
async fn come_and_go(desk: &Desk, number: u32) -> u64 {
    let mut paid = 0;
    for _ in 0..15 {
        let arrived = desk.arrive(number, number.is_multiple_of(2)).await;
        if desk.execute(add_minutes(1)).await.is_ok() {
            paid += 1;
        }
        if let Ok(Arrived::SignedIn(sign_in)) = arrived {
            // Failures here are retried at the next arrival, which finds the existing sign-in.
            let _ = desk.heartbeat(sign_in).await;
            let _ = desk.sign_out(sign_in).await;
        }
    }
    paid
}
