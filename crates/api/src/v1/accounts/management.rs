//! How an account's subscription is managed (L9).

use std::collections::BTreeMap;

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsRead, BillingManage, Caller};
use usher_domain::command::AccountCommand;
use usher_domain::management::{Bounds, Management, SeatBound, SeatBounds};
use usher_domain::permission::Privilege;
use usher_domain::text::Product;
use usher_domain::{Account, Actor, Command, Timestamp};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Json;
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::path::AccountPath;

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get, set))
}

/// Who changes the subscription besides the operator: everybody with `subscription.manage` as they like (`free`), or
/// within bounds (`within_bounds`), or by asking (`on_request`), or nobody (`closed`).
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ManagementMode {
    Free,
    WithinBounds,
    OnRequest,
    Closed,
}

/// How a subscription is managed.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionManagement {
    /// Who changes the subscription besides the operator.
    mode: ManagementMode,
    /// What the account may buy by itself; null unless it buys within bounds.
    #[schema(required)]
    bounds: Option<SubscriptionBounds>,
    /// How many minutes the account may still add by itself now; null unless it buys within bounds.
    #[schema(required, example = 500)]
    minutes_left: Option<u32>,
}

/// How a subscription is to be managed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "mode": "within_bounds",
    "bounds": {
        "products": {"remote-support": {
            "named_seats": {"min": 2, "max": 20}, "shared_seats": {"min": 10, "max": 50}
        }},
        "minutes_per_30_days": 1000
    }
}))]
struct NewSubscriptionManagement {
    /// Who changes the subscription besides the operator.
    mode: ManagementMode,
    /// What the account may buy by itself: needed for `within_bounds`, and only there.
    bounds: Option<SubscriptionBounds>,
}

/// What an account may buy by itself. Its plan stays as it is, once it has one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionBounds {
    /// Bounds by product. The seats of omitted products stay as they are.
    #[serde(default)]
    #[schema(
        value_type = BTreeMap<String, ProductBounds>,
        example = json!({"remote-support": {"named_seats": {"min": 2, "max": 20}, "shared_seats": {"min": 0, "max": 50}}})
    )]
    products: BTreeMap<Product, ProductBounds>,
    /// The most minutes in 30 days, which begin with the first top-up after the previous 30 days; 0 if omitted.
    #[serde(default)]
    #[schema(example = 1000)]
    minutes_per_30_days: u32,
}

/// The bounds of one product's seats. The seats of an omitted kind stay as they are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProductBounds {
    /// Of the named seats; null if they stay as they are.
    #[serde(default)]
    named_seats: Option<SeatRange>,
    /// Of the shared seats; null if they stay as they are.
    #[serde(default)]
    shared_seats: Option<SeatRange>,
}

/// The least and the most seats, both inclusive.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeatRange {
    /// The least; 0 if omitted.
    #[serde(default)]
    #[schema(example = 2)]
    min: u32,
    /// The most.
    #[schema(example = 20)]
    max: u32,
}

/// How a subscription was managed after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ManagementSet {
    /// Who changes the subscription besides the operator.
    mode: ManagementMode,
    /// What the account may buy by itself; null unless it buys within bounds.
    #[schema(required)]
    bounds: Option<SubscriptionBounds>,
}

impl From<&Management> for ManagementSet {
    fn from(management: &Management) -> Self {
        Self {
            mode: match management {
                Management::Free => ManagementMode::Free,
                Management::WithinBounds(_) => ManagementMode::WithinBounds,
                Management::OnRequest => ManagementMode::OnRequest,
                Management::Closed => ManagementMode::Closed,
            },
            bounds: management.bounds().map(SubscriptionBounds::from),
        }
    }
}

impl SubscriptionManagement {
    fn of(account: &Account, now: Timestamp) -> Self {
        let ManagementSet { mode, bounds } = account.management().into();
        Self {
            mode,
            bounds,
            minutes_left: account.minutes_left_to_buy(now),
        }
    }
}

impl NewSubscriptionManagement {
    fn into_management(self) -> Result<Management, Problem> {
        match (self.mode, self.bounds) {
            (ManagementMode::WithinBounds, Some(bounds)) => Ok(Management::WithinBounds(bounds.into())),
            (ManagementMode::WithinBounds, None) => {
                Err(Problem::invalid("bounds", "must be given for `within_bounds`"))
            }
            (_, Some(_)) => Err(Problem::invalid(
                "bounds",
                "must be left out unless `mode` is `within_bounds`",
            )),
            (ManagementMode::Free, None) => Ok(Management::Free),
            (ManagementMode::OnRequest, None) => Ok(Management::OnRequest),
            (ManagementMode::Closed, None) => Ok(Management::Closed),
        }
    }
}

impl From<&Bounds> for SubscriptionBounds {
    fn from(bounds: &Bounds) -> Self {
        let products = bounds.products.iter();
        Self {
            products: products
                .map(|(product, bounds)| (product.clone(), (*bounds).into()))
                .collect(),
            minutes_per_30_days: bounds.minutes,
        }
    }
}

impl From<SubscriptionBounds> for Bounds {
    fn from(bounds: SubscriptionBounds) -> Self {
        let products = bounds.products.into_iter();
        Self {
            products: products
                .map(|(product, bounds)| (product, bounds.into()))
                .collect(),
            minutes: bounds.minutes_per_30_days,
        }
    }
}

impl From<SeatBounds> for ProductBounds {
    fn from(bounds: SeatBounds) -> Self {
        let range = |bound: SeatBound| SeatRange {
            min: bound.min,
            max: bound.max,
        };
        Self {
            named_seats: bounds.named_seats.map(range),
            shared_seats: bounds.shared_seats.map(range),
        }
    }
}

impl From<ProductBounds> for SeatBounds {
    fn from(bounds: ProductBounds) -> Self {
        let bound = |range: SeatRange| SeatBound {
            min: range.min,
            max: range.max,
        };
        Self {
            named_seats: bounds.named_seats.map(bound),
            shared_seats: bounds.shared_seats.map(bound),
        }
    }
}

/// Get how the subscription of an account is managed
///
/// Needs `subscription.manage`.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/subscription-management",
    operation_id = "getSubscriptionManagement", tag = "accounts", params(AccountPath),
    responses((status = 200, description = "How it is managed.", body = SubscriptionManagement))
)]
async fn get(caller: Caller<AccountsRead>) -> Result<Answer<SubscriptionManagement>, Problem> {
    let view = |account: &Account, actor: &Actor, now| {
        account.need_in_account(actor, Privilege::SubscriptionManage)?;
        Ok(SubscriptionManagement::of(account, now))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Set how the subscription of an account is managed
///
/// Only for the operator. It says what everybody with `subscription.manage` gets for setting the subscription or adding
/// minutes. The operator may do both at any time, no matter what is set here. Accounts for which nothing is set are
/// managed `on_request`.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/subscription-management",
    operation_id = "setSubscriptionManagement", tag = "accounts", params(AccountPath),
    request_body = NewSubscriptionManagement,
    responses((status = 200, description = "How it is managed from now on.", body = SubscriptionManagement))
)]
async fn set(
    caller: Caller<BillingManage>,
    Json(body): Json<NewSubscriptionManagement>,
) -> Result<Answer<SubscriptionManagement>, Problem> {
    let command = Command::Account(AccountCommand::SetManagement {
        management: body.into_management()?,
    });
    let show = |account: &Account, (): &(), now| SubscriptionManagement::of(account, now);
    Ok(Answer(caller.execute(command, show).await?))
}
