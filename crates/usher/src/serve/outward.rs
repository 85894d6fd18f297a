//! Settings for the server's own requests: the proxy and the DNS server.

use std::net::{IpAddr, SocketAddr};

use usher_identity::single_sign_on::OutboundProxy;

use super::config::Config;
use super::setting::Setting;
use crate::Failure;

const DNS_PORT: u16 = 53;

/// The proxy and the DNS server from the arguments or the configuration.
pub(super) fn chosen(
    config: &Config,
    proxy_from_environment: Option<bool>,
    dns: Option<String>,
) -> Result<(Option<OutboundProxy>, Option<SocketAddr>), Failure> {
    let wanted = config.choose(proxy_from_environment, config.proxy_from_environment.as_ref());
    let proxy = proxy(wanted.as_ref())?;
    let dns = config.choose(dns, config.dns_server.as_ref());
    Ok((proxy, dns.as_ref().map(dns_server).transpose()?))
}

/// The proxy of the environment, if the operator has allowed it.
fn proxy(wanted: Option<&Setting<bool>>) -> Result<Option<OutboundProxy>, Failure> {
    let variable = |name: &str| {
        let given = std::env::var(name).or_else(|_| std::env::var(name.to_lowercase()));
        given.ok().filter(|value| !value.is_empty())
    };
    let Some(wanted) = wanted.filter(|setting| setting.value) else {
        return Ok(None);
    };
    proxy_of(wanted, variable("HTTPS_PROXY"), variable("NO_PROXY")).map(Some)
}

fn proxy_of(
    wanted: &Setting<bool>,
    url: Option<String>,
    no_proxy: Option<String>,
) -> Result<OutboundProxy, Failure> {
    let name = wanted
        .place
        .name("--proxy-from-environment", "proxy_from_environment");
    let Some(url) = url else {
        return Err(wanted.place.failure(format!(
            "{name} needs a proxy in the environment variable HTTPS_PROXY, which is not set."
        )));
    };
    OutboundProxy::new(&url, &no_proxy.unwrap_or_default()).map_err(|error| {
        wanted.place.failure(format!(
            "{name} cannot use the environment variable HTTPS_PROXY: {error}."
        ))
    })
}

/// Parses the DNS server's address, with a port if it is not 53.
fn dns_server(setting: &Setting<String>) -> Result<SocketAddr, Failure> {
    let text = setting.value.trim();
    let alone = text
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    let parsed = alone
        .map(|ip| SocketAddr::new(ip, DNS_PORT))
        .or_else(|_| text.parse());
    parsed.map_err(|_| {
        let name = setting.place.name("--dns-server", "dns_server");
        setting.place.failure(format!(
            "{name} cannot be used: `{text}` is not the IP address of a DNS server, such as `9.9.9.9` or \
             `[2620:fe::fe]:53`."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::setting::Source;

    fn given<T>(value: T) -> Setting<T> {
        Setting {
            value,
            place: Source::Arguments,
        }
    }

    #[test]
    fn a_dns_server_is_an_address_with_or_without_a_port() {
        for (text, address) in [
            ("9.9.9.9", "9.9.9.9:53"),
            ("127.0.0.1:5353", "127.0.0.1:5353"),
            ("2620:fe::fe", "[2620:fe::fe]:53"),
            ("[2620:fe::fe]:5353", "[2620:fe::fe]:5353"),
        ] {
            let server = dns_server(&given(text.to_owned())).ok();
            assert_eq!(server, address.parse().ok(), "{text}");
        }
        let wrong = dns_server(&given("dns.example.com".to_owned())).unwrap_err();
        assert!(wrong.to_string().contains("`--dns-server`"), "{wrong}");
    }

    #[test]
    fn a_requested_proxy_has_to_be_in_the_environment() {
        let wanted = given(true);
        let of = |url: Option<&str>| proxy_of(&wanted, url.map(str::to_owned), None);

        assert!(of(Some("http://proxy.example.com:3128")).is_ok());
        for (url, said) in [
            (None, "is not set"),
            (Some("socks5://x"), "expected the address of a proxy"),
        ] {
            let wrong = of(url).unwrap_err().to_string();
            assert!(wrong.contains(said), "{wrong}");
        }
        assert_eq!(proxy(Some(&given(false))).ok(), Some(None));
        assert_eq!(proxy(None).ok(), Some(None));
    }
}
