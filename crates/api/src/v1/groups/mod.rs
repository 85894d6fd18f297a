//! Groups: users that a directory groups together, and what they get (D2 to D4).

mod dto;

use axum::Json as Answer;
use axum::http::StatusCode;
use usher_app::{AccountsManage, AccountsRead, Caller};
use usher_domain::command::GroupCommand;
use usher_domain::{Account, Actor, Command, GroupId, Refusal};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::dto::{Group, GroupChange, GroupMapping, NewGroup};
use super::path::{AccountPath, GroupPath};
use crate::extract::{Created, IdempotencyHeader, IdempotencyKey, Json, List, PageQuery, Path, Query};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, change, delete))
        .routes(routes!(map))
}

/// Create a group
///
/// Needs `users.manage`, or a key with `directory.provision`. The group gives nothing until it is mapped.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/groups", operation_id = "createGroup", tag = "groups",
    params(AccountPath, IdempotencyHeader), request_body = NewGroup,
    responses(
        (status = 201, description = "The group.", body = Group),
        (status = 200, description = "The group that the same `Idempotency-Key` created.", body = Group),
    ),
    extensions(("x-problems" = json!(["already-exists", "idempotency-key-reused"])))
)]
async fn create(
    caller: Caller<AccountsManage>,
    key: IdempotencyKey,
    Json(body): Json<NewGroup>,
) -> Result<Created<Group>, Problem> {
    let id = GroupId::from_bits(caller.new_id(&key)?);
    let command = Command::Group(GroupCommand::Create {
        id,
        name: body.name,
        external_id: body.external_id,
        members: body.members,
    });
    let find = move |account: &Account| account.group(id).map(|group| Group::of(account, group));
    Created::by(&caller, &key, command, format!("groups/{id}"), find).await
}

/// List the groups
///
/// For users with any privilege, and for API keys.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/groups", operation_id = "listGroups", tag = "groups",
    params(AccountPath, PageQuery),
    responses((status = 200, description = "A page of groups.", body = List<Group>))
)]
async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<List<Group>>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account.need_people(actor)?;
        let groups = account.groups().values().map(|group| (group.id.bits(), group));
        Ok(List::cut(groups, query.page(), |group| {
            Some(Group::of(account, group))
        }))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Get a group
///
/// For users with any privilege, and for API keys.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/groups/{group}", operation_id = "getGroup", tag = "groups",
    params(GroupPath), responses((status = 200, description = "The group.", body = Group))
)]
async fn get(caller: Caller<AccountsRead>, Path(path): Path<GroupPath>) -> Result<Answer<Group>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        let group = account.group(path.group).filter(|_| account.sees_people(actor));
        group
            .map(|group| Group::of(account, group))
            .ok_or(Refusal::NotFound { what: "group" })
    };
    Ok(Answer(caller.read(view).await?))
}

/// Change a group
///
/// Needs `users.manage`, or a key with `directory.provision`. New members get what the group is mapped to, former
/// members lose it, all in one step or not at all. Managers and keys without `directory.provision` also need the rights
/// to give by hand what the group gives.
#[utoipa::path(
    patch, path = "/v1/accounts/{account}/groups/{group}", operation_id = "changeGroup", tag = "groups",
    params(GroupPath), request_body = GroupChange,
    responses((status = 200, description = "The group after the change.", body = Group)),
    extensions(("x-problems" = json!(["already-exists", "not-enough-seats", "plan-excludes-shared-seats"])))
)]
async fn change(
    caller: Caller<AccountsManage>,
    Path(path): Path<GroupPath>,
    Json(mut body): Json<GroupChange>,
) -> Result<Answer<Option<Group>>, Problem> {
    let id = path.group;
    let command = Command::Group(GroupCommand::Change {
        id,
        members: body.take_members()?,
        name: body.name,
        external_id: body.external_id,
    });
    let view = move |account: &Account, (): &(), _| account.group(id).map(|group| Group::of(account, group));
    Ok(Answer(caller.execute(command, view).await?))
}

/// Delete a group
///
/// Needs what changing it needs. Its members lose what only this group gave them.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/groups/{group}", operation_id = "deleteGroup", tag = "groups",
    params(GroupPath), responses((status = 204, description = "The group was deleted.")),
    extensions(("x-problems" = json!(["not-enough-seats", "plan-excludes-shared-seats"])))
)]
async fn delete(caller: Caller<AccountsManage>, Path(path): Path<GroupPath>) -> Result<StatusCode, Problem> {
    let command = Command::Group(GroupCommand::Delete { id: path.group });
    Ok(caller.execute(command, |_, (), _| StatusCode::NO_CONTENT).await?)
}

/// Set what the members of a group get
///
/// Needs `settings.manage`, and the right to give by hand what changes: `seats.manage` for licenses, `users.manage` for
/// the team. Only owners and admins can map a role, not keys. It applies to all members of the group, in one step or
/// not at all: if there are not enough seats, nothing changes.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/groups/{group}/mapping", operation_id = "mapGroup", tag = "groups",
    params(GroupPath), request_body = GroupMapping,
    responses((status = 200, description = "The group with the mapping.", body = Group)),
    extensions(("x-problems" = json!(["not-enough-seats", "plan-excludes-shared-seats"])))
)]
async fn map(
    caller: Caller<AccountsManage>,
    Path(path): Path<GroupPath>,
    Json(body): Json<GroupMapping>,
) -> Result<Answer<Option<Group>>, Problem> {
    let id = path.group;
    let command = Command::Group(GroupCommand::Map {
        id,
        mapping: body.into(),
    });
    let view = move |account: &Account, (): &(), _| account.group(id).map(|group| Group::of(account, group));
    Ok(Answer(caller.execute(command, view).await?))
}
