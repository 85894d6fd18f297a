use serde_json::json;

use super::{Directory, PATCH, USER, refused};

#[tokio::test]
async fn a_change_for_another_version_is_refused_and_changes_nothing() {
    let directory = Directory::new().await;
    let path = format!("Users/{}", directory.user("sven").await);
    let url = directory.url(&path);
    let first = directory.get(&path).await.header("etag").to_owned();
    let rename = |name: &str| json!({"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": name}]});
    let with = |tag: &str| directory.call().with_header("if-match", tag);

    let changed = with(&first).patch(&url, rename("One")).await;
    let second = changed.header("etag").to_owned();
    let too_late = with(&first).patch(&url, rename("Two")).await;

    assert_eq!(changed.ok()["meta"]["version"], second);
    assert_ne!(first, second);
    refused(&too_late, 412, None);
    let body = json!({"schemas": [USER], "userName": "sven@example.com"});
    refused(&with(&first).put(&url, body.clone()).await, 412, None);
    refused(&with(&first).delete(&url).await, 412, None);
    assert_eq!(directory.get(&path).await.ok()["displayName"], "One");
    with("*").put(&url, body).await.ok();
    with("\"x\", *").delete(&url).await.done();
}

#[tokio::test]
async fn a_client_with_the_current_version_is_told_so() {
    let directory = Directory::new().await;
    let path = format!("Users/{}", directory.user("sven").await);
    let tag = directory.get(&path).await.header("etag").to_owned();
    let ask = |tag: &str| directory.call().with_header("if-none-match", tag);

    let same = ask(&tag).get(&directory.url(&path)).await;
    let other = ask("W/\"0\"").get(&directory.url(&path)).await;

    assert_eq!(same.status, 304);
    assert_eq!(same.text, "");
    assert_eq!(same.header("etag"), tag);
    other.ok();
}

#[tokio::test]
async fn of_two_writers_with_the_same_version_one_wins() {
    let directory = Directory::new().await;
    let path = format!("Users/{}", directory.user("sven").await);
    let url = directory.url(&path);
    let tag = directory.get(&path).await.header("etag").to_owned();
    let rename = |name: String| {
        let body = json!({"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": name}]});
        directory.call().with_header("if-match", &tag).patch(&url, body)
    };

    let answers = futures::future::join_all((0..20).map(|number| rename(format!("Writer {number}")))).await;

    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    let lost = answers.iter().filter(|answer| answer.status == 412).count();
    assert_eq!((won.len(), lost), (1, 19));
    let now = directory.get(&path).await.ok();
    assert_eq!(now["displayName"], won[0].ok()["displayName"]);
}
