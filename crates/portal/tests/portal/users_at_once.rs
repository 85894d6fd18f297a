use axum::http::StatusCode;
use usher_domain::user::License;
use usher_testkit as kit;

use crate::desk::{Desk, PRODUCT};

#[tokio::test]
async fn many_are_changed_at_once_and_each_refusal_is_told() {
    let desk = Desk::with(1).await;
    let (eva, max) = (desk.member("Eva").await, desk.member("Max").await);
    let (eva_id, max_id, pool) = (eva.to_string(), max.to_string(), format!("move {}", desk.pool));
    let both = |act| [("act", act), ("user", eva_id.as_str()), ("user", max_id.as_str())];

    let nobody = desk.post("/users/bulk", &[("act", "deactivate")]).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nobody.html.contains("Nobody is ticked."));

    let asked = desk.post("/users/bulk", &both("assign remote-support")).await;
    assert!(
        asked
            .html
            .contains("2 named seats of Remote support are needed and 1 is left"),
        "{}",
        asked.html
    );
    assert_eq!(desk.license(eva).await, None);

    let result = desk.post("/users/bulk/do", &both("assign remote-support")).await;
    assert!(
        result.html.contains("Done for 1, refused for 1"),
        "{}",
        result.html
    );
    assert!(result.html.contains("1 more named seat of"));

    let moved = desk.post("/users/bulk/do", &both(&pool)).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.html);
    assert_eq!(desk.license(eva).await, Some(License::Shared(desk.pool)));
    assert_eq!(desk.license(max).await, Some(License::Shared(desk.pool)));
}

#[tokio::test]
async fn all_matching_users_are_changed_only_if_they_are_still_those_shown() {
    let desk = Desk::with(0).await;
    let agents = [desk.member("Agent A").await, desk.member("Agent B").await];
    let act = format!("move {}", desk.pool);
    let mut fields = vec![("act", act.as_str()), ("all", "yes"), ("filter", "q=agent")];
    let asked = desk.post("/users/bulk", &fields).await;
    let digest = asked.html.split("name=\"shown\" value=\"").nth(1).unwrap();
    let digest = digest.split('"').next().unwrap().to_owned();
    assert!(
        asked.html.contains("2 people: move to the pool"),
        "{}",
        asked.html
    );
    fields.push(("shown", &digest));

    let late = desk.member("Agent C").await;
    let again = desk.post("/users/bulk/do", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.html.contains("The people who match are others by now."));
    assert_eq!(desk.license(agents[0]).await, None);

    desk.app.give(desk.account, kit::delete_user(late)).await;
    let moved = desk.post("/users/bulk/do", &fields).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.html);
    for agent in agents {
        assert_eq!(desk.license(agent).await, Some(License::Shared(desk.pool)));
    }
}

#[tokio::test]
async fn deactivating_all_users_excludes_the_actor() {
    let desk = Desk::with(0).await;
    let sven = desk.member("Sven").await.to_string();
    let olga = desk.find("olga@example.com").await.unwrap().to_string();

    let done = desk
        .post(
            "/users/bulk/do",
            &[("act", "deactivate"), ("user", &olga), ("user", &sven)],
        )
        .await;

    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
    assert!(desk.get("/users?status=inactive").await.html.contains("1 of 1"));
}

#[tokio::test]
async fn a_seat_is_reassigned_whether_or_not_another_is_free() {
    for named_seats in [1, 2] {
        let desk = Desk::with(named_seats).await;
        let (eva, max) = (desk.member("Eva").await, desk.member("Max").await);
        desk.seat(eva, License::Named).await;
        desk.seat(max, License::Shared(desk.pool)).await;
        let page = desk.get(&format!("/users/{eva}/reassign")).await;
        assert!(
            page.html.contains("Give the seat<span class=\"unseen\"> to Max"),
            "{}",
            page.html
        );

        let fields = [("product", PRODUCT), ("to", &max.to_string())];
        let done = desk.post(&format!("/users/{eva}/reassign"), &fields).await;

        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
        assert_eq!(desk.license(eva).await, None);
        assert_eq!(desk.license(max).await, Some(License::Named));
    }
}

#[tokio::test]
async fn a_seat_reassigned_to_a_user_who_has_one_is_not_lost() {
    let desk = Desk::with(2).await;
    let (eva, max) = (desk.member("Eva").await, desk.member("Max").await);
    desk.seat(eva, License::Named).await;
    desk.seat(max, License::Named).await;

    for to in [eva, max] {
        let fields = [("product", PRODUCT), ("to", &to.to_string())];
        let refused = desk.post(&format!("/users/{eva}/reassign"), &fields).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.html.contains("has a named seat of this product already"),
            "{}",
            refused.html
        );
        assert_eq!(desk.license(eva).await, Some(License::Named));
    }
}

#[tokio::test]
async fn a_holder_changed_in_the_meantime_keeps_the_place_in_the_pool() {
    let desk = Desk::with(1).await;
    let (eva, max) = (desk.member("Eva").await, desk.member("Max").await);
    let in_the_pool = License::Shared(desk.pool);
    desk.seat(eva, in_the_pool).await;

    let fields = [("product", PRODUCT), ("to", &max.to_string())];
    let refused = desk.post(&format!("/users/{eva}/reassign"), &fields).await;

    assert_eq!(refused.status, StatusCode::SEE_OTHER, "{}", refused.html);
    let told = desk
        .app
        .get(
            &refused.kept_by(&desk.owner),
            &desk.path(&format!("/users/{eva}")),
        )
        .await;
    assert!(told.html.contains("Eva is in the seat pool"), "{}", told.html);
    assert_eq!(desk.license(eva).await, Some(in_the_pool));
    assert_eq!(desk.license(max).await, None);
}

#[tokio::test]
async fn ticks_stay_if_no_action_was_chosen() {
    let desk = Desk::with(0).await;
    let sven = desk.member("Sven").await.to_string();

    let page = desk.post("/users/bulk", &[("act", ""), ("user", &sven)]).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("Choose what to do with the ticked people."));
    assert!(
        page.html.contains("aria-label=\"Tick Sven\" checked"),
        "{}",
        page.html
    );
}
