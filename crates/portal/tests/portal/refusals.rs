use axum::http::StatusCode;
use usher_domain::Actor;
use usher_domain::command::Command;
use usher_domain::permission::Role;
use usher_domain::presence::{Device, DeviceKind};
use usher_domain::{SignInId, UserId};
use usher_engine::{Cause, Request};

use crate::sessions::Desk;

async fn is_refused(desk: &Desk, user: UserId) {
    let device = Device {
        id: "glasses-1".parse().unwrap(),
        name: "Glasses of the depot".parse().unwrap(),
        kind: DeviceKind::Glasses,
    };
    let command = Command::SignIn {
        user,
        product: "support".parse().unwrap(),
        devices: vec![(SignInId::from_bits(1), device)],
        takeover: false,
        wait: false,
    };
    let request = Request {
        actor: Actor::Operator,
        cause: Cause::from("test"),
        command,
    };
    let engine = desk.app.api.engine();
    let refused = engine.execute(desk.account, request, |_, _, _| ()).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn who_was_refused_is_listed_with_the_reason_and_found_by_name() {
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
        assert!(page.html.contains("/problems/no-license"), "{}", page.html);
        assert!(page.html.contains("Not yet in"), "{}", page.html);
    }
    assert!(other.html.contains("No refusal is like that"), "{}", other.html);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("This must be a day"), "{}", wrong.html);
    let overview = app.get(&desk.owner, &format!("/a/{account}/overview")).await;
    assert!(overview.html.contains(&path), "{}", overview.html);
}
