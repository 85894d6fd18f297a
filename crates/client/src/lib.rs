//! The Rust client of Usher's REST API, used by the command line, the demo and the tests.
//!
//! [`Client::call`] calls any operation of the API that answers JSON, so all except for event streams and health
//! checks; [`Account`] has a method for those that seats need most. The list of [`operations`] is written down rather
//! than generated: `progenitor` reads version 3.0, and the document is 3.1.
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
pub mod operations;

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use account::Account;
pub use answers::{
    AccountDetails, ApiKey, Bought, BoughtSeats, CreatedUser, Device, Items, Lease, Minutes, OneTimeLink,
    Pool, PoolUsage, ProductSubscription, ProductUsage, PurchaseAnswer, RequestAnswered, Session,
    SessionAnswer, SignIn, SignInAnswer, Subscription, SubscriptionRequest, Ticket, Usage,
};
pub use error::{Error, NoAnswer, Problem};
pub use operations::Operation;

/// The longest wait for a connection.
const CONNECTED_WITHIN: Duration = Duration::from_secs(10);

/// The longest wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The header with which a repeated call does nothing a second time.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What a value of a path is written without: everything but RFC 3986's unreserved characters.
const IN_SEGMENTS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

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
        let http = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .connect_timeout(CONNECTED_WITHIN)
            // The API never redirects. What does, such as a proxy that insists on https, would turn a change into a
            // read, because a redirected `POST` is repeated as a `GET`.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
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

    /// Calls an operation and reads its answer. `values` are those of the path, in its order; `query` has the parameters
    /// after the question mark; `body` is `None` where the operation takes none.
    ///
    /// ```no_run
    /// # async fn example(client: usher_client::Client) -> Result<(), usher_client::Error> {
    /// use usher_client::operations::GetPool;
    ///
    /// let pool = client.call::<GetPool>(&["acct_…", "pool_…"], &[], None).await?;
    /// println!("{} of {} seats", pool.occupied, pool.seats);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call<O: Operation>(
        &self,
        values: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<O::Answer, Error> {
        self.call_into::<O, O::Answer>(values, query, body).await
    }

    /// Calls an operation like [`call`](Self::call), and reads its answer as another type.
    pub async fn call_into<O: Operation, T: DeserializeOwned>(
        &self,
        values: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<T, Error> {
        let mut request = self.request(O::METHOD, &path::<O>(values)).query(query);
        if let Some(body) = body {
            request = request.json(body);
        }
        read(&answer_of(request).await?)
    }

    /// Calls an operation like [`call`](Self::call), with an `Idempotency-Key`: if the answer is lost, the same call with
    /// the same key does nothing a second time.
    pub async fn call_once<O: Operation>(
        &self,
        key: &str,
        values: &[&str],
        body: &Value,
    ) -> Result<O::Answer, Error> {
        let request = self.request(O::METHOD, &path::<O>(values)).json(body);
        read(&answer_of(request.header(IDEMPOTENCY_KEY, key)).await?)
    }

    /// Sends a `GET` and returns the body as text.
    pub async fn text(&self, path: &str) -> Result<String, Error> {
        let answer = answer_of(self.request(Method::GET, path)).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        if self.token.is_empty() {
            request
        } else {
            request.bearer_auth(&self.token)
        }
    }
}

/// The value that an answer's body has. An empty one is read as `null`, which `()` and `Option` accept.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let text: &[u8] = if body.is_empty() { b"null" } else { body };
    Ok(serde_json::from_slice(text)?)
}

/// The body of the answer to a request; an error unless its status says that it was carried out.
async fn answer_of(request: reqwest::RequestBuilder) -> Result<Vec<u8>, Error> {
    let response = request.send().await?;
    let status = response.status();
    if status.is_redirection() {
        let to = response.headers().get(header::LOCATION);
        let to = to.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        return Err(Error::Redirected(to.unwrap_or_default()));
    }
    let body = response.bytes().await?;
    if status.is_success() {
        Ok(body.into())
    } else {
        Err(Error::of_answer(status, &body))
    }
}

/// The path of an operation with these values in it.
fn path<O: Operation>(values: &[&str]) -> String {
    let mut values = values.iter();
    let segments = O::PATH.split('/').map(|segment| {
        if segment.starts_with('{') {
            // A value that is missing leaves the name in braces, which no id is: the server says that it is not found.
            let value = values.next().copied().unwrap_or(segment);
            utf8_percent_encode(value, IN_SEGMENTS).to_string()
        } else {
            segment.to_owned()
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::operations::{GetPool, ListAccounts};
    use super::*;

    #[test]
    fn values_fill_the_path_in_order_and_cannot_leave_their_segment() {
        assert_eq!(path::<ListAccounts>(&[]), "/v1/accounts");
        assert_eq!(
            path::<GetPool>(&["acct_1", "a/../b?c#d"]),
            "/v1/accounts/acct_1/pools/a%2F..%2Fb%3Fc%23d"
        );
        assert_eq!(
            path::<GetPool>(&["acct_1"]),
            "/v1/accounts/acct_1/pools/%7Bpool%7D"
        );
    }
}
