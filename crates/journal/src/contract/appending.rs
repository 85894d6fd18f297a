//! Commits: their numbers, their chain, their outcome.

use std::sync::Arc;

use super::{Backend, Pen, account, at, audit, bare};
use crate::{
    Append, AppendError, AuditFilter, COMMITS_MAX, Commit, DUE_MAX, Hash, JournalError, Loaded, PageRequest,
    Seq, verify_chain,
};

/// Commits are read back unchanged, and an account without commits has none.
pub async fn appended_commits_can_be_read(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for secs in 0..3 {
        pen.write(secs, Vec::new()).await;
    }

    let loaded = backend.journal().load(account(1)).await.unwrap();

    assert_eq!(
        loaded,
        Some(Loaded {
            snapshot: None,
            commits: pen.commits()
        })
    );
    assert_eq!(backend.journal().load(account(2)).await, Ok(None));
    assert_eq!(
        backend.journal().commits_after(account(2), Seq::ZERO, 10).await,
        Ok(Vec::new())
    );
}

/// The second commit with the same number is refused, with all its records.
pub async fn a_seq_that_exists_is_a_conflict_and_changes_nothing(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let rival = pen.next(9, "rival");
    pen.write(1, vec![audit(0, "sven", "first")]).await;
    let before = backend.journal().load(account(1)).await.unwrap();

    let append = Append {
        commit: rival,
        next_due: Some(at(99)),
        records: vec![audit(0, "eva", "second")],
    };
    let answer = backend.journal().append(append).await;

    assert_eq!(answer, Err(AppendError::Conflict));
    assert_eq!(backend.journal().load(account(1)).await.unwrap(), before);
    assert_eq!(backend.journal().due(None, DUE_MAX).await.unwrap(), []);
    let audit = backend
        .records()
        .list_audit(account(1), AuditFilter::default(), PageRequest::default())
        .await;
    assert_eq!(
        audit
            .unwrap()
            .items
            .iter()
            .map(|row| &*row.action)
            .collect::<Vec<_>>(),
        ["first"]
    );
}

/// A number beyond the next one, or zero, is refused, even for an account without commits.
pub async fn a_seq_that_leaves_a_gap_is_a_conflict(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    pen.write(1, Vec::new()).await;

    for (of, seq) in [(1, 3), (1, 1 << 63), (1, u64::MAX), (1, 0), (2, 2), (2, 0)] {
        let commit = Commit::seal(pen.hash, account(of), Seq::new(seq), at(2), *b"[]");
        let answer = backend.journal().append(bare(commit)).await;

        assert_eq!(answer, Err(AppendError::Conflict), "account {of}, seq {seq}");
    }
    assert_eq!(backend.journal().load(account(2)).await, Ok(None));
}

/// Appends that arrive together are judged one by one.
pub async fn a_conflict_leaves_the_other_appends_of_its_group_alone(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(0));
    pen.write(1, Vec::new()).await;

    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let journal = backend.journal();
            let commit = Commit::seal(Hash::GENESIS, account(number % 20), Seq::FIRST, at(2), *b"[2]");
            tokio::spawn(async move { journal.append(bare(commit)).await })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => stored += 1,
            other => assert_eq!(other, Err(AppendError::Conflict)),
        }
    }

    assert_eq!(stored, 19);
    for number in 1..20 {
        let loaded = backend.journal().load(account(number)).await.unwrap().unwrap();
        assert_eq!(loaded.commits.len(), 1, "account {number}");
    }
}

/// Two writers on one node append the same number.
pub async fn of_two_racing_appenders_exactly_one_wins(backend: &dyn Backend) {
    let pen = Pen::new(backend, account(1));
    let (one, two) = (pen.next(1, "one"), pen.next(1, "two"));
    let (first, second) = (backend.journal(), backend.journal());

    let answers = tokio::join!(first.append(bare(one.clone())), second.append(bare(two.clone())));

    let winner = match answers {
        (Ok(()), Err(AppendError::Conflict)) => one,
        (Err(AppendError::Conflict), Ok(())) => two,
        other => panic!("{other:?}"),
    };
    let loaded = backend.journal().load(account(1)).await.unwrap().unwrap();
    assert_eq!(loaded.commits, [winner]);
}

/// Nodes that share the store and reload after each conflict build one chain without a gap.
pub async fn of_many_racing_nodes_exactly_one_wins_each_place(backend: &dyn Backend) {
    let nodes = [backend.journal(), backend.another_node(), backend.another_node()];
    let tasks: Vec<_> = nodes
        .into_iter()
        .map(|node| {
            tokio::spawn(async move {
                let mut wins = 0;
                while wins < 10 {
                    let loaded = node.load(account(1)).await.unwrap().unwrap_or_default();
                    let (seq, hash) = loaded.head();
                    let commit = Commit::seal(hash, account(1), seq.next(), at(1), *b"[]");
                    match node.append(bare(commit)).await {
                        Ok(()) => wins += 1,
                        other => assert_eq!(other, Err(AppendError::Conflict)),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let loaded = backend.journal().load(account(1)).await.unwrap().unwrap();
    assert_eq!(loaded.head().0, Seq::new(30));
    assert_eq!(verify_chain((Seq::ZERO, Hash::GENESIS), &loaded.commits), Ok(()));
}

/// A changed row breaks the chain.
pub async fn a_changed_commit_is_found_when_its_account_is_loaded(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for secs in 0..5 {
        pen.write(secs, Vec::new()).await;
    }

    backend.tamper(account(1), Seq::new(3), b"[\"forged\"]").await;

    let broken = JournalError::Broken {
        account: account(1),
        seq: Seq::new(3),
    };
    assert_eq!(backend.journal().load(account(1)).await, Err(broken.clone()));
    let commits = backend
        .journal()
        .commits_after(account(1), Seq::ZERO, 10)
        .await
        .unwrap();
    assert_eq!(verify_chain((Seq::ZERO, Hash::GENESIS), &commits), Err(broken));
}

/// If a commit's outcome is unknown, its stored hash tells.
pub async fn the_stored_hash_settles_an_unknown_outcome(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for secs in 0..40 {
        pen.write(secs, Vec::new()).await;
    }

    for commit in pen.commits() {
        let stored = backend.journal().stored_hash(account(1), commit.seq).await;
        assert_eq!(stored, Ok(Some(commit.hash)));
    }
    for (of, seq) in [(1, 0), (1, 41), (2, 1)] {
        assert_eq!(
            backend.journal().stored_hash(account(of), Seq::new(seq)).await,
            Ok(None)
        );
    }
}

/// From any number on, as many as are requested, while other accounts are written too.
pub async fn long_histories_are_read_whole_and_in_order(backend: &dyn Backend) {
    let mut pens = [Pen::new(backend, account(1)), Pen::new(backend, account(2))];
    for secs in 0..100 {
        for pen in &mut pens {
            pen.write(secs, Vec::new()).await;
        }
    }

    let commits = pens[0].commits();
    assert_eq!(
        backend.journal().load(account(1)).await.unwrap().unwrap().commits,
        commits
    );
    for (after, limit) in [
        (0, 1),
        (0, 17),
        (15, 16),
        (16, 1),
        (31, 50),
        (99, 5),
        (100, 5),
        (0, 1_000_000),
    ] {
        let expected: Vec<_> = commits.iter().skip(after).take(limit).cloned().collect();
        let after = Seq::new(u64::try_from(after).unwrap());
        let read = backend
            .journal()
            .commits_after(account(1), after, limit)
            .await
            .unwrap();
        assert_eq!(read, expected, "{limit} after {after}");
    }
}

/// An account whose newest commit has no deadline is not due.
pub async fn the_due_time_is_that_of_the_newest_commit(backend: &dyn Backend) {
    let due = [
        (1, vec![None, Some(at(50))]),
        (2, vec![Some(at(60)), None]),
        (3, vec![Some(at(70)), Some(at(80))]),
    ];
    for (number, times) in due {
        let mut pen = Pen::new(backend, account(number));
        for next_due in times {
            let commit = pen.next(1, "[]");
            (pen.seq, pen.hash) = (commit.seq, commit.hash);
            backend
                .journal()
                .append(Append {
                    commit,
                    next_due,
                    records: Vec::new(),
                })
                .await
                .unwrap();
        }
    }

    let due = backend.journal().due(None, DUE_MAX).await.unwrap();

    assert_eq!(due, [(account(1), at(50)), (account(3), at(80))]);
}

/// Page by page, in the order of the accounts' ids. Accounts without a deadline do not count towards the page's limit.
pub async fn due_times_are_read_in_pages(backend: &dyn Backend) {
    let journal = backend.journal();
    for number in 1..=9 {
        let commit = Pen::new(backend, account(number)).next(1, "[]");
        let next_due = (number % 3 > 0).then(|| at(100 - i64::try_from(number).unwrap()));
        let records = Vec::new();
        let append = Append {
            commit,
            next_due,
            records,
        };
        journal.append(append).await.unwrap();
    }

    let mut pages = Vec::new();
    let mut last = None;
    loop {
        let page = journal.due(last, 4).await.unwrap();
        let Some((newest, _)) = page.last() else { break };
        last = Some(*newest);
        pages.push(page);
    }

    let due = |numbers: [u128; 4]| numbers.map(|n| (account(n), at(100 - i64::try_from(n).unwrap())));
    let expected = [due([1, 2, 4, 5]).to_vec(), due([7, 8, 0, 0])[..2].to_vec()];
    assert_eq!(pages, expected);
}

/// No account, no matter how long its journal, is read into memory at once.
pub async fn a_load_gives_at_most_a_page_of_commits(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for secs in 0..=i64::try_from(COMMITS_MAX).unwrap() {
        pen.write(secs, Vec::new()).await;
    }
    let journal = backend.journal();

    let first = journal.load(account(1)).await.unwrap().unwrap();
    let rest = journal.commits_after(account(1), first.head().0, COMMITS_MAX);

    let whole = [first.commits.as_slice(), &rest.await.unwrap()].concat();
    assert_eq!(first.commits.len(), COMMITS_MAX);
    assert_eq!(whole, pen.commits());
}

/// Page by page, each account once.
pub async fn accounts_are_listed_in_the_order_of_their_ids(backend: &dyn Backend) {
    for number in [5, 1, 4, 2, 3] {
        Pen::new(backend, account(number)).write(1, Vec::new()).await;
    }

    let first = backend.journal().accounts(None, 3).await.unwrap();
    let rest = backend
        .journal()
        .accounts(first.last().copied(), 3)
        .await
        .unwrap();

    assert_eq!(
        (first, rest),
        ([1, 2, 3].map(account).to_vec(), [4, 5].map(account).to_vec())
    );
}

/// The latest of all accounts; `None` in an empty journal.
pub async fn the_time_of_the_last_commit_is_known(backend: &dyn Backend) {
    assert_eq!(backend.journal().last_written_at().await, Ok(None));

    Pen::new(backend, account(2)).write(10, Vec::new()).await;
    Pen::new(backend, account(1)).write(20, Vec::new()).await;

    assert_eq!(backend.journal().last_written_at().await, Ok(Some(at(20))));
}

/// Later appends fail as closed; earlier ones are stored.
pub async fn a_closed_journal_accepts_nothing_more(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    pen.write(1, Vec::new()).await;
    let (journal, next) = (backend.journal(), pen.next(2, "[]"));

    journal.close().await;
    let answer = Arc::clone(&journal).append(bare(next)).await;

    assert_eq!(answer, Err(AppendError::Closed));
    assert_eq!(journal.load(account(1)).await, Err(JournalError::Closed));
    journal.close().await;
}
