use axum::http::StatusCode;
use usher_domain::permission::Privilege;
use usher_domain::{AccountId, PoolId, Secs, UserId};

use crate::app::{App, Browser};
use crate::desk::Desk;
use crate::rules::{hidden, rules};

fn rules_seen(html: &str) -> String {
    hidden(html, "rules_seen")
}

fn settings<'a>(name: &'a str, seats: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("name", name), ("seats", seats)];
    fields.extend(rules());
    fields
}

async fn pool_seats(app: &App, account: AccountId, pool: PoolId) -> u32 {
    let engine = app.app.engine();
    let seats = engine.read(account, move |account, _| account.pool(pool).unwrap().seats);
    seats.await.unwrap()
}

async fn users_of(app: &App, account: AccountId, pool: PoolId) -> Vec<UserId> {
    let users = app.app.engine().read(account, move |account, _| {
        let pool = account.pool(pool);
        pool.map_or(Vec::new(), |pool| pool.users().iter().copied().collect())
    });
    users.await.unwrap()
}

#[tokio::test]
async fn a_pool_is_created_and_changed_and_errors_are_shown() {
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
    let rules = desk.app.app.engine().read(desk.account, |account, _| {
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
async fn a_rule_that_cannot_change_while_in_use_is_an_error_at_its_field() {
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
async fn seats_move_between_pools_and_impossible_moves_are_explained() {
    let desk = Desk::open(3).await;
    let night = desk.add_pool("Night", 0).await;
    let (day, night_text) = (desk.pool.to_string(), night.to_string());
    let send = async |from: &str, to: &str, seats: &str| {
        let fields = [("from", from), ("to", to), ("seats", seats)];
        desk.post("/pools/move-seats", &fields).await
    };

    let moved = send(&day, &night_text, "2").await;
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
        let page = send(from, to, seats).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{from} {to} {seats}"
        );
        assert!(page.html.contains(&format!("id=\"{field}-error\"")), "{field}");
    }

    assert_eq!(
        send(&night_text, "unallocated", "1").await.status,
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
async fn a_step_counts_from_the_current_number_and_is_refused_if_no_seat_is_left() {
    let desk = Desk::open(3).await;
    let day = desk.pool.to_string();

    for _ in 0..2 {
        let lowered = desk.post("/pools/step", &[("lower", &day)]).await;
        assert_eq!(lowered.status, StatusCode::SEE_OTHER, "{}", lowered.html);
    }
    assert_eq!(pool_seats(&desk.app, desk.account, desk.pool).await, 1);
    for _ in 0..2 {
        desk.post("/pools/step", &[("raise", &day)]).await;
    }
    let none_left = desk.post("/pools/step", &[("raise", &day)]).await;

    assert_eq!(none_left.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(pool_seats(&desk.app, desk.account, desk.pool).await, 3);
}

#[tokio::test]
async fn a_number_of_seats_that_changed_since_the_form_was_loaded_is_not_overwritten() {
    let desk = Desk::open(5).await;
    let path = format!("/pools/{}", desk.pool);
    let page = desk.get(&path).await.html;
    assert!(page.contains("name=\"seats_seen\" value=\"5\""), "{page}");
    desk.post("/pools/step", &[("lower", &desk.pool.to_string())])
        .await;
    let save = async |seats: &str, seen: &str| {
        let mut fields = settings("Day", seats);
        fields.push(("seats_seen", seen));
        desk.post(&path, &fields).await
    };

    let stale = save("3", "5").await;

    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        stale.html.contains("id=\"seats-error\"") && stale.html.contains("has 4 seats now"),
        "{}",
        stale.html
    );
    assert!(
        stale.html.contains("name=\"seats_seen\" value=\"4\"") && stale.html.contains("value=\"3\""),
        "what was typed stays, with what there is now: {}",
        stale.html
    );
    assert_eq!(pool_seats(&desk.app, desk.account, desk.pool).await, 4);
    let untouched = save("5", "5").await;
    assert_eq!(untouched.status, StatusCode::SEE_OTHER, "{}", untouched.html);
    assert_eq!(pool_seats(&desk.app, desk.account, desk.pool).await, 4);
    assert_eq!(save("3", "4").await.status, StatusCode::SEE_OTHER);
    assert_eq!(pool_seats(&desk.app, desk.account, desk.pool).await, 3);
}

#[tokio::test]
async fn rules_that_changed_since_the_form_was_loaded_are_not_overwritten() {
    let desk = Desk::open(5).await;
    let path = format!("/pools/{}", desk.pool);
    desk.post(&path, &settings("Day", "5")).await;
    let seen = rules_seen(&desk.get(&path).await.html);
    let save = async |name: &str, changed: &[(&str, &str)], seen: &str| {
        let mut fields = settings(name, "5");
        fields.retain(|(rule, _)| changed.iter().all(|(other, _)| other != rule));
        fields.extend(changed);
        fields.extend([("seats_seen", "5"), ("rules_seen", seen)]);
        desk.post(&path, &fields).await
    };
    let rules = async || {
        let pool = desk.pool;
        let engine = desk.app.app.engine();
        let rules = engine.read(desk.account, move |account, _| {
            account.pool(pool).unwrap().rules.clone()
        });
        rules.await.unwrap()
    };
    let first = save("Day", &[("lease_secs", "2 min"), ("when_full", "refuse")], &seen).await;
    let by_first = rules().await;

    let stale = save("Day", &[("end_notice_secs", "30 s")], &seen).await;
    let renamed = save("Late", &[], &seen).await;

    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.html);
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "Day has other rules now",
        "id=\"lease_secs-error\"",
        "in the meantime, to “2 min”",
        "id=\"when_full-error\"",
        "value=\"2 min\"",
        "value=\"30 s\"",
    ] {
        assert!(stale.html.contains(said), "{said}: {}", stale.html);
    }
    assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.html);
    assert_eq!(rules().await, by_first, "who only renames changes no rules");
    let both = [
        ("lease_secs", "2 min"),
        ("when_full", "refuse"),
        ("end_notice_secs", "30 s"),
    ];
    let again = save("Day", &both, &rules_seen(&stale.html)).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.html);
    let now = rules().await;
    assert_eq!((now.lease, now.end_notice), (by_first.lease, Secs::new(30)));
}

#[tokio::test]
async fn a_preset_is_applied_to_the_rules_that_the_form_showed() {
    let desk = Desk::open(5).await;
    let path = format!("/pools/{}", desk.pool);
    let plain = desk.get(&path).await.html;

    let preset = desk.get(&format!("{path}?preset=concurrent_sessions")).await.html;

    assert_eq!(rules_seen(&preset), rules_seen(&plain));
    assert!(preset.contains("<option value=\"session\" selected>"), "{preset}");
}

#[tokio::test]
async fn after_its_users_have_moved_a_pool_can_be_deleted() {
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
async fn l3_when_two_admins_move_the_same_users_the_second_is_told_and_moves_nobody() {
    let desk = Desk::open(2).await;
    let (night, late) = (desk.add_pool("Night", 0).await, desk.add_pool("Late", 0).await);
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    let other = desk.manager("Mona", Privilege::SeatsManage).await;
    let path = desk.path(&format!("/pools/{}/users/move", desk.pool));
    let (sven_ticked, amara_ticked) = (sven.to_string(), amara.to_string());
    let ticked = async |who: &Browser, to: PoolId, users: &[&str]| {
        let to = to.to_string();
        let mut fields = vec![("to", to.as_str()), ("which", "ticked")];
        fields.extend(users.iter().map(|user| ("user", *user)));
        desk.app.post(who, "/me", &path, &fields).await
    };

    let first = ticked(&desk.owner, night, &[&sven_ticked]).await;
    let second = ticked(&other, late, &[&amara_ticked, &sven_ticked]).await;
    let double = ticked(&desk.owner, night, &[&sven_ticked]).await;
    let alone = ticked(&other, late, &[&amara_ticked]).await;

    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.html);
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        second
            .html
            .contains("Sven is in the seat pool Night of remote-support now"),
        "{}",
        second.html
    );
    assert_eq!(double.status, StatusCode::SEE_OTHER, "{}", double.html);
    assert_eq!(alone.status, StatusCode::SEE_OTHER, "{}", alone.html);
    assert_eq!(users_of(&desk.app, desk.account, night).await, [sven]);
    assert_eq!(users_of(&desk.app, desk.account, late).await, [amara]);
}

#[tokio::test]
async fn l3_when_two_admins_move_a_whole_pool_at_once_everybody_ends_up_in_one_pool() {
    let desk = Desk::open(2).await;
    let (night, late) = (desk.add_pool("Night", 0).await, desk.add_pool("Late", 0).await);
    for number in 0..100 {
        desk.agent(&format!("Agent {number:02}")).await;
    }
    let other = desk.manager("Mona", Privilege::SeatsManage).await;
    let path = desk.path(&format!("/pools/{}/users/move", desk.pool));
    let (to_night, to_late) = (night.to_string(), late.to_string());
    let all = |to| [("to", to), ("which", "all")];
    let (by_owner, by_other) = (all(to_night.as_str()), all(to_late.as_str()));

    let (first, second) = tokio::join!(
        desk.app.post(&desk.owner, "/me", &path, &by_owner),
        desk.app.post(&other, "/me", &path, &by_other),
    );

    for page in [first, second] {
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    }
    let mut counts = Vec::new();
    for pool in [desk.pool, night, late] {
        counts.push(users_of(&desk.app, desk.account, pool).await.len());
    }
    assert_eq!(counts[0], 0);
    assert!(counts.contains(&100), "{counts:?}");
}

#[tokio::test]
async fn the_default_pool_stays_and_another_is_deleted_with_its_users_in_one_step() {
    let desk = Desk::open(2).await;
    let night = desk.add_pool("Night", 0).await;
    let sven = desk.agent_of("Sven", night).await;

    let default = desk.get(&format!("/pools/{}", desk.pool)).await.html;
    assert!(
        default.contains("The default pool of a product cannot be deleted. Lower its seats to 0 instead."),
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
