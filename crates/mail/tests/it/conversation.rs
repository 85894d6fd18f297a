//! Conversations with a mail server, and what each end of one means for the mail.

use usher_domain::{OutboxId, Timestamp};
use usher_mail::{Letter, MailServer, Outcome, Post, Security};

use super::server::{ENDLESS_BYTES, Fault, Server};

const ID: OutboxId = OutboxId::from_bits(7);
const AT: Timestamp = Timestamp::from_millis(1_795_424_400_000);

fn post(server: MailServer) -> Post {
    Post::to_server("Help desk <desk@contoso.example>".parse().unwrap(), server).unwrap()
}

fn letter() -> Letter {
    Letter {
        subject: "Hello".to_owned(),
        text: "One\r\n.\r\nTwo\r\n.Three".to_owned(),
        html: "<p>One".to_owned(),
    }
}

async fn send(post: &mut Post) -> Outcome {
    post.send(ID, &letter(), "sven@contoso.example", AT).await
}

#[tokio::test]
async fn a_mail_is_handed_over_in_tls_and_nothing_before_it_is() {
    for security in [Security::Tls, Security::StartTls] {
        let server = Server::start(security, Fault::None).await;

        let mut post = post(server.named_with_login());
        let outcome = send(&mut post).await;

        assert_eq!(outcome, Outcome::Sent, "{security:?}");
        let commands = server.heard(|heard| heard.commands.clone());
        let words: Vec<_> = commands
            .iter()
            .map(|line| line.split(' ').next().unwrap())
            .collect();
        let in_tls = ["EHLO", "AUTH", "MAIL", "RCPT", "DATA"];
        let expected: Vec<_> = match security {
            Security::StartTls => [&["EHLO", "STARTTLS"][..], &in_tls].concat(),
            _ => in_tls.to_vec(),
        };
        assert_eq!(words, expected);
        let mail = server.heard(|heard| heard.mails[0].clone());
        assert!(mail.contains("One\r\n.\r\nTwo\r\n.Three"), "{mail}");
        assert!(mail.contains("Auto-Submitted: auto-generated\r\n"), "{mail}");
    }
}

#[tokio::test]
async fn one_conversation_takes_several_mails_and_a_lost_one_is_begun_again() {
    let server = Server::start(Security::StartTls, Fault::None).await;
    let mut post = post(server.named());

    assert_eq!(send(&mut post).await, Outcome::Sent);
    assert_eq!(send(&mut post).await, Outcome::Sent);
    assert_eq!(server.heard(|heard| heard.connections), 1);
    post.rest().await;
    assert_eq!(
        server.heard(|heard| heard.commands.last().cloned()).as_deref(),
        Some("QUIT")
    );
    assert_eq!(send(&mut post).await, Outcome::Sent);

    assert_eq!(
        server.heard(|heard| (heard.connections, heard.mails.len())),
        (2, 3)
    );
}

#[tokio::test]
async fn without_tls_that_is_trusted_nothing_is_said() {
    for (security, fault) in [
        (Security::Tls, Fault::Untrusted),
        (Security::StartTls, Fault::Untrusted),
        (Security::StartTls, Fault::NoStartTls),
    ] {
        let server = Server::start(security, fault).await;

        let outcome = send(&mut post(server.named_with_login())).await;

        let Outcome::NotSent(trouble) = outcome else {
            panic!("{fault:?}: {outcome:?}");
        };
        assert!(!trouble.is_final, "{fault:?}: {trouble}");
        let said = match fault {
            Fault::NoStartTls => "does not offer STARTTLS",
            _ => "no certificate that this server trusts",
        };
        assert!(trouble.why.contains(said), "{fault:?}: {trouble}");
        let is_told = |line: &String| line.starts_with("AUTH") || line.starts_with("MAIL");
        assert!(
            !server.heard(|heard| heard.commands.iter().any(is_told)),
            "{fault:?}"
        );
    }
}

/// Such a reply is read as the answer to a later command (CVE-2021-38371 and its kin).
#[tokio::test]
async fn a_reply_slipped_in_before_tls_makes_no_mail_count_as_sent() {
    let server = Server::start(Security::StartTls, Fault::InjectsBeforeTls).await;

    let outcome = send(&mut post(server.named())).await;

    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert_eq!(server.heard(|heard| heard.mails.len()), 0);
}

/// Whoever answers for the mail server must not use up this server's memory.
#[tokio::test]
async fn a_line_that_never_ends_is_read_to_a_bound_only() {
    // What the kernel holds for a connection is sent, and never read.
    const IN_THE_KERNEL_MAX: usize = 20_000_000;
    for security in [Security::Plain, Security::Tls, Security::StartTls] {
        for fault in [Fault::EndlessGreeting, Fault::EndlessAtRecipient] {
            let server = Server::start(security, fault).await;

            let outcome = send(&mut post(server.named())).await;

            let Outcome::NotSent(trouble) = outcome else {
                panic!("{security:?} {fault:?}: {outcome:?}");
            };
            let is_said = trouble.why.contains("sent more than belongs to a reply");
            assert!(is_said && !trouble.is_final, "{security:?} {fault:?}: {trouble}");
            let sent = server.heard(|heard| heard.sent_without_end);
            assert!(
                sent < IN_THE_KERNEL_MAX && IN_THE_KERNEL_MAX < ENDLESS_BYTES,
                "{sent}"
            );
        }
    }
}

/// An end of the conversation, whether another attempt may help, and what is told.
const KNOWN_NOT_TO_HAVE_LEFT: &[(Fault, bool, &str)] = &[
    (
        Fault::Greeting("554 5.7.1 go away"),
        false,
        "refused this server (554 5.7.1)",
    ),
    (
        Fault::Greeting("421 too busy"),
        false,
        "refused this server (421)",
    ),
    (
        Fault::SignIn("535 5.7.8 wrong"),
        false,
        "refused the user or the password for mail (535 5.7.8)",
    ),
    (
        Fault::Sender("550 5.7.60 not yours"),
        false,
        "refused the sender (550 5.7.60)",
    ),
    (
        Fault::Recipient("451 4.7.1 try later"),
        false,
        "refused the recipient (451 4.7.1)",
    ),
    (
        Fault::Recipient("550 5.1.1 <sven@contoso.example>: unknown"),
        true,
        "refused the recipient (550 5.1.1)",
    ),
    (
        Fault::Recipient("550 sven@contoso.example"),
        true,
        "refused the recipient (550)",
    ),
    (
        Fault::DropsAtRecipient,
        false,
        "could not be reached, or ended the conversation",
    ),
    (
        Fault::Mail("452 4.3.1 full"),
        false,
        "refused the mail (452 4.3.1)",
    ),
    (
        Fault::Mail("554 5.7.1 spam"),
        true,
        "refused the mail (554 5.7.1)",
    ),
];

#[tokio::test]
async fn a_refused_mail_is_known_not_to_have_left() {
    for (fault, is_final, said) in KNOWN_NOT_TO_HAVE_LEFT {
        let server = Server::start(Security::Plain, *fault).await;

        let outcome = send(&mut post(server.named_with_login())).await;

        let Outcome::NotSent(trouble) = outcome else {
            panic!("{fault:?}: {outcome:?}");
        };
        assert_eq!(trouble.is_final, *is_final, "{fault:?}: {trouble}");
        assert!(trouble.why.contains(said), "{fault:?}: {trouble}");
        for secret in ["sven", "contoso", "correct horse"] {
            assert!(!trouble.why.contains(secret), "{fault:?}: {trouble}");
        }
    }
}

#[tokio::test]
async fn nobody_at_the_address_is_a_trouble_that_passes() {
    let port = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap().port()
    };
    let server = MailServer::parse(&format!("smtp+plain://127.0.0.1:{port}")).unwrap();

    let outcome = send(&mut post(server)).await;

    let Outcome::NotSent(trouble) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(
        trouble.why.contains("could not be reached") && !trouble.is_final,
        "{trouble}"
    );
}

#[tokio::test]
async fn a_conversation_that_ends_after_the_mail_says_nothing_about_it() {
    let server = Server::start(Security::StartTls, Fault::DropsAfterMail).await;

    let outcome = send(&mut post(server.named())).await;

    let Outcome::Unknown(trouble) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(trouble.why.contains("it may have arrived"), "{trouble}");
    assert_eq!(server.heard(|heard| heard.mails.len()), 1);
}

/// The clock is stopped once the server hangs, so that it moves to the end of the client's patience at once.
async fn with_a_server_that_hangs(fault: Fault) -> Outcome {
    let server = Server::start(Security::StartTls, fault).await;
    let mut post = post(server.named());
    let sending = tokio::spawn(async move { send(&mut post).await });

    server.until_it_hangs().await;
    tokio::time::pause();

    sending.await.unwrap()
}

#[tokio::test]
async fn a_server_that_hangs_is_left_and_before_the_mail_nothing_has_left() {
    let before = with_a_server_that_hangs(Fault::HangsAtRecipient).await;

    let Outcome::NotSent(trouble) = before else {
        panic!("{before:?}");
    };
    assert!(trouble.why.contains("took longer than 60 seconds"), "{trouble}");
}

#[tokio::test]
async fn a_server_that_hangs_after_the_mail_may_have_it() {
    let after = with_a_server_that_hangs(Fault::HangsAfterMail).await;

    let Outcome::Unknown(trouble) = after else {
        panic!("{after:?}");
    };
    assert!(trouble.why.contains("it may have arrived"), "{trouble}");
}

#[tokio::test]
async fn letters_that_the_server_cannot_address_are_said_to_be_so() {
    let server = Server::start(Security::StartTls, Fault::None).await;
    let mut post = post(server.named());

    let outcome = post.send(ID, &letter(), "åke@contoso.example", AT).await;
    let domain = post.send(ID, &letter(), "ake@münchen.example", AT).await;

    let Outcome::NotSent(trouble) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(trouble.is_final && trouble.why.contains("SMTPUTF8"), "{trouble}");
    assert_eq!(domain, Outcome::Sent);
    let is_named = |line: &String| line == "RCPT TO:<ake@xn--mnchen-3ya.example>";
    assert!(server.heard(|heard| heard.commands.iter().any(is_named)));
}
