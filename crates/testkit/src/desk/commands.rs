//! What an admin or the operator does: subscriptions, pools, teams, groups and keys.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::account::{self, Plan, ProductSeats, SettingsPatch};
use usher_domain::command::{
    AccountCommand, AddMinutes, ApiKeyCommand, Command, GroupCommand, LeavingUsers, MemberChange, NewRequest,
    PoolCommand, PoolPatch, RequestAnswer, SeatWay, SetSubscription, SubscriptionSeen, TeamCommand,
    UserCommand, UserPatch,
};
use usher_domain::directory::{DirectoryEntry, EmailLabel, GroupMapping};
use usher_domain::give_back::GiveBack;
use usher_domain::labels::{Labels, LabelsPatch};
use usher_domain::management::{Bounds, Management, SeatBound, SeatBounds};
use usher_domain::permission::Scope;
use usher_domain::rules::RulesPatch;
use usher_domain::terms::{Temporary, TemporarySeats, Terms};
use usher_domain::text::Product;
use usher_domain::{
    AccountId, ApiKeyId, GroupId, PoolId, SubscriptionRequestId, TeamId, Timestamp, TopUpId, UserId,
};

use super::product;

/// Creates an account.
pub fn create_account(id: AccountId, name: &str) -> Command {
    Command::Account(AccountCommand::Create {
        id,
        name: name.parse().unwrap(),
        labels: Labels::default(),
    })
}

/// Renames the account.
pub fn rename_account(name: &str) -> Command {
    Command::Account(AccountCommand::Change {
        name: Some(name.parse().unwrap()),
        labels: LabelsPatch::default(),
    })
}

/// The built-in plan with this name.
pub fn plan(name: &str) -> Plan {
    let plans = Plan::built_in();
    plans.into_iter().find(|plan| plan.name.as_str() == name).unwrap()
}

/// Everything that an account buys. The usual plan is `enterprise`, which has shared seats.
#[derive(Debug, Clone)]
pub struct Subscription {
    plan: Plan,
    products: BTreeMap<Product, ProductSeats>,
    default_pools: BTreeMap<Product, PoolId>,
    temporary: Temporary,
    terms: Option<Terms>,
    seen: Option<SubscriptionSeen>,
    request: NewRequest,
}

/// Buys nothing.
pub fn no_seats() -> Subscription {
    Subscription {
        plan: plan("enterprise"),
        products: BTreeMap::new(),
        default_pools: BTreeMap::new(),
        temporary: Temporary::new(),
        terms: None,
        seen: None,
        request: request(0),
    }
}

/// Buys what was bought before; its ends and terms stay as they are.
pub fn as_before(before: &account::Subscription) -> Subscription {
    Subscription {
        plan: before.plan.clone().unwrap_or_else(|| plan("enterprise")),
        products: before.products.clone(),
        ..no_seats()
    }
}

/// Buys named and shared seats of the usual product. `default_pool` is created for the first shared ones.
pub fn subscription(named_seats: u32, shared_seats: u32, default_pool: PoolId) -> Subscription {
    no_seats().and(product(), named_seats, shared_seats, default_pool)
}

impl Subscription {
    /// Of another plan.
    #[must_use]
    pub fn plan(mut self, name: &str) -> Self {
        self.plan = plan(name);
        self
    }

    /// Buys seats of another product as well.
    #[must_use]
    pub fn and(mut self, of: Product, named_seats: u32, shared_seats: u32, default_pool: PoolId) -> Self {
        let seats = ProductSeats {
            named_seats,
            shared_seats,
        };
        self.products.insert(of.clone(), seats);
        self.default_pools.insert(of, default_pool);
        self
    }

    /// Buys more seats of a product, until an end. Earlier temporary seats must be named again.
    #[must_use]
    pub fn until(mut self, of: Product, named_seats: u32, shared_seats: u32, until: Timestamp) -> Self {
        let bought = self.products.entry(of.clone()).or_default();
        bought.named_seats += named_seats;
        bought.shared_seats += shared_seats;
        self.ending(of, named_seats, shared_seats, until)
    }

    /// Of the seats that are bought, these end.
    #[must_use]
    pub fn ending(mut self, of: Product, named_seats: u32, shared_seats: u32, until: Timestamp) -> Self {
        self.temporary.entry(of).or_default().push(TemporarySeats {
            named_seats,
            shared_seats,
            until,
        });
        self
    }

    /// With these temporary seats, as they were before.
    #[must_use]
    pub fn temporary(mut self, temporary: Temporary) -> Self {
        self.temporary = temporary;
        self
    }

    /// Of the seats of a product, none end.
    #[must_use]
    pub fn for_good(mut self, of: Product) -> Self {
        self.temporary.insert(of, Vec::new());
        self
    }

    /// Under these terms.
    #[must_use]
    pub const fn terms(mut self, terms: Terms) -> Self {
        self.terms = Some(terms);
        self
    }

    /// Only if this is the account's subscription so far.
    #[must_use]
    pub fn seen(mut self, before: &account::Subscription) -> Self {
        self.seen = Some(SubscriptionSeen {
            plan: before.plan.as_ref().map(|plan| plan.name.clone()),
            products: before.products.clone(),
        });
        self
    }

    /// With this id for the request that it may become.
    #[must_use]
    pub const fn request(mut self, bits: u128) -> Self {
        self.request.id = SubscriptionRequestId::from_bits(bits);
        self
    }

    /// The command that sets the subscription.
    pub fn command(self) -> Command {
        Command::Account(AccountCommand::SetSubscription(SetSubscription {
            plan: self.plan,
            products: self.products,
            default_pools: self.default_pools,
            temporary: self.temporary,
            terms: self.terms,
            seen: self.seen,
            request: self.request,
        }))
    }
}

/// Adds prepaid minutes.
pub const fn add_minutes(id: TopUpId, minutes: u32) -> Command {
    add_or_ask_for_minutes(id, minutes, request(0))
}

/// The same, with what becomes a request.
pub const fn add_or_ask_for_minutes(id: TopUpId, minutes: u32, request: NewRequest) -> Command {
    Command::Account(AccountCommand::AddMinutes(AddMinutes {
        id,
        minutes,
        until: None,
        request,
    }))
}

/// Adds prepaid minutes that end.
pub const fn add_minutes_until(id: TopUpId, minutes: u32, until: Timestamp) -> Command {
    Command::Account(AccountCommand::AddMinutes(AddMinutes {
        id,
        minutes,
        until: Some(until),
        request: request(0),
    }))
}

/// Chooses what is given back when seats of a product end next.
pub fn choose_give_back(
    product: Product,
    pools: &[(PoolId, u32)],
    users: impl IntoIterator<Item = UserId>,
) -> Command {
    let choice = GiveBack {
        pools: pools.iter().copied().collect(),
        users: users.into_iter().collect(),
    };
    Command::Account(AccountCommand::ChooseGiveBack { product, choice })
}

/// A request without a note.
pub const fn request(bits: u128) -> NewRequest {
    NewRequest {
        id: SubscriptionRequestId::from_bits(bits),
        note: None,
    }
}

/// Answers a request without a note.
pub const fn answer(bits: u128, answer: RequestAnswer) -> Command {
    Command::Account(AccountCommand::AnswerRequest {
        id: SubscriptionRequestId::from_bits(bits),
        answer,
        note: None,
    })
}

/// Approves a request as it is. It makes no default pools.
pub const fn approve(bits: u128) -> Command {
    let default_pools = BTreeMap::new();
    answer(
        bits,
        RequestAnswer::Approve {
            instead: None,
            seen: None,
            default_pools,
        },
    )
}

/// Withdraws or dismisses a request.
pub const fn remove_request(bits: u128) -> Command {
    Command::Account(AccountCommand::RemoveRequest {
        id: SubscriptionRequestId::from_bits(bits),
    })
}

/// Sets how the subscription is managed.
pub const fn manage(management: Management) -> Command {
    Command::Account(AccountCommand::SetManagement { management })
}

/// Bounds of the usual product's named and shared seats, from the first number to the second, and of minutes.
pub fn bounds(named_seats: (u32, u32), shared_seats: (u32, u32), minutes: u32) -> Management {
    let bound = |(min, max)| Some(SeatBound { min, max });
    let seats = SeatBounds {
        named_seats: bound(named_seats),
        shared_seats: bound(shared_seats),
    };
    Management::WithinBounds(Bounds {
        products: [(product(), seats)].into(),
        minutes,
    })
}

/// Changes settings.
pub const fn change_settings(change: SettingsPatch) -> Command {
    Command::Account(AccountCommand::ChangeSettings { change })
}

/// Creates an API key that does not expire.
pub fn create_key(id: ApiKeyId, name: &str, scopes: &[Scope]) -> Command {
    Command::ApiKey(ApiKeyCommand::Create {
        id,
        name: name.parse().unwrap(),
        scopes: scopes.iter().copied().collect(),
        expires_at: None,
    })
}

/// Changes a user.
pub const fn change_user(id: UserId, change: UserPatch) -> Command {
    Command::User(UserCommand::Change { id, change })
}

/// Deletes a user.
pub const fn delete_user(id: UserId) -> Command {
    Command::User(UserCommand::Delete { id })
}

/// Adds a pool of the usual product, with the rules of the settings.
pub fn create_pool(id: PoolId, name: &str, seats: u32) -> Command {
    create_pool_of(product(), id, name, seats)
}

/// Adds a pool of this product, with the rules of the settings.
pub fn create_pool_of(product: Product, id: PoolId, name: &str, seats: u32) -> Command {
    Command::Pool(PoolCommand::Create {
        id,
        name: name.parse().unwrap(),
        product,
        seats,
        rules: None,
        labels: Labels::default(),
    })
}

/// Changes a pool.
pub const fn change_pool(id: PoolId, change: PoolPatch) -> Command {
    Command::Pool(PoolCommand::Change { id, change })
}

/// Changes a pool's number of seats.
pub fn resize(id: PoolId, seats: u32) -> Command {
    let change = PoolPatch {
        seats: Some(seats),
        ..PoolPatch::default()
    };
    change_pool(id, change)
}

/// Moves seats between pools, or from or to the unallocated ones.
pub const fn move_seats(way: SeatWay, seats: u32) -> Command {
    Command::Pool(PoolCommand::MoveSeats { way, seats })
}

/// Deletes a pool.
pub const fn delete_pool(id: PoolId, users: LeavingUsers) -> Command {
    Command::Pool(PoolCommand::Delete { id, users })
}

/// The change that gives a pool these rules.
pub fn rules(rules: impl Into<RulesPatch>) -> PoolPatch {
    PoolPatch {
        rules: Some(rules.into()),
        ..PoolPatch::default()
    }
}

/// Adds a team.
pub fn create_team(id: TeamId, name: &str, members: BTreeSet<UserId>) -> Command {
    Command::Team(TeamCommand::Create {
        id,
        name: name.parse().unwrap(),
        members,
    })
}

/// Changes the members of a team.
pub const fn change_team_members(id: TeamId, members: MemberChange) -> Command {
    Command::Team(TeamCommand::Change {
        id,
        name: None,
        members: Some(members),
    })
}

/// Adds a directory's group.
pub fn create_group(id: GroupId, name: &str, members: BTreeSet<UserId>) -> Command {
    Command::Group(GroupCommand::Create {
        id,
        name: name.parse().unwrap(),
        external_id: None,
        members,
    })
}

/// Changes the members of a group.
pub const fn change_group_members(id: GroupId, members: MemberChange) -> Command {
    Command::Group(GroupCommand::Change {
        id,
        name: None,
        external_id: None,
        members: Some(members),
    })
}

/// Sets all groups of a user, as the identity provider names them.
pub const fn set_user_groups(user: UserId, groups: BTreeSet<GroupId>) -> Command {
    Command::Group(GroupCommand::SetUserGroups { user, groups })
}

/// Sets what a group gives to its members.
pub const fn map_group(id: GroupId, mapping: GroupMapping) -> Command {
    Command::Group(GroupCommand::Map { id, mapping })
}

/// A directory entry with this user name and nothing else.
pub fn entry(user_name: &str) -> DirectoryEntry {
    DirectoryEntry {
        user_name: user_name.parse().unwrap(),
        external_id: None,
        given_name: None,
        family_name: None,
        email_label: EmailLabel::default(),
        subject: None,
    }
}
