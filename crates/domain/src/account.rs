//! One account: the complete state that its commands are decided on, in memory.

mod look;
mod parts;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;

use serde::{Deserialize, Serialize};

pub(crate) use self::parts::Given;
pub use self::parts::{
    ApiKey, CORS_ORIGINS_MAX, KeyMaker, PRODUCT_NAMES_MAX, Phase, Plan, ProductSeats, Settings,
    SettingsPatch, Subscription, Team,
};
use crate::directory::{Group, Subject};
use crate::event::{AccountEvent, Claim};
pub use crate::evolve::Account;
use crate::give_back::{GiveBack, Over};
use crate::id::{AccountId, ApiKeyId, GroupId, PoolId, SessionId, SignInId, TeamId, TicketId, UserId};
use crate::labels::Labels;
use crate::leases::Leased;
use crate::management::{Management, MinutesPeriod};
use crate::pool::Pool;
use crate::presence::{Session, SignIn, Ticket};
use crate::purchase::Requests;
use crate::schedule::Schedule;
use crate::text::{Email, ExternalId, Name, Product};
use crate::time::Timestamp;
use crate::top_up::TopUps;
use crate::user::User;
use crate::wall::WallTimes;

/// One account: its users, pools, subscription, and everything that is going on in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub(crate) id: AccountId,
    pub(crate) name: Name,
    pub(crate) created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub(crate) labels: Labels,
    pub(crate) deleted: bool,
    pub(crate) subscription: Subscription,
    /// The products of which more seats are given out than are bought, since seats ended (L13).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) over: BTreeMap<Product, Over>,
    /// What the account gives back when seats end next, as far as somebody chose (L13).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) give_back: BTreeMap<Product, GiveBack>,
    /// How the subscription is managed (L9).
    #[serde(default, skip_serializing_if = "Management::is_default")]
    pub(crate) management: Management,
    pub(crate) settings: Settings,
    /// Prepaid minutes left, with those that end.
    pub(crate) minutes: u64,
    /// Which of these minutes end, by when (L12).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) minutes_until: BTreeMap<Timestamp, u64>,
    #[serde(default)]
    pub(crate) top_ups: TopUps,
    /// The minutes that count towards the account's bounds (L9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) minutes_period: Option<MinutesPeriod>,
    /// What the account has asked the operator for (L10).
    #[serde(default, skip_serializing_if = "Requests::is_empty")]
    pub(crate) requests: Requests,
    #[serde(default, skip_serializing_if = "WallTimes::is_empty")]
    pub(crate) wall: WallTimes,
    #[serde(default)]
    pub(crate) has_been_used: bool,
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
    pub(crate) emails: BTreeSet<(Email, UserId)>,
    /// By the folded name.
    #[serde(skip)]
    pub(crate) user_names: BTreeMap<String, UserId>,
    #[serde(skip)]
    pub(crate) external_ids: BTreeMap<ExternalId, UserId>,
    #[serde(skip)]
    pub(crate) subjects: BTreeMap<Subject, UserId>,
    #[serde(skip)]
    pub(crate) given: BTreeMap<Product, Given>,
    /// Users with an open request for a seat (L14).
    #[serde(skip)]
    pub(crate) askers: BTreeSet<UserId>,
    #[serde(skip)]
    pub(crate) owners_active: u32,
    #[serde(skip)]
    pub(crate) schedule: Schedule,
    /// When something of the subscription is due (L11 to L13).
    #[serde(skip)]
    pub(crate) subscription_due: Option<Timestamp>,
    /// The pools in which [`crate::settle`] looks for follow-up events: only those that changed. A hint that saves work
    /// and decides nothing. Empty between steps ([`crate::evolve::hints`]).
    #[serde(skip)]
    pub(crate) unsettled: BTreeSet<PoolId>,
    /// Claims that minutes pay for, by the time of their next minute.
    #[serde(skip)]
    pub(crate) minute_claims: BTreeSet<(Timestamp, Claim)>,
    /// The same hint for warnings that minutes run out.
    #[serde(skip)]
    pub(crate) minutes_unsettled: bool,
    /// Leases that were renewed in memory.
    #[serde(skip)]
    pub(crate) renewed: BTreeSet<Leased>,
    /// Pools whose occupancy, queue or size has changed since the last step took this list.
    #[serde(skip)]
    pub(crate) changed_pools: BTreeSet<PoolId>,
}

impl State {
    /// The account that its first event creates; `None` for any other event.
    pub(crate) fn from_first_event(event: &crate::event::Event, at: Timestamp) -> Option<Self> {
        let crate::event::Event::Account(AccountEvent::Created { id, name }) = event else {
            return None;
        };
        Some(Self::first(*id, name.clone(), at))
    }

    /// A new account without anything in it.
    pub(crate) fn first(id: AccountId, name: Name, at: Timestamp) -> Self {
        Self {
            id,
            name,
            created_at: at,
            labels: Labels::default(),
            deleted: false,
            subscription: Subscription::default(),
            over: BTreeMap::new(),
            give_back: BTreeMap::new(),
            management: Management::default(),
            settings: Settings::default(),
            minutes: 0,
            minutes_until: BTreeMap::new(),
            top_ups: TopUps::default(),
            minutes_period: None,
            requests: Requests::default(),
            wall: WallTimes::default(),
            has_been_used: false,
            users: BTreeMap::new(),
            pools: BTreeMap::new(),
            teams: BTreeMap::new(),
            groups: BTreeMap::new(),
            api_keys: BTreeMap::new(),
            sign_ins: BTreeMap::new(),
            sessions: BTreeMap::new(),
            tickets: BTreeMap::new(),
            emails: BTreeSet::new(),
            user_names: BTreeMap::new(),
            external_ids: BTreeMap::new(),
            subjects: BTreeMap::new(),
            given: BTreeMap::new(),
            askers: BTreeSet::new(),
            owners_active: 0,
            schedule: Schedule::default(),
            subscription_due: None,
            unsettled: BTreeSet::new(),
            minute_claims: BTreeSet::new(),
            minutes_unsettled: false,
            renewed: BTreeSet::new(),
            changed_pools: BTreeSet::new(),
        }
    }
}

impl Account {
    /// The events that create an account, except for the first one. For the operator only.
    pub(crate) fn created(
        id: AccountId,
        name: Name,
        labels: &Labels,
        actor: &crate::Actor,
    ) -> Result<(crate::Event, Option<crate::Event>), crate::Refusal> {
        if !matches!(actor, crate::Actor::Operator | crate::Actor::System) {
            return Err(crate::Refusal::Forbidden {
                needed: "an operator key",
            });
        }
        crate::decide::texts::visible("name", name.as_str())?;
        let labelled = (!labels.is_empty()).then(|| {
            crate::Event::Account(AccountEvent::Labelled {
                subject: crate::labels::Labelled::Account,
                labels: labels.clone(),
            })
        });
        Ok((
            crate::Event::Account(AccountEvent::Created { id, name }),
            labelled,
        ))
    }

    /// An account after the last of the replayed events: equal, in every field, to the one that they were decided on.
    #[must_use]
    pub fn replayed(mut self) -> Self {
        crate::evolve::hints::retain_owed(&mut self);
        self
    }

    /// An account read from its serialized form, with everything derived from it rebuilt.
    #[must_use]
    pub fn restored(mut self) -> Self {
        crate::evolve::restore(&mut self);
        self.replayed()
    }
}
