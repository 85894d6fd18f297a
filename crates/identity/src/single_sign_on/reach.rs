//! Which addresses the server may contact for a provider. Admins of accounts choose the issuer, so it must not lead
//! into the server's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The addresses that providers may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Public internet addresses, by https only.
    #[default]
    Internet,
    /// Also private networks and this machine, including by plain http: for a company that runs Usher and its provider
    /// in one network, and for the sandbox.
    PrivateToo,
}

/// None of the host's addresses is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host has no address that may be used")]
pub(super) struct NotReachable;

impl Reach {
    /// Whether a request may go to this URL, as far as the URL itself shows.
    pub(super) fn takes(self, url: &Url) -> bool {
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let of_host = match url.host() {
            Some(Host::Ipv4(ip)) => self.takes_ip(ip.into()),
            Some(Host::Ipv6(ip)) => self.takes_ip(ip.into()),
            Some(Host::Domain(name)) => !name.is_empty(),
            None => false,
        };
        is_plain && of_host && (url.scheme() == "https" || (url.scheme() == "http" && self.takes_http(url)))
    }

    fn takes_http(self, url: &Url) -> bool {
        self == Self::PrivateToo
            && match url.host() {
                Some(Host::Ipv4(ip)) => ip.is_loopback(),
                Some(Host::Ipv6(ip)) => ip.is_loopback(),
                Some(Host::Domain(name)) => name == "localhost",
                None => false,
            }
    }

    /// Whether a request may go to a host with this address. Link-local addresses, where clouds serve a machine's
    /// credentials, and those that are not a single host are never allowed.
    pub(super) fn takes_ip(self, ip: IpAddr) -> bool {
        match ip.to_canonical() {
            IpAddr::V4(ip) => self.takes_v4(ip),
            IpAddr::V6(ip) => self.takes_v6(ip),
        }
    }

    fn takes_v4(self, ip: Ipv4Addr) -> bool {
        let [a, b, c, _] = ip.octets();
        let is_never = a == 0 || a >= 224 || ip.is_link_local() || (a, b, c) == (192, 0, 0);
        // In addition to the private ranges: carrier-grade NAT (RFC 6598), benchmarking, and documentation.
        let is_private = ip.is_private()
            || ip.is_loopback()
            || (a == 100 && b & 0xc0 == 64)
            || (a == 198 && b & 0xfe == 18)
            || ip.is_documentation();
        !is_never && (self == Self::PrivateToo || !is_private)
    }

    fn takes_v6(self, ip: Ipv6Addr) -> bool {
        let first = ip.segments()[0];
        if ip.is_loopback() || first & 0xfe00 == 0xfc00 {
            return self == Self::PrivateToo;
        }
        // Global unicast (RFC 4291), except for ranges that embed an IPv4 address: 6to4 and Teredo. NAT64 is outside of
        // it.
        let is_tunnel = first == 0x2002 || (first == 0x2001 && ip.segments()[1] == 0);
        let is_documentation = first == 0x2001 && ip.segments()[1] == 0xdb8;
        first & 0xe000 == 0x2000 && !is_tunnel && !is_documentation
    }
}

/// Resolves names, and returns only allowed addresses. The connection is made to one of them, so that a name cannot
/// point elsewhere between the check and the use.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = *self;
        Box::pin(async move {
            // An unknown name gets the same answer as one inside the network, so that an admin who enters an issuer
            // does not learn which names the server's network has.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found = found.map_err(|_| NotReachable)?;
            let taken: Vec<SocketAddr> = found.filter(|address| reach.takes_ip(address.ip())).collect();
            if taken.is_empty() {
                return Err(NotReachable.into());
            }
            Ok(Box::new(taken.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_on_the_internet_does_not_reach_the_servers_own_network() {
        for (address, of_internet, private_too) in [
            ("https://login.example.com/tenant", true, true),
            ("https://8.8.8.8", true, true),
            ("https://[2606:4700::1111]", true, true),
            ("http://login.example.com", false, false),
            ("http://8.8.8.8", false, false),
            ("https://user:pw@login.example.com", false, false),
            ("https://login.example.com/#x", false, false),
            ("ftp://login.example.com", false, false),
            ("https://127.0.0.1:8443", false, true),
            ("http://127.0.0.1:8080", false, true),
            ("http://localhost:8080", false, true),
            ("http://[::1]:8080", false, true),
            ("https://10.1.2.3", false, true),
            ("https://172.20.0.1", false, true),
            ("https://192.168.1.1", false, true),
            ("https://100.64.0.1", false, true),
            ("https://[fd00::1]", false, true),
            ("https://[::ffff:10.0.0.1]", false, true),
            ("https://2130706433", false, true),
            ("http://10.1.2.3", false, false),
            ("https://169.254.169.254", false, false),
            ("https://[fe80::1]", false, false),
            ("https://[::ffff:169.254.169.254]", false, false),
            ("https://0.0.0.0", false, false),
            ("https://255.255.255.255", false, false),
            ("https://224.0.0.1", false, false),
            ("https://[ff02::1]", false, false),
            ("https://[2002:a00:1::]", false, false),
            ("https://[64:ff9b::a00:1]", false, false),
        ] {
            let url = Url::parse(address).unwrap();

            assert_eq!(Reach::Internet.takes(&url), of_internet, "{address}");
            assert_eq!(Reach::PrivateToo.takes(&url), private_too, "{address}");
        }
    }
}
