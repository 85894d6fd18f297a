//! Connections: TLS, and trusted proxies.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use usher_http::{Tls, TrustedProxies};

use super::config::Config;
use super::signals::{HangUps, hang_ups};
use crate::{Failure, private};

/// How often the certificate files are checked, in addition to SIGHUP.
const RELOAD_EVERY: Duration = Duration::from_mins(10);

/// The settings of connections.
#[derive(Debug, Args)]
pub(super) struct TransportArguments {
    /// The TLS certificate and its intermediate certificates, in PEM format
    #[arg(long, value_name = "FILE", env = "USHER_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM format
    #[arg(long, value_name = "FILE", env = "USHER_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// A network of proxies that may name the client of a request, or `none`; may be given several times [default: this
    /// machine]
    #[arg(
        long,
        value_name = "CIDR",
        env = "USHER_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    trusted_proxy: Vec<String>,
}

/// The TLS configuration, and the signal to read it again.
pub(crate) struct FreshTls {
    pub(super) tls: Tls,
    hang_ups: HangUps,
}

impl TransportArguments {
    /// The TLS configuration; `None` for plain HTTP.
    pub(super) fn tls(&self, config: &Config) -> Result<Option<FreshTls>, Failure> {
        let cert = config.choose(self.tls_cert.clone(), config.tls_cert.as_ref());
        let key = config.choose(self.tls_key.clone(), config.tls_key.as_ref());
        let (cert, key) = match (cert, key) {
            (None, None) => return Ok(None),
            (Some(cert), Some(key)) => (cert, key),
            (Some(cert), None) => {
                let name = cert.place.name("--tls-key FILE", "tls_key");
                let text = format!("The certificate needs its key. Name it with {name}.");
                return Err(cert.place.failure(text));
            }
            (None, Some(key)) => {
                let name = key.place.name("--tls-cert FILE", "tls_cert");
                let text = format!("The key needs its certificate. Name it with {name}.");
                return Err(key.place.failure(text));
            }
        };
        private::warn_if_others_can_read(&key.value);
        let tls = Tls::open(&cert.value, &key.value).map_err(|error| {
            let (cert, key) = (
                cert.place.name("--tls-cert", "tls_cert"),
                key.place.name("--tls-key", "tls_key"),
            );
            let text = format_args!("The server cannot use the files that {cert} and {key} name");
            Failure::because(text, &error)
        })?;
        // Listen from now on: without a listener the signal would end the program.
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
                    "`{text}` is not a network. Give {name} one like `10.0.0.0/8`, an address, or only `none`."
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

/// Checks periodically for a new certificate, until it is cancelled.
pub(super) async fn keep_fresh(FreshTls { tls, mut hang_ups }: FreshTls) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(RELOAD_EVERY) => {}
            () = hang_ups.next() => {}
        }
        match tls.reload() {
            Ok(true) => tracing::info!("new connections use the new certificate"),
            Ok(false) => tracing::debug!("the certificate has not changed"),
            Err(error) => tracing::warn!(
                error = %Failure::because("The previous certificate stays in use", &error),
                "the certificate could not be reloaded"
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
    fn without_an_argument_the_proxies_of_the_file_apply() {
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
                "`the-proxy` is not a network. Give `trusted_proxies` in /etc/usher/usher.toml one like"
            ),
            "{error}"
        );
    }

    #[test]
    fn the_tls_files_in_the_configuration_must_be_complete_and_exist() {
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
                "the files that `tls_cert` in /etc/usher/usher.toml and `tls_key` in /etc/usher/usher.toml name: \
                 /etc/usher/no/cert.pem",
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
