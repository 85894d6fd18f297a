//! Data that outlives a load, a rebuild, a restart and the machine.

use std::sync::Arc;

use super::{Backend, Pen, account, one_of_each, pool, session, sign_in, ticket};
use crate::{
    AccountFilter, AuditFilter, Authenticator, Authenticity, Difference, Hash, Journal, Loaded, PageRequest,
    Records, RecordsOf, RefusalFilter, SessionFilter, Snapshot, Span, TicketFilter,
};

fn snapshot(pen: &Pen, state: &str) -> Snapshot {
    Snapshot {
        account: pen.account,
        seq: pen.seq,
        hash: pen.hash,
        state: state.as_bytes().into(),
        digest: Hash::GENESIS,
    }
    .sealed(&Authenticator::unkeyed())
}

/// Loading starts from the snapshot; earlier commits stay stored.
pub async fn a_snapshot_bounds_what_is_loaded(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for secs in 0..35 {
        pen.write(secs, Vec::new()).await;
    }
    let taken = snapshot(&pen, "state");

    backend.journal().save_snapshot(taken.clone()).await.unwrap();
    let at_once = backend.journal().load(account(1)).await.unwrap().unwrap();
    pen.write(36, Vec::new()).await;
    let later = backend.journal().load(account(1)).await.unwrap().unwrap();

    assert_eq!(
        at_once,
        Loaded {
            snapshot: Some(taken.clone()),
            commits: Vec::new()
        }
    );
    assert_eq!(
        later,
        Loaded {
            snapshot: Some(taken),
            commits: pen.commits().split_off(35)
        }
    );
    assert_eq!(later.head(), (pen.seq, pen.hash));
}

/// The order in which they arrive does not matter.
pub async fn an_older_snapshot_does_not_replace_a_newer_one(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    pen.write(1, Vec::new()).await;
    let old = snapshot(&pen, "old");
    pen.write(2, Vec::new()).await;
    let new = snapshot(&pen, "new");

    for taken in [&old, &new, &old] {
        backend.journal().save_snapshot(taken.clone()).await.unwrap();
    }

    assert_eq!(
        backend
            .journal()
            .load(account(1))
            .await
            .unwrap()
            .unwrap()
            .snapshot,
        Some(new)
    );
}

/// A start reads and checks them all.
pub async fn every_snapshot_is_listed_as_it_was_saved(backend: &dyn Backend) {
    let mut saved = Vec::new();
    for number in 1..40 {
        let mut pen = Pen::new(backend, account(number));
        pen.write(1, Vec::new()).await;
        saved.push(snapshot(&pen, &format!("state {number}")));
        backend
            .journal()
            .save_snapshot(saved.last().unwrap().clone())
            .await
            .unwrap();
    }

    let (mut listed, mut last) = (Vec::new(), None);
    loop {
        let page = backend.journal().snapshots(last).await.unwrap();
        let Some(newest) = page.last() else { break };
        last = Some(newest.account);
        listed.extend(page);
    }

    assert_eq!(listed, saved);
    let unkeyed = Authenticator::unkeyed();
    assert!(
        listed
            .iter()
            .all(|taken| taken.authenticity(&unkeyed) == Authenticity::Current)
    );
}

/// As in `usher rebuild`.
pub async fn a_rebuild_gives_the_same_records(backend: &dyn Backend) {
    let pens = fill(backend).await;
    let (journal, before) = (
        backend.journal(),
        everything(&*backend.journal(), &*backend.records()).await,
    );

    journal.reset_records().await.unwrap();
    // In the memory backend, readers wait for the writer, so nothing can be read meanwhile.
    let meanwhile = match backend.backup_file() {
        Some(_) => everything(&*backend.another_node(), &*backend.records()).await,
        None => before.clone(),
    };
    for (commit, records) in pens.iter().flat_map(|pen| &pen.written) {
        journal
            .put_records(commit.account, commit.seq, commit.at, records.clone())
            .await
            .unwrap();
    }
    journal.finish_records().await.unwrap();
    let after = everything(&*journal, &*backend.records()).await;

    assert_eq!(meanwhile, before, "nothing changes before the end");
    let without_snapshots = |told: Vec<Arc<str>>| -> Vec<Arc<str>> {
        let is_load = |told: &Arc<str>| told.starts_with("Ok(Some(Loaded");
        told.into_iter().filter(|told| !is_load(told)).collect()
    };
    assert_eq!(without_snapshots(after), without_snapshots(before));
    assert_eq!(journal.load(account(1)).await.unwrap().unwrap().snapshot, None);
}

/// As in `usher verify`.
pub async fn read_models_are_compared_with_the_commits(backend: &dyn Backend) {
    let pens = fill(backend).await;
    let journal = backend.journal();
    let of = |pen: &Pen| -> Vec<RecordsOf> {
        let written = pen.written.iter().map(|(commit, records)| RecordsOf {
            seq: commit.seq,
            at: commit.at,
            records: records.clone(),
        });
        written.collect()
    };

    let mut inspection = journal.inspect().await.unwrap();
    let mut heads = Vec::new();
    for pen in &pens {
        let head = inspection.head(pen.account).await.unwrap();
        heads.push(head.map(|head| head.seq));
        inspection.expect(pen.account, of(pen)).await.unwrap();
    }
    let same = inspection.differences().await.unwrap();
    drop(inspection);
    let mut inspection = journal.inspect().await.unwrap();
    for pen in &pens {
        let mut commits = of(pen);
        if pen.account == account(2) {
            commits.last_mut().unwrap().records.clear();
        }
        inspection.expect(pen.account, commits).await.unwrap();
    }
    let more = inspection.differences().await.unwrap();

    assert_eq!(heads, pens.iter().map(|pen| Some(pen.seq)).collect::<Vec<_>>());
    assert_eq!(same, Vec::new());
    assert!(!more.is_empty());
    let foreign = |difference: &Difference| difference.account.is_some_and(|of| of != account(2));
    assert!(!more.iter().any(foreign), "{more:#?}");
}

/// The next append continues where the store was closed.
pub async fn a_reopened_store_holds_everything(backend: &dyn Backend) {
    let mut pens = fill(backend).await;
    let before = everything(&*backend.journal(), &*backend.records()).await;

    let Some(reopened) = backend.reopen().await else {
        return;
    };

    assert_eq!(
        everything(&*reopened.journal(), &*reopened.records()).await,
        before
    );
    let mut pen = pens.remove(0);
    pen.journal = reopened.journal();
    pen.write(99, Vec::new()).await;
    assert_eq!(
        reopened
            .journal()
            .load(pen.account)
            .await
            .unwrap()
            .unwrap()
            .head(),
        (pen.seq, pen.hash)
    );
}

/// The backup has the state at the time it was made, and is an independent store.
pub async fn a_backup_holds_everything(backend: &dyn Backend) {
    let Some(file) = backend.backup_file() else { return };
    let mut pens = fill(backend).await;
    let before = everything(&*backend.journal(), &*backend.records()).await;

    let copy = backend.back_up(&file).await.unwrap();
    pens[0].write(99, one_of_each(99, 99_000)).await;

    assert_eq!(everything(&*copy.journal(), &*copy.records()).await, before);
    assert!(
        backend.back_up(&file).await.is_none(),
        "a backup replaces nothing"
    );
}

async fn fill(backend: &dyn Backend) -> Vec<Pen> {
    let mut pens = Vec::new();
    for number in 1..4 {
        let mut pen = Pen::new(backend, account(number));
        for commit in 0..20 {
            let secs = i64::try_from(commit).unwrap();
            pen.write(secs, one_of_each(secs, number * 1_000 + commit * 10))
                .await;
        }
        pens.push(pen);
    }
    backend
        .journal()
        .save_snapshot(snapshot(&pens[0], "state"))
        .await
        .unwrap();
    pens
}

/// Everything that can be read about the accounts that [`fill`] created.
async fn everything(journal: &dyn Journal, records: &dyn Records) -> Vec<Arc<str>> {
    let (page, span) = (PageRequest::new(1_000, None), Span::default());
    let mut told = Vec::new();
    let mut tell = |what: String| told.push(Arc::from(what));
    tell(format!(
        "{:?}",
        records.list_accounts(AccountFilter::default(), page).await
    ));
    tell(format!("{:?}", journal.last_written_at().await));
    tell(format!("{:?}", records.list_open_requests(page).await));
    tell(format!("{:?}", records.list_subscription_changes(page).await));
    for number in 1..4 {
        let of = account(number);
        tell(format!("{:?}", journal.load(of).await));
        tell(format!(
            "{:?}",
            records.list_audit(of, AuditFilter::default(), page).await
        ));
        tell(format!(
            "{:?}",
            records.list_refusals(of, RefusalFilter::default(), page).await
        ));
        tell(format!(
            "{:?}",
            records.list_sessions(of, SessionFilter::default(), page).await
        ));
        tell(format!(
            "{:?}",
            records.list_tickets(of, TicketFilter::default(), page).await
        ));
        tell(format!("{:?}", records.list_minutes(of, span, page).await));
        tell(format!("{:?}", records.occupancy(of, pool(1), span, page).await));
        for id in (0..20).map(|commit| number * 1_000 + commit * 10) {
            tell(format!("{:?}", records.sign_in_end(of, sign_in(id)).await));
            tell(format!("{:?}", records.session_end(of, session(id)).await));
            tell(format!("{:?}", records.ticket(of, ticket(id)).await));
            tell(format!("{:?}", records.find_code(&format!("CODE{id}")).await));
            tell(format!(
                "{:?}",
                records.find_address(&format!("{id}@example.com")).await
            ));
            tell(format!("{:?}", records.find_code(&format!("GONE{id}")).await));
        }
    }
    told
}
