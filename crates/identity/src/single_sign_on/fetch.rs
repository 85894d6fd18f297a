//! Requests to providers: bounded in time, size and number, never redirected, and only to where the operator lets
//! them go.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::sync::{OnceCell, Semaphore};
use url::Url;

use super::reach::{NotReachable, Reach};

/// How long one request may take, with its answer.
pub const FETCH_SECS_MAX: u64 = 10;

/// The most bytes of one answer: key sets and lists of claims have a few thousand.
pub const FETCH_BYTES_MAX: usize = 256 * 1024;

/// The most requests that are under way at a time.
pub const FETCHES_AT_ONCE_MAX: usize = 32;

/// Why a request to a provider has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address is not one that may be gone to.
    #[error(
        "`{address}` cannot be used: providers are reached by https, at an address of the internet. The operator of this \
         server can allow those of private networks"
    )]
    NotAllowed {
        /// The address.
        address: String,
    },
    /// There is no such host, or nobody answers there.
    #[error("nobody answers at `{host}`")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// The host's certificate is not one to trust.
    #[error("`{host}` shows no certificate that this server trusts")]
    Untrusted {
        /// The host.
        host: String,
    },
    /// It took longer than [`FETCH_SECS_MAX`].
    #[error("`{host}` did not answer within {FETCH_SECS_MAX} seconds")]
    TooSlow {
        /// The host.
        host: String,
    },
    /// The answer is longer than [`FETCH_BYTES_MAX`].
    #[error("the answer of `{host}` is longer than {FETCH_BYTES_MAX} bytes")]
    TooLong {
        /// The host.
        host: String,
    },
    /// [`FETCHES_AT_ONCE_MAX`] requests are under way.
    #[error("too many people sign in at once")]
    Busy,
    /// This machine has no certificates to trust, or no randomness.
    #[error("this server cannot make safe connections: ask its operator to look at its certificates")]
    NoTls,
}

/// Who makes requests. Cheap to clone.
#[derive(Clone)]
pub(super) struct Fetcher {
    reach: Reach,
    client: Arc<OnceCell<Client>>,
    turns: Arc<Semaphore>,
}

impl Fetcher {
    pub(super) fn new(reach: Reach) -> Self {
        Self {
            reach,
            client: Arc::default(),
            turns: Arc::new(Semaphore::new(FETCHES_AT_ONCE_MAX)),
        }
    }

    /// The client, made when it is first needed: most servers never meet a provider.
    async fn client(&self) -> Result<&Client, FetchError> {
        let reach = self.reach;
        let make = || async move {
            tokio::task::spawn_blocking(move || build(reach))
                .await
                .ok()
                .flatten()
        };
        self.client
            .get_or_try_init(|| async { make().await.ok_or(FetchError::NoTls) })
            .await
    }

    /// Whether requests, or browsers, may be sent to an address.
    pub(super) fn need_allowed(&self, url: &Url) -> Result<(), FetchError> {
        let refused = || FetchError::NotAllowed {
            address: url.to_string(),
        };
        self.reach.takes(url).then_some(()).ok_or_else(refused)
    }

    /// Asks for a document; `bearer` is the access token that opens it.
    pub(super) async fn get(&self, url: &Url, bearer: Option<&str>) -> Result<Received, FetchError> {
        self.need_allowed(url)?;
        let request = self.client().await?.get(url.clone());
        let request = match bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        self.send(request, url).await
    }

    /// Posts a form; `authorization` is the client's own, where it stands in the head.
    pub(super) async fn post(
        &self,
        url: &Url,
        form: String,
        authorization: Option<HeaderValue>,
    ) -> Result<Received, FetchError> {
        self.need_allowed(url)?;
        let mut request = self
            .client()
            .await?
            .post(url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        self.send(request, url).await
    }

    async fn send(&self, request: RequestBuilder, url: &Url) -> Result<Received, FetchError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let _turn = self.turns.try_acquire().map_err(|_| FetchError::Busy)?;
        let failed = |error: reqwest::Error| failure(&error, &host, url);
        let sent = request.header(ACCEPT, "application/json").send();
        let mut answer = sent.await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > FETCH_BYTES_MAX {
                return Err(FetchError::TooLong { host });
            }
            body.extend_from_slice(&chunk);
        }
        let status = answer.status();
        Ok(Received { status, body })
    }
}

/// An answer, whole.
pub(super) struct Received {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

/// Reads the machine's certificates, so it blocks.
fn build(reach: Reach) -> Option<Client> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_platform_verifier()
        .ok()?
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        // A proxy would look the names up itself, out of sight of the check.
        .no_proxy()
        .dns_resolver(Arc::new(reach))
        .timeout(Duration::from_secs(FETCH_SECS_MAX))
        .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
        .build()
        .ok()
}

fn failure(error: &reqwest::Error, host: &str, url: &Url) -> FetchError {
    let host = host.to_owned();
    let mut cause = error.source();
    while let Some(source) = cause {
        if source.is::<NotReachable>() {
            let address = url.to_string();
            return FetchError::NotAllowed { address };
        }
        if is_of_tls(source) {
            return FetchError::Untrusted { host };
        }
        cause = source.source();
    }
    if error.is_timeout() {
        FetchError::TooSlow { host }
    } else {
        FetchError::Unreachable { host }
    }
}

/// Errors of TLS come inside of errors of the connection, which do not name them as their source.
fn is_of_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let inner = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
}
