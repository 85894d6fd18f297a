//! A whole help desk.

use usher_domain::command::{Command, PoolPatch};
use usher_domain::labels::Labels;
use usher_domain::permission::{Actor, Role};
use usher_domain::rules::Rules;
use usher_domain::user::License;
use usher_domain::{Account, AccountId, Input, Observer, PoolId, Timestamp, TopUpId, create, step};

use super::{
    ACCOUNT, NewUser, POOL, add_minutes, agent, change_pool, create_account, create_pool, new_user, pool,
    rules, set_license, subscription,
};

/// A help desk to set up: an account with seats of one product, and users who share them.
#[derive(Debug, Clone)]
pub struct HelpDesk {
    account: AccountId,
    pub(crate) name: String,
    pub(crate) plan: &'static str,
    pub(crate) named_seats: u32,
    /// Shared seats that are in no pool.
    unallocated: u32,
    pub(crate) pools: Vec<NewPool>,
    /// Each with the license that they get afterwards.
    pub(crate) users: Vec<(NewUser, Option<License>)>,
    agents: u32,
    pub(crate) minutes: u32,
}

/// A pool; the first one is the account's default pool.
#[derive(Debug, Clone)]
pub(crate) struct NewPool {
    pub(crate) id: PoolId,
    /// `None` for the name that a default pool gets.
    pub(crate) name: Option<String>,
    pub(crate) seats: u32,
    /// `None` for those of the settings.
    pub(crate) rules: Option<Rules>,
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
            plan: "enterprise",
            named_seats: 0,
            unallocated: 0,
            pools: Vec::new(),
            users: Vec::new(),
            agents: 0,
            minutes: 0,
        }
    }

    /// With another plan than `enterprise`, which has shared seats.
    #[must_use]
    pub const fn plan(mut self, name: &'static str) -> Self {
        self.plan = name;
        self
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

    /// With this name for the latest pool.
    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        self.pools.last_mut().unwrap().name = Some(name.to_owned());
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

    fn licensed(self, user: NewUser) -> Self {
        let pool = self.pools.last().unwrap().id;
        self.user_with(user, License::Shared(pool))
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

    /// With this user, who gets a license after being created.
    #[must_use]
    pub fn user_with(mut self, user: NewUser, license: License) -> Self {
        self.users.push((user, Some(license)));
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
        if let Some((default, others)) = self.pools.split_first() {
            let change = default.change(self.is_split());
            if change != PoolPatch::default() {
                commands.push(change_pool(default.id, change));
            }
            commands.extend(others.iter().flat_map(NewPool::commands));
        }
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
        let default_pool = self.pools.first().map_or(POOL, |pool| pool.id);
        let bought = subscription(self.named_seats, self.shared_seats(), default_pool);
        self.has_bought().then(|| bought.plan(self.plan).command())
    }

    pub(crate) const fn has_bought(&self) -> bool {
        self.named_seats > 0 || self.unallocated > 0 || !self.pools.is_empty()
    }

    /// The shared seats in all pools and in none.
    pub(crate) fn shared_seats(&self) -> u32 {
        let pooled: u32 = self.pools.iter().map(|pool| pool.seats).sum();
        pooled + self.unallocated
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
    /// What the default pool needs, which exists already: all shared seats are in it.
    fn change(&self, is_split: bool) -> PoolPatch {
        PoolPatch {
            name: self.name.as_deref().map(|name| name.parse().unwrap()),
            seats: is_split.then_some(self.seats),
            rules: self.rules.clone().map(Into::into),
            ..PoolPatch::default()
        }
    }

    /// What another pool needs.
    fn commands(&self) -> Vec<Command> {
        let mut commands = vec![create_pool(self.id, self.name.as_deref().unwrap(), self.seats)];
        if let Some(new) = &self.rules {
            commands.push(change_pool(self.id, rules(new.clone())));
        }
        commands
    }
}
