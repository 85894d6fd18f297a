//! Credentials, which are kept elsewhere: who may change them, and that they were changed.
//!
//! Whether somebody may is asked before the change, of the account as it is then. A note tells what has happened, and
//! is refused for nobody's rights: those may have gone since.

use crate::account::Account;
use crate::command::{Command, Decision};
use crate::decide::{presence, rights, users};
use crate::event::{EndReason, Event};
use crate::id::UserId;
use crate::permission::{Actor, Privilege};
use crate::refusal::Refusal;

impl Account {
    /// Refuses all but the user: nobody else sets up their second factor.
    pub fn need_to_set_second_factor(&self, actor: &Actor, user: UserId) -> Result<(), Refusal> {
        users::visible_user(self, user, actor)?;
        if *actor == Actor::User(user) {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            needed: "to be the user",
        })
    }

    /// Refuses who may not remove a user's second factor: all but the user, and people who manage users and have no
    /// fewer rights than this one. Programs touch no credentials.
    pub fn need_to_remove_second_factor(&self, actor: &Actor, user: UserId) -> Result<(), Refusal> {
        let whose = users::visible_user(self, user, actor)?;
        if *actor == Actor::User(user) {
            return Ok(());
        }
        self.need(actor, Privilege::UsersManage)?;
        rights::need_no_key(actor)?;
        rights::may_change(self, actor, whose)
    }
}

/// What has happened, where its user is still there. Another password ends the user's sign-ins on devices: whoever knew
/// the old one is out there too.
pub(super) fn note(account: &Account, command: &Command, actor: &Actor) -> Result<Decision, Refusal> {
    let (user, event) = match command {
        Command::NotePassword { user } => (Some(user), Event::PasswordSet { user: *user }),
        Command::NoteSecondFactor { user, is_set: true } => {
            (Some(user), Event::SecondFactorSet { user: *user })
        }
        Command::NoteSecondFactor { user, is_set: false } => {
            (Some(user), Event::SecondFactorRemoved { user: *user })
        }
        Command::NoteProvider { change } => (
            None,
            Event::ProviderChanged {
                change: change.clone(),
            },
        ),
        _ => return Err(Refusal::NotFound { what: "command" }),
    };
    if user.is_some_and(|user| !account.users.contains_key(user)) {
        return Err(Refusal::NotFound { what: "user" });
    }
    let mut events = vec![event];
    if let Command::NotePassword { user } = command {
        let by = presence::by(account, actor, None);
        let reason = EndReason::PasswordChanged;
        events.extend(presence::end_presence(account, *user, None, reason, Some(&by)));
    }
    Ok(Decision::done(events))
}
