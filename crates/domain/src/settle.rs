//! Follow-up events after a change: free seats go to the first in the queue. They are a function of the account's
//! state; nothing else is remembered for them.

use crate::account::Account;
use crate::command::{Command, Execute, SessionCommand, SignInCommand, TicketCommand};
use crate::decide::Decide;
use crate::event::{Event, RefusalEvent, SignInEvent, TicketEvent};
use crate::id::{PoolId, RefusalId, SessionId, SignInId, TicketId, UserId};
use crate::minutes;
use crate::personal::Personal;
use crate::pool::Pool;
use crate::presence::TicketState;
use crate::refusal::{Attempt, Refusal};
use crate::text::{Name, Product};
use crate::time::Timestamp;

/// The next follow-up event of a pool: a claim on minutes moves onto a seat (Q3), the first in the queue gets an offer
/// (Q2), or an idle seat that nobody waits for any more is spared (Q4).
pub(crate) fn by_pool(account: &Account, pool: PoolId, now: Timestamp) -> Option<Event> {
    let pool = account.pools.get(&pool)?;
    if let Some(moved) = minutes::next_move(account, pool) {
        return Some(moved);
    }
    if pool.occupied() < pool.seats
        && let Some(first) = pool.queue.first()
    {
        return is_waiting(account, pool, first).then(|| {
            Event::Ticket(TicketEvent::Offered {
                id: first,
                until: now + pool.rules.offer_hold,
            })
        });
    }
    if pool.idle.warned() > pool.queue.len() {
        let spared = pool.idle.last_warned()?;
        let mut sign_ins = account.sign_ins_on(pool, spared);
        let warned = sign_ins.find(|sign_in| sign_in.reclaim_at.is_some());
        return warned.map(|sign_in| Event::SignIn(SignInEvent::ReclaimCancelled { id: sign_in.id }));
    }
    None
}

fn is_waiting(account: &Account, pool: &Pool, ticket: TicketId) -> bool {
    let ticket = account.tickets.get(&ticket);
    ticket.is_some_and(|ticket| ticket.pool == pool.id && matches!(ticket.state, TicketState::Waiting {}))
}

/// The event that records a refusal, if a seat was refused (Q1) and it gets an id.
pub(crate) fn refused(
    account: &Account,
    command: &impl Execute,
    refusal: &Refusal,
    id: impl FnOnce(UserId) -> Option<RefusalId>,
) -> Option<Event> {
    if !refusal.is_recorded() {
        return None;
    }
    let attempted = command.attempted(account)?;
    let user = account.users.get(&attempted.user)?;
    let pool = account.pool_of(user, &attempted.product);
    // The pool's figures say nothing about a refusal for another reason, such as the user's own limit.
    let full = pool.filter(|_| refusal.code().is_of_full_pool());
    Some(Event::Refusal(RefusalEvent::Refused {
        id: id(user.id)?,
        user: user.id,
        product: attempted.product,
        pool: pool.map(|pool| pool.id),
        code: refusal.code(),
        attempt: attempted.attempt,
        device: attempted.device,
        seats: full.map(|pool| pool.seats),
        occupied: full.map(Pool::occupied),
        waiting: full.map(Pool::waiting),
    }))
}

/// What a command attempted, and for which user.
pub struct Attempted {
    pub(crate) attempt: Attempt,
    pub(crate) user: UserId,
    pub(crate) product: Product,
    pub(crate) device: Option<Personal<Name>>,
}

impl Attempted {
    /// What any command attempted, if it was a seat.
    pub(crate) fn of(account: &Account, command: &Command) -> Option<Self> {
        match command {
            Command::SignIn(command) => match command {
                SignInCommand::SignIn(command) => command.attempted(account),
                SignInCommand::Heartbeat(command) => command.attempted(account),
                SignInCommand::SignOut { .. } | SignInCommand::LockSeat { .. } => None,
            },
            Command::Session(command) => match command {
                SessionCommand::Start(command) => command.attempted(account),
                SessionCommand::Resume(command) => command.attempted(account),
                SessionCommand::Connect { id, .. } => Self::on_session(account, Attempt::Connect, *id),
                SessionCommand::Pause { .. } | SessionCommand::End { .. } => None,
            },
            Command::Ticket(command) => match command {
                TicketCommand::Claim(command) => command.attempted(account),
                TicketCommand::Renew(command) => command.attempted(account),
                TicketCommand::Drop { .. } => None,
            },
            Command::Account(_)
            | Command::ApiKey(_)
            | Command::User(_)
            | Command::License(_)
            | Command::SeatRequest(_)
            | Command::Credential(_)
            | Command::Pool(_)
            | Command::Team(_)
            | Command::Group(_) => None,
        }
    }

    pub(crate) fn on(account: &Account, attempt: Attempt, sign_in: SignInId) -> Option<Self> {
        let sign_in = account.sign_ins.get(&sign_in)?;
        let device = Some(sign_in.device.name.clone());
        Some(Self {
            attempt,
            user: sign_in.user,
            product: sign_in.product.clone(),
            device,
        })
    }

    pub(crate) fn on_session(account: &Account, attempt: Attempt, session: SessionId) -> Option<Self> {
        Self::on(account, attempt, account.sessions.get(&session)?.sign_in)
    }
}
