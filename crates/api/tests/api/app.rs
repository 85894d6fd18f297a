//! A whole server without a socket: the router over an engine on a journal in memory, with a clock that is moved by
//! hand.

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use usher_app::Config;
use usher_domain::{AccountId, UserId};
use usher_identity::Secret;
use usher_identity::single_sign_on::Provider;
pub use usher_testkit::START;
use usher_testkit::{AuthenticatorApp, Server, nobody};

const OPERATOR_KEY: &str = "usher_op_of_the_tests_0123456789abcdef";

/// A server, and the account of the requests.
#[derive(Clone)]
pub struct App {
    pub server: Server,
    pub router: Router,
    pub account: AccountId,
}

impl Deref for App {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// The caller: the token after `Bearer `.
#[derive(Clone, Debug)]
pub struct Who(pub Option<String>);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

/// A request being built.
pub struct Call<'a> {
    app: &'a App,
    who: Who,
    headers: Vec<(&'static str, String)>,
}

impl App {
    /// A server without accounts. Requests name the account that [`App::with_account`] would create.
    pub async fn empty() -> Self {
        Self::configured(Config {
            sandbox: true,
            ..Config::default()
        })
        .await
    }

    pub async fn configured(config: Config) -> Self {
        let server = Server::start(config).await;
        server
            .identity
            .set_operator_key(OPERATOR_KEY, START)
            .await
            .unwrap();
        let (router, _) = usher_api::router(Arc::clone(&server.app));
        Self {
            server,
            router,
            account: AccountId::from_bits(0),
        }
    }

    /// A server with one account, which has 2 named and 10 shared seats of `remote-support`.
    pub async fn with_account() -> Self {
        Self::empty().await.furnished().await
    }

    /// The same server with this account.
    pub async fn furnished(self) -> Self {
        let mut app = self;
        app.account = app.new_account("Contoso Support").await;
        let seats = json!({"plan": "enterprise", "products": {
            "remote-support": {"named_seats": 2, "shared_seats": 10},
        }});
        app.operator().put("subscription", seats).await.ok();
        app
    }

    pub async fn new_account(&self, name: &str) -> AccountId {
        let made = self.operator().post("/v1/accounts", json!({"name": name})).await;
        made.created()["id"].as_str().unwrap().parse().unwrap()
    }

    pub fn operator(&self) -> Call<'_> {
        self.by(&Self::operator_key())
    }

    pub fn operator_key() -> Who {
        Who(Some(OPERATOR_KEY.to_owned()))
    }

    /// An operator key with only this scope.
    pub async fn operator_key_for(&self, scope: &str) -> Who {
        let body = json!({"name": format!("For {scope}"), "scopes": [scope]});
        let made = self.operator().post("/v1/operator-keys", body).await.created();
        Who(Some(made["key"].as_str().unwrap().to_owned()))
    }

    pub fn nobody(&self) -> Call<'_> {
        self.by(&Who(None))
    }

    pub fn by(&self, who: &Who) -> Call<'_> {
        Call {
            app: self,
            who: who.clone(),
            headers: Vec::new(),
        }
    }

    /// A user of the account, as the fields say, with a token.
    pub async fn user(&self, name: &str, fields: Value) -> (String, Who) {
        let mut body = json!({
            "name": name,
            "email": format!("{}@example.com", name.to_lowercase()),
            "assign_seat": false,
        });
        let more = fields.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(more);
        let user = self.operator().post("users", body).await.created();
        let id = user["id"].as_str().unwrap().to_owned();
        (id.clone(), self.token_of(&id).await)
    }

    pub async fn owner(&self) -> Who {
        let fields = json!({"role": "owner", "billing_contact": true});
        self.user("Olga", fields).await.1
    }

    pub async fn member(&self, name: &str) -> (String, Who) {
        self.user(name, json!({})).await
    }

    pub async fn manager(&self, name: &str, privilege: &str) -> Who {
        let fields = json!({"role": "manager", "billing_contact": true, "privileges": [privilege]});
        self.user(name, fields).await.1
    }

    pub async fn token_of(&self, user: &str) -> Who {
        let user: UserId = user.parse().unwrap();
        let token = self
            .identity
            .issue_user_token(self.account, user, self.engine.now())
            .await
            .unwrap();
        Who(Some(token.token.into_exposed()))
    }

    /// Sets up a second factor for a user, and returns its app.
    pub async fn second_factor(&self, user: &str) -> AuthenticatorApp {
        let (user, now) = (user.parse().unwrap(), self.engine.now());
        let (app, _) = AuthenticatorApp::set_up(&self.identity, self.account, user, now).await;
        app
    }

    /// The app of a second factor that is not confirmed yet.
    pub async fn drawn_second_factor(&self, user: UserId) -> AuthenticatorApp {
        AuthenticatorApp::of_drawn(&self.identity, self.account, user).await
    }

    /// A key of the account.
    pub async fn key(&self, scopes: &[&str]) -> Who {
        let body = json!({"name": scopes.join(" "), "scopes": scopes});
        let key = self.operator().post("api-keys", body).await.created();
        Who(Some(key["key"].as_str().unwrap().to_owned()))
    }

    /// A provider of the account, stored without requesting its discovery document.
    pub async fn provider(&self) {
        let provider = Provider {
            issuer: "https://login.example.com".parse().unwrap(),
            client_id: "usher".parse().unwrap(),
            scopes: "openid".parse().unwrap(),
            groups_claim: None,
            label: "Acme".parse().unwrap(),
            creates_users: false,
            links_by_email: false,
            email_domains: ["example.com".parse().unwrap()].into(),
            email_claim: "email".parse().unwrap(),
            trusts_addresses: false,
            own_redirect_uri: true,
        };
        let secret = Secret::of_client("a client secret");
        self.identity
            .set_provider(self.account, provider, secret, nobody(), self.engine.now())
            .await
            .unwrap();
    }

    /// The default pool of `remote-support`.
    pub async fn default_pool(&self) -> String {
        let pools = self.operator().get("pools?limit=200").await.ok();
        let pools = pools["items"].as_array().unwrap();
        let default = pools.iter().find(|pool| pool["default"] == true).unwrap();
        default["id"].as_str().unwrap().to_owned()
    }

    /// A path below the account; one that starts with a slash is used as it is.
    pub fn path(&self, path: &str) -> String {
        if path.starts_with('/') {
            return path.to_owned();
        }
        let below = if path.is_empty() {
            String::new()
        } else {
            format!("/{path}")
        };
        format!("/v1/accounts/{}{below}", self.account)
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // A stream has no time limit.
        let is_stream = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|it| it == "text/event-stream");
        let bytes = if is_stream {
            bytes::Bytes::new()
        } else {
            body.collect().await.unwrap().to_bytes()
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}

impl Call<'_> {
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    #[must_use]
    pub fn with_key(self, key: &str) -> Self {
        self.with_header("idempotency-key", key)
    }

    pub async fn get(self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn delete(self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn post(self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn send(self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string());
        self.send_text(method, path, body).await
    }

    /// Sends a raw body, which need not be JSON.
    pub async fn send_text(self, method: Method, path: &str, body: Option<String>) -> Answer {
        let mut request = Request::builder().method(method).uri(self.app.path(path));
        if let Some(token) = &self.who.0 {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let says_type = self.headers.iter().any(|(name, _)| *name == "content-type");
        if body.is_some() && !says_type {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        self.app.send(request).await
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    fn with_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// The body of a 200.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.with_status(200).json()
    }

    /// The body of a 201.
    #[track_caller]
    pub fn created(&self) -> Value {
        self.with_status(201).json()
    }

    /// The body of a 202.
    #[track_caller]
    pub fn accepted(&self) -> Value {
        self.with_status(202).json()
    }

    /// A 204.
    #[track_caller]
    pub fn done(&self) {
        self.with_status(204);
        assert_eq!(self.text, "");
    }

    /// A complete problem document with this status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let mut document = self.with_status(status).json();
        // Each answer has its own, which is removed so that two answers can be compared.
        let request_id = document.as_object_mut().and_then(|it| it.remove("request_id"));
        assert_eq!(
            request_id.as_ref().and_then(Value::as_str),
            Some(self.header("x-request-id"))
        );
        assert_eq!(document["code"], code, "{document}");
        assert_eq!(document["status"], status);
        assert_eq!(document["type"], format!("/problems/{code}"));
        assert_eq!(self.header("content-type"), "application/problem+json");
        for member in ["title", "detail"] {
            assert!(
                document[member].as_str().is_some_and(|it| !it.is_empty()),
                "{document}"
            );
        }
        document
    }
}
