//! How connections come in: with TLS or without, and behind which proxies.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use usher_api::{Tls, TrustedProxies};

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

impl TransportArguments {
    /// What to speak TLS with; none for plain HTTP.
    pub(super) fn tls(&self) -> Result<Option<Tls>, Failure> {
        match (&self.tls_cert, &self.tls_key) {
            (None, None) => Ok(None),
            (Some(cert), Some(key)) => Tls::open(cert, key)
                .map(Some)
                .map_err(|error| Failure::because("The server cannot speak TLS", &error)),
            (Some(_), None) => Err(Failure::Usage(
                "A certificate is of no use without its key. Name it with `--tls-key FILE`.".to_owned(),
            )),
            (None, Some(_)) => Err(Failure::Usage(
                "A key is of no use without its certificate. Name it with `--tls-cert FILE`.".to_owned(),
            )),
        }
    }

    pub(super) fn trusted_proxies(&self) -> Result<TrustedProxies, Failure> {
        match self.trusted_proxy.as_slice() {
            [] => Ok(TrustedProxies::default()),
            [none] if none == "none" => Ok(TrustedProxies::new([])),
            networks => {
                let networks = networks.iter().map(|text| network(text));
                Ok(TrustedProxies::new(networks.collect::<Result<Vec<_>, _>>()?))
            }
        }
    }
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, Failure> {
    let network = text
        .parse()
        .or_else(|_| text.parse().map(|address: std::net::IpAddr| address.into()));
    network.map_err(|_| {
        Failure::Usage(format!(
            "`{text}` is not a network. Say `--trusted-proxy 10.0.0.0/8`, an address, or `none`."
        ))
    })
}

/// Looks again and again whether there is another certificate, until it is stopped.
pub(super) async fn keep_fresh(tls: Tls) {
    let mut hang_ups = super::signals::hang_ups();
    loop {
        tokio::select! {
            () = tokio::time::sleep(RELOAD_EVERY) => {}
            () = hang_ups.next() => {}
        }
        match tls.reload() {
            Ok(true) => tracing::info!("new connections are shown another certificate"),
            Ok(false) => {}
            Err(error) => tracing::warn!(
                error = %Failure::because("The certificate stays the one of before", &error),
                "the certificate could not be read anew"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(given: &[&str]) -> Result<TrustedProxies, Failure> {
        let arguments = TransportArguments {
            tls_cert: None,
            tls_key: None,
            trusted_proxy: given.iter().map(|text| (*text).to_owned()).collect(),
        };
        arguments.trusted_proxies()
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
}
