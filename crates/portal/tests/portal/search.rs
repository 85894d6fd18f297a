use usher_domain::permission::Privilege;
use usher_domain::user::License;
use usher_testkit as kit;

use crate::desk::Desk;

#[tokio::test]
async fn everything_that_has_the_text_in_its_name_is_found_with_its_page() {
    let desk = Desk::open(2).await;
    let nora = desk.agent("Nora Nightingale").await;
    let pool = desk.add_pool("Night shift", 0).await;
    let team = usher_domain::TeamId::from_bits(desk.app.draw_bits());
    desk.give(kit::create_team(team, "Night team", [nora].into()))
        .await;
    let sign_in = desk.sign_in(nora).await;
    desk.start_call(sign_in).await;

    let found = desk.get("/search?q=NIGHT").await.html;

    for (part, href) in [
        ("Nora Nightingale", format!("/users/{nora}")),
        ("Night shift", format!("/seats?hall={pool}")),
        ("Night team", format!("/teams/{team}")),
        ("Sessions", "/sessions?q=Nora+Nightingale".to_owned()),
    ] {
        assert!(
            found.contains(part) && found.contains(&desk.path(&href)),
            "{part}: {found}"
        );
    }
    let page = desk.get("/search?q=refus").await.html;
    assert!(
        page.contains(&format!(r#"<li><a href="{}""#, desk.path("/refusals"))),
        "{page}"
    );
    let none = desk.get("/search?q=%3Cb%3Enobody").await.html;
    assert!(
        none.contains("Nothing that you may see has") && !none.contains("<b>nobody"),
        "{none}"
    );
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_see() {
    let desk = Desk::open(2).await;
    let mia = desk.member("Mia Nightly").await;
    desk.seat(mia, License::Shared(desk.pool)).await;
    let nora = desk.agent("Nora Nightingale").await;
    let sign_in = desk.sign_in(nora).await;
    desk.start_call(sign_in).await;
    desk.add_pool("Night shift", 0).await;
    let rea = desk.manager("Rea", Privilege::ReportsView).await;
    let browser = desk.app.sign_in("mia.nightly@example.com").await;
    let path = desk.path("/search?q=night");

    let member = desk.app.get(&browser, &path).await.html;
    let manager = desk.app.get(&rea, &path).await.html;

    assert!(member.contains("Nothing that you may see"), "{member}");
    let (_, found) = manager.split_once(r#"id="found""#).unwrap();
    assert!(
        found.contains("Nora Nightingale") && found.contains("Night shift"),
        "{found}"
    );
    assert!(!manager.contains("/sessions?q=Nora"), "{manager}");
}
