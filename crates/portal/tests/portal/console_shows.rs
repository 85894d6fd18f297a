//! What the agent console shows and says: refusals with what helps, links to hand over, warnings.

use axum::http::{Method, StatusCode};
use usher_domain::Secs;
use usher_domain::permission::Role;
use usher_domain::rules::{Preset, RulesPatch};
use usher_domain::user::License;
use usher_testkit as kit;

use crate::app::{App, Browser, Page};
use crate::console::{CONSOLE, Desk, action};

#[tokio::test]
async fn q1_users_who_may_see_them_find_the_holders_of_a_full_pool_and_the_sessions() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (user, sven) = desk.agent("Sven").await;
    desk.take_seat(&sven).await;
    let ada = desk.app.user(desk.account, "Ada", "ada@example.com", Role::Admin);
    let license = kit::set_license(ada.await, Some(License::Shared(desk.pool)));
    desk.app.give(desk.account, license).await;
    let ada = desk.app.sign_in("ada@example.com").await;

    let page = desk.act(&ada, "/console/sign-in", &[("device", "Desk")]).await;

    let account = format!("/a/{}", desk.account);
    for link in [
        format!("{account}/users/{user}\">Sven"),
        format!("{account}/pools/{}\"", desk.pool),
        format!("{account}/sessions?product=remote-support\""),
    ] {
        assert!(page.html.contains(&link), "{link}: {}", page.html);
    }
}

#[tokio::test]
async fn a_refusal_that_a_session_of_ones_own_caused_has_the_buttons_to_pause_and_end_it() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;
    let start = [("kind", "unattended")];
    desk.act(&sven, "/console/sessions", &start).await;

    let page = desk.act(&sven, "/console/sessions", &start).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.html.contains("Your seat is in a call"), "{}", page.html);
    let (_, refused) = page.html.split_once("id=\"refused-title\"").unwrap();
    let (refused, _) = refused.split_once("</section>").unwrap();
    assert!(refused.contains("/end\""), "{refused}");
    desk.act(&sven, &action(refused, "/pause"), &[]).await;
    let page = desk.act(&sven, "/console/sessions", &start).await;

    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
}

#[tokio::test]
async fn l16_a_license_that_has_ended_signs_in_no_other_browser_and_says_so_on_both() {
    let desk = Desk::with(2, Preset::HelpDeskShift).await;
    let (user, sven) = desk.agent("Sven").await;
    let here = desk.take_seat(&sven).await;
    desk.app
        .give(desk.account, kit::set_license_after_work(user, None))
        .await;

    let page = desk.act(&sven, "/console/sign-in", &[("device", "Phone")]).await;

    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.html.contains("/help/refusals#license-ended") && page.html.contains("Ask for a named seat"),
        "{}",
        page.html
    );
    for browser in [&here, &sven] {
        let html = desk.console(browser).await;
        assert!(
            html.contains("Your license has ended: you keep it only where"),
            "{html}"
        );
        assert!(!html.contains("lent until"), "{html}");
    }
}

#[tokio::test]
async fn help_explains_refusals_to_anybody() {
    let app = App::new().await;

    let page = app.get(&Browser::default(), "/help/refusals").await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("id=\"no-seat-available\""), "{}", page.html);
}

#[tokio::test]
async fn a1_a_click_in_the_console_is_no_activity_in_a_help_desk_and_no_answer_to_its_warning() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let rules = RulesPatch::default()
        .with("auto_log_off_after_secs", |rules| {
            rules.auto_log_off_after = Some(Secs::new(300));
        })
        .with("lease_secs", |rules| rules.lease = Secs::new(1000));
    desk.change_rules(rules).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;

    desk.advance(150).await;
    desk.act(&sven, "/console/active", &[]).await;
    desk.advance(100).await;
    desk.act(&sven, "/console/active", &[]).await;
    let html = desk.console(&sven).await;
    assert!(html.contains("Are you still there?"), "{html}");
    desk.act(&sven, "/console/stay", &[]).await;
    desk.advance(100).await;

    let html = desk.console(&sven).await;
    assert!(
        html.contains("data-phase=\"in\"") && !html.contains("Are you still there?"),
        "{html}"
    );
}

#[tokio::test]
async fn a_link_that_waits_for_its_customer_is_work_on_every_page() {
    let desk = Desk::with(2, Preset::HelpDeskShift).await;
    let (user, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;
    let html = desk.console(&sven).await;
    assert!(
        html.contains("Log-off if you are idle") && html.contains("data-until="),
        "{html}"
    );

    desk.act(&sven, "/console/sessions", &[("kind", "call")]).await;

    let html = desk.console(&sven).await;
    for text in [
        "Link open, waits for the customer",
        "not during a call or while a link is open",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let olga = desk.app.sign_in("olga@example.com").await;
    let account = format!("/a/{}", desk.account);
    for page in ["/pools".to_owned(), "/users".to_owned(), format!("/users/{user}")] {
        let html = desk.app.get(&olga, &format!("{account}{page}")).await.html;
        assert!(
            html.contains("Link open, waits for the customer"),
            "{page}: {html}"
        );
    }
    let html = desk.app.get(&olga, &format!("{account}/users")).await.html;
    assert!(html.contains("Not signed in") && !html.contains("Away"), "{html}");
}

#[tokio::test]
async fn the_address_of_a_link_is_the_one_that_the_agents_browser_uses() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;
    desk.act(&sven, "/console/sessions", &[("kind", "call")]).await;

    let header = [("host", "desk.example:8080")];
    let page = desk.app.send(&sven, Method::GET, CONSOLE, &header, String::new());

    let html = Page::of(page.await).await.html;
    assert!(html.contains("href=\"http://desk.example:8080/join/"), "{html}");
    assert!(html.contains("QR code of the link"), "{html}");
}

#[tokio::test]
async fn no_alert_of_the_console_counts_seconds() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let rules = RulesPatch::default()
        .with("auto_log_off_after_secs", |rules| {
            rules.auto_log_off_after = Some(Secs::new(300));
        })
        .with("lease_secs", |rules| rules.lease = Secs::new(1000));
    desk.change_rules(rules).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;
    desk.advance(250).await;

    let html = desk.console(&sven).await;

    assert!(html.contains("data-tell=\"Are you still there?\""), "{html}");
    for alert in html.split("role=\"alert\"").skip(1) {
        let (alert, _) = alert.split_once("</p>").unwrap();
        assert!(!alert.contains("data-countdown"), "{alert}");
    }
}
