//! Lists in pages.

use std::fmt::Debug;

use super::{
    Backend, Pen, account, at, audit, minutes, occupancy, one_of_each, pool, refusal, session,
    session_started, user,
};
use crate::{
    AccountFilter, AuditFilter, Cursor, JournalError, Page, PageRequest, RefusalFilter, SessionFilter, Span,
};

/// Reads a list to its end, `limit` rows at a time.
async fn all<T>(limit: u16, list: impl AsyncFn(PageRequest) -> Result<Page<T>, JournalError>) -> Vec<T> {
    let (mut rows, mut cursor) = (Vec::new(), None::<Cursor>);
    loop {
        let page = list(PageRequest::new(limit, cursor)).await.unwrap();
        assert!(page.items.len() <= usize::from(limit));
        rows.extend(page.items);
        match page.next {
            // Through the text form, as in the API.
            Some(next) => cursor = Some(next.to_string().parse().unwrap()),
            None => return rows,
        }
    }
}

/// The rows are the same for every page size.
pub async fn pages_lose_nothing_and_repeat_nothing(backend: &dyn Backend) {
    let mut pens = [
        Pen::new(backend, account(1)),
        Pen::new(backend, account(2)),
        Pen::new(backend, account(3)),
    ];
    for number in 0..20 {
        for (pen, of) in pens.iter_mut().zip([10_000, 20_000, 30_000]) {
            let secs = i64::try_from(number).unwrap() / 3;
            pen.write(secs, one_of_each(secs, of + number * 10)).await;
        }
        let secs = i64::try_from(number).unwrap() / 3;
        let of_one_user = vec![session_started(secs, session(90_000 + number), user(1))];
        pens[1].write(secs, of_one_user).await;
    }
    let (records, of, span) = (backend.records(), account(2), Span::default());

    same(3, async |page| {
        records.list_accounts(AccountFilter::default(), page).await
    })
    .await;
    same(40, async |page| {
        records.list_audit(of, AuditFilter::default(), page).await
    })
    .await;
    same(40, async |page| {
        records.list_refusals(of, RefusalFilter::default(), page).await
    })
    .await;
    same(60, async |page| {
        records.list_sessions(of, SessionFilter::default(), page).await
    })
    .await;
    let of_user = SessionFilter {
        user: Some(user(1)),
        ..SessionFilter::default()
    };
    same(20, async |page| {
        records.list_sessions(of, of_user.clone(), page).await
    })
    .await;
    same(60, async |page| records.list_open_requests(page).await).await;
    same(60, async |page| records.list_subscription_changes(page).await).await;
    same(40, async |page| records.list_minutes(of, span, page).await).await;
    same(40, async |page| records.occupancy(of, pool(1), span, page).await).await;
}

async fn same<T: Debug + PartialEq>(
    rows: usize,
    list: impl AsyncFn(PageRequest) -> Result<Page<T>, JournalError>,
) {
    let whole = all(1_000, &list).await;
    assert_eq!(whole.len(), rows);
    for limit in [1, 3, 7, 39, 40, 41] {
        assert_eq!(all(limit, &list).await, whole, "{limit} at a time");
    }
}

/// A cursor continues where it was, without rows that were added later.
pub async fn pages_keep_their_place_while_commits_go_on(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for secs in 0..4 {
        pen.write(secs, vec![audit(0, "sven", "old")]).await;
    }
    let records = backend.records();
    let list = async |page| {
        records
            .list_audit(account(1), AuditFilter::default(), page)
            .await
            .unwrap()
    };
    let first = list(PageRequest::new(2, None)).await;

    pen.write(5, vec![audit(0, "eva", "new")]).await;
    let rest = list(PageRequest::new(9, first.next)).await;

    let times: Vec<_> = first.items.iter().chain(&rest.items).map(|row| row.at).collect();
    assert_eq!(times, [3, 2, 1, 0].map(at));
}

/// From its start, inclusive, to its end, exclusive.
pub async fn every_list_can_be_limited_to_a_span_of_time(backend: &dyn Backend) {
    let mut pen = Pen::new(backend, account(1));
    for number in 0..50_u32 {
        let records = vec![
            audit(0, "sven", "a"),
            refusal(number.into(), user(1), "desk"),
            occupancy(pool(1), number),
            session_started(i64::from(number) * 2, session(number.into()), user(1)),
            minutes(1, number.into(), None),
        ];
        pen.write(i64::from(number) * 2, records).await;
    }
    let (records, of) = (backend.records(), account(1));

    for (from, to) in [
        (None, None),
        (Some(0), Some(0)),
        (Some(10), Some(20)),
        (Some(9), Some(21)),
        (Some(99), None),
    ] {
        let span = Span {
            from: from.map(at),
            to: to.map(at),
        };
        let oldest_first: Vec<_> = (0..50)
            .map(|number| at(number * 2))
            .filter(|at| span.contains(*at))
            .collect();
        let newest_first: Vec<_> = oldest_first.iter().rev().copied().collect();

        for limit in [1, 4, 100] {
            let audit = all(limit, async |page| {
                records
                    .list_audit(
                        of,
                        AuditFilter {
                            span,
                            ..AuditFilter::default()
                        },
                        page,
                    )
                    .await
            });
            assert_eq!(
                audit.await.iter().map(|row| row.at).collect::<Vec<_>>(),
                newest_first
            );
            let refusals = all(limit, async |page| {
                records
                    .list_refusals(
                        of,
                        RefusalFilter {
                            span,
                            ..RefusalFilter::default()
                        },
                        page,
                    )
                    .await
            });
            assert_eq!(
                refusals.await.iter().map(|row| row.at).collect::<Vec<_>>(),
                newest_first
            );
            for user in [None, Some(user(1))] {
                let mut filter = SessionFilter::default();
                (filter.span, filter.user) = (span, user);
                let sessions = all(limit, async |page| {
                    records.list_sessions(of, filter.clone(), page).await
                });
                assert_eq!(
                    sessions
                        .await
                        .iter()
                        .map(|row| row.started_at)
                        .collect::<Vec<_>>(),
                    newest_first
                );
            }
            let minutes = all(limit, async |page| records.list_minutes(of, span, page).await);
            assert_eq!(
                minutes.await.iter().map(|row| row.at).collect::<Vec<_>>(),
                newest_first
            );
            let occupancy = all(limit, async |page| {
                records.occupancy(of, pool(1), span, page).await
            });
            assert_eq!(
                occupancy.await.iter().map(|row| row.at).collect::<Vec<_>>(),
                oldest_first
            );
        }
    }
}
