//! What pages tell owners to do: never to ask somebody for what only they can do.

use axum::http::StatusCode;
use usher_domain::command::AccountCommand;
use usher_domain::management::Management;
use usher_domain::permission::Role;
use usher_domain::{Command, UserId};
use usher_testkit as kit;

use crate::app::{App, Browser, PASSWORD};
use crate::desk::Desk;

#[tokio::test]
async fn an_owner_who_is_no_billing_contact_is_led_to_the_tick() {
    let app = App::new().await;
    let account = app.account("Borealis").await;
    let id = UserId::from_bits(app.draw_bits());
    let owner = kit::NewUser::with_id(id, "Bo")
        .email("bo@example.com")
        .role(Role::Owner);
    app.admit(account, owner.password(PASSWORD)).await;
    app.user(account, "Ada", "ada@example.com", Role::Admin).await;
    let owner = app.sign_in("bo@example.com").await;
    let path = format!("/a/{account}/users/{id}");
    let subscription = format!("/a/{account}/subscription");

    let refused = app.get(&owner, &subscription).await;
    let overview = app.get(&owner, &format!("/a/{account}/overview")).await.html;
    let own = app.get(&owner, &path).await.html;

    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let link = format!("href=\"{path}#billing_contact\"");
    assert!(refused.html.contains("Only billing contacts"), "{}", refused.html);
    assert!(
        refused.html.contains(&link) && overview.contains(&link),
        "{overview}"
    );
    assert!(own.contains("id=\"billing_contact\""), "{own}");
    let fields = [
        ("name", "Bo"),
        ("email", "bo@example.com"),
        ("role", "owner"),
        ("billing_contact", "yes"),
    ];
    let saved = app.post(&owner, &path, &path, &fields).await.kept_by(&owner);
    let shown = app.get(&saved, &subscription).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.html);
}

#[tokio::test]
async fn a_user_who_is_no_owner_is_told_that_an_owner_gives_the_subscription() {
    let desk = Desk::open(1).await;
    let id = UserId::from_bits(desk.app.draw_bits());
    let admin = kit::NewUser::with_id(id, "Ada")
        .email("ada@example.com")
        .role(Role::Admin);
    desk.app.admit(desk.account, admin.password(PASSWORD)).await;
    let admin = desk.app.sign_in("ada@example.com").await;

    let refused = desk.app.get(&admin, &desk.path("/subscription")).await;

    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.html.contains("An owner ticks"), "{}", refused.html);
    assert!(!refused.html.contains("You are an owner"), "{}", refused.html);
}

#[tokio::test]
async fn the_minutes_say_who_adds_them() {
    let desk = Desk::open(1).await;
    for (management, who) in [
        (Management::Free, "A billing contact adds prepaid minutes"),
        (
            Management::OnRequest,
            "A billing contact requests prepaid minutes",
        ),
        (
            Management::Closed,
            "The operator of this server adds prepaid minutes",
        ),
    ] {
        let manage = AccountCommand::SetManagement { management };
        desk.give(Command::Account(manage)).await;

        let page = desk.get("/minutes").await.html;

        assert!(page.contains(who), "{who}: {page}");
    }
}

#[tokio::test]
async fn a_server_without_an_account_says_how_it_is_set_up() {
    let app = App::new().await;
    let path = "/sign-in";

    let before = app.get(&Browser::default(), path).await.html;
    app.account("Contoso").await;
    let after = app.get(&Browser::default(), path).await.html;

    let said = "This server has no account yet.";
    assert!(before.contains(said) && !after.contains(said), "{before} {after}");
}

#[tokio::test]
async fn a_browser_whose_session_has_ended_by_itself_is_told_so_and_one_that_signed_out_is_not() {
    let desk = Desk::open(1).await;
    let user = desk.member("Max").await;
    let path = "/sign-in?back=%2Fme";
    let ended = desk.app.sign_in("max@example.com").await;
    let said = "You were signed out on this browser";
    let revoked = desk.app.app.identity().revoke_user_tokens(desk.account, user);
    revoked.await.unwrap();

    let told = desk.app.get(&ended, path).await.html;
    let others = desk.app.get(&Browser::default(), path).await.html;
    let alive = desk.app.sign_in("max@example.com").await;
    let alive = desk.app.get(&alive, path).await.html;

    assert!(told.contains(said), "{told}");
    assert!(
        !others.contains(said) && !alive.contains(said),
        "{others} {alive}"
    );
}

#[tokio::test]
async fn a_person_with_a_named_seat_who_is_signed_in_nowhere_is_in_one_state_only() {
    let desk = Desk::with(1).await;
    let user = desk.member("Max").await;
    desk.seat(user, usher_domain::user::License::Named).await;

    let list = desk.get("/users").await.html;
    let own = desk.get(&format!("/users/{user}")).await.html;

    for page in [list, own] {
        assert!(
            page.contains("Not signed in") && !page.contains("Reachable"),
            "{page}"
        );
    }
}
