//! How connections come in: with TLS or without, and behind which proxies.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use usher_http::{Tls, TrustedProxies};

use super::config::Config;
use super::signals::{HangUps, hang_ups};
use crate::Failure;

/// How often the files of the certificate are looked at, besides when a hang-up signal comes.
const RELOAD_EVERY: Duration = Duration::from_mins(10);

/// What connections come in by.
#[derive(Debug, Args)]
pub(super) struct TransportArguments {
    /// The certificate to speak TLS with, and those that lead to its root, in PEM form
    #[arg(long, value_name = "FILE", env = "USHER_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM form
    #[arg(long, value_name = "FILE", env = "USHER_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// A network of proxies that are believed whom a request comes from, or `none`; may be given several times [default: this machine]
    #[arg(
        long,
        value_name = "CIDR",
        env = "USHER_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    trusted_proxy: Vec<String>,
}

/// What to speak TLS with, and what tells that it is to be read again.
pub(crate) struct FreshTls {
    pub(super) tls: Tls,
    hang_ups: HangUps,
}

impl TransportArguments {
    /// What to speak TLS with; none for plain HTTP.
    pub(super) fn tls(&self, config: &Config) -> Result<Option<FreshTls>, Failure> {
        let cert = config.choose(self.tls_cert.clone(), config.tls_cert.as_ref());
        let key = config.choose(self.tls_key.clone(), config.tls_key.as_ref());
        let (cert, key) = match (cert, key) {
            (None, None) => return Ok(None),
            (Some(cert), Some(key)) => (cert, key),
            (Some(cert), None) => {
                let name = cert.place.name("--tls-key FILE", "tls_key");
                let text = format!("A certificate is of no use without its key. Name it with {name}.");
                return Err(cert.place.failure(text));
            }
            (None, Some(key)) => {
                let name = key.place.name("--tls-cert FILE", "tls_cert");
                let text = format!("A key is of no use without its certificate. Name it with {name}.");
                return Err(key.place.failure(text));
            }
        };
        let tls = Tls::open(&cert.value, &key.value).map_err(|error| {
            let (cert, key) = (
                cert.place.name("--tls-cert", "tls_cert"),
                key.place.name("--tls-key", "tls_key"),
            );
            let text = format_args!("The server cannot speak TLS with what {cert} and {key} name");
            Failure::because(text, &error)
        })?;
        // From now on: a signal that nobody listened for would end the program.
        let hang_ups = hang_ups();
        Ok(Some(FreshTls { tls, hang_ups }))
    }

    pub(super) fn trusted_proxies(&self, config: &Config) -> Result<TrustedProxies, Failure> {
        let given = (!self.trusted_proxy.is_empty()).then(|| self.trusted_proxy.clone());
        let Some(networks) = config.choose(given, config.trusted_proxies.as_ref()) else {
            return Ok(TrustedProxies::default());
        };
        if networks.value == ["none"] {
            return Ok(TrustedProxies::new([]));
        }
        let parsed = networks.value.iter().map(|text| {
            network(text).ok_or_else(|| {
                let name = networks.place.name("--trusted-proxy", "trusted_proxies");
                networks.place.failure(format!(
                    "`{text}` is not a network. Give {name} one as `10.0.0.0/8`, an address, or `none` alone."
                ))
            })
        });
        Ok(TrustedProxies::new(parsed.collect::<Result<Vec<_>, _>>()?))
    }
}

/// A network, or one address.
fn network(text: &str) -> Option<IpNet> {
    let address = || text.parse().map(|address: std::net::IpAddr| address.into());
    text.parse().or_else(|_| address()).ok()
}

/// Looks again and again whether there is another certificate, until it is stopped.
pub(super) async fn keep_fresh(FreshTls { tls, mut hang_ups }: FreshTls) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(RELOAD_EVERY) => {}
            () = hang_ups.next() => {}
        }
        match tls.reload() {
            Ok(true) => tracing::info!("new connections are shown another certificate"),
            Ok(false) => tracing::debug!("the certificate is the one of before"),
            Err(error) => tracing::warn!(
                error = %Failure::because("The certificate stays the one of before", &error),
                "the certificate could not be read again"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn arguments(trusted_proxy: &[&str]) -> TransportArguments {
        TransportArguments {
            tls_cert: None,
            tls_key: None,
            trusted_proxy: trusted_proxy.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    fn proxies(given: &[&str]) -> Result<TrustedProxies, Failure> {
        arguments(given).trusted_proxies(&Config::default())
    }

    fn written(text: &str) -> Config {
        Config::parse(text, Path::new("/etc/usher/usher.toml")).unwrap()
    }

    #[test]
    fn proxies_are_networks_addresses_or_none() {
        let of = |network: &str| TrustedProxies::new([network.parse().unwrap()]);

        assert_eq!(proxies(&[]).unwrap(), TrustedProxies::default());
        assert_eq!(proxies(&["none"]).unwrap(), TrustedProxies::new([]));
        assert_eq!(proxies(&["10.0.0.0/8"]).unwrap(), of("10.0.0.0/8"));
        assert_eq!(proxies(&["10.1.2.3"]).unwrap(), of("10.1.2.3/32"));
        assert!(proxies(&["10.0.0.0/8", "none"]).is_err());
        assert!(proxies(&["proxy.example.com"]).is_err());
    }

    #[test]
    fn proxies_are_those_of_the_file_where_no_argument_names_any() {
        let of = |networks: &[&str]| TrustedProxies::new(networks.iter().map(|it| it.parse().unwrap()));
        let two = written("trusted_proxies = [\"10.0.0.0/8\", \"fd00::1\"]");
        let none = written("trusted_proxies = []");
        let wrong = written("trusted_proxies = [\"the-proxy\"]");

        let nothing = arguments(&[]);
        assert_eq!(
            nothing.trusted_proxies(&two).unwrap(),
            of(&["10.0.0.0/8", "fd00::1/128"])
        );
        assert_eq!(nothing.trusted_proxies(&none).unwrap(), of(&[]));
        assert_eq!(
            arguments(&["192.0.2.7"]).trusted_proxies(&wrong).unwrap(),
            of(&["192.0.2.7/32"])
        );
        let error = nothing.trusted_proxies(&wrong).unwrap_err().to_string();
        assert!(
            error.contains(
                "`the-proxy` is not a network. Give `trusted_proxies` in /etc/usher/usher.toml one as"
            ),
            "{error}"
        );
    }

    #[test]
    fn what_the_file_names_for_tls_is_complete_and_there() {
        for (text, said) in [
            (
                "tls_cert = \"cert.pem\"",
                "Name it with `tls_key` in /etc/usher/usher.toml.",
            ),
            (
                "tls_key = \"key.pem\"",
                "Name it with `tls_cert` in /etc/usher/usher.toml.",
            ),
            (
                "tls_cert = \"no/cert.pem\"\ntls_key = \"no/key.pem\"",
                "what `tls_cert` in /etc/usher/usher.toml and `tls_key` in /etc/usher/usher.toml name: /etc/usher/no/cert.pem",
            ),
        ] {
            let Err(error) = arguments(&[]).tls(&written(text)) else {
                panic!("{text}");
            };
            assert!(error.to_string().contains(said), "{error}");
        }
        assert!(arguments(&[]).tls(&written("")).unwrap().is_none());
    }
}
