//! Signing in through a provider, from the user's point of view, with a provider on this machine whose claims each test
//! sets.

#[path = "../../../identity/src/tests/single_sign_on/dns.rs"]
mod dns;
#[path = "../../../identity/src/tests/single_sign_on/provider.rs"]
#[expect(dead_code, reason = "here it does not lie")]
mod provider;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use serde_json::{Value, json};
use usher_app::Config;
use usher_domain::command::UserPatch;
use usher_domain::directory::{DirectoryEntry, EmailLabel, GroupMapping};
use usher_domain::permission::Role;
use usher_domain::user::{License, User};
use usher_domain::{Account, Actor, GroupId, Timestamp, UserId};
use usher_engine::{Cause, Clock};
use usher_identity::single_sign_on::{Provider, Reach};
use usher_identity::{Secret, draw_bits};
use usher_testkit as kit;

use self::provider::TestProvider;
use crate::app::{App, Browser, Page};
use crate::desk::{Desk, PRODUCT};

const CLIENT_ID: &str = "usher";
const CLIENT_SECRET: &str = "a-secret-of-the-provider-and-usher";
/// The provider's clock.
const WORLD: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A help desk whose users sign in through a provider.
struct Company {
    desk: Desk,
    provider: TestProvider,
}

impl Company {
    async fn with(named_seats: u32, change: impl FnOnce(&mut Provider)) -> Self {
        let app = App::configured(Config {
            public_url: Some("http://usher.example.com".to_owned()),
            providers: Reach::PrivateToo,
            world_clock: Clock::manual(WORLD),
            ..Config::default()
        });
        let desk = Desk::of(app.await, named_seats).await;
        let provider = TestProvider::start().await;
        let mut wanted = Provider {
            issuer: provider.issuer.parse().unwrap(),
            client_id: CLIENT_ID.parse().unwrap(),
            scopes: "openid profile email".parse().unwrap(),
            groups_claim: Some("groups".parse().unwrap()),
            label: "Acme".parse().unwrap(),
            creates_users: true,
            links_by_email: true,
            email_domains: ["example.com".parse().unwrap()].into(),
            email_claim: "email".parse().unwrap(),
            trusts_addresses: false,
            own_redirect_uri: true,
        };
        change(&mut wanted);
        let secret = Secret::of_client(CLIENT_SECRET);
        let (actor, cause) = (Actor::Operator, Cause::from("test"));
        let api = &desk.app.app;
        let set = api.set_provider(desk.account, wanted, secret, &actor, cause);
        set.await.unwrap();
        Self { desk, provider }
    }

    /// Signs in a user with these claims, from the first click to the final page.
    async fn come_in(&self, claims: Value) -> Page {
        self.come_back_at(None, claims).await
    }

    /// The same, but the browser returns to another path than the one that was requested.
    async fn come_back_at(&self, elsewhere: Option<&str>, claims: Value) -> Page {
        let path = format!("/sso/{}", self.desk.account);
        let sent = self.desk.app.get(&Browser::default(), &path).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
        let query = sent.header("location").split_once('?').unwrap().1;
        let asked: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        {
            let mut acts = self.provider.acts();
            acts.user_info = json!({"sub": claims["sub"]});
            acts.claims = claims;
            acts.claims["nonce"] = asked["nonce"].clone().into();
            acts.challenge.clone_from(&asked["code_challenge"]);
        }
        let redirect = asked["redirect_uri"]
            .strip_prefix("http://usher.example.com")
            .unwrap();
        let back = elsewhere.unwrap_or(redirect);
        let back = format!("{back}?state={}&code=code", asked["state"]);
        let browser = sent.kept_by(&Browser::default());
        self.desk.app.get(&browser, &back).await
    }

    async fn look<T: Send + 'static>(&self, view: impl Fn(&Account) -> T + Send + 'static) -> T {
        let engine = self.desk.app.app.engine();
        let seen = engine.read(self.desk.account, move |account, _| view(account));
        seen.await.unwrap()
    }

    async fn user(&self, email: &str) -> Option<User> {
        let email = email.parse().unwrap();
        self.look(move |account| account.user_by_email(&email).cloned())
            .await
    }

    /// A group that gives its members a named seat.
    async fn agents(&self) -> GroupId {
        let id = GroupId::from_bits(draw_bits(self.desk.app.app.engine().now()).unwrap());
        let create = kit::create_group(id, "Agents", BTreeSet::new());
        let mapping = GroupMapping {
            licenses: [(PRODUCT.parse().unwrap(), License::Named)].into(),
            ..GroupMapping::default()
        };
        for command in [create, kit::map_group(id, mapping)] {
            self.desk.app.give(self.desk.account, command).await;
        }
        id
    }

    async fn members(&self, group: GroupId) -> BTreeSet<UserId> {
        self.look(move |account| account.groups()[&group].members.iter().copied().collect())
            .await
    }

    /// How many sessions of this user began through a provider.
    fn sessions(&self, user: UserId) -> usize {
        let api = &self.desk.app.app;
        let sessions = api
            .identity()
            .portal_sessions(self.desk.account, user, api.engine().now());
        sessions.iter().filter(|session| session.by_provider).count()
    }
}

fn claims(sub: &str, email: &str) -> Value {
    json!({"sub": sub, "email": email, "email_verified": true, "name": "Sven at Acme"})
}

#[tokio::test]
async fn an_existing_user_is_found_by_address_once_and_by_login_from_then_on() {
    let company = Company::with(0, |_| {}).await;
    let sven = company.desk.member("Sven").await;
    let overview = company.desk.path("/overview");

    let first = company.come_in(claims("sven-1", "sven@example.com")).await;
    let renamed = company.come_in(claims("sven-1", "svensson@example.com")).await;
    let heir = company.come_in(claims("another-1", "sven@example.com")).await;

    for entered in [&first, &renamed] {
        assert_eq!(entered.header("location"), "/console", "{}", entered.html);
        let browser = entered.browser();
        assert_eq!(
            company.desk.app.get(&browser, &overview).await.status,
            StatusCode::OK
        );
    }
    assert_eq!(company.sessions(sven), 2);
    let known = company.user("sven@example.com").await.unwrap();
    assert_eq!(
        (known.id, known.profile.name.reveal().as_str()),
        (sven, "Sven"),
        "the account says how its people are called"
    );
    assert_eq!(
        known.directory.unwrap().subject.unwrap().reveal().sub.as_str(),
        "sven-1"
    );
    assert!(company.user("svensson@example.com").await.is_none());
    // The address now belongs to another person.
    assert_eq!(heir.status, StatusCode::FORBIDDEN);
    assert!(
        heir.html.contains("not connected with your provider"),
        "{}",
        heir.html
    );
    assert_eq!(heir.browser().cookie, None);
}

#[tokio::test]
async fn an_address_alone_is_not_enough_if_it_is_unproved_or_an_owners() {
    let unverified = json!({"email_verified": false});
    let unsaid = json!({"email_verified": null});
    for (case, email, links, over) in [
        (
            "the provider does not vouch for it",
            "sven@example.com",
            true,
            &unverified,
        ),
        ("the provider does not say", "sven@example.com", true, &unsaid),
        (
            "the settings do not allow it",
            "sven@example.com",
            false,
            &json!({}),
        ),
        ("an owner", "olga@example.com", true, &json!({})),
        ("an owner of a directory", "otto@example.com", true, &json!({})),
        ("an admin", "adam@example.com", true, &json!({})),
    ] {
        let company = Company::with(0, |provider| provider.links_by_email = links).await;
        company.desk.member("Sven").await;
        let (app, account) = (&company.desk.app, company.desk.account);
        app.user(account, "Adam", "adam@example.com", Role::Admin).await;
        let otto = app.user(account, "Otto", "otto@example.com", Role::Owner).await;
        let entry = DirectoryEntry {
            user_name: "otto".parse().unwrap(),
            external_id: None,
            given_name: None,
            family_name: None,
            email_label: EmailLabel::default(),
            subject: None,
        };
        let change = UserPatch {
            directory: Some(Some(entry)),
            ..UserPatch::default()
        };
        app.give(account, kit::change_user(otto, change)).await;
        let before = company.user(email).await.unwrap();
        let mut said = claims("stranger-1", email);
        for (claim, value) in over.as_object().unwrap() {
            said[claim] = value.clone();
        }

        let page = company.come_in(said).await;

        assert_eq!(page.status, StatusCode::FORBIDDEN, "{case}");
        assert!(
            page.html.contains("not connected with your provider"),
            "{case}: {}",
            page.html
        );
        assert_eq!(page.browser().cookie, None, "{case}");
        assert_eq!(company.user(email).await.unwrap(), before, "{case}");
        assert_eq!(company.sessions(before.id), 0, "{case}");
    }
}

#[tokio::test]
async fn without_enough_seats_no_user_is_created_and_the_person_is_told() {
    let company = Company::with(1, |_| {}).await;
    let agents = company.agents().await;
    let in_agents = |sub: &str, email: &str| {
        let mut said = claims(sub, email);
        said["groups"] = json!(["Agents"]);
        said
    };
    let nina = company.come_in(in_agents("nina-1", "nina@example.com")).await;
    assert_eq!(nina.header("location"), "/console");
    let nina = company.user("nina@example.com").await.unwrap();
    assert_eq!(nina.licenses[PRODUCT], License::Named);
    let before = company.look(Account::clone).await;

    let refused = company.come_in(in_agents("timo-1", "timo@example.com")).await;

    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused
            .html
            .contains("You were not added, because a group of yours gives a seat and none is left."),
        "{}",
        refused.html
    );
    assert!(
        refused.html.contains("0 of 1 are left") && refused.html.contains("Ask an owner or admin"),
        "{}",
        refused.html
    );
    assert_eq!(refused.browser().cookie, None);
    assert!(company.look(move |account| *account == before).await);
    assert_eq!(company.members(agents).await, [nina.id].into());

    // Once there is a seat again, the same person can sign in.
    let account = company.desk.account;
    let delete = kit::delete_user(nina.id);
    company.desk.app.give(account, delete).await;
    let entered = company.come_in(in_agents("timo-1", "timo@example.com")).await;
    assert_eq!(entered.header("location"), "/console");
    let timo = company.user("timo@example.com").await.unwrap();
    assert_eq!(company.members(agents).await, [timo.id].into());
    assert_eq!(company.sessions(timo.id), 1);
}

#[tokio::test]
async fn an_existing_user_signs_in_without_what_a_new_group_would_give_and_is_told() {
    let company = Company::with(0, |_| {}).await;
    let agents = company.agents().await;
    let sven = company.desk.member("Sven").await;
    let mut said = claims("sven-1", "sven@example.com");
    said["groups"] = json!(["Agents"]);

    let entered = company.come_in(said).await;

    assert_eq!(entered.header("location"), "/console");
    let browser = entered.kept_by(&Browser::default());
    let page = company
        .desk
        .app
        .get(&browser, &company.desk.path("/overview"))
        .await;
    assert!(
        page.html
            .contains("A group of yours could not give you what it should."),
        "{}",
        page.html
    );
    assert_eq!(company.members(agents).await, BTreeSet::new());
    assert!(
        company
            .user("sven@example.com")
            .await
            .unwrap()
            .licenses
            .is_empty()
    );
    assert_eq!(company.sessions(sven), 1);
}

#[tokio::test]
async fn a_code_at_another_accounts_redirect_uri_goes_to_no_provider() {
    let company = Company::with(0, |_| {}).await;
    company.desk.member("Sven").await;
    let other = company.desk.app.account("Hostile").await;

    for elsewhere in [format!("/sso/{other}/callback"), "/sso/callback".to_owned()] {
        let page = company
            .come_back_at(Some(&elsewhere), claims("sven-1", "sven@example.com"))
            .await;

        assert_eq!(page.status, StatusCode::FORBIDDEN, "{elsewhere}");
        assert!(
            page.html
                .contains("from another provider than the one that was asked"),
            "{}",
            page.html
        );
        assert_eq!(page.browser().cookie, None, "{elsewhere}");
    }
    assert_eq!(company.provider.asked("/token"), 0);
}

#[tokio::test]
async fn an_unverified_address_creates_no_user_unless_the_admin_trusts_the_provider() {
    for (said, trusts, is_made) in [
        (json!({"email_verified": false}), false, false),
        (json!({"email_verified": null}), false, false),
        (json!({"email_verified": "yes"}), false, false),
        (json!({"email_verified": true}), false, true),
        (json!({"email_verified": null}), true, true),
    ] {
        let company = Company::with(0, |provider| provider.trusts_addresses = trusts).await;
        let mut nina = claims("nina-1", "nina@example.com");
        nina["email_verified"] = said["email_verified"].clone();

        let page = company.come_in(nina).await;

        assert_eq!(
            company.user("nina@example.com").await.is_some(),
            is_made,
            "{said}"
        );
        assert_eq!(page.browser().cookie.is_some(), is_made, "{said}");
        assert!(
            is_made || page.html.contains("does not say that it is verified"),
            "{}",
            page.html
        );
    }

    // Trusted addresses also find existing users, by the configured claim.
    let company = Company::with(0, |provider| {
        provider.links_by_email = false;
        provider.trusts_addresses = true;
        provider.email_claim = "upn".parse().unwrap();
    })
    .await;
    let sven = company.desk.member("Sven").await;
    let said = json!({"sub": "sven-1", "upn": "Sven@example.com", "name": "Sven"});
    let page = company.come_in(said).await;
    assert_eq!(page.header("location"), "/console", "{}", page.html);
    assert_eq!(company.sessions(sven), 1);
}

#[tokio::test]
async fn unknown_groups_of_a_provider_change_nothing_and_the_admin_is_told() {
    let company = Company::with(1, |_| {}).await;
    let agents = company.agents().await;
    let owner = company.desk.app.sign_in("olga@example.com").await;
    let settings = company.desk.path("/single-sign-on");
    let say = async |groups: Value| {
        let mut said = claims("nina-1", "nina@example.com");
        said["groups"] = groups;
        let page = company.come_in(said).await;
        assert_eq!(page.header("location"), "/console", "{}", page.html);
        let shown = company.desk.app.get(&owner, &settings).await.html;
        (company.members(agents).await.len(), shown)
    };

    let (members, shown) = say(json!(["/Agents"])).await;
    assert_eq!(members, 1);
    assert!(!shown.contains("The last sign-in named"), "{shown}");
    for (groups, told) in [
        (json!(null), "The last sign-in named no groups in the claim below"),
        (json!(7), "The last sign-in named no groups in the claim below"),
        (
            json!(["Staff", "<b>Everybody"]),
            "The last sign-in named groups: &#60;b&#62;Everybody, Staff. None is known here",
        ),
    ] {
        let (members, shown) = say(groups.clone()).await;
        assert_eq!(members, 1, "{groups}");
        assert!(shown.contains(told), "{groups}: {shown}");
    }
    let (members, shown) = say(json!([])).await;
    assert_eq!(members, 0, "a person in no group is said so by an empty list");
    assert!(!shown.contains("The last sign-in named"), "{shown}");
}

#[tokio::test]
async fn users_see_no_parser_messages_and_the_admin_sees_the_reason() {
    let company = Company::with(0, |_| {}).await;
    company.provider.acts().token_answer = Some("{\"id_token\": nonsense".to_owned());
    let owner = company.desk.app.sign_in("olga@example.com").await;

    let page = company.come_in(claims("sven-1", "sven@example.com")).await;

    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(page.html.contains("does not work at the moment"), "{}", page.html);
    assert!(!page.html.contains("expected"), "{}", page.html);
    let settings = company.desk.path("/single-sign-on");
    let shown = company.desk.app.get(&owner, &settings).await.html;
    assert!(shown.contains("Last sign-ins that failed"), "{shown}");
    assert!(
        shown.contains("answer to the code cannot be read: expected"),
        "{shown}"
    );

    company.provider.acts().token_answer = None;
    company
        .come_in(json!({"sub": "eve-1", "email": "eve@elsewhere.example", "email_verified": true}))
        .await;
    let shown = company.desk.app.get(&owner, &settings).await.html;
    assert!(shown.contains("eve@elsewhere.example"), "{shown}");
}
