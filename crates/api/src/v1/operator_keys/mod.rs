//! Operator keys: the credentials of the operator and the operator's programs.

mod trail;

use axum::Json as Answer;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use usher_app::{App, Everything, Operator};
use usher_domain::repeat::{is_another_of_key, need_no_other};
use usher_domain::text::Name;
use usher_domain::{Actor, OperatorKeyId, Timestamp, WallTime};
use usher_engine::Engine;
use usher_identity::{self as identity, NewOperatorKey, OPERATOR_KEYS_MAX, OperatorScope, Revoked};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api_keys::Rotation;
use super::optional::Optional;
use super::schema;
use super::time::Time;
use crate::extract::{Created, IdempotencyHeader, IdempotencyKey, Json, List, Path};
use crate::problem::{LAST_OPERATOR_KEY, Problem, TOO_MANY_KEYS};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(revoke))
        .routes(routes!(rotate))
        .routes(routes!(trail::list))
}

/// An operator key's data.
#[derive(Serialize, ToSchema)]
struct OperatorKey {
    /// The id.
    #[schema(value_type = schema::OperatorKeyId)]
    id: OperatorKeyId,
    /// Its name.
    #[schema(value_type = schema::Name, example = "Billing")]
    name: String,
    /// Its scopes.
    #[schema(value_type = Vec<schema::OperatorScope>)]
    scopes: Vec<&'static str>,
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
    #[schema(nullable = false, example = "usher_op_…")]
    key: Option<String>,
}

impl OperatorKey {
    fn of(key: &identity::OperatorKey, engine: &Engine) -> Self {
        let now = engine.now();
        let shown = |at| Time::from(engine.shown(at));
        Self {
            id: key.id,
            name: key.name.to_string(),
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            created_at: shown(key.created_at),
            expires_at: key.expires_at.map(|at| WallTime::new(at).into()),
            last_used_at: key.last_use.map(|last| shown(last.at)),
            last_used_from: key
                .last_use
                .and_then(|last| Some(last.from?.reveal().to_string())),
            former_until: key.former_until.filter(|until| now < *until).map(shown),
            key: None,
        }
    }
}

/// The key with this id, and its secret if that is to be shown.
fn shown(app: &App, id: OperatorKeyId, secret: Option<identity::Secret>) -> Result<OperatorKey, Problem> {
    let keys = app.identity().operator_keys();
    let key = keys.iter().find(|key| key.id == id);
    let key = key.ok_or_else(|| Problem::not_found("operator key"))?;
    Ok(OperatorKey {
        key: secret.map(identity::Secret::into_exposed),
        ..OperatorKey::of(key, app.engine())
    })
}

/// An operator key to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Billing", "scopes": ["billing.manage"]}))]
struct NewKey {
    /// Its name.
    #[schema(value_type = schema::Name, example = "Billing")]
    name: Name,
    /// Its scopes: at least one. Every key may read all accounts.
    #[schema(value_type = Vec<schema::OperatorScope>, min_items = 1)]
    scopes: BTreeSet<String>,
    /// When it expires; left out: never.
    expires_at: Option<Time>,
}

impl NewKey {
    fn checked(self, now: Timestamp) -> Result<NewOperatorKey, Problem> {
        let scopes = self.scopes.iter().map(|scope| scope.parse::<OperatorScope>());
        let scopes = scopes.collect::<Result<BTreeSet<_>, _>>();
        let scopes = scopes.map_err(|error| Problem::invalid("scopes", error.to_string()))?;
        if scopes.is_empty() {
            return Err(Problem::invalid("scopes", "must name at least one scope"));
        }
        let expires_at = self.expires_at.map(|at| at.0.get());
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Problem::invalid("expires_at", "must lie in the future"));
        }
        Ok(NewOperatorKey {
            name: self.name,
            scopes,
            expires_at,
        })
    }
}

/// The path of one operator key.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct KeyPath {
    /// The key.
    #[param(value_type = schema::OperatorKeyId)]
    operator_key: OperatorKeyId,
}

/// Create an operator key
///
/// Needs an operator key with the scope `everything`. The answer shows the key, once. A repeated call with the same
/// `Idempotency-Key` replaces it with a new one if the first was never used.
#[utoipa::path(
    post, path = "/v1/operator-keys", operation_id = "createOperatorKey", tag = "tokens",
    params(IdempotencyHeader), request_body = NewKey,
    responses(
        (status = 201, description = "The key.", body = OperatorKey),
        (status = 200, description = "The key that the same `Idempotency-Key` created.", body = OperatorKey),
    ),
    extensions(("x-problems" = json!(["idempotency-key-reused", "too-many-keys"])))
)]
async fn create(
    operator: Operator<Everything>,
    key: IdempotencyKey,
    Json(body): Json<NewKey>,
) -> Result<Created<OperatorKey>, Problem> {
    let (origin, app) = (operator.keys_origin(), operator.app);
    let now = app.engine().now();
    let new = body.checked(now)?;
    let id = OperatorKeyId::from_bits(key.bits(app.identity(), None, &Actor::Operator, now)?);
    let keys = app.identity().operator_keys();
    let made = keys.iter().find(|made| made.id == id);
    let location = format!("/v1/operator-keys/{id}");
    let existed = made.is_some();
    let mut all = keys.iter().map(|made| made.id.bits());
    need_no_other(key.is_given() && all.any(|made| is_another_of_key(id.bits(), made)))?;
    let secret = if made.is_some_and(|made| made.last_use.is_some()) {
        None
    } else {
        let secret = app.identity().add_operator_key(id, new, origin, now).await?;
        Some(secret.ok_or_else(too_many)?)
    };
    Ok(Created {
        existed,
        location,
        shown: shown(&app, id, secret)?,
    })
}

fn too_many() -> Problem {
    let detail =
        format!("There are {OPERATOR_KEYS_MAX} operator keys already. Revoke one that is not needed.");
    Problem::new(TOO_MANY_KEYS, detail)
}

/// List the operator keys
///
/// Needs an operator key with the scope `everything`. The keys themselves are not shown. The list is short, so it has
/// no pages.
#[utoipa::path(
    get, path = "/v1/operator-keys", operation_id = "listOperatorKeys", tag = "tokens",
    responses((status = 200, description = "All keys.", body = List<OperatorKey>))
)]
async fn list(operator: Operator<Everything>) -> Answer<List<OperatorKey>> {
    let engine = operator.app.engine();
    let keys = operator.app.identity().operator_keys();
    Answer(List {
        items: keys.iter().map(|key| OperatorKey::of(key, engine)).collect(),
        next_cursor: None,
    })
}

/// Rotate an operator key
///
/// Creates a new secret, shown once in the answer. Needs an operator key with the scope `everything`. The body may be
/// left out.
#[utoipa::path(
    post, path = "/v1/operator-keys/{operator_key}/rotate", operation_id = "rotateOperatorKey", tag = "tokens",
    params(KeyPath), request_body = Option<Rotation>,
    responses((status = 200, description = "The key, with its new secret.", body = OperatorKey))
)]
async fn rotate(
    operator: Operator<Everything>,
    Path(path): Path<KeyPath>,
    Optional(body): Optional<Rotation>,
) -> Result<Answer<OperatorKey>, Problem> {
    let (origin, app, id) = (operator.keys_origin(), operator.app, path.operator_key);
    let overlap = body.overlap()?;
    let secret = app
        .identity()
        .rotate_operator_key(id, overlap, origin, app.engine().now())
        .await?;
    let secret = secret.ok_or_else(|| Problem::not_found("operator key"))?;
    shown(&app, id, Some(secret)).map(Answer)
}

/// Revoke an operator key
///
/// Needs an operator key with the scope `everything`. It stops working at once. The last key with that scope cannot be
/// revoked.
#[utoipa::path(
    delete, path = "/v1/operator-keys/{operator_key}", operation_id = "revokeOperatorKey", tag = "tokens",
    params(KeyPath), responses((status = 204, description = "The key was revoked.")),
    extensions(("x-problems" = json!(["last-operator-key"])))
)]
async fn revoke(operator: Operator<Everything>, Path(path): Path<KeyPath>) -> Result<StatusCode, Problem> {
    let (origin, app, id) = (operator.keys_origin(), operator.app, path.operator_key);
    let revoked = app.identity().revoke_operator_key(id, origin, app.engine().now());
    match revoked.await? {
        Revoked::Yes => Ok(StatusCode::NO_CONTENT),
        Revoked::Unknown => Err(Problem::not_found("operator key")),
        Revoked::LastFull => Err(Problem::new(
            LAST_OPERATOR_KEY,
            "This is the last operator key that is good for everything. Make another one first.",
        )),
    }
}
