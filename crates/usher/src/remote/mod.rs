//! A running server, asked over its API by `usher account`, `subscription`, `minutes` and `status`.

mod choice;
mod key;
mod sentence;

use clap::Args;
use serde_json::Value;
use usher_client::operations::{GetAccount, ListAccounts};
use usher_client::{AccountDetails, Client, Error, Operation};
use usher_domain::AccountId;

use self::key::OperatorKey;
use crate::Failure;

/// The server that is asked if nothing names another one.
const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// The variable with the server's URL.
const VARIABLE: &str = "USHER_SERVER";

/// An older name of the variable with the server's URL.
const OLDER_VARIABLE: &str = "USHER_URL";

/// The most items of a page that the server gives.
pub(crate) const PAGE_MAX: &str = "200";

/// Which server to ask, and with which key.
#[derive(Debug, Args)]
pub(crate) struct RemoteArguments {
    /// The server's URL [default: the one in `USHER_SERVER`, or else `http://127.0.0.1:8080`]
    // Not `env`: what the environment sets would be shown as needed in each line of usage.
    #[arg(long, alias = "url", value_name = "URL", global = true)]
    server: Option<String>,
    #[command(flatten)]
    key: OperatorKey,
}

/// Which server to ask, with which key, and how to print its answer.
#[derive(Debug, Args)]
pub(crate) struct AskedArguments {
    #[command(flatten)]
    remote: RemoteArguments,
    /// Print JSON, as the API has it, instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl AskedArguments {
    /// The server that the arguments name, asked with the operator key that they name.
    pub(crate) fn server(&self) -> Result<Server, Failure> {
        self.remote.server()
    }
}

impl RemoteArguments {
    /// The server that the arguments name, asked with the operator key that they name.
    pub(crate) fn server(&self) -> Result<Server, Failure> {
        let Some(key) = self.key.read()? else {
            return Err(Failure::Usage(
                "This needs an operator key. Put it into `USHER_OPERATOR_KEY`, or name the file that has it with \
                 `--operator-key-file FILE`. On the server, `usher operator-key create NAME` creates one."
                    .to_owned(),
            ));
        };
        self.server_with(key)
    }

    /// The same, without a key if none is named. Also returns whether there is a key.
    pub(crate) fn server_with_or_without_key(&self) -> Result<(Server, bool), Failure> {
        let key = self.key.read()?;
        let has_key = key.is_some();
        Ok((self.server_with(key.unwrap_or_default())?, has_key))
    }

    fn server_with(&self, key: String) -> Result<Server, Failure> {
        let variable = |name: &str| std::env::var(name).ok().filter(|url| !url.trim().is_empty());
        let of_environment = || variable(VARIABLE).or_else(|| variable(OLDER_VARIABLE));
        let typed = self.server.clone().or_else(of_environment);
        let url = address(typed.as_deref().unwrap_or(DEFAULT_URL))?;
        match Client::new(&url, key) {
            Ok(client) => Ok(Server { client }),
            Err(error) => Err(Failure::because(format_args!("Cannot ask {url}"), &error)),
        }
    }
}

/// The server's base URL. Without a scheme, as people type it, `http` is assumed.
fn address(typed: &str) -> Result<String, Failure> {
    let typed = typed.trim();
    let whole = match typed.split_once("://") {
        Some(("http" | "https", _)) => typed.to_owned(),
        Some(_) => String::new(),
        None => format!("http://{}", typed.trim_start_matches('/')),
    };
    let is_one = url::Url::parse(&whole).is_ok_and(|url| url.has_host());
    is_one.then_some(whole).ok_or_else(|| {
        Failure::Usage(format!(
            "`{typed}` is not a server's URL. Give one like `--server {DEFAULT_URL}`, or leave it out."
        ))
    })
}

/// A running server. Its failures are sentences.
pub(crate) struct Server {
    client: Client,
}

impl Server {
    /// The client, for calls whose failures are told in other words.
    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    /// The sentences for an error of a call. `what` is the clause that is true now: `The account was not renamed`.
    pub(crate) fn failure(&self, what: &str, error: &Error) -> Failure {
        sentence::failure(what, error, self.client.base())
    }

    /// Reads something, or makes a change that may be repeated.
    pub(crate) async fn call<O: Operation>(
        &self,
        what: &str,
        values: &[&str],
        body: Option<&Value>,
    ) -> Result<O::Answer, Failure> {
        let answer = self.client.call::<O>(values, &[], body).await;
        answer.map_err(|error| self.failure(what, &error))
    }

    /// Makes a change that must not happen twice. If the answer is lost, the failure says with which key to repeat it.
    pub(crate) async fn call_once<O: Operation>(
        &self,
        what: &str,
        key: Option<&str>,
        values: &[&str],
        body: &Value,
    ) -> Result<O::Answer, Failure> {
        let key = match key {
            Some(key) => key.to_owned(),
            None => drawn_key()?,
        };
        let answer = self.client.call_once::<O>(&key, values, body).await;
        answer.map_err(|error| sentence::failure_once(what, &error, self.client.base(), &key))
    }

    /// The account with this id or name.
    pub(crate) async fn account(&self, typed: &str) -> Result<AccountDetails, Failure> {
        let Ok(id) = typed.trim().parse::<AccountId>() else {
            return choice::named(self, typed).await;
        };
        let id = id.to_string();
        match self.client.call::<GetAccount>(&[&id], &[], None).await {
            Ok(account) => Ok(account),
            Err(error) if error.code() == Some("not-found") => Err(Failure::said(format!(
                "There is no account {id} at {}. `usher account list` shows all accounts.",
                self.client.base()
            ))),
            Err(error) => Err(self.failure("The account was not read", &error)),
        }
    }

    /// All accounts that match `query`, newest first.
    pub(crate) async fn accounts(&self, query: &[(&str, &str)]) -> Result<Vec<AccountDetails>, Failure> {
        let mut accounts = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut query = [query, &[("limit", PAGE_MAX)]].concat();
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = self.client.call::<ListAccounts>(&[], &query, None).await;
            let page = page.map_err(|error| self.failure("The accounts were not listed", &error))?;
            accounts.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(accounts),
            }
        }
    }
}

/// A new `Idempotency-Key`.
fn drawn_key() -> Result<String, Failure> {
    let bits = usher_identity::draw_bits(usher_engine::Clock::System.now());
    let bits = bits.map_err(|error| Failure::because("The command could not start", &error))?;
    Ok(format!("{bits:032x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_scheme_means_http_and_invalid_ones_are_refused() {
        for (typed, whole) in [
            ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("localhost:8080", Some("http://localhost:8080")),
            ("usher.example.com", Some("http://usher.example.com")),
            ("[::1]:8080", Some("http://[::1]:8080")),
            ("//usher.example.com", Some("http://usher.example.com")),
            ("https://usher.example.com", Some("https://usher.example.com")),
            ("ftp://usher.example.com", None),
            ("http://", None),
            ("", None),
            ("two words", None),
            ("host:port", None),
        ] {
            let address = address(typed);
            assert_eq!(address.as_deref().ok(), whole, "{typed}");
            if let Err(failure) = address {
                assert!(
                    failure.to_string().contains("--server http://127.0.0.1:8080"),
                    "{failure}"
                );
            }
        }
    }
}
