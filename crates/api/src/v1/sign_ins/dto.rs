//! The API's request and response types for sign-ins.

use serde::{Deserialize, Serialize};
use usher_domain::presence::{self, TicketState};
use usher_domain::text::Product;
use usher_domain::{Account, PoolId, Secs, SignInId, TicketId, Timestamp, UserId};
use utoipa::ToSchema;

use crate::v1::device::Device;
use crate::v1::schema;
use crate::v1::time::Time;

/// A user to sign in, with product and device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSignIn {
    /// The user.
    #[schema(value_type = schema::UserId)]
    pub(crate) user: UserId,
    /// The product.
    #[schema(value_type = schema::Product)]
    pub(crate) product: Product,
    /// The device.
    pub(crate) device: Device,
    /// Whether to sign the user out on another device if they are signed in on as many as the pool allows.
    #[serde(default)]
    pub(crate) takeover: bool,
    /// Whether to wait in the queue if no seat is free and the pool has one.
    #[serde(default)]
    pub(crate) wait: bool,
}

/// A user's presence on one device for one product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignIn {
    /// The id.
    #[schema(value_type = schema::SignInId)]
    pub(crate) id: SignInId,
    /// The user.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: Product,
    /// The device.
    device: Device,
    /// The pool whose rules hold; null for a named license.
    #[schema(value_type = Option<schema::PoolId>)]
    pool: Option<PoolId>,
    /// What it uses. `none`: in this pool sign-ins take nothing, sessions do.
    #[schema(value_type = schema::Funding)]
    funding: &'static str,
    /// Since when.
    since: Time,
    /// Whether a session of it is active.
    in_call: bool,
    /// For how long the user has been idle; 0 in a call and while a link is valid.
    #[schema(example = 240)]
    idle_secs: u32,
    /// What will expire.
    #[serde(flatten)]
    clocks: Clocks,
    /// For how long the seat is still protected from being reclaimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    locked_secs: Option<u32>,
}

/// What will expire on a sign-in. Only the server's clock counts, never the client's.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(crate) struct Clocks {
    /// How long it lives without another heartbeat.
    #[schema(example = 90)]
    expires_in_secs: u32,
    /// When the user will be logged off if they stay idle.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 3360)]
    log_off_in_secs: Option<u32>,
    /// When the seat goes to a waiting user if this user stays idle.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reclaim_in_secs: Option<u32>,
}

impl Clocks {
    pub(crate) fn of(account: &Account, sign_in: &presence::SignIn, now: Timestamp) -> Self {
        let left = |at: Timestamp| at.remaining(now).get();
        Self {
            expires_in_secs: left(sign_in.lease_until()),
            log_off_in_secs: account.log_off_due(sign_in).map(left),
            reclaim_in_secs: sign_in.reclaim_at.map(left),
        }
    }
}

impl SignIn {
    pub(crate) fn of(account: &Account, sign_in: &presence::SignIn, now: Timestamp) -> Self {
        let mut sessions = sign_in
            .sessions()
            .iter()
            .filter_map(|id| account.sessions().get(id));
        let locked = sign_in.locked_until.map(|until| until.remaining(now));
        Self {
            id: sign_in.id,
            user: sign_in.user,
            product: sign_in.product.clone(),
            device: Device::from(&sign_in.device),
            pool: sign_in.pool,
            funding: sign_in.funding.as_str(),
            since: account.shown(sign_in.since).into(),
            in_call: sessions.any(presence::Session::is_active),
            idle_secs: sign_in.idle_since.map_or(0, |since| now.since(since).get()),
            clocks: Clocks::of(account, sign_in, now),
            locked_secs: locked.filter(|left| *left > Secs::ZERO).map(Secs::get),
        }
    }
}

/// A sign-in with its secret token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// The sign-in.
    pub(crate) sign_in: SignIn,
    /// The sign-in's own token, for heartbeats, sessions and signing out. The same sign-in has the same token.
    #[schema(example = "usher_sign_01h2xcejqtf2nbrexx3vqjhp41.1.0v6…")]
    pub(crate) token: String,
}

/// A heartbeat.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beat {
    /// Whether the user is present, not only the device: the idle clock starts from zero.
    #[serde(default)]
    pub(crate) active: bool,
}

/// The remaining times after a heartbeat.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Alive {
    /// What will expire.
    #[serde(flatten)]
    pub(crate) clocks: Clocks,
    /// A seat that is reserved for this user, whose turn in the queue has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    offer: Option<OfferHint>,
}

/// A seat that is reserved for somebody whose turn has come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferHint {
    /// The ticket to claim.
    #[schema(value_type = schema::TicketId)]
    ticket: TicketId,
    /// For how long it is reserved.
    #[schema(example = 60)]
    expires_in_secs: u32,
}

impl Alive {
    pub(crate) fn of(account: &Account, sign_in: &presence::SignIn, now: Timestamp) -> Self {
        Self {
            clocks: Clocks::of(account, sign_in, now),
            offer: OfferHint::of(account, sign_in, now),
        }
    }
}

impl OfferHint {
    fn of(account: &Account, sign_in: &presence::SignIn, now: Timestamp) -> Option<Self> {
        let user = account.user(sign_in.user)?;
        let ticket = account.ticket_of(user, &sign_in.product)?;
        match ticket.state {
            TicketState::Offered { until } => Some(Self {
                ticket: ticket.id,
                expires_in_secs: until.remaining(now).get(),
            }),
            TicketState::Waiting {} => None,
        }
    }
}

/// For how long to keep the seat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    /// For how long: at most four hours.
    #[schema(minimum = 1, maximum = 14400, example = 900)]
    pub(crate) hold_secs: u32,
}
