//! A help desk in which everybody has a short name, with times of day.

mod diary;
mod office;
mod people;
mod sight;

use std::collections::BTreeSet;

pub(super) use self::diary::Happened;
pub(super) use self::office::{concurrent_devices, concurrent_sessions, help_desk, role};
pub(super) use super::kit::{bits, product};
use super::witness::{Witness, execute, take_step};
use crate::command::{Command, Decision, Execute};
use crate::permission::{Actor, Scope};
use crate::refusal::{Code, Refusal};
use crate::tests::kit;
use crate::time::{Millis, Outage, Secs, Timestamp};
use crate::{Account, ApiKeyId, Input, SignInId, TicketId, UserId};

/// A back end that acts for all users.
pub(super) fn back_end() -> Actor {
    Actor::ApiKey {
        id: ApiKeyId::from_bits(1),
        scopes: BTreeSet::from([Scope::SignInsWrite]),
    }
}

/// The user with this name as an actor.
pub(super) fn user(name: &str) -> Actor {
    Actor::User(UserId::from_bits(bits(name)))
}

pub(super) const fn secs(secs: u32) -> Secs {
    Secs::new(secs)
}

pub(super) const fn mins(mins: u32) -> Secs {
    Secs::new(mins * 60)
}

/// A time of day, `09:00` or `09:00:30`.
pub(super) fn clock(text: &str) -> Timestamp {
    let parts: Vec<i64> = text.split(':').map(|part| part.parse().unwrap()).collect();
    let secs = parts[0] * 3600 + parts[1] * 60 + parts.get(2).copied().unwrap_or_default();
    Timestamp::from_millis(secs * 1000)
}

/// One pool of `remote-support` and its users. All devices send heartbeats, except those of users who [fall
/// silent](Self::falls_silent).
///
/// Every command must be granted, or its refusal checked with [`Self::refusal`].
pub(super) struct Shift {
    pub(super) account: Account,
    now: Timestamp,
    /// Since when due entries have not been processed.
    unseen_since: Timestamp,
    ids: u128,
    silent: BTreeSet<UserId>,
    refused: Option<Refusal>,
    happened: Happened,
}

impl Drop for Shift {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.must_be_granted();
        }
    }
}

impl Shift {
    fn must_be_granted(&self) {
        if let Some(refusal) = &self.refused {
            panic!("refused: {refusal:?}");
        }
    }

    /// The code of the last refusal.
    pub(super) fn refusal(&mut self) -> Code {
        self.refused.take().expect("a refusal").code()
    }

    /// The last refusal with its numbers.
    pub(super) fn full_refusal(&mut self) -> Refusal {
        self.refused.take().expect("a refusal")
    }

    /// Whether the last command was granted.
    pub(super) const fn was_granted(&self) -> bool {
        self.refused.is_none()
    }

    /// Whether the last command was refused, for any reason.
    pub(super) fn was_refused(&mut self) -> bool {
        self.refused.take().is_some()
    }

    /// Executes a command, and checks that a refusal changes nothing and that every invariant holds.
    pub(super) fn give(&mut self, actor: &Actor, command: &Command) -> Option<Decision> {
        self.put(actor, Input::Command(command))
    }

    /// Executes a command that must be granted, and returns its outcome.
    pub(super) fn outcome<C: Execute>(&mut self, actor: &Actor, command: &C) -> C::Outcome {
        self.must_be_granted();
        let outcome = crate::execute(
            &mut self.account,
            command,
            actor,
            self.now,
            &mut Witness::default(),
        );
        assert_eq!(self.account.broken(), []);
        outcome.unwrap()
    }

    /// Takes a step of Usher itself.
    pub(super) fn usher_does(&mut self, input: Input<'_>) -> Decision {
        self.put(&Actor::System, input)
            .expect("only commands are refused")
    }

    fn put(&mut self, actor: &Actor, input: Input<'_>) -> Option<Decision> {
        self.must_be_granted();
        let before = self.account.clone();
        let decision = match take_step(&mut self.account, input, actor, self.now) {
            Ok(decision) => decision,
            Err(refusal) => {
                assert_eq!(self.account, before);
                self.refused = Some(refusal);
                return None;
            }
        };
        self.happened.write(&before, self.now, &decision.events);
        assert_eq!(self.account.broken(), [], "after {input:?}");
        Some(decision)
    }

    fn fresh(&mut self) -> u128 {
        self.ids += 1;
        self.ids
    }

    /// The time of day.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// What has happened since the last call.
    pub(super) fn happened(&mut self) -> Happened {
        std::mem::take(&mut self.happened)
    }

    /// Moves the clock to this time of day, processing everything when it is due.
    pub(super) fn at(&mut self, time: &str) -> &mut Self {
        self.advance_to(time);
        self
    }

    /// The same, returning what happened meanwhile.
    pub(super) fn advance_to(&mut self, time: &str) -> Happened {
        self.must_be_granted();
        self.happened();
        let until = clock(time);
        assert!(until >= self.now, "{time} is over");
        while let Some(due) = self.account.next_due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.send_heartbeats();
            if self.account.next_due().is_some_and(|due| due <= self.now) {
                self.usher_does(Input::Tick);
            }
        }
        self.now = until;
        self.happened()
    }

    /// Moves the clock without processing due entries: Usher is late, or down.
    pub(super) fn unseen_until(&mut self, time: &str) -> &mut Self {
        self.unseen_since = self.now;
        self.now = clock(time);
        self
    }

    /// Processes everything that is due.
    pub(super) fn tick(&mut self) -> Happened {
        self.happened();
        self.usher_does(Input::Tick);
        self.happened()
    }

    /// Usher is back after it was down while [unseen](Self::unseen_until).
    pub(super) fn usher_is_back(&mut self) -> &mut Self {
        let outage = Outage {
            away: Millis::between(self.unseen_since, self.now),
            until: self.now,
        };
        self.usher_does(Input::Resume(outage));
        self
    }

    /// This user's devices and tickets send no more heartbeats.
    pub(super) fn falls_silent(&mut self, name: &str) -> &mut Self {
        self.silent.insert(self.user(name).id);
        self
    }

    fn send_heartbeats(&mut self) {
        let is_alive = |user: &UserId| !self.silent.contains(user);
        let sign_ins = self.account.sign_ins().values().filter(|s| is_alive(&s.user));
        let sign_ins: Vec<SignInId> = sign_ins.map(|sign_in| sign_in.id).collect();
        let tickets = self.account.tickets().values().filter(|t| is_alive(&t.user));
        let tickets: Vec<TicketId> = tickets.map(|ticket| ticket.id).collect();
        let heartbeats = sign_ins.into_iter().map(|sign_in| kit::heartbeat(sign_in, false));
        let renewals = tickets.into_iter().map(kit::renew);
        for command in heartbeats.chain(renewals) {
            execute(&mut self.account, &command, &Actor::System, self.now).unwrap();
        }
    }
}

/// Ends a step in a table.
pub(super) const fn then(_: &mut Shift) {}
