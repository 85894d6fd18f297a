//! Recomputes what a user has after a change of their groups, or of what these give (D3, D4).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::account::Account;
use crate::decide::{licenses, presence};
use crate::directory::{Group, GroupMapping};
use crate::event::{Event, TeamEvent, UserEvent};
use crate::id::{GroupId, TeamId, UserId};
use crate::permission::{Actor, Role};
use crate::refusal::{CapacityRefusal, Refusal, SeatKind};
use crate::text::Product;
use crate::user::{License, User};

/// A user with the groups that they are in after the change.
pub(super) struct Turn<'a> {
    user: &'a User,
    is_active: bool,
    /// The oldest first.
    groups: Vec<(GroupId, &'a GroupMapping)>,
    joined: BTreeSet<GroupId>,
    /// What is recomputed; everything else stays as it is, no matter who gave it.
    reconsidered: Reconsidered<'a>,
}

/// Of which belongings the giver may change.
#[derive(Default)]
struct Reconsidered<'a> {
    products: BTreeSet<&'a Product>,
    teams: BTreeSet<TeamId>,
    role: bool,
}

impl<'a> Reconsidered<'a> {
    fn add(&mut self, mapping: &'a GroupMapping) {
        self.products.extend(mapping.licenses.keys());
        self.teams.extend(mapping.team);
        self.role |= mapping.role.is_some();
    }

    fn add_difference(&mut self, before: &'a GroupMapping, after: &'a GroupMapping) {
        let products = before.licenses.keys().chain(after.licenses.keys());
        self.products
            .extend(products.filter(|product| before.licenses.get(*product) != after.licenses.get(*product)));
        if before.team != after.team {
            self.teams.extend(before.team.into_iter().chain(after.team));
        }
        self.role |= before.role != after.role;
    }
}

/// A changed license of one user, or its removal.
struct Given<'a> {
    user: &'a User,
    product: &'a Product,
    license: Option<License>,
    group: Option<GroupId>,
}

impl Given<'_> {
    fn before(&self) -> Option<License> {
        self.user.licenses.get(self.product).copied()
    }
}

impl<'a> Turn<'a> {
    pub(super) fn of(account: &'a Account, user: &'a User) -> Self {
        let groups = user.groups.iter().filter_map(|id| account.groups.get(id));
        Self {
            user,
            is_active: user.active,
            groups: groups.map(|group| (group.id, &group.mapping)).collect(),
            joined: BTreeSet::new(),
            reconsidered: Reconsidered::default(),
        }
    }

    pub(super) fn joining(mut self, group: &'a Group) -> Self {
        self.groups.push((group.id, &group.mapping));
        self.groups.sort_by_key(|(id, _)| *id);
        self.joined.insert(group.id);
        self.reconsidered.add(&group.mapping);
        self
    }

    pub(super) fn leaving(mut self, group: &'a Group) -> Self {
        self.groups.retain(|(id, _)| *id != group.id);
        self.reconsidered.add(&group.mapping);
        self
    }

    pub(super) fn remapped(mut self, group: &'a Group, mapping: &'a GroupMapping) -> Self {
        for (id, gives) in &mut self.groups {
            if *id == group.id {
                *gives = mapping;
            }
        }
        self.reconsidered.add_difference(&group.mapping, mapping);
        self
    }

    pub(super) fn switched_on(mut self) -> Self {
        self.is_active = true;
        let products = self.groups.iter().flat_map(|(_, gives)| gives.licenses.keys());
        self.reconsidered.products.extend(products);
        self
    }

    /// The licenses that change.
    fn licenses(&self) -> Vec<Given<'a>> {
        let products = self.reconsidered.products.iter();
        products.filter_map(|product| self.license(product)).collect()
    }

    /// The license of one product, if it changes. One that was given by hand is replaced only by a group to which the
    /// user is added.
    fn license(&self, product: &'a Product) -> Option<Given<'a>> {
        let given = |license, group| Given {
            user: self.user,
            product,
            license,
            group,
        };
        let before = self.user.licenses.get(product).copied();
        let from = self.user.from_groups.licenses.get(product).copied();
        let is_by_hand = before.is_some() && from.is_none();
        let mut offers = self.groups.iter().filter_map(|(id, gives)| {
            let license = gives.licenses.get(product)?;
            self.is_active.then_some((*license, *id))
        });
        match offers.next() {
            Some((license, group)) if is_by_hand => {
                let makes_way = before != Some(license) && self.joined.contains(&group);
                makes_way.then(|| given(Some(license), Some(group)))
            }
            Some((license, group)) => {
                let is_new = before != Some(license) || from != Some(group);
                is_new.then(|| given(Some(license), Some(group)))
            }
            None => from.is_some().then(|| given(None, None)),
        }
    }

    /// The role, if it changes: the highest that a group gives, unless a higher one was given by hand.
    fn role(&self) -> Option<Event> {
        let user = self.user;
        let (before, from) = (user.profile.role, user.from_groups.role);
        if before == Role::Owner || !self.reconsidered.role {
            return None;
        }
        let mut highest: Option<(Role, GroupId)> = None;
        for (id, gives) in &self.groups {
            if let Some(role) = gives.role
                && highest.is_none_or(|(known, _)| role > known)
            {
                highest = Some((role, *id));
            }
        }
        let (role, group) = match (highest, from) {
            (Some((role, group)), Some(_)) => (role, Some(group)),
            (Some((role, group)), None) if role > before => (role, Some(group)),
            (None, Some(_)) => (Role::Member, None),
            _ => return None,
        };
        (role != before || group != from).then_some(Event::User(UserEvent::RoleGiven {
            user: user.id,
            role,
            group,
        }))
    }

    /// The teams that the user joins (`true`) or leaves.
    fn teams(&self, account: &Account) -> Vec<(TeamId, bool)> {
        let change = |id: &TeamId| {
            let id = *id;
            let team = account.teams.get(&id)?;
            let is_given = self.groups.iter().any(|(_, gives)| gives.team == Some(id));
            let is_in = team.members.contains(&self.user.id);
            let came_by_group = self.user.from_groups.teams.contains(&id);
            match is_given {
                true if !is_in => Some((id, true)),
                false if is_in && came_by_group => Some((id, false)),
                _ => None,
            }
        };
        self.reconsidered.teams.iter().filter_map(change).collect()
    }
}

/// The events that give all users what their groups give, or the refusal if that is impossible for one of them (D4).
/// Each user has at most one turn.
pub(super) fn take(account: &Account, turns: &[Turn<'_>], actor: &Actor) -> Result<Vec<Event>, Refusal> {
    let mut given: Vec<Given<'_>> = turns.iter().flat_map(Turn::licenses).collect();
    check_pools(account, &given)?;
    check_named_seats(account, &given)?;
    // Seats are freed before they are assigned.
    given.sort_by_key(|given| given.license == Some(License::Named));
    let by = presence::by(account, actor, None);
    let mut events = Vec::new();
    for given in &given {
        let set = Event::User(UserEvent::LicenseSet {
            user: given.user.id,
            product: given.product.clone(),
            license: given.license,
            group: given.group,
        });
        if given.before() != given.license {
            let ended = licenses::ended(account, given.user.id, given.product, &by);
            events.extend(ended);
        }
        events.push(set);
    }
    events.extend(turns.iter().filter_map(Turn::role));
    events.extend(filled_teams(account, turns));
    Ok(events)
}

fn check_pools(account: &Account, given: &[Given<'_>]) -> Result<(), Refusal> {
    let new = given.iter().filter(|given| given.before() != given.license);
    let pools: BTreeSet<_> = new
        .filter_map(|given| match given.license {
            Some(License::Shared(pool)) => Some((pool, given.product)),
            Some(License::Named) | None => None,
        })
        .collect();
    for (pool, product) in pools {
        licenses::check_pool(account, pool, product)?;
    }
    Ok(())
}

/// Refuses if there are not enough named seats (L1), counting those that become free in the same step.
fn check_named_seats(account: &Account, given: &[Given<'_>]) -> Result<(), Refusal> {
    let products: BTreeSet<&Product> = given.iter().map(|given| given.product).collect();
    for product in products {
        let of_product = || given.iter().filter(|given| given.product == product);
        let is_named = |license: Option<License>| license == Some(License::Named);
        let takers: Vec<UserId> = of_product()
            .filter(|given| is_named(given.license) && !is_named(given.before()))
            .map(|given| given.user.id)
            .collect();
        let freed = of_product()
            .filter(|given| is_named(given.before()) && !is_named(given.license))
            .count();
        let total = account.bought(product).named_seats;
        let left = total.saturating_sub(account.named_assigned(product));
        // A seat that is assigned and not bought any more is given back, and not to somebody else (L13).
        if let Some(over) = account.over(product)
            && !takers.is_empty()
        {
            return Err(Refusal::Capacity(CapacityRefusal::OverSubscription {
                product: product.clone(),
                over: over.named_seats,
            }));
        }
        let room = usize::try_from(left).unwrap_or(usize::MAX).saturating_add(freed);
        if let Some(unseated) = takers.get(room) {
            let asked = takers.len().saturating_sub(freed);
            return Err(Refusal::Capacity(CapacityRefusal::NotEnoughSeats {
                kind: SeatKind::Named,
                product: product.clone(),
                asked: u32::try_from(asked).unwrap_or(u32::MAX),
                left,
                total,
                user: Some(*unseated),
            }));
        }
    }
    Ok(())
}

fn filled_teams(account: &Account, turns: &[Turn<'_>]) -> Vec<Event> {
    let mut teams: BTreeMap<TeamId, (BTreeSet<UserId>, BTreeSet<UserId>)> = BTreeMap::new();
    for turn in turns {
        for (team, comes_in) in turn.teams(account) {
            let (joined, left) = teams.entry(team).or_default();
            let side = if comes_in { joined } else { left };
            side.insert(turn.user.id);
        }
    }
    teams
        .into_iter()
        .map(|(id, (joined, left))| Event::Team(TeamEvent::Filled { id, joined, left }))
        .collect()
}
