//! A person's page: all about them in one place, each part for readers who may see it.

use axum::http::StatusCode;
use usher_domain::command::{ApiKeyCommand, Command};
use usher_domain::permission::{Privilege, Scope};
use usher_domain::{Actor, ApiKeyId, GroupId, TeamId};
use usher_engine::{Cause, Request};
use usher_testkit as kit;

use crate::desk::Desk;

#[tokio::test]
async fn a_persons_page_shows_where_they_are_and_frees_the_seat_from_there() {
    let desk = Desk::open(2).await;
    let sven = desk.agent("Sven").await;
    let path = format!("/users/{sven}");
    let away = desk.get(&path).await.html;
    assert!(away.contains("Not signed in on any device"), "{away}");

    let sign_in = desk.sign_in(sven).await;
    let call = desk.start_call(sign_in).await;
    let busy = desk.get(&path).await.html;

    assert!(
        busy.contains("Sven’s laptop") && busy.contains(&format!("id=\"open-{call}\"")),
        "{busy}"
    );
    let pool = format!("href=\"{}\"", desk.path(&format!("/pools/{}", desk.pool)));
    assert!(busy.contains(&pool), "{busy}");
    assert!(busy.contains("although work goes on"), "{busy}");
    let (person, id) = (sven.to_string(), sign_in.to_string());
    let fields = [("person", &*person), ("sign_in", &*id), ("cuts", "1.0")];
    let done = desk.post("/seats/sign-out", &fields).await;
    assert_eq!(done.header("location"), desk.path(&path));
    let after = desk.get(&path).await.html;
    assert!(after.contains("Not signed in on any device"), "{after}");
}

#[tokio::test]
async fn a_persons_page_says_where_they_wait() {
    let desk = Desk::open(1).await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    desk.sign_in(sven).await;
    let ticket = desk.wait(amara).await;

    let page = desk.get(&format!("/users/{amara}")).await.html;

    assert!(page.contains("Place 1 in the queue of"), "{page}");
    let drop = desk.path(&format!("/queue/{ticket}/drop"));
    assert!(page.contains(&format!("href=\"{drop}\"")), "{page}");
}

#[tokio::test]
async fn a_persons_page_links_teams_groups_and_keys_for_readers_who_may_open_them() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let (team, group) = (TeamId::from_bits(7), GroupId::from_bits(8));
    desk.give(kit::create_team(team, "Day team", [sven].into())).await;
    desk.give(kit::create_group(group, "Crew", [sven].into())).await;
    let key = made_by_the_owner(&desk).await;
    let owner = desk.find("olga@example.com").await.unwrap();
    let users = desk.manager("Uma", Privilege::UsersManage).await;

    let page = desk.get(&format!("/users/{sven}")).await.html;
    let owners = desk.get(&format!("/users/{owner}")).await.html;
    let seen_by_uma = desk.app.get(&users, &desk.path(&format!("/users/{owner}"))).await;

    for link in [format!("/teams/{team}"), format!("/groups/{group}")] {
        assert!(page.contains(&format!("href=\"{}\"", desk.path(&link))), "{link}");
    }
    let keys = desk.path(&format!("/api-keys?key={key}#{key}"));
    assert!(owners.contains(&format!("href=\"{keys}\"")), "{owners}");
    assert!(!seen_by_uma.html.contains("Reports"), "{}", seen_by_uma.html);
    let listed = desk.get(&format!("/api-keys?key={key}")).await.html;
    assert!(listed.contains(&format!("<tr id=\"{key}\">")), "{listed}");
}

/// An API key that the owner made.
async fn made_by_the_owner(desk: &Desk) -> ApiKeyId {
    let id = ApiKeyId::from_bits(desk.app.draw_bits());
    let owner = desk.find("olga@example.com").await.unwrap();
    let request = Request {
        actor: Actor::User(owner),
        cause: Cause::from("test"),
        command: Command::ApiKey(ApiKeyCommand::Create {
            id,
            name: "Reports".parse().unwrap(),
            scopes: [Scope::Read].into(),
            expires_at: None,
        }),
    };
    let made = desk.app.engine.execute(desk.account, request, |_, (), _| ());
    made.await.unwrap();
    id
}

#[tokio::test]
async fn members_have_a_page_of_their_own_and_see_no_other() {
    let desk = Desk::open(2).await;
    let (mia, sven) = (desk.member("Mia").await, desk.agent("Sven").await);
    let member = desk.app.sign_in("mia@example.com").await;
    let path = desk.path(&format!("/users/{mia}"));

    let own = desk.app.get(&member, &path).await;

    assert_eq!(own.status, StatusCode::OK);
    let links_here = format!("href=\"{path}\">Licenses and sessions");
    assert!(own.html.contains(&links_here), "{}", own.html);
    for hidden in [
        "id=\"profile\"",
        "name=\"license\"",
        "permissions\"",
        "Second factor",
    ] {
        assert!(!own.html.contains(hidden), "{hidden}: {}", own.html);
    }
    assert_eq!(
        desk.app.get(&member, &format!("{path}/history")).await.status,
        StatusCode::OK
    );
    for page in ["", "/history", "/permissions"] {
        let other = desk.path(&format!("/users/{sven}{page}"));
        let other = desk.app.get(&member, &other).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND, "{page}");
    }
}

#[tokio::test]
async fn the_history_of_a_person_has_sessions_refusals_waits_and_the_audit() {
    let desk = Desk::open(1).await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    let sign_in = desk.sign_in(sven).await;
    desk.start_call(sign_in).await;
    desk.wait(amara).await;
    let fields = [("sign_in", &*sign_in.to_string()), ("cuts", "1.0")];
    desk.post("/seats/sign-out", &fields).await;

    let svens = desk.get(&format!("/users/{sven}/history")).await.html;
    let amaras = desk.get(&format!("/users/{amara}/history")).await.html;

    assert!(svens.contains("The agent was signed out"), "{svens}");
    assert!(
        svens.contains("Never refused") && svens.contains("created the user"),
        "{svens}"
    );
    let all = desk.path("/refusals?user=amara%40example.com");
    assert!(amaras.contains("Waits in the queue"), "{amaras}");
    assert!(amaras.contains(&format!("href=\"{all}\"")), "{amaras}");
    let about = desk.path(&format!("/audit?target={amara}"));
    assert!(amaras.contains(&format!("href=\"{about}\"")), "{amaras}");
}

#[tokio::test]
async fn each_part_of_the_history_is_for_readers_who_may_see_it() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let path = desk.path(&format!("/users/{sven}/history"));
    let users = desk.manager("Uma", Privilege::UsersManage).await;
    let seats = desk.manager("Sia", Privilege::SeatsManage).await;
    let reports = desk.manager("Rea", Privilege::ReportsView).await;

    let as_users = desk.app.get(&users, &path).await;
    let as_seats = desk.app.get(&seats, &path).await.html;
    let as_reports = desk.app.get(&reports, &path).await.html;

    assert_eq!(as_users.status, StatusCode::FORBIDDEN);
    let (sessions, audit) = ("id=\"sessions\"", "id=\"audit\"");
    assert!(
        as_seats.contains(sessions) && !as_seats.contains(audit),
        "{as_seats}"
    );
    assert!(
        !as_reports.contains(sessions) && as_reports.contains(audit),
        "{as_reports}"
    );
}
