//! Decides commands. Nothing is changed here: first guards, then the events.

mod account;
pub(crate) mod capacity;
mod credentials;
mod dates;
mod directory;
pub(crate) mod due;
mod labels;
mod licenses;
pub(crate) mod loans;
mod members;
mod pools;
pub(crate) mod presence;
mod queue;
pub(crate) mod rights;
mod seat_requests;
mod sessions;
mod sign_ins;
mod subscription;
mod teams;
pub(crate) mod texts;
mod users;

use alloc::collections::BTreeSet;

use crate::account::Account;
use crate::command::{Command, Decision, Execute};
use crate::event::{Event, SignInEvent};
use crate::id::SignInId;
use crate::leases::Leased;
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::repeat;
use crate::settle::Attempted;
use crate::time::Timestamp;

/// How a command is decided, and what is known of it without deciding. Private to the domain.
pub trait Decide {
    /// What is answered besides the events.
    type Outcome;

    /// Decides it on an account that is not deleted.
    fn decide(
        &self,
        account: &Account,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision<Self::Outcome>, Refusal>;

    /// The seat that it asks for, for the record if that is refused (Q1).
    fn attempted(&self, account: &Account) -> Option<Attempted>;

    /// What it is a heartbeat of.
    fn renews(&self) -> Option<Leased>;
}

impl Account {
    /// Whether a command would be granted now, and whether it would then change anything. Nothing is done.
    pub fn would_change(
        &self,
        command: &impl Execute,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        decide(self, command, actor, now).map(|decision| !decision.events.is_empty())
    }

    /// The sign-ins that a command would end now, with their sessions. Nothing is done.
    pub fn would_sign_out(
        &self,
        command: &impl Execute,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<BTreeSet<SignInId>, Refusal> {
        let decision = decide(self, command, actor, now)?;
        let ended = decision.events.iter().filter_map(|event| {
            let Event::SignIn(SignInEvent::Ended { id, .. }) = event else {
                return None;
            };
            Some(*id)
        });
        Ok(ended.collect())
    }
}

/// Decides a command on an account. The returned events keep every rule when [`crate::step`] applies them in order; a
/// refusal means that nothing happens.
pub(crate) fn decide<C: Execute>(
    account: &Account,
    command: &C,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision<C::Outcome>, Refusal> {
    if account.deleted {
        return Err(Refusal::NotFound { what: "account" });
    }
    command.decide(account, actor, now)
}

impl Decide for Command {
    type Outcome = ();

    fn decide(&self, account: &Account, actor: &Actor, now: Timestamp) -> Result<Decision, Refusal> {
        texts::check(account, self)?;
        if let Some(bits) = self.made_bits() {
            repeat::check_key(account, bits)?;
        }
        match self {
            Self::Account(command) => account::decide(account, command, actor, now),
            Self::ApiKey(command) => account::decide_key(account, command, actor),
            Self::User(command) => users::decide(account, command, actor),
            Self::License(command) => licenses::decide(account, command, actor, now),
            Self::SeatRequest(command) => seat_requests::decide(account, command, actor, now),
            Self::Credential(command) => credentials::note(account, command, actor),
            Self::Pool(command) => pools::decide(account, command, actor, now),
            Self::Team(command) => teams::decide(account, command, actor),
            Self::Group(command) => directory::decide(account, command, actor),
            Self::SignIn(command) => sign_ins::decide(account, command, actor, now),
            Self::Session(command) => sessions::decide(account, command, actor, now),
            Self::Ticket(command) => queue::decide(account, command, actor, now),
        }
    }

    fn attempted(&self, account: &Account) -> Option<Attempted> {
        Attempted::of(account, self)
    }

    fn renews(&self) -> Option<Leased> {
        Leased::renewed_by(self)
    }
}
