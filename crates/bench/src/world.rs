//! The server under measurement, with accounts, pools, users and keys, created through the API.

use std::path::Path;

use futures::{StreamExt, TryStreamExt, stream};
use hyper::header::HeaderValue;
use usher_client::Client;
use usher_testkit::{ACCOUNT, HelpDesk};

use super::client::bearer;
use super::process::Server;
use super::{BenchArgs, BenchError};

/// The operator key of the measured server, which exists only as long as its temporary directory.
pub(super) const OPERATOR_KEY: &str = "usher_op_benchmark_of_a_throw_away_server_0000000";

/// A server and its accounts.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) bare: Server,
    pub(super) accounts: Vec<AccountOfBench>,
    pub(super) large: AccountOfBench,
    pub(super) small: AccountOfBench,
}

/// An account with its key, and users who share one pool.
#[derive(Debug, Clone)]
pub(super) struct AccountOfBench {
    pub(super) id: String,
    pub(super) key: HeaderValue,
    pub(super) pool: String,
    pub(super) users: Vec<String>,
}

impl World {
    /// Starts the servers and creates the accounts.
    pub(super) async fn make(program: &Path, data: &Path, args: &BenchArgs) -> Result<Self, BenchError> {
        let server = Server::usher(program, data, OPERATOR_KEY).await?;
        let bare = Server::bare().await?;
        server.ready().await?;
        bare.ready().await?;
        let accounts = make_accounts(&server, args).await?;
        let large = make_account(&server, "large", args.large).await?;
        let small = make_account(&server, "small", 50).await?;
        Ok(Self {
            server,
            bare,
            accounts,
            large,
            small,
        })
    }

    /// Starts the server again on the same data, after it was killed.
    pub(super) async fn restarted(program: &Path, data: &Path) -> Result<Server, BenchError> {
        let server = Server::usher(program, data, OPERATOR_KEY).await?;
        server.ready().await?;
        Ok(server)
    }
}

async fn make_accounts(server: &Server, args: &BenchArgs) -> Result<Vec<AccountOfBench>, BenchError> {
    let operator = operator(server)?;
    let make = stream::iter(0..args.accounts).map(|index| {
        let operator = operator.clone();
        async move { open(&operator, &format!("account-{index}"), args.users, 1).await }
    });
    make.buffered(args.connections.max(1)).try_collect().await
}

/// Creates an account with as many seats as users.
pub(super) async fn make_account(
    server: &Server,
    name: &str,
    users: usize,
) -> Result<AccountOfBench, BenchError> {
    const AT_ONCE: usize = 16;
    open(&operator(server)?, name, users, AT_ONCE).await
}

async fn open(
    operator: &Client,
    name: &str,
    users: usize,
    at_once: usize,
) -> Result<AccountOfBench, BenchError> {
    let users = u32::try_from(users).unwrap_or(u32::MAX);
    let desk = HelpDesk::of(ACCOUNT, name).pool(users).agents(users);
    let opened = desk.open_on(operator, at_once).await?;
    let key = opened
        .account
        .create_api_key("bench", &["read", "sign-ins.write"]);
    Ok(AccountOfBench {
        id: opened.account.id().to_owned(),
        key: bearer(&key.await?.key)?,
        pool: opened.pools.into_iter().next().ok_or(BenchError::NoAddress)?,
        users: opened.users,
    })
}

fn operator(server: &Server) -> Result<Client, BenchError> {
    Ok(Client::new(format!("http://{}", server.address), OPERATOR_KEY)?)
}
