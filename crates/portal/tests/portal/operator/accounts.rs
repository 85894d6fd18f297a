//! Accounts: finding, creating, renaming and closing them.

use axum::http::StatusCode;
use usher_domain::{AccountId, Secs};
use usher_identity::OperatorScope;
use usher_journal::{AuditFilter, PageRequest, Records};
use usher_testkit as kit;

use super::{account, enter, key, operator, post, server};
use crate::app::{App, Browser};
use crate::desk::Desk;
use crate::links::choose;

const NEW: &str = "/operator/accounts/new";

fn path(account: AccountId, rest: &str) -> String {
    format!("/operator/accounts/{account}{rest}")
}

async fn names(app: &App, browser: &Browser, query: &str) -> Vec<String> {
    let page = app.get(browser, &format!("/operator/accounts{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    let rows = page.html.split("<tr id=\"row-").skip(1);
    let name = |row: &str| {
        let (_, link) = row.split_once("<a href=\"").unwrap();
        let (_, name) = link.split_once('>').unwrap();
        name.split_once('<').unwrap().0.to_owned()
    };
    rows.map(name).collect()
}

#[tokio::test]
async fn accounts_are_listed_by_name_and_found_by_a_part_of_it_or_an_id() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::AccountsRead).await;
    let contoso = app.account("contoso").await;
    for name in ["Fabrikam", "Adatum"] {
        app.account(name).await;
    }

    assert_eq!(names(&app, &browser, "").await, ["Adatum", "contoso", "Fabrikam"]);
    assert_eq!(names(&app, &browser, "?q=OSO").await, ["contoso"]);
    assert_eq!(names(&app, &browser, &format!("?q={contoso}")).await, ["contoso"]);
    let nothing = app.get(&browser, "/operator/accounts?q=zzz").await;
    assert!(nothing.html.contains("No account matches"), "{}", nothing.html);
}

#[tokio::test]
async fn every_account_is_reached_page_by_page() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::AccountsRead).await;
    for number in 0..60 {
        app.account(&format!("Customer {number:02}")).await;
    }

    let (mut seen, mut query) = (Vec::new(), String::new());
    loop {
        seen.extend(names(&app, &browser, &query).await);
        let page = app.get(&browser, &format!("/operator/accounts{query}")).await;
        let Some((before, _)) = page.html.split_once("\" rel=\"next\"") else {
            break;
        };
        let (_, next) = before.rsplit_once("href=\"/operator/accounts").unwrap();
        query = next.replace("&amp;", "&").replace("&#38;", "&");
    }

    let all: Vec<_> = (0..60).map(|number| format!("Customer {number:02}")).collect();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn an_account_shows_what_it_bought_what_is_in_use_and_the_most_in_use_today() {
    let desk = Desk::of(super::with_key(App::new().await).await, 2).await;
    let browser = operator(&desk.app, OperatorScope::AccountsRead).await;
    let mut sign_ins = Vec::new();
    for name in ["Ada", "Bo", "Cy"] {
        let agent = desk.agent(name).await;
        sign_ins.push(desk.sign_in(agent).await);
    }
    desk.give(kit::sign_out(sign_ins[0])).await;

    let list = desk.app.get(&browser, "/operator/accounts").await.html;
    let page = desk.app.get(&browser, &path(desk.account, "")).await.html;

    assert!(list.contains("2 of 5"), "{list}");
    assert!(list.contains("hours\">3</td>"), "{list}");
    assert!(
        page.contains("<dd>2 of 5</dd>") && page.contains("<dd>3</dd>"),
        "{page}"
    );
    desk.app.engine.advance(Secs::new(25 * 3_600)).await;
    let later = desk.app.get(&browser, &path(desk.account, "")).await.html;
    assert!(!later.contains("<dd>3</dd>"), "{later}");
}

#[tokio::test]
async fn the_empty_list_has_the_button_that_fills_it_for_keys_that_may() {
    let app = server().await;

    let manager = operator(&app, OperatorScope::AccountsManage).await;
    let page = app.get(&manager, "/operator/accounts").await.html;
    assert!(page.contains("No account yet") && page.contains(NEW), "{page}");

    let reader = operator(&app, OperatorScope::AccountsRead).await;
    let page = app.get(&reader, "/operator/accounts").await.html;
    assert!(
        !page.contains(NEW) && page.contains("<code>accounts.manage</code>"),
        "{page}"
    );
}

#[tokio::test]
async fn an_account_is_created_once_however_often_its_form_is_sent() {
    let app = server().await;
    let (id, secret) = key(&app, OperatorScope::AccountsManage).await;
    let browser = enter(&app, &secret).await;
    let account = AccountId::from_bits(app.draw_bits());
    let fields = [
        ("id", &*account.to_string()),
        ("name", "Contoso"),
        ("external_id", "C-17"),
    ];

    let mut recorded = Vec::new();
    for message in ["created. Give it a subscription next.", "was created before."] {
        let made = post(&app, &browser, NEW, &fields).await;
        assert_eq!(made.header("location"), path(account, ""));
        let shown = app.get(&made.kept_by(&browser), &path(account, "")).await;
        assert!(shown.html.contains(message), "{}", shown.html);
        let (filter, page) = (AuditFilter::default(), PageRequest::default());
        recorded.push(app.journal.list_audit(account, filter, page).await.unwrap().items);
    }

    assert_eq!(names(&app, &browser, "?q=C-17").await, ["Contoso"]);
    assert_eq!(recorded[0], recorded[1]);
    let cause = recorded[0][0]
        .entry
        .cause
        .clone()
        .unwrap()
        .into_revealed()
        .to_string();
    assert!(
        cause.contains("portal") && cause.contains(&id.to_string()),
        "{cause}"
    );
}

#[tokio::test]
async fn a_wrong_name_is_said_at_its_field() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::AccountsManage).await;
    let account = account(&app, "Contoso").await;

    let id = AccountId::from_bits(app.draw_bits()).to_string();
    let created = post(&app, &browser, NEW, &[("id", &id), ("name", " ")]).await;
    let renamed = post(&app, &browser, &path(account, "/name"), &[("name", " ")]).await;

    for page in [created, renamed] {
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains("href=\"#name\""), "{}", page.html);
    }
}

#[tokio::test]
async fn a_renamed_account_has_its_new_name() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::AccountsManage).await;
    let account = account(&app, "Contoso").await;

    let done = post(
        &app,
        &browser,
        &path(account, "/name"),
        &[("name", "Contoso Ltd")],
    )
    .await;

    assert_eq!(done.header("location"), path(account, ""));
    assert_eq!(names(&app, &browser, "").await, ["Contoso Ltd"]);
}

#[tokio::test]
async fn closing_an_account_is_asked_by_name_and_signs_everybody_out() {
    let desk = Desk::of(super::with_key(App::new().await).await, 0).await;
    let browser = operator(&desk.app, OperatorScope::AccountsManage).await;
    let agent = desk.agent("Ada").await;
    desk.sign_in(agent).await;

    let question = desk.app.get(&browser, &path(desk.account, "/close")).await.html;
    assert!(question.contains("Close the account Contoso?"), "{question}");
    assert!(question.contains("1 of them is at work now"), "{question}");
    let done = post(&desk.app, &browser, &path(desk.account, "/close"), &[]).await;

    assert_eq!(done.header("location"), "/operator/accounts");
    assert_eq!(names(&desk.app, &browser, "").await, Vec::<String>::new());
    assert_eq!(names(&desk.app, &browser, "?state=all").await, ["Contoso"]);
    let owner = desk.app.get(&desk.owner, "/me").await;
    assert_eq!(owner.header("location"), "/sign-in?back=%2Fme");
    let page = desk.app.get(&browser, &path(desk.account, "")).await.html;
    assert!(page.contains("This account is closed."), "{page}");
    let again = desk.app.get(&browser, &path(desk.account, "/close")).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

/// The address in a page that shows a one-time link.
fn shown_link(html: &str) -> String {
    let (_, rest) = html.split_once("/invitation/").unwrap();
    let end = rest.find(['"', '<', '&']).unwrap();
    format!("/invitation/{}", &rest[..end])
}

#[tokio::test]
async fn an_account_is_created_with_its_first_owner_who_comes_in_by_the_invitation() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::AccountsManage).await;
    let id = AccountId::from_bits(app.draw_bits()).to_string();
    let fields = [
        ("id", id.as_str()),
        ("name", "Borealis Desk"),
        ("owner_name", "Bo Borealis"),
        ("owner_email", "bo@borealis.example"),
    ];

    let made = post(&app, &browser, NEW, &fields).await;

    assert_eq!(made.status, StatusCode::OK, "{}", made.html);
    assert!(
        made.html.contains("Account Borealis Desk created."),
        "{}",
        made.html
    );
    let link = shown_link(&made.html);
    let inside = choose(&app, &link, ["a password of the first owner"; 2]).await;
    assert_eq!(inside.status, StatusCode::SEE_OTHER, "{}", inside.html);
    let subscription = format!("/a/{id}/subscription");
    let page = app.get(&inside.browser(), &subscription).await;
    assert_eq!(
        page.status,
        StatusCode::OK,
        "the first owner is billing contact: {}",
        page.html
    );
    let page = app.get(&browser, &format!("/operator/accounts/{id}")).await.html;
    assert!(
        page.contains("bo@borealis.example") && page.contains("Chosen"),
        "{page}"
    );
    assert!(
        !page.contains("Make operator"),
        "only a key with everything: {page}"
    );
}

#[tokio::test]
async fn an_account_without_an_owner_says_so_and_invites_one_again_as_often_as_needed() {
    let desk = Desk::of(super::with_key(App::new().await).await, 2).await;
    let app = &desk.app;
    let browser = operator(app, OperatorScope::AccountsManage).await;
    let empty = app.account("Borealis Desk").await;
    let owners = path(empty, "/owners");
    let page = app.get(&browser, &path(empty, "")).await.html;
    assert!(page.contains("Nobody can enter this account yet."), "{page}");

    for (name, email) in [("Bo", ""), ("", "bo@borealis.example"), ("", ""), ("Bo", "bo@")] {
        let fields = [("owner_name", name), ("owner_email", email)];
        let wrong = post(app, &browser, &owners, &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}, {email}");
    }
    let fields = [("owner_name", "Bo"), ("owner_email", "bo@borealis.example")];
    let first = post(app, &browser, &owners, &fields).await;
    let page = app.get(&browser, &path(empty, "")).await.html;
    assert!(
        page.contains("None yet") && page.contains("Invite again"),
        "{page}"
    );
    let (_, rest) = page.split_once("name=\"user\" value=\"").unwrap();
    let user = rest.split('"').next().unwrap();
    let second = post(app, &browser, &owners, &[("user", user)]).await;

    assert_eq!(second.status, StatusCode::OK, "{}", second.html);
    let (old, new) = (shown_link(&first.html), shown_link(&second.html));
    assert_ne!(old, new);
    assert!(
        app.get(&Browser::default(), &old)
            .await
            .html
            .contains("no longer works")
    );
    assert_eq!(app.get(&Browser::default(), &new).await.status, StatusCode::OK);
    // A member is no owner, and people of other accounts are none of this one.
    let agent = desk.agent("Ada").await.to_string();
    for account in [desk.account, empty] {
        let refused = post(app, &browser, &path(account, "/owners"), &[("user", &agent)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
    let licenses = app.engine.read(empty, |account, _| {
        account
            .users()
            .values()
            .map(|user| user.licenses.len())
            .sum::<usize>()
    });
    assert_eq!(
        licenses.await.unwrap(),
        0,
        "nobody pays for a seat that nobody asked for"
    );
}
