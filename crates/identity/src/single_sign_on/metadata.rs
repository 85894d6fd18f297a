//! Providers' metadata: their endpoints and keys, fetched from their discovery documents and cached.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use url::Url;
use usher_domain::{Secs, Timestamp};

use super::error::ProviderError;
use super::fetch::{FetchError, Fetcher, Received};
use super::jws::Keys;
use super::provider::Issuer;

/// How long a provider's metadata are cached.
pub const METADATA_LIFE: Secs = Secs::new(3600);

/// The most providers whose metadata are cached; beyond that the oldest are dropped.
const KEPT_MAX: usize = 1_000;

/// How often keys are fetched again, within [`REFETCH_SPAN`], because a token names an unknown one. A provider changes
/// its keys every few weeks, and a flood of forged tokens must not trigger endless refetches.
pub const REFETCHES_MAX: u32 = 4;

/// The time span in which refetches are counted.
pub const REFETCH_SPAN: Secs = Secs::new(60);

/// How long a failed discovery is cached, so that nobody waits repeatedly for a provider that does not answer.
pub const FAILURE_LIFE: Secs = Secs::new(10);

/// The used parts of a discovery document, with the keys that it links to.
#[derive(Debug)]
pub(super) struct Metadata {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) userinfo_endpoint: Option<Url>,
    /// The URL for signing out (RP-Initiated Logout 1.0).
    pub(super) end_session_endpoint: Option<Url>,
    /// Whether its answers name their issuer (RFC 9207).
    pub(super) names_itself: bool,
    /// Whether the client secret goes into a request's header (`client_secret_basic`), not into its body.
    pub(super) takes_basic: bool,
    pub(super) keys: Keys,
}

/// The cached metadata, by issuer.
#[derive(Default)]
pub(super) struct Directory {
    cached: Mutex<BTreeMap<String, CachedMetadata>>,
    failed: Mutex<BTreeMap<String, (Timestamp, ProviderError)>>,
    /// Held while an issuer is being asked, so that concurrent sign-ins ask only once.
    asking: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

struct CachedMetadata {
    metadata: Arc<Metadata>,
    fetched_at: Timestamp,
    /// The start of the current span, and the number of refetches in it.
    refetches: (Timestamp, u32),
}

impl Directory {
    /// The provider's metadata, at most an hour old.
    pub(super) async fn look(
        &self,
        fetcher: &Fetcher,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, ProviderError> {
        if let Some(known) = self.known(issuer, now) {
            return known;
        }
        let turn = {
            let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(asking.entry(issuer.to_string()).or_default())
        };
        let held = turn.lock().await;
        let answer = match self.known(issuer, now) {
            Some(known) => known,
            None => self.fetch(fetcher, issuer, now).await,
        };
        drop(held);
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        // The map's own reference and this one.
        if Arc::strong_count(&turn) <= 2 {
            asking.remove(issuer.as_str());
        }
        answer
    }

    /// The cache entry of an issuer: metadata, or a recent failure.
    fn known(&self, issuer: &Issuer, now: Timestamp) -> Option<Result<Arc<Metadata>, ProviderError>> {
        if let Some(cached) = self.cached(issuer, now) {
            return Some(Ok(cached));
        }
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, error) = failed.get(issuer.as_str())?;
        (*at <= now && now < *at + FAILURE_LIFE).then(|| Err(error.clone()))
    }

    fn note_failure(&self, issuer: &Issuer, error: &ProviderError, now: Timestamp) {
        // The account's own limit says nothing about the provider.
        if *error == ProviderError::Fetch(FetchError::Busy) {
            return;
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|_, (at, _)| *at <= now && now < *at + FAILURE_LIFE);
        if failed.len() < KEPT_MAX {
            failed.insert(issuer.to_string(), (now, error.clone()));
        }
    }

    /// Fetches the metadata again for a token with an unknown key; `None` if that was done too often recently.
    pub(super) async fn refetch(
        &self,
        fetcher: &Fetcher,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Option<Arc<Metadata>>, ProviderError> {
        {
            let mut all = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(cached) = all.get_mut(issuer.as_str()) {
                let (since, count) = &mut cached.refetches;
                if now >= *since + REFETCH_SPAN || now < *since {
                    (*since, *count) = (now, 0);
                }
                if *count >= REFETCHES_MAX {
                    return Ok(None);
                }
                *count += 1;
            }
        }
        self.fetch(fetcher, issuer, now).await.map(Some)
    }

    /// Fetches and caches the metadata.
    pub(super) async fn fetch(
        &self,
        fetcher: &Fetcher,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, ProviderError> {
        let discovered = discover(fetcher, issuer).await;
        let discovered = discovered.inspect_err(|error| self.note_failure(issuer, error, now));
        let metadata = Arc::new(discovered?);
        let mut all = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(issuer.as_str()) && all.len() >= KEPT_MAX {
            let oldest = all.iter().min_by_key(|(_, cached)| cached.fetched_at);
            if let Some(oldest) = oldest.map(|(issuer, _)| issuer.clone()) {
                all.remove(&oldest);
            }
        }
        let refetches = all
            .get(issuer.as_str())
            .map_or((now, 0), |cached| cached.refetches);
        let cached = CachedMetadata {
            metadata: Arc::clone(&metadata),
            fetched_at: now,
            refetches,
        };
        all.insert(issuer.to_string(), cached);
        Ok(metadata)
    }

    fn cached(&self, issuer: &Issuer, now: Timestamp) -> Option<Arc<Metadata>> {
        let all = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = all.get(issuer.as_str())?;
        let is_fresh = cached.fetched_at <= now && now < cached.fetched_at + METADATA_LIFE;
        is_fresh.then(|| Arc::clone(&cached.metadata))
    }
}

/// Fetches the discovery document and the keys, and checks whether this server can work with them.
async fn discover(fetcher: &Fetcher, issuer: &Issuer) -> Result<Metadata, ProviderError> {
    let below = issuer.as_str().trim_end_matches('/');
    let address = format!("{below}/.well-known/openid-configuration");
    let document = object(fetcher, &address, "discovery document").await?;
    let says = text(&document, "issuer").unwrap_or_default();
    if says.contains("{tenantid}") {
        return Err(ProviderError::ManyTenants);
    }
    if says != issuer.as_str() {
        return Err(ProviderError::OtherIssuer {
            says: says.to_owned(),
        });
    }
    let has_code = document
        .get("response_types_supported")
        .and_then(Value::as_array)
        .is_none_or(|types| types.iter().any(|one| one == "code"));
    if !has_code {
        return Err(ProviderError::Lacks {
            what: "authorization code flow",
        });
    }
    let needed = |name, what| need_endpoint(fetcher, &document, name, what);
    let keys_at = needed("jwks_uri", "address of its keys")?;
    let mut metadata = Metadata {
        authorization_endpoint: needed("authorization_endpoint", "authorization endpoint")?,
        token_endpoint: needed("token_endpoint", "token endpoint")?,
        userinfo_endpoint: endpoint(fetcher, &document, "userinfo_endpoint")?,
        end_session_endpoint: endpoint(fetcher, &document, "end_session_endpoint")?,
        names_itself: document.get("authorization_response_iss_parameter_supported")
            == Some(&Value::Bool(true)),
        takes_basic: document
            .get("token_endpoint_auth_methods_supported")
            .and_then(Value::as_array)
            .is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic")),
        keys: Keys::default(),
    };
    let keys = object(fetcher, keys_at.as_str(), "key set").await?;
    metadata.keys = Keys::of_set(&keys);
    if metadata.keys.is_empty() {
        return Err(ProviderError::Lacks {
            what: "keys that this server understands",
        });
    }
    Ok(metadata)
}

fn text<'a>(document: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    document.get(name).and_then(Value::as_str)
}

/// An optional URL. An empty or invalid one counts as missing; one that leads where this server sends nobody is
/// refused.
fn endpoint(
    fetcher: &Fetcher,
    document: &Map<String, Value>,
    name: &str,
) -> Result<Option<Url>, ProviderError> {
    let url = text(document, name).and_then(|address| Url::parse(address.trim()).ok());
    if let Some(url) = &url {
        fetcher.need_allowed(url)?;
    }
    Ok(url)
}

fn need_endpoint(
    fetcher: &Fetcher,
    document: &Map<String, Value>,
    name: &str,
    what: &'static str,
) -> Result<Url, ProviderError> {
    endpoint(fetcher, document, name)?.ok_or(ProviderError::Lacks { what })
}

/// A JSON object from a provider.
async fn object(
    fetcher: &Fetcher,
    address: &str,
    what: &'static str,
) -> Result<Map<String, Value>, ProviderError> {
    let url = Url::parse(address).map_err(|_| FetchError::NotAllowed {
        address: address.to_owned(),
    })?;
    let Received { status, body } = fetcher.get(&url, None).await?;
    if !status.is_success() {
        return Err(ProviderError::Status {
            address: address.to_owned(),
            status: status.as_u16(),
        });
    }
    serde_json::from_slice(&body).map_err(|error| ProviderError::Unreadable {
        what,
        why: error.to_string(),
    })
}
