//! API keys: the credentials of an account's programs.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as Answer;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsManage, AccountsRead, Admitted, Caller};
use usher_domain::account::KeyMaker;
use usher_domain::command::ApiKeyCommand;
use usher_domain::permission::{Privilege, Scope};
use usher_domain::text::Name;
use usher_domain::{Account, Actor, ApiKeyId, Command, Refusal, Secs, WallTime, WallTimes, account};
use usher_identity::KEY_OVERLAP_MAX;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::optional::Optional;
use super::path::{AccountPath, ApiKeyPath};
use super::schema;
use super::time::Time;
use crate::extract::{Created, IdempotencyHeader, IdempotencyKey, Json, List, PageQuery, Path, Query};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(revoke))
        .routes(routes!(rotate))
}

/// An API key's data.
#[derive(Serialize, ToSchema)]
struct ApiKey {
    /// The id.
    #[schema(value_type = schema::ApiKeyId)]
    id: ApiKeyId,
    /// Its name.
    #[schema(value_type = schema::Name, example = "Back end")]
    name: Name,
    /// The scopes it was created with.
    #[schema(value_type = Vec<schema::Scope>)]
    scopes: BTreeSet<Scope>,
    /// The scopes that work at the moment: a key does no more than its creator may.
    #[schema(value_type = Vec<schema::Scope>)]
    effective_scopes: BTreeSet<Scope>,
    /// Who created it, or rotated it last: the id of a user, or `operator`; null for keys from before this was
    /// recorded.
    #[schema(required, example = "user_01h2xcejqtf2nbrexx3vqjhp41")]
    made_by: Option<String>,
    /// When it was created.
    created_at: Time,
    /// When it expires; null if it does not.
    #[schema(required)]
    expires_at: Option<Time>,
    /// When it was last used, to the minute; null if it was never used.
    #[schema(required)]
    last_used_at: Option<Time>,
    /// From which network address it was last used, if known.
    #[schema(required, example = "192.0.2.7")]
    last_used_from: Option<String>,
    /// Until when the secret from before the last rotation also works; null if there is none.
    #[schema(required)]
    former_until: Option<Time>,
    /// The key itself: only in the answer to creating or rotating it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "usher_key_…")]
    key: Option<String>,
}

impl ApiKey {
    fn of(account: &Account, key: &account::ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name.clone(),
            scopes: key.scopes.clone(),
            effective_scopes: account.effective_scopes(key),
            made_by: key.maker.map(|maker| match maker {
                KeyMaker::Operator => "operator".to_owned(),
                KeyMaker::User(user) => user.to_string(),
            }),
            created_at: account.shown(key.created_at).into(),
            expires_at: key.expires_at.map(|at| WallTime::new(at).into()),
            last_used_at: None,
            last_used_from: None,
            former_until: None,
            key: None,
        }
    }

    /// Adds what only the credentials know.
    fn used(&mut self, caller: &Admitted, wall: &WallTimes) {
        let now = caller.app.engine().now();
        let Some(used) = caller.app.identity().api_key_use(caller.account, self.id) else {
            return;
        };
        self.last_used_at = used.last.map(|last| wall.shown(last.at).into());
        self.last_used_from = used.last.and_then(|last| Some(last.from?.reveal().to_string()));
        let former_until = used.former_until.filter(|until| now < *until);
        self.former_until = former_until.map(|until| wall.shown(until).into());
    }
}

/// A key to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Back end", "scopes": ["read", "sign-ins.write"]}))]
struct NewApiKey {
    /// Its name.
    #[schema(value_type = schema::Name, example = "Back end")]
    name: Name,
    /// Its scopes: at least one, and none that its creator lacks.
    #[schema(value_type = Vec<schema::Scope>, min_items = 1)]
    scopes: BTreeSet<Scope>,
    /// When it expires; left out: never.
    expires_at: Option<Time>,
}

/// Create an API key
///
/// Needs `settings.manage`; keys cannot create keys. The key never does more than its creator may: if they lose a
/// right, or are deactivated or deleted, the key loses it, too. The answer shows the key, once. A repeated call with
/// the same `Idempotency-Key` replaces it with a new one if the first was never used.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/api-keys", operation_id = "createApiKey", tag = "tokens",
    params(AccountPath, IdempotencyHeader), request_body = NewApiKey,
    responses(
        (status = 201, description = "The key.", body = ApiKey),
        (status = 200, description = "The key that the same `Idempotency-Key` created.", body = ApiKey),
    ),
    extensions(("x-problems" = json!(["already-exists", "idempotency-key-reused"])))
)]
async fn create(
    caller: Caller<AccountsManage>,
    key: IdempotencyKey,
    Json(body): Json<NewApiKey>,
) -> Result<Created<ApiKey>, Problem> {
    let (app, account) = (Arc::clone(&caller.app), caller.account);
    let expires_at = body.expires_at.map(|at| at.0.get());
    if expires_at.is_some_and(|at| at <= app.engine().now()) {
        return Err(Problem::invalid("expires_at", "must lie in the future"));
    }
    let id = ApiKeyId::from_bits(caller.new_id(&key)?);
    let scopes = body.scopes.clone();
    let command = Command::ApiKey(ApiKeyCommand::Create {
        id,
        name: body.name,
        scopes: body.scopes,
        expires_at,
    });
    let find = move |account: &Account| account.api_keys().get(&id).map(|key| ApiKey::of(account, key));
    let mut created = Created::by(&caller, &key, command, format!("api-keys/{id}"), find).await?;
    created.shown.used(&caller, &app.wall_times(account).await);
    if !created.existed || created.shown.last_used_at.is_none() {
        let secret = app
            .identity()
            .put_api_key(account, id, scopes, expires_at)
            .await?;
        created.shown.key = Some(secret.into_exposed());
    }
    Ok(created)
}

/// List the API keys
///
/// Needs `settings.manage`. The keys themselves are not shown.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/api-keys", operation_id = "listApiKeys", tag = "tokens",
    params(AccountPath, PageQuery),
    responses((status = 200, description = "A page of keys.", body = List<ApiKey>))
)]
async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<List<ApiKey>>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account.need_in_account(actor, Privilege::SettingsManage)?;
        let keys = account.api_keys().values().map(|key| (key.id.bits(), key));
        Ok(List::cut(keys, query.page(), |key| {
            Some(ApiKey::of(account, key))
        }))
    };
    let mut page = caller.read(view).await?;
    let wall = caller.app.wall_times(caller.account).await;
    for key in &mut page.items {
        key.used(&caller, &wall);
    }
    Ok(Answer(page))
}

/// How a key is rotated.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rotation {
    /// For how long the previous secret also works, so that programs can be changed one after the other; left out: not
    /// at all.
    #[schema(maximum = 604_800, default = 0, example = 3600)]
    overlap_secs: u32,
}

impl Rotation {
    pub(super) fn overlap(&self) -> Result<Secs, Problem> {
        let overlap = Secs::new(self.overlap_secs);
        if overlap > KEY_OVERLAP_MAX {
            let message = format!("must be 0 to {}", KEY_OVERLAP_MAX.get());
            return Err(Problem::invalid("overlap_secs", message));
        }
        Ok(overlap)
    }
}

/// Rotate an API key
///
/// Creates a new secret, shown once in the answer. The key keeps its id, name, scopes and expiry, and from then on does
/// what you may. Needs `settings.manage` and all scopes of the key; keys cannot rotate keys. The body may be left out.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/api-keys/{api_key}/rotate", operation_id = "rotateApiKey", tag = "tokens",
    params(ApiKeyPath), request_body = Option<Rotation>,
    responses((status = 200, description = "The key, with its new secret.", body = ApiKey))
)]
async fn rotate(
    caller: Caller<AccountsManage>,
    Path(path): Path<ApiKeyPath>,
    Optional(body): Optional<Rotation>,
) -> Result<Answer<ApiKey>, Problem> {
    let (id, overlap) = (path.api_key, body.overlap()?);
    let command = Command::ApiKey(ApiKeyCommand::Rotate { id, overlap });
    let find = move |account: &Account, (): &(), _| {
        let key = account.api_keys().get(&id)?;
        Some((key.clone(), ApiKey::of(account, key)))
    };
    let found = caller.execute(command, find).await?;
    let (found, mut key) = found.ok_or_else(|| Problem::not_found("API key"))?;
    let (identity, now) = (caller.app.identity(), caller.app.engine().now());
    let secret = identity
        .rotate_api_key(caller.account, &found, overlap, now)
        .await?;
    key.used(&caller, &caller.app.wall_times(caller.account).await);
    key.key = Some(secret.into_exposed());
    Ok(Answer(key))
}

/// Revoke an API key
///
/// Needs `settings.manage`. It stops working at once.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/api-keys/{api_key}", operation_id = "revokeApiKey", tag = "tokens",
    params(ApiKeyPath), responses((status = 204, description = "The key was revoked."))
)]
async fn revoke(caller: Caller<AccountsManage>, Path(path): Path<ApiKeyPath>) -> Result<StatusCode, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account.need_to_manage(actor, Privilege::SettingsManage, "API key")?;
        let known = account.api_keys().contains_key(&path.api_key);
        known.then_some(()).ok_or(Refusal::NotFound { what: "API key" })
    };
    caller.read(view).await?;
    // The key first: once the account no longer lists it, it could not be revoked any more.
    caller
        .app
        .identity()
        .revoke_api_key(caller.account, path.api_key)
        .await?;
    let command = Command::ApiKey(ApiKeyCommand::Revoke { id: path.api_key });
    Ok(caller.execute(command, |_, (), _| StatusCode::NO_CONTENT).await?)
}
