use axum::http::StatusCode;
use usher_domain::account::SettingsPatch;
use usher_domain::permission::{Role, SessionPermissions};
use usher_domain::presence::{Device, DeviceKind};
use usher_domain::rules::Rules;
use usher_domain::user::License;
use usher_domain::{AccountId, PoolId, SessionId, SignInId, UserId};
use usher_testkit as kit;

use crate::app::{App, Browser};

/// An account with a shared pool whose sessions end after a notice, its owner, and two agents.
pub struct Desk {
    pub app: App,
    pub account: AccountId,
    pub owner: Browser,
    pub path: String,
    next: u128,
}

impl Desk {
    pub async fn open() -> Self {
        let app = App::new().await;
        let account = app.account("Contoso").await;
        app.user(account, "Olga", "olga@example.com", Role::Owner).await;
        let owner = app.sign_in("olga@example.com").await;
        let product = "support".parse().unwrap();
        let bought = kit::no_seats()
            .and(product, 0, 200, PoolId::from_bits(7))
            .command();
        let rules = Rules {
            occupies: usher_domain::rules::Occupies::Session,
            end_notice: usher_domain::Secs::new(30),
            max_devices_per_user: None,
            max_active_sessions_per_seat: None,
            auto_log_off_after: None,
            ..Rules::default()
        };
        let change = SettingsPatch {
            pool_defaults: Some(rules),
            ..SettingsPatch::default()
        };
        app.give(account, kit::change_settings(change)).await;
        app.give(account, bought).await;
        Self {
            path: format!("/a/{account}/sessions"),
            app,
            account,
            owner,
            next: 1,
        }
    }

    pub async fn agent(&self, name: &str) -> UserId {
        let email = format!("{}@example.com", name.to_lowercase());
        let user = self.app.user(self.account, name, &email, Role::Member).await;
        let license = kit::set_license_of(
            user,
            "support".parse().unwrap(),
            Some(License::Shared(PoolId::from_bits(7))),
        );
        self.app.give(self.account, license).await;
        user
    }

    pub async fn session(&mut self, user: UserId) -> SessionId {
        self.next += 1;
        let (sign_in, id) = (SignInId::from_bits(self.next), SessionId::from_bits(self.next));
        let device = Device {
            id: format!("device-{}", self.next).parse().unwrap(),
            name: "Laptop".parse().unwrap(),
            kind: DeviceKind::Desktop,
        };
        let enter = kit::sign_in(user, sign_in, device)
            .product("support".parse().unwrap())
            .command();
        self.app.give(self.account, enter).await;
        let starts = kit::call(id, sign_in).code("K7M2QX9D4T").command();
        self.app.give(self.account, starts).await;
        id
    }

    async fn permit(&self, permissions: SessionPermissions) {
        let change = SettingsPatch {
            session_permissions: Some(permissions),
            ..SettingsPatch::default()
        };
        self.app.give(self.account, kit::change_settings(change)).await;
    }

    async fn end(&self, who: &Browser, id: SessionId, note: &str) -> crate::app::Page {
        let (id, path) = (id.to_string(), format!("{}/end", self.path));
        let fields = [("session", id.as_str()), ("note", note)];
        self.app.post(who, "/me", &path, &fields).await
    }
}

#[tokio::test]
async fn a_session_is_ended_with_its_notice_after_a_confirmation() {
    let mut desk = Desk::open().await;
    let sven = desk.agent("Sven").await;
    let id = desk.session(sven).await;

    let list = desk.app.get(&desk.owner, &desk.path).await;
    let asked = desk
        .app
        .get(&desk.owner, &format!("{}/end?session={id}", desk.path))
        .await;
    let done = desk.end(&desk.owner, id, "Lunch").await;
    let after = desk.app.get(&desk.owner, &desk.path).await;

    assert!(
        list.html.contains("sven@example.com") && list.html.contains("Active"),
        "{}",
        list.html
    );
    assert!(asked.html.contains("closes 30 seconds later"), "{}", asked.html);
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(after.html.contains("data-countdown=\"30\""), "{}", after.html);
    assert!(after.html.contains("ended by Olga: Lunch"), "{}", after.html);
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_an_error_and_the_input_stays() {
    let mut desk = Desk::open().await;
    let sven = desk.agent("Sven").await;
    let id = desk.session(sven).await;

    let page = desk.end(&desk.owner, id, &"x".repeat(301)).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.html.contains("1 to 300 characters") && page.html.contains("xxx"),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn members_see_and_control_their_own_as_far_as_they_may() {
    let mut desk = Desk::open().await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    let (own, other) = (desk.session(sven).await, desk.session(amara).await);
    let browser = desk.app.sign_in("sven@example.com").await;

    let list = desk.app.get(&browser, &desk.path).await;
    assert!(list.html.contains(&own.to_string()) && !list.html.contains(&other.to_string()));
    assert_eq!(desk.end(&browser, other, "").await.status, StatusCode::NOT_FOUND);
    assert!(
        desk.app
            .get(&desk.owner, &desk.path)
            .await
            .html
            .contains(&other.to_string())
    );
    let pause = format!("{}/{other}/pause", desk.path);
    assert_eq!(
        desk.app.post(&browser, "/me", &pause, &[]).await.status,
        StatusCode::NOT_FOUND
    );

    let sees_all = SessionPermissions {
        view_account: true,
        control_own: false,
        ..SessionPermissions::default()
    };
    desk.permit(sees_all).await;
    let list = desk.app.get(&browser, &desk.path).await;
    assert!(list.html.contains(&other.to_string()) && !list.html.contains("type=\"checkbox\""));
    assert_eq!(desk.end(&browser, other, "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.end(&browser, own, "").await.status, StatusCode::FORBIDDEN);

    let sees_none = SessionPermissions {
        view_own: false,
        control_own: false,
        ..SessionPermissions::default()
    };
    desk.permit(sees_none).await;
    assert_eq!(
        desk.app.get(&browser, &desk.path).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_paused_session_is_for_its_agent_alone() {
    let mut desk = Desk::open().await;
    let sven = desk.agent("Sven").await;
    let id = desk.session(sven).await;
    let browser = desk.app.sign_in("sven@example.com").await;

    let paused = desk
        .app
        .post(&browser, "/me", &format!("{}/{id}/pause", desk.path), &[])
        .await;

    assert_eq!(paused.status, StatusCode::SEE_OTHER);
    let owner = desk.app.get(&desk.owner, &desk.path).await;
    assert!(!owner.html.contains(&id.to_string()), "{}", owner.html);
    assert!(desk.app.get(&browser, &desk.path).await.html.contains("Paused"));
    let resumed = desk
        .app
        .post(&browser, "/me", &format!("{}/{id}/resume", desk.path), &[])
        .await;
    assert_eq!(resumed.status, StatusCode::SEE_OTHER);
    assert!(
        desk.app
            .get(&desk.owner, &desk.path)
            .await
            .html
            .contains(&id.to_string())
    );
}

#[tokio::test]
async fn a_page_has_fifty_rows_and_the_filters_apply_to_all_pages() {
    let mut desk = Desk::open().await;
    let sven = desk.agent("Sven").await;
    for _ in 0..120 {
        desk.session(sven).await;
    }

    let first = desk
        .app
        .get(&desk.owner, &format!("{}?q=SVEN&state=active", desk.path))
        .await;
    assert!(first.html.contains("1–50 of 120 sessions"), "{}", first.html);
    assert!(first.html.len() < 200_000);
    let next = next(&first.html);
    assert!(next.contains("q=SVEN"), "{next}");
    let second = desk.app.get(&desk.owner, &next).await;
    assert!(second.html.contains("51–100 of 120 sessions"), "{}", second.html);
    let third = desk.app.get(&desk.owner, &self::next(&second.html)).await;
    assert!(third.html.contains("101–120 of 120 sessions"), "{}", third.html);
    let last = desk
        .app
        .get(&desk.owner, &led_to(&first.html, ">Last page"))
        .await;
    assert!(last.html.contains("101–120 of 120 sessions"), "{}", last.html);
    let back = desk
        .app
        .get(&desk.owner, &led_to(&last.html, ">First page"))
        .await;
    assert!(back.html.contains("1–50 of 120 sessions"), "{}", back.html);
    let none = desk
        .app
        .get(&desk.owner, &format!("{}?q=nobody", desk.path))
        .await;
    assert!(none.html.contains("No session matches"), "{}", none.html);
}

#[tokio::test]
async fn ending_needs_a_form_of_the_session() {
    let mut desk = Desk::open().await;
    let sven = desk.agent("Sven").await;
    let id = desk.session(sven).await;
    let body = format!("session={id}");

    let path = format!("{}/end", desk.path);
    let response = desk
        .app
        .send(&desk.owner, axum::http::Method::POST, &path, &[], body)
        .await;

    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

fn next(html: &str) -> String {
    led_to(html, " rel=\"next\"")
}

/// The address of the link that goes on like this.
fn led_to(html: &str, rest: &str) -> String {
    let (before, _) = html.split_once(&format!("\"{rest}")).unwrap();
    let (_, address) = before.rsplit_once("href=\"").unwrap();
    address.replace("&#38;", "&").replace("&amp;", "&")
}

#[tokio::test]
async fn a_refused_pause_is_explained_above_the_list() {
    let mut desk = Desk::open().await;
    let sven = desk.agent("Sven").await;
    let id = desk.session(sven).await;
    desk.end(&desk.owner, id, "").await;
    let browser = desk.app.sign_in("sven@example.com").await;

    let path = format!("{}/{id}/pause", desk.path);
    let page = desk.app.post(&browser, "/me", &path, &[]).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.html
            .contains("The session is ending, and must be active for that."),
        "{}",
        page.html
    );
    let stream = format!("\"{}/live\"", desk.path);
    assert!(page.html.contains(&stream), "{}", page.html);
}

#[tokio::test]
async fn members_who_see_only_their_own_sessions_see_how_full_their_pool_is() {
    let mut desk = Desk::open().await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    desk.session(amara).await;
    desk.session(sven).await;
    let browser = desk.app.sign_in("sven@example.com").await;

    let page = desk.app.get(&browser, &desk.path).await;

    assert!(
        page.html.contains("2 of 200 seats in use, nobody waits"),
        "{}",
        page.html
    );
    assert!(!page.html.contains("Amara"), "{}", page.html);
    // The owner sees the sessions themselves.
    let owner = desk.app.get(&desk.owner, &desk.path).await;
    assert!(!owner.html.contains("seats in use"), "{}", owner.html);
}

#[tokio::test]
async fn sessions_are_filtered_by_pool_seat_kind_and_user_in_the_address() {
    let mut desk = Desk::open().await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    let (svens, amaras) = (desk.session(sven).await, desk.session(amara).await);
    let pool = PoolId::from_bits(7);

    for (query, sees_sven, sees_amara) in [
        (format!("user={sven}"), true, false),
        (format!("pool={pool}&seat=shared&kind=call"), true, true),
        ("seat=named".to_owned(), false, false),
        ("seat=minutes".to_owned(), false, false),
        ("kind=unattended".to_owned(), false, false),
        (format!("pool={}", PoolId::from_bits(8)), false, false),
        ("q=amara&kind=call".to_owned(), false, true),
        ("seat=nonsense&pool=nonsense".to_owned(), true, true),
    ] {
        let path = format!("{}?{query}", desk.path);
        let page = desk.app.get(&desk.owner, &path).await;

        assert_eq!(page.html.contains(&svens.to_string()), sees_sven, "{query}");
        assert_eq!(page.html.contains(&amaras.to_string()), sees_amara, "{query}");
    }
    let narrow = desk
        .app
        .get(&desk.owner, &format!("{}?user={sven}", desk.path))
        .await;
    assert!(
        narrow
            .unlinked()
            .contains("Only sessions of <strong>Sven</strong>"),
        "{}",
        narrow.html
    );
}

#[tokio::test]
async fn all_sessions_that_match_end_together_after_one_question() {
    let mut desk = Desk::open().await;
    let (sven, amara) = (desk.agent("Sven").await, desk.agent("Amara").await);
    let kept = desk.session(amara).await;
    for _ in 0..60 {
        desk.session(sven).await;
    }

    let list = desk.app.get(&desk.owner, &format!("{}?q=sven", desk.path)).await;
    assert!(
        list.html.contains("All 60 that match, on every page"),
        "{}",
        list.html
    );
    let asked = desk
        .app
        .get(&desk.owner, &format!("{}/end?q=sven&all=yes", desk.path))
        .await;
    assert!(asked.html.contains("End these 60 sessions?"), "{}", asked.html);
    assert!(asked.html.contains("and 10 more"), "{}", asked.html);
    assert!(!asked.html.contains(&kept.to_string()));

    let ids: Vec<_> = asked
        .html
        .split("name=\"session\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let mut fields: Vec<_> = ids.iter().map(|id| ("session", *id)).collect();
    fields.extend([("q", "sven"), ("note", "The shift is over")]);
    let ended = desk
        .app
        .post(&desk.owner, "/me", &format!("{}/end", desk.path), &fields)
        .await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.html);
    assert!(ended.header("location").ends_with("?q=sven"));
    let ending = desk
        .app
        .get(&desk.owner, &format!("{}?state=ending", desk.path))
        .await;
    assert!(ending.html.contains("1–50 of 60 sessions"), "{}", ending.html);
}
