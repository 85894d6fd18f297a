//! From the outbox to the reader: what leaves, how often, and what is said about it.

use std::path::Path;
use std::sync::Arc;

use usher_app::{Bought, Config, MailSetup, Message};
use usher_domain::personal::Personal;
use usher_domain::{Secs, Timestamp};
use usher_identity::{OutboxEntry, OutboxRefused, OutboxRow, OutboxState, Secret};
use usher_mail::{ATTEMPTS_MAX, Place, Post, Security, Sender};
use usher_testkit::{START, Server as Usher};

use super::server::{Fault, Server};

const SVEN: &str = "sven@contoso.example";
const LINK: &str = "usher_invite_0123456789abcdef";

/// A server with mail, and the sender of its mails.
struct Desk {
    usher: Usher,
    sender: Sender,
}

impl Desk {
    async fn with(post: Post) -> Self {
        let setup = MailSetup {
            from: "desk@contoso.example".to_owned(),
            to: "a test".to_owned(),
            operator: None,
        };
        let usher = Usher::start(Config {
            mail: Some(setup),
            ..Config::default()
        })
        .await;
        let place = Place {
            url: Some("https://usher.example.com".to_owned()),
        };
        let sender = Sender::new(Arc::clone(&usher.app), post, place);
        Self { usher, sender }
    }

    async fn with_server(server: &Server) -> Self {
        Self::with(Post::to_server("desk@contoso.example".parse().unwrap(), server.named()).unwrap()).await
    }

    async fn with_directory(directory: &Path) -> Self {
        let from = "desk@contoso.example".parse().unwrap();
        Self::with(Post::to_directory(from, directory.to_owned())).await
    }

    fn entry(&self, message: Message) -> OutboxEntry {
        let address = Personal::new(Arc::from(SVEN));
        self.usher.app.mail_of_server(address, message).unwrap().unwrap()
    }

    /// Writes an invitation that works for an hour.
    async fn invite(&self) {
        let until = START + Secs::new(3_600);
        let entry = self.entry(Message::Invitation { by: None, until });
        let secret = Secret::of_client(LINK).unwrap();
        let entry = self.usher.identity.with_link_secret(entry, &secret).unwrap();
        self.put(entry).await;
    }

    async fn put(&self, entry: OutboxEntry) {
        let put = self.usher.identity.put_in_outbox(vec![entry], None);
        assert_eq!(put.await.unwrap(), OutboxRefused::default());
    }

    /// Sends one mail, if one is due this many seconds after the start.
    async fn send_at(&mut self, secs: u32) -> bool {
        self.usher.clock.set(START + Secs::new(secs));
        self.sender.send_one().await.unwrap()
    }

    async fn row(&self) -> OutboxRow {
        let mut rows = self.usher.app.mails_of(None).await.unwrap();
        assert_eq!(rows.len(), 1);
        rows.remove(0)
    }
}

fn at(secs: u32) -> Timestamp {
    START + Secs::new(secs)
}

/// The line with the id of a mail that the server has heard.
fn message_id(mail: &str) -> String {
    let mut lines = mail.lines();
    lines
        .find(|line| line.starts_with("Message-ID:"))
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_mail_leaves_once_with_the_link_of_the_public_address() {
    let server = Server::start(Security::StartTls, Fault::None).await;
    let mut desk = Desk::with_server(&server).await;
    desk.invite().await;

    assert!(desk.send_at(1).await);
    assert!(!desk.send_at(10_000).await);

    let mail = server.heard(|heard| heard.mails.clone());
    assert_eq!(mail.len(), 1);
    let link = format!("https://usher.example.com/invitation/{LINK}");
    assert!(mail[0].replace("=\r\n", "").contains(&link), "{}", mail[0]);
    let row = desk.row().await;
    assert_eq!(row.state, OutboxState::Sent { at: at(1) });
    assert_eq!((row.attempts, row.error, row.entry.secret), (1, None, None));
}

#[tokio::test]
async fn a_mail_that_is_put_off_is_tried_again_and_is_the_same_mail() {
    let server = Server::start(Security::StartTls, Fault::Mail("451 4.7.1 greylisted")).await;
    let mut desk = Desk::with_server(&server).await;
    desk.invite().await;

    assert!(desk.send_at(0).await);
    let row = desk.row().await;
    assert_eq!((row.state, row.may_have_left), (OutboxState::Waiting, false));
    assert!(row.error.unwrap().contains("refused the mail (451 4.7.1)"));
    assert!(!desk.send_at(59).await);
    server.set_fault(Fault::None);
    assert!(desk.send_at(60).await);

    assert_eq!(desk.row().await.state, OutboxState::Sent { at: at(60) });
    let mails = server.heard(|heard| heard.mails.clone());
    assert_eq!(mails.len(), 2);
    assert_eq!(message_id(&mails[0]), message_id(&mails[1]));
}

#[tokio::test]
async fn a_mail_that_nobody_can_get_is_given_up_at_once_and_says_why_without_an_address() {
    let server = Server::start(
        Security::StartTls,
        Fault::Recipient("550 5.1.1 <sven@contoso.example>"),
    )
    .await;
    let mut desk = Desk::with_server(&server).await;
    desk.invite().await;

    assert!(desk.send_at(0).await);

    let row = desk.row().await;
    assert_eq!(row.state, OutboxState::Failed { at: at(0) });
    let error = row.error.unwrap();
    assert!(error.contains("refused the recipient (550 5.1.1)"), "{error}");
    assert!(!error.contains("sven") && !error.contains(LINK), "{error}");
    assert_eq!(row.entry.secret, None);
}

/// A mail server that takes mails without saying so delivers each of them.
#[tokio::test]
async fn a_mail_that_may_have_left_is_repeated_once_with_the_same_id_and_then_given_up() {
    let server = Server::start(Security::StartTls, Fault::DropsAfterMail).await;
    let mut desk = Desk::with_server(&server).await;
    desk.invite().await;

    assert!(desk.send_at(0).await);
    let row = desk.row().await;
    assert_eq!((row.state, row.may_have_left), (OutboxState::Waiting, true));
    assert!(desk.send_at(60).await);
    assert!(!desk.send_at(3_000).await);

    let row = desk.row().await;
    assert_eq!(row.state, OutboxState::Failed { at: at(60) });
    assert!(row.may_have_left && row.error.unwrap().contains("it may have arrived"));
    let mails = server.heard(|heard| heard.mails.clone());
    assert_eq!(mails.len(), 2);
    assert_eq!(message_id(&mails[0]), message_id(&mails[1]));
}

/// As after a kill between sending and storing that it was sent.
#[tokio::test]
async fn a_claim_without_an_outcome_is_made_again_after_it_has_run_out() {
    let server = Server::start(Security::StartTls, Fault::None).await;
    let mut desk = Desk::with_server(&server).await;
    desk.invite().await;
    let claimed =
        desk.usher
            .identity
            .claim_from_outbox(usher_identity::Channel::Mail, None, at(0), at(300), 1);
    assert_eq!(claimed.await.unwrap().len(), 1);

    assert!(!desk.send_at(299).await);
    assert!(desk.send_at(300).await);

    let row = desk.row().await;
    assert_eq!(row.state, OutboxState::Sent { at: at(300) });
    assert_eq!((row.attempts, row.may_have_left), (2, true));
}

#[tokio::test]
async fn a_server_that_never_takes_mails_is_asked_for_two_days_and_no_longer() {
    let server = Server::start(Security::StartTls, Fault::Greeting("421 4.3.2 closed")).await;
    let mut desk = Desk::with_server(&server).await;
    let entry = desk.entry(Message::Test);
    desk.put(entry).await;

    let mut attempts = 0;
    for hour in 0..100 {
        while desk.send_at(hour * 3_600).await {
            attempts += 1;
        }
    }

    assert_eq!(attempts, ATTEMPTS_MAX);
    let row = desk.row().await;
    assert!(
        matches!(row.state, OutboxState::Failed { at: end } if end > at(40 * 3_600) && end < at(60 * 3_600))
    );
    assert!(!row.may_have_left);
}

#[tokio::test]
async fn a_link_that_has_ended_is_not_sent() {
    let server = Server::start(Security::StartTls, Fault::None).await;
    let mut desk = Desk::with_server(&server).await;
    desk.invite().await;

    assert!(desk.send_at(3_600).await);

    let row = desk.row().await;
    assert_eq!(row.state, OutboxState::Failed { at: at(3_600) });
    assert!(row.error.unwrap().contains("had ended"));
    assert_eq!(server.heard(|heard| heard.connections), 0);
}

#[tokio::test]
async fn a_reminder_that_is_too_late_is_not_sent_and_says_so_without_a_link() {
    let server = Server::start(Security::StartTls, Fault::None).await;
    let mut desk = Desk::with_server(&server).await;
    let entry = desk.entry(Message::Ending {
        what: Bought::Trial,
        at: at(3_600),
    });
    desk.put(entry).await;

    assert!(desk.send_at(3_600).await);

    let error = desk.row().await.error.unwrap();
    assert!(
        error.contains("What it announces had ended") && !error.contains("link"),
        "{error}"
    );
    assert_eq!(server.heard(|heard| heard.connections), 0);
}

#[tokio::test]
async fn what_a_later_version_wrote_is_given_up_and_does_not_stop_the_others() {
    let server = Server::start(Security::StartTls, Fault::None).await;
    let mut desk = Desk::with_server(&server).await;
    let later = OutboxEntry {
        about: Personal::new(r#"{"kind":"of_a_later_version"}"#.into()),
        ..desk.entry(Message::Test)
    };
    desk.put(later).await;
    let entry = desk.entry(Message::Test);
    desk.put(entry).await;

    assert!(desk.send_at(0).await);
    assert!(desk.send_at(0).await);

    let figures = desk.usher.app.mail_figures().await.unwrap();
    assert_eq!(
        (figures.waiting, figures.failed, figures.last_sent),
        (0, 1, Some(at(0)))
    );
    assert_eq!(server.heard(|heard| heard.mails.len()), 1);
}

#[tokio::test]
async fn a_mail_to_a_directory_is_a_private_file_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::with_directory(directory.path()).await;
    desk.invite().await;

    assert!(desk.send_at(0).await);

    let row = desk.row().await;
    let file = directory.path().join(format!("{}.eml", row.entry.id));
    let mail = std::fs::read_to_string(&file).unwrap();
    assert!(mail.contains(&format!("To: {SVEN}\r\n")), "{mail}");
    assert_eq!(&*row.entry.kind, "invitation");
    assert_eq!(&**row.entry.about.reveal(), "{}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0);
    }
}

#[tokio::test]
async fn a_directory_that_is_gone_is_a_trouble_that_passes() {
    let directory = tempfile::tempdir().unwrap();
    let gone = directory.path().join("gone");
    let mut desk = Desk::with_directory(&gone).await;
    desk.invite().await;

    assert!(desk.send_at(0).await);
    assert_eq!(desk.row().await.state, OutboxState::Waiting);
    std::fs::create_dir(&gone).unwrap();
    assert!(desk.send_at(60).await);

    assert_eq!(desk.row().await.state, OutboxState::Sent { at: at(60) });
}
