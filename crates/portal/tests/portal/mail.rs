//! Mails on the pages: what an account sees of its own, and what the operator sees of all.

use usher_app::{Config, MailSetup};
use usher_domain::permission::Role;
use usher_identity::{Channel, OUTBOX_PER_RECIPIENT_MAX, Settled};

use crate::app::{App, Browser, PASSWORD};

async fn with_mail() -> App {
    let setup = MailSetup {
        from: "Help desk <desk@contoso.example>".to_owned(),
        to: "mail.contoso.example:587".to_owned(),
        operator: None,
    };
    App::configured(Config {
        mail: Some(setup),
        ..Config::default()
    })
    .await
}

#[tokio::test]
async fn an_admin_sends_a_test_mail_to_themselves_and_sees_what_became_of_it() {
    let app = with_mail().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@contoso.example", Role::Owner)
        .await;
    let other = app.account("Fabrikam").await;
    app.user(other, "Fay", "fay@fabrikam.example", Role::Owner).await;
    let olga = app.sign_in("olga@contoso.example").await;
    let fay = app.sign_in("fay@fabrikam.example").await;
    let path = format!("/a/{account}/settings/mail");

    let sent = app.post(&olga, &path, &path, &[]).await;
    assert_eq!(sent.status, 303);
    let now = app.engine.now();
    let claims = app
        .identity
        .claim_from_outbox(Channel::Mail, None, now, now, 10)
        .await
        .unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(&**claims[0].entry.recipient.reveal(), "olga@contoso.example");
    let failed = Settled::Failed {
        error: "mail.contoso.example:587 refused the recipient (550 5.1.1).".into(),
        may_have_left: false,
    };
    assert!(
        app.identity
            .settle_in_outbox(&claims[0], failed, now)
            .await
            .unwrap()
    );
    let listed = app.get(&olga, &path).await;

    for said in [
        "sent from <strong>Help desk &#60;desk@contoso.example&#62;</strong>",
        "olga@contoso.example",
        "Test mail",
        "Not sent",
        "refused the recipient (550 5.1.1).",
    ] {
        assert!(listed.html.contains(said), "{said}: {}", listed.html);
    }
    let others = app.get(&fay, &format!("/a/{other}/settings/mail")).await;
    assert!(others.html.contains("No mail of this account"), "{}", others.html);
    assert_eq!(app.get(&fay, &path).await.status, 404);
}

#[tokio::test]
async fn test_mails_do_not_flood_a_mailbox() {
    let app = with_mail().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@contoso.example", Role::Owner)
        .await;
    let olga = app.sign_in("olga@contoso.example").await;
    let path = format!("/a/{account}/settings/mail");

    for _ in 0..OUTBOX_PER_RECIPIENT_MAX {
        app.post(&olga, &path, &path, &[]).await;
    }
    let refused = app.post(&olga, &path, &path, &[]).await;

    let figures = app.app.mail_figures().await.unwrap();
    assert_eq!(figures.waiting, OUTBOX_PER_RECIPIENT_MAX as u64);
    let said = app.get(&refused.kept_by(&olga), &path).await;
    assert!(said.html.contains("so this one is not sent"), "{}", said.html);
}

#[tokio::test]
async fn without_mail_the_page_says_so_and_no_mail_is_written() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@contoso.example", Role::Owner)
        .await;
    let olga = app.sign_in("olga@contoso.example").await;
    let path = format!("/a/{account}/settings/mail");

    app.post(&olga, &path, &path, &[]).await;
    let shown = app.get(&olga, &path).await;

    assert!(
        shown.html.contains("This server sends no mails"),
        "{}",
        shown.html
    );
    assert_eq!(app.app.mail_figures().await.unwrap().waiting, 0);
}

#[tokio::test]
async fn a_sign_in_with_another_browser_is_told_by_mail() {
    let app = with_mail().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@contoso.example", Role::Owner)
        .await;
    let waiting = async || app.app.mail_figures().await.unwrap().waiting;

    let sign_in = async |browser: &Browser| {
        let fields = [("email", "olga@contoso.example"), ("password", PASSWORD)];
        app.post(browser, "/sign-in", "/sign-in", &fields).await
    };
    let first = sign_in(&Browser::default()).await;
    // The browser is known by its own cookie, which does not depend on the user who is signed in there.
    let known = Browser {
        cookie: first.cookie("usher_browser").split(';').next().map(str::to_owned),
    };
    sign_in(&known).await;
    assert_eq!(waiting().await, 0);
    sign_in(&Browser::default()).await;

    assert_eq!(waiting().await, 1);
    let rows = app.app.mails_of(Some(account)).await.unwrap();
    assert_eq!(&*rows[0].entry.kind, "security");
}
