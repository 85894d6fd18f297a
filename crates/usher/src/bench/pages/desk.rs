//! The account whose pages are measured: agents at work, a team, an owner in a browser who is signed in at the console,
//! and a code that waits for its customer.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, COOKIE, HeaderValue, SET_COOKIE};
use hyper::{Method, Request};
use serde::Deserialize;
use serde_json::{Value, json};

use super::AT_WORK;
use crate::bench::BenchError;
use crate::bench::client::{Answer, Connection, bearer};
use crate::bench::world::{self, AccountOfBench, OPERATOR_KEY};

const EMAIL: &str = "owner@bench.example";
const PASSWORD: &str = "an owner of the benchmark";
/// How many people the team has.
const MEMBERS: usize = 500;

/// What the pages need to be named.
pub(super) struct Desk {
    pub(super) pool: String,
    pub(super) team: String,
    /// Somebody at work.
    pub(super) user: String,
    pub(super) code: String,
    /// The owner's browser.
    pub(super) cookie: HeaderValue,
}

#[derive(Deserialize)]
struct SignedIn {
    sign_in: Made,
    token: String,
}

#[derive(Deserialize)]
struct Made {
    id: String,
    #[serde(default)]
    code: Option<String>,
}

impl Desk {
    pub(super) async fn open(
        connection: &mut Connection,
        account: &AccountOfBench,
    ) -> Result<Self, BenchError> {
        let mut at_work = account.users.iter();
        for user in at_work.by_ref().take(AT_WORK) {
            work(connection, account, user, "unattended", "active").await?;
        }
        let waiting = at_work.next().ok_or(BenchError::NoAddress)?;
        let session = work(connection, account, waiting, "attended", "standby").await?;
        let base = format!("/v1/accounts/{}", account.id);
        let members: Vec<_> = account.users.iter().take(MEMBERS).collect();
        let team = json!({ "name": "Night shift", "members": members });
        let team: Made = connection
            .json(
                Method::POST,
                &format!("{base}/teams"),
                &bearer(OPERATOR_KEY)?,
                &team,
            )
            .await?;
        let pool = world::pool_of(connection, &account.id).await?;
        let cookie = sign_in_to_portal(connection, account, &pool).await?;
        Ok(Self {
            cookie: sign_in_at_console(connection, cookie).await?,
            pool,
            team: team.id,
            user: account.users.first().cloned().ok_or(BenchError::NoAddress)?,
            code: session.code.ok_or(BenchError::NoAddress)?,
        })
    }
}

/// Signs somebody in and starts a session.
async fn work(
    connection: &mut Connection,
    account: &AccountOfBench,
    user: &str,
    kind: &str,
    start: &str,
) -> Result<Made, BenchError> {
    let base = format!("/v1/accounts/{}", account.id);
    let device = json!({ "id": "bench", "name": "Bench", "kind": "desktop" });
    let body = json!({ "user": user, "product": "remote-support", "device": device });
    let path = format!("{base}/sign-ins");
    let made: SignedIn = connection.json(Method::POST, &path, &account.key, &body).await?;
    let body = json!({ "sign_in": made.sign_in.id, "kind": kind, "start": start });
    let path = format!("{base}/sessions");
    connection
        .json(Method::POST, &path, &bearer(&made.token)?, &body)
        .await
}

/// Signs a new owner in through the form, and gives the cookie.
async fn sign_in_to_portal(
    connection: &mut Connection,
    account: &AccountOfBench,
    pool: &str,
) -> Result<HeaderValue, BenchError> {
    let operator = bearer(OPERATOR_KEY)?;
    let owner = json!({
        "name": "Owner", "email": EMAIL, "role": "owner", "password": PASSWORD, "assign_seat": false,
        "billing_contact": true,
    });
    let path = format!("/v1/accounts/{}/users", account.id);
    let owner: Made = connection.json(Method::POST, &path, &operator, &owner).await?;
    let path = format!("{path}/{}/licenses/remote-support", owner.id);
    let license = json!({ "kind": "shared", "pool": pool });
    let _: Value = connection.json(Method::PUT, &path, &operator, &license).await?;
    let form = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
    let answer = post(connection, "/sign-in", form, None).await?;
    cookies(&answer, None)
}

/// Signs the owner in on this browser as a device.
async fn sign_in_at_console(
    connection: &mut Connection,
    cookie: HeaderValue,
) -> Result<HeaderValue, BenchError> {
    let request = Request::get("/console").header(COOKIE, &cookie);
    let request = request.body(Full::default());
    let request = request.map_err(|error| BenchError::Client(error.to_string()))?;
    let page = connection.send(request).await?;
    let html = String::from_utf8_lossy(&page.body);
    let token = html.split_once("name=\"csrf-token\" content=\"");
    let token = token.and_then(|(_, rest)| rest.split('"').next());
    let token = token.ok_or_else(|| BenchError::refused("/console", &page))?;
    let form = format!("_csrf={token}&product=remote-support&device=Bench");
    let answer = post(connection, "/console/sign-in", form, Some(&cookie)).await?;
    cookies(&answer, Some(&cookie))
}

async fn post(
    connection: &mut Connection,
    path: &str,
    form: String,
    cookie: Option<&HeaderValue>,
) -> Result<Answer, BenchError> {
    let mut request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    let request = request.body(Full::new(Bytes::from(form)));
    let request = request.map_err(|error| BenchError::Client(error.to_string()))?;
    let answer = connection.send(request).await?;
    if answer.status.is_redirection() {
        return Ok(answer);
    }
    Err(BenchError::refused(path, &answer))
}

/// The cookies that a browser sends after this answer, with those that it had.
fn cookies(answer: &Answer, had: Option<&HeaderValue>) -> Result<HeaderValue, BenchError> {
    let set = answer.headers.get_all(SET_COOKIE).iter();
    let set = set.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    // What was just done is not shown again with each page.
    let set = set.filter(|cookie| !cookie.starts_with("usher_flash="));
    let had = had.and_then(|had| had.to_str().ok());
    let all: Vec<_> = had.into_iter().chain(set).collect();
    Ok(HeaderValue::from_str(&all.join("; "))?)
}
