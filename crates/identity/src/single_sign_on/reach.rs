//! Where the server may go to meet a provider. An account's own people name the issuer, so it must not lead into the
//! network that the server stands in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Which addresses providers may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Those of the internet, by https only.
    #[default]
    Internet,
    /// Besides, those of private networks and of this machine, where plain http is taken too: for a company that
    /// runs Usher and its provider in one network, and for the sandbox.
    PrivateToo,
}

/// No address of a host may be gone to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host has no address that may be used")]
pub(super) struct NotReachable;

impl Reach {
    /// Whether a request may go to this address, as far as the address itself tells.
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

    /// Whether a request may go to a host of this address. The addresses of machines' metadata (link-local) and
    /// those that name no one host never.
    pub(super) fn takes_ip(self, ip: IpAddr) -> bool {
        match ip.to_canonical() {
            IpAddr::V4(ip) => self.takes_v4(ip),
            IpAddr::V6(ip) => self.takes_v6(ip),
        }
    }

    fn takes_v4(self, ip: Ipv4Addr) -> bool {
        let [a, b, c, _] = ip.octets();
        let is_never = a == 0 || a >= 224 || ip.is_link_local() || (a, b, c) == (192, 0, 0);
        // Besides the private ranges: those of carriers (RFC 6598), of benchmarks, and of documents.
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
        // Global unicast (RFC 4291), less what carries an IPv4 address within: 6to4, Teredo, NAT64 lies outside.
        let is_tunnel = first == 0x2002 || (first == 0x2001 && ip.segments()[1] == 0);
        let is_documentation = first == 0x2001 && ip.segments()[1] == 0xdb8;
        first & 0xe000 == 0x2000 && !is_tunnel && !is_documentation
    }
}

/// Looks names up, and gives only those addresses that may be gone to: the connection is made to one of them, so that
/// a name cannot point elsewhere between the check and the use.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = *self;
        Box::pin(async move {
            // A name that is not there answers as one that leads inside: whoever names an issuer does not learn which
            // names the server's own network has.
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
    fn an_issuer_on_the_internet_does_not_lead_into_the_server_s_own_network() {
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
