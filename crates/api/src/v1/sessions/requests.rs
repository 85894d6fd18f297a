//! The bodies of calls about sessions.

use serde::Deserialize;
use usher_domain::labels::Metadata;
use usher_domain::presence::{SessionKind, Start};
use usher_domain::text::{ExternalId, Note};
use usher_domain::{SessionId, SignInId};
use utoipa::ToSchema;

use super::dto::Customer;
use crate::v1::schema;

/// A session to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    /// The sign-in that it runs on.
    #[schema(value_type = schema::SignInId)]
    pub(crate) sign_in: SignInId,
    /// The kind of work.
    #[schema(value_type = schema::SessionKind)]
    pub(crate) kind: SessionKind,
    /// Whether a code or link waits for the customer, or the session begins at once.
    #[schema(value_type = schema::Start)]
    pub(crate) start: Start,
    /// The customer, if known.
    #[serde(default)]
    pub(crate) customer: Option<Customer>,
    /// How long the code is valid; left out: as in the pool's rules.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 2_592_000, example = 3600)]
    pub(crate) valid_for_secs: Option<u32>,
    /// The id of the session in your own system.
    #[serde(default)]
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<ExternalId>,
    /// Your own metadata for the session: at most 20 texts by name.
    #[serde(default)]
    #[schema(value_type = Option<schema::Metadata>)]
    pub(crate) metadata: Option<Metadata>,
    /// Whether to wait in the queue if no seat is free and the pool has one.
    #[serde(default)]
    pub(crate) wait: bool,
}

/// The customer who joined.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connection {
    /// The customer, if known.
    #[serde(default)]
    pub(crate) customer: Option<Customer>,
}

/// How to resume a session.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resumption {
    /// Whether to wait in the queue if no seat is free and the pool has one.
    #[serde(default)]
    pub(crate) wait: bool,
}

/// Why a session is ended.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ending {
    /// The reason, as the other side is told it.
    #[serde(default)]
    #[schema(value_type = Option<schema::Note>)]
    pub(crate) reason: Option<Note>,
}

/// Sessions to end, all or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endings {
    /// The sessions.
    #[schema(value_type = Vec<schema::SessionId>, min_items = 1, max_items = 100)]
    pub(crate) ids: Vec<SessionId>,
    /// The reason, as the other sides are told it.
    #[serde(default)]
    #[schema(value_type = Option<schema::Note>)]
    pub(crate) reason: Option<Note>,
}
