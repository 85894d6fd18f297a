//! The effect of each record on the lists.

use super::{
    Backend, Pen, account, at, audit, ended, occupancy, pool, refusal, refusals_resolved, session,
    session_changed, session_started, sign_in, sign_in_ended, sign_in_started, ticket, ticket_changed,
    ticket_opened, user,
};
use usher_domain::personal::Personal;

use crate::{
    AuditFilter, CODE_KEPT_SECS, CodeOwner, EndedBy, PageRequest, Record, RefusalFilter, SessionFilter,
    SessionRow, Span, Text, TicketFilter, TicketRow,
};

/// As soon as the append is answered, not later.
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

/// Resolves the open refusals of this user and this product.
pub async fn a_user_who_gets_in_resolves_their_refusals_of_the_product(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let refusals = vec![
        refusal(1, user(1), "desk"),
        refusal(2, user(1), "support"),
        refusal(3, user(2), "desk"),
    ];
    pen.write(1, refusals).await;
    pen.write(2, vec![refusal(4, user(1), "desk")]).await;
    pen.write(5, vec![refusals_resolved(5, user(1), "desk")]).await;
    pen.write(6, vec![refusal(5, user(1), "desk")]).await;
    pen.write(7, vec![refusals_resolved(7, user(1), "desk")]).await;

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

fn eva() -> EndedBy {
    EndedBy {
        actor: "eva".into(),
        name: Some(Personal::new("Eva Admin".into())),
        note: Some(Personal::new("closing".into())),
    }
}

/// Later ends are ignored, and so is an end without a beginning.
pub async fn the_first_end_is_kept(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let begin = vec![
        sign_in_started(1, sign_in(1), user(1)),
        session_started(1, session(1), user(1)),
        ticket_opened(1, 1, pool(1), "sign_in"),
    ];
    pen.write(1, begin).await;
    let records = backend.records();
    assert_eq!(records.sign_in_end(account(1), sign_in(1)).await, Ok(None));
    assert_eq!(records.ticket_end(account(1), ticket(1)).await, Ok(None));

    for (secs, reason) in [(2, "first"), (3, "second")] {
        let end = ended(secs, reason, Some(eva()));
        let end = vec![
            sign_in_ended(sign_in(1), end.clone()),
            session_changed(session(1), [SessionRow::end.set_once(Some(end.clone()))]),
            ticket_changed(1, TicketRow::end.set_once(Some(end.clone()))),
            sign_in_ended(sign_in(9), end),
        ];
        pen.write(secs, end).await;
    }

    let end = ended(2, "first", Some(eva()));
    assert_eq!(
        records.sign_in_end(account(1), sign_in(1)).await,
        Ok(Some(end.clone()))
    );
    assert_eq!(
        records.session_end(account(1), session(1)).await,
        Ok(Some(end.clone()))
    );
    let found = records.sign_in(account(1), sign_in(1)).await.unwrap().unwrap();
    assert_eq!((found.user, found.end), (user(1), Some(end.clone())));
    let found = records.session(account(1), session(1)).await.unwrap().unwrap();
    assert_eq!((found.user, found.end), (user(1), Some(end.clone())));
    assert_eq!(records.sign_in(account(2), sign_in(1)).await, Ok(None));
    assert_eq!(records.session(account(2), session(1)).await, Ok(None));
    assert_eq!(records.ticket_end(account(1), ticket(1)).await, Ok(Some(end)));
    assert_eq!(records.sign_in_end(account(1), sign_in(9)).await, Ok(None));
}

/// From its creation to its end.
pub async fn a_session_is_listed_with_all_that_happened_to_it(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let changed = |value| vec![session_changed(session(1), [value])];
    let connected = |secs| changed(SessionRow::connected_at.set_once(Some(at(secs))));
    pen.write(1, vec![session_started(1, session(1), user(1))]).await;
    pen.write(2, connected(2)).await;
    pen.write(3, changed(SessionRow::funding.set(Some("minutes".into()))))
        .await;
    pen.write(4, connected(4)).await;
    let customer = |name: &'static str| {
        session_changed(
            session(1),
            [SessionRow::customer.set(Some(Personal::new(name.into())))],
        )
    };
    let labelled = |external_id: Option<&'static str>| {
        session_changed(
            session(1),
            [
                SessionRow::external_id.set(external_id.map(Into::into)),
                SessionRow::metadata.set(Some(r#"{"case":"4711"}"#.into())),
            ],
        )
    };
    pen.write(
        4,
        vec![
            customer("Kim"),
            labelled(None),
            customer("Kim Lee"),
            labelled(Some("crm-7")),
        ],
    )
    .await;
    pen.write(
        5,
        changed(SessionRow::end.set_once(Some(ended(5, "hung-up", None)))),
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
    assert_eq!(row.customer, Some(Personal::new("Kim Lee".into())));
    assert_eq!(row.external_id.as_deref(), Some("crm-7"));
    assert_eq!(row.metadata.as_deref(), Some(r#"{"case":"4711"}"#));
    for (called, found) in [("crm-7", 1), ("crm-8", 0)] {
        let filter = SessionFilter {
            external_id: Some(called.to_owned()),
            ..SessionFilter::default()
        };
        let page = backend
            .records()
            .list_sessions(account(1), filter, PageRequest::default())
            .await;
        assert_eq!(page.unwrap().items.len(), found, "{called}");
    }
    assert_eq!(row.end, Some(ended(5, "hung-up", None)));
}

/// The first account that issued a code keeps it.
pub async fn a_code_leads_to_its_session_and_knows_when_it_ended(backend: &dyn Backend) {
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
        retired_at: None,
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
    let over = CodeOwner {
        retired_at: Some(at(3)),
        ..owner
    };
    assert_eq!(records.find_code("K7QM2X").await, Ok(Some(over)));

    // Another session may use the same code by then.
    other
        .write(
            4,
            vec![Record::CodeIssued {
                code: "K7QM2X".into(),
                session: session(2),
            }],
        )
        .await;
    let next = CodeOwner {
        account: account(2),
        session: session(2),
        retired_at: None,
    };
    assert_eq!(records.find_code("K7QM2X").await, Ok(Some(next)));
}

/// Old codes are removed when the account retires the next one.
pub async fn a_retired_code_is_forgotten_after_an_hour(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let issue = |code: &'static str| Record::CodeIssued {
        code: code.into(),
        session: session(1),
    };
    let retire = |code: &'static str| Record::CodeRetired { code: code.into() };
    let records = backend.records();
    let kept = i64::from(CODE_KEPT_SECS);
    let is_known = async |code: &str| records.find_code(code).await.unwrap().is_some();

    pen.write(
        1,
        vec![
            issue("FIRST2"),
            issue("OTHER2"),
            issue("THIRD2"),
            retire("FIRST2"),
        ],
    )
    .await;
    pen.write(1 + kept, vec![retire("OTHER2")]).await;
    assert!(is_known("FIRST2").await);
    pen.write(2 + kept, vec![retire("THIRD2")]).await;

    assert!(!is_known("FIRST2").await);
    assert!(is_known("OTHER2").await);
}

/// With their outcome, newest first.
pub async fn waits_are_listed_with_their_offers_and_ends(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    let open = |secs, number, of| ticket_opened(secs, number, pool(of), "session");
    let offered = |secs| ticket_changed(1, TicketRow::offered_at.set_once(Some(at(secs))));
    pen.write(1, vec![open(1, 1, 1), open(1, 2, 1)]).await;
    pen.write(2, vec![open(2, 3, 2), offered(2)]).await;
    pen.write(3, vec![offered(3)]).await;
    let end = ended(4, "offer-expired", None);
    pen.write(4, vec![ticket_changed(1, TicketRow::end.set_once(Some(end)))])
        .await;
    let records = backend.records();
    let list = async |filter: TicketFilter, page: PageRequest| {
        let page = records.list_tickets(account(1), filter, page).await.unwrap();
        let ids: Vec<_> = page.items.iter().map(|row| row.id).collect();
        (ids, page)
    };

    let (ids, page) = list(TicketFilter::default(), PageRequest::default()).await;
    assert_eq!(ids, [ticket(3), ticket(2), ticket(1)]);
    let first = &page.items[2];
    assert_eq!((first.opened_at, first.offered_at), (at(1), Some(at(2))));
    assert_eq!(first.wanted.as_deref(), Some("session"));
    assert_eq!(first.end.as_ref().map(|end| end.at), Some(at(4)));
    assert_eq!(
        (page.items[0].offered_at, page.items[0].end.clone()),
        (None, None)
    );

    let (ids, page) = list(TicketFilter::default(), PageRequest::new(2, None)).await;
    assert_eq!(ids, [ticket(3), ticket(2)]);
    let (ids, _) = list(TicketFilter::default(), PageRequest::new(2, page.next)).await;
    assert_eq!(ids, [ticket(1)]);
    let of_pool = TicketFilter {
        pool: Some(pool(2)),
        ..TicketFilter::default()
    };
    assert_eq!(list(of_pool, PageRequest::default()).await.0, [ticket(3)]);
}

/// Even if the sign-in, session or ticket has ended.
pub async fn ids_in_a_range_are_found_for_every_kind(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    pen.write(
        1,
        vec![
            sign_in_started(1, sign_in(20), user(1)),
            session_started(1, session(30), user(1)),
        ],
    )
    .await;
    let records = backend.records();
    for (first, last, except, found) in [
        (20, 20, 0, true),
        (20, 29, 20, false),
        (25, 30, 0, true),
        (31, 99, 0, false),
    ] {
        assert_eq!(records.has_made(account(1), first, last, except).await, Ok(found));
        assert_eq!(records.has_made(account(2), first, last, except).await, Ok(false));
    }
}

/// In every account, until the user's address changes or the user is deleted.
pub async fn an_address_leads_to_its_users(backend: &dyn Backend) {
    let (mut pen, mut other) = (Pen::new(backend, account(1)), Pen::new(backend, account(2)));
    let records = backend.records();
    let has = |number: u128, email: Option<&'static str>| {
        vec![Record::AddressPut {
            user: user(number),
            email: email.map(Text::from).map(Into::into),
        }]
    };
    other.write(1, has(1, Some("eva@example.com"))).await;
    pen.write(1, has(2, Some("eva@example.com"))).await;
    pen.write(2, has(3, Some("nils@example.com"))).await;

    let both = vec![(account(1), user(2)), (account(2), user(1))];
    assert_eq!(records.find_address("eva@example.com").await, Ok(both));
    assert_eq!(records.find_address("EVA@example.com").await, Ok(vec![]));

    pen.write(3, has(2, Some("eva.b@example.com"))).await;
    other.write(2, has(1, None)).await;
    assert_eq!(records.find_address("eva@example.com").await, Ok(vec![]));
    let moved = vec![(account(1), user(2))];
    assert_eq!(records.find_address("eva.b@example.com").await, Ok(moved));
}

/// Even if a record contains the other account's ids.
pub async fn one_account_cannot_touch_the_records_of_another(backend: &dyn Backend) {
    let (mut pen, mut other) = (Pen::new(backend, account(1)), Pen::new(backend, account(2)));
    pen.write(
        1,
        vec![
            sign_in_started(1, sign_in(1), user(1)),
            refusal(1, user(1), "desk"),
            occupancy(pool(1), 3),
        ],
    )
    .await;

    let intrusion = vec![
        sign_in_ended(sign_in(1), ended(2, "forged", None)),
        refusals_resolved(2, user(1), "desk"),
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
