//! A seat, or a place in the queue, of an agent who is on another page than the console.

use axum::http::Method;
use futures::StreamExt;
use usher_domain::Secs;
use usher_domain::rules::{Preset, RulesPatch};

use crate::app::Browser;
use crate::console::{CONSOLE, Desk};

/// A page without a live part.
const FORM: &str = "/me/preferences";
const STREAM: &str = "/console/holds/live";

async fn page(desk: &Desk, browser: &Browser, path: &str) -> String {
    desk.app.get(browser, path).await.html
}

fn users(desk: &Desk) -> String {
    format!("/a/{}/users", desk.account)
}

fn overview(desk: &Desk) -> String {
    format!("/a/{}/overview", desk.account)
}

async fn first_message(desk: &Desk, browser: &Browser, path: &str) -> String {
    let response = desk.app.send(browser, Method::GET, path, &[], String::new());
    let mut frames = response.await.into_body().into_data_stream();
    let frame = frames.next().await.unwrap().unwrap();
    String::from_utf8(frame.to_vec()).unwrap()
}

#[tokio::test]
async fn s11_every_page_of_a_browser_that_holds_a_seat_sends_heartbeats() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    for path in [FORM, &overview(&desk)] {
        let html = page(&desk, &sven, path).await;
        assert!(!html.contains("data-alive-every"), "{path}: {html}");
    }

    let answer = desk.act(&sven, "/console/sign-in", &[("device", "Laptop")]).await;
    assert!(
        answer.cookie("usher_device").contains("Path=/;"),
        "{:?}",
        answer.headers
    );
    let here = answer.kept_by(&sven);

    for path in [FORM, &overview(&desk), "/a/nowhere"] {
        let html = page(&desk, &here, path).await;
        assert!(html.contains("data-alive-every=\"30\""), "{path}: {html}");
    }
    let form = page(&desk, &here, FORM).await;
    assert!(form.contains(STREAM), "{form}");
    let live = page(&desk, &here, &overview(&desk)).await;
    assert!(!live.contains(STREAM), "one stream a page: {live}");
    assert!(live.contains("\"pauseOnBackground\":false"), "{live}");
    let console = page(&desk, &here, CONSOLE).await;
    assert!(
        !console.contains("id=\"holds\""),
        "the console says it itself: {console}"
    );
    let elsewhere = page(&desk, &sven, FORM).await;
    assert!(!elsewhere.contains("data-alive-every"), "{elsewhere}");
}

#[tokio::test]
async fn a3_a_warning_reaches_every_page_and_stay_is_an_answer_there() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let rules = RulesPatch::default()
        .with("auto_log_off_after_secs", |rules| {
            rules.auto_log_off_after = Some(Secs::new(300));
        })
        .with("lease_secs", |rules| rules.lease = Secs::new(1000));
    desk.change_rules(rules).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;
    let calm = page(&desk, &sven, FORM).await;
    assert!(!calm.contains("Are you still there?"), "{calm}");

    desk.advance(250).await;

    for path in [FORM, &overview(&desk)] {
        let html = page(&desk, &sven, path).await;
        assert!(
            html.contains("data-tell=\"Are you still there?\""),
            "{path}: {html}"
        );
        assert!(html.contains("form=\"stay\">Stay<"), "{path}: {html}");
    }
    for path in [STREAM.to_owned(), format!("{}/live", overview(&desk))] {
        let message = first_message(&desk, &sven, &path).await;
        assert!(
            message.contains("data-tell=\"Are you still there?\""),
            "{message}"
        );
    }
    desk.app.post(&sven, FORM, "/console/stay", &[]).await;
    let html = page(&desk, &sven, FORM).await;
    assert!(!html.contains("Are you still there?"), "{html}");
}

#[tokio::test]
async fn an_offer_and_the_end_of_a_session_reach_every_page() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let notice = RulesPatch::default().with("end_notice_secs", |rules| {
        rules.end_notice = Secs::new(30);
    });
    desk.change_rules(notice).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    let sven = desk.take_seat(&sven).await;
    let wait = [("device", "Phone"), ("wait", "yes")];
    let yuki = desk.act(&yuki, "/console/sign-in", &wait).await.kept_by(&yuki);
    let waiting = page(&desk, &yuki, FORM).await;
    assert!(waiting.contains("data-alive-every=\"30\""), "{waiting}");
    assert!(!waiting.contains("A seat is yours"), "{waiting}");

    desk.act(&sven, "/console/sign-out", &[]).await;

    let offered = page(&desk, &yuki, FORM).await;
    assert!(offered.contains("data-tell=\"A seat is yours\""), "{offered}");
    assert!(
        offered.contains("href=\"/console?product=remote-support\""),
        "{offered}"
    );
    let olga = desk.app.sign_in("olga@example.com").await;
    let others = page(&desk, &olga, &users(&desk)).await;
    assert!(!others.contains("A seat is yours"), "{others}");
}
