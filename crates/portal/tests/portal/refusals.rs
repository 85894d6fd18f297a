use axum::http::StatusCode;
use usher_domain::Actor;
use usher_domain::permission::Role;
use usher_domain::presence::{Device, DeviceKind};
use usher_domain::{Secs, SignInId, UserId};
use usher_engine::{Cause, Request};
use usher_testkit as kit;

use crate::sessions::Desk;

async fn is_refused(desk: &Desk, user: UserId) {
    let device = Device {
        id: "glasses-1".parse().unwrap(),
        name: "Glasses of the depot".parse().unwrap(),
        kind: DeviceKind::Glasses,
    };
    let command = kit::sign_in(user, SignInId::from_bits(1), device)
        .product("support".parse().unwrap())
        .command();
    let request = Request {
        actor: Actor::Operator,
        cause: Cause::from("test"),
        command,
    };
    let engine = desk.app.app.engine();
    let refused = engine.execute(desk.account, request, |_, (), _| ()).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn refused_users_are_listed_with_the_reason_and_found_by_name() {
    let desk = Desk::open().await;
    let (account, app) = (desk.account, &desk.app);
    let yuki = app.user(account, "Yuki", "yuki@example.com", Role::Member).await;
    is_refused(&desk, yuki).await;
    let path = format!("/a/{account}/refusals");

    let all = app.get(&desk.owner, &path).await;
    let found = app
        .get(&desk.owner, &format!("{path}?user=yuki&code=no-license"))
        .await;
    let other = app.get(&desk.owner, &format!("{path}?user=Olga")).await;
    let wrong = app.get(&desk.owner, &format!("{path}?user=nobody&to=x")).await;

    for page in [all, found] {
        assert!(page.html.contains("Glasses of the depot"), "{}", page.html);
        assert!(page.html.contains("/help/refusals#no-license"), "{}", page.html);
        assert!(page.html.contains("Not yet in"), "{}", page.html);
    }
    assert!(other.html.contains("No refusal is like that"), "{}", other.html);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("This must be a day"), "{}", wrong.html);
    let overview = app.get(&desk.owner, &format!("/a/{account}/overview")).await;
    assert!(overview.html.contains(&path), "{}", overview.html);
}

#[tokio::test]
async fn waits_are_listed_with_their_length_and_outcome() {
    let desk = crate::desk::Desk::open(1).await;
    let path = desk.path("/refusals");
    let nobody_yet = desk.get("/refusals").await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    let sign_in = desk.sign_in(sven).await;
    desk.wait(amara).await;
    desk.app.app.engine().advance(Secs::new(25)).await;

    let waits = desk.get("/refusals").await;
    desk.give(kit::sign_out(sign_in)).await;
    let offered = desk.get("/refusals").await;
    desk.app.app.engine().advance(Secs::new(60)).await;
    let missed = desk.get("/refusals").await;
    let of_another = desk.get("/refusals?user=Sven").await;
    let of_a_reason = desk.get("/refusals?code=no-license").await;

    assert!(!nobody_yet.html.contains("Who waited"), "{}", nobody_yet.html);
    assert!(
        nobody_yet.html.contains("Nobody was refused"),
        "{}",
        nobody_yet.html
    );
    for (page, waited, outcome) in [
        (&waits, "25 s", "Waits"),
        (&offered, "25 s", "Has an offer"),
        (&missed, "1 min", "Missed the offer"),
    ] {
        let html = &page.html;
        assert!(html.contains("Who waited") && html.contains("Amara"), "{html}");
        assert!(html.contains(&format!(">{waited}</td>")), "{waited}: {html}");
        assert!(html.contains(outcome), "{outcome}: {html}");
        // Because somebody waited, the page must not say that nobody was refused.
        assert!(html.contains("Nobody else was refused."), "{html}");
        assert!(!html.contains("<strong>Nobody was refused"), "{html}");
    }
    for page in [of_another, of_a_reason] {
        assert!(!page.html.contains("Who waited"), "{}", page.html);
    }
    desk.app
        .user(desk.account, "Max", "max@example.com", Role::Member)
        .await;
    let member = desk.app.sign_in("max@example.com").await;
    let page = desk.app.get(&member, &path).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}
