//! What an account buys, and what it asks the operator for (L10).

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::{Plan, ProductSeats, Subscription};
use crate::event::By;
use crate::id::{SubscriptionRequestId, TopUpId};
use crate::text::Product;
use crate::time::Timestamp;

/// Something that an account buys.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purchase {
    /// A plan, and the seats of all products.
    Subscription {
        plan: Plan,
        products: BTreeMap<Product, ProductSeats>,
    },
    /// A top-up of prepaid minutes.
    Minutes { id: TopUpId, minutes: u32 },
}

/// A kind of purchase. An account has at most one open request of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseKind {
    /// A plan and seats.
    Subscription,
    /// Prepaid minutes.
    Minutes,
}

impl Purchase {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> PurchaseKind {
        match self {
            Self::Subscription { .. } => PurchaseKind::Subscription,
            Self::Minutes { .. } => PurchaseKind::Minutes,
        }
    }
}

impl PurchaseKind {
    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Minutes => "minutes",
        }
    }
}

/// A request to the operator for a purchase (L10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionRequest {
    /// The id.
    pub id: SubscriptionRequestId,
    /// What was asked for.
    pub asked: Purchase,
    /// What the account had bought when it asked for a plan and seats; `None` if it asked for minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Subscription>,
    /// Who asked, with their note.
    pub by: By,
    /// When.
    pub at: Timestamp,
    /// The operator's answer; `None` while it is open.
    pub answer: Option<Answered>,
}

impl SubscriptionRequest {
    /// Whether it waits for an answer.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.answer.is_none()
    }

    /// Whether the seats were chosen from others than the account has now, so that buying them as they were asked for would
    /// undo a change. The terms do not matter: an approval leaves them as they are.
    #[must_use]
    pub fn is_outdated(&self, subscription: &Subscription) -> bool {
        let differs = |before: &Subscription| {
            before.plan != subscription.plan || before.products != subscription.products
        };
        self.before.as_ref().is_some_and(differs)
    }
}

/// How a request was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What the operator decided.
    pub outcome: RequestOutcome,
    /// Who answered, with their note.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// What the operator decided on a request.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestOutcome {
    /// It was bought as asked.
    Approved,
    /// This was bought instead.
    Changed { bought: Purchase },
    /// Nothing was bought.
    Declined,
}

impl RequestOutcome {
    /// The name in the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Changed { .. } => "changed",
            Self::Declined => "declined",
        }
    }
}

/// The newest request of each kind, open or answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Requests(BTreeMap<PurchaseKind, SubscriptionRequest>);

impl Requests {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &SubscriptionRequest> {
        self.0.values()
    }

    pub(crate) fn get(&self, id: SubscriptionRequestId) -> Option<&SubscriptionRequest> {
        self.all().find(|request| request.id == id)
    }

    pub(crate) fn of_kind(&self, kind: PurchaseKind) -> Option<&SubscriptionRequest> {
        self.0.get(&kind)
    }

    /// A new request takes the place of an earlier one of its kind.
    pub(crate) fn put(&mut self, request: SubscriptionRequest) {
        self.0.insert(request.asked.kind(), request);
    }

    pub(crate) fn remove(&mut self, id: SubscriptionRequestId) {
        self.0.retain(|_, request| request.id != id);
    }

    pub(crate) fn answer(&mut self, id: SubscriptionRequestId, answer: Answered) {
        if let Some(request) = self.0.values_mut().find(|request| request.id == id) {
            request.answer = Some(answer);
        }
    }
}
