//! Access to `/metrics`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use usher_app::{App, MetricsToken};
use usher_http::{Connections, TrustedProxies};

use super::address::listen_on;
use super::config::Config;
use crate::{Failure, private};

/// The fewest characters of the token.
const TOKEN_CHARS_MIN: usize = 20;

/// The most simultaneous connections to the metrics listener.
const CONNECTIONS_MAX: std::num::NonZeroU32 = match std::num::NonZeroU32::new(64) {
    Some(most) => most,
    None => std::num::NonZeroU32::MIN,
};

/// The settings for reading metrics.
#[derive(Debug, Default, Args)]
pub(super) struct MetricsArguments {
    /// An address that serves only /metrics, without a token, such as 127.0.0.1:9464
    #[arg(long, value_name = "HOST:PORT", env = "USHER_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// The file with a token for /metrics; operator keys work too
    #[arg(long, value_name = "FILE", env = "USHER_METRICS_TOKEN_FILE")]
    metrics_token_file: Option<PathBuf>,
}

impl MetricsArguments {
    /// The metrics listener, if one is configured.
    pub(super) async fn listener(&self, config: &Config) -> Result<Option<TcpListener>, Failure> {
        let listen = config.choose(self.metrics_listen.clone(), config.metrics_listen.as_ref());
        let Some(listen) = listen else {
            return Ok(None);
        };
        let name = listen.place.name("--metrics-listen", "metrics_listen");
        listen_on(&listen.value, &name).await.map(Some)
    }

    /// The token for `/metrics`, if one is configured.
    pub(super) fn token(&self, config: &Config) -> Result<Option<MetricsToken>, Failure> {
        let file = config.choose(
            self.metrics_token_file.clone(),
            config.metrics_token_file.as_ref(),
        );
        let Some(file) = file else {
            return Ok(None);
        };
        let shown = file.value.display();
        let text = std::fs::read_to_string(&file.value).map_err(|error| {
            Failure::because(
                format_args!("Cannot read the token for metrics in {shown}"),
                &error,
            )
        })?;
        private::warn_if_others_can_read(&file.value);
        let token = text.trim();
        let fits = token.chars().count() >= TOKEN_CHARS_MIN && token.chars().all(|it| it.is_ascii_graphic());
        if !fits {
            return Err(Failure::said(format!(
                "The token for metrics in {shown} cannot be used. Write at least {TOKEN_CHARS_MIN} visible ASCII \
                 characters into the file, such as the output of `openssl rand -hex 32`."
            )));
        }
        Ok(Some(MetricsToken::of(token)))
    }
}

/// Serves only metrics, until `shutdown`.
pub(super) async fn serve(listener: TcpListener, app: Arc<App>, shutdown: impl Future<Output = ()> + Send) {
    let connections = Connections::new(CONNECTIONS_MAX, CONNECTIONS_MAX, TrustedProxies::new([]));
    let site = usher_api::metrics_router(app);
    if let Err(error) =
        usher_http::serve(listener, site, None, connections, usher_api::too_late, shutdown).await
    {
        tracing::warn!(%error, "metrics are no longer served");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_has_no_white_space_inside() {
        let directory = tempfile::tempdir().unwrap();
        let token = |text: &str| {
            let file = directory.path().join("token");
            std::fs::write(&file, text).unwrap();
            let arguments = MetricsArguments {
                metrics_token_file: Some(file),
                ..MetricsArguments::default()
            };
            arguments.token(&Config::default())
        };

        let good = "0123456789abcdef0123";
        assert_eq!(token(&format!("{good}\n")).unwrap(), Some(MetricsToken::of(good)));
        for wrong in ["", "short", "0123456789 0123456789", "0123456789äöü0123456789"] {
            assert!(token(wrong).is_err(), "{wrong}");
        }
        let missing = MetricsArguments {
            metrics_token_file: Some(directory.path().join("none")),
            ..MetricsArguments::default()
        };
        assert!(missing.token(&Config::default()).is_err());
    }
}
