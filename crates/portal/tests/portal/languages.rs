//! The language of pages: the user's, else the account's, else the browser's.

use axum::http::{Method, StatusCode};
use usher_domain::account::SettingsPatch;
use usher_domain::permission::Role;
use usher_domain::rules::Preset;
use usher_testkit as kit;

use crate::app::{App, Browser, Page};
use crate::console;
use crate::desk::Desk;

/// A page as a browser gets it that asks for this language.
async fn page_in(app: &App, browser: &Browser, path: &str, language: &str) -> String {
    let headers = [("accept-language", language)];
    let response = app
        .send(browser, Method::GET, path, &headers, String::new())
        .await;
    Page::of(response).await.html
}

async fn prefer(app: &App, browser: &Browser, language: &str) {
    let fields = [("theme", "auto"), ("time_zone", ""), ("language", language)];
    let saved = app
        .post(browser, "/me/preferences", "/me/preferences", &fields)
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
}

async fn set_account_language(desk: &Desk, language: &str) {
    let change = SettingsPatch {
        language: Some(language.parse().unwrap()),
        ..SettingsPatch::default()
    };
    desk.give(kit::change_settings(change)).await;
}

#[tokio::test]
async fn the_language_is_the_users_else_the_accounts_else_the_browsers() {
    let desk = Desk::open(1).await;
    let console = async |asked: &str| page_in(&desk.app, &desk.owner, "/console", asked).await;
    let is_in = |html: &str, tag: &str, title: &str| {
        assert!(html.contains(&format!("<html lang=\"{tag}\"")), "{tag}: {html}");
        assert!(html.contains(&format!("<h1>{title}</h1>")), "{title}: {html}");
    };

    is_in(&console("pl").await, "en", "Agent console");
    is_in(&console("pl, fr-CA;q=0.8").await, "fr", "Console de l’agent");
    set_account_language(&desk, "sv").await;
    is_in(&console("fr").await, "sv", "Agentkonsol");
    prefer(&desk.app, &desk.owner, "sl").await;
    is_in(&console("fr").await, "sl", "Konzola agenta");
    prefer(&desk.app, &desk.owner, "browser").await;
    is_in(&console("de-AT").await, "de", "Agentenkonsole");
    prefer(&desk.app, &desk.owner, "").await;
    is_in(&console("de").await, "sv", "Agentkonsol");
    // After a downgrade, a language of a later version is as if it had not been chosen.
    set_account_language(&desk, "pt").await;
    is_in(&console("es").await, "es", "Consola del agente");
}

#[tokio::test]
async fn an_admin_chooses_the_language_of_the_account_beside_its_time_zone() {
    let desk = Desk::open(1).await;
    let settings = desk.path("/settings");
    let action = desk.path("/settings/time-zone");
    let set = async |language: &str| {
        let fields = [("time_zone", "Europe/Vienna"), ("language", language)];
        desk.app.post(&desk.owner, &settings, &action, &fields).await
    };
    let shown = desk.app.get(&desk.owner, &settings).await.html;
    assert!(shown.contains("<option value=\"browser\" selected>As the browser</option>"));
    assert!(shown.contains("<option value=\"sl\" lang=\"sl\">Slovenščina</option>"));

    let saved = set("de").await;
    let refused = set("tlh").await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("id=\"language-error\""), "{}", refused.html);
    let shown = desk.app.get(&desk.owner, &settings).await.html;
    assert!(
        shown.contains("<option value=\"de\" lang=\"de\" selected>Deutsch</option>"),
        "{shown}"
    );
    assert!(
        shown.contains("<h2 id=\"zone-title\">Sprache und Zeitzone</h2>"),
        "{shown}"
    );
    let audit = desk.get("/audit").await.html;
    assert!(audit.contains("time zone Europe/Vienna, language de"), "{audit}");
}

#[tokio::test]
async fn two_readers_of_one_console_each_read_it_in_their_language() {
    let desk = Desk::open(1).await;
    let amara = desk.agent("Amara").await;
    let member = desk
        .app
        .user(desk.account, "Ben <b>", "ben@example.com", Role::Member)
        .await;
    desk.seat(member, usher_domain::user::License::Shared(desk.pool))
        .await;
    desk.sign_in(amara).await;
    desk.wait(member).await;
    let browser = desk.app.sign_in("ben@example.com").await;

    let german = page_in(&desk.app, &browser, "/console", "de").await;
    let slovenian = page_in(&desk.app, &browser, "/console", "sl").await;
    let english = page_in(&desk.app, &browser, "/console", "en").await;

    assert!(german.contains("Sie warten auf einen Platz von "), "{german}");
    assert!(german.contains("<dd>noch nicht bekannt</dd>"), "{german}");
    assert!(slovenian.contains("Čakate na mesto nabora "), "{slovenian}");
    assert!(english.contains("You wait for a seat of "), "{english}");
    assert!(
        german.contains("title=\"Montag, 23. November 2026, 09:00:00 UTC\""),
        "{german}"
    );
    assert!(german.contains("&#34;copied&#34;:&#34;Kopiert&#34;"), "{german}");
    // A name stays as it was entered, and is escaped.
    assert!(german.contains("Ben &#60;b&#62;"), "{german}");
    assert!(
        !german.contains("Sign out") && !german.contains("Waiting"),
        "{german}"
    );
}

#[tokio::test]
async fn a_customer_reads_the_language_of_the_browser_or_else_of_the_account() {
    let desk = console::Desk::with(1, Preset::HelpDeskShift).await;
    let change = SettingsPatch {
        language: Some("fr".parse().unwrap()),
        ..SettingsPatch::default()
    };
    desk.app.give(desk.account, kit::change_settings(change)).await;
    let (_, sven) = desk.agent("Sven").await;
    let sven = desk.take_seat(&sven).await;
    desk.act(&sven, "/console/sessions", &[("kind", "call")]).await;
    let html = desk.console(&sven).await;
    let (_, rest) = html.split_once("/join/").unwrap();
    let path = format!("/join/{}", rest.split('"').next().unwrap());
    let customer = Browser::default();
    let read = async |path: &str, language: &str| {
        let headers = [("accept", "text/html"), ("accept-language", language)];
        let app = &desk.app;
        let response = app.send(&customer, Method::GET, path, &headers, String::new());
        Page::of(response.await).await.html
    };

    let polish = read(&path, "pl").await;
    let german = read(&path, "de").await;
    let unknown = read("/join/ABCDEFGH", "pl").await;

    assert!(polish.contains("<h1>Votre appel avec Contoso</h1>"), "{polish}");
    assert!(polish.contains("Sven</strong> vous attend."), "{polish}");
    assert!(german.contains("<h1>Ihr Anruf bei Contoso</h1>"), "{german}");
    // Of a code that nobody knows, no account is known.
    assert!(unknown.contains("This code is not valid"), "{unknown}");
}

#[tokio::test]
async fn refusals_and_errors_of_forms_are_in_the_readers_language() {
    let desk = Desk::open(1).await;
    prefer(&desk.app, &desk.owner, "de").await;
    let teams = desk.path("/teams");
    let make = async |name: &str| {
        let fields = [("name", name)];
        desk.app.post(&desk.owner, &teams, &teams, &fields).await
    };
    assert_eq!(make("Nord").await.status, StatusCode::SEE_OTHER);

    let taken = make("Nord").await.html;
    let empty = make("").await.html;
    let missing = desk.get("/teams/team_01h2xcejqtf2nbrexx3vqjh424").await.html;

    assert!(taken.contains("Ein anderes Team heißt bereits so."), "{taken}");
    assert!(
        empty.contains("Das ist nicht gültig. Erwartet wird: ein Name mit"),
        "{empty}"
    );
    assert!(missing.contains("<h1>Nicht gefunden</h1>"), "{missing}");
    assert!(
        missing.contains("Unter dieser Adresse nicht gefunden: Team."),
        "{missing}"
    );
}
