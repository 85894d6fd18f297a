//! A help desk on a server with mail, and the mails that it makes.

use std::sync::Arc;

use usher_app::{Config, Mail, MailSetup, Message, SecurityChange};
use usher_domain::permission::{Privilege, Role};
use usher_domain::personal::Personal;
use usher_domain::{Actor, Command};
use usher_engine::{Cause, Request};
use usher_testkit::{ACCOUNT, HelpDesk, NewUser, START, Server, new_user, user};

pub(crate) const OPERATOR: &str = "operator@example.com";

/// A server with mail and without accounts.
pub(crate) async fn server_with_mail() -> Server {
    let setup = MailSetup {
        from: "desk@contoso.example".to_owned(),
        to: "a test".to_owned(),
        operator: Some(Personal::new(Arc::from(OPERATOR))),
    };
    Server::start(Config {
        mail: Some(setup),
        ..Config::default()
    })
    .await
}

/// A help desk with an owner, a manager of seats, Berta, who buys, and Tuva, who has no seat.
pub(crate) async fn open_desk(server: &Server) {
    let help_desk = HelpDesk::new()
        .pool(2)
        .owner("Olga")
        .user(
            new_user("Mats")
                .role(Role::Manager)
                .privileges(&[Privilege::SeatsManage]),
        )
        .user(
            new_user("Rita")
                .role(Role::Manager)
                .privileges(&[Privilege::ReportsView]),
        )
        .user(buyer("Berta"))
        .user(new_user("Tuva"));
    for command in help_desk.commands() {
        server.give(ACCOUNT, command).await;
    }
    for name in ["Olga", "Mats", "Rita", "Berta", "Tuva"] {
        sign_in_once(server, name).await;
    }
}

/// Until then, mails do not tell a user what others do.
pub(crate) async fn sign_in_once(server: &Server, name: &str) {
    let browser = server
        .identity
        .remember_browser(None, ACCOUNT, user(name), None, START);
    browser.await.unwrap();
}

/// The [help desk](open_desk) on a server with mail.
pub(crate) async fn desk() -> Server {
    let server = server_with_mail().await;
    open_desk(&server).await;
    // What was before is nobody's news.
    server.app.announce_account(ACCOUNT).await.unwrap();
    assert_eq!(mails(&server).await, []);
    server
}

/// Somebody who manages the subscription.
fn buyer(name: &str) -> NewUser {
    let buyer = new_user(name).role(Role::Manager);
    buyer
        .privileges(&[Privilege::SubscriptionManage])
        .billing_contact()
}

pub(crate) async fn by(server: &Server, actor: Actor, command: Command) {
    let request = Request {
        actor,
        cause: Cause::from("test"),
        command,
    };
    server
        .engine
        .execute(ACCOUNT, request, |_, (), _| ())
        .await
        .unwrap();
}

pub(crate) fn person(name: &str) -> Actor {
    Actor::User(user(name))
}

/// The mails of the account and of the operator, oldest first: to whom, and what.
pub(crate) async fn mails(server: &Server) -> Vec<(String, Message)> {
    let of_account = server.app.mails_of(Some(ACCOUNT)).await.unwrap();
    let of_server = server.app.mails_of(None).await.unwrap();
    let mut rows = [of_account, of_server].concat();
    rows.sort_by_key(|row| (row.entry.written_at, row.entry.id));
    let mails = rows.iter().map(|row| {
        let mail = Mail::from_json(row.entry.about.reveal()).unwrap();
        let is_new_address =
            matches!(&mail.message, Message::Security { change, .. } if *change == SecurityChange::Address);
        assert!(
            is_new_address || mail.account.as_deref() == Some("Help desk"),
            "{mail:?}"
        );
        assert_eq!(
            row.entry.account.is_none(),
            row.entry.recipient == Arc::from(OPERATOR)
        );
        (row.entry.recipient.reveal().to_string(), mail.message)
    });
    let mut mails: Vec<_> = mails.collect();
    mails.sort_by(|(one, _), (other, _)| one.cmp(other));
    mails
}

/// The mails since the last call of a server whose outbox this empties.
pub(crate) async fn announced(server: &Server) -> Vec<(String, Message)> {
    let before = mails(server).await;
    server.app.announce_account(ACCOUNT).await.unwrap();
    let all = mails(server).await;
    all.into_iter().filter(|mail| !before.contains(mail)).collect()
}
