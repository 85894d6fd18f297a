//! Operator keys, and the trail of their changes.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Deserialize;
use usher_app::{App, Everything};
use usher_domain::text::Name;
use usher_domain::{OperatorKeyId, Timestamp, WallTime};
use usher_identity::{
    NewOperatorKey, OPERATOR_KEYS_MAX, OperatorKey, OperatorScope, Revoked, TrailEntry, draw_bits,
};

use super::grants::GrantShown;
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::pages::api_keys::{OVERLAPS, overlap};
use crate::pages::days;
use crate::said::named;
use crate::shown::Moment;

pub(super) const PATH: &str = "/operator/keys";

/// Entries of the trail per page.
const ENTRIES_MAX: usize = 25;

#[derive(Template)]
#[template(path = "operator/keys.html")]
struct KeysPage {
    frame: Frame,
    form: Form,
    keys: Vec<KeyShown>,
    grants: Vec<GrantShown>,
    scopes: Vec<(OperatorScope, &'static str)>,
    trail: Vec<EntryShown>,
    /// Whether the trail starts with its newest entry.
    is_newest: bool,
    /// The number of the entry before which the next page starts.
    older: Option<u64>,
    new_id: OperatorKeyId,
}

/// The secret key, shown only this once.
#[derive(Template)]
#[template(path = "operator/key_created.html")]
struct CreatedPage {
    frame: Frame,
    name: String,
    key: String,
}

#[derive(Template)]
#[template(path = "operator/key_revoke.html")]
struct RevokePage {
    frame: Frame,
    id: OperatorKeyId,
    name: String,
    is_own: bool,
    last_used_at: Option<Moment>,
}

#[derive(Template)]
#[template(path = "operator/key_rotate.html")]
struct RotatePage {
    frame: Frame,
    id: OperatorKeyId,
    name: String,
    is_own: bool,
}

/// An operator key in the list.
struct KeyShown {
    id: OperatorKeyId,
    name: String,
    scopes: Vec<&'static str>,
    created_at: Moment,
    expires_at: Option<Moment>,
    is_expired: bool,
    last_used_at: Option<Moment>,
    last_used_from: Option<String>,
    /// Whether it is the key of this session.
    is_own: bool,
}

/// A change of a key.
struct EntryShown {
    at: Moment,
    what: String,
    name: String,
    /// The name of the key that was used, if it still exists; else an id or a word.
    by: String,
    address: String,
}

/// The page of the trail.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct TrailQuery {
    before: Option<u64>,
}

impl KeyShown {
    fn of(key: &OperatorKey, own: Option<OperatorKeyId>, app: &App) -> Self {
        let engine = app.engine();
        let shown = |at| Moment(engine.shown(at));
        Self {
            id: key.id,
            name: key.name.to_string(),
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            created_at: shown(key.created_at),
            expires_at: key.expires_at.map(|at| Moment(WallTime::new(at))),
            is_expired: key.expires_at.is_some_and(|at| at <= engine.now()),
            last_used_at: key.last_use.map(|last| shown(last.at)),
            last_used_from: key
                .last_use
                .and_then(|last| Some(last.from?.reveal().to_string())),
            is_own: Some(key.id) == own,
        }
    }
}

impl EntryShown {
    fn of(entry: &TrailEntry, names: &BTreeMap<String, String>) -> Self {
        let what = match entry.action.as_str() {
            "operator_key.created" => "Created",
            "operator_key.rotated" => "Got a new secret",
            "operator_key.revoked" => "Revoked",
            "operator_grant.created" => "Made operator",
            "operator_grant.confirmed" => "Confirmed as operator",
            "operator_grant.revoked" => "Not operator any more",
            "operator_grant.ended" => "Not operator any more: no active owner",
            other => other,
        };
        let by = match entry.actor.as_str() {
            "command_line" => "The command line",
            "start" => "The server’s start",
            "set_up" => "The set-up page",
            "usher" => "Usher",
            other => names.get(other).map_or(other, String::as_str),
        };
        Self {
            at: Moment(WallTime::new(entry.at)),
            what: what.to_owned(),
            name: entry.name.clone(),
            by: by.to_owned(),
            address: entry
                .address
                .as_ref()
                .map(|address| address.reveal().clone())
                .unwrap_or_default(),
        }
    }
}

impl KeysPage {
    fn is_ticked(&self, scope: &str) -> bool {
        self.form.all("scopes").any(|other| other == scope)
    }
}

/// What a scope allows.
const fn sentence(scope: OperatorScope) -> &'static str {
    match scope {
        OperatorScope::AccountsRead => "See every account.",
        OperatorScope::AccountsManage => {
            "See, create, change and close accounts and everything in them, except subscriptions."
        }
        OperatorScope::BillingManage => "See every account, set subscriptions and add minutes.",
        OperatorScope::Everything => "All of these, and operator keys.",
    }
}

pub(super) async fn show(
    by: OperatorAt<Everything>,
    Query(query): Query<TrailQuery>,
) -> Result<Response, Failed> {
    Ok(page(&keys_page(&by, &query, Form::default()).await?))
}

async fn keys_page(by: &OperatorAt<Everything>, query: &TrailQuery, form: Form) -> Result<KeysPage, Failed> {
    let (app, own) = (&by.operator.app, by.operator.key());
    let keys = app.identity().operator_keys();
    let names = keys.iter().map(|key| (key.id.to_string(), key.name.to_string()));
    let grants = app.identity().operator_grants();
    let owners = grants
        .iter()
        .map(|grant| (grant.user.to_string(), grant.name.reveal().to_string()));
    let names = names.chain(owners).collect();
    let mut trail = app
        .identity()
        .operator_trail(query.before, ENTRIES_MAX + 1)
        .await?;
    let has_more = trail.len() > ENTRIES_MAX;
    trail.truncate(ENTRIES_MAX);
    // A form that is sent twice, for example by reloading the response, names the same key.
    let new_id = match form.value("id").parse() {
        Ok(id) => id,
        Err(_) => OperatorKeyId::from_bits(draw_bits(app.engine().now())?),
    };
    let scopes = OperatorScope::ALL.iter();
    Ok(KeysPage {
        frame: by.frame(OperatorPage::Keys),
        form,
        grants: GrantShown::all(app).await?,
        keys: keys.iter().map(|key| KeyShown::of(key, own, app)).collect(),
        scopes: scopes.map(|scope| (*scope, sentence(*scope))).collect(),
        older: trail.last().filter(|_| has_more).map(|entry| entry.seq),
        trail: trail.iter().map(|entry| EntryShown::of(entry, &names)).collect(),
        is_newest: query.before.is_none(),
        new_id,
    })
}

pub(super) async fn create(
    OperatorPosted { by, mut form }: OperatorPosted<Everything>,
) -> Result<Response, Failed> {
    let app = &by.operator.app;
    let (identity, now) = (app.identity(), app.engine().now());
    let id = form.value("id").parse::<OperatorKeyId>();
    let id = id.map_err(|_| Failed::not_found("operator key"))?;
    let new = wanted(&mut form, now);
    let Some(new) = new.filter(|_| form.is_right()) else {
        return Ok(page_again(&keys_page(&by, &TrailQuery::default(), form).await?));
    };
    let made = identity.operator_keys().into_iter().find(|key| key.id == id);
    if made.is_some_and(|made| made.last_use.is_some()) {
        return Ok(done(
            PATH,
            "This key was created before and is in use. It is not shown again.",
        ));
    }
    let name = new.name.to_string();
    let added = identity.add_operator_key(id, new, by.operator.keys_origin(), now);
    let Some(secret) = added.await? else {
        form.wrong(
            "",
            format!("There are {OPERATOR_KEYS_MAX} operator keys already. Revoke one that is not needed."),
        );
        return Ok(page_again(&keys_page(&by, &TrailQuery::default(), form).await?));
    };
    Ok(page(&CreatedPage {
        frame: by.frame(OperatorPage::Keys),
        name,
        key: secret.into_exposed(),
    }))
}

/// The key of the form; `None` if there are errors, which are added to the form.
fn wanted(form: &mut Form, now: Timestamp) -> Option<NewOperatorKey> {
    let name = form.parse::<Name>("name");
    // The operator has no zone: keys expire by UTC, as the page says.
    let expires_at = days::last_day(form, "expires", &TimeZone::UTC, now);
    let scopes: BTreeSet<OperatorScope> = form
        .all("scopes")
        .filter_map(|scope| scope.parse().ok())
        .collect();
    if scopes.is_empty() {
        form.wrong("scopes", "Choose at least one thing that the key may do.");
    }
    Some(NewOperatorKey {
        name: name?,
        scopes,
        expires_at,
    })
}

/// The key that a path names.
fn key_in(app: &App, path: &str) -> Result<OperatorKey, Failed> {
    let id = path.parse::<OperatorKeyId>();
    let keys = app.identity().operator_keys().into_iter();
    let found = id.ok().and_then(|id| keys.into_iter().find(|key| key.id == id));
    found.ok_or_else(|| Failed::not_found("operator key"))
}

pub(super) async fn ask_to_rotate(
    by: OperatorAt<Everything>,
    Path(key): Path<String>,
) -> Result<Response, Failed> {
    let key = key_in(&by.operator.app, &key)?;
    Ok(page(&RotatePage {
        frame: by.frame(OperatorPage::Keys),
        id: key.id,
        name: key.name.to_string(),
        is_own: Some(key.id) == by.operator.key(),
    }))
}

pub(super) async fn rotate(
    Path(key): Path<String>,
    OperatorPosted { by, form }: OperatorPosted<Everything>,
) -> Result<Response, Failed> {
    let app = &by.operator.app;
    let key = key_in(app, &key)?;
    let overlap = overlap(&form)?;
    let (origin, now) = (by.operator.keys_origin(), app.engine().now());
    let rotated = app.identity().rotate_operator_key(key.id, overlap, origin, now);
    let secret = rotated.await?.ok_or_else(|| Failed::not_found("operator key"))?;
    Ok(page(&CreatedPage {
        frame: by.frame(OperatorPage::Keys),
        name: key.name.to_string(),
        key: secret.into_exposed(),
    }))
}

pub(super) async fn ask_to_revoke(
    by: OperatorAt<Everything>,
    Path(key): Path<String>,
) -> Result<Response, Failed> {
    let app = &by.operator.app;
    let key = key_in(app, &key)?;
    Ok(page(&RevokePage {
        frame: by.frame(OperatorPage::Keys),
        id: key.id,
        name: key.name.to_string(),
        is_own: Some(key.id) == by.operator.key(),
        last_used_at: key.last_use.map(|last| Moment(app.engine().shown(last.at))),
    }))
}

pub(super) async fn revoke(
    Path(key): Path<String>,
    OperatorPosted { by, .. }: OperatorPosted<Everything>,
) -> Result<Response, Failed> {
    let app = &by.operator.app;
    let key = key_in(app, &key)?;
    let origin = by.operator.keys_origin();
    let revoked = app
        .identity()
        .revoke_operator_key(key.id, origin, app.engine().now());
    match revoked.await? {
        Revoked::Yes => Ok(done(
            PATH,
            format!("Key {} revoked. It is refused from now on.", named(&key.name)),
        )),
        Revoked::Unknown => Err(Failed::not_found("operator key")),
        Revoked::LastFull => {
            let mut form = Form::default();
            form.wrong(
                "",
                "This is the last key that may do everything. Create another one first.",
            );
            Ok(page_again(&keys_page(&by, &TrailQuery::default(), form).await?))
        }
    }
}
