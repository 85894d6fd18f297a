use axum::http::StatusCode;
use usher_domain::permission::Role;
use usher_testkit as kit;

use crate::app::App;
use crate::sessions::Desk;

#[tokio::test]
async fn the_audit_is_sentences_and_can_be_filtered_by_names() {
    let desk = Desk::open().await;
    let sven = desk.agent("Sven").await;
    let path = format!("/a/{}/audit", desk.account);

    let all = desk.app.get(&desk.owner, &path).await;
    let of_sven = desk
        .app
        .get(&desk.owner, &format!("{path}?target=sven&action=license.set"))
        .await;
    let unknown = desk
        .app
        .get(&desk.owner, &format!("{path}?actor=nobody&from=soon"))
        .await;
    let other_day = desk.app.get(&desk.owner, &format!("{path}?to=2020-01-01")).await;

    let link = format!(
        "gave <a href=\"/a/{}/users/{sven}\">Sven</a> a license",
        desk.account
    );
    assert!(of_sven.html.contains(&link), "{link} in {}", of_sven.html);
    assert!(all.unlinked().contains("created the user Sven"), "{}", all.html);
    assert!(all.html.contains("set the subscription"), "{}", all.html);
    assert!(all.html.contains("The operator"), "{}", all.html);
    assert!(
        of_sven.unlinked().contains("gave Sven a license") && of_sven.html.contains("Support: a seat of")
    );
    assert!(
        !of_sven.unlinked().contains("created the user"),
        "{}",
        of_sven.html
    );
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.html.contains("Nobody and nothing here") && unknown.html.contains("This must be a day"));
    assert!(
        other_day.html.contains("Nothing like that was done"),
        "{}",
        other_day.html
    );
}

#[tokio::test]
async fn the_audit_is_for_those_who_view_reports() {
    let app = App::new().await;
    let (own, other) = (app.account("Contoso").await, app.account("Fabrikam").await);
    app.user(own, "Eva", "eva@example.com", Role::Owner).await;
    app.user(own, "Max", "max@example.com", Role::Member).await;
    let (eva, max) = (
        app.sign_in("eva@example.com").await,
        app.sign_in("max@example.com").await,
    );

    for page in ["audit", "audit/export?format=csv", "refusals", "api-keys"] {
        let status = app.get(&max, &format!("/a/{own}/{page}")).await.status;
        assert_eq!(status, StatusCode::FORBIDDEN, "{page}");
        let status = app.get(&eva, &format!("/a/{other}/{page}")).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{page}");
        let status = app.get(&eva, &format!("/a/{own}/{page}")).await.status;
        assert_eq!(status, StatusCode::OK, "{page}");
    }
}

#[tokio::test]
async fn the_exported_files_have_all_matching_entries_and_no_formulas() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let evil = "=HYPERLINK(\"x\", \"y\")";
    app.user(account, evil, "evil@example.com", Role::Member).await;
    for _ in 0..1_100 {
        app.add_minutes(account, 1).await;
    }
    let olga = app.sign_in("olga@example.com").await;
    let path = format!("/a/{account}/audit/export");

    let csv = app.get(&olga, &format!("{path}?format=csv")).await;
    let jsonl = app
        .get(&olga, &format!("{path}?format=jsonl&action=minutes.added"))
        .await;

    assert!(csv.header("content-disposition").contains("attachment"));
    let mut reader = csv::Reader::from_reader(csv.html.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() > 1_100, "{}", rows.len());
    let cells = || rows.iter().flat_map(csv::StringRecord::iter);
    assert!(cells().any(|cell| cell == format!("'{evil}")));
    assert!(!cells().any(|cell| cell.starts_with(['=', '+', '-', '@'])));
    let lines: Vec<serde_json::Value> = jsonl
        .html
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1_100);
    assert_eq!(lines[0]["detail"]["minutes"], 1);
    assert_eq!(lines[0]["actor_name"], "The operator");
    let hash = app
        .app
        .engine()
        .head(account)
        .await
        .unwrap()
        .unwrap()
        .1
        .to_string();
    assert_eq!(lines[0]["hash"], hash);
    assert_eq!(
        (&lines[0]["came_by"], &lines[0]["request_id"]),
        (&"api".into(), &"test".into())
    );
}

#[tokio::test]
async fn the_audit_shows_the_channel_of_a_change_and_the_result_of_a_check() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let olga = app.sign_in("olga@example.com").await;
    let path = format!("/a/{account}/audit");
    let teams = format!("/a/{account}/teams");
    app.post(&olga, &teams, &teams, &[("name", "Night")]).await;
    let (seq, hash) = app.app.engine().head(account).await.unwrap().unwrap();

    let before = app.get(&olga, &path).await;
    let checked = app.post(&olga, &path, &format!("{path}/check"), &[]).await;
    let after = app.get(&olga, &path).await;

    assert!(
        before.html.contains(&format!("<strong>{seq}</strong>")),
        "{}",
        before.html
    );
    assert!(before.html.contains(&hash.to_string()) && before.html.contains("not checked since"));
    assert!(
        before.html.contains("<summary>Portal") && before.html.contains("<code>web_"),
        "{}",
        before.html
    );
    assert_eq!(checked.status, StatusCode::SEE_OTHER);
    assert!(after.html.contains("As written"), "{}", after.html);
    assert!(
        after
            .html
            .contains(&format!("{seq} commits and their audit were checked")),
        "{}",
        after.html
    );
}

#[tokio::test]
async fn the_audit_is_filtered_by_channel_address_and_request() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let olga = app.sign_in("olga@example.com").await;
    let (path, teams) = (format!("/a/{account}/audit"), format!("/a/{account}/teams"));
    app.post(&olga, &teams, &teams, &[("name", "Night")]).await;
    let request = usher_engine::Request {
        actor: usher_domain::Actor::Operator,
        cause: "api k=opkey_1 a=2001:db8::7 r=request-1".into(),
        command: kit::add_minutes(usher_domain::TopUpId::from_bits(7), 7),
    };
    app.app
        .engine()
        .execute(account, request, |_, (), _| ())
        .await
        .unwrap();
    let list = async |query: &str| app.get(&olga, &format!("{path}?{query}")).await;

    let by_portal = list("way=portal").await;
    let from_there = list("address=2001:0db8::0007").await;
    let by_request = list("request=+request-1+").await;
    let none = list("way=portal&request=request-1").await;
    let wrong = list("way=window&address=home").await;
    let file = app
        .get(&olga, &format!("{path}/export?format=jsonl&request=request-1"))
        .await;

    assert!(
        by_portal.unlinked().contains("created the team Night"),
        "{}",
        by_portal.html
    );
    assert!(
        !by_portal.html.contains("added pay-per-use minutes"),
        "{}",
        by_portal.html
    );
    assert!(
        by_portal
            .html
            .contains("<option value=\"portal\" selected>Portal</option>")
    );
    assert!(
        by_portal.html.contains("format=csv&#38;way=portal"),
        "{}",
        by_portal.html
    );
    for page in [from_there, by_request] {
        assert!(page.html.contains("7 minutes"), "{}", page.html);
        assert!(
            !page.unlinked().contains("created the team Night"),
            "{}",
            page.html
        );
    }
    assert!(none.html.contains("Nothing like that was done"), "{}", none.html);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("one of the list") && wrong.html.contains("such as 192.0.2.7"));
    assert_eq!(file.html.lines().count(), 1, "{}", file.html);
}
