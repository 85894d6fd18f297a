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
pub(crate) enum Begun<W: Work> {
    /// Nothing was done: the account's task has to load it, or to read other nodes' commits.
    NotNow(W),
    /// Nothing has to be stored, and this is the answer.
    Done(Result<W::Answer, Failure>),
    /// The answer has to wait until the result is durable.
    Storing(Unstoppable<W::Answer>),
}

/// Does work on an account that nobody else is working on.
pub(crate) fn begin<W: Work>(mut resident: OwnedMutexGuard<Resident>, mut work: W) -> Begun<W> {
    if resident.state.is_none() || resident.is_stale() {
        return Begun::NotNow(work);
    }
    let mut kept = None;
    let is_look = W::IS_QUESTION && resident.has_failed_lately();
    let turn = catch_unwind(AssertUnwindSafe(|| {
        let mut run = |turn: &mut Turn<'_>, phase| match phase {
            Phase::BeforeWhatIsDue => work.keep_alive(turn),
            Phase::Main => kept = Some(work.run(turn)),
        };
        if is_look {
            resident.look(&mut run).map(|()| None)
        } else {
            resident.turn(&mut run)
        }
    }));
    match turn {
        Ok(Ok(None)) => {
            resident.mark_due();
            Begun::Done(answer(kept))
        }
        Ok(Ok(Some(outgoing))) => Begun::Storing(Unstoppable {
            rest: Some(Box::pin(store(resident, work, kept, outgoing))),
        }),
        Ok(Err(failure)) => Begun::Done(Err(failure)),
        Err(_panic) => {
            resident.note_panic();
            Begun::Done(answer(None))
        }
    }
}

async fn store<W: Work>(
    mut resident: OwnedMutexGuard<Resident>,
    mut work: W,
    mut kept: Option<Result<W::Answer, Failure>>,
    outgoing: Outgoing,
) -> Result<W::Answer, Failure> {
    let first = resident.store(outgoing).await;
    let mut run = |turn: &mut Turn<'_>, phase| match phase {
        Phase::BeforeWhatIsDue => work.keep_alive(turn),
        Phase::Main => kept = Some(work.run(turn)),
    };
    let mut stored = match first {
        Ok(true) => Ok(()),
        Ok(false) => resident.decide(&mut run, ATTEMPTS_MAX - 1).await,
        Err(failure) => Err(failure),
    };
    if W::IS_QUESTION && stored.as_ref().is_err_and(Failure::is_of_storing) {
        stored = resident.look_at_stored(&mut run).await;
    }
    resident.mark_due();
    if resident.is_worth_a_snapshot() {
        // The answer must not wait while the state is copied.
        tokio::spawn(async move { resident.snapshot() });
    }
    stored.and_then(|()| answer(kept))
}

fn answer<T>(kept: Option<Result<T, Failure>>) -> Result<T, Failure> {
    kept.unwrap_or(Err(Failure::Unavailable(Reason::OutcomeUnknown)))
}

/// Work that is finished once it has begun: if its caller goes away, a task continues it.
pub(crate) struct Unstoppable<T: Send + 'static> {
    rest: Option<Rest<T>>,
}

impl<T: Send> Future for Unstoppable<T> {
    type Output = Result<T, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(mut rest) = self.rest.take() else {
            return Poll::Ready(answer(None));
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
