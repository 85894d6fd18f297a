use axum::http::{Method, StatusCode};
use usher_domain::Secs;
use usher_domain::rules::{Preset, RulesPatch};
use usher_testkit as kit;

use crate::app::{App, Browser, Page};
use crate::console::{Desk, action};

const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

/// An agent's browser, and the code with which the agent waits for a customer.
async fn waiting(desk: &Desk) -> (Browser, String) {
    waiting_as(desk, "Sven").await
}

async fn waiting_as(desk: &Desk, name: &str) -> (Browser, String) {
    let (_, sven) = desk.agent(name).await;
    let sven = desk.take_seat(&sven).await;
    desk.act(&sven, "/console/sessions", &[("kind", "attended")])
        .await;
    let html = desk.console(&sven).await;
    let (_, rest) = html.split_once("/join/").unwrap();
    (sven, rest.split('"').next().unwrap().to_owned())
}

async fn look(app: &App, browser: &Browser, path: &str) -> Page {
    Page::of(app.send(browser, Method::GET, path, &[PAGE], String::new()).await).await
}

async fn send(app: &App, browser: &Browser, path: &str, body: &str) -> Page {
    Page::of(
        app.send(browser, Method::POST, path, &[PAGE], body.to_owned())
            .await,
    )
    .await
}

#[tokio::test]
async fn a_customer_types_a_code_joins_and_leaves() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (sven, code) = waiting(&desk).await;
    let kim = Browser::default();
    let typed = format!("code={}-{}", &code[..5].to_lowercase(), &code[5..]);
    let page = send(&desk.app, &kim, "/join", &typed).await;
    assert_eq!(page.header("location"), format!("/join/{code}"));
    let path = format!("/join/{code}");
    let html = look(&desk.app, &kim, &path).await.html;
    assert!(html.contains("waits for you"));
    // The customer's zone is known to the browser alone.
    assert!(
        html.contains("data-local") && html.contains("UTC</time>"),
        "{html}"
    );
    assert!(!html.contains("http-equiv"), "a name that is typed stays: {html}");

    let page = send(&desk.app, &kim, &path, "name=Kim").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    let kim = page.kept_by(&kim);
    let html = look(&desk.app, &kim, &path).await.html;
    assert!(
        html.contains("Connected") && html.contains("http-equiv=\"refresh\""),
        "{html}"
    );
    assert!(desk.console(&sven).await.contains("Attended session with Kim"));
    send(&desk.app, &kim, &format!("{path}/leave"), "").await;

    assert!(desk.console(&sven).await.contains("No session at the moment"));
    let page = look(&desk.app, &kim, &path).await;
    assert!(
        page.html.contains("The session was ended by its customer."),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn a_code_works_for_one_customer_and_a_second_one_is_told_so() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (sven, code) = waiting(&desk).await;
    let path = format!("/join/{code}");
    send(&desk.app, &Browser::default(), &path, "name=Kim").await;
    let eve = Browser::default();

    let page = send(&desk.app, &eve, &path, "name=Eve").await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.html.contains("Another customer has joined"), "{}", page.html);
    assert!(!page.html.contains("End and leave"), "{}", page.html);
    send(&desk.app, &eve, &format!("{path}/leave"), "").await;

    assert!(desk.console(&sven).await.contains("Attended session with Kim"));
}

#[tokio::test]
async fn the_code_shows_a_pause_and_for_an_hour_who_ended_the_session() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (sven, code) = waiting(&desk).await;
    let path = format!("/join/{code}");
    let kim = send(&desk.app, &Browser::default(), &path, "")
        .await
        .kept_by(&Browser::default());

    let html = desk.console(&sven).await;
    desk.act(&sven, &action(&html, "/pause"), &[]).await;
    assert!(
        look(&desk.app, &kim, &path)
            .await
            .html
            .contains("has paused the session")
    );
    let stranger = look(&desk.app, &Browser::default(), &path).await;
    assert!(
        stranger.html.contains("has paused the session"),
        "{}",
        stranger.html
    );
    desk.act(&sven, &action(&html, "/end"), &[]).await;

    for browser in [&kim, &Browser::default()] {
        let page = look(&desk.app, browser, &path).await;
        assert!(page.html.contains("Sven ended it"), "{}", page.html);
    }
    desk.advance(3_600).await;
    let stranger = look(&desk.app, &Browser::default(), &path).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    assert!(
        stranger.html.contains("This code is not valid"),
        "{}",
        stranger.html
    );
}

#[tokio::test]
async fn a_customer_sees_the_reason_given_for_ending_the_session() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let notice = RulesPatch::default().with("end_notice_secs", |rules| rules.end_notice = Secs::new(30));
    desk.change_rules(notice).await;
    let (sven, code) = waiting(&desk).await;
    let path = format!("/join/{code}");
    let kim = send(&desk.app, &Browser::default(), &path, "")
        .await
        .kept_by(&Browser::default());
    let engine = desk.app.app.engine();
    let session = engine.read(desk.account, |account, _| {
        *account.sessions().keys().next().unwrap()
    });
    let end = kit::end(vec![session.await.unwrap()])
        .note(Some("We close at noon".parse().unwrap()))
        .command();
    desk.app.give(desk.account, end).await;

    for html in [look(&desk.app, &kim, &path).await.html, desk.console(&sven).await] {
        assert!(html.contains("data-countdown=\"30\""), "{html}");
        assert!(html.contains("We close at noon"), "{html}");
    }
    desk.advance(31).await;
    let html = look(&desk.app, &kim, &path).await.html;
    assert!(html.contains("The session was ended by Contoso."), "{html}");
    assert!(html.contains("We close at noon"), "{html}");
}

#[tokio::test]
async fn a_customer_who_joins_during_another_call_is_asked_to_wait() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (sven, code) = waiting(&desk).await;
    desk.act(&sven, "/console/sessions", &[("kind", "unattended")])
        .await;

    let page = send(
        &desk.app,
        &Browser::default(),
        &format!("/join/{code}"),
        "name=Kim",
    )
    .await;

    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.html.contains("in another session"), "{}", page.html);
    assert!(page.html.contains("value=\"Kim\""), "what was typed stays");
}

#[tokio::test]
async fn the_customers_stream_reports_the_end_and_closes() {
    use futures::StreamExt;
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (sven, code) = waiting(&desk).await;
    let path = format!("/join/{code}");
    let kim = send(&desk.app, &Browser::default(), &path, "")
        .await
        .kept_by(&Browser::default());
    let stream = format!("{path}/live");
    let answer = desk
        .app
        .send(&kim, Method::GET, &stream, &[], String::new())
        .await;
    let mut frames = answer.into_body().into_data_stream();
    let first = frames.next().await.unwrap().unwrap();
    assert!(String::from_utf8(first.to_vec()).unwrap().contains("Connected"));

    let html = desk.console(&sven).await;
    desk.act(&sven, &action(&html, "/end"), &[]).await;
    let mut rest = String::new();
    while let Some(frame) = frames.next().await {
        rest.push_str(std::str::from_utf8(&frame.unwrap()).unwrap());
    }

    assert!(rest.contains("The session has ended."), "{rest}");
    assert!(rest.ends_with("event: usher-ended\ndata: ended\n\n"), "{rest}");
}

#[tokio::test]
async fn the_streams_of_a_customer_are_limited_and_counted_separately() {
    use futures::StreamExt;
    let desk = Desk::with(2, Preset::HelpDeskShift).await;
    let (_, of_kim) = waiting_as(&desk, "Sven").await;
    let (_, of_lea) = waiting_as(&desk, "Eva").await;
    let nobody = Browser::default();
    let kim = send(&desk.app, &nobody, &format!("/join/{of_kim}"), "").await;
    let lea = send(&desk.app, &nobody, &format!("/join/{of_lea}"), "").await;
    let (kim, lea) = (kim.kept_by(&nobody), lea.kept_by(&nobody));
    let open = async |browser: &Browser, code: &str| {
        let path = format!("/join/{code}/live");
        let answer = desk.app.send(browser, Method::GET, &path, &[], String::new());
        let mut frames = answer.await.into_body().into_data_stream();
        let first = frames.next().await;
        first.map(|_| frames)
    };
    let mut streams = Vec::new();
    for _ in 0..usher_app::STREAMS_PER_SESSION_MAX {
        streams.push(open(&kim, &of_kim).await.unwrap());
    }

    // The stream ends at once, and the browser reconnects later.
    assert!(open(&kim, &of_kim).await.is_none());
    assert!(open(&lea, &of_lea).await.is_some());
}

#[tokio::test]
async fn programs_get_the_apis_answers_at_the_same_url() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, code) = waiting(&desk).await;
    let path = format!("/join/{code}");
    let anybody = Browser::default();

    for accept in ["application/json", "*/*"] {
        let headers = [("accept", accept)];
        let answer = desk
            .app
            .send(&anybody, Method::GET, &path, &headers, String::new())
            .await;
        let page = Page::of(answer).await;
        assert_eq!(page.header("content-type"), "application/json");
        assert!(page.html.contains("\"state\":\"standby\""), "{}", page.html);
        assert_eq!(page.header("content-security-policy"), "");
    }
    let answer = desk
        .app
        .send(&anybody, Method::GET, "/join/NOSUCHCODE", &[], String::new())
        .await;
    let page = Page::of(answer).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(page.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn wrong_codes_say_what_to_do() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let anybody = Browser::default();

    let page = send(&desk.app, &anybody, "/join", "code=no").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("6 to 16 letters and digits"), "{}", page.html);
    let page = send(&desk.app, &anybody, "/join", "code=ABCDEF2345").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.html.contains("ask your agent for a new one"),
        "{}",
        page.html
    );
    let page = look(&desk.app, &anybody, "/join/x").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let headers = [PAGE, ("sec-fetch-site", "cross-site")];
    let answer = desk.app.send(
        &anybody,
        Method::POST,
        "/join",
        &headers,
        "code=ABCDEF2345".to_owned(),
    );
    assert_eq!(answer.await.status(), StatusCode::FORBIDDEN);
}
