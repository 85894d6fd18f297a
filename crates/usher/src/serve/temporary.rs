//! A server for a program that shows something with it, such as the demo.

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use usher_domain::account::Plan;
use usher_engine::Clock;
use usher_identity::Secret;

use super::{Listeners, Store, first_operator_key, listen_on, run_until, set_operator_key};
use crate::Failure;

/// A server on this machine's loopback address, with its data in memory, which runs on the machine's clock. Unlike the
/// sandbox's, that clock cannot be moved.
#[derive(Debug)]
pub struct TemporaryServer {
    url: String,
    operator_key: Secret,
    end: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), Failure>>,
}

impl TemporaryServer {
    /// Starts a server; port 0 picks a free one. If the port cannot be used, the failure names `setting`, with which to
    /// choose another one.
    pub async fn start(port: u16, setting: &str) -> Result<Self, Failure> {
        let store = Store::in_memory()?;
        let Some(operator_key) = first_operator_key(&store.identity, None).await? else {
            return Err(Failure::said("The server could not draw an operator key."));
        };
        set_operator_key(&store.identity, operator_key.expose()).await?;
        let listener = listen_on(&format!("127.0.0.1:{port}"), setting).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (end, ended) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            // A message and a dropped sender both mean that the server shall end.
            let stop = async { drop(ended.await) };
            let listeners = Listeners {
                listener,
                metrics: None,
            };
            let config = usher_app::Config {
                plans: Plan::built_in(),
                ..usher_app::Config::default()
            };
            run_until(stop, listeners, None, &store, Clock::System, config, None).await
        });
        Ok(Self {
            url,
            operator_key,
            end,
            serving,
        })
    }

    /// The address, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The operator key, which may do everything.
    #[must_use]
    pub fn operator_key(&self) -> &str {
        self.operator_key.expose()
    }

    /// Stops the server. Its data is gone.
    pub async fn stop(self) -> Result<(), Failure> {
        drop(self.end);
        self.serving
            .await
            .map_err(|error| Failure::because("The server ended", &error))?
    }
}
