//! The console's data from the account: one user's sign-ins, sessions and ticket for one product.

use usher_domain::event::By;
use usher_domain::join_code::JoinCode;
use usher_domain::permission::SessionPermission;
use usher_domain::personal::Personal;
use usher_domain::presence::{
    Funding, Session, SessionKind, SessionState, SignIn, Ticket, TicketState, Wanted,
};
use usher_domain::seat_request::SeatRequest;
use usher_domain::text::{DeviceId, Name, Note, Product};
use usher_domain::user::{License, User};
use usher_domain::{Account, Actor, Refusal, Secs, SessionId, SignInId, TicketId, Timestamp};

use super::hand_over::HandOver;
use super::words::{self, Ender};
use crate::asks::Remedy;
use crate::doing::{self, Doing};
use crate::pages::sessions::may_end;
use crate::shown::{Moment, ProductChoice, ProductLabel, Until, pool_name};
use crate::text::{Label, Text};
use crate::viewer::Viewer;

/// The most sessions shown.
const SESSIONS_MAX: usize = 50;
/// A page may miss two heartbeats before its lease ends.
const PARTS_OF_LEASE: u32 = 3;

/// What pays for work when all seats are taken.
const ON_MINUTES: Label = text!("console-funding-minutes");

/// One user's sign-ins, sessions and ticket for one product.
pub(super) struct ConsoleData {
    /// All products of the account.
    pub(super) products: Vec<ProductChoice>,
    /// The product shown; `None` if the account has none.
    pub(super) product: Option<Product>,
    /// For an account without a product, or a viewer without a license.
    pub(super) remedy: Remedy,
    /// What people call that product.
    pub(super) label: ProductLabel,
    /// The user's license in words; `None` without one.
    pub(super) license: Option<Text>,
    /// When the license ends (L15), unless it has ended.
    pub(super) until: Option<Until>,
    /// Said of a license that has ended, and is kept for work that has begun.
    pub(super) ended: Option<Label>,
    /// The user's request for a seat (L14).
    pub(super) request: Option<RequestRow>,
    /// The user's sign-ins on all devices.
    pub(super) sign_ins: Vec<SignInRow>,
    pub(super) ticket: Option<TicketRow>,
    pub(super) sessions: Vec<SessionRow>,
    /// Whether the user sees their sessions on other devices too (R5).
    pub(super) views_own: bool,
}

/// The user's request for a seat.
pub(super) struct RequestRow {
    pub(super) note: Note,
    pub(super) since: Moment,
    pub(super) declined: Option<DeclinedRow>,
}

/// The answer that there is no seat.
pub(super) struct DeclinedRow {
    pub(super) by: Text,
    pub(super) note: Option<Note>,
    pub(super) at: Moment,
}

impl RequestRow {
    fn of(account: &Account, request: &SeatRequest) -> Self {
        let declined = request.declined.as_ref().map(|declined| DeclinedRow {
            by: declined
                .by
                .name
                .as_ref()
                .map_or_else(|| Ender::Operator.first(), |name| Text::name(name.reveal())),
            note: declined.by.note.as_ref().map(|note| note.reveal().clone()),
            at: Moment(account.shown(declined.at)),
        });
        Self {
            note: request.note.reveal().clone(),
            since: Moment(account.shown(request.sent_at)),
            declined,
        }
    }
}

/// A sign-in of the user.
pub(super) struct SignInRow {
    pub(super) id: SignInId,
    pub(super) device: DeviceId,
    pub(super) device_name: Name,
    pub(super) since: Moment,
    pub(super) pool: Option<String>,
    pub(super) funding: Label,
    /// Whether signing out frees it for others: a named seat stays theirs.
    pub(super) frees_seat: bool,
    /// What the user does there: a label and its CSS class.
    pub(super) doing: Doing,
    /// When an idle user is logged off, in pools that do so.
    pub(super) log_off: Option<LogOff>,
    pub(super) alive_every_secs: u32,
    pub(super) lease_secs: u32,
    pub(super) log_off_in_secs: Option<u32>,
    pub(super) reclaim_in_secs: Option<u32>,
    pub(super) minutes_end_in_secs: Option<u32>,
}

/// When an idle user is logged off (A2).
pub(super) enum LogOff {
    /// Then, if the user stays idle.
    At(Moment),
    /// Not while a call or a valid link stops the idle clock (A1).
    Held,
}

impl LogOff {
    fn of(account: &Account, sign_in: &SignIn) -> Option<Self> {
        let pool = account.pool(sign_in.pool?)?;
        pool.rules.log_off_after()?;
        let due = account.log_off_due(sign_in);
        Some(due.map_or(Self::Held, |at| Self::At(Moment(account.shown(at)))))
    }
}

/// The user's ticket.
pub(super) struct TicketRow {
    pub(super) id: TicketId,
    pub(super) pool: String,
    pub(super) since: Moment,
    pub(super) position: Option<u32>,
    pub(super) wait: Option<Text>,
    pub(super) offered_secs: Option<u32>,
    pub(super) alive_every_secs: u32,
    /// What the ticket is for, as a sentence.
    pub(super) wanted: Label,
    /// The device that will take the seat, if the ticket is for a sign-in.
    pub(super) device: Option<(DeviceId, Name)>,
}

/// A session of the user.
pub(super) struct SessionRow {
    pub(super) id: SessionId,
    pub(super) sign_in: SignInId,
    pub(super) device_name: Option<Name>,
    pub(super) kind: SessionKind,
    pub(super) customer: Option<Name>,
    pub(super) since: Moment,
    /// Since when it is active, for a timer.
    pub(super) active_since: Option<Moment>,
    pub(super) state: SessionState,
    kept_code: Option<JoinCode>,
    /// `None` until it is opened ([`SessionRow::open_code`]).
    pub(super) code: Option<HandOver>,
    pub(super) code_until: Option<Moment>,
    pub(super) closes_in_secs: Option<u32>,
    /// Who ended it, and their note.
    pub(super) ended_by: Option<(Text, Option<Note>)>,
    pub(super) minutes_end_in_secs: Option<u32>,
    pub(super) on_minutes: bool,
    /// Whether the user may pause or resume it, and end it, from another device than its own.
    pub(super) may_pause: bool,
    pub(super) may_end: bool,
}

impl ConsoleData {
    /// `device`: this browser, as a device.
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        wanted: Option<&str>,
        device: Option<&DeviceId>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let user = account.user_of(actor).and_then(|user| account.user(user));
        let user = user.ok_or(Refusal::NotFound { what: "user" })?;
        let products = products(account, user);
        let known = products.iter().find(|product| Some(product.as_str()) == wanted);
        let product = known.or_else(|| products.first()).cloned();
        let mut seen = Self {
            products: products
                .iter()
                .map(|product| ProductChoice::of(account, product))
                .collect(),
            label: product.as_ref().map_or_else(ProductLabel::default, |product| {
                ProductLabel::of(account, product)
            }),
            remedy: if product.is_some() {
                Remedy::own_license(account, actor)
            } else {
                Remedy::seats(account, actor)
            },
            product: product.clone(),
            license: None,
            until: None,
            ended: None,
            request: None,
            sign_ins: Vec::new(),
            ticket: None,
            sessions: Vec::new(),
            views_own: account.has_session_permission(actor, SessionPermission::ViewOwn),
        };
        if let Some(product) = product {
            seen.license = license(account, user, &product);
            let has_ended = account.license_has_ended(user, &product, now);
            seen.ended = has_ended.then_some(words::LICENSE_ENDED);
            let loan = user.loan(&product).filter(|_| !has_ended);
            seen.until = loan.map(|loan| Until::of(account, account.shown(loan.until)));
            let request = user.seat_request(&product);
            seen.request = request.map(|request| RequestRow::of(account, request));
            let sign_ins = account.sign_ins_of(user, &product);
            seen.sign_ins = sign_ins
                .map(|sign_in| SignInRow::of(account, sign_in, now))
                .collect();
            let ticket = account.ticket_of(user, &product);
            seen.ticket = ticket.and_then(|ticket| TicketRow::of(account, ticket, now));
            let sessions = account.sessions_of(user, &product);
            let may_see = |session: &&Session| {
                account.sees_session(actor, session) || runs_on(account, session, device)
            };
            seen.sessions = sessions
                .filter(may_see)
                .take(SESSIONS_MAX)
                .map(|session| SessionRow::of(account, actor, session, now))
                .collect();
        }
        Ok(seen)
    }
}

/// A session of the viewer that they see on this device.
pub(super) fn own_session(
    account: &Account,
    actor: &Actor,
    id: SessionId,
    device: Option<&DeviceId>,
    now: Timestamp,
) -> Result<SessionRow, Refusal> {
    let own = account.sessions().get(&id);
    let own = own.filter(|session| account.user_of(actor) == Some(session.user));
    own.filter(|session| account.sees_session(actor, session) || runs_on(account, session, device))
        .map(|session| SessionRow::of(account, actor, session, now))
        .ok_or(Refusal::NotFound { what: "session" })
}

/// Whether this device runs a session, and so sees it and works in it, no matter what its user may elsewhere (R5).
pub(super) fn runs_on(account: &Account, session: &Session, device: Option<&DeviceId>) -> bool {
    let host = account.sign_ins().get(&session.sign_in);
    host.is_some_and(|host| Some(host.device.id.reveal()) == device)
}

/// The products for which the user has a license, then the account's others.
fn products(account: &Account, user: &User) -> Vec<Product> {
    let mut products: Vec<_> = user.licenses.keys().cloned().collect();
    let bought = account.subscription().products.keys();
    products.extend(
        bought
            .filter(|product| !user.licenses.contains_key(*product))
            .cloned(),
    );
    products
}

fn license(account: &Account, user: &User, product: &Product) -> Option<Text> {
    Some(match user.licenses.get(product)? {
        License::Named => text!("console-license-named").into(),
        License::Shared(pool) => text!(
            "console-license-shared",
            pool = account
                .pool(*pool)
                .map_or_else(String::new, |pool| pool_name(account, pool))
        ),
    })
}

impl SignInRow {
    fn of(account: &Account, sign_in: &SignIn, now: Timestamp) -> Self {
        let left = |at: Timestamp| at.remaining(now).get();
        let sessions = sign_in
            .sessions()
            .iter()
            .filter_map(|id| account.sessions().get(id));
        let pool = sign_in.pool.and_then(|pool| account.pool(pool));
        Self {
            id: sign_in.id,
            device: sign_in.device.id.reveal().clone(),
            device_name: sign_in.device.name.reveal().clone(),
            since: Moment(account.shown(sign_in.since)),
            pool: pool.map(|pool| pool_name(account, pool)),
            funding: match sign_in.funding {
                Funding::Named => text!("console-funding-named"),
                Funding::Seat | Funding::Rides => text!("console-funding-shared"),
                Funding::Minutes { .. } => ON_MINUTES,
                Funding::Free => funding_of(sessions.clone()),
            },
            frees_seat: matches!(sign_in.funding, Funding::Seat | Funding::Rides),
            doing: doing::own_sessions(sessions).unwrap_or(doing::SIGNED_IN),
            log_off: LogOff::of(account, sign_in),
            alive_every_secs: alive_every(sign_in.lease),
            lease_secs: sign_in.lease.get(),
            log_off_in_secs: sign_in.log_off_at.map(left),
            reclaim_in_secs: sign_in.reclaim_at.map(left),
            minutes_end_in_secs: minutes_end(sign_in.funding).map(left),
        }
    }
}

/// What pays for the work of a sign-in that takes no seat itself (S2).
fn funding_of<'a>(sessions: impl Iterator<Item = &'a Session>) -> Label {
    let fundings: Vec<_> = sessions.map(|session| session.funding).collect();
    if fundings.contains(&Funding::Seat) {
        text!("console-funding-session")
    } else if fundings
        .iter()
        .any(|funding| matches!(funding, Funding::Minutes { .. }))
    {
        ON_MINUTES
    } else {
        text!("console-funding-none")
    }
}

impl TicketRow {
    fn of(account: &Account, ticket: &Ticket, now: Timestamp) -> Option<Self> {
        let pool = account.pool(ticket.pool)?;
        let position = pool.position(ticket.place);
        Some(Self {
            id: ticket.id,
            pool: pool_name(account, pool),
            since: Moment(account.shown(ticket.since)),
            position,
            wait: position
                .and_then(|position| pool.wait_estimate(position))
                .map(words::about),
            offered_secs: match ticket.state {
                TicketState::Offered { until } => Some(until.remaining(now).get()),
                TicketState::Waiting {} => None,
            },
            alive_every_secs: alive_every(ticket.lease),
            wanted: match &ticket.wanted {
                Wanted::SignIn { .. } => text!("console-wait-sign-in"),
                Wanted::Session { .. } => text!("console-wait-session"),
                Wanted::Resume { .. } => text!("console-wait-resume"),
            },
            device: match &ticket.wanted {
                Wanted::SignIn { device } => Some((device.id.reveal().clone(), device.name.reveal().clone())),
                Wanted::Session { .. } | Wanted::Resume { .. } => None,
            },
        })
    }
}

impl SessionRow {
    pub(super) fn of(account: &Account, actor: &Actor, session: &Session, now: Timestamp) -> Self {
        let sign_in = account.sign_ins().get(&session.sign_in);
        let sees = account.sees_session(actor, session);
        let (code_until, closes_in_secs, ended_by) = match &session.state {
            SessionState::Standby { until } => (Some(Moment(account.shown(*until))), None, None),
            SessionState::Ending { closes_at, by, .. } => (
                None,
                Some(closes_at.remaining(now).get()),
                Some((who(by), by.note.clone().map(Personal::into_revealed))),
            ),
            SessionState::Active {} | SessionState::Paused {} => (None, None, None),
        };
        Self {
            id: session.id,
            sign_in: session.sign_in,
            device_name: sign_in.map(|sign_in| sign_in.device.name.reveal().clone()),
            kind: session.kind,
            customer: session
                .customer
                .as_ref()
                .map(|customer| customer.name.reveal().clone()),
            since: Moment(account.shown(session.since)),
            active_since: session.active_since.map(|at| Moment(account.shown(at))),
            state: session.state.clone(),
            // Shown only while the customer is awaited: opening it takes work, at each update of the page.
            kept_code: session.code.clone().filter(|_| code_until.is_some()),
            code: None,
            code_until,
            closes_in_secs,
            ended_by,
            minutes_end_in_secs: minutes_end(session.funding).map(|at| at.remaining(now).get()),
            on_minutes: matches!(session.funding, Funding::Minutes { .. }),
            may_pause: sees && matches!(session.state, SessionState::Active {}),
            may_end: sees && may_end(account, actor, session),
        }
    }

    /// Opens the sealed code of the session, which is the viewer's own.
    pub(super) fn open_code(&mut self, viewer: &Viewer) {
        let codes = viewer.portal.app.identity().join_codes();
        let kept = self.kept_code.as_ref();
        let code = kept.and_then(|code| codes.open(viewer.account, code));
        self.code = code.map(|code| HandOver::of(&code.to_string(), |path| viewer.address_of(path)));
    }

    /// A label and its CSS class.
    pub(super) const fn badge(&self) -> Doing {
        doing::session(&self.state)
    }

    pub(super) const fn is_active(&self) -> bool {
        matches!(self.state, SessionState::Active {})
    }

    pub(super) const fn is_paused(&self) -> bool {
        matches!(self.state, SessionState::Paused {})
    }

    pub(super) fn title(&self) -> Text {
        match (self.kind, &self.customer) {
            (kind, None) => words::kind(kind).into(),
            (SessionKind::Call, Some(customer)) => text!("console-call-with", customer = customer),
            (SessionKind::Attended, Some(customer)) => text!("console-attended-with", customer = customer),
            (SessionKind::Unattended, Some(customer)) => {
                text!("console-unattended-with", customer = customer)
            }
        }
    }
}

/// Who did something to another user's session.
fn who(by: &By) -> Text {
    match &by.name {
        Some(name) => Text::name(name.reveal()),
        None if by.actor == "operator" => Ender::Operator.first(),
        None => Ender::Program.first(),
    }
}

/// How often the page sends heartbeats: every third of the lease.
pub(super) fn alive_every(lease: Secs) -> u32 {
    (lease.get() / PARTS_OF_LEASE).max(1)
}

/// When the minutes that pay for something run out, once the user was warned.
pub(super) fn minutes_end(funding: Funding) -> Option<Timestamp> {
    match funding {
        Funding::Minutes {
            next_at,
            warned: true,
        } => Some(next_at),
        _ => None,
    }
}
