//! The second factor, rules for passwords, and the throttling of guesses.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::{Value, json};
use usher_app::{
    ATTEMPTS_PER_ADDRESS, ATTEMPTS_PER_EMAIL, ATTEMPTS_PER_EMAIL_FROM_ANYWHERE, AttemptFrom, CODES_PER_USER,
    JOIN_CODES_PER_ADDRESS,
};
use usher_domain::account::SettingsPatch;
use usher_domain::directory::SignInPatch;
use usher_domain::{Actor, Secs};
use usher_engine::{Cause, Request as Order};
use usher_identity::HashingShare;
use usher_testkit as kit;

use crate::app::{Answer, App, Who};
use crate::desk::{Desk, text};

const PASSWORD: &str = "teapot anchor lilac";

fn credentials(app: &App, email: &str, password: &str) -> Value {
    json!({"account": app.account, "email": email, "password": password})
}

/// A request that came over a socket from this address.
async fn from(app: &App, address: [u8; 4], method: &str, path: &str, body: Value) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if method == "POST" {
        request = request.header("content-type", "application/json");
    }
    let body = if method == "POST" {
        Body::from(body.to_string())
    } else {
        Body::empty()
    };
    let mut request = request.body(body).unwrap();
    let peer = SocketAddr::from((address, 40_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    app.send(request).await
}

async fn require_for_admins(app: &App) {
    let change = SettingsPatch {
        sign_in: SignInPatch {
            second_factor_for_admins: Some(true),
            ..SignInPatch::default()
        },
        ..SettingsPatch::default()
    };
    let order = Order {
        actor: Actor::Operator,
        cause: Cause::from("test"),
        command: kit::change_settings(change),
    };
    app.engine
        .execute(app.account, order, |_, (), _| ())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_token_needs_the_second_factor_of_who_has_one() {
    let app = App::with_account().await;
    let (sven, _) = app.user("Sven", json!({"password": PASSWORD})).await;
    let totp = app.second_factor(&sven).await;
    app.engine.advance(Secs::new(60)).await;
    let ask = async |second_factor: Option<String>| {
        let mut body = credentials(&app, "sven@example.com", PASSWORD);
        if let Some(code) = second_factor {
            body["second_factor"] = json!(code);
        }
        app.nobody().post("/v1/tokens", body).await
    };

    ask(None).await.problem(401, "second-factor-needed");
    ask(Some("000000".into())).await.problem(401, "unauthenticated");
    let shown = totp.code(app.engine.now());
    let token = ask(Some(shown.clone())).await.created();

    let token = Who(Some(text(&token["token"])));
    app.by(&token).get("users").await.ok();
    ask(Some(shown)).await.problem(401, "unauthenticated");
    let mut wrong = credentials(&app, "sven@example.com", "another lilac anchor");
    wrong["second_factor"] = json!("000000");
    app.nobody()
        .post("/v1/tokens", wrong)
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn wrong_codes_are_limited_and_count_only_with_the_right_password() {
    let app = App::with_account().await;
    let (sven, _) = app.user("Sven", json!({"password": PASSWORD})).await;
    let totp = app.second_factor(&sven).await;
    let ask = async |password: &str, code: &str| {
        let mut body = credentials(&app, "sven@example.com", password);
        body["second_factor"] = json!(code);
        app.nobody().post("/v1/tokens", body).await
    };
    for _ in 0..ATTEMPTS_PER_EMAIL {
        ask("another lilac anchor", "000000")
            .await
            .problem(401, "unauthenticated");
    }
    ask("another lilac anchor", "000000")
        .await
        .problem(429, "too-many-attempts");
    app.engine.advance(Secs::new(3_600)).await;
    for _ in 0..CODES_PER_USER {
        ask(PASSWORD, "000000").await.problem(401, "unauthenticated");
    }

    let right = totp.code(app.engine.now());
    let answer = ask(PASSWORD, &right).await;

    answer.problem(429, "too-many-attempts");
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    app.engine.advance(Secs::new(wait)).await;
    ask(PASSWORD, &totp.code(app.engine.now())).await.created();
}

#[tokio::test]
async fn a_user_who_has_to_set_up_a_second_factor_can_do_nothing_else() {
    let app = App::with_account().await;
    let (olga, owner) = app
        .user("Olga", json!({"role": "owner", "password": PASSWORD}))
        .await;
    let (_, manager) = app
        .user("Uma", json!({"role": "manager", "privileges": ["users.manage"]}))
        .await;
    let (_, member) = app.member("Mia").await;

    require_for_admins(&app).await;

    for who in [&owner, &manager] {
        app.by(who)
            .get("users")
            .await
            .problem(403, "second-factor-set-up-needed");
        app.by(who)
            .post("teams", json!({"name": "T"}))
            .await
            .problem(403, "second-factor-set-up-needed");
    }
    app.by(&member).get("users").await.ok();
    app.operator().get("users").await.ok();
    let body = credentials(&app, "olga@example.com", PASSWORD);
    let answer = app.nobody().post("/v1/tokens", body.clone()).await;
    answer.problem(403, "second-factor-set-up-needed");
    let wrong = credentials(&app, "olga@example.com", "another lilac anchor");
    app.nobody()
        .post("/v1/tokens", wrong)
        .await
        .problem(401, "unauthenticated");
    app.second_factor(&olga).await;
    app.nobody()
        .post("/v1/tokens", body)
        .await
        .problem(401, "second-factor-needed");
    let again = app.token_of(&olga).await;
    app.by(&again).get("users").await.ok();
}

#[tokio::test]
async fn requiring_a_second_factor_of_others_needs_your_own() {
    let app = App::with_account().await;
    let (olga, owner) = app
        .user("Olga", json!({"role": "owner", "password": PASSWORD}))
        .await;
    let required = json!({"sign_in": {"second_factor_for_admins": true}});

    let refused = app.by(&owner).patch("settings", required.clone()).await;
    let without = json!({"sign_in": {"second_factor_for_admins": false}});
    app.by(&owner).patch("settings", without).await.ok();
    app.by(&owner).get("users").await.ok();
    app.second_factor(&olga).await;
    let owner = app.token_of(&olga).await;
    let settings = app.by(&owner).patch("settings", required).await.ok();

    assert_eq!(
        refused.problem(422, "invalid")["errors"][0]["field"],
        "sign_in.second_factor_for_admins"
    );
    assert_eq!(settings["sign_in"]["second_factor_for_admins"], true);
    app.by(&owner).get("users").await.ok();
}

#[tokio::test]
async fn a_lost_second_factor_is_removed_by_who_manages_users_and_never_above_them() {
    let app = App::with_account().await;
    let (olga, owner) = app
        .user("Olga", json!({"role": "owner", "password": PASSWORD}))
        .await;
    let (sven, token) = app.user("Sven", json!({"password": PASSWORD})).await;
    let manager = app.manager("Uma", "users.manage").await;
    app.second_factor(&sven).await;
    app.second_factor(&olga).await;
    let path = |id: &str| format!("users/{id}/second-factor");

    app.by(&manager)
        .delete(&path(&olga))
        .await
        .problem(403, "forbidden");
    app.by(&token)
        .delete(&path(&sven))
        .await
        .problem(401, "unauthenticated");
    let token = app.token_of(&sven).await;
    app.by(&token)
        .delete(&path(&sven))
        .await
        .problem(403, "forbidden");
    app.by(&manager).delete(&path(&sven)).await.done();

    app.by(&token).get("users").await.problem(401, "unauthenticated");
    app.by(&manager)
        .delete(&path(&sven))
        .await
        .problem(404, "not-found");
    let body = credentials(&app, "sven@example.com", PASSWORD);
    app.nobody().post("/v1/tokens", body).await.created();
    app.by(&owner).get("users").await.problem(401, "unauthenticated");
    let audit = app.operator().get("audit").await.ok();
    assert_eq!(audit["items"][0]["action"], "user.second_factor_removed");
    assert_eq!(audit["items"][0]["target"], json!(sven));
}

#[tokio::test]
async fn a_manager_of_users_cannot_change_the_credentials_of_admins_and_owners() {
    let app = App::with_account().await;
    let manager = app.manager("Uma", "users.manage").await;
    let key = app.key(&["users.manage"]).await;
    let mut above = Vec::new();
    for (name, role) in [("Adam", "admin"), ("Olga", "owner")] {
        let (id, _) = app.user(name, json!({"role": role, "password": PASSWORD})).await;
        app.second_factor(&id).await;
        let token = app.token_of(&id).await;
        above.push((name, id, token));
    }

    for who in [&manager, &key] {
        for (name, id, token) in &above {
            let user = format!("users/{id}");
            let removed = app.by(who).delete(&format!("{user}/second-factor")).await;
            removed.problem(403, "forbidden");
            let change = json!({"password": "another lilac anchor"});
            app.by(who).patch(&user, change).await.problem(403, "forbidden");

            let id = id.parse().unwrap();
            assert!(app.identity.has_second_factor(app.account, id));
            let known = app.identity.verify_password(
                HashingShare::default(),
                app.account,
                Some(id),
                PASSWORD.to_owned(),
            );
            assert!(known.await.unwrap(), "{name}");
            app.by(token).get("users").await.ok();
        }
    }
}

#[tokio::test]
async fn nobody_gets_an_easily_guessed_password() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let new = |password: &str| json!({"name": "Nora", "email": "nora@example.com", "password": password});

    for (password, word) in [
        ("password1234", "lists that are tried first"),
        ("nora@example.com", "your name"),
        ("aaaaaaaaaaaaaaaa", "repeats itself"),
        ("short", "at least 12 characters"),
    ] {
        let refused = app
            .operator()
            .post("users", new(password))
            .await
            .problem(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], "password");
        let message = text(&refused["errors"][0]["message"]);
        assert!(message.contains(word), "{password}: {message}");
    }
    let change = json!({"password": "sven@example.com"});
    app.operator()
        .patch(&format!("users/{sven}"), change)
        .await
        .problem(422, "invalid");
    app.operator().post("users", new(PASSWORD)).await.created();
}

#[tokio::test]
async fn every_failed_sign_in_costs_one_hash() {
    let app = App::with_account().await;
    app.user("Sven", json!({"password": PASSWORD})).await;
    app.user("Petra", json!({})).await;
    let (nora, _) = app.user("Nora", json!({"password": PASSWORD})).await;
    app.operator()
        .patch(&format!("users/{nora}"), json!({"active": false}))
        .await
        .ok();
    let (olaf, _) = app.user("Olaf", json!({"password": PASSWORD})).await;
    app.operator().delete(&format!("users/{olaf}")).await.done();
    let deleted = App {
        account: app.new_account("Gone").await,
        ..app.clone()
    };
    deleted.user("Sven", json!({"password": PASSWORD})).await;
    deleted.operator().delete("").await.done();

    let mut answers = Vec::new();
    for (app, email, password) in [
        (&app, "sven@example.com", "another lilac anchor"),
        (&app, "petra@example.com", PASSWORD),
        (&app, "nora@example.com", PASSWORD),
        (&app, "olaf@example.com", PASSWORD),
        (&app, "nobody@example.com", PASSWORD),
        (&deleted, "sven@example.com", PASSWORD),
    ] {
        let before = app.identity.passwords_hashed();
        let answer = app
            .nobody()
            .post("/v1/tokens", credentials(app, email, password))
            .await;
        answers.push(answer.problem(401, "unauthenticated"));
        assert_eq!(app.identity.passwords_hashed() - before, 1, "{email}");
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn an_office_behind_one_address_signs_in_and_a_guesser_there_is_stopped() {
    let app = App::with_account().await;
    app.user("Sven", json!({"password": PASSWORD})).await;
    let right = credentials(&app, "sven@example.com", PASSWORD);
    for _ in 0..=ATTEMPTS_PER_ADDRESS {
        from(&app, [192, 0, 2, 1], "POST", "/v1/tokens", right.clone())
            .await
            .created();
    }

    for number in 0..ATTEMPTS_PER_ADDRESS {
        let guess = credentials(
            &app,
            &format!("guess{number}@example.com"),
            "another lilac anchor",
        );
        let answer = from(&app, [192, 0, 2, 1], "POST", "/v1/tokens", guess).await;
        answer.problem(401, "unauthenticated");
    }

    let stopped = from(&app, [192, 0, 2, 1], "POST", "/v1/tokens", right.clone()).await;
    stopped.problem(429, "too-many-attempts");
    from(&app, [192, 0, 2, 2], "POST", "/v1/tokens", right.clone())
        .await
        .created();
    app.engine.advance(Secs::new(2)).await;
    from(&app, [192, 0, 2, 1], "POST", "/v1/tokens", right)
        .await
        .created();
}

#[tokio::test]
async fn guesses_from_other_networks_do_not_lock_out_the_user() {
    let app = App::with_account().await;
    app.user("Sven", json!({"password": PASSWORD})).await;
    let right = credentials(&app, "sven@example.com", PASSWORD);
    let guess = credentials(&app, "sven@example.com", "another lilac anchor");
    for _ in 0..ATTEMPTS_PER_EMAIL {
        let answer = from(&app, [192, 0, 2, 1], "POST", "/v1/tokens", guess.clone()).await;
        answer.problem(401, "unauthenticated");
    }

    let here = from(&app, [192, 0, 2, 1], "POST", "/v1/tokens", right.clone()).await;
    let elsewhere = from(&app, [192, 0, 2, 2], "POST", "/v1/tokens", right.clone()).await;

    here.problem(429, "too-many-attempts");
    elsewhere.created();
    // Many networks together have a limit, too.
    let so_far = ATTEMPTS_PER_EMAIL;
    for number in 0..ATTEMPTS_PER_EMAIL_FROM_ANYWHERE - so_far {
        let network = [198, 51, 100, u8::try_from(number / ATTEMPTS_PER_EMAIL).unwrap()];
        let answer = from(&app, network, "POST", "/v1/tokens", guess.clone()).await;
        answer.problem(401, "unauthenticated");
    }
    let anywhere = from(&app, [203, 0, 113, 1], "POST", "/v1/tokens", right).await;
    anywhere.problem(429, "too-many-attempts");
}

/// An attempt from the network with this number, in a browser that nobody knows.
fn from_network(number: u8) -> AttemptFrom {
    AttemptFrom {
        address: Some([198, 51, number, 1].into()),
        browser: None,
    }
}

/// Tries `guess` from as many networks, once every 30 seconds each, for a day.
async fn guess_for_a_day(app: &App, networks: u8, guess: impl Fn(AttemptFrom) -> Result<(), Secs>) {
    for _ in 0..24 * 60 * 2 {
        app.engine.advance(Secs::new(30)).await;
        for network in 0..networks {
            let _ = guess(from_network(network));
        }
    }
}

#[tokio::test]
async fn guessing_a_password_for_a_day_locks_no_user_out_of_another_network() {
    for (networks, expected) in [(1, 201), (12, 201), (13, 429)] {
        let app = App::with_account().await;
        app.user("Sven", json!({"password": PASSWORD})).await;
        let email = "sven@example.com".parse().unwrap();

        guess_for_a_day(&app, networks, |from| {
            app.app.throttle().password(Some(&email), from).map(drop)
        })
        .await;

        let right = credentials(&app, "sven@example.com", PASSWORD);
        let answer = from(&app, [203, 0, 113, 1], "POST", "/v1/tokens", right).await;
        assert_eq!(answer.status, expected, "{networks} networks");
    }
}

#[tokio::test]
async fn guessing_codes_for_a_day_locks_no_user_out_of_another_network() {
    for (networks, expected) in [(1, 201), (3, 201), (4, 429)] {
        let app = App::with_account().await;
        let (sven, _) = app.user("Sven", json!({"password": PASSWORD})).await;
        let totp = app.second_factor(&sven).await;
        let user = sven.parse().unwrap();

        guess_for_a_day(&app, networks, |from| {
            app.app.throttle().second_factor(user, from).map(drop)
        })
        .await;

        let mut right = credentials(&app, "sven@example.com", PASSWORD);
        right["second_factor"] = json!(totp.code(app.engine.now()));
        let answer = from(&app, [203, 0, 113, 1], "POST", "/v1/tokens", right).await;
        assert_eq!(answer.status, expected, "{networks} networks");
    }
}

#[tokio::test]
async fn wrong_codes_from_one_network_leave_another_its_own() {
    let app = App::with_account().await;
    let (sven, _) = app.user("Sven", json!({"password": PASSWORD})).await;
    let totp = app.second_factor(&sven).await;
    app.engine.advance(Secs::new(60)).await;
    let with = |code: &str| {
        let mut body = credentials(&app, "sven@example.com", PASSWORD);
        body["second_factor"] = json!(code);
        body
    };
    for _ in 0..CODES_PER_USER {
        let answer = from(&app, [192, 0, 2, 1], "POST", "/v1/tokens", with("000000")).await;
        answer.problem(401, "unauthenticated");
    }
    let right = with(&totp.code(app.engine.now()));

    let here = from(&app, [192, 0, 2, 1], "POST", "/v1/tokens", right.clone()).await;
    let elsewhere = from(&app, [192, 0, 2, 2], "POST", "/v1/tokens", right).await;

    here.problem(429, "too-many-attempts");
    elsewhere.created();
}

#[tokio::test]
async fn a_network_of_ipv6_has_as_many_guesses_as_one_address() {
    let app = App::empty().await;
    let throttle = app.app.throttle();
    let guess = |number: u32, from: &str| {
        let email = format!("guess-{number}@example.com").parse().unwrap();
        let from = AttemptFrom {
            address: Some(from.parse().unwrap()),
            browser: None,
        };
        throttle.password(Some(&email), from).map(drop)
    };
    for number in 0..ATTEMPTS_PER_ADDRESS {
        assert_eq!(guess(number, &format!("2001:db8:0:1::{number:x}")), Ok(()));
    }

    assert!(guess(1_000, "2001:db8:0:1:ffff::1").is_err());
    assert_eq!(guess(1_001, "2001:db8:0:2::1"), Ok(()));
}

#[tokio::test]
async fn session_codes_without_a_session_are_counted_by_address() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let link = text(&desk.start(&sven, "standby").await["join_url"]);
    let app = &desk.app;
    let try_code = async |path: &str| from(app, [192, 0, 2, 1], "GET", path, Value::Null).await;
    for _ in 0..=JOIN_CODES_PER_ADDRESS {
        try_code(&link).await.ok();
    }

    for _ in 0..JOIN_CODES_PER_ADDRESS {
        try_code("/join/ZZZZZZZZZZ").await.problem(404, "not-found");
    }

    for (method, path) in [
        ("GET", "/join/ZZZZZZZZZZ"),
        ("POST", "/join/ZZZZZZZZZZ"),
        ("POST", "/join/ZZZZZZZZZZ/leave"),
    ] {
        let answer = from(app, [192, 0, 2, 1], method, path, json!({})).await;
        answer.problem(429, "too-many-attempts");
    }
    // A right code is never delayed because of wrong ones.
    try_code(&link).await.ok();
    from(app, [192, 0, 2, 2], "GET", "/join/ZZZZZZZZZZ", Value::Null)
        .await
        .problem(404, "not-found");
    app.engine.advance(Secs::new(10)).await;
    try_code("/join/ZZZZZZZZZZ").await.problem(404, "not-found");
}
