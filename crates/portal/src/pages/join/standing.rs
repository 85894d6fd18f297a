//! The state of a session for its customer.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use usher_app::{CustomerEnding, Ender, Over};
use usher_domain::presence::{JoinProof, Session, SessionKind, SessionState};
use usher_domain::text::Code;
use usher_domain::{Account, Actor, Secs, SessionId, Timestamp};
use usher_engine::Failure;
use usher_journal::CodeOwner;

use crate::failed::Failed;
use crate::portal::Portal;
use crate::shown::Moment;
use crate::text::Text;

/// The cookie with the token of the customer who joined in this browser: the code works for nobody else.
const JOINED: &str = "usher_joined";

/// How long a browser is remembered as the customer's. Sessions rarely last more than a day, and the cookie is deleted
/// when the browser closes.
const JOINED_SECS: u32 = 24 * 3600;

/// A session as its customer sees it.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) account_name: String,
    pub(super) agent: String,
    /// Whether it is a call, and else a support session.
    pub(super) is_call: bool,
    /// The customer's name, once known.
    pub(super) customer: Option<String>,
    pub(super) state: State,
    /// Whether another customer has joined.
    pub(super) is_of_another: bool,
}

/// The state in words for the customer.
#[derive(Clone)]
pub(super) enum State {
    /// The agent waits for the customer.
    Standby { until: Moment },
    /// The customer is connected.
    Active,
    /// The agent has paused it.
    Paused,
    /// Somebody has ended it, and it closes soon.
    Ending { secs: u32, note: Option<String> },
    /// It has ended.
    Over {
        message: Text,
        at: Moment,
        note: Option<String>,
    },
}

/// Whether this browser has joined the session before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct JoinedBefore(bool);

impl JoinedBefore {
    pub(super) fn of(portal: &Portal, jar: &CookieJar, owner: CodeOwner) -> Self {
        let token = jar.get(JOINED);
        Self(token.is_some_and(|token| portal.app.is_customer(token.value(), owner)))
    }

    pub(super) const fn proof(self) -> JoinProof {
        if self.0 { JoinProof::Token } else { JoinProof::None }
    }

    /// The cookie of a customer who has just joined: for the pages of this code only, until the browser closes.
    pub(super) fn keep(portal: &Portal, code: &Code, owner: CodeOwner) -> CookieJar {
        let until = portal.app.engine().now() + Secs::new(JOINED_SECS);
        let token = portal.app.customer_token(owner, until);
        let cookie = Cookie::build((JOINED, token.into_exposed()))
            .path(format!("/join/{code}"))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(portal.is_https());
        CookieJar::new().add(cookie.build())
    }
}

impl Standing {
    /// The state of a code's session, for a browser that has the code; `None` if the account no longer knows it.
    pub(super) async fn of(
        portal: &Portal,
        owner: CodeOwner,
        joined: JoinedBefore,
    ) -> Result<Option<Self>, Failed> {
        match Self::read(portal, owner, joined).await? {
            Some(standing) => Ok(Some(standing)),
            None => Self::of_ended(portal, owner).await,
        }
    }

    /// A session that has not ended, from the account.
    async fn read(portal: &Portal, owner: CodeOwner, joined: JoinedBefore) -> Result<Option<Self>, Failed> {
        let view = move |account: &Account, now| Self::see(account, owner.session, joined, now);
        match portal.app.engine().read(owner.account, view).await {
            Ok(standing) => Ok(standing),
            Err(Failure::NoAccount) => Ok(None),
            Err(failure) => Err(usher_app::Problem::from(failure).into()),
        }
    }

    fn see(account: &Account, id: SessionId, joined: JoinedBefore, now: Timestamp) -> Option<Self> {
        let session = account.sessions().get(&id)?;
        if !account.sees_session(&Actor::Customer(id), session) {
            return None;
        }
        Some(Self {
            account_name: account.name().to_string(),
            agent: account.user(session.user)?.profile.name.reveal().to_string(),
            is_call: session.kind == SessionKind::Call,
            customer: session.customer.as_ref().map(|it| it.name.reveal().to_string()),
            state: State::of(account, session, now),
            is_of_another: session.joined.is_some() && !joined.0,
        })
    }

    /// An ended session, with who ended it and why.
    async fn of_ended(portal: &Portal, owner: CodeOwner) -> Result<Option<Self>, Failed> {
        let Some(over) = portal.app.session_over(owner).await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            state: State::Over {
                message: over_message(&over),
                at: Moment(over.ended_at),
                note: over.ending().note,
            },
            is_call: *over.row.kind == *SessionKind::Call.as_str(),
            customer: over.row.customer.as_ref().map(|text| text.reveal().to_string()),
            agent: over.agent,
            account_name: over.account_name,
            is_of_another: false,
        }))
    }

    /// Whether the customer has not joined yet.
    pub(super) const fn waits_for_customer(&self) -> bool {
        matches!(self.state, State::Standby { .. })
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.state, State::Over { .. })
    }
}

impl State {
    fn of(account: &Account, session: &Session, now: Timestamp) -> Self {
        match &session.state {
            SessionState::Standby { until } => Self::Standby {
                until: Moment(account.shown(*until)),
            },
            SessionState::Active {} => Self::Active,
            SessionState::Paused {} => Self::Paused,
            SessionState::Ending { closes_at, note, .. } => Self::Ending {
                secs: closes_at.remaining(now).get(),
                note: CustomerEnding::announced(note.as_ref()).note,
            },
        }
    }
}

/// Why it ended and who ended it, in words for a customer: who within the help desk did it is not for them.
fn over_message(over: &Over) -> Text {
    let (agent, account_name) = (&over.agent, &over.account_name);
    match (over.ending().ender, &*over.end.reason) {
        (Ender::Customer, _) => text!("join-over-customer").into(),
        (Ender::Agent, "finished") => text!("join-over-agent", agent = agent),
        (Ender::Account, _) => text!("join-over-account", account = account_name),
        (_, "expired") => text!("join-over-expired").into(),
        (_, "minutes-exhausted") => text!("join-over-no-seat", account = account_name),
        _ => text!("join-over-signed-out", agent = agent),
    }
}
