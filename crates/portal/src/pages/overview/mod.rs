//! The overview: how full the pools are, and what needs attention. An example of a live page.

mod attention;
mod report;
mod steps;
mod view;

use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use usher_domain::{Account, Actor, Refusal, Timestamp};

use self::report::Age;
pub(crate) use self::report::Reports;
use self::view::{Names, Overview, OverviewData, OverviewPage, Refused, Today};
use crate::answer::page;
use crate::failed::Failed;
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

/// How many recent refusals are shown.
const REFUSALS_SHOWN: usize = 5;
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
    let (frame, live) = live::open::<OverviewPage>(&viewer, Nothing { age: Age::New }, &uri).await?;
    Ok(page(&OverviewPage { frame, live }))
}

/// The overview has no filters.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Nothing {
    /// How new the figures of the records have to be.
    #[serde(skip)]
    age: Age,
}

impl LivePage for OverviewPage {
    type Query = Nothing;
    type Data = OverviewData;
    type Fragment = Overview;

    const NAV_PAGE: NavPage = NavPage::Overview;
    const AGES: bool = true;

    fn see(account: &Account, actor: &Actor, _: &Nothing, now: Timestamp) -> Result<OverviewData, Refusal> {
        Ok(OverviewData::of(account, actor, now))
    }

    async fn show(viewer: &Viewer, asked: &Nothing, seen: OverviewData) -> Result<Overview, Failed> {
        let mut today = Today::default();
        let mut refusals = Vec::new();
        if seen.sees_reports {
            refusals = show_reports(viewer, &seen, &mut today, asked.age).await?;
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
    age: Age,
) -> Result<Vec<Refused>, Failed> {
    let reports = &viewer.portal.reports;
    let report = reports.of(viewer, seen.now, &seen.occupied, age).await?;
    let taken = seen
        .occupied
        .values()
        .fold(0_u32, |sum, seats| sum.saturating_add(*seats));
    today.waited = report.waited;
    (today.peak, today.is_peak_at_least) = (report.peak.seats.max(taken), report.peak.is_at_least);
    today.refused(&report.refusals, report.are_more_refusals);
    let newest = report.refusals.iter().take(REFUSALS_SHOWN);
    let refused = newest.clone().map(|row| (row.user, row.product.to_string()));
    let refused: Vec<_> = refused.collect();
    let look = move |account: &Account, actor: &Actor, _| {
        Ok((Names::of(account, actor, &refused), account.wall_times().clone()))
    };
    let (_, (names, wall)) = viewer.look(None, look).await?;
    Ok(newest.map(|row| Refused::of(row, &wall, &names)).collect())
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
