//! The account whose pages are measured: signed-in agents, a team, an owner's browser that is also signed in at the
//! console, and a code that waits for its customer.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, COOKIE, HeaderValue, SET_COOKIE};
use hyper::{Method, Request};
use serde::Deserialize;
use serde_json::{Value, json};

use super::AT_WORK;
use crate::BenchError;
use crate::client::{Answer, Connection, bearer};
use crate::world::{AccountOfBench, OPERATOR_KEY};

const EMAIL: &str = "owner@bench.example";
const PASSWORD: &str = "an owner of the benchmark";
/// How many members the team has.
const MEMBERS: usize = 500;
/// The lease of a sign-in, in seconds: longer than the whole measurement.
const LEASE_SECS: u32 = 3_600;

/// The ids that the pages need.
pub(super) struct Desk {
    pool: String,
    team: String,
    group: String,
    /// A signed-in user with a session.
    pub(super) user: String,
    sign_in: String,
    session: String,
    /// A user with a named seat.
    named: String,
    pub(super) code: String,
    /// The owner's browser.
    pub(super) cookie: HeaderValue,
}

#[derive(Deserialize)]
struct SignedIn {
    sign_in: Created,
    token: String,
}

#[derive(Deserialize)]
struct Created {
    id: String,
    #[serde(default)]
    code: Option<String>,
}

impl Desk {
    pub(super) async fn open(
        connection: &mut Connection,
        account: &AccountOfBench,
    ) -> Result<Self, BenchError> {
        let pool = account.pool.clone();
        keep_without_heartbeats(connection, account, &pool).await?;
        let mut at_work = account.users.iter();
        let mut last = None;
        for user in at_work.by_ref().take(AT_WORK) {
            last = Some(work(connection, account, user, "unattended", "active").await?);
        }
        let (sign_in, session) = last.ok_or(BenchError::NoAddress)?;
        let waiting = at_work.next().ok_or(BenchError::NoAddress)?;
        let (_, standby) = work(connection, account, waiting, "attended", "standby").await?;
        let base = format!("/v1/accounts/{}", account.id);
        let operator = bearer(OPERATOR_KEY)?;
        let members: Vec<_> = account.users.iter().take(MEMBERS).collect();
        let crew = json!({ "name": "Night shift", "members": members });
        let path = format!("{base}/teams");
        let team: Created = connection.json(Method::POST, &path, &operator, &crew).await?;
        let path = format!("{base}/groups");
        let group: Created = connection.json(Method::POST, &path, &operator, &crew).await?;
        let named = account.users.last().cloned().ok_or(BenchError::NoAddress)?;
        give_named_seat(connection, account, &named).await?;
        let cookie = sign_in_to_portal(connection, account, &pool).await?;
        Ok(Self {
            cookie: sign_in_at_console(connection, cookie).await?,
            pool,
            team: team.id,
            group: group.id,
            user: account.users.first().cloned().ok_or(BenchError::NoAddress)?,
            sign_in,
            session: session.id,
            named,
            code: standby.code.ok_or(BenchError::NoAddress)?,
        })
    }

    /// The page's address with the ids filled in.
    pub(super) fn named_in(&self, page: &str) -> String {
        let ids = [
            ("{user}", &self.user),
            ("{named}", &self.named),
            ("{team}", &self.team),
            ("{group}", &self.group),
            ("{pool}", &self.pool),
            ("{sign_in}", &self.sign_in),
            ("{session}", &self.session),
        ];
        ids.iter()
            .fold(page.to_owned(), |page, (name, id)| page.replace(name, id))
    }
}

/// Sets a long lease, because nobody sends heartbeats during the measurement.
async fn keep_without_heartbeats(
    connection: &mut Connection,
    account: &AccountOfBench,
    pool: &str,
) -> Result<(), BenchError> {
    let path = format!("/v1/accounts/{}/pools/{pool}", account.id);
    let change = json!({ "rules": { "lease_secs": LEASE_SECS } });
    let _: Value = connection
        .json(Method::PATCH, &path, &bearer(OPERATOR_KEY)?, &change)
        .await?;
    Ok(())
}

/// Buys one named seat in addition to the shared ones, and gives it to a user.
async fn give_named_seat(
    connection: &mut Connection,
    account: &AccountOfBench,
    user: &str,
) -> Result<(), BenchError> {
    let operator = bearer(OPERATOR_KEY)?;
    let base = format!("/v1/accounts/{}", account.id);
    let seats = json!({ "named_seats": 1, "shared_seats": account.users.len() });
    let subscription = json!({ "plan": "enterprise", "products": { "remote-support": seats } });
    let path = format!("{base}/subscription");
    let _: Value = connection
        .json(Method::PUT, &path, &operator, &subscription)
        .await?;
    let path = format!("{base}/users/{user}/licenses/remote-support");
    let license = json!({ "kind": "named" });
    let _: Value = connection.json(Method::PUT, &path, &operator, &license).await?;
    Ok(())
}

/// Signs a user in and starts a session. Returns the ids of the sign-in and the session.
async fn work(
    connection: &mut Connection,
    account: &AccountOfBench,
    user: &str,
    kind: &str,
    start: &str,
) -> Result<(String, Created), BenchError> {
    let base = format!("/v1/accounts/{}", account.id);
    let device = json!({ "id": "bench", "name": "Bench", "kind": "desktop" });
    let body = json!({ "user": user, "product": "remote-support", "device": device });
    let path = format!("{base}/sign-ins");
    let made: SignedIn = connection.json(Method::POST, &path, &account.key, &body).await?;
    let body = json!({ "sign_in": made.sign_in.id, "kind": kind, "start": start });
    let path = format!("{base}/sessions");
    let token = bearer(&made.token)?;
    let session = connection.json(Method::POST, &path, &token, &body).await?;
    Ok((made.sign_in.id, session))
}

/// Signs a new owner in through the form, and returns the cookie.
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
    let owner: Created = connection.json(Method::POST, &path, &operator, &owner).await?;
    let path = format!("{path}/{}/licenses/remote-support", owner.id);
    let license = json!({ "kind": "shared", "pool": pool });
    let _: Value = connection.json(Method::PUT, &path, &operator, &license).await?;
    let form = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
    let answer = post(connection, "/sign-in", form, None).await?;
    cookies(&answer, None)
}

/// Signs the owner in at the console, so that this browser is a device.
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

/// The cookies that a browser sends after this answer, including those that it already had.
fn cookies(answer: &Answer, had: Option<&HeaderValue>) -> Result<HeaderValue, BenchError> {
    let set = answer.headers.get_all(SET_COOKIE).iter();
    let set = set.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    // The message about the last action must not appear on every page.
    let set = set.filter(|cookie| !cookie.starts_with("usher_flash="));
    let had = had.and_then(|had| had.to_str().ok());
    let all: Vec<_> = had.into_iter().chain(set).collect();
    Ok(HeaderValue::from_str(&all.join("; "))?)
}
