//! The audit trail of operator keys, which belong to no account.

use axum::Json as Answer;
use serde::Serialize;
use serde_json::value::RawValue;
use usher_app::{Everything, Operator};
use usher_domain::personal::Personal;
use usher_domain::{OperatorKeyId, UserId, WallTime};
use usher_identity::{TrailEntry, TrailSubject};
use usher_journal::{Cursor, Hash, Page};
use utoipa::ToSchema;

use crate::extract::{List, PageQuery, Query};
use crate::problem::Problem;
use crate::v1::schema;
use crate::v1::time::Time;

/// A change of an operator key, or of the grant of an owner who is operator.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperatorKeyEntry {
    /// When, by Usher's own time: it never goes back, and is ahead of the machine's clock after that was set back.
    at: Time,
    /// Its position in the trail, from 1.
    seq: u64,
    /// Who: the id of the operator key that was shown, or of an owner who is operator; `command_line`; `start` for the
    /// server itself, `set_up` for the person with its set-up link, `usher` where a grant ended by itself.
    #[schema(example = "opkey_01h2xcejqtf2nbrexx3vqjhp41")]
    actor: String,
    /// What: `operator_key.created`, `operator_key.rotated` or `operator_key.revoked`; of an owner who is operator
    /// `operator_grant.created`, `operator_grant.confirmed`, `operator_grant.revoked` or `operator_grant.ended`.
    #[schema(example = "operator_key.rotated")]
    action: String,
    /// The key; `null` if it is about an owner who is operator.
    #[schema(required, value_type = Option<schema::OperatorKeyId>)]
    operator_key: Option<OperatorKeyId>,
    /// The owner who is operator; `null` if it is about a key.
    #[schema(required, value_type = Option<schema::UserId>)]
    owner: Option<UserId>,
    /// The key's name; of a grant, the names of the owner and the account.
    #[schema(example = "Billing")]
    name: String,
    /// More about it.
    #[schema(required, value_type = Option<Object>)]
    detail: Option<Box<RawValue>>,
    /// The network address it came from.
    #[schema(required, example = "192.0.2.7")]
    address: Option<String>,
    /// The id of the request.
    #[schema(required)]
    request_id: Option<String>,
    /// The SHA-256 over this entry and the previous one, which `usher verify` checks.
    hash: String,
}

impl From<TrailEntry> for OperatorKeyEntry {
    fn from(entry: TrailEntry) -> Self {
        let (operator_key, owner) = match entry.subject {
            TrailSubject::Key(key) => (Some(key), None),
            TrailSubject::Grant(user) => (None, Some(user)),
        };
        Self {
            at: WallTime::new(entry.at).into(),
            seq: entry.seq,
            actor: entry.actor,
            action: entry.action,
            operator_key,
            owner,
            name: entry.name,
            detail: entry.detail.and_then(|detail| RawValue::from_string(detail).ok()),
            address: entry.address.map(Personal::into_revealed),
            request_id: entry.request,
            hash: Hash::from_bytes(entry.hash).to_string(),
        }
    }
}

/// List the changes of operator keys
///
/// Also those of owners who are operators. Newest first. Needs an operator key with the scope `everything`. The list begins when Usher first recorded these
/// changes: keys may be older.
#[utoipa::path(
    get, path = "/v1/operator-keys/audit", operation_id = "listOperatorKeyAudit", tag = "tokens",
    params(PageQuery), responses((status = 200, description = "A page of entries.", body = List<OperatorKeyEntry>))
)]
pub(super) async fn list(
    operator: Operator<Everything>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<List<OperatorKeyEntry>>, Problem> {
    let page = query.page();
    // The cursor contains the position in the trail; a cursor of another list is after everything.
    let before = page
        .after()
        .map(|after| u64::try_from(after.major()).unwrap_or(0));
    let found = operator
        .app
        .identity()
        .operator_trail(before, page.limit() + 1)
        .await?;
    let rows = found.into_iter();
    let rows = rows.map(|entry| (Cursor::new(entry.at, entry.seq.into(), 0), entry));
    let rows = Page::cut(rows.collect(), page.limit());
    Ok(Answer(List::of(rows, OperatorKeyEntry::from)))
}
