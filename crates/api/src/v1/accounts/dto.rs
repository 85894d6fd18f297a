//! The API's request and response types for accounts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use usher_domain::account::{self, ProductSeats};
use usher_domain::color::ProductColor;
use usher_domain::command;
use usher_domain::labels::Metadata;
use usher_domain::terms;
use usher_domain::text::{ExternalId, Name, Note, PlanName, Product};
use usher_domain::{AccountId, Timestamp, WallTime};
use usher_journal::{AccountRow, Cursor};
use utoipa::{IntoParams, ToSchema};

use super::dates::{self, EndingMinutes, NewTemporarySeats, NewTerms, TemporarySeats, Terms};
use crate::extract::{Limit, nullable};
use crate::v1::labels;
use crate::v1::schema;
use crate::v1::time::Time;

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Account {
    /// The id.
    #[schema(value_type = schema::AccountId)]
    id: AccountId,
    /// The operator's name for it.
    #[schema(value_type = schema::Name, example = "Contoso Support")]
    name: String,
    /// The id of the account in the operator's own system; null if it has none.
    #[schema(required, value_type = Option<schema::ExternalId>)]
    external_id: Option<ExternalId>,
    /// The operator's own metadata for the account.
    #[schema(value_type = schema::Metadata)]
    metadata: Metadata,
    /// When it was created.
    created_at: Time,
}

impl From<&account::Account> for Account {
    fn from(account: &account::Account) -> Self {
        Self {
            id: account.id(),
            name: account.name().to_string(),
            external_id: account.labels().external_id.clone(),
            metadata: account.labels().metadata.clone(),
            created_at: account.shown(account.created_at()).into(),
        }
    }
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        let labels = labels::of_record(row.external_id.as_deref(), row.metadata.as_deref());
        Self {
            external_id: labels.external_id,
            metadata: labels.metadata,
            id: row.account,
            name: row.name.to_string(),
            created_at: WallTime::new(row.created_at).into(),
        }
    }
}

/// An account to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Contoso Support"}))]
pub(crate) struct NewAccount {
    /// The operator's name for it.
    #[schema(value_type = schema::Name, example = "Contoso Support")]
    pub(crate) name: Name,
    /// The id of the account in your own system.
    #[serde(default)]
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<ExternalId>,
    /// Your own metadata for the account: at most 20 texts by name.
    #[serde(default)]
    #[schema(value_type = Option<schema::Metadata>)]
    pub(crate) metadata: Option<Metadata>,
}

/// A change of an account. Omitted fields stay unchanged.
#[expect(clippy::option_option, reason = "absent, null and a value are three answers")]
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Contoso Support"}))]
pub(crate) struct AccountChange {
    /// The new name.
    #[schema(value_type = Option<schema::Name>)]
    pub(crate) name: Option<Name>,
    /// The new id in your own system; null removes it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<Option<ExternalId>>,
    /// The new metadata, complete.
    #[schema(value_type = Option<schema::Metadata>)]
    pub(crate) metadata: Option<Metadata>,
}

/// Which accounts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountQuery {
    /// Only those whose name contains this, ignoring case.
    pub(crate) q: Option<String>,
    /// Only those with this id in the operator's own system, exactly.
    #[param(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<ExternalId>,
    /// The most accounts on the page.
    #[serde(default)]
    #[param(inline)]
    pub(crate) limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    pub(crate) cursor: Option<Cursor>,
}

/// What an account has bought, and how much of it is in use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Subscription {
    /// The plan; null before the first subscription.
    #[schema(required, value_type = Option<schema::PlanName>)]
    plan: Option<PlanName>,
    /// Seats by product.
    #[schema(value_type = BTreeMap<String, ProductSubscription>)]
    products: BTreeMap<Product, ProductSubscription>,
    /// From when until when it lasts.
    terms: Terms,
    /// Prepaid minutes that end: those that end first are spent first.
    minutes_ending: Vec<EndingMinutes>,
}

/// The seats of one product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductSubscription {
    /// What people call the product: its name in the settings, or else its slug in readable form.
    #[schema(value_type = schema::Name, example = "Remote support")]
    display_name: String,
    /// The color that pages show beside that name; null if none was chosen.
    #[schema(required, value_type = Option<schema::ProductColor>, example = "violet")]
    color: Option<ProductColor>,
    /// Named seats.
    #[schema(example = 2)]
    named_seats: u32,
    /// How many of these are assigned.
    #[schema(example = 2)]
    named_assigned: u32,
    /// How many named seats are assigned and not bought any more, since seats ended. Until they are given back, none is
    /// assigned (`over-subscription`).
    #[schema(example = 0)]
    named_over: u32,
    /// Which of these seats end, soonest first.
    temporary: Vec<TemporarySeats>,
    /// Shared seats, for pools.
    #[schema(example = 10)]
    shared_seats: u32,
    /// How many of these are in pools.
    #[schema(example = 8)]
    shared_distributed: u32,
    /// How many of these are unallocated.
    #[schema(example = 2)]
    shared_unallocated: u32,
}

impl From<&account::Account> for Subscription {
    fn from(account: &account::Account) -> Self {
        let subscription = account.subscription();
        let products = subscription.products.iter();
        Self {
            plan: subscription.plan.as_ref().map(|plan| plan.name.clone()),
            products: products
                .map(|(product, seats)| {
                    let shown = ProductSubscription {
                        display_name: account.product_name(product),
                        color: account.product_color(product),
                        named_seats: seats.named_seats,
                        named_assigned: account.named_assigned(product),
                        named_over: account.over(product).map_or(0, |over| over.named_seats),
                        temporary: dates::temporary_of(account, product),
                        shared_seats: seats.shared_seats,
                        shared_distributed: account.shared_distributed(product),
                        shared_unallocated: account.shared_unallocated(product),
                    };
                    (product.clone(), shown)
                })
                .collect(),
            terms: Terms::from(account),
            minutes_ending: dates::minutes_of(account),
        }
    }
}

/// Everything an account has bought. Omitted products have no seats.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "plan": "enterprise", "products": {"remote-support": {"named_seats": 2, "shared_seats": 10}}
}))]
pub(crate) struct NewSubscription {
    /// A plan from the operator's configuration; `team` and `enterprise` are built in.
    #[schema(value_type = schema::PlanName)]
    pub(crate) plan: PlanName,
    /// Seats by product.
    #[schema(
        value_type = BTreeMap<String, NewProduct>,
        example = json!({"remote-support": {"named_seats": 2, "shared_seats": 10}})
    )]
    products: BTreeMap<Product, NewProduct>,
    /// From when until when it lasts; omitted, that stays as it is, and `{}` removes an end. Only the operator changes it.
    terms: Option<NewTerms>,
    /// The subscription that the new one was chosen from. If it has changed, the call answers `changed-meanwhile` and
    /// changes nothing.
    pub(crate) seen: Option<SubscriptionSeen>,
    /// A note for the operator, if the change becomes a request.
    #[schema(value_type = Option<schema::Note>)]
    pub(crate) note: Option<Note>,
}

impl NewSubscription {
    /// The seats of each product.
    pub(crate) fn seats(&self) -> BTreeMap<Product, ProductSeats> {
        let products = self.products.iter();
        products
            .map(|(product, seats)| (product.clone(), seats.into()))
            .collect()
    }

    /// The terms, if they are given.
    pub(crate) fn terms(&self) -> Option<terms::Terms> {
        self.terms.map(Into::into)
    }

    /// Which seats end, of the products for which that is given.
    pub(crate) fn temporary(&self) -> terms::Temporary {
        let given = self.products.iter().filter_map(|(product, seats)| {
            let ends = seats.temporary.as_ref()?;
            Some((product.clone(), ends.iter().copied().map(Into::into).collect()))
        });
        given.collect()
    }
}

/// A subscription as the caller saw it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "plan": "enterprise", "products": {"remote-support": {"named_seats": 2, "shared_seats": 8}}
}))]
pub(crate) struct SubscriptionSeen {
    /// The plan; null before the first subscription.
    #[schema(value_type = Option<schema::PlanName>)]
    plan: Option<PlanName>,
    /// Seats by product.
    #[schema(
        value_type = BTreeMap<String, NewProductSeats>,
        example = json!({"remote-support": {"named_seats": 2, "shared_seats": 8}})
    )]
    products: BTreeMap<Product, NewProductSeats>,
}

impl From<SubscriptionSeen> for command::SubscriptionSeen {
    fn from(seen: SubscriptionSeen) -> Self {
        Self {
            plan: seen.plan,
            products: product_seats(&seen.products),
        }
    }
}

/// Seats by product as the domain has them.
pub(crate) fn product_seats(
    products: &BTreeMap<Product, NewProductSeats>,
) -> BTreeMap<Product, ProductSeats> {
    let products = products.iter();
    products
        .map(|(product, seats)| (product.clone(), (*seats).into()))
        .collect()
}

/// The seats of one product that an account is to have. Omitted numbers are 0.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProduct {
    /// Named seats, with those that end.
    named_seats: Option<u32>,
    /// Shared seats, for pools, with those that end.
    shared_seats: Option<u32>,
    /// Which of these seats end; omitted, that stays as it is, and `[]` says that none do. Only the operator changes it.
    temporary: Option<Vec<NewTemporarySeats>>,
}

impl From<&NewProduct> for ProductSeats {
    fn from(seats: &NewProduct) -> Self {
        Self {
            named_seats: seats.named_seats.unwrap_or_default(),
            shared_seats: seats.shared_seats.unwrap_or_default(),
        }
    }
}

/// The seats of one product. Omitted numbers are 0.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProductSeats {
    /// Named seats.
    named_seats: Option<u32>,
    /// Shared seats, for pools.
    shared_seats: Option<u32>,
}

impl From<NewProductSeats> for ProductSeats {
    fn from(seats: NewProductSeats) -> Self {
        Self {
            named_seats: seats.named_seats.unwrap_or_default(),
            shared_seats: seats.shared_seats.unwrap_or_default(),
        }
    }
}

/// Minutes to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMinutes {
    /// How many.
    #[schema(minimum = 1, example = 500)]
    pub(crate) minutes: u32,
    /// When those that are left end; omitted, they do not. Only the operator says that.
    pub(crate) until: Option<Time>,
    /// A note for the operator, if it becomes a request.
    #[schema(value_type = Option<schema::Note>)]
    pub(crate) note: Option<Note>,
}

/// Prepaid minutes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Minutes {
    /// The remaining minutes.
    #[schema(example = 500)]
    remaining: u64,
}

impl From<&account::Account> for Minutes {
    fn from(account: &account::Account) -> Self {
        Self {
            remaining: account.minutes(),
        }
    }
}

/// Shows an account right after a command.
pub(crate) fn show<T: for<'a> From<&'a account::Account>, O>(
    account: &account::Account,
    _: &O,
    _: Timestamp,
) -> T {
    T::from(account)
}
