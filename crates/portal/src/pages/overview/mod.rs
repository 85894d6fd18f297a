//! The overview: how full the pools are, and what needs attention. An example of a live page.

mod attention;
mod steps;
mod view;

use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use usher_domain::{Account, Actor, Refusal, Timestamp};
use usher_journal::{PageRequest, RefusalFilter, Span, TicketFilter};

use self::view::{Counted, Names, Overview, OverviewData, OverviewPage, Refused, Today};
use crate::answer::page;
use crate::failed::Failed;
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

/// How many recent refusals are shown.
const REFUSALS_SHOWN: usize = 5;
/// The most refusals, and the most waits, read to count today's.
const COUNTED: u16 = 100;
/// The most commits read for the peak of today.
const PEAK_COMMITS_MAX: usize = 1000;
/// Today is the last 24 hours.
const TODAY_MILLIS: i64 = 24 * 3600 * 1000;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}", get(to_overview))
        .route("/a/{account}/overview", get(show))
        .route("/a/{account}/overview/live", get(live::stream::<OverviewPage>))
}

async fn to_overview(viewer: Viewer) -> Response {
    Redirect::to(&NavPage::Overview.path(viewer.account)).into_response()
}

async fn show(viewer: Viewer, uri: Uri) -> Result<Response, Failed> {
    let (frame, live) = live::open::<OverviewPage>(&viewer, Nothing {}, &uri).await?;
    Ok(page(&OverviewPage { frame, live }))
}

/// The overview has no filters.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Nothing {}

impl LivePage for OverviewPage {
    type Query = Nothing;
    type Data = OverviewData;
    type Fragment = Overview;

    const NAV_PAGE: NavPage = NavPage::Overview;

    fn see(account: &Account, actor: &Actor, _: &Nothing, now: Timestamp) -> Result<OverviewData, Refusal> {
        Ok(OverviewData::of(account, actor, now))
    }

    async fn show(viewer: &Viewer, _: &Nothing, seen: OverviewData) -> Result<Overview, Failed> {
        let mut today = Today::default();
        let mut refusals = Vec::new();
        if seen.sees_reports {
            refusals = show_reports(viewer, &seen, &mut today).await?;
        }
        Ok(Overview {
            seen,
            today,
            refusals,
        })
    }
}

/// Adds what the records say of the last 24 hours. Returns the newest refusals.
async fn show_reports(
    viewer: &Viewer,
    seen: &OverviewData,
    today: &mut Today,
) -> Result<Vec<Refused>, Failed> {
    let since = Timestamp::from_millis(seen.now.millis().saturating_sub(TODAY_MILLIS));
    let span = Span {
        from: Some(since),
        to: None,
    };
    let of_today = || PageRequest::new(COUNTED, None);
    let records = viewer.portal.app.records();
    let filter = TicketFilter {
        span,
        ..TicketFilter::default()
    };
    let waits = records.list_tickets(viewer.account, filter, of_today()).await?;
    today.waited = Counted {
        count: waits.items.len(),
        are_more: waits.next.is_some(),
    };
    let recent = records
        .recent_occupancy(viewer.account, since, PEAK_COMMITS_MAX)
        .await?;
    let peak = recent.peak(since, &seen.occupied);
    (today.peak, today.is_peak_at_least) = (peak.seats, peak.is_at_least);
    let filter = RefusalFilter {
        span,
        ..RefusalFilter::default()
    };
    let rows = records.list_refusals(viewer.account, filter, of_today()).await?;
    today.refused(&rows.items, rows.next.is_some());
    let mut rows = rows.items;
    rows.truncate(REFUSALS_SHOWN);
    let refused = rows.iter().map(|row| (row.user, row.product.to_string()));
    let refused: Vec<_> = refused.collect();
    let look = move |account: &Account, _: &Actor, _| {
        Ok((Names::of(account, &refused), account.wall_times().clone()))
    };
    let (_, (names, wall)) = viewer.look(None, look).await?;
    Ok(rows.iter().map(|row| Refused::of(row, &wall, &names)).collect())
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[test]
    fn the_sample_renders_and_escapes_names() {
        let html = Overview::sample().render().unwrap();

        assert!(html.contains("8 of 10"), "{html}");
        assert!(!html.contains("<b>Day</b>"), "{html}");
    }
}
