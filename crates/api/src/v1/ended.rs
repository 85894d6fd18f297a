//! What is told of sign-ins and tickets that are over, and to whom.

use usher_domain::{Account, Actor, Refusal, Timestamp};
use usher_engine::Failure;
use usher_journal::End;

use crate::extract::Caller;
use crate::problem::{Facts, Problem};

/// What is said of a session that is over.
pub(crate) const SESSION_OVER: Refusal = Refusal::WrongState {
    what: "session",
    state: "ended",
    expected: "there",
};

/// Looks at the account, where what is looked for may be over.
pub(crate) async fn read<T: Send + 'static>(
    caller: &Caller,
    view: impl Fn(&Account, Timestamp) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Problem> {
    match caller.api.engine.read(caller.account, view).await {
        Ok(Ok(shown)) => Ok(shown),
        Ok(Err(refusal)) => Err(problem(caller, refusal.into()).await),
        Err(failure) => Err(caller.problem(failure).await),
    }
}

/// The problem that a failure is, with how the sign-in or ticket ended where that is what it is about.
pub(crate) async fn problem(caller: &Caller, failure: Failure) -> Problem {
    let refusal = match failure {
        Failure::Refused(refusal) => refusal,
        failure => return caller.problem(failure).await,
    };
    match end_of(caller, refusal).await {
        Ok((refusal, Some(end))) => over(&refusal, &end),
        Ok((refusal, None)) => Problem::refused(&refusal, Some(caller.account)),
        Err(problem) => problem,
    }
}

/// How the sign-in or ticket ended that a refusal is about. It is told to its own token, and to those who see the
/// account; for anybody else, and where it never was, the refusal becomes that there is none.
pub(crate) async fn end_of(caller: &Caller, refusal: Refusal) -> Result<(Refusal, Option<End>), Problem> {
    let records = &caller.api.records;
    let (what, is_own, end) = match (&refusal, &caller.actor) {
        (Refusal::SignInEnded { id }, actor) => {
            let end = records.sign_in_end(caller.account, *id).await?;
            ("sign-in", matches!(actor, Actor::SignIn(own) if own == id), end)
        }
        (Refusal::TicketEnded { id }, actor) => {
            let end = records.ticket_end(caller.account, *id).await?;
            ("ticket", matches!(actor, Actor::Ticket(own) if own == id), end)
        }
        _ => return Ok((refusal, None)),
    };
    Ok(match end {
        Some(end) if is_own || is_staff(caller).await => (refusal, Some(end)),
        _ => (Refusal::NotFound { what }, None),
    })
}

/// The problem that something is over, with how it ended.
pub(crate) fn over(refusal: &Refusal, end: &End) -> Problem {
    Problem::refused(refusal, None).with(Facts {
        reason: Some(end.reason.to_string()),
        by: end.by.as_ref().map(ToString::to_string),
        ended_at: Some(end.at.into()),
        ..Facts::default()
    })
}

/// Refuses a device whose sign-in or ticket is over, and whoever sees nothing of the account.
pub(crate) fn need_presence(account: &Account, actor: &Actor) -> Result<(), Refusal> {
    if account.is_staff(actor) || account.user_of(actor).is_some() {
        return Ok(());
    }
    Err(match actor {
        Actor::SignIn(id) => Refusal::SignInEnded { id: *id },
        Actor::Ticket(id) => Refusal::TicketEnded { id: *id },
        _ => Refusal::NotFound { what: "account" },
    })
}

async fn is_staff(caller: &Caller) -> bool {
    let actor = caller.actor.clone();
    let seen = caller
        .api
        .engine
        .read(caller.account, move |account, _| account.is_staff(&actor));
    seen.await.unwrap_or(false)
}
