//! Drives the steps of a plan through a desk and counts what comes of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use usher_insight::flexnet::{Count, Grouping, Step, StepKind, Tally};

use super::desk::{Desk, Opening};
use crate::{Failure, progress};

/// How often the bar moves.
const STEPS_PER_MOVE: usize = 256;

/// Replays the steps with so many seats.
pub(super) fn run(
    steps: &[Step],
    feature: &str,
    seats: u32,
    grouping: Grouping,
    shows_progress: bool,
) -> Result<Count, Failure> {
    // On one thread: each answer is waited for before the next step, so a second would only pass messages.
    progress::block_on(replay(steps, feature, seats, grouping, shows_progress))?
}

async fn replay(
    steps: &[Step],
    feature: &str,
    seats: u32,
    grouping: Grouping,
    shows_progress: bool,
) -> Result<Count, Failure> {
    let mut tally = Tally::new(seats);
    let Some(first) = steps.first() else {
        return Ok(tally.count());
    };
    let mut desk = Desk::open(Opening {
        at: first.at,
        name: feature,
        seats,
        grouping,
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

/// Everybody who ever asks for a seat.
fn holders(steps: &[Step]) -> BTreeSet<Arc<str>> {
    let asked = steps.iter().filter_map(|step| match &step.kind {
        StepKind::Take(request) | StepKind::Probe(request) => Some(Arc::clone(&request.holder)),
        StepKind::GiveBack(_) | StepKind::FreeAll => None,
    });
    asked.collect()
}

async fn take_step(desk: &mut Desk, Step { at, kind }: &Step, tally: &mut Tally) -> Result<(), Failure> {
    desk.pass_time(*at).await?;
    match kind {
        StepKind::Take(request) => {
            if desk.take(request).await? {
                tally.granted(*at, &request.user, desk.occupied());
            } else {
                tally.refused(*at, &request.user, desk.occupied());
            }
        }
        StepKind::Probe(request) => {
            if desk.take(request).await? {
                tally.granted(*at, &request.user, desk.occupied());
                desk.give_back(request).await?;
                tally.occupied(*at, desk.occupied());
            } else {
                tally.refused(*at, &request.user, desk.occupied());
            }
        }
        StepKind::GiveBack(request) => {
            let given = desk.give_back(request).await?;
            tally.gave_back(*at, given, desk.occupied());
        }
        StepKind::FreeAll => {
            desk.free_all().await?;
            tally.occupied(*at, desk.occupied());
        }
    }
    Ok(())
}
