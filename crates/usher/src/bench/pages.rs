//! The pages of the portal in a large account: how long each takes, and how much of it goes over the wire.

use std::path::Path;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT_ENCODING, CONTENT_TYPE, COOKIE, HeaderValue, SET_COOKIE};
use hyper::{Method, Request};
use serde::Deserialize;
use serde_json::json;

use super::BenchError;
use super::client::{Connection, bearer};
use super::load::median;
use super::process::Server;
use super::report::Report;
use super::world::{self, AccountOfBench, OPERATOR_KEY};

/// Users of the account.
pub(super) const USERS: usize = 10_000;
/// How many of them are signed in, each with an active session.
pub(super) const AT_WORK: usize = 1_000;
/// How often each page is asked for.
pub(super) const ASKED: usize = 51;

const EMAIL: &str = "owner@bench.example";
const PASSWORD: &str = "an owner of the benchmark";

/// The pages, by what they are called in the table.
const PAGES: &[(&str, &str)] = &[
    ("overview", "overview"),
    ("users", "users"),
    ("users, searched", "users?q=agent-77"),
    ("seat pools", "pools"),
    ("sessions", "sessions"),
    ("queue", "queue"),
    ("refusals", "refusals"),
    ("teams", "teams"),
    ("minutes", "minutes"),
    ("audit", "audit"),
    ("API keys", "api-keys"),
    ("settings", "settings"),
];

#[derive(Deserialize)]
struct SignedIn {
    sign_in: Id,
    token: String,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// Measures every page, one request at a time.
pub(super) async fn measure(data: &Path, report: &mut Report) -> Result<(), BenchError> {
    let server = Server::usher(data, OPERATOR_KEY).await?;
    server.ready().await?;
    let account = world::make_account(&server, "pages", USERS).await?;
    let mut connection = Connection::open(server.address).await?;
    put_to_work(&mut connection, &account).await?;
    let cookie = sign_in_to_portal(&mut connection, &account).await?;
    for (name, page) in PAGES {
        let path = format!("/a/{}/{page}", account.id);
        let (mut millis, mut bytes) = (Vec::with_capacity(ASKED), 0);
        for _ in 0..ASKED {
            let asked = Instant::now();
            let request = Request::get(path.as_str())
                .header(COOKIE, &cookie)
                .header(ACCEPT_ENCODING, "gzip")
                .body(Full::default())
                .map_err(|error| BenchError::Client(error.to_string()))?;
            let answer = connection.send(request).await?;
            millis.push(asked.elapsed().as_secs_f64() * 1e3);
            bytes = answer.body.len();
            if !answer.status.is_success() {
                return Err(BenchError::refused(&path, &answer));
            }
        }
        report.page(name, median(millis), bytes);
    }
    server.kill().await
}

async fn put_to_work(connection: &mut Connection, account: &AccountOfBench) -> Result<(), BenchError> {
    let base = format!("/v1/accounts/{}", account.id);
    for user in account.users.iter().take(AT_WORK) {
        let device = json!({ "id": "bench", "name": "Bench", "kind": "desktop" });
        let body = json!({ "user": user, "product": "remote-support", "device": device });
        let path = format!("{base}/sign-ins");
        let made: SignedIn = connection.json(Method::POST, &path, &account.key, &body).await?;
        let body = json!({ "sign_in": made.sign_in.id, "kind": "unattended", "start": "active" });
        let path = format!("{base}/sessions");
        let _: serde_json::Value = connection
            .json(Method::POST, &path, &bearer(&made.token)?, &body)
            .await?;
    }
    Ok(())
}

/// Signs a new owner in through the form, and gives the cookie.
async fn sign_in_to_portal(
    connection: &mut Connection,
    account: &AccountOfBench,
) -> Result<HeaderValue, BenchError> {
    let owner = json!({
        "name": "Owner", "email": EMAIL, "role": "owner", "password": PASSWORD, "assign_seat": false,
    });
    let path = format!("/v1/accounts/{}/users", account.id);
    let _: serde_json::Value = connection
        .json(Method::POST, &path, &bearer(OPERATOR_KEY)?, &owner)
        .await?;
    let form = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
    let request = Request::post("/sign-in")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from(form)))
        .map_err(|error| BenchError::Client(error.to_string()))?;
    let answer = connection.send(request).await?;
    let cookie = answer
        .headers
        .get(SET_COOKIE)
        .and_then(|cookie| cookie.to_str().ok());
    let pair = cookie.and_then(|cookie| cookie.split(';').next());
    let pair = pair.ok_or_else(|| BenchError::refused("/sign-in", &answer))?;
    Ok(HeaderValue::from_str(pair)?)
}
