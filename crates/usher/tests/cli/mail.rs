//! Mail with the real program: settings that are refused, and mails that become files.

use std::fs;
use std::path::Path;

use crate::program::{Run, usher};

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

    let none = test_mail(&[]);
    let unreachable = test_mail(&["--mail-server", &server, "--mail-from", "desk@example.com"]);

    assert_eq!((none.code, unreachable.code), (Some(1), Some(1)));
    assert!(none.err.contains("No mail is set up"), "{none:?}");
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
