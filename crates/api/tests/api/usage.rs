use serde_json::json;

use crate::desk::{Desk, PRODUCT};

#[tokio::test]
async fn usage_says_how_every_seat_is_used_and_by_whom() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.agent("Sven").await;
    let sven_in = desk.sign_in(&sven).await;
    let eva_in = desk.sign_in(&desk.agent("Eva").await).await;
    desk.start(&sven_in, "active").await;
    desk.wait(&desk.agent("Kim").await).await;
    desk.wait(&desk.agent("Lea").await).await;
    let (mia, _) = desk.app.member("Mia").await;
    let license = format!("users/{mia}/licenses/{PRODUCT}");
    desk.app
        .operator()
        .put(&license, json!({"kind": "named"}))
        .await
        .ok();
    desk.app
        .operator()
        .post("minutes", json!({"minutes": 500}))
        .await
        .ok();
    desk.advance(30).await;
    desk.app.by(&eva_in.token).delete(&eva_in.path("")).await.done();

    let usage = desk.app.by(&desk.key).get("usage").await.ok();

    assert_eq!(usage["at"], "2026-11-23T09:00:30Z");
    assert_eq!(usage["minutes"], json!({"remaining": 500}));
    let product = &usage["products"][0];
    for (field, value) in [
        ("product", json!(PRODUCT)),
        ("named_seats", json!(2)),
        ("named_assigned", json!(1)),
        ("shared_seats", json!(10)),
        ("shared_unallocated", json!(8)),
    ] {
        assert_eq!(product[field], value, "{field}");
    }
    let pool = &product["pools"][0];
    for (field, value) in [
        ("id", json!(desk.pool)),
        ("default", json!(true)),
        ("seats", json!(2)),
        ("occupied", json!(2)),
        ("offered", json!(1)),
        ("waiting", json!(1)),
        ("draining", json!(false)),
        ("on_minutes", json!(0)),
    ] {
        assert_eq!(pool[field], value, "{field}");
    }
    let holders = pool["holders"].as_array().unwrap();
    assert_eq!(holders.len(), 1);
    assert_eq!(
        [&holders[0]["user"], &holders[0]["in_call"]],
        [&json!(sven.id), &json!(true)]
    );
    assert_eq!(holders[0]["since"], "2026-11-23T09:00:00Z");
    assert_eq!(holders[0]["idle_secs"], 0);
}

#[tokio::test]
async fn members_see_the_numbers_of_their_own_pool_only() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.agent("Sven").await;
    let sven_in = desk.sign_in(&sven).await;
    let other = json!({"name": "Another", "product": PRODUCT, "seats": 1});
    desk.app.operator().post("pools", other).await.created();
    let (_, nobody) = desk.app.member("Mia").await;
    let wide = json!({"session_permissions": {"view_account": "allow"}});
    let (wilma, wilma_token) = desk.app.user("Wilma", wide).await;
    let license = json!({"kind": "shared", "pool": desk.pool});
    let path = format!("users/{wilma}/licenses/{PRODUCT}");
    desk.app.operator().put(&path, license).await.ok();

    for who in [&sven.who, &sven_in.token] {
        let usage = desk.app.by(who).get("usage").await.ok();
        assert!(usage["minutes"].is_null());
        let product = &usage["products"][0];
        assert!(product["shared_seats"].is_null());
        let pools = product["pools"].as_array().unwrap();
        assert_eq!(pools.len(), 1);
        assert_eq!(
            [&pools[0]["id"], &pools[0]["occupied"]],
            [&json!(desk.pool), &json!(1)]
        );
        assert!(pools[0]["holders"].is_null());
    }
    let usage = desk.app.by(&wilma_token).get("usage").await.ok();
    assert_eq!(usage["products"][0]["pools"][0]["holders"][0]["name"], "Sven");
    assert_eq!(
        desk.app.by(&nobody).get("usage").await.ok()["products"],
        json!([])
    );
}

#[tokio::test]
async fn contacts_are_team_members_with_their_presence() {
    let desk = Desk::with_seats(3).await;
    let (sven, eva, kim) = (
        desk.agent("Sven").await,
        desk.agent("Eva").await,
        desk.agent("Kim").await,
    );
    let lea = desk.agent("Lea").await;
    let team = json!({"name": "Night shift", "members": [sven.id, eva.id, kim.id]});
    desk.app.operator().post("teams", team).await.created();
    desk.sign_in(&eva).await;
    let kim_in = desk.sign_in(&kim).await;
    desk.start(&kim_in, "active").await;
    desk.sign_in(&lea).await;
    let path = format!("users/{}/contacts", sven.id);

    let list = desk.app.by(&sven.who).get(&path).await.ok();

    let mut expected = [(&eva.id, "Eva", "available"), (&kim.id, "Kim", "in_call")];
    expected.sort();
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(id, name, presence)| json!({"user": id, "name": name, "presence": presence}))
        .collect();
    assert_eq!(list["items"], json!(expected));
    let of_eva = desk
        .app
        .by(&desk.key)
        .get(&format!("users/{}/contacts", eva.id))
        .await
        .ok();
    let sven_seen = of_eva["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "Sven");
    assert_eq!(sven_seen.unwrap()["presence"], "away");
    desk.app.by(&lea.who).get(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_license_goes_after_work_where_the_caller_says_so() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.agent("Sven").await;
    let signed_in = desk.sign_in(&sven).await;
    let user = format!("users/{}", sven.id);
    let license = format!("{user}/licenses/{PRODUCT}");
    let operator = || desk.app.operator();

    let after_work = format!("{license}?after_work=true");
    operator().delete(&after_work).await.done();

    let waits = operator().get(&user).await.ok();
    assert_eq!(waits["licenses"][PRODUCT]["kind"], "shared");
    let named = operator().put(&after_work, json!({"kind": "named"})).await;
    let refused = named.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "after_work");
    let phone = json!({"device": {"id": "phone", "name": "Phone", "kind": "phone"}, "takeover": true});
    let elsewhere = desk.try_sign_in(&sven, phone).await;
    assert_eq!(elsewhere.problem(403, "license-ended")["product"], PRODUCT);
    assert_eq!(
        desk.try_sign_in(&sven, json!({})).await.status,
        200,
        "the same device"
    );
    desk.app
        .by(&signed_in.token)
        .delete(&signed_in.path(""))
        .await
        .done();
    desk.advance(1).await;
    assert_eq!(operator().get(&user).await.ok()["licenses"], json!({}));
}
