//! Serving with a certificate.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::program::{Server, usher};

/// A certificate for `localhost` with its key in two files.
fn write_certificate(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

/// Whether a client that trusts only this certificate can connect.
fn shows(server: &Server, certificate: &CertificateDer<'static>) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let address = server.url.strip_prefix("https://").unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    let asked = stream.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    if let Err(error) = asked {
        assert!(error.to_string().contains("certificate"), "{error}");
        return false;
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.starts_with("HTTP/1.1 200 OK")
}

#[test]
fn with_a_certificate_the_server_speaks_tls_and_prints_https_links() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let files = tempfile::tempdir().unwrap();
    let made = write_certificate(files.path());
    let (cert, key) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", path];
    let with = |more: &[&str]| usher(&[&serve, more].concat());

    let server = Server::start_with(&[], &["--data", path, "--tls-cert", cert, "--tls-key", key]);
    let without_key = with(&["--tls-cert", cert]);
    let nonsense = with(&["--tls-cert", cert, "--tls-key", cert]);
    let proxy = with(&["--trusted-proxy", "the-proxy"]);
    let url = with(&["--public-url", "usher.example.com/path"]);

    assert!(shows(&server, &made));
    let (code, said) = server.stop();
    assert_eq!(code, Some(0));
    assert!(said.contains("Create the first account: https://"), "{said}");
    assert!(
        without_key.err.contains("Name it with `--tls-key FILE`"),
        "{}",
        without_key.err
    );
    assert!(
        nonsense.err.contains("cert.pem does not hold a private key"),
        "{}",
        nonsense.err
    );
    assert!(
        proxy
            .err
            .contains("`the-proxy` is not a network. Give `--trusted-proxy` one"),
        "{}",
        proxy.err
    );
    assert!(url.err.contains("is not a server's URL"), "{}", url.err);
}

#[cfg(unix)]
#[test]
fn sighup_reloads_the_certificate_and_a_broken_one_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let first = write_certificate(data.path());
    let named = "tls_cert = \"cert.pem\"\ntls_key = \"key.pem\"\n";
    std::fs::write(data.path().join("usher.toml"), named).unwrap();
    let (server, mut log) = Server::start_logging(&["--data", data.path().to_str().unwrap()]);
    assert!(shows(&server, &first));

    let second = write_certificate(data.path());
    assert!(shows(&server, &first));
    server.signal("-HUP");
    log.wait_for("new connections use the new certificate");

    assert!(!shows(&server, &first));
    assert!(shows(&server, &second));

    std::fs::write(data.path().join("cert.pem"), "no certificate").unwrap();
    server.signal("-HUP");
    let said = log.wait_for("the certificate could not be reloaded");

    assert!(
        said.contains("The previous certificate stays in use") && said.contains("cert.pem does not hold"),
        "{said}"
    );
    assert!(shows(&server, &second));

    let third = write_certificate(data.path());
    server.signal("-HUP");
    log.wait_for("new connections use the new certificate");

    assert!(shows(&server, &third));
    assert_eq!(server.stop().0, Some(0));
}
