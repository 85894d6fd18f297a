//! The terms of a subscription, and seats that are lent.

use axum::http::StatusCode;
use usher_domain::Account;
use usher_domain::terms::{TemporarySeats, Terms};
use usher_identity::OperatorScope;
use usher_testkit as kit;

use super::{account, operator, post, server, with_key};
use crate::app::{App, Browser};
use crate::desk::{Desk, PRODUCT};

/// The end of 2999 in milliseconds since 1970.
const END: i64 = 32_503_680_000_000;

async fn desk() -> (Desk, Browser, String) {
    let desk = Desk::of(with_key(App::new().await).await, 1).await;
    let browser = operator(&desk.app, OperatorScope::BillingManage).await;
    let account = format!("/operator/accounts/{}", desk.account);
    (desk, browser, account)
}

async fn terms(desk: &Desk) -> Terms {
    let look = |account: &Account, _| account.subscription().current_terms();
    desk.app.engine.read(desk.account, look).await.unwrap()
}

async fn ends(desk: &Desk) -> Vec<TemporarySeats> {
    let look = |account: &Account, _| {
        let ends = account.subscription().temporary.get(&kit::product());
        ends.cloned().unwrap_or_default()
    };
    desk.app.engine.read(desk.account, look).await.unwrap()
}

#[tokio::test]
async fn l11_terms_are_set_shown_and_taken_back() {
    let (desk, browser, account) = desk().await;
    let address = format!("{account}/terms");
    let set = async |kind: &str, months: &str| {
        let fields = [
            ("kind", kind),
            ("end", "2999-12-31"),
            ("renewal_months", months),
            ("grace_days", "14"),
        ];
        post(&desk.app, &browser, &address, &fields).await
    };

    set("renews", "12").await;
    let renews = terms(&desk).await;
    let page = desk.app.get(&browser, &account).await.html;
    set("trial", "12").await;
    let trial = terms(&desk).await;
    set("none", "").await;

    assert_eq!(renews.end.unwrap().millis(), END);
    assert_eq!((renews.renewal_months, renews.grace_days), (Some(12), 14));
    assert!(
        page.contains("Renews on") && page.contains("3000-01-01T00:00:00Z") && page.contains("12 months"),
        "{page}"
    );
    assert!(trial.trial && trial.renewal_months.is_none());
    assert_eq!(terms(&desk).await, Terms::default());
}

#[tokio::test]
async fn l11_terms_that_are_wrong_are_said_at_their_field_and_change_nothing() {
    let (desk, browser, account) = desk().await;
    for (kind, end, months, said) in [
        ("ends", "2001-01-01", "", "href=\"#end\""),
        ("renews", "2999-12-31", "many", "href=\"#renewal_months\""),
        ("renews", "2999-12-31", "61", "href=\"#renewal_months\""),
        ("never", "", "", "href=\"#kind\""),
    ] {
        let fields = [("kind", kind), ("end", end), ("renewal_months", months)];
        let page = post(&desk.app, &browser, &format!("{account}/terms"), &fields).await;

        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
        assert!(page.html.contains(said), "{kind}: {}", page.html);
    }
    assert_eq!(terms(&desk).await, Terms::default());
}

#[tokio::test]
async fn l12_seats_are_lent_besides_those_that_are_bought_and_those_that_were_lent_before() {
    let (desk, browser, account) = desk().await;
    let lend = async |named: &str, shared: &str, until: &str| {
        let fields = [
            ("product", PRODUCT),
            ("named_seats", named),
            ("shared_seats", shared),
            ("until", until),
        ];
        post(&desk.app, &browser, &format!("{account}/lend"), &fields).await
    };

    lend("2", "", "2999-12-31").await;
    lend("", "3", "2999-12-31").await;
    lend("1", "1", "2999-12-30").await;

    let read = |account: &Account, _| account.bought(&kit::product());
    let bought = desk.app.engine.read(desk.account, read).await.unwrap();
    assert_eq!((bought.named_seats, bought.shared_seats), (4, 9));
    let ends = ends(&desk).await;
    let ends = ends.iter().map(|seats| {
        let days = (END - seats.until.millis()) / 86_400_000;
        (seats.named_seats, seats.shared_seats, days)
    });
    assert_eq!(ends.collect::<Vec<_>>(), [(1, 1, 1), (2, 3, 0)]);
    let page = desk.app.get(&browser, &account).await.html;
    assert!(
        page.contains("2 named seats and 3 shared seats of Remote support until"),
        "{page}"
    );

    // The terms do not touch what is lent.
    let fields = [("kind", "ends"), ("end", "2999-12-31")];
    post(&desk.app, &browser, &format!("{account}/terms"), &fields).await;
    assert_eq!(self::ends(&desk).await.len(), 2);
    assert_eq!(terms(&desk).await.end.unwrap().millis(), END);
}

#[tokio::test]
async fn l12_what_cannot_be_lent_is_said_at_its_field() {
    let (desk, browser, account) = desk().await;
    for (named, until, said) in [
        ("", "2999-12-31", "href=\"#named_seats\""),
        ("some", "2999-12-31", "href=\"#named_seats\""),
        ("1", "2001-12-31", "href=\"#until\""),
        ("1", "", "href=\"#until\""),
    ] {
        let fields = [("product", PRODUCT), ("named_seats", named), ("until", until)];
        let page = post(&desk.app, &browser, &format!("{account}/lend"), &fields).await;

        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains(said), "{named} {until}: {}", page.html);
    }
    assert_eq!(ends(&desk).await, []);
}

#[tokio::test]
async fn l11_an_account_without_a_plan_is_sent_to_its_seats_first() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::BillingManage).await;
    let account = account(&app, "Contoso").await;
    let address = format!("/operator/accounts/{account}");

    let page = app.get(&browser, &format!("{address}/terms")).await.html;
    let fields = [("kind", "ends"), ("end", "2999-12-31")];
    let refused = post(&app, &browser, &format!("{address}/terms"), &fields).await;

    assert!(page.contains(&format!("{address}/subscription")), "{page}");
    assert!(
        refused.html.contains("The account has no plan yet."),
        "{}",
        refused.html
    );
}
