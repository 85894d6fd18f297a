//! Moving seats: between pools, and between a pool and the unallocated ones.

use axum::response::Response;
use usher_api::Problem;
use usher_domain::command::PoolPatch;
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor, Command, PoolId, Refusal};

use super::{counted, list_again, tell};
use crate::answer::done;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::Place;
use crate::viewer::Viewer;

/// What the forms need to know; nothing to choose from where the viewer may not move seats.
pub(super) struct SeatMoves {
    pub(super) manages: bool,
    pub(super) places: Vec<SeatPlace>,
}

/// From where or where to.
pub(super) struct SeatPlace {
    pub(super) value: String,
    pub(super) label: String,
}

/// The value that stands for the seats that no pool has.
const UNALLOCATED: &str = "unallocated";

/// A pool as it was looked at.
#[derive(Clone)]
struct Pool {
    id: PoolId,
    name: String,
    product: String,
    seats: u32,
    occupied: u32,
}

impl SeatMoves {
    pub(super) fn of(account: &Account, actor: &Actor) -> Self {
        let manages = account.may(actor, Privilege::SeatsManage);
        let mut pools: Vec<_> = account.pools().values().filter(|_| manages).collect();
        pools.sort_unstable_by_key(|pool| (&pool.product, !pool.default, &pool.name));
        let mut places = Vec::new();
        if !pools.is_empty() {
            places.push(SeatPlace {
                value: UNALLOCATED.to_owned(),
                label: "Unallocated seats".to_owned(),
            });
        }
        places.extend(pools.into_iter().map(|pool| SeatPlace {
            value: pool.id.to_string(),
            label: format!("{} ({})", pool.name, pool.product),
        }));
        Self { manages, places }
    }
}

/// One seat more or one less, by the buttons in a pool's row.
pub(super) async fn step(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let (raise, lower) = (form.value("raise").to_owned(), form.value("lower").to_owned());
    let (named, by) = if raise.is_empty() { (lower, -1) } else { (raise, 1) };
    let pool = look(&viewer, &named).await?;
    let seats = pool.seats.saturating_add_signed(by);
    match resize(&viewer, &pool, seats).await? {
        Ok(()) => {
            let to = format!("{}?open={}", Place::SeatPools.path(viewer.account), pool.id);
            Ok(done(&to, resized(&pool, seats)))
        }
        Err(refusal) => {
            tell(&mut form, &refusal)?;
            list_again(&viewer, form).await
        }
    }
}

pub(super) async fn move_seats(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let seats = form.value("seats").trim().parse::<u32>().ok();
    let seats = seats.filter(|seats| *seats > 0);
    if seats.is_none() {
        form.wrong("seats", "Type how many seats: a whole number from 1.");
    }
    let from = place(&viewer, &mut form, "from").await?;
    let to = place(&viewer, &mut form, "to").await?;
    let (Some(from), Some(to), Some(seats)) = (from, to, seats) else {
        return list_again(&viewer, form).await;
    };
    check(&mut form, from.as_ref(), to.as_ref(), seats);
    if !form.is_right() {
        return list_again(&viewer, form).await;
    }
    if let Err(refusal) = shift(&viewer, from.as_ref(), to.as_ref(), seats).await? {
        tell(&mut form, &refusal)?;
        return list_again(&viewer, form).await;
    }
    let name = |pool: Option<Pool>| pool.map_or("the unallocated seats".to_owned(), |pool| pool.name);
    let count = usize::try_from(seats).unwrap_or(usize::MAX);
    let moved = counted(count, "seat is", "seats are");
    let message = format!("{moved} moved from {} to {}.", name(from), name(to));
    Ok(done(&Place::SeatPools.path(viewer.account), message))
}

fn check(form: &mut Form, from: Option<&Pool>, to: Option<&Pool>, seats: u32) {
    if from.map(|pool| pool.id) == to.map(|pool| pool.id) {
        form.wrong(
            "to",
            "Choose another place than the one that the seats come from.",
        );
        return;
    }
    if let (Some(from), Some(to)) = (from, to)
        && from.product != to.product
    {
        let message = format!(
            "{} has seats of {}, and {} has seats of {}. Seats stay with their product.",
            from.name, from.product, to.name, to.product
        );
        form.wrong("to", message);
    }
    if let Some(from) = from.filter(|from| from.seats < seats) {
        form.wrong("seats", format!("{} has only {} seats.", from.name, from.seats));
    }
}

/// Takes seats from one place and gives them to another, in one step.
async fn shift(
    viewer: &Viewer,
    from: Option<&Pool>,
    to: Option<&Pool>,
    seats: u32,
) -> Result<Result<(), Refusal>, Failed> {
    match (from, to) {
        (Some(from), Some(to)) => {
            let (from, to) = (from.id, to.id);
            let command = Command::MoveSeats { from, to, seats };
            viewer.execute(command, |_, _, _| ()).await
        }
        (Some(from), None) => resize(viewer, from, from.seats.saturating_sub(seats)).await,
        (None, Some(to)) => resize(viewer, to, to.seats.saturating_add(seats)).await,
        (None, None) => Ok(Ok(())),
    }
}

async fn resize(viewer: &Viewer, pool: &Pool, seats: u32) -> Result<Result<(), Refusal>, Failed> {
    let change = PoolPatch {
        seats: Some(seats),
        ..PoolPatch::default()
    };
    let command = Command::ChangePool { id: pool.id, change };
    viewer.execute(command, |_, _, _| ()).await
}

fn resized(pool: &Pool, seats: u32) -> String {
    let count = usize::try_from(seats).unwrap_or(usize::MAX);
    let has = counted(count, "seat", "seats");
    if seats < pool.occupied {
        return format!(
            "{} has {has} now, and drains: {} are taken.",
            pool.name, pool.occupied
        );
    }
    format!("{} has {has} now.", pool.name)
}

/// The place that a field names: a pool, or none for the unallocated seats. Where it is neither, the form says so.
async fn place(viewer: &Viewer, form: &mut Form, field: &str) -> Result<Option<Option<Pool>>, Failed> {
    let value = form.value(field).to_owned();
    if value == UNALLOCATED {
        return Ok(Some(None));
    }
    if value.is_empty() {
        form.wrong(field, "Choose a pool, or the unallocated seats.");
        return Ok(None);
    }
    Ok(Some(Some(look(viewer, &value).await?)))
}

async fn look(viewer: &Viewer, id: &str) -> Result<Pool, Failed> {
    let id: PoolId = id.parse().map_err(|_| Problem::not_found("pool"))?;
    let look = move |account: &Account, actor: &Actor, _| {
        account.need_to_manage(actor, Privilege::SeatsManage, "pool")?;
        let pool = account.pool(id).ok_or(Refusal::NotFound { what: "pool" })?;
        Ok(Pool {
            id,
            name: pool.name.to_string(),
            product: pool.product.to_string(),
            seats: pool.seats,
            occupied: pool.occupied(),
        })
    };
    Ok(viewer.look(None, look).await?.1)
}
