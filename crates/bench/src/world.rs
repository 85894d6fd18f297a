//! The server under measurement, with accounts, pools, users and keys, created through the API.

use std::path::Path;

use hyper::Method;
use hyper::header::HeaderValue;
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinSet;

use super::client::{Connection, bearer};
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
    pub(super) users: Vec<String>,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<Created>,
}

#[derive(Deserialize)]
struct KeyMade {
    key: String,
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
    let mut tasks = JoinSet::new();
    let connections = args.connections.max(1);
    for first in 0..connections {
        let names: Vec<String> = (first..args.accounts)
            .step_by(connections)
            .map(|index| format!("account-{index}"))
            .collect();
        let (address, users) = (server.address, args.users);
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut made = Vec::with_capacity(names.len());
            for name in names {
                made.push(fill_account(&mut connection, &name, users, 0..users).await?);
            }
            Ok::<_, BenchError>(made)
        });
    }
    let mut accounts = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        accounts.extend(joined.map_err(|error| BenchError::Client(error.to_string()))??);
    }
    Ok(accounts)
}

pub(super) async fn make_account(
    server: &Server,
    name: &str,
    users: usize,
) -> Result<AccountOfBench, BenchError> {
    const TASKS: usize = 16;
    let mut connection = Connection::open(server.address).await?;
    let mut account = fill_account(&mut connection, name, users, 0..0).await?;
    let mut tasks = JoinSet::new();
    for first in 0..TASKS {
        let (account, address) = (account.clone(), server.address);
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let pool = pool_of(&mut connection, &account.id).await?;
            let mut made = Vec::new();
            for index in (first..users).step_by(TASKS) {
                made.push(add_user(&mut connection, &account.id, &pool, index).await?);
            }
            Ok::<_, BenchError>(made)
        });
    }
    while let Some(joined) = tasks.join_next().await {
        account
            .users
            .extend(joined.map_err(|error| BenchError::Client(error.to_string()))??);
    }
    Ok(account)
}

/// Creates an account whose pool has a seat for each of `seats` users, with the users of these numbers.
async fn fill_account(
    connection: &mut Connection,
    name: &str,
    seats: usize,
    users: std::ops::Range<usize>,
) -> Result<AccountOfBench, BenchError> {
    let operator = bearer(OPERATOR_KEY)?;
    let account: Created = connection
        .json(Method::POST, "/v1/accounts", &operator, &json!({ "name": name }))
        .await?;
    let base = format!("/v1/accounts/{}", account.id);
    let products = json!({ "remote-support": { "named_seats": 0, "shared_seats": seats } });
    let subscription = json!({ "plan": "enterprise", "products": products });
    let _: serde_json::Value = connection
        .json(
            Method::PUT,
            &format!("{base}/subscription"),
            &operator,
            &subscription,
        )
        .await?;
    let key = json!({ "name": "bench", "scopes": ["read", "sign-ins.write"] });
    let key: KeyMade = connection
        .json(Method::POST, &format!("{base}/api-keys"), &operator, &key)
        .await?;
    let pool = pool_of(connection, &account.id).await?;
    let mut made = AccountOfBench {
        id: account.id,
        key: bearer(&key.key)?,
        users: Vec::new(),
    };
    for index in users {
        made.users
            .push(add_user(connection, &made.id, &pool, index).await?);
    }
    Ok(made)
}

pub(super) async fn pool_of(connection: &mut Connection, account: &str) -> Result<String, BenchError> {
    let operator = bearer(OPERATOR_KEY)?;
    let path = format!("/v1/accounts/{account}/pools");
    let pools: Items = connection
        .json(Method::GET, &path, &operator, &serde_json::Value::Null)
        .await?;
    pools
        .items
        .into_iter()
        .next()
        .map(|pool| pool.id)
        .ok_or(BenchError::NoAddress)
}

async fn add_user(
    connection: &mut Connection,
    account: &str,
    pool: &str,
    index: usize,
) -> Result<String, BenchError> {
    let operator = bearer(OPERATOR_KEY)?;
    let base = format!("/v1/accounts/{account}/users");
    let user = json!({
        "name": format!("Agent {index}"),
        "email": format!("agent-{index}@example.com"),
        "assign_seat": false,
    });
    let user: Created = connection.json(Method::POST, &base, &operator, &user).await?;
    let path = format!("{base}/{}/licenses/remote-support", user.id);
    let license = json!({ "kind": "shared", "pool": pool });
    let _: serde_json::Value = connection.json(Method::PUT, &path, &operator, &license).await?;
    Ok(user.id)
}
