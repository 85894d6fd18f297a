//! Acting as a user, or as an admin: said by the caller, and never guessed from what else is said.

use serde::Deserialize;
use usher_domain::command::Acting;
use usher_domain::{Account, SessionId, SignInId, TicketId, UserId};
use utoipa::IntoParams;

use super::schema;
use crate::extract::Caller;
use crate::problem::Problem;

/// As the user, which an operator key says to do what only the user can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActingAsUser {
    /// As the user whose it is.
    User,
}

/// In which capacity an operator key acts, for calls without a body.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AsQuery {
    /// `user`: an operator key acts as the user whose it is, with what that user may do.
    #[serde(default, rename = "as")]
    #[param(rename = "as", value_type = Option<schema::ActingAsUser>)]
    pub(crate) acting: Option<ActingAsUser>,
}

/// What somebody acts on.
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

/// The caller as the user whose thing it is, where an operator key says so; otherwise the caller. Whose a thing is
/// never changes; one that is over is nobody's, and answers as it does to the key.
pub(crate) async fn as_user(caller: Caller, is_as_user: bool, on: On) -> Result<Caller, Problem> {
    if !is_as_user || !caller.is_operator() {
        return Ok(caller);
    }
    let user = caller.read(move |account, _, _| Ok(on.user(account))).await?;
    Ok(caller.acting_as(user))
}

/// Whether that is as the user.
pub(crate) fn is_user(acting: Option<Acting>) -> bool {
    acting == Some(Acting::User)
}
