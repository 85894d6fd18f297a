//! Settings of the whole account.

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use usher_app::{AccountsManage, AccountsRead, Admitted, Caller};
use usher_domain::account::{self, SettingsPatch};
use usher_domain::color::ProductColor;
use usher_domain::command::AccountCommand;
use usher_domain::directory::SignInPatch;
use usher_domain::permission::SessionPermissions;
use usher_domain::rules::RulesPatch;
use usher_domain::text::{LanguageChoice, Name, Origin, Product, ZoneName};
use usher_domain::{Account, Actor, Command, UserId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::AccountPath;
use super::rules::{Rules, RulesChoice};
use super::schema;
use crate::extract::{Json, nullable};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get, change))
}

/// The settings of an account.
#[derive(Debug, Serialize, ToSchema)]
struct Settings {
    /// The session permissions of users without their own.
    session_permissions: Permissions,
    /// The default rules of a new pool.
    pool_defaults: Rules,
    /// How people sign in to the portal.
    sign_in: SignInSettings,
    /// The origins whose pages may call the API for this account in a browser (CORS), besides those of the server.
    #[schema(value_type = Vec<schema::Origin>)]
    cors_origins: BTreeSet<Origin>,
    /// Display names of products, by slug. A product without one is called by its slug in readable form.
    #[schema(value_type = BTreeMap<String, schema::Name>, example = json!({"remote-support": "Remote help"}))]
    product_names: BTreeMap<Product, Name>,
    /// Colors of products, by slug, which pages show beside the products' names. A product may have none.
    #[schema(value_type = BTreeMap<String, schema::ProductColor>, example = json!({"remote-support": "violet"}))]
    product_colors: BTreeMap<Product, ProductColor>,
    /// The time zone in which days begin and end for the account's people, by its name in the IANA database. Pages show
    /// times in it to everybody who has not chosen another one. The API's own times are instants in UTC.
    #[schema(value_type = schema::ZoneName)]
    time_zone: ZoneName,
    /// The language of pages and mails for people who have not chosen their own: `en`, `de`, `es`, `fr`, `sl` or `sv`, or
    /// `browser` for the one that each person's browser asks for. The API itself is in English.
    #[schema(value_type = schema::LanguageChoice)]
    language: LanguageChoice,
}

/// How people sign in to the portal.
#[derive(Debug, Serialize, ToSchema)]
struct SignInSettings {
    /// Whether everybody except the break-glass owner signs in with the identity provider.
    sso_required: bool,
    /// The owner who can sign in with a password even if the identity provider fails; null for nobody.
    #[schema(required, value_type = Option<schema::UserId>)]
    break_glass: Option<UserId>,
    /// Whether managers, admins and owners need a second factor.
    second_factor_for_admins: bool,
}

/// Permissions over sessions. Control needs view.
#[expect(clippy::struct_excessive_bools, reason = "four independent permissions")]
#[derive(Debug, Serialize, ToSchema)]
struct Permissions {
    /// See your own sessions.
    view_own: bool,
    /// End your own sessions.
    control_own: bool,
    /// See everybody's sessions.
    view_account: bool,
    /// End anybody's sessions.
    control_account: bool,
}

impl From<&account::Settings> for Settings {
    fn from(settings: &account::Settings) -> Self {
        let permissions = settings.session_permissions;
        Self {
            session_permissions: Permissions {
                view_own: permissions.view_own,
                control_own: permissions.control_own,
                view_account: permissions.view_account,
                control_account: permissions.control_account,
            },
            pool_defaults: Rules::from(&settings.pool_defaults),
            sign_in: SignInSettings {
                sso_required: settings.sign_in.sso_required,
                break_glass: settings.sign_in.break_glass,
                second_factor_for_admins: settings.sign_in.second_factor_for_admins,
            },
            cors_origins: settings.cors_origins.clone(),
            product_names: settings.product_names.clone(),
            product_colors: settings.product_colors.clone(),
            time_zone: settings.time_zone.clone(),
            language: settings.language.clone(),
        }
    }
}

/// A change of the settings. Omitted fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "session_permissions": {"view_account": true}, "pool_defaults": {"preset": "concurrent_sessions"}
}))]
struct SettingsChange {
    /// The new session permissions.
    session_permissions: Option<PermissionsChange>,
    /// The new rules for new pools. Existing pools keep theirs.
    pool_defaults: Option<RulesChoice>,
    /// How people sign in to the portal. For owners and admins.
    sign_in: Option<SignInSettingsChange>,
    /// The origins whose pages may call the API for this account in a browser (CORS), as a complete list: at most 20.
    #[schema(value_type = Option<Vec<schema::Origin>>, max_items = 20)]
    cors_origins: Option<BTreeSet<Origin>>,
    /// What people call the products, by slug, as a complete list: at most 100, no two alike.
    #[schema(value_type = Option<BTreeMap<String, schema::Name>>)]
    product_names: Option<BTreeMap<Product, Name>>,
    /// The colors that pages show beside the products' names, by slug, as a complete list: at most 100.
    #[schema(value_type = Option<BTreeMap<String, schema::ProductColor>>)]
    product_colors: Option<BTreeMap<Product, ProductColor>>,
    /// The account's time zone, by its name in the IANA database.
    #[schema(value_type = Option<schema::ZoneName>)]
    time_zone: Option<ZoneName>,
    /// The account's language: `en`, `de`, `es`, `fr`, `sl`, `sv` or `browser`.
    #[schema(value_type = Option<schema::LanguageChoice>)]
    language: Option<LanguageChoice>,
}

/// A change of how people sign in to the portal. Omitted fields stay unchanged.
#[expect(clippy::option_option, reason = "absent, null and a value are three answers")]
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInSettingsChange {
    /// Whether everybody except the break-glass owner signs in with the identity provider. Needs `break_glass`.
    sso_required: Option<bool>,
    /// The active owner who can sign in with a password even if the identity provider fails; null for nobody.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<schema::UserId>)]
    break_glass: Option<Option<UserId>>,
    /// Whether managers, admins and owners need a second factor.
    second_factor_for_admins: Option<bool>,
}

impl From<SignInSettingsChange> for SignInPatch {
    fn from(change: SignInSettingsChange) -> Self {
        Self {
            sso_required: change.sso_required,
            break_glass: change.break_glass,
            second_factor_for_admins: change.second_factor_for_admins,
        }
    }
}

/// A change of session permissions. Omitted fields stay unchanged.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PermissionsChange {
    /// See your own sessions.
    view_own: Option<bool>,
    /// End your own sessions.
    control_own: Option<bool>,
    /// See everybody's sessions.
    view_account: Option<bool>,
    /// End anybody's sessions.
    control_account: Option<bool>,
}

impl PermissionsChange {
    fn applied_to(self, before: SessionPermissions) -> SessionPermissions {
        SessionPermissions {
            view_own: self.view_own.unwrap_or(before.view_own),
            control_own: self.control_own.unwrap_or(before.control_own),
            view_account: self.view_account.unwrap_or(before.view_account),
            control_account: self.control_account.unwrap_or(before.control_account),
        }
    }
}

/// Get the account's settings
///
/// For users with any privilege, and for API keys.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/settings", operation_id = "getSettings", tag = "accounts",
    params(AccountPath), responses((status = 200, description = "The settings.", body = Settings))
)]
async fn get(caller: Caller<AccountsRead>) -> Result<Answer<Settings>, Problem> {
    let view = |account: &Account, actor: &Actor, _| {
        account.need_staff(actor)?;
        Ok(Settings::from(account.settings()))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Change the account's settings
///
/// Needs `settings.manage`. Only owners and admins can change how people sign in, not keys. Requiring single sign-on
/// needs a provider, and a break-glass owner with a password; it ends all sessions and tokens that began with a
/// password. To require a second factor of others, you need one first.
#[utoipa::path(
    patch, path = "/v1/accounts/{account}/settings", operation_id = "changeSettings", tag = "accounts",
    params(AccountPath), request_body = SettingsChange,
    responses((status = 200, description = "The settings after the change.", body = Settings)),
    extensions(("x-problems" = json!(["control-needs-view", "break-glass-needed"])))
)]
async fn change(
    caller: Caller<AccountsManage>,
    Json(body): Json<SettingsChange>,
) -> Result<Answer<Settings>, Problem> {
    let sign_in = body.sign_in.map(SignInPatch::from).unwrap_or_default();
    let requires = sign_in.sso_required == Some(true);
    // Held until the change is stored, so that the provider found here is not removed in between.
    let _ordered = if requires || sign_in.break_glass.is_some() {
        let held = caller.app.sso_requirement().lock().await;
        need_way_in(&caller, sign_in).await?;
        Some(held)
    } else {
        None
    };
    if sign_in.second_factor_for_admins == Some(true) {
        need_own_second_factor(&caller).await?;
    }
    let time_zone = body.time_zone.as_ref().map(known_zone).transpose()?;
    let language = body.language.as_ref().map(known_language).transpose()?;
    let rules = body.pool_defaults.map(RulesPatch::from);
    // The command has all permissions and rules, not only those that the caller named. So it is made in the step that
    // carries it out: made earlier, it would undo what somebody else changes in between.
    let make = move |account: &Account, _| -> Result<Command, Infallible> {
        let before = account.settings();
        let permissions = body.session_permissions;
        let change = SettingsPatch {
            session_permissions: permissions.map(|change| change.applied_to(before.session_permissions)),
            pool_defaults: rules
                .as_ref()
                .map(|rules| rules.applied_to(&before.pool_defaults)),
            sign_in,
            cors_origins: body.cors_origins.clone(),
            product_names: body.product_names.clone(),
            product_colors: body.product_colors.clone(),
            time_zone: time_zone.clone(),
            language: language.clone(),
        };
        Ok(Command::Account(AccountCommand::ChangeSettings { change }))
    };
    let view = |account: &Account, (): &(), _| Settings::from(account.settings());
    let Ok(shown) = caller.propose(make, view).await?;
    if requires {
        caller.app.end_what_passwords_began(caller.account, None).await?;
    }
    Ok(Answer(shown))
}

/// The zone as the database writes its name.
fn known_zone(named: &ZoneName) -> Result<ZoneName, Problem> {
    usher_app::known_zone(named.as_str()).ok_or_else(|| {
        let expected = "must be the name of a time zone in the IANA database, such as `Europe/Ljubljana`";
        Problem::invalid("time_zone", expected)
    })
}

/// The language, if Usher speaks it.
fn known_language(named: &LanguageChoice) -> Result<LanguageChoice, Problem> {
    usher_app::known_language(named.as_str()).ok_or_else(|| {
        let expected = "must be a language of Usher (`en`, `de`, `es`, `fr`, `sl` or `sv`), or `browser`";
        Problem::invalid("language", expected)
    })
}

/// Refuses a change after which single sign-on is required and nobody could sign in. Callers who may not change it, and
/// a break-glass owner who is none, are refused by the command.
async fn need_way_in(caller: &Admitted, change: SignInPatch) -> Result<(), Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        let after = change.applied_to(account.settings().sign_in);
        Ok((account.is_admin(actor) && after.sso_required, after.break_glass))
    };
    let (is_required, break_glass) = caller.read(view).await?;
    if !is_required || break_glass.is_none() {
        return Ok(());
    }
    let field = match change.sso_required {
        Some(_) => "sign_in.sso_required",
        None => "sign_in.break_glass",
    };
    match caller
        .app
        .single_sign_on_lacks(caller.account, break_glass)
        .await?
    {
        Some(lack) => Err(Problem::invalid(field, lack)),
        None => Ok(()),
    }
}

/// Refuses a user who requires a second factor of others and has none: their next call would be refused. Callers who
/// may not change it are refused by the command.
async fn need_own_second_factor(caller: &Admitted) -> Result<(), Problem> {
    let Actor::User(user) = caller.actor else {
        return Ok(());
    };
    let is_admin = |account: &Account, actor: &Actor, _| Ok(account.is_admin(actor));
    if !caller.read(is_admin).await? || caller.app.identity().has_second_factor(caller.account, user) {
        return Ok(());
    }
    Err(Problem::invalid(
        "sign_in.second_factor_for_admins",
        "set up a second factor for yourself first, in the portal",
    ))
}
