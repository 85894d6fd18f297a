//! Requests every page and form of the portal as every kind of visitor, and compares the answers with the table.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use tokio::sync::OnceCell;
use usher_domain::permission::{Privilege, Role, Scope};
use usher_domain::presence::Start;
use usher_domain::text::Code;
use usher_domain::user::License;
use usher_domain::{
    Actor, ApiKeyId, GroupId, PoolId, SessionId, SubscriptionRequestId, TeamId, TopUpId, UserId,
};
use usher_engine::{Cause, Request};
use usher_identity::{draw_bits, draw_code};
use usher_testkit as kit;

use crate::app::{App, Browser, form};
use crate::desk::Desk;
use crate::rules::rules;
use crate::tables::{Table, table, tables};

/// An id that never existed.
const UNKNOWN: &str = "01h2xcejqtf2nbrexx3vqjhp41";

/// The visitors, in the order of the table's columns.
async fn visitors(desk: &Desk) -> Vec<Visitor> {
    let app = &desk.app;
    let another = app.account("Another").await;
    app.user(another, "Stan", "stan@example.com", Role::Owner).await;
    app.user(desk.account, "Mia", "mia@example.com", Role::Member)
        .await;
    app.user(desk.account, "Ada", "ada@example.com", Role::Admin)
        .await;
    for (name, privilege) in [
        ("Uma", Privilege::UsersManage),
        ("Sia", Privilege::SeatsManage),
        ("Sue", Privilege::SubscriptionManage),
        ("Rea", Privilege::ReportsView),
        ("Seth", Privilege::SettingsManage),
    ] {
        desk.manager(name, privilege).await;
    }
    let visitors = [
        ("nobody", None),
        ("bearer", None),
        ("stranger", Some("stan@example.com")),
        ("member", Some("mia@example.com")),
        ("users", Some("uma@example.com")),
        ("seats", Some("sia@example.com")),
        ("subscription", Some("sue@example.com")),
        ("reports", Some("rea@example.com")),
        ("settings", Some("seth@example.com")),
        ("admin", Some("ada@example.com")),
        ("owner", Some("olga@example.com")),
    ];
    visitors
        .map(|(name, email)| Visitor {
            name,
            email,
            browser: Browser::default(),
        })
        .into()
}

/// One kind of visitor.
struct Visitor {
    /// The name of the column.
    name: &'static str,
    email: Option<&'static str>,
    browser: Browser,
}

impl Visitor {
    /// Signs in if necessary: some forms end the session of their sender.
    async fn come_in(&mut self, app: &App) {
        let Some(email) = self.email else {
            return;
        };
        if app.get(&self.browser, "/me").await.status != StatusCode::OK {
            self.browser = app.sign_in(email).await;
        }
    }

    /// Sends a request. A form has the token of a page that the visitor may see.
    async fn ask(&self, app: &App, method: &Method, path: &str, fields: &[(&str, &str)]) -> Response {
        let mut headers = vec![("accept", "text/html")];
        if self.name == "bearer" {
            headers.push(("authorization", OPERATOR));
        }
        let mut body = String::new();
        if *method == Method::POST {
            let page = if self.email.is_some() { "/me" } else { "/sign-in" };
            let token = app.get(&self.browser, page).await.token();
            let token = token.as_deref().map(|token| ("_csrf", token));
            body = form(&fields.iter().copied().chain(token).collect::<Vec<_>>());
        }
        app.send(&self.browser, method.clone(), path, &headers, body)
            .await
    }
}

const OPERATOR_KEY: &str = "usher_op_of_the_tests_0123456789abcdef";
const OPERATOR: &str = "Bearer usher_op_of_the_tests_0123456789abcdef";

/// The things that pages are about. They are created again for each visitor, because one may delete them.
struct Things<'a> {
    desk: &'a Desk,
    name: String,
    user: OnceCell<UserId>,
}

impl Things<'_> {
    fn bits(&self) -> u128 {
        draw_bits(self.desk.app.app.engine().now()).unwrap()
    }

    async fn pool(&self, seats: u32) -> PoolId {
        self.desk.add_pool(&format!("Pool {}", self.name), seats).await
    }

    async fn user(&self) -> UserId {
        let name = format!("User {}", self.name);
        *self
            .user
            .get_or_init(|| self.desk.agent_of(&name, self.desk.pool))
            .await
    }

    async fn team(&self) -> TeamId {
        let id = TeamId::from_bits(self.bits());
        let members = [self.user().await].into();
        let team = kit::create_team(id, &format!("Team {}", self.name), members);
        self.desk.give(team).await;
        id
    }

    async fn group(&self) -> GroupId {
        let id = GroupId::from_bits(self.bits());
        let members = [self.user().await].into();
        let group = kit::create_group(id, &format!("Group {}", self.name), members);
        self.desk.give(group).await;
        id
    }

    async fn key(&self) -> ApiKeyId {
        let id = ApiKeyId::from_bits(self.bits());
        let key = kit::create_key(id, &format!("Key {}", self.name), &[Scope::Read]);
        self.desk.give(key).await;
        id
    }

    /// A request for minutes that waits for the operator.
    async fn request(&self) -> SubscriptionRequestId {
        let key = ApiKeyId::from_bits(self.bits());
        self.desk
            .give(kit::create_key(key, "Buyer", &[Scope::SubscriptionManage]))
            .await;
        let bits = self.bits();
        let asked = Request {
            actor: Actor::ApiKey {
                id: key,
                scopes: [Scope::SubscriptionManage].into(),
            },
            cause: Cause::from("test"),
            command: kit::add_or_ask_for_minutes(TopUpId::from_bits(self.bits()), 5, kit::request(bits)),
        };
        let asked = self
            .desk
            .app
            .engine
            .execute(self.desk.account, asked, |_, (), _| ());
        asked.await.unwrap();
        SubscriptionRequestId::from_bits(bits)
    }

    /// A session of the user that waits for its customer, and its code.
    async fn session(&self) -> (SessionId, Code) {
        let sign_in = self.desk.sign_in(self.user().await).await;
        let (id, code) = (SessionId::from_bits(self.bits()), draw_code().unwrap());
        let session = kit::call(id, sign_in).start(Start::Standby).code(code.as_str());
        let session = session.command();
        self.desk.give(session).await;
        (id, code)
    }

    /// The path with the id of a thing for each name in braces.
    async fn address(&self, path: &str) -> String {
        let mut address = path.replace("{account}", &self.desk.account.to_string());
        while let Some((before, rest)) = address.split_once('{') {
            let (name, after) = rest.split_once('}').unwrap();
            let value = self.value(name, path).await;
            address = format!("{before}{value}{after}");
        }
        match path {
            "/a/{account}/audit/export" => address + "?format=csv",
            "/a/{account}/users/{user}/reassign" => address + "?product=remote-support",
            _ => address,
        }
    }

    async fn value(&self, name: &str, path: &str) -> String {
        match name {
            "user" if path.contains("/requests/") => {
                let user = self.user().await;
                self.desk.give(kit::ask_for_seat(user, "Please")).await;
                user.to_string()
            }
            "user" => self.user().await.to_string(),
            "pool" if path.ends_with("/users/move") => {
                let pool = self.pool(0).await;
                self.desk.agent_of(&format!("Mover {}", self.name), pool).await;
                pool.to_string()
            }
            "pool" => self.pool(0).await.to_string(),
            "team" => self.team().await.to_string(),
            "group" => self.group().await.to_string(),
            "key" => self.key().await.to_string(),
            "product" => "remote-support".to_owned(),
            "sign_in" => self.desk.sign_in(self.user().await).await.to_string(),
            "session" if path.starts_with("/me/") => format!("sess_{UNKNOWN}"),
            "session" => self.session().await.0.to_string(),
            "ticket" => {
                let pool = self.pool(0).await;
                let waits = self.desk.agent_of(&format!("Waiter {}", self.name), pool).await;
                self.desk.wait(waits).await.to_string()
            }
            "request" => self.request().await.to_string(),
            "verb" => "end".to_owned(),
            "directory" => "okta".to_owned(),
            "code" => self.session().await.1.to_string(),
            "token" => "usher_setup_none".to_owned(),
            // Of the right length: with a piece of a link, the page says that it is one.
            "secret" if path.starts_with("/reset-password/") => format!("usher_reset_{}", "a".repeat(52)),
            "secret" => format!("usher_invite_{}", "a".repeat(52)),
            "*rest" | "version" => "nothing".to_owned(),
            _ => panic!("`{name}` of {path} has no value here: add one"),
        }
    }

    /// The fields of a form, valid enough to be accepted from visitors who may send it.
    async fn fields(&self, path: &str) -> Vec<(&'static str, String)> {
        let given = |fields: &[(&'static str, &str)]| {
            let owned = |(name, value): &(&'static str, &str)| (*name, (*value).to_owned());
            fields.iter().map(owned).collect::<Vec<_>>()
        };
        let name = &self.name;
        let page = path.strip_prefix("/a/{account}/").unwrap_or(path);
        match page {
            // Its desk has no seats that end, so there is nothing to choose.
            "give-back" => given(&[("product", "remote-support")]),
            "teams" | "teams/{team}" | "groups" | "groups/{group}" => vec![("name", format!("Named {name}"))],
            "teams/{team}/add"
            | "teams/{team}/take-out"
            | "groups/{group}/add"
            | "groups/{group}/take-out" => vec![("user", self.user().await.to_string())],
            "users" => vec![
                ("name", format!("New {name}")),
                ("email", format!("new.{}@example.net", name.replace(' ', "."))),
                ("role", "member".to_owned()),
            ],
            "users/invite" | "users/invite/do" => vec![
                (
                    "list",
                    format!("Listed,listed.{}@example.net", name.replace(' ', ".")),
                ),
                ("list_id", "0".to_owned()),
            ],
            "users/{user}" => vec![
                ("name", format!("Changed {name}")),
                ("email", format!("changed.{}@example.net", name.replace(' ', "."))),
                ("role", "member".to_owned()),
            ],
            "settings/time-zone" => given(&[("time_zone", "Europe/Ljubljana")]),
            "/me/preferences" => given(&[("time_zone", "Europe/Ljubljana"), ("theme", "dark")]),
            "users/bulk" | "users/bulk/do" => vec![
                ("act", "deactivate".to_owned()),
                ("user", self.user().await.to_string()),
            ],
            "users/{user}/licenses/{product}" => given(&[("license", "none")]),
            "users/{user}/password" => given(&[("password", NEW_PASSWORD), ("password_again", NEW_PASSWORD)]),
            "users/{user}/reassign" => vec![
                ("product", "remote-support".to_owned()),
                ("to", self.desk.agent(&format!("Other {name}")).await.to_string()),
            ],
            "api-keys" => vec![
                ("id", ApiKeyId::from_bits(self.bits()).to_string()),
                ("name", format!("Made {name}")),
                ("scopes", "read".to_owned()),
            ],
            "subscription" => given(&[
                ("plan", "enterprise"),
                ("named_seats-remote-support", "9000"),
                ("shared_seats-remote-support", "9000"),
            ]),
            "subscription/minutes" => vec![
                ("top_up", TopUpId::from_bits(self.bits()).to_string()),
                ("minutes", "5".to_owned()),
            ],
            "api-keys/{key}/rotate" => given(&[("overlap", "0")]),
            "pools/new" | "pools/{pool}" => pool_fields(name),
            "requests/{user}/{product}" => given(&[("answer", "decline")]),
            "start/pool" => vec![
                ("pool", self.desk.pool.to_string()),
                ("name", format!("First {name}")),
                ("seats", "1000".to_owned()),
            ],
            "start/people" => vec![
                (
                    "people",
                    format!("First first.{}@example.net", name.replace(' ', ".")),
                ),
                ("license-remote-support", "none".to_owned()),
            ],
            "pools/step" => vec![("lower", self.desk.pool.to_string())],
            "pools/move-seats" => vec![
                ("from", self.desk.pool.to_string()),
                ("to", self.pool(0).await.to_string()),
                ("seats", "1".to_owned()),
            ],
            "pools/{pool}/users/move" => {
                vec![("which", "all".to_owned()), ("to", self.desk.pool.to_string())]
            }
            "seats/sign-out" => {
                let sign_in = self.desk.sign_in(self.user().await).await;
                vec![("sign_in", sign_in.to_string())]
            }
            "sessions/end" | "seats/end" => vec![("session", self.session().await.0.to_string())],
            // Wrong passwords: right ones would soon be too many for one address.
            "/sign-in" => vec![
                ("email", format!("{}@example.net", name.replace(' ', "."))),
                ("password", NEW_PASSWORD.to_owned()),
            ],
            "/forgotten-password" => vec![("email", format!("{}@example.net", name.replace(' ', ".")))],
            "/join" => vec![("code", self.session().await.1.to_string())],
            "settings/permissions" => given(&[("view_own", "on"), ("control_own", "on")]),
            "settings/origins" => given(&[("cors_origins", "https://desk.example.com")]),
            "settings/products" => given(&[("product-remote-support", "Remote help")]),
            "settings/pool-defaults" => given(&rules()),
            _ => Vec::new(),
        }
    }
}

/// Strong enough for every user.
const NEW_PASSWORD: &str = "vellum quartz 91 heron";

fn pool_fields(name: &str) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("name", format!("Called {name}")),
        ("product", "remote-support".to_owned()),
        ("seats", "0".to_owned()),
    ];
    fields.extend(rules().into_iter().map(|(name, value)| (name, value.to_owned())));
    fields
}

/// The table's entry for an answer: its status, or the redirect to the sign-in page. A stream is recognized by its
/// first message.
async fn told(answer: Response) -> String {
    let header = |name| {
        answer
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    if answer.status() == StatusCode::SEE_OTHER && header(header::LOCATION).starts_with("/sign-in") {
        return "sign-in".to_owned();
    }
    if header(header::CONTENT_TYPE) == "text/event-stream" {
        let first = answer
            .into_body()
            .frame()
            .await
            .unwrap()
            .unwrap()
            .into_data()
            .unwrap();
        let shows = first.starts_with(b"id: ");
        return if shows { "live" } else { "over" }.to_owned();
    }
    answer.status().as_u16().to_string()
}

/// Requests a page as every visitor. Returns the entries in the order of the columns.
async fn answers(
    desk: &Desk,
    visitors: &mut [Visitor],
    row: &str,
    method: &Method,
    path: &str,
) -> Vec<String> {
    let mut cells = Vec::new();
    for visitor in visitors {
        visitor.come_in(&desk.app).await;
        let name = format!("{row} {}", visitor.name);
        let user = OnceCell::new();
        let things = Things { desk, name, user };
        let address = things.address(path).await;
        let fields = if *method == Method::POST {
            things.fields(path).await
        } else {
            Vec::new()
        };
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        cells.push(told(visitor.ask(&desk.app, method, &address, &fields).await).await);
    }
    cells
}

/// The table of pages.
fn rows() -> Table {
    table(tables()[1])
}

#[tokio::test]
async fn every_page_and_form_answers_everybody_as_the_table_says() {
    let (columns, rows) = rows();
    let desk = Desk::open(1000).await;
    desk.app
        .app
        .identity()
        .set_operator_key(OPERATOR_KEY, desk.app.app.engine().now())
        .await
        .unwrap();
    let mut visitors = visitors(&desk).await;
    assert_eq!(
        columns,
        visitors.iter().map(|visitor| visitor.name).collect::<Vec<_>>()
    );
    let mut wrong = String::new();
    let addresses = usher_portal::addresses()
        .into_iter()
        .filter(|(_, path)| !is_of_operator(path));
    for (number, (method, path)) in addresses.enumerate() {
        let made = answers(&desk, &mut visitors, &number.to_string(), &method, &path).await;

        let row = format!("{method} {path}");
        if rows.get(row.as_str()).is_none_or(|row| *row != made) {
            let _ = writeln!(wrong, "| {row} | {} |", made.join(" | "));
        }
    }
    assert!(
        wrong.is_empty(),
        "these pages answer otherwise than docs/authorization.md says:\n{wrong}"
    );
}

#[tokio::test]
async fn a_license_opens_the_seats_of_its_pool_and_nothing_else() {
    let (columns, rows) = rows();
    let is_member = columns.iter().position(|name| *name == "member").unwrap();
    let licensed = table(tables()[3]).1;
    let desk = Desk::open(1000).await;
    let lia = desk.member("Lia").await;
    desk.seat(lia, License::Shared(desk.pool)).await;
    let mut visitors = vec![Visitor {
        name: "licensed",
        email: Some("lia@example.com"),
        browser: Browser::default(),
    }];
    let mut wrong = String::new();
    let addresses = usher_portal::addresses()
        .into_iter()
        .filter(|(_, path)| !is_of_operator(path));
    for (number, (method, path)) in addresses.enumerate() {
        let made = answers(&desk, &mut visitors, &number.to_string(), &method, &path).await;

        let row = format!("{method} {path}");
        let member = rows.get(row.as_str()).map(|row| row[is_member]);
        let said = licensed.get(row.as_str()).map(|row| row[0]).or(member);
        if said != Some(&*made[0]) {
            let _ = writeln!(wrong, "| {row} | {} |", made[0]);
        }
    }
    assert!(
        wrong.is_empty(),
        "these pages answer a member with a license otherwise than docs/authorization.md says:\n{wrong}"
    );
}

/// Whether a page is an operator's: those have a table of their own (`operator/authorization.rs`).
pub fn is_of_operator(path: &str) -> bool {
    path == "/operator" || path.starts_with("/operator/")
}

#[test]
fn the_tables_have_no_row_without_a_page() {
    let addresses: Vec<_> = usher_portal::addresses()
        .into_iter()
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let operator_pages = table(tables()[2]);
    let licensed = table(tables()[3]);
    let others = operator_pages.1.keys().chain(licensed.1.keys());
    for row in rows().1.keys().chain(others) {
        assert!(addresses.iter().any(|address| address == row), "{row}");
    }
}
