//! Mail with the real program: settings that are refused, and mails that become files.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::data::fill;
use crate::program::{Run, Server, usher};

fn test_mail(arguments: &[&str]) -> Run {
    test_mail_with(tempfile::tempdir().unwrap().path(), arguments)
}

/// Sends a test mail with the settings in this data directory.
fn test_mail_with(data: &Path, arguments: &[&str]) -> Run {
    let data = data.to_str().unwrap();
    usher(&[&["mail", "test", "olga@example.com", "--data", data], arguments].concat())
}

#[test]
fn a_test_mail_becomes_a_file_with_the_address_of_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let data = tempfile::tempdir().unwrap();
    let settings = format!(
        "public_url = \"https://usher.example.com/\"\nmail_to_directory = {:?}\n",
        directory.path()
    );
    fs::write(data.path().join("usher.toml"), settings).unwrap();

    let run = test_mail_with(data.path(), &[]);

    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.starts_with("The test mail is a file in "), "{run:?}");
    let files: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(files.len(), 1);
    let mail = fs::read_to_string(files[0].path()).unwrap();
    assert!(mail.contains("To: olga@example.com\r\n"), "{mail}");
    assert!(
        mail.replace("=\r\n", "").contains("https://usher.example.com."),
        "{mail}"
    );
}

#[test]
fn a_test_mail_that_cannot_be_sent_says_why() {
    // Nobody listens on this port: it is free again.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let server = format!("smtp+plain://127.0.0.1:{port}");

    let empty = tempfile::tempdir().unwrap();
    let none = test_mail_with(empty.path(), &[]);
    let unreachable = test_mail(&["--mail-server", &server, "--mail-from", "desk@example.com"]);

    assert_eq!((none.code, unreachable.code), (Some(1), Some(1)));
    let looked_at = format!(
        "No mail is set up: there is no {}/usher.toml.",
        empty.path().display()
    );
    assert!(none.err.contains(&looked_at), "{none:?}");
    assert!(
        unreachable.err.contains("could not be reached"),
        "{unreachable:?}"
    );
    assert!(!unreachable.err.contains("olga"), "{unreachable:?}");
}

#[test]
fn a_test_mail_names_the_address_that_is_given_or_none() {
    let directory = tempfile::tempdir().unwrap();
    let to = ["--mail-to-directory", directory.path().to_str().unwrap()];
    let given = ["--public-url", "https://help.example.com/"];
    let mails = || {
        let files = fs::read_dir(directory.path()).unwrap().map(Result::unwrap);
        let text = files.map(|file| fs::read_to_string(file.path()).unwrap().replace("=\r\n", ""));
        text.collect::<String>()
    };

    assert_eq!(test_mail(&to).code, Some(0));
    assert!(
        mails().contains("a test mail from the Usher server."),
        "{}",
        mails()
    );
    assert!(!mails().contains("this server"), "{}", mails());
    assert_eq!(test_mail(&[to, given].concat()).code, Some(0));
    assert!(
        mails().contains("the Usher server at https://help.example.com."),
        "{}",
        mails()
    );
    let wrong = test_mail(&[to, ["--public-url", "help.example.com"]].concat());
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}

/// Everything but the mail server itself is as the page says; that one does not exist.
#[test]
fn the_settings_of_the_page_about_mail_are_followed() {
    let page = fs::read_to_string("../../docs/mail.md").unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let settings = example.replace("smtp://mail.example.com", "smtp+plain://127.0.0.1:1");
    assert_ne!(settings, example);
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("usher.toml"), settings).unwrap();
    // As an editor leaves it.
    fs::write(data.path().join("mail.password"), "the password\n").unwrap();

    let run = test_mail_with(data.path(), &[]);

    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.err.contains("could not be reached"), "{run:?}");
}

#[test]
fn a_server_with_mail_needs_the_address_that_links_lead_to() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();

    let run = usher(&[
        "serve",
        "--data",
        data,
        "--mail-server",
        "smtp+plain://127.0.0.1",
        "--mail-from",
        "desk@example.com",
    ]);

    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.contains("`--public-url URL`"), "{run:?}");
}

/// A data directory with a mail that waits.
fn with_a_waiting_mail() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    assert_eq!(Server::start(data.path()).stop().0, Some(0));
    let mail = usher_app::Mail {
        name: None,
        account: None,
        zone: None,
        message: usher_app::Message::Test,
    };
    let written = Connection::open(data.path().join("usher.db")).unwrap().execute(
        "INSERT INTO identity_outbox (id, channel, kind, about, recipient, written_at, due_at)
         VALUES (zeroblob(16), 'mail', 'test', ?1, 'olga@example.com', 0, 0)",
        [mail.to_json()],
    );
    assert_eq!(written.unwrap(), 1);
    data
}

/// The state of the mail, how often it was tried, and why it failed.
fn state_of_the_mail(data: &Path) -> (String, u32, Option<String>) {
    let database = Connection::open(data.join("usher.db")).unwrap();
    let select = "SELECT state, attempts, error FROM identity_outbox";
    let row = database.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    row.unwrap()
}

/// Starts a server that writes mails to a directory, and stops it. Returns what it said, and how many mails it wrote. A
/// server that may send mails looks for one before it stops.
fn serve_with_mail(data: &Path, arguments: &[&str]) -> (String, usize) {
    let mails = tempfile::tempdir().unwrap();
    let to = ["--mail-to-directory", mails.path().to_str().unwrap()];
    let (data, at) = (
        data.to_str().unwrap(),
        ["--public-url", "https://usher.example.com"],
    );
    let server = Server::start_with(&[], &[&["--data", data], &to[..], &at, arguments].concat());
    let (code, said) = server.stop();
    assert_eq!(code, Some(0), "{said}");
    (said, fs::read_dir(mails.path()).unwrap().count())
}

#[test]
fn a_start_says_where_mails_go() {
    let data = with_a_waiting_mail();

    let (said, written) = serve_with_mail(data.path(), &[]);

    assert!(said.starts_with("Mails are written to files in "), "{said}");
    assert_eq!(written, 1);
    assert_eq!(state_of_the_mail(data.path()).0, "sent");
    let (_, said) = Server::start(data.path()).stop();
    assert!(said.starts_with("No mail is set up: pages show links"), "{said}");
}

#[test]
fn a_practice_sends_nothing_and_leaves_what_waits() {
    let data = with_a_waiting_mail();
    // Of a server that still runs elsewhere; not all of its files were copied.
    let settings = "mail_server = \"smtp://mail.example.com\"\nmail_from = \"desk@example.com\"\n\
                    mail_user = \"desk\"\nmail_password_file = \"mail.password\"\n";
    fs::write(data.path().join("usher.toml"), settings).unwrap();

    let server = Server::start_with(&[], &["--no-mail", "--data", data.path().to_str().unwrap()]);
    let (code, said) = server.stop();

    assert_eq!(code, Some(0));
    assert!(
        said.starts_with("No mails are sent, because of `--no-mail`\n"),
        "{said}"
    );
    assert_eq!(state_of_the_mail(data.path()), ("waiting".to_owned(), 0, None));
}

/// It may have been sent by the server of which the backup is.
#[test]
fn a_mail_that_waited_when_the_backup_was_made_is_not_sent_after_the_restore() {
    let (data, restored) = (with_a_waiting_mail(), tempfile::tempdir().unwrap());
    let copy = restored.path().join("usher.db");
    let backup = usher(&[
        "backup",
        copy.to_str().unwrap(),
        "--data",
        data.path().to_str().unwrap(),
    ]);
    assert_eq!(backup.code, Some(0), "{backup:?}");
    fs::copy(
        data.path().join("secrets.key"),
        restored.path().join("secrets.key"),
    )
    .unwrap();

    let (said, written) = serve_with_mail(restored.path(), &["--accept-loss"]);

    assert!(
        said.contains("1 mail was waiting, and will not be sent"),
        "{said}"
    );
    assert_eq!(written, 0);
    let (state, attempts, why) = state_of_the_mail(restored.path());
    assert_eq!((state.as_str(), attempts), ("failed", 0));
    assert!(why.unwrap().contains("started on a backup"));
    assert_eq!(serve_with_mail(restored.path(), &[]).1, 0);
    // Once there is no loss, the switch changes nothing.
    let (said, written) = serve_with_mail(data.path(), &["--accept-loss"]);
    assert!(said.starts_with("Mails are written to files in "), "{said}");
    assert_eq!(written, 1);
}

/// A restore on another machine has nothing but what was kept apart from the data.
#[test]
fn a_backup_names_the_files_that_a_restore_needs_too() {
    let data = with_a_waiting_mail();
    let path = data.path().to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let backup = |name: &str| {
        let file = folder.path().join(name);
        usher(&["backup", file.to_str().unwrap(), "--data", path]).out
    };

    let without_settings = backup("1.db");
    let settings =
        "metrics_token_file = \"metrics.token\"\nmail_password_file = \"/etc/usher/mail.password\"\n";
    fs::write(data.path().join("usher.toml"), settings).unwrap();
    let with_settings = backup("2.db");

    let needed = |out: &str| out.lines().last().map(str::to_owned);
    assert_eq!(
        needed(&without_settings),
        Some(format!("A restore also needs: {path}/secrets.key."))
    );
    assert_eq!(
        needed(&with_settings),
        Some(format!(
            "A restore also needs: /etc/usher/mail.password, {path}/metrics.token, {path}/secrets.key, \
             {path}/usher.toml."
        ))
    );
}

#[test]
fn a_secret_file_that_everybody_can_read_is_named_in_the_log() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let file = data.path().join("metrics.token");
    fs::write(&file, "a-token-for-the-monitoring").unwrap();
    fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let token = ["--data", path, "--metrics-token-file", file.to_str().unwrap()];

    let (server, mut log) = Server::start_logging(&token);

    let line = log.wait_for("every user of this machine can read");
    assert!(
        line.contains(&format!("run `chmod o= {}`", file.display())),
        "{line}"
    );
    server.kill();
}
