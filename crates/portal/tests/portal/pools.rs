use axum::http::{Method, StatusCode};
use futures::StreamExt;
use usher_domain::permission::{Privilege, Role};

use crate::desk::Desk;
use crate::rules::rules;

#[tokio::test]
async fn staff_see_the_users_of_pools_and_members_see_no_pools() {
    let desk = Desk::open(2).await;
    let sven = desk.agent("Sven").await;
    desk.sign_in(sven).await;
    let manager = desk.manager("Mia", Privilege::UsersManage).await;
    let member = desk
        .app
        .user(desk.account, "Max", "max@example.com", Role::Member);
    member.await;
    let member = desk.app.sign_in("max@example.com").await;

    let owner = desk.get("/pools").await;
    let sees = desk.app.get(&manager, &desk.path("/pools")).await;
    let not = desk.app.get(&member, &desk.path("/pools")).await;

    assert_eq!(owner.status, StatusCode::OK);
    for text in [
        "1 of 2",
        "Sven’s laptop",
        "Not in a call",
        "Holds a seat",
        "/log-out",
        "Move seats",
    ] {
        assert!(owner.html.contains(text), "{text}: {}", owner.html);
    }
    assert_eq!(sees.status, StatusCode::OK);
    for text in ["/log-out", "Move seats", "New pool", "One seat more"] {
        assert!(!sees.html.contains(text), "{text}");
    }
    assert_eq!(not.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn members_find_no_pool_pages_and_users_without_seats_manage_change_none() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    let pool = desk.pool;
    let manager = desk.manager("Mia", Privilege::UsersManage).await;
    desk.app
        .user(desk.account, "Max", "max@example.com", Role::Member)
        .await;
    let member = desk.app.sign_in("max@example.com").await;
    let log_out = format!("/sign-ins/{sign_in}/log-out");
    for (who, expected) in [
        (&manager, StatusCode::FORBIDDEN),
        (&member, StatusCode::NOT_FOUND),
    ] {
        let page = desk.app.get(who, &desk.path(&log_out)).await;
        assert_eq!(page.status, expected);
        let page = desk.app.get(who, &desk.path("/pools/new")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        for path in [
            format!("/pools/{pool}"),
            format!("/pools/{pool}/delete"),
            format!("/pools/{pool}/users/move"),
            "/pools/step".to_owned(),
            log_out.clone(),
        ] {
            let pool = pool.to_string();
            // All fields that the forms require, so that only the right is missing.
            let mut fields = rules();
            fields.extend([("name", "Renamed"), ("seats", "1"), ("raise", &pool)]);
            let page = desk.app.post(who, "/me", &desk.path(&path), &fields).await;
            assert_eq!(page.status, expected, "{path}: {}", page.html);
        }
    }
    assert_eq!(desk.get(&format!("/pools/{pool}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn pools_and_people_of_another_account_are_not_found() {
    let desk = Desk::open(1).await;
    let other = desk.app.account("Fabrikam").await;
    let pool = desk.pool;

    for path in [
        format!("/a/{other}/pools"),
        format!("/a/{other}/pools/{pool}"),
        format!("/a/{other}/queue"),
        desk.path("/pools/pool_0123456789abcdefghjkmnpqrs"),
        desk.path("/pools/nonsense/users"),
        desk.path("/sign-ins/nonsense/log-out"),
        desk.path("/queue/nonsense/drop"),
    ] {
        let page = desk.app.get(&desk.owner, &path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn an_eviction_shows_in_the_list_at_once_and_frees_the_seat() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    let path = desk.path("/pools/live");
    let response = desk
        .app
        .send(&desk.owner, Method::GET, &path, &[], String::new())
        .await;
    let mut frames = response.into_body().into_data_stream();
    let mut frame = async || String::from_utf8(frames.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(frame().await.contains("Sven’s laptop"));
    tokio::time::pause();

    let page = desk
        .post(
            &format!("/sign-ins/{sign_in}/log-out"),
            &[("reason", "Shift is over")],
        )
        .await;
    let after = frame().await;

    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    assert!(
        after.contains("0 of 1") && after.contains("Nobody is signed in"),
        "{after}"
    );
    assert!(!after.contains("Sven’s laptop"), "{after}");
}

#[tokio::test]
async fn a_user_in_a_call_is_evicted_only_after_a_confirmation() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    desk.start_call(sign_in).await;

    let list = desk.get("/pools").await;
    let asked = desk.get(&format!("/sign-ins/{sign_in}/log-out")).await;

    assert!(list.html.contains("In a call"), "{}", list.html);
    assert!(asked.html.contains("The call ends with it"), "{}", asked.html);
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_an_error_and_nobody_is_evicted() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    let path = format!("/sign-ins/{sign_in}/log-out");

    let page = desk.post(&path, &[("reason", &"x".repeat(301))]).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("id=\"reason-error\""), "{}", page.html);
    assert!(desk.get("/pools").await.html.contains("1 of 1"));
    assert_eq!(desk.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
    let again = desk.get(&path).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.html);
}

#[tokio::test]
async fn an_open_pool_is_managed_in_its_place() {
    let desk = Desk::open(2).await;
    let night = desk.add_pool("Night shift", 0).await;
    let spare = desk.add_pool("Spare", 0).await;
    let sven = desk.agent("Sven").await;
    desk.agent_of("Bo", night).await;
    desk.sign_in(sven).await;

    let list = desk.get(&format!("/pools?open={night}")).await.html;
    let page = desk.get(&format!("/pools/{}", desk.pool)).await.html;

    assert!(
        list.contains("disabled aria-describedby=\"stays-") && list.contains("The pool has 1 user"),
        "{list}"
    );
    let move_users = desk.path(&format!("/pools/{night}/users#move-title"));
    assert!(list.contains(&format!("href=\"{move_users}\"")), "{list}");
    let delete = desk.path(&format!("/pools/{spare}/delete"));
    assert!(list.contains(&format!("href=\"{delete}\"")), "{list}");
    assert!(page.contains("Sven’s laptop"), "{page}");
    let (_, folded) = page.split_once("<details class=\"more\">").unwrap();
    assert!(
        folded.contains("More rules") && !folded.contains("id=\"auto_log_off_after_secs\""),
        "{folded}"
    );
    assert!(page.contains("id=\"auto_log_off_after_secs\""), "{page}");
}

#[tokio::test]
async fn forms_without_the_token_are_refused() {
    let desk = Desk::open(1).await;
    let pool = desk.pool;
    for path in [
        format!("/pools/{pool}"),
        "/pools/new".to_owned(),
        "/pools/move-seats".to_owned(),
        format!("/pools/{pool}/delete"),
        format!("/pools/{pool}/users/move"),
    ] {
        let path = desk.path(&path);
        let sent = desk
            .app
            .send(&desk.owner, Method::POST, &path, &[], String::new())
            .await;
        assert_eq!(sent.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_large_pool_is_shown_page_by_page() {
    let desk = Desk::open(1).await;
    for number in 0..60 {
        desk.agent(&format!("Agent {number:02}")).await;
    }
    let path = format!("/pools/{}/users", desk.pool);

    let first = desk.get(&path).await.html;
    let second = desk.get(&format!("{path}?page=2")).await.html;

    assert!(first.contains("Agent 49") && !first.contains("Agent 50"));
    assert!(second.contains("Agent 50") && second.contains("Agent 59") && !second.contains("Agent 49"));
    assert!(first.contains("1–50 of 60") && first.contains("?page=2"));
    let list = desk.get("/pools").await.html;
    assert!(list.contains("and 40 more"), "{list}");
}
