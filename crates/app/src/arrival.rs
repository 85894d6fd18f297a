//! Where a request comes from, and through which channel; for counting by address, and for the audit.

use std::net::IpAddr;
use std::sync::Arc;

use http::{Extensions, HeaderMap};
use usher_engine::{Cause, Channel};
use usher_http::{Client, REQUEST_ID};
use usher_journal::Text;

use crate::app::App;

/// Where a request comes from, and through which channel.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The network address of the client; `None` if the request did not come over a socket.
    pub address: Option<IpAddr>,
    /// Whether the client speaks TLS, with Usher or with a trusted proxy.
    pub is_https: bool,
    request: Option<Text>,
}

impl Arrival {
    /// The origin of a request.
    #[must_use]
    pub fn of(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Self {
        let Client { address, is_https } = Client::of(&app.config.trusted_proxies, extensions, headers);
        let request = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        Self {
            address,
            is_https,
            request: request.map(|id| Text::from(Arc::<str>::from(id))),
        }
    }

    /// The cause of the request's changes: its channel, and a credential that the actor does not name.
    #[must_use]
    pub fn cause(&self, channel: Channel, credential: Option<Text>) -> Cause {
        Cause {
            channel,
            credential,
            address: self.address.map(Into::into),
            request: self.request.clone(),
        }
    }
}
