//! A pool is never oversold, no matter what was loaded, lost or reloaded in between (S1).

use usher_domain::command::PoolPatch;
use usher_domain::event::{Claim, MinutesEvent};
use usher_domain::presence::Funding;
use usher_domain::rules::{Occupies, RulesPatch, WhenFull};
use usher_domain::{Account, Event, SessionId, SignInId};
use usher_engine::Entry;
use usher_engine::maintenance::{FaultLocation, verify};
use usher_journal::{Append, Commit, Fault, Journal};
use usher_testkit as kit;

use crate::harness::{ACCOUNT, Desk, MORNING, POOL, add_minutes};

const AGENTS: u32 = 10;

/// Ten agents on one seat, with minutes paying for those who find it taken: all work, one after the other ends, and all
/// start again.
async fn ten_agents_on_one_seat() -> (Desk, Vec<SignInId>) {
    let desk = Desk::with_pool(1, AGENTS).await;
    let rules = RulesPatch::default()
        .with("occupies", |rules| rules.occupies = Occupies::Session)
        .with("when_full", |rules| rules.when_full = vec![WhenFull::PayPerUse]);
    let change = PoolPatch {
        rules: Some(rules),
        ..PoolPatch::default()
    };
    desk.execute(kit::change_pool(POOL, change)).await.unwrap();
    desk.execute(add_minutes(100)).await.unwrap();
    let mut agents = Vec::new();
    for number in 0..AGENTS {
        agents.push(desk.sign_in(number).await.unwrap());
    }

    all_start(&desk, &agents, 100).await;
    for number in 0..AGENTS {
        end(&desk, 100 + number).await;
    }
    all_start(&desk, &agents, 200).await;
    (desk, agents)
}

fn session(number: u32) -> SessionId {
    SessionId::from_bits(u128::from(number))
}

async fn all_start(desk: &Desk, agents: &[SignInId], first: u32) {
    for (number, sign_in) in (first..).zip(agents) {
        start(desk, *sign_in, number).await;
    }
}

async fn start(desk: &Desk, sign_in: SignInId, number: u32) {
    desk.execute(kit::call(session(number), sign_in).command())
        .await
        .unwrap();
}

/// Occupied seats, and sessions on minutes.
fn figures(account: &Account) -> (u32, usize) {
    let sessions = account.sessions().values();
    let on_minutes = sessions.filter(|session| matches!(session.funding, Funding::Minutes { .. }));
    (account.pool(POOL).unwrap().occupied(), on_minutes.count())
}

/// Does what an earlier version did: moves this many claims from minutes onto an occupied seat.
async fn oversold_by_an_earlier_version(desk: &Desk, claims: usize) {
    let account = desk.state().await;
    let sessions = account.sessions().values();
    let on_minutes = sessions.filter(|session| matches!(session.funding, Funding::Minutes { .. }));
    let moved = on_minutes.take(claims).map(|session| {
        Event::Minutes(MinutesEvent::ClaimMoved {
            claim: Claim::Session(session.id),
        })
    });
    let entry = Entry {
        at: MORNING,
        actor: "system".into(),
        cause: "timer".into(),
        events: moved.collect(),
    };
    let journal = desk.journal.another_node();
    let (seq, hash) = journal.load(ACCOUNT).await.unwrap().unwrap().head();
    let entries = Entry::encode(&[entry]).unwrap();
    let append = Append {
        commit: Commit::seal(hash, ACCOUNT, seq.next(), MORNING, entries),
        next_due: None,
        records: Vec::new(),
    };
    journal.append(append).await.unwrap();
}

async fn end(desk: &Desk, number: u32) {
    let command = kit::end(vec![session(number)]).command();
    desk.execute(command).await.unwrap();
}

#[tokio::test]
async fn s1_a_restart_gives_nobody_a_seat_that_is_taken() {
    let (desk, _) = ten_agents_on_one_seat().await;
    assert_eq!(desk.read(figures).await, (1, 9));

    let restarted = desk.another_node().await;

    assert_eq!(restarted.read(figures).await, (1, 9));
    restarted.execute(add_minutes(1)).await.unwrap();
    assert_eq!(restarted.read(figures).await, (1, 9));
    assert_eq!(desk.replayed().await, restarted.state().await);
}

#[tokio::test]
async fn s1_a_commit_that_fails_gives_nobody_a_seat_that_is_taken() {
    let (desk, _) = ten_agents_on_one_seat().await;
    desk.journal.fault_at(1, Fault::Failed);
    assert!(desk.execute(add_minutes(1)).await.is_err());

    assert_eq!(desk.read(figures).await, (1, 9));
    desk.execute(add_minutes(1)).await.unwrap();
    assert_eq!(desk.read(figures).await, (1, 9));
    assert_eq!(desk.replayed().await, desk.state().await);
}

#[tokio::test]
async fn p3_an_account_that_an_earlier_version_oversold_drains() {
    let (desk, agents) = ten_agents_on_one_seat().await;
    oversold_by_an_earlier_version(&desk, 5).await;

    let restarted = desk.another_node().await;

    assert_eq!(restarted.read(figures).await, (6, 4));
    assert_eq!(restarted.engine.figures().invariants_broken, 1);
    let mut seen = Vec::new();
    for number in 200..206 {
        end(&restarted, number).await;
        seen.push(restarted.read(figures).await);
    }
    // The last seat to be returned is really free, and goes to the oldest claim on minutes.
    assert_eq!(seen, [(5, 4), (4, 4), (3, 4), (2, 4), (1, 4), (1, 3)]);
    start(&restarted, agents[0], 300).await;
    assert_eq!(restarted.read(figures).await, (1, 4));
    assert_eq!(restarted.engine.figures().invariants_broken, 1);
    assert_eq!(restarted.replayed().await, restarted.state().await);
}

#[tokio::test]
async fn verify_names_the_commit_that_gave_a_seat_that_was_taken() {
    let (desk, _) = ten_agents_on_one_seat().await;
    oversold_by_an_earlier_version(&desk, 5).await;
    let seq = desk
        .journal
        .another_node()
        .load(ACCOUNT)
        .await
        .unwrap()
        .unwrap()
        .head()
        .0;

    let report = verify(&desk.journal, &desk.journal, None, |_| {}).await.unwrap();

    let location = FaultLocation::Rule {
        account: ACCOUNT,
        seq,
    };
    // The commits were written without their records, whose absence is reported too.
    let rules: Vec<_> = report.faults.iter().filter(|fault| fault.is_of_rules()).collect();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].location, location);
    let text = rules[0].to_string();
    assert!(
        text.contains("oversold") && text.contains(&POOL.to_string()),
        "{text}"
    );
    assert_eq!(report.heads.len(), 1);

    let restarted = desk.another_node().await;
    for number in 200..210 {
        end(&restarted, number).await;
    }
    let report = verify(&desk.journal, &desk.journal, None, |_| {}).await.unwrap();

    assert!(
        !report
            .faults
            .iter()
            .any(usher_engine::maintenance::Fault::is_of_rules)
    );
    assert_eq!(
        report
            .mended
            .iter()
            .map(|fault| fault.location.clone())
            .collect::<Vec<_>>(),
        [location]
    );
}
