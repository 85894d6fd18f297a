//! Time in which Usher could not act counts against nobody (S11), and setting the wall clock does not move time.

use tokio::task::JoinHandle;
use usher_domain::presence::SessionKind;
use usher_domain::rules::{Occupies, RulesPatch, WhenFull};
use usher_domain::{Actor, Millis, Secs, SessionId, SignInId};
use usher_engine::{Failure, ManualClock, Options};
use usher_journal::{Fault, Journal, MemoryJournal, Records};
use usher_testkit as kit;

use crate::harness::{ACCOUNT, Arrived, Desk, MORNING, POOL, add_minutes, request, stored};

/// A help desk with leases of this many seconds.
async fn desk(lease: u32, seats: u32, users: u32) -> Desk {
    let desk = Desk::with_pool(seats, users).await;
    let rules = RulesPatch::default().with("lease_secs", |rules| rules.lease = Secs::new(lease));
    change_rules(&desk, rules).await;
    desk
}

async fn change_rules(desk: &Desk, rules: RulesPatch) {
    let change = usher_domain::command::PoolPatch {
        rules: Some(rules),
        ..usher_domain::command::PoolPatch::default()
    };
    desk.execute(kit::change_pool(POOL, change)).await.unwrap();
}

/// Every user signs in.
async fn all_sign_in(desk: &Desk, users: u32) -> Vec<SignInId> {
    let mut sign_ins = Vec::new();
    for number in 0..users {
        sign_ins.push(desk.sign_in(number).await.unwrap());
    }
    sign_ins
}

async fn signed_in(desk: &Desk) -> usize {
    desk.read(|account| account.sign_ins().len()).await
}

/// A change in a separate task: it waits while the journal hangs.
fn adds_minutes(desk: &Desk, minutes: u32) -> JoinHandle<Result<(), Failure>> {
    let desk = desk.clone();
    tokio::spawn(async move { desk.execute(add_minutes(minutes)).await })
}

/// Keeps the account busy while the clock moves on second by second, as with a timer.
async fn pass(desk: &Desk, secs: u32) {
    for _ in 0..secs {
        desk.clock.set(desk.clock.now() + Secs::new(1));
        let _ = desk.engine.now();
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_sync_that_hangs_for_longer_than_a_lease_logs_nobody_out() {
    for lease in [5, 15, 90] {
        let desk = desk(lease, 10, 11).await;
        let sign_ins = all_sign_in(&desk, 10).await;

        desk.journal.hold();
        let stuck = adds_minutes(&desk, 1);
        tokio::task::yield_now().await;
        // Some devices try while nothing moves and give up; others come only afterwards.
        for sign_in in &sign_ins[..3] {
            let (desk, sign_in) = (desk.clone(), *sign_in);
            tokio::spawn(async move { desk.heartbeat(sign_in).await });
        }
        pass(&desk, lease + 10).await;
        desk.journal.release();
        stuck.await.unwrap().unwrap();
        desk.engine.advance(Secs::new(lease / 3)).await;

        for sign_in in sign_ins {
            assert_eq!(
                desk.heartbeat(sign_in).await,
                Ok(Secs::new(lease)),
                "lease {lease}"
            );
        }
        assert_eq!(signed_in(&desk).await, 10, "lease {lease}");
    }
}

#[tokio::test]
async fn after_a_hang_the_dead_lose_their_seats_within_a_lease() {
    let desk = desk(15, 2, 2).await;
    all_sign_in(&desk, 2).await;

    desk.journal.hold();
    let stuck = adds_minutes(&desk, 1);
    tokio::task::yield_now().await;
    pass(&desk, 25).await;
    desk.journal.release();
    stuck.await.unwrap().unwrap();

    assert_eq!(desk.occupied().await, 2);
    desk.engine.advance(Secs::new(15)).await;
    assert_eq!(desk.occupied().await, 0);
}

#[tokio::test]
async fn a_stall_of_two_seconds_is_nobodys_fault_wherever_the_account_is() {
    for lease in [5, 90] {
        for is_loaded in [true, false] {
            let desk = desk(lease, 2, 2).await;
            let sign_in = desk.sign_in(0).await.unwrap();
            let desk = if is_loaded {
                desk
            } else {
                desk.engine.shutdown().await;
                desk.another_node().await
            };
            desk.engine.advance(Secs::new(lease - 1)).await;

            desk.clock.stall(Millis::new(2_000));

            assert_eq!(
                desk.heartbeat(sign_in).await,
                Ok(Secs::new(lease)),
                "lease {lease}, loaded {is_loaded}"
            );
        }
    }
}

#[tokio::test]
async fn heartbeats_that_wait_count_before_what_is_due() {
    let desk = desk(5, 2, 3).await;
    let alive = desk.sign_in(0).await.unwrap();
    let Arrived::SignedIn(silent) = desk.arrive(1, false).await.unwrap() else {
        panic!("there is a seat");
    };

    desk.engine.advance(Secs::new(4)).await;

    // Too short to be an outage.
    desk.journal.hold();
    let stuck = adds_minutes(&desk, 1);
    tokio::task::yield_now().await;
    let waiting = {
        let desk = desk.clone();
        tokio::spawn(async move { desk.heartbeat(alive).await })
    };
    tokio::task::yield_now().await;
    desk.clock.set(desk.clock.now() + Secs::new(1));
    desk.journal.release();
    stuck.await.unwrap().unwrap();

    assert_eq!(waiting.await.unwrap(), Ok(Secs::new(5)));
    let end = desk.journal.sign_in_end(ACCOUNT, silent).await.unwrap().unwrap();
    assert_eq!(end.reason, "lease-expired");
    assert_eq!(signed_in(&desk).await, 1);
}

/// A full disk, or another program's lock on the database.
#[tokio::test]
async fn a_journal_that_stores_nothing_for_longer_than_a_lease_logs_nobody_out() {
    let desk = desk(15, 2, 2).await;
    let sign_ins = all_sign_in(&desk, 2).await;
    for nth in 1..=40 {
        desk.journal.fault_at(nth, Fault::Failed);
    }

    // Due entries are retried each second; devices come and get errors, or do not come at all.
    let advancing = desk.engine.advance(Secs::new(30));
    advancing.await;
    while desk.execute(add_minutes(1)).await.is_err() {}
    desk.engine.advance(Secs::new(14)).await;

    for sign_in in sign_ins {
        assert_eq!(desk.heartbeat(sign_in).await, Ok(Secs::new(15)));
    }
}

#[tokio::test]
async fn heartbeats_that_were_taken_are_not_lost_with_a_commit_that_is_not_stored() {
    let desk = desk(15, 1, 1).await;
    let sign_in = desk.sign_in(0).await.unwrap();
    desk.engine.advance(Secs::new(4)).await;
    desk.heartbeat(sign_in).await.unwrap();
    let until = desk.state().await.sign_ins()[&sign_in].lease_until();

    // The batch of renewals is not stored; a second later it is.
    desk.journal.fault_at(1, Fault::Failed);
    desk.engine.advance(Secs::new(7)).await;

    assert_eq!(desk.engine.figures().commits_failed, 1);
    assert_eq!(desk.state().await.sign_ins()[&sign_in].lease_until(), until);
    assert_eq!(desk.replayed().await.sign_ins()[&sign_in].lease_until(), until);
}

/// Three seconds of work on minutes, and a server that is down for 65 s, five times.
#[tokio::test]
async fn downtime_costs_no_minutes() {
    let mut desk = desk(90, 1, 2).await;
    let rules = RulesPatch::default()
        .with("occupies", |rules| rules.occupies = Occupies::Session)
        .with("when_full", |rules| rules.when_full = vec![WhenFull::PayPerUse]);
    change_rules(&desk, rules).await;
    desk.execute(add_minutes(100)).await.unwrap();
    // The first has the seat, the second is on minutes.
    let sign_ins = all_sign_in(&desk, 2).await;
    for (sign_in, id) in sign_ins.iter().zip(1..) {
        let work = kit::call(SessionId::from_bits(id), *sign_in)
            .kind(SessionKind::Unattended)
            .code("K7M2QX")
            .command();
        desk.execute(work).await.unwrap();
    }

    for _ in 0..5 {
        desk.engine.advance(Secs::new(3)).await;
        desk.clock.set(desk.clock.now() + Secs::new(65));
        desk = desk.another_node().await;
        for sign_in in &sign_ins {
            desk.heartbeat(*sign_in).await.unwrap();
        }
    }
    desk.engine.advance(Secs::new(3)).await;

    assert_eq!(desk.read(|account| account.minutes()).await, 99);
}

#[tokio::test]
async fn a_clock_that_is_set_back_holds_no_dead_device_in_its_seat() {
    let desk = desk(15, 1, 2).await;
    desk.sign_in(0).await.unwrap();
    desk.engine.advance(Secs::new(5)).await;

    desk.clock.step(-3_600_000);
    let Arrived::Waits(ticket) = desk.arrive(1, true).await.unwrap() else {
        panic!("the only seat is taken");
    };
    desk.engine.advance(Secs::new(10)).await;

    assert_eq!(desk.read(|account| account.sign_ins().len()).await, 0);
    assert!(
        desk.read(move |account| account.tickets().contains_key(&ticket))
            .await
    );
    assert_eq!(desk.engine.wall_clock().steps_back, 1);
    let behind = desk.engine.wall_clock().behind;
    assert_eq!(behind.get().div_ceil(1_000), 3_600);
}

#[tokio::test]
async fn across_a_restart_a_clock_that_was_set_back_costs_one_lease() {
    let desk = desk(15, 1, 2).await;
    desk.sign_in(0).await.unwrap();
    desk.engine.shutdown().await;

    desk.clock.step(-3_600_000);
    let restarted = desk.another_node().await;
    restarted.engine.advance(Secs::new(15)).await;

    assert_eq!(restarted.occupied().await, 0);
    let commits = restarted.journal.load(ACCOUNT).await.unwrap().unwrap().commits;
    assert!(commits.is_sorted_by_key(|commit| commit.at));
    assert_eq!(restarted.engine.wall_clock().steps_back, 1);
}

#[tokio::test]
async fn a_clock_that_is_set_forward_costs_nobody_anything() {
    let desk = desk(15, 1, 2).await;
    let sign_in = desk.sign_in(0).await.unwrap();
    let before = desk.clock.now();

    desk.clock.step(3_600_000);

    assert_eq!(desk.heartbeat(sign_in).await, Ok(Secs::new(15)));
    assert_eq!(desk.engine.now(), before + Secs::new(3_600));
    desk.engine.advance(Secs::new(15)).await;
    assert_eq!(desk.occupied().await, 0);
    assert_eq!(desk.engine.wall_clock().behind, Millis::ZERO);
}

/// Another node continues the account's time, although its own clock is an hour behind.
#[tokio::test]
async fn a_node_whose_clock_is_behind_goes_on_with_the_accounts_time() {
    let desk = desk(15, 1, 1).await;
    let behind = ManualClock::new(MORNING);
    let other = Desk::on(desk.journal.another_node(), behind, Options::default()).await;
    desk.engine.advance(Secs::new(3_600)).await;
    let sign_in = desk.sign_in(0).await.unwrap();

    assert_eq!(other.heartbeat(sign_in).await, Ok(Secs::new(15)));
    other.engine.advance(Secs::new(14)).await;
    assert_eq!(other.occupied().await, 1);
    // Meanwhile it catches up with the account's time: by another 64th.
    other.engine.advance(Secs::new(2)).await;
    assert_eq!(other.occupied().await, 0);
}

/// Commits fix an account's time, but even an account that commits all the time catches up.
#[tokio::test]
async fn a_busy_account_catches_up_with_a_clock_that_was_set_back() {
    for every_millis in [50, 1_000] {
        let desk = desk(90, 1, 1).await;
        desk.clock.step(-5_000);

        busy_for(&desk, 64 * 6, every_millis).await;

        assert_eq!(
            desk.engine.wall_clock().behind,
            Millis::ZERO,
            "every {every_millis} ms"
        );
        assert_eq!(newest_commit_at(&desk).await, desk.clock.now());
    }
}

#[tokio::test]
async fn a_busy_account_that_is_ahead_of_its_node_lets_it_catch_up() {
    for every_millis in [50, 1_000] {
        let desk = desk(90, 1, 1).await;
        let behind = ManualClock::new(MORNING);
        let other = Desk::on(desk.journal.another_node(), behind, Options::default()).await;
        desk.engine.advance(Secs::new(5)).await;
        desk.execute(add_minutes(1)).await.unwrap();
        let ahead = newest_commit_at(&desk).await;

        busy_for(&other, 64 * 6, every_millis).await;

        assert!(ahead > MORNING + Secs::new(4));
        assert_eq!(
            newest_commit_at(&other).await,
            other.clock.now(),
            "every {every_millis} ms"
        );
        let commits = other.journal.load(ACCOUNT).await.unwrap().unwrap().commits;
        assert!(commits.is_sorted_by_key(|commit| commit.at));
    }
}

/// Commits repeatedly for this long.
async fn busy_for(desk: &Desk, secs: u32, every_millis: u32) {
    let until = desk.clock.now() + Secs::new(secs);
    while desk.clock.now() < until {
        desk.clock
            .set(desk.clock.now() + Millis::new(u64::from(every_millis)));
        desk.execute(add_minutes(1)).await.unwrap();
    }
}

async fn newest_commit_at(desk: &Desk) -> usher_domain::Timestamp {
    desk.journal.last_written_at().await.unwrap().unwrap()
}

#[tokio::test]
async fn an_offer_outlasts_an_outage() {
    let desk = desk(90, 1, 2).await;
    let first = desk.sign_in(0).await.unwrap();
    let Arrived::Waits(ticket) = desk.arrive(1, true).await.unwrap() else {
        panic!("the only seat is taken");
    };
    desk.sign_out(first).await.unwrap();

    desk.clock.stall(Millis::new(300_000));

    let claim = usher_engine::Request {
        actor: Actor::Ticket(ticket),
        ..request(kit::claim(ticket))
    };
    let claimed = desk.engine.execute(ACCOUNT, claim, |_, (), _| ()).await;
    assert!(claimed.is_ok(), "{claimed:?}");
    assert_eq!(signed_in(&desk).await, 1);
}

#[tokio::test]
async fn where_nobody_is_there_an_outage_leaves_no_commit() {
    let journal = MemoryJournal::new();
    let desk = Desk::on(journal, ManualClock::new(MORNING), Options::default())
        .await
        .furnished(1, 1)
        .await;
    let before = desk.journal.appends();

    desk.clock.stall(Millis::new(60_000));
    desk.occupied().await;

    assert_eq!(desk.journal.appends(), before);
}

/// A full disk: due entries are retried each second and not stored.
#[tokio::test]
async fn where_nothing_can_be_stored_questions_are_answered_of_what_is() {
    for lease in [5, 90] {
        let desk = desk(lease, 2, 3).await;
        all_sign_in(&desk, 2).await;
        let seen = desk.replayed().await;
        for nth in 1..=1_000 {
            desk.journal.fault_at(nth, Fault::Failed);
        }

        // Callers are neither the first to notice it nor the last.
        for _ in 0..12 {
            desk.clock.set(desk.clock.now() + Secs::new(lease / 3));
            for _ in 0..3 {
                assert_eq!(desk.occupied().await, 2, "lease {lease}");
            }
            assert!(desk.execute(add_minutes(1)).await.is_err());
            assert_eq!(signed_in(&desk).await, 2, "lease {lease}");
        }
        let changed_nothing = desk.replayed().await;
        let tries = desk.journal.appends();
        for _ in 0..100 {
            desk.occupied().await;
        }

        assert_eq!(stored(&changed_nothing), stored(&seen));
        assert!(
            desk.journal.appends() - tries <= 1,
            "questions do not try again and again"
        );
    }
}

/// A query that waits in the inbox together with a change, and a page that begins to follow the account.
#[tokio::test]
async fn where_nothing_can_be_stored_a_change_fails_alone() {
    let desk = desk(90, 2, 2).await;
    all_sign_in(&desk, 2).await;
    desk.journal.hold();
    let stuck = adds_minutes(&desk, 1);
    tokio::task::yield_now().await;
    let change = adds_minutes(&desk, 2);
    let question = {
        let desk = desk.clone();
        tokio::spawn(async move { signed_in(&desk).await })
    };
    let follower = {
        let desk = desk.clone();
        tokio::spawn(async move { desk.engine.subscribe(ACCOUNT).await.is_ok() })
    };
    tokio::task::yield_now().await;

    desk.journal.fault_at(1, Fault::Failed);
    desk.journal.release();

    assert!(stuck.await.unwrap().is_ok());
    assert!(change.await.unwrap().is_err());
    assert_eq!(question.await.unwrap(), 2);
    assert!(follower.await.unwrap());
}
