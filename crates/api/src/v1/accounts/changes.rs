//! What all accounts have bought, change by change, for billing.

use std::collections::BTreeMap;

use axum::Json as Answer;
use serde::Serialize;
use usher_app::{AccountsRead, Operator};
use usher_domain::account::ProductSeats;
use usher_domain::event::AccountEvent;
use usher_domain::text::{PlanName, Product};
use usher_domain::{AccountId, Event, WallTime};
use usher_journal::{Cursor, SubscriptionChangeOf};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::management::ManagementSet;
use super::purchases::{BoughtSeats, bought_seats};
use crate::extract::{List, PageQuery, Query};
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::schema;
use crate::v1::time::Time;

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A change of an account's subscription.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionChange {
    /// The `cursor` for what comes after this change.
    #[schema(value_type = schema::Cursor)]
    cursor: Cursor,
    /// The account.
    #[schema(value_type = schema::AccountId)]
    account: AccountId,
    /// The commit: its number in the account's journal.
    seq: u64,
    /// When.
    at: Time,
    /// Who changed it: an id, or `operator`.
    #[schema(example = "user_01h2xcejqtf2nbrexx3vqjhp41")]
    actor: String,
    /// What changed: the plan, seats and terms (`subscription`), `minutes` that were added, the `management`, or everything,
    /// because the account was `closed`. By time alone: the subscription was `renewed` or `ended`, or seats or minutes
    /// ended (`seats_ended`, `minutes_ended`).
    #[schema(value_type = schema::SubscriptionChangeKind)]
    kind: &'static str,
    /// The plan after the change of plan and seats.
    #[schema(required, value_type = Option<schema::PlanName>)]
    plan: Option<PlanName>,
    /// All seats after the change of plan and seats; for `seats_ended` the seats that ended.
    #[schema(required, value_type = Option<BTreeMap<String, BoughtSeats>>)]
    products: Option<BTreeMap<Product, BoughtSeats>>,
    /// How many minutes were added, or ended.
    #[schema(required, example = 500)]
    minutes: Option<u64>,
    /// How the subscription is managed after a change of that.
    #[schema(required)]
    management: Option<ManagementSet>,
}

impl SubscriptionChange {
    /// A recorded change; `None` if its record was written by a newer version.
    fn recorded(of: SubscriptionChangeOf) -> Option<Self> {
        let SubscriptionChangeOf {
            cursor,
            account,
            change: row,
        } = of;
        let Ok(Event::Account(event)) = serde_json::from_str(&row.change) else {
            return None;
        };
        let change = Self {
            cursor,
            account,
            seq: row.seq.get(),
            at: WallTime::new(row.wall_at).into(),
            actor: row.actor.to_string(),
            kind: "closed",
            plan: None,
            products: None,
            minutes: None,
            management: None,
        };
        match event {
            AccountEvent::SubscriptionSet { plan, products, .. } => Some(Self {
                kind: "subscription",
                plan: Some(plan.name),
                products: Some(bought_seats(products)),
                ..change
            }),
            AccountEvent::MinutesAdded { minutes, .. } => Some(Self {
                kind: "minutes",
                minutes: Some(u64::from(minutes)),
                ..change
            }),
            AccountEvent::SeatsEnded { product, seats, .. } => {
                let ended = ProductSeats {
                    named_seats: seats.named_seats,
                    shared_seats: seats.shared_seats,
                };
                Some(Self {
                    kind: "seats_ended",
                    products: Some([(product, ended.into())].into()),
                    ..change
                })
            }
            AccountEvent::MinutesEnded { minutes, .. } => Some(Self {
                kind: "minutes_ended",
                minutes: Some(minutes),
                ..change
            }),
            AccountEvent::Renewed { .. } => Some(Self {
                kind: "renewed",
                ..change
            }),
            AccountEvent::Ended { .. } => Some(Self {
                kind: "ended",
                ..change
            }),
            AccountEvent::ManagementSet { management } => Some(Self {
                kind: "management",
                management: Some((&management).into()),
                ..change
            }),
            AccountEvent::Deleted {} => Some(change),
            AccountEvent::Created { .. }
            | AccountEvent::Renamed { .. }
            | AccountEvent::Requested { .. }
            | AccountEvent::RequestAnswered { .. }
            | AccountEvent::RequestRemoved { .. }
            | AccountEvent::SeatsLeaving { .. }
            | AccountEvent::GiveBackChosen { .. }
            | AccountEvent::WallClockRead { .. }
            | AccountEvent::Labelled { .. }
            | AccountEvent::SettingsChanged { .. } => None,
        }
    }
}

/// List the changes of all accounts' subscriptions
///
/// Only for the operator, for billing. Every change of a plan, of seats, of minutes that are bought, of terms, and of how a
/// subscription is managed, and every end of them, in the order in which they were made, oldest first. A program that keeps the `cursor` of the
/// last change that it has seen, and continues there, misses nothing and sees nothing twice.
#[utoipa::path(
    get, path = "/v1/subscription-changes", operation_id = "listSubscriptionChanges", tag = "accounts",
    params(PageQuery),
    responses((status = 200, description = "A page of changes.", body = List<SubscriptionChange>))
)]
async fn list(
    operator: Operator<AccountsRead>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<List<SubscriptionChange>>, Problem> {
    let rows = operator
        .app
        .records()
        .list_subscription_changes(query.page())
        .await?;
    let next_cursor = rows.next;
    let items = rows.items.into_iter().filter_map(SubscriptionChange::recorded);
    Ok(Answer(List {
        items: items.collect(),
        next_cursor,
    }))
}
