//! What each record changes, and who sees it.

use super::{
    Backend, Pen, account, at, audit, occupancy, pool, refusal, session, session_started, sign_in,
    sign_in_started, ticket, user,
};
use crate::{
    AccountFilter, AuditFilter, CodeOwner, End, PageRequest, Record, RefusalFilter, SessionFilter, Span,
};

/// As soon as the append is answered, and not when it was refused.
pub async fn records_are_visible_exactly_when_their_commit_is(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for index in 0..50 {
        pen.write(index, vec![audit(0, "sven", "one"), audit(1, "sven", "two")])
            .await;

        let filter = AuditFilter {
            span: Span {
                from: Some(at(index)),
                to: None,
            },
            ..AuditFilter::default()
        };
        let page = backend
            .records()
            .list_audit(account(1), filter, PageRequest::default())
            .await
            .unwrap();
        assert_eq!(
            page.items.iter().map(|row| &*row.action).collect::<Vec<_>>(),
            ["two", "one"]
        );
    }
}

/// Those that are open, of this user and this product.
pub async fn a_user_who_gets_in_resolves_their_refusals_of_the_product(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let refusals = vec![
        refusal(1, user(1), "desk"),
        refusal(2, user(1), "support"),
        refusal(3, user(2), "desk"),
    ];
    pen.write(1, refusals).await;
    pen.write(2, vec![refusal(4, user(1), "desk")]).await;
    pen.write(
        5,
        vec![Record::RefusalsResolved {
            user: user(1),
            product: "desk".into(),
        }],
    )
    .await;
    pen.write(6, vec![refusal(5, user(1), "desk")]).await;
    pen.write(
        7,
        vec![Record::RefusalsResolved {
            user: user(1),
            product: "desk".into(),
        }],
    )
    .await;

    let filter = RefusalFilter::default();
    let page = backend
        .records()
        .list_refusals(account(1), filter, PageRequest::default())
        .await
        .unwrap();

    let resolved: Vec<_> = page
        .items
        .iter()
        .map(|row| (row.id.bits(), row.resolved_at))
        .collect();
    assert_eq!(
        resolved,
        [
            (5, Some(at(7))),
            (4, Some(at(5))),
            (3, None),
            (2, None),
            (1, Some(at(5)))
        ]
    );
}

/// Whatever comes later, and nothing is known of what never began.
pub async fn an_end_is_kept_as_it_was_first_told(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let begin = vec![
        sign_in_started(sign_in(1), user(1)),
        session_started(session(1), user(1)),
        Record::TicketOpened {
            id: ticket(1),
            user: user(1),
            product: "desk".into(),
            pool: pool(1),
        },
    ];
    pen.write(1, begin).await;
    let records = backend.records();
    assert_eq!(records.sign_in_end(account(1), sign_in(1)).await, Ok(None));
    assert_eq!(records.ticket_end(account(1), ticket(1)).await, Ok(None));

    for (secs, reason) in [(2, "first"), (3, "second")] {
        let by = Some("eva".into());
        let end = vec![
            Record::SignInEnded {
                id: sign_in(1),
                reason: reason.into(),
                by: by.clone(),
            },
            Record::SessionEnded {
                id: session(1),
                reason: reason.into(),
                by,
            },
            Record::TicketEnded {
                id: ticket(1),
                outcome: reason.into(),
            },
            Record::SignInEnded {
                id: sign_in(9),
                reason: reason.into(),
                by: None,
            },
        ];
        pen.write(secs, end).await;
    }

    let end = End {
        at: at(2),
        reason: "first".into(),
        by: Some("eva".into()),
    };
    assert_eq!(
        records.sign_in_end(account(1), sign_in(1)).await,
        Ok(Some(end.clone()))
    );
    assert_eq!(
        records.session_end(account(1), session(1)).await,
        Ok(Some(end.clone()))
    );
    assert_eq!(
        records.ticket_end(account(1), ticket(1)).await,
        Ok(Some(End { by: None, ..end }))
    );
    assert_eq!(records.sign_in_end(account(1), sign_in(9)).await, Ok(None));
}

/// From its creation to its end.
pub async fn a_session_is_listed_with_all_that_happened_to_it(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    pen.write(1, vec![session_started(session(1), user(1))]).await;
    pen.write(2, vec![Record::SessionConnected { id: session(1) }])
        .await;
    pen.write(
        3,
        vec![Record::SessionFunded {
            id: session(1),
            funding: "minutes".into(),
        }],
    )
    .await;
    pen.write(4, vec![Record::SessionConnected { id: session(1) }])
        .await;
    pen.write(
        5,
        vec![Record::SessionEnded {
            id: session(1),
            reason: "hung-up".into(),
            by: None,
        }],
    )
    .await;

    let filter = SessionFilter::default();
    let page = backend
        .records()
        .list_sessions(account(1), filter, PageRequest::default())
        .await
        .unwrap();

    let [row] = &page.items[..] else {
        panic!("{page:?}")
    };
    assert_eq!((row.id, row.sign_in, row.user), (session(1), sign_in(7), user(1)));
    assert_eq!((row.started_at, row.connected_at), (at(1), Some(at(2))));
    assert_eq!(
        (row.funding.as_deref(), row.code.as_deref()),
        (Some("minutes"), Some("K7QM2X"))
    );
    assert_eq!(
        row.end,
        Some(End {
            at: at(5),
            reason: "hung-up".into(),
            by: None
        })
    );
}

/// The first account that gave out a code keeps it.
pub async fn a_code_leads_to_its_session_until_it_is_retired(backend: &dyn Backend) {
    let (mut pen, mut other) = (Pen::new(backend, account(1)), Pen::new(backend, account(2)));
    let records = backend.records();
    pen.write(
        1,
        vec![Record::CodeIssued {
            code: "K7QM2X".into(),
            session: session(1),
        }],
    )
    .await;
    other
        .write(
            1,
            vec![Record::CodeIssued {
                code: "K7QM2X".into(),
                session: session(2),
            }],
        )
        .await;
    other
        .write(
            2,
            vec![Record::CodeRetired {
                code: "K7QM2X".into(),
            }],
        )
        .await;

    let owner = CodeOwner {
        account: account(1),
        session: session(1),
    };
    assert_eq!(records.find_code("K7QM2X").await, Ok(Some(owner)));
    assert_eq!(records.find_code("k7qm2x").await, Ok(None));

    pen.write(
        3,
        vec![Record::CodeRetired {
            code: "K7QM2X".into(),
        }],
    )
    .await;
    assert_eq!(records.find_code("K7QM2X").await, Ok(None));
}

/// Even where it names its ids.
pub async fn one_account_cannot_touch_the_records_of_another(backend: &dyn Backend) {
    let (mut pen, mut other) = (Pen::new(backend, account(1)), Pen::new(backend, account(2)));
    pen.write(
        1,
        vec![
            sign_in_started(sign_in(1), user(1)),
            refusal(1, user(1), "desk"),
            occupancy(pool(1), 3),
        ],
    )
    .await;

    let intrusion = vec![
        Record::SignInEnded {
            id: sign_in(1),
            reason: "forged".into(),
            by: None,
        },
        Record::RefusalsResolved {
            user: user(1),
            product: "desk".into(),
        },
    ];
    other.write(2, intrusion).await;

    let (records, page) = (backend.records(), PageRequest::default());
    assert_eq!(records.sign_in_end(account(1), sign_in(1)).await, Ok(None));
    let refusals = records
        .list_refusals(account(1), RefusalFilter::default(), page)
        .await
        .unwrap();
    assert_eq!(refusals.items[0].resolved_at, None);
    let theirs = records
        .list_refusals(account(2), RefusalFilter::default(), page)
        .await
        .unwrap();
    assert_eq!(theirs.items, []);
    assert_eq!(
        records
            .occupancy(account(2), pool(1), Span::default(), page)
            .await
            .unwrap()
            .items,
        []
    );
}

/// Found by a part of its name, in capitals or not; deleted ones only where they are asked for.
pub async fn an_account_is_listed_as_it_was_last_put(backend: &dyn Backend) {
    let put = |name: &'static str, deleted| Record::AccountPut {
        name: name.into(),
        created_at: at(0),
        deleted,
    };
    for (number, names) in [
        (1, ["Acme", "Acme Help Desk"]),
        (2, ["Globex", "Globex"]),
        (3, ["100% Desk_", "x"]),
    ] {
        let mut pen = Pen::new(backend, account(number));
        for name in names {
            pen.write(1, vec![put(name, name == "x")]).await;
        }
    }

    let list = async |q: Option<&str>, with_deleted| {
        let filter = AccountFilter {
            q: q.map(str::to_owned),
            with_deleted,
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

/// Each alone and together.
pub async fn filters_let_through_what_fits_all_of_them(backend: &dyn Backend) {
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
            session_started(session(1), user(1)),
            session_started(session(2), user(2)),
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
            span: Span::default(),
            actor,
            action,
            target,
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

/// The last change before it, of this pool.
pub async fn the_occupancy_before_an_instant_is_what_a_report_starts_from(backend: &dyn Backend) {
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
