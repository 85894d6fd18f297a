use serde_json::json;

use crate::app::Who;
use crate::desk::{Desk, text};

#[tokio::test]
async fn a_browser_opens_a_stream_with_a_ticket_and_without_the_token() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.wait(&desk.agent("Eva").await).await;

    let of_sign_in = desk
        .app
        .by(&sven.token)
        .post("stream-tickets", json!({"sign_in": sven.id}))
        .await
        .ok();
    let of_ticket = desk
        .app
        .by(&eva.token)
        .post("stream-tickets", json!({"ticket": eva.id}))
        .await
        .ok();
    assert_eq!(of_sign_in["expires_in_secs"], 30);
    let url = text(&of_sign_in["url"]);
    assert!(!url.contains(sven.token.0.as_deref().unwrap()), "{url}");

    let mut stream = desk.follow(&Who(None), &url, None).await.begun().await;
    let mut queue = desk.follow(&Who(None), &text(&of_ticket["url"]), None).await;
    assert_eq!(queue.expect("queue").await.data["position"], 1);
    // An open stream continues after its ticket has expired.
    desk.advance(30).await;
    let told = desk.app.nobody().get(&url).await.problem(401, "unauthenticated");
    assert!(text(&told["detail"]).contains("POST …/stream-tickets"), "{told}");
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();
    stream.expect("signed_out").await;
}

#[tokio::test]
async fn a_stream_ticket_works_only_for_its_own_stream() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let made = desk
        .app
        .by(&sven.token)
        .post("stream-tickets", json!({"sign_in": sven.id}))
        .await
        .ok();
    let ticket = text(&made["ticket"]);

    for path in [
        eva.path(&format!("/events?ticket={ticket}")),
        sven.path("/events?ticket=usher_pass_9999999999999.1.aaaa"),
    ] {
        desk.app.nobody().get(&path).await.problem(401, "unauthenticated");
    }
    for path in [sven.path(""), "sign-ins".to_owned()] {
        let told = desk.app.nobody().get(&format!("{path}?ticket={ticket}")).await;
        assert_eq!(told.problem(422, "invalid")["errors"][0]["field"], "ticket");
    }
    let bearer = Who(Some(ticket));
    desk.app
        .by(&bearer)
        .get(&sven.path(""))
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_stream_ticket_is_given_to_those_who_may_use_its_subject() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let body = json!({"sign_in": sven.id});
    let olga = desk.app.owner().await;

    for (who, status) in [(&eva.token, 404), (&olga, 403), (&desk.key, 200)] {
        let answer = desk.app.by(who).post("stream-tickets", body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    }
    let neither = desk.app.by(&sven.token).post("stream-tickets", json!({})).await;
    neither.problem(422, "invalid");
}

#[tokio::test]
async fn a_stream_ticket_stops_working_with_its_credential() {
    let desk = Desk::with_seats(2).await;
    let agent = desk.agent("Sven").await;
    let sven = desk.sign_in(&agent).await;
    let body = json!({"sign_in": sven.id});
    let key = desk.app.operator().post(
        "api-keys",
        json!({"name": "Back end", "scopes": ["read", "sign-ins.write"]}),
    );
    let key = key.await.created();
    let by_key = Who(Some(text(&key["key"])));
    let mut urls = Vec::new();
    for who in [&agent.who, &by_key, &sven.token] {
        let made = desk.app.by(who).post("stream-tickets", body.clone()).await.ok();
        urls.push(text(&made["url"]));
    }

    let me = agent.who.0.clone().unwrap();
    assert!(desk.app.identity.revoke_user_token(&me).await.unwrap());
    let revoke = format!("api-keys/{}", text(&key["id"]));
    desk.app.operator().delete(&revoke).await.done();

    for url in &urls[..2] {
        desk.app.nobody().get(url).await.problem(401, "unauthenticated");
    }
    // The device's own ticket is still valid.
    desk.follow(&Who(None), &urls[2], None).await.begun().await;
}
