//! One-time links: invitations, and password reset links.

use axum::http::{Method, StatusCode};
use usher_domain::account::SettingsPatch;
use usher_domain::command::UserPatch;
use usher_domain::directory::SignInPatch;
use usher_domain::permission::{Privilege, Role};
use usher_domain::{Secs, UserId};
use usher_identity::INVITATION_LIFE;
use usher_testkit as kit;

use crate::app::{App, Browser, PASSWORD, Page, form};
use crate::desk::Desk;
use crate::second_factor::{code, set_up};

pub const CHOSEN: &str = "orchard violin tundra";

/// The path of the link that a page shows.
fn link(page: &Page) -> String {
    let (_, rest) = page
        .html
        .split_once("<code id=\"link\">")
        .unwrap_or_else(|| panic!("no link in {}", page.html));
    let url = rest.split_once("</code>").unwrap().0;
    let at = url.find("/invitation/").or_else(|| url.find("/reset-password/"));
    url[at.unwrap()..].to_owned()
}

async fn invite(desk: &Desk, user: UserId) -> String {
    let page = desk.post(&format!("/users/{user}/invitation"), &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    link(&page)
}

/// Sends the form of a link's page, as the browser in which it is open.
pub async fn choose(app: &App, path: &str, [password, again]: [&str; 2]) -> Page {
    let opened = app.get(&Browser::default(), path).await;
    let browser = opened.kept_by(&Browser::default());
    let token = opened.token().unwrap_or_default();
    let fields = [
        ("password", password),
        ("password_again", again),
        ("_csrf", &token),
    ];
    Page::of(app.send(&browser, Method::POST, path, &[], form(&fields)).await).await
}

pub async fn signs_in(app: &App, email: &str, password: &str) -> bool {
    let fields = [("email", email), ("password", password)];
    let page = app
        .post(&Browser::default(), "/sign-in", "/sign-in", &fields)
        .await;
    page.status == StatusCode::SEE_OTHER
}

#[tokio::test]
async fn with_an_invitation_a_user_chooses_a_password_and_is_signed_in_once() {
    let desk = Desk::open(2).await;
    let amara = desk.agent("Amara").await;
    let path = invite(&desk, amara).await;

    // Programs that check mails open every link, and some of them twice.
    for _ in 0..2 {
        let page = desk.app.get(&Browser::default(), &path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.html.contains("Welcome, Amara") && page.html.contains("Contoso"),
            "{}",
            page.html
        );
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    for wrong in [
        ["short", "short"],
        [CHOSEN, "another"],
        ["amara contoso", "amara contoso"],
    ] {
        let page = choose(&desk.app, &path, wrong).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
    let chosen = choose(&desk.app, &path, [CHOSEN, CHOSEN]).await;

    assert_eq!(chosen.header("location"), "/console", "{}", chosen.html);
    let browser = chosen.browser();
    assert_eq!(desk.app.get(&browser, "/me").await.status, StatusCode::OK);
    assert!(signs_in(&desk.app, "amara@example.com", CHOSEN).await);
    let again = desk.app.get(&Browser::default(), &path).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert_eq!(again.header("referrer-policy"), "no-referrer");
    let audit = desk.get("/audit").await.unlinked();
    assert!(audit.contains("invited Amara"), "{audit}");
    assert!(audit.contains("set the password of Amara"), "{audit}");
    assert!(audit.contains("with a link that Olga Owner made"), "{audit}");
    assert!(!audit.contains("usher_invite_"));
}

/// A link in a mail may have been broken at the end of a line. It has not been used up.
#[tokio::test]
async fn a_piece_of_a_link_is_told_from_one_that_no_longer_works() {
    let desk = Desk::open(2).await;
    let amara = desk.agent("Amara").await;
    let path = invite(&desk, amara).await;

    let piece = desk.app.get(&Browser::default(), &path[..path.len() - 1]).await;
    let made_up = format!("{}a", &path[..path.len() - 1]);
    let made_up = desk.app.get(&Browser::default(), &made_up).await;

    assert_eq!(piece.status, StatusCode::NOT_FOUND);
    assert!(piece.html.contains("This link is not complete"), "{}", piece.html);
    assert_eq!(piece.header("referrer-policy"), "no-referrer");
    assert!(made_up.status != StatusCode::NOT_FOUND, "{}", made_up.html);
    assert_eq!(
        desk.app.get(&Browser::default(), &path).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_is_let_in() {
    let desk = Desk::open(2).await;
    let amara = desk.agent("Amara").await;
    let path = invite(&desk, amara).await;

    let (one, other) = tokio::join!(
        choose(&desk.app, &path, [CHOSEN, CHOSEN]),
        choose(&desk.app, &path, ["harbour kettle moss", "harbour kettle moss"]),
    );

    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    let first = signs_in(&desk.app, "amara@example.com", CHOSEN).await;
    let second = signs_in(&desk.app, "amara@example.com", "harbour kettle moss").await;
    assert!(first != second);
}

#[tokio::test]
async fn the_form_of_a_link_is_sent_only_by_the_browser_that_opened_it() {
    let desk = Desk::open(2).await;
    let amara = desk.agent("Amara").await;
    let path = invite(&desk, amara).await;
    let opened = desk.app.get(&Browser::default(), &path).await;
    let browser = opened.kept_by(&Browser::default());
    let other = desk.app.get(&Browser::default(), &path).await;
    let token = opened.token().unwrap();
    let send = async |browser: &Browser, token: &str| {
        let fields = [("password", CHOSEN), ("password_again", CHOSEN), ("_csrf", token)];
        let sent = desk
            .app
            .send(browser, Method::POST, &path, &[("origin", "null")], form(&fields));
        sent.await.status()
    };

    assert_eq!(send(&Browser::default(), &token).await, StatusCode::FORBIDDEN);
    assert_eq!(send(&browser, "").await, StatusCode::FORBIDDEN);
    assert_eq!(
        send(&browser, &other.token().unwrap()).await,
        StatusCode::FORBIDDEN
    );
    // A form of another site, in a browser in which a sibling host has planted the cookie of its own link.
    let planted = [("origin", "null"), ("sec-fetch-site", "same-site")];
    let fields = [
        ("password", CHOSEN),
        ("password_again", CHOSEN),
        ("_csrf", &token),
    ];
    let refused = desk
        .app
        .send(&browser, Method::POST, &path, &planted, form(&fields))
        .await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    // Browsers hide where it comes from, as the page demands.
    assert_eq!(send(&browser, &token).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_link_for_another_password_ends_all_sessions_and_leaves_the_second_factor() {
    let desk = Desk::open(2).await;
    desk.member("Amara").await;
    let amara = desk.find("amara@example.com").await.unwrap();
    let (authenticator, _, before) = set_up(&desk.app, &desk.app.sign_in("amara@example.com").await).await;
    let made = desk
        .post(&format!("/users/{amara}/password-reset-link"), &[])
        .await;
    let path = link(&made);
    assert_eq!(desk.app.get(&before, "/me").await.status, StatusCode::OK);

    let chosen = choose(&desk.app, &path, [CHOSEN, CHOSEN]).await;

    assert_eq!(
        chosen.header("location"),
        "/sign-in/code?back=",
        "{}",
        chosen.html
    );
    assert_eq!(desk.app.get(&before, "/me").await.status, StatusCode::SEE_OTHER);
    assert!(!signs_in(&desk.app, "amara@example.com", PASSWORD).await);
    let half = chosen.kept_by(&Browser::default());
    let typed = code(&desk.app, &authenticator).await;
    let fields = [("code", typed.as_str())];
    let page = desk
        .app
        .post(&half, "/sign-in/code", "/sign-in/code", &fields)
        .await;
    let browser = page.browser();
    assert_eq!(desk.app.get(&browser, "/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_second_factor_that_the_account_requires_is_set_up_first() {
    let desk = Desk::open(2).await;
    let required = SettingsPatch {
        sign_in: SignInPatch {
            second_factor_for_admins: Some(true),
            ..SignInPatch::default()
        },
        ..SettingsPatch::default()
    };
    desk.give(kit::change_settings(required)).await;
    let amara = desk.agent("Amara").await;
    desk.give(kit::change_user(
        amara,
        UserPatch {
            role: Some(Role::Admin),
            ..UserPatch::default()
        },
    ))
    .await;
    let owner = &desk.owner;
    let (.., owner) = set_up(&desk.app, owner).await;
    let path = desk.path(&format!("/users/{amara}/invitation"));
    let made = desk.app.post(&owner, "/me", &path, &[]).await;

    let chosen = choose(&desk.app, &link(&made), [CHOSEN, CHOSEN]).await;

    let browser = chosen.browser();
    let next = desk.app.get(&browser, &desk.path("/overview")).await;
    assert_eq!(next.header("location"), "/me/second-factor");
}

#[tokio::test]
async fn a_link_that_was_revoked_or_replaced_or_has_expired_says_so() {
    let desk = Desk::open(2).await;
    let amara = desk.agent("Amara").await;
    let user = format!("/users/{amara}");
    let is_gone = async |path: &str| desk.app.get(&Browser::default(), path).await.status == StatusCode::GONE;

    let first = invite(&desk, amara).await;
    let second = invite(&desk, amara).await;
    assert!(is_gone(&first).await && !is_gone(&second).await);
    let page = desk.get(&user).await.html;
    assert!(page.contains("Create new invitation"), "{page}");
    let revoked = desk.post(&format!("{user}/invitation/revoke"), &[]).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    assert!(is_gone(&second).await);
    let none = desk.post(&format!("{user}/invitation/revoke"), &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);

    let third = invite(&desk, amara).await;
    let listed = desk.get("/users?status=invited").await.html;
    assert!(
        listed.contains("Amara") && listed.contains(">Invited<"),
        "{listed}"
    );
    assert!(!listed.split("id=\"people\"").nth(1).unwrap().contains("Olga"));
    desk.app.app.engine().advance(INVITATION_LIFE).await;
    assert!(is_gone(&third).await);
    let owner = desk.app.sign_in("olga@example.com").await;
    let list = desk.path("/users?status=invited");
    let listed = desk.app.get(&owner, &list).await.html;
    assert!(listed.contains("Invitation expired"), "{listed}");
    let shown = desk.app.get(&owner, &desk.path(&user)).await.html;
    assert!(shown.contains("Invitation expired"), "{shown}");
}

#[tokio::test]
async fn the_list_of_users_and_its_actions_know_who_is_invited() {
    let desk = Desk::open(2).await;
    desk.crowd(3).await;
    let invited = desk.find("agent.01@example.com").await.unwrap();
    invite(&desk, invited).await;
    let fields = [
        ("act", "deactivate"),
        ("all", "yes"),
        ("filter", "status=invited"),
    ];

    let asked = desk.post("/users/bulk", &fields).await;

    assert_eq!(asked.status, StatusCode::OK, "{}", asked.html);
    assert!(asked.html.contains("Agent 01"), "{}", asked.html);
    assert!(!asked.html.contains("Agent 00") && !asked.html.contains("Olga Owner,"));
}

#[tokio::test]
async fn a_new_user_is_invited_with_the_form_that_adds_them() {
    let app = App::at(Some("https://desk.example.com")).await;
    let desk = Desk::of(app, 2).await;
    let fields = [
        ("name", "Amara Okafor"),
        ("email", "amara@example.com"),
        ("role", "member"),
        ("license-remote-support", "named"),
        ("sign_in_with", "invitation"),
    ];
    let token = desk.app.get(&desk.owner, "/me").await.token().unwrap();
    let body = [form(&fields), format!("&_csrf={token}")].concat();
    let host = [("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    let users = desk.path("/users");
    let sent = desk.app.send(&desk.owner, Method::POST, &users, &host, body);

    let page = Page::of(sent.await).await;

    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    assert!(
        page.html.contains("Amara Okafor is added, with a named seat"),
        "{}",
        page.html
    );
    // At the address of the server, whatever the request says.
    assert!(
        page.html
            .contains(">https://desk.example.com/invitation/usher_invite_")
    );
    assert!(!page.html.contains("evil.example"));
    let opened = desk.app.get(&Browser::default(), &link(&page)).await;
    let cookie = opened.cookie("usher_link");
    assert!(cookie.starts_with("__Host-usher_link="), "{cookie}");
    let chosen = choose(&desk.app, &link(&page), [CHOSEN, CHOSEN]).await;
    assert_eq!(chosen.header("location"), "/console");
}

#[tokio::test]
async fn nobody_makes_a_link_for_somebody_with_more_rights_or_for_themselves() {
    let desk = Desk::open(2).await;
    let manager = desk.manager("Uma", Privilege::UsersManage).await;
    let uma = desk.find("uma@example.com").await.unwrap();
    let boss = desk.agent("Boss").await;
    let make = async |user: UserId| {
        let path = desk.path(&format!("/users/{user}/invitation"));
        desk.app.post(&manager, "/me", &path, &[]).await
    };
    let path = link(&make(boss).await);
    let promotion = UserPatch {
        role: Some(Role::Owner),
        ..UserPatch::default()
    };
    desk.give(kit::change_user(boss, promotion)).await;

    let refused = make(boss).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let own = desk.path(&format!("/users/{uma}/password-reset-link"));
    let own = desk.app.post(&manager, "/me", &own, &[]).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Made when they were equals, and seen by the manager.
    let opened = desk.app.get(&Browser::default(), &path).await;
    assert_eq!(opened.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_link_ends_when_its_author_signs_out_the_browser_that_made_it() {
    let desk = Desk::open(2).await;
    let amara = desk.agent("Amara").await;
    let is_open = async |path: &str| desk.app.get(&Browser::default(), path).await.status == StatusCode::OK;
    let invite_with = async |browser: &Browser| {
        let path = desk.path(&format!("/users/{amara}/invitation"));
        link(&desk.app.post(browser, "/me", &path, &[]).await)
    };
    let stolen = desk.app.sign_in("olga@example.com").await;

    // Signing out oneself ends none: people who invite others go home.
    let path = invite_with(&stolen).await;
    desk.app.post(&stolen, "/me", "/sign-out", &[]).await;
    assert!(is_open(&path).await);
    // Afterwards there is no session to sign out, and everything that it made ends all the same.
    let signed_out = desk
        .app
        .post(&desk.owner, "/me", "/me/sessions/end-others", &[])
        .await;
    assert_eq!(signed_out.status, StatusCode::SEE_OTHER);
    assert!(!is_open(&path).await);

    let stolen = desk.app.sign_in("olga@example.com").await;
    let path = invite_with(&stolen).await;
    let me = desk.app.get(&desk.owner, "/me").await.html;
    let (_, rest) = me.split_once("action=\"/me/sessions/").unwrap();
    let session = rest.split('/').next().unwrap().to_owned();
    let own = invite_with(&desk.owner).await;
    assert!(!is_open(&path).await && is_open(&own).await);
    let path = invite_with(&stolen).await;
    let end = format!("/me/sessions/{session}/end");
    desk.app.post(&desk.owner, "/me", &end, &[]).await;
    assert!(!is_open(&path).await);

    let path = invite_with(&desk.owner).await;
    desk.app
        .post(&desk.owner, "/me", "/me/sessions/end-others", &[])
        .await;
    assert!(is_open(&path).await, "it was made with the browser that stays");
    let fields = [
        ("present", PASSWORD),
        ("password", CHOSEN),
        ("password_again", CHOSEN),
    ];
    let changed = desk
        .app
        .post(&desk.owner, "/me/password", "/me/password", &fields)
        .await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.html);
    assert!(!is_open(&path).await);
}

#[tokio::test]
async fn an_invitation_that_ended_early_is_not_shown_as_one_that_works() {
    let desk = Desk::open(2).await;
    let amara = desk.agent("Amara").await;
    let path = invite(&desk, amara).await;
    let user = format!("/users/{amara}");
    let shown = desk.get(&user).await.html;
    assert!(
        shown.contains(">Invited<") && !shown.contains("Invitation ended"),
        "{shown}"
    );

    let address = UserPatch {
        email: Some("amara.okafor@example.com".parse().unwrap()),
        ..UserPatch::default()
    };
    desk.give(kit::change_user(amara, address)).await;

    let opened = desk.app.get(&Browser::default(), &path).await;
    assert_eq!(opened.status, StatusCode::GONE);
    let shown = desk.get(&user).await.html;
    assert!(
        shown.contains("Invitation ended") && !shown.contains(">Invited<"),
        "{shown}"
    );
    let listed = desk.get("/users?status=invited").await.html;
    assert!(listed.contains("Invitation ended"), "{listed}");
    invite(&desk, amara).await;
    assert!(desk.get(&user).await.html.contains(">Invited<"));
}

#[tokio::test]
async fn a_link_of_a_deactivated_user_opens_nothing_even_after_they_are_active_again() {
    let desk = Desk::open(2).await;
    let amara = desk.agent("Amara").await;
    let path = invite(&desk, amara).await;
    let user = format!("/users/{amara}");

    desk.post(&format!("{user}/deactivate"), &[]).await;
    let inactive = desk.app.get(&Browser::default(), &path).await;
    let refused = desk.post(&format!("{user}/invitation"), &[]).await;
    desk.post(&format!("{user}/activate"), &[]).await;
    desk.app.app.engine().advance(Secs::new(1)).await;
    let active = desk.app.get(&Browser::default(), &path).await;

    assert_eq!(inactive.status, StatusCode::GONE);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("inactive"), "{}", refused.html);
    assert_eq!(active.status, StatusCode::GONE);
}
