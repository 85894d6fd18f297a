//! Starting a session.

use alloc::format;
use core::iter;

use super::room::{check_calls, check_links, fulfilled, queue, room};
use crate::account::Account;
use crate::command::{Decision, StartOutcome};
use crate::decide::capacity::Room;
use crate::decide::dates::check_lasts;
use crate::decide::labels;
use crate::decide::loans::check_not_ended;
use crate::decide::sign_ins::NEEDED_TO_ACT;
use crate::event::{Event, SessionEvent};
use crate::id::{SessionId, TicketId};
use crate::join_code::JoinCode;
use crate::labels::{Labelled, Labels};
use crate::permission::Actor;
use crate::presence::{Customer, Funding, SessionKind, SignIn, Start, Wanted};
use crate::refusal::{Refusal, StateRefusal};
use crate::rules::{RULE_SECS_MAX, Rules};
use crate::time::{Secs, Timestamp};

/// A requested session.
pub(super) struct NewSession<'a> {
    pub(super) account: &'a Account,
    pub(super) id: SessionId,
    pub(super) sign_in: &'a SignIn,
    pub(super) kind: SessionKind,
    pub(super) start: Start,
    pub(super) customer: Option<&'a Customer>,
    pub(super) code: Option<&'a JoinCode>,
    pub(super) valid_for: Option<Secs>,
    pub(super) labels: &'a Labels,
}

impl NewSession<'_> {
    /// Starts it, or adds its user to the queue.
    pub(super) fn decide(
        &self,
        wait: bool,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision<StartOutcome>, Refusal> {
        self.check(actor, now)?;
        match room(
            self.account,
            self.sign_in,
            actor,
            now,
            wait.then_some(Room::Queue),
        )? {
            Room::Funded(funding) => Ok(self.create(funding, now)?.map(StartOutcome::Session)),
            Room::Queue => {
                let wanted = Wanted::Session {
                    sign_in: self.sign_in.id,
                    kind: self.kind,
                    start: self.start,
                    customer: self.customer.cloned(),
                    code: self.code.cloned(),
                    valid_for: self.valid_for,
                    labels: self.labels.clone(),
                };
                let id = TicketId::from_bits(self.id.bits());
                queue(self.account, self.sign_in, id, wanted)
            }
        }
    }

    /// Starts it for a user who has waited.
    pub(super) fn claim(&self, actor: &Actor, now: Timestamp) -> Result<Decision<SessionId>, Refusal> {
        self.check(actor, now)?;
        let funding = room(self.account, self.sign_in, actor, now, None)?;
        self.create(funding, now)
    }

    fn check(&self, actor: &Actor, now: Timestamp) -> Result<(), Refusal> {
        check_works_on(self.account, self.sign_in, actor)?;
        if self.account.sessions.contains_key(&self.id) {
            return Err(Refusal::State(StateRefusal::AlreadyExists {
                what: "session",
                field: "id",
            }));
        }
        self.check_valid_for()?;
        // Where signing in takes the seat, sessions are what people signed in for (S2).
        if self.sign_in.funding == Funding::Free {
            check_lasts(self.account)?;
            if let Some(user) = self.account.users.get(&self.sign_in.user) {
                check_not_ended(self.account, user, &self.sign_in.product, now)?;
            }
        }
        match self.start {
            Start::Active => check_calls(self.account, self.sign_in),
            Start::Standby => check_links(self.account, self.sign_in),
        }
    }

    fn check_valid_for(&self) -> Result<(), Refusal> {
        let fits = self
            .valid_for
            .is_none_or(|secs| (1..=RULE_SECS_MAX).contains(&secs.get()));
        fits.then_some(()).ok_or_else(|| Refusal::Invalid {
            field: "valid_for_secs",
            expected: format!("1 to {RULE_SECS_MAX}"),
        })
    }

    fn create(&self, funding: Funding, now: Timestamp) -> Result<Decision<SessionId>, Refusal> {
        let pool = self.sign_in.pool.and_then(|pool| self.account.pools.get(&pool));
        let wait = self.valid_for.unwrap_or_else(|| {
            pool.map_or_else(
                || Rules::default().standby_expires,
                |pool| pool.rules.standby_expires,
            )
        });
        let in_standby = self.start == Start::Standby;
        let created = Event::Session(SessionEvent::Created {
            id: self.id,
            sign_in: self.sign_in.id,
            kind: self.kind,
            customer: self.customer.cloned(),
            code: self.code.filter(|_| in_standby).cloned(),
            standby_until: in_standby.then(|| now + wait),
            funding,
            ticket: fulfilled(self.account, self.sign_in, funding, |ticket| {
                ticket.id.bits() == self.id.bits()
            }),
        });
        let labelled = labels::of_new(self.account, Labelled::Session(self.id), self.labels)?;
        Ok(Decision {
            events: iter::once(created).chain(labelled).collect(),
            outcome: self.id,
        })
    }
}

/// Only the device itself, its user, and a program that works for users can start work on a sign-in (S6).
fn check_works_on(account: &Account, sign_in: &SignIn, actor: &Actor) -> Result<(), Refusal> {
    let allowed = match actor {
        Actor::SignIn(own) => *own == sign_in.id,
        Actor::Ticket(ticket) => account
            .tickets
            .get(ticket)
            .is_some_and(|ticket| account.ticket_runs_on(ticket) == Some(sign_in.id)),
        Actor::Customer(_) => false,
        Actor::Operator | Actor::ApiKey { .. } | Actor::User(_) | Actor::SingleSignOn | Actor::System => {
            account.may_act_for(actor, sign_in.user)
        }
    };
    if allowed {
        return Ok(());
    }
    let seen =
        account.sees_user(actor, sign_in.user) && !matches!(actor, Actor::SignIn(_) | Actor::Ticket(_));
    Err(if seen {
        Refusal::Forbidden {
            needed: NEEDED_TO_ACT,
        }
    } else {
        Refusal::NotFound { what: "sign-in" }
    })
}
