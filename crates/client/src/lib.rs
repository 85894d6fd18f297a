//! The Rust client of Usher's REST API, used by the command line, the demo and the tests.
//!
//! ```no_run
//! # async fn example() -> Result<(), usher_client::Error> {
//! use usher_client::{Account, Client, Device, SignInAnswer};
//!
//! let key = Client::new("http://127.0.0.1:8080", "usher_key_…")?;
//! let account = Account::of(key, "acct_…");
//! let device = Device { id: "laptop-7".into(), name: "Sven's laptop".into(), kind: "desktop".into() };
//! match account.sign_in("user_…", "remote-support", &device, false).await? {
//!     SignInAnswer::SignedIn { sign_in, token } => println!("{} holds a seat ({token})", sign_in.id),
//!     SignInAnswer::Waits { ticket, .. } => println!("number {:?} in the queue", ticket.position),
//! }
//! # Ok(())
//! # }
//! ```

mod account;
mod answers;
mod error;

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use account::Account;
pub use answers::{
    ApiKey, Created, Device, Items, Lease, Minutes, Pool, PoolUsage, ProductUsage, Session, SessionAnswer,
    SignIn, SignInAnswer, Ticket, Usage,
};
pub use error::{Error, Problem};

/// The longest wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A server and the bearer token for it. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:8080`, that sends this bearer token.
    pub fn new(base: impl Into<String>, token: impl Into<String>) -> Result<Self, Error> {
        // For https. If the program has already installed a provider, that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(ANSWER_WITHIN).build()?;
        let base = base.into().trim_end_matches('/').to_owned();
        Ok(Self {
            http,
            base,
            token: token.into(),
        })
    }

    /// The same server with another token, over the same connections.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            token: token.into(),
        }
    }

    /// The server's base URL.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends a `GET`. `path` starts with a slash and may have a query.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.ask(Method::GET, path, None::<&()>)
            .await
            .map(|(_, answer)| answer)
    }

    /// Sends a `GET` and returns the body as text.
    pub async fn text(&self, path: &str) -> Result<String, Error> {
        let response = self.request(Method::GET, path).send().await?;
        let status = response.status();
        let body = response.bytes().await?;
        if !status.is_success() {
            return Err(Error::of_answer(status, &body));
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends a `POST`.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.ask(Method::POST, path, Some(body))
            .await
            .map(|(_, answer)| answer)
    }

    /// Sends a `POST` and returns the status too: 201 and 202 have different bodies.
    pub async fn post_for_status<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(StatusCode, T), Error> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Sends a `PUT`.
    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.ask(Method::PUT, path, Some(body))
            .await
            .map(|(_, answer)| answer)
    }

    /// Sends a `PATCH`.
    pub async fn patch<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.ask(Method::PATCH, path, Some(body))
            .await
            .map(|(_, answer)| answer)
    }

    /// Sends a `DELETE` and ignores the answer's body.
    pub async fn delete(&self, path: &str) -> Result<(), Error> {
        let response = self.request(Method::DELETE, path).send().await?;
        let status = response.status();
        let body = response.bytes().await?;
        if status.is_success() {
            Ok(())
        } else {
            Err(Error::of_answer(status, &body))
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        if self.token.is_empty() {
            request
        } else {
            request.bearer_auth(&self.token)
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<(StatusCode, T), Error> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        let body = response.bytes().await?;
        if !status.is_success() {
            return Err(Error::of_answer(status, &body));
        }
        // An answer without a body is read as `null`, which `()` and `Option` accept.
        let text: &[u8] = if body.is_empty() { b"null" } else { &body };
        Ok((status, serde_json::from_slice(text)?))
    }
}
