//! What providers say of themselves: their addresses and keys, fetched from their discovery documents and kept for a
//! while.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, DiscoveryError, EndSessionUrl, IssuerUrl, ProviderMetadata, ResponseTypes,
    UserInfoUrl,
};
use serde::{Deserialize, Serialize};
use usher_domain::{Secs, Timestamp};

use super::error::ProviderError;
use super::fetch::{FetchError, Fetcher};
use super::provider::Issuer;

/// How long a provider's metadata are used before they are fetched anew.
pub const METADATA_LIFE: Secs = Secs::new(3600);

/// The most providers whose metadata are kept; past it the oldest are fetched anew.
const KEPT_MAX: usize = 1_000;

/// How often keys are fetched anew, within [`REFETCH_SPAN`], because a token names one that is not known: a provider
/// changes its keys every few weeks, and who sends forged tokens shall not make this server ask it all the time.
pub const REFETCHES_MAX: u32 = 4;

/// For how long those are counted.
pub const REFETCH_SPAN: Secs = Secs::new(60);

/// What the discovery document says beyond the standard's first part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Extra {
    /// Where the browser goes to sign out (RP-Initiated Logout 1.0).
    pub(super) end_session_endpoint: Option<EndSessionUrl>,
    /// Whether answers name their issuer (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

/// A discovery document, with the keys that it points to.
pub(super) type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The metadata that are kept, by issuer.
#[derive(Default)]
pub(super) struct Directory(Mutex<BTreeMap<String, Kept>>);

struct Kept {
    metadata: Arc<Metadata>,
    fetched_at: Timestamp,
    /// When refetches were first counted, and how many there were since.
    refetches: (Timestamp, u32),
}

impl Directory {
    /// The provider's metadata, of the last hour.
    pub(super) async fn look(
        &self,
        fetcher: &Fetcher,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, ProviderError> {
        if let Some(kept) = self.kept(issuer, now) {
            return Ok(kept);
        }
        self.fetch(fetcher, issuer, now).await
    }

    /// The metadata fetched anew, for a token whose key is not among those that are kept; none where that was done
    /// too often of late.
    pub(super) async fn refetch(
        &self,
        fetcher: &Fetcher,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Option<Arc<Metadata>>, ProviderError> {
        {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = all.get_mut(issuer.as_str()) {
                let (since, count) = &mut kept.refetches;
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

    /// Fetches the metadata, and keeps them.
    pub(super) async fn fetch(
        &self,
        fetcher: &Fetcher,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, ProviderError> {
        let metadata = Arc::new(discover(fetcher, issuer).await?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(issuer.as_str()) && all.len() >= KEPT_MAX {
            let oldest = all.iter().min_by_key(|(_, kept)| kept.fetched_at);
            if let Some(oldest) = oldest.map(|(issuer, _)| issuer.clone()) {
                all.remove(&oldest);
            }
        }
        let refetches = all.get(issuer.as_str()).map_or((now, 0), |kept| kept.refetches);
        let kept = Kept {
            metadata: Arc::clone(&metadata),
            fetched_at: now,
            refetches,
        };
        all.insert(issuer.to_string(), kept);
        Ok(metadata)
    }

    fn kept(&self, issuer: &Issuer, now: Timestamp) -> Option<Arc<Metadata>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(issuer.as_str())?;
        let is_fresh = kept.fetched_at <= now && now < kept.fetched_at + METADATA_LIFE;
        is_fresh.then(|| Arc::clone(&kept.metadata))
    }
}

/// Fetches the discovery document and the keys, and looks whether this server can work with them.
async fn discover(fetcher: &Fetcher, issuer: &Issuer) -> Result<Metadata, ProviderError> {
    let url = IssuerUrl::new(issuer.to_string()).map_err(|_| FetchError::NotAllowed {
        address: issuer.to_string(),
    })?;
    let address = url.join(".well-known/openid-configuration");
    let address = address.map_or_else(|_| issuer.to_string(), |address| address.to_string());
    let metadata = Metadata::discover_async(url, fetcher)
        .await
        .map_err(|error| fault(error, address))?;
    let has_code = metadata.response_types_supported().iter().any(is_code);
    if !has_code {
        return Err(ProviderError::Lacks {
            what: "authorization code flow",
        });
    }
    let token_endpoint = metadata.token_endpoint().ok_or(ProviderError::Lacks {
        what: "token endpoint",
    })?;
    let extra = metadata.additional_metadata();
    let addresses = [
        Some(metadata.authorization_endpoint().url()),
        Some(token_endpoint.url()),
        metadata.userinfo_endpoint().map(UserInfoUrl::url),
        extra.end_session_endpoint.as_ref().map(EndSessionUrl::url),
    ];
    for url in addresses.into_iter().flatten() {
        fetcher.need_allowed(url)?;
    }
    if metadata.jwks().keys().is_empty() {
        return Err(ProviderError::Lacks {
            what: "keys that this server understands",
        });
    }
    Ok(metadata)
}

fn is_code(response: &ResponseTypes<CoreResponseType>) -> bool {
    matches!(response.as_slice(), [CoreResponseType::Code])
}

fn fault(error: DiscoveryError<FetchError>, address: String) -> ProviderError {
    let what = "discovery document";
    match error {
        DiscoveryError::Request(error) => ProviderError::Fetch(error),
        DiscoveryError::Response(status, _, _) if !status.is_success() => ProviderError::Status {
            address,
            status: status.as_u16(),
        },
        DiscoveryError::Response(_, _, why) => ProviderError::Unreadable { what, why },
        DiscoveryError::Parse(error) => {
            let why = error.to_string();
            ProviderError::Unreadable { what, why }
        }
        // Its own sentence names both issuers; the one that is typed is known.
        DiscoveryError::Validation(why) => ProviderError::OtherIssuer {
            says: why.split('`').nth(1).unwrap_or_default().to_owned(),
        },
        error => ProviderError::Unreadable {
            what,
            why: error.to_string(),
        },
    }
}
