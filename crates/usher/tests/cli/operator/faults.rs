//! Servers that cannot be reached, are not trusted, or break off.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::scripted::{Answer, Scripted};
use crate::program::{Run, Server, usher_with};

const ACCOUNT: &str = "acct_01m8kjm25qebwt4anx2sxhf08v";

fn run(url: &str, arguments: &[&str]) -> Run {
    usher_with(
        &[("USHER_OPERATOR_KEY", "usher_op_test"), ("USHER_SERVER", url)],
        arguments,
    )
}

fn ok(value: &Value) -> Answer {
    Answer::Json("200 OK", value.to_string())
}

fn account() -> Answer {
    ok(&json!({
        "id": ACCOUNT, "name": "Contoso", "external_id": null, "metadata": {}, "created_at": "2026-11-29T12:00:00Z",
    }))
}

fn subscription(named: u32) -> Value {
    json!({"plan": "enterprise", "products": {"remote-support": {
        "named_seats": named, "named_assigned": 0,
        "shared_seats": 4, "shared_distributed": 4, "shared_unallocated": 0,
    }}})
}

#[test]
fn a_server_that_does_not_run_is_told_with_its_url() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");

    let listed = run(&url, &["account", "list"]);
    let added = run(&url, &["minutes", "add", ACCOUNT, "5"]);

    for run in [listed, added] {
        assert_eq!(run.code, Some(1));
        assert!(
            run.err.contains(&format!("No server answers at {url} (")),
            "{}",
            run.err
        );
        assert!(run.err.contains("refused"), "{}", run.err);
        assert!(!run.err.contains("idempotency"), "{}", run.err);
    }
}

#[test]
fn a_subscription_that_changes_meanwhile_is_read_again_so_that_nothing_is_undone() {
    let problem = json!({
        "code": "changed-meanwhile", "status": 409, "title": "It was changed in the meantime", "detail": "…",
    });
    let server = Scripted::start(vec![
        account(),
        ok(&subscription(2)),
        Answer::Json("409 Conflict", problem.to_string()),
        ok(&subscription(7)),
        ok(&subscription(7)),
    ]);
    let set = [
        "subscription",
        "set",
        ACCOUNT,
        "--product",
        "remote-support",
        "--shared",
        "4",
        "--json",
    ];

    let run = run(&server.url, &set);

    assert_eq!(run.code, Some(0), "{}", run.err);
    let changed: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(changed["before"]["products"]["remote-support"]["named_seats"], 7);
    let requests = server.requests();
    let puts: Vec<Value> = requests
        .iter()
        .filter(|request| request.starts_with("PUT"))
        .map(|request| serde_json::from_str(&request[request.find('{').unwrap()..]).unwrap())
        .collect();
    let named: Vec<_> = puts
        .iter()
        .map(|put| {
            let of = |seats: &Value| {
                seats["products"]["remote-support"]["named_seats"]
                    .as_u64()
                    .unwrap()
            };
            (of(put), of(&put["seen"]))
        })
        .collect();
    assert_eq!(named, [(2, 2), (7, 7)]);
}

#[test]
fn a_change_whose_answer_is_lost_says_how_to_repeat_it_without_doing_it_twice() {
    let adding = Scripted::start(vec![account(), Answer::Hang]);
    let renaming = Scripted::start(vec![account(), Answer::Hang]);

    let added = run(&adding.url, &["minutes", "add", ACCOUNT, "5"]);
    let renamed = run(&renaming.url, &["account", "rename", ACCOUNT, "Other"]);

    for run in [&added, &renamed] {
        assert_eq!(run.code, Some(1));
        assert!(run.err.contains("not known whether this was done"), "{}", run.err);
        assert!(run.err.contains("--server https://127.0.0.1"), "{}", run.err);
    }
    assert!(
        added
            .err
            .contains("run the command again with `--idempotency-key "),
        "{}",
        added.err
    );
    assert!(renamed.err.contains("Run the command again"), "{}", renamed.err);
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    let server = Scripted::start(vec![Answer::Redirect("https://usher.example.com/v1/accounts")]);

    let run = run(&server.url, &["account", "create", "Contoso"]);

    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("The account was not created: ")
            && run
                .err
                .contains("redirects to https://usher.example.com/v1/accounts"),
        "{}",
        run.err
    );
}

#[test]
fn what_is_not_an_usher_server_is_told() {
    let other = Scripted::start(vec![Answer::Json("404 Not Found", "nothing here".to_owned())]);
    let odd = Scripted::start(vec![ok(&json!({"hello": "world"}))]);

    let other = run(&other.url, &["account", "list"]);
    let odd = run(&odd.url, &["account", "list"]);

    assert_eq!((other.code, odd.code), (Some(1), Some(1)));
    assert!(
        other
            .err
            .contains("answers with status 404 Not Found, and not as an Usher"),
        "{}",
        other.err
    );
    assert!(
        odd.err
            .contains("does not answer as an Usher server of this version"),
        "{}",
        odd.err
    );
}

#[test]
fn a_certificate_is_checked_and_an_own_authority_may_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let mut server = Server::start_with(&[], &["--sandbox", "--tls-cert", &cert, "--tls-key", &key]);
    let operator_key = server.operator_key();
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let list = |host: &str, trusted: &[(&str, &str)]| {
        let url = format!("{host}:{port}");
        let environment = [
            &[
                ("USHER_OPERATOR_KEY", operator_key.as_str()),
                ("USHER_SERVER", &url),
            ],
            trusted,
        ];
        usher_with(&environment.concat(), &["account", "list"])
    };
    let trusted = [("SSL_CERT_FILE", cert.as_str())];

    let unknown = list("https://localhost", &[]);
    let known = list("https://localhost", &trusted);
    let other_name = list("https://127.0.0.1", &trusted);
    let plain = list("http://localhost", &[]);

    assert_eq!(known.code, Some(0), "{}", known.err);
    for run in [&unknown, &other_name, &plain] {
        assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    }
    assert!(
        unknown
            .err
            .contains("its issuer is not one that this machine trusts"),
        "{}",
        unknown.err
    );
    assert!(unknown.err.contains("`SSL_CERT_FILE`"), "{}", unknown.err);
    assert!(
        other_name.err.contains("it is for another host name"),
        "{}",
        other_name.err
    );
    assert!(
        plain.err.contains("give its URL as `--server https://localhost:"),
        "{}",
        plain.err
    );
}

#[test]
fn a_server_without_tls_is_not_asked_over_https() {
    let mut server = Server::start_with(&[], &["--sandbox"]);
    let key = server.operator_key();
    let url = server.url.replace("http://", "https://");

    let run = usher_with(
        &[("USHER_OPERATOR_KEY", &key)],
        &["account", "list", "--server", &url],
    );

    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains(&format!(
            "does not speak TLS. Give the URL as `--server {}`",
            server.url
        )),
        "{}",
        run.err
    );
}
