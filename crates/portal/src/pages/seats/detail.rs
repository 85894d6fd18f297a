//! The seat that is open beside the map: who is there, on which devices, with which sessions, and what the viewer may
//! do about it.

use usher_domain::event::Claim;
use usher_domain::presence::{Funding, Session, SessionState, SignIn, Ticket};
use usher_domain::{Account, Actor, SessionId, SignInId, TicketId, Timestamp};

use super::SeatsQuery;
use super::chair::{Work, name};
use crate::cut::Cut;
use crate::doing::{self, Doing};
use crate::linked::{Linked, pool_page, user_page};
use crate::nav::NavPage;
use crate::pages::pools::{device_kind, duration_words, may_log_out};
use crate::pages::queue::{Elapsed, need_to_drop};
use crate::pages::sessions::may_end;
use crate::shown::{Moment, ProductLabel};

/// The open seat.
pub(super) enum Detail {
    /// Nothing that the viewer sees keeps it any more.
    Gone,
    Held(Held),
    Offered(Offered),
}

/// A seat that somebody has.
pub(super) struct Held {
    pub(super) user: Linked,
    pub(super) email: String,
    /// The pool, or that it is a named seat.
    pub(super) seat: Linked,
    pub(super) product: ProductLabel,
    /// The devices on which the user is signed in, for viewers who see the user.
    pub(super) devices: Vec<DeviceShown>,
    /// For others, those on which a session runs that they see.
    pub(super) hosts: Vec<HostShown>,
    /// What of the map goes on being shown after an action.
    pub(super) query: SeatsQuery,
}

/// A device on which the user is signed in.
pub(crate) struct DeviceShown {
    pub(crate) id: SignInId,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// For which product.
    pub(crate) product: ProductLabel,
    /// What pays for it.
    pub(crate) seat: Linked,
    pub(crate) since: Moment,
    pub(crate) idle: Option<Elapsed>,
    pub(crate) log_off_secs: Option<u32>,
    pub(crate) sessions: Vec<SessionShown>,
    /// Whether the user is in a call there that the viewer may not see.
    pub(crate) is_in_hidden_call: bool,
    pub(crate) may_sign_out: bool,
    /// What signing out would cut off.
    pub(crate) cut: Cut,
    /// How long the user cannot come back.
    pub(crate) cool_down: Option<String>,
    pub(crate) is_own: bool,
}

/// A device of which the viewer sees only the sessions.
pub(super) struct HostShown {
    pub(super) name: String,
    pub(super) sessions: Vec<SessionShown>,
}

/// A session on the device.
pub(crate) struct SessionShown {
    pub(crate) id: SessionId,
    pub(crate) words: String,
    pub(crate) state: Doing,
    pub(crate) lasts: Elapsed,
    pub(crate) may_end: bool,
    pub(crate) cut: Cut,
    /// What ending it would cut off; empty if nobody's work.
    pub(crate) cuts: String,
}

/// A seat that is held for somebody who waited.
pub(super) struct Offered {
    pub(super) user: Linked,
    pub(super) pool: Linked,
    pub(super) waited: Elapsed,
    pub(super) left_secs: u32,
    pub(super) drop: Option<String>,
}

impl Detail {
    pub(super) fn of(account: &Account, actor: &Actor, query: &SeatsQuery, now: Timestamp) -> Self {
        let held = claims(account, &query.seat);
        if let Some(held) = held.and_then(|claims| Held::of(account, actor, &claims, query, now)) {
            return Self::Held(held);
        }
        let ticket = query.seat.parse().ok().and_then(|id| account.tickets().get(&id));
        let offered = ticket.and_then(|ticket| Offered::of(account, actor, ticket, now));
        offered.map_or(Self::Gone, Self::Offered)
    }
}

/// The id of a sign-in, session or ticket that could keep a seat; else empty.
pub(super) fn known_key(text: &str) -> String {
    let sign_in = text.parse::<SignInId>().map(|id| id.to_string());
    let session = |_| text.parse::<SessionId>().map(|id| id.to_string());
    let ticket = |_| text.parse::<TicketId>().map(|id| id.to_string());
    sign_in.or_else(session).or_else(ticket).unwrap_or_default()
}

/// All claims of the seat that this sign-in or session keeps. A seat of a user may be kept from several devices.
fn claims(account: &Account, seat: &str) -> Option<Vec<Claim>> {
    let claim = if let Ok(id) = seat.parse() {
        Claim::SignIn(id)
    } else {
        Claim::Session(seat.parse().ok()?)
    };
    let pool = match claim {
        Claim::SignIn(id) => account.sign_ins().get(&id)?.pool,
        Claim::Session(id) => account.sessions().get(&id)?.pool,
    };
    let pool = pool.and_then(|pool| account.pool(pool));
    let of_seat = pool.and_then(|pool| pool.holders().values().find(|claims| claims.contains(&claim)));
    Some(of_seat.cloned().unwrap_or_else(|| vec![claim]))
}

impl Held {
    fn of(
        account: &Account,
        actor: &Actor,
        claims: &[Claim],
        query: &SeatsQuery,
        now: Timestamp,
    ) -> Option<Self> {
        let work = Work::of_claims(account, claims);
        let first = work.sign_ins.first()?;
        let user = account.user(first.user)?;
        let pool = first.pool.and_then(|pool| account.pool(pool));
        let (seen, others): (Vec<&SignIn>, Vec<&SignIn>) = work
            .sign_ins
            .iter()
            .copied()
            .partition(|sign_in| account.sees_sign_in(actor, sign_in));
        Some(Self {
            user: Linked {
                name: name(account, actor, user.id, &work)?,
                href: user_page(account, actor, user.id),
            },
            email: if account.sees_user(actor, user.id) {
                user.profile.email.reveal().to_string()
            } else {
                String::new()
            },
            seat: pool.map_or_else(
                || Linked::plain("Named seat"),
                |pool| Linked {
                    name: format!("Seat of {}", pool.name),
                    href: pool_page(account, actor, pool.id),
                },
            ),
            product: ProductLabel::of(account, &first.product),
            devices: seen
                .iter()
                .map(|sign_in| DeviceShown::of(account, actor, sign_in, now))
                .collect(),
            hosts: others
                .iter()
                .filter_map(|sign_in| HostShown::of(account, actor, sign_in, now))
                .collect(),
            query: query.at_seat(""),
        })
    }
}

/// What pays for a sign-in: a seat of a pool, a named seat, minutes, or nothing.
fn seat(account: &Account, actor: &Actor, sign_in: &SignIn) -> Linked {
    let pool = sign_in.pool.and_then(|pool| account.pool(pool));
    match (pool, sign_in.funding) {
        (Some(pool), Funding::Minutes { .. }) => {
            let pool = Linked::pool(account, actor, pool);
            Linked {
                name: format!("Minutes of {}", pool.name),
                ..pool
            }
        }
        (Some(pool), _) => Linked::pool(account, actor, pool),
        (None, Funding::Named) => Linked::plain("Named seat"),
        (None, Funding::Minutes { .. }) => Linked::plain("Minutes"),
        (None, _) => Linked::plain("No seat"),
    }
}

impl HostShown {
    /// `None` without any session that the viewer sees.
    fn of(account: &Account, actor: &Actor, sign_in: &SignIn, now: Timestamp) -> Option<Self> {
        let sessions = SessionShown::all(account, actor, sign_in, now);
        (!sessions.is_empty()).then(|| Self {
            name: sign_in.device.name.reveal().to_string(),
            sessions,
        })
    }
}

fn live_sessions<'a>(account: &'a Account, sign_in: &'a SignIn) -> impl Iterator<Item = &'a Session> {
    let sessions = sign_in.sessions().iter();
    let sessions = sessions.filter_map(|id| account.sessions().get(id));
    sessions.filter(|session| session.is_live())
}

impl DeviceShown {
    pub(crate) fn of(account: &Account, actor: &Actor, sign_in: &SignIn, now: Timestamp) -> Self {
        let mut calls = live_sessions(account, sign_in).filter(|session| session.is_active());
        let is_own = account.user_of(actor) == Some(sign_in.user);
        let pool = sign_in.pool.and_then(|pool| account.pool(pool));
        let cool_down = pool.map(|pool| pool.rules.eviction_cool_down);
        let cool_down = cool_down.filter(|secs| secs.get() > 0 && !is_own);
        Self {
            id: sign_in.id,
            name: sign_in.device.name.reveal().to_string(),
            kind: device_kind(sign_in.device.kind),
            product: ProductLabel::of(account, &sign_in.product),
            seat: seat(account, actor, sign_in),
            since: Moment(account.shown(sign_in.since)),
            idle: sign_in.idle_since.map(|since| Elapsed(now.since(since))),
            log_off_secs: sign_in.log_off_at.map(|at| at.remaining(now).get()),
            is_in_hidden_call: calls.any(|session| !account.sees_session(actor, session)),
            sessions: SessionShown::all(account, actor, sign_in, now),
            may_sign_out: may_log_out(account, actor, sign_in),
            cut: Cut::with_sign_in(account, sign_in),
            cool_down: cool_down.map(duration_words),
            is_own,
        }
    }
}

/// What work ends if this session does; empty if nobody's.
fn cut_by_end(account: &Account, actor: &Actor, session: &Session) -> String {
    if !session.is_active() {
        return String::new();
    }
    let pool = session.pool.and_then(|pool| account.pool(pool));
    let is_own = account.is_own_session(actor, session);
    let notice = pool
        .map(|pool| pool.rules.end_notice)
        .filter(|secs| secs.get() > 0 && !is_own);
    match notice {
        Some(notice) => format!(
            "The agent and the customer are told, and it closes after {}.",
            duration_words(notice)
        ),
        None => "It closes at once, for the customer too.".to_owned(),
    }
}

impl SessionShown {
    /// Those on a device that the viewer sees.
    fn all(account: &Account, actor: &Actor, sign_in: &SignIn, now: Timestamp) -> Vec<Self> {
        let sessions = live_sessions(account, sign_in);
        sessions
            .filter(|session| account.sees_session(actor, session))
            .map(|session| Self::of(account, actor, session, now))
            .collect()
    }

    fn of(account: &Account, actor: &Actor, session: &Session, now: Timestamp) -> Self {
        let customer = session
            .customer
            .as_ref()
            .map(|customer| customer.name.reveal().to_string());
        let kind = match session.kind {
            usher_domain::presence::SessionKind::Call => "Call",
            usher_domain::presence::SessionKind::Attended => "Attended session",
            usher_domain::presence::SessionKind::Unattended => "Unattended session",
        };
        let is_own = account.is_own_session(actor, session);
        let is_ending = matches!(session.state, SessionState::Ending { .. });
        Self {
            id: session.id,
            words: match customer {
                Some(customer) => format!("{kind} with {customer}"),
                None => kind.to_owned(),
            },
            state: doing::session(&session.state),
            lasts: Elapsed(now.since(session.since)),
            may_end: (is_own || !is_ending) && may_end(account, actor, session),
            cut: Cut::with_session(session),
            cuts: cut_by_end(account, actor, session),
        }
    }
}

impl Offered {
    fn of(account: &Account, actor: &Actor, ticket: &Ticket, now: Timestamp) -> Option<Self> {
        let usher_domain::presence::TicketState::Offered { until } = ticket.state else {
            return None;
        };
        let user = account.visible_user(actor, ticket.user).ok()?;
        let pool = account.pool(ticket.pool)?;
        Some(Self {
            user: Linked::user(account, actor, user),
            pool: Linked::pool(account, actor, pool),
            waited: Elapsed(now.since(ticket.since)),
            left_secs: until.remaining(now).get(),
            drop: NavPage::Queue
                .link(account, actor)
                .filter(|_| need_to_drop(account, actor, ticket).is_ok())
                .map(|queue| format!("{queue}/{}/drop", ticket.id)),
        })
    }
}
