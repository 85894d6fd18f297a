//! One-time links with which users choose a password.

use serde_json::{Value, json};
use usher_app::OpenLink;
use usher_domain::Secs;
use usher_domain::account::SettingsPatch;
use usher_domain::directory::SignInPatch;
use usher_domain::link::LinkPurpose;
use usher_identity::{INVITATION_LIFE, RESET_LIFE};
use usher_testkit as kit;

use crate::app::{App, Who};
use crate::desk::text;

const PASSWORD: &str = "teapot anchor lilac";

/// A member without a password.
async fn newcomer(app: &App, name: &str) -> String {
    let body = json!({"name": name, "email": format!("{name}@example.com"), "assign_seat": false});
    text(&app.operator().post("users", body).await.created()["id"])
}

async fn invite(app: &App, by: &Who, user: &str) -> String {
    let made = app
        .by(by)
        .post(&format!("users/{user}/invitation"), json!({}))
        .await
        .created();
    secret(&made)
}

/// The last part of a link's address.
fn secret(link: &Value) -> String {
    link["url"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

async fn opens(app: &App, secret: &str, purpose: LinkPurpose) -> Option<OpenLink> {
    app.app.find_link(secret, purpose).await.unwrap()
}

async fn is_open(app: &App, secret: &str) -> bool {
    opens(app, secret, LinkPurpose::Invitation).await.is_some()
}

#[tokio::test]
async fn an_invitation_is_made_by_those_who_may_set_the_password() {
    let app = App::with_account().await;
    let owner = app.owner().await;
    let manager = app.manager("Uma", "users.manage").await;
    let (me, member) = app.member("Mia").await;
    let key = app.key(&["users.manage"]).await;
    let stronger = json!({"name": "Ann", "email": "ann@example.com", "role": "admin", "assign_seat": false});
    let stronger = text(&app.operator().post("users", stronger).await.created()["id"]);
    let user = newcomer(&app, "sven").await;
    let call = async |who: &Who, user: &str| {
        let path = format!("users/{user}/invitation");
        let answer = app.by(who).post(&path, json!({})).await;
        answer.status.as_u16()
    };

    assert_eq!(call(&manager, &user).await, 201);
    assert_eq!(call(&owner, &user).await, 201);
    assert_eq!(call(&App::operator_key(), &user).await, 201);
    assert_eq!(call(&member, &user).await, 404);
    assert_eq!(call(&key, &user).await, 403);
    assert_eq!(call(&manager, &stronger).await, 403);
    assert_eq!(call(&owner, &stronger).await, 201);
    // With an open session alone, nobody gets at another password of its user.
    assert_eq!(call(&member, &me).await, 403);
    let path = format!("users/{stronger}/invitation");
    app.by(&manager).delete(&path).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_link_fits_whether_its_user_has_a_password_and_may_sign_in_with_it() {
    let app = App::with_account().await;
    let user = newcomer(&app, "sven").await;
    let path = format!("users/{user}");
    let call = async |rest: &str| app.operator().post(&format!("{path}/{rest}"), json!({})).await;

    let problem = call("password-reset-link").await.problem(409, "wrong-state");
    assert!(
        problem["detail"].as_str().unwrap().contains("Invite them"),
        "{problem}"
    );
    app.operator()
        .patch(&path, json!({"password": PASSWORD}))
        .await
        .ok();
    call("invitation").await.problem(409, "wrong-state");
    let reset = secret(&call("password-reset-link").await.created());
    assert!(opens(&app, &reset, LinkPurpose::Reset).await.is_some());
    // The page of invitations opens no password reset link.
    assert!(opens(&app, &reset, LinkPurpose::Invitation).await.is_none());
    app.operator().patch(&path, json!({"active": false})).await.ok();
    call("password-reset-link").await.problem(409, "wrong-state");
    app.operator().patch(&path, json!({"active": true})).await.ok();
    let owner = json!({"role": "owner", "password": PASSWORD});
    let (owner, _) = app.user("Olga", owner).await;
    app.provider().await;
    let required = SettingsPatch {
        sign_in: SignInPatch {
            sso_required: Some(true),
            break_glass: Some(Some(owner.parse().unwrap())),
            ..SignInPatch::default()
        },
        ..SettingsPatch::default()
    };
    app.give(app.account, kit::change_settings(required)).await;

    call("password-reset-link").await.problem(403, "sso-required");
    let body = json!({"name": "Ida", "email": "ida@example.com", "invite": true});
    app.operator()
        .post("users", body)
        .await
        .problem(403, "sso-required");
    let found = app.operator().get("users?q=ida").await.ok();
    assert_eq!(found["items"], json!([]));
}

#[tokio::test]
async fn a_link_ends_with_time_and_with_everything_that_makes_it_pointless() {
    let app = App::with_account().await;
    let operator = App::operator_key();
    for end in ["again", "revoked", "password", "inactive", "deleted", "time"] {
        let user = newcomer(&app, end).await;
        let path = format!("users/{user}");
        let link = invite(&app, &operator, &user).await;
        assert!(is_open(&app, &link).await, "{end}");
        match end {
            "again" => assert!(is_open(&app, &invite(&app, &operator, &user).await).await),
            "revoked" => {
                let invitation = format!("{path}/invitation");
                app.operator().delete(&invitation).await.done();
                app.operator().delete(&invitation).await.problem(404, "not-found");
            }
            "password" => {
                let set = json!({"password": PASSWORD});
                app.operator().patch(&path, set).await.ok();
            }
            "inactive" => {
                for active in [false, true] {
                    app.operator().patch(&path, json!({"active": active})).await.ok();
                }
            }
            "deleted" => app.operator().delete(&path).await.done(),
            _ => {
                app.engine.advance(Secs::new(INVITATION_LIFE.get() - 1)).await;
                assert!(is_open(&app, &link).await);
                app.engine.advance(Secs::new(1)).await;
            }
        }

        assert!(!is_open(&app, &link).await, "{end}");
    }
    assert!(RESET_LIFE < INVITATION_LIFE);
}

#[tokio::test]
async fn a_link_that_its_author_saw_opens_nothing_once_they_may_not_set_that_password() {
    let app = App::with_account().await;
    let manager = app.manager("Uma", "users.manage").await;
    let operator = App::operator_key();
    let (raised, other) = (newcomer(&app, "rik").await, newcomer(&app, "ola").await);
    let [of_raised, of_other] = [
        invite(&app, &manager, &raised).await,
        invite(&app, &manager, &other).await,
    ];

    let promotion = json!({"role": "owner"});
    app.operator()
        .patch(&format!("users/{raised}"), promotion)
        .await
        .ok();
    assert!(!is_open(&app, &of_raised).await);
    assert!(is_open(&app, &of_other).await);
    let by_operator = invite(&app, &operator, &raised).await;
    assert!(is_open(&app, &by_operator).await);
    let users = app.operator().get("users?q=uma").await.ok();
    let uma = text(&users["items"][0]["id"]);
    app.operator()
        .patch(&format!("users/{uma}"), json!({"privileges": []}))
        .await
        .ok();

    assert!(!is_open(&app, &of_other).await);
    assert!(is_open(&app, &by_operator).await);
}

#[tokio::test]
async fn a_link_ends_with_the_operator_key_that_made_it() {
    let app = App::with_account().await;
    let user = newcomer(&app, "sven").await;
    for end in ["revoked", "rotated", "rotated with an overlap", "expired"] {
        let mut new = json!({"name": end, "scopes": ["accounts.manage"]});
        if end == "expired" {
            new["expires_at"] = json!("2026-11-24T09:00:00Z");
        }
        let made = app.operator().post("/v1/operator-keys", new).await.created();
        let key = format!("/v1/operator-keys/{}", text(&made["id"]));
        let link = invite(&app, &Who(Some(text(&made["key"]))), &user).await;
        assert!(is_open(&app, &link).await, "{end}");
        match end {
            "revoked" => app.operator().delete(&key).await.done(),
            "rotated" => {
                let rotate = format!("{key}/rotate");
                app.operator().post(&rotate, json!({})).await.ok();
            }
            "rotated with an overlap" => {
                let overlap = json!({"overlap_secs": 60});
                app.operator().post(&format!("{key}/rotate"), overlap).await.ok();
                assert!(is_open(&app, &link).await, "the former secret works for a minute");
                app.engine.advance(Secs::new(60)).await;
            }
            // The clock of tests begins a day before.
            _ => app.engine.advance(Secs::new(86_400)).await,
        }

        assert!(!is_open(&app, &link).await, "{end}");
        // With a key that works, there is another one.
        assert!(is_open(&app, &invite(&app, &App::operator_key(), &user).await).await);
    }
}

#[tokio::test]
async fn a_link_ends_when_its_author_gets_another_password() {
    let app = App::with_account().await;
    let (uma, manager) = app
        .user("Uma", json!({"role": "manager", "privileges": ["users.manage"]}))
        .await;
    let user = newcomer(&app, "sven").await;
    let link = invite(&app, &manager, &user).await;
    assert!(is_open(&app, &link).await);

    let set = json!({"password": PASSWORD});
    app.operator().patch(&format!("users/{uma}"), set).await.ok();

    assert!(!is_open(&app, &link).await);
    let manager = app.token_of(&uma).await;
    assert!(is_open(&app, &invite(&app, &manager, &user).await).await);
}

#[tokio::test]
async fn a_user_is_created_with_an_invitation_or_not_at_all() {
    let app = App::with_account().await;
    let body = |name: &str| json!({"name": name, "email": format!("{name}@example.com"), "invite": true});

    let made = app.operator().post("users", body("sven")).await.created();
    let link = secret(&made["invitation"]);
    let open = opens(&app, &link, LinkPurpose::Invitation).await.unwrap();
    assert_eq!(open.email.as_str(), "sven@example.com");
    let shown = app
        .operator()
        .get(&format!("users/{}", text(&made["id"])))
        .await
        .ok();
    assert_eq!(shown.get("invitation"), None);

    let mut both = body("ida");
    both["password"] = json!(PASSWORD);
    app.operator().post("users", both).await.problem(422, "invalid");
    let key = app.key(&["users.manage"]).await;
    app.by(&key)
        .post("users", body("ida"))
        .await
        .problem(403, "forbidden");
    let found = app.operator().get("users?q=ida").await.ok();
    assert_eq!(found["items"], json!([]));
}

#[tokio::test]
async fn a_repeated_creation_gives_a_new_link_until_the_user_has_a_password() {
    let app = App::with_account().await;
    let body = json!({"name": "Sven", "email": "sven@example.com", "invite": true});
    let create = async || {
        let call = app.operator().with_key("one");
        call.post("users", body.clone()).await
    };

    let first = create().await.created();
    let second = create().await.ok();

    assert_eq!(first["id"], second["id"]);
    let [first, second_link] = [&first, &second].map(|made| secret(&made["invitation"]));
    assert!(!is_open(&app, &first).await);
    assert!(is_open(&app, &second_link).await);
    let path = format!("users/{}", text(&second["id"]));
    app.operator()
        .patch(&path, json!({"password": PASSWORD}))
        .await
        .ok();
    let third = create().await.ok();
    assert_eq!(third.get("invitation"), None);
}

#[tokio::test]
async fn the_audit_says_who_was_invited_and_by_whom() {
    let app = App::with_account().await;
    let (boss, owner) = app.user("Olga", json!({"role": "owner"})).await;
    let user = newcomer(&app, "sven").await;

    invite(&app, &owner, &user).await;
    app.by(&owner)
        .delete(&format!("users/{user}/invitation"))
        .await
        .done();

    let audit = app.operator().get("audit").await.ok();
    let items = audit["items"].as_array().unwrap();
    let actions: Vec<_> = items
        .iter()
        .filter(|entry| entry["actor"] == json!(boss))
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["user.invitation_revoked", "user.invited"]);
    assert!(!audit.to_string().contains("usher_invite_"));
}
