//! Acting as a user, or as an admin: stated by the caller, and never guessed from other parts of the request.

use std::collections::BTreeSet;

use serde::Deserialize;
use usher_app::Admitted;
use usher_domain::command::Acting;
use usher_domain::{Account, SessionId, SignInId, TicketId, UserId};
use utoipa::{IntoParams, ToSchema};

use super::schema;
use crate::problem::Problem;

/// As the user: for operator keys, to do what only the user can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActingAsUser {
    /// As the user it belongs to.
    User,
}

/// The capacity in which an operator key acts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AsQuery {
    /// `user`: an operator key acts as the user it belongs to, with that user's rights.
    #[serde(default, rename = "as")]
    #[param(rename = "as", value_type = Option<schema::ActingAsUser>)]
    pub(crate) acting: Option<ActingAsUser>,
}

/// The capacity in which a caller acts, if both are possible.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacityQuery {
    /// The capacity: `user`, as the user it belongs to; `admin`, as somebody who controls the account's sessions. Left
    /// out: as the user if the caller may act for them, otherwise as an admin.
    #[serde(default, rename = "as")]
    #[param(rename = "as", value_type = Option<schema::Acting>)]
    pub(crate) acting: Option<Acting>,
}

/// The body of a call that needs none, so that no field is silently ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoBody {}

/// The target of an action.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On {
    SignIn(SignInId),
    Session(SessionId),
    Ticket(TicketId),
}

impl On {
    fn user(self, account: &Account) -> Option<UserId> {
        match self {
            Self::SignIn(id) => account.sign_ins().get(&id).map(|it| it.user),
            Self::Session(id) => account.sessions().get(&id).map(|it| it.user),
            Self::Ticket(id) => account.tickets().get(&id).map(|it| it.user),
        }
    }
}

/// The caller as the user that the thing belongs to, if an operator key asks for that; otherwise the caller. The owner
/// of a thing never changes; an ended one has no owner, so the answer is the one for the key.
pub(crate) async fn as_user(caller: Admitted, is_as_user: bool, on: On) -> Result<Admitted, Problem> {
    if !is_as_user || !caller.is_operator() {
        return Ok(caller);
    }
    let user = caller.read(move |account, _, _| Ok(on.user(account))).await?;
    Ok(caller.acting_as(user))
}

/// The same for several sessions, which must all belong to one user.
pub(crate) async fn as_user_of_all(
    caller: Admitted,
    is_as_user: bool,
    sessions: Vec<SessionId>,
) -> Result<Admitted, Problem> {
    if !is_as_user || !caller.is_operator() {
        return Ok(caller);
    }
    let users = caller.read(move |account, _, _| {
        let users = sessions.iter().filter_map(|id| On::Session(*id).user(account));
        Ok(users.collect::<BTreeSet<UserId>>())
    });
    let users = users.await?;
    if users.len() > 1 {
        let message = "must be sessions of one user, where an operator key acts as that user";
        return Err(Problem::invalid("ids", message));
    }
    Ok(caller.acting_as(users.first().copied()))
}

/// The same problem, with how to act as the user for an operator key that did not: for what only the user may do or
/// see, such as a paused session (S8).
pub(crate) fn told_how(caller: &Admitted, problem: Problem) -> Problem {
    if !caller.is_operator() {
        return problem;
    }
    match problem.kind().code {
        "not-found" => problem.detailed(
            "There is no such session, or it is paused, and then only its user sees it. An operator key acts as that user \
             with `?as=user`.",
        ),
        "forbidden" | "not-your-session" => problem.detailed(
            "Only the user can do that. An operator key acts as that user with `?as=user`.",
        ),
        _ => problem,
    }
}

/// Whether it is as the user.
pub(crate) fn is_user(acting: Option<Acting>) -> bool {
    acting == Some(Acting::User)
}
