use axum::http::{Method, StatusCode};
use futures::StreamExt;
use usher_domain::permission::{Privilege, Role};
use usher_testkit as kit;

use crate::app::Browser;
use crate::desk::Desk;

#[tokio::test]
async fn the_queue_shows_who_waits_and_a_ticket_can_be_dropped() {
    let desk = Desk::open(1).await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    let sign_in = desk.sign_in(sven).await;
    let ticket = desk.wait(amara).await;
    let path = desk.path("/queue/live");
    let response = desk
        .app
        .send(&desk.owner, Method::GET, &path, &[], String::new())
        .await;
    let mut frames = response.into_body().into_data_stream();
    let mut frame = async || String::from_utf8(frames.next().await.unwrap().unwrap().to_vec()).unwrap();
    let first = frame().await;
    assert!(
        first.contains("Amara") && first.contains("<strong>1</strong>"),
        "{first}"
    );
    tokio::time::pause();

    desk.give(kit::sign_out(sign_in)).await;
    let offered = frame().await;
    assert!(
        offered.contains("Seat offered") && offered.contains("data-countdown=\"60\""),
        "{offered}"
    );

    let asked = desk.get(&format!("/queue/{ticket}/drop")).await;
    assert!(asked.html.contains("A seat is kept for Amara"), "{}", asked.html);
    let dropped = desk.post(&format!("/queue/{ticket}/drop"), &[]).await;
    assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.html);
    assert!(frame().await.contains("Nobody waits"));
    let again = desk.post(&format!("/queue/{ticket}/drop"), &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "it is over already");
}

#[tokio::test]
async fn only_users_who_manage_seats_drop_tickets_and_members_see_no_queue() {
    let desk = Desk::open(1).await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    desk.sign_in(sven).await;
    let ticket = desk.wait(amara).await;
    let drop = desk.path(&format!("/queue/{ticket}/drop"));
    let manager = desk.manager("Mia", Privilege::UsersManage).await;
    let keeper = desk.manager("Kim", Privilege::SeatsManage).await;
    desk.app
        .user(desk.account, "Max", "max@example.com", Role::Member)
        .await;
    let member = desk.app.sign_in("max@example.com").await;

    let looked = desk.app.get(&manager, &desk.path("/queue")).await;
    assert!(looked.html.contains("Amara") && !looked.html.contains("/drop"));
    for (who, status) in [
        (&manager, StatusCode::FORBIDDEN),
        (&member, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(desk.app.get(who, &drop).await.status, status);
        assert_eq!(desk.app.post(who, "/me", &drop, &[]).await.status, status);
    }
    let page = desk.app.get(&member, &desk.path("/queue")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let dropped = desk.app.post(&keeper, "/me", &drop, &[]).await;
    assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.html);
    let nobody: &Browser = &Browser::default();
    assert_eq!(
        desk.app.get(nobody, &drop).await.status,
        StatusCode::SEE_OTHER,
        "to the sign-in page"
    );
}

#[tokio::test]
async fn the_menu_says_how_many_wait_and_live_pages_keep_it_up_to_date() {
    let desk = Desk::open(1).await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    let sign_in = desk.sign_in(sven).await;
    desk.wait(amara).await;
    let teams = desk.get("/teams").await.html;
    let path = desk.path("/overview/live");
    let app = &desk.app;
    let response = app
        .send(&desk.owner, Method::GET, &path, &[], String::new())
        .await;
    let mut frames = response.into_body().into_data_stream();
    let mut frame = async || String::from_utf8(frames.next().await.unwrap().unwrap().to_vec()).unwrap();
    let waiting = frame().await;
    tokio::time::pause();
    desk.give(kit::sign_out(sign_in)).await;
    let offered = frame().await;

    let queue = |shown: &str| format!(r#"<span class="count" id="note-queue"{shown}</span>"#);
    assert!(teams.contains(&queue(">1")), "{teams}");
    assert!(waiting.contains(r#"<li data-note="queue">1</li>"#), "{waiting}");
    assert!(offered.contains(r#"<li data-note="queue"></li>"#), "{offered}");
}
