use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures::StreamExt;
use tower::ServiceExt;
use usher_domain::command::UserPatch;
use usher_domain::permission::{Privilege, Role};
use usher_domain::user::License;
use usher_domain::{PoolId, SignInId, UserId};
use usher_testkit as kit;

use crate::app::{App, Browser, Page};
use crate::desk::Desk;

const OPERATOR_KEY: &str = "usher_op_of_the_tests_0123456789abcdef";

#[tokio::test]
async fn staff_see_the_account_and_members_see_their_own_licenses() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let path = format!("/a/{account}/overview");
    for (role, sees) in [
        (Role::Owner, true),
        (Role::Admin, true),
        (Role::Manager, false),
        (Role::Member, false),
    ] {
        let email = format!("{role:?}@example.com");
        app.user(account, "Eva", &email, role).await;
        let eva = app.sign_in(&email).await;

        let page = app.get(&eva, &path).await;

        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.html.contains("Needs attention"), sees, "{role:?}");
        assert_eq!(page.html.contains("Last refusals"), sees, "{role:?}");
        assert_eq!(page.html.contains("You have no license"), !sees, "{role:?}");
    }
}

#[tokio::test]
async fn the_first_steps_are_listed_until_all_are_done_with_a_button_or_the_name_of_who_may() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let eva = app.sign_in("eva@example.com").await;
    let path = format!("/a/{account}/overview");
    let steps = |page: &Page| {
        let (_, rest) = page.html.split_once("id=\"first-steps\"")?;
        Some(rest.split_once("</section>").unwrap().0.to_owned())
    };

    let empty = steps(&app.get(&eva, &path).await).unwrap();
    assert!(
        empty.contains("See the subscription") && empty.contains("Add people"),
        "{empty}"
    );
    assert!(
        !empty.contains("Seat pool") && !empty.contains(">Done<"),
        "{empty}"
    );

    let pool = PoolId::from_bits(app.draw_bits());
    app.give(account, kit::subscription(0, 2, pool).command()).await;
    let agent = UserId::from_bits(app.draw_bits());
    let sven = kit::NewUser::with_id(agent, "Sven").email("sven@example.com");
    app.give(account, sven.command()).await;
    let seats = steps(&app.get(&eva, &path).await).unwrap();
    assert!(
        seats.contains("2 shared seats.") && seats.contains("Default pool has 2 seats."),
        "{seats}"
    );
    assert!(seats.contains("Give yourself a license"), "{seats}");

    let reads = app.user(account, "Rita", "rita@example.com", Role::Manager).await;
    let change = UserPatch {
        privileges: Some([Privilege::ReportsView].into()),
        ..UserPatch::default()
    };
    app.give(account, kit::change_user(reads, change)).await;
    let rita = app.sign_in("rita@example.com").await;
    let told = steps(&app.get(&rita, &path).await).unwrap();
    assert!(
        told.contains("Ask <strong>Eva</strong>.") && !told.contains("class=\"button"),
        "{told}"
    );

    let license = Some(License::Shared(pool));
    app.give(account, kit::set_license(agent, license)).await;
    let sign_in = SignInId::from_bits(app.draw_bits());
    let laptop = kit::device("laptop", "Laptop");
    app.give(account, kit::sign_in(agent, sign_in, laptop).command())
        .await;
    assert_eq!(steps(&app.get(&eva, &path).await), None);
    app.give(account, kit::sign_out(sign_in)).await;
    assert_eq!(steps(&app.get(&eva, &path).await), None, "it is done for good");
}

#[tokio::test]
async fn the_pages_of_another_account_are_not_found() {
    let app = App::new().await;
    let (own, other) = (app.account("Contoso").await, app.account("Fabrikam").await);
    app.user(own, "Eva", "eva@example.com", Role::Owner).await;
    let eva = app.sign_in("eva@example.com").await;

    for path in [
        format!("/a/{other}/overview"),
        format!("/a/{own}/nothing"),
        "/a/x/overview".to_owned(),
    ] {
        let page = app.get(&eva, &path).await;

        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.html.contains("Go to the start page"), "{path}");
        assert!(
            page.html.contains("Pages of Contoso") && page.html.contains("Sign out"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn names_are_escaped() {
    let app = App::new().await;
    let account = app.account("<script>alert(1)</script>").await;
    app.user(account, "<img src=x>", "eva@example.com", Role::Owner)
        .await;
    let eva = app.sign_in("eva@example.com").await;

    let page = app.get(&eva, &format!("/a/{account}/overview")).await;

    assert!(
        !page.html.contains("<script>alert") && !page.html.contains("<img src=x"),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn every_page_has_the_policy_and_nothing_inline_or_from_another_host() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let eva = app.sign_in("eva@example.com").await;
    let overview = format!("/a/{account}/overview");
    let [settings, subscription, minutes] =
        ["settings", "subscription", "minutes"].map(|page| format!("/a/{account}/{page}"));

    for (who, path) in [
        (&Browser::default(), "/sign-in"),
        (&Browser::default(), "/setup/unknown"),
        (&eva, "/me"),
        (&eva, overview.as_str()),
        (&eva, settings.as_str()),
        (&eva, subscription.as_str()),
        (&eva, minutes.as_str()),
        (&eva, "/me/nothing"),
    ] {
        let page = app.get(who, path).await;

        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        for part in ["style=\"", "onclick", "=\"http", "url(http", "<script>"] {
            assert!(!page.html.contains(part), "{path}: {part}");
        }
    }
}

#[tokio::test]
async fn the_documents_of_the_api_are_still_there() {
    let app = App::new().await;

    for path in ["/docs", "/problems", "/livez"] {
        assert_eq!(
            app.get(&Browser::default(), path).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
}

#[tokio::test]
async fn metrics_count_pages_by_their_routes_and_never_by_address() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let eva = app.sign_in("eva@example.com").await;
    app.get(&eva, &format!("/a/{account}/overview")).await;
    app.get(&eva, "/no/such/page").await;

    let identity = app.app.identity();
    identity
        .set_operator_key(OPERATOR_KEY, app.app.engine().now())
        .await
        .unwrap();
    let request = Request::get("/metrics").header("authorization", format!("Bearer {OPERATOR_KEY}"));
    let request = request.body(Body::empty()).unwrap();
    let answer = app.site.clone().oneshot(request).await.unwrap();
    let metrics = Page::of(answer).await.html;

    for line in [
        r#"usher_http_requests_total{operation="GET /a/{account}/overview",status="2xx"} 1"#,
        r#"usher_http_requests_total{operation="POST /sign-in",status="3xx"} 1"#,
        r#"usher_http_request_duration_seconds_count{operation="GET /a/{account}/overview"} 1"#,
        r#"usher_http_requests_total{operation="other",status="4xx"} 1"#,
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line}\n{metrics}");
    }
    assert!(!metrics.contains(&account.to_string()), "{metrics}");
}

#[tokio::test]
async fn who_waited_and_was_refused_is_on_the_overview_at_once() {
    let desk = Desk::open(1).await;
    let [sven, amara] = [desk.agent("Sven").await, desk.agent("Amara").await];
    desk.sign_in(sven).await;
    let (app, path) = (&desk.app, desk.path("/overview/live"));
    let response = app
        .send(&desk.owner, Method::GET, &path, &[], String::new())
        .await;
    let mut frames = response.into_body().into_data_stream();
    let mut frame = async || String::from_utf8(frames.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(frame().await.contains("0 waited"));
    tokio::time::pause();

    desk.wait(amara).await;

    let next = frame().await;
    assert!(next.contains("1 waited"), "{next}");
    assert!(desk.get("/overview").await.html.contains("1 waited"));
}
