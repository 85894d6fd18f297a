//! What is revealed about ended sign-ins, sessions and tickets, and to whom.

use usher_app::{Admitted, Over};
use usher_domain::personal::Personal;
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, Actor, Refusal, SessionId, Timestamp, WallTimes};
use usher_engine::Failure;
use usher_journal::{End, SessionRow, Text};

use crate::problem::{Ended, Problem};

/// The refusal for an ended session that would have to exist.
pub(crate) const SESSION_OVER: Refusal = Refusal::State(StateRefusal::WrongState {
    what: "session",
    state: "ended",
    expected: "one that has not ended",
});

/// Reads the account for something that may have ended.
pub(crate) async fn read<T: Send + 'static>(
    caller: &Admitted,
    view: impl Fn(&Account, Timestamp) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Problem> {
    match caller.app.engine().read(caller.account, view).await {
        Ok(Ok(shown)) => Ok(shown),
        Ok(Err(refusal)) => Err(problem(caller, refusal.into()).await),
        Err(failure) => Err(caller.problem(failure).await.into()),
    }
}

/// A failure as a problem, with how the sign-in or ticket ended if it is about that.
pub(crate) async fn problem(caller: &Admitted, failure: Failure) -> Problem {
    let refusal = match failure {
        Failure::Refused(refusal) => refusal,
        failure => return caller.problem(failure).await.into(),
    };
    match end_of(caller, refusal).await {
        Ok((refusal, Some(end))) => problem_of(caller, &refusal, &end).await,
        Ok((refusal, None)) => caller.refused(&refusal).into(),
        Err(problem) => problem,
    }
}

/// How the sign-in or ticket of a refusal ended, if the caller may know it ([`usher_app::App::end_of`]).
pub(crate) async fn end_of(caller: &Admitted, refusal: Refusal) -> Result<(Refusal, Option<End>), Problem> {
    let told = caller.app.end_of(caller.account, &caller.actor, refusal).await;
    Ok(told?)
}

/// The problem for something that has ended, with how it ended.
pub(crate) async fn problem_of(caller: &Admitted, refusal: &Refusal, end: &End) -> Problem {
    told(&caller.app.wall_times(caller.account).await, refusal, end)
}

/// The same if the wall clock's history is known.
pub(crate) fn told(wall: &WallTimes, refusal: &Refusal, end: &End) -> Problem {
    let by = end.by.as_ref();
    let text = |text: Option<&Text>| text.map(ToString::to_string);
    Problem::refused(refusal, None).with_end(Ended {
        reason: end.reason.to_string(),
        by: by.map(|by| by.actor.to_string()),
        by_name: text(by.and_then(|by| by.name.as_ref()).map(Personal::reveal)),
        note: text(by.and_then(|by| by.note.as_ref()).map(Personal::reveal)),
        at: wall.shown(end.at),
    })
}

/// The problem for an ended session, with what its customer is told about the end.
pub(crate) fn session_is_over(over: &Over) -> Problem {
    let ending = over.ending();
    Problem::refused(&SESSION_OVER, None).with_end(Ended {
        reason: over.end.reason.to_string(),
        by: Some(ending.ender.as_str().to_owned()),
        by_name: None,
        note: ending.note,
        at: over.ended_at,
    })
}

/// An ended session, if the caller may see it.
pub(crate) async fn session(caller: &Admitted, id: SessionId) -> Result<Option<SessionRow>, Problem> {
    let row = caller.app.ended_session(caller.account, &caller.actor, id).await;
    Ok(row?)
}

/// A failure about one session as a problem, which distinguishes an ended session from one that never existed.
pub(crate) async fn session_problem(caller: &Admitted, id: SessionId, failure: Failure) -> Problem {
    if !matches!(failure, Failure::Refused(Refusal::NotFound { what: "session" })) {
        return problem(caller, failure).await;
    }
    match session(caller, id).await {
        Ok(Some(SessionRow { end: Some(end), .. })) => problem_of(caller, &SESSION_OVER, &end).await,
        Ok(_) => Problem::not_found("session"),
        Err(problem) => problem,
    }
}

/// Refuses a device whose sign-in or ticket has ended, and callers who may see nothing of the account.
pub(crate) fn need_presence(account: &Account, actor: &Actor) -> Result<(), Refusal> {
    if account.is_staff(actor) || account.user_of(actor).is_some() {
        return Ok(());
    }
    Err(match actor {
        Actor::SignIn(id) => Refusal::State(StateRefusal::SignInEnded { id: *id }),
        Actor::Ticket(id) => Refusal::State(StateRefusal::TicketEnded { id: *id }),
        _ => Refusal::NotFound { what: "account" },
    })
}
