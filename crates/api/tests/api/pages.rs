use crate::app::App;

#[tokio::test]
async fn every_problem_code_has_a_page_that_the_list_links_to() {
    let app = App::empty().await;
    let list = app.nobody().get("/problems").await.text;

    for kind in usher_app::Kind::all() {
        let path = format!("/problems/{}", kind.code);
        assert!(list.contains(&format!("href=\"{path}\"")), "{path}");
        let page = app.nobody().get(&path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(kind.code), "{path}");
    }
    app.nobody()
        .get("/problems/no-such-code")
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn the_readable_document_has_every_operation_and_nothing_from_elsewhere() {
    let app = App::empty().await;
    let document = app.nobody().get("/v1/openapi.json").await.ok();

    let page = app.nobody().get("/docs").await;

    for (_, item) in document["paths"].as_object().unwrap() {
        for (_, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.text.contains(&format!("<article id=\"{id}\"")), "{id}");
        }
    }
    for path in [
        "/",
        "/docs",
        "/docs/credentials",
        "/docs/heartbeats",
        "/docs/streams",
        "/problems",
        "/problems/forbidden",
    ] {
        let page = app.nobody().get(path).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(
            !page.text.contains("src=\"http") && !page.text.contains("href=\"http"),
            "{path}"
        );
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'none'")
        );
    }
    for asset in ["/docs/style.css", "/docs/search.js"] {
        assert_eq!(app.nobody().get(asset).await.status, 200);
    }
}
