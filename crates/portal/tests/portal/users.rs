use axum::http::{Method, StatusCode};
use futures::StreamExt;
use usher_domain::PoolId;
use usher_domain::command::UserPatch;
use usher_domain::permission::{Privilege, Role};
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_testkit as kit;

use crate::app::{Browser, PASSWORD, Page};
use crate::desk::{Desk, PRODUCT};
use crate::rules::hidden;

#[tokio::test]
async fn a_list_is_searched_filtered_sorted_and_cut_into_pages() {
    let desk = Desk::with(1).await;
    desk.crowd(60).await;
    let amara = desk.member("Amara Okafor").await;
    desk.seat(amara, License::Named).await;

    for (query, sees, misses) in [
        ("", "1–50 of 62", "Agent 55"),
        ("?page=2", "51–62 of 62", "Agent 01"),
        ("?q=AMARA", "1 of 1 that match; 62 in all", "Agent"),
        ("?license=named", "Amara Okafor", "Agent 01"),
        ("?license=none&q=agent+0", "1–10 of 10", "Amara"),
        ("?role=owner", "Olga Owner", "Amara"),
        ("?status=inactive", "Nobody matches", "Amara"),
        ("?sort=email&page=2", "Olga Owner", "Agent 01"),
        ("?page=99", "51–62 of 62", "Agent 01"),
        ("?q=%3Cscript%3E", "&#60;script&#62;", "<script>"),
    ] {
        let page = desk.get(&format!("/users{query}")).await;

        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert!(page.html.contains(sees), "{query}: {}", page.html);
        let list = page.html.split("id=\"people\"").nth(1).unwrap();
        assert!(!list.contains(misses), "{query}");
    }
}

#[tokio::test]
async fn every_page_leads_to_the_first_and_the_last_and_is_as_long_as_chosen() {
    let desk = Desk::with(0).await;
    desk.crowd(130).await;

    let first = desk.get("/users?q=agent").await.html;
    let middle = desk.get("/users?q=agent&size=25&page=3").await.html;
    let last = desk.get("/users?q=agent&page=3").await.html;

    let path = desk.path("/users");
    let leads = |html: &str, label: &str, query: &str| {
        let link = format!("href=\"{path}?{query}\"");
        let mut links = html
            .split("<a ")
            .filter(|part| part.contains(&format!(">{label}</a>")));
        links.any(|part| part.contains(&link))
    };
    assert!(first.contains("1–50 of 130") && !first.contains("First page"));
    assert!(leads(&first, "Next page", "q=agent&#38;page=2"), "{first}");
    assert!(leads(&first, "Last page", "q=agent&#38;page=3"), "{first}");
    assert!(leads(&first, "200", "q=agent&#38;size=200"), "{first}");
    assert!(
        middle.contains("51–75 of 130") && middle.contains("Agent 50"),
        "{middle}"
    );
    assert!(leads(&middle, "First page", "q=agent&#38;size=25"), "{middle}");
    assert!(
        leads(&middle, "Previous page", "q=agent&#38;size=25&#38;page=2"),
        "{middle}"
    );
    assert!(
        leads(&middle, "Last page", "q=agent&#38;size=25&#38;page=6"),
        "{middle}"
    );
    assert!(
        last.contains("101–130 of 130") && !last.contains("Last page"),
        "{last}"
    );
}

#[tokio::test]
async fn people_are_listed_in_the_order_of_the_readers_language() {
    let desk = Desk::with(0).await;
    for (number, name) in ["Zoe", "Åsa", "bo", "Cid", "Čot"].into_iter().enumerate() {
        let email = format!("person.{number}@example.com");
        desk.app.user(desk.account, name, &email, Role::Member).await;
    }
    let listed = async |language: &str| {
        let path = desk.path("/users?role=member");
        let headers = [("accept-language", language)];
        let page = desk
            .app
            .send(&desk.owner, Method::GET, &path, &headers, String::new())
            .await;
        let html = Page::of(page).await.html;
        let names = html.split("aria-label=\"Tick ").skip(1);
        let names = names.map(|rest| rest.split('"').next().unwrap().to_owned());
        names.collect::<Vec<_>>().join(" ")
    };

    assert_eq!(listed("en-GB,en;q=0.9").await, "Åsa bo Cid Čot Zoe");
    assert_eq!(listed("sv-SE,sv;q=0.9,en;q=0.8").await, "bo Cid Čot Zoe Åsa");
}

#[tokio::test]
async fn users_are_in_groups_by_pool_with_its_product_and_the_headings_sort_them() {
    let desk = Desk::open(3).await;
    let night = desk.add_pool("Night shift", 0).await;
    let anna = desk.agent("Anna").await;
    desk.agent_of("Bo", night).await;
    desk.member("Cid").await;
    desk.sign_in(anna).await;

    let grouped = desk.get("/users?sort=pool&role=member").await.unlinked();
    let from_the_end = desk.get("/users?sort=-name&role=member").await.html;
    let at_work = desk.get("/users?status=signed-in").await.html;

    let (_, grouped) = grouped.split_once("id=\"people-count\"").unwrap();
    let order = [
        "pool Default pool",
        "Tick Anna",
        "pool Night shift",
        "Tick Bo",
        "No license",
        "Tick Cid",
    ];
    let places: Vec<_> = order.iter().map(|text| grouped.find(text)).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}: {grouped}");
    assert_eq!(grouped.matches("scope=\"rowgroup\"").count(), 3);
    assert!(grouped.contains("Remote support: pool Night shift"), "{grouped}");
    let (anna, cid) = (from_the_end.find("Tick Anna"), from_the_end.find("Tick Cid"));
    assert!(cid < anna, "{from_the_end}");
    assert!(
        from_the_end.contains("aria-sort=\"descending\""),
        "{from_the_end}"
    );
    let back = desk.path("/users?role=member&#38;sort=name");
    assert!(
        from_the_end.contains(&format!("href=\"{back}\"")),
        "{from_the_end}"
    );
    assert!(at_work.contains("1 of 1 that match"), "{at_work}");
}

#[tokio::test]
async fn a_page_shows_fifty_however_many_there_are() {
    let desk = Desk::with(0).await;
    desk.crowd(300).await;

    let page = desk.get("/users").await;

    assert!(page.html.contains("All 301 that match"));
    assert_eq!(page.html.matches("name=\"user\"").count(), 50);
    assert!(page.html.len() < 100 * 1024, "{}", page.html.len());
}

#[tokio::test]
async fn the_list_is_live_with_its_filters_and_its_checkboxes_are_outside_of_the_forms() {
    let desk = Desk::with(1).await;
    desk.crowd(60).await;
    let amara = desk.member("Amara Okafor").await;
    let page = desk.get("/users?q=amara&sort=email").await;
    let stream = desk.path("/users/live?q=amara&#38;sort=email");
    assert!(page.html.contains(&stream), "{}", page.html);
    let live = page.html.split("id=\"live\"").nth(1).unwrap();
    assert!(
        !live.contains("<form") && live.contains("form=\"bulk\""),
        "{live}"
    );
    let path = desk.path("/users/live?q=amara&sort=email");
    let response = desk
        .app
        .send(&desk.owner, Method::GET, &path, &[], String::new())
        .await;
    let mut frames = response.into_body().into_data_stream();
    let first = frames.next().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("1 of 1 that match; 62 in all"));
    tokio::time::pause();

    desk.seat(amara, License::Named).await;

    let next = frames.next().await.unwrap().unwrap();
    let next = String::from_utf8_lossy(&next);
    assert!(next.contains("named seat") && !next.contains("Agent"), "{next}");
}

#[tokio::test]
async fn a_viewer_without_privileges_does_not_see_the_users() {
    let desk = Desk::with(1).await;
    let sven = desk.member("Sven").await;
    let browser = desk.app.sign_in("sven@example.com").await;

    for (rest, status) in [
        ("/users".to_owned(), StatusCode::FORBIDDEN),
        ("/users/new".to_owned(), StatusCode::FORBIDDEN),
        (format!("/users/{sven}/reassign"), StatusCode::NOT_FOUND),
        (
            format!("/users/{}", desk.find("olga@example.com").await.unwrap()),
            StatusCode::NOT_FOUND,
        ),
        ("/teams".to_owned(), StatusCode::FORBIDDEN),
    ] {
        let page = desk.app.get(&browser, &desk.path(&rest)).await;

        assert_eq!(page.status, status, "{rest}");
    }
}

#[tokio::test]
async fn a_manager_of_seats_changes_licenses_but_not_users() {
    let desk = Desk::with(1).await;
    let sven = desk.member("Sven").await;
    let mia = desk
        .app
        .user(desk.account, "Mia", "mia@example.com", Role::Manager)
        .await;
    let change = UserPatch {
        privileges: Some([Privilege::SeatsManage].into()),
        ..UserPatch::default()
    };
    desk.app.give(desk.account, kit::change_user(mia, change)).await;
    let browser = desk.app.sign_in("mia@example.com").await;
    let path = desk.path(&format!("/users/{sven}"));

    let page = desk.app.get(&browser, &path).await;
    assert!(!page.html.contains("Remove…") && page.html.contains("You need the privilege to manage users"));

    let renamed = desk
        .app
        .post(
            &browser,
            &path,
            &path,
            &[("name", "X"), ("email", "x@example.com")],
        )
        .await;
    let assigned = desk
        .app
        .post(
            &browser,
            &path,
            &format!("{path}/licenses/{PRODUCT}"),
            &[("license", "named")],
        )
        .await;

    assert_eq!(renamed.status, StatusCode::FORBIDDEN);
    assert_eq!(assigned.status, StatusCode::SEE_OTHER, "{}", assigned.html);
    assert_eq!(desk.license(sven).await, Some(License::Named));
}

#[tokio::test]
async fn another_accounts_users_and_forms_without_a_token_are_refused() {
    let desk = Desk::with(1).await;
    let other = desk.app.account("Fabrikam").await;
    let stranger = desk
        .app
        .user(other, "Stranger", "stranger@example.com", Role::Member)
        .await;

    let page = desk.get(&format!("/users/{stranger}")).await;
    let elsewhere = desk.app.get(&desk.owner, &format!("/a/{other}/users")).await;
    let path = desk.path("/users");
    let forged = desk
        .app
        .send(&desk.owner, Method::POST, &path, &[], "name=X".to_owned())
        .await;

    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_first_password_is_set_if_that_is_chosen_and_only_then() {
    let desk = Desk::with(1).await;
    let add = async |choice, password| {
        let fields = [
            ("name", "Eva"),
            ("email", "eva@example.com"),
            ("role", "member"),
            ("sign_in_with", choice),
            ("password", password),
            ("password_again", password),
        ];
        desk.post("/users", &fields).await
    };

    let without = add("password", "").await;
    let later = add("later", PASSWORD).await;

    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.html.contains("href=\"#password\""), "{}", without.html);
    assert_eq!(later.status, StatusCode::SEE_OTHER, "{}", later.html);
    let fields = [("email", "eva@example.com"), ("password", PASSWORD)];
    let browser = Browser::default();
    let sign_in = desk.app.post(&browser, "/sign-in", "/sign-in", &fields);
    assert_eq!(sign_in.await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_user_is_added_with_a_seat_or_not_at_all() {
    let desk = Desk::with(1).await;
    let eva = [
        ("name", "Eva"),
        ("email", "eva@example.com"),
        ("role", "member"),
        ("license-remote-support", "named"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];
    let page = desk.get("/users/new").await;
    assert!(
        page.html
            .contains("<option value=\"named\" selected>Named seat (1 left)"),
        "{}",
        page.html
    );

    let added = desk.post("/users", &eva).await;

    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.html);
    let id = desk.find("eva@example.com").await.unwrap();
    assert_eq!(desk.license(id).await, Some(License::Named));
    desk.app.sign_in("eva@example.com").await;

    let mut max = eva;
    max[0].1 = "Max";
    max[1].1 = "max@example.com";
    let refused = desk.post("/users", &max).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .html
            .contains("1 more named seat of remote-support is needed, and 0 of 1 are left. Take a named seat from somebody, or buy more."),
        "{}",
        refused.html
    );
    assert!(refused.html.contains("value=\"max@example.com\""));
    assert_eq!(desk.find("max@example.com").await, None);

    assert!(
        refused
            .html
            .contains("<a href=\"#license-remote-support\">Remote support</a>"),
        "{}",
        refused.html
    );

    let pool = desk.pool.to_string();
    max[3].1 = &pool;
    assert_eq!(desk.post("/users", &max).await.status, StatusCode::SEE_OTHER);
    let id = desk.find("max@example.com").await.unwrap();
    assert_eq!(desk.license(id).await, Some(License::Shared(desk.pool)));
}

#[tokio::test]
async fn of_several_products_each_is_chosen_for_a_new_user_and_none_is_guessed() {
    let desk = Desk::with(0).await;
    let chat = || -> Product { "chat".parse().unwrap() };
    let night = PoolId::from_bits(desk.app.draw_bits());
    let bought = kit::subscription(1, 5, desk.pool).and(chat(), 1, 2, night);
    desk.give(bought.command()).await;
    let page = desk.get("/users/new").await;
    for chosen in ["id=\"license-remote-support\"", "id=\"license-chat\""] {
        let field = page.html.split(chosen).nth(1).unwrap();
        let first = field.split("</option>").next().unwrap();
        assert!(first.contains("value=\"none\" selected"), "{chosen}: {first}");
    }
    let fields = |name, email, chat| {
        [
            ("name", name),
            ("email", email),
            ("role", "member"),
            ("license-remote-support", "named"),
            ("license-chat", chat),
        ]
    };

    let added = desk
        .post("/users", &fields("Eva", "eva@example.com", "named"))
        .await;

    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.html);
    let eva = desk.find("eva@example.com").await.unwrap();
    let page = desk.get(&format!("/users/{eva}")).await;
    assert_eq!(page.html.matches("value=\"named\" selected").count(), 2);
    // What somebody else has is offered to nobody, and the page says why.
    let new = desk.get("/users/new").await;
    let taken = "<option value=\"named\" disabled>Named seat (none left, the only one is assigned)";
    assert_eq!(new.html.matches(taken).count(), 2, "{}", new.html);
    // All licenses or no user: the place in the pool is free, the named seat is not.
    let night = night.to_string();
    let refused = desk
        .post("/users", &fields("Max", "max@example.com", &night))
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.find("max@example.com").await, None);
}

#[tokio::test]
async fn errors_of_a_user_are_shown_at_their_fields() {
    let desk = Desk::with(1).await;
    let long = "x".repeat(121);

    for (name, email, limit, says) in [
        ("Eva", "no address", "", "id=\"email-error\""),
        (
            "Eva",
            "olga@example.com",
            "",
            "Another user has this e-mail address already",
        ),
        (long.as_str(), "eva@example.com", "", "id=\"name-error\""),
        ("Eva", "eva@example.com", "many", "id=\"seat_limit-error\""),
    ] {
        let fields = [
            ("name", name),
            ("email", email),
            ("role", "member"),
            ("seat_limit", limit),
        ];
        let page = desk.post("/users", &fields).await;

        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(page.html.contains(says), "{says}: {}", page.html);
        assert!(!page.html.contains("is added"));
    }
}

#[tokio::test]
async fn a_user_is_changed_switched_off_and_removed() {
    let desk = Desk::with(1).await;
    let sven = desk.member("Sven").await;
    desk.seat(sven, License::Named).await;
    let browser = desk.app.sign_in("sven@example.com").await;
    let path = format!("/users/{sven}");
    let fields = [
        ("name", "Sven Svensson"),
        ("email", "sven@example.com"),
        ("role", "manager"),
        ("privilege", "seats.manage"),
        ("privilege", "reports.view"),
        ("seat_limit", "2"),
    ];

    let changed = desk.post(&path, &fields).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.html);
    let page = desk.get(&path).await;
    assert!(page.html.contains("Sven Svensson") && page.html.contains("value=\"reports.view\" checked"));

    let asked = desk.get(&format!("{path}/remove")).await;
    assert!(
        asked.html.contains("Their named seat of Remote support is free"),
        "{}",
        asked.html
    );

    desk.post(&format!("{path}/deactivate"), &[]).await;
    let out = desk.app.get(&browser, "/me").await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.license(sven).await, Some(License::Named));
    desk.post(&format!("{path}/activate"), &[]).await;
    assert!(desk.get(&path).await.html.contains(">Deactivate</button>"));

    desk.post(&format!("{path}/remove"), &[]).await;
    assert_eq!(desk.find("sven@example.com").await, None);
}

#[tokio::test]
async fn a_form_loaded_earlier_does_not_give_back_a_role_that_was_taken_away() {
    let desk = Desk::with(1).await;
    let sven = desk.member("Sven").await;
    let path = format!("/users/{sven}");
    let fields = |name, role| vec![("name", name), ("email", "sven@example.com"), ("role", role)];
    desk.post(&path, &fields("Sven", "admin")).await;
    let shown = hidden(&desk.get(&path).await.html, "seen");
    desk.post(&path, &fields("Sven", "member")).await;

    let mut stale = fields("Sven Svensson", "admin");
    stale.push(("seen", &shown));
    let renamed = desk.post(&path, &stale).await;

    assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.html);
    let profile = desk.app.app.engine().read(desk.account, move |account, _| {
        let profile = &account.user(sven).unwrap().profile;
        (profile.name.reveal().to_string(), profile.role)
    });
    assert_eq!(profile.await.unwrap(), ("Sven Svensson".to_owned(), Role::Member));
}

#[tokio::test]
async fn the_last_owner_stays_and_the_page_says_why() {
    let desk = Desk::with(1).await;
    let olga = desk.find("olga@example.com").await.unwrap();

    let page = desk.get(&format!("/users/{olga}")).await;
    let removed = desk.post(&format!("/users/{olga}/remove"), &[]).await;

    let why = "This is the account&#39;s last active owner";
    assert!(
        page.html.contains(why) && page.html.contains("<button disabled>"),
        "{}",
        page.html
    );
    assert_eq!(removed.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn which_sessions_a_user_sees_and_ends_is_a_page_of_its_own() {
    let desk = Desk::with(1).await;
    let sven = desk.member("Sven").await;
    let path = format!("/users/{sven}/permissions");
    let profile = desk.get(&format!("/users/{sven}")).await;
    assert!(profile.html.contains(&desk.path(&path)), "{}", profile.html);
    assert!(
        !profile.html.contains("name=\"view_account\""),
        "{}",
        profile.html
    );

    let wrong = desk.post(&path, &[("control_account", "allow")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong
            .html
            .contains("<a href=\"#control_account\">End anybody’s sessions</a>"),
        "{}",
        wrong.html
    );

    let shown = hidden(&desk.get(&path).await.html, "seen");
    let both = [
        ("view_account", "allow"),
        ("control_account", "allow"),
        ("seen", shown.as_str()),
    ];
    let saved = desk.post(&path, &both).await;
    assert_eq!(saved.header("location"), desk.path(&path), "{}", saved.html);
    let page = desk.get(&path).await;
    assert_eq!(page.html.matches("<option value=\"allow\" selected>").count(), 2);

    // A form that was loaded before and changes nothing takes nothing back.
    let stale = desk.post(&path, &[("seen", shown.as_str())]).await;
    assert_eq!(stale.status, StatusCode::SEE_OTHER, "{}", stale.html);
    let page = desk.get(&path).await;
    assert_eq!(page.html.matches("<option value=\"allow\" selected>").count(), 2);
}
