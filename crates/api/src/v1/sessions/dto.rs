//! What the API takes and shows of sessions.

use serde::{Deserialize, Serialize};
use usher_app::Admitted;
use usher_domain::event::EndReason;
use usher_domain::labels::Metadata;
use usher_domain::presence::{self, Funding, SessionState};
use usher_domain::text::{Code, Email, ExternalId, Name};
use usher_domain::{Account, Actor, PoolId, SessionId, SignInId, Timestamp, UserId};
use usher_identity::JoinCodes;
use usher_journal::{SessionRow, SignInRow};
use utoipa::ToSchema;

use crate::v1::labels;
use crate::v1::schema;
use crate::v1::time::Time;

/// The most sessions that one call ends.
pub(super) const SESSIONS_MAX: usize = 100;

/// The customer's side of a session.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Customer {
    /// The customer's name.
    #[schema(value_type = schema::Name, example = "Kim Customer")]
    name: Name,
}

impl Customer {
    /// A customer as stored in the records.
    fn named(name: &str) -> Option<Self> {
        Some(Self {
            name: name.parse().ok()?,
        })
    }
}

impl From<Customer> for presence::Customer {
    fn from(customer: Customer) -> Self {
        Self {
            name: customer.name.into(),
        }
    }
}

impl From<&presence::Customer> for Customer {
    fn from(customer: &presence::Customer) -> Self {
        Self {
            name: customer.name.reveal().clone(),
        }
    }
}

/// The device that a session runs on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionDevice {
    /// The client's id for the device.
    #[schema(value_type = schema::DeviceId)]
    id: String,
    /// Its name.
    #[schema(value_type = schema::Name)]
    name: String,
    /// Its kind; not stored for ended sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::DeviceKind, nullable = false)]
    kind: Option<presence::DeviceKind>,
}

/// One piece of support work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// The id.
    #[schema(value_type = schema::SessionId)]
    pub(crate) id: SessionId,
    /// The state.
    #[schema(value_type = schema::SessionState)]
    state: &'static str,
    /// The kind of work.
    #[schema(value_type = schema::SessionKind)]
    kind: String,
    /// Whose work it is.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// The user's name; null once the user is deleted.
    #[schema(value_type = Option<schema::Name>)]
    user_name: Option<Name>,
    /// The user's address; null once the user is deleted.
    #[schema(value_type = Option<schema::Email>)]
    user_email: Option<Email>,
    /// The sign-in that it runs on.
    #[schema(value_type = schema::SignInId)]
    sign_in: SignInId,
    /// The device that it runs on.
    device: Option<SessionDevice>,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: String,
    /// The pool whose rules hold; null for a named license.
    #[schema(value_type = Option<schema::PoolId>)]
    pool: Option<PoolId>,
    /// What it uses: the same as its sign-in, if it shares that.
    #[schema(value_type = schema::Funding)]
    funding: String,
    /// The code with which the customer joins, for the user who started the session and those who may control it; null
    /// for others, for sessions that began at once, and once the session has ended.
    #[schema(value_type = Option<schema::JoinCode>)]
    code: Option<String>,
    /// The link with which the customer joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri-reference", example = "/join/K7M2QX9D4T")]
    join_url: Option<String>,
    /// The customer, once known.
    customer: Option<Customer>,
    /// The id of the session in a vendor's own system; null if it has none.
    #[schema(required, value_type = Option<schema::ExternalId>)]
    external_id: Option<ExternalId>,
    /// A vendor's own metadata for the session.
    #[schema(value_type = schema::Metadata)]
    metadata: Metadata,
    /// When it was created.
    since: Time,
    /// For how long the code is still valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_in_secs: Option<u32>,
    /// When it closes, after somebody else has ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    closes_in_secs: Option<u32>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::EndReason>, nullable = false)]
    reason: Option<String>,
    /// Who ended it, or is ending it, if that may be shown: an id, or `operator`, `customer`, `system`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "user_01h2xcejqtf2nbrexx3vqjhp41")]
    by: Option<String>,
    /// The name of the person or key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Name>, nullable = false)]
    by_name: Option<String>,
    /// The note that was given when ending it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Note>, nullable = false)]
    note: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ended_at: Option<Time>,
}

/// Who reads sessions, and the public address of this server.
#[derive(Clone)]
pub(crate) struct Sight {
    actor: Actor,
    /// Whether the caller started the session.
    is_starter: bool,
    codes: JoinCodes,
    public_url: String,
}

impl Sight {
    pub(crate) fn of(caller: &Admitted) -> Self {
        Self {
            actor: caller.actor.clone(),
            is_starter: false,
            codes: caller.app.identity().join_codes().clone(),
            public_url: caller.app.config().public_url.clone().unwrap_or_default(),
        }
    }

    /// The same, for a session that the caller has just started, even with the token of a ticket, which no longer
    /// exists then.
    pub(crate) fn of_starter(&self) -> Self {
        Self {
            is_starter: true,
            ..self.clone()
        }
    }

    fn code(&self, account: &Account, session: &presence::Session) -> Option<Code> {
        let code = session.code.as_ref()?;
        let sees = self.is_starter || account.sees_code(&self.actor, session);
        sees.then(|| self.codes.open(account.id(), code)).flatten()
    }
}

impl Session {
    /// A session that has not ended, as `sight` sees it.
    pub(crate) fn of(account: &Account, session: &presence::Session, sight: &Sight, now: Timestamp) -> Self {
        let user = account.user(session.user);
        let host = account.sign_ins().get(&session.sign_in);
        let funding = match session.funding {
            Funding::Rides => host.map_or(session.funding, |host| host.funding),
            funding => funding,
        };
        let code = sight.code(account, session);
        let ending = match &session.state {
            SessionState::Ending { by, .. } => Some(by),
            _ => None,
        };
        Self {
            id: session.id,
            state: session.state.as_str(),
            kind: session.kind.as_str().to_owned(),
            user: session.user,
            user_name: user.map(|user| user.profile.name.reveal().clone()),
            user_email: user.map(|user| user.profile.email.reveal().clone()),
            sign_in: session.sign_in,
            device: host.map(|host| SessionDevice {
                id: host.device.id.reveal().to_string(),
                name: host.device.name.reveal().to_string(),
                kind: Some(host.device.kind),
            }),
            product: session.product.to_string(),
            pool: session.pool,
            funding: funding.as_str().to_owned(),
            join_url: code
                .as_ref()
                .map(|code| format!("{}/join/{code}", sight.public_url)),
            code: code.map(|code| code.to_string()),
            customer: session.customer.as_ref().map(Customer::from),
            external_id: session.labels.external_id.clone(),
            metadata: session.labels.metadata.clone(),
            since: account.shown(session.since).into(),
            expires_in_secs: match session.state {
                SessionState::Standby { until } => Some(until.remaining(now).get()),
                _ => None,
            },
            closes_in_secs: match session.state {
                SessionState::Ending { closes_at, .. } => Some(closes_at.remaining(now).get()),
                _ => None,
            },
            reason: ending.map(|_| EndReason::EndedByOther.as_str().to_owned()),
            by: ending.map(|by| by.actor.clone()),
            by_name: ending
                .and_then(|by| by.name.as_ref())
                .map(|text| text.reveal().to_string()),
            note: ending
                .and_then(|by| by.note.as_ref())
                .map(|text| text.reveal().to_string()),
            ended_at: None,
        }
    }

    /// An ended session.
    pub(crate) fn of_ended(account: &Account, row: &SessionRow, host: Option<&SignInRow>) -> Self {
        let user = account.user(row.user);
        let end = row.end.as_ref();
        let by = end.and_then(|end| end.by.as_ref());
        let labels = labels::of_record(row.external_id.as_deref(), row.metadata.as_deref());
        Self {
            id: row.id,
            state: "ended",
            kind: row.kind.to_string(),
            user: row.user,
            user_name: user.map(|user| user.profile.name.reveal().clone()),
            user_email: user.map(|user| user.profile.email.reveal().clone()),
            sign_in: row.sign_in,
            device: host.map(|host| SessionDevice {
                id: host.device_id.reveal().to_string(),
                name: host.device_name.reveal().to_string(),
                kind: None,
            }),
            product: row.product.to_string(),
            pool: row.pool,
            funding: row.funding.as_deref().unwrap_or("none").to_owned(),
            code: None,
            join_url: None,
            customer: row
                .customer
                .as_ref()
                .and_then(|name| Customer::named(name.reveal())),
            external_id: labels.external_id,
            metadata: labels.metadata,
            since: account.shown(row.started_at).into(),
            expires_in_secs: None,
            closes_in_secs: None,
            reason: end.map(|end| end.reason.to_string()),
            by: by.map(|by| by.actor.to_string()),
            by_name: by
                .and_then(|by| by.name.as_ref())
                .map(|text| text.reveal().to_string()),
            note: by
                .and_then(|by| by.note.as_ref())
                .map(|text| text.reveal().to_string()),
            ended_at: end.map(|end| account.shown(end.at).into()),
        }
    }
}
