//! Forms about things that never existed, are somebody else's, or are over: a viewer who may not see the thing cannot
//! tell these apart (R6).

use std::fmt::Write as _;

use axum::http::Method;
use usher_domain::SessionId;
use usher_testkit as kit;

use crate::app::{App, Browser, Page, form};
use crate::desk::Desk;
use crate::tables::{table, tables};

/// Ids of things of one kind each.
struct Ids {
    sign_in: String,
    session: String,
    ticket: String,
}

impl Ids {
    /// Ids that never existed.
    fn of_nothing(app: &App) -> Self {
        Self {
            sign_in: usher_domain::SignInId::from_bits(app.draw_bits()).to_string(),
            session: SessionId::from_bits(app.draw_bits()).to_string(),
            ticket: usher_domain::TicketId::from_bits(app.draw_bits()).to_string(),
        }
    }

    /// Sven's sign-in with a call, and Amara's place in the queue.
    async fn of_others(desk: &Desk) -> Self {
        let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
        let sign_in = desk.sign_in(sven).await;
        let session = desk.start_call(sign_in).await;
        let ticket = desk.wait(amara).await;
        Self {
            sign_in: sign_in.to_string(),
            session: session.to_string(),
            ticket: ticket.to_string(),
        }
    }

    async fn end(&self, desk: &Desk) {
        let (ticket, sign_in) = (self.ticket.parse().unwrap(), self.sign_in.parse().unwrap());
        desk.give(kit::drop_ticket(ticket)).await;
        desk.give(kit::sign_out(sign_in)).await;
    }

    fn address(&self, desk: &Desk, path: &str) -> String {
        path.replace("{account}", &desk.account.to_string())
            .replace("{sign_in}", &self.sign_in)
            .replace("{session}", &self.session)
            .replace("{ticket}", &self.ticket)
            .replace("{verb}", "end")
    }
}

/// The status of the answers to this row, of which each form has the ids of all kinds.
async fn ask(desk: &Desk, browser: &Browser, row: &str, ids: &Ids) -> String {
    let (method, path) = row.split_once(' ').unwrap();
    let address = ids.address(desk, path);
    let mut fields = vec![
        ("sign_in", ids.sign_in.as_str()),
        ("session", ids.session.as_str()),
        ("product", "remote-support"),
    ];
    let token = desk.app.get(browser, "/me").await.token();
    fields.extend(token.as_deref().map(|token| ("_csrf", token)));
    let (method, body) = match method {
        "POST" => (Method::POST, form(&fields)),
        _ => (Method::GET, String::new()),
    };
    let answer = desk.app.send(browser, method, &address, &[], body).await;
    Page::of(answer).await.status.as_u16().to_string()
}

#[tokio::test]
async fn what_is_over_is_told_only_to_those_who_could_see_it() {
    let (columns, rows) = table(tables()[4]);
    assert_eq!(columns, ["nothing", "hidden", "over", "owner"]);
    let desk = Desk::open(1).await;
    desk.member("Mia").await;
    let mia = desk.app.sign_in("mia@example.com").await;
    let (nothing, others) = (Ids::of_nothing(&desk.app), Ids::of_others(&desk).await);
    let mut made: Vec<(&str, Vec<String>)> = rows.keys().map(|row| (*row, Vec::new())).collect();

    for (row, cells) in &mut made {
        cells.push(ask(&desk, &mia, row, &nothing).await);
        cells.push(ask(&desk, &mia, row, &others).await);
    }
    others.end(&desk).await;
    for (row, cells) in &mut made {
        cells.push(ask(&desk, &mia, row, &others).await);
        cells.push(ask(&desk, &desk.owner, row, &others).await);
    }

    let mut wrong = String::new();
    for (row, cells) in made {
        assert!(
            cells[0] == cells[1] && cells[1] == cells[2],
            "{row} tells: {cells:?}"
        );
        if rows[row] != cells {
            let _ = writeln!(wrong, "| {row} | {} |", cells.join(" | "));
        }
    }
    assert!(
        wrong.is_empty(),
        "otherwise than docs/authorization.md says:\n{wrong}"
    );
}
