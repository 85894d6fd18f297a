//! The first pool: what it is called, how many seats it has, and when idle users are logged off.

use axum::response::{IntoResponse, Redirect, Response};
use usher_domain::command::{PoolCommand, PoolPatch};
use usher_domain::permission::Privilege;
use usher_domain::rules::{Occupies, RulesPatch};
use usher_domain::{Account, Actor, Command, PoolId, Refusal, Secs};

use super::view::{PoolPage, PoolShown};
use super::{UNNAMED, first_pool, path};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::pools::duration_words;
use crate::pages::users::Choice;
use crate::said::named;
use crate::viewer::Viewer;

/// How long somebody may be idle, in seconds: what is offered beside the pool's own rule.
const LOG_OFFS: [u32; 4] = [15 * 60, 30 * 60, 3_600, 4 * 3_600];

/// The value of "never".
const NEVER: &str = "never";

pub(super) async fn show(viewer: Viewer) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::SeatsManage).await?;
    match pool_page(&viewer, None).await? {
        Some(shown) => Ok(page(&shown)),
        // Without shared seats there is nothing to set up.
        None => Ok(Redirect::to(&next(&viewer)).into_response()),
    }
}

pub(super) async fn save(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::SeatsManage).await?;
    let id: PoolId = form
        .value("pool")
        .parse()
        .map_err(|_| Failed::not_found("pool"))?;
    let name = form.parse("name");
    let seats = form.value("seats").trim().parse::<u32>().ok();
    if seats.is_none() {
        form.wrong("seats", "Type a whole number.");
    }
    let rules = log_off(&mut form);
    if let (Some(name), Some(seats), Some(rules)) = (name, seats, rules) {
        let message = format!("{} is set up.", named(&name));
        let change = PoolPatch {
            name: Some(name),
            seats: Some(seats),
            rules: Some(rules),
            ..PoolPatch::default()
        };
        let command = Command::Pool(PoolCommand::Change { id, change });
        match viewer.execute(command, |_, (), _| ()).await? {
            Ok(()) => return Ok(done(&next(&viewer), message)),
            Err(refusal @ Refusal::NotFound { .. }) => return Err(Failed::refused(&refusal)),
            Err(refusal) => form.refused(&refusal),
        }
    }
    match pool_page(&viewer, Some(form)).await? {
        Some(shown) => Ok(page_again(&shown)),
        None => Err(Failed::not_found("pool")),
    }
}

/// The step after this one.
fn next(viewer: &Viewer) -> String {
    format!("{}/people", path(viewer.account))
}

/// The rule that was chosen; no change where the form has no such field.
fn log_off(form: &mut Form) -> Option<RulesPatch> {
    let after = match form.value("auto_log_off_after_secs") {
        "" => return Some(RulesPatch::default()),
        NEVER => None,
        secs => {
            let Ok(secs) = secs.parse() else {
                form.wrong("auto_log_off_after_secs", "Choose one of these.");
                return None;
            };
            Some(Secs::new(secs))
        }
    };
    let rules = RulesPatch::default();
    Some(rules.with("auto_log_off_after_secs", move |rules| {
        rules.auto_log_off_after = after;
    }))
}

async fn pool_page(viewer: &Viewer, form: Option<Form>) -> Result<Option<PoolPage>, Failed> {
    let chosen = form
        .as_ref()
        .map(|form| form.value("auto_log_off_after_secs").to_owned());
    let look = move |account: &Account, _: &Actor, _| Ok(pool_shown(account, chosen.as_deref()));
    let (frame, pool) = viewer.look(Some(NavPage::Overview), look).await?;
    let Some(pool) = pool else {
        return Ok(None);
    };
    let seats = pool.seats.to_string();
    let form = form.unwrap_or_else(|| {
        let name = pool.name.as_str();
        Form::showing([("name", name), ("seats", seats.as_str())])
    });
    Ok(Some(PoolPage {
        frame,
        form,
        path: format!("{}/pool", path(viewer.account)),
        next: next(viewer),
        pool,
    }))
}

fn pool_shown(account: &Account, chosen: Option<&str>) -> Option<PoolShown> {
    let pool = first_pool(account)?;
    let word = |after: Option<Secs>| after.map_or_else(|| NEVER.to_owned(), |secs| secs.get().to_string());
    let now = word(pool.rules.auto_log_off_after);
    let chosen = chosen.filter(|chosen| !chosen.is_empty()).unwrap_or(&now);
    let mut offered: Vec<u32> = LOG_OFFS.to_vec();
    offered.extend(pool.rules.auto_log_off_after.map(Secs::get));
    offered.sort_unstable();
    offered.dedup();
    let choices = offered
        .into_iter()
        .map(|secs| Choice::new(secs.to_string(), duration_words(Secs::new(secs)), chosen));
    let never = Choice::new(NEVER, "Never: they keep the seat until they sign out", chosen);
    // Where only sessions take seats, nobody holds one while idle.
    let logs_off = pool.rules.occupies == Occupies::SignIn;
    Some(PoolShown {
        id: pool.id.to_string(),
        product: account.product_name(&pool.product),
        name: if pool.name.as_str() == UNNAMED {
            "Help desk".to_owned()
        } else {
            pool.name.to_string()
        },
        seats: pool.seats,
        seats_max: pool
            .seats
            .saturating_add(account.shared_unallocated(&pool.product)),
        log_offs: if logs_off {
            choices.chain([never]).collect()
        } else {
            Vec::new()
        },
    })
}
