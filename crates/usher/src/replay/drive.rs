//! Drives the steps of a plan through a desk and counts the results.

use std::collections::BTreeSet;
use std::sync::Arc;

use usher_domain::Timestamp;
use usher_insight::flexnet::{Count, Grouping, Request, ShrinkCause, Step, StepKind, Tally};

use super::desk::{Desk, Opening};
use crate::{Failure, progress};

/// The progress bar moves once per this many steps.
const STEPS_PER_MOVE: usize = 256;
/// The session of a denial in the log, which ends at once.
const PROBE: usize = usize::MAX;

/// The input of a replay.
pub(super) struct Play<'a> {
    /// The steps, from the log.
    pub(super) steps: &'a [Step],
    /// Whether the log has dates.
    pub(super) is_dated: bool,
    /// The name of the feature.
    pub(super) feature: &'a str,
    /// The number of seats.
    pub(super) seats: u32,
    /// Who holds a seat.
    pub(super) grouping: Grouping,
}

/// Replays the steps.
pub(super) fn run(play: &Play<'_>, shows_progress: bool) -> Result<Count, Failure> {
    // One thread is enough: each answer is awaited before the next step, so a second thread would only pass messages.
    progress::block_on(replay(play, shows_progress))?
}

async fn replay(play: &Play<'_>, shows_progress: bool) -> Result<Count, Failure> {
    let steps = play.steps;
    let mut tally = Tally::new(play.seats, play.is_dated);
    let Some(first) = steps.first() else {
        return Ok(tally.count());
    };
    let mut desk = Desk::open(Opening {
        at: first.at,
        name: play.feature,
        seats: play.seats,
        grouping: play.grouping,
        holders: holders(steps),
    })
    .await?;
    let bar = progress::steps(steps.len(), shows_progress);
    for (place, step) in steps.iter().enumerate() {
        if place.is_multiple_of(STEPS_PER_MOVE) {
            bar.set_position(u64::try_from(place).unwrap_or(u64::MAX));
        }
        take_step(&mut desk, step, &mut tally).await?;
    }
    bar.finish_and_clear();
    desk.close().await;
    Ok(tally.count())
}

/// Everybody who ever requests a seat.
fn holders(steps: &[Step]) -> BTreeSet<Arc<str>> {
    let asked = steps.iter().filter_map(|step| match &step.kind {
        StepKind::Begin { request, .. } | StepKind::Grow { request, .. } | StepKind::Probe(request) => {
            Some(Arc::clone(&request.holder))
        }
        StepKind::Shrink { .. } | StepKind::ReturnUnseen => None,
    });
    asked.collect()
}

async fn take_step(desk: &mut Desk, Step { at, kind }: &Step, tally: &mut Tally) -> Result<(), Failure> {
    desk.pass_time(*at).await?;
    match kind {
        StepKind::Begin { session, request } => {
            ask(desk, *at, *session, request, tally).await?;
        }
        StepKind::Grow { session, request } => {
            if desk.holds(*session) {
                ask(desk, *at, *session, request, tally).await?;
            }
        }
        StepKind::Probe(request) => {
            if ask(desk, *at, PROBE, request, tally).await? {
                desk.give_back(PROBE, 0).await?;
                tally.occupied(*at, desk.occupied());
            }
        }
        StepKind::Shrink { session, left, cause } => {
            let gave_back = desk.give_back(*session, *left).await?;
            if gave_back && *cause == ShrinkCause::Returned {
                tally.gave_back(*at, desk.occupied());
            } else {
                tally.occupied(*at, desk.occupied());
            }
        }
        StepKind::ReturnUnseen => tally.gave_back_nothing(*at, desk.occupied()),
    }
    Ok(())
}

/// Requests the checkouts and counts the answer. Returns whether they were granted.
async fn ask(
    desk: &mut Desk,
    at: Timestamp,
    session: usize,
    request: &Request,
    tally: &mut Tally,
) -> Result<bool, Failure> {
    let is_granted = desk.take(session, request).await?;
    if is_granted {
        tally.granted(at, &request.user, desk.occupied());
    } else {
        tally.refused(at, &request.user, desk.occupied());
    }
    Ok(is_granted)
}
