//! What the records say of the last 24 hours. All open overviews of an account share one report, which is made again when
//! something was committed; of it, the peak takes up to thousands of statements, so it is kept for a moment longer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use usher_app::Problem;
use usher_domain::{AccountId, PoolId, Secs, Timestamp};
use usher_journal::{PageRequest, Peak, RefusalFilter, RefusalRow, Seq, Span, TicketFilter};

use super::view::Counted;
use crate::failed::Failed;
use crate::viewer::Viewer;

/// The most refusals, and the most waits, read to count today's.
const COUNTED: u16 = 100;
/// The most commits read for the peak of today.
const PEAK_COMMITS_MAX: usize = 1000;
/// Today is the last 24 hours.
const TODAY_MILLIS: i64 = 24 * 3600 * 1000;
/// How old the peak may be on a page that updates itself.
const PEAK_KEPT_FOR: Secs = Secs::new(15);
/// The most accounts whose reports are kept.
const ACCOUNTS_MAX: usize = 100;

/// What is kept of one account. Locked while it is counted, so that those that wait for it use the same report.
type Place = Arc<tokio::sync::Mutex<Option<Arc<Report>>>>;

/// The reports of the accounts whose overviews are open.
#[derive(Default)]
pub(crate) struct Reports(Mutex<BTreeMap<AccountId, Place>>);

/// What the records say of the last 24 hours.
pub(super) struct Report {
    /// The newest commit that it knows.
    head: Option<Seq>,
    pub(super) waited: Counted,
    /// The most seats in use until it was counted.
    pub(super) peak: Peak,
    peak_counted_at: Timestamp,
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
        let engine = viewer.portal.app.engine();
        // Read before the records, so that a report never says that it knows a commit that came later.
        let head = engine.head(viewer.account).await.map_err(Problem::from)?;
        let head = head.map(|(seq, _)| seq);
        let usable = kept.as_ref().filter(|_| matches!(age, Age::Recent));
        let is_new_enough = |report: &&Arc<Report>| now.since(report.peak_counted_at) < PEAK_KEPT_FOR;
        let usable = usable.filter(is_new_enough);
        if let Some(report) = usable.filter(|report| report.head == head) {
            return Ok(Arc::clone(report));
        }
        let known = usable.map(|report| (report.peak, report.peak_counted_at));
        let report = Arc::new(Report::count(viewer, (now, head), occupied, known).await?);
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
    /// Counts what the records say now, up to the newest commit `head` at least. `known` is a peak that may be used again,
    /// and when it was counted.
    async fn count(
        viewer: &Viewer,
        (now, head): (Timestamp, Option<Seq>),
        occupied: &BTreeMap<PoolId, u32>,
        known: Option<(Peak, Timestamp)>,
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
        let (peak, peak_counted_at) = if let Some(known) = known {
            known
        } else {
            let recent = records.recent_occupancy(viewer.account, since, PEAK_COMMITS_MAX);
            (recent.await?.peak(since, occupied), now)
        };
        let filter = RefusalFilter {
            span,
            ..RefusalFilter::default()
        };
        let refusals = records.list_refusals(viewer.account, filter, of_today()).await?;
        Ok(Self {
            head,
            waited: Counted {
                count: waits.items.len(),
                are_more: waits.next.is_some(),
            },
            peak,
            peak_counted_at,
            are_more_refusals: refusals.next.is_some(),
            refusals: refusals.items,
        })
    }
}
