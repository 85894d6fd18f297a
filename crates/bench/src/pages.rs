//! Measures the portal's pages in a large account: the time for each, and its size over the wire.

mod desk;
mod live;

use std::path::Path;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, COOKIE, HeaderValue};

use self::desk::Desk;
use super::BenchError;
use super::client::{Answer, Connection};
use super::load::median;
use super::process::Server;
use super::report::Report;
use super::world::{self, OPERATOR_KEY};

/// Number of users in the account.
pub(super) const USERS: usize = 10_000;
/// How many of them are signed in, each with an active session.
pub(super) const AT_WORK: usize = 1_000;
/// How often each page is requested.
pub(super) const ASKED: usize = 51;

/// Pages of the account, with their names in the table. `{user}` and so on are replaced with ids of the desk.
const OF_ACCOUNT: &[(&str, &str)] = &[
    ("overview", "overview"),
    ("users", "users"),
    ("users, searched", "users?q=agent-77"),
    (
        "users, filtered and sorted",
        "users?license=shared&pool={pool}&status=active&sort=email&page=100",
    ),
    ("a user", "users/{user}"),
    ("the history of a user", "users/{user}/history"),
    ("a new user", "users/new"),
    ("reassigning a seat", "users/{named}/reassign"),
    ("seats", "seats"),
    ("seats, one pool", "seats?hall={pool}"),
    ("seat pools", "pools"),
    ("seat pools, a row expanded", "pools?open={pool}"),
    ("a seat pool", "pools/{pool}"),
    ("users of a seat pool", "pools/{pool}/users"),
    ("a new seat pool", "pools/new"),
    ("sessions", "sessions"),
    ("ending a session", "sessions/end?session={session}"),
    ("logging somebody out", "sign-ins/{sign_in}/log-out"),
    ("queue", "queue"),
    ("refusals", "refusals"),
    ("teams", "teams"),
    ("a team", "teams/{team}"),
    ("groups", "groups"),
    ("a group", "groups/{group}"),
    ("minutes", "minutes"),
    ("subscription", "subscription"),
    ("audit", "audit"),
    ("API keys", "api-keys"),
    ("settings", "settings"),
    ("single sign-on", "single-sign-on"),
];

/// The live pages whose updates are measured: those that show most of a large account.
const LIVE: &[(&str, &str)] = &[
    ("live update of the users", "users/live"),
    ("live update of the seats", "seats/live"),
    ("live update of the overview", "overview/live"),
    (
        "live update of the seat pools, a row expanded",
        "pools/live?open={pool}",
    ),
];

/// Acts as the owner's browser, and measures.
struct Browser {
    connection: Connection,
    cookie: HeaderValue,
}

/// Measures every page, one request at a time.
pub(super) async fn measure(program: &Path, data: &Path, report: &mut Report) -> Result<(), BenchError> {
    let server = Server::usher(program, data, OPERATOR_KEY).await?;
    server.ready().await?;
    let account = world::make_account(&server, "pages", USERS).await?;
    let mut connection = Connection::open(server.address).await?;
    let desk = Desk::open(&mut connection, &account).await?;
    let cookie = desk.cookie.clone();
    let mut browser = Browser { connection, cookie };
    let base = format!("/a/{}", account.id);
    for (name, page) in OF_ACCOUNT {
        let path = format!("{base}/{}", desk.named_in(page));
        browser.measure(name, &path, report).await?;
    }
    let audit = browser.ask(&format!("{base}/audit")).await?;
    let older = older(&audit).ok_or_else(|| BenchError::refused("the audit's second page", &audit))?;
    browser.measure("audit, second page", &older, report).await?;
    browser.measure("agent console", "/console", report).await?;
    browser.measure("password and sessions", "/me", report).await?;
    browser
        .measure("second factor", "/me/second-factor", report)
        .await?;
    let join = format!("/join/{}", desk.code);
    browser.measure("a customer's page", &join, report).await?;
    for (name, page) in LIVE {
        let path = format!("{base}/{}", desk.named_in(page));
        let follow = browser.request(&path, "gzip")?;
        live::measure(&server, &account.id, &desk.user, follow, name, report).await?;
    }
    server.kill().await
}

impl Browser {
    async fn measure(&mut self, name: &str, path: &str, report: &mut Report) -> Result<(), BenchError> {
        let (mut millis, mut bytes) = (Vec::with_capacity(ASKED), 0);
        for _ in 0..ASKED {
            let asked = Instant::now();
            let answer = self.ask_for(path, "gzip").await?;
            millis.push(asked.elapsed().as_secs_f64() * 1e3);
            bytes = answer.body.len();
        }
        report.page(name, median(millis), bytes);
        Ok(())
    }

    async fn ask(&mut self, path: &str) -> Result<Answer, BenchError> {
        self.ask_for(path, "identity").await
    }

    async fn ask_for(&mut self, path: &str, encoding: &'static str) -> Result<Answer, BenchError> {
        let request = self.request(path, encoding)?;
        let answer = self.connection.send(request).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(BenchError::refused(path, &answer))
    }

    fn request(&self, path: &str, encoding: &'static str) -> Result<Request<Full<Bytes>>, BenchError> {
        Request::get(path)
            .header(COOKIE, &self.cookie)
            .header(ACCEPT, "text/html")
            .header(ACCEPT_ENCODING, encoding)
            .body(Full::default())
            .map_err(|error| BenchError::Client(error.to_string()))
    }
}

/// The address of the next page, with older records.
fn older(answer: &Answer) -> Option<String> {
    let html = String::from_utf8_lossy(&answer.body);
    let (before, _) = html.split_once("\" rel=\"next\"")?;
    let (_, address) = before.rsplit_once("href=\"")?;
    Some(address.replace("&#38;", "&").replace("&amp;", "&"))
}
