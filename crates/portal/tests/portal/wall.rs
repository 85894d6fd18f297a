//! After somebody set the machine's clock back, users see times by that clock.

use axum::http::Method;
use usher_domain::rules::{Preset, RulesPatch};

use crate::app::{App, Browser, Page};
use crate::console::Desk;

const HOUR_MILLIS: i64 = 3_600_000;

/// All times on a page.
fn moments(html: &str) -> Vec<String> {
    let found = html.split("<time datetime=\"").skip(1);
    found
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

fn assert_of(hour: &str, page: &str, html: &str) {
    let found = moments(html);
    assert!(!found.is_empty(), "{page}: {html}");
    for moment in found {
        // Codes are valid until the next day; by then the clock has caught up by 22 minutes.
        let (day, time) = moment.split_once('T').unwrap();
        assert!(["2026-11-23", "2026-11-24"].contains(&day), "{page}: {moment}");
        assert!(time.starts_with(hour), "{page}: {moment}");
    }
}

#[tokio::test]
async fn every_page_shows_times_by_the_clock_that_was_set_back() {
    let app = App::new().await;
    app.clock.step(-HOUR_MILLIS);
    let desk = Desk::of(app, 1, Preset::HelpDeskShift).await;
    desk.change_rules(
        RulesPatch::default().with("lease_secs", |rules| rules.lease = usher_domain::Secs::new(3_600)),
    )
    .await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, eva) = desk.agent("Eva").await;
    let (_, max) = desk.agent("Max").await;
    let sven = desk.take_seat(&sven).await;
    desk.act(&sven, "/console/sessions", &[("kind", "attended")])
        .await;
    let eva = desk
        .act(&eva, "/console/sign-in", &[("device", "Desk"), ("wait", "yes")])
        .await
        .kept_by(&eva);
    desk.act(&max, "/console/sign-in", &[("device", "Desk")]).await;
    desk.app.add_minutes(desk.account, 10).await;
    let olga = desk.app.sign_in("olga@example.com").await;

    let html = desk.console(&sven).await;
    assert_of("08:", "a device", &html);
    let (_, rest) = html.split_once("/join/").unwrap();
    let code = rest.split('"').next().unwrap().to_owned();
    assert_of("08:", "a place in the queue", &desk.console(&eva).await);
    let accept = [("accept", "text/html")];
    let path = format!("/join/{code}");
    let (nobody, nothing) = (Browser::default(), String::new());
    let join = desk.app.send(&nobody, Method::GET, &path, &accept, nothing).await;
    let join = Page::of(join).await;
    assert_of("08:", "a code", &join.html);
    for page in [
        "overview", "users", "pools", "queue", "sessions", "refusals", "minutes", "audit", "settings",
    ] {
        let shown = desk.app.get(&olga, &format!("/a/{}/{page}", desk.account)).await;
        assert_of("08:", page, &shown.html);
    }
    assert_of("08:", "me", &desk.app.get(&olga, "/me").await.html);
    let found = async |day: &str| {
        let path = format!("/a/{}/audit?from={day}&to={day}", desk.account);
        moments(&desk.app.get(&olga, &path).await.html).len()
    };
    assert!(found("2026-11-23").await > 5);
    desk.act(&sven, "/console/sign-out", &[]).await;
    assert_of("08:", "what is over", &desk.console(&sven).await);
}

#[tokio::test]
async fn days_are_searched_by_the_clock_that_users_saw() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let olga = desk.app.sign_in("olga@example.com").await;
    desk.app.clock.step(-24 * HOUR_MILLIS);
    desk.app
        .give(desk.account, usher_testkit::rename_account("Fabrikam"))
        .await;

    let found = async |day: &str| {
        let path = format!(
            "/a/{}/audit?action=account.renamed&from={day}&to={day}",
            desk.account
        );
        moments(&desk.app.get(&olga, &path).await.html).len()
    };

    assert_eq!((found("2026-11-22").await, found("2026-11-23").await), (1, 0));
}
