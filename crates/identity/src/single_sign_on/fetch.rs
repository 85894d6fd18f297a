//! Requests to providers: limited in time, size and number, without redirects, and only to addresses that the operator
//! allows.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::sync::OnceCell;
use url::Url;
use usher_domain::AccountId;

use super::proxy::{self, Found, OutboundProxy};
use super::reach::{NotReachable, Reach};
use super::turns::Turns;

/// The timeout of one request, including its answer.
pub const FETCH_SECS_MAX: u64 = 10;

/// The largest answer in bytes: key sets and lists of claims have a few thousand.
pub const FETCH_BYTES_MAX: usize = 256 * 1024;

/// Why a request to a provider failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address is not allowed, or the host does not exist: the error does not reveal which.
    #[error(
        "`{address}` cannot be reached: there is no such host, or it has no address of the internet, where providers are \
         reached by https. The operator of this server can allow those of private networks"
    )]
    NotAllowed {
        /// The address.
        address: String,
    },
    /// The host does not exist, or does not answer.
    #[error(
        "nobody answers at `{host}`: check the address, and that the provider runs and can be reached from this server"
    )]
    Unreachable {
        /// The host.
        host: String,
    },
    /// The host's certificate is not trusted.
    #[error(
        "`{host}` shows no certificate that this server trusts: let it show its whole chain, or ask the operator of this server to trust its authority"
    )]
    Untrusted {
        /// The host.
        host: String,
    },
    /// It took longer than [`FETCH_SECS_MAX`].
    #[error("`{host}` did not answer within {FETCH_SECS_MAX} seconds: try again in a moment")]
    TooSlow {
        /// The host.
        host: String,
    },
    /// The answer is longer than [`FETCH_BYTES_MAX`].
    #[error(
        "the answer of `{host}` is longer than {FETCH_BYTES_MAX} bytes: check that the address is the issuer's own"
    )]
    TooLong {
        /// The host.
        host: String,
    },
    /// The account, host or server has too many running requests.
    #[error("too many people sign in at once: try again in a moment")]
    Busy,
    /// This machine has no trusted root certificates, or no randomness.
    #[error("this server cannot make safe connections: ask its operator to look at its certificates")]
    NoTls,
}

/// Makes requests. Cheap to clone.
#[derive(Clone)]
pub(super) struct Outside {
    reach: Reach,
    proxy: Option<Arc<OutboundProxy>>,
    clients: Arc<OnceCell<Clients>>,
    turns: Arc<Turns>,
}

/// The client for direct requests, and the one for the proxy.
struct Clients {
    direct: Client,
    proxied: Option<Client>,
}

/// Makes the requests of one account.
#[derive(Clone)]
pub(super) struct Fetcher {
    outside: Outside,
    account: AccountId,
}

impl Outside {
    pub(super) fn new(reach: Reach, proxy: Option<OutboundProxy>) -> Self {
        Self {
            reach,
            proxy: proxy.map(Arc::new),
            clients: Arc::default(),
            turns: Arc::default(),
        }
    }

    pub(super) fn of(&self, account: AccountId) -> Fetcher {
        Fetcher {
            outside: self.clone(),
            account,
        }
    }

    /// The clients, created on first use: most servers never contact a provider.
    async fn clients(&self) -> Result<&Clients, FetchError> {
        let (reach, proxy) = (self.reach, self.proxy.clone());
        let make = || async move {
            tokio::task::spawn_blocking(move || build(reach, proxy.as_deref()))
                .await
                .ok()
                .flatten()
        };
        self.clients
            .get_or_try_init(|| async { make().await.ok_or(FetchError::NoTls) })
            .await
    }
}

/// How an address is reached.
struct Route<'a> {
    client: &'a Client,
    /// Only the proxy may know the name, so its failure must look like that of a name inside the network.
    is_unknown_here: bool,
}

impl Fetcher {
    async fn route(&self, url: &Url) -> Result<Route<'_>, FetchError> {
        let clients = self.outside.clients().await?;
        let proxy = self.outside.proxy.as_ref().filter(|proxy| proxy.is_for(url));
        let (Some(_), Some(proxied)) = (proxy, &clients.proxied) else {
            let client = &clients.direct;
            return Ok(Route {
                client,
                is_unknown_here: false,
            });
        };
        match proxy::look_up(url, self.outside.reach).await {
            Found::Inside => Err(not_allowed(url)),
            found => Ok(Route {
                client: proxied,
                is_unknown_here: found == Found::Nothing,
            }),
        }
    }

    /// Checks whether requests, or browsers, may be sent to an address.
    pub(super) fn need_allowed(&self, url: &Url) -> Result<(), FetchError> {
        let is_taken = self.outside.reach.takes(url);
        is_taken.then_some(()).ok_or_else(|| not_allowed(url))
    }

    /// Fetches a document; `bearer` is the access token for it.
    pub(super) async fn get(&self, url: &Url, bearer: Option<&str>) -> Result<Received, FetchError> {
        let request = |client: &Client| {
            let request = client.get(url.clone());
            match bearer {
                Some(token) => request.bearer_auth(token),
                None => request,
            }
        };
        self.send(url, request).await
    }

    /// Posts a form; `authorization` is the client's own, if it goes into a header.
    pub(super) async fn post(
        &self,
        url: &Url,
        form: String,
        authorization: Option<HeaderValue>,
    ) -> Result<Received, FetchError> {
        let request = |client: &Client| {
            let request = client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form);
            match authorization {
                Some(authorization) => request.header(AUTHORIZATION, authorization),
                None => request,
            }
        };
        self.send(url, request).await
    }

    async fn send(
        &self,
        url: &Url,
        request: impl FnOnce(&Client) -> RequestBuilder,
    ) -> Result<Received, FetchError> {
        self.need_allowed(url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        // Before name lookups, because they take time too.
        let turn = self.outside.turns.take(self.account, &host);
        let _turn = turn.ok_or(FetchError::Busy)?;
        let route = self.route(url).await?;
        let failed = |error: reqwest::Error| match failure(&error, &host, url) {
            FetchError::Unreachable { .. } if route.is_unknown_here && error.is_connect() => not_allowed(url),
            // A proxy that hangs on a name knows no more about it than one that rejects it.
            FetchError::TooSlow { .. } if route.is_unknown_here => not_allowed(url),
            failure => failure,
        };
        let sent = request(route.client).header(ACCEPT, "application/json").send();
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

fn not_allowed(url: &Url) -> FetchError {
    let address = url.to_string();
    FetchError::NotAllowed { address }
}

/// A complete answer.
pub(super) struct Received {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

/// Reads the machine's certificates, so it blocks.
fn build(reach: Reach, proxy: Option<&OutboundProxy>) -> Option<Clients> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_platform_verifier()
        .ok()?
        .with_no_client_auth();
    let common = || {
        Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .redirect(Policy::none())
            // The proxy variables of the environment count only if the operator allows it.
            .no_proxy()
            .timeout(Duration::from_secs(FETCH_SECS_MAX))
            .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
    };
    let proxied = match proxy {
        Some(proxy) => {
            let proxy = reqwest::Proxy::all(proxy.url().clone()).ok()?;
            Some(common().proxy(proxy).build().ok()?)
        }
        None => None,
    };
    Some(Clients {
        // The proxy's own name may be inside the network, so the other client uses the normal lookup.
        direct: common().dns_resolver(Arc::new(reach)).build().ok()?,
        proxied,
    })
}

fn failure(error: &reqwest::Error, host: &str, url: &Url) -> FetchError {
    let host = host.to_owned();
    let mut cause = error.source();
    while let Some(source) = cause {
        if source.is::<NotReachable>() {
            return not_allowed(url);
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

/// TLS errors are inside of connection errors, which do not name them as their source.
fn is_of_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let inner = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
}
