use axum::http::StatusCode;

use crate::app::{App, Browser, PASSWORD};

#[tokio::test]
async fn the_setup_link_creates_the_first_account_and_its_owner_once() {
    let app = App::new().await;
    let link = app.app.identity().create_setup_link().await.unwrap();
    let path = format!("/setup/{}", link.expose());
    let nobody = Browser::default();
    let mut fields = [
        ("account", "Contoso"),
        ("name", "Eva"),
        ("email", "eva@example.com"),
        ("password", PASSWORD),
        ("password_again", "something else"),
    ];

    let wrong = app.post(&nobody, &path, &path, &fields).await;
    fields[4].1 = PASSWORD;
    let made = app.post(&nobody, &path, &path, &fields).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("The two passwords differ") && wrong.html.contains("value=\"Contoso\""));
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    let overview = app.get(&made.browser(), made.header("location")).await;
    assert!(overview.html.contains("Contoso"), "{}", overview.html);
    assert_eq!(app.get(&nobody, &path).await.status, StatusCode::GONE);
    assert_eq!(
        app.post(&nobody, &path, &path, &fields).await.status,
        StatusCode::GONE
    );
}
