//! What the API takes and shows of tickets.

use serde::Serialize;
use usher_domain::presence::{self, TicketState, Wanted};
use usher_domain::text::Product;
use usher_domain::{Account, PoolId, Secs, SessionId, SignInId, TicketId, Timestamp, UserId};
use utoipa::ToSchema;

use crate::v1::device::Device;
use crate::v1::schema;
use crate::v1::time::Time;

/// A place in a pool's queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// The id.
    #[schema(value_type = schema::TicketId)]
    pub(crate) id: TicketId,
    /// Where it stands. `offered`: a seat is kept for it; claim it.
    #[schema(value_type = schema::TicketState)]
    pub(crate) state: &'static str,
    /// Who waits.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// For which product.
    #[schema(value_type = schema::Product)]
    product: Product,
    /// In which pool's queue.
    #[schema(value_type = schema::PoolId)]
    pool: PoolId,
    /// For what.
    wanted: Asked,
    /// The place in the queue: 1 is the next; null once a seat is kept for it.
    #[schema(example = 2)]
    pub(crate) position: Option<u32>,
    /// How long the wait will probably be; null where no seat has come back yet, or one is kept for it.
    #[schema(example = 540)]
    pub(crate) wait_estimate_secs: Option<u32>,
    /// For how long the seat is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) offer_expires_in_secs: Option<u32>,
    /// How long the ticket lives without a further look or open stream.
    #[schema(example = 90)]
    expires_in_secs: u32,
    /// Since when.
    since: Time,
}

/// What a ticket asks for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// To be signed in on this device.
    SignIn {
        /// The device.
        device: Device,
    },
    /// A new session on this sign-in.
    Session {
        /// The sign-in.
        #[schema(value_type = schema::SignInId)]
        sign_in: SignInId,
    },
    /// To take up this paused session.
    Resume {
        /// The session.
        #[schema(value_type = schema::SessionId)]
        session: SessionId,
    },
}

impl Ticket {
    pub(crate) fn of(account: &Account, ticket: &presence::Ticket, now: Timestamp) -> Self {
        let pool = account.pool(ticket.pool);
        let position = pool.and_then(|pool| pool.position(ticket.place));
        let estimate = pool
            .zip(position)
            .and_then(|(pool, position)| pool.wait_estimate(position));
        let offer = match ticket.state {
            TicketState::Offered { until } => Some(until.remaining(now).get()),
            TicketState::Waiting {} => None,
        };
        Self {
            id: ticket.id,
            state: ticket.state.as_str(),
            user: ticket.user,
            product: ticket.product.clone(),
            pool: ticket.pool,
            wanted: Asked::from(&ticket.wanted),
            position,
            wait_estimate_secs: estimate.map(Secs::get),
            offer_expires_in_secs: offer,
            expires_in_secs: ticket.lease_until().remaining(now).get(),
            since: account.shown(ticket.since).into(),
        }
    }
}

impl From<&Wanted> for Asked {
    fn from(wanted: &Wanted) -> Self {
        match wanted {
            Wanted::SignIn { device } => Self::SignIn {
                device: device.into(),
            },
            Wanted::Session { sign_in, .. } => Self::Session { sign_in: *sign_in },
            Wanted::Resume { session } => Self::Resume { session: *session },
        }
    }
}

/// A ticket with its secret token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Waiting {
    /// The ticket.
    pub(crate) ticket: Ticket,
    /// The ticket's own token: looking at it, claiming it and leaving the queue need it.
    #[schema(example = "usher_tick_01h2xcejqtf2nbrexx3vqjhp41.1.0v6…")]
    pub(crate) token: String,
}
