//! Times and days in the reader's zone. The clock shows 09:00 UTC on Monday, 23 November 2026.

use usher_domain::account::SettingsPatch;
use usher_domain::permission::Role;
use usher_domain::{Account, Secs, UserId};
use usher_testkit as kit;

use crate::app::{App, Browser};
use crate::desk::{Desk, PRODUCT};

async fn set_account_zone(desk: &Desk, zone: &str) {
    let change = SettingsPatch {
        time_zone: Some(zone.parse().unwrap()),
        ..SettingsPatch::default()
    };
    desk.give(kit::change_settings(change)).await;
}

async fn prefer(app: &App, browser: &Browser, zone: &str) {
    let fields = [("theme", "auto"), ("time_zone", zone)];
    let saved = app
        .post(browser, "/me/preferences", "/me/preferences", &fields)
        .await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.html);
}

#[tokio::test]
async fn times_and_the_days_of_filters_are_in_the_users_zone_or_else_the_accounts() {
    let desk = Desk::open(1).await;
    set_account_zone(&desk, "Pacific/Honolulu").await;

    for (zone, today, other_day, time, exact) in [
        (
            "",
            "2026-11-22",
            "2026-11-23",
            "23:00",
            "Sunday, 22 November 2026, 23:00:00 HST",
        ),
        (
            "Europe/Ljubljana",
            "2026-11-23",
            "2026-11-22",
            "10:00",
            "Monday, 23 November 2026, 10:00:00 CET",
        ),
    ] {
        prefer(&desk.app, &desk.owner, zone).await;

        let audit = desk.get("/audit").await.html;
        let on = async |day: &str| desk.get(&format!("/audit?from={day}&to={day}")).await.html;
        let (of_today, of_other_day) = (on(today).await, on(other_day).await);

        let shown = format!("title=\"{exact}\">{time}</time>");
        assert!(audit.contains(&shown), "{shown} in {audit}");
        let name = if zone.is_empty() { "Pacific/Honolulu" } else { zone };
        let named = format!("Times are in <a href=\"/me/preferences\">{name}</a>");
        assert!(audit.contains(&named), "{audit}");
        assert!(!audit.contains("data-local"), "{audit}");
        assert!(of_today.contains("set the subscription"), "{of_today}");
        assert!(
            of_other_day.contains("Nothing like that was done"),
            "{of_other_day}"
        );
    }
}

#[tokio::test]
async fn times_of_other_days_have_their_day_and_of_other_years_their_year() {
    let desk = Desk::open(1).await;
    let users = async || {
        let browser = desk.app.sign_in("olga@example.com").await;
        desk.app.get(&browser, &desk.path("/users")).await.html
    };
    assert!(users().await.contains(">09:00</time>"));

    let engine = desk.app.app.engine();
    engine.advance(Secs::new(86_400)).await;
    assert!(users().await.contains(">23 Nov, 09:00</time>"));

    engine.advance(Secs::new(60 * 86_400)).await;
    assert!(users().await.contains(">23 Nov 2026, 09:00</time>"));
}

async fn lent_until(desk: &Desk, user: UserId) -> i64 {
    let read = move |account: &Account, _| {
        let user = account.user(user).unwrap();
        user.loan(&PRODUCT.parse().unwrap()).unwrap().until.millis()
    };
    desk.app.app.engine().read(desk.account, read).await.unwrap()
}

#[tokio::test]
async fn a_seat_is_lent_until_the_end_of_a_day_in_the_accounts_zone_whoever_lends_it() {
    let desk = Desk::open(1).await;
    set_account_zone(&desk, "Europe/Ljubljana").await;
    prefer(&desk.app, &desk.owner, "America/New_York").await;
    let sven = desk
        .app
        .user(desk.account, "Sven", "sven@example.com", Role::Member)
        .await;
    let pool = desk.pool.to_string();

    for (day, until) in [
        ("2027-04-30", "2027-04-30T22:00:00Z"),
        ("2027-03-28", "2027-03-28T22:00:00Z"),
        ("2026-12-31", "2026-12-31T23:00:00Z"),
    ] {
        let fields = [("license", pool.as_str()), ("until", day)];
        let saved = desk
            .post(&format!("/users/{sven}/licenses/{PRODUCT}"), &fields)
            .await;
        assert_eq!(saved.status.as_u16(), 303, "{}", saved.html);

        let until: jiff::Timestamp = until.parse().unwrap();
        assert_eq!(lent_until(&desk, sven).await, until.as_millisecond());
        let shown = desk.get(&format!("/users/{sven}")).await.html;
        assert!(
            shown.contains(&format!("type=\"date\" value=\"{day}\"")),
            "{shown}"
        );
        let day: jiff::civil::Date = day.parse().unwrap();
        let end = format!("the end of {}</time>", day.strftime("%-d %b %Y"));
        assert!(shown.contains(&end), "{end} in {shown}");
    }
}
