//! Moving seats between pools, and between a pool and the unallocated seats.

use axum::response::Response;
use usher_domain::command::{PoolCommand, SeatWay};
use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::text::counted;
use usher_domain::{Account, Actor, Command};

use super::{list_again, pool_id, tell};
use crate::answer::done;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::order;
use crate::said::named;
use crate::shown::pool_name;

/// The data of the forms; without choices if the viewer may not move seats.
pub(super) struct SeatMoves {
    pub(super) manages: bool,
    pub(super) places: Vec<SeatPlace>,
}

/// A source or target of seats.
pub(super) struct SeatPlace {
    pub(super) value: String,
    pub(super) label: String,
}

/// The form value for the unallocated seats.
const UNALLOCATED: &str = "unallocated";

impl SeatMoves {
    pub(super) fn of(account: &Account, actor: &Actor) -> Self {
        let manages = account.may(actor, Privilege::SeatsManage);
        let pools = if manages {
            order::pools(account)
        } else {
            Vec::new()
        };
        let mut places = Vec::new();
        if !pools.is_empty() {
            places.push(SeatPlace {
                value: UNALLOCATED.to_owned(),
                label: "Unallocated seats".to_owned(),
            });
        }
        places.extend(pools.into_iter().map(|pool| SeatPlace {
            value: pool.id.to_string(),
            label: pool_name(account, pool),
        }));
        Self { manages, places }
    }
}

/// Adds or removes one seat, by the buttons in a pool's row. If two people do this at once, both steps count.
pub(super) async fn step(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let (pool, way) = match form.value("raise") {
        "" => {
            let pool = pool_id(form.value("lower"))?;
            (pool, SeatWay::OutOfPool(pool))
        }
        raise => {
            let pool = pool_id(raise)?;
            (pool, SeatWay::IntoPool(pool))
        }
    };
    let command = Command::Pool(PoolCommand::MoveSeats { way, seats: 1 });
    let said = move |account: &Account, (): &(), _| account.pool(pool).map_or_else(String::new, resized);
    match viewer.execute(command, said).await? {
        Ok(message) => {
            let to = format!("{}?open={pool}", NavPage::SeatPools.path(viewer.account));
            Ok(done(&to, message))
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
    let (Some(way), Some(seats)) = (way(&mut form)?, seats) else {
        return list_again(&viewer, form).await;
    };
    let command = Command::Pool(PoolCommand::MoveSeats { way, seats });
    let said = move |account: &Account, (): &(), _| moved(account, way, seats);
    match viewer.execute(command, said).await? {
        Ok(message) => Ok(done(&NavPage::SeatPools.path(viewer.account), message)),
        Err(refusal) => {
            tell(&mut form, &refusal)?;
            list_again(&viewer, form).await
        }
    }
}

/// The source and target of a move. Invalid fields become errors.
fn way(form: &mut Form) -> Result<Option<SeatWay>, Failed> {
    for field in ["from", "to"] {
        if form.value(field).is_empty() {
            form.wrong(field, "Choose a pool, or the unallocated seats.");
            return Ok(None);
        }
    }
    Ok(Some(match (form.value("from"), form.value("to")) {
        (UNALLOCATED, UNALLOCATED) => {
            form.wrong(
                "to",
                "Choose another place than the one that the seats come from.",
            );
            return Ok(None);
        }
        (UNALLOCATED, to) => SeatWay::IntoPool(pool_id(to)?),
        (from, UNALLOCATED) => SeatWay::OutOfPool(pool_id(from)?),
        (from, to) => SeatWay::Between {
            from: pool_id(from)?,
            to: pool_id(to)?,
        },
    }))
}

fn moved(account: &Account, way: SeatWay, seats: u32) -> String {
    let name = |pool| {
        account
            .pool(pool)
            .map_or_else(String::new, |pool| named(pool_name(account, pool)))
    };
    let unallocated = || "the unallocated seats".to_owned();
    let (from, to) = match way {
        SeatWay::Between { from, to } => (name(from), name(to)),
        SeatWay::IntoPool(to) => (unallocated(), name(to)),
        SeatWay::OutOfPool(from) => (name(from), unallocated()),
    };
    format!(
        "{} moved from {from} to {to}.",
        counted(seats, "seat is", "seats are")
    )
}

fn resized(pool: &Pool) -> String {
    let (name, occupied) = (named(&pool.name), pool.occupied());
    let has = counted(pool.seats, "seat", "seats");
    if pool.seats < occupied {
        let taken = counted(occupied, "is", "are");
        return format!("{name} has {has} now, and drains: {taken} taken.");
    }
    format!("{name} has {has} now.")
}
