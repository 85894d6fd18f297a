//! The lines of the server's log.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::program::{Server, usher, usher_with};

#[test]
fn each_change_and_each_refusal_is_a_log_line_without_names_or_secrets() {
    let data = tempfile::tempdir().unwrap();
    let (server, mut log) =
        Server::start_logging(&["--data", data.path().to_str().unwrap(), "--log-format", "json"]);
    let mut server = server;
    let key = server.operator_key();
    let made = ask(
        &server.url,
        &key,
        "POST /v1/accounts",
        r#"{"name": "Fjord Field Service"}"#,
    );
    let account = made
        .split('"')
        .find(|word| word.starts_with("acct_"))
        .expect(&made)
        .to_owned();
    ask(&server.url, &key, &format!("GET /v1/accounts/{account}"), "");
    ask(
        &server.url,
        "wrong",
        &format!("GET /v1/accounts/{account}/users?q=anna@fjord.example"),
        "",
    );

    let changed = log.wait_for("changed");
    let refused = log.wait_for("refused");
    server.stop();

    let line = |text: &str| -> serde_json::Value { serde_json::from_str(text).expect(text) };
    let (changed, refused) = (line(&changed), line(&refused));
    assert_eq!(changed["level"], "INFO");
    assert_eq!(
        (changed["method"].as_str(), changed["route"].as_str()),
        (Some("POST"), Some("/v1/accounts"))
    );
    assert_eq!(changed["status"], 201);
    assert!(
        changed["actor"].as_str().unwrap().starts_with("opkey_"),
        "{changed}"
    );
    assert!(
        changed["duration_us"].is_u64() && changed["request_id"].is_string(),
        "{changed}"
    );
    // The read between them is not a change and has no line.
    assert_eq!(refused["route"], "/v1/accounts/{account}/users");
    assert_eq!(
        (refused["status"].as_u64(), refused["account"].as_str()),
        (Some(401), Some(account.as_str()))
    );
    for text in [changed.to_string(), refused.to_string()] {
        assert!(
            !text.contains("Fjord") && !text.contains("anna") && !text.contains(&key),
            "{text}"
        );
    }
}

/// Sends one request, `METHOD /path`, and returns the whole answer.
fn ask(url: &str, key: &str, request: &str, body: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn every_line_is_json_even_if_the_start_warns_or_fails() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let json = |text: &str| -> serde_json::Value { serde_json::from_str(text).expect(text) };

    let listen = ["--listen", "[::]:0", "--data", path, "--log-format", "json"];
    let (server, mut log) = Server::start_logging(&listen);
    let warning = json(&log.wait_for("speaks plain HTTP on"));
    let second = usher(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        path,
        "--log-format",
        "json",
    ]);
    let usage = usher(&[
        "serve",
        "--listen",
        "nowhere",
        "--sandbox",
        "--log-format",
        "json",
    ]);
    drop(server);

    assert_eq!(warning["level"], "WARN");
    for (run, code, said) in [
        (second, 1, "Another Usher server uses the data"),
        (usage, 2, "`nowhere` is not an address to listen on"),
    ] {
        assert_eq!(run.code, Some(code), "{}", run.err);
        let lines: Vec<_> = run.err.lines().map(json).collect();
        let last = lines.last().expect("a line");
        assert_eq!(last["level"], "ERROR");
        assert!(
            last["message"]
                .as_str()
                .is_some_and(|message| message.contains(said)),
            "{last}"
        );
    }
}

#[test]
fn invalid_log_settings_are_refused_with_the_valid_ones() {
    let data = tempfile::tempdir().unwrap();
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.path().to_str().unwrap(),
    ];

    let format = usher(&[&serve[..], &["--log-format", "yaml"]].concat());
    let level = usher(&[&serve[..], &["--log-level", "loud"]].concat());
    let directives = usher_with(&[("USHER_LOG", "usher=loud")], &serve);

    for (run, said) in [
        (format, "[possible values: text, json]"),
        (level, "[possible values: error, warn, info, debug, trace]"),
        (directives, "in `USHER_LOG` cannot be used"),
    ] {
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains(said), "{}", run.err);
    }
    assert_eq!(data.path().read_dir().unwrap().count(), 0);
}
