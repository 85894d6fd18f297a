//! Who changes a subscription besides the operator.

use axum::http::StatusCode;
use usher_domain::Account;
use usher_domain::management::{Bounds, Management, SeatBound, SeatBounds};
use usher_identity::OperatorScope;

use super::{operator, post, with_key};
use crate::app::App;
use crate::desk::{Desk, PRODUCT};

async fn managed(desk: &Desk) -> Management {
    let look = |account: &Account, _| account.management().clone();
    desk.app.engine.read(desk.account, look).await.unwrap()
}

#[tokio::test]
async fn l9_each_mode_is_set_and_shown_on_the_page_of_the_account() {
    let desk = Desk::of(with_key(App::new().await).await, 1).await;
    let browser = operator(&desk.app, OperatorScope::BillingManage).await;
    let account = format!("/operator/accounts/{}", desk.account);
    let address = format!("{account}/management");

    for (mode, management, said) in [
        ("free", Management::Free, "as it likes"),
        ("closed", Management::Closed, "Only you change the subscription."),
        ("on_request", Management::OnRequest, "The account asks"),
    ] {
        post(&desk.app, &browser, &address, &[("mode", mode)]).await;

        assert_eq!(managed(&desk).await, management);
        let page = desk.app.get(&browser, &account).await.html;
        assert!(page.contains(said), "{mode}: {page}");
    }
}

#[tokio::test]
async fn l9_bounds_are_set_shown_and_bind_the_account() {
    let desk = Desk::of(with_key(App::new().await).await, 1).await;
    let browser = operator(&desk.app, OperatorScope::BillingManage).await;
    let address = format!("/operator/accounts/{}/management", desk.account);
    let fields = [
        ("mode", "within_bounds"),
        ("named_min-remote-support", "1"),
        ("named_max-remote-support", "3"),
        ("shared_min-remote-support", "5"),
        ("shared_max-remote-support", "5"),
        ("minutes_max", "600"),
    ];

    post(&desk.app, &browser, &address, &fields).await;

    let bounds = SeatBounds {
        named_seats: Some(SeatBound { min: 1, max: 3 }),
        shared_seats: Some(SeatBound { min: 5, max: 5 }),
    };
    let products = [(PRODUCT.parse().unwrap(), bounds)].into();
    let minutes = 600;
    assert_eq!(
        managed(&desk).await,
        Management::WithinBounds(Bounds { products, minutes })
    );
    let page = desk.app.get(&browser, &address).await.html;
    for (field, value) in [("named_max-remote-support", "3"), ("minutes_max", "600")] {
        let field = format!("name=\"{field}\" inputmode=\"numeric\" autocomplete=\"off\" value=\"{value}\"");
        assert!(page.contains(&field), "{field}: {page}");
    }
    let theirs = [
        ("plan", "enterprise"),
        ("named_seats-remote-support", "4"),
        ("shared_seats-remote-support", "5"),
    ];
    let refused = desk.post("/subscription", &theirs).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn l9_bounds_that_contradict_themselves_change_nothing() {
    let desk = Desk::of(with_key(App::new().await).await, 1).await;
    let browser = operator(&desk.app, OperatorScope::BillingManage).await;
    let address = format!("/operator/accounts/{}/management", desk.account);
    let fields = [
        ("mode", "within_bounds"),
        ("named_min-remote-support", "5"),
        ("named_max-remote-support", "4"),
    ];

    let page = post(&desk.app, &browser, &address, &fields).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.html.contains("href=\"#named_max-remote-support\""),
        "{}",
        page.html
    );
    assert_eq!(managed(&desk).await, Management::OnRequest);
}
