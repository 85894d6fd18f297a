use std::io::Write as _;

use axum::http::Method;
use flate2::write::GzDecoder;
use futures::StreamExt;
use usher_domain::command::UserPatch;
use usher_domain::permission::Role;
use usher_domain::{AccountId, Secs, UserId};
use usher_identity::Lifetimes;
use usher_portal::UPDATE_EVERY;
use usher_testkit as kit;

use crate::app::{App, Browser};

type Frames = axum::body::BodyDataStream;

async fn staffed() -> (App, AccountId, UserId, Browser) {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let eva = app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let browser = app.sign_in("eva@example.com").await;
    (app, account, eva, browser)
}

async fn open(app: &App, browser: &Browser, account: AccountId) -> Frames {
    let path = format!("/a/{account}/overview/live");
    let response = app.send(browser, Method::GET, &path, &[], String::new()).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

async fn frame(frames: &mut Frames) -> String {
    let frame = frames.next().await.unwrap().unwrap();
    String::from_utf8(frame.to_vec()).unwrap()
}

#[tokio::test]
async fn changes_arrive_and_many_at_once_arrive_as_one() {
    let (app, account, _, browser) = staffed().await;
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let mut frames = open(&app, &browser, account).await;
    let first = frame(&mut frames).await;
    assert!(first.starts_with("id: ") && first.contains("\ndata: "), "{first}");

    for _ in 0..50 {
        app.add_minutes(account, 1).await;
    }
    let mut updates = 0;
    loop {
        updates += 1;
        if frame(&mut frames).await.contains("50 minutes left") {
            break;
        }
    }

    assert!(updates <= 2, "{updates} updates");
    assert!(before.elapsed() >= UPDATE_EVERY);
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_makes_the_browser_reload() {
    let (app, account, eva, browser) = staffed().await;
    let mut frames = open(&app, &browser, account).await;
    frame(&mut frames).await;
    tokio::time::pause();

    app.app.identity().revoke_user_tokens(account, eva).await.unwrap();

    assert!(frame(&mut frames).await.contains("event: usher-over"));
    assert!(frames.next().await.is_none());
    let mut again = open(&app, &browser, account).await;
    assert!(frame(&mut again).await.contains("event: usher-over"));
}

#[tokio::test]
async fn a_compressed_message_arrives_completely_while_the_stream_stays_open() {
    let (app, account, _, browser) = staffed().await;
    let path = format!("/a/{account}/overview/live");
    let accepts = [("accept-encoding", "gzip, br")];
    let response = app
        .send(&browser, Method::GET, &path, &accepts, String::new())
        .await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let mut frames = response.into_body().into_data_stream();
    let mut reader = GzDecoder::new(Vec::new());
    unzipped(&mut frames, &mut reader).await;
    tokio::time::pause();
    let before = tokio::time::Instant::now();

    app.add_minutes(account, 1).await;
    let message = unzipped(&mut frames, &mut reader).await;

    assert!(message.contains("1 minute left"), "{message}");
    assert!(before.elapsed() < 2 * UPDATE_EVERY);
}

#[tokio::test]
async fn the_small_streams_of_consoles_are_not_compressed() {
    let (app, _, _, browser) = staffed().await;
    let accepts = [("accept-encoding", "gzip, br")];

    let response = app
        .send(&browser, Method::GET, "/console/live", &accepts, String::new())
        .await;

    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert!(!response.headers().contains_key("content-encoding"));
}

/// The text of the next message.
async fn unzipped(frames: &mut Frames, reader: &mut GzDecoder<Vec<u8>>) -> String {
    while !reader.get_ref().ends_with(b"\n\n") {
        let frame = frames.next().await.unwrap().unwrap();
        reader.write_all(&frame).unwrap();
        reader.flush().unwrap();
    }
    String::from_utf8(std::mem::take(reader.get_mut())).unwrap()
}

#[tokio::test]
async fn streams_end_when_the_server_closes() {
    let (app, account, _, browser) = staffed().await;
    let mut frames = open(&app, &browser, account).await;
    frame(&mut frames).await;

    app.app.close();

    assert!(frames.next().await.is_none());
}

#[tokio::test]
async fn a_slow_browser_skips_commits_and_gets_the_current_state() {
    let (app, account, _, browser) = staffed().await;
    let mut frames = open(&app, &browser, account).await;
    frame(&mut frames).await;
    tokio::time::pause();

    for _ in 0..2_000 {
        app.add_minutes(account, 1).await;
    }

    let mut updates = 1;
    while !frame(&mut frames).await.contains("2,000 minutes left") {
        updates += 1;
    }
    assert!(updates <= 3, "{updates} updates");
}

#[tokio::test]
async fn a_reconnecting_browser_gets_only_new_content() {
    let (app, account, _, browser) = staffed().await;
    let mut frames = open(&app, &browser, account).await;
    let first = frame(&mut frames).await;
    let id = first.lines().next().unwrap().strip_prefix("id: ").unwrap();
    drop(frames);
    let path = format!("/a/{account}/overview/live");
    let last = [("last-event-id", id)];

    let response = app.send(&browser, Method::GET, &path, &last, String::new()).await;

    let mut again = response.into_body().into_data_stream();
    tokio::time::pause();
    assert!(frame(&mut again).await.starts_with("event: usher-pulse\n"));
    app.add_minutes(account, 1).await;
    assert!(frame(&mut again).await.contains("1 minute left"));
    let mut missed = app
        .send(&browser, Method::GET, &path, &last, String::new())
        .await
        .into_body()
        .into_data_stream();
    assert!(frame(&mut missed).await.contains("1 minute left"));
}

#[tokio::test]
async fn a_changed_role_changes_the_page_at_once() {
    let (app, account, _, _) = staffed().await;
    let nora = app.user(account, "Nora", "nora@example.com", Role::Admin).await;
    let browser = app.sign_in("nora@example.com").await;
    let mut frames = open(&app, &browser, account).await;
    assert!(frame(&mut frames).await.contains("Needs attention"));
    tokio::time::pause();

    let change = UserPatch {
        role: Some(Role::Member),
        ..UserPatch::default()
    };
    app.give(account, kit::change_user(nora, change)).await;

    let shown = frame(&mut frames).await;
    assert!(
        !shown.contains("Needs attention") && shown.contains("You have no license"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_page_that_refreshes_itself_does_not_keep_its_session_alive() {
    let (app, account, _, browser) = staffed().await;
    app.app
        .engine()
        .advance(Secs::new(Lifetimes::default().session_idle.get() - 1))
        .await;
    let mut reconnected = open(&app, &browser, account).await;
    assert!(frame(&mut reconnected).await.contains("Needs attention"));
    tokio::time::pause();

    app.app.engine().advance(Secs::new(1)).await;

    let mut last = String::new();
    while !last.contains("event: usher-over") {
        last = frame(&mut reconnected).await;
    }
    assert_eq!(
        app.get(&browser, "/me").await.header("location"),
        "/sign-in?back=%2Fme"
    );
}
