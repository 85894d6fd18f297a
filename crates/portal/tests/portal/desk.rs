//! A help desk with seats, and its owner in a browser.

use std::collections::BTreeSet;

use usher_domain::account::{Plan, ProductSeats};
use usher_domain::command::Command;
use usher_domain::event::Profile;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::user::License;
use usher_domain::{AccountId, PoolId, UserId};
use usher_identity::draw_bits;

use crate::app::{App, Browser, Page};

pub const PRODUCT: &str = "remote-support";

/// An account with seats, an owner in a browser, and ways to ask about it.
pub struct Desk {
    pub app: App,
    pub account: AccountId,
    pub owner: Browser,
    pub pool: PoolId,
}

impl Desk {
    pub async fn with(named_seats: u32) -> Self {
        Self::open(App::new().await, named_seats).await
    }

    pub async fn open(app: App, named_seats: u32) -> Self {
        let account = app.account("Contoso").await;
        let pool = PoolId::from_bits(draw_bits(app.api.engine().now()).unwrap());
        let product: usher_domain::text::Product = PRODUCT.parse().unwrap();
        let seats = ProductSeats {
            named_seats,
            shared_seats: 5,
        };
        let subscription = Command::SetSubscription {
            plan: Plan {
                name: "enterprise".parse().unwrap(),
                shared_seats: true,
            },
            products: [(product.clone(), seats)].into(),
            default_pools: [(product, pool)].into(),
        };
        app.give(account, subscription).await;
        app.user(account, "Olga Owner", "olga@example.com", Role::Owner)
            .await;
        let owner = app.sign_in("olga@example.com").await;
        Self {
            app,
            account,
            owner,
            pool,
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/a/{}/{rest}", self.account)
    }

    pub async fn get(&self, rest: &str) -> Page {
        self.app.get(&self.owner, &self.path(rest)).await
    }

    /// Sends a form as the owner, with the token of the list.
    pub async fn post(&self, rest: &str, fields: &[(&str, &str)]) -> Page {
        self.app
            .post(&self.owner, &self.path("users"), &self.path(rest), fields)
            .await
    }

    pub async fn member(&self, name: &str) -> UserId {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        self.app.user(self.account, name, &email, Role::Member).await
    }

    /// People without a password, which takes no time: `Agent 00` and on.
    pub async fn crowd(&self, count: u32) {
        for number in 0..count {
            let profile = Profile {
                name: format!("Agent {number:02}").parse().unwrap(),
                email: format!("agent.{number:02}@example.com").parse().unwrap(),
                role: Role::Member,
                privileges: BTreeSet::new(),
                billing_contact: false,
                seat_limit: None,
                session_permissions: PermissionOverrides::default(),
            };
            let command = Command::CreateUser {
                id: UserId::from_bits(draw_bits(self.app.api.engine().now()).unwrap()),
                profile,
                assign_seat: Some(false),
                product: None,
                password_set: false,
                active: true,
                directory: None,
            };
            self.app.give(self.account, command).await;
        }
    }

    pub async fn seat(&self, user: UserId, license: License) {
        let command = Command::SetLicense {
            user,
            product: PRODUCT.parse().unwrap(),
            license: Some(license),
        };
        self.app.give(self.account, command).await;
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
}
