//! The socket.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::time::Instant;
use usher_app::Config;
use usher_http::{Tls, TlsError, TrustedProxies};

use crate::app::App;

const REQUEST: &[u8] = b"GET /livez HTTP/1.1\r\nhost: usher\r\n\r\n";

/// Reads until the answer to [`REQUEST`] is complete.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.ends_with("live\n") {
        let mut bytes = [0; 1024];
        let read = stream.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    text
}

#[tokio::test]
async fn a_connection_stays_open_until_the_server_stops() {
    let app = App::empty().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let connections = Arc::clone(app.app.connections());
    let too_late = usher_api::too_late;
    let serving = usher_http::serve(
        listener,
        app.router.clone(),
        None,
        connections,
        too_late,
        shutdown,
    );
    let server = tokio::spawn(serving);
    let mut stream = TcpStream::connect(address).await.unwrap();

    for _ in 0..2 {
        stream.write_all(REQUEST).await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 OK"));
    }
    stop.send(()).unwrap();

    let ended = tokio::time::timeout(Duration::from_secs(5), server).await;
    ended
        .expect("an idle connection does not hold the server up")
        .unwrap()
        .unwrap();
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err());
}

/// A server on a socket, with a client's connection to it.
async fn connected(tls: Option<Tls>) -> (App, TcpStream) {
    let app = App::empty().await;
    let address = put_on_a_socket(&app, tls).await;
    let stream = TcpStream::connect(address).await.unwrap();
    (app, stream)
}

async fn put_on_a_socket(app: &App, tls: Option<Tls>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(usher_http::serve(
        listener,
        app.router.clone(),
        tls,
        Arc::clone(app.app.connections()),
        usher_api::too_late,
        std::future::pending(),
    ));
    address
}

/// Connects from this address of the machine. Returns whether a request is answered.
async fn ask_from(from: [u8; 4], server: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    let mut stream = socket.connect(server).await.unwrap();
    // If it is already closed, this or the read fails.
    let _ = stream.write_all(REQUEST).await;
    let mut first = [0; 1];
    let read = stream.read_exact(&mut first).await;
    read.is_ok().then_some(stream)
}

#[tokio::test]
async fn one_address_has_a_limit_of_connections_and_others_are_not_affected() {
    let app = App::configured(Config {
        connections_per_address_max: NonZeroU32::new(2).unwrap(),
        trusted_proxies: TrustedProxies::new([]),
        ..Config::default()
    });
    let app = app.await;
    let server = put_on_a_socket(&app, None).await;
    let (here, there) = ([127, 0, 0, 1], [127, 0, 0, 2]);
    let first = ask_from(here, server).await.unwrap();
    let _second = ask_from(here, server).await.unwrap();

    assert!(ask_from(here, server).await.is_none());
    assert!(ask_from(there, server).await.is_some());
    drop(first);
    // The server notices the disconnection only after a while.
    while ask_from(here, server).await.is_none() {}

    let metrics = app.operator().get("/metrics").await.text;
    assert!(metrics.contains("\nusher_connections "), "{metrics}");
    let turned_away = metrics
        .lines()
        .find_map(|line| line.strip_prefix("usher_connections_turned_away_total "));
    assert!(turned_away.unwrap().parse::<u32>().unwrap() >= 1);
}

#[tokio::test]
async fn browsers_are_told_to_use_https_only_if_a_trusted_proxy_says_that_they_did() {
    let request = "GET /livez HTTP/1.1\r\nhost: usher\r\nx-forwarded-proto: https\r\n\r\n";
    for (proxies, is_told) in [
        (TrustedProxies::default(), true),
        (TrustedProxies::new([]), false),
    ] {
        let app = App::configured(Config {
            trusted_proxies: proxies,
            ..Config::default()
        });
        let address = put_on_a_socket(&app.await, None).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let over_https = answer(&mut stream).await;
        stream.write_all(REQUEST).await.unwrap();
        let plain = answer(&mut stream).await;

        let header = "strict-transport-security: max-age=31536000";
        assert_eq!(over_https.contains(header), is_told, "{over_https}");
        assert!(!plain.contains(header), "{plain}");
    }
}

#[tokio::test]
async fn proxies_that_are_trusted_are_not_counted() {
    let app = App::configured(Config {
        connections_per_address_max: NonZeroU32::MIN,
        ..Config::default()
    });
    let app = app.await;
    let server = put_on_a_socket(&app, None).await;

    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(ask_from([127, 0, 0, 1], server).await.unwrap());
    }

    assert_eq!(app.app.connections().count(), 10);
    assert_eq!(app.app.connections().turned_away(), 0);
}

/// Everything until the server closes the connection, and how long that took.
async fn all_until_closed(stream: &mut TcpStream) -> (String, Duration) {
    let started = Instant::now();
    let mut bytes = Vec::new();
    // A server with unread bytes resets the connection.
    let _ = stream.read_to_end(&mut bytes).await;
    (String::from_utf8_lossy(&bytes).into_owned(), started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_arrive_and_an_idle_connection_are_cut_off() {
    for sent in [
        "GET /livez HTTP/1.1\r\nhost: us",
        "",
        "GET /livez HTTP/1.1\r\nhost: usher\r\n\r\n",
    ] {
        let (_app, mut stream) = connected(None).await;
        stream.write_all(sent.as_bytes()).await.unwrap();

        let (answer, took) = all_until_closed(&mut stream).await;

        assert_eq!(
            answer.starts_with("HTTP/1.1 200"),
            sent.ends_with("\r\n\r\n"),
            "{answer}"
        );
        assert!(
            took >= Duration::from_mins(1) && took < Duration::from_secs(70),
            "{took:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_cut_off() {
    let (_app, mut stream) = connected(None).await;
    let head = "POST /v1/tokens HTTP/1.1\r\nhost: usher\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();

    let (answer, took) = all_until_closed(&mut stream).await;

    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"code\":\"timeout\""), "{answer}");
    assert!(took <= Duration::from_secs(15), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_is_too_large_is_refused() {
    let (_app, mut stream) = connected(None).await;
    let long = "x".repeat(2 * usher_http::HEAD_BYTES_MAX);
    let request = format!("GET /livez HTTP/1.1\r\nhost: usher\r\nx-long: {long}\r\n\r\n");
    // The server need not read all of it.
    let _ = stream.write_all(request.as_bytes()).await;

    let (answer, _) = all_until_closed(&mut stream).await;

    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
}

/// A certificate for `localhost` with its key in two files.
fn write_certificate(directory: &Path) -> rustls::pki_types::CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(directory.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(directory.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

fn open(directory: &Path) -> Result<Tls, TlsError> {
    Tls::open(&directory.join("cert.pem"), &directory.join("key.pem"))
}

/// Sends a request over TLS, trusting only this certificate.
async fn ask_over_tls(
    stream: TcpStream,
    trusted: rustls::pki_types::CertificateDer<'static>,
) -> std::io::Result<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await?;
    let request = "GET /livez HTTP/1.1\r\nhost: usher\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn with_a_certificate_the_server_speaks_tls_and_takes_a_new_one_without_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let first = write_certificate(directory.path());
    let tls = open(directory.path()).unwrap();
    let (_app, stream) = connected(Some(tls.clone())).await;
    let address = stream.peer_addr().unwrap();

    let answer = ask_over_tls(stream, first.clone()).await.unwrap();
    let unchanged = tls.reload().unwrap();
    let second = write_certificate(directory.path());
    let changed = tls.reload().unwrap();
    let distrusted = ask_over_tls(TcpStream::connect(address).await.unwrap(), first).await;
    let renewed = ask_over_tls(TcpStream::connect(address).await.unwrap(), second).await;

    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(
        answer.contains("strict-transport-security: max-age=31536000"),
        "{answer}"
    );
    assert!(!unchanged && changed);
    assert!(distrusted.is_err());
    assert!(renewed.unwrap().starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_agree_on_tls_is_cut_off() {
    let directory = tempfile::tempdir().unwrap();
    write_certificate(directory.path());
    let (_app, mut stream) = connected(Some(open(directory.path()).unwrap())).await;

    let (answer, took) = all_until_closed(&mut stream).await;

    assert_eq!(answer, "");
    assert!(took <= Duration::from_secs(15), "{took:?}");
}

#[tokio::test]
async fn unusable_tls_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = open(directory.path()).unwrap_err().to_string();
    write_certificate(directory.path());
    let good = open(directory.path()).unwrap();
    let other = tempfile::tempdir().unwrap();
    write_certificate(other.path());
    std::fs::copy(other.path().join("key.pem"), directory.path().join("key.pem")).unwrap();
    let mismatch = open(directory.path()).unwrap_err().to_string();
    let reloaded = good.reload();
    std::fs::write(directory.path().join("cert.pem"), "no certificate").unwrap();
    let empty = open(directory.path()).unwrap_err().to_string();

    assert!(
        missing.contains("cert.pem does not hold a certificate"),
        "{missing}"
    );
    assert!(
        mismatch.contains("key.pem is not that of the certificate in"),
        "{mismatch}"
    );
    assert!(reloaded.is_err());
    assert!(empty.contains("cert.pem does not hold a certificate"), "{empty}");
}

/// The status and the rest of one answer whose length is known.
async fn one_answer(stream: &mut TcpStream) -> (u16, String) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                assert_eq!(body.len(), length, "more than one answer: {text}");
                return (head[9..12].parse().unwrap(), text);
            }
        }
        let read = stream.read_buf(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "closed after {:?}", String::from_utf8_lossy(&bytes));
    }
}

/// Requests whose handlers read no body: they succeed, or refuse before they read it.
fn requests_without_a_reader(account: &str) -> Vec<(&'static str, String, u16)> {
    let key = format!("authorization: Bearer {}\r\n", App::operator_key().0.unwrap());
    let of_account =
        |method: &str, path: &str| format!("{method} /v1/accounts/{account}/{path} HTTP/1.1\r\n{key}");
    let ticket = "tick_00000000000000000000000001";
    vec![
        (
            "nobody calls",
            format!("POST /v1/accounts/{account}/users HTTP/1.1\r\n"),
            401,
        ),
        ("no such page", "POST /no/such/page HTTP/1.1\r\n".to_owned(), 404),
        ("no such method", "POST /livez HTTP/1.1\r\n".to_owned(), 405),
        (
            "a question with a body",
            "GET /livez HTTP/1.1\r\n".to_owned(),
            200,
        ),
        (
            "a delete",
            of_account("DELETE", &format!("tickets/{ticket}")),
            404,
        ),
    ]
}

#[tokio::test]
async fn a_connection_stays_open_if_the_unread_body_arrives_after_the_answer() {
    let app = App::with_account().await;
    let server = put_on_a_socket(&app, None).await;

    for (what, head, status) in requests_without_a_reader(&app.account.to_string()) {
        let mut stream = TcpStream::connect(server).await.unwrap();
        let head =
            format!("{head}host: usher\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let (answered, text) = one_answer(&mut stream).await;
        assert_eq!(answered, status, "{what}: {text}");
        assert!(!text.contains("connection: close"), "{what}: {text}");

        stream.write_all(br#"{"unread": "y"}"#).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();

        assert_eq!(one_answer(&mut stream).await.0, 200, "the request after {what}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_announces_the_close_if_too_much_is_left_unread() {
    let large = format!("content-length: {}\r\n", 300 * 1024);
    for (unread, is_closed) in [
        ("content-length: 65536\r\n", false),
        ("content-length: 65537\r\n", true),
        (large.as_str(), true),
        ("transfer-encoding: chunked\r\n", true),
        ("content-length: 10\r\nexpect: 100-continue\r\n", true),
    ] {
        let (_app, mut stream) = connected(None).await;
        let head = format!("POST /v1/accounts HTTP/1.1\r\nhost: usher\r\n{unread}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();

        let (status, text) = one_answer(&mut stream).await;

        assert_eq!(status, 401, "{text}");
        assert_eq!(text.contains("connection: close"), is_closed, "{unread}{text}");
        // The body never comes: the connection does not wait for it for ever.
        let (rest, took) = all_until_closed(&mut stream).await;
        assert_eq!(rest, "");
        assert!(took <= Duration::from_secs(3), "{took:?}");
    }
}

#[tokio::test]
async fn a_client_that_sends_a_large_body_first_still_gets_the_refusal() {
    let (_app, mut stream) = connected(None).await;
    let body = vec![b'x'; 512 * 1024];
    let head = format!(
        "POST /v1/accounts HTTP/1.1\r\nhost: usher\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );

    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let (answer, _) = all_until_closed(&mut stream).await;

    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}
