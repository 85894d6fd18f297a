//! Links that are sent by mail: for a forgotten password, and invitations.

use axum::http::StatusCode;
use usher_app::{Config, LINKS_PER_EMAIL, MailSetup};
use usher_domain::command::UserPatch;
use usher_domain::permission::{Privilege, Role};
use usher_identity::{Channel, OutboxRow};
use usher_testkit as kit;

use crate::app::{App, Browser, PASSWORD, Page};
use crate::desk::Desk;
use crate::links::{CHOSEN, choose, signs_in};

/// A desk whose server sends mails.
async fn with_mail() -> Desk {
    let mail = MailSetup {
        from: "Help desk <desk@example.com>".to_owned(),
        to: "a directory".to_owned(),
        operator: None,
    };
    let config = Config {
        mail: Some(mail),
        public_url: Some("https://desk.example.com".to_owned()),
        ..Config::default()
    };
    Desk::of(App::configured(config).await, 2).await
}

/// The mails with links, newest first.
async fn mails(desk: &Desk) -> Vec<OutboxRow> {
    let identity = desk.app.app.identity();
    let rows = identity.outbox_of(Some(desk.account), Channel::Mail, 100).await;
    let mut rows = rows.unwrap();
    rows.retain(|row| row.entry.secret.is_some());
    rows
}

/// The path of the link in a mail.
fn path(desk: &Desk, mail: &OutboxRow) -> String {
    let secret = desk.app.app.identity().link_secret(&mail.entry).unwrap().unwrap();
    let page = match &*mail.entry.kind {
        "invitation" => "/invitation",
        "password_reset" => "/reset-password",
        other => panic!("{other} has no link"),
    };
    format!("{page}/{}", secret.expose())
}

async fn ask(desk: &Desk, email: &str) -> Page {
    let (page, fields) = ("/forgotten-password", [("email", email)]);
    let asked = desk.app.post(&Browser::default(), page, page, &fields).await;
    // The links are made after the answer.
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    asked
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_with_a_link_to_its_address() {
    let desk = with_mail().await;
    desk.member("Amara").await;
    let before = desk.app.sign_in("amara@example.com").await;

    let asked = ask(&desk, "Amara@Example.com").await;

    assert_eq!(asked.status, StatusCode::OK, "{}", asked.html);
    let sent = mails(&desk).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(&**sent[0].entry.recipient.reveal(), "amara@example.com");
    assert!(!asked.html.contains("usher_reset_"));
    assert_eq!(desk.app.get(&before, "/me").await.status, StatusCode::OK);
    let chosen = choose(&desk.app, &path(&desk, &sent[0]), [CHOSEN, CHOSEN]).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.html);
    assert_eq!(desk.app.get(&before, "/me").await.status, StatusCode::SEE_OTHER);
    assert!(!signs_in(&desk.app, "amara@example.com", PASSWORD).await);
    let audit = desk.get("/audit").await.unlinked();
    assert!(
        audit.contains("created a password reset link for Amara"),
        "{audit}"
    );
}

#[tokio::test]
async fn the_answer_is_the_same_for_every_address_and_only_passwords_get_links() {
    let desk = with_mail().await;
    let gone = desk.member("Gone").await;
    let inactive = UserPatch {
        active: Some(false),
        ..UserPatch::default()
    };
    desk.give(kit::change_user(gone, inactive)).await;
    // Without a password.
    desk.agent("Bare").await;
    desk.member("Amara").await;

    let mut answers = Vec::new();
    for name in ["nobody", "gone", "bare", "amara"] {
        let email = format!("{name}@example.com");
        let page = ask(&desk, &email).await;
        assert_eq!(page.status, StatusCode::OK);
        answers.push(page.html.replace(&email, "…"));
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let sent = mails(&desk).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(&**sent[0].entry.recipient.reveal(), "amara@example.com");
    let wrong = ask(&desk, "no address").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn nobody_floods_a_mailbox_and_nobody_is_told_that_it_is_full() {
    let desk = with_mail().await;
    desk.member("Amara").await;

    let first = ask(&desk, "amara@example.com").await.html;
    for _ in 0..2 * LINKS_PER_EMAIL {
        assert_eq!(ask(&desk, "amara@example.com").await.html, first);
    }

    let sent = mails(&desk).await;
    assert_eq!(sent.len(), usize::try_from(LINKS_PER_EMAIL).unwrap());
    // Of several links only the newest works.
    let mut open = 0;
    for mail in &sent {
        let opened = desk.app.get(&Browser::default(), &path(&desk, mail)).await;
        open += u32::from(opened.status == StatusCode::OK);
    }
    assert_eq!(open, 1);
}

#[tokio::test]
async fn without_mail_the_page_says_who_helps_and_no_link_is_made() {
    let desk = Desk::with(1).await;
    desk.member("Amara").await;

    let shown = desk.app.get(&Browser::default(), "/forgotten-password").await;
    let asked = ask(&desk, "amara@example.com").await;

    assert!(
        shown.html.contains("owner or admin of your account"),
        "{}",
        shown.html
    );
    assert!(
        !shown
            .html
            .contains("<form method=\"post\" action=\"/forgotten-password\"")
    );
    assert!(asked.html.contains("This server sends no mail"), "{}", asked.html);
    let audit = desk.get("/audit").await.unlinked();
    assert!(!audit.contains("made a link"), "{audit}");
}

#[tokio::test]
async fn an_invitation_goes_by_mail_and_not_through_the_hands_of_its_author() {
    let desk = with_mail().await;
    let manager = desk.manager("Uma", Privilege::UsersManage).await;
    let amara = desk.agent("Amara").await;
    let invitation = desk.path(&format!("/users/{amara}/invitation"));

    let sent = desk.app.post(&manager, "/me", &invitation, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    let mail = mails(&desk).await;
    assert_eq!((mail.len(), &*mail[0].entry.kind), (1, "invitation"));
    let opened = desk.app.get(&Browser::default(), &path(&desk, &mail[0])).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(!sent.html.contains("usher_invite_"));

    let copied = desk
        .post(&format!("/users/{amara}/invitation"), &[("delivery", "shown")])
        .await;
    assert!(
        copied
            .html
            .contains(">https://desk.example.com/invitation/usher_invite_"),
        "{}",
        copied.html
    );
    assert_eq!(mails(&desk).await.len(), 1);
    let replaced = desk.app.get(&Browser::default(), &path(&desk, &mail[0])).await;
    assert_eq!(replaced.status, StatusCode::GONE);
}

async fn opens(desk: &Desk, path: &str) -> bool {
    let opened = desk.app.get(&Browser::default(), path).await;
    assert!(matches!(opened.status, StatusCode::OK | StatusCode::GONE));
    opened.status == StatusCode::OK
}

#[tokio::test]
async fn a_mailed_link_too_ends_once_its_author_may_not_set_that_password() {
    let desk = with_mail().await;
    let manager = desk.manager("Uma", Privilege::UsersManage).await;
    let amara = desk.agent("Amara").await;
    let invitation = desk.path(&format!("/users/{amara}/invitation"));
    desk.app.post(&manager, "/me", &invitation, &[]).await;
    let path = path(&desk, &mails(&desk).await[0]);
    assert!(opens(&desk, &path).await);

    let promotion = UserPatch {
        role: Some(Role::Admin),
        ..UserPatch::default()
    };
    desk.give(kit::change_user(amara, promotion)).await;

    assert!(!opens(&desk, &path).await);
}

#[tokio::test]
async fn a_link_ends_when_its_user_gets_another_address() {
    let desk = with_mail().await;
    let amara = desk.agent("Amara").await;
    let sven = desk.member("Sven").await;
    desk.post(&format!("/users/{amara}/invitation"), &[]).await;
    let invitation = path(&desk, &mails(&desk).await[0]);
    ask(&desk, "sven@example.com").await;
    let sent = mails(&desk).await;
    let reset = sent.iter().find(|mail| &*mail.entry.kind == "password_reset");
    let reset = path(&desk, reset.unwrap());
    assert!(opens(&desk, &invitation).await && opens(&desk, &reset).await);

    for (user, email) in [(amara, "amara.okafor@example.com"), (sven, "sven.ek@example.com")] {
        let change = UserPatch {
            email: Some(email.parse().unwrap()),
            ..UserPatch::default()
        };
        desk.give(kit::change_user(user, change)).await;
    }

    assert!(!opens(&desk, &invitation).await && !opens(&desk, &reset).await);
}

#[tokio::test]
async fn people_of_a_list_get_their_invitations_by_mail() {
    let desk = with_mail().await;
    let list = "Ann,ann@example.com\nBob,bob@example.com\n";
    let fields = [("list", list), ("list_id", "0")];

    let done = desk.post("/users/invite/do", &fields).await;
    let again = desk.post("/users/invite/do", &fields).await;

    for page in [done, again] {
        assert!(page.html.contains("Sent by mail"), "{}", page.html);
        assert!(!page.html.contains("usher_invite_"));
    }
    let mut recipients: Vec<_> = mails(&desk)
        .await
        .iter()
        .map(|mail| mail.entry.recipient.reveal().to_string())
        .collect();
    recipients.sort();
    assert_eq!(recipients, ["ann@example.com", "bob@example.com"]);
}
