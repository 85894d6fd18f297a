//! Decides what a command comes to. Nothing is changed here: guards first, then the events.

mod account;
pub(crate) mod capacity;
mod credentials;
mod directory;
pub(crate) mod due;
mod labels;
mod licenses;
mod members;
mod pools;
pub(crate) mod presence;
mod queue;
pub(crate) mod rights;
mod sessions;
mod sign_ins;
mod teams;
pub(crate) mod texts;
mod users;

use crate::account::Account;
use crate::command::{Command, Decision};
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::repeat;
use crate::time::Timestamp;

impl Account {
    /// Whether a command would be granted at present, and whether it would change anything then. Nothing is done.
    pub fn would_change(&self, command: &Command, actor: &Actor, now: Timestamp) -> Result<bool, Refusal> {
        decide(self, command, actor, now).map(|decision| !decision.events.is_empty())
    }
}

/// Decides a command on an account. The events that come back keep every rule when [`crate::step`] takes them in
/// order; a refusal means that nothing happens.
pub(crate) fn decide(
    account: &Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    if account.deleted {
        return Err(Refusal::NotFound { what: "account" });
    }
    texts::check(account, command)?;
    repeat::check_key(account, command)?;
    match command {
        Command::CreateAccount { .. }
        | Command::ChangeAccount { .. }
        | Command::DeleteAccount
        | Command::SetSubscription { .. }
        | Command::AddMinutes { .. }
        | Command::ChangeSettings { .. }
        | Command::CreateApiKey { .. }
        | Command::RotateApiKey { .. }
        | Command::RevokeApiKey { .. } => account::decide(account, command, actor),
        Command::Labelled {
            command,
            labels: patch,
        } => labels::decide(account, command, patch, actor, now),
        Command::CreateUser { .. }
        | Command::AdmitUser { .. }
        | Command::ChangeUser { .. }
        | Command::DeleteUser { .. } => users::decide(account, command, actor),
        Command::NotePassword { .. } | Command::NoteSecondFactor { .. } | Command::NoteProvider { .. } => {
            credentials::note(account, command, actor)
        }
        Command::CreateTeam { .. } | Command::ChangeTeam { .. } | Command::DeleteTeam { .. } => {
            teams::decide(account, command, actor)
        }
        Command::CreateGroup { .. }
        | Command::ChangeGroup { .. }
        | Command::DeleteGroup { .. }
        | Command::MapGroup { .. }
        | Command::SetUserGroups { .. } => directory::decide(account, command, actor),
        Command::SetLicense {
            user,
            product,
            license,
        } => licenses::set_license(account, *user, product, *license, actor),
        Command::ReassignLicense {
            product,
            from,
            to,
            seen,
        } => licenses::reassign(account, product, *from, *to, *seen, actor),
        Command::MoveUsers { from, to, users } => {
            licenses::move_users(account, *from, *to, users.as_ref(), actor)
        }
        Command::CreatePool { .. }
        | Command::ChangePool { .. }
        | Command::MoveSeats { .. }
        | Command::DeletePool { .. } => pools::decide(account, command, actor),
        Command::SignIn { .. }
        | Command::Heartbeat { .. }
        | Command::SignOut { .. }
        | Command::LockSeat { .. } => sign_ins::decide(account, command, actor, now),
        Command::CreateSession { .. }
        | Command::ConnectSession { .. }
        | Command::PauseSession { .. }
        | Command::ResumeSession { .. }
        | Command::EndSessions { .. } => sessions::decide(account, command, actor, now),
        Command::ClaimTicket { .. } | Command::DropTicket { .. } | Command::RenewTicket { .. } => {
            queue::decide(account, command, actor, now)
        }
    }
}
