//! What an account gives back when seats end (L13).

use std::collections::BTreeMap;

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsManage, AccountsRead, Caller};
use usher_domain::command::AccountCommand;
use usher_domain::give_back;
use usher_domain::permission::Privilege;
use usher_domain::text::Product;
use usher_domain::{Account, Actor, Command, PoolId, UserId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dto::show;
use crate::extract::Json;
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::path::AccountPath;
use crate::v1::schema;
use crate::v1::time::Time;

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get, choose))
}

/// What an account gives back, by product.
#[derive(Debug, Serialize, ToSchema)]
struct GiveBack {
    /// The products of which seats end, or of which more seats are given out than are bought.
    #[schema(value_type = BTreeMap<String, ProductGiveBack>)]
    products: BTreeMap<Product, ProductGiveBack>,
}

/// What an account gives back of one product.
#[derive(Debug, Serialize, ToSchema)]
struct ProductGiveBack {
    /// The next end of seats, and what it takes; null if no seats end.
    #[schema(required)]
    next_end: Option<NextEnd>,
    /// How far the account is over its subscription since an end; null if it is not.
    #[schema(required)]
    over: Option<Over>,
}

/// The next end of seats of a product, and what would be given back if it were now.
#[derive(Debug, Serialize, ToSchema)]
struct NextEnd {
    /// When.
    until: Time,
    /// How many named seats end.
    #[schema(example = 2)]
    named_seats: u32,
    /// How many shared seats end.
    #[schema(example = 4)]
    shared_seats: u32,
    /// How many of the named seats are assigned to nobody, and go first.
    #[schema(example = 1)]
    named_unassigned: u32,
    /// How many of the shared seats are in no pool, and go first.
    #[schema(example = 1)]
    shared_unallocated: u32,
    /// What else would be given back: what was chosen, and the proposal for the rest.
    gives: SeatsBack,
    /// What was chosen; nothing if nobody chose.
    chosen: SeatsBack,
}

/// How far an account is over its subscription.
#[derive(Debug, Serialize, ToSchema)]
struct Over {
    /// How many named seats are assigned and not bought any more.
    #[schema(example = 1)]
    named_seats: u32,
    /// Since when.
    since: Time,
    /// The users who give their named seats back as soon as they are not at work.
    #[schema(value_type = Vec<schema::UserId>)]
    users: Vec<UserId>,
}

/// Seats that are given back.
#[derive(Debug, Serialize, ToSchema)]
struct SeatsBack {
    /// How many seats each pool gives.
    pools: Vec<PoolSeats>,
    /// The users who give their named seats.
    #[schema(value_type = Vec<schema::UserId>)]
    users: Vec<UserId>,
}

/// Seats of a pool.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PoolSeats {
    /// The pool.
    #[schema(value_type = schema::PoolId)]
    pool: PoolId,
    /// How many.
    #[schema(minimum = 1, example = 2)]
    seats: u32,
}

/// What is to be given back at the next end. What is not chosen is left to the proposal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGiveBack {
    /// The product.
    #[schema(value_type = schema::Product)]
    product: Product,
    /// How many seats pools give; each pool at most once.
    #[serde(default)]
    pools: Vec<PoolSeats>,
    /// The users who give their named seats.
    #[serde(default)]
    #[schema(value_type = Vec<schema::UserId>)]
    users: Vec<UserId>,
}

impl From<&Account> for GiveBack {
    fn from(account: &Account) -> Self {
        let products = account.subscription().products.keys();
        let products = products.filter_map(|product| {
            let shown = ProductGiveBack {
                next_end: account.next_end(product).map(|end| NextEnd::of(account, &end)),
                over: account.over(product).map(|over| Over {
                    named_seats: over.named_seats,
                    since: account.shown(over.since).into(),
                    users: over.leaving.iter().copied().collect(),
                }),
            };
            let says_something = shown.next_end.is_some() || shown.over.is_some();
            says_something.then(|| (product.clone(), shown))
        });
        Self {
            products: products.collect(),
        }
    }
}

impl NextEnd {
    fn of(account: &Account, end: &give_back::NextEnd) -> Self {
        Self {
            until: account.shown(end.seats.until).into(),
            named_seats: end.seats.named_seats,
            shared_seats: end.seats.shared_seats,
            named_unassigned: end.named_unassigned,
            shared_unallocated: end.shared_unallocated,
            gives: SeatsBack::from(&end.give_back),
            chosen: SeatsBack::from(&end.chosen),
        }
    }
}

impl From<&give_back::GiveBack> for SeatsBack {
    fn from(back: &give_back::GiveBack) -> Self {
        let pools = back.pools.iter();
        Self {
            pools: pools
                .map(|(pool, seats)| PoolSeats {
                    pool: *pool,
                    seats: *seats,
                })
                .collect(),
            users: back.users.iter().copied().collect(),
        }
    }
}

/// Get what an account gives back when seats end
///
/// Needs `seats.manage` or `subscription.manage`. For each product of which seats end: what would be given back if they
/// ended now. For each product of which more named seats are assigned than are bought: who gives their seat back as soon
/// as they are not at work.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/subscription/give-back", operation_id = "getGiveBack", tag = "accounts",
    params(AccountPath), responses((status = 200, description = "What is given back.", body = GiveBack))
)]
async fn get(caller: Caller<AccountsRead>) -> Result<Answer<GiveBack>, Problem> {
    let view = |account: &Account, actor: &Actor, _| {
        account
            .need_in_account(actor, Privilege::SeatsManage)
            .or_else(|refusal| {
                let manages = account.need_in_account(actor, Privilege::SubscriptionManage);
                manages.map_err(|_| refusal)
            })?;
        Ok(GiveBack::from(account))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Choose what an account gives back when seats end
///
/// Needs `seats.manage`. At the next end of the product's seats, what is chosen goes after the seats that nobody has, and
/// the proposal applies to the rest. Choosing nothing leaves all of it to the proposal.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/subscription/give-back", operation_id = "chooseGiveBack", tag = "accounts",
    params(AccountPath), request_body = NewGiveBack,
    responses((status = 200, description = "What is given back after the choice.", body = GiveBack))
)]
async fn choose(
    caller: Caller<AccountsManage>,
    Json(body): Json<NewGiveBack>,
) -> Result<Answer<GiveBack>, Problem> {
    let mut pools = BTreeMap::new();
    for PoolSeats { pool, seats } in &body.pools {
        if pools.insert(*pool, *seats).is_some() {
            return Err(Problem::invalid("pools", "must name each pool at most once"));
        }
    }
    let command = Command::Account(AccountCommand::ChooseGiveBack {
        product: body.product,
        choice: give_back::GiveBack {
            pools,
            users: body.users.into_iter().collect(),
        },
    });
    Ok(Answer(caller.execute(command, show).await?))
}
