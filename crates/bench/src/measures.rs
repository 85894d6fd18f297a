//! The measurements, each next to its reference in the same run.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{Method, Uri};
use serde::Deserialize;

use super::client::{Connection, bearer};
use super::load::{self, Client, Stretch, median};
use super::report::Report;
use super::world::{AccountOfBench, World};
use super::{BenchArgs, BenchError};

#[derive(Deserialize)]
struct SignedIn<'a> {
    #[serde(borrow)]
    sign_in: Id<'a>,
    token: &'a str,
}

#[derive(Deserialize)]
struct Id<'a> {
    id: &'a str,
}

/// The body of a sign-in request.
fn sign_in_body(user: &str) -> Bytes {
    let device = r#"{"id":"bench","name":"Bench","kind":"desktop"}"#;
    Bytes::from(format!(
        r#"{{"user":"{user}","product":"remote-support","device":{device}}}"#
    ))
}

/// A client of the bare endpoint.
struct Bare {
    connection: Connection,
    uri: Uri,
    token: HeaderValue,
    body: Bytes,
}

impl Client for Bare {
    async fn step(&mut self) -> Result<(), BenchError> {
        let asked = self.connection.ask(
            Method::POST,
            self.uri.clone(),
            Some(&self.token),
            self.body.clone(),
        );
        let answer = asked.await?;
        if answer.status.is_success() {
            Ok(())
        } else {
            Err(BenchError::refused("/bare", &answer))
        }
    }
}

/// Signs users in and out in turn; each step is one request.
struct Cycle {
    connection: Connection,
    turns: Vec<Turn>,
    next: usize,
    signed_in: Option<(Uri, HeaderValue)>,
}

/// What is needed to sign one user in and out.
struct Turn {
    base: String,
    uri: Uri,
    key: HeaderValue,
    body: Bytes,
}

impl Turn {
    fn of(account: &AccountOfBench, user: &str) -> Result<Self, BenchError> {
        let base = format!("/v1/accounts/{}/sign-ins", account.id);
        Ok(Self {
            uri: base.parse()?,
            base,
            key: account.key.clone(),
            body: sign_in_body(user),
        })
    }
}

impl Client for Cycle {
    async fn step(&mut self) -> Result<(), BenchError> {
        if let Some((uri, token)) = self.signed_in.take() {
            let answer = self
                .connection
                .ask(Method::DELETE, uri, Some(&token), Bytes::new())
                .await?;
            return if answer.status.is_success() {
                Ok(())
            } else {
                Err(BenchError::refused("sign out", &answer))
            };
        }
        let turn = &self.turns[self.next % self.turns.len()];
        self.next += 1;
        let asked = self
            .connection
            .ask(Method::POST, turn.uri.clone(), Some(&turn.key), turn.body.clone());
        let answer = asked.await?;
        if !answer.status.is_success() {
            return Err(BenchError::refused("sign in", &answer));
        }
        let made: SignedIn = serde_json::from_slice(&answer.body)?;
        self.signed_in = Some((
            format!("{}/{}", turn.base, made.sign_in.id).parse()?,
            bearer(made.token)?,
        ));
        Ok(())
    }
}

/// Sends heartbeats of signed-in users in turn.
struct Heartbeats {
    connection: Connection,
    signed_in: Vec<(Uri, HeaderValue)>,
    next: usize,
}

impl Client for Heartbeats {
    async fn step(&mut self) -> Result<(), BenchError> {
        let (uri, token) = &self.signed_in[self.next % self.signed_in.len()];
        self.next += 1;
        let answer = self
            .connection
            .ask(Method::POST, uri.clone(), Some(token), Bytes::from_static(b"{}"))
            .await?;
        if answer.status.is_success() {
            Ok(())
        } else {
            Err(BenchError::refused("heartbeat", &answer))
        }
    }
}

async fn bare_clients(address: SocketAddr, count: usize) -> Result<Vec<Bare>, BenchError> {
    let mut clients = Vec::with_capacity(count);
    for _ in 0..count {
        clients.push(Bare {
            connection: Connection::open(address).await?,
            uri: "/bare".parse()?,
            token: bearer("none")?,
            body: sign_in_body("user_01h2xcejqtf2nbrexx3vqjhp41"),
        });
    }
    Ok(clients)
}

/// Clients that share the accounts; each user belongs to one client.
async fn cycle_clients(world: &World, count: usize) -> Result<Vec<Cycle>, BenchError> {
    let mut clients = Vec::with_capacity(count);
    for first in 0..count {
        let accounts = world.accounts.iter().skip(first).step_by(count);
        let turns = accounts.filter_map(|account| Some(Turn::of(account, account.users.first()?)));
        clients.push(Cycle {
            connection: Connection::open(world.server.address).await?,
            turns: turns.collect::<Result<_, _>>()?,
            next: 0,
            signed_in: None,
        });
    }
    clients.retain(|client| !client.turns.is_empty());
    Ok(clients)
}

async fn sign_in_all(
    address: SocketAddr,
    accounts: &[AccountOfBench],
    users: std::ops::Range<usize>,
    connections: usize,
) -> Result<Vec<Heartbeats>, BenchError> {
    let mut tasks = tokio::task::JoinSet::new();
    for first in 0..connections {
        let own: Vec<AccountOfBench> = accounts
            .iter()
            .skip(first)
            .step_by(connections)
            .cloned()
            .collect();
        let users = users.clone();
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut signed_in = Vec::new();
            for account in own {
                for user in account.users.get(users.clone()).unwrap_or_default() {
                    let turn = Turn::of(&account, user)?;
                    let asked = connection.ask(Method::POST, turn.uri, Some(&turn.key), turn.body);
                    let answer = asked.await?;
                    if !answer.status.is_success() {
                        return Err(BenchError::refused("sign in", &answer));
                    }
                    let made: SignedIn = serde_json::from_slice(&answer.body)?;
                    let uri = format!("{}/{}/heartbeat", turn.base, made.sign_in.id).parse()?;
                    signed_in.push((uri, bearer(made.token)?));
                }
            }
            Ok(Heartbeats {
                connection,
                signed_in,
                next: 0,
            })
        });
    }
    let mut clients = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        clients.push(joined.map_err(|error| BenchError::Client(error.to_string()))??);
    }
    clients.retain(|client| !client.signed_in.is_empty());
    Ok(clients)
}

/// Measures sign-in and sign-out cycles and heartbeats next to the bare endpoint, in rounds.
pub(super) async fn throughput(
    world: &World,
    args: &BenchArgs,
    report: &mut Report,
) -> Result<(), BenchError> {
    let address = world.server.address;
    let mut bare = bare_clients(world.bare.address, args.connections).await?;
    let mut cycle = cycle_clients(world, args.connections).await?;
    let mut heartbeats = sign_in_all(address, &world.accounts, 1..2, args.connections).await?;
    let mut rounds: [Vec<Stretch>; 3] = Default::default();
    for _ in 0..args.rounds {
        let stretch;
        (bare, stretch) = load::run(&world.bare, bare, args.lasting()).await?;
        rounds[0].push(stretch);
        let stretch;
        (cycle, stretch) = load::run(&world.server, cycle, args.lasting()).await?;
        rounds[1].push(stretch);
        let stretch;
        (heartbeats, stretch) = load::run(&world.server, heartbeats, args.lasting()).await?;
        rounds[2].push(stretch);
    }
    for client in &mut cycle {
        if client.signed_in.is_some() {
            client.step().await?;
        }
    }
    report.throughput(&rounds);
    Ok(())
}

/// Measures a cycle in an account with many users next to one in an account of 50, one request at a time.
pub(super) async fn account_size(
    world: &World,
    args: &BenchArgs,
    report: &mut Report,
) -> Result<(), BenchError> {
    let mut medians: [Vec<f64>; 2] = Default::default();
    for _ in 0..args.rounds {
        for (account, medians) in [&world.small, &world.large].into_iter().zip(&mut medians) {
            let users = account.users.iter().step_by((account.users.len() / 50).max(1));
            let client = Cycle {
                connection: Connection::open(world.server.address).await?,
                turns: users
                    .map(|user| Turn::of(account, user))
                    .collect::<Result<_, _>>()?,
                next: 0,
                signed_in: None,
            };
            let (mut clients, stretch) = load::run(&world.server, vec![client], args.lasting()).await?;
            medians.push(stretch.median.as_secs_f64() * 1e6);
            for client in clients.iter_mut().filter(|client| client.signed_in.is_some()) {
                client.step().await?;
            }
        }
    }
    let [small, large] = medians;
    report.account_size(world.large.users.len(), median(small), median(large));
    Ok(())
}

/// Measures the memory of a signed-in agent: the process's memory before and after everybody signs in.
pub(super) async fn memory(world: World, args: &BenchArgs, report: &mut Report) -> Result<World, BenchError> {
    let before = world.server.resident_bytes()?;
    let first = 2.min(args.users);
    let clients = sign_in_all(
        world.server.address,
        &world.accounts,
        first..args.users,
        args.connections,
    )
    .await?;
    let agents: usize = clients.iter().map(|client| client.signed_in.len()).sum();
    let after = world.server.resident_bytes()?;
    report.memory(agents, after.saturating_sub(before), after);
    Ok(world)
}

/// Measures how long the server takes to serve again after it was killed with everybody signed in: the time until it is
/// ready, and the slowest first heartbeat in the first 100 accounts, which have to be loaded for it.
pub(super) async fn restart(
    world: World,
    program: &Path,
    data: &Path,
    report: &mut Report,
) -> Result<(), BenchError> {
    let agents: usize = world.accounts.iter().map(|account| account.users.len()).sum();
    world.server.kill().await?;
    let start = Instant::now();
    let server = World::restarted(program, data).await?;
    let ready = start.elapsed();
    let mut connection = Connection::open(server.address).await?;
    let mut first = Duration::ZERO;
    for account in world.accounts.iter().take(100) {
        let uri: Uri = format!("/v1/accounts/{}/usage", account.id).parse()?;
        let asked = Instant::now();
        let answer = connection
            .ask(Method::GET, uri, Some(&account.key), Bytes::new())
            .await?;
        if !answer.status.is_success() {
            return Err(BenchError::refused("usage", &answer));
        }
        first = first.max(asked.elapsed());
    }
    report.restart(agents, ready, first);
    server.kill().await?;
    world.bare.kill().await
}
