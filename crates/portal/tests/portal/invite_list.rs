//! Inviting people from a list.

use std::fmt::Write as _;

use axum::http::StatusCode;
use usher_domain::permission::Privilege;
use usher_domain::user::License;
use usher_testkit as kit;

use crate::app::Page;
use crate::desk::Desk;

/// The value of a hidden field.
fn hidden(page: &Page, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page
        .html
        .split_once(&start)
        .unwrap_or_else(|| panic!("no {name} in {}", page.html));
    rest.split('"').next().unwrap().to_owned()
}

async fn preview(desk: &Desk, list: &str) -> Page {
    desk.post("/users/invite", &[("list", list)]).await
}

async fn invite(desk: &Desk, list: &str, id: &str) -> Page {
    desk.post("/users/invite/do", &[("list", list), ("list_id", id)])
        .await
}

/// The links that a page shows, without what is before their path.
fn links(page: &Page) -> Vec<String> {
    let shown = page.html.split("<code id=\"link-").skip(1);
    let urls = shown.map(|part| part.split_once('>').unwrap().1.split('<').next().unwrap());
    urls.map(|url| url[url.find("/invitation/").unwrap()..].to_owned())
        .collect()
}

#[tokio::test]
async fn fifty_people_are_shown_and_then_invited_with_their_licenses_and_teams() {
    let desk = Desk::with(2).await;
    let team = usher_domain::TeamId::from_bits(desk.app.draw_bits());
    desk.give(kit::create_team(team, "Nordics", [].into())).await;
    let mut list = "Name;E-mail;Role;Team;License\n".to_owned();
    for number in 0..50 {
        let license = if number < 2 { "named" } else { "shared" };
        writeln!(
            list,
            "Person {number:02};person.{number:02}@example.com;;nordics;{license}"
        )
        .unwrap();
    }

    let shown = preview(&desk, &list).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.html);
    assert!(shown.html.contains("Invite 50 people"), "{}", shown.html);
    assert_eq!(desk.find("person.00@example.com").await, None);
    let done = invite(&desk, &list, &hidden(&shown, "list_id")).await;

    assert_eq!(done.status, StatusCode::OK, "{}", done.html);
    assert!(done.html.contains("50 people invited"), "{}", done.html);
    assert_eq!(links(&done).len(), 50);
    let first = desk.find("person.00@example.com").await.unwrap();
    let other = desk.find("person.49@example.com").await.unwrap();
    assert_eq!(desk.license(first).await, Some(License::Named));
    assert_eq!(desk.license(other).await, Some(License::Shared(desk.pool)));
    let page = desk.get(&format!("/teams/{team}")).await.html;
    assert!(page.contains("Members (50)"), "{page}");
    let opened = desk
        .app
        .get(&crate::app::Browser::default(), &links(&done)[49])
        .await;
    assert!(opened.html.contains("Welcome, Person 49"), "{}", opened.html);
}

#[tokio::test]
async fn each_bad_row_is_named_with_its_line_and_reason_and_the_others_are_invited() {
    let desk = Desk::with(1).await;
    desk.member("Eva").await;
    let list = "name,email,role,team,license\n\
                Ann,ann@example.com,member,,named\n\
                Bob,bob,chief,Nobodies,purple\n\
                Eva,EVA@example.com,,,\n\
                Ann Again,Ann@Example.com,,,\n\
                Cleo,cleo@example.com,,,named\n";

    let shown = preview(&desk, list).await;

    for said in [
        "Invite 1 person",
        "bob is not an e-mail address.",
        "Remote support: purple",
        "Nobody is invited yet. This server sends no mail",
        "There is no role chief.",
        "There is no team Nobodies.",
        "There is no pool purple of",
        "A user of this account has this address.",
        "Line 2 has the same address.",
        "No named seat of Remote support is left",
    ] {
        assert!(shown.html.contains(said), "{said}: {}", shown.html);
    }
    let done = invite(&desk, list, &hidden(&shown, "list_id")).await;
    assert!(done.html.contains("1 person invited"), "{}", done.html);
    assert!(
        done.html.contains("Line 3, <strong>Bob</strong>"),
        "{}",
        done.html
    );
    assert!(desk.find("ann@example.com").await.is_some());
    assert_eq!(desk.find("cleo@example.com").await, None);
    // Those who are left come along to the next list, with their headings.
    let left = hidden(&done, "list");
    assert_eq!(
        left,
        "name,email,role,team,license\nBob,bob,chief,Nobodies,purple\nCleo,cleo@example.com,,,named"
    );
    let mended = left
        .replace("bob,chief,Nobodies,purple", "bob@example.com,,,")
        .replace(",named", ",");
    let shown = preview(&desk, &mended).await;
    assert!(shown.html.contains("Invite 2 people"), "{}", shown.html);
    assert!(shown.html.contains("Without a license"), "{}", shown.html);
}

#[tokio::test]
async fn a_team_is_found_in_any_case_of_its_letters() {
    let desk = Desk::with(2).await;
    let team = usher_domain::TeamId::from_bits(desk.app.draw_bits());
    desk.give(kit::create_team(team, "Hauptstraße", [].into())).await;

    let shown = preview(&desk, "Name;E-mail;Team\nIda;ida@example.com;HAUPTSTRASSE\n").await;

    assert!(shown.html.contains("Invite 1 person"), "{}", shown.html);
}

#[tokio::test]
async fn no_copied_cell_is_taken_for_a_formula() {
    let desk = Desk::with(2).await;
    let list = "Name;E-mail\n=SUM(C1);sum@example.com\n";
    let shown = preview(&desk, list).await;

    let done = invite(&desk, list, &hidden(&shown, "list_id")).await;

    let (_, copied) = done.html.split_once("<span id=\"all-links\" hidden>").unwrap();
    assert!(copied.starts_with("&#39;=SUM(C1)\tsum@example.com\t"), "{copied}");
}

#[tokio::test]
async fn a_list_that_is_sent_twice_invites_nobody_twice_and_shows_links_that_work() {
    let desk = Desk::with(0).await;
    let list = "Ann,ann@example.com\nBob,bob@example.com\n";
    let id = hidden(&preview(&desk, list).await, "list_id");

    let (first, second) = tokio::join!(invite(&desk, list, &id), invite(&desk, list, &id));
    let third = invite(&desk, list, &id).await;

    let shown = links(&first);
    assert_eq!(shown.len(), 2);
    assert_eq!(links(&second), shown);
    assert_eq!(links(&third), shown);
    let opened = desk.app.get(&crate::app::Browser::default(), &shown[0]).await;
    assert_eq!(opened.status, StatusCode::OK);
    // The same list as another one: those people are there.
    let again = preview(&desk, list).await;
    assert!(
        again.html.contains("None of these people can be invited"),
        "{}",
        again.html
    );
    let audit = desk.get("/audit?action=user.created").await.unlinked();
    assert_eq!(audit.matches("created the user Ann").count(), 1, "{audit}");
}

#[tokio::test]
async fn the_links_of_a_list_are_shown_to_nobody_else() {
    let desk = Desk::with(0).await;
    let manager = desk.manager("Uma", Privilege::UsersManage).await;
    let list = "Ann,ann@example.com\n";
    let id = hidden(&preview(&desk, list).await, "list_id");
    let shown = links(&invite(&desk, list, &id).await);

    let path = desk.path("/users/invite/do");
    let fields = [("list", list), ("list_id", id.as_str())];
    let other = desk.app.post(&manager, "/me", &path, &fields).await;

    assert_eq!(links(&other), Vec::<String>::new(), "{}", other.html);
    let opened = desk.app.get(&crate::app::Browser::default(), &shown[0]).await;
    assert_eq!(opened.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_invites_with_a_list_who_may_not_give_what_it_says() {
    let desk = Desk::with(1).await;
    let manager = desk.manager("Uma", Privilege::UsersManage).await;
    let list = "name,email,role,license\n\
                Ann,ann@example.com,owner,\nBob,bob@example.com,,shared\nCleo,cleo@example.com,,\n";
    let path = desk.path("/users/invite");

    let shown = desk.app.post(&manager, "/me", &path, &[("list", list)]).await;

    assert!(shown.html.contains("Invite 1 person"), "{}", shown.html);
    for wrong in ["", "name,email\n", "name,email,phone\nA,a@example.com,1"] {
        let again = desk.app.post(&manager, "/me", &path, &[("list", wrong)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn a_row_with_several_faults_is_told_all_of_them_and_its_address_counts_for_the_next() {
    let desk = Desk::with(1).await;
    let list = "name,email,team\n,ann@example.com,Oslo\nAnn,ann@example.com,Oslo\nBo,,\n";

    let shown = preview(&desk, list).await.html;

    for said in [
        "The name is missing.",
        "The e-mail address is missing.",
        "Line 2 has the same address.",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert_eq!(shown.matches("There is no team Oslo.").count(), 2, "{shown}");
    // A line that is right is invited, whatever is wrong with an earlier one.
    let right = preview(&desk, &format!("{list}Ann,ann@example.com,\n"))
        .await
        .html;
    assert!(right.contains("Invite 1 person"), "{right}");
}
