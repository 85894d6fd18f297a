//! Times are shown by the wall clock, no matter what the account's own time is.

use usher_domain::{Account, Secs, SignInId, Timestamp};
use usher_engine::maintenance::rebuild;
use usher_journal::{AccountFilter, AccountRow, Journal, PageRequest, Records};
use usher_testkit as kit;

use crate::harness::{ACCOUNT, Desk, MORNING};

const HOUR: Secs = Secs::new(3_600);

/// When a user signed in, as shown to people.
async fn shown(desk: &Desk, id: SignInId) -> Timestamp {
    desk.read(move |account| account.shown(account.sign_ins()[&id].since).get())
        .await
}

async fn commits(desk: &Desk) -> usize {
    let loaded = desk.journal.load(ACCOUNT).await.unwrap().unwrap();
    loaded.commits.len()
}

/// How many commits record the offset of the wall clock.
async fn notes(desk: &Desk) -> usize {
    let loaded = desk.journal.load(ACCOUNT).await.unwrap().unwrap();
    let texts = loaded
        .commits
        .iter()
        .map(|commit| String::from_utf8_lossy(&commit.entries));
    texts.filter(|text| text.contains("wall_clock_read")).count()
}

async fn accounts(desk: &Desk) -> Vec<AccountRow> {
    let page = PageRequest::default();
    let listed = desk.journal.list_accounts(AccountFilter::default(), page);
    listed.await.unwrap().items
}

/// The difference in seconds between the shown time and the wall clock.
fn off(shown: Timestamp, desk: &Desk) -> i64 {
    (shown.millis() - desk.clock.now().millis()).abs() / 1_000
}

#[tokio::test]
async fn what_happens_after_a_step_back_is_shown_by_the_wall_clock() {
    let desk = Desk::with_pool(3, 3).await;
    let before = desk.sign_in(0).await.unwrap();
    desk.engine.advance(Secs::new(1)).await;

    desk.clock.step(-3_600_000);
    // Nothing is stored yet that records the offset.
    let soon = |account: &Account, now| account.shown(now + Secs::new(60)).get();
    let soon = desk.engine.read(ACCOUNT, soon).await.unwrap();
    let after = desk.sign_in(1).await.unwrap();

    assert_eq!(off(soon, &desk), 60);
    assert_eq!(shown(&desk, before).await, MORNING);
    assert_eq!(shown(&desk, after).await, desk.clock.now());
    desk.engine.advance(Secs::new(30)).await;
    desk.heartbeat(before).await.unwrap();
    assert_eq!(shown(&desk, after).await, MORNING + Secs::new(1) - HOUR);
}

#[tokio::test]
async fn across_restarts_moments_stay_as_they_were_shown() {
    let mut desk = Desk::with_pool(9, 9).await;
    desk.clock.step(-3_600_000);
    let mut known = Vec::new();

    for number in 0..4 {
        let sign_in = desk.sign_in(number).await.unwrap();
        known.push((sign_in, desk.clock.now()));
        desk.clock.set(desk.clock.now() + Secs::new(20));
        desk = desk.another_node().await;
        for (sign_in, at) in &known {
            assert_eq!(shown(&desk, *sign_in).await, *at);
        }
    }
    let as_bytes = desk.read(|account| serde_json::to_vec(account).unwrap()).await;
    let read: Account = serde_json::from_slice(&as_bytes).unwrap();

    assert_eq!(desk.read(Account::clone).await.wall_times(), read.wall_times());
}

#[tokio::test]
async fn one_note_tells_of_all_that_follows_until_the_wall_clock_has_caught_up() {
    let desk = Desk::with_pool(1, 1).await;
    desk.clock.step(-60_000);

    for _ in 0..70 {
        let sign_in = desk.sign_in(0).await.unwrap();
        assert!(off(shown(&desk, sign_in).await, &desk) <= 1);
        desk.sign_out(sign_in).await.unwrap();
        desk.engine.advance(Secs::new(60)).await;
    }

    assert_eq!(desk.engine.now(), desk.clock.now());
    assert_eq!(notes(&desk).await, 1);
}

#[tokio::test]
async fn a_clock_that_nobody_sets_back_leaves_no_note() {
    let desk = Desk::with_pool(1, 1).await;
    desk.clock.step(500);
    desk.sign_in(0).await.unwrap();
    desk.clock.step(-900);
    desk.engine.advance(Secs::new(600)).await;
    desk.clock.step(7_200_000);
    desk.sign_in(0).await.unwrap();

    assert!(commits(&desk).await > 4);
    assert_eq!(notes(&desk).await, 0);
    assert!(desk.read(|account| account.wall_times().is_empty()).await);
}

#[tokio::test]
async fn the_list_of_accounts_shows_the_wall_clock_and_is_the_same_when_made_again() {
    let elsewhere = Desk::with_pool(1, 1).await;
    elsewhere.clock.step(-3_600_000);
    let other = usher_domain::AccountId::from_bits(8);
    let create = kit::create_account(other, "Another");
    let made = elsewhere
        .engine
        .execute(other, crate::harness::request(create), |account, (), _| {
            account.shown(account.created_at()).get()
        });
    let made = made.await.unwrap();

    let listed = accounts(&elsewhere).await;
    rebuild(&elsewhere.journal, |_| {}).await.unwrap();

    assert_eq!(made, MORNING - HOUR);
    let created: Vec<_> = listed.iter().map(|row| row.created_at).collect();
    assert_eq!(created, [MORNING, MORNING - HOUR]);
    assert_eq!(accounts(&elsewhere).await, listed);
}
