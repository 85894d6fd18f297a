//! Reading the journal for mails: whenever the server is killed, and whatever is wrong with one account.

use std::sync::Arc;

use usher_domain::{AccountId, Secs};
use usher_engine::{Cause, Failure, Request};
use usher_journal::Fault;
use usher_testkit::{ACCOUNT, HelpDesk, START, Server, ask_for_seat, new_user, user, withdraw_seat_request};

use super::desk::{by, mails, open_desk, person, server_with_mail};

/// More turns of all tasks than anything takes that does not wait for the clock.
const TURNS: usize = 2_000;

/// Announces until there are so many mails, or for a while; then it is killed.
async fn announce_until(server: &Server, expected: usize) {
    let announcing = tokio::spawn(Arc::clone(&server.app).announce());
    for _ in 0..TURNS {
        if mails(server).await.len() == expected && expected > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    announcing.abort();
}

async fn ask(server: &Server) {
    by(server, person("Tuva"), ask_for_seat(user("Tuva"), "Please.")).await;
}

/// Its first event of which somebody is told comes just before the kill.
#[tokio::test(start_paused = true)]
async fn a_kill_loses_no_mail_of_an_account_that_is_new() {
    let server = server_with_mail().await;
    announce_until(&server, 0).await;
    server.clock.set(START + Secs::new(60));
    open_desk(&server).await;
    ask(&server).await;

    announce_until(&server, 2).await;

    assert_eq!(mails(&server).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_happened_before_mail_was_set_up_makes_none() {
    let server = server_with_mail().await;
    open_desk(&server).await;
    ask(&server).await;
    server.clock.set(START + Secs::new(60));

    announce_until(&server, 0).await;
    assert_eq!(mails(&server).await, []);
    let withdrawn = withdraw_seat_request(user("Tuva"));
    by(&server, person("Tuva"), withdrawn).await;
    server.clock.set(START + Secs::new(3_600));
    ask(&server).await;
    announce_until(&server, 2).await;

    assert_eq!(mails(&server).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_journal_cannot_be_read_keeps_no_mail_of_another_waiting() {
    let server = server_with_mail().await;
    let broken = AccountId::from_bits(0);
    announce_until(&server, 0).await;
    let desk = HelpDesk::of(broken, "Broken").pool(1).user(new_user("Tuva"));
    for command in desk.commands() {
        server.give(broken, command).await;
    }
    open_desk(&server).await;
    let unreadable = Fault::Overtaken {
        entries: Box::from(*b"{"),
        next_due: None,
        records: Vec::new(),
    };
    server.journal.fault_at(1, unreadable);
    let request = Request {
        actor: person("Tuva"),
        cause: Cause::from("test"),
        command: ask_for_seat(user("Tuva"), "Please."),
    };
    let stored = server.engine.execute(broken, request, |_, (), _| ()).await;
    assert!(matches!(stored, Err(Failure::Unavailable(_))), "{stored:?}");
    assert!(broken < ACCOUNT, "it is read first");
    ask(&server).await;

    announce_until(&server, 2).await;

    assert_eq!(mails(&server).await.len(), 2);
    let followed = server.identity.followed_until(broken).await.unwrap();
    assert_eq!(followed, 0);
}
