use axum::http::StatusCode;
use usher_domain::permission::Role;
use usher_identity::{Preferences, Theme};

use crate::app::App;

const PATH: &str = "/me/preferences";

#[tokio::test]
async fn people_choose_their_colors_zone_and_sounds_each_for_themselves() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let sven = app.user(account, "Sven", "sven@example.com", Role::Member).await;
    let tuva = app.user(account, "Tuva", "tuva@example.com", Role::Member).await;
    let browser = app.sign_in("sven@example.com").await;
    let before = app.get(&browser, PATH).await;
    assert!(!before.html.contains("data-theme"), "{}", before.html);
    assert!(
        before
            .html
            .contains("name=\"color-scheme\" content=\"light dark\"")
    );

    let fields = [
        ("theme", "dark"),
        ("time_zone", "europe/ljubljana"),
        ("sound", "on"),
    ];
    let saved = app.post(&browser, PATH, PATH, &fields).await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    let chosen = Preferences {
        time_zone: Some("Europe/Ljubljana".parse().unwrap()),
        language: None,
        sound: true,
        notifications: false,
        theme: Theme::Dark,
    };
    assert_eq!(app.app.preferences(account, sven), chosen);
    assert_eq!(app.app.preferences(account, tuva), Preferences::default());
    let again = app.get(&browser, PATH).await;
    assert!(
        again
            .html
            .contains("<option value=\"Europe/Ljubljana\" selected>")
    );
    assert!(
        again
            .html
            .contains("name=\"sound\" aria-describedby=\"attention-hint\" checked")
    );
    let console = app.get(&browser, "/console").await;
    assert!(console.html.contains("<html lang=\"en\" data-theme=\"dark\">"));
    assert!(console.html.contains("name=\"color-scheme\" content=\"dark\""));
    let tuvas = app.get(&app.sign_in("tuva@example.com").await, "/console").await;
    assert!(!tuvas.html.contains("data-theme"));
}

#[tokio::test]
async fn a_zone_language_or_colors_that_do_not_exist_are_errors_at_their_fields() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let sven = app.user(account, "Sven", "sven@example.com", Role::Member).await;
    let browser = app.sign_in("sven@example.com").await;

    for (theme, zone, language, field, label) in [
        ("dark", "Europe/Atlantis", "", "time_zone", "Time zone"),
        ("dark", "../../etc/passwd", "", "time_zone", "Time zone"),
        ("dark", "", "tlh", "language", "Language"),
        ("pink", "", "sv", "theme", "Colors"),
    ] {
        let fields = [("theme", theme), ("time_zone", zone), ("language", language)];
        let refused = app.post(&browser, PATH, PATH, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{zone}");
        let named = format!("<a href=\"#{field}\">{label}</a>: ");
        assert!(refused.html.contains(&named), "{}", refused.html);
        assert!(refused.html.contains(&format!("id=\"{field}-error\"")));
    }

    assert_eq!(app.app.preferences(account, sven), Preferences::default());
}
