//! How a session stands for its customer.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use usher_domain::presence::{Session, SessionKind, SessionState};
use usher_domain::text::Code;
use usher_domain::{Account, AccountId, Actor, SessionId, Timestamp};
use usher_engine::Failure;
use usher_journal::{AuditFilter, CodeOwner, End, PageRequest};

use crate::failed::Failed;
use crate::pages::console::note_in;
use crate::portal::Portal;
use crate::shown::Moment;

/// In which session this browser was, so that its page can tell that the session is paused or over: the code says so
/// to nobody.
const JOINED: &str = "usher_joined";

/// A session as its customer sees it.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) account_name: String,
    pub(super) agent: String,
    pub(super) kind: &'static str,
    /// What the customer is called, once known.
    pub(super) customer: Option<String>,
    pub(super) state: State,
}

/// Where it stands.
#[derive(Clone)]
pub(super) enum State {
    /// The agent waits for the customer.
    Standby { until: Moment },
    /// It goes on.
    Active,
    /// The agent put it aside.
    Paused,
    /// It was ended, and closes soon.
    Ending { secs: u32, note: Option<String> },
    /// It is over.
    Over {
        message: String,
        at: Moment,
        note: Option<String>,
    },
}

/// The session that this browser joined.
#[derive(Clone, Copy)]
pub(super) struct JoinedBefore(Option<CodeOwner>);

impl JoinedBefore {
    pub(super) fn of(jar: &CookieJar) -> Self {
        let parse = |text: &str| {
            let (account, session) = text.split_once('.')?;
            Some(CodeOwner {
                account: account.parse::<AccountId>().ok()?,
                session: session.parse::<SessionId>().ok()?,
            })
        };
        Self(jar.get(JOINED).and_then(|cookie| parse(cookie.value())))
    }

    /// The cookie of who has just joined: for the pages of this code alone, until the browser is closed.
    pub(super) fn keep(portal: &Portal, code: &Code, owner: CodeOwner) -> CookieJar {
        let value = format!("{}.{}", owner.account, owner.session);
        let cookie = Cookie::build((JOINED, value))
            .path(format!("/join/{code}"))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(portal.is_https());
        CookieJar::new().add(cookie.build())
    }
}

impl Standing {
    /// How the session of a code stands; none where the code leads nowhere. Unknown, expired and used codes are alike
    /// to all but the browser that was in the session.
    pub(super) async fn of(
        portal: &Portal,
        code: &Code,
        joined: JoinedBefore,
    ) -> Result<Option<Self>, Failed> {
        let owner = portal.api.find_code(code).await?;
        if let Some(owner) = owner {
            let was_in = joined.0 == Some(owner);
            if let Some(standing) = Self::read(portal, owner, was_in).await? {
                return Ok(Some(standing));
            }
        }
        match joined.0 {
            Some(owner) => Self::over(portal, owner, code).await,
            None => Ok(None),
        }
    }

    /// A session that has not ended, as the account has it.
    async fn read(portal: &Portal, owner: CodeOwner, was_in: bool) -> Result<Option<Self>, Failed> {
        let view = move |account: &Account, now| Self::see(account, owner.session, was_in, now);
        match portal.api.engine().read(owner.account, view).await {
            Ok(standing) => Ok(standing),
            Err(Failure::NoAccount) => Ok(None),
            Err(failure) => Err(usher_api::Problem::from(failure).into()),
        }
    }

    fn see(account: &Account, id: SessionId, was_in: bool, now: Timestamp) -> Option<Self> {
        let session = account.sessions().get(&id)?;
        // A paused one is for its agent alone (S8); who was in it is told that it is paused, and nothing else.
        let is_paused = matches!(session.state, SessionState::Paused {}) && was_in;
        if !is_paused && !account.sees_session(&Actor::Customer(id), session) {
            return None;
        }
        Some(Self {
            account_name: account.name().to_string(),
            agent: account.user(session.user)?.profile.name.to_string(),
            kind: kind_word(session.kind.as_str()),
            customer: session.customer.as_ref().map(|it| it.name.to_string()),
            state: State::of(session, now),
        })
    }

    /// A session that is over, for the browser that was in it. The code has to be the session's: what the cookie says
    /// is worth nothing without it.
    async fn over(portal: &Portal, owner: CodeOwner, code: &Code) -> Result<Option<Self>, Failed> {
        let records = portal.api.records();
        let row = records.session(owner.account, owner.session).await?;
        let row = row.filter(|row| portal.api.is_code_of(code, row));
        let Some((row, end)) = row.and_then(|row| row.end.clone().map(|end| (row, end))) else {
            return Ok(None);
        };
        let names = move |account: &Account, _| {
            let agent = account.user(row.user);
            let agent = agent.map(|agent| agent.profile.name.to_string());
            (account.name().to_string(), agent.unwrap_or_default())
        };
        let seen = portal.api.engine().read(owner.account, names).await;
        let Ok((account_name, agent)) = seen else {
            return Ok(None);
        };
        Ok(Some(Self {
            state: State::Over {
                message: over_message(&end.reason, &agent, &account_name),
                at: Moment(end.at),
                note: note(portal, owner, &end).await?,
            },
            account_name,
            agent,
            kind: kind_word(&row.kind),
            customer: None,
        }))
    }

    /// Whether the customer is yet to come in.
    pub(super) const fn waits_for_customer(&self) -> bool {
        matches!(self.state, State::Standby { .. })
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.state, State::Over { .. })
    }
}

impl State {
    fn of(session: &Session, now: Timestamp) -> Self {
        match &session.state {
            SessionState::Standby { until } => Self::Standby {
                until: Moment(*until),
            },
            SessionState::Active {} => Self::Active,
            SessionState::Paused {} => Self::Paused,
            SessionState::Ending { closes_at, note, .. } => Self::Ending {
                secs: closes_at.remaining(now).get(),
                note: note.as_ref().map(ToString::to_string),
            },
        }
    }
}

fn kind_word(kind: &str) -> &'static str {
    if kind == SessionKind::Call.as_str() {
        "call"
    } else {
        "support session"
    }
}

/// Why it is over, as a customer is told: whose doing it was inside the help desk is not for them.
fn over_message(reason: &str, agent: &str, account_name: &str) -> String {
    match reason {
        "finished" => "The session has ended. You can close this page.".to_owned(),
        "ended-by-other" => format!("The session was ended by {account_name}. You can close this page."),
        "expired" => "Nobody came in before the code expired. Ask for a new one.".to_owned(),
        "minutes-exhausted" => format!(
            "The session has ended, because {account_name} had no seat left for it. If you still need help, ask for a new code."
        ),
        _ => format!(
            "{agent} is no longer signed in, so the session has ended. If you still need help, ask for a new code."
        ),
    }
}

/// What was said about the end.
async fn note(portal: &Portal, owner: CodeOwner, end: &End) -> Result<Option<String>, Failed> {
    if end.by.is_none() {
        return Ok(None);
    }
    let filter = AuditFilter {
        target: Some(owner.session.to_string()),
        ..AuditFilter::default()
    };
    let newest = PageRequest::new(1, None);
    let rows = portal
        .api
        .records()
        .list_audit(owner.account, filter, newest)
        .await?;
    let detail = rows.items.into_iter().next().and_then(|row| row.detail);
    Ok(detail.and_then(|detail| note_in(&detail)))
}
