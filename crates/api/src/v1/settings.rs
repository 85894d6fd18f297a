//! Settings: what holds for the whole account.

use std::sync::Arc;

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use usher_domain::account::{self, SettingsPatch};
use usher_domain::command::RulesPatch;
use usher_domain::permission::SessionPermissions;
use usher_domain::{Account, Actor, Command};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::AccountPath;
use super::rules::{Rules, RulesChoice};
use super::visible::need_staff;
use crate::api::Api;
use crate::extract::{Caller, Json};
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new().routes(routes!(get, change))
}

/// What holds for the whole account.
#[derive(Debug, Serialize, ToSchema)]
struct Settings {
    /// The session permissions of users who have no say of their own.
    session_permissions: Permissions,
    /// The rules that a new pool gets where its creator says nothing.
    pool_defaults: Rules,
}

/// Permissions over sessions. Control needs view.
#[allow(
    clippy::struct_excessive_bools,
    reason = "four independent permissions, named as in the design"
)]
#[derive(Debug, Serialize, ToSchema)]
struct Permissions {
    /// See one's own sessions.
    view_own: bool,
    /// End one's own sessions.
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
        }
    }
}

/// A change of the settings. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "session_permissions": {"view_account": true}, "pool_defaults": {"preset": "concurrent_sessions"}
}))]
struct SettingsChange {
    /// Other session permissions.
    session_permissions: Option<PermissionsChange>,
    /// Other rules for new pools. Pools that exist keep theirs.
    pool_defaults: Option<RulesChoice>,
}

/// A change of session permissions. What is left out stays.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PermissionsChange {
    /// See one's own sessions.
    view_own: Option<bool>,
    /// End one's own sessions.
    control_own: Option<bool>,
    /// See everybody's sessions.
    view_account: Option<bool>,
    /// End anybody's sessions.
    control_account: Option<bool>,
}

impl PermissionsChange {
    fn over(self, before: SessionPermissions) -> SessionPermissions {
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
async fn get(caller: Caller) -> Result<Answer<Settings>, Problem> {
    let view = |account: &Account, actor: &Actor, _| {
        need_staff(account, actor)?;
        Ok(Settings::from(account.settings()))
    };
    caller.read(view).await.map(Answer)
}

/// Change the account's settings
///
/// Needs `settings.manage`.
#[utoipa::path(
    patch, path = "/v1/accounts/{account}/settings", operation_id = "changeSettings", tag = "accounts",
    params(AccountPath), request_body = SettingsChange,
    responses((status = 200, description = "The settings after the change.", body = Settings)),
    extensions(("x-problems" = json!(["control-needs-view"])))
)]
async fn change(caller: Caller, Json(body): Json<SettingsChange>) -> Result<Answer<Settings>, Problem> {
    let rules = body.pool_defaults.map(RulesPatch::from);
    let over = move |account: &Account, _: &_, _| {
        let before = account.settings();
        let permissions = body.session_permissions;
        Ok(SettingsPatch {
            session_permissions: permissions.map(|change| change.over(before.session_permissions)),
            pool_defaults: rules.clone().map(|rules| rules.over(&before.pool_defaults)),
            ..SettingsPatch::default()
        })
    };
    let change = caller.read(over).await?;
    let view = |account: &Account, _: &_, _| Settings::from(account.settings());
    caller
        .execute(Command::ChangeSettings { change }, view)
        .await
        .map(Answer)
}
