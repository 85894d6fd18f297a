use axum::http::StatusCode;
use usher_domain::command::{AccountCommand, Command, RequestAnswer, UserPatch};
use usher_domain::management::{Bounds, Management, SeatBound, SeatBounds};
use usher_domain::permission::Role;
use usher_domain::{Account, SubscriptionRequestId};
use usher_testkit as kit;

use crate::app::{App, Page};
use crate::desk::Desk;

const NAMED: &str = "named_seats-remote-support";
const SHARED: &str = "shared_seats-remote-support";

/// Sends the form of seats as the page shows it, with other numbers of seats.
async fn change(desk: &Desk, named: &str, shared: &str) -> Page {
    let seen = seen(&desk.get("/subscription").await);
    let fields = [
        ("plan", "enterprise"),
        ("seen", seen.as_str()),
        (NAMED, named),
        (SHARED, shared),
    ];
    desk.post("/subscription", &fields).await
}

/// The hidden field with what the form is based on.
fn seen(page: &Page) -> String {
    let (_, rest) = page.html.split_once("name=\"seen\" value=\"").unwrap();
    rest.split('"').next().unwrap().replace("&#34;", "\"")
}

async fn add_minutes(desk: &Desk, number: &str, minutes: &str) -> Page {
    let fields = [("top_up", number), ("minutes", minutes), ("note", "For the fair")];
    desk.post("/subscription/minutes", &fields).await
}

async fn named_seats(desk: &Desk) -> u32 {
    let look = |account: &Account, _| account.bought(&kit::product()).named_seats;
    desk.app.engine.read(desk.account, look).await.unwrap()
}

async fn open_request(desk: &Desk) -> SubscriptionRequestId {
    let find = |account: &Account, _| {
        let mut requests = account.subscription_requests();
        requests.find(|request| request.is_open()).unwrap().id
    };
    desk.app.engine.read(desk.account, find).await.unwrap()
}

async fn answer(desk: &Desk, answer: RequestAnswer, note: &str) {
    let id = open_request(desk).await;
    let note = Some(note.parse().unwrap());
    desk.give(Command::Account(AccountCommand::AnswerRequest {
        id,
        answer,
        note,
    }))
    .await;
}

/// What the page says after a redirect.
async fn told(desk: &Desk, page: Page) -> String {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    desk.app
        .get(&page.kept_by(&desk.owner), &desk.path("/subscription"))
        .await
        .html
}

#[tokio::test]
async fn l9_a_free_subscription_is_changed_at_once() {
    let desk = Desk::with(3).await;
    desk.give(kit::manage(Management::Free)).await;

    let page = desk.get("/subscription").await;
    assert!(
        page.html
            .contains("<button class=\"primary\">Change seats</button>")
    );
    let told_of_seats = told(&desk, change(&desk, "5", "5").await).await;
    let top_up = "topup_00000000000000000000000007";
    let told_of_minutes = told(&desk, add_minutes(&desk, top_up, "1,000").await).await;
    // The same form sent twice adds its minutes once.
    add_minutes(&desk, top_up, "1000").await;

    assert_eq!(named_seats(&desk).await, 5);
    assert!(
        told_of_seats.contains("Subscription changed: Remote support: 5 named seats (3 before)."),
        "{told_of_seats}"
    );
    assert!(
        told_of_minutes.contains("1,000 minutes added: 1,000 left now."),
        "{told_of_minutes}"
    );
    assert!(desk.get("/subscription").await.html.contains("1,000 left"));
}

#[tokio::test]
async fn l9_a_new_product_is_bought_with_its_first_seats() {
    let desk = Desk::with(3).await;
    desk.give(kit::manage(Management::Free)).await;
    let with = |product: &str, named: &str| {
        let fields = [
            ("plan", "enterprise"),
            (NAMED, "3"),
            (SHARED, "5"),
            ("new_product", product),
            ("new_named", named),
            ("new_shared", ""),
        ];
        fields.map(|(name, value)| (name, value.to_owned()))
    };
    let send = async |fields: [(&str, String); 6]| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        desk.post("/subscription", &fields).await
    };

    let again = send(with("remote-support", "2")).await;
    let bad = send(with("支援", "2")).await;
    let bought = told(&desk, send(with("service-desk", "2")).await).await;

    assert!(again.html.contains("This product is above"), "{}", again.html);
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        bought.contains("Service desk: 2 named seats (0 before)"),
        "{bought}"
    );
}

#[tokio::test]
async fn l9_bounds_are_at_the_fields_and_what_is_beyond_them_is_refused_with_them() {
    let desk = Desk::with(3).await;
    desk.give(kit::manage(kit::bounds((2, 6), (5, 5), 60))).await;

    let page = desk.get("/subscription").await;
    let beyond = change(&desk, "7", "5").await;
    let done = change(&desk, "6", "5").await;
    let minutes = add_minutes(&desk, "topup_00000000000000000000000007", "61").await;

    assert!(page.html.contains("2 to 6"), "{}", page.html);
    assert!(page.html.contains("Always 5 · 5 in pools"), "{}", page.html);
    assert_eq!(beyond.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        beyond
            .html
            .contains("This account may have 2 to 6 named seats of remote-support, and not 7."),
        "{}",
        beyond.html
    );
    assert!(beyond.html.contains("value=\"7\""), "{}", beyond.html);
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(named_seats(&desk).await, 6);
    assert!(
        minutes
            .html
            .contains("60 minutes in 30 days, and 60 of them are left"),
        "{}",
        minutes.html
    );
    // A kind of seats, or a product, that the operator has set no bounds for stays as it is.
    let only_shared = SeatBounds {
        shared_seats: Some(SeatBound { min: 0, max: 9 }),
        ..SeatBounds::default()
    };
    desk.give(kit::manage(Management::WithinBounds(Bounds {
        products: [(kit::product(), only_shared)].into(),
        minutes: 0,
    })))
    .await;
    let half = desk.get("/subscription").await.html;
    assert!(
        half.contains("Named seats: 6. Only the operator of this server changes this number."),
        "{half}"
    );
    assert!(half.contains("0 to 9") && !half.contains("Always"), "{half}");
    assert_eq!(
        change(&desk, "7", "5").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    desk.give(kit::manage(Management::WithinBounds(Bounds::default())))
        .await;
    let fixed = desk.get("/subscription").await.html;
    assert!(
        fixed.contains("Only the operator of this server changes the seats of"),
        "{fixed}"
    );
    assert!(
        fixed.contains("Only the operator of this server adds minutes."),
        "{fixed}"
    );
}

#[tokio::test]
async fn l10_a_request_is_shown_with_its_answer_until_that_is_dismissed() {
    let desk = Desk::with(3).await;
    assert!(
        desk.get("/subscription")
            .await
            .html
            .contains("Request seats</button>")
    );

    let sent = told(&desk, change(&desk, "5", "5").await).await;

    assert_eq!(named_seats(&desk).await, 3);
    for part in [
        "The operator of this server has your request.",
        "Your request for seats waits for the operator",
        "Asked for by Olga Owner",
        "Remote support: 5 named seats (3 before)",
        "Withdraw request",
    ] {
        assert!(sent.contains(part), "{part}: {sent}");
    }

    answer(&desk, RequestAnswer::Decline, "Please call us <first>.").await;
    let declined = desk.get("/subscription").await.html;
    let overview = desk.get("/overview").await.html;
    for part in [
        "The operator declined your request",
        "Please call us &#60;first&#62;.",
        "Dismiss",
    ] {
        assert!(declined.contains(part), "{part}: {declined}");
    }
    assert!(
        overview.contains("The operator declined the request for seats."),
        "{overview}"
    );

    let look = |account: &Account, _| account.subscription_requests().next().unwrap().id;
    let id = desk.app.engine.read(desk.account, look).await.unwrap();
    let remove = format!("/subscription/requests/{id}/remove");
    let withdrawn = told(&desk, desk.post(&remove, &[("answered", "no")]).await).await;
    assert!(
        withdrawn.contains("the operator has answered in the meantime")
            && withdrawn.contains("The operator declined"),
        "a form from before the answer: {withdrawn}"
    );
    let dismissed = told(&desk, desk.post(&remove, &[("answered", "yes")]).await).await;
    assert!(dismissed.contains("Answer dismissed."), "{dismissed}");
    assert!(!dismissed.contains("The operator declined"), "{dismissed}");
    let gone = told(&desk, desk.post(&remove, &[("answered", "yes")]).await).await;
    assert!(
        gone.contains("That request is not there any more."),
        "a double click: {gone}"
    );
    assert!(!desk.get("/overview").await.html.contains("The operator declined"));
}

#[tokio::test]
async fn l10_a_request_for_minutes_is_withdrawn() {
    let desk = Desk::with(3).await;
    let sent = add_minutes(&desk, "topup_00000000000000000000000007", "500").await;
    let page = told(&desk, sent).await;
    assert!(page.contains("<li>500 minutes</li>"), "{page}");
    assert!(page.contains("For the fair"), "{page}");

    let remove = format!("/subscription/requests/{}/remove", open_request(&desk).await);
    let withdrawn = told(&desk, desk.post(&remove, &[("answered", "no")]).await).await;

    assert!(withdrawn.contains("Request withdrawn."), "{withdrawn}");
    assert!(!withdrawn.contains("waits for the operator"), "{withdrawn}");
    let again = told(&desk, desk.post(&remove, &[("answered", "no")]).await).await;
    assert!(again.contains("That request is not there any more."), "{again}");
}

#[tokio::test]
async fn l10_what_was_bought_instead_is_said() {
    let desk = Desk::with(3).await;
    add_minutes(&desk, "topup_00000000000000000000000007", "500").await;
    let instead = usher_domain::purchase::Purchase::Minutes {
        id: usher_domain::TopUpId::from_bits(0),
        minutes: 300,
    };
    let approve = RequestAnswer::Approve {
        instead: Some(instead),
        seen: None,
        default_pools: [].into(),
    };

    answer(&desk, approve, "The rest next month.").await;

    let page = desk.get("/subscription").await.html;
    for part in [
        "The operator approved something else than you asked for",
        "<li>300 minutes</li>",
        "The rest next month.",
        "300 left",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn l9_a_closed_subscription_says_who_changes_it() {
    let desk = Desk::with(3).await;
    desk.give(kit::manage(Management::Closed)).await;

    let page = desk.get("/subscription").await.html;
    let late = desk
        .post(
            "/subscription",
            &[("plan", "enterprise"), (NAMED, "5"), (SHARED, "5")],
        )
        .await;

    assert!(
        page.contains("Only the operator of this server changes this subscription."),
        "{page}"
    );
    assert!(
        !page.contains("Change seats") && !page.contains("Request seats"),
        "{page}"
    );
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(named_seats(&desk).await, 3);
}

#[tokio::test]
async fn a_change_made_since_the_page_was_opened_is_not_undone() {
    let desk = Desk::with(3).await;
    desk.give(kit::manage(Management::Free)).await;
    let seen = seen(&desk.get("/subscription").await);
    desk.give(kit::subscription(8, 5, desk.pool).command()).await;
    let fields = [
        ("plan", "enterprise"),
        ("seen", seen.as_str()),
        (NAMED, "4"),
        (SHARED, "5"),
    ];

    let refused = desk.post("/subscription", &fields).await;

    assert!(
        refused
            .html
            .contains("Somebody else has changed the subscription"),
        "{}",
        refused.html
    );
    assert_eq!(named_seats(&desk).await, 8);
    // The page is now based on what there is: sending it again is a decision.
    assert!(
        refused.html.contains("&#34;named_seats&#34;:8"),
        "{}",
        refused.html
    );
    assert!(refused.html.contains("value=\"4\""), "{}", refused.html);
}

#[tokio::test]
async fn seats_in_use_and_typing_errors_are_said_at_their_fields() {
    let desk = Desk::with(3).await;
    desk.give(kit::manage(Management::Free)).await;

    let in_use = change(&desk, "3", "4").await;
    let typed = change(&desk, "many", "5").await;
    let none = add_minutes(&desk, "topup_00000000000000000000000007", "0").await;

    assert!(
        in_use.html.contains("id=\"shared_seats-remote-support-error\""),
        "{}",
        in_use.html
    );
    assert!(
        typed.html.contains("This must be a whole number, such as 12."),
        "{}",
        typed.html
    );
    assert!(none.html.contains("This must be at least 1."), "{}", none.html);
}

#[tokio::test]
async fn the_billing_contact_sees_the_seats_bought_and_left() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let path = format!("/a/{account}/subscription");
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let eva = app.sign_in("eva@example.com").await;

    let before = app.get(&eva, &path).await;

    assert!(before.html.contains("No subscription yet"), "{}", before.html);
    let bought = kit::subscription(3, 10, kit::POOL).command();
    app.give(account, bought).await;

    let page = app.get(&eva, &path).await;

    for part in [
        "enterprise",
        "Remote support",
        "0 assigned to users",
        "10 in 1 pool",
        "3 named seats are",
        "0 of the 10 shared seats",
    ] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
}

#[tokio::test]
async fn only_the_billing_contact_may_look() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let path = format!("/a/{account}/subscription");
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    app.user(account, "Sven", "sven@example.com", Role::Member).await;
    let nora = app.user(account, "Nora", "nora@example.com", Role::Admin).await;
    let change = UserPatch {
        billing_contact: Some(false),
        ..UserPatch::default()
    };
    app.give(account, kit::change_user(nora, change)).await;

    for (email, status) in [
        ("eva@example.com", StatusCode::OK),
        ("nora@example.com", StatusCode::FORBIDDEN),
        ("sven@example.com", StatusCode::FORBIDDEN),
    ] {
        let browser = app.sign_in(email).await;
        let page = app.get(&browser, &path).await;

        assert_eq!(page.status, status, "{email}");
        let is_linked = page.html.contains(&format!("href=\"{path}\""));
        assert_eq!(is_linked, status == StatusCode::OK, "{email}");
    }
}
