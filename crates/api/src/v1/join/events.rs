//! The stream of events of a session's customer.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use usher_app::{Admission, Admitted, App, Arrival, bearer_of, no_such_code};
use usher_domain::event::SessionEvent;
use usher_domain::presence::SessionState;
use usher_domain::{Account, Actor, Event, SessionId, Timestamp};
use usher_engine::Channel;
use usher_identity::PassFor;
use usher_journal::{CodeOwner, Seq};

use super::dto::{CustomerEnding, Names};
use super::{JoinPath, Visitor};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::v1::events::{
    EventStream, Feed, LastEventId, LastEventIdHeader, MayFollow, Message, Opening, QueueView, Subject,
};
use crate::v1::stream_tickets::TicketQuery;

/// A session that its customer follows.
struct CustomerSubject {
    session: SessionId,
    agent: String,
    account_name: String,
    customer: Option<String>,
    is_over: bool,
}

/// The state of the session at the start of the stream.
#[derive(Clone)]
struct Standing {
    agent: String,
    account_name: String,
    customer: Option<String>,
    messages: VecDeque<Message>,
}

#[derive(Serialize)]
struct StateTold {
    state: &'static str,
}

#[derive(Serialize)]
struct Closing<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    in_secs: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    by: CustomerEnding,
}

impl CustomerSubject {
    fn told(&self, ending: usher_app::CustomerEnding) -> CustomerEnding {
        let names = Names {
            customer: self.customer.as_deref(),
            agent: &self.agent,
            account: &self.account_name,
        };
        CustomerEnding::new(ending, &names)
    }
}

impl Subject for CustomerSubject {
    async fn take(&mut self, caller: &Admitted, _: Seq, event: &Event) -> Result<Option<Message>, Problem> {
        let state = |name, state| Some(Message::new(name, &StateTold { state }));
        Ok(match event {
            Event::Session(SessionEvent::Connected { id, .. }) if *id == self.session => {
                state("session_started", "active")
            }
            Event::Session(SessionEvent::CustomerJoined { id, customer, .. }) if *id == self.session => {
                let name = customer
                    .as_ref()
                    .map(|customer| customer.name.reveal().to_string());
                self.customer = name.or(self.customer.take());
                None
            }
            Event::Session(SessionEvent::Paused { id }) if *id == self.session => {
                state("session_paused", "paused")
            }
            Event::Session(SessionEvent::Resumed { id, .. }) if *id == self.session => {
                state("session_resumed", "active")
            }
            Event::Session(SessionEvent::Ending {
                id, closes_at, note, ..
            }) if *id == self.session => {
                let announced = usher_app::CustomerEnding::announced(note.as_ref());
                let closing = Closing {
                    in_secs: Some(closes_at.remaining(caller.app.engine().now()).get()),
                    reason: None,
                    by: self.told(announced),
                };
                Some(Message::new("session_ending", &closing))
            }
            Event::Session(SessionEvent::Ended { id, reason, by }) if *id == self.session => {
                self.is_over = true;
                let actor = by.as_ref().map(|by| by.actor.as_str());
                let note = by.as_ref().and_then(|by| by.note.as_ref());
                let note = note.map(|note| note.reveal().as_str());
                let ending = usher_app::CustomerEnding::of(reason.as_str(), actor, note);
                let closing = Closing {
                    in_secs: None,
                    reason: Some(reason.as_str()),
                    by: self.told(ending),
                };
                Some(Message::new("session_ended", &closing))
            }
            _ => None,
        })
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn may_follow(&self) -> Box<MayFollow> {
        let own = Actor::Customer(self.session);
        Box::new(move |_, actor| *actor == own)
    }

    fn queue(&self) -> Option<Box<QueueView>> {
        None
    }
}

impl Standing {
    fn of(account: &Account, id: SessionId, now: Timestamp) -> Option<Self> {
        let session = account.sessions().get(&id)?;
        let agent = account.user(session.user)?.profile.name.reveal().to_string();
        let account_name = account.name().to_string();
        let customer = session.customer.as_ref().map(|it| it.name.reveal().to_string());
        let mut messages = VecDeque::from([Message::new(
            "session",
            &StateTold {
                state: session.state.as_str(),
            },
        )]);
        if let SessionState::Ending { closes_at, note, .. } = &session.state {
            let names = Names {
                customer: customer.as_deref(),
                agent: &agent,
                account: &account_name,
            };
            let announced = usher_app::CustomerEnding::announced(note.as_ref());
            let closing = Closing {
                in_secs: Some(closes_at.remaining(now).get()),
                reason: None,
                by: CustomerEnding::new(announced, &names),
            };
            messages.push_back(Message::new("session_ending", &closing));
        }
        Some(Self {
            agent,
            account_name,
            customer,
            messages,
        })
    }
}

/// Follow a session as its customer
///
/// Server-sent events for the customer who joined: with their token, or with the ticket in the `events_url` from
/// joining. The stream ends after `session_ended`; if it breaks off earlier, reconnect with `Last-Event-ID`. A
/// browser's own `EventSource` does so with a ticket that has expired by then: join again with the token for a new
/// `events_url`.
///
/// | event | data |
/// | --- | --- |
/// | `session` | `state`: the current state, if the stream does not resume |
/// | `session_started`, `session_paused`, `session_resumed` | `state` |
/// | `session_ending` | `in_secs`, `by` (`who`, `name`, `note`): it closes then |
/// | `session_ended` | `reason`, `by`: the last event |
#[utoipa::path(
    get, path = "/join/{code}/events", operation_id = "followSessionAsCustomer", tag = "sessions", security(()),
    params(JoinPath, TicketQuery, LastEventIdHeader),
    responses((status = 200, description = "The events.", body = String, content_type = "text/event-stream")),
    extensions(("x-problems" = json!(["unauthenticated", "wrong-state", "too-many-attempts", "too-many-streams"])))
)]
pub(super) async fn follow(
    State(app): State<Arc<App>>,
    Path(path): Path<JoinPath>,
    Query(query): Query<TicketQuery>,
    arrival: Arrival,
    headers: HeaderMap,
    LastEventId(from): LastEventId,
) -> Result<EventStream, Problem> {
    let visitor = Visitor::of(app, arrival, path.code, &headers, None).await?;
    let admission = admission(&visitor, bearer_of(&headers), query.ticket.as_deref())?;
    let CodeOwner { account, session, .. } = visitor.owner;
    let caller = Admitted {
        app: Arc::clone(&visitor.app),
        account,
        actor: Actor::Customer(session),
        cause: visitor.arrival.cause(Channel::Api, None),
        admission,
    };
    let view = move |account: &Account, now| Standing::of(account, session, now);
    let opening = Opening::at(&caller, from, view).await?;
    let open = caller.open_stream().await?;
    let seen = opening.seen.clone();
    let subject = |standing: Standing| CustomerSubject {
        session,
        agent: standing.agent,
        account_name: standing.account_name,
        customer: standing.customer,
        is_over: false,
    };
    if let Some(standing) = seen {
        let stands: Vec<Message> = standing.messages.iter().cloned().collect();
        return Ok(Feed::new(caller, open, opening, subject(standing), &stands).open());
    }
    let over = visitor.app.session_over(visitor.owner).await?;
    let over = over.ok_or_else(no_such_code)?;
    let problem = crate::v1::ended::session_is_over(&over);
    if from.is_none() {
        return Err(problem);
    }
    let subject = subject(Standing {
        agent: over.agent,
        account_name: over.account_name,
        customer: over.row.customer.map(|name| name.reveal().to_string()),
        messages: VecDeque::new(),
    });
    let rest = Feed::new(caller, open, opening, subject, &[]).rest().await?;
    rest.ok_or(problem)
}

/// The customer's credential: the token, or a ticket for this stream.
fn admission(visitor: &Visitor, token: Option<&str>, ticket: Option<&str>) -> Result<Admission, Problem> {
    let (app, owner, shown_at) = (&visitor.app, visitor.owner, visitor.app.engine().now());
    let shows = |proof: &str, purpose| {
        let is_good = app.identity().is_pass(proof, owner.account, purpose, shown_at);
        is_good.then(|| Admission::Customer {
            proof: proof.to_owned(),
            purpose,
            shown_at,
        })
    };
    let by_token = token.and_then(|token| shows(token, PassFor::Customer(owner.session)));
    let by_ticket = || ticket.and_then(|ticket| shows(ticket, PassFor::CustomerStream(owner.session)));
    by_token.or_else(by_ticket).ok_or_else(|| match ticket {
        Some(_) => Problem::stale_ticket(),
        None => Problem::unauthenticated(token.is_some()),
    })
}
