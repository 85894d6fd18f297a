//! Reading an account: its parts, and how they relate to one another.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use super::{ApiKey, ProductSeats, Settings, State, Subscription, Team};
use crate::color::ProductColor;
use crate::event::Claim;
use crate::give_back::Over;
use crate::id::{
    AccountId, ApiKeyId, PoolId, SessionId, SignInId, SubscriptionRequestId, TeamId, TicketId, UserId,
};
use crate::labels::{Labelled, Labels};
use crate::management::Management;
use crate::pool::{Holder, Pool};
use crate::presence::{Session, SignIn, Ticket};
use crate::purchase::SubscriptionRequest;
use crate::rules::ConsoleActivity;
use crate::seat_request::SeatRequest;
use crate::text::{Email, ExternalId, Name, Product};
use crate::time::Timestamp;
use crate::user::{License, User};
use crate::wall::{WallTime, WallTimes};

impl State {
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

    /// The wall-clock times of the account's time.
    #[must_use]
    pub const fn wall_times(&self) -> &WallTimes {
        &self.wall
    }

    /// What the wall clock showed at this moment of the account, or will show then.
    #[must_use]
    pub fn shown(&self, at: Timestamp) -> WallTime {
        self.wall.shown(at)
    }

    /// Whether it was closed. A closed account answers as if it did not exist.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// What the account has bought.
    #[must_use]
    pub const fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    /// What people call a product: its name in the settings, or else its slug in readable form. Unlike the slug it is no
    /// id: it may change.
    #[must_use]
    pub fn product_name(&self, product: &Product) -> String {
        let name = self.settings.product_names.get(product);
        name.map_or_else(|| product.readable(), ToString::to_string)
    }

    /// The color that pages show beside the product's name; `None` where none was chosen.
    #[must_use]
    pub fn product_color(&self, product: &Product) -> Option<ProductColor> {
        self.settings.product_colors.get(product).copied()
    }

    /// Whether anybody has ever signed in to a product.
    #[must_use]
    pub const fn has_been_used(&self) -> bool {
        self.has_been_used
    }

    /// The open requests for seats (L14), user by user.
    pub fn open_seat_requests(&self) -> impl Iterator<Item = (&User, &Product, &SeatRequest)> {
        let askers = self.askers.iter().filter_map(|id| self.users.get(id));
        askers.flat_map(|user| {
            let open = user.seat_requests.iter().filter(|(_, request)| request.is_open());
            open.map(move |(product, request)| (user, product, request))
        })
    }

    /// Its settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How far a product is over the subscription: how many of its seats are given out and not bought (L13). `None` if it
    /// is not.
    #[must_use]
    pub fn over(&self, product: &Product) -> Option<&Over> {
        self.over.get(product)
    }

    /// Prepaid minutes that end, by when (L12).
    #[must_use]
    pub const fn minutes_until(&self) -> &BTreeMap<Timestamp, u64> {
        &self.minutes_until
    }

    /// How the subscription is managed (L9).
    #[must_use]
    pub const fn management(&self) -> &Management {
        &self.management
    }

    /// How many minutes the account may still add by itself at `now` (L9); `None` unless it buys within bounds.
    #[must_use]
    pub fn minutes_left_to_buy(&self, now: Timestamp) -> Option<u32> {
        let bounds = self.management.bounds()?;
        Some(bounds.minutes_left(self.minutes_period, now))
    }

    /// The newest request of each kind to the operator, open or answered (L10).
    pub fn subscription_requests(&self) -> impl Iterator<Item = &SubscriptionRequest> {
        self.requests.all()
    }

    /// One of these requests.
    #[must_use]
    pub fn subscription_request(&self, id: SubscriptionRequestId) -> Option<&SubscriptionRequest> {
        self.requests.get(id)
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

    /// The user with this address; if earlier versions let in several, the one with the smallest id.
    #[must_use]
    pub fn user_by_email(&self, email: &Email) -> Option<&User> {
        self.users.get(&self.users_with(email).next()?)
    }

    /// The users with this address: at most one, except for addresses that earlier versions distinguished
    /// (`ann@münchen.example`, `ann@xn--mnchen-3ya.example`).
    pub(crate) fn users_with(&self, email: &Email) -> impl Iterator<Item = UserId> {
        let all = (email.clone(), UserId::from_bits(0))..=(email.clone(), UserId::from_bits(u128::MAX));
        self.emails.range(all).map(|(_, id)| *id)
    }

    /// The user with this external id.
    #[must_use]
    pub fn user_by_external_id(&self, external_id: &ExternalId) -> Option<&User> {
        self.users.get(self.external_ids.get(external_id)?)
    }

    /// The vendor's labels of the account.
    #[must_use]
    pub const fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The vendor's labels of a thing; `None` if it does not exist.
    #[must_use]
    pub fn labels_of(&self, subject: Labelled) -> Option<&Labels> {
        match subject {
            Labelled::Account => Some(&self.labels),
            Labelled::User(id) => self.users.get(&id).map(|user| &user.labels),
            Labelled::Pool(id) => self.pools.get(&id).map(|pool| &pool.labels),
            Labelled::Session(id) => self.sessions.get(&id).map(|session| &session.labels),
        }
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

    /// The number of users with a named license of the product (L1).
    #[must_use]
    pub fn named_assigned(&self, product: &Product) -> u32 {
        self.given.get(product).map_or(0, |given| given.named)
    }

    /// The product's shared seats that are allocated to pools (L2).
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

    /// The product's unallocated shared seats (L2).
    #[must_use]
    pub fn shared_unallocated(&self, product: &Product) -> u32 {
        self.bought(product)
            .shared_seats
            .saturating_sub(self.shared_distributed(product))
    }

    /// The rules for a user of a product: those of the pool; `None` for a named license.
    #[must_use]
    pub fn pool_of(&self, user: &User, product: &Product) -> Option<&Pool> {
        match user.licenses.get(product)? {
            License::Named => None,
            License::Shared(pool) => self.pools.get(pool),
        }
    }

    /// Whether using an agent console restarts the idle clock of its sign-in (A1). Programs say by themselves, with each
    /// heartbeat, whether their user is there.
    #[must_use]
    pub fn console_use_counts(&self, sign_in: &SignIn) -> bool {
        let pool = sign_in.pool.and_then(|pool| self.pool(pool));
        pool.is_some_and(|pool| pool.rules.console_activity == ConsoleActivity::AnyUse)
    }

    /// When the user of a sign-in will be logged off if they stay idle (A2); `None` where the pool logs nobody off, and
    /// while a call or a valid link stops the idle clock (A1).
    #[must_use]
    pub fn log_off_due(&self, sign_in: &SignIn) -> Option<Timestamp> {
        let after = self.pool(sign_in.pool?)?.rules.log_off_after()?;
        sign_in
            .log_off_at
            .or_else(|| sign_in.idle_since.map(|since| since + after))
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

    /// Whether the user is signed in for a product on any device.
    #[must_use]
    pub fn is_signed_in_for(&self, user: &User, product: &Product) -> bool {
        self.sign_ins_of(user, product).next().is_some()
    }

    /// The user's ticket for a product: at most one (Q2).
    #[must_use]
    pub fn ticket_of(&self, user: &User, product: &Product) -> Option<&Ticket> {
        user.tickets
            .iter()
            .filter_map(|id| self.tickets.get(id))
            .find(|ticket| ticket.product == *product)
    }

    /// Whether follow-up events are missing, which the next [`crate::Input::Tick`] produces.
    #[must_use]
    pub fn may_owe(&self) -> bool {
        !self.unsettled.is_empty() || self.minutes_unsettled
    }

    /// Whether [`crate::Input::Tick`] would do anything at `now`.
    #[must_use]
    pub fn wants_tick(&self, now: Timestamp) -> bool {
        self.may_owe() || self.next_due().is_some_and(|due| due <= now)
    }

    /// When the next [`crate::Input::Tick`] is needed.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.schedule.next()
    }

    /// The sign-ins through which a holder has their seat; none if sessions take the seats.
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

    /// The sign-in that is needed to claim a ticket.
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
