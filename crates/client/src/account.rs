//! The calls of one account.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::answers::{
    ApiKey, Created, Device, Items, Lease, Pool, Session, SessionAnswer, SignIn, SignInAnswer, Ticket, Usage,
};
use crate::{Client, Error};

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
        let created: Created = operator.post("/v1/accounts", &json!({ "name": name })).await?;
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

    fn path(&self, rest: &str) -> String {
        format!("/v1/accounts/{}{rest}", self.id)
    }

    /// Sets the subscription: for each product, its named and shared seats. Needs an operator key.
    pub async fn subscribe(&self, plan: &str, products: &[(&str, u32, u32)]) -> Result<(), Error> {
        let products: serde_json::Map<String, Value> = products
            .iter()
            .map(|(product, named, shared)| {
                (
                    (*product).to_owned(),
                    json!({ "named_seats": named, "shared_seats": shared }),
                )
            })
            .collect();
        let body = json!({ "plan": plan, "products": products });
        self.client
            .put(&self.path("/subscription"), &body)
            .await
            .map(|_: Value| ())
    }

    /// Adds prepaid minutes. Needs an operator key.
    pub async fn add_minutes(&self, minutes: u32) -> Result<(), Error> {
        self.client
            .post(&self.path("/minutes"), &json!({ "minutes": minutes }))
            .await
            .map(|_: Value| ())
    }

    /// Creates a user from `fields`, in the API's format, and returns the id.
    pub async fn create_user(&self, fields: &Value) -> Result<String, Error> {
        let created: Created = self.client.post(&self.path("/users"), fields).await?;
        Ok(created.id)
    }

    /// Gives a user a license: a named seat, or with `pool` a place in that pool.
    pub async fn set_license(&self, user: &str, product: &str, pool: Option<&str>) -> Result<(), Error> {
        let body = match pool {
            Some(pool) => json!({ "kind": "shared", "pool": pool }),
            None => json!({ "kind": "named" }),
        };
        let path = self.path(&format!("/users/{user}/licenses/{product}"));
        self.client.put(&path, &body).await.map(|_: Value| ())
    }

    /// Creates an API key. Its scopes are those of the API, such as `sign-ins.write`.
    pub async fn create_api_key(&self, name: &str, scopes: &[&str]) -> Result<ApiKey, Error> {
        self.client
            .post(
                &self.path("/api-keys"),
                &json!({ "name": name, "scopes": scopes }),
            )
            .await
    }

    /// The first page of the account's pools.
    pub async fn pools(&self) -> Result<Vec<Pool>, Error> {
        let pools: Items<Pool> = self.client.get(&self.path("/pools?limit=200")).await?;
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
        self.client.post(&self.path("/pools"), &body).await
    }

    /// Changes a pool. `change` is in the API's format.
    pub async fn change_pool(&self, pool: &str, change: &Value) -> Result<Pool, Error> {
        self.client
            .patch(&self.path(&format!("/pools/{pool}")), change)
            .await
    }

    /// The current use of the account's seats.
    pub async fn usage(&self) -> Result<Usage, Error> {
        self.client.get(&self.path("/usage")).await
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
        let (status, answer) = self
            .client
            .post_for_status(&self.path("/sign-ins"), &body)
            .await?;
        sign_in_answer(status, answer)
    }

    /// Sends a heartbeat with the sign-in's own token. `active` says that the user is there, not only the device.
    pub async fn heartbeat(&self, sign_in: &str, active: bool) -> Result<Lease, Error> {
        self.client
            .post(
                &self.path(&format!("/sign-ins/{sign_in}/heartbeat")),
                &json!({ "active": active }),
            )
            .await
    }

    /// Signs out with the sign-in's own token, or signs somebody else out with the token of a user who manages seats.
    pub async fn sign_out(&self, sign_in: &str) -> Result<(), Error> {
        self.client
            .delete(&self.path(&format!("/sign-ins/{sign_in}")))
            .await
    }

    /// The sign-ins of a page of up to 200.
    pub async fn sign_ins(&self, cursor: Option<&str>) -> Result<Items<SignIn>, Error> {
        let cursor = cursor
            .map(|cursor| format!("&cursor={cursor}"))
            .unwrap_or_default();
        self.client
            .get(&self.path(&format!("/sign-ins?limit=200{cursor}")))
            .await
    }

    /// Starts a session from `fields`, in the API's format.
    pub async fn start_session(&self, fields: &Value) -> Result<SessionAnswer, Error> {
        let (status, answer) = self
            .client
            .post_for_status(&self.path("/sessions"), fields)
            .await?;
        session_answer(status, answer)
    }

    /// Acts on a session: `connect`, `pause` or `end`.
    pub async fn session(&self, session: &str, verb: &str) -> Result<Session, Error> {
        self.client
            .post(&self.path(&format!("/sessions/{session}/{verb}")), &json!({}))
            .await
    }

    /// Resumes a paused session. With `wait`, a full pool answers with a place in its queue.
    pub async fn resume_session(&self, session: &str, wait: bool) -> Result<SessionAnswer, Error> {
        let path = self.path(&format!("/sessions/{session}/resume"));
        let (status, answer) = self
            .client
            .post_for_status(&path, &json!({ "wait": wait }))
            .await?;
        session_answer(status, answer)
    }

    /// Reads a ticket, which also renews its lease.
    pub async fn ticket(&self, ticket: &str) -> Result<Ticket, Error> {
        self.client.get(&self.path(&format!("/tickets/{ticket}"))).await
    }

    /// Claims the seat that is offered to a ticket for a sign-in.
    pub async fn claim_sign_in(&self, ticket: &str) -> Result<SignInAnswer, Error> {
        let path = self.path(&format!("/tickets/{ticket}/claim"));
        let (status, answer) = self.client.post_for_status(&path, &json!({})).await?;
        sign_in_answer(status, answer)
    }

    /// Claims the seat that is offered to a ticket for a session.
    pub async fn claim_session(&self, ticket: &str) -> Result<SessionAnswer, Error> {
        let path = self.path(&format!("/tickets/{ticket}/claim"));
        let (status, answer) = self.client.post_for_status(&path, &json!({})).await?;
        session_answer(status, answer)
    }

    /// Leaves the queue.
    pub async fn drop_ticket(&self, ticket: &str) -> Result<(), Error> {
        self.client
            .delete(&self.path(&format!("/tickets/{ticket}")))
            .await
    }
}

fn sign_in_answer(status: StatusCode, mut answer: Value) -> Result<SignInAnswer, Error> {
    let token = serde_json::from_value(take(&mut answer, "token"))?;
    if status == StatusCode::ACCEPTED {
        return Ok(SignInAnswer::Waits {
            ticket: serde_json::from_value(take(&mut answer, "ticket"))?,
            token,
        });
    }
    Ok(SignInAnswer::SignedIn {
        sign_in: serde_json::from_value(take(&mut answer, "sign_in"))?,
        token,
    })
}

/// A claim answers with the session under `session`, beside other fields; other calls with the session itself.
fn session_answer(status: StatusCode, mut answer: Value) -> Result<SessionAnswer, Error> {
    if status == StatusCode::ACCEPTED {
        return Ok(SessionAnswer::Waits(serde_json::from_value(take(
            &mut answer,
            "ticket",
        ))?));
    }
    let session = if answer["session"].is_object() {
        take(&mut answer, "session")
    } else {
        answer
    };
    Ok(SessionAnswer::Session(serde_json::from_value(session)?))
}

fn take(answer: &mut Value, field: &str) -> Value {
    answer.get_mut(field).map(Value::take).unwrap_or_default()
}
