//! Records, and checks and rebuilds from the commits.

use usher_domain::presence::Start;
use usher_domain::{Secs, SessionId};
use usher_engine::maintenance::{Fault, FaultLocation, check_snapshots, rebuild, verify};
use usher_engine::{ManualClock, Options};
use usher_journal::{
    AuditFilter, Authenticator, CodeOwner, Journal, MemoryJournal, PageRequest, Records, RefusalFilter, Seq,
    SessionFilter, Span, plain_code_digest,
};
use usher_testkit as kit;

use crate::harness::{ACCOUNT, Desk, POOL, add_minutes, product, user};

/// A day at the desk with a bit of everything.
async fn busy_desk() -> Desk {
    let desk = Desk::with_pool(2, 4).await;
    let one = desk.sign_in(0).await.unwrap();
    let two = desk.sign_in(1).await.unwrap();
    desk.sign_in(2).await.unwrap_err();
    desk.execute(
        kit::call(SessionId::from_bits(500), one)
            .start(Start::Standby)
            .command(),
    )
    .await
    .unwrap();
    desk.engine.advance(Secs::new(20)).await;
    desk.heartbeat(two).await.unwrap();
    desk.execute(kit::sign_out_with(
        two,
        Some("Shift is over".parse().unwrap()),
        None,
    ))
    .await
    .unwrap();
    desk.sign_in(2).await.unwrap();
    desk.arrive(3, true).await.unwrap();
    desk.execute(add_minutes(100)).await.unwrap();
    desk.execute(kit::delete_user(user(3))).await.unwrap();
    desk.engine.advance(Secs::new(7_200)).await;
    desk
}

/// All that can be read of the account, as text.
async fn all_records(desk: &Desk) -> String {
    let records = &desk.journal;
    let page = PageRequest::new(1_000, None);
    let span = Span::default();
    format!(
        "{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}",
        records
            .list_refusals(ACCOUNT, RefusalFilter::default(), page)
            .await
            .unwrap(),
        records
            .list_audit(ACCOUNT, AuditFilter::default(), page)
            .await
            .unwrap(),
        records
            .list_sessions(ACCOUNT, SessionFilter::default(), page)
            .await
            .unwrap(),
        records.list_minutes(ACCOUNT, span, page).await.unwrap(),
        records.occupancy(ACCOUNT, POOL, span, page).await.unwrap(),
    )
}

#[tokio::test]
async fn rebuilt_records_are_those_that_were_written_live() {
    let desk = busy_desk().await;
    let live = all_records(&desk).await;

    let done = rebuild(&desk.journal, |_| {}).await.unwrap();

    assert_eq!(all_records(&desk).await, live);
    assert_eq!(done.accounts, 1);
    assert_eq!(done.commits, desk.commits().await);
}

#[tokio::test]
async fn a_refusal_is_resolved_when_the_same_user_gets_in() {
    let desk = busy_desk().await;

    let refusals = desk
        .journal
        .list_refusals(ACCOUNT, RefusalFilter::default(), PageRequest::default())
        .await
        .unwrap();

    let refusal = &refusals.items[0];
    assert_eq!((refusal.user, refusal.seats, refusal.occupied), (user(2), 2, 2));
    assert_eq!(refusal.product, product().as_str());
    assert_eq!(refusal.resolved_at, Some(refusal.at + Secs::new(20)));
}

#[tokio::test]
async fn the_audit_has_what_people_did_and_not_who_came_and_went() {
    let desk = busy_desk().await;

    let audit = desk
        .journal
        .list_audit(ACCOUNT, AuditFilter::default(), PageRequest::new(1_000, None))
        .await
        .unwrap();

    let mut actions: Vec<String> = audit.items.iter().map(|row| row.action.to_string()).collect();
    actions.reverse();
    actions.dedup();
    assert_eq!(
        actions,
        [
            "account.created",
            "subscription.set",
            "pool.created",
            "user.created",
            "license.set",
            "user.created",
            "license.set",
            "user.created",
            "license.set",
            "user.created",
            "license.set",
            "sign_in.evicted",
            "minutes.added",
            "license.removed",
            "user.deleted",
        ]
    );
}

#[tokio::test]
async fn a_code_says_that_its_session_is_over_once_it_ended() {
    let desk = Desk::with_pool(1, 1).await;
    let sign_in = desk.sign_in(0).await.unwrap();
    let id = SessionId::from_bits(500);
    desk.execute(kit::call(id, sign_in).start(Start::Standby).command())
        .await
        .unwrap();

    let owner = desk
        .journal
        .find_code(&plain_code_digest("ABC234"))
        .await
        .unwrap()
        .unwrap();
    let given_out = CodeOwner {
        account: ACCOUNT,
        session: id,
        retired_at: None,
    };
    assert_eq!(owner, given_out);
    let lapses_at = desk.engine.now() + Secs::new(90);

    desk.engine.advance(Secs::new(91)).await;

    let over = CodeOwner {
        retired_at: Some(lapses_at),
        ..given_out
    };
    let found = desk.journal.find_code(&plain_code_digest("ABC234")).await;
    assert_eq!(found, Ok(Some(over)));
}

#[tokio::test]
async fn verifying_names_the_first_commit_that_was_changed() {
    let desk = busy_desk().await;
    assert_eq!(
        verify(&desk.journal, &desk.journal, None, |_| {})
            .await
            .unwrap()
            .faults,
        []
    );
    let third = Seq::new(3);
    let commits = desk.journal.commits_after(ACCOUNT, Seq::new(2), 1).await.unwrap();
    let changed = String::from_utf8(commits[0].entries.to_vec())
        .unwrap()
        .replace("Agent 0", "Agent 9");

    desk.journal.tamper(ACCOUNT, third, changed.as_bytes());

    let report = verify(&desk.journal, &desk.journal, None, |_| {}).await.unwrap();
    assert_eq!(report.faults.len(), 1);
    let location = FaultLocation::Commit {
        account: ACCOUNT,
        seq: third,
    };
    assert_eq!(report.faults[0].location, location);
}

/// The journal of a desk whose account has left memory, and so has a snapshot.
async fn at_rest() -> (MemoryJournal, ManualClock) {
    let desk = busy_desk().await;
    desk.engine.shutdown().await;
    (desk.journal.another_node(), desk.clock)
}

#[tokio::test]
async fn a_snapshot_that_was_changed_is_named_and_not_believed() {
    let authenticator = Authenticator::unkeyed();
    let (journal, clock) = at_rest().await;
    let well = verify(&journal, &journal, Some(&authenticator), |_| {})
        .await
        .unwrap();
    let checked = check_snapshots(&journal, &authenticator).await.unwrap();
    assert_eq!(
        (well.faults, checked.checked, checked.faults),
        (vec![], 1, vec![])
    );

    journal.tamper_with_snapshot(ACCOUNT, |state| {
        let text = String::from_utf8(state.to_vec()).unwrap();
        let changed = text.replace("\"seats\":2", "\"seats\":9");
        assert_ne!(changed, text);
        *state = changed.into_bytes().into();
    });

    let report = verify(&journal, &journal, None, |_| {}).await.unwrap();
    let at_start = check_snapshots(&journal, &authenticator).await.unwrap();
    let again = Desk::on(journal.clone(), clock, Options::default()).await;
    let seats = again
        .engine
        .read(ACCOUNT, |account, _| account.pool(POOL).unwrap().seats)
        .await;
    let named = |report: &[Fault]| {
        matches!(
            report,
            [Fault {
                location: FaultLocation::Snapshot { account: ACCOUNT, .. },
                ..
            }]
        )
    };
    assert!(named(&report.faults), "{:?}", report.faults);
    assert!(report.faults[0].problem.contains("not what the commits give"));
    assert!(named(&at_start.faults), "{:?}", at_start.faults);
    assert_eq!(seats.unwrap(), 2);
}

#[tokio::test]
async fn a_snapshot_that_is_true_but_signed_by_nobody_is_named() {
    let (journal, _) = at_rest().await;
    let ours = Authenticator::new(&[[1; 32]]);

    let report = verify(&journal, &journal, Some(&ours), |_| {}).await.unwrap();

    assert_eq!(report.faults.len(), 1);
    assert!(
        report.faults[0].problem.contains("digest"),
        "{}",
        report.faults[0]
    );
}

#[tokio::test]
async fn digests_by_an_earlier_key_are_made_again_at_a_start() {
    let (journal, _) = at_rest().await;
    let (new, old) = ([1; 32], [0; 32]);

    let first = check_snapshots(&journal, &Authenticator::new(&[new, old]))
        .await
        .unwrap();
    let then = check_snapshots(&journal, &Authenticator::new(&[new]))
        .await
        .unwrap();

    assert_eq!((first.faults, then.faults), (vec![], vec![]));
}

#[tokio::test]
async fn a_rebuild_that_stops_half_way_changes_nothing() {
    let desk = busy_desk().await;
    let before = all_records(&desk).await;
    let second = Seq::new(2);
    desk.journal.tamper(ACCOUNT, second, b"[]");

    let stopped = rebuild(&desk.journal, |_| {}).await;

    assert!(stopped.is_err());
    assert_eq!(all_records(&desk).await, before);
}
