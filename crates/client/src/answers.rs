//! What the API takes and shows, as far as clients need it. Fields that are not here are passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Items<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the next page starts; none on the last.
    pub next_cursor: Option<String>,
}

/// Something that has an id.
#[derive(Debug, Clone, Deserialize)]
pub struct Created {
    /// The id.
    pub id: String,
}

/// A new API key: the only answer that shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct ApiKey {
    /// The id.
    pub id: String,
    /// The key.
    pub key: String,
}

/// Where a user is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Device {
    /// The id that the client keeps.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `desktop`, `phone`, `glasses` or `browser`.
    pub kind: String,
}

/// A user's presence on one device for one product.
#[derive(Debug, Clone, Deserialize)]
pub struct SignIn {
    /// The id.
    pub id: String,
    /// Who.
    pub user: String,
    /// For which product.
    pub product: String,
    /// Where.
    pub device: Device,
    /// Whether the user is in a call.
    pub in_call: bool,
}

/// What signing in came to.
#[derive(Debug, Clone)]
pub enum SignInAnswer {
    /// Signed in, now or before.
    SignedIn {
        /// The sign-in.
        sign_in: SignIn,
        /// Its own token, which every further call for it needs.
        token: String,
    },
    /// No seat is free; this is the place in the queue.
    Waits {
        /// The ticket.
        ticket: Ticket,
        /// Its own token.
        token: String,
    },
}

/// How long a lease still runs.
#[derive(Debug, Clone, Deserialize)]
pub struct Lease {
    /// Seconds.
    pub expires_in_secs: u32,
}

/// A place in a queue.
#[derive(Debug, Clone, Deserialize)]
pub struct Ticket {
    /// The id.
    pub id: String,
    /// `waiting`, `offered`, `claimed` or `ended`.
    pub state: String,
    /// From 1; none once a seat is offered.
    pub position: Option<u32>,
    /// How long it will probably take, in seconds.
    pub wait_estimate_secs: Option<u32>,
}

/// A piece of support work.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    /// The id.
    pub id: String,
    /// `standby`, `active`, `paused`, `ending` or `ended`.
    pub state: String,
    /// What carries it: `seat`, `named`, `minutes` or `none`.
    pub funding: String,
    /// What the customer types to come in.
    pub code: Option<String>,
}

/// What starting or resuming a session came to.
#[derive(Debug, Clone)]
pub enum SessionAnswer {
    /// It exists.
    Session(Session),
    /// No seat is free; this is the place in the queue.
    Waits(Ticket),
}

/// A seat pool.
#[derive(Debug, Clone, Deserialize)]
pub struct Pool {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The product.
    pub product: String,
    /// Seats it has.
    pub seats: u32,
    /// Seats that are held or offered.
    pub occupied: u32,
    /// How many wait.
    pub waiting: u32,
    /// Whether it is the product's default pool.
    pub default: bool,
}

/// How an account's seats are used at the moment.
#[derive(Debug, Clone, Deserialize)]
pub struct Usage {
    /// By product.
    pub products: Vec<ProductUsage>,
    /// Prepaid minutes.
    pub minutes: Minutes,
}

/// Prepaid minutes.
#[derive(Debug, Clone, Deserialize)]
pub struct Minutes {
    /// How many are left.
    pub remaining: u64,
}

/// How a product's seats are used.
#[derive(Debug, Clone, Deserialize)]
pub struct ProductUsage {
    /// The product.
    pub product: String,
    /// Its pools.
    pub pools: Vec<PoolUsage>,
    /// Anything else that the answer carries.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

/// How a pool's seats are used.
#[derive(Debug, Clone, Deserialize)]
pub struct PoolUsage {
    /// The name.
    pub name: String,
    /// Seats it has.
    pub seats: u32,
    /// Seats that are held or offered.
    pub occupied: u32,
    /// How many wait.
    pub waiting: u32,
}
