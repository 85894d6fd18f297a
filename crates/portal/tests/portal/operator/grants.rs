//! Owners who are operators: who comes in by a grant, and what ends it.

use axum::http::StatusCode;
use usher_domain::command::{AccountCommand, Command, UserCommand, UserPatch};
use usher_domain::permission::Role;
use usher_domain::personal::Personal;
use usher_domain::{AccountId, UserId};
use usher_identity::{
    ChangeOrigin, ChangedBy, HashingShare, OperatorScope, PasswordLife, Secret, TrailSubject,
};
use usher_portal::SESSION_COOKIE;
use usher_testkit::AuthenticatorApp;

use super::{FIRST_KEY, account, enter, post, with_key};
use crate::app::{App, Browser, PASSWORD, Page};
use crate::second_factor::{code, set_up};

pub(super) const ACCOUNTS: &str = "/operator/accounts";
const SIGN_IN: &str = "/operator/sign-in";
const OPEN: &str = "/operator/open";
pub(super) const OWNER: &str = "owner@contoso.example";

/// A server that one company has set up for itself, whose owner runs it.
pub(super) struct Company {
    pub(super) app: App,
    pub(super) account: AccountId,
    pub(super) owner: UserId,
    pub(super) authenticator: AuthenticatorApp,
    /// The owner's browser.
    pub(super) browser: Browser,
}

impl Company {
    /// The owner has ticked the box on the set-up page, and has set up a second factor.
    pub(super) async fn new() -> Self {
        let (app, browser) = first_run("yes").await;
        let grant = app.identity.operator_grants().pop().unwrap();
        let (authenticator, _, browser) = set_up(&app, &browser).await;
        Self {
            account: grant.account,
            owner: grant.user,
            app,
            authenticator,
            browser,
        }
    }

    /// Sends the owner's form with the password and a fresh code.
    pub(super) async fn open(&self, browser: &Browser) -> Page {
        let code = code(&self.app, &self.authenticator).await;
        let fields = [("present", PASSWORD), ("code", &*code)];
        self.app.post(browser, "/me", OPEN, &fields).await
    }

    /// A browser in which the owner has opened the operator pages.
    pub(super) async fn operator(&self) -> Browser {
        let page = self.open(&self.browser).await;
        assert_eq!(page.header("location"), "/operator", "{}", page.html);
        page.kept_by(&self.browser)
    }

    /// Signs the owner in again, in another browser.
    pub(super) async fn sign_in(&self, password: &str) -> Browser {
        let fields = [("email", OWNER), ("password", password), ("back", "/me")];
        let nobody = Browser::default();
        let page = self.app.post(&nobody, "/sign-in", "/sign-in", &fields).await;
        let halfway = page.kept_by(&nobody);
        let code = code(&self.app, &self.authenticator).await;
        let path = "/sign-in/code";
        let page = self.app.post(&halfway, path, path, &[("code", &code)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
        page.browser()
    }

    async fn give(&self, change: UserPatch) {
        let id = self.owner;
        let command = Command::User(UserCommand::Change { id, change });
        self.app.give(self.account, command).await;
    }

    /// Sets the owner's password in somebody's name.
    pub(super) async fn set_password(&self, by: ChangedBy) {
        let (app, now) = (&self.app, self.app.engine.now());
        let share = HashingShare {
            account: None,
            caller: None,
        };
        let hash = app
            .identity
            .hash_password(share, PASSWORD.to_owned(), Vec::new())
            .await;
        let hash = hash.unwrap();
        let origin = ChangeOrigin {
            by,
            cause: Personal::new("test".to_owned()),
        };
        let (account, owner, life) = (self.account, self.owner, PasswordLife::Lasting);
        let set = app
            .identity
            .set_password(account, owner, &hash, life, origin, now);
        let _ = set.await.unwrap();
    }

    /// The actions in the trail, newest first, with who did them.
    async fn trail(&self) -> Vec<(String, String)> {
        let trail = self.app.identity.operator_trail(None, 10).await.unwrap();
        let of_grants = trail
            .into_iter()
            .filter(|entry| entry.subject == TrailSubject::Grant(self.owner));
        of_grants.map(|entry| (entry.action, entry.actor)).collect()
    }

    fn has_grant(&self) -> bool {
        self.app
            .identity
            .operator_grant(self.account, self.owner)
            .is_some()
    }
}

/// Sets a server up in a browser. Returns the owner's browser.
async fn first_run(operator: &str) -> (App, Browser) {
    let app = with_key(App::new().await).await;
    let link = app.identity.create_setup_link().await.unwrap();
    let path = format!("/setup/{}", link.expose());
    let fields = [
        ("setting", "company"),
        ("operator", operator),
        ("account", "Contoso"),
        ("name", "Olga"),
        ("email", OWNER),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
        ("product_name", "Help desk"),
        ("shared_seats", "3"),
    ];
    let made = app.post(&Browser::default(), &path, &path, &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    let browser = made.browser();
    (app, browser)
}

pub(super) async fn is_open(app: &App, browser: &Browser) -> bool {
    let page = app.get(browser, ACCOUNTS).await;
    if page.status == StatusCode::OK {
        return true;
    }
    assert!(page.header("location").starts_with(SIGN_IN), "{}", page.html);
    false
}

/// Whether the page that asks for a key offers to come in without one.
async fn is_offered(app: &App, browser: &Browser) -> bool {
    app.get(browser, SIGN_IN)
        .await
        .html
        .contains("action=\"/operator/open\"")
}

#[tokio::test]
async fn the_owner_who_set_the_server_up_opens_the_pages_by_password_and_code_and_each_act_says_so() {
    let company = Company::new().await;
    let app = &company.app;
    assert!(is_offered(app, &company.browser).await);
    assert!(!is_open(app, &company.browser).await);

    let operator = company.operator().await;

    let page = app.get(&operator, ACCOUNTS).await.html;
    assert!(
        page.contains("Olga, Contoso") && page.contains("Contoso"),
        "{page}"
    );
    let name = format!("{ACCOUNTS}/{}/name", company.account);
    let renamed = post(app, &operator, &name, &[("name", "Contoso Ltd")]).await;
    assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.html);
    let audit = app
        .get(&company.browser, &format!("/a/{}/audit", company.account))
        .await;
    assert!(audit.html.contains(&company.owner.to_string()), "{}", audit.html);
    assert_eq!(
        company.trail().await,
        [("operator_grant.created".to_owned(), "set_up".to_owned())]
    );
}

#[tokio::test]
async fn nobody_becomes_operator_who_did_not_ask_for_it_at_the_first_run() {
    let (app, browser) = first_run("").await;

    assert_eq!(app.identity.operator_grants(), []);
    assert!(!is_offered(&app, &browser).await);
    let page = app.get(&browser, "/me").await.html;
    assert!(!page.contains("Operator of this server"), "{page}");
}

#[tokio::test]
async fn a_grant_opens_no_keys_and_no_grants() {
    let company = Company::new().await;
    let app = &company.app;
    let operator = company.operator().await;
    let owner = company.owner;

    for path in ["/operator/keys", "/operator/branding"] {
        let page = app.get(&operator, path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert!(
            page.html.contains("opens with an operator key only"),
            "{}",
            page.html
        );
    }
    for path in [
        format!("/operator/owners/{owner}/confirm"),
        format!("/operator/owners/{owner}/revoke"),
        format!("{ACCOUNTS}/{}/operators", company.account),
        "/operator/keys".to_owned(),
    ] {
        let page = post(app, &operator, &path, &[("user", &owner.to_string())]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(company.trail().await.len(), 1);
}

#[tokio::test]
async fn without_the_right_password_and_a_fresh_code_nothing_opens() {
    let company = Company::new().await;
    let app = &company.app;
    let used = code(app, &company.authenticator).await;
    let fresh = |code: &str, password: &str| [("present", password.to_owned()), ("code", code.to_owned())];
    let send = async |fields: [(&str, String); 2]| {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        app.post(&company.browser, "/me", OPEN, &fields).await
    };

    let wrong_password = send(fresh(&used, "not the password of Olga")).await;
    let wrong_code = send(fresh("000000", PASSWORD)).await;
    let right = send(fresh(&used, PASSWORD)).await;
    let again = send(fresh(&used, PASSWORD)).await;
    let nobody = app
        .post(&Browser::default(), SIGN_IN, OPEN, &[("present", PASSWORD)])
        .await;

    assert!(
        wrong_password.html.contains("href=\"#present\""),
        "{}",
        wrong_password.html
    );
    assert!(wrong_code.html.contains("href=\"#code\""), "{}", wrong_code.html);
    assert_eq!(right.header("location"), "/operator", "{}", right.html);
    assert!(again.html.contains("href=\"#code\""), "{}", again.html);
    assert!(
        nobody.header("location").starts_with("/sign-in"),
        "{}",
        nobody.html
    );
}

#[tokio::test]
async fn an_owner_without_a_second_factor_is_told_to_set_one_up_first() {
    let (app, browser) = first_run("yes").await;

    let page = app.get(&browser, SIGN_IN).await.html;
    let refused = app.post(&browser, "/me", OPEN, &[("present", PASSWORD)]).await;

    assert!(page.contains("You need a second factor"), "{page}");
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.html.contains("You need a second factor"),
        "{}",
        refused.html
    );
}

#[tokio::test]
async fn an_owner_who_was_added_later_has_no_grant() {
    let company = Company::new().await;
    let (app, email) = (&company.app, "second@contoso.example");
    app.user(company.account, "Sven", email, Role::Owner).await;
    let (authenticator, _, browser) = set_up(app, &app.sign_in(email).await).await;
    let code = code(app, &authenticator).await;

    let refused = app
        .post(&browser, "/me", OPEN, &[("present", PASSWORD), ("code", &code)])
        .await;

    assert!(!is_offered(app, &browser).await);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("You are not an operator of this server."));
}

#[tokio::test]
async fn single_sign_on_opens_nothing_even_with_the_password_and_a_code() {
    let company = Company::new().await;
    let (app, now) = (&company.app, company.app.engine.now());
    let token = Secret::of_client("an ID token").unwrap();
    let session = app.identity.begin_portal_session_by_provider(
        company.account,
        company.owner,
        "Firefox",
        &token,
        0,
        now,
    );
    let cookie = format!("{SESSION_COOKIE}={}", session.await.unwrap().expose());
    let browser = Browser { cookie: Some(cookie) };
    // It gets another secret, with the rights of its user.
    let browser = app.get(&browser, "/me").await.browser();

    let refused = company.open(&browser).await;

    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.html
    );
    assert!(refused.html.contains("single sign-on"), "{}", refused.html);
}

#[tokio::test]
async fn a_second_account_voids_the_grant_at_once_until_a_key_confirms_it() {
    let company = Company::new().await;
    let app = &company.app;
    let operator = company.operator().await;

    account(app, "Fabrikam").await;

    assert!(!is_open(app, &operator).await);
    let refused = company.open(&company.browser).await;
    assert!(refused.html.contains("another account"), "{}", refused.html);
    let key = enter(app, FIRST_KEY).await;
    let keys = app.get(&key, "/operator/keys").await.html;
    assert!(keys.contains("To be confirmed"), "{keys}");
    post(
        app,
        &key,
        &format!("/operator/owners/{}/confirm", company.owner),
        &[],
    )
    .await;
    let operator = company.operator().await;
    assert!(is_open(app, &operator).await);
    account(app, "Adatum").await;
    assert!(is_open(app, &operator).await);
    assert_eq!(company.trail().await[0].0, "operator_grant.confirmed");
}

#[tokio::test]
async fn a_second_account_that_was_closed_again_leaves_the_grant_void() {
    let company = Company::new().await;
    let second = account(&company.app, "Fabrikam").await;

    let close = Command::Account(AccountCommand::Delete);
    company.app.give(second, close).await;

    let refused = company.open(&company.browser).await;
    assert!(refused.html.contains("another account"), "{}", refused.html);
}

#[tokio::test]
async fn an_owner_who_was_none_in_the_meantime_is_operator_no_more() {
    type Step = (&'static str, UserPatch, UserPatch);
    let role = |role| UserPatch {
        role: Some(role),
        ..UserPatch::default()
    };
    let active = |active| UserPatch {
        active: Some(active),
        ..UserPatch::default()
    };
    let steps: [Step; 2] = [
        ("another role", role(Role::Admin), role(Role::Owner)),
        ("deactivated", active(false), active(true)),
    ];
    for (what, away, back) in steps {
        let company = Company::new().await;
        let app = &company.app;
        app.user(company.account, "Sven", "second@contoso.example", Role::Owner)
            .await;
        let operator = company.operator().await;

        company.give(away).await;
        company.give(back).await;

        let browser = company.sign_in(PASSWORD).await;
        let refused = company.open(&browser).await;
        assert!(
            refused.html.contains("You are not an operator of this server."),
            "{what}: {}",
            refused.html
        );
        assert!(!company.has_grant() && !is_open(app, &operator).await, "{what}");
        let ended = ("operator_grant.ended".to_owned(), "usher".to_owned());
        assert_eq!(company.trail().await[0], ended, "{what}");
    }
}

#[tokio::test]
async fn a_session_ends_with_the_role_of_its_owner() {
    let company = Company::new().await;
    let app = &company.app;
    app.user(company.account, "Sven", "second@contoso.example", Role::Owner)
        .await;
    let operator = company.operator().await;
    assert!(is_open(app, &operator).await);

    let change = UserPatch {
        role: Some(Role::Admin),
        ..UserPatch::default()
    };
    company.give(change).await;

    assert!(!is_open(app, &operator).await);
    assert!(!company.has_grant());
}

#[tokio::test]
async fn a_changed_name_or_address_changes_nothing() {
    let company = Company::new().await;
    let change = UserPatch {
        name: Some("Olga O.".parse().unwrap()),
        ..UserPatch::default()
    };

    company.give(change).await;

    assert_eq!(
        company.open(&company.browser).await.header("location"),
        "/operator"
    );
}

#[tokio::test]
async fn the_owner_gives_it_up_and_a_key_revokes_it() {
    for by_key in [false, true] {
        let company = Company::new().await;
        let app = &company.app;
        let operator = company.operator().await;

        let by = if by_key {
            let key = enter(app, FIRST_KEY).await;
            post(
                app,
                &key,
                &format!("/operator/owners/{}/revoke", company.owner),
                &[],
            )
            .await;
            app.identity.operator_keys()[0].id.to_string()
        } else {
            app.post(&company.browser, "/me", "/me/operator/revoke", &[])
                .await;
            company.owner.to_string()
        };

        assert!(!is_open(app, &operator).await);
        assert!(!is_offered(app, &company.browser).await);
        assert_eq!(
            company.trail().await[0],
            ("operator_grant.revoked".to_owned(), by)
        );
        let again = app
            .post(&company.browser, "/me", "/me/operator/revoke", &[])
            .await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_closed_account_takes_the_grants_of_its_owners_with_it() {
    let company = Company::new().await;
    let operator = company.operator().await;

    let key = enter(&company.app, FIRST_KEY).await;
    let close = format!("{ACCOUNTS}/{}/close", company.account);
    post(&company.app, &key, &close, &[]).await;

    assert!(!company.has_grant() && !is_open(&company.app, &operator).await);
    assert_eq!(company.trail().await[0].0, "operator_grant.ended");
}

#[tokio::test]
async fn only_a_key_with_everything_makes_an_owner_operator_later() {
    let app = with_key(App::new().await).await;
    let (one, _) = (account(&app, "Contoso").await, account(&app, "Fabrikam").await);
    let owner = app.user(one, "Olga", "second@contoso.example", Role::Owner).await;
    let admin = app.user(one, "Adam", "adam@contoso.example", Role::Admin).await;
    let path = format!("{ACCOUNTS}/{one}/operators");
    let (owner_id, admin_id) = (owner.to_string(), admin.to_string());

    for scope in [OperatorScope::AccountsManage, OperatorScope::BillingManage] {
        let lesser = super::operator(&app, scope).await;
        let page = post(&app, &lesser, &path, &[("user", &owner_id)]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        let page = app.get(&lesser, &format!("{ACCOUNTS}/{one}")).await.html;
        assert!(!page.contains("Make operator"), "{page}");
    }
    let key = enter(&app, FIRST_KEY).await;
    let refused = post(&app, &key, &path, &[("user", &admin_id)]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let page = app.get(&key, &format!("{ACCOUNTS}/{one}")).await.html;
    let ask = format!("{path}?user={owner_id}");
    assert!(page.contains(&format!("href=\"{ask}\"")), "{page}");
    let asked = app.get(&key, &ask).await.html;
    assert!(asked.contains("Make Olga an operator of this server?"), "{asked}");
    assert!(asked.contains("every account of this server"), "{asked}");
    let unsure = post(&app, &key, &path, &[("user", &owner_id)]).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unsure.html);
    assert!(app.identity.operator_grants().is_empty());
    let made = post(&app, &key, &path, &[("user", &owner_id), ("all", "yes")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);

    // With two accounts: the key has confirmed it by making it.
    let (authenticator, _, browser) = set_up(&app, &app.sign_in("second@contoso.example").await).await;
    let code = code(&app, &authenticator).await;
    let fields = [("present", PASSWORD), ("code", &*code)];
    let opened = app.post(&browser, "/me", OPEN, &fields).await;
    assert_eq!(opened.header("location"), "/operator", "{}", opened.html);
}

#[tokio::test]
async fn a_form_from_elsewhere_opens_nothing() {
    let company = Company::new().await;
    let code = code(&company.app, &company.authenticator).await;
    let fields = [("present", PASSWORD), ("code", &*code), ("_csrf", "guessed")];
    let body = crate::app::form(&fields);

    let sent = company
        .app
        .send(&company.browser, axum::http::Method::POST, OPEN, &[], body)
        .await;

    assert_eq!(sent.status(), StatusCode::FORBIDDEN);
}
