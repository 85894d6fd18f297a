//! Repeated calls for things that may have ended since (`Idempotency-Key`).

use usher_app::Admitted;
use usher_domain::refusal::StateRefusal;
use usher_domain::repeat::{ids_of_key, need_no_other};
use usher_domain::{Account, Refusal, SessionId, SignInId, TicketId};

use super::ended;
use crate::problem::Problem;

/// The state of the thing that a key created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EarlierCreation {
    /// It exists and matches the request.
    Same,
    /// It exists and does not match the request.
    Another,
    /// It does not exist: it never did, or has ended.
    Unknown,
}

/// Lets a sign-in be created with an id derived from a key only if it was never created before: an ended sign-in stays
/// ended (S6).
pub(crate) async fn check_sign_in(
    caller: &Admitted,
    bits: u128,
    view: impl Fn(&Account) -> EarlierCreation + Send + 'static,
) -> Result<(), Problem> {
    check_key(caller, bits).await?;
    if is_there(caller, view).await? {
        return Ok(());
    }
    let id = SignInId::from_bits(bits);
    match caller.app.records().sign_in_end(caller.account, id).await? {
        Some(end) => {
            Err(ended::problem_of(caller, &Refusal::State(StateRefusal::SignInEnded { id }), &end).await)
        }
        None => check_ticket(caller, bits).await,
    }
}

/// The same for sessions. Returns whether it exists.
pub(crate) async fn check_session(
    caller: &Admitted,
    bits: u128,
    view: impl Fn(&Account) -> EarlierCreation + Send + 'static,
) -> Result<bool, Problem> {
    check_key(caller, bits).await?;
    if is_there(caller, view).await? {
        return Ok(true);
    }
    let id = SessionId::from_bits(bits);
    match caller.app.records().session_end(caller.account, id).await? {
        Some(end) => Err(ended::problem_of(caller, &ended::SESSION_OVER, &end).await),
        None => check_ticket(caller, bits).await.map(|()| false),
    }
}

/// Refuses a key that created another sign-in, session or ticket, even one that has ended.
async fn check_key(caller: &Admitted, bits: u128) -> Result<(), Problem> {
    let (first, last) = ids_of_key(bits);
    let records = caller.app.records();
    need_no_other(records.has_made(caller.account, first, last, bits).await?)?;
    Ok(())
}

async fn check_ticket(caller: &Admitted, bits: u128) -> Result<(), Problem> {
    let id = TicketId::from_bits(bits);
    match caller.app.records().ticket_end(caller.account, id).await? {
        Some(end) => {
            Err(ended::problem_of(caller, &Refusal::State(StateRefusal::TicketEnded { id }), &end).await)
        }
        None => Ok(()),
    }
}

async fn is_there(
    caller: &Admitted,
    view: impl Fn(&Account) -> EarlierCreation + Send + 'static,
) -> Result<bool, Problem> {
    let before = caller.read(move |account, _, _| Ok(view(account))).await?;
    need_no_other(before == EarlierCreation::Another)?;
    Ok(before == EarlierCreation::Same)
}
