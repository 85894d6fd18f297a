//! A session as its customer sees it.

use serde::Serialize;
use usher_app::{App, CUSTOMER_TOKEN_SECS, Ender, Over};
use usher_domain::presence::SessionState;
use usher_domain::{Account, Actor, Secs, SessionId, Timestamp};
use usher_identity::PassFor;
use usher_journal::CodeOwner;
use utoipa::ToSchema;

use crate::v1::schema;
use crate::v1::stream_tickets::STREAM_TICKET_SECS;
use crate::v1::time::Time;

/// Who ended a session, as its customer is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CustomerEnding {
    /// Who: `customer`, `agent`, `account` (somebody else in it) or `usher` (something expired).
    #[schema(value_type = schema::Ender)]
    who: &'static str,
    /// The name of the customer (for themselves), the agent or the account, if known.
    #[schema(required)]
    name: Option<String>,
    /// Their note.
    #[schema(required, value_type = Option<schema::Note>)]
    note: Option<String>,
}

impl CustomerEnding {
    pub(super) fn new(ending: usher_app::CustomerEnding, names: &Names<'_>) -> Self {
        let name = match ending.ender {
            Ender::Customer => names.customer,
            Ender::Agent => Some(names.agent),
            Ender::Account => Some(names.account),
            Ender::Usher => None,
        };
        Self {
            who: ending.ender.as_str(),
            name: name.filter(|name| !name.is_empty()).map(str::to_owned),
            note: ending.note,
        }
    }
}

/// The names of those who may end a session.
pub(super) struct Names<'a> {
    pub(super) customer: Option<&'a str>,
    pub(super) agent: &'a str,
    pub(super) account: &'a str,
}

/// A session as its customer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Joined {
    /// The code, as it is stored.
    #[schema(value_type = schema::JoinCode)]
    code: String,
    /// The state. `standby`: the agent waits for the customer. `paused`: the agent has paused it and will resume it.
    /// `ended` is shown for an hour.
    #[schema(value_type = schema::SessionState)]
    state: &'static str,
    /// The kind of work.
    #[schema(value_type = schema::SessionKind)]
    kind: String,
    /// The agent's name; empty if the agent was deleted.
    #[schema(example = "Sven Svensson")]
    agent: String,
    /// The name of the account that the agent works for.
    #[schema(value_type = schema::Name, example = "Contoso Support")]
    account_name: String,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: String,
    /// The customer's name, once known. After somebody has joined, or the session has ended, it is shown only to them,
    /// with their token.
    #[schema(value_type = Option<schema::Name>)]
    customer: Option<String>,
    /// For how long the code is still valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_in_secs: Option<u32>,
    /// When the session closes, after somebody ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    closes_in_secs: Option<u32>,
    /// Who ended it, if it is ending or has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    by: Option<CustomerEnding>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::EndReason>, nullable = false)]
    reason: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ended_at: Option<Time>,
    /// The customer's own token, for the customer who joined: it opens the stream of events and lets them join again
    /// and leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "usher_pass_1795428000000.1.mzxw6ytboi")]
    token: Option<String>,
    /// How long the token is valid. Joining again with it returns a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 3600)]
    token_expires_in_secs: Option<u32>,
    /// Where a browser opens the stream of events: the address contains a ticket that is valid for half a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        format = "uri-reference",
        example = "/join/K7M2QX9D4T/events?ticket=usher_pass_1795424430000.1.mzxw6ytboi"
    )]
    events_url: Option<String>,
}

impl Joined {
    /// A session that has not ended; `None` if there is none. `is_customer`: it is shown to the customer who joined it.
    pub(super) fn of(
        account: &Account,
        id: SessionId,
        code: String,
        is_customer: bool,
        now: Timestamp,
    ) -> Option<Self> {
        let session = account.sessions().get(&id)?;
        if !account.sees_session(&Actor::Customer(id), session) {
            return None;
        }
        let agent = account.user(session.user)?.profile.name.reveal().to_string();
        let account_name = account.name().to_string();
        // Anybody else with the code learns nothing about the person in the session.
        let is_shown = is_customer || session.joined.is_none();
        let customer = session.customer.as_ref().filter(|_| is_shown);
        let customer = customer.map(|it| it.name.reveal().to_string());
        let (expires, closes) = match session.state {
            SessionState::Standby { until } => (Some(until), None),
            SessionState::Ending { closes_at, .. } => (None, Some(closes_at)),
            _ => (None, None),
        };
        let by = match &session.state {
            SessionState::Ending { note, .. } => {
                let names = Names {
                    customer: customer.as_deref(),
                    agent: &agent,
                    account: &account_name,
                };
                let announced = usher_app::CustomerEnding::announced(note.as_ref());
                Some(CustomerEnding::new(announced, &names))
            }
            _ => None,
        };
        let left = |at: Timestamp| at.remaining(now).get();
        Some(Self {
            code,
            state: session.state.as_str(),
            kind: session.kind.as_str().to_owned(),
            agent,
            account_name,
            product: session.product.to_string(),
            customer,
            expires_in_secs: expires.map(left),
            closes_in_secs: closes.map(left),
            by,
            reason: None,
            ended_at: None,
            token: None,
            token_expires_in_secs: None,
            events_url: None,
        })
    }

    /// An ended session. `is_customer`: it is shown to the customer who joined it.
    pub(super) fn of_ended(over: &Over, code: String, is_customer: bool) -> Self {
        let customer = over.row.customer.as_ref().filter(|_| is_customer);
        let customer = customer.map(|text| text.reveal().to_string());
        let names = Names {
            customer: customer.as_deref(),
            agent: &over.agent,
            account: &over.account_name,
        };
        Self {
            code,
            state: "ended",
            kind: over.row.kind.to_string(),
            agent: over.agent.clone(),
            account_name: over.account_name.clone(),
            product: over.row.product.to_string(),
            by: Some(CustomerEnding::new(over.ending(), &names)),
            customer,
            expires_in_secs: None,
            closes_in_secs: None,
            reason: Some(over.end.reason.to_string()),
            ended_at: Some(over.ended_at.into()),
            token: None,
            token_expires_in_secs: None,
            events_url: None,
        }
    }

    /// The same for the customer who joined: with their token, and the address of the stream for browsers.
    pub(super) fn with_token(self, app: &App, owner: CodeOwner) -> Self {
        let now = app.engine().now();
        let token = app.customer_token(owner, now + Secs::new(CUSTOMER_TOKEN_SECS));
        let purpose = PassFor::CustomerStream(owner.session);
        let ticket = app
            .identity()
            .pass(owner.account, purpose, now + Secs::new(STREAM_TICKET_SECS));
        let public_url = app.config().public_url.as_deref().unwrap_or_default();
        Self {
            events_url: Some(format!(
                "{public_url}/join/{}/events?ticket={}",
                self.code,
                ticket.into_exposed()
            )),
            token: Some(token.into_exposed()),
            token_expires_in_secs: Some(CUSTOMER_TOKEN_SECS),
            ..self
        }
    }
}
