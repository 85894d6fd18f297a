//! Plans, seats and minutes.

use axum::http::StatusCode;
use usher_domain::account::ProductSeats;
use usher_domain::{Account, AccountId, TopUpId};
use usher_identity::OperatorScope;

use super::{account, operator, post, server, with_key};
use crate::app::{App, Browser, Page};
use crate::desk::{Desk, PRODUCT};

fn path(account: AccountId, rest: &str) -> String {
    format!("/operator/accounts/{account}{rest}")
}

/// What the hidden field of the form has.
fn seen(page: &Page) -> String {
    let (_, rest) = page.html.split_once("name=\"seen\" value=\"").unwrap();
    rest.split('"').next().unwrap().replace("&#34;", "\"")
}

async fn set(app: &App, browser: &Browser, account: AccountId, fields: &[(&str, &str)]) -> Page {
    let seen = seen(&app.get(browser, &path(account, "/subscription")).await);
    let fields = [&[("seen", &*seen)], fields].concat();
    post(app, browser, &path(account, "/subscription"), &fields).await
}

async fn bought(app: &App, account: AccountId) -> Vec<(String, ProductSeats)> {
    let read = |account: &Account, _| {
        let products = account.subscription().products.iter();
        products
            .map(|(product, seats)| (product.to_string(), *seats))
            .collect()
    };
    app.engine.read(account, read).await.unwrap()
}

fn seats(named_seats: u32, shared_seats: u32) -> ProductSeats {
    ProductSeats {
        named_seats,
        shared_seats,
    }
}

#[tokio::test]
async fn a_new_account_gets_its_first_seats_and_then_another_product() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::BillingManage).await;
    let account = account(&app, "Contoso").await;

    let first = [
        ("plan", "enterprise"),
        ("new_product", "remote-support"),
        ("new_named", "2"),
        ("new_shared", "8"),
    ];
    let too_small: Vec<_> = [("plan", "team")]
        .into_iter()
        .chain(first[1..].iter().copied())
        .collect();
    let refused = set(&app, &browser, account, &too_small).await;
    assert!(
        refused.html.contains("Choose a plan with shared seats")
            && !refused.html.contains("ask the operator"),
        "{}",
        refused.html
    );
    let done = set(&app, &browser, account, &first).await;
    assert_eq!(done.header("location"), path(account, ""), "{}", done.html);
    let second = [
        ("plan", "enterprise"),
        ("named_seats-remote-support", "2"),
        ("shared_seats-remote-support", "10"),
        ("new_product", "meetings"),
        ("new_named", "1"),
        ("new_shared", ""),
    ];
    set(&app, &browser, account, &second).await;

    assert_eq!(
        bought(&app, account).await,
        [
            ("meetings".to_owned(), seats(1, 0)),
            ("remote-support".to_owned(), seats(2, 10))
        ]
    );
    let pools = |account: &Account, _| {
        account
            .pools()
            .values()
            .map(|pool| pool.seats)
            .collect::<Vec<_>>()
    };
    assert_eq!(app.engine.read(account, pools).await.unwrap(), [8]);
}

#[tokio::test]
async fn a_change_that_was_chosen_from_an_older_subscription_undoes_nothing() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::BillingManage).await;
    let account = account(&app, "Contoso").await;
    let older = seen(&app.get(&browser, &path(account, "/subscription")).await);
    let first = [
        ("plan", "team"),
        ("new_product", "remote-support"),
        ("new_named", "2"),
    ];
    set(&app, &browser, account, &first).await;

    let fields = [
        ("seen", &*older),
        ("plan", "team"),
        ("new_product", "meetings"),
        ("new_named", "9"),
    ];
    let refused = post(&app, &browser, &path(account, "/subscription"), &fields).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .html
            .contains("Somebody else has changed the subscription"),
        "{}",
        refused.html
    );
    assert_ne!(seen(&refused), older);
    assert_eq!(
        bought(&app, account).await,
        [("remote-support".to_owned(), seats(2, 0))]
    );
}

#[tokio::test]
async fn what_cannot_be_bought_is_said_at_its_field_and_changes_nothing() {
    let desk = Desk::of(with_key(App::new().await).await, 1).await;
    let browser = operator(&desk.app, OperatorScope::BillingManage).await;
    let now = [
        ("plan", "enterprise"),
        ("named_seats-remote-support", "1"),
        ("shared_seats-remote-support", "5"),
    ];
    let (named, shared, plan) = (
        ("named_seats-remote-support", "x"),
        ("shared_seats-remote-support", "4"),
        ("plan", "none"),
    );

    for (changed, said) in [
        (named, "href=\"#named_seats-remote-support\""),
        (shared, "pool"),
        (plan, "href=\"#plan\""),
        (("new_product", PRODUCT), "This product is above"),
        (("new_product", "支援"), "href=\"#new_product\""),
    ] {
        let others = now.iter().copied().filter(|(name, _)| *name != changed.0);
        let fields: Vec<_> = others.chain([changed]).collect();
        let page = set(&desk.app, &browser, desk.account, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{changed:?}");
        assert!(page.html.contains(said), "{changed:?}: {}", page.html);
    }

    assert_eq!(
        bought(&desk.app, desk.account).await,
        [(PRODUCT.to_owned(), seats(1, 5))]
    );
}

#[tokio::test]
async fn minutes_are_added_once_however_often_their_form_is_sent() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::BillingManage).await;
    let account = account(&app, "Contoso").await;
    let id = TopUpId::from_bits(app.draw_bits()).to_string();
    let send = async |id: &str, minutes: &str| {
        let fields = [("id", id), ("minutes", minutes)];
        post(&app, &browser, &path(account, "/minutes"), &fields).await
    };

    send(&id, "500").await;
    let again = send(&id, "500").await;
    let shown = app.get(&again.kept_by(&browser), &path(account, "")).await;
    assert!(
        shown.html.contains("500 minutes added. The account has 500 now."),
        "{}",
        shown.html
    );

    for wrong in ["", "0", "-1", "many"] {
        let other = TopUpId::from_bits(app.draw_bits()).to_string();
        let page = send(&other, wrong).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains("href=\"#minutes\""), "{}", page.html);
    }
    let left = |account: &Account, _| account.minutes();
    assert_eq!(app.engine.read(account, left).await.unwrap(), 500);
}

#[tokio::test]
async fn l12_minutes_can_be_good_until_the_end_of_a_day() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::BillingManage).await;
    let account = account(&app, "Contoso").await;
    let id = TopUpId::from_bits(app.draw_bits()).to_string();

    let past = [("id", &*id), ("minutes", "60"), ("until", "2001-01-01")];
    let past = post(&app, &browser, &path(account, "/minutes"), &past).await;
    assert!(past.html.contains("href=\"#until\""), "{}", past.html);
    let fields = [("id", &*id), ("minutes", "60"), ("until", "2999-12-31")];
    post(&app, &browser, &path(account, "/minutes"), &fields).await;

    let shown = app.get(&browser, &path(account, "")).await.html;
    assert!(
        shown.contains("60 pay-per-use minutes until <time datetime=\"3000-01-01T00:00:00Z\""),
        "{shown}"
    );
}

#[tokio::test]
async fn a_closed_account_has_no_subscription_to_change() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::Everything).await;
    let account = account(&app, "Contoso").await;
    post(&app, &browser, &path(account, "/close"), &[]).await;

    let page = app.get(&browser, &path(account, "/subscription")).await;

    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
