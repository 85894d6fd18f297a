//! The system's limits for the server, and access to its metrics.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::program::{Server, usher};

/// Sends a request, and returns the whole answer.
fn get(address: &str, path: &str, token: Option<&str>) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    let authorization = authorization.unwrap_or_default();
    let request = format!("GET {path} HTTP/1.1\r\nhost: usher\r\nconnection: close\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn address(server: &Server) -> String {
    server.url.strip_prefix("http://").unwrap().to_owned()
}

#[test]
fn metrics_need_an_operator_key_or_the_token_or_their_own_listener() {
    let data = tempfile::tempdir().unwrap();
    let token = "a-token-for-the-monitoring";
    let file = data.path().join("metrics.token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let apart = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let mut server = Server::start_with(
        &[],
        &[
            "--data",
            data.path().to_str().unwrap(),
            "--metrics-listen",
            &apart,
            "--metrics-token-file",
            file.to_str().unwrap(),
        ],
    );
    let (public, key) = (address(&server), server.operator_key());

    for token in [None, Some("another-token-for-the-monitoring")] {
        let answer = get(&public, "/metrics", token);
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    for answer in [
        get(&public, "/metrics", Some(token)),
        get(&public, "/metrics", Some(&key)),
        get(&apart, "/metrics", None),
    ] {
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("usher_connections "), "{answer}");
    }
    assert!(get(&apart, "/livez", None).starts_with("HTTP/1.1 404"));
    server.stop();
}

#[test]
#[cfg(unix)]
fn the_soft_limit_of_open_files_is_raised_to_the_hard_one() {
    let (server, _log) = Server::start_limited("ulimit -S -n 128", &["--sandbox"]);
    let address = address(&server);

    let open: Vec<_> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream
                .write_all(b"GET /livez HTTP/1.1\r\nhost: usher\r\n\r\n")
                .unwrap();
            stream.read_exact(&mut [0; 12]).unwrap();
            stream
        })
        .collect();

    assert_eq!(open.len(), 200);
}

#[test]
#[cfg(unix)]
fn with_few_open_files_allowed_fewer_connections_are_accepted_and_the_log_says_how_many() {
    let (_server, mut log) = Server::start_limited("ulimit -n 400", &["--sandbox"]);

    let said = log.wait_for("open files");

    assert!(
        said.contains("at most 144 connections are open at a time, not 20000"),
        "{said}"
    );
    assert!(said.contains("at most 72 from one network address"), "{said}");
}

/// The first line that the owner of a small help desk sees is not about a limit that never matters there.
#[test]
#[cfg(unix)]
fn with_enough_open_files_allowed_the_log_does_not_warn() {
    let (server, mut log) = Server::start_limited("ulimit -n 8192", &["--sandbox"]);

    let first = log.wait_for(" ");

    assert!(first.contains("serving"), "{first}");
    server.kill();
}

#[test]
fn signing_keys_are_rotated_and_retired_while_the_server_runs() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let server = Server::start(data.path());
    let run = |task: &str| usher(&["signing-key", task, "--data", path]);
    let keys = |out: &str| out.lines().skip(1).count();

    let (before, rotated, both) = (run("list"), run("rotate"), run("list"));
    let (retired, after, again) = (run("retire"), run("list"), run("retire"));

    assert_eq!((keys(&before.out), keys(&both.out), keys(&after.out)), (1, 2, 1));
    assert!(rotated.out.contains("Key 2 signs from now on."), "{rotated:?}");
    assert!(retired.out.contains("have to sign in again"), "{retired:?}");
    assert!(again.out.contains("nothing was dropped"), "{again:?}");
    server.stop();
    let missing = tempfile::tempdir().unwrap();
    let nowhere = usher(&["signing-key", "list", "--data", missing.path().to_str().unwrap()]);
    assert_eq!(nowhere.code, Some(1), "{nowhere:?}");
    std::fs::remove_file(data.path().join("secrets.key")).unwrap();
    let without_key = run("rotate");
    assert!(without_key.err.contains("secrets.key"), "{without_key:?}");
}
