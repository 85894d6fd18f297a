//! A proxy between this server and the internet, where the operator says that there is one.
//!
//! A proxy looks names up by itself, out of sight of the check of addresses. So what leads into the server's own
//! network is refused before the proxy is asked, as far as it can be known here; the rest is the proxy's to decide.

use std::time::Duration;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::{Host, Url};

use super::reach::Reach;

/// The port that providers are asked at through a proxy.
const PORT: u16 = 443;

/// How long a name is looked up here.
const LOOK_UP_SECS_MAX: u64 = 5;

/// Which proxy requests to providers go through, and which do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundProxy {
    url: Url,
    no_proxy: String,
}

/// The text is no address of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the address of a proxy, such as `http://proxy.example.com:3128`")]
pub struct InvalidProxy;

impl OutboundProxy {
    /// A proxy at this address, for all hosts but those that `no_proxy` names, in the form of the variable `NO_PROXY`.
    pub fn new(url: &str, no_proxy: &str) -> Result<Self, InvalidProxy> {
        // Without a scheme it is one of http, as everywhere.
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

/// What is known here of an address, before the proxy is asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It leads inside, or is none that a proxy is asked for.
    Inside,
    /// It leads to the internet.
    Outside,
    /// Its name is not known here. The proxy decides.
    Nothing,
}

/// Looks up an address that `reach` takes as such.
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
    fn hosts_go_through_the_proxy_but_for_those_that_are_named() {
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
