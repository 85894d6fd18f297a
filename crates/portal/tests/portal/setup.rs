use std::sync::Arc;

use axum::http::StatusCode;
use usher_app::FirstRun;
use usher_domain::account::Plan;
use usher_domain::command::AccountCommand;
use usher_domain::labels::Labels;
use usher_domain::management::Management;
use usher_domain::permission::Role;
use usher_domain::{AccountId, Actor, Command, PoolId, UserId};
use usher_engine::{Cause, Channel, Failure, Request};

use crate::app::{App, Browser, PASSWORD, Page};
use crate::operator::{FIRST_KEY, enter, post, with_key};

/// The set-up form of a company with three shared seats, and these values.
fn fields<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("setting", "company"),
        ("account", "Contoso"),
        ("name", "Eva"),
        ("email", "eva@example.com"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
        ("product_name", "Contoso Hilfe"),
        ("product_slug", ""),
        ("shared_seats", "3"),
        ("time_zone", "Europe/Ljubljana"),
        ("named_seats", ""),
    ];
    for (name, value) in changed {
        let field = fields.iter_mut().find(|(other, _)| other == name);
        field.unwrap().1 = value;
    }
    fields
}

async fn link(app: &App) -> String {
    let link = app.app.identity().create_setup_link().await.unwrap();
    format!("/setup/{}", link.expose())
}

async fn set_up(app: &App, path: &str, changed: &[(&str, &str)]) -> Page {
    app.post(&Browser::default(), path, path, &fields(changed)).await
}

/// The account that a page leads to.
fn account_of(page: &Page) -> AccountId {
    let path = page.header("location");
    path.split('/').nth(2).unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_setup_link_creates_the_first_account_its_seats_and_its_owner_once() {
    let app = App::new().await;
    let path = link(&app).await;
    let nobody = Browser::default();

    let wrong = set_up(&app, &path, &[("password_again", "something else")]).await;
    let made = set_up(&app, &path, &[]).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("The two passwords differ") && wrong.html.contains("value=\"Contoso\""));
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    let account = account_of(&made);
    let seen = app.app.engine().read(account, |account, _| {
        let product = "contoso-hilfe".parse().unwrap();
        let seats = account.bought(&product);
        let name = account.product_name(&product);
        let management = account.management().clone();
        let zone = account.settings().time_zone.to_string();
        (name, zone, seats.shared_seats, seats.named_seats, management)
    });
    let (name, zone) = ("Contoso Hilfe".to_owned(), "Europe/Ljubljana".to_owned());
    let made_of = (name, zone, 3, 0, Management::Free);
    assert_eq!(seen.await.unwrap(), made_of);
    let overview = app.get(&made.browser(), &format!("/a/{account}/overview")).await;
    assert!(overview.html.contains("Contoso Hilfe"), "{}", overview.html);
    assert_eq!(app.get(&nobody, &path).await.status, StatusCode::GONE);
    assert_eq!(set_up(&app, &path, &[]).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_browser_that_goes_away_leaves_no_half_of_an_account() {
    let app = Arc::new(App::new().await);
    let path = link(&app).await;
    let browser = tokio::spawn({
        let (app, path) = (Arc::clone(&app), path.clone());
        async move { set_up(&app, &path, &[]).await.status }
    });
    let token = path.trim_start_matches("/setup/");
    while app.app.identity().is_setup_link(token).await.unwrap() {
        tokio::task::yield_now().await;
    }

    browser.abort();
    let _ = browser.await;

    let mut first_run = FirstRun::Open;
    for _ in 0..100_000 {
        first_run = FirstRun::of(app.app.records()).await.unwrap();
        if first_run == FirstRun::Over {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(first_run, FirstRun::Over);
}

#[tokio::test]
async fn what_a_crash_has_left_of_a_first_run_gives_way_to_the_next_one() {
    let app = App::new().await;
    let left = AccountId::from_bits(7);
    let create = Command::Account(AccountCommand::Create {
        id: left,
        name: "Left".parse().unwrap(),
        labels: Labels::default(),
    });
    let request = Request {
        actor: Actor::Operator,
        cause: Cause::by(Channel::SetUp),
        command: create,
    };
    app.app
        .engine()
        .execute(left, request, |_, (), _| ())
        .await
        .unwrap();
    let unfinished = FirstRun::of(app.app.records()).await.unwrap();
    let path = link(&app).await;

    let made = set_up(&app, &path, &[]).await;

    assert_eq!(unfinished, FirstRun::Unfinished(left));
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    assert_eq!(FirstRun::of(app.app.records()).await.unwrap(), FirstRun::Over);
    let read = app.app.engine().read(left, |_, _| ()).await;
    assert!(matches!(read, Err(Failure::NoAccount)));
}

#[tokio::test]
async fn an_account_in_which_somebody_is_already_does_not_give_way() {
    let app = App::new().await;
    let account = app.account("Left").await;
    let sven = app.user(account, "Sven", "sven@example.com", Role::Owner).await;
    let undo = |owner| app.app.undo_first_run(account, owner, Cause::by(Channel::SetUp));

    assert!(!undo(None).await.unwrap());
    assert!(!undo(Some(UserId::from_bits(7))).await.unwrap());
    let users = app.app.engine().read(account, |account, _| account.users().len());
    assert_eq!(users.await.unwrap(), 1);
    assert!(
        undo(Some(sven)).await.unwrap(),
        "their own owner is of the first run"
    );
}

#[tokio::test]
async fn the_setup_link_is_gone_once_there_was_an_account_also_if_that_is_closed() {
    for by_operator in [true, false] {
        let app = with_key(App::new().await).await;
        let path = link(&app).await;
        let nobody = Browser::default();
        let account = if by_operator {
            let operator = enter(&app, FIRST_KEY).await;
            let id = AccountId::from_bits(app.draw_bits());
            let fields = [("id", &*id.to_string()), ("name", "Contoso")];
            let made = post(&app, &operator, "/operator/accounts/new", &fields).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
            id
        } else {
            // Another program made it, and somebody opened the link meanwhile.
            let account = app.account("Contoso").await;
            assert_eq!(app.get(&nobody, &path).await.status, StatusCode::GONE);
            account
        };
        app.give(account, Command::Account(AccountCommand::Delete)).await;
        assert_eq!(FirstRun::of(app.app.records()).await.unwrap(), FirstRun::Open);

        assert_eq!(
            app.get(&nobody, &path).await.status,
            StatusCode::GONE,
            "{by_operator}"
        );
        assert_eq!(
            set_up(&app, &path, &[]).await.status,
            StatusCode::GONE,
            "{by_operator}"
        );
    }
}

#[tokio::test]
async fn a_wrong_set_up_names_its_fields_and_leaves_the_link_good_and_nothing_behind() {
    let app = App::new().await;
    let path = link(&app).await;

    for (changed, error) in [
        (("setting", "both"), "Choose one of these."),
        (("shared_seats", "0"), "Type how many seats there are"),
        (("shared_seats", "many"), "Type a whole number"),
        (
            ("named_seats", "99999999"),
            "Type a whole number of at most 1000000.",
        ),
        (("time_zone", "Europe/Atlantis"), "id=\"time_zone-error\""),
        (("product_name", "Помощь"), "has no Latin letters"),
        (("product_slug", "Remote Support"), "a product slug"),
        (("account", "Con\u{202e}toso"), "id=\"account-error\""),
        (("product_name", "He\u{202e}lp"), "id=\"product_name-error\""),
        (("name", "E\u{202e}va"), "id=\"name-error\""),
    ] {
        let wrong = set_up(&app, &path, &[changed]).await;

        assert_eq!(
            wrong.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{changed:?}: {}",
            wrong.html
        );
        assert!(wrong.html.contains(error), "{changed:?}: {}", wrong.html);
    }

    let made = set_up(&app, &path, &[]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
}

#[tokio::test]
async fn shared_seats_need_a_plan_that_includes_them() {
    let named_only = Plan {
        name: "small".parse().unwrap(),
        shared_seats: false,
    };
    let app = App::configured(usher_app::Config {
        plans: vec![named_only],
        ..usher_app::Config::default()
    })
    .await;
    let path = link(&app).await;

    let shared = set_up(&app, &path, &[]).await;
    let named = set_up(&app, &path, &[("shared_seats", ""), ("named_seats", "2")]).await;

    assert!(shared.html.contains("None of the plans"), "{}", shared.html);
    assert_eq!(named.status, StatusCode::SEE_OTHER, "{}", named.html);
}

#[tokio::test]
async fn a_vendor_is_told_what_comes_next_and_needs_no_seats() {
    let app = App::new().await;
    let path = link(&app).await;

    let made = set_up(&app, &path, &[("setting", "vendor"), ("shared_seats", "")]).await;
    let next = app.get(&made.browser(), made.header("location")).await;

    assert!(made.header("location").ends_with("/start/vendor"));
    for part in ["Your operator key", "/docs#createAccount", "--sandbox"] {
        assert!(next.html.contains(part), "{part}: {}", next.html);
    }
}

/// A server whose owner has just set it up, and the owner's browser.
async fn just_set_up(changed: &[(&str, &str)]) -> (App, AccountId, Browser) {
    let app = App::new().await;
    let path = link(&app).await;
    let made = set_up(&app, &path, changed).await;
    let (account, owner) = (account_of(&made), made.browser());
    (app, account, owner)
}

async fn first_pool(app: &App, account: AccountId) -> PoolId {
    let seen = app
        .app
        .engine()
        .read(account, |account, _| *account.pools().keys().next().unwrap());
    seen.await.unwrap()
}

#[tokio::test]
async fn the_first_run_leads_from_the_pool_to_the_people_and_goes_on_where_it_stopped() {
    let (app, account, owner) = just_set_up(&[]).await;
    let start = format!("/a/{account}/start");
    let (to_pool, to_people) = (format!("{start}/pool"), format!("{start}/people"));
    let pool = first_pool(&app, account).await.to_string();

    assert_eq!(app.get(&owner, &start).await.header("location"), to_pool);
    let asked = app.get(&owner, &to_pool).await;
    assert!(
        asked.html.contains("Of the 3 shared seats of Contoso Hilfe"),
        "{}",
        asked.html
    );
    let fields = [
        ("pool", pool.as_str()),
        ("name", "Everybody"),
        ("seats", "2"),
        ("auto_log_off_after_secs", "900"),
    ];
    let saved = app.post(&owner, &to_pool, &to_pool, &fields).await;
    assert_eq!(saved.header("location"), to_people, "{}", saved.html);
    assert_eq!(app.get(&owner, &start).await.header("location"), to_people);

    let people = "Sven Berg sven@example.com\nAmara <amara@example.com>";
    let fields = [
        ("people", people),
        ("license-contoso-hilfe", pool.as_str()),
        ("own", "yes"),
    ];
    let added = app.post(&owner, &to_people, &to_people, &fields).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.html);
    assert!(added.html.contains("Take a seat yourself"), "{}", added.html);
    let seen = app.app.engine().read(account, |account, _| {
        let pool = account.pools().values().next().unwrap();
        let secs = pool.rules.auto_log_off_after.map(usher_domain::Secs::get);
        (pool.name.to_string(), pool.seats, secs, pool.users().len())
    });
    assert_eq!(seen.await.unwrap(), ("Everybody".to_owned(), 2, Some(900), 3));
    let overview = format!("/a/{account}/overview");
    assert_eq!(app.get(&owner, &start).await.header("location"), overview);

    // The link that is shown opens the page on which the person chooses a password.
    let (_, rest) = added.html.split_once("id=\"link-1\">").unwrap();
    let url = rest.split('<').next().unwrap();
    let path = &url[url.find("/invitation/").unwrap()..];
    let opened = app.get(&Browser::default(), path).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(opened.html.contains("Welcome, Sven Berg"), "{}", opened.html);
}

#[tokio::test]
async fn what_is_wrong_with_the_first_pool_is_said() {
    let (app, account, owner) = just_set_up(&[]).await;
    let path = format!("/a/{account}/start/pool");
    let pool = first_pool(&app, account).await.to_string();

    for (seats, log_off, error) in [
        ("some", "900", "Type a whole number."),
        ("4", "900", "id=\"errors\""),
        ("2", "soon", "Choose one of these."),
        ("2", "0", "id=\"errors\""),
    ] {
        let fields = [
            ("pool", pool.as_str()),
            ("name", "All"),
            ("seats", seats),
            ("auto_log_off_after_secs", log_off),
        ];
        let wrong = app.post(&owner, &path, &path, &fields).await;

        assert_eq!(
            wrong.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{seats} {log_off}"
        );
        assert!(wrong.html.contains(error), "{seats} {log_off}: {}", wrong.html);
    }
}

#[tokio::test]
async fn first_people_who_fit_are_added_and_what_is_wrong_with_the_others_is_said() {
    let (app, account, owner) = just_set_up(&[]).await;
    let path = format!("/a/{account}/start/people");
    let many: Vec<_> = (0..21)
        .map(|number| format!("Agent a{number}@example.com"))
        .collect();
    let many = many.join("\n");

    for (people, error) in [
        ("", "Type at least one person"),
        ("Sven", "Line 1 must have a name and an e-mail address."),
        (many.as_str(), "at most 20 people at once"),
        ("Eva eva@example.com", "eva@example.com: "),
    ] {
        let fields = [("people", people), ("license-contoso-hilfe", "none")];
        let wrong = app.post(&owner, &path, &path, &fields).await;

        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{people}");
        assert!(wrong.html.contains(error), "{people}: {}", wrong.html);
    }

    let some = "Sven sven@example.com\nEva Two eva@example.com";
    let fields = [("people", some), ("license-contoso-hilfe", "none")];
    let added = app.post(&owner, &path, &path, &fields).await;
    assert_eq!(added.status, StatusCode::OK);
    assert!(added.html.contains("id=\"link-1\"") && !added.html.contains("id=\"link-2\""));
    assert!(
        added.html.contains(">Eva Two eva@example.com</textarea>"),
        "{}",
        added.html
    );
    assert!(!added.html.contains("Take a seat yourself"));
}

#[tokio::test]
async fn without_shared_seats_there_is_no_pool_to_set_up() {
    let (app, account, owner) = just_set_up(&[("shared_seats", ""), ("named_seats", "2")]).await;
    let start = format!("/a/{account}/start");
    let people = format!("{start}/people");

    let pool = app.get(&owner, &format!("{start}/pool")).await;

    assert_eq!(pool.header("location"), people);
    assert_eq!(app.get(&owner, &start).await.header("location"), people);
}

#[tokio::test]
async fn the_first_run_asks_whose_sessions_everybody_sees_and_proposes_everybodys() {
    let app = App::new().await;
    let path = link(&app).await;
    let page = app.get(&Browser::default(), &path).await;
    let (_, see) = page.html.split_once("name=\"sessions\" value=\"see\"").unwrap();
    assert!(
        see.split('>').next().unwrap().contains(" checked"),
        "{}",
        page.html
    );

    for (answer, sees, ends) in [("see", true, false), ("end", true, true), ("own", false, false)] {
        let app = App::new().await;
        let path = link(&app).await;
        let mut fields = fields(&[]);
        fields.push(("sessions", answer));
        let made = app.post(&Browser::default(), &path, &path, &fields).await;
        let seen = app.app.engine().read(account_of(&made), |account, _| {
            account.settings().session_permissions
        });
        let now = seen.await.unwrap();
        assert_eq!((now.view_account, now.control_account), (sees, ends), "{answer}");
        assert!(now.view_own && now.control_own, "{answer}");
    }

    let mut wrong = fields(&[]);
    wrong.push(("sessions", "some"));
    let refused = app.post(&Browser::default(), &path, &path, &wrong).await;
    assert!(
        refused
            .html
            .contains("<a href=\"#sessions\">Whose sessions everybody sees</a>: Choose one of these."),
        "{}",
        refused.html
    );
}

#[tokio::test]
async fn people_for_whom_no_named_seats_are_left_are_offered_the_pool_and_nobody_gets_anything() {
    let (app, account, owner) = just_set_up(&[("named_seats", "1")]).await;
    let path = format!("/a/{account}/start/people");
    let pool = first_pool(&app, account).await.to_string();
    let licenses = async || {
        let read = app.app.engine().read(account, |account, _| {
            let users = account.users().values();
            users.map(|user| user.licenses.len()).sum::<usize>()
        });
        read.await.unwrap()
    };

    let asked = app.get(&owner, &path).await.html;
    let three = "Ann ann@example.com\nBen ben@example.com\nCy cy@example.com";
    let fields = [
        ("people", three),
        ("license-contoso-hilfe", "named"),
        ("own", "yes"),
    ];
    let refused = app.post(&owner, &path, &path, &fields).await;

    assert!(
        asked.contains(&format!("<option value=\"{pool}\" selected")),
        "{asked}"
    );
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.html
    );
    let why = "Only one named seat of Contoso Hilfe is left, for 4 people. Choose the pool";
    assert!(refused.html.contains(why), "{}", refused.html);
    assert_eq!(licenses().await, 0);
    let fields = [
        ("people", three),
        ("license-contoso-hilfe", &pool),
        ("own", "yes"),
    ];
    let added = app.post(&owner, &path, &path, &fields).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.html);
    assert_eq!(licenses().await, 4);
}
