//! A pool's own page: its name, seats and rules.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;
use usher_domain::command::{PoolCommand, PoolPatch};
use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::refusal::{CapacityRefusal, StateRefusal};
use usher_domain::rules::Rules;
use usher_domain::{Account, Actor, Command, PoolId, Refusal, Timestamp};

use super::rules::{self, GROUPS, PRESETS, PresetShown, RuleGroup, RuleKind};
use super::view::PoolShown;
use super::{pool_id, pool_path, tell};
use crate::answer::{Frame, done, page, page_again};
use crate::asks::Remedy;
use crate::door::{ByItself, ViewerAt};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::live::{self, Live, LivePage};
use crate::nav::NavPage;
use crate::order;
use crate::said::named;
use crate::sentence;
use crate::shown::ProductLabel;
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "pools/pool.html")]
pub(super) struct PoolPage {
    frame: Frame,
    live: Live,
    form: Form,
    pool: PoolData,
    groups: &'static [RuleGroup],
    presets: &'static [PresetShown],
    /// The preset that filled in the form.
    preset: Option<&'static str>,
}

/// The live part of a pool's page.
#[derive(Template)]
#[template(path = "pools/figures.html")]
pub(super) struct PoolFigures {
    pool: PoolShown,
    unallocated: u32,
    /// For a pool without users.
    remedy: Remedy,
}

/// The page's data besides the form.
struct PoolData {
    path: String,
    pools_path: String,
    name: String,
    product: ProductLabel,
    users: usize,
    seats: u32,
    manages: bool,
    /// Why it cannot be deleted in its current state.
    stays: Option<String>,
    /// Whether it is the default pool, which can never be deleted.
    is_default: bool,
    others: Vec<Target>,
    values: Vec<(&'static str, String)>,
    rules_seen: String,
}

/// A pool to which users can be moved.
pub(super) struct Target {
    pub(super) id: PoolId,
    pub(super) label: String,
}

/// The pool, and the preset with which the form starts.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PoolQuery {
    #[serde(skip)]
    pool: Option<PoolId>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct PresetQuery {
    #[serde(default)]
    pub(super) preset: String,
}

/// The hidden field with the number of seats when the form was loaded.
const SEATS_SEEN: &str = "seats_seen";

pub(super) async fn show(
    viewer: Viewer,
    Path((_, pool)): Path<(String, String)>,
    query: Query<PresetQuery>,
) -> Result<Response, Failed> {
    Ok(page(
        &pool_page(&viewer, pool_id(&pool)?, &query.preset, None).await?,
    ))
}

pub(super) async fn stream(
    viewer: Result<ViewerAt<ByItself>, Failed>,
    Path((_, pool)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let query = PoolQuery {
        pool: pool.parse().ok(),
    };
    live::stream::<PoolPage>(viewer, Query(query), headers).await
}

pub(super) async fn change(
    Path((_, pool)): Path<(String, String)>,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = pool_id(&pool)?;
    let seats_seen = form.value(SEATS_SEEN).parse().ok();
    // A number that the user did not change is not requested, because somebody else may have changed it since.
    let asked = seats(&mut form).filter(|seats| Some(*seats) != seats_seen);
    let rules_seen = rules::seen(&form);
    let rules = rules::read(&mut form);
    // The same for rules.
    let rules = Some(rules).filter(|rules| match &rules_seen {
        Some(seen) => rules.applied_to(seen) != *seen,
        None => true,
    });
    let change = PoolPatch {
        name: form.parse("name"),
        seats: asked,
        seats_seen: asked.and(seats_seen),
        rules_seen: rules.as_ref().and(rules_seen.clone()),
        rules,
        ..PoolPatch::default()
    };
    if form.is_right() {
        match viewer
            .execute(Command::Pool(PoolCommand::Change { id, change }), |_, (), _| ())
            .await?
        {
            Ok(()) => {
                let message = format!("{} is saved.", named(form.value("name").trim()));
                return Ok(done(&pool_path(viewer.account, id), message));
            }
            Err(refusal) => {
                tell(&mut form, &refusal)?;
                // A user who reads that the rules have changed, and saves again, has seen the current ones.
                match (&refusal, rules_seen) {
                    (Refusal::State(StateRefusal::ChangedMeanwhile { field: "seats", .. }), _) => {
                        form.forget(SEATS_SEEN);
                    }
                    (Refusal::State(StateRefusal::ChangedMeanwhile { field: "rules", .. }), Some(seen)) => {
                        let now = rules_of(&viewer, id).await?;
                        form = rules::with_changes(form, &seen, &now);
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(page_again(&pool_page(&viewer, id, "", Some(form)).await?))
}

async fn rules_of(viewer: &Viewer, id: PoolId) -> Result<Rules, Failed> {
    let look = move |account: &Account, _: &Actor, _| {
        let pool = account.pool(id).ok_or(Refusal::NotFound { what: "pool" })?;
        Ok(pool.rules.clone())
    };
    viewer.look(None, look).await.map(|(_, rules)| rules)
}

pub(super) fn seats(form: &mut Form) -> Option<u32> {
    let seats = form.value("seats").trim().parse().ok();
    if seats.is_none() {
        form.wrong("seats", "Type how many seats: a whole number from 0.");
    }
    seats
}

async fn pool_page(
    viewer: &Viewer,
    id: PoolId,
    preset: &str,
    form: Option<Form>,
) -> Result<PoolPage, Failed> {
    let uri: Uri = pool_path(viewer.account, id).parse().unwrap_or_default();
    let query = PoolQuery { pool: Some(id) };
    let (frame, live) = live::open::<PoolPage>(viewer, query, &uri).await?;
    let chosen = PRESETS.iter().find(|shown| shown.slug == preset);
    let rules = rules::preset(preset);
    let look = move |account: &Account, actor: &Actor, _| {
        let mut seen = PoolData::of(account, actor, id)?;
        if let Some(rules) = &rules {
            seen.values.truncate(2);
            seen.values.extend(rules::values(rules));
        }
        Ok(seen)
    };
    let (_, pool) = viewer.look(None, look).await?;
    let form = form.unwrap_or_default();
    Ok(PoolPage {
        frame,
        live,
        form: form
            .or_showing(pool.values.iter().map(|(name, value)| (*name, value.as_str())))
            .or_showing([
                (SEATS_SEEN, pool.seats.to_string().as_str()),
                (rules::SEEN, pool.rules_seen.as_str()),
            ]),
        pool,
        groups: &GROUPS,
        presets: &PRESETS,
        preset: chosen.map(|shown| shown.label),
    })
}

pub(super) fn showing(values: &[(&'static str, String)]) -> Form {
    Form::showing(values.iter().map(|(name, value)| (*name, value.as_str())))
}

impl PoolData {
    fn of(account: &Account, actor: &Actor, id: PoolId) -> Result<Self, Refusal> {
        let pool = account.pool(id).filter(|_| account.is_staff(actor));
        let pool = pool.ok_or(Refusal::NotFound { what: "pool" })?;
        let mut values = vec![("name", pool.name.to_string()), ("seats", pool.seats.to_string())];
        values.extend(rules::values(&pool.rules));
        Ok(Self {
            path: pool_path(account.id(), id),
            pools_path: NavPage::SeatPools.path(account.id()),
            name: pool.name.to_string(),
            product: ProductLabel::of(account, &pool.product),
            users: pool.users().len(),
            seats: pool.seats,
            manages: account.may(actor, Privilege::SeatsManage),
            stays: stays(pool),
            is_default: pool.default,
            others: others(account, id),
            values,
            rules_seen: rules::keep(&pool.rules),
        })
    }
}

/// Why a pool cannot be deleted in its current state. Its page has a form for the users; the problem table's advice about
/// them is for programs.
pub(super) fn stays(pool: &Pool) -> Option<String> {
    let refusal = if pool.default {
        CapacityRefusal::DefaultPool
    } else if pool.users().is_empty() {
        return None;
    } else {
        let users = u32::try_from(pool.users().len()).unwrap_or(u32::MAX);
        CapacityRefusal::PoolNotEmpty { users }
    };
    Some(sentence::of(&Refusal::Capacity(refusal)))
}

/// The other pools of the same product.
pub(super) fn others(account: &Account, id: PoolId) -> Vec<Target> {
    let product = account.pool(id).map(|pool| &pool.product);
    let pools = order::pools(account).into_iter();
    let pools = pools.filter(|pool| pool.id != id && Some(&pool.product) == product);
    pools
        .map(|pool| Target {
            id: pool.id,
            label: format!(
                "{} ({} of {} seats taken)",
                pool.name,
                pool.occupied(),
                pool.seats
            ),
        })
        .collect()
}

impl LivePage for PoolPage {
    type Query = PoolQuery;
    type Data = PoolFigures;
    type Fragment = PoolFigures;

    const NAV_PAGE: NavPage = NavPage::SeatPools;

    fn see(
        account: &Account,
        actor: &Actor,
        query: &PoolQuery,
        _: Timestamp,
    ) -> Result<PoolFigures, Refusal> {
        let pool = query.pool.and_then(|pool| account.pool(pool));
        let pool = pool.filter(|_| account.is_staff(actor));
        let pool = pool.ok_or(Refusal::NotFound { what: "pool" })?;
        Ok(PoolFigures {
            pool: PoolShown::alone(account, actor, pool),
            unallocated: account.shared_unallocated(&pool.product),
            remedy: Remedy::licenses(account, actor),
        })
    }

    async fn show(_: &Viewer, _: &PoolQuery, seen: PoolFigures) -> Result<PoolFigures, Failed> {
        Ok(seen)
    }
}
