//! Work on an idle account in the caller's own task, without a detour through the account's task.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::OwnedMutexGuard;

use super::commit::ATTEMPTS_MAX;
use super::resident::Resident;
use super::turn::{Outgoing, Turn};
use super::{Phase, Work};
use crate::{Failure, Reason};

type Rest<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;

/// The result of trying to work.
pub(crate) enum InlineResult<W: Work> {
    /// Nothing was done: the account's task has to load it, or to read other nodes' commits.
    NotNow(W),
    /// Nothing has to be stored, and this is the answer.
    Done(Result<W::Answer, Failure>),
    /// The answer has to wait until the result is durable.
    Storing(Unstoppable<W::Answer>),
}

/// Does work on an account that nobody else is working on.
pub(crate) fn begin<W: Work>(mut resident: OwnedMutexGuard<Resident>, mut work: W) -> InlineResult<W> {
    if resident.state.is_none() || resident.is_stale() {
        return InlineResult::NotNow(work);
    }
    let mut answer = None;
    let is_from_stored = W::IS_QUESTION && resident.has_failed_lately();
    let turn = catch_unwind(AssertUnwindSafe(|| {
        let mut run = phases(&mut work, &mut answer);
        if is_from_stored {
            resident.answer_from_stored(&mut run).map(|()| None)
        } else {
            resident.turn(&mut run)
        }
    }));
    match turn {
        Ok(Ok(None)) => {
            resident.mark_due();
            InlineResult::Done(known(answer))
        }
        Ok(Ok(Some(outgoing))) => InlineResult::Storing(Unstoppable {
            rest: Some(Box::pin(store(resident, work, answer, outgoing))),
        }),
        Ok(Err(failure)) => InlineResult::Done(Err(failure)),
        Err(_panic) => {
            resident.note_panic();
            InlineResult::Done(known(None))
        }
    }
}

async fn store<W: Work>(
    mut resident: OwnedMutexGuard<Resident>,
    mut work: W,
    mut answer: Option<Result<W::Answer, Failure>>,
    outgoing: Outgoing,
) -> Result<W::Answer, Failure> {
    let first = resident.store(outgoing).await;
    let mut run = phases(&mut work, &mut answer);
    let mut stored = match first {
        Ok(true) => Ok(()),
        Ok(false) => resident.decide(&mut run, ATTEMPTS_MAX - 1).await,
        Err(failure) => Err(failure),
    };
    if W::IS_QUESTION && stored.as_ref().is_err_and(Failure::is_of_storing) {
        stored = resident.load_and_answer_from_stored(&mut run).await;
    }
    resident.mark_due();
    if resident.is_worth_a_snapshot() {
        // The answer must not wait while the state is copied.
        tokio::spawn(async move { resident.snapshot() });
    }
    drop(run);
    stored.and_then(|()| known(answer))
}

/// What is done in each phase of a turn. It may run several times; the last answer counts.
fn phases<W: Work>(
    work: &mut W,
    answer: &mut Option<Result<W::Answer, Failure>>,
) -> impl FnMut(&mut Turn<'_>, Phase) {
    move |turn: &mut Turn<'_>, phase| match phase {
        Phase::BeforeWhatIsDue => work.keep_alive(turn),
        Phase::Main => *answer = Some(work.run(turn)),
    }
}

/// Without an answer nobody knows what came of the work.
fn known<T>(answer: Option<Result<T, Failure>>) -> Result<T, Failure> {
    answer.unwrap_or(Err(Failure::Unavailable(Reason::OutcomeUnknown)))
}

/// Work that is finished once it has begun: if its caller goes away, a task continues it.
pub(crate) struct Unstoppable<T: Send + 'static> {
    rest: Option<Rest<T>>,
}

impl<T: Send> Future for Unstoppable<T> {
    type Output = Result<T, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(mut rest) = self.rest.take() else {
            return Poll::Ready(known(None));
        };
        let polled = rest.as_mut().poll(context);
        if polled.is_pending() {
            self.rest = Some(rest);
        }
        polled
    }
}

impl<T: Send> Drop for Unstoppable<T> {
    fn drop(&mut self) {
        let Some(rest) = self.rest.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(rest);
        }
    }
}
