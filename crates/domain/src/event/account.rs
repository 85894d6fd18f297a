//! Events of the account itself and of its API keys.

use alloc::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::By;
use crate::account::{KeyMaker, Plan, ProductSeats, SettingsPatch};
use crate::give_back::GiveBack;
use crate::id::{AccountId, ApiKeyId, SubscriptionRequestId, TopUpId, UserId};
use crate::labels::{Labelled, Labels};
use crate::management::Management;
use crate::permission::Scope;
use crate::purchase::{Purchase, RequestOutcome};
use crate::terms::{Temporary, TemporarySeats, Terms};
use crate::text::{Name, Product};
use crate::time::{Millis, Secs, Timestamp};

/// A change of the account itself: what it is called, has bought, and has set.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountEvent {
    /// The account's first event.
    #[serde(rename = "account_created")]
    Created { id: AccountId, name: Name },
    /// The account was renamed.
    #[serde(rename = "account_renamed")]
    Renamed { name: Name },
    /// The account was closed, and everything in it removed.
    #[serde(rename = "account_deleted")]
    Deleted {},
    /// Everything the account has bought.
    #[serde(rename = "subscription_set")]
    SubscriptionSet {
        plan: Plan,
        products: BTreeMap<Product, ProductSeats>,
        /// Which of these seats end (L12).
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        temporary: Temporary,
        /// From when until when it lasts (L11).
        #[serde(default, skip_serializing_if = "Terms::is_empty")]
        terms: Terms,
    },
    /// The subscription reached its end and moved on (L11). `renewals` counts all under these terms.
    #[serde(rename = "subscription_renewed")]
    Renewed { renewals: u32 },
    /// The subscription ended at `due`, with its days of grace: nobody can sign in any more (L11).
    #[serde(rename = "subscription_ended")]
    Ended { due: Timestamp },
    /// Temporary seats ended (L12). These users give their named seats back as soon as they are not at work (L13).
    #[serde(rename = "seats_ended")]
    SeatsEnded {
        product: Product,
        seats: TemporarySeats,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        leaving: BTreeSet<UserId>,
    },
    /// More users give their named seats back, because others of whom that was expected have none any more (L13).
    #[serde(rename = "named_seats_leaving")]
    SeatsLeaving {
        product: Product,
        users: BTreeSet<UserId>,
    },
    /// Somebody chose what the account gives back when seats of the product end next (L13).
    #[serde(rename = "give_back_chosen")]
    GiveBackChosen { product: Product, choice: GiveBack },
    /// What was left of minutes with an end (L12).
    #[serde(rename = "minutes_ended")]
    MinutesEnded { until: Timestamp, minutes: u64 },
    /// Minutes were bought. `id` is `None` for top-ups from before they had ids.
    #[serde(rename = "minutes_added")]
    MinutesAdded {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<TopUpId>,
        minutes: u32,
        /// Whether they count towards the bounds of what the account may buy by itself (L9).
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        is_bounded: bool,
        /// When those that are left then end (L12).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// How the subscription is managed from now on (L9).
    #[serde(rename = "subscription_management_set")]
    ManagementSet { management: Management },
    /// Somebody asked the operator for a purchase (L10). It replaces an earlier request of its kind.
    #[serde(rename = "subscription_requested")]
    Requested {
        id: SubscriptionRequestId,
        asked: Purchase,
        by: By,
    },
    /// The operator answered a request. What it bought is in events of its own.
    #[serde(rename = "subscription_request_answered")]
    RequestAnswered {
        id: SubscriptionRequestId,
        outcome: RequestOutcome,
        by: By,
    },
    /// An open request was withdrawn, or an answered one was dismissed.
    #[serde(rename = "subscription_request_removed")]
    RequestRemoved { id: SubscriptionRequestId, by: By },
    /// How far the account's time is ahead of the wall clock, if that does not follow from the last such event
    /// ([`WallTimes`](crate::WallTimes)).
    #[serde(rename = "wall_clock_read")]
    WallClockRead { ahead: Millis },
    /// The vendor's labels of a thing, after the change.
    #[serde(rename = "labelled")]
    Labelled { subject: Labelled, labels: Labels },
    /// The account's settings changed.
    #[serde(rename = "settings_changed")]
    SettingsChanged { change: SettingsPatch },
}

/// A change of an API key. The key itself is stored elsewhere, hashed.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiKeyEvent {
    /// An API key was created. Its secret is stored elsewhere, hashed. `maker` is `None` in journals from before makers
    /// were recorded.
    #[serde(rename = "api_key_created")]
    Created {
        id: ApiKeyId,
        name: Name,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maker: Option<KeyMaker>,
    },
    /// An API key got a new secret, and a new maker: the actor who drew the secret. The previous secret keeps working
    /// for a while.
    #[serde(rename = "api_key_rotated")]
    Rotated {
        id: ApiKeyId,
        overlap: Secs,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maker: Option<KeyMaker>,
    },
    /// An API key was revoked.
    #[serde(rename = "api_key_revoked")]
    Revoked { id: ApiKeyId },
}
