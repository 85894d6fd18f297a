use axum::http::StatusCode;
use usher_domain::TeamId;
use usher_testkit as kit;

use crate::app::Browser;
use crate::desk::Desk;

#[tokio::test]
async fn a_team_is_created_filled_renamed_and_deleted() {
    let desk = Desk::with(0).await;
    let sven = desk.member("Sven").await.to_string();
    assert!(desk.get("/teams").await.html.contains("No team yet"));

    let created = desk.post("/teams", &[("name", "Night shift")]).await;
    assert_eq!(created.status, StatusCode::SEE_OTHER, "{}", created.html);
    let path = created.header("location").strip_prefix(&desk.path("")).unwrap();
    let told = created.cookie("usher_flash").split(';').next().unwrap();
    let kept = desk.owner.cookie.as_deref().unwrap();
    let browser = Browser {
        cookie: Some(format!("{kept}; {told}")),
    };
    let page = desk.app.get(&browser, created.header("location")).await;
    assert!(page.html.contains("Team Night shift created."), "{}", page.html);
    let page = desk.get(&format!("{path}?who=sven")).await;
    assert!(
        page.html.contains("Nobody is in this team") && page.html.contains("Add<span class=\"unseen\"> Sven")
    );

    desk.post(&format!("{path}/add"), &[("user", &sven)]).await;
    let page = desk.get(path).await;
    assert!(
        page.html.contains("Members (1)") && page.html.contains("Take out"),
        "{}",
        page.html
    );
    assert!(desk.get("/users?q=sven").await.html.contains("Night shift"));

    desk.post(path, &[("name", "Day shift")]).await;
    desk.post(&format!("{path}/take-out"), &[("user", &sven)]).await;
    let page = desk.get(path).await;
    assert!(page.html.contains("<h1>Day shift</h1>") && page.html.contains("Members (0)"));

    assert!(
        desk.get(&format!("{path}/delete"))
            .await
            .html
            .contains("Delete the team Day shift?")
    );
    desk.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(desk.get(path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn two_teams_cannot_have_the_same_name() {
    let desk = Desk::with(0).await;
    desk.post("/teams", &[("name", "Night shift")]).await;

    for (name, says) in [
        ("Night shift", "Another team has this name already"),
        ("", "This must be a name of 1 to 120 characters"),
    ] {
        let page = desk.post("/teams", &[("name", name)]).await;

        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains(says), "{}", page.html);
    }
}

#[tokio::test]
async fn teams_are_sorted_by_their_headings() {
    let desk = Desk::open(1).await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    for (bits, name, members) in [
        (1, "Alpha", vec![sven]),
        (2, "Beta", vec![sven, amara]),
        (3, "Gamma", vec![]),
    ] {
        let team = kit::create_team(TeamId::from_bits(bits), name, members.into_iter().collect());
        desk.give(team).await;
    }

    for (query, order) in [
        ("", ["Alpha", "Beta", "Gamma"]),
        ("?sort=-name", ["Gamma", "Beta", "Alpha"]),
        ("?sort=members", ["Gamma", "Alpha", "Beta"]),
        ("?sort=-members", ["Beta", "Alpha", "Gamma"]),
    ] {
        let list = desk.get(&format!("/teams{query}")).await.html;
        let places = order.map(|name| list.find(&format!(">{name}</a>")).unwrap());
        assert!(places.is_sorted(), "{query}: {places:?}");
    }
    let turned = desk.get("/teams").await.html;
    assert!(turned.contains("aria-sort=\"ascending\""), "{turned}");
}
