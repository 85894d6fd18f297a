//! Asking for a seat on the console, and the answer on the page of requests.

use axum::http::StatusCode;
use usher_domain::permission::Role;
use usher_testkit as kit;

use crate::desk::Desk;

#[tokio::test]
async fn a_user_without_a_license_asks_for_a_seat_and_is_lent_one() {
    let desk = Desk::open(2).await;
    let app = &desk.app;
    app.user(desk.account, "Ann", "ann@example.com", Role::Member)
        .await;
    let ann = app.sign_in("ann@example.com").await;
    let console = app.get(&ann, "/console").await.html;
    assert!(
        console.contains("data-phase=\"unlicensed\"") && console.contains("Ask for a seat"),
        "{console}"
    );

    let fields = [("product", "remote-support"), ("note", "I stand in for Ben")];
    let sent = app.post(&ann, "/console", "/console/request", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let asked = app.get(&ann, "/console").await.html;
    assert!(
        asked.contains("data-phase=\"asked\"") && asked.contains("You have asked for a seat"),
        "{asked}"
    );

    let requests = format!("/a/{}/requests", desk.account);
    let listed = desk.get("/requests").await.html;
    assert!(
        listed.contains("I stand in for Ben") && listed.contains("id=\"note-requests\">1<"),
        "{listed}"
    );
    let (_, rest) = listed.split_once(&format!("href=\"{requests}/")).unwrap();
    let answer = format!("/requests/{}", rest.split('"').next().unwrap());
    let pool = desk.pool.to_string();
    let over = [
        ("answer", "grant"),
        ("license", pool.as_str()),
        ("until", "2001-01-01"),
    ];
    let refused = desk.post(&answer, &over).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.html
    );
    let lent = [
        ("answer", "grant"),
        ("license", pool.as_str()),
        ("until", "2100-01-01"),
    ];
    assert_eq!(desk.post(&answer, &lent).await.status, StatusCode::SEE_OTHER);

    let licensed = app.get(&ann, "/console").await.html;
    assert!(
        licensed.contains("data-phase=\"out\"") && licensed.contains("It is lent until"),
        "{licensed}"
    );
    assert_eq!(
        desk.get(&answer).await.status,
        StatusCode::SEE_OTHER,
        "answered already"
    );
}

#[tokio::test]
async fn a_declined_request_says_who_and_why_until_it_is_put_away() {
    let desk = Desk::open(2).await;
    let app = &desk.app;
    let ann = app
        .user(desk.account, "Ann", "ann@example.com", Role::Member)
        .await;
    let browser = app.sign_in("ann@example.com").await;
    desk.give(kit::ask_for_seat(ann, "Please")).await;

    let declined = [("answer", "decline"), ("reason", "None is left this week")];
    let answer = format!("/requests/{ann}/remote-support");
    assert_eq!(desk.post(&answer, &declined).await.status, StatusCode::SEE_OTHER);

    let told = app.get(&browser, "/console").await.html;
    assert!(
        told.contains("None is left this week") && told.contains("declined your request"),
        "{told}"
    );
    let product = [("product", "remote-support")];
    app.post(&browser, "/console", "/console/request/withdraw", &product)
        .await;
    let after = app.get(&browser, "/console").await.html;
    assert!(!after.contains("declined your request"), "{after}");
}
