//! How the customer's page looks.

use axum::http::{Method, StatusCode};
use http_body_util::BodyExt;
use usher_identity::OperatorScope;

use super::{FIRST_KEY, enter, operator, server};
use crate::app::{App, Browser, Page};

const BRANDING: &str = "/operator/branding";

/// A PNG of 200 × 50 pixels, as far as browsers and Usher read its head.
const LOGO: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\xc8\0\0\0\x32\x08\x06\0\0\0\0\0\0\0";

/// Sends the form with these fields, and this file as the logo.
async fn send(app: &App, browser: &Browser, token: &str, fields: &[(&str, &str)], logo: &[u8]) -> Page {
    let mut body = Vec::new();
    for (name, value) in fields.iter().copied().chain([("_csrf", token)]) {
        let part = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = "--x\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"logo.png\"\r\n\
                Content-Type: image/png\r\n\r\n";
    body.extend(head.as_bytes());
    body.extend(logo);
    body.extend(b"\r\n--x--\r\n");
    let kind = [("content-type", "multipart/form-data; boundary=x")];
    Page::of(app.send(browser, Method::POST, BRANDING, &kind, body).await).await
}

async fn change(app: &App, browser: &Browser, fields: &[(&str, &str)], logo: &[u8]) -> Page {
    let token = app.get(browser, BRANDING).await.token().unwrap();
    send(app, browser, &token, fields, logo).await
}

/// The URL that begins with `/branding/` and ends with this.
fn url(html: &str, end: &str) -> String {
    let mut urls = html.split('"').filter(|text| text.starts_with("/branding/"));
    urls.find(|text| text.ends_with(end)).unwrap().to_owned()
}

#[tokio::test]
async fn customers_see_the_operators_name_logo_color_and_texts() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;
    let plain = app.get(&Browser::default(), "/join").await.html;
    assert!(
        plain.contains("· Usher</title>") && !plain.contains("/branding/"),
        "{plain}"
    );
    let fields = [
        ("name", "Acme <Remote>"),
        ("color", "#FFDD00"),
        ("welcome", "Hello.\r\nHave your code ready."),
        ("help", "https://example.com/help"),
        ("privacy", "https://example.com/privacy"),
    ];

    let page = change(&app, &browser, &fields, LOGO).await;

    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    let html = app.get(&Browser::default(), "/join").await.html;
    for text in [
        "· Acme &#60;Remote&#62;</title>",
        "Hello.\nHave your code ready.",
        "href=\"https://example.com/help\"",
        "href=\"https://example.com/privacy\"",
        "width=\"200\" height=\"50\"",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let customer = Browser::default();
    let refused = app.send(&customer, Method::POST, "/join", &elsewhere, String::new());
    let refused = Page::of(refused.await).await.html;
    assert!(refused.contains("· Acme &#60;Remote&#62;</title>"), "{refused}");
    let colors = app.get(&Browser::default(), &url(&html, "colors.css")).await;
    assert_eq!(colors.header("content-type"), "text/css; charset=utf-8");
    assert!(colors.header("cache-control").contains("immutable"));
    assert_eq!(
        colors.html,
        ".branded { --accent: #ffdd00; --accent-ink: #000000; }\n"
    );
    let path = url(&html, "logo");
    let logo = app
        .send(&Browser::default(), Method::GET, &path, &[], String::new())
        .await;
    assert_eq!(logo.headers()["content-type"], "image/png");
    assert_eq!(logo.headers()["x-content-type-options"], "nosniff");
    assert_eq!(logo.into_body().collect().await.unwrap().to_bytes(), LOGO);
    let signed_in = app.get(&browser, BRANDING).await.html;
    assert!(
        signed_in.contains("· Usher</title>"),
        "only customers see it: {signed_in}"
    );
}

#[tokio::test]
async fn a_logo_that_was_chosen_with_an_error_elsewhere_is_asked_for_again() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;

    let with_logo = change(&app, &browser, &[("color", "teal-ish")], LOGO).await;
    let without = change(&app, &browser, &[("color", "teal-ish")], b"").await;

    assert_eq!(with_logo.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        with_logo.html.contains("Choose the logo again"),
        "{}",
        with_logo.html
    );
    assert!(
        !without.html.contains("Choose the logo again"),
        "{}",
        without.html
    );
}

#[tokio::test]
async fn a_logo_stays_until_it_is_removed_and_old_addresses_are_not_kept() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;
    change(&app, &browser, &[], LOGO).await;
    let old = url(&app.get(&Browser::default(), "/join").await.html, "logo");

    change(&app, &browser, &[("name", "Acme")], b"").await;

    let html = app.get(&Browser::default(), "/join").await.html;
    assert_ne!(url(&html, "logo"), old);
    let logo = app
        .send(&Browser::default(), Method::GET, &old, &[], String::new())
        .await;
    assert_eq!(
        (logo.status(), &logo.headers()["cache-control"]),
        (StatusCode::OK, &"no-store".parse().unwrap())
    );
    change(&app, &browser, &[("no_logo", "yes")], b"").await;
    assert!(
        !app.get(&Browser::default(), "/join")
            .await
            .html
            .contains("/branding/")
    );
    let gone = app
        .send(&Browser::default(), Method::GET, &old, &[], String::new())
        .await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_changes_nothing_and_is_said_at_its_field() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;
    let fields = [
        ("name", "a\u{1}b"),
        ("color", "red; }"),
        ("welcome", "a\u{1b}b"),
        ("help", "javascript:alert(1)"),
        ("privacy", "http://example.com"),
    ];

    let page = change(
        &app,
        &browser,
        &fields,
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    )
    .await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "color", "welcome", "help", "privacy", "logo"] {
        assert!(
            page.html.contains(&format!("href=\"#{field}\"")),
            "{field}: {}",
            page.html
        );
    }
    let large = change(&app, &browser, &[], &vec![0; 300 * 1024]).await;
    assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(*app.identity.branding(), usher_identity::Branding::default());
}

#[tokio::test]
async fn only_a_page_of_a_session_with_every_right_changes_it() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;

    let forged = send(&app, &browser, "other", &[("name", "Mallory")], b"").await;

    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let token = app.get(&browser, BRANDING).await.token().unwrap();
    let weak = operator(&app, OperatorScope::BillingManage).await;
    for other in [&weak, &Browser::default()] {
        let page = send(&app, other, &token, &[("name", "Mallory")], b"").await;
        assert!(
            matches!(page.status, StatusCode::FORBIDDEN | StatusCode::SEE_OTHER),
            "{}",
            page.html
        );
    }
    assert_eq!(*app.identity.branding(), usher_identity::Branding::default());
}
