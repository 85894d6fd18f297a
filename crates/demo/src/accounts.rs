//! Four accounts, each with a known model of seat licensing (P5).

use serde_json::json;
use usher_client::operations::ChangeSettings;
use usher_client::{Account, Client, Error};
use usher_domain::permission::Role;
use usher_domain::rules::{Preset, Rules};
use usher_domain::user::License;
use usher_domain::{PoolId, Secs};
use usher_testkit::{ACCOUNT, HelpDesk, NewUser, POOL, agent, pool, user};

use super::office::NAMED_SEATS;

/// The product in all of the demo's accounts.
pub(super) use usher_testkit::PRODUCT;

/// The password of every user in the demo.
pub(super) const PASSWORD: &str = "usher demo password";

/// The licensing model of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    /// Signing in takes a seat of a pool.
    SeatPools,
    /// Some users have a named seat.
    AssignedSeats,
    /// A session takes a seat.
    ConcurrentSessions,
    /// Each device in a session takes a seat; minutes pay for the overflow.
    ConcurrentDevices,
}

/// An account with its users.
#[derive(Debug)]
pub(super) struct DemoAccount {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) model: Model,
    /// The account, with a key that can sign users in.
    pub(super) account: Account,
    /// The owner's e-mail address, for signing in.
    pub(super) owner: String,
    pub(super) agents: Vec<Agent>,
}

/// A user of the demo.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    pub(super) id: String,
    pub(super) name: String,
    /// The e-mail address, for signing in.
    pub(super) email: String,
}

/// An account to set up. The first of its users is the owner, the others are agents.
struct Setup {
    name: &'static str,
    about: &'static str,
    model: Model,
    desk: HelpDesk,
}

const NAMES: [&str; 16] = [
    "Sven", "Amara", "Yuki", "Lena", "Tomás", "Priya", "Jonas", "Fatima", "Mateo", "Ingrid", "Kwame", "Noor",
    "Elif", "Piotr", "Chloé", "Duc",
];

fn setups() -> [Setup; 4] {
    [
        seat_pools(),
        assigned_seats(),
        concurrent_sessions(),
        concurrent_devices(),
    ]
}

fn seat_pools() -> Setup {
    let name = "Fjord Field Service";
    let rules = Rules {
        auto_log_off_after: Some(Secs::new(60)),
        ..quick(Preset::HelpDeskShift)
    };
    let mut desk = owned(name).pool(6).called("Day shift").rules(rules.clone());
    // Nobody waits at night: agents who find every seat taken are refused, and try again.
    let night = Rules {
        when_full: Vec::new(),
        ..rules
    };
    desk = desk.another_pool("Night shift", 4).rules(night);
    for index in 0..15 {
        // Three of five agents are in the first pool, the day shift.
        let pool = if index % 5 >= 3 { pool("Night shift") } else { POOL };
        desk = in_pool(desk, name, index, pool);
    }
    Setup {
        name,
        about: "seat pools: 15 agents share 10 seats; by day they wait, by night they are refused; idle agents are logged off",
        model: Model::SeatPools,
        desk,
    }
}

fn assigned_seats() -> Setup {
    let name = "Alder Clinic IT";
    let mut desk = owned(name).plan("team").named_seats(NAMED_SEATS);
    for index in 0..9 {
        // The first agents get the named seats but one; the others have no license, are refused, and are lent that one.
        desk = desk.user(employee(name, index).assign_seat(Some(index < 6)));
    }
    Setup {
        name,
        about: "assigned seats: 9 users, 7 named seats; the last ones are lent to those who ask",
        model: Model::AssignedSeats,
        desk,
    }
}

fn concurrent_sessions() -> Setup {
    let name = "Harbor Help Desk";
    let desk = owned(name).pool(3).rules(quick(Preset::ConcurrentSessions));
    Setup {
        name,
        about: "concurrent sessions: 8 agents, 3 sessions at a time; the others wait",
        model: Model::ConcurrentSessions,
        desk: (0..8).fold(desk, |desk, index| in_pool(desk, name, index, POOL)),
    }
}

fn concurrent_devices() -> Setup {
    let name = "Lumen Remote";
    let rules = Rules {
        end_notice: Secs::new(5),
        lease: Secs::new(15),
        ..Rules::preset(Preset::ConcurrentDevices)
    };
    let desk = owned(name).pool(4).rules(rules).minutes(120);
    Setup {
        name,
        about: "concurrent devices: 6 agents, 4 seats, one for each device; minutes pay for the rest",
        model: Model::ConcurrentDevices,
        desk: (0..6).fold(desk, |desk, index| in_pool(desk, name, index, POOL)),
    }
}

/// Rules by which leases and offers end so soon that there is something to see.
fn quick(preset: Preset) -> Rules {
    Rules {
        lease: Secs::new(15),
        offer_hold: Secs::new(10),
        ..Rules::preset(preset)
    }
}

/// An account with its owner.
fn owned(name: &str) -> HelpDesk {
    let owner = NewUser::with_id(user("owner"), "Olga Owner").email(&owner_of(name));
    let owner = owner.role(Role::Owner).billing_contact().password(PASSWORD);
    HelpDesk::of(ACCOUNT, name).user(owner)
}

fn in_pool(desk: HelpDesk, account: &str, index: u32, pool: PoolId) -> HelpDesk {
    desk.user_with(employee(account, index), License::Shared(pool))
}

fn employee(account: &str, index: u32) -> NewUser {
    let email = format!("agent-{index}@{}", domain_of(account));
    NewUser::with_id(agent(index), name_of(index))
        .email(&email)
        .password(PASSWORD)
}

fn name_of(index: u32) -> &'static str {
    NAMES[index as usize % NAMES.len()]
}

fn owner_of(account: &str) -> String {
    format!("owner@{}", domain_of(account))
}

fn domain_of(account: &str) -> String {
    format!("{}.example", account.to_lowercase().replace(' ', "-"))
}

/// Creates the four accounts.
pub(super) async fn make(operator: &Client) -> Result<Vec<DemoAccount>, Error> {
    let mut accounts = Vec::new();
    for setup in setups() {
        accounts.push(setup.make(operator).await?);
    }
    Ok(accounts)
}

impl Setup {
    async fn make(self, operator: &Client) -> Result<DemoAccount, Error> {
        // One user at a time, so that the users are in the order of their names.
        let opened = self.desk.open_on(operator, 1).await?;
        let colors = json!({ "product_colors": { PRODUCT: "violet" } });
        let values = [opened.account.id()];
        operator
            .call::<ChangeSettings>(&values, &[], Some(&colors))
            .await?;
        let scopes = ["read", "sign-ins.write", "seats.manage"];
        let key = opened
            .account
            .create_api_key("the support product", &scopes)
            .await?;
        let agents = opened.users.into_iter().skip(1).zip(0..);
        let agents = agents.map(|(id, index)| Agent {
            id,
            name: name_of(index).to_owned(),
            email: format!("agent-{index}@{}", domain_of(self.name)),
        });
        Ok(DemoAccount {
            name: self.name,
            about: self.about,
            model: self.model,
            account: opened.account.with_token(key.key),
            owner: owner_of(self.name),
            agents: agents.collect(),
        })
    }
}
