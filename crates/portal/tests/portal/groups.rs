use axum::http::StatusCode;

use crate::app::App;
use crate::desk::Desk;

/// Creates a group, and returns its path below the account's.
async fn crew(desk: &Desk) -> String {
    let created = desk.post("/groups", &[("name", "Crew")]).await;
    assert_eq!(created.status, StatusCode::SEE_OTHER, "{}", created.html);
    let path = created.header("location").strip_prefix(&desk.path(""));
    path.unwrap().to_owned()
}

#[tokio::test]
async fn a_group_is_created_filled_renamed_and_deleted() {
    let desk = Desk::with(0).await;
    let sven = desk.member("Sven").await.to_string();
    let empty = desk.get("/groups").await.html;
    assert!(empty.contains("No group yet") && empty.contains("directory (SCIM)"));

    let path = crew(&desk).await;
    let page = desk.get(&format!("{path}?who=sven")).await.html;
    assert!(page.contains("Nobody is in this group") && page.contains("Add<span class=\"unseen\"> Sven"));

    desk.post(&format!("{path}/add"), &[("user", &sven)]).await;
    let page = desk.get(&path).await.html;
    assert!(
        page.contains("Members (1)") && page.contains("Take out"),
        "{page}"
    );
    let person = desk.get(&format!("/users/{sven}")).await.html;
    assert!(person.contains("Groups") && person.contains("Crew"), "{person}");

    desk.post(&path, &[("name", "Night crew")]).await;
    desk.post(&format!("{path}/take-out"), &[("user", &sven)]).await;
    let page = desk.get(&path).await.html;
    assert!(page.contains("<h1>Night crew</h1>") && page.contains("Members (0)"));

    let question = desk.get(&format!("{path}/delete")).await.html;
    assert!(question.contains("Delete the group Night crew?"));
    desk.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(desk.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn groups_and_teams_are_found_in_whatever_case_their_letters_are() {
    let desk = Desk::with(0).await;
    for list in ["/groups", "/teams"] {
        for name in ["Hauptstraße", "Night"] {
            let made = desk.post(list, &[("name", name)]).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
        }

        let found = desk.get(&format!("{list}?q=STRASSE")).await.html;

        assert!(
            found.contains("Hauptstraße") && !found.contains(">Night<"),
            "{found}"
        );
    }
}

#[tokio::test]
async fn a_groups_mapping_takes_effect_at_once() {
    let desk = Desk::with(1).await;
    let sven = desk.member("Sven").await.to_string();
    let pool = desk.pool.to_string();
    let path = crew(&desk).await;
    desk.post(&format!("{path}/add"), &[("user", &sven)]).await;

    let fields = [
        ("license-remote-support", pool.as_str()),
        ("team", ""),
        ("role", "manager"),
    ];
    let saved = desk.post(&format!("{path}/mapping"), &fields).await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    let list = desk.get("/groups").await.html;
    assert!(
        list.contains("Remote support: pool") && list.contains("role Manager"),
        "{list}"
    );
    let person = desk.get(&format!("/users/{sven}")).await.unlinked();
    assert!(
        person.contains("From the group Crew") && person.contains("Manager"),
        "{person}"
    );
}

#[tokio::test]
async fn too_few_seats_are_an_error_at_the_field_with_the_numbers() {
    let desk = Desk::with(1).await;
    let path = crew(&desk).await;
    for name in ["Ann", "Ben", "Cem"] {
        let user = desk.member(name).await.to_string();
        desk.post(&format!("{path}/add"), &[("user", &user)]).await;
    }

    let page = desk
        .post(&format!("{path}/mapping"), &[("license-remote-support", "named")])
        .await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let error = "id=\"license-remote-support-error\"";
    assert!(page.html.contains(error), "{}", page.html);
    assert!(
        page.html
            .contains("more named seats of remote-support are needed")
    );
    assert!(page.html.contains("would have none, so nothing was changed."));
    assert!(
        page.html.contains("<option value=\"named\" selected>"),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn a_role_is_chosen_among_those_that_a_group_can_give() {
    let desk = Desk::with(1).await;
    let path = crew(&desk).await;
    desk.post(&format!("{path}/mapping"), &[("role", "admin")]).await;

    let page = desk.get(&path).await.html;
    assert!(
        page.contains("<option value=\"admin\" selected>Admin</option>"),
        "{page}"
    );
    let unknown = desk.post(&format!("{path}/mapping"), &[("role", "owner")]).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.html.contains("Choose one of the roles."));
}

#[tokio::test]
async fn each_product_has_a_setup_page_for_users_who_can_create_its_key() {
    let desk = Desk::of(App::at(Some("http://usher.example.com")).await, 1).await;
    assert!(desk.get("/groups").await.html.contains("/directories"));

    let list = desk.get("/directories").await.html;

    let base = format!("/scim/v2/{}</code>", desk.account);
    assert!(
        list.contains(&base) && list.contains("data-copy=\"scim-base\""),
        "{list}"
    );
    for product in ["entra-id", "okta", "onelogin", "google", "jumpcloud"] {
        assert!(list.contains(&format!("/directories/{product}\"")), "{product}");
        let guide = desk.get(&format!("/directories/{product}")).await.html;
        assert_eq!(guide.contains(&base), product != "google", "{product}");
        let (_, end) = guide.split_once("A group that gives a seat of a pool").unwrap();
        assert!(
            end.contains("choose the pool") && end.contains("Remote support"),
            "{guide}"
        );
    }
    let unknown = desk.get("/directories/unknown").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn addresses_that_only_this_machine_can_reach_are_marked_with_the_setting_to_change() {
    let notice = "Only this machine reaches the addresses on this page.";
    for (own, public, is_told) in [
        ("http://127.0.0.1:8080", None, true),
        ("http://[::1]:8080", None, true),
        ("http://192.0.2.7:8080", None, false),
        ("http://127.0.0.1:8080", Some("http://usher.example.com"), false),
    ] {
        let config = usher_app::Config {
            own_url: Some(own.to_owned()),
            public_url: public.map(str::to_owned),
            ..usher_app::Config::default()
        };
        let desk = Desk::of(App::configured(config).await, 1).await;
        for path in ["/directories", "/directories/okta", "/single-sign-on"] {
            let page = desk.get(path).await.html;
            assert_eq!(page.contains(notice), is_told, "{own} {path}: {page}");
            assert_eq!(page.contains("<code>public_url</code>"), is_told, "{own} {path}");
            assert!(page.contains(public.unwrap_or(own)), "{own} {path}: {page}");
        }
    }
}
