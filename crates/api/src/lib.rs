//! The REST API, its problem documents and its OpenAPI document.
//!
//! [`router`] makes the routes and the document from one list, and [`openapi_json`] is the text of the committed
//! `openapi.json`. The use cases are in `usher-app`, and the socket is in `usher-http`.
//!
//! # How a resource is added
//!
//! 1. `src/v1/<resource>/` has one file for each verb, or one for a small resource. The API's request and response
//!    types are in `dto.rs` beside them: `#[derive(Deserialize, ToSchema)] #[serde(deny_unknown_fields)]` for bodies,
//!    `#[derive(Serialize, ToSchema)]` for answers. Domain types have the schemas of `v1/schema.rs`
//!    (`#[schema(value_type = schema::UserId)]`), instants are `v1::time::Time`, durations end in `_secs`.
//! 2. A handler extracts, calls, maps. [`Caller<S>`](usher_app::Caller) proves who calls and that the account in the
//!    path is theirs; `S` is the scope that the operation needs of an operator key.
//!    [`execute`](usher_app::Admitted::execute) gives a command and shows the account right after it,
//!    [`read`](usher_app::Admitted::read) only looks. Commands are authorized by the domain's `decide`; reads call the
//!    domain's `access` functions inside the closure: not visible is `NotFound`, visible but not allowed is
//!    `Forbidden`.
//! 3. `#[utoipa::path(…)]` gives the operation its `operation_id`, tag, path, parameters, body and answers.
//!    `extensions(("x-problems" = json!(["pool-not-empty"])))` names its own problem codes: `openapi/` creates the
//!    problem answers from these and from those that every operation has, so they are never listed by hand. Creating
//!    `POST`s take `IdempotencyKey` and make the new id from its bits.
//! 4. `routes()` of the module lists its handlers with `routes!(…)`, those of one path together, and `v1/mod.rs` merges
//!    it. The router adds metrics, request ids, 404, 405 and the time limit.
//!
//! `CONTRIBUTING.md` lists the files outside of `src`.

mod cors;
mod extract;
mod metrics;
mod openapi;
mod pages;
mod parameters;
mod problem;
mod router;
mod scim;
mod server;
mod service;
mod v1;

pub use extract::{BODY_BYTES_MAX, LIMIT_DEFAULT, LIMIT_MAX};
pub use router::{openapi_json, router, too_late};
pub use service::metrics_router;
