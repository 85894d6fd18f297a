//! One account: everything that its commands are decided on, in memory.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::directory::{Group, SignInPatch, SignInSettings, Subject};
use crate::event::Claim;
use crate::id::{AccountId, ApiKeyId, GroupId, PoolId, SessionId, SignInId, TeamId, TicketId, UserId};
use crate::permission::{Scope, SessionPermissions};
use crate::pool::{Holder, Pool};
use crate::presence::{Session, SignIn, Ticket};
use crate::rules::Rules;
use crate::schedule::Schedule;
use crate::text::{Email, Name, PlanName, Product};
use crate::time::Timestamp;
use crate::top_up::TopUps;
use crate::user::{License, User};

/// What an account may buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The name.
    pub name: PlanName,
    /// Whether it includes shared seats (L7).
    pub shared_seats: bool,
}

/// Seats of one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductSeats {
    /// Seats for users who have one of their own.
    pub named_seats: u32,
    /// Seats to distribute over pools.
    pub shared_seats: u32,
}

/// What the account bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The plan; none before the first subscription.
    pub plan: Option<Plan>,
    /// Seats by product.
    pub products: BTreeMap<Product, ProductSeats>,
}

/// What holds for the whole account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// The session permissions of users without an override.
    pub session_permissions: SessionPermissions,
    /// The rules that a new pool gets where its creator says nothing.
    pub pool_defaults: Rules,
    /// How people sign in (D7).
    #[serde(default)]
    pub sign_in: SignInSettings,
}

/// A change of the settings: what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SettingsPatch {
    /// New session permissions, whole.
    pub session_permissions: Option<SessionPermissions>,
    /// New pool defaults, whole.
    pub pool_defaults: Option<Rules>,
    /// What changes of how people sign in (D7).
    #[serde(default, skip_serializing_if = "SignInPatch::is_empty")]
    pub sign_in: SignInPatch,
}

/// Users who see each other's presence (P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The id.
    pub id: TeamId,
    /// The name, unique in the account.
    pub name: Name,
    /// The members.
    pub members: BTreeSet<UserId>,
}

/// What is known of an API key, apart from the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The id.
    pub id: ApiKeyId,
    /// The name.
    pub name: Name,
    /// What it is good for.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good; none for always.
    pub expires_at: Option<Timestamp>,
}

/// How many of a product's seats are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Given {
    /// Users with a named license.
    pub(crate) named: u32,
    /// Seats in pools.
    pub(crate) distributed: u32,
}

/// One customer: its users, pools, subscription, and who is doing what at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub(crate) id: AccountId,
    pub(crate) name: Name,
    pub(crate) created_at: Timestamp,
    pub(crate) deleted: bool,
    pub(crate) subscription: Subscription,
    pub(crate) settings: Settings,
    /// Prepaid minutes left.
    pub(crate) minutes: u64,
    #[serde(default)]
    pub(crate) top_ups: TopUps,
    pub(crate) users: BTreeMap<UserId, User>,
    pub(crate) pools: BTreeMap<PoolId, Pool>,
    pub(crate) teams: BTreeMap<TeamId, Team>,
    #[serde(default)]
    pub(crate) groups: BTreeMap<GroupId, Group>,
    pub(crate) api_keys: BTreeMap<ApiKeyId, ApiKey>,
    pub(crate) sign_ins: BTreeMap<SignInId, SignIn>,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    pub(crate) tickets: BTreeMap<TicketId, Ticket>,

    #[serde(skip)]
    pub(crate) emails: BTreeMap<Email, UserId>,
    /// By the folded form.
    #[serde(skip)]
    pub(crate) user_names: BTreeMap<String, UserId>,
    #[serde(skip)]
    pub(crate) subjects: BTreeMap<Subject, UserId>,
    #[serde(skip)]
    pub(crate) given: BTreeMap<Product, Given>,
    #[serde(skip)]
    pub(crate) owners_active: u32,
    #[serde(skip)]
    pub(crate) schedule: Schedule,
    /// Pools in which a seat, a ticket or a claim on minutes has changed since the rules were last settled.
    #[serde(skip)]
    pub(crate) unsettled: BTreeSet<PoolId>,
    /// Who has taken a seat since, in pools where minutes carry somebody.
    #[serde(skip)]
    pub(crate) seated: BTreeSet<(PoolId, Holder)>,
    /// Claims that minutes carry, by when their next minute is due (Q3).
    #[serde(skip)]
    pub(crate) minute_claims: BTreeSet<(Timestamp, Claim)>,
    /// Whether the minutes, or a claim on them, changed since.
    #[serde(skip)]
    pub(crate) minutes_unsettled: bool,
    /// Leases that were renewed in memory and are not yet in the journal (S11).
    #[serde(skip)]
    pub(crate) renewed_sign_ins: BTreeSet<SignInId>,
    #[serde(skip)]
    pub(crate) renewed_tickets: BTreeSet<TicketId>,
    /// Pools whose occupancy, queue or size changed since somebody last asked.
    #[serde(skip)]
    pub(crate) changed_pools: BTreeSet<PoolId>,
}

impl Account {
    /// The id.
    #[must_use]
    pub const fn id(&self) -> AccountId {
        self.id
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// When it was created.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Whether it was closed. A closed account answers as if it did not exist.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// What it has bought.
    #[must_use]
    pub const fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    /// Its settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Prepaid minutes left.
    #[must_use]
    pub const fn minutes(&self) -> u64 {
        self.minutes
    }

    /// All users by id.
    #[must_use]
    pub const fn users(&self) -> &BTreeMap<UserId, User> {
        &self.users
    }

    /// One user.
    #[must_use]
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id)
    }

    /// The user with this address.
    #[must_use]
    pub fn user_by_email(&self, email: &Email) -> Option<&User> {
        self.users.get(self.emails.get(email)?)
    }

    /// All pools by id.
    #[must_use]
    pub const fn pools(&self) -> &BTreeMap<PoolId, Pool> {
        &self.pools
    }

    /// One pool.
    #[must_use]
    pub fn pool(&self, id: PoolId) -> Option<&Pool> {
        self.pools.get(&id)
    }

    /// A product's default pool (P1).
    #[must_use]
    pub fn default_pool(&self, product: &Product) -> Option<&Pool> {
        self.pools
            .values()
            .find(|pool| pool.default && pool.product == *product)
    }

    /// All teams by id.
    #[must_use]
    pub const fn teams(&self) -> &BTreeMap<TeamId, Team> {
        &self.teams
    }

    /// All API keys by id, without the keys.
    #[must_use]
    pub const fn api_keys(&self) -> &BTreeMap<ApiKeyId, ApiKey> {
        &self.api_keys
    }

    /// All sign-ins by id.
    #[must_use]
    pub const fn sign_ins(&self) -> &BTreeMap<SignInId, SignIn> {
        &self.sign_ins
    }

    /// All sessions that have not ended, by id.
    #[must_use]
    pub const fn sessions(&self) -> &BTreeMap<SessionId, Session> {
        &self.sessions
    }

    /// All tickets that wait or have an offer, by id.
    #[must_use]
    pub const fn tickets(&self) -> &BTreeMap<TicketId, Ticket> {
        &self.tickets
    }

    /// Users with a named license of the product (L1).
    #[must_use]
    pub fn named_assigned(&self, product: &Product) -> u32 {
        self.given.get(product).map_or(0, |given| given.named)
    }

    /// The product's shared seats that are in pools (L2).
    #[must_use]
    pub fn shared_distributed(&self, product: &Product) -> u32 {
        self.given.get(product).map_or(0, |given| given.distributed)
    }

    /// The product's seats that the account has bought.
    #[must_use]
    pub fn bought(&self, product: &Product) -> ProductSeats {
        self.subscription
            .products
            .get(product)
            .copied()
            .unwrap_or_default()
    }

    /// The product's shared seats that no pool has (L2).
    #[must_use]
    pub fn shared_unallocated(&self, product: &Product) -> u32 {
        self.bought(product)
            .shared_seats
            .saturating_sub(self.shared_distributed(product))
    }

    /// The rules that hold for a user of a product: those of the pool, none for a named license.
    #[must_use]
    pub fn pool_of(&self, user: &User, product: &Product) -> Option<&Pool> {
        match user.licenses.get(product)? {
            License::Named => None,
            License::Shared(pool) => self.pools.get(pool),
        }
    }

    /// Whether the user has an active session of the product.
    #[must_use]
    pub fn in_call(&self, user: &User, product: &Product) -> bool {
        self.sessions_of(user, product).any(Session::is_active)
    }

    /// The user's sessions of a product.
    pub fn sessions_of<'a>(
        &'a self,
        user: &'a User,
        product: &'a Product,
    ) -> impl Iterator<Item = &'a Session> {
        user.sessions
            .iter()
            .filter_map(|id| self.sessions.get(id))
            .filter(move |session| session.product == *product)
    }

    /// The user's sign-ins to a product.
    pub fn sign_ins_of<'a>(
        &'a self,
        user: &'a User,
        product: &'a Product,
    ) -> impl Iterator<Item = &'a SignIn> {
        user.sign_ins
            .iter()
            .filter_map(|id| self.sign_ins.get(id))
            .filter(move |sign_in| sign_in.product == *product)
    }

    /// The user's place in the queue for a product: at most one (Q2).
    #[must_use]
    pub fn ticket_of(&self, user: &User, product: &Product) -> Option<&Ticket> {
        user.tickets
            .iter()
            .filter_map(|id| self.tickets.get(id))
            .find(|ticket| ticket.product == *product)
    }

    /// The pools whose occupancy, queue or size changed since this was last called.
    pub fn take_changed_pools(&mut self) -> BTreeSet<PoolId> {
        std::mem::take(&mut self.changed_pools)
    }

    /// When [`crate::Command::Tick`] is next wanted.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.schedule.next()
    }
}

impl Account {
    /// The account that its first event makes; none for another event.
    #[must_use]
    pub fn from_first_event(event: &crate::event::Event, at: Timestamp) -> Option<Self> {
        let crate::event::Event::AccountCreated { id, name } = event else {
            return None;
        };
        Some(Self {
            id: *id,
            name: name.clone(),
            created_at: at,
            deleted: false,
            subscription: Subscription {
                plan: None,
                products: BTreeMap::new(),
            },
            settings: Settings::default(),
            minutes: 0,
            top_ups: TopUps::default(),
            users: BTreeMap::new(),
            pools: BTreeMap::new(),
            teams: BTreeMap::new(),
            groups: BTreeMap::new(),
            api_keys: BTreeMap::new(),
            sign_ins: BTreeMap::new(),
            sessions: BTreeMap::new(),
            tickets: BTreeMap::new(),
            emails: BTreeMap::new(),
            user_names: BTreeMap::new(),
            subjects: BTreeMap::new(),
            given: BTreeMap::new(),
            owners_active: 0,
            schedule: Schedule::default(),
            unsettled: BTreeSet::new(),
            seated: BTreeSet::new(),
            minute_claims: BTreeSet::new(),
            minutes_unsettled: false,
            renewed_sign_ins: BTreeSet::new(),
            renewed_tickets: BTreeSet::new(),
            changed_pools: BTreeSet::new(),
        })
    }

    /// What [`crate::Command::CreateAccount`] comes to where no account with the id exists: the operator only.
    pub fn create(
        id: AccountId,
        name: Name,
        actor: &crate::Actor,
    ) -> Result<crate::Decision, crate::Refusal> {
        if !matches!(actor, crate::Actor::Operator | crate::Actor::System) {
            return Err(crate::Refusal::Forbidden {
                needed: "an operator key",
            });
        }
        Ok(crate::Decision::done(vec![crate::Event::AccountCreated {
            id,
            name,
        }]))
    }

    /// An account read back from its serialized form, with everything that is derived from it in place.
    #[must_use]
    pub fn restored(mut self) -> Self {
        crate::evolve::restore(&mut self);
        self
    }

    /// The sign-ins by which a holder has their seat; none where sessions take the seats.
    pub(crate) fn sign_ins_on<'a>(
        &'a self,
        pool: &'a Pool,
        holder: &Holder,
    ) -> impl Iterator<Item = &'a SignIn> {
        let claims = pool.holders.get(holder).into_iter().flatten();
        claims.filter_map(|claim| match claim {
            Claim::SignIn(id) => self.sign_ins.get(id),
            Claim::Session(_) => None,
        })
    }

    /// The sign-in that a ticket needs in order to be claimed.
    pub(crate) fn ticket_runs_on(&self, ticket: &Ticket) -> Option<SignInId> {
        match &ticket.wanted {
            crate::presence::Wanted::SignIn { .. } => None,
            crate::presence::Wanted::Session { sign_in, .. } => Some(*sign_in),
            crate::presence::Wanted::Resume { session } => {
                self.sessions.get(session).map(|session| session.sign_in)
            }
        }
    }
}
