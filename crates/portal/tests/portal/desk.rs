//! A help desk with seats and agents, and its owner in a browser.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::account::{Plan, ProductSeats};
use usher_domain::command::{
    AccountCommand, Command, LicenseCommand, OneOrMore, PoolCommand, SessionCommand, SignInCommand,
    SignUserIn, StartSession, UserCommand, UserPatch,
};
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::permission::{PermissionOverrides, Privilege, Role};
use usher_domain::presence::{Device, DeviceKind, SessionKind, Start};
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{AccountId, PoolId, SessionId, SignInId, TicketId, UserId};
use usher_identity::draw_bits;

use crate::app::{App, Browser, Page};

pub const PRODUCT: &str = "remote-support";

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
        let pool = PoolId::from_bits(bits(&app));
        let bought = ProductSeats {
            named_seats,
            shared_seats,
        };
        let subscription = Command::Account(AccountCommand::SetSubscription {
            plan: Plan {
                name: "enterprise".parse().unwrap(),
                shared_seats: true,
            },
            products: BTreeMap::from([(product(), bought)]),
            default_pools: BTreeMap::from([(product(), pool)]),
        });
        app.give(account, subscription).await;
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
        let id = PoolId::from_bits(bits(&self.app));
        self.give(Command::Pool(PoolCommand::Create {
            id,
            name: name.parse().unwrap(),
            product: product(),
            seats,
            rules: None,
            labels: Labels::default(),
        }))
        .await;
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
        let id = UserId::from_bits(bits(&self.app));
        self.give(Command::User(UserCommand::Create {
            id,
            profile: Profile {
                name: name.parse().unwrap(),
                email: email.parse().unwrap(),
                role: Role::Member,
                privileges: BTreeSet::new(),
                billing_contact: false,
                seat_limit: None,
                session_permissions: PermissionOverrides::default(),
            },
            assign_seat: Some(false),
            product: None,
            licenses: std::collections::BTreeMap::new(),
            password_set: false,
            active: true,
            directory: None,
            labels: Labels::default(),
        }))
        .await;
        id
    }

    pub async fn seat(&self, user: UserId, license: License) {
        self.give(Command::License(LicenseCommand::Set {
            user,
            product: product(),
            license: Some(license),
        }))
        .await;
    }

    pub async fn license(&self, user: UserId) -> Option<License> {
        let read = move |account: &usher_domain::Account, _| {
            account.user(user).unwrap().licenses.get(PRODUCT).copied()
        };
        self.app.api.engine().read(self.account, read).await.unwrap()
    }

    pub async fn find(&self, email: &str) -> Option<UserId> {
        let email = email.parse().unwrap();
        let read =
            move |account: &usher_domain::Account, _| account.user_by_email(&email).map(|user| user.id);
        self.app.api.engine().read(self.account, read).await.unwrap()
    }

    /// A manager with one privilege.
    pub async fn manager(&self, name: &str, privilege: Privilege) -> Browser {
        let email = format!("{}@example.com", name.to_lowercase());
        let id = self.app.user(self.account, name, &email, Role::Manager).await;
        let change = UserPatch {
            privileges: Some(BTreeSet::from([privilege])),
            ..UserPatch::default()
        };
        self.give(Command::User(UserCommand::Change { id, change })).await;
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
        let bits = bits(&self.app);
        let name = self.app.api.engine().read(self.account, move |account, _| {
            account.user(user).unwrap().profile.name.reveal().to_string()
        });
        let device = Device {
            id: format!("laptop-{user}").parse().unwrap(),
            name: format!("{}’s laptop", name.await.unwrap()).parse().unwrap(),
            kind: DeviceKind::Desktop,
        };
        self.give(Command::SignIn(SignInCommand::SignIn(SignUserIn {
            user,
            product: product(),
            devices: OneOrMore::one((SignInId::from_bits(bits), device)),
            takeover: false,
            wait,
        })))
        .await;
        bits
    }

    pub async fn start_call(&self, sign_in: SignInId) -> SessionId {
        let id = SessionId::from_bits(bits(&self.app));
        self.give(Command::Session(SessionCommand::Start(StartSession {
            id,
            sign_in,
            kind: SessionKind::Call,
            start: Start::Active,
            customer: None,
            code: "234567".parse().unwrap(),
            valid_for: None,
            wait: false,
            labels: Labels::default(),
        })))
        .await;
        id
    }
}

fn bits(app: &App) -> u128 {
    draw_bits(app.api.engine().now()).unwrap()
}

fn product() -> Product {
    PRODUCT.parse().unwrap()
}
