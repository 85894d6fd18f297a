//! What accounts ask for, and the operator's answers.

use axum::http::StatusCode;
use usher_domain::account::ProductSeats;
use usher_domain::permission::Role;
use usher_domain::purchase::RequestOutcome;
use usher_domain::{Account, Actor, Secs, SubscriptionRequestId, TopUpId};
use usher_engine::{Cause, Request};
use usher_identity::OperatorScope;
use usher_testkit as kit;

use super::{account, operator, post, with_key};
use crate::app::{App, Browser, Page};
use crate::desk::Desk;

const LIST: &str = "/operator/requests";
const NAMED: &str = "named_seats-remote-support";
const SHARED: &str = "shared_seats-remote-support";

/// A desk with three named and five shared seats that has asked for one named seat more, and for minutes.
async fn asking() -> (Desk, Browser) {
    let desk = Desk::of(with_key(App::new().await).await, 3).await;
    let fields = [
        ("plan", "enterprise"),
        (NAMED, "4"),
        (SHARED, "5"),
        ("note", "A new colleague"),
    ];
    let asked = desk.post("/subscription", &fields).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.html);
    let fields = [("top_up", "topup_00000000000000000000000007"), ("minutes", "300")];
    desk.post("/subscription/minutes", &fields).await;
    let browser = operator(&desk.app, OperatorScope::BillingManage).await;
    (desk, browser)
}

/// The addresses at which the open requests are answered: of seats, then of minutes.
async fn addresses(desk: &Desk) -> [String; 2] {
    let account = desk.account;
    let find = |account: &Account, _| {
        let requests = account.subscription_requests();
        requests.map(|request| request.id).collect::<Vec<_>>()
    };
    let ids: Vec<SubscriptionRequestId> = desk.app.engine.read(account, find).await.unwrap();
    let addresses = ids
        .iter()
        .map(|id| format!("/operator/accounts/{account}/requests/{id}"));
    addresses.collect::<Vec<_>>().try_into().unwrap()
}

async fn bought(desk: &Desk) -> (ProductSeats, u64) {
    let look = |account: &Account, _| (account.bought(&kit::product()), account.minutes());
    desk.app.engine.read(desk.account, look).await.unwrap()
}

/// How the request of this kind was answered, and with which note.
async fn outcome(desk: &Desk, index: usize) -> (RequestOutcome, Option<String>) {
    let look = move |account: &Account, _| {
        let answer = account.subscription_requests().nth(index).unwrap().answer.clone();
        let answer = answer.unwrap();
        let note = answer.by.note.map(|note| note.reveal().to_string());
        (answer.outcome, note)
    };
    desk.app.engine.read(desk.account, look).await.unwrap()
}

fn seats(named_seats: u32, shared_seats: u32) -> ProductSeats {
    ProductSeats {
        named_seats,
        shared_seats,
    }
}

/// What the next page says after a redirect to the list.
async fn told(desk: &Desk, browser: &Browser, page: Page) -> String {
    assert_eq!(page.header("location"), LIST, "{}", page.html);
    desk.app.get(&page.kept_by(browser), LIST).await.html
}

#[tokio::test]
async fn l10_what_waits_is_listed_and_counted_in_the_menu_and_on_the_accounts_page() {
    let (desk, browser) = asking().await;
    account(&desk.app, "Fabrikam").await;
    let [seats, _] = addresses(&desk).await;

    let list = desk.app.get(&browser, LIST).await.html;
    let account = format!("/operator/accounts/{}", desk.account);
    let account = desk.app.get(&browser, &account).await.html;
    let reader = operator(&desk.app, OperatorScope::AccountsRead).await;
    let read = desk.app.get(&reader, LIST).await.html;

    for part in [
        "Remote support: 4 named seats (3 before)",
        "300 minutes",
        "A new colleague",
        "id=\"note-requests\">2</span>",
        &seats,
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    assert!(!list.contains("Fabrikam"), "{list}");
    assert!(
        account.contains("Remote support: 4 named seats (3 before)") && account.contains(&seats),
        "{account}"
    );
    assert!(
        read.contains("A new colleague") && !read.contains(&seats),
        "{read}"
    );
}

#[tokio::test]
async fn l10_a_request_is_approved_as_it_was_asked_and_its_account_is_told() {
    let (desk, browser) = asking().await;
    let [seats_address, minutes_address] = addresses(&desk).await;
    let approve = [("answer", "approve"), ("note", "Welcome")];

    let page = post(&desk.app, &browser, &seats_address, &approve).await;
    let list = told(&desk, &browser, page).await;
    post(&desk.app, &browser, &minutes_address, &approve).await;

    assert!(list.contains("has what it asked for."), "{list}");
    assert_eq!(bought(&desk).await, (seats(4, 5), 300));
    assert_eq!(
        outcome(&desk, 0).await,
        (RequestOutcome::Approved, Some("Welcome".to_owned()))
    );
    let empty = desk.app.get(&browser, LIST).await.html;
    assert!(empty.contains("No request waits"), "{empty}");
    let theirs = desk.get("/subscription").await.html;
    assert!(
        theirs.contains("The operator approved your request") && theirs.contains("Welcome"),
        "{theirs}"
    );
}

#[tokio::test]
async fn l10_something_else_is_approved_instead() {
    let (desk, browser) = asking().await;
    let [seats_address, minutes_address] = addresses(&desk).await;
    let form = desk.app.get(&browser, &seats_address).await.html;
    assert!(
        form.contains(&format!(
            "name=\"{NAMED}\" inputmode=\"numeric\" autocomplete=\"off\" value=\"4\""
        )),
        "{form}"
    );

    let more = [
        ("answer", "change"),
        ("plan", "enterprise"),
        (NAMED, "6"),
        (SHARED, "7"),
    ];
    let page = post(&desk.app, &browser, &seats_address, &more).await;
    let list = told(&desk, &browser, page).await;
    // The first five seats went into the default pool; what is bought later is the account's to distribute (L7).
    assert!(
        list.contains("2 shared seats of Remote support are in no pool, so nobody can use them."),
        "{list}"
    );
    let overview = desk.get("/overview").await.html;
    assert!(
        overview.contains("2 shared seats of Remote support are in no pool, so nobody can use them.")
            && overview.contains("Give a pool more seats"),
        "{overview}"
    );
    let nothing = [("answer", "change"), ("minutes", "0")];
    let nothing = post(&desk.app, &browser, &minutes_address, &nothing).await;
    assert!(nothing.html.contains("href=\"#minutes\""), "{}", nothing.html);
    let fewer = [
        ("answer", "change"),
        ("minutes", "100"),
        ("note", "The rest in May"),
    ];
    post(&desk.app, &browser, &minutes_address, &fewer).await;

    assert_eq!(bought(&desk).await, (seats(6, 7), 100));
    assert!(matches!(
        outcome(&desk, 0).await,
        (RequestOutcome::Changed { .. }, None)
    ));
}

#[tokio::test]
async fn l10_a_declined_request_buys_nothing_and_is_answered_once() {
    let (desk, browser) = asking().await;
    let [address, _] = addresses(&desk).await;
    let decline = [("answer", "decline"), ("note", "Please call us")];

    post(&desk.app, &browser, &address, &decline).await;
    let again = post(&desk.app, &browser, &address, &[("answer", "approve")]).await;
    let again = told(&desk, &browser, again).await;
    let late = desk.app.get(&browser, &address).await;

    assert!(again.contains("does not wait any more"), "{again}");
    assert_eq!(late.header("location"), LIST);
    assert_eq!(bought(&desk).await, (seats(3, 5), 0));
    assert_eq!(
        outcome(&desk, 0).await,
        (RequestOutcome::Declined, Some("Please call us".to_owned()))
    );
}

#[tokio::test]
async fn l10_seats_that_changed_since_are_not_set_back_by_an_approval() {
    let (desk, browser) = asking().await;
    let [address, _] = addresses(&desk).await;
    desk.give(kit::subscription(9, 9, desk.pool).command()).await;

    let shown = desk.app.get(&browser, &address).await.html;
    assert!(
        shown.contains("The subscription has changed since.") && !shown.contains("Approve as asked"),
        "{shown}"
    );
    let refused = post(&desk.app, &browser, &address, &[("answer", "approve")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bought(&desk).await.0, seats(9, 9));

    // What is chosen from an older page is refused too.
    let (_, seen) = shown.split_once("name=\"seen\" value=\"").unwrap();
    let seen = seen.split('"').next().unwrap().replace("&#34;", "\"");
    desk.give(kit::subscription(9, 8, desk.pool).command()).await;
    let older = [
        ("answer", "change"),
        ("seen", &*seen),
        ("plan", "enterprise"),
        (NAMED, "10"),
        (SHARED, "9"),
    ];
    let refused = post(&desk.app, &browser, &address, &older).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bought(&desk).await.0, seats(9, 8));
}

#[tokio::test]
async fn l10_seats_that_cannot_be_bought_are_said_at_their_field_and_the_request_stays_open() {
    let (desk, browser) = asking().await;
    let [address, _] = addresses(&desk).await;

    for (name, value, said) in [
        (NAMED, "few", format!("href=\"#{NAMED}\"")),
        (SHARED, "1", format!("href=\"#{SHARED}\"")),
        ("plan", "gold", "href=\"#plan\"".to_owned()),
        ("answer", "perhaps", "Choose one of the answers".to_owned()),
    ] {
        let all = [
            ("answer", "change"),
            ("plan", "enterprise"),
            (NAMED, "4"),
            (SHARED, "5"),
        ];
        let fields = all.map(|(other, before)| (other, if other == name { value } else { before }));
        let page = post(&desk.app, &browser, &address, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(page.html.contains(&said), "{name}: {}", page.html);
    }

    assert_eq!(bought(&desk).await.0, seats(3, 5));
    assert_eq!(desk.app.get(&browser, &address).await.status, StatusCode::OK);
}

#[tokio::test]
async fn l10_a_request_of_another_account_is_not_answered_under_this_one() {
    let (desk, browser) = asking().await;
    let [address, _] = addresses(&desk).await;
    let other = account(&desk.app, "Fabrikam").await;
    let address = address.replace(&desk.account.to_string(), &other.to_string());

    let page = post(&desk.app, &browser, &address, &[("answer", "approve")]).await;

    assert!(
        told(&desk, &browser, page)
            .await
            .contains("does not wait any more")
    );
    assert_eq!(bought(&desk).await.0, seats(3, 5));
}

#[tokio::test]
async fn l10_requests_are_listed_page_by_page_oldest_first() {
    let app = with_key(App::new().await).await;
    for number in 0..30 {
        let account = app.account(&format!("Customer {number:02}")).await;
        let owner = format!("owner{number}@example.com");
        let owner = app.user(account, "Olga", &owner, Role::Owner).await;
        let request = Request {
            actor: Actor::User(owner),
            cause: Cause::from("test"),
            command: kit::add_or_ask_for_minutes(
                TopUpId::from_bits(app.draw_bits()),
                60,
                kit::request(app.draw_bits()),
            ),
        };
        let asked = app.engine.execute(account, request, |_, (), _| ()).await;
        asked.unwrap();
        app.engine.advance(Secs::new(1)).await;
    }
    let browser = operator(&app, OperatorScope::AccountsRead).await;

    let first = app.get(&browser, LIST).await.html;
    let (_, next) = first.split_once("/operator/requests?after=").unwrap();
    let next = format!("/operator/requests?after={}", next.split('"').next().unwrap());
    let second = app.get(&browser, &next).await.html;

    let shows = |page: &str, number: u32| page.contains(&format!("Customer {number:02}"));
    assert!(
        (0..25).all(|number| shows(&first, number)) && !shows(&first, 25),
        "{first}"
    );
    assert!(
        (25..30).all(|number| shows(&second, number)) && !shows(&second, 24),
        "{second}"
    );
    assert!(
        second.contains("To the oldest") && !second.contains("rel=\"next\""),
        "{second}"
    );
    assert!(second.contains("id=\"note-requests\">30</span>"), "{second}");
}
