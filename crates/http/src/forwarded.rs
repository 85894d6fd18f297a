//! The client of a request: the peer of its connection, or the client that trusted proxies name in `X-Forwarded-For` or
//! `Forwarded` (RFC 7239).

// Written by hand: of the crates, `axum-client-ip` trusts a fixed header rather than a list of networks, and
// `trusted-proxies` prefers `Forwarded` even where the proxy sets only `X-Forwarded-For`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, header};
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The proxies trusted to name the client of a request: others could claim anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// Marks the requests of connections that speak TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls;

/// The sender of a request, as far as the network tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The network address of the client; `None` if the request did not come over a socket.
    pub address: Option<IpAddr>,
    /// Whether the client speaks TLS, with Usher or with a trusted proxy.
    pub is_https: bool,
}

impl Default for TrustedProxies {
    /// The proxies on this machine.
    fn default() -> Self {
        let v4 = IpNet::new_assert(Ipv4Addr::LOCALHOST.into(), 8).trunc();
        let v6 = IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128);
        Self(vec![v4, v6])
    }
}

impl TrustedProxies {
    /// The proxies in these networks, and no others.
    #[must_use]
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether a trusted proxy says that the client used https.
    pub(crate) fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        self.contains(peer) && self.told(peer, headers).is_https
    }

    /// Follows the listed addresses backwards while they are trusted proxies: the first other address is the one that
    /// the last trusted proxy saw.
    fn client<'a>(&self, peer: IpAddr, mut told: impl DoubleEndedIterator<Item = Option<&'a str>>) -> IpAddr {
        let mut client = peer;
        while self.contains(client) {
            match told.next_back().flatten().and_then(address) {
                Some(address) => client = address,
                None => break,
            }
        }
        client
    }

    fn told(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let elements = |name: &str| {
            let values = headers.get_all(name).iter();
            let values = values.filter_map(|value| value.to_str().ok());
            values
                .flat_map(|value| value.split(','))
                .map(str::trim)
                .collect::<Vec<_>>()
        };
        let is_https = |word: Option<&str>| word.is_some_and(|word| word.eq_ignore_ascii_case("https"));
        if headers.contains_key(FORWARDED_FOR) || headers.contains_key(FORWARDED_PROTO) {
            let addresses = elements(FORWARDED_FOR);
            return Client {
                address: Some(self.client(peer, addresses.into_iter().map(Some))),
                is_https: is_https(elements(FORWARDED_PROTO).last().copied()),
            };
        }
        // RFC 7239.
        let forwarded = elements(header::FORWARDED.as_str());
        Client {
            address: Some(self.client(peer, forwarded.iter().map(|element| parameter(element, "for")))),
            is_https: is_https(forwarded.last().and_then(|last| parameter(last, "proto"))),
        }
    }
}

/// A parameter of one element of a `Forwarded` header, without its quotes.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    values.next().map(|(_, value)| value.trim_matches('"'))
}

/// An address, optionally with a port and in the brackets of RFC 7239.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']').parse().ok();
    let address: IpAddr = bare.or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))?;
    Some(address.to_canonical())
}

impl Client {
    /// The client of a request whose connection came from one of these proxies, or from the client itself.
    #[must_use]
    pub fn of(proxies: &TrustedProxies, extensions: &Extensions, headers: &HeaderMap) -> Self {
        let over_tls = extensions.get::<OverTls>().is_some();
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let Some(peer) = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical()) else {
            return Self {
                address: None,
                is_https: over_tls,
            };
        };
        let told = proxies.contains(peer).then(|| proxies.told(peer, headers));
        Self {
            address: told.as_ref().map_or(Some(peer), |told| told.address),
            is_https: over_tls || told.is_some_and(|told| told.is_https),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    /// Headers, the resulting client, and whether it uses TLS.
    type Case = (&'static [(&'static str, &'static str)], &'static str, bool);

    fn told(
        proxies: &TrustedProxies,
        peer: &str,
        headers: &[(&'static str, &'static str)],
    ) -> (String, bool) {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        let told = proxies.told(peer.parse().unwrap(), &map);
        (told.address.unwrap().to_string(), told.is_https)
    }

    #[test]
    fn the_client_is_the_one_that_the_first_trusted_proxy_saw() {
        let proxies = TrustedProxies::new(["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        let cases: &[Case] = &[
            (&[], "10.0.0.1", false),
            (&[("x-forwarded-for", "192.0.2.7")], "192.0.2.7", false),
            // Entries further left may be made up by the client.
            (
                &[("x-forwarded-for", "198.51.100.1, 192.0.2.7")],
                "192.0.2.7",
                false,
            ),
            (
                &[("x-forwarded-for", "198.51.100.1, 192.0.2.7, 10.9.9.9")],
                "192.0.2.7",
                false,
            ),
            (
                &[("x-forwarded-for", "192.0.2.7"), ("x-forwarded-for", "10.9.9.9")],
                "192.0.2.7",
                false,
            ),
            (&[("x-forwarded-for", "nonsense, 10.9.9.9")], "10.9.9.9", false),
            (
                &[
                    ("x-forwarded-for", "192.0.2.7:4711"),
                    ("x-forwarded-proto", "https"),
                ],
                "192.0.2.7",
                true,
            ),
            (&[("x-forwarded-proto", "https, http")], "10.0.0.1", false),
            (
                &[("forwarded", "for=\"[2001:db8::7]:4711\";proto=https;by=10.0.0.1")],
                "2001:db8::7",
                true,
            ),
            (
                &[("forwarded", "for=198.51.100.1, for=192.0.2.7;proto=http")],
                "192.0.2.7",
                false,
            ),
            (&[("forwarded", "for=_hidden")], "10.0.0.1", false),
        ];

        for (headers, address, is_https) in cases {
            let headers: Vec<(&'static str, &'static str)> = headers.to_vec();
            assert_eq!(
                told(&proxies, "10.0.0.1", &headers),
                ((*address).to_owned(), *is_https),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn by_default_the_proxies_are_those_on_this_machine() {
        let proxies = TrustedProxies::default();

        for (address, trusted) in [
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("::1", true),
            ("10.0.0.1", false),
        ] {
            assert_eq!(proxies.contains(address.parse().unwrap()), trusted, "{address}");
        }
    }
}
