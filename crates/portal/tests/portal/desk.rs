//! A help desk with seats and agents, and its owner in a browser.

use std::collections::BTreeSet;

use usher_domain::command::{Command, UserPatch};
use usher_domain::permission::{Privilege, Role};
use usher_domain::user::License;
use usher_domain::{AccountId, PoolId, SessionId, SignInId, TicketId, UserId};
use usher_testkit as kit;

use crate::app::{App, Browser, Page};

pub use usher_testkit::PRODUCT;

/// An account and its owner's browser.
pub struct Desk {
    pub app: App,
    pub account: AccountId,
    pub owner: Browser,
    /// The default pool, which has all the seats.
    pub pool: PoolId,
}

impl Desk {
    /// A desk with only shared seats.
    pub async fn open(seats: u32) -> Self {
        Self::with_seats(App::new().await, 0, seats).await
    }

    /// A desk with named seats, and some shared ones.
    pub async fn with(named_seats: u32) -> Self {
        Self::with_seats(App::new().await, named_seats, 5).await
    }

    /// The same with an existing app.
    pub async fn of(app: App, named_seats: u32) -> Self {
        Self::with_seats(app, named_seats, 5).await
    }

    async fn with_seats(app: App, named_seats: u32, shared_seats: u32) -> Self {
        let account = app.account("Contoso").await;
        app.user(account, "Olga Owner", "olga@example.com", Role::Owner)
            .await;
        let owner = app.sign_in("olga@example.com").await;
        let pool = PoolId::from_bits(app.draw_bits());
        let subscription = kit::subscription(named_seats, shared_seats, pool);
        app.give(account, subscription.command()).await;
        Self {
            app,
            account,
            owner,
            pool,
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/a/{}{rest}", self.account)
    }

    /// A page of the account, requested by its owner.
    pub async fn get(&self, rest: &str) -> Page {
        self.app.get(&self.owner, &self.path(rest)).await
    }

    /// Sends a form as the owner.
    pub async fn post(&self, rest: &str, fields: &[(&str, &str)]) -> Page {
        self.app.post(&self.owner, "/me", &self.path(rest), fields).await
    }

    pub async fn give(&self, command: Command) {
        self.app.give(self.account, command).await;
    }

    pub async fn add_pool(&self, name: &str, seats: u32) -> PoolId {
        let id = PoolId::from_bits(self.app.draw_bits());
        self.give(kit::create_pool(id, name, seats)).await;
        id
    }

    /// Creates a user of the default pool.
    pub async fn agent(&self, name: &str) -> UserId {
        self.agent_of(name, self.pool).await
    }

    pub async fn agent_of(&self, name: &str, pool: PoolId) -> UserId {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        let id = self.person(name, &email).await;
        self.seat(id, License::Shared(pool)).await;
        id
    }

    /// Creates a user who can sign in, without a license.
    pub async fn member(&self, name: &str) -> UserId {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        self.app.user(self.account, name, &email, Role::Member).await
    }

    /// Creates users without a license: `Agent 00`, `Agent 01` and so on.
    pub async fn crowd(&self, count: u32) {
        for number in 0..count {
            let email = format!("agent.{number:02}@example.com");
            self.person(&format!("Agent {number:02}"), &email).await;
        }
    }

    /// Creates a user without a license or a password, which is fast.
    async fn person(&self, name: &str, email: &str) -> UserId {
        let id = UserId::from_bits(self.app.draw_bits());
        self.give(kit::NewUser::with_id(id, name).email(email).command())
            .await;
        id
    }

    pub async fn seat(&self, user: UserId, license: License) {
        self.give(kit::set_license(user, Some(license))).await;
    }

    pub async fn license(&self, user: UserId) -> Option<License> {
        let read = move |account: &usher_domain::Account, _| {
            account.user(user).unwrap().licenses.get(PRODUCT).copied()
        };
        self.app.app.engine().read(self.account, read).await.unwrap()
    }

    pub async fn find(&self, email: &str) -> Option<UserId> {
        let email = email.parse().unwrap();
        let read =
            move |account: &usher_domain::Account, _| account.user_by_email(&email).map(|user| user.id);
        self.app.app.engine().read(self.account, read).await.unwrap()
    }

    /// A manager with one privilege.
    pub async fn manager(&self, name: &str, privilege: Privilege) -> Browser {
        let email = format!("{}@example.com", name.to_lowercase());
        let id = self.app.user(self.account, name, &email, Role::Manager).await;
        let change = UserPatch {
            privileges: Some(BTreeSet::from([privilege])),
            ..UserPatch::default()
        };
        self.give(kit::change_user(id, change)).await;
        self.app.sign_in(&email).await
    }

    pub async fn sign_in(&self, user: UserId) -> SignInId {
        let bits = self.ask(user, false).await;
        SignInId::from_bits(bits)
    }

    /// Queues a user for a seat.
    pub async fn wait(&self, user: UserId) -> TicketId {
        TicketId::from_bits(self.ask(user, true).await)
    }

    async fn ask(&self, user: UserId, wait: bool) -> u128 {
        let bits = self.app.draw_bits();
        let name = self.app.app.engine().read(self.account, move |account, _| {
            account.user(user).unwrap().profile.name.reveal().to_string()
        });
        let laptop = kit::device(
            &format!("laptop-{user}"),
            &format!("{}’s laptop", name.await.unwrap()),
        );
        self.give(
            kit::sign_in(user, SignInId::from_bits(bits), laptop)
                .wait(wait)
                .command(),
        )
        .await;
        bits
    }

    pub async fn start_call(&self, sign_in: SignInId) -> SessionId {
        let id = SessionId::from_bits(self.app.draw_bits());
        self.give(kit::call(id, sign_in).code("234567").command()).await;
        id
    }
}
