//! A whole help desk.

use usher_domain::command::{Command, PoolPatch};
use usher_domain::labels::Labels;
use usher_domain::permission::{Actor, Role};
use usher_domain::rules::Rules;
use usher_domain::user::License;
use usher_domain::{Account, AccountId, Input, Observer, PoolId, Timestamp, TopUpId, create, step};

use super::{
    ACCOUNT, NewUser, POOL, add_minutes, agent, change_pool, create_account, create_pool, new_user, pool,
    resize, set_license, subscription,
};

/// A help desk to set up: an account with seats of one product, and users who share them.
#[derive(Debug, Clone)]
pub struct HelpDesk {
    account: AccountId,
    name: String,
    named_seats: u32,
    /// Shared seats that are in no pool.
    unallocated: u32,
    pools: Vec<NewPool>,
    users: Vec<(NewUser, Option<License>)>,
    agents: u32,
    minutes: u32,
}

/// A pool; the first one is the account's default pool.
#[derive(Debug, Clone)]
struct NewPool {
    id: PoolId,
    /// `None` for the name of the default pool.
    name: Option<String>,
    seats: u32,
    /// `None` for those of the settings.
    rules: Option<Rules>,
}

impl Default for HelpDesk {
    fn default() -> Self {
        Self::new()
    }
}

impl HelpDesk {
    /// An account that has bought nothing yet.
    pub fn new() -> Self {
        Self::of(ACCOUNT, "Help desk")
    }

    /// The same, with this id and name.
    pub fn of(account: AccountId, name: &str) -> Self {
        Self {
            account,
            name: name.to_owned(),
            named_seats: 0,
            unallocated: 0,
            pools: Vec::new(),
            users: Vec::new(),
            agents: 0,
            minutes: 0,
        }
    }

    /// With this many named seats.
    #[must_use]
    pub const fn named_seats(mut self, seats: u32) -> Self {
        self.named_seats = seats;
        self
    }

    /// With a default pool, which has the id [`POOL`] and this many shared seats.
    #[must_use]
    pub fn pool(self, seats: u32) -> Self {
        self.default_pool(POOL, seats)
    }

    /// The same, with another id.
    #[must_use]
    pub fn default_pool(mut self, id: PoolId, seats: u32) -> Self {
        assert!(self.pools.is_empty(), "the default pool is the first one");
        self.pools.push(NewPool {
            id,
            name: None,
            seats,
            rules: None,
        });
        self
    }

    /// With another pool of this name, and its own shared seats.
    #[must_use]
    pub fn another_pool(mut self, name: &str, seats: u32) -> Self {
        assert!(!self.pools.is_empty(), "the default pool is the first one");
        self.pools.push(NewPool {
            id: pool(name),
            name: Some(name.to_owned()),
            seats,
            rules: None,
        });
        self
    }

    /// With these rules in the latest pool.
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.pools.last_mut().unwrap().rules = Some(rules);
        self
    }

    /// With shared seats that are in no pool.
    #[must_use]
    pub const fn unallocated(mut self, seats: u32) -> Self {
        self.unallocated = seats;
        self
    }

    /// With so many more agents of the latest pool; [`agent`] has their ids.
    #[must_use]
    pub fn agents(mut self, count: u32) -> Self {
        for _ in 0..count {
            let number = self.agents;
            let email = format!("agent-{number}@example.com");
            let user = NewUser::with_id(agent(number), &format!("Agent {number}")).email(&email);
            self.agents += 1;
            self = self.licensed(user);
        }
        self
    }

    /// With an agent of this name in the latest pool.
    #[must_use]
    pub fn agent(self, name: &str) -> Self {
        self.licensed(new_user(name))
    }

    fn licensed(mut self, user: NewUser) -> Self {
        let license = License::Shared(self.pools.last().unwrap().id);
        self.users.push((user, Some(license)));
        self
    }

    /// With a user of this name who owns the account and has no license.
    #[must_use]
    pub fn owner(self, name: &str) -> Self {
        self.user(new_user(name).role(Role::Owner))
    }

    /// With this user.
    #[must_use]
    pub fn user(mut self, user: NewUser) -> Self {
        self.users.push((user, None));
        self
    }

    /// With prepaid minutes.
    #[must_use]
    pub const fn minutes(mut self, minutes: u32) -> Self {
        self.minutes = minutes;
        self
    }

    /// The account's id.
    pub const fn id(&self) -> AccountId {
        self.account
    }

    /// The commands that set the help desk up, in order; the first one creates the account. They are the operator's.
    pub fn commands(&self) -> Vec<Command> {
        let mut commands = vec![create_account(self.account, &self.name)];
        commands.extend(self.purchase());
        commands.extend(
            self.pools
                .iter()
                .enumerate()
                .flat_map(|(index, pool)| pool.commands(index == 0 && self.is_split())),
        );
        if self.minutes > 0 {
            commands.push(add_minutes(TopUpId::from_bits(0), self.minutes));
        }
        for (user, license) in &self.users {
            commands.push(user.clone().command());
            if license.is_some() {
                commands.push(set_license(user.id(), *license));
            }
        }
        commands
    }

    fn purchase(&self) -> Option<Command> {
        let pooled: u32 = self.pools.iter().map(|pool| pool.seats).sum();
        let default_pool = self.pools.first().map_or(POOL, |pool| pool.id);
        let is_bought = self.named_seats > 0 || self.unallocated > 0 || !self.pools.is_empty();
        is_bought.then(|| subscription(self.named_seats, pooled + self.unallocated, default_pool).command())
    }

    /// Whether the default pool has to give up some of the seats that were bought.
    fn is_split(&self) -> bool {
        self.pools.len() > 1 || self.unallocated > 0
    }

    /// The account at this time, set up through the same steps as in production.
    pub fn account(&self, now: Timestamp, observer: &mut impl Observer) -> Account {
        let new = (self.account, &self.name.parse().unwrap(), &Labels::default());
        let mut account = create(new, &Actor::Operator, now, observer).unwrap();
        for command in &self.commands()[1..] {
            step(
                &mut account,
                Input::Command(command),
                &Actor::Operator,
                now,
                observer,
            )
            .unwrap();
        }
        account
    }
}

impl NewPool {
    fn commands(&self, is_smaller_than_bought: bool) -> Vec<Command> {
        let create = self
            .name
            .as_ref()
            .map(|name| create_pool(self.id, name, self.seats));
        let resize = is_smaller_than_bought.then(|| resize(self.id, self.seats));
        let rules = self.rules.as_ref().map(|rules| {
            let change = PoolPatch {
                rules: Some(rules.clone().into()),
                ..PoolPatch::default()
            };
            change_pool(self.id, change)
        });
        create.into_iter().chain(resize).chain(rules).collect()
    }
}
