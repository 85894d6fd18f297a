//! The overview: how full the pools are, and what needs attention. An example of a live page.

mod steps;
mod view;

use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use usher_domain::{Account, Actor, Refusal, Timestamp};
use usher_journal::{PageRequest, RefusalFilter, Span};

use self::view::{Names, Overview, OverviewData, OverviewPage, Refused};
use crate::answer::page;
use crate::failed::Failed;
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

/// How many recent refusals are shown.
const REFUSALS_SHOWN: usize = 5;
/// The most refusals read to count today's.
const REFUSALS_COUNTED: u16 = 100;
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

    async fn show(viewer: &Viewer, _: &Nothing, mut seen: OverviewData) -> Result<Overview, Failed> {
        let mut refusals = Vec::new();
        if seen.sees_reports {
            let filter = RefusalFilter {
                span: Span {
                    from: Some(Timestamp::from_millis(
                        seen.now.millis().saturating_sub(TODAY_MILLIS),
                    )),
                    to: None,
                },
                ..RefusalFilter::default()
            };
            let of_today = PageRequest::new(REFUSALS_COUNTED, None);
            let rows = viewer
                .portal
                .app
                .records()
                .list_refusals(viewer.account, filter, of_today)
                .await?;
            seen.refused_today(rows.items.len(), rows.next.is_some());
            let mut rows = rows.items;
            rows.truncate(REFUSALS_SHOWN);
            let refused = rows.iter().map(|row| (row.user, row.product.to_string()));
            let refused: Vec<_> = refused.collect();
            let look = move |account: &Account, _: &Actor, _| {
                Ok((Names::of(account, &refused), account.wall_times().clone()))
            };
            let (_, (names, wall)) = viewer.look(None, look).await?;
            refusals = rows.iter().map(|row| Refused::of(row, &wall, &names)).collect();
        }
        Ok(Overview { seen, refusals })
    }
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
