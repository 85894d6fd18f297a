//! What the records say of the last 24 hours. Counting it takes up to thousands of statements, and every open overview
//! would do so at each commit of its account: so it is kept for a moment, for all of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use usher_domain::{AccountId, PoolId, Secs, Timestamp};
use usher_journal::{PageRequest, Peak, RefusalFilter, RefusalRow, Span, TicketFilter};

use super::view::Counted;
use crate::failed::Failed;
use crate::viewer::Viewer;

/// The most refusals, and the most waits, read to count today's.
const COUNTED: u16 = 100;
/// The most commits read for the peak of today.
const PEAK_COMMITS_MAX: usize = 1000;
/// Today is the last 24 hours.
const TODAY_MILLIS: i64 = 24 * 3600 * 1000;
/// How old a report may be on a page that updates itself.
const KEPT_FOR: Secs = Secs::new(15);
/// The most accounts whose reports are kept.
const ACCOUNTS_MAX: usize = 100;

/// What is kept of one account. Locked while it is counted: whoever waits for it uses the same report.
type Place = Arc<tokio::sync::Mutex<Option<Arc<Report>>>>;

/// The reports of the accounts whose overviews are open.
#[derive(Default)]
pub(crate) struct Reports(Mutex<BTreeMap<AccountId, Place>>);

/// What the records say of the last 24 hours.
pub(super) struct Report {
    counted_at: Timestamp,
    pub(super) waited: Counted,
    /// The most seats in use until it was counted.
    pub(super) peak: Peak,
    /// The newest first.
    pub(super) refusals: Vec<RefusalRow>,
    pub(super) are_more_refusals: bool,
}

/// How new a report has to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Age {
    /// Counted now, for a page that somebody loads.
    New,
    /// Kept for a moment, for a page that updates itself.
    #[default]
    Recent,
}

impl Reports {
    /// The report of the viewer's account. `occupied` is how many seats of each pool are taken now.
    pub(super) async fn of(
        &self,
        viewer: &Viewer,
        now: Timestamp,
        occupied: &BTreeMap<PoolId, u32>,
        age: Age,
    ) -> Result<Arc<Report>, Failed> {
        let place = self.place(viewer.account);
        let mut kept = place.lock().await;
        let is_good = |report: &&Arc<Report>| match age {
            Age::New => false,
            Age::Recent => now.since(report.counted_at) < KEPT_FOR,
        };
        if let Some(report) = kept.as_ref().filter(is_good) {
            return Ok(Arc::clone(report));
        }
        let report = Arc::new(Report::count(viewer, now, occupied).await?);
        *kept = Some(Arc::clone(&report));
        Ok(report)
    }

    fn place(&self, account: AccountId) -> Place {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= ACCOUNTS_MAX && !places.contains_key(&account) {
            places.retain(|_, place| Arc::strong_count(place) > 1);
        }
        Arc::clone(places.entry(account).or_default())
    }
}

impl Report {
    async fn count(
        viewer: &Viewer,
        now: Timestamp,
        occupied: &BTreeMap<PoolId, u32>,
    ) -> Result<Self, Failed> {
        let since = Timestamp::from_millis(now.millis().saturating_sub(TODAY_MILLIS));
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
        let recent = records
            .recent_occupancy(viewer.account, since, PEAK_COMMITS_MAX)
            .await?;
        let filter = RefusalFilter {
            span,
            ..RefusalFilter::default()
        };
        let refusals = records.list_refusals(viewer.account, filter, of_today()).await?;
        Ok(Self {
            counted_at: now,
            waited: Counted {
                count: waits.items.len(),
                are_more: waits.next.is_some(),
            },
            peak: recent.peak(since, occupied),
            are_more_refusals: refusals.next.is_some(),
            refusals: refusals.items,
        })
    }
}
