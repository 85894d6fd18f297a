//! A session as a row of the list.

use usher_domain::permission::SessionPermission;
use usher_domain::presence::{Funding, Session, SessionKind, SessionState};
use usher_domain::{Account, Actor, SessionId, Timestamp};

use crate::doing;
use crate::linked::{Linked, pool_page};
use crate::shown::{Moment, ProductLabel};
use crate::text::Label;

/// A session.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is another thing that the row shows or not"
)]
pub(super) struct Row {
    pub(super) id: SessionId,
    pub(super) agent: Linked,
    pub(super) email: String,
    pub(super) is_own: bool,
    pub(super) state: Shown,
    pub(super) kind: &'static str,
    pub(super) customer: Option<String>,
    pub(super) product: ProductLabel,
    pub(super) device: String,
    pub(super) funding: Linked,
    pub(super) since: Moment,
    /// The start by the account's time, which orders the list.
    began: Timestamp,
    /// Whether the viewer may end it, and it is not ending already.
    pub(super) may_end: bool,
    pub(super) may_pause: bool,
    pub(super) may_resume: bool,
    /// The notice before the session closes if this viewer ends it.
    pub(super) notice_secs: u32,
}

/// The state of a session in words.
pub(super) struct Shown {
    pub(super) word: Label,
    pub(super) class: &'static str,
    /// Seconds until it closes.
    pub(super) closes_in_secs: Option<u32>,
    pub(super) by: Option<String>,
    pub(super) note: Option<String>,
    pub(super) waits_until: Option<Moment>,
}

/// Whether the actor may end a session that they see.
pub(crate) fn may_end(account: &Account, actor: &Actor, session: &Session) -> bool {
    account.has_session_permission(actor, SessionPermission::ControlAccount)
        || (account.is_own_session(actor, session)
            && account.has_session_permission(actor, SessionPermission::ControlOwn))
}

impl Row {
    pub(super) fn of(account: &Account, actor: &Actor, session: &Session, now: Timestamp) -> Self {
        let user = account.user(session.user);
        let host = account.sign_ins().get(&session.sign_in);
        let is_own = account.is_own_session(actor, session);
        let is_ending = matches!(session.state, SessionState::Ending { .. });
        let pool = session.pool.and_then(|pool| account.pool(pool));
        Self {
            id: session.id,
            agent: Linked::user_id(account, actor, session.user),
            email: user
                .map(|user| user.profile.email.reveal().to_string())
                .unwrap_or_default(),
            is_own,
            state: Shown::of(account, &session.state, now),
            kind: match session.kind {
                SessionKind::Call => "Call",
                SessionKind::Attended => "Attended",
                SessionKind::Unattended => "Unattended",
            },
            customer: session
                .customer
                .as_ref()
                .map(|customer| customer.name.reveal().to_string()),
            product: ProductLabel::of(account, &session.product),
            device: host
                .map(|host| host.device.name.reveal().to_string())
                .unwrap_or_default(),
            funding: funding(account, actor, session),
            began: session.since,
            since: Moment(account.shown(session.since)),
            may_end: may_end(account, actor, session) && (is_own || !is_ending),
            may_pause: is_own && matches!(session.state, SessionState::Active {}),
            may_resume: is_own && matches!(session.state, SessionState::Paused {}),
            notice_secs: pool
                .filter(|_| !is_own)
                .map_or(0, |pool| pool.rules.end_notice.get()),
        }
    }
}

impl Row {
    /// Its position in the list, for URLs.
    pub(super) fn place(&self) -> String {
        format!("{}.{}", self.began.millis(), self.id)
    }

    /// Whether somebody has ended it, and the notice is running.
    pub(super) const fn is_ending(&self) -> bool {
        self.state.closes_in_secs.is_some()
    }
}

impl Shown {
    fn of(account: &Account, state: &SessionState, now: Timestamp) -> Self {
        let (word, class) = doing::session(state);
        let mut shown = Self {
            word,
            class,
            closes_in_secs: None,
            by: None,
            note: None,
            waits_until: None,
        };
        match state {
            SessionState::Standby { until } => shown.waits_until = Some(Moment(account.shown(*until))),
            SessionState::Ending { closes_at, by, note } => {
                shown.closes_in_secs = Some(closes_at.remaining(now).get());
                shown.by = by.name.as_ref().map(|text| text.reveal().to_string());
                shown.note = note.as_ref().map(|note| note.reveal().to_string());
            }
            SessionState::Active {} | SessionState::Paused {} => {}
        }
        shown
    }
}

/// What pays for a session: if it rides on its sign-in, what pays for that.
pub(super) fn paid_by(account: &Account, session: &Session) -> Funding {
    let host = account.sign_ins().get(&session.sign_in);
    match session.funding {
        Funding::Rides => host.map_or(session.funding, |host| host.funding),
        funding => funding,
    }
}

fn funding(account: &Account, actor: &Actor, session: &Session) -> Linked {
    match paid_by(account, session) {
        Funding::Named => Linked::plain("Named seat"),
        Funding::Seat => {
            let pool = session.pool.and_then(|pool| account.pool(pool));
            pool.map_or_else(
                || Linked::plain("Shared seat"),
                |pool| Linked {
                    name: format!("Seat of {}", pool.name),
                    href: pool_page(account, actor, pool.id),
                },
            )
        }
        Funding::Minutes { .. } => Linked::plain("Minutes"),
        Funding::Free | Funding::Rides => Linked::plain("No seat"),
    }
}
