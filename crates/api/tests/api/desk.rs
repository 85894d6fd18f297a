//! A support desk: agents who share the seats of a pool.

use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;
use usher_domain::Secs;

use crate::app::{Answer, App, Who};

pub const PRODUCT: &str = "remote-support";

/// How long a test waits for something that should happen.
const PATIENCE: Duration = Duration::from_secs(10);

/// A desk with one pool.
pub struct Desk<A = App> {
    pub app: A,
    pub pool: String,
    /// A back end, which reads, and signs users in and out.
    pub key: Who,
}

/// An agent of the desk.
#[derive(Clone)]
pub struct Agent {
    pub id: String,
    pub who: Who,
}

/// A signed-in agent.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub id: String,
    pub token: Who,
}

/// A waiting agent.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: String,
    pub token: Who,
}

pub fn device(id: &str) -> Value {
    json!({"id": id, "name": format!("Device {id}"), "kind": "desktop"})
}

pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

impl Desk {
    /// A desk whose pool has this many seats, and these rules besides the usual ones.
    pub async fn with(seats: u32, rules: Value) -> Self {
        Self::of(App::with_account().await, seats, rules).await
    }

    /// The same on a server with an existing account.
    pub async fn of(app: App, seats: u32, rules: Value) -> Self {
        let pool = app.default_pool().await;
        let change = json!({"seats": seats, "rules": rules});
        app.operator().patch(&format!("pools/{pool}"), change).await.ok();
        let key = app.key(&["read", "sign-ins.write"]).await;
        Self { app, pool, key }
    }

    /// A desk where signing in takes the seat.
    pub async fn with_seats(seats: u32) -> Self {
        Self::with(seats, json!({})).await
    }
}

impl<'a> Desk<&'a App> {
    /// Another desk in an account, with additional seats.
    pub async fn in_new_pool(app: &'a App, name: &str, seats: u32) -> Self {
        let bought = json!({"plan": "enterprise", "products": {
            PRODUCT: {"named_seats": 2, "shared_seats": 1000},
        }});
        app.operator().put("subscription", bought).await.ok();
        let body = json!({"name": name, "product": PRODUCT, "seats": seats});
        let pool = app.operator().post("pools", body).await.created();
        Self {
            app,
            pool: text(&pool["id"]),
            key: App::operator_key(),
        }
    }
}

impl<A: std::borrow::Borrow<App>> Desk<A> {
    fn app(&self) -> &App {
        self.app.borrow()
    }

    pub async fn agent(&self, name: &str) -> Agent {
        let (id, who) = self.app().member(name).await;
        let license = json!({"kind": "shared", "pool": self.pool});
        let path = format!("users/{id}/licenses/{PRODUCT}");
        self.app().operator().put(&path, license).await.ok();
        Agent { id, who }
    }

    pub async fn try_sign_in(&self, agent: &Agent, more: Value) -> Answer {
        let mut body = agent.body();
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.app().by(&agent.who).post("sign-ins", body).await
    }

    pub async fn sign_in(&self, agent: &Agent) -> SignedIn {
        SignedIn::of(&self.try_sign_in(agent, json!({})).await.created())
    }

    pub async fn wait(&self, agent: &Agent) -> Waiting {
        let answer = self.try_sign_in(agent, json!({"wait": true})).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        Waiting::of(&answer.json())
    }

    pub async fn start(&self, signed_in: &SignedIn, start: &str) -> Value {
        let body = json!({"sign_in": signed_in.id, "kind": "call", "start": start});
        self.app()
            .by(&signed_in.token)
            .post("sessions", body)
            .await
            .created()
    }

    pub async fn advance(&self, secs: u32) {
        self.app().engine.advance(Secs::new(secs)).await;
    }

    /// Moves the clock in steps, so that all the given agents stay alive.
    pub async fn advance_alive(&self, secs: u32, alive: &[&SignedIn]) {
        let mut left = secs;
        while left > 0 {
            let step = left.min(60);
            self.advance(step).await;
            left -= step;
            let ids: Vec<_> = alive.iter().map(|it| it.id.clone()).collect();
            let body = json!({"sign_ins": ids});
            self.app().by(&self.key).post("heartbeats", body).await.ok();
        }
    }

    pub async fn occupied(&self) -> Value {
        let usage = self.app().operator().get("usage").await.ok();
        usage["products"][0]["pools"][0]["occupied"].clone()
    }

    pub async fn follow(&self, who: &Who, path: &str, last_id: Option<&str>) -> Stream {
        Stream::open(self.app(), who, path, last_id).await
    }
}

impl Agent {
    /// The body that signs them in on their laptop.
    pub fn body(&self) -> Value {
        let id = format!("laptop-{}", &self.id[self.id.len() - 6..]);
        json!({"user": self.id, "product": PRODUCT, "device": device(&id)})
    }
}

impl SignedIn {
    pub fn of(answer: &Value) -> Self {
        Self {
            id: text(&answer["sign_in"]["id"]),
            token: Who(Some(text(&answer["token"]))),
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("sign-ins/{}{rest}", self.id)
    }
}

impl Waiting {
    pub fn of(answer: &Value) -> Self {
        Self {
            id: text(&answer["ticket"]["id"]),
            token: Who(Some(text(&answer["token"]))),
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("tickets/{}{rest}", self.id)
    }
}

/// An open stream of events.
pub struct Stream {
    body: Body,
    read: String,
    /// The last event id, as a browser stores it.
    pub last_id: String,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its own id, if it has one.
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

impl Stream {
    pub async fn open(app: &App, who: &Who, path: &str, last_id: Option<&str>) -> Self {
        let mut request = Request::builder().method(Method::GET).uri(app.path(path));
        if let Some(token) = &who.0 {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self {
            body: response.into_body(),
            read: String::new(),
            last_id: last_id.unwrap_or_default().to_owned(),
        }
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                let mut lines = block.lines();
                lines.find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
            };
            let id = field("id");
            if let Some(id) = &id {
                self.last_id.clone_from(id);
            }
            if let Some(name) = field("event") {
                let data = serde_json::from_str(&field("data").unwrap()).unwrap();
                return Some(Told { id, name, data });
            }
        }
    }

    /// The next event, by its name.
    pub async fn expect(&mut self, name: &str) -> Told {
        let told = self
            .next()
            .await
            .unwrap_or_else(|| panic!("the stream ended before `{name}`"));
        assert_eq!(told.name, name, "{told:?}");
        told
    }

    pub async fn ends(&mut self) {
        assert_eq!(self.next().await, None);
    }

    /// The next keep-alive, which comes before any event.
    pub async fn alive(&mut self) {
        let block = self.block().await.unwrap();
        assert!(block.starts_with(": alive"), "{block}");
    }

    /// Reads until the stream has sent its start.
    pub async fn begun(mut self) -> Self {
        while self.last_id.is_empty() {
            let block = self.block().await.unwrap();
            assert!(!block.contains("event:"), "{block}");
            let id = block.lines().find_map(|line| line.strip_prefix("id: "));
            id.unwrap_or_default().clone_into(&mut self.last_id);
        }
        self
    }

    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                return Some(block);
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame());
            let frame = frame.await.unwrap();
            let data = frame?.unwrap().into_data().unwrap();
            self.read.push_str(std::str::from_utf8(&data).unwrap());
        }
    }
}
