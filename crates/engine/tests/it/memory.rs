//! Which accounts are in memory, for how long, and what is stored when they leave.

use std::time::Duration;

use usher_domain::{AccountId, Secs};
use usher_engine::{Failure, ManualClock, Options, Reason};
use usher_journal::{Append, COMMITS_MAX, Commit, DUE_MAX, Hash, Journal, MemoryJournal, Seq};
use usher_testkit as kit;

use crate::harness::{ACCOUNT, Desk, MORNING, add_minutes, pass, stored};

async fn desk(options: Options) -> Desk {
    Desk::on(MemoryJournal::new(), ManualClock::new(MORNING), options).await
}

#[tokio::test(start_paused = true)]
async fn an_idle_account_leaves_memory_and_comes_back_the_same() {
    let desk = desk(Options::default()).await.furnished(2, 2).await;
    let before = desk.state().await;

    pass(Duration::from_mins(20)).await;
    assert_eq!(desk.engine.figures().accounts_loaded, 0);
    let after = desk.state().await;

    assert_eq!(stored(&after), stored(&before));
    assert_eq!(after, before);
    assert_eq!(desk.engine.figures().evictions, 1);
    assert_eq!(desk.engine.figures().snapshots, 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_with_a_subscriber_stays() {
    let desk = desk(Options::default()).await.furnished(2, 2).await;
    let subscription = desk.engine.subscribe(ACCOUNT).await.unwrap();

    pass(Duration::from_mins(20)).await;
    assert_eq!(desk.engine.figures().accounts_loaded, 1);
    drop(subscription);
    pass(Duration::from_mins(20)).await;

    assert_eq!(desk.engine.figures().accounts_loaded, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_due_brings_an_account_back() {
    let desk = desk(Options::default()).await.furnished(1, 1).await;
    let sign_in = desk.sign_in(0).await.unwrap();
    desk.heartbeat(sign_in).await.unwrap();
    desk.clock.set(desk.clock.now() + Secs::new(10));

    // Other accounts need the place.
    let options = Options {
        accounts_max: 1,
        ..Options::default()
    };
    let small = Desk::on(desk.journal.another_node(), desk.clock.clone(), options).await;
    small.heartbeat(sign_in).await.unwrap();
    let crowd = small.engine.read(AccountId::from_bits(8), |_, _| ()).await;
    assert!(matches!(crowd, Err(Failure::Overloaded { .. })));
    pass(Duration::from_secs(1)).await;
    assert_eq!(small.engine.figures().accounts_loaded, 0);

    small.engine.advance(Secs::new(89)).await;
    assert_eq!(small.occupied().await, 1);
    small.engine.advance(Secs::new(2)).await;
    assert_eq!(small.occupied().await, 0);
}

#[tokio::test]
async fn a_start_knows_of_everything_that_is_due_in_however_many_pages() {
    let journal = MemoryJournal::new();
    let accounts = 2 * DUE_MAX + 1;
    for number in 0..accounts {
        let account = AccountId::from_bits(u128::try_from(number).unwrap());
        journal
            .append(Append {
                commit: Commit::seal(Hash::GENESIS, account, Seq::FIRST, MORNING, *b"[]"),
                next_due: Some(MORNING + Secs::new(1)),
                records: Vec::new(),
            })
            .await
            .unwrap();
    }
    let desk = Desk::on(journal, ManualClock::new(MORNING), Options::default()).await;

    desk.engine.advance(Secs::new(1)).await;

    assert_eq!(desk.engine.figures().loads, u64::try_from(accounts).unwrap());
}

#[tokio::test]
async fn a_journal_of_many_pages_is_loaded_whole_without_a_snapshot() {
    let options = Options {
        snapshot_bytes_min: usize::MAX,
        ..Options::default()
    };
    let desk = desk(options.clone()).await.furnished(1, 1).await;
    for _ in 0..=COMMITS_MAX {
        desk.execute(add_minutes(1)).await.unwrap();
    }

    let other = Desk::on(desk.journal.another_node(), desk.clock.clone(), options).await;

    assert_eq!(other.state().await, desk.state().await);
}

#[tokio::test(start_paused = true)]
async fn memory_holds_no_more_accounts_than_it_may() {
    let options = Options {
        accounts_max: 16,
        ..Options::default()
    };
    let desk = desk(options).await;

    for number in 0..200_u128 {
        let create = kit::create_account(AccountId::from_bits(number), "Help desk");
        desk.execute_on(AccountId::from_bits(number), create)
            .await
            .unwrap();
        assert!(desk.engine.figures().accounts_loaded <= 16);
        pass(Duration::from_millis(20)).await;
    }

    for number in 0..200_u128 {
        let name = desk
            .engine
            .read(AccountId::from_bits(number), |account, _| account.name().clone())
            .await;
        assert!(name.is_ok(), "{name:?}");
        pass(Duration::from_millis(20)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_command_is_lost_while_accounts_come_and_go() {
    let options = Options {
        idle_after: Duration::from_millis(8),
        ..Options::default()
    };
    let desk = desk(options).await.furnished(1, 1).await;

    for minutes in 0..300_u64 {
        desk.execute(add_minutes(1))
            .await
            .unwrap_or_else(|failure| panic!("{failure:?} at {minutes}"));
        if minutes % 10 == 0 {
            // 0 to 11 ms: shorter and longer than it takes the account to leave memory.
            pass(Duration::from_millis(minutes / 10 % 12)).await;
        }
    }
    assert!(desk.engine.figures().loads > 1, "the account left memory");

    assert_eq!(desk.read(|account| account.minutes()).await, 300);
    assert_eq!(desk.replayed().await.minutes(), 300);
}

#[tokio::test]
async fn shutting_down_loses_nothing() {
    let desk = Desk::with_pool(2, 2).await;
    let sign_in = desk.sign_in(0).await.unwrap();
    desk.clock.set(desk.clock.now() + Secs::new(20));
    desk.heartbeat(sign_in).await.unwrap();
    let mut under_way = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let desk = desk.clone();
        under_way.spawn(async move { desk.execute(add_minutes(1)).await });
    }
    tokio::task::yield_now().await;

    desk.engine.shutdown().await;

    let answers = under_way.join_all().await;
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    for answer in answers.into_iter().filter_map(Result::err) {
        assert_eq!(answer, Failure::Unavailable(Reason::ShuttingDown));
    }
    let after = desk.replayed().await;
    assert_eq!(after.minutes(), u64::try_from(done).unwrap());
    assert_eq!(
        after.sign_ins()[&sign_in].lease_until(),
        MORNING + Secs::new(20 + 90)
    );
    let loaded = desk.journal.another_node().load(ACCOUNT).await.unwrap().unwrap();
    assert!(loaded.snapshot.is_some() && loaded.commits.is_empty());
    assert_eq!(desk.engine.figures().accounts_loaded, 0);
}

#[tokio::test]
async fn snapshots_keep_loading_short() {
    let options = Options {
        snapshot_bytes_min: 4 * 1024,
        ..Options::default()
    };
    let desk = desk(options).await.furnished(1, 1).await;

    for _ in 0..200 {
        desk.execute(add_minutes(1)).await.unwrap();
        // The journal in memory answers at once, and a snapshot is saved by a task of its own.
        tokio::task::yield_now().await;
    }

    let loaded = desk.journal.another_node().load(ACCOUNT).await.unwrap().unwrap();
    assert!(
        loaded.commits.len() < 40,
        "{} commits to replay",
        loaded.commits.len()
    );
    assert!(desk.engine.figures().snapshots < 30);
    assert_eq!(stored(&desk.replayed().await), stored(&desk.state().await));
}

/// Neither those of an account that leaves memory, nor those of a shutdown.
#[tokio::test(start_paused = true)]
async fn no_answer_waits_for_a_snapshot_that_never_completes() {
    let options = Options {
        snapshot_bytes_min: 1,
        ..Options::default()
    };
    let desk = desk(options).await.furnished(1, 1).await;
    desk.journal.stick_snapshots();
    desk.execute(add_minutes(1)).await.unwrap();

    pass(Duration::from_mins(20)).await;
    let left = desk.engine.figures().accounts_loaded;
    let answer = tokio::time::timeout(Duration::from_secs(1), desk.execute(add_minutes(1))).await;
    let shutdown = tokio::time::timeout(Duration::from_mins(1), desk.engine.shutdown()).await;

    assert_eq!(left, 0);
    assert!(matches!(answer, Ok(Ok(()))), "{answer:?}");
    assert_eq!(shutdown, Ok(()));
    assert_eq!(desk.replayed().await.minutes(), 2);
}

/// The only thread that could encode it is taken.
#[test]
fn no_answer_waits_while_a_large_snapshot_is_encoded() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (unblock, blocked) = std::sync::mpsc::channel::<()>();
    runtime.spawn_blocking(move || blocked.recv());
    let options = Options {
        snapshot_bytes_min: 300 * 1024,
        ..Options::default()
    };
    let answers = async {
        let desk = desk(options).await.furnished(1, 1).await;
        for _ in 0..3_000 {
            desk.execute(add_minutes(1)).await.unwrap();
        }
        let minutes = desk.read(|account| account.minutes()).await;
        (minutes, desk.engine.figures().snapshots)
    };
    let many_turns = async {
        for _ in 0..1_000_000 {
            tokio::task::yield_now().await;
        }
    };

    let answered = runtime.block_on(async {
        tokio::select! {
            biased;
            answered = answers => Some(answered),
            () = many_turns => None,
        }
    });
    unblock.send(()).unwrap();

    assert_eq!(answered, Some((3_000, 0)), "all answers, and no snapshot yet");
}
