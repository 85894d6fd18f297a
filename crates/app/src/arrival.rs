//! Where a request comes from and by which way: what is counted by address, and what the audit says of it.

use std::net::IpAddr;
use std::sync::Arc;

use http::{Extensions, HeaderMap};
use usher_engine::{Cause, Way};
use usher_http::{Client, REQUEST_ID};
use usher_journal::Text;

use crate::api::Api;

/// Where a request comes from and by which way.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The network address of the client; none where the request came over no socket.
    pub address: Option<IpAddr>,
    /// Whether the client speaks TLS, with Usher or with a proxy that is trusted.
    pub is_https: bool,
    request: Option<Text>,
}

impl Arrival {
    /// What is known of a request.
    #[must_use]
    pub fn of(api: &Api, extensions: &Extensions, headers: &HeaderMap) -> Self {
        let Client { address, is_https } = Client::of(&api.config.trusted_proxies, extensions, headers);
        let request = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        Self {
            address,
            is_https,
            request: request.map(|id| Text::from(Arc::<str>::from(id))),
        }
    }

    /// The cause of what the request does, which comes in by `way`, with a credential that the actor does not name.
    #[must_use]
    pub fn cause(&self, way: Way, credential: Option<Text>) -> Cause {
        Cause {
            way,
            credential,
            address: self.address,
            request: self.request.clone(),
        }
    }
}
