//! The requests and answers of the API, as far as this client needs them. Other fields are ignored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Items<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next_cursor: Option<String>,
}

/// A user that was just created.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreatedUser {
    /// The id, `user_…`.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their invitation, if they were invited.
    pub invitation: Option<OneTimeLink>,
}

/// A one-time link with which a user chooses a password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneTimeLink {
    /// The address to give to the user; `None` if it was sent to them by mail.
    pub url: Option<String>,
    /// Until when it works, in RFC 3339.
    pub expires_at: String,
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountDetails {
    /// The id, `acct_…`.
    pub id: String,
    /// The operator's name for it. Several accounts may have the same.
    pub name: String,
    /// The id of the account in the operator's own system, if it has one.
    pub external_id: Option<String>,
    /// When it was created (RFC 3339).
    pub created_at: String,
    /// All other fields of the answer.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// What an account has bought, and how much of it is in use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subscription {
    /// The plan; `None` before the first subscription.
    pub plan: Option<String>,
    /// Seats by product.
    pub products: BTreeMap<String, ProductSubscription>,
    /// All other fields of the answer.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// The seats that an account has bought of one product.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProductSubscription {
    /// Named seats.
    pub named_seats: u32,
    /// How many of these are assigned.
    pub named_assigned: u32,
    /// Shared seats, for pools.
    pub shared_seats: u32,
    /// How many of these are in pools.
    pub shared_distributed: u32,
    /// How many of these are in no pool.
    pub shared_unallocated: u32,
    /// All other fields of the answer.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// The answer to a purchase: setting the subscription or adding minutes.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum PurchaseAnswer<T> {
    /// It became a request, because the caller has to ask the operator (202). Nothing has changed yet.
    Requested(Box<SubscriptionRequest>),
    /// It was made: what there is now.
    Done(T),
}

/// What an account has asked the operator for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubscriptionRequest {
    /// The id, `subreq_…`.
    pub id: String,
    /// The id of the account.
    pub account: String,
    /// What the operator calls the account.
    pub account_name: String,
    /// What it asks for.
    pub asked: Bought,
    /// What it had bought when it asked for a plan and seats; `None` if it asked for minutes.
    pub before: Option<Bought>,
    /// The name of the person or key that asked.
    pub asked_by_name: Option<String>,
    /// What they said about it.
    pub note: Option<String>,
    /// When they asked (RFC 3339).
    pub asked_at: String,
    /// The operator's answer; `None` while the request is open.
    pub answer: Option<RequestAnswered>,
    /// All other fields of the answer.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// A plan with the seats of all products, or minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// The plan; `None` for minutes, and before the first subscription.
    pub plan: Option<String>,
    /// Seats by product; `None` for minutes.
    pub products: Option<BTreeMap<String, BoughtSeats>>,
    /// How many minutes; `None` for a plan and seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// The seats of one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BoughtSeats {
    /// Named seats.
    pub named_seats: u32,
    /// Shared seats.
    pub shared_seats: u32,
}

/// The operator's answer to a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestAnswered {
    /// `approved`, `changed` or `declined`.
    pub outcome: String,
    /// What was bought instead, if the outcome is `changed`.
    pub bought: Option<Bought>,
    /// What the operator said about it.
    pub note: Option<String>,
    /// When (RFC 3339).
    pub at: String,
}

/// A new API key: the only answer that shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct ApiKey {
    /// The key's id, to revoke or rotate it by: `key_…`.
    pub id: String,
    /// The secret key itself. The server does not store it.
    pub key: String,
}

/// A user's device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Device {
    /// The id that the client chose and keeps.
    pub id: String,
    /// The device's name, as the user knows it.
    pub name: String,
    /// `desktop`, `phone`, `glasses` or `browser`.
    pub kind: String,
}

/// A user's presence on one device for one product.
#[derive(Debug, Clone, Deserialize)]
pub struct SignIn {
    /// The sign-in's id, `sign_…`.
    pub id: String,
    /// The user's id.
    pub user: String,
    /// The product's name.
    pub product: String,
    /// The device on which the user is signed in.
    pub device: Device,
    /// Whether the user is in a call.
    pub in_call: bool,
}

/// The result of signing in.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum SignInAnswer {
    /// The user is signed in, by this call or an earlier one.
    SignedIn {
        /// The new or existing sign-in.
        sign_in: SignIn,
        /// The sign-in's own token, which every later call for it needs.
        token: String,
    },
    /// No seat is free, and the user is in the queue.
    Waits {
        /// The place in the queue.
        ticket: Ticket,
        /// The ticket's own token.
        token: String,
    },
}

/// The remaining time of a lease.
#[derive(Debug, Clone, Deserialize)]
pub struct Lease {
    /// Seconds until it ends without another heartbeat.
    pub expires_in_secs: u32,
}

/// A place in a queue.
#[derive(Debug, Clone, Deserialize)]
pub struct Ticket {
    /// The ticket's id, `tick_…`.
    pub id: String,
    /// `waiting`, `offered`, `claimed` or `ended`.
    pub state: String,
    /// The place in the queue, from 1; `None` once a seat is offered.
    pub position: Option<u32>,
    /// The estimated wait, in seconds. `None` if there is nothing to base it on.
    pub wait_estimate_secs: Option<u32>,
}

/// A session with a customer.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    /// The session's id, `sess_…`.
    pub id: String,
    /// `standby`, `active`, `paused`, `ending` or `ended`.
    pub state: String,
    /// What pays for it: `seat`, `named`, `minutes` or `none`.
    pub funding: String,
    /// The code with which the customer joins. `None` once the session has ended.
    pub code: Option<String>,
}

/// The result of starting or resuming a session.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "SessionBody")]
pub enum SessionAnswer {
    /// The session exists now.
    Session(Session),
    /// No seat is free, and the user is in the queue.
    Waits(Ticket),
}

/// How the API writes a [`SessionAnswer`]: a claim answers with the session under `session`, beside other fields; other
/// calls with the session itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum SessionBody {
    Waits { ticket: Ticket },
    Claimed { session: Session },
    Session(Session),
}

impl From<SessionBody> for SessionAnswer {
    fn from(body: SessionBody) -> Self {
        match body {
            SessionBody::Waits { ticket } => Self::Waits(ticket),
            SessionBody::Claimed { session } | SessionBody::Session(session) => Self::Session(session),
        }
    }
}

/// A seat pool.
#[derive(Debug, Clone, Deserialize)]
pub struct Pool {
    /// The pool's id, `pool_…`.
    pub id: String,
    /// The pool's name, unique in the account.
    pub name: String,
    /// The product whose seats it has.
    pub product: String,
    /// The number of seats.
    pub seats: u32,
    /// Seats that are held, or offered to the queue.
    pub occupied: u32,
    /// The length of the queue.
    pub waiting: u32,
    /// Whether it is the product's default pool.
    pub default: bool,
}

/// The current use of an account's seats.
#[derive(Debug, Clone, Deserialize)]
pub struct Usage {
    /// The use of each product.
    pub products: Vec<ProductUsage>,
    /// The prepaid minutes.
    pub minutes: Minutes,
}

/// The account's prepaid minutes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Minutes {
    /// How many are left.
    pub remaining: u64,
}

/// The use of a product's seats.
#[derive(Debug, Clone, Deserialize)]
pub struct ProductUsage {
    /// The product's name.
    pub product: String,
    /// The use of each pool.
    pub pools: Vec<PoolUsage>,
    /// All other fields of the answer.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

/// The use of a pool's seats.
#[derive(Debug, Clone, Deserialize)]
pub struct PoolUsage {
    /// The pool's name.
    pub name: String,
    /// The number of seats.
    pub seats: u32,
    /// Seats that are held, or offered to the queue.
    pub occupied: u32,
    /// The length of the queue.
    pub waiting: u32,
}
