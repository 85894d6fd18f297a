//! Groups, what they give, and who may be a directory.

use serde_json::{Value, json};

use crate::app::App;
use crate::authorization::granted;

async fn group(app: &App, name: &str, members: Value) -> String {
    let body = json!({"name": name, "members": members});
    let made = app.operator().post("groups", body).await.created();
    format!("groups/{}", made["id"].as_str().unwrap())
}

async fn license_of(app: &App, user: &str) -> Value {
    let user = app.operator().get(&format!("users/{user}")).await.ok();
    user["licenses"]["remote-support"].clone()
}

#[tokio::test]
async fn a_group_is_created_changed_and_deleted() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let (nora, _) = app.member("Nora").await;
    let body = json!({"name": "Crew", "external_id": "77", "members": [sven]});

    let answer = app.operator().post("groups", body).await;
    let made = answer.created();
    let path = format!("groups/{}", made["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), app.path(&path));
    assert_eq!(made["external_id"], "77");
    assert_eq!(
        made["mapping"],
        json!({"team": null, "role": null, "licenses": {}})
    );

    let change = json!({"external_id": null, "add_members": [nora], "remove_members": [sven]});
    let changed = app.operator().patch(&path, change).await.ok();
    assert_eq!(changed["name"], "Crew");
    assert_eq!(changed["external_id"], json!(null));
    assert_eq!(changed["members"], json!([nora]));
    assert_eq!(app.operator().get(&path).await.ok(), changed);
    assert_eq!(app.operator().get("groups").await.ok()["items"], json!([changed]));
    let list = app
        .operator()
        .get(&format!("users?group={}", &path["groups/".len()..]))
        .await
        .ok();
    assert_eq!(list["items"][0]["id"], nora.as_str());
    assert_eq!(list["items"][0]["groups"], json!([made["id"]]));
    assert_eq!(list["items"].as_array().unwrap().len(), 1);

    app.operator().delete(&path).await.done();
    app.operator().get(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn members_are_given_whole_or_one_by_one() {
    let app = App::with_account().await;
    let path = group(&app, "Crew", json!([])).await;

    let both = json!({"members": [], "add_members": []});
    let problem = app.operator().patch(&path, both).await.problem(422, "invalid");

    assert_eq!(problem["errors"][0]["field"], "members");
}

#[tokio::test]
async fn new_members_get_what_the_group_gives() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let path = group(&app, "Crew", json!([])).await;
    let team = app
        .operator()
        .post("teams", json!({"name": "Night"}))
        .await
        .created();
    let shared = json!({"kind": "shared", "pool": app.default_pool().await});
    let mapping = json!({
        "team": team["id"], "role": "manager", "licenses": {"remote-support": shared},
    });

    let mapped = app
        .operator()
        .put(&format!("{path}/mapping"), mapping.clone())
        .await
        .ok();
    assert_eq!(mapped["mapping"], mapping);
    app.operator()
        .patch(&path, json!({"add_members": [sven]}))
        .await
        .ok();

    let user = app.operator().get(&format!("users/{sven}")).await.ok();
    assert_eq!(user["role"], "manager");
    assert_eq!(user["teams"], json!([team["id"]]));
    assert_eq!(user["licenses"]["remote-support"], shared);
    assert_eq!(user["directory"], json!(null));
}

#[tokio::test]
async fn seats_that_run_out_change_nothing_and_say_who_has_none() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let (nora, _) = app.member("Nora").await;
    let (olaf, _) = app.member("Olaf").await;
    let path = group(&app, "Crew", json!([])).await;
    let named = json!({"licenses": {"remote-support": {"kind": "named"}}});
    app.operator().put(&format!("{path}/mapping"), named).await.ok();

    let all = json!({"members": [sven, nora, olaf]});
    let problem = app
        .operator()
        .patch(&path, all)
        .await
        .problem(409, "not-enough-seats");

    assert_eq!(problem["asked"], 3);
    assert_eq!(problem["left"], 2);
    assert_eq!(problem["total"], 2);
    let unseated = problem["user"].as_str().unwrap();
    assert!([&sven, &nora, &olaf].iter().any(|id| *id == unseated));
    assert_eq!(license_of(&app, &sven).await, json!(null));
    assert_eq!(app.operator().get(&path).await.ok()["members"], json!([]));
}

#[tokio::test]
async fn things_named_by_a_mapping_cannot_be_deleted() {
    let app = App::with_account().await;
    let path = group(&app, "Crew", json!([])).await;
    let pool = json!({"name": "Night", "product": "remote-support", "seats": 0});
    let pool = app.operator().post("pools", pool).await.created();
    let pool = pool["id"].as_str().unwrap();
    let mapping = json!({"licenses": {"remote-support": {"kind": "shared", "pool": pool}}});
    app.operator().put(&format!("{path}/mapping"), mapping).await.ok();

    let problem = app
        .operator()
        .delete(&format!("pools/{pool}"))
        .await
        .problem(409, "in-a-mapping");

    assert_eq!(problem["what"], "pool");
    assert_eq!(problem["group_name"], "Crew");
    app.operator()
        .put(&format!("{path}/mapping"), json!({}))
        .await
        .ok();
    app.operator().delete(&format!("pools/{pool}")).await.done();
}

#[tokio::test]
async fn a_role_is_mapped_by_admins_and_never_by_keys() {
    let app = App::with_account().await;
    let path = format!("{}/mapping", group(&app, "Crew", json!([])).await);
    let seth = app.manager("Seth", "settings.manage").await;
    let (_, ada) = app.user("Ada", json!({"role": "admin"})).await;
    let key = app
        .key(&["settings.manage", "users.manage", "seats.manage"])
        .await;
    let role = json!({"role": "admin"});

    for who in [&seth, &key] {
        let answer = app.by(who).put(&path, role.clone()).await;
        assert_eq!(answer.problem(403, "forbidden")["needed"], "the role `admin`");
    }
    app.by(&ada).put(&path, role).await.ok();
    let owner = app.by(&ada).put(&path, json!({"role": "owner"})).await;
    assert_eq!(owner.problem(422, "invalid")["errors"][0]["field"], "role");
}

#[tokio::test]
async fn single_sign_on_needs_an_owner_who_can_come_in_without_it() {
    let app = App::with_account().await;
    app.provider().await;
    let password = json!({"role": "owner", "password": "correct horse battery"});
    let (olga, _) = app.user("Olga", password).await;
    let (otto, _) = app.user("Otto", json!({"role": "owner"})).await;
    let change = |sign_in: Value| json!({"sign_in": sign_in});

    let required = change(json!({"sso_required": true}));
    app.operator()
        .patch("settings", required)
        .await
        .problem(409, "break-glass-needed");
    let sign_in = json!({"sso_required": true, "break_glass": olga, "second_factor_for_admins": true});
    let settings = app
        .operator()
        .patch("settings", change(sign_in.clone()))
        .await
        .ok();

    assert_eq!(settings["sign_in"], sign_in);
    assert_eq!(app.operator().get("settings").await.ok()["sign_in"], sign_in);
    app.operator()
        .patch(&format!("users/{olga}"), json!({"active": false}))
        .await
        .problem(409, "break-glass-needed");
    app.operator().delete(&format!("users/{otto}")).await.done();
    let nobody = change(json!({"break_glass": null, "sso_required": false}));
    let settings = app.operator().patch("settings", nobody).await.ok();
    assert_eq!(settings["sign_in"]["break_glass"], json!(null));
}

#[tokio::test]
async fn how_people_sign_in_is_not_for_keys_and_managers() {
    let app = App::with_account().await;
    let seth = app.manager("Seth", "settings.manage").await;
    let key = app.key(&["settings.manage"]).await;

    for who in [&seth, &key] {
        let change = json!({"sign_in": {"second_factor_for_admins": true}});
        app.by(who)
            .patch("settings", change)
            .await
            .problem(403, "forbidden");
    }
}

/// This also grants what is open to everybody, and a call with a separate result for each item.
#[tokio::test]
async fn a_provisioning_key_reaches_only_users_and_groups() {
    let granted = granted(&["directory.provision"]).await;

    let open = [
        "createToken",
        "isLive",
        "isReady",
        "joinSession",
        "leaveSession",
        "lookAtSession",
    ];
    let each_on_its_own = ["sendHeartbeats"];
    let own = [
        "changeGroup",
        "changeUser",
        "createGroup",
        "createUser",
        "deleteGroup",
        "deleteUser",
        "getGroup",
        "getUser",
        "listGroups",
        "listUsers",
    ];
    let mut expected = [&open[..], &each_on_its_own, &own].concat();
    expected.sort_unstable();
    assert_eq!(granted, expected);
}
