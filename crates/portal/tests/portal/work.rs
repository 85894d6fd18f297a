//! Changes that would cut work ask first; changes that cut none do not.

use axum::http::StatusCode;
use usher_domain::user::License;
use usher_testkit as kit;

use crate::app::PASSWORD;
use crate::desk::{Desk, PRODUCT};

/// Whether a page asks before it cuts the call of Sven.
fn asks(html: &str) -> bool {
    html.contains("In a call, on Sven’s laptop") && html.contains("name=\"work\" value=\"cut\"")
}

async fn signed_in(desk: &Desk) -> usize {
    let read = |account: &usher_domain::Account, _| account.sign_ins().len();
    desk.app.app.engine().read(desk.account, read).await.unwrap()
}

#[tokio::test]
async fn a_license_is_taken_from_a_user_at_work_when_they_sign_out_or_now_and_never_without_a_question() {
    let desk = Desk::with(1).await;
    let sven = desk.agent("Sven").await;
    let path = format!("/users/{sven}/licenses/{PRODUCT}");
    let sign_in = desk.sign_in(sven).await;
    desk.start_call(sign_in).await;

    let asked = desk.post(&path, &[("license", "none")]).await;

    assert_eq!(asked.status, StatusCode::OK);
    assert!(asks(&asked.html), "{}", asked.html);
    assert!(
        asked.html.contains("name=\"license\" value=\"none\""),
        "{}",
        asked.html
    );
    assert_eq!(desk.license(sven).await, Some(License::Shared(desk.pool)));

    let waits = desk.post(&path, &[("license", "none"), ("work", "wait")]).await;
    assert_eq!(waits.status, StatusCode::SEE_OTHER, "{}", waits.html);
    assert_eq!(signed_in(&desk).await, 1);
    let page = desk.get(&format!("/users/{sven}")).await;
    assert!(
        page.html
            .contains("They keep this only until they are signed out"),
        "{}",
        page.html
    );

    // A named seat cannot wait: nothing would hold it until then.
    let named = desk.post(&path, &[("license", "named")]).await;
    assert!(
        asks(&named.html) && !named.html.contains("value=\"wait\""),
        "{}",
        named.html
    );

    let cut = desk.post(&path, &[("license", "none"), ("work", "cut")]).await;
    assert_eq!(cut.status, StatusCode::SEE_OTHER, "{}", cut.html);
    assert_eq!((signed_in(&desk).await, desk.license(sven).await), (0, None));
    // Nothing is cut now, so nothing is asked.
    let given = desk.post(&path, &[("license", "named")]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.html);
}

#[tokio::test]
async fn whatever_ends_the_work_of_others_asks_first() {
    let desk = Desk::with(1).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.member("Eva").await);
    let night = desk.add_pool("Night", 0).await;
    let sign_in = desk.sign_in(sven).await;
    desk.start_call(sign_in).await;
    desk.seat(eva, License::Named).await;
    let (sven_id, night) = (sven.to_string(), night.to_string());
    let (to_night, remove) = (format!("move {night}"), format!("remove {PRODUCT}"));

    for (path, fields) in [
        (format!("/users/{sven}/deactivate"), vec![]),
        (format!("/users/{sven}/second-factor/remove"), vec![]),
        (
            format!("/users/{eva}/reassign"),
            vec![("product", PRODUCT), ("to", sven_id.as_str())],
        ),
        (
            format!("/pools/{}/users/move", desk.pool),
            vec![("which", "all"), ("to", night.as_str())],
        ),
        (
            "/users/bulk".to_owned(),
            vec![("act", to_night.as_str()), ("user", sven_id.as_str())],
        ),
        (
            "/users/bulk/do".to_owned(),
            vec![("act", remove.as_str()), ("user", sven_id.as_str())],
        ),
        (
            "/users/bulk/do".to_owned(),
            vec![("act", "deactivate"), ("user", sven_id.as_str())],
        ),
    ] {
        let asked = desk.post(&path, &fields).await;

        assert!(asks(&asked.html), "{path} {fields:?}: {}", asked.html);
        assert_eq!(signed_in(&desk).await, 1, "{path} {fields:?}");
    }

    let passwords = [("password", PASSWORD), ("password_again", PASSWORD)];
    let path = format!("/users/{sven}/password");
    let refused = desk.post(&path, &passwords).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.html.contains("<a href=\"#cut\">End this work now</a>"),
        "{}",
        refused.html
    );
    assert_eq!(signed_in(&desk).await, 1);
    let [first, second] = passwords;
    let set = desk.post(&path, &[first, second, ("cut", "yes")]).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.html);
}

#[tokio::test]
async fn groups_and_answers_to_requests_ask_before_they_end_the_work_of_others() {
    let desk = Desk::with(1).await;
    let sven = desk.agent("Sven").await;
    let sign_in = desk.sign_in(sven).await;
    desk.start_call(sign_in).await;
    let sven_id = sven.to_string();
    let made = desk.post("/groups", &[("name", "Crew")]).await;
    let group = made
        .header("location")
        .strip_prefix(&desk.path(""))
        .unwrap()
        .to_owned();
    let path = |rest: &str| format!("{group}/{rest}");
    let (field, member) = (format!("license-{PRODUCT}"), ("user", sven_id.as_str()));
    let named = (field.as_str(), "named");
    let nobody_yet = desk.post(&path("mapping"), &[named]).await;
    assert_eq!(nobody_yet.status, StatusCode::SEE_OTHER, "{}", nobody_yet.html);

    desk.give(kit::ask_for_seat(sven, "Please")).await;
    let answer = [("answer", "grant"), ("license", "named")];
    let asked = desk.post(&format!("/requests/{sven}/{PRODUCT}"), &answer).await;
    assert!(asks(&asked.html), "{}", asked.html);
    let asked = desk.post(&path("add"), &[member]).await;
    assert!(asks(&asked.html) && signed_in(&desk).await == 1, "{}", asked.html);

    let added = desk.post(&path("add"), &[member, ("work", "cut")]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.html);
    assert_eq!(desk.license(sven).await, Some(License::Named));
    let sign_in = desk.sign_in(sven).await;
    desk.start_call(sign_in).await;
    for (rest, fields) in [
        ("mapping", vec![(field.as_str(), "none")]),
        ("take-out", vec![member]),
        ("delete", vec![]),
    ] {
        let asked = desk.post(&path(rest), &fields).await;

        assert!(asks(&asked.html), "{rest}: {}", asked.html);
        assert_eq!(signed_in(&desk).await, 1, "{rest}");
    }
}

#[tokio::test]
async fn many_who_are_at_work_move_to_another_pool_when_they_sign_out() {
    let desk = Desk::with(0).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    let night = desk.add_pool("Night", 0).await;
    desk.sign_in(sven).await;
    let (sven_id, eva_id, act) = (sven.to_string(), eva.to_string(), format!("move {night}"));
    let fields = [
        ("act", act.as_str()),
        ("user", sven_id.as_str()),
        ("user", eva_id.as_str()),
        ("work", "wait"),
    ];

    let moved = desk.post("/users/bulk/do", &fields).await;

    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.html);
    assert_eq!(desk.license(eva).await, Some(License::Shared(night)));
    assert_eq!(desk.license(sven).await, Some(License::Shared(desk.pool)));
    assert_eq!(signed_in(&desk).await, 1);

    let to = night.to_string();
    let back = [("which", "all"), ("to", to.as_str()), ("work", "cut")];
    let cut = desk
        .post(&format!("/pools/{}/users/move", desk.pool), &back)
        .await;
    assert_eq!(cut.status, StatusCode::SEE_OTHER, "{}", cut.html);
    assert_eq!(desk.license(sven).await, Some(License::Shared(night)));
    assert_eq!(signed_in(&desk).await, 0);
}
