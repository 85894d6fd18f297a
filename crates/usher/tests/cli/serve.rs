//! Starting and stopping the server.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::program::{Run, Server, usher, usher_with};

/// Whether the server accepts this operator key.
fn status(url: &str, key: &str) -> (Option<i32>, String) {
    let run = usher_with(&[("USHER_OPERATOR_KEY", key)], &["status", "--server", url]);
    (run.code, run.out + &run.err)
}

#[test]
fn the_first_start_shows_an_operator_key_and_later_ones_do_not() {
    let data = tempfile::tempdir().unwrap();
    let mut first = Server::start(data.path());
    let key = first.operator_key();
    assert!(
        first.greeting.contains(data.path().to_str().unwrap()),
        "{}",
        first.greeting
    );
    let (code, _) = first.stop();
    let is_log_left = data.path().join("usher.db-wal").exists();

    let second = Server::start(data.path());
    let (_, asked) = status(&second.url, &key);
    let (_, said) = second.stop();

    assert_eq!(code, Some(0));
    assert!(!is_log_left);
    assert!(key.starts_with("usher_op_"), "{key}");
    assert!(asked.contains("is ready"), "{asked}");
    assert!(
        !said.contains(&key) && said.contains("Create the first account: http"),
        "{said}"
    );
}

#[test]
fn an_operator_may_set_their_own_key() {
    let data = tempfile::tempdir().unwrap();
    let key = "the-key-that-the-operator-drew";
    let data = ["--data", data.path().to_str().unwrap()];

    let server = Server::start_with(&[("USHER_OPERATOR_KEY", key)], &data);
    let (_, said) = server.stop();
    let refused = usher_with(&[("USHER_OPERATOR_KEY", "short")], &["serve", data[0], data[1]]);

    assert!(
        !said.contains("usher_op_") && said.contains("The link works once"),
        "{said}"
    );
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("20 to 256 visible ASCII characters"),
        "{}",
        refused.err
    );
}

#[test]
fn the_first_start_creates_a_private_secrets_key_that_later_starts_need() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", path];
    let file = data.path().join("secrets.key");

    let (_, first) = Server::start(data.path()).stop();
    let made = std::fs::metadata(&file).unwrap();
    let (_, second) = Server::start(data.path()).stop();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let missing = usher(&serve);
    let wrong = usher_with(&[("USHER_SECRETS_KEY", &"ab".repeat(32))], &serve);
    let unreadable = usher_with(&[("USHER_SECRETS_KEY", "my secret")], &serve);
    let both = format!("{},{text}", "ab".repeat(32));
    let changed = Server::start_with(&[("USHER_SECRETS_KEY", &both)], &["--data", path]);
    assert_eq!(changed.stop().0, Some(0));
    let right = Server::start_with(&[("USHER_SECRETS_KEY", &"ab".repeat(32))], &["--data", path]);

    assert_eq!(right.stop().0, Some(0));
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&made) & 0o777, 0o600);
    assert!(made.is_file() && !file.exists());
    assert!(first.contains("secrets.key. Keep a copy of it apart"), "{first}");
    assert!(
        !second.contains("secrets.key") && !first.contains(text.trim()),
        "{second}"
    );
    for (run, said) in [
        (missing, "their key is missing: there is no"),
        (wrong, "This is not the secrets key of the data in"),
        (unreadable, "key 1 in it is not 32 bytes"),
    ] {
        assert_eq!(run.code, Some(1));
        assert!(run.err.contains(said), "{}", run.err);
        assert_eq!(run.out, "");
    }
}

#[test]
fn a_data_directory_has_one_server_at_a_time() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let server = Server::start(data.path());

    let second = usher(&["serve", "--listen", "127.0.0.1:0", "--data", path]);
    let rebuild = usher(&["rebuild", "--data", path]);
    server.kill();
    let after = Server::start(data.path());

    for run in [second, rebuild] {
        assert_eq!(run.code, Some(1));
        assert!(
            run.err.contains("Another Usher server uses the data in"),
            "{}",
            run.err
        );
    }
    assert_eq!(after.stop().0, Some(0));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let data = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();

    let run = usher(&[
        "serve",
        "--listen",
        &address,
        "--data",
        data.path().to_str().unwrap(),
    ]);

    assert_eq!(run.code, Some(1));
    assert!(
        run.err
            .contains(&format!("Another program listens on {address} already")),
        "{}",
        run.err
    );
    assert_eq!(run.out, "");
    assert_eq!(
        data.path().read_dir().unwrap().count(),
        0,
        "it left something behind"
    );
}

#[cfg(unix)]
#[test]
fn without_a_terminal_the_operator_key_is_in_a_private_file() {
    let data = tempfile::tempdir().unwrap();
    let (_, said) = Server::start(data.path()).stop();

    let file = data.path().join("operator.key");
    let key = std::fs::read_to_string(&file).unwrap();
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).unwrap());

    assert!(key.starts_with("usher_op_") && key.ends_with('\n'), "{key}");
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        said.contains(file.to_str().unwrap()) && !said.contains(key.trim()),
        "{said}"
    );
}

#[test]
fn a_first_start_that_fails_leaves_nothing_new_behind() {
    let home = tempfile::tempdir().unwrap();
    let fresh = home.path().join("deep/data");
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        fresh.to_str().unwrap(),
    ];

    let key = usher_with(&[("USHER_OPERATOR_KEY", "short")], &serve);
    let secrets = usher_with(&[("USHER_SECRETS_KEY", "my secret")], &serve);

    assert_eq!((key.code, secrets.code), (Some(1), Some(1)));
    assert!(!fresh.exists(), "{fresh:?} is there");
}

#[test]
fn the_start_warns_of_plain_http_that_other_machines_can_reach() {
    let data = tempfile::tempdir().unwrap();
    let (server, mut log) =
        Server::start_logging(&["--data", data.path().to_str().unwrap(), "--listen", ":0"]);

    log.wait_for("speaks plain HTTP on [::]:");

    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_sandbox_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let environment = [("XDG_DATA_HOME", home.path().to_str().unwrap())];

    let mut server = Server::start_with(&environment, &["--sandbox"]);
    let key = server.operator_key();
    let (code, asked) = status(&server.url, &key);
    server.stop();

    assert_eq!(code, Some(0), "{asked}");
    assert_eq!(home.path().read_dir().unwrap().count(), 0);
}

#[test]
fn without_arguments_the_data_is_the_users_own() {
    let home = tempfile::tempdir().unwrap();
    let environment = [("XDG_DATA_HOME", home.path().to_str().unwrap())];

    Server::start_with(&environment, &[]).stop();

    assert!(home.path().join("usher/usher.db").is_file());
}

#[test]
fn an_invalid_configuration_is_reported_with_its_file_and_line() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(
        data.path().join("usher.toml"),
        "[plans.gold]\nshared_seat = true\n",
    )
    .unwrap();

    let run = usher(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.path().to_str().unwrap(),
    ]);

    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("did you mean `shared_seats`?"), "{}", run.err);
}

#[test]
fn an_owner_who_is_operator_is_confirmed_and_revoked_while_the_server_runs() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let mut server = Server::start(data.path());
    server.operator_key();
    let link = server.setup_link();
    let (host, rest) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let password = "four+words+for+Olga";
    let body = format!(
        "setting=company&operator=yes&account=Contoso&name=Olga&email=olga%40contoso.example&password={password}\
         &password_again={password}&product_name=Desk&shared_seats=3"
    );
    let mut socket = TcpStream::connect(host).unwrap();
    write!(
        socket,
        "POST /{rest} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let run = |arguments: &[&str]| usher(&[&["operator-grant"], arguments, &["--data", path]].concat());

    let listed = run(&["list"]);
    let owner = listed
        .out
        .split_whitespace()
        .find(|word| word.starts_with("user_"));
    let owner = owner.unwrap_or_else(|| panic!("{listed:?}"));
    let confirmed = run(&["confirm", owner]);
    let revoked = run(&["revoke", owner]);
    let again = run(&["revoke", owner]);
    let nobody = run(&["list"]);
    server.kill();

    assert!(listed.out.contains("Olga, Contoso"), "{}", listed.out);
    assert!(
        confirmed.out.contains("Olga, Contoso stays operator"),
        "{confirmed:?}"
    );
    assert!(
        revoked.out.contains("Olga, Contoso is not operator any more"),
        "{revoked:?}"
    );
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("`usher operator-grant list`"), "{}", again.err);
    assert!(nobody.out.contains("No owner is operator."), "{}", nobody.out);
    let verified = usher(&["verify", "--data", path]);
    assert!(
        verified.out.contains("and 4 changes of operator keys"),
        "{verified:?}"
    );
}

#[test]
fn a_lost_operator_key_is_replaced_while_the_server_runs() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let mut server = Server::start(data.path());
    let lost = server.operator_key();
    // The first key is stored after it was shown, and before anything is served.
    let known = status(&server.url, &lost);
    assert!(known.1.contains("There are no accounts yet"), "{known:?}");
    let before = usher(&["operator-key", "list", "--data", path]);
    let first = before
        .out
        .split_whitespace()
        .find(|word| word.starts_with("opkey_"));
    let first = first.unwrap_or_else(|| panic!("{before:?}"));

    let made = usher(&["operator-key", "create", "Found again", "--data", path]);
    let reader = usher(&[
        "operator-key",
        "create",
        "Monitoring",
        "--scope",
        "accounts.read",
        "--expires-in-days",
        "30",
        "--data",
        path,
    ]);
    let revoked = usher(&["operator-key", "revoke", first, "--data", path]);
    let unknown = usher(&["operator-key", "revoke", first, "--data", path]);
    server.kill();

    let secret = |run: &Run| {
        run.out
            .lines()
            .next()
            .unwrap()
            .rsplit(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    let server = Server::start(data.path());
    for key in [secret(&made), secret(&reader)] {
        assert!(
            status(&server.url, &key).1.contains("There are no accounts yet"),
            "{key}"
        );
    }
    assert!(
        status(&server.url, &lost).1.contains("unauthenticated") || status(&server.url, &lost).0 != Some(0)
    );
    assert_eq!(
        (made.code, revoked.code, unknown.code),
        (Some(0), Some(0), Some(1))
    );
    assert!(
        unknown.err.contains("There is no operator key"),
        "{}",
        unknown.err
    );
    let listed = usher(&["operator-key", "list", "--data", path]).out;
    assert!(
        listed.contains("accounts.read") && !listed.contains(first),
        "{listed}"
    );
    server.stop();
}

#[test]
fn the_configuration_has_the_settings_of_the_arguments_which_override_it() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let (config, key) = (data.path().join("usher.toml"), data.path().join("keys/secrets"));
    let secret = "ab".repeat(32);
    std::fs::create_dir(data.path().join("keys")).unwrap();
    std::fs::write(&key, &secret).unwrap();
    let written = "public_url = \"http://usher.example.com\"\nsecrets_key_file = \"keys/secrets\"\n\
                   trusted_proxies = []\nconnections_per_address_max = 9\nprivate_providers = true\n";
    std::fs::write(&config, written).unwrap();

    let (_, by_file) = Server::start(data.path()).stop();
    let url = ["--data", path, "--public-url", "http://other.example.com"];
    let (_, by_argument) = Server::start_with(&[], &url).stop();
    std::fs::remove_file(&key).unwrap();
    let missing = usher(&["serve", "--listen", "127.0.0.1:0", "--data", path]);
    let (code, _) = Server::start_with(&[("USHER_SECRETS_KEY", &secret)], &["--data", path]).stop();

    assert!(
        by_file.contains("first account: http://usher.example.com/setup/"),
        "{by_file}"
    );
    assert!(
        by_argument.contains("first account: http://other.example.com/setup/"),
        "{by_argument}"
    );
    assert!(!data.path().join("secrets.key").exists());
    assert!(
        missing
            .err
            .contains("keys/secrets. Name the right one with `secrets_key_file` in ")
            && missing.err.contains("usher.toml"),
        "{}",
        missing.err
    );
    assert_eq!(code, Some(0));
}

#[test]
fn errors_in_the_configuration_name_its_file_and_key() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("listen = \"{}\"", taken.local_addr().unwrap());
    for (written, said) in [
        (listen.as_str(), "choose another port with `listen` in "),
        ("public_url = \"usher.example.com\"", "Give `public_url` in "),
        ("trusted_proxies = [\"the-proxy\"]", "Give `trusted_proxies` in "),
        ("tls_cert = \"cert.pem\"", "Name it with `tls_key` in "),
    ] {
        let config = data.path().join("other.toml");
        std::fs::write(&config, written).unwrap();
        let config = config.to_str().unwrap();

        let run = usher(&[
            "serve",
            "--data",
            data.path().to_str().unwrap(),
            "--config",
            config,
        ]);

        assert_eq!(run.code, Some(1), "{}", run.err);
        assert!(run.err.contains(&format!("{said}{config}")), "{}", run.err);
        assert_eq!(run.out, "");
    }
}

/// The names and permissions of all files in a directory.
#[cfg(unix)]
fn modes(directory: &std::path::Path) -> Vec<(String, u32)> {
    let files = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    let mut modes: Vec<_> = files
        .map(|file| {
            let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap());
            (file.file_name().to_string_lossy().into_owned(), mode & 0o777)
        })
        .collect();
    modes.sort();
    modes
}

#[cfg(unix)]
#[test]
fn files_and_the_key_are_private_in_a_directory_that_others_can_enter() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().unwrap();
    let open = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    };
    open(data.path(), 0o755);
    let path = data.path().to_str().unwrap();

    let (server, mut log) = Server::start_logging(&["--data", path]);
    let warning = log.wait_for("other users of this machine can enter the data directory");
    let running = modes(data.path());
    server.stop();

    assert!(warning.contains("chmod 700"), "{warning}");
    assert!(
        running.iter().any(|(name, _)| name == "usher.db-wal"),
        "{running:?}"
    );
    assert!(running.iter().all(|(_, mode)| *mode == 0o600), "{running:?}");

    // As an earlier version, or a copy, could leave them.
    open(&data.path().join("usher.db"), 0o644);
    Server::start(data.path()).stop();
    assert!(modes(data.path()).iter().all(|(_, mode)| *mode == 0o600));

    open(&data.path().join("secrets.key"), 0o644);
    let refused = usher(&["serve", "--listen", "127.0.0.1:0", "--data", path]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("Run `chmod 600"), "{}", refused.err);
}
