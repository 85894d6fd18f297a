//! The calls of one account.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::answers::{
    ApiKey, Device, Items, Lease, Minutes, Pool, PurchaseAnswer, Session, SessionAnswer, SignIn,
    SignInAnswer, Subscription, Ticket, Usage,
};
use crate::operations::{
    self, AddMinutes, ChangePool, ClaimTicket, ConnectSession, CreateAccount, CreateApiKey, CreatePool,
    CreateUser, EndSession, GetTicket, GetUsage, LeaveQueue, ListPools, ListSignIns, Operation, PauseSession,
    ResumeSession, SendHeartbeat, SetLicense, SetSubscription, SignOut, StartSession,
};
use crate::{Client, Error};

/// The most items of a page that the server gives.
const PAGE_MAX: &str = "200";

/// An account on a server, called with the client's token.
#[derive(Debug, Clone)]
pub struct Account {
    client: Client,
    id: String,
}

impl Account {
    /// The account with this id, called with the token of `client`.
    #[must_use]
    pub fn of(client: Client, id: impl Into<String>) -> Self {
        Self {
            client,
            id: id.into(),
        }
    }

    /// Creates an account. Needs an operator key.
    pub async fn create(operator: &Client, name: &str) -> Result<Self, Error> {
        let body = json!({ "name": name });
        let created = operator.call::<CreateAccount>(&[], &[], Some(&body)).await?;
        Ok(Self::of(operator.clone(), created.id))
    }

    /// The account's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The same account, called with another token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            client: self.client.with_token(token),
            id: self.id.clone(),
        }
    }

    /// The client that makes the calls.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    async fn call<O: Operation>(&self, values: &[&str], body: Option<&Value>) -> Result<O::Answer, Error> {
        self.call_into::<O, O::Answer>(values, &[], body).await
    }

    async fn call_into<O: Operation, T: DeserializeOwned>(
        &self,
        values: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<T, Error> {
        let values = [&[self.id.as_str()], values].concat();
        self.client.call_into::<O, T>(&values, query, body).await
    }

    /// Sets the subscription: for each product, its named and shared seats. Needs an operator key; with another one it may
    /// become a request.
    pub async fn subscribe(
        &self,
        plan: &str,
        products: &[(&str, u32, u32)],
    ) -> Result<PurchaseAnswer<Subscription>, Error> {
        let seats = |(product, named, shared): &(&str, u32, u32)| {
            let seats = json!({ "named_seats": named, "shared_seats": shared });
            ((*product).to_owned(), seats)
        };
        let products: serde_json::Map<String, Value> = products.iter().map(seats).collect();
        let body = json!({ "plan": plan, "products": products });
        self.call::<SetSubscription>(&[], Some(&body)).await
    }

    /// Adds prepaid minutes. Needs an operator key; with another one it may become a request.
    pub async fn add_minutes(&self, minutes: u32) -> Result<PurchaseAnswer<Minutes>, Error> {
        let body = json!({ "minutes": minutes });
        self.call::<AddMinutes>(&[], Some(&body)).await
    }

    /// Creates a user from `fields`, in the API's format, and returns the id.
    pub async fn create_user(&self, fields: &Value) -> Result<String, Error> {
        let created = self.call::<CreateUser>(&[], Some(fields)).await?;
        Ok(created.id)
    }

    /// Gives a user a license: a named seat, or with `pool` a place in that pool.
    pub async fn set_license(&self, user: &str, product: &str, pool: Option<&str>) -> Result<(), Error> {
        let body = match pool {
            Some(pool) => json!({ "kind": "shared", "pool": pool }),
            None => json!({ "kind": "named" }),
        };
        self.call::<SetLicense>(&[user, product], Some(&body))
            .await
            .map(drop)
    }

    /// Creates an API key. Its scopes are those of the API, such as `sign-ins.write`.
    pub async fn create_api_key(&self, name: &str, scopes: &[&str]) -> Result<ApiKey, Error> {
        let body = json!({ "name": name, "scopes": scopes });
        self.call::<CreateApiKey>(&[], Some(&body)).await
    }

    /// The first page of the account's pools.
    pub async fn pools(&self) -> Result<Vec<Pool>, Error> {
        let pools: Items<Pool> = self
            .call_into::<ListPools, _>(&[], &[("limit", PAGE_MAX)], None)
            .await?;
        Ok(pools.items)
    }

    /// Creates a pool with these rules, in the API's format (`{"preset": "help_desk_shift"}`).
    pub async fn create_pool(
        &self,
        name: &str,
        product: &str,
        seats: u32,
        rules: &Value,
    ) -> Result<Pool, Error> {
        let body = json!({ "name": name, "product": product, "seats": seats, "rules": rules });
        self.call::<CreatePool>(&[], Some(&body)).await
    }

    /// Changes a pool. `change` is in the API's format.
    pub async fn change_pool(&self, pool: &str, change: &Value) -> Result<Pool, Error> {
        self.call::<ChangePool>(&[pool], Some(change)).await
    }

    /// The current use of the account's seats.
    pub async fn usage(&self) -> Result<Usage, Error> {
        self.call::<GetUsage>(&[], None).await
    }

    /// Signs a user in. With `wait`, a full pool answers with a place in its queue.
    pub async fn sign_in(
        &self,
        user: &str,
        product: &str,
        device: &Device,
        wait: bool,
    ) -> Result<SignInAnswer, Error> {
        let body = json!({ "user": user, "product": product, "device": device, "wait": wait });
        self.call::<operations::SignIn>(&[], Some(&body)).await
    }

    /// Sends a heartbeat with the sign-in's own token. `active` says that the user is there, not only the device.
    pub async fn heartbeat(&self, sign_in: &str, active: bool) -> Result<Lease, Error> {
        let body = json!({ "active": active });
        self.call::<SendHeartbeat>(&[sign_in], Some(&body)).await
    }

    /// Signs out with the sign-in's own token, or signs somebody else out with the token of a user who manages seats.
    pub async fn sign_out(&self, sign_in: &str) -> Result<(), Error> {
        self.call::<SignOut>(&[sign_in], None).await
    }

    /// The sign-ins of a page of up to 200.
    pub async fn sign_ins(&self, cursor: Option<&str>) -> Result<Items<SignIn>, Error> {
        let mut query = vec![("limit", PAGE_MAX)];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        self.call_into::<ListSignIns, _>(&[], &query, None).await
    }

    /// Starts a session from `fields`, in the API's format.
    pub async fn start_session(&self, fields: &Value) -> Result<SessionAnswer, Error> {
        self.call::<StartSession>(&[], Some(fields)).await
    }

    /// Connects the agent to a session that waits for its customer.
    pub async fn connect_session(&self, session: &str) -> Result<Session, Error> {
        self.call::<ConnectSession>(&[session], Some(&json!({}))).await
    }

    /// Pauses a session.
    pub async fn pause_session(&self, session: &str) -> Result<Session, Error> {
        self.call::<PauseSession>(&[session], Some(&json!({}))).await
    }

    /// Ends a session.
    pub async fn end_session(&self, session: &str) -> Result<Session, Error> {
        self.call::<EndSession>(&[session], Some(&json!({}))).await
    }

    /// Resumes a paused session. With `wait`, a full pool answers with a place in its queue.
    pub async fn resume_session(&self, session: &str, wait: bool) -> Result<SessionAnswer, Error> {
        let body = json!({ "wait": wait });
        self.call::<ResumeSession>(&[session], Some(&body)).await
    }

    /// Reads a ticket, which also renews its lease.
    pub async fn ticket(&self, ticket: &str) -> Result<Ticket, Error> {
        self.call::<GetTicket>(&[ticket], None).await
    }

    /// Claims the seat that is offered to a ticket for a sign-in.
    pub async fn claim_sign_in(&self, ticket: &str) -> Result<SignInAnswer, Error> {
        self.call_into::<ClaimTicket, _>(&[ticket], &[], Some(&json!({})))
            .await
    }

    /// Claims the seat that is offered to a ticket for a session.
    pub async fn claim_session(&self, ticket: &str) -> Result<SessionAnswer, Error> {
        self.call_into::<ClaimTicket, _>(&[ticket], &[], Some(&json!({})))
            .await
    }

    /// Leaves the queue.
    pub async fn drop_ticket(&self, ticket: &str) -> Result<(), Error> {
        self.call::<LeaveQueue>(&[ticket], None).await
    }
}
