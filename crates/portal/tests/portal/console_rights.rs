//! Whose sessions the agent console shows, and to whom.

use axum::http::{Method, StatusCode};
use usher_domain::command::UserPatch;
use usher_domain::permission::{Override, PermissionOverrides};
use usher_domain::rules::Preset;
use usher_testkit as kit;

use crate::app::{App, Browser, Page};
use crate::console::{CONSOLE, Desk, action};

async fn change(desk: &Desk, user: usher_domain::UserId, permissions: PermissionOverrides) {
    let change = UserPatch {
        session_permissions: Some(permissions),
        ..UserPatch::default()
    };
    desk.app.give(desk.account, kit::change_user(user, change)).await;
}

#[tokio::test]
async fn s8_that_a_session_is_paused_is_told_to_its_user_alone() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (user, ida) = desk.agent("Ida").await;
    let ida = desk.take_seat(&ida).await;
    desk.act(&ida, "/console/sessions", &[("kind", "unattended")])
        .await;
    let html = desk.console(&ida).await;
    desk.act(&ida, &action(&html, "/pause"), &[]).await;
    let (max, max_browser) = desk.agent("Max").await;
    let sees_all = PermissionOverrides {
        view_account: Override::Allow,
        ..PermissionOverrides::default()
    };
    change(&desk, max, sees_all).await;

    let refused = desk
        .act(&max_browser, "/console/sign-in", &[("device", "Desk")])
        .await;
    let olga = desk.app.sign_in("olga@example.com").await;
    let account = format!("/a/{}", desk.account);

    assert!(
        refused.html.contains("Ida") && !refused.html.contains("paused"),
        "{}",
        refused.html
    );
    for page in ["/pools".to_owned(), "/users".to_owned(), format!("/users/{user}")] {
        let html = desk.app.get(&olga, &format!("{account}{page}")).await.html;
        assert!(!html.contains("Session paused"), "{page}: {html}");
    }
    let own = desk.console(&ida).await;
    assert!(own.contains("Session paused"), "{own}");
}

#[tokio::test]
async fn r5_without_view_own_a_session_is_seen_only_on_its_device() {
    let desk = Desk::with(2, Preset::HelpDeskShift).await;
    let (user, sven) = desk.agent("Sven").await;
    let elsewhere = desk.app.sign_in("sven@example.com").await;
    let sven = desk.take_seat(&sven).await;
    let fields = [("kind", "call"), ("customer", "Kim Customer")];
    desk.act(&sven, "/console/sessions", &fields).await;
    let qr = qr_of(&get_at(&desk.app, &sven, CONSOLE).await.html);
    assert!(desk.console(&elsewhere).await.contains("Kim Customer"));
    assert_eq!(get_at(&desk.app, &elsewhere, &qr).await.status, StatusCode::OK);

    let denied = PermissionOverrides {
        view_own: Override::Deny,
        control_own: Override::Deny,
        ..PermissionOverrides::default()
    };
    change(&desk, user, denied).await;

    let there = desk.console(&elsewhere).await;
    assert!(!there.contains("Kim Customer"), "{there}");
    assert_eq!(
        get_at(&desk.app, &elsewhere, &qr).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(get_at(&desk.app, &sven, &qr).await.status, StatusCode::OK);
    assert!(desk.console(&sven).await.contains("Kim Customer"));
    let html = desk.console(&sven).await;
    desk.act(&sven, &action(&html, "/end"), &[]).await;
    assert!(desk.console(&sven).await.contains("Sessions that ended"));
    assert!(!desk.console(&elsewhere).await.contains("Sessions that ended"));
}

fn qr_of(html: &str) -> String {
    let (_, rest) = html.split_once("src=\"/console/sessions/").unwrap();
    format!("/console/sessions/{}", rest.split('"').next().unwrap())
}

async fn get_at(app: &App, browser: &Browser, path: &str) -> Page {
    let host = [("host", "desk.example:8080")];
    Page::of(app.send(browser, Method::GET, path, &host, String::new()).await).await
}

#[tokio::test]
async fn a_code_is_drawn_when_it_is_looked_at_and_for_its_agent_alone() {
    let desk = Desk::with(2, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, tuva) = desk.agent("Tuva").await;
    let sven = desk.take_seat(&sven).await;
    desk.act(&sven, "/console/sessions", &[("kind", "call")]).await;

    let html = get_at(&desk.app, &sven, CONSOLE).await.html;
    let (_, live) = html.split_once("id=\"sessions\"").unwrap();
    assert!(!live.contains("<path") && !live.contains("<rect"), "{live}");
    let qr = qr_of(&html);
    let drawn = get_at(&desk.app, &sven, &qr).await;
    let others = get_at(&desk.app, &tuva, &qr).await;

    assert_eq!(
        (drawn.header("content-type"), drawn.header("cache-control")),
        ("image/svg+xml", "no-store")
    );
    assert!(drawn.html.starts_with("<svg"), "{}", drawn.html);
    assert_eq!(others.status, StatusCode::NOT_FOUND);
}
