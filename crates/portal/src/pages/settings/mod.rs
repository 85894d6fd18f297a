//! Settings of the whole account: its time zone, who needs a second factor, which websites may call the API, the initial
//! rules of new pools, and on a page of its own who sees and ends sessions.

mod mail;
mod permissions;
mod products;
mod time_zone;
mod view;

use std::collections::BTreeSet;

use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use usher_domain::account::SettingsPatch;
use usher_domain::command::AccountCommand;
use usher_domain::directory::SignInPatch;
use usher_domain::refusal::StateRefusal;
use usher_domain::rules::{Rules, RulesPatch};
use usher_domain::text::Origin;
use usher_domain::{Account, Actor, Command, Refusal};

use self::view::{ORIGINS, SettingsData, SettingsPage};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::pools::rules;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/settings", get(show))
        .route(
            "/a/{account}/settings/permissions",
            get(permissions::show).post(permissions::change),
        )
        .route(
            "/a/{account}/settings/mail",
            get(mail::show).post(mail::send_test),
        )
        .route("/a/{account}/settings/second-factor", post(require_second_factor))
        .route("/a/{account}/settings/origins", post(change_origins))
        .route("/a/{account}/settings/products", post(products::change))
        .route("/a/{account}/settings/time-zone", post(time_zone::change))
        .route("/a/{account}/settings/pool-defaults", post(change_pool_defaults))
}

/// The preset that fills in the rules.
#[derive(Debug, Default, Deserialize)]
struct PresetQuery {
    #[serde(default)]
    preset: String,
}

/// The submitted forms with errors.
#[derive(Default)]
struct Typed {
    second_factor: Option<Form>,
    origins: Option<Form>,
    products: Option<Form>,
    time_zone: Option<Form>,
    defaults: Option<Form>,
}

async fn show(viewer: Viewer, query: Query<PresetQuery>) -> Result<Response, Failed> {
    let shown = settings_page(&viewer, &query.preset, Typed::default()).await?;
    Ok(page(&shown))
}

/// Users who require a second factor of others need one themselves, so that nobody locks themselves out by accident.
async fn require_second_factor(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let need = |account: &Account, actor: &Actor, _| account.need_admin(actor);
    viewer.look(None, need).await?;
    let required = !form.value("required").is_empty();
    let identity = viewer.portal.app.identity();
    let has_one_themselves =
        viewer.session.by_provider || identity.has_second_factor(viewer.account, viewer.session.user);
    if required && !has_one_themselves {
        form.wrong(
            "required",
            "Set up a second factor for yourself first, on your own page. Then switch this on.",
        );
    } else {
        let change = SettingsPatch {
            sign_in: SignInPatch {
                second_factor_for_admins: Some(required),
                ..SignInPatch::default()
            },
            ..SettingsPatch::default()
        };
        let Err(refusal) = change_settings(&viewer, change).await? else {
            let message = if required {
                "Everybody above the members now needs a second factor."
            } else {
                "A second factor is now everybody’s own choice."
            };
            return Ok(done(&NavPage::Settings.path(viewer.account), message));
        };
        form.refused(&refusal);
    }
    let typed = Typed {
        second_factor: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, "", typed).await?))
}

async fn change_origins(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    if let Some(origins) = read_origins(&mut form) {
        let change = SettingsPatch {
            cors_origins: Some(origins),
            ..SettingsPatch::default()
        };
        let Err(refusal) = change_settings(&viewer, change).await? else {
            let to = NavPage::Settings.path(viewer.account);
            return Ok(done(&to, "The websites that may call the API are saved."));
        };
        form.refused(&refusal);
    }
    let typed = Typed {
        origins: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, "", typed).await?))
}

/// One origin per line. All invalid lines are reported at once.
fn read_origins(form: &mut Form) -> Option<BTreeSet<Origin>> {
    let typed = form.value(ORIGINS).to_owned();
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut origins = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut expected = "";
    for line in lines {
        match line.parse::<Origin>() {
            Ok(origin) => {
                origins.insert(origin);
            }
            Err(error) => {
                expected = error.expected;
                wrong.push(format!("“{line}”"));
            }
        }
    }
    if wrong.is_empty() {
        return Some(origins);
    }
    let message = format!("Each line must be {expected}. Not right: {}.", wrong.join(", "));
    form.wrong(ORIGINS, message);
    None
}

async fn change_pool_defaults(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let rules_seen = rules::seen(&form);
    let wanted = rules::read(&mut form);
    if form.is_right() {
        let shown = rules_seen.clone();
        // Made in the step that carries it out, because somebody else may change the rules in between.
        let make = move |account: &Account, _| {
            let now = &account.settings().pool_defaults;
            let pool_defaults = new_defaults(&wanted, shown.as_ref().unwrap_or(now), now)?;
            let change = SettingsPatch {
                pool_defaults,
                ..SettingsPatch::default()
            };
            Ok(Command::Account(AccountCommand::ChangeSettings { change }))
        };
        let Err(refusal) = shown_at_a_field(viewer.propose(make, |_, (), _| ()).await?)? else {
            let to = NavPage::Settings.path(viewer.account);
            return Ok(done(&to, "New pools start with these rules."));
        };
        form.refused(&refusal);
        if let (Refusal::State(StateRefusal::ChangedMeanwhile { .. }), Some(seen)) = (&refusal, rules_seen) {
            let look = |account: &Account, _: &Actor, _| Ok(account.settings().pool_defaults.clone());
            let (_, now) = viewer.look(None, look).await?;
            form = rules::with_changes(form, &seen, &now);
        }
    }
    let typed = Typed {
        defaults: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, "", typed).await?))
}

/// The rules of new pools that a form asks for; `None` if its user changed none of those that it showed. Refuses to
/// overwrite rules that somebody else has changed since.
fn new_defaults(wanted: &RulesPatch, shown: &Rules, now: &Rules) -> Result<Option<Rules>, Refusal> {
    let rules = wanted.applied_to(shown);
    if rules == *shown {
        return Ok(None);
    }
    if shown == now {
        return Ok(Some(rules));
    }
    Err(Refusal::State(StateRefusal::ChangedMeanwhile {
        field: "rules",
        now: "New pools start with other rules".to_owned(),
    }))
}

async fn change_settings(viewer: &Viewer, change: SettingsPatch) -> Result<Result<(), Refusal>, Failed> {
    let command = Command::Account(AccountCommand::ChangeSettings { change });
    shown_at_a_field(viewer.execute(command, |_, (), _| ()).await?)
}

/// A viewer who may not change the settings gets an error page and not an error at a field: their page has no button.
fn shown_at_a_field(done: Result<(), Refusal>) -> Result<Result<(), Refusal>, Failed> {
    match done {
        Err(refusal @ (Refusal::Forbidden { .. } | Refusal::NotFound { .. })) => {
            Err(Failed::refused(&refusal))
        }
        done => Ok(done),
    }
}

async fn settings_page(viewer: &Viewer, preset: &str, typed: Typed) -> Result<SettingsPage, Failed> {
    let look = |account: &Account, actor: &Actor, _| {
        account.need_staff(actor)?;
        Ok(SettingsData::of(account, actor))
    };
    let (frame, seen) = viewer.look(Some(NavPage::Settings), look).await?;
    let chosen = rules::PRESETS.iter().find(|shown| shown.slug == preset);
    let defaults = rules::preset(preset);
    let defaults = rules::values(defaults.as_ref().unwrap_or(&seen.pool_defaults));
    let second_factor = typed.second_factor.unwrap_or_else(|| seen.second_factor_form());
    let origins = typed.origins.unwrap_or_else(|| seen.origins_form());
    let products = typed.products.unwrap_or_else(|| seen.products_form());
    let time_zone = typed.time_zone.unwrap_or_else(|| seen.time_zone_form());
    let rules_seen = rules::keep(&seen.pool_defaults);
    let defaults = typed
        .defaults
        .unwrap_or_default()
        .or_showing(defaults.iter().map(|(name, value)| (*name, value.as_str())))
        .or_showing([(rules::SEEN, rules_seen.as_str())]);
    let identity = viewer.portal.app.identity();
    let grant = identity.operator_grant(viewer.account, viewer.session.user);
    Ok(SettingsPage {
        frame,
        renames: grant.map(|_| format!("/operator/accounts/{}", viewer.account)),
        path: NavPage::Settings.path(viewer.account),
        seen,
        second_factor,
        origins,
        products,
        time_zone,
        form: defaults,
        groups: &rules::GROUPS,
        presets: &rules::PRESETS,
        preset: chosen.map(|shown| shown.label),
    })
}
