use axum::http::{Method, StatusCode};
use futures::StreamExt;
use usher_domain::command::Command;
use usher_domain::permission::{Privilege, Role};
use usher_domain::{AccountId, PoolId, UserId};

use crate::app::{App, Browser};
use crate::desk::Desk;

const RULES: [(&str, &str); 12] = [
    ("occupies", "sign_in"),
    ("seat_per", "user"),
    ("max_devices_per_user", "1"),
    ("max_active_sessions_per_seat", ""),
    ("when_full", "queue"),
    ("offer_hold_secs", "60 s"),
    ("reclaim_idle_after_secs", ""),
    ("auto_log_off_after_secs", "30 min"),
    ("lease_secs", "90 s"),
    ("standby_expires_secs", "1 day"),
    ("end_notice_secs", "0 s"),
    ("eviction_cool_down_secs", "5 min"),
];

fn settings<'a>(name: &'a str, seats: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("name", name), ("seats", seats)];
    fields.extend(RULES);
    fields
}

async fn pool_seats(app: &App, account: AccountId, pool: PoolId) -> u32 {
    let engine = app.api.engine();
    let seats = engine.read(account, move |account, _| account.pool(pool).unwrap().seats);
    seats.await.unwrap()
}

async fn users_of(app: &App, account: AccountId, pool: PoolId) -> Vec<UserId> {
    let users = app.api.engine().read(account, move |account, _| {
        let pool = account.pool(pool);
        pool.map_or(Vec::new(), |pool| pool.users().iter().copied().collect())
    });
    users.await.unwrap()
}

#[tokio::test]
async fn staff_see_who_sits_where_and_members_see_no_pools() {
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
    assert_eq!(not.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn members_find_no_page_of_a_pool_and_who_does_not_manage_seats_may_change_none() {
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
    let settings = settings("Renamed", "1");

    for (who, expected) in [
        (&manager, StatusCode::FORBIDDEN),
        (&member, StatusCode::NOT_FOUND),
    ] {
        for path in ["/pools/new", log_out.as_str()] {
            let page = desk.app.get(who, &desk.path(path)).await;
            assert_eq!(page.status, expected, "{path}");
        }
        for path in [
            format!("/pools/{pool}"),
            format!("/pools/{pool}/delete"),
            format!("/pools/{pool}/users/move"),
            "/pools/step".to_owned(),
            log_out.clone(),
        ] {
            let mut fields = settings.clone();
            let pool = pool.to_string();
            fields.push(("raise", &pool));
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
async fn a_log_out_shows_in_the_list_at_once_and_frees_the_seat() {
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
async fn who_is_in_a_call_is_logged_out_only_after_a_warning() {
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
async fn a_reason_that_is_too_long_is_said_at_its_field_and_nobody_is_logged_out() {
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
async fn a_pool_is_made_changed_and_says_what_is_wrong() {
    let desk = Desk::open(2).await;
    let mut night = settings("Night", "0");
    night.push(("product", "remote-support"));

    let made = desk.post("/pools/new", &night).await;
    let again = desk.post("/pools/new", &night).await;
    let changed = desk
        .post(
            &format!("/pools/{}", desk.pool),
            &settings("Day <b>shift</b>", "1"),
        )
        .await;
    let mut wrong = settings("", "many");
    wrong.retain(|(name, _)| *name != "lease_secs" && *name != "offer_hold_secs");
    wrong.extend([("lease_secs", "1 s"), ("offer_hold_secs", "soon")]);
    let wrong = desk.post(&format!("/pools/{}", desk.pool), &wrong).await;
    let more = desk
        .post(&format!("/pools/{}", desk.pool), &settings("Day", "9"))
        .await;

    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.html.contains("Another pool has this name already"));
    assert!(again.html.contains("value=\"Night\""), "what was typed stays");
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.html);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "seats", "offer_hold_secs"] {
        assert!(wrong.html.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    assert!(wrong.html.contains("value=\"many\"") && wrong.html.contains("value=\"soon\""));
    assert_eq!(more.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(more.html.contains("id=\"seats-error\""), "{}", more.html);
    let list = desk.get("/pools").await.html;
    assert!(!list.contains("<b>shift"), "{list}");
    let rules = desk.app.api.engine().read(desk.account, |account, _| {
        let pool = account.pools().values().find(|pool| pool.default).unwrap();
        (
            pool.rules.eviction_cool_down.get(),
            pool.rules.max_active_sessions_per_seat,
        )
    });
    assert_eq!(rules.await.unwrap(), (300, None));
}

#[tokio::test]
async fn a_preset_fills_the_form_and_saves_nothing() {
    let desk = Desk::open(1).await;

    let page = desk
        .get(&format!("/pools/{}?preset=concurrent_devices", desk.pool))
        .await;

    assert!(
        page.html
            .contains("<option value=\"pay_per_use,queue\" selected>"),
        "{}",
        page.html
    );
    assert!(page.html.contains("value=\"30 s\""));
    let plain = desk.get(&format!("/pools/{}", desk.pool)).await;
    assert!(plain.html.contains("<option value=\"queue\" selected>"));
}

#[tokio::test]
async fn a_rule_that_cannot_change_in_use_is_said_at_its_field() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    desk.sign_in(sven).await;
    let mut fields = settings("Day", "1");
    fields[2] = ("occupies", "session");

    let page = desk.post(&format!("/pools/{}", desk.pool), &fields).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("id=\"occupies-error\""), "{}", page.html);
}

#[tokio::test]
async fn seats_move_between_pools_and_what_cannot_move_is_explained() {
    let desk = Desk::open(3).await;
    let night = desk.add_pool("Night", 0).await;
    let (day, night_text) = (desk.pool.to_string(), night.to_string());
    let moves = async |from: &str, to: &str, seats: &str| {
        let fields = [("from", from), ("to", to), ("seats", seats)];
        desk.post("/pools/move-seats", &fields).await
    };

    let moved = moves(&day, &night_text, "2").await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.html);
    assert_eq!(pool_seats(&desk.app, desk.account, desk.pool).await, 1);
    assert_eq!(pool_seats(&desk.app, desk.account, night).await, 2);

    for (from, to, seats, field) in [
        (day.as_str(), night_text.as_str(), "2", "seats"),
        (&day, &day, "1", "to"),
        (&day, &night_text, "no", "seats"),
        ("unallocated", &day, "1", "seats"),
        ("", &day, "1", "from"),
    ] {
        let page = moves(from, to, seats).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{from} {to} {seats}"
        );
        assert!(page.html.contains(&format!("id=\"{field}-error\"")), "{field}");
    }

    assert_eq!(
        moves(&night_text, "unallocated", "1").await.status,
        StatusCode::SEE_OTHER
    );
    let raised = desk.post("/pools/step", &[("raise", &day)]).await;
    assert_eq!(raised.status, StatusCode::SEE_OTHER);
    let lowered = desk.post("/pools/step", &[("lower", &night_text)]).await;
    assert_eq!(lowered.status, StatusCode::SEE_OTHER);
    assert_eq!(pool_seats(&desk.app, desk.account, desk.pool).await, 2);
    assert_eq!(pool_seats(&desk.app, desk.account, night).await, 0);
}

#[tokio::test]
async fn users_move_to_another_pool_and_then_theirs_can_be_deleted() {
    let desk = Desk::open(2).await;
    let night = desk.add_pool("Night", 0).await;
    let agents = [
        desk.agent_of("Sven", night).await,
        desk.agent_of("Amara", night).await,
        desk.agent_of("Yuki", night).await,
    ];
    let page = desk.get(&format!("/pools/{night}")).await.html;
    assert!(
        page.contains("The pool has 3 users") && page.contains("disabled aria-describedby=\"delete-why\""),
        "{page}"
    );
    let refused = desk.post(&format!("/pools/{night}/delete"), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("The pool has 3 users"));

    let target = desk.pool.to_string();
    let path = format!("/pools/{night}/users/move");
    let sven = agents[0].to_string();
    let nobody = desk.post(&path, &[("to", &target), ("which", "ticked")]).await;
    let one = desk
        .post(&path, &[("to", &target), ("which", "ticked"), ("user", &sven)])
        .await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(one.status, StatusCode::SEE_OTHER, "{}", one.html);
    assert_eq!(users_of(&desk.app, desk.account, desk.pool).await, [agents[0]]);

    let rest = desk.post(&path, &[("to", &target), ("which", "all")]).await;
    assert_eq!(rest.status, StatusCode::SEE_OTHER, "{}", rest.html);
    assert_eq!(users_of(&desk.app, desk.account, night).await, []);
    let deleted = desk.post(&format!("/pools/{night}/delete"), &[]).await;
    assert_eq!(deleted.status, StatusCode::SEE_OTHER, "{}", deleted.html);
    assert_eq!(
        desk.get(&format!("/pools/{night}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_default_pool_stays_and_a_full_one_goes_with_its_users_in_one_step() {
    let desk = Desk::open(2).await;
    let night = desk.add_pool("Night", 0).await;
    let sven = desk.agent_of("Sven", night).await;

    let default = desk.get(&format!("/pools/{}", desk.pool)).await.html;
    assert!(
        default.contains("The default pool of a product cannot be deleted."),
        "{default}"
    );
    let confirm = desk.get(&format!("/pools/{night}/delete")).await.html;
    assert!(confirm.contains("Take their license away"), "{confirm}");
    let target = desk.pool.to_string();
    let gone = desk
        .post(&format!("/pools/{night}/delete"), &[("users", &target)])
        .await;

    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.html);
    assert_eq!(users_of(&desk.app, desk.account, desk.pool).await, [sven]);
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
    assert!(first.contains("Page 1 of 2") && first.contains("?page=2"));
    let list = desk.get("/pools").await.html;
    assert!(list.contains("and 40 more"), "{list}");
}

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

    desk.give(Command::SignOut { sign_in, note: None }).await;
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
async fn only_who_manages_seats_drops_a_ticket_and_members_see_no_queue() {
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

    let seen = desk.app.get(&manager, &desk.path("/queue")).await;
    assert!(seen.html.contains("Amara") && !seen.html.contains("/drop"));
    for (who, status) in [
        (&manager, StatusCode::FORBIDDEN),
        (&member, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(desk.app.get(who, &drop).await.status, status);
        assert_eq!(desk.app.post(who, "/me", &drop, &[]).await.status, status);
    }
    let page = desk.app.get(&member, &desk.path("/queue")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let dropped = desk.app.post(&keeper, "/me", &drop, &[]).await;
    assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.html);
    let nobody: &Browser = &Browser::default();
    assert_eq!(
        desk.app.get(nobody, &drop).await.status,
        StatusCode::SEE_OTHER,
        "to the sign-in page"
    );
}
