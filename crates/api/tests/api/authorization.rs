//! Every operation of the document, called by every kind of caller: the table lists the expected answers.

use std::fmt::Write as _;

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{Answer, App, Who};
use crate::desk::{Desk, text};
use crate::tables::{Table, table, tables};

/// The callers, in the order of the table's columns.
async fn callers(app: &App) -> Vec<(&'static str, Who)> {
    let stranger = App {
        account: app.new_account("Another").await,
        ..app.clone()
    };
    vec![
        ("nobody", Who(None)),
        ("stranger", stranger.owner().await),
        ("member", app.member("Mia").await.1),
        ("users", app.manager("Uma", "users.manage").await),
        ("seats", app.manager("Sia", "seats.manage").await),
        ("subscription", app.manager("Sue", "subscription.manage").await),
        ("reports", app.manager("Rea", "reports.view").await),
        ("settings", app.manager("Seth", "settings.manage").await),
        ("admin", app.user("Ada", json!({"role": "admin"})).await.1),
        ("owner", app.owner().await),
        ("key:read", app.key(&["read"]).await),
        ("key:sign-ins", app.key(&["sign-ins.write"]).await),
        ("key:manage", app.key(&MANAGE).await),
        ("op:read", app.operator_key_for("accounts.read").await),
        ("op:manage", app.operator_key_for("accounts.manage").await),
        ("op:billing", app.operator_key_for("billing.manage").await),
        ("operator", App::operator_key()),
    ]
}

/// The scopes of a key that manages everything.
const MANAGE: [&str; 5] = [
    "users.manage",
    "seats.manage",
    "subscription.manage",
    "reports.view",
    "settings.manage",
];

/// What a call needs besides its method and path: values for the braces of the path, and a body.
#[derive(Default)]
pub struct Sample {
    pub path: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

impl Sample {
    pub fn of(name: &'static str, value: impl Into<String>) -> Self {
        Self::default().and(name, value)
    }

    pub fn body(body: Value) -> Self {
        Self::default().with(body)
    }

    pub fn and(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.path.push((name, value.into()));
        self
    }

    pub fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// A sample that would succeed for allowed callers: things that it deletes or changes are created again for each call.
#[expect(clippy::too_many_lines, reason = "one row for each operation")]
async fn sample(app: &App, operation: &str, number: usize) -> Option<Sample> {
    let name = format!("{operation} {number}");
    let user =
        json!({"name": name, "email": format!("{operation}-{number}@example.org"), "assign_seat": false});
    let new = |resource: &'static str, body: Value| async move {
        let made = app.operator().post(resource, body).await.created();
        made["id"].as_str().unwrap().to_owned()
    };
    let pool = json!({"name": name, "product": "remote-support", "seats": 0});
    let team = json!({"name": name});
    let key = json!({"name": name, "scopes": ["read"]});
    let operator_key = json!({"name": name, "scopes": ["accounts.read"]});
    Some(match operation {
        "isLive"
        | "isReady"
        | "listAccounts"
        | "getAccount"
        | "getSubscription"
        | "getGiveBack"
        | "getSubscriptionManagement"
        | "listAccountSubscriptionRequests"
        | "listSubscriptionRequests"
        | "listSubscriptionChanges"
        | "getSettings"
        | "listUsers"
        | "listPools"
        | "listSeatRequests"
        | "listTeams"
        | "listGroups"
        | "listApiKeys"
        | "listOperatorKeys"
        | "listOperatorKeyAudit"
        | "listRefusals"
        | "listWaits"
        | "listAudit"
        | "revokeToken"
        | "deleteAccount" => Sample::default(),
        "checkDomain" | "vouchForDomain" | "withdrawDomainProof" => {
            app.provider().await;
            Sample::of("domain", "example.com")
        }
        "getSingleSignOn" | "removeSingleSignOn" => {
            app.provider().await;
            Sample::default()
        }
        "createToken" => {
            let fields = json!({"password": "correct horse battery"});
            app.user(&format!("Petra{number}"), fields).await;
            let email = format!("petra{number}@example.com");
            Sample::body(json!({"account": app.account, "email": email, "password": "correct horse battery"}))
        }
        "createAccount" | "changeAccount" => Sample::body(json!({"name": name})),
        "setSubscription" => Sample::body(json!({"plan": "enterprise", "products": {
            "remote-support": {"named_seats": 5, "shared_seats": 10},
        }})),
        "chooseGiveBack" => {
            let before = app.operator().get("subscription").await.ok();
            let seats =
                |of: &Value| json!({"named_seats": of["named_seats"], "shared_seats": of["shared_seats"]});
            let products = before["products"].as_object().unwrap().iter();
            let mut products: Value = products.map(|(of, bought)| (of.clone(), seats(bought))).collect();
            let ends = json!([{"named_seats": 1, "until": "2999-01-01T00:00:00Z"}]);
            products["lent"] = json!({"named_seats": 1, "temporary": ends});
            let bought = json!({"plan": "enterprise", "products": products});
            app.operator().put("subscription", bought).await.ok();
            Sample::body(json!({"product": "lent"}))
        }
        "setSubscriptionManagement" => Sample::body(json!({"mode": "on_request"})),
        "approveSubscriptionRequest" | "declineSubscriptionRequest" | "removeSubscriptionRequest" => {
            let buyer = app.key(&["subscription.manage"]).await;
            let asked = app
                .by(&buyer)
                .post("minutes", json!({"minutes": 1 + number}))
                .await;
            let asked: Value = serde_json::from_str(&asked.text).unwrap();
            Sample::of("subscription_request", text(&asked["id"])).with(json!({}))
        }
        "addMinutes" => Sample::body(json!({"minutes": 1})),
        "changeSettings" => Sample::body(json!({"session_permissions": {"control_own": false}})),
        // Nothing answers there: callers who may set a provider are told so.
        "setSingleSignOn" => Sample::body(json!({
            "issuer": "https://127.0.0.1:1", "client_id": "usher", "client_secret": "secret", "label": "Acme",
        })),
        "createUser" => Sample::body(user),
        "getUser" | "deleteUser" | "inviteUser" => Sample::of("user", new("users", user).await),
        "removeSecondFactor" => {
            let id = new("users", user).await;
            app.second_factor(&id).await;
            Sample::of("user", id)
        }
        "revokeInvitation" => {
            let id = new("users", user).await;
            let path = format!("users/{id}/invitation");
            app.operator().post(&path, json!({})).await.created();
            Sample::of("user", id)
        }
        "makePasswordResetLink" | "revokePasswordResetLink" => {
            let mut user = user;
            user["password"] = json!("correct horse battery");
            let id = new("users", user).await;
            if operation == "revokePasswordResetLink" {
                let path = format!("users/{id}/password-reset-link");
                app.operator().post(&path, json!({})).await.created();
            }
            Sample::of("user", id)
        }
        "changeUser" => Sample::of("user", new("users", user).await).with(json!({"name": "Another"})),
        "setLicense" | "removeLicense" => {
            let license = json!({"kind": "shared", "pool": app.default_pool().await});
            let sample = Sample::of("user", new("users", user).await).and("product", "remote-support");
            let body = (operation == "setLicense").then_some(license);
            Sample { body, ..sample }
        }
        "sendSeatRequest" => Sample::of("user", new("users", user).await)
            .and("product", "remote-support")
            .with(json!({"note": "Please"})),
        "getSeatRequest" | "withdrawSeatRequest" | "grantSeatRequest" | "declineSeatRequest" => {
            let asker = new("users", user).await;
            let path = format!("users/{asker}/seat-requests/remote-support");
            app.operator().put(&path, json!({"note": "Please"})).await.ok();
            let license = json!({"kind": "shared", "pool": app.default_pool().await});
            let body = match operation {
                "grantSeatRequest" => Some(json!({"license": license})),
                "declineSeatRequest" => Some(json!({"note": "Not today"})),
                _ => None,
            };
            let sample = Sample::of("user", asker).and("product", "remote-support");
            Sample { body, ..sample }
        }
        "reassignLicense" => {
            let license = json!({"kind": "shared", "pool": app.default_pool().await});
            let holder = new("users", user).await;
            let path = format!("users/{holder}/licenses/remote-support");
            app.operator().put(&path, license).await.ok();
            let (heir, _) = app.member(&format!("Heir{number}")).await;
            Sample::of("user", holder)
                .and("product", "remote-support")
                .with(json!({"to": heir}))
        }
        "moveSeats" => {
            let from = app.default_pool().await;
            let to = new("pools", pool).await;
            Sample::of("pool", from).with(json!({"to": to, "seats": 1}))
        }
        "createPool" => Sample::body(pool),
        "getPool" | "deletePool" => Sample::of("pool", new("pools", pool).await),
        "changePool" => Sample::of("pool", new("pools", pool).await).with(json!({"seats": 0})),
        "createTeam" | "createGroup" => Sample::body(team),
        "getTeam" | "deleteTeam" => Sample::of("team", new("teams", team).await),
        "changeTeam" => Sample::of("team", new("teams", team).await).with(json!({"members": []})),
        "getGroup" | "deleteGroup" => Sample::of("group", new("groups", team).await),
        "changeGroup" => Sample::of("group", new("groups", team).await).with(json!({"members": []})),
        "mapGroup" => {
            let license = json!({"remote-support": {"kind": "named"}});
            Sample::of("group", new("groups", team).await).with(json!({"licenses": license}))
        }
        "createApiKey" => Sample::body(key),
        "revokeApiKey" | "rotateApiKey" => Sample::of("api_key", new("api-keys", key).await),
        "createOperatorKey" => Sample::body(operator_key),
        "revokeOperatorKey" | "rotateOperatorKey" => {
            Sample::of("operator_key", new("/v1/operator-keys", operator_key).await)
        }
        _ => return desk_sample(app, operation, number).await,
    })
}

/// The same for what happens at the desk. Every call has its own agent, who is signed in, and another who waits in
/// their own full pool.
async fn desk_sample(app: &App, operation: &str, number: usize) -> Option<Sample> {
    if matches!(
        operation,
        "listSignIns" | "listSessions" | "listTickets" | "getUsage"
    ) {
        return Some(Sample::default());
    }
    let desk = Desk::in_new_pool(app, &format!("{operation} {number}"), 1).await;
    let waiter = desk.agent(&format!("Waiter{number}")).await;
    let agent = desk.agent(&format!("Agent{number}")).await;
    if operation == "signIn" {
        return Some(Sample::body(agent.body()));
    }
    let signed_in = desk.sign_in(&agent).await;
    let ticket = desk.wait(&waiter).await;
    let session = desk.start(&signed_in, "standby").await;
    let (session, code) = (text(&session["id"]), text(&session["code"]));
    let of_sign_in = || Sample::of("sign_in", &signed_in.id);
    let of_session = || Sample::of("session", &session);
    let of_ticket = || Sample::of("ticket", &ticket.id);
    Some(match operation {
        "createStreamTicket" => Sample::body(json!({"sign_in": signed_in.id})),
        "getSignIn" | "signOut" | "sendHeartbeat" | "followSignIn" | "unlockSeat" => of_sign_in(),
        "lockSeat" => of_sign_in().with(json!({"hold_secs": 60})),
        "sendHeartbeats" => Sample::body(json!({"sign_ins": [signed_in.id]})),
        "startSession" => Sample::body(json!({"sign_in": signed_in.id, "kind": "call", "start": "standby"})),
        "getSession" | "connectSession" | "endSession" => of_session(),
        "endSessions" => Sample::body(json!({"ids": [session]})),
        "pauseSession" | "resumeSession" => {
            let by_agent = app.by(&signed_in.token);
            by_agent
                .post(&format!("sessions/{session}/connect"), json!({}))
                .await
                .ok();
            of_session()
        }
        "lookAtSession" | "joinSession" | "leaveSession" | "followSessionAsCustomer" => {
            Sample::of("code", code)
        }
        "openTicket" => Sample::body(waiter.body()),
        "getTicket" | "leaveQueue" | "followTicket" => of_ticket(),
        "claimTicket" => {
            app.by(&signed_in.token).delete(&signed_in.path("")).await.done();
            of_ticket()
        }
        "listContacts" => Sample::of("user", &agent.id),
        _ => return None,
    })
}

/// Calls an operation as every caller. Returns the statuses in the order of the columns.
async fn answers(method: &Method, path: &str, operation: &str) -> Vec<String> {
    let app = App::with_account().await;
    let mut statuses = Vec::new();
    for (number, (_, who)) in callers(&app).await.into_iter().enumerate() {
        let Some(status) = call(&app, &who, method, path, operation, number).await else {
            return vec!["no sample".to_owned()];
        };
        statuses.push(status.to_string());
    }
    statuses
}

/// Calls an operation once. Returns the status of the answer; `None` if there is no sample of it.
async fn call(
    app: &App,
    who: &Who,
    method: &Method,
    path: &str,
    operation: &str,
    number: usize,
) -> Option<u16> {
    let sample = sample(app, operation, number).await?;
    let mut address = path.replace("{account}", &app.account.to_string());
    for (name, value) in sample.path {
        address = address.replace(&format!("{{{name}}}"), &value);
    }
    let answer = app.by(who).send(method.clone(), &address, sample.body).await;
    Some(answer.status.as_u16())
}

/// The operations that a key with these scopes is granted, in the order of their names.
pub async fn granted(scopes: &[&str]) -> Vec<String> {
    let mut granted = Vec::new();
    for (operation, method, path) in operations() {
        let app = App::with_account().await;
        let key = app.key(scopes).await;
        let status = call(&app, &key, &method, &path, &operation, 0).await;
        if status.is_some_and(|status| status < 300) {
            granted.push(operation);
        }
    }
    granted.sort_unstable();
    granted
}

fn operations() -> Vec<(String, Method, String)> {
    let document: Value = serde_json::from_str(&usher_api::openapi_json()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            operations.push((id, method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    operations
}

/// The table of operations.
fn rows() -> Table {
    table(tables()[0])
}

#[tokio::test]
async fn every_operation_answers_everybody_as_the_table_says() {
    let (columns, rows) = rows();
    let names: Vec<_> = callers(&App::with_account().await).await;
    assert_eq!(columns, names.iter().map(|(name, _)| *name).collect::<Vec<_>>());

    let mut wrong = String::new();
    for (operation, method, path) in operations() {
        let made = answers(&method, &path, &operation).await;
        if rows.get(operation.as_str()).is_none_or(|row| *row != made) {
            let _ = writeln!(wrong, "| {operation} | {} |", made.join(" | "));
        }
    }

    assert!(
        wrong.is_empty(),
        "these operations answer otherwise than docs/authorization.md says:\n{wrong}"
    );
}

#[test]
fn the_table_has_no_row_without_an_operation() {
    let operations = operations();
    for operation in rows().1.keys() {
        assert!(operations.iter().any(|(id, _, _)| id == operation), "{operation}");
    }
}

/// The ids in a text, each replaced by an unused one of the same kind.
fn with_unknown_ids(text: &str) -> String {
    const UNKNOWN: &str = "01h2xcejqtf2nbrexx3vqjhp41";
    let is_id = |rest: &str| rest.len() >= UNKNOWN.len() && rest[..UNKNOWN.len()].chars().all(is_id_char);
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(end) = rest.find('_').map(|at| at + 1) {
        replaced.push_str(&rest[..end]);
        rest = &rest[end..];
        if is_id(rest) {
            replaced.push_str(UNKNOWN);
            rest = &rest[UNKNOWN.len()..];
        }
    }
    replaced + rest
}

fn is_id_char(char: char) -> bool {
    char.is_ascii_digit() || char.is_ascii_lowercase()
}

#[tokio::test]
async fn ids_of_another_account_answer_as_if_they_did_not_exist() {
    let home = App::with_account().await;
    let abroad = App {
        account: home.new_account("Another").await,
        ..home.clone()
    };
    let seats =
        json!({"plan": "enterprise", "products": {"remote-support": {"named_seats": 2, "shared_seats": 9}}});
    abroad.operator().put("subscription", seats).await.ok();
    let intruders = [
        ("the owner", home.owner().await),
        ("a key", home.key(&MANAGE).await),
        ("a key that signs in", home.key(&["read", "sign-ins.write"]).await),
        ("the operator", App::operator_key()),
    ];
    let (mut number, mut asked) = (0, 0);
    for (operation, method, path) in operations() {
        let Some(below) = path.strip_prefix("/v1/accounts/{account}") else {
            continue;
        };
        for (name, who) in &intruders {
            number += 1;
            let sample = sample(&abroad, &operation, number).await.unwrap();
            let fill =
                |below: String, (name, value): (&str, String)| below.replace(&format!("{{{name}}}"), &value);
            let address = sample.path.into_iter().fold(below.to_owned(), fill);
            let body = sample.body.map(|body| body.to_string());
            let unknown = (with_unknown_ids(&address), body.as_deref().map(with_unknown_ids));
            if unknown == (address.clone(), body.clone()) {
                continue;
            }
            asked += 1;
            let before = abroad.operator().get("usage").await.text;
            let ask = async |address: String, body| {
                let address = format!("{}{address}", home.path(""));
                home.by(who).send_text(method.clone(), &address, body).await
            };

            let theirs = ask(address, body).await;
            let nobodys = ask(unknown.0, unknown.1).await;

            let told = |answer: &Answer| {
                let text = answer.text.replace(answer.header("x-request-id"), "");
                (answer.status, with_unknown_ids(&text))
            };
            assert_eq!(told(&theirs), told(&nobodys), "{operation} by {name}");
            let after = abroad.operator().get("usage").await.text;
            assert_eq!(after, before, "{operation} by {name}");
        }
    }
    assert!(asked > 100, "only {asked} calls were about things with ids");
}
