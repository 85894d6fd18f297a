//! What every handler works with.

use std::sync::Arc;

use tokio::sync::watch;
use usher_domain::AccountId;
use usher_domain::account::Plan;
use usher_engine::{Engine, Failure};
use usher_identity::Identity;
use usher_journal::{AuditRow, Hash, Records};

use crate::arrival::TrustedProxies;
use crate::throttle::Throttle;

/// What the operator decides about the API.
#[derive(Debug, Clone)]
pub struct Config {
    /// The plans that subscriptions may name.
    pub plans: Vec<Plan>,
    /// Whether the clock can be moved by a call (design 5).
    pub sandbox: bool,
    /// Where customers reach this server, without a slash at the end: `https://usher.example.com`. Links are
    /// relative where it is none.
    pub public_url: Option<String>,
    /// The proxies whose word is taken for whom a request comes from.
    pub trusted_proxies: TrustedProxies,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            plans: Plan::built_in(),
            sandbox: false,
            public_url: None,
            trusted_proxies: TrustedProxies::default(),
        }
    }
}

/// What every handler works with.
pub struct Api {
    pub(crate) engine: Engine,
    pub(crate) identity: Identity,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) config: Config,
    pub(crate) throttle: Throttle,
    closing: watch::Sender<bool>,
}

impl Api {
    /// The API over an engine, the credentials, and the read models that the engine's journal fills.
    #[must_use]
    pub fn new(engine: Engine, identity: Identity, records: Arc<dyn Records>, config: Config) -> Arc<Self> {
        Arc::new(Self {
            throttle: Throttle::new(&engine),
            engine,
            identity,
            records,
            config,
            closing: watch::Sender::new(false),
        })
    }

    /// The accounts.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The credentials.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The read models.
    #[must_use]
    pub fn records(&self) -> &dyn Records {
        &*self.records
    }

    /// What the operator decided.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// How often passwords were tried of late.
    #[must_use]
    pub const fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// The hash of each entry's commit.
    pub async fn hashes_of(
        &self,
        account: AccountId,
        rows: &[AuditRow],
    ) -> Result<Vec<Option<Hash>>, Failure> {
        let mut hashes: Vec<Option<Hash>> = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            // The entries of one commit stand together.
            let before = index.checked_sub(1).filter(|before| rows[*before].seq == row.seq);
            hashes.push(match before {
                Some(before) => hashes[before],
                None => self.engine.hash_of(account, row.seq).await?,
            });
        }
        Ok(hashes)
    }

    /// Ends every open stream, so that a graceful shutdown need not wait for them.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Resolves once [`close`](Self::close) was called; streams end then.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut closing = self.closing.subscribe();
        async move {
            // The sender lives as long as the program; where it is gone, so is what streams would tell.
            let _ = closing.wait_for(|closing| *closing).await;
        }
    }
}
