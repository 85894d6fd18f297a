//! Following a sign-in or a ticket, with a credential or with a stream ticket requested by it.

use std::sync::Arc;

use http::request::Parts;
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, AccountId, Actor, Refusal, SignInId, TicketId};
use usher_engine::Channel;
use usher_http::RequestLog;
use usher_identity::PassFor;

use super::admission::Admission;
use super::admitted::Admitted;
use super::scope::{AccountsManage, Scope};
use crate::app::App;
use crate::arrival::Arrival;
use crate::problem::Problem;

/// The subjects of streams that a stream ticket opens.
pub trait Followed: Copy {
    /// The required subject of a stream ticket.
    fn purpose(self) -> PassFor;

    /// The actor of a browser with a stream ticket: the device itself.
    fn actor(self) -> Actor;
}

impl Followed for SignInId {
    fn purpose(self) -> PassFor {
        PassFor::SignInStream(self)
    }

    fn actor(self) -> Actor {
        Actor::SignIn(self)
    }
}

impl Followed for TicketId {
    fn purpose(self) -> PassFor {
        PassFor::TicketStream(self)
    }

    fn actor(self) -> Actor {
        Actor::Ticket(self)
    }
}

impl Admitted {
    /// The caller who follows `subject` with a stream ticket instead of a credential: the holder of the ticket's
    /// credential. A problem if the ticket is not, or no longer, valid for this stream.
    pub async fn by_stream_ticket(
        app: &Arc<App>,
        parts: &Parts,
        account: AccountId,
        subject: impl Followed,
        ticket: &str,
    ) -> Result<Self, Problem> {
        let (purpose, now) = (subject.purpose(), app.engine().now());
        let shown = app.identity().shown_for_pass(ticket, account, purpose, now);
        let admission = Admission::Credential {
            shown: shown.ok_or_else(Problem::stale_ticket)?,
            // Following keeps the subject alive.
            needed: AccountsManage::NEEDED,
            ticket_for: Some(purpose),
        };
        admission.admitted(app, account).await?;
        let actor = subject.actor();
        RequestLog::note_actor(&parts.extensions, &actor);
        let arrival = Arrival::of(app, &parts.extensions, &parts.headers);
        Ok(Self {
            app: Arc::clone(app),
            account,
            actor,
            cause: arrival.cause(Channel::Api, None),
            admission,
        })
    }
}

/// Refuses callers who may not use the stream's subject.
pub fn may_follow(account: &Account, actor: &Actor, purpose: PassFor) -> Result<(), Refusal> {
    let (what, user, is_own) = match purpose {
        PassFor::SignInStream(id) => {
            let user = account.sign_ins().get(&id).map(|sign_in| sign_in.user);
            let user = user.ok_or(Refusal::State(StateRefusal::SignInEnded { id }))?;
            ("sign-in", user, *actor == Actor::SignIn(id))
        }
        PassFor::TicketStream(id) => {
            let user = account.tickets().get(&id).map(|ticket| ticket.user);
            let user = user.ok_or(Refusal::State(StateRefusal::TicketEnded { id }))?;
            ("ticket", user, *actor == Actor::Ticket(id))
        }
        PassFor::Customer(_) | PassFor::CustomerStream(_) => {
            return Err(Refusal::NotFound { what: "session" });
        }
    };
    let is_for_user =
        !matches!(actor, Actor::SignIn(_) | Actor::Ticket(_)) && account.may_act_for(actor, user);
    if is_own || is_for_user {
        return Ok(());
    }
    Err(if account.sees_user(actor, user) {
        Refusal::Forbidden {
            needed: "the user's own token or a key with `sign-ins.write`",
        }
    } else {
        Refusal::NotFound { what }
    })
}
