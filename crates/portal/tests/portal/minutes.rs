use axum::http::{Method, StatusCode};
use futures::StreamExt;
use usher_domain::command::UserPatch;
use usher_domain::permission::{Privilege, Role};
use usher_testkit as kit;

use crate::app::App;

#[tokio::test]
async fn the_changes_are_paged_newest_first() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let eva = app.sign_in("eva@example.com").await;
    let path = format!("/a/{account}/minutes");

    let none = app.get(&eva, &path).await;
    for minutes in 1..=51 {
        app.add_minutes(account, minutes).await;
    }
    let first = app.get(&eva, &path).await;

    assert!(
        none.html.contains("Nothing yet") && none.html.contains("No pool falls back on minutes"),
        "{}",
        none.html
    );
    assert!(
        first.html.contains("+51 minutes added") && !first.html.contains("+1 minute added"),
        "{}",
        first.html
    );
    let (_, older) = first.html.split_once("href=\"/a/").unwrap();
    assert!(!older.contains("rel=\"first\""));
    let link = first.html.split("href=\"").find(|link| link.contains("?after="));
    let link = link.unwrap().split('"').next().unwrap();
    let second = app.get(&eva, link).await;
    assert!(
        second.html.contains("+1 minute added") && !second.html.contains("rel=\"next\""),
        "{}",
        second.html
    );
    let nonsense = app.get(&eva, &format!("{path}?after=nonsense")).await;
    assert_eq!(nonsense.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_user_who_loses_the_right_loses_the_open_page() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let nora = app.user(account, "Nora", "nora@example.com", Role::Manager).await;
    let manager = app.sign_in("nora@example.com").await;
    let path = format!("/a/{account}/minutes");
    assert_eq!(app.get(&manager, &path).await.status, StatusCode::FORBIDDEN);
    let may = |privileges: &[Privilege]| {
        kit::change_user(
            nora,
            UserPatch {
                privileges: Some(privileges.iter().copied().collect()),
                ..UserPatch::default()
            },
        )
    };
    app.give(account, may(&[Privilege::ReportsView])).await;
    let shown = app.get(&manager, &path).await;
    assert_eq!(shown.status, StatusCode::OK);
    let manager = shown.browser();
    let live = format!("{path}/live");
    let stream = app.send(&manager, Method::GET, &live, &[], String::new()).await;
    let mut frames = stream.into_body().into_data_stream();
    frames.next().await.unwrap().unwrap();
    tokio::time::pause();

    app.give(account, may(&[])).await;

    let last = frames.next().await.unwrap().unwrap();
    assert_eq!(&last[..], b"event: usher-over\ndata: reload\n\n");
    assert!(frames.next().await.is_none());
    assert_eq!(app.get(&manager, &path).await.status, StatusCode::FORBIDDEN);
}
