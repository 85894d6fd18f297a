use axum::http::StatusCode;
use usher_domain::command::PoolPatch;
use usher_domain::permission::Role;
use usher_domain::rules::{ConsoleActivity, Preset, RulesPatch};
use usher_domain::user::License;
use usher_domain::{AccountId, PoolId, Secs, UserId};
use usher_testkit as kit;

use crate::app::{App, Browser, Page};

pub const CONSOLE: &str = "/console";
pub const PRODUCT: (&str, &str) = ("product", "remote-support");

/// An account with one pool, and users who share its seats.
pub struct Desk {
    pub app: App,
    pub account: AccountId,
    pub pool: PoolId,
}

impl Desk {
    pub async fn with(seats: u32, preset: Preset) -> Self {
        Self::of(App::new().await, seats, preset).await
    }

    pub async fn of(app: App, seats: u32, preset: Preset) -> Self {
        let account = app.account("Contoso").await;
        let pool = PoolId::from_bits(app.draw_bits());
        app.give(account, kit::subscription(0, seats, pool).command())
            .await;
        let rules = RulesPatch::from(preset);
        let desk = Self { app, account, pool };
        desk.change_rules(rules).await;
        desk.app
            .user(account, "Olga Owner", "olga@example.com", Role::Owner)
            .await;
        desk
    }

    pub async fn change_rules(&self, rules: RulesPatch) {
        let change = PoolPatch {
            rules: Some(rules),
            ..PoolPatch::default()
        };
        let id = self.pool;
        self.app.give(self.account, kit::change_pool(id, change)).await;
    }

    pub async fn agent(&self, name: &str) -> (UserId, Browser) {
        let email = format!("{}@example.com", name.to_lowercase());
        let user = self.app.user(self.account, name, &email, Role::Member).await;
        let license = kit::set_license(user, Some(License::Shared(self.pool)));
        self.app.give(self.account, license).await;
        (user, self.app.sign_in(&email).await)
    }

    /// Signs a user in on their browser as a device.
    pub async fn take_seat(&self, browser: &Browser) -> Browser {
        let page = self
            .act(browser, "/console/sign-in", &[("device", "Laptop")])
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
        page.kept_by(browser)
    }

    pub async fn act(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
        let fields = [&[PRODUCT], fields].concat();
        self.app.post(browser, CONSOLE, path, &fields).await
    }

    pub async fn console(&self, browser: &Browser) -> String {
        self.app.get(browser, CONSOLE).await.html
    }

    pub async fn advance(&self, secs: u32) {
        self.app.app.engine().advance(Secs::new(secs)).await;
    }
}

/// The URL of the first button whose URL has this ending.
pub fn action(html: &str, ending: &str) -> String {
    let actions = html.split("formaction=\"").skip(1);
    let mut actions = actions.map(|rest| rest.split('"').next().unwrap());
    actions.find(|path| path.ends_with(ending)).unwrap().to_owned()
}

#[tokio::test]
async fn signing_in_leads_back_to_the_console() {
    let app = App::new().await;

    let page = app.get(&Browser::default(), CONSOLE).await;

    assert_eq!(page.header("location"), "/sign-in?back=%2Fconsole");
}

#[tokio::test]
async fn an_agent_takes_a_seat_and_gives_it_back() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    assert!(desk.console(&sven).await.contains("data-phase=\"out\""));

    let sven = desk.take_seat(&sven).await;
    let html = desk.console(&sven).await;
    assert!(
        html.contains("data-phase=\"in\"") && html.contains("A shared seat"),
        "{html}"
    );
    assert!(html.contains("data-alive-every=\"30\""), "{html}");

    desk.act(&sven, "/console/sign-out", &[]).await;
    assert!(desk.console(&sven).await.contains("You signed out."));
}

#[tokio::test]
async fn a_full_pool_is_explained_with_the_people_to_ask() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    desk.take_seat(&sven).await;

    let page = desk.act(&yuki, "/console/sign-in", &[("device", "Desk")]).await;

    assert_eq!(page.status, StatusCode::CONFLICT);
    let sentence = "All shared seats are in use. To start a session, please wait for an available seat.";
    assert_eq!(
        page.html.matches("shared seats are in use").count(),
        1,
        "{}",
        page.html
    );
    assert!(page.html.contains(sentence), "{}", page.html);
    assert!(
        page.html.contains("Default pool has 1 of 1 seats taken."),
        "{}",
        page.html
    );
    assert!(
        page.html.contains("/help/refusals#no-seat-available"),
        "{}",
        page.html
    );
    assert!(!page.html.contains("See who has the seats"), "{}", page.html);
    assert!(page.html.contains("<strong>Olga Owner</strong>"), "{}", page.html);
    assert!(page.html.contains("Wait in the queue"), "{}", page.html);
    assert!(page.html.contains("value=\"Desk\""), "what was typed stays");
}

#[tokio::test]
async fn a_waiting_user_takes_the_offered_seat() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    let sven = desk.take_seat(&sven).await;
    let fields = [("device", "Desk"), ("wait", "yes")];
    let page = desk.act(&yuki, "/console/sign-in", &fields).await;
    let yuki = page.kept_by(&yuki);
    assert!(desk.console(&yuki).await.contains("You wait for a seat"));

    desk.act(&sven, "/console/sign-out", &[]).await;
    let html = desk.console(&yuki).await;
    assert!(html.contains("Take the seat"), "{html}");
    desk.act(&yuki, &action(&html, "/claim"), &[]).await;

    assert!(desk.console(&yuki).await.contains("data-phase=\"in\""));
}

#[tokio::test]
async fn a_user_who_misses_an_offer_is_told_where_it_went() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let rules = RulesPatch::default().with("lease_secs", |rules| rules.lease = Secs::new(1000));
    desk.change_rules(rules).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    let sven = desk.take_seat(&sven).await;
    let fields = [("device", "Desk"), ("wait", "yes")];
    let yuki = desk.act(&yuki, "/console/sign-in", &fields).await.kept_by(&yuki);

    desk.act(&sven, "/console/sign-out", &[]).await;
    desk.advance(61).await;
    let html = desk.console(&yuki).await;

    assert!(html.contains("was not taken in time"), "{html}");
    let yuki = desk.take_seat(&yuki).await;
    assert!(!desk.console(&yuki).await.contains("was not taken in time"));
}

#[tokio::test]
async fn another_users_ticket_is_not_found() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    let sven = desk.take_seat(&sven).await;
    let fields = [("device", "Desk"), ("wait", "yes")];
    let yuki = desk.act(&yuki, "/console/sign-in", &fields).await.kept_by(&yuki);
    let leave = action(&desk.console(&yuki).await, "/leave");
    let olga = desk.app.sign_in("olga@example.com").await;

    for other in [&sven, &olga] {
        let page = desk.act(other, &leave, &[]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(desk.act(&yuki, &leave, &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_second_browser_takes_over_when_asked_to() {
    let desk = Desk::with(2, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let first = desk.take_seat(&sven).await;

    let page = desk.act(&sven, "/console/sign-in", &[("device", "Phone")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(
        page.html.contains("You are signed in on Laptop already"),
        "{}",
        page.html
    );
    assert!(page.html.contains("Sign out there and in here"), "{}", page.html);
    let fields = [("device", "Phone"), ("takeover", "yes")];
    let page = desk.act(&sven, "/console/sign-in", &fields).await;

    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let html = desk.console(&first).await;
    assert!(html.contains("You signed in on another device"), "{html}");
}

#[tokio::test]
async fn without_script_the_page_reloads_only_if_that_keeps_a_seat_and_nobody_is_typing() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let refreshes = |html: &str| html.contains("http-equiv=\"refresh\"");

    let out = desk.console(&sven).await;
    let sven = desk.take_seat(&sven).await;
    let within = desk.console(&sven).await;
    let start = desk.app.get(&sven, "/console/start?product=remote-support").await;

    assert!(!refreshes(&out) && out.contains("id=\"device\""), "{out}");
    assert!(refreshes(&within) && within.contains("/console/start?product=remote-support"));
    assert!(
        !refreshes(&start.html) && start.html.contains("id=\"customer\""),
        "{}",
        start.html
    );
    let fields = [("kind", "call"), ("customer", "Bea")];
    let made = desk.act(&sven, "/console/sessions", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    assert!(desk.console(&sven).await.contains("Bea"));
}

#[tokio::test]
async fn heartbeats_keep_the_seat_and_without_them_it_is_lost() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;

    for _ in 0..4 {
        desk.advance(60).await;
        assert_eq!(
            desk.act(&sven, "/console/alive", &[]).await.status,
            StatusCode::NO_CONTENT
        );
    }
    assert!(desk.console(&sven).await.contains("data-phase=\"in\""));

    desk.advance(100).await;
    let html = desk.console(&sven).await;
    assert!(html.contains("Nothing was heard from this browser"), "{html}");
}

#[tokio::test]
async fn a_heartbeat_is_not_activity_but_stay_is() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let rules = RulesPatch::default()
        .with("console_activity", |rules| {
            rules.console_activity = ConsoleActivity::AnyUse;
        })
        .with("auto_log_off_after_secs", |rules| {
            rules.auto_log_off_after = Some(Secs::new(300));
        })
        .with("lease_secs", |rules| rules.lease = Secs::new(1000));
    desk.change_rules(rules).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;

    desk.advance(150).await;
    desk.act(&sven, "/console/alive", &[]).await;
    desk.advance(100).await;
    let html = desk.console(&sven).await;
    assert!(
        html.contains("Are you still there?") && html.contains(">Stay<"),
        "{html}"
    );
    desk.act(&sven, "/console/stay", &[]).await;
    desk.advance(150).await;
    desk.act(&sven, "/console/active", &[]).await;
    desk.advance(200).await;
    assert!(desk.console(&sven).await.contains("data-phase=\"in\""));

    desk.advance(110).await;
    assert!(desk.console(&sven).await.contains("inactive for too long"));
}

#[tokio::test]
async fn an_evicted_user_is_told_who_did_it_and_why() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;
    let sign_in = desk
        .app
        .app
        .engine()
        .read(desk.account, |account, _| {
            let olga = account
                .user_by_email(&"olga@example.com".parse().unwrap())
                .unwrap();
            (*account.sign_ins().keys().next().unwrap(), olga.id)
        })
        .await
        .unwrap();
    let request = usher_engine::Request {
        actor: usher_domain::Actor::User(sign_in.1),
        cause: usher_engine::Cause::from("test"),
        command: kit::sign_out_with(sign_in.0, Some("Shift <b>over</b>".parse().unwrap()), None),
    };
    let engine = desk.app.app.engine();
    engine
        .execute(desk.account, request, |_, (), _| ())
        .await
        .unwrap();

    let html = desk.console(&sven).await;

    assert!(html.contains("Olga Owner logged you out."), "{html}");
    assert!(
        html.contains("They said: “Shift") && !html.contains("<b>over"),
        "{html}"
    );
}

#[tokio::test]
async fn a_session_is_started_paused_resumed_and_ended_on_this_browser() {
    let desk = Desk::with(1, Preset::ConcurrentSessions).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;

    desk.act(&sven, "/console/sessions", &[("kind", "unattended")])
        .await;
    let html = desk.console(&sven).await;
    desk.act(&sven, &action(&html, "/pause"), &[]).await;
    let html = desk.console(&sven).await;
    assert!(html.contains("Paused"), "{html}");
    desk.act(&sven, &action(&html, "/resume"), &[]).await;
    let html = desk.console(&sven).await;
    desk.act(&sven, &action(&html, "/end"), &[]).await;

    let html = desk.console(&sven).await;
    assert!(html.contains("No session at the moment"), "{html}");
    assert!(html.contains("Ended by you or the customer"), "{html}");
}

#[tokio::test]
async fn a_session_without_a_free_seat_can_wait_for_one() {
    let desk = Desk::with(1, Preset::ConcurrentSessions).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    let sven = desk.take_seat(&sven).await;
    let yuki = desk.take_seat(&yuki).await;
    desk.act(&sven, "/console/sessions", &[("kind", "unattended")])
        .await;

    let fields = [("kind", "attended"), ("customer", "Kim")];
    let page = desk.act(&yuki, "/console/sessions", &fields).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(
        page.html.contains("name=\"kind\" value=\"attended\""),
        "{}",
        page.html
    );
    let fields = [("kind", "attended"), ("customer", "Kim"), ("wait", "yes")];
    desk.act(&yuki, "/console/sessions", &fields).await;
    assert!(desk.console(&yuki).await.contains("to start a session"));

    let html = desk.console(&sven).await;
    desk.act(&sven, &action(&html, "/end"), &[]).await;
    let html = desk.console(&yuki).await;
    desk.act(&yuki, &action(&html, "/claim"), &[]).await;
    assert!(desk.console(&yuki).await.contains("Attended session with Kim"));
}

#[tokio::test]
async fn a_session_on_another_device_is_paused_and_ended_but_not_resumed_from_here() {
    let desk = Desk::with(2, Preset::ConcurrentSessions).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    let first = desk.take_seat(&sven).await;
    let yuki = desk.take_seat(&yuki).await;
    desk.act(&first, "/console/sessions", &[("kind", "unattended")])
        .await;
    let second = desk.take_seat(&sven).await;

    let html = desk.console(&second).await;
    let (pause, end) = (action(&html, "/pause"), action(&html, "/end"));
    for others in [&pause, &end] {
        assert_eq!(desk.act(&yuki, others, &[]).await.status, StatusCode::NOT_FOUND);
    }
    let paused = desk.act(&second, &pause, &[]).await;
    let resumed = desk.act(&second, &pause.replace("/pause", "/resume"), &[]).await;
    let ended = desk.act(&second, &end, &[]).await;

    assert_eq!(paused.status, StatusCode::SEE_OTHER, "{}", paused.html);
    assert_eq!(resumed.status, StatusCode::NOT_FOUND);
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.html);
}

#[tokio::test]
async fn invalid_input_gets_a_sentence_and_forgery_does_nothing() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (_, sven) = desk.agent("Sven").await;

    let page = desk.act(&sven, "/console/sign-in", &[("device", " ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.html.contains("This must be a name of 1 to 120 characters"),
        "{}",
        page.html
    );

    let forged = desk
        .app
        .post(
            &sven,
            "/join",
            "/console/sign-in",
            &[PRODUCT, ("device", "Laptop")],
        )
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert!(desk.console(&sven).await.contains("data-phase=\"out\""));
}

#[tokio::test]
async fn a_user_without_a_license_is_told_so() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let olga = desk.app.sign_in("olga@example.com").await;

    let html = desk.console(&olga).await;
    assert!(html.contains("You have no license for Remote support."), "{html}");
    let page = desk.act(&olga, "/console/sign-in", &[("device", "Laptop")]).await;

    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.html.contains("You can ask"), "{}", page.html);
}

#[tokio::test]
async fn a_user_on_minutes_is_told_when_they_run_out() {
    let desk = Desk::with(1, Preset::ConcurrentDevices).await;
    desk.app.add_minutes(desk.account, 1).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    let sven = desk.take_seat(&sven).await;
    let yuki = desk.take_seat(&yuki).await;
    desk.act(&sven, "/console/sessions", &[("kind", "unattended")])
        .await;

    desk.act(&yuki, "/console/sessions", &[("kind", "unattended")])
        .await;
    desk.advance(1).await;
    let html = desk.console(&yuki).await;
    assert!(html.contains("on pay-per-use minutes"), "{html}");
    assert!(html.contains("The minutes are nearly used up."), "{html}");

    desk.advance(60).await;
    let html = desk.console(&yuki).await;
    assert!(html.contains("Ended because the minutes were used up"), "{html}");
}

#[tokio::test]
async fn an_idle_holder_is_warned_when_somebody_waits() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let rules = RulesPatch::default()
        .with("reclaim_idle_after_secs", |rules| {
            rules.reclaim_idle_after = Some(Secs::new(300));
        })
        .with("lease_secs", |rules| rules.lease = Secs::new(2000));
    desk.change_rules(rules).await;
    let (_, sven) = desk.agent("Sven").await;
    let (_, yuki) = desk.agent("Yuki").await;
    let sven = desk.take_seat(&sven).await;
    desk.advance(400).await;

    let fields = [("device", "Desk"), ("wait", "yes")];
    desk.act(&yuki, "/console/sign-in", &fields).await;
    desk.advance(1).await;

    let html = desk.console(&sven).await;
    assert!(html.contains("Somebody waits for a seat."), "{html}");
    desk.act(&sven, "/console/stay", &[]).await;
    desk.advance(120).await;
    assert!(desk.console(&sven).await.contains("data-phase=\"in\""));
}

#[tokio::test]
async fn an_open_page_alone_does_not_keep_the_portal_session_alive() {
    let desk = Desk::with(1, Preset::HelpDeskShift).await;
    let (user, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;
    let used_at = || {
        let api = &desk.app.app;
        let sessions = api
            .identity()
            .portal_sessions(desk.account, user, api.engine().now());
        sessions[0].last_used_at
    };
    let page = desk.app.get(&sven, CONSOLE).await.html;
    let (_, rest) = page.split_once("name=\"csrf-token\" content=\"").unwrap();
    let token = rest.split('"').next().unwrap();
    let before = used_at();
    desk.advance(60).await;

    let header = [("x-csrf-token", token)];
    for path in ["/console/alive", "/console/active"] {
        assert_eq!(used_at(), before, "{path}");
        let answer = desk
            .app
            .send(&sven, axum::http::Method::POST, path, &header, String::new());
        assert_eq!(answer.await.status(), StatusCode::NO_CONTENT);
    }

    assert!(used_at() > before);
}
