//! Where the server listens, and where browsers find it.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

use super::setting::Setting;
use crate::Failure;

/// Where a server listens that was not told otherwise: where only this machine reaches it.
pub(super) const LISTEN: &str = "127.0.0.1:8080";

/// Listens at an address, or says why not; `setting` is what another one is chosen with.
pub(crate) async fn listen_on(address: &str, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::said(format!(
            "Another program listens on {address} already. Stop it, or choose another port with {setting}."
        )),
        ErrorKind::PermissionDenied => Failure::said(format!(
            "Not allowed to listen on {address}. Choose a port above 1023 with {setting}."
        )),
        ErrorKind::InvalidInput => Failure::Usage(format!(
            "`{address}` is not a place to listen on. Give {setting} a host and a port, as in `{LISTEN}`."
        )),
        _ => Failure::because(format_args!("Cannot listen on {address}"), &error),
    })
}

/// An address at which browsers find this server, without a slash at its end: links are made of it, and cookies and
/// redirects depend on whether it is `https`.
pub(super) fn checked_url(setting: &Setting<String>) -> Result<String, Failure> {
    let text = &setting.value;
    let url = text.trim_end_matches('/');
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_host = |host: &str| {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(is_usual)
    };
    if host.is_some_and(is_host) {
        return Ok(url.to_owned());
    }
    let name = setting.place.name("--public-url", "public_url");
    Err(setting.place.failure(format!(
        "`{text}` is not the address of a server. Give {name} one as `https://usher.example.com`, without a path."
    )))
}

/// An address that a browser on this machine can open, also where the server listens on all of its addresses.
pub(super) fn openable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

#[cfg(test)]
mod tests {
    use super::super::setting::Place;
    use super::*;

    #[test]
    fn a_public_address_has_a_scheme_and_a_host_and_nothing_else() {
        for (given, url) in [
            ("https://usher.example.com", "https://usher.example.com"),
            ("https://usher.example.com/", "https://usher.example.com"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(checked_url(&given_as(given)).unwrap(), url);
        }
        for wrong in [
            "usher.example.com",
            "https://",
            "ftp://x",
            "https://x/path",
            "https://x?y",
            "https://a b",
        ] {
            assert!(checked_url(&given_as(wrong)).is_err(), "{wrong}");
        }
        let written = Setting {
            place: Place::File("/etc/usher/usher.toml".into()),
            ..given_as("https://x/path")
        };
        let error = checked_url(&written).unwrap_err().to_string();
        assert!(
            error.contains("Give `public_url` in /etc/usher/usher.toml one as `https"),
            "{error}"
        );
    }

    fn given_as(url: &str) -> Setting<String> {
        Setting {
            value: url.to_owned(),
            place: Place::Arguments,
        }
    }

    #[test]
    fn a_link_leads_to_this_machine_where_the_server_listens_everywhere() {
        for (listens, shown) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(openable(listens.parse().unwrap()).to_string(), shown);
        }
    }
}
