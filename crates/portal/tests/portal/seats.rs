use axum::http::{Method, StatusCode};
use futures::StreamExt;
use usher_domain::account::SettingsPatch;
use usher_domain::permission::{Privilege, SessionPermissions};
use usher_domain::presence::Start;
use usher_domain::rules::RulesPatch;
use usher_domain::user::License;
use usher_domain::{Secs, SessionId, SignInId};
use usher_identity::Lifetimes;
use usher_testkit as kit;

use crate::desk::Desk;

#[tokio::test]
async fn the_map_shows_who_sits_where_and_who_waits_and_follows_live() {
    let desk = Desk::open(2).await;
    let [sven, yuki, amara] = [
        desk.agent("Sven Lind").await,
        desk.agent("Yuki").await,
        desk.agent("Amara").await,
    ];
    let svens = desk.sign_in(sven).await;
    desk.start_call(svens).await;
    let yukis = desk.sign_in(yuki).await;
    desk.wait(amara).await;
    let path = desk.path("/seats/live");
    let app = &desk.app;
    let response = app
        .send(&desk.owner, Method::GET, &path, &[], String::new())
        .await;
    let mut frames = response.into_body().into_data_stream();
    let mut frame = async || String::from_utf8(frames.next().await.unwrap().unwrap().to_vec()).unwrap();

    let full = frame().await;
    tokio::time::pause();
    desk.give(kit::sign_out(yukis)).await;
    let offered = frame().await;

    assert!(full.contains("<strong>2 of 2</strong>"), "{full}");
    assert!(
        full.contains(&format!(r#"chair-call" id="chair-{svens}""#)) && full.contains(">SL</span>"),
        "{full}"
    );
    assert!(full.contains("In the queue") && full.contains("Amara"), "{full}");
    assert!(
        offered.contains("chair-offer") && !offered.contains("In the queue"),
        "{offered}"
    );
    assert!(!offered.contains("Yuki"), "{offered}");
}

#[tokio::test]
async fn named_seats_are_a_hall_of_their_own() {
    let desk = Desk::with(3).await;
    let (nora, max) = (desk.member("Nora").await, desk.member("Max").await);
    desk.seat(nora, License::Named).await;
    desk.seat(max, License::Named).await;
    let sign_in = desk.sign_in(nora).await;

    let map = desk.get("/seats").await.html;

    let (_, named) = map.split_once(r#"id="hall-named-"#).unwrap();
    assert!(
        named.contains("<strong>2 of 3</strong>") && named.contains("1 signed in"),
        "{named}"
    );
    assert!(named.contains(&format!(r#"id="chair-{sign_in}""#)), "{named}");
    assert!(named.contains("chair-away") && named.contains("Max"), "{named}");
    assert_eq!(named.matches("chair-free").count(), 1, "{named}");
}

#[tokio::test]
async fn a_seat_that_cuts_off_nobody_is_freed_at_once_and_one_with_a_call_is_asked_for() {
    let desk = Desk::open(2).await;
    let (sven, yuki) = (desk.agent("Sven").await, desk.agent("Yuki").await);
    let (svens, yukis) = (desk.sign_in(sven).await, desk.sign_in(yuki).await);
    let idle = desk.get(&format!("/seats?seat={yukis}")).await.html;
    assert!(
        idle.contains(&format!(r#"name="sign_in" value="{yukis}""#))
            && !idle.contains("although work goes on"),
        "{idle}"
    );

    let fields = [("sign_in", &*yukis.to_string()), ("show", "full")];
    let done = desk.post("/seats/sign-out", &fields).await;

    assert_eq!(done.header("location"), desk.path("/seats?show=full"));
    assert!(desk.get("/seats").await.html.contains("<strong>1 of 2</strong>"));

    // The form was loaded before the call began.
    desk.start_call(svens).await;
    let fields = [("sign_in", &*svens.to_string())];
    let asked = desk.post("/seats/sign-out", &fields).await;
    assert_eq!(
        asked.header("location"),
        desk.path(&format!("/sign-ins/{svens}/log-out"))
    );
    let seat = desk.get(&format!("/seats?seat={svens}")).await.html;
    assert!(
        seat.contains("although work goes on") && seat.contains("The call ends at once"),
        "{seat}"
    );

    let sure = [
        ("sign_in", &*svens.to_string()),
        ("cuts", "1.0"),
        ("reason", "The shift is over"),
    ];
    let done = desk.post("/seats/sign-out", &sure).await;
    assert_eq!(done.header("location"), desk.path("/seats"));
    let again = desk.post("/seats/sign-out", &sure).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "somebody else was faster");
    let gone = desk.get(&format!("/seats?seat={svens}")).await.html;
    assert!(gone.contains("This seat is free again"), "{gone}");
}

#[tokio::test]
async fn a_session_is_ended_from_its_seat() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    let call = desk.start_call(sign_in).await;
    let unsure = [("session", &*call.to_string())];
    let asked = desk.post("/seats/end", &unsure).await;
    assert_eq!(
        asked.header("location"),
        desk.path(&format!("/sessions/end?session={call}"))
    );

    let sure = [("session", &*call.to_string()), ("cuts", "1.0")];
    let done = desk.post("/seats/end", &sure).await;

    assert_eq!(done.header("location"), desk.path("/seats"));
    let again = desk.post("/seats/end", &sure).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "it is over already");
}

#[tokio::test]
async fn users_without_a_privilege_see_numbers_and_their_own_seat_and_nobody_elses() {
    let desk = Desk::open(2).await;
    let sven = desk.agent("Sven").await;
    desk.sign_in(sven).await;
    let own = desk.member("Mia").await;
    desk.seat(own, License::Shared(desk.pool)).await;
    desk.sign_in(own).await;
    let ticket = desk.wait(desk.agent("Amara").await).await;
    desk.add_pool("Secret pool", 0).await;
    desk.member("Max").await;
    desk.app.app.engine().advance(Secs::new(30)).await;
    let mia = desk.app.sign_in("mia@example.com").await;
    let max = desk.app.sign_in("max@example.com").await;

    let map = desk.app.get(&mia, &desk.path("/seats")).await.html;
    let idle = desk.app.get(&mia, &desk.path("/seats?show=idle")).await.html;
    let refused = desk.app.get(&max, &desk.path("/seats")).await;

    assert!(
        map.contains("<strong>2 of 2</strong>") && map.contains("In the queue"),
        "{map}"
    );
    assert!(map.contains(">Mia</span>") && map.contains("Taken"), "{map}");
    let ticket = ticket.to_string();
    for hidden in [
        "Sven",
        "Amara",
        "Secret pool",
        "/pools/",
        "in a call",
        "Idle",
        &ticket,
    ] {
        assert!(!map.contains(hidden), "{hidden}: {map}");
    }
    assert!(!idle.contains("2 of 2"), "{idle}");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn managers_without_the_privilege_see_who_is_there_and_free_no_seat() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    let rea = desk.manager("Rea", Privilege::ReportsView).await;

    let seat = desk.path(&format!("/seats?seat={sign_in}"));
    let html = desk.app.get(&rea, &seat).await.html;

    assert!(
        html.contains("Sven") && !html.contains("/seats/sign-out"),
        "{html}"
    );
}

#[tokio::test]
async fn many_pools_are_shown_the_fullest_first_and_searched_and_filtered() {
    let desk = Desk::open(500).await;
    for number in 0..45 {
        desk.add_pool(&format!("Pool {number:02}"), 0).await;
    }
    let full = desk.add_pool("Night desk", 0).await;
    let (from, to) = (desk.pool.to_string(), full.to_string());
    let seat = [("from", &*from), ("to", &*to), ("seats", "1")];
    desk.post("/pools/move-seats", &seat).await;
    let sven = desk.agent_of("Sven", full).await;
    desk.sign_in(sven).await;
    let halls = |html: &str| html.matches(r#"class="panel hall"#).count();

    let first = desk.get("/seats").await.html;
    let third = desk.get("/seats?page=3").await.html;
    let found = desk.get("/seats?q=pool+3").await.html;
    let only_full = desk.get("/seats?show=full").await.html;

    assert_eq!((halls(&first), halls(&third)), (20, 7));
    assert!(
        first.find("Night desk").unwrap() < first.find("Pool 00").unwrap(),
        "{first}"
    );
    assert!(first.contains("/seats?page=2"), "{first}");
    assert_eq!(halls(&found), 10);
    assert_eq!(halls(&only_full), 1);
    assert!(only_full.contains("Sven"), "{only_full}");
}

#[tokio::test]
async fn an_open_seat_that_refreshes_itself_does_not_keep_its_session_alive() {
    let desk = Desk::open(1).await;
    let sign_in = desk.sign_in(desk.agent("Sven").await).await;
    let page = desk.get(&format!("/seats?seat={sign_in}")).await.html;
    let (_, again) = page.split_once(r#"data-again=""#).unwrap();
    let again = format!("{}?seat={sign_in}", again.split('"').next().unwrap());
    let idle = Lifetimes::default().session_idle.get();

    desk.app.app.engine().advance(Secs::new(idle - 1)).await;
    let refreshed = desk.app.get(&desk.owner, &again).await;
    desk.app.app.engine().advance(Secs::new(1)).await;

    assert_eq!(refreshed.status, StatusCode::OK);
    assert!(
        refreshed.html.contains(r#"<section id="seat""#),
        "{}",
        refreshed.html
    );
    assert!(!refreshed.html.contains("<body"), "{}", refreshed.html);
    let me = desk.app.get(&desk.owner, "/me").await;
    assert_eq!(me.header("location"), "/sign-in?back=%2Fme");
}

#[tokio::test]
async fn the_menu_counts_full_pools_only_among_those_whose_seats_the_viewer_sees() {
    let desk = Desk::open(2).await;
    let (from, night) = (desk.pool.to_string(), desk.add_pool("Night desk", 0).await);
    let seat = [("from", &*from), ("to", &*night.to_string()), ("seats", "1")];
    desk.post("/pools/move-seats", &seat).await;
    let mia = desk.member("Mia").await;
    desk.seat(mia, License::Shared(desk.pool)).await;
    let mias = desk.app.sign_in("mia@example.com").await;
    let sven = desk.agent_of("Sven", night).await;
    desk.sign_in(sven).await;
    let notes = async |browser| {
        let map = desk.app.get(browser, &desk.path("/seats")).await.html;
        let live = desk
            .app
            .send(browser, Method::GET, "/console/live", &[], String::new())
            .await;
        let live = live.into_body().into_data_stream().next().await.unwrap().unwrap();
        [map, String::from_utf8(live.to_vec()).unwrap()]
    };

    let of_member = notes(&mias).await;
    let of_owner = notes(&desk.owner).await;
    desk.sign_in(mia).await;
    let own = notes(&mias).await;

    assert!(
        of_member.iter().all(|html| !html.contains(" full<")),
        "{of_member:?}"
    );
    assert!(
        of_owner.iter().all(|html| html.contains("1 full<")),
        "{of_owner:?}"
    );
    assert!(own.iter().all(|html| html.contains("1 full<")), "{own:?}");
}

#[tokio::test]
async fn viewers_who_see_a_call_see_no_other_device_of_its_agent_nor_how_idle_they_are() {
    let desk = Desk::open(2).await;
    let rules = RulesPatch::default().with("max_devices_per_user", |rules| rules.max_devices_per_user = None);
    desk.give(kit::change_pool(desk.pool, kit::rules(rules))).await;
    let sees_all = SessionPermissions {
        view_account: true,
        ..SessionPermissions::default()
    };
    let change = SettingsPatch {
        session_permissions: Some(sees_all),
        ..SettingsPatch::default()
    };
    desk.give(kit::change_settings(change)).await;
    let sven = desk.agent("Sven").await;
    let call = desk.start_call(desk.sign_in(sven).await).await;
    let phone = kit::device("phone", "Sven’s phone");
    let on_phone = SignInId::from_bits(desk.app.draw_bits());
    desk.give(kit::sign_in(sven, on_phone, phone).command()).await;
    let mia = desk.member("Mia").await;
    desk.seat(mia, License::Shared(desk.pool)).await;
    let mia = desk.app.sign_in("mia@example.com").await;

    let by_call = desk.path(&format!("/seats?seat={call}"));
    let by_phone = desk.path(&format!("/seats?seat={on_phone}"));
    let shown = [
        desk.app.get(&mia, &by_call).await.html,
        desk.app.get(&mia, &by_phone).await.html,
    ];
    let whole = desk.app.get(&desk.owner, &by_phone).await.html;

    for html in &shown {
        let (_, seat) = html.split_once(r#"<section id="seat""#).unwrap();
        assert!(seat.contains("Sven’s laptop") && seat.contains("Call"), "{seat}");
        for hidden in [
            "Sven’s phone",
            "Signed in since",
            "idle",
            "Sign out",
            "@example.com",
            "Desktop",
        ] {
            assert!(!seat.contains(hidden), "{hidden}: {seat}");
        }
    }
    assert!(
        whole.contains("Sven’s phone") && whole.contains("Signed in since"),
        "{whole}"
    );
}

#[tokio::test]
async fn a_long_query_is_not_repeated_in_the_link_of_each_seat() {
    let desk = Desk::open(30).await;
    for number in 0..30 {
        let agent = desk.agent(&format!("Agent {number}")).await;
        desk.sign_in(agent).await;
    }
    let long = "!".repeat(7_000);
    let live = async |query: String| {
        let path = desk.path(&format!("/seats/live?hall={}{query}", desk.pool));
        let app = &desk.app;
        let response = app
            .send(&desk.owner, Method::GET, &path, &[], String::new())
            .await;
        let frame = response.into_body().into_data_stream().next().await.unwrap();
        frame.unwrap().len()
    };

    let short = live(String::new()).await;
    let with_long = live(format!("&q={long}&show={long}&page={long}&seat={long}")).await;

    assert!(with_long <= short + 1_000, "{with_long} bytes instead of {short}");
}

#[tokio::test]
async fn ending_a_link_is_asked_about_again_once_a_call_has_begun() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    let link = SessionId::from_bits(desk.app.draw_bits());
    let link = kit::call(link, sign_in).start(Start::Standby).code("K7M2QX9D4T");
    desk.give(link.command()).await;
    let seat = desk.get(&format!("/seats?seat={sign_in}")).await.html;
    assert!(seat.contains(r#"name="cuts" value="0.1""#), "{seat}");
    let page = desk.get(&format!("/sign-ins/{sign_in}/log-out")).await.html;
    assert!(page.contains(r#"name="cuts" value="0.1""#), "{page}");

    desk.start_call(sign_in).await;
    let shown = [("sign_in", &*sign_in.to_string()), ("cuts", "0.1")];
    let from_map = desk.post("/seats/sign-out", &shown).await;
    let from_page = desk.post(&format!("/sign-ins/{sign_in}/log-out"), &shown).await;

    assert_eq!(
        from_map.header("location"),
        desk.path(&format!("/sign-ins/{sign_in}/log-out"))
    );
    assert_eq!(from_page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        from_page.html.contains("Work began since") && from_page.html.contains(r#"name="cuts" value="1.1""#),
        "{}",
        from_page.html
    );
    assert!(desk.get("/seats").await.html.contains("<strong>1 of 1</strong>"));
}

#[tokio::test]
async fn of_calls_that_they_may_not_see_managers_learn_that_somebody_is_in_one_and_no_more() {
    let desk = Desk::open(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    let call = desk.start_call(sign_in).await;
    let rea = desk.manager("Rea", Privilege::ReportsView).await;
    desk.app.app.engine().advance(Secs::new(30)).await;

    let map = desk.app.get(&rea, &desk.path("/seats")).await.html;
    let seat = desk.path(&format!("/seats?seat={sign_in}"));
    let seat = desk.app.get(&rea, &seat).await.html;
    let whole = desk.get("/seats").await.html;

    let (_, chair) = map.split_once(&format!(r#"id="chair-{sign_in}""#)).unwrap();
    let (chair, _) = chair.split_once("</li>").unwrap();
    assert!(
        chair.contains("in a call") && !chair.contains("data-lasts"),
        "{chair}"
    );
    let (_, seat) = seat.split_once(r#"<section id="seat""#).unwrap();
    assert!(seat.contains("In a call that you may not see."), "{seat}");
    assert!(!seat.contains(&call.to_string()), "{seat}");
    let (_, chair) = whole.split_once(&format!(r#"id="chair-{sign_in}""#)).unwrap();
    let (chair, _) = chair.split_once("</li>").unwrap();
    assert!(
        chair.contains("in a call") && chair.contains("data-lasts"),
        "{chair}"
    );
}
