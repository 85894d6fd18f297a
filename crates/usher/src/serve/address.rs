//! The address the server listens on, and the address at which browsers reach it.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

use super::setting::Setting;
use crate::Failure;

/// The default address, which only this machine can reach.
pub(super) const LISTEN: &str = "127.0.0.1:8080";

/// Listens on an address. An error names `setting`, with which to choose another one. A port alone, as in `:8080`,
/// means all addresses of this machine.
pub(super) async fn listen_on(address: &str, setting: &str) -> Result<TcpListener, Failure> {
    let bound = match address.strip_prefix(':').map(str::parse::<u16>) {
        Some(Ok(port)) => match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
            // A machine without IPv6 reports this address as unavailable or unsupported.
            Err(error)
                if error.kind() != ErrorKind::AddrInUse && error.kind() != ErrorKind::PermissionDenied =>
            {
                TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await
            }
            bound => bound,
        },
        _ => TcpListener::bind(address).await,
    };
    bound.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::said(format!(
            "Another program listens on {address} already. Stop it, or choose another port with {setting}."
        )),
        ErrorKind::PermissionDenied => Failure::said(format!(
            "No permission to listen on {address}. Choose a port above 1023 with {setting}."
        )),
        ErrorKind::InvalidInput => Failure::Usage(format!(
            "`{address}` is not an address to listen on. Give {setting} a host and a port, as in `{LISTEN}`, or a \
             port alone, as in `:8080`, for all addresses of this machine."
        )),
        _ => Failure::because(format_args!("Cannot listen on {address}"), &error),
    })
}

/// The warning that passwords and tokens can be read on the way: the server speaks plain HTTP, other machines can reach
/// it, and no public address with a TLS proxy is configured.
pub(super) fn plain_http_warning(address: SocketAddr, public_url: Option<&str>) -> Option<String> {
    let is_behind_tls = public_url.is_some_and(|url| url.starts_with("https://"));
    if address.ip().to_canonical().is_loopback() || is_behind_tls {
        return None;
    }
    Some(format!(
        "Usher speaks plain HTTP on {address}, which other machines can reach: passwords and tokens can be read on the \
         way. Give it a certificate with `--tls-cert` and `--tls-key`; or put a proxy that speaks TLS in front, and \
         name its address with `--public-url https://…`."
    ))
}

/// An address at which browsers reach this server, without a trailing slash: links are made from it, and cookies and
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
        "`{text}` is not a server's URL. Give {name} one like `https://usher.example.com`, without a path."
    )))
}

/// An address that a browser on this machine can open, even if the server listens on all addresses.
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
    use super::super::setting::Source;
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
            place: Source::File("/etc/usher/usher.toml".into()),
            ..given_as("https://x/path")
        };
        let error = checked_url(&written).unwrap_err().to_string();
        assert!(
            error.contains("Give `public_url` in /etc/usher/usher.toml one like `https"),
            "{error}"
        );
    }

    fn given_as(url: &str) -> Setting<String> {
        Setting {
            value: url.to_owned(),
            place: Source::Arguments,
        }
    }

    #[test]
    fn plain_http_that_other_machines_can_reach_is_warned_about() {
        let warned = |address: &str, url| plain_http_warning(address.parse().unwrap(), url).is_some();

        assert!(warned("0.0.0.0:8080", None));
        assert!(warned("[::]:8080", Some("http://usher.example.com")));
        assert!(warned("192.0.2.7:80", None));
        assert!(!warned("127.0.0.1:8080", None));
        assert!(!warned("[::1]:8080", None));
        assert!(!warned("0.0.0.0:8080", Some("https://usher.example.com")));
    }

    #[tokio::test]
    async fn a_port_alone_means_all_addresses() {
        let everywhere = listen_on(":0", "`--listen`").await.unwrap();
        let wrong = listen_on(":http", "`--listen`").await.unwrap_err().to_string();

        assert!(everywhere.local_addr().unwrap().ip().is_unspecified());
        assert!(
            wrong.contains("`:http` is not an address to listen on"),
            "{wrong}"
        );
        assert!(wrong.contains("as in `:8080`"), "{wrong}");
    }

    #[test]
    fn a_link_leads_to_this_machine_if_the_server_listens_on_all_addresses() {
        for (listens, shown) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(openable(listens.parse().unwrap()).to_string(), shown);
        }
    }
}
