//! Collects what has to be checked to find out whether events broke an invariant.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::account::Account;
use crate::event::{
    AccountEvent, Claim, Event, GroupEvent, PoolEvent, SessionEvent, SignInEvent, TeamEvent, TicketEvent,
    UserEvent,
};
use crate::id::{GroupId, PoolId, SessionId, SignInId, TicketId, UserId};
use crate::labels::Labelled;
use crate::pool::Holder;
use crate::step::Observer;

/// What events touched in an account. Its size depends on the events and on what they name, not on the account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// With the most seats that may be occupied: the most that the pool ever had, or that were occupied before.
    pub(super) pools: BTreeMap<PoolId, u32>,
    pub(super) holders: BTreeSet<(PoolId, Holder)>,
    pub(super) users: BTreeSet<UserId>,
    /// Whether seats were bought or assigned.
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
    /// Everything. The limits of occupied seats are unknown: a pool that was lowered drains (P3).
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

    /// Records an event that is about to be applied to the account.
    fn note(&mut self, account: &Account, event: &Event) {
        match event {
            Event::Account(event) => match event {
                AccountEvent::Labelled {
                    subject: Labelled::User(id),
                    ..
                } => {
                    self.users.insert(*id);
                }
                AccountEvent::SubscriptionSet { .. }
                | AccountEvent::SeatsEnded { .. }
                | AccountEvent::SeatsLeaving { .. } => self.are_seats_given = true,
                AccountEvent::Created { .. }
                | AccountEvent::Renamed { .. }
                | AccountEvent::Deleted {}
                | AccountEvent::MinutesAdded { .. }
                | AccountEvent::MinutesEnded { .. }
                | AccountEvent::Renewed { .. }
                | AccountEvent::Ended { .. }
                | AccountEvent::GiveBackChosen { .. }
                | AccountEvent::ManagementSet { .. }
                | AccountEvent::Requested { .. }
                | AccountEvent::RequestAnswered { .. }
                | AccountEvent::RequestRemoved { .. }
                | AccountEvent::WallClockRead { .. }
                | AccountEvent::Labelled { .. }
                | AccountEvent::SettingsChanged { .. } => {}
            },
            Event::User(event) => self.note_user(event),
            Event::Pool(event) => self.note_pool(account, event),
            Event::Team(event) => match event {
                TeamEvent::Created { members, .. } | TeamEvent::Changed { members, .. } => {
                    self.users.extend(members);
                }
                TeamEvent::Filled { joined, left, .. } => self.users.extend(joined.union(left)),
                TeamEvent::Deleted { .. } => {}
            },
            Event::Group(event) => match event {
                GroupEvent::Created { members, .. } => self.users.extend(members),
                GroupEvent::MembersChanged { joined, left, .. } => self.users.extend(joined.union(left)),
                GroupEvent::Mapped { id, .. } | GroupEvent::Deleted { id } => self.group(account, *id),
                GroupEvent::Changed { .. } => {}
            },
            Event::SignIn(event) => self.note_sign_in(account, event),
            Event::Session(event) => match event {
                SessionEvent::Created { sign_in, .. } => self.sign_in(account, *sign_in),
                SessionEvent::Connected { id, .. }
                | SessionEvent::Paused { id }
                | SessionEvent::Resumed { id, .. }
                | SessionEvent::Ending { id, .. }
                | SessionEvent::Ended { id, .. } => self.session(account, *id),
                SessionEvent::CustomerJoined { .. } => {}
            },
            Event::Ticket(event) => match event {
                TicketEvent::Opened { user, pool, .. } => {
                    self.users.insert(*user);
                    self.pool(account, *pool);
                }
                TicketEvent::Offered { id, .. } | TicketEvent::Ended { id, .. } => self.ticket(account, *id),
            },
            Event::Minutes(event) => match event.claim() {
                Claim::SignIn(id) => self.sign_in(account, id),
                Claim::Session(id) => self.session(account, id),
            },
            Event::ApiKey(_) | Event::Credential(_) | Event::Lease(_) | Event::Refusal(_) => {}
        }
    }

    fn note_user(&mut self, event: &UserEvent) {
        match event {
            UserEvent::Created { id, .. }
            | UserEvent::Changed { id, .. }
            | UserEvent::Activated { id, .. }
            | UserEvent::LicenseLent { user: id, .. }
            | UserEvent::SeatRequested { user: id, .. }
            | UserEvent::SeatRequestAnswered { user: id, .. }
            | UserEvent::DirectoryEntrySet { user: id, .. }
            | UserEvent::RoleGiven { user: id, .. } => {
                self.users.insert(*id);
            }
            UserEvent::Deleted { id } | UserEvent::LicenseSet { user: id, .. } => {
                self.users.insert(*id);
                self.are_seats_given = true;
            }
        }
    }

    fn note_pool(&mut self, account: &Account, event: &PoolEvent) {
        self.are_seats_given = true;
        match event {
            PoolEvent::Created { id, seats, .. } | PoolEvent::Changed { id, seats, .. } => {
                self.pool(account, *id);
                let most = self.pools.entry(*id).or_default();
                *most = (*most).max(*seats);
            }
            PoolEvent::Deleted { id } => self.pool(account, *id),
        }
    }

    fn note_sign_in(&mut self, account: &Account, event: &SignInEvent) {
        match event {
            SignInEvent::SignedIn {
                user, device, pool, ..
            } => {
                self.users.insert(*user);
                if let Some(pool) = pool.and_then(|pool| account.pools.get(&pool)) {
                    self.pool(account, pool.id);
                    self.holders
                        .insert((pool.id, pool.holder(*user, device.id.reveal())));
                }
            }
            SignInEvent::Ended { id, .. }
            | SignInEvent::ActivityReported { id }
            | SignInEvent::LogOffWarned { id, .. }
            | SignInEvent::ReclaimWarned { id, .. }
            | SignInEvent::ReclaimCancelled { id }
            | SignInEvent::SeatLocked { id, .. } => self.sign_in(account, *id),
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
            let holder = pool.holder(sign_in.user, sign_in.device.id.reveal());
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
