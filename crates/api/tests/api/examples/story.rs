//! A help desk, from creating the account to helping a customer.

use serde_json::{Value, json};
use usher_app::Config;
use usher_domain::Secs;
use usher_identity::single_sign_on::Reach;

use super::recorder::Recorder;
use crate::app::{App, Who};
use crate::desk::{Stream, text};

const PRODUCT: &str = "remote-support";

/// A user with a token.
struct Person {
    id: String,
    who: Who,
}

/// Plays the story. Returns the records.
pub async fn tell() -> Value {
    let app = App::configured(Config {
        sandbox: true,
        providers: Reach::PrivateToo,
        ..Config::default()
    });
    let mut story = Recorder::new(app.await);
    let operator = App::operator_key();
    for path in ["/livez", "/readyz"] {
        story.get(&operator, path).await;
    }
    account(&mut story, &operator).await;
    let pools = pools(&mut story, &operator).await;
    let people = people(&mut story, &operator, &pools).await;
    credentials(&mut story, &operator).await;
    directory(&mut story, &operator, &people).await;
    queue(&mut story, &operator, &people).await;
    work(&mut story, &people).await;
    tickets_of_work(&mut story, &people).await;
    records(&mut story, &operator).await;
    story.done()
}

async fn account(story: &mut Recorder, operator: &Who) {
    let body = json!({"name": "Contoso Support", "external_id": "crm-4711", "metadata": {"region": "emea"}});
    let account = story.twice(operator, "POST /v1/accounts", body).await;
    story.app.account = text(&account["id"]).parse().unwrap();
    story.get(operator, "/v1/accounts").await;
    story.get(operator, "").await;
    let body = json!({"metadata": {"region": "emea", "contract": "2026-17"}});
    story.call(operator, "PATCH ", body).await;
    let bought = json!({"plan": "enterprise", "products": {PRODUCT: {"named_seats": 2, "shared_seats": 10}}});
    story.call(operator, "PUT subscription", bought).await;
    let lent = json!({
        "plan": "enterprise",
        "products": {PRODUCT: {
            "named_seats": 2, "shared_seats": 10,
            "temporary": [{"shared_seats": 2, "until": "2027-04-30T22:00:00Z"}],
        }},
        "terms": {"start": "2026-11-01T00:00:00Z", "end": "2027-11-01T00:00:00Z", "renewal_months": 12, "grace_days": 14},
    });
    story.call(operator, "PUT subscription", lent).await;
    story.get(operator, "subscription").await;
    let pool = story.app.default_pool().await;
    let choice = json!({"product": PRODUCT, "pools": [{"pool": pool, "seats": 2}]});
    story.call(operator, "PUT subscription/give-back", choice).await;
    story.get(operator, "subscription/give-back").await;
    story
        .call(operator, "POST minutes", json!({"minutes": 500}))
        .await;
    requests(story, operator).await;
    let bounds = json!({
        "products": {PRODUCT: {"named_seats": {"min": 2, "max": 20}, "shared_seats": {"min": 10, "max": 50}}},
        "minutes_per_30_days": 1000,
    });
    let management = json!({"mode": "within_bounds", "bounds": bounds});
    story
        .call(operator, "PUT subscription-management", management)
        .await;
    story.get(operator, "subscription-management").await;
    story.get(operator, "/v1/subscription-changes").await;
    let change = json!({
        "cors_origins": ["https://support.example.com"], "product_names": {PRODUCT: "Remote help"},
        "product_colors": {PRODUCT: "violet"},
        "time_zone": "Europe/Ljubljana",
    });
    story.call(operator, "PATCH settings", change).await;
    story.get(operator, "settings").await;
}

/// What a program of the account asks the operator for.
async fn requests(story: &mut Recorder, operator: &Who) {
    let buyer = story.app.key(&["subscription.manage"]).await;
    let more = json!({
        "plan": "enterprise", "products": {PRODUCT: {"named_seats": 5, "shared_seats": 10}},
        "note": "For the new team in Lund.",
    });
    let seats = story.call(&buyer, "PUT subscription", more).await;
    let more = json!({"minutes": 500, "note": "The fair in May."});
    let minutes = story.call(&buyer, "POST minutes", more).await;
    story.get(operator, "/v1/subscription-requests").await;
    let approve = format!("POST subscription-requests/{}/approve", text(&minutes["id"]));
    let less = json!({"minutes": 300, "note": "The rest next month."});
    story.call(operator, &approve, less).await;
    let decline = format!("POST subscription-requests/{}/decline", text(&seats["id"]));
    let note = json!({"note": "Please call us first."});
    story.call(operator, &decline, note).await;
    story.get(&buyer, "subscription-requests").await;
    story
        .call(
            &buyer,
            &format!("DELETE subscription-requests/{}", text(&seats["id"])),
            Value::Null,
        )
        .await;
}

/// The pools: one whose seats are taken by sign-ins, and one whose seats are taken by sessions.
async fn pools(story: &mut Recorder, operator: &Who) -> [String; 2] {
    // The default pool has all seats that were bought.
    let default = story.app.default_pool().await;
    let fewer = json!({"seats": 5});
    story
        .app
        .operator()
        .patch(&format!("pools/{default}"), fewer)
        .await
        .ok();
    let rules = json!({
        "preset": "help_desk_shift", "auto_log_off_after_secs": 1800, "max_active_sessions_per_seat": 2,
        "end_notice_secs": 30,
    });
    let shift = json!({"name": "Day shift", "product": PRODUCT, "seats": 2, "rules": rules});
    let shift = text(&story.twice(operator, "POST pools", shift).await["id"]);
    let rules = json!({"occupies": "session", "when_full": ["queue"], "max_active_sessions_per_seat": 1});
    let projects = json!({"name": "Projects", "product": PRODUCT, "seats": 2, "rules": rules});
    let projects = text(&story.call(operator, "POST pools", projects).await["id"]);
    story.get(operator, "pools").await;
    story.get(operator, &format!("pools/{shift}")).await;
    let call = format!("PATCH pools/{shift}");
    story
        .call(operator, &call, json!({"seats": 1, "rules": {"lease_secs": 120}}))
        .await;
    let call = format!("POST pools/{projects}/move-seats");
    story
        .call(operator, &call, json!({"to": shift, "seats": 1}))
        .await;
    let call = format!("PATCH pools/{shift}");
    story.call(operator, &call, json!({"seats": 1})).await;
    [shift, projects]
}

async fn person(
    story: &mut Recorder,
    operator: &Who,
    (name, external_id): (&str, &str),
    pool: &str,
) -> Person {
    let email = format!("{}@example.com", name.split(' ').next().unwrap().to_lowercase());
    let licenses = json!({PRODUCT: {"kind": "shared", "pool": pool}});
    let body = json!({"name": name, "email": email, "licenses": licenses, "external_id": external_id});
    let user = story.twice(operator, "POST users", body).await;
    let id = text(&user["id"]);
    let who = story.app.token_of(&id).await;
    Person { id, who }
}

/// Sven and Eva of the shift; Ida and Max of the projects.
async fn people(story: &mut Recorder, operator: &Who, pools: &[String; 2]) -> [Person; 4] {
    let [shift, projects] = pools;
    let sven = person(story, operator, ("Sven Svensson", "701984"), shift).await;
    story.get(operator, &format!("users/{}", sven.id)).await;
    story.get(operator, "users").await;
    let eva = person(story, operator, ("Eva Lind", "701985"), shift).await;
    let ida = person(story, operator, ("Ida Borg", "701986"), projects).await;
    let max = person(story, operator, ("Max Holm", "701987"), projects).await;
    let nora = person(story, operator, ("Nora Dahl", "701988"), shift).await;
    let change = json!({"role": "manager", "privileges": ["seats.manage"], "billing_contact": true});
    story
        .call(operator, &format!("PATCH users/{}", eva.id), change)
        .await;
    let license = format!("users/{}/licenses/{PRODUCT}", nora.id);
    story
        .call(operator, &format!("PUT {license}"), json!({"kind": "named"}))
        .await;
    let heir = json!({"name": "Kai Berg", "email": "kai@example.com", "assign_seat": false});
    let heir = story.call(operator, "POST users", heir).await;
    story
        .call(
            operator,
            &format!("POST {license}/reassign"),
            json!({"to": heir["id"]}),
        )
        .await;
    seat_requests(story, operator, &nora, projects).await;
    [sven, eva, ida, max]
}

/// Nora asks for a seat and is declined; she asks again and is lent one; she withdraws what she asked then.
async fn seat_requests(story: &mut Recorder, operator: &Who, nora: &Person, pool: &str) {
    let request = format!("users/{}/seat-requests/{PRODUCT}", nora.id);
    let note = json!({"note": "I stand in for Amara until Friday."});
    story
        .call(operator, &format!("PUT {request}"), note.clone())
        .await;
    story.get(operator, "seat-requests").await;
    let reason = json!({"note": "We have one on Monday."});
    story
        .call(operator, &format!("POST {request}/decline"), reason)
        .await;
    story.get(operator, &request).await;
    story
        .call(operator, &format!("PUT {request}"), note.clone())
        .await;
    let grant = json!({"license": {"kind": "shared", "pool": pool, "until": "2100-01-01T18:00:00Z"}});
    story
        .call(operator, &format!("POST {request}/grant"), grant)
        .await;
    story.call(operator, &format!("PUT {request}"), note).await;
    story
        .call(operator, &format!("DELETE {request}"), Value::Null)
        .await;
}

async fn credentials(story: &mut Recorder, operator: &Who) {
    let key = json!({"name": "Back end", "scopes": ["read", "sign-ins.write"]});
    let key = story.twice(operator, "POST api-keys", key).await;
    story.get(operator, "api-keys").await;
    let call = format!("POST api-keys/{}/rotate", text(&key["id"]));
    story.call(operator, &call, json!({"overlap_secs": 3600})).await;

    let key = json!({"name": "Billing", "scopes": ["billing.manage"]});
    let key = story.twice(operator, "POST /v1/operator-keys", key).await;
    let call = format!("POST /v1/operator-keys/{}/rotate", text(&key["id"]));
    story.call(operator, &call, json!({"overlap_secs": 3600})).await;
    story.get(operator, "/v1/operator-keys").await;
    story.get(operator, "/v1/operator-keys/audit").await;

    let owner = json!({
        "name": "Olga Owner", "email": "olga@example.com", "role": "owner", "assign_seat": false,
        "password": "teapot anchor lilac",
    });
    story.call(operator, "POST users", owner).await;
    let kim = json!({"name": "Kim Lund", "email": "kim@example.com", "assign_seat": false});
    let kim = text(&story.app.operator().post("users", kim).await.created()["id"]);
    links(story, operator, &format!("users/{kim}/invitation")).await;
    let set = json!({"password": "teapot anchor lilac"});
    story
        .app
        .operator()
        .patch(&format!("users/{kim}"), set)
        .await
        .ok();
    links(story, operator, &format!("users/{kim}/password-reset-link")).await;
    let body = json!({
        "account": story.app.account, "email": "olga@example.com", "password": "teapot anchor lilac",
    });
    story.call(&Who(None), "POST /v1/tokens", body).await;

    let issuer = crate::single_sign_on::provider().await;
    story.show(&issuer, "https://login.example.com/tenant");
    let provider = json!({
        "issuer": issuer, "client_id": "usher", "client_secret": "s3cret-of-the-client", "label": "Acme",
        "email_domains": ["example.com"],
    });
    story.call(operator, "PUT single-sign-on", provider).await;
    story.get(operator, "single-sign-on").await;
}

/// A one-time link is made and revoked.
async fn links(story: &mut Recorder, operator: &Who, path: &str) {
    let made = json!({"delivery": "shown"});
    for (call, body) in [("POST", made), ("DELETE", Value::Null)] {
        story.call(operator, &format!("{call} {path}"), body).await;
    }
}

async fn directory(story: &mut Recorder, operator: &Who, [sven, eva, ..]: &[Person; 4]) {
    let team = json!({"name": "Nordics", "members": [sven.id]});
    let team = text(&story.twice(operator, "POST teams", team).await["id"]);
    story.get(operator, "teams").await;
    story.get(operator, &format!("teams/{team}")).await;
    let change = format!("PATCH teams/{team}");
    story
        .call(operator, &change, json!({"name": "Nordic countries"}))
        .await;
    // A list of two would have a different order in every run: that of their ids.
    let both = json!({"members": [sven.id, eva.id]});
    story.call(operator, &change, both).await;
    let group = json!({"name": "Agents", "external_id": "agents", "members": [sven.id]});
    let group = text(&story.twice(operator, "POST groups", group).await["id"]);
    let mapping = json!({"team": team, "role": "member"});
    story
        .call(operator, &format!("PUT groups/{group}/mapping"), mapping)
        .await;
    story.get(operator, "groups").await;
    story.get(operator, &format!("groups/{group}")).await;
    story
        .call(
            operator,
            &format!("PATCH groups/{group}"),
            json!({"members": [eva.id]}),
        )
        .await;
}

fn device(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "kind": "desktop"})
}

fn token(answer: &Value) -> Who {
    Who(Some(text(&answer["token"])))
}

async fn advance(story: &Recorder, secs: u32) {
    story.app.engine.advance(Secs::new(secs)).await;
}

/// Sven has the shift's only seat, and Eva waits for it.
async fn queue(story: &mut Recorder, operator: &Who, [sven, eva, ..]: &[Person; 4]) {
    let laptop =
        json!({"user": sven.id, "product": PRODUCT, "device": device("laptop-7f3a", "Sven's laptop")});
    let first = story.call(&sven.who, "POST sign-ins", laptop.clone()).await;
    advance(story, 60).await;
    story.call(&sven.who, "POST sign-ins", laptop).await;
    let of_sven = token(&first);
    let sign_in = format!("sign-ins/{}", text(&first["sign_in"]["id"]));
    let mut stream = Stream::open(&story.app, &of_sven, &format!("{sign_in}/events"), None)
        .await
        .begun()
        .await;
    story.get(operator, "sign-ins").await;
    story.get(&of_sven, &sign_in).await;
    let beat = format!("POST {sign_in}/heartbeat");
    story.call(&of_sven, &beat, json!({"active": true})).await;
    let beats = json!({"sign_ins": [first["sign_in"]["id"]]});
    story.call(operator, "POST heartbeats", beats).await;
    let ticket = json!({"sign_in": first["sign_in"]["id"]});
    story.call(&of_sven, "POST stream-tickets", ticket).await;
    story
        .call(
            &of_sven,
            &format!("PUT {sign_in}/lock"),
            json!({"hold_secs": 900}),
        )
        .await;

    let desk = json!({"user": eva.id, "product": PRODUCT, "device": device("desk-2", "Desk 2")});
    let refused = story.app.by(&eva.who).post("sign-ins", desk.clone()).await;
    refused.problem(409, "no-seat-available");
    let mut waiting = desk.clone();
    waiting["wait"] = json!(true);
    let place = story.call(&eva.who, "POST sign-ins", waiting).await;
    story.call(&eva.who, "POST tickets", desk).await;
    let of_eva = token(&place);
    let ticket = format!("tickets/{}", text(&place["ticket"]["id"]));
    let mut queue = Stream::open(&story.app, &of_eva, &format!("{ticket}/events"), None).await;
    story.events(&mut queue, "followTicket", &["queue"]).await;
    story.get(operator, "tickets").await;
    story.get(&of_eva, &ticket).await;
    story.get(operator, "usage").await;
    story.get(&eva.who, &format!("users/{}/contacts", eva.id)).await;
    advance(story, 30).await;

    story
        .call(&of_sven, &format!("DELETE {sign_in}"), Value::Null)
        .await;
    story
        .events(&mut stream, "followSignIn", &["activity", "signed_out"])
        .await;
    story.events(&mut queue, "followTicket", &["offer"]).await;
    for _ in 0..2 {
        let claim = format!("POST {ticket}/claim");
        story.call(&of_eva, &claim, Value::Null).await;
    }
    // Eva goes home, and a seat that is free at once needs no ticket.
    let claimed = format!(
        "DELETE sign-ins/{}",
        text(&place["ticket"]["id"]).replace("tick_", "sign_")
    );
    story.call(&eva.who, &claimed, Value::Null).await;
    for _ in 0..2 {
        let desk = json!({"user": eva.id, "product": PRODUCT, "device": device("desk-2", "Desk 2")});
        story.call(&eva.who, "POST tickets", desk).await;
    }
}

/// Ida helps a customer.
async fn work(story: &mut Recorder, [_, _, ida, _]: &[Person; 4]) {
    let body = json!({"user": ida.id, "product": PRODUCT, "device": device("desk-3", "Desk 3")});
    let signed_in = story.call(&ida.who, "POST sign-ins", body).await;
    let device = token(&signed_in);
    let new = json!({
        "sign_in": signed_in["sign_in"]["id"], "kind": "call", "start": "standby", "external_id": "case-4711",
    });
    let created = story.twice(&device, "POST sessions", new).await;
    let code = text(&created["code"]);
    let session = format!("sessions/{}", text(&created["id"]));
    story.get(&device, &session).await;
    let link = format!("/join/{code}");
    story.get(&Who(None), &link).await;
    let joined = story
        .call(&Who(None), &format!("POST {link}"), json!({"name": "Kim"}))
        .await;
    let kim = token(&joined);
    let mut stream = Stream::open(&story.app, &kim, &format!("{link}/events"), None).await;
    let customers = "followSessionAsCustomer";
    story.events(&mut stream, customers, &["session"]).await;
    story
        .call(
            &device,
            &format!("POST {session}/connect"),
            json!({"customer": {"name": "Kim"}}),
        )
        .await;
    story.get(&device, "sessions").await;
    story
        .call(&device, &format!("POST {session}/pause"), Value::Null)
        .await;
    story
        .call(&device, &format!("POST {session}/resume"), json!({"wait": true}))
        .await;
    advance(story, 30).await;
    story
        .call(
            &device,
            &format!("POST {session}/end"),
            json!({"reason": "Solved."}),
        )
        .await;
    let told = ["session_paused", "session_resumed", "session_ended"];
    story.events(&mut stream, customers, &told).await;
    let new = json!({"sign_in": signed_in["sign_in"]["id"], "kind": "call", "start": "standby"});
    let second = story.call(&device, "POST sessions", new).await;
    let ids = json!({"ids": [second["id"]], "reason": "No customer came."});
    story.call(&device, "POST sessions/end", ids).await;
}

/// Ida and Max share the projects' only seat, which is taken while they work.
async fn tickets_of_work(story: &mut Recorder, [_, _, ida, max]: &[Person; 4]) {
    let mut sign_ins = Vec::new();
    for (person, id) in [(ida, "desk-3"), (max, "desk-4")] {
        let body = json!({"user": person.id, "product": PRODUCT, "device": device(id, id)});
        sign_ins.push(story.call(&person.who, "POST sign-ins", body).await);
    }
    let start = |signed_in: &Value| json!({"sign_in": signed_in["sign_in"]["id"], "kind": "call", "start": "active", "wait": true});
    let [of_ida, of_max] = [token(&sign_ins[0]), token(&sign_ins[1])];
    let of = start(&sign_ins[0]);
    let session = story.call(&of_ida, "POST sessions", of).await;
    let place = story.call(&of_max, "POST sessions", start(&sign_ins[1])).await;
    let session = format!("sessions/{}", text(&session["id"]));
    story
        .call(&of_ida, &format!("POST {session}/pause"), Value::Null)
        .await;
    let claim = format!("POST tickets/{}/claim", text(&place["ticket"]["id"]));
    story.call(&token(&place), &claim, Value::Null).await;
    story
        .call(&of_ida, &format!("POST {session}/resume"), json!({"wait": true}))
        .await;
}

async fn records(story: &mut Recorder, operator: &Who) {
    story.get(operator, "refusals").await;
    story.get(operator, "waits").await;
    let audit = "audit?action=pool.created&limit=1";
    story.get(operator, audit).await;
    for accepted in ["text/csv", "application/x-ndjson"] {
        let accept = [("accept", accepted)];
        let call = format!("GET {audit}");
        story.call_with(operator, &call, Value::Null, &accept).await;
    }
}
