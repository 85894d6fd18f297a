//! Checks by DNS which account a domain belongs to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use tokio::sync::{OnceCell, Semaphore};

use super::domains::NamedDomain;

/// The timeout of one try, in seconds; there are two.
const TRY_SECS_MAX: u64 = 3;

/// The most queries at a time.
const QUESTIONS_AT_ONCE_MAX: usize = 8;

/// Why a domain is not proved by its DNS. The sentences are for admins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// There is no such record, or it has another text.
    #[error(
        "the DNS has no TXT record `{name}` with the text `{value}` yet: a new record can take an hour to be seen"
    )]
    NoRecord {
        /// The record's name.
        name: String,
        /// The expected text.
        value: String,
    },
    /// The DNS did not answer.
    #[error(
        "the DNS of `{domain}` did not answer: try again in a moment, or ask the operator of this server"
    )]
    NoAnswer {
        /// The domain.
        domain: String,
    },
    /// [`QUESTIONS_AT_ONCE_MAX`] queries are running.
    #[error("too many domains are checked at once: try again in a moment")]
    Busy,
}

/// Makes the queries. Cheap to clone.
#[derive(Clone)]
pub(super) struct Dns {
    /// The DNS server; `None` for this machine's.
    server: Option<SocketAddr>,
    resolver: Arc<OnceCell<TokioResolver>>,
    turns: Arc<Semaphore>,
}

impl Dns {
    pub(super) fn new(server: Option<SocketAddr>) -> Self {
        Self {
            server,
            resolver: Arc::default(),
            turns: Arc::new(Semaphore::new(QUESTIONS_AT_ONCE_MAX)),
        }
    }

    /// Whether the domain's DNS confirms the account that names it.
    pub(super) async fn proves(&self, named: &NamedDomain) -> Result<(), NotProved> {
        let _turn = self.turns.try_acquire().map_err(|_| NotProved::Busy)?;
        let no_answer = || NotProved::NoAnswer {
            domain: named.domain.to_string(),
        };
        let resolver = self.resolver.get_or_try_init(|| async { self.build() }).await;
        let resolver = resolver.map_err(|()| no_answer())?;
        let (name, value) = (named.record_name(), named.record_value());
        // The trailing dot disables this machine's search domains.
        let found = match resolver.txt_lookup(format!("{name}.")).await {
            Ok(found) => found,
            Err(error) if error.is_no_records_found() || error.is_nx_domain() => {
                return Err(NotProved::NoRecord { name, value });
            }
            Err(error) => {
                tracing::warn!(%error, name, "no answer of the DNS");
                return Err(no_answer());
            }
        };
        let says_so = found.answers().iter().any(|record| match &record.data {
            RData::TXT(text) => text.txt_data.concat() == value.as_bytes(),
            _ => false,
        });
        says_so.then_some(()).ok_or(NotProved::NoRecord { name, value })
    }

    fn build(&self) -> Result<TokioResolver, ()> {
        let failed = |error| tracing::warn!(%error, "this machine names no DNS server that can be asked");
        let mut builder = match self.server {
            Some(server) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
                let connections = connections.map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                let server = NameServerConfig::new(server.ip(), true, connections.into());
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio().map_err(failed)?,
        };
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(TRY_SECS_MAX);
        options.attempts = 1;
        // An admin who sets up the record checks repeatedly until it is visible, so nothing may be cached.
        options.cache_size = 0;
        builder.build().map_err(failed)
    }
}
