//! A seat, as the map draws it.

use usher_domain::event::Claim;
use usher_domain::pool::Holder;
use usher_domain::presence::{Session, SessionState, SignIn, Ticket, TicketState};
use usher_domain::{Account, Actor, Secs, Timestamp, UserId};

use crate::pages::queue::Elapsed;
use crate::shown::initials;

/// From then on a user without a call is drawn as idle, and not as signed in.
const IDLE_AFTER: Secs = Secs::new(300);

/// Seats without a time of their own come last.
const LAST: Timestamp = Timestamp::from_millis(i64::MAX);

/// What goes on at a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Call,
    /// A call that somebody ended, while the notice runs.
    Ending,
    /// A code or link waits for the customer.
    Link,
    Here,
    Idle,
    /// Held for the first in the queue.
    Offered,
    /// A named seat whose user is not signed in.
    Away,
    /// Taken; the viewer may not see by whom.
    Taken,
}

impl At {
    /// The CSS class.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Call | Self::Ending => "call",
            Self::Link => "link",
            Self::Here | Self::Taken => "here",
            Self::Idle => "idle",
            Self::Offered => "offer",
            Self::Away => "away",
        }
    }

    /// What the map says of it.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Call => "in a call",
            Self::Ending => "call ends",
            Self::Link => "link open",
            Self::Here => "signed in",
            Self::Idle => "idle",
            Self::Offered => "offered",
            Self::Away => "not signed in",
            Self::Taken => "taken",
        }
    }
}

/// A seat that is taken or offered.
#[derive(Debug, Clone)]
pub(super) struct Chair {
    /// The id of what keeps it; empty if there is nothing to open.
    pub(super) key: String,
    /// Where the viewer sees more of it; empty if nowhere.
    pub(super) href: String,
    pub(super) initials: String,
    /// Empty if the viewer may not see it.
    pub(super) name: String,
    pub(super) at: At,
    /// How long this goes on.
    pub(super) lasts: Option<Elapsed>,
    /// Seconds until an offer passes on.
    pub(super) left_secs: Option<u32>,
    /// Whether it is beyond the seats of a pool that was made smaller, and goes when its user leaves (P3).
    pub(super) is_over: bool,
    /// By which seats keep their order: since when it is taken.
    pub(super) began: Timestamp,
}

impl Chair {
    /// A seat that is held.
    pub(super) fn held(
        account: &Account,
        actor: &Actor,
        holder: &Holder,
        claims: &[Claim],
        now: Timestamp,
    ) -> Self {
        let work = Work::of_claims(account, claims);
        let key = claims.first().map(ToString::to_string).unwrap_or_default();
        Self::by(account, actor, holder.user(), key, &work, now)
    }

    /// A sign-in with a named seat, or one that minutes pay for.
    pub(super) fn signed_in(account: &Account, actor: &Actor, sign_in: &SignIn, now: Timestamp) -> Self {
        let work = Work::of_claims(account, &[Claim::SignIn(sign_in.id)]);
        Self::by(account, actor, sign_in.user, sign_in.id.to_string(), &work, now)
    }

    fn by(
        account: &Account,
        actor: &Actor,
        user: UserId,
        key: String,
        work: &Work<'_>,
        now: Timestamp,
    ) -> Self {
        let name = name(account, actor, user, work);
        let (at, since) = work.at(account, actor, now);
        let began = work.began;
        let Some(name) = name else {
            return Self {
                began,
                ..Self::unnamed(At::Taken)
            };
        };
        Self {
            key,
            initials: initials(&name),
            name,
            lasts: since.map(|since| Elapsed(now.since(since))),
            began,
            ..Self::unnamed(at)
        }
    }

    /// A seat that is held for somebody who waited.
    pub(super) fn offered(account: &Account, actor: &Actor, ticket: &Ticket, now: Timestamp) -> Self {
        let TicketState::Offered { until } = ticket.state else {
            return Self::unnamed(At::Offered);
        };
        let offered = Self {
            left_secs: Some(until.remaining(now).get()),
            began: LAST,
            ..Self::unnamed(At::Offered)
        };
        let user = account
            .user(ticket.user)
            .filter(|user| account.sees_user(actor, user.id));
        let Some(name) = user.map(|user| user.profile.name.reveal().to_string()) else {
            return offered;
        };
        Self {
            key: ticket.id.to_string(),
            initials: initials(&name),
            name,
            ..offered
        }
    }

    /// A named seat whose user is not signed in.
    pub(super) fn away(name: String, href: String) -> Self {
        Self {
            href,
            initials: initials(&name),
            name,
            began: LAST,
            ..Self::unnamed(At::Away)
        }
    }

    pub(super) fn unnamed(at: At) -> Self {
        Self {
            key: String::new(),
            href: String::new(),
            initials: String::new(),
            name: String::new(),
            at,
            lasts: None,
            left_secs: None,
            is_over: false,
            began: Timestamp::default(),
        }
    }
}

/// Whether somebody has been idle for so long that the map draws them so.
pub(super) fn is_idle(sign_in: &SignIn, now: Timestamp) -> bool {
    let idle = sign_in.idle_since.map(|since| now.since(since));
    idle.is_some_and(|idle| idle >= IDLE_AFTER)
}

/// Since when a seat is taken.
pub(super) fn began(account: &Account, claims: &[Claim]) -> Timestamp {
    let began = claims.iter().filter_map(|claim| match claim {
        Claim::SignIn(id) => account.sign_ins().get(id).map(|sign_in| sign_in.since),
        Claim::Session(id) => account.sessions().get(id).map(|session| session.claimed_at),
    });
    began.min().unwrap_or(LAST)
}

/// What keeps a seat: sign-ins, with the sessions on them, or sessions alone (S2).
pub(super) struct Work<'a> {
    pub(super) sign_ins: Vec<&'a SignIn>,
    pub(super) sessions: Vec<&'a Session>,
    began: Timestamp,
}

impl<'a> Work<'a> {
    pub(super) fn of_claims(account: &'a Account, claims: &[Claim]) -> Self {
        let mut work = Self {
            sign_ins: Vec::new(),
            sessions: Vec::new(),
            began: began(account, claims),
        };
        for claim in claims {
            match claim {
                Claim::SignIn(id) => {
                    let Some(sign_in) = account.sign_ins().get(id) else {
                        continue;
                    };
                    let sessions = sign_in.sessions().iter();
                    work.sessions
                        .extend(sessions.filter_map(|id| account.sessions().get(id)));
                    work.sign_ins.push(sign_in);
                }
                Claim::Session(id) => {
                    let Some(session) = account.sessions().get(id) else {
                        continue;
                    };
                    work.sessions.push(session);
                    let host = account.sign_ins().get(&session.sign_in);
                    let is_new = |host: &&SignIn| work.sign_ins.iter().all(|known| known.id != host.id);
                    if let Some(host) = host.filter(is_new) {
                        work.sign_ins.push(host);
                    }
                }
            }
        }
        work
    }

    /// What goes on, and since when. Of sessions that the viewer may not see, it is only that somebody is in a call,
    /// which is their presence (P4).
    fn at(&self, account: &Account, actor: &Actor, now: Timestamp) -> (At, Option<Timestamp>) {
        let (seen, hidden): (Vec<&Session>, Vec<&Session>) = self
            .sessions
            .iter()
            .copied()
            .partition(|session| account.sees_session(actor, session));
        let since = |is: fn(&SessionState) -> bool| {
            let sessions = seen.iter().filter(|session| is(&session.state));
            sessions.map(|session| session.since).min()
        };
        if let Some(since) = since(|state| matches!(state, SessionState::Active {})) {
            return (At::Call, Some(since));
        }
        if let Some(since) = since(|state| matches!(state, SessionState::Ending { .. })) {
            return (At::Ending, Some(since));
        }
        if hidden.iter().any(|session| session.is_active()) {
            return (At::Call, None);
        }
        if let Some(since) = since(|state| matches!(state, SessionState::Standby { .. })) {
            return (At::Link, Some(since));
        }
        let is_idle = self.sign_ins.iter().all(|sign_in| is_idle(sign_in, now));
        let idle_since = self
            .sign_ins
            .iter()
            .filter_map(|sign_in| sign_in.idle_since)
            .max();
        if is_idle && idle_since.is_some() {
            return (At::Idle, idle_since);
        }
        (At::Here, self.sign_ins.iter().map(|sign_in| sign_in.since).min())
    }
}

/// The user's name, for viewers who see the user or one of their sessions there (R5).
pub(super) fn name(account: &Account, actor: &Actor, user: UserId, work: &Work<'_>) -> Option<String> {
    let sees = account.sees_user(actor, user)
        || work
            .sessions
            .iter()
            .any(|session| account.sees_session(actor, session));
    let user = account.user(user).filter(|_| sees)?;
    Some(user.profile.name.reveal().to_string())
}
