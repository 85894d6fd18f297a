//! The API's request and response types for tickets.

use serde::Serialize;
use usher_domain::presence::{self, TicketState, Wanted};
use usher_domain::text::Product;
use usher_domain::{Account, PoolId, Secs, SessionId, SignInId, TicketId, Timestamp, UserId};
use utoipa::ToSchema;

use crate::v1::device::Device;
use crate::v1::schema;
use crate::v1::time::Time;

/// A user's place in a pool's queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// The id.
    #[schema(value_type = schema::TicketId)]
    pub(crate) id: TicketId,
    /// The state. `offered`: a seat is reserved for it; claim it.
    #[schema(value_type = schema::TicketState)]
    pub(crate) state: &'static str,
    /// The user.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: Product,
    /// The pool of the queue.
    #[schema(value_type = schema::PoolId)]
    pool: PoolId,
    /// What it waits for.
    wanted: Asked,
    /// The position in the queue: 1 is next; null once a seat is reserved for it.
    #[schema(example = 2)]
    pub(crate) position: Option<u32>,
    /// How long the wait will probably be; null if no seat has become free yet, or one is reserved for it.
    #[schema(example = 540)]
    pub(crate) wait_estimate_secs: Option<u32>,
    /// For how long the seat is reserved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) offer_expires_in_secs: Option<u32>,
    /// How long the ticket lives without another read or open stream.
    #[schema(example = 90)]
    expires_in_secs: u32,
    /// Since when.
    since: Time,
}

/// What a ticket waits for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// A sign-in on this device.
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
    /// Resuming this paused session.
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
    /// The ticket's own token, for reading it, claiming it and leaving the queue.
    #[schema(example = "usher_tick_01h2xcejqtf2nbrexx3vqjhp41.1.0v6…")]
    pub(crate) token: String,
}
