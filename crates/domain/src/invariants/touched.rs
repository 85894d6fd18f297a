//! What has to be looked at to know whether events broke a rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::Account;
use crate::event::{Claim, Event};
use crate::id::{GroupId, PoolId, SessionId, SignInId, TicketId, UserId};
use crate::labels::Labelled;
use crate::pool::Holder;
use crate::step::Observer;

/// What events touched of an account. Grows with the events and with what they name, never with the account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// With the most seats that may be occupied: what the pool has or had at any time, or what was occupied before.
    pub(super) pools: BTreeMap<PoolId, u32>,
    pub(super) holders: BTreeSet<(PoolId, Holder)>,
    pub(super) users: BTreeSet<UserId>,
    /// Whether seats were bought, or given out.
    pub(super) are_seats_given: bool,
}

impl Observer for Touched {
    fn before(&mut self, account: Option<&Account>, event: &Event) {
        if let Some(account) = account {
            self.note(account, event);
        }
    }
}

impl Touched {
    /// All that there is. How many seats may be occupied cannot be told: a pool that was lowered drains (P3).
    pub(super) fn everything(account: &Account) -> Self {
        let pools = account.pools.values();
        let holders = pools.flat_map(|pool| pool.holders.keys().map(|holder| (pool.id, holder.clone())));
        Self {
            pools: account.pools.keys().map(|id| (*id, u32::MAX)).collect(),
            holders: holders.collect(),
            users: account.users.keys().copied().collect(),
            are_seats_given: true,
        }
    }

    /// Takes note of an event that the account, as it is before it, is about to take in.
    fn note(&mut self, account: &Account, event: &Event) {
        match event {
            Event::AccountCreated { .. }
            | Event::AccountRenamed { .. }
            | Event::AccountDeleted {}
            | Event::MinutesAdded { .. }
            | Event::WallClockRead { .. }
            | Event::SettingsChanged { .. }
            | Event::ApiKeyCreated { .. }
            | Event::ApiKeyRotated { .. }
            | Event::ApiKeyRevoked { .. }
            | Event::PasswordSet { .. }
            | Event::SecondFactorSet { .. }
            | Event::SecondFactorRemoved { .. }
            | Event::ProviderChanged { .. }
            | Event::LeasesRenewed { .. }
            | Event::LeasesRestarted { .. }
            | Event::TeamDeleted { .. }
            | Event::GroupChanged { .. }
            | Event::CustomerJoined { .. }
            | Event::Refused { .. } => {}
            Event::Labelled { subject, .. } => {
                if let Labelled::User(id) = subject {
                    self.users.insert(*id);
                }
            }
            Event::SubscriptionSet { .. } => self.are_seats_given = true,
            Event::UserCreated { id, .. }
            | Event::UserChanged { id, .. }
            | Event::UserActivated { id, .. } => {
                self.users.insert(*id);
            }
            Event::UserDeleted { id } => {
                self.users.insert(*id);
                self.are_seats_given = true;
            }
            Event::LicenseSet { user, .. } => {
                self.users.insert(*user);
                self.are_seats_given = true;
            }
            Event::DirectoryEntrySet { user, .. } | Event::RoleGiven { user, .. } => {
                self.users.insert(*user);
            }
            Event::PoolCreated { id, seats, .. } | Event::PoolChanged { id, seats, .. } => {
                self.pool(account, *id);
                let most = self.pools.entry(*id).or_default();
                *most = (*most).max(*seats);
                self.are_seats_given = true;
            }
            Event::PoolDeleted { id } => {
                self.pool(account, *id);
                self.are_seats_given = true;
            }
            Event::TeamCreated { members, .. }
            | Event::TeamChanged { members, .. }
            | Event::GroupCreated { members, .. } => self.users.extend(members),
            Event::TeamFilled { joined, left, .. } | Event::GroupMembersChanged { joined, left, .. } => {
                self.users.extend(joined.union(left));
            }
            Event::GroupMapped { id, .. } | Event::GroupDeleted { id } => self.group(account, *id),
            Event::SignedIn {
                user, device, pool, ..
            } => {
                self.users.insert(*user);
                if let Some(pool) = pool.and_then(|pool| account.pools.get(&pool)) {
                    self.pool(account, pool.id);
                    self.holders.insert((pool.id, pool.holder(*user, &device.id)));
                }
            }
            Event::SignInEnded { id, .. }
            | Event::ActivityReported { id }
            | Event::LogOffWarned { id, .. }
            | Event::ReclaimWarned { id, .. }
            | Event::ReclaimCancelled { id }
            | Event::SeatLocked { id, .. } => self.sign_in(account, *id),
            Event::SessionCreated { sign_in, .. } => self.sign_in(account, *sign_in),
            Event::SessionConnected { id, .. }
            | Event::SessionPaused { id }
            | Event::SessionResumed { id, .. }
            | Event::SessionEnding { id, .. }
            | Event::SessionEnded { id, .. } => self.session(account, *id),
            Event::TicketOpened { user, pool, .. } => {
                self.users.insert(*user);
                self.pool(account, *pool);
            }
            Event::OfferMade { id, .. } | Event::TicketEnded { id, .. } => self.ticket(account, *id),
            Event::MinutePaid { claim, .. }
            | Event::MinutesLow { claim, .. }
            | Event::ClaimMoved { claim } => match claim {
                Claim::SignIn(id) => self.sign_in(account, *id),
                Claim::Session(id) => self.session(account, *id),
            },
        }
    }

    fn pool(&mut self, account: &Account, id: PoolId) {
        if let Some(pool) = account.pools.get(&id) {
            self.pools
                .entry(id)
                .or_insert_with(|| pool.seats.max(pool.occupied()));
        }
    }

    fn group(&mut self, account: &Account, id: GroupId) {
        let group = account.groups.get(&id);
        self.users.extend(group.iter().flat_map(|group| &group.members));
    }

    fn sign_in(&mut self, account: &Account, id: SignInId) {
        let Some(sign_in) = account.sign_ins.get(&id) else {
            return;
        };
        self.users.insert(sign_in.user);
        if let Some(pool) = sign_in.pool.and_then(|pool| account.pools.get(&pool)) {
            self.pool(account, pool.id);
            let holder = pool.holder(sign_in.user, &sign_in.device.id);
            self.holders.insert((pool.id, holder));
        }
    }

    fn session(&mut self, account: &Account, id: SessionId) {
        if let Some(session) = account.sessions.get(&id) {
            self.sign_in(account, session.sign_in);
        }
    }

    fn ticket(&mut self, account: &Account, id: TicketId) {
        if let Some(ticket) = account.tickets.get(&id) {
            self.users.insert(ticket.user);
            self.pool(account, ticket.pool);
        }
    }
}
