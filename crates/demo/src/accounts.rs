//! Four accounts, each with a known model of seat licensing (P5).

use serde_json::{Value, json};
use usher_client::{Account, Client, Error};

/// The product in all of the demo's accounts.
pub(super) const PRODUCT: &str = "remote-support";

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

/// The subscription and the users of one account.
struct Setup {
    name: &'static str,
    about: &'static str,
    model: Model,
    plan: &'static str,
    named: u32,
    shared: u32,
    minutes: u32,
    /// Pools besides the default one: name and seats.
    pools: &'static [(&'static str, u32)],
    rules: Value,
    agents: usize,
}

const NAMES: [&str; 16] = [
    "Sven", "Amara", "Yuki", "Lena", "Tomás", "Priya", "Jonas", "Fatima", "Mateo", "Ingrid", "Kwame", "Noor",
    "Elif", "Piotr", "Chloé", "Duc",
];

fn setups() -> [Setup; 4] {
    [
        Setup {
            name: "Fjord Field Service",
            about: "seat pools: 15 agents share 10 seats; idle agents are logged off, crashed agents' seats are freed",
            model: Model::SeatPools,
            plan: "enterprise",
            named: 0,
            shared: 10,
            minutes: 0,
            pools: &[("Day shift", 6), ("Night shift", 4)],
            rules: json!({
                "preset": "help_desk_shift", "auto_log_off_after_secs": 60, "lease_secs": 15, "offer_hold_secs": 10,
            }),
            agents: 15,
        },
        Setup {
            name: "Alder Clinic IT",
            about: "assigned seats: 9 users, 6 named seats, reassigned now and then",
            model: Model::AssignedSeats,
            plan: "team",
            named: 6,
            shared: 0,
            minutes: 0,
            pools: &[],
            rules: Value::Null,
            agents: 9,
        },
        Setup {
            name: "Harbor Help Desk",
            about: "concurrent sessions: 8 agents, 3 sessions at a time; the others wait",
            model: Model::ConcurrentSessions,
            plan: "enterprise",
            named: 0,
            shared: 3,
            minutes: 0,
            pools: &[],
            rules: json!({ "preset": "concurrent_sessions", "lease_secs": 15, "offer_hold_secs": 10 }),
            agents: 8,
        },
        Setup {
            name: "Lumen Remote",
            about: "concurrent devices: 6 agents, 4 seats, one for each device; minutes pay for the rest",
            model: Model::ConcurrentDevices,
            plan: "enterprise",
            named: 0,
            shared: 4,
            minutes: 240,
            pools: &[],
            rules: json!({ "preset": "concurrent_devices", "lease_secs": 15, "end_notice_secs": 5 }),
            agents: 6,
        },
    ]
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
        let account = Account::create(operator, self.name).await?;
        account
            .subscribe(self.plan, &[(PRODUCT, self.named, self.shared)])
            .await?;
        if self.minutes > 0 {
            account.add_minutes(self.minutes).await?;
        }
        let owner = self.make_owner(&account).await?;
        let pools = self.make_pools(&account).await?;
        let mut agents = Vec::new();
        for index in 0..self.agents {
            let name = NAMES[index % NAMES.len()];
            let agent = self.make_agent(&account, name, index, &pools).await?;
            agents.push(agent);
        }
        let scopes = ["read", "sign-ins.write", "seats.manage"];
        let key = account.create_api_key("the support product", &scopes).await?;
        Ok(DemoAccount {
            name: self.name,
            about: self.about,
            model: self.model,
            account: account.with_token(key.key),
            owner,
            agents,
        })
    }

    fn domain(&self) -> String {
        format!("{}.example", self.name.to_lowercase().replace(' ', "-"))
    }

    async fn make_owner(&self, account: &Account) -> Result<String, Error> {
        let email = format!("owner@{}", self.domain());
        let owner = json!({
            "name": "Olga Owner", "email": email, "role": "owner", "billing_contact": true,
            "password": PASSWORD, "assign_seat": false,
        });
        account.create_user(&owner).await?;
        Ok(email)
    }

    /// Creates the pools over which agents are spread: only the default one, or the named ones with its seats.
    async fn make_pools(&self, account: &Account) -> Result<Vec<String>, Error> {
        if self.shared == 0 {
            return Ok(Vec::new());
        }
        let pools = account.pools().await?;
        let default = pools
            .into_iter()
            .find(|pool| pool.default)
            .map(|pool| pool.id)
            .unwrap_or_default();
        let Some(((name, seats), others)) = self.pools.split_first() else {
            account
                .change_pool(&default, &json!({ "rules": self.rules }))
                .await?;
            return Ok(vec![default]);
        };
        account
            .change_pool(
                &default,
                &json!({ "name": name, "seats": seats, "rules": self.rules }),
            )
            .await?;
        let mut ids = vec![default];
        for (name, seats) in others {
            ids.push(account.create_pool(name, PRODUCT, *seats, &self.rules).await?.id);
        }
        Ok(ids)
    }

    async fn make_agent(
        &self,
        account: &Account,
        name: &str,
        index: usize,
        pools: &[String],
    ) -> Result<Agent, Error> {
        // The first agents get the named seats; the others have no license, and are refused.
        let assign_seat = self.named > 0 && index < usize::try_from(self.named).unwrap_or(0);
        let email = format!("agent-{index}@{}", self.domain());
        let user = json!({ "name": name, "email": email, "password": PASSWORD, "assign_seat": assign_seat });
        let id = account.create_user(&user).await?;
        if !pools.is_empty() {
            // Six of ten agents are in the first pool, the day shift.
            let pool = &pools[usize::from(index % 5 >= 3).min(pools.len() - 1)];
            account.set_license(&id, PRODUCT, Some(pool)).await?;
        }
        Ok(Agent {
            id,
            name: name.to_owned(),
            email,
        })
    }
}
