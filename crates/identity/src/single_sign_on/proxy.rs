//! An outbound proxy, if the operator has configured one.
//!
//! A proxy resolves names itself, where this server cannot check the addresses. So URLs known to lead into the server's
//! own network are refused before the proxy is asked; the rest is up to the proxy.

use std::time::Duration;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::{Host, Url};

use super::reach::Reach;

/// The only port that providers may have behind a proxy.
const PORT: u16 = 443;

/// How long a name is looked up here, in seconds.
const LOOK_UP_SECS_MAX: u64 = 5;

/// Which requests to providers go through which proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundProxy {
    url: Url,
    no_proxy: String,
}

/// The text is not a proxy's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the address of a proxy, such as `http://proxy.example.com:3128`")]
pub struct InvalidProxy;

impl OutboundProxy {
    /// A proxy with this URL for all hosts except those in `no_proxy`, which has the format of the variable `NO_PROXY`.
    pub fn new(url: &str, no_proxy: &str) -> Result<Self, InvalidProxy> {
        // Without a scheme, `http` is assumed, as everywhere.
        let url = if url.contains("://") {
            url.to_owned()
        } else {
            format!("http://{url}")
        };
        let url = Url::parse(&url).map_err(|_| InvalidProxy)?;
        let is_proxy = matches!(url.scheme(), "http" | "https") && url.has_host();
        is_proxy.then_some(()).ok_or(InvalidProxy)?;
        Ok(Self {
            url,
            no_proxy: no_proxy.to_owned(),
        })
    }

    /// The proxy's own address.
    pub(super) const fn url(&self) -> &Url {
        &self.url
    }

    /// Whether requests to this address go through the proxy.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        let matcher = Matcher::builder()
            .https(self.url.as_str())
            .no(self.no_proxy.as_str());
        let uri: Result<Uri, _> = url.as_str().parse();
        uri.is_ok_and(|uri| matcher.build().intercept(&uri).is_some())
    }
}

/// What this server knows about an address before it asks the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It leads into the network, or cannot be requested through a proxy.
    Inside,
    /// It leads to the internet.
    Outside,
    /// Its name is unknown here. The proxy decides.
    Nothing,
}

/// Looks up the host of a URL that `reach` allows.
pub(super) async fn look_up(url: &Url, reach: Reach) -> Found {
    if url.port_or_known_default() != Some(PORT) {
        return Found::Inside;
    }
    let Some(Host::Domain(name)) = url.host() else {
        return Found::Outside;
    };
    let looked_up = tokio::net::lookup_host((name, PORT));
    let looked_up = tokio::time::timeout(Duration::from_secs(LOOK_UP_SECS_MAX), looked_up).await;
    let Ok(Ok(mut found)) = looked_up else {
        return Found::Nothing;
    };
    if found.all(|address| reach.takes_ip(address.ip())) {
        Found::Outside
    } else {
        Found::Inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_go_through_the_proxy_except_the_named_ones() {
        let proxy = OutboundProxy::new("proxy.example.com:3128", "corp.example,10.0.0.0/8").unwrap();
        for (address, is_proxied) in [
            ("https://login.example.com/", true),
            ("https://idp.corp.example/", false),
            ("https://corp.example/", false),
            ("https://10.1.2.3/", false),
            ("http://127.0.0.1:8080/", false),
        ] {
            assert_eq!(
                proxy.is_for(&Url::parse(address).unwrap()),
                is_proxied,
                "{address}"
            );
        }
        for wrong in ["", "socks5://proxy.example.com", "http://"] {
            assert_eq!(OutboundProxy::new(wrong, ""), Err(InvalidProxy), "{wrong}");
        }
    }
}
