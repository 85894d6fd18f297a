//! Passwords set when a user is created or changed.

use usher_app::{Admitted, NotHashed};
use usher_domain::{Actor, Command, UserId};
use usher_identity::{PasswordHash, PasswordLife};

use crate::problem::Problem;

/// Whether a password set by somebody else is temporary: as requested, or by default temporary if set by a user, and
/// lasting if set by an operator.
pub(super) fn life_of_others(
    actor: &Actor,
    is_set: bool,
    temporary: Option<bool>,
) -> Result<PasswordLife, Problem> {
    if temporary.is_some() && !is_set {
        let message = "says something of `password`, which is missing";
        return Err(Problem::invalid("password_temporary", message));
    }
    let is_temporary = temporary.unwrap_or(!matches!(actor, Actor::Operator));
    Ok(if is_temporary {
        PasswordLife::Temporary
    } else {
        PasswordLife::Lasting
    })
}

/// Whether a user's new password is temporary: see [`life_of_others`]. Changing your own is lasting, and needs the
/// current one.
pub(super) async fn life_of(
    caller: &Admitted,
    user: UserId,
    present: Option<String>,
    temporary: Option<bool>,
) -> Result<PasswordLife, Problem> {
    if caller.actor != Actor::User(user) {
        if present.is_some() {
            let message = "is for changing one's own password only";
            return Err(Problem::invalid("present_password", message));
        }
        return life_of_others(&caller.actor, true, temporary);
    }
    if temporary == Some(true) {
        let message = "cannot be true of one's own password";
        return Err(Problem::invalid("password_temporary", message));
    }
    let Some(present) = present else {
        let message = "is needed to change one's own password";
        return Err(Problem::invalid("present_password", message));
    };
    let credential = caller.cause.credential.as_deref().unwrap_or_default();
    let app = &caller.app;
    let asked = app.is_present_password(caller.account, user, present, credential);
    if asked.await? {
        return Ok(PasswordLife::Lasting);
    }
    Err(Problem::invalid(
        "present_password",
        "is not your present password",
    ))
}

/// Hashes a password that a command gives a user, if the caller may give that command.
pub(super) async fn hash(
    caller: &Admitted,
    command: Command,
    password: String,
) -> Result<PasswordHash, Problem> {
    let app = &caller.app;
    let hashed = app.hash_password(caller.account, &caller.actor, command, password);
    match hashed.await {
        Ok(hash) => Ok(hash),
        Err(NotHashed::Failed(failure)) => Err(caller.problem(failure).await.into()),
        Err(error @ NotHashed::Password(_)) => Err(error.into()),
    }
}
