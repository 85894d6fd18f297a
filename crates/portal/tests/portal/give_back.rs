use axum::http::StatusCode;
use usher_domain::permission::Role;
use usher_domain::terms::Terms;
use usher_domain::user::License;
use usher_domain::{AccountId, Secs, UserId};
use usher_testkit::{self as kit, START};

use crate::app::App;

const DAY: u32 = 24 * 60 * 60;

/// An account with two named seats, which Ida and Max have, and four shared seats, which its pool has. One named and two
/// shared seats end after so many days.
async fn lent(app: &App, days: u32) -> (AccountId, [UserId; 2]) {
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let until = START + Secs::new(days * DAY);
    let bought = kit::subscription(2, 4, kit::POOL).ending(kit::product(), 1, 2, until);
    app.give(account, bought.command()).await;
    let mut users = Vec::new();
    for name in ["Ida", "Max"] {
        let email = format!("{name}@example.com").to_lowercase();
        let user = app.user(account, name, &email, Role::Member).await;
        app.give(account, kit::set_license(user, Some(License::Named)))
            .await;
        app.app.engine().advance(Secs::new(60)).await;
        users.push(user);
    }
    (account, [users[0], users[1]])
}

#[tokio::test]
async fn l13_the_proposal_is_filled_in_and_the_choice_is_carried_out() {
    let app = App::new().await;
    let (account, [ida, max]) = lent(&app, 30).await;
    let eva = app.sign_in("eva@example.com").await;
    let path = format!("/a/{account}/give-back");

    let page = app.get(&eva, &path).await;

    let ticked = |user: UserId| format!("value=\"{user}\" checked");
    assert!(page.html.contains(&ticked(ida)), "{}", page.html);
    assert!(!page.html.contains(&ticked(max)), "{}", page.html);
    for part in [
        "Pools give 2 seats together",
        "1 user gives the named seat",
        "Nobody has chosen yet",
    ] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }

    let pool = format!("pool-{}", kit::POOL);
    let both = [
        ("product", "remote-support"),
        ("users", &ida.to_string()),
        ("users", &max.to_string()),
    ];
    let refused = app.post(&eva, &path, &path, &both).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.html.contains(&ticked(ida)) && refused.html.contains(&ticked(max)),
        "what was sent is kept: {}",
        refused.html
    );
    assert!(
        refused.html.contains("at most 1 seat together"),
        "{}",
        refused.html
    );
    let fields = [
        ("product", "remote-support"),
        (pool.as_str(), "two"),
        ("users", &max.to_string()),
    ];
    let refused = app.post(&eva, &path, &path, &fields).await;
    assert!(refused.html.contains("a number of seats"), "{}", refused.html);
    let fields = [
        ("product", "remote-support"),
        (pool.as_str(), "2"),
        ("users", &max.to_string()),
    ];
    let saved = app.post(&eva, &path, &path, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    let page = app.get(&eva, &path).await;
    assert!(page.html.contains(&ticked(max)) && page.html.contains("Use the proposal"));

    app.app.engine().advance(Secs::new(30 * DAY)).await;

    let eva = app.sign_in("eva@example.com").await;
    let page = app.get(&eva, &path).await;
    assert!(page.html.contains("Nothing is given back"), "{}", page.html);
    let person = app.get(&eva, &format!("/a/{account}/users/{max}")).await;
    assert!(!person.html.contains("Named seat</"), "{}", person.html);
}

#[tokio::test]
async fn l11_l12_those_who_can_act_are_told_on_the_overview_before_an_end() {
    let app = App::new().await;
    let (account, _) = lent(&app, 40).await;
    let eva = app.sign_in("eva@example.com").await;
    let overview = format!("/a/{account}/overview");
    let subscription = format!("/a/{account}/subscription");
    assert!(
        !app.get(&eva, &overview)
            .await
            .html
            .contains("of Remote support end")
    );
    let page = app.get(&eva, &subscription).await;
    assert!(
        page.html
            .contains("1 named seat and 2 shared seats of Remote support until"),
        "{}",
        page.html
    );

    app.app.engine().advance(Secs::new(33 * DAY)).await;
    let terms = Terms {
        end: Some(START + Secs::new(60 * DAY)),
        trial: true,
        grace_days: 7,
        ..Terms::default()
    };
    let same = kit::subscription(2, 4, kit::POOL).terms(terms);
    app.give(account, same.command()).await;
    let told = async |parts: &[&str]| {
        let eva = app.sign_in("eva@example.com").await;
        let html = app.get(&eva, &overview).await.html;
        for part in parts {
            assert!(html.contains(part), "{part}: {html}");
        }
    };

    told(&[
        "1 named seat and 2 shared seats of Remote support end in 7 days. Users and pools give back 1 named seat and 2 shared seats then.",
        "Choose what is given back",
        "The trial ends in 27 days. 7 days later nobody can sign in.",
    ])
    .await;
    app.app.engine().advance(Secs::new(6 * DAY)).await;
    told(&["of Remote support end within a day", "The trial ends in 21 days"]).await;
    app.app.engine().advance(Secs::new(22 * DAY)).await;
    told(&["The trial has ended. People can sign in until then: it stops in 6 days."]).await;
    app.app.engine().advance(Secs::new(7 * DAY)).await;
    told(&["The trial has ended: nobody can sign in."]).await;
    let eva = app.sign_in("eva@example.com").await;
    let page = app.get(&eva, &subscription).await;
    assert!(page.html.contains("Trial ends on"), "{}", page.html);
}
