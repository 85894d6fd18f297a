//! The rows that lists show, and those that filters leave out.

use usher_domain::AccountId;

use super::{
    Backend, Pen, account, account_put, at, audit, occupancy, pool, refusal, request_answered, request_made,
    session, session_started, subscription_changed, user,
};
use crate::{
    AccountFilter, AuditFilter, Channel, PageRequest, Record, RefusalFilter, SessionFilter, Span, Text,
};

/// Accounts are found by a part of their name, case-insensitively; deleted ones only on request.
pub async fn an_account_is_listed_as_it_was_last_put(backend: &dyn Backend) {
    for (number, names) in [
        (1, ["Acme", "Acme Help Desk"]),
        (2, ["Globex", "Globex"]),
        (3, ["100% Desk_", "x"]),
    ] {
        let mut pen = Pen::new(backend, account(number));
        for name in names {
            pen.write(1, vec![account_put(name, name == "x")]).await;
        }
    }

    let list = async |q: Option<&str>, with_deleted| {
        let filter = AccountFilter {
            q: q.map(str::to_owned),
            with_deleted,
            ..AccountFilter::default()
        };
        let page = backend
            .records()
            .list_accounts(filter, PageRequest::default())
            .await
            .unwrap();
        page.items
            .iter()
            .map(|row| row.name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(None, false).await, ["Acme Help Desk", "Globex"]);
    assert_eq!(list(None, true).await, ["Acme Help Desk", "Globex", "x"]);
    assert_eq!(list(Some("help d"), false).await, ["Acme Help Desk"]);
    assert_eq!(list(Some("%"), false).await, Vec::<String>::new());
}

/// By name, page by page; found by a part of the name or a whole id.
pub async fn accounts_are_listed_in_the_order_of_their_names(backend: &dyn Backend) {
    let names = [
        "beta",
        "Alpha",
        "alpha",
        "Gamma",
        "Closed",
        "\u{d6}STER stra\u{df}e",
        "Zoo 10",
        "zoo 9",
    ];
    for (number, name) in (1..).zip(names) {
        let mut pen = Pen::new(backend, account(number));
        pen.write(1, vec![account_put(name, name == "Closed")]).await;
    }
    let list = async |find: Option<String>, with_deleted| {
        let filter = AccountFilter {
            find,
            with_deleted,
            ..AccountFilter::default()
        };
        let (records, mut found, mut after) = (backend.records(), Vec::new(), None);
        loop {
            let page = records.accounts_by_name(filter.clone(), PageRequest::new(2, after));
            let page = page.await.unwrap();
            found.extend(
                page.items
                    .into_iter()
                    .map(|row| (row.account, row.name.to_string())),
            );
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    };

    let all = list(None, true).await;
    assert_eq!(
        all,
        [
            (2, "Alpha"),
            (3, "alpha"),
            (1, "beta"),
            (5, "Closed"),
            (4, "Gamma"),
            (6, "\u{d6}STER stra\u{df}e"),
            (8, "zoo 9"),
            (7, "Zoo 10"),
        ]
        .map(|(number, name)| (account(number), name.to_owned()))
    );
    assert_eq!(list(None, false).await.len(), 7);
    assert_eq!(list(Some("ALPH".to_owned()), false).await, all[..2]);
    assert_eq!(list(Some(account(4).to_string()), false).await, all[4..5]);
    assert_eq!(
        list(Some("\u{f6}ster STRASSE".to_owned()), false).await,
        all[5..6]
    );
    assert_eq!(list(Some("%".to_owned()), true).await, []);
}

/// With the last change of each pool before the time that is asked for.
pub async fn the_recent_occupancy_begins_before_what_is_asked_for(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for (secs, number, occupied) in [(1, 1, 1), (2, 1, 2), (3, 2, 3), (4, 2, 4), (5, 1, 5)] {
        pen.write(secs, vec![occupancy(pool(number), occupied)]).await;
    }
    let records = backend.records();
    let recent = async |since, commits_max| {
        let recent = records.recent_occupancy(account(1), at(since), commits_max);
        let recent = recent.await.unwrap();
        let rows = recent.rows.iter().map(|row| row.entry.occupied);
        assert_eq!(recent.last_commit_at, Some(at(5)));
        (rows.collect::<Vec<_>>(), recent.is_whole)
    };
    let read = records.recent_occupancy(account(1), at(4), 2).await;
    assert_eq!(read.unwrap().commits_read, 2);
    let read = records.recent_occupancy(account(1), at(9), 2).await;
    assert_eq!(read.unwrap().commits_read, 0);

    assert_eq!(recent(4, 100).await, (vec![2, 3, 4, 5], true));
    assert_eq!(recent(5, 100).await, (vec![2, 5], true));
    assert_eq!(recent(9, 100).await, (vec![], true));
    assert_eq!(recent(0, 100).await, (vec![1, 2, 3, 4, 5], true));
    assert_eq!(recent(4, 2).await, (vec![4, 5], false));
    let nobody = records.recent_occupancy(account(2), at(0), 100);
    assert!(nobody.await.unwrap().is_whole);
}

/// Filters are tested one by one and together.
pub async fn filters_select_the_rows_that_match_all_of_them(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    pen.write(
        1,
        vec![audit(0, "sven", "a"), audit(1, "eva", "a"), audit(2, "eva", "b")],
    )
    .await;
    pen.write(
        2,
        vec![
            refusal(1, user(1), "desk"),
            refusal(2, user(1), "support"),
            refusal(4, user(2), "desk"),
        ],
    )
    .await;
    pen.write(
        3,
        vec![
            session_started(3, session(1), user(1)),
            session_started(3, session(2), user(2)),
        ],
    )
    .await;
    let (records, page) = (backend.records(), PageRequest::default());
    let text = |text: &str| Some(text.to_owned());

    for (actor, action, target, expected) in [
        (text("eva"), None, None, vec![2, 1]),
        (text("eva"), text("a"), None, vec![1]),
        (None, None, text("target of a"), vec![1, 0]),
        (text("nobody"), text("a"), None, vec![]),
    ] {
        let filter = AuditFilter {
            actor,
            action,
            target,
            ..AuditFilter::default()
        };
        let found = records.list_audit(account(1), filter, page).await.unwrap();
        assert_eq!(
            found.items.iter().map(|row| row.index).collect::<Vec<_>>(),
            expected
        );
    }
    for (user, pool, product, code, expected) in [
        (Some(user(1)), None, None, None, vec![2, 1]),
        (None, None, text("desk"), None, vec![4, 1]),
        (None, Some(pool(2)), None, None, vec![2]),
        (
            Some(user(2)),
            Some(pool(4)),
            text("desk"),
            text("no-seat-available"),
            vec![4],
        ),
        (None, None, None, text("seat-in-call"), vec![]),
    ] {
        let filter = RefusalFilter {
            span: Span::default(),
            user,
            pool,
            product,
            code,
        };
        let found = records.list_refusals(account(1), filter, page).await.unwrap();
        assert_eq!(
            found.items.iter().map(|row| row.id.bits()).collect::<Vec<_>>(),
            expected
        );
    }
    let filter = SessionFilter {
        user: Some(user(2)),
        ..SessionFilter::default()
    };
    let found = records.list_sessions(account(1), filter, page).await.unwrap();
    assert_eq!(
        found.items.iter().map(|row| row.id).collect::<Vec<_>>(),
        [session(2)]
    );
}

/// The last change of this pool before the given time.
pub async fn a_report_starts_from_the_occupancy_before_its_first_moment(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for secs in 1..60 {
        let records = match secs % 20 {
            5 => vec![
                occupancy(pool(1), 5),
                occupancy(pool(1), u32::try_from(secs).unwrap()),
            ],
            _ => vec![occupancy(pool(2), 1)],
        };
        pen.write(secs, records).await;
    }

    for (secs, expected) in [
        (1, None),
        (5, None),
        (6, Some(5)),
        (25, Some(5)),
        (26, Some(25)),
        (999, Some(45)),
    ] {
        let row = backend
            .records()
            .occupancy_before(account(1), pool(1), at(secs))
            .await
            .unwrap();
        assert_eq!(row.map(|row| row.occupied), expected, "before {secs}");
    }
}

/// By channel, address and request, including entries of older journals that lack some of these.
pub async fn the_audit_is_filtered_by_cause(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let causes = [
        Some("portal k=web_1 a=192.0.2.7 r=01h2"),
        Some("api k=opkey_1 a=192.0.2.77 r=01h"),
        Some("api a=2001:db8::7 r=a request of somebody's own"),
        Some("timer"),
        Some("01h2"),
        None,
        Some("portal k=a=192.0.2.7 r=r=01h2"),
    ];
    for (seq, some) in (1..).zip(causes.chunks(2)) {
        let records = (0..).zip(some).map(|(index, text)| {
            let mut record = audit(index, "sven", "a");
            if let Record::Audit { entry, .. } = &mut record {
                entry.cause = text.map(Text::from).map(Into::into);
            }
            record
        });
        pen.write(seq, records.collect()).await;
    }

    let all = AuditFilter::default;
    let by = |channel| AuditFilter {
        channel: Some(channel),
        ..all()
    };
    let from = |address: &str| AuditFilter {
        address: address.parse().ok(),
        ..all()
    };
    let of = |request: &str| AuditFilter {
        request: Some(request.to_owned()),
        ..all()
    };
    for (filter, expected) in [
        (all(), vec![6, 5, 4, 3, 2, 1, 0]),
        (by(Channel::Portal), vec![6, 0]),
        (by(Channel::Api), vec![5, 4, 2, 1]),
        (by(Channel::Timer), vec![3]),
        (by(Channel::Scim), vec![]),
        (from("192.0.2.7"), vec![0]),
        (from("2001:0db8::0007"), vec![2]),
        (from("192.0.2.8"), vec![]),
        (of("01h2"), vec![4, 0]),
        (of("01h"), vec![1]),
        (of("a request of somebody's own"), vec![2]),
        (of("r=01h2"), vec![6]),
        (
            AuditFilter {
                channel: Some(Channel::Api),
                ..of("01h2")
            },
            vec![4],
        ),
        (
            AuditFilter {
                actor: Some("eva".to_owned()),
                ..of("01h2")
            },
            vec![],
        ),
    ] {
        for limit in [1, 100] {
            let mut found = Vec::new();
            let mut next = None;
            loop {
                let page = PageRequest::new(limit, next);
                let rows = backend
                    .records()
                    .list_audit(account(1), filter.clone(), page)
                    .await
                    .unwrap();
                found.extend(
                    rows.items
                        .iter()
                        .map(|row| (row.seq.get() - 1) * 2 + u64::from(row.index)),
                );
                next = rows.next;
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{filter:?}");
        }
    }
}

/// Answered ones are not.
pub async fn open_requests_of_all_accounts_are_listed(backend: &dyn Backend) {
    let (mut pen, mut other) = (Pen::new(backend, account(1)), Pen::new(backend, account(2)));
    pen.write(
        1,
        vec![
            account_put("Contoso", false),
            request_made(1, 7),
            request_made(1, 3),
        ],
    )
    .await;
    other
        .write(2, vec![account_put("Fabrikam", false), request_made(2, 5)])
        .await;

    let list = async || {
        let page = backend.records().list_open_requests(PageRequest::default()).await;
        let rows = page.unwrap().items.into_iter();
        rows.map(|of| (of.account, of.account_name.to_string(), of.request.id.bits()))
            .collect::<Vec<_>>()
    };
    let [contoso, fabrikam] = [(account(1), "Contoso"), (account(2), "Fabrikam")];
    let expected = |of: &[((AccountId, &str), u128)]| {
        let of = of
            .iter()
            .map(|((account, name), id)| (*account, (*name).to_owned(), *id));
        of.collect::<Vec<_>>()
    };
    assert_eq!(
        list().await,
        expected(&[(contoso, 3), (fabrikam, 5), (contoso, 7)])
    );

    // Another account cannot answer it.
    other.write(3, vec![request_answered(3, 3)]).await;
    pen.write(4, vec![request_answered(4, 7)]).await;
    assert_eq!(list().await, expected(&[(contoso, 3), (fabrikam, 5)]));
}

/// Whatever the accounts' times are. A cursor leads to what was written later.
pub async fn subscription_changes_are_listed_in_the_order_of_writing(backend: &dyn Backend) {
    let (mut pen, mut other) = (Pen::new(backend, account(2)), Pen::new(backend, account(1)));
    pen.write(
        9,
        vec![subscription_changed(9, "a"), subscription_changed(9, "b")],
    )
    .await;
    other
        .write(1, vec![audit(0, "eva", "x"), subscription_changed(1, "c")])
        .await;

    let list = async |after| {
        let page = PageRequest::new(10, after);
        let found = backend
            .records()
            .list_subscription_changes(page)
            .await
            .unwrap()
            .items;
        let told = found.iter().map(|of| (of.account, of.change.actor.to_string()));
        (told.collect::<Vec<_>>(), found.last().map(|of| of.cursor))
    };
    let (first, cursor) = list(None).await;
    assert_eq!(
        first,
        [(2, "a"), (2, "b"), (1, "c")].map(|(of, actor)| (account(of), actor.to_owned()))
    );

    other.write(2, vec![subscription_changed(2, "d")]).await;
    assert_eq!(list(cursor).await.0, [(account(1), "d".to_owned())]);
}
