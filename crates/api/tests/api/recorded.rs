//! Changes of credentials are recorded once, under their actor, and the actor gets a success answer.

use serde_json::{Value, json};
use usher_domain::command::UserPatch;
use usher_domain::permission::Role;
use usher_domain::{Actor, Secs, UserId};
use usher_engine::{Cause, Request as Order};
use usher_identity::{ChangeOrigin, ChangedBy, HashingShare, PasswordHash, PasswordLife};
use usher_journal::Fault;
use usher_testkit as kit;

use crate::app::App;

const PASSWORD: &str = "teapot anchor lilac";
const ANOTHER: &str = "another lilac anchor";
const CAUSE: &str = "portal k=web_1 a=192.0.2.7 r=request-1";

/// The audit's entries of an action, the newest first.
async fn audit_of(app: &App, action: &str) -> Vec<Value> {
    let audit = app.operator().get("audit").await.ok();
    let items = audit["items"].as_array().unwrap().iter();
    items.filter(|item| item["action"] == action).cloned().collect()
}

/// There is one entry of the action, with this actor and channel.
async fn assert_recorded(app: &App, action: &str, by: UserId) {
    let entries = audit_of(app, action).await;
    assert_eq!(entries.len(), 1, "{action}: {entries:?}");
    assert_eq!(entries[0]["actor"], json!(by), "{action}");
    assert_eq!(entries[0]["came_by"], "portal");
    assert_eq!(entries[0]["credential"], "web_1");
    assert_eq!(entries[0]["address"], "192.0.2.7");
    assert_eq!(entries[0]["request_id"], "request-1");
    assert_eq!(notes(app).await, 0, "{action}");
}

/// How many changes are not recorded yet.
async fn notes(app: &App) -> usize {
    let later = app.engine.now() + Secs::new(3_600);
    app.identity.unrecorded(later).await.unwrap().len()
}

async fn has_password(app: &App, user: UserId, password: &str) -> bool {
    let password = password.to_owned();
    let verified = app
        .identity
        .verify_password(HashingShare::default(), app.account, Some(user), password);
    verified.await.unwrap()
}

/// Takes every right from a user.
async fn switch_off(app: &App, user: UserId) {
    let change = UserPatch {
        role: Some(Role::Member),
        active: Some(false),
        ..UserPatch::default()
    };
    let order = Order {
        actor: Actor::Operator,
        cause: Cause::from("test"),
        command: kit::change_user(user, change),
    };
    let done = app.engine.execute(app.account, order, |_, (), _| ());
    done.await.unwrap();
}

/// An account with an owner, an admin, and a member with a password that is not in the audit.
async fn office() -> (App, UserId, UserId) {
    let app = App::with_account().await;
    app.owner().await;
    let (adam, _) = app.user("Adam", json!({"role": "admin"})).await;
    let (mia, _) = app.user("Mia", json!({})).await;
    let (adam, mia) = (adam.parse().unwrap(), mia.parse().unwrap());
    let hash = hash(&app, PASSWORD).await;
    let staged = app
        .identity
        .stage_password(app.account, mia, &hash, PasswordLife::Lasting);
    staged.await.unwrap();
    (app, adam, mia)
}

async fn record_left_over(app: &App) {
    app.engine.advance(Secs::new(60)).await;
    app.app.record_left_over().await.unwrap();
    app.app.record_left_over().await.unwrap();
}

async fn hash(app: &App, password: &str) -> PasswordHash {
    let hash = app
        .identity
        .hash_password(HashingShare::default(), password.to_owned(), Vec::new());
    hash.await.unwrap()
}

/// Gives a user a new password, and crashes before that is recorded.
async fn set_and_crash(app: &App, user: UserId, by: UserId) {
    let origin = ChangeOrigin {
        by: ChangedBy::User(by),
        cause: CAUSE.to_owned().into(),
    };
    let (hash, now) = (hash(app, ANOTHER).await, app.engine.now());
    let set = app
        .identity
        .set_password(app.account, user, &hash, PasswordLife::Lasting, origin, now);
    assert!(set.await.is_ok());
}

// In the following tests the change is allowed and is being stored when its actor loses the right to it: concurrent
// steps begin in their order.

#[tokio::test]
async fn losing_the_right_while_setting_a_password_still_succeeds() {
    let (app, adam, mia) = office().await;
    let (hash, nothing_else, actor) = (hash(&app, ANOTHER).await, UserPatch::default(), Actor::User(adam));

    let set = app.app.set_password(
        app.account,
        mia,
        nothing_else,
        (&hash, PasswordLife::Temporary),
        &actor,
        Cause::from(CAUSE),
    );
    let (set, ()) = tokio::join!(set, switch_off(&app, adam));

    assert!(set.is_ok(), "{set:?}");
    assert!(has_password(&app, mia, ANOTHER).await);
    assert_recorded(&app, "user.password_set", adam).await;
}

#[tokio::test]
async fn losing_the_right_while_removing_a_second_factor_still_succeeds() {
    let (app, adam, mia) = office().await;
    app.second_factor(&mia.to_string()).await;
    record_left_over(&app).await;
    let actor = Actor::User(adam);

    let removed = app
        .app
        .remove_second_factor(app.account, mia, &actor, Cause::from(CAUSE));
    let (removed, ()) = tokio::join!(removed, switch_off(&app, adam));

    assert!(matches!(removed, Ok(true)), "{removed:?}");
    assert!(!app.identity.has_second_factor(app.account, mia));
    assert_recorded(&app, "user.second_factor_removed", adam).await;
}

#[tokio::test]
async fn a_user_deactivated_while_setting_up_a_second_factor_gets_the_recovery_codes() {
    let (app, adam, _) = office().await;
    let drawn = app.identity.draw_second_factor(app.account, adam).await;
    assert!(drawn.unwrap());
    let shown = app.drawn_second_factor(adam).await.code(app.engine.now());

    let set = app
        .app
        .confirm_second_factor(app.account, adam, &shown, Cause::from(CAUSE));
    let (set, ()) = tokio::join!(set, switch_off(&app, adam));

    assert!(matches!(&set, Ok(Some(codes)) if !codes.is_empty()), "{set:?}");
    assert_recorded(&app, "user.second_factor_set", adam).await;
}

#[tokio::test]
async fn losing_the_right_while_removing_the_provider_still_succeeds() {
    let (app, adam, _) = office().await;
    app.provider().await;
    record_left_over(&app).await;
    let actor = Actor::User(adam);

    let removed = app.app.remove_provider(app.account, &actor, Cause::from(CAUSE));
    let (removed, ()) = tokio::join!(removed, switch_off(&app, adam));

    assert!(matches!(removed, Ok(true)), "{removed:?}");
    assert_recorded(&app, "single_sign_on.removed", adam).await;
}

#[tokio::test]
async fn a_change_that_takes_the_right_to_set_the_password_from_its_own_actor_sets_it() {
    let (app, adam, _) = office().await;
    let token = app.token_of(&adam.to_string()).await;
    let present = hash(&app, PASSWORD).await;
    let staged = app
        .identity
        .stage_password(app.account, adam, &present, PasswordLife::Lasting);
    staged.await.unwrap();
    let change = json!({
        "password": ANOTHER, "present_password": PASSWORD, "role": "member", "active": false,
    });

    let changed = app.by(&token).patch(&format!("users/{adam}"), change).await.ok();

    assert_eq!(
        (&changed["role"], &changed["active"]),
        (&json!("member"), &json!(false))
    );
    assert!(has_password(&app, adam, ANOTHER).await);
    let entries = audit_of(&app, "user.password_set").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["actor"], json!(adam));
    assert_eq!(notes(&app).await, 0);
}

#[tokio::test]
async fn the_password_stays_if_the_rest_of_the_change_is_refused() {
    let (app, adam, mia) = office().await;
    let (path, adam) = (format!("users/{mia}"), app.token_of(&adam.to_string()).await);

    let beyond = json!({"password": ANOTHER, "name": "Maria", "role": "owner"});
    app.by(&adam).patch(&path, beyond).await.problem(403, "forbidden");
    let taken = json!({"password": ANOTHER, "name": "Maria", "email": "adam@example.com"});
    app.by(&adam)
        .patch(&path, taken)
        .await
        .problem(409, "already-exists");
    // For herself she may change the name and the password, but no more.
    let herself = app.token_of(&mia.to_string()).await;
    let promoted = json!({"password": ANOTHER, "role": "admin"});
    app.by(&herself)
        .patch(&path, promoted)
        .await
        .problem(403, "forbidden");

    assert!(has_password(&app, mia, PASSWORD).await);
    assert_eq!(app.by(&herself).get(&path).await.ok()["name"], "Mia");
    assert_eq!(audit_of(&app, "user.password_set").await, Vec::<Value>::new());
    assert_eq!(notes(&app).await, 0);
}

#[tokio::test]
async fn a_change_that_the_journal_cannot_accept_is_recorded_later() {
    let (app, adam, mia) = office().await;
    app.second_factor(&mia.to_string()).await;
    record_left_over(&app).await;
    let actor = Actor::User(adam);
    app.journal.fault_at(1, Fault::Failed);

    let removed = app
        .app
        .remove_second_factor(app.account, mia, &actor, Cause::from(CAUSE));
    let removed = removed.await;

    assert!(matches!(removed, Ok(true)), "{removed:?}");
    assert_eq!(notes(&app).await, 1);
    record_left_over(&app).await;
    assert_recorded(&app, "user.second_factor_removed", adam).await;
}

#[tokio::test]
async fn changes_unrecorded_by_a_crash_are_recorded_later_even_without_the_right() {
    let (app, adam, mia) = office().await;
    set_and_crash(&app, mia, adam).await;
    switch_off(&app, adam).await;

    record_left_over(&app).await;

    assert_recorded(&app, "user.password_set", adam).await;
}

#[tokio::test]
async fn changes_of_deleted_users_need_no_entry() {
    let (app, adam, mia) = office().await;
    set_and_crash(&app, mia, adam).await;
    app.operator().delete(&format!("users/{mia}")).await;

    record_left_over(&app).await;

    assert_eq!(audit_of(&app, "user.password_set").await, Vec::<Value>::new());
    assert_eq!(notes(&app).await, 0);
}
