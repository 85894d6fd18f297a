use axum::http::StatusCode;
use usher_domain::command::UserPatch;
use usher_domain::permission::Role;
use usher_testkit as kit;

use crate::app::App;

#[tokio::test]
async fn the_billing_contact_sees_the_seats_bought_and_left() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let path = format!("/a/{account}/subscription");
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let eva = app.sign_in("eva@example.com").await;

    let before = app.get(&eva, &path).await;

    assert!(before.html.contains("No subscription yet"), "{}", before.html);
    let bought = kit::subscription(3, 10, kit::POOL).command();
    app.give(account, bought).await;

    let page = app.get(&eva, &path).await;

    for part in [
        "enterprise",
        "Remote support",
        "0 assigned to users",
        "10 in 1 pool",
        "3 named seats are",
        "0 of the 10 shared seats",
    ] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
}

#[tokio::test]
async fn only_the_billing_contact_may_look() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let path = format!("/a/{account}/subscription");
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    app.user(account, "Sven", "sven@example.com", Role::Member).await;
    let nora = app.user(account, "Nora", "nora@example.com", Role::Admin).await;
    let change = UserPatch {
        billing_contact: Some(false),
        ..UserPatch::default()
    };
    app.give(account, kit::change_user(nora, change)).await;

    for (email, status) in [
        ("eva@example.com", StatusCode::OK),
        ("nora@example.com", StatusCode::FORBIDDEN),
        ("sven@example.com", StatusCode::FORBIDDEN),
    ] {
        let browser = app.sign_in(email).await;
        let page = app.get(&browser, &path).await;

        assert_eq!(page.status, status, "{email}");
        let is_linked = page.html.contains(&format!("href=\"{path}\""));
        assert_eq!(is_linked, status == StatusCode::OK, "{email}");
    }
}
