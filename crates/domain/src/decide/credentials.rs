//! Credentials are stored elsewhere: who may change them, and the record that they were changed.
//!
//! The right is checked before the change, on the account as it is then. A note describes something that has happened,
//! and is never refused for lack of rights: the actor may have lost them since.

use alloc::vec;

use crate::account::Account;
use crate::command::{CredentialCommand, Decision};
use crate::decide::{presence, rights, users};
use crate::event::{CredentialEvent, EndReason, Event};
use crate::id::UserId;
use crate::permission::{Actor, Privilege};
use crate::refusal::Refusal;

impl Account {
    /// Refuses everybody but the user: nobody else can set up their second factor.
    pub fn need_to_set_second_factor(&self, actor: &Actor, user: UserId) -> Result<(), Refusal> {
        users::visible_user(self, user, actor)?;
        if *actor == Actor::User(user) {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            needed: "to be the user",
        })
    }

    /// Refuses actors who may not remove a user's second factor: all but the user, and people who manage users and have
    /// no fewer rights than this one. Programs cannot change credentials.
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

/// Records what has happened, if its user still exists. A new password ends the user's sign-ins on devices: anybody who
/// knew the old one is signed out there too.
pub(super) fn note(
    account: &Account,
    command: &CredentialCommand,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    match command {
        CredentialCommand::NotePassword { user, link } => {
            check_exists(account, *user)?;
            let by = presence::by(account, actor, None);
            let reason = EndReason::PasswordChanged;
            let link = link.clone();
            let link = link.map(|link| link.map(|author| presence::by(account, &author, None)));
            let mut events = vec![Event::Credential(CredentialEvent::PasswordSet {
                user: *user,
                link,
            })];
            events.extend(presence::end_presence(account, *user, None, reason, Some(&by)));
            Ok(Decision::done(events))
        }
        CredentialCommand::NoteSecondFactor { user, is_set } => {
            check_exists(account, *user)?;
            let user = *user;
            Ok(Decision::done(vec![Event::Credential(if *is_set {
                CredentialEvent::SecondFactorSet { user }
            } else {
                CredentialEvent::SecondFactorRemoved { user }
            })]))
        }
        CredentialCommand::NoteLink {
            user,
            purpose,
            is_made,
        } => {
            check_exists(account, *user)?;
            let (user, purpose) = (*user, *purpose);
            Ok(Decision::done(vec![Event::Credential(if *is_made {
                CredentialEvent::LinkMade { user, purpose }
            } else {
                CredentialEvent::LinkRevoked { user, purpose }
            })]))
        }
        CredentialCommand::NoteProvider { change } => {
            let change = change.clone();
            Ok(Decision::done(vec![Event::Credential(
                CredentialEvent::ProviderChanged { change },
            )]))
        }
    }
}

fn check_exists(account: &Account, user: UserId) -> Result<(), Refusal> {
    if account.users.contains_key(&user) {
        return Ok(());
    }
    Err(Refusal::NotFound { what: "user" })
}
