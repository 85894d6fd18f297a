//! Teams: who sees whose presence (P4).

mod dto;

use axum::Json as Answer;
use axum::http::StatusCode;
use usher_app::{AccountsManage, AccountsRead, Caller};
use usher_domain::command::TeamCommand;
use usher_domain::{Account, Actor, Command, Refusal, TeamId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::dto::{NewTeam, Team, TeamChange};
use super::path::{AccountPath, TeamPath};
use crate::extract::{Created, IdempotencyHeader, IdempotencyKey, Json, List, PageQuery, Path, Query};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, change, delete))
}

/// Create a team
///
/// Needs `users.manage`.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/teams", operation_id = "createTeam", tag = "teams",
    params(AccountPath, IdempotencyHeader), request_body = NewTeam,
    responses(
        (status = 201, description = "The team.", body = Team),
        (status = 200, description = "The team that the same `Idempotency-Key` created.", body = Team),
    ),
    extensions(("x-problems" = json!(["already-exists", "idempotency-key-reused"])))
)]
async fn create(
    caller: Caller<AccountsManage>,
    key: IdempotencyKey,
    Json(body): Json<NewTeam>,
) -> Result<Created<Team>, Problem> {
    let id = TeamId::from_bits(caller.new_id(&key)?);
    let command = Command::Team(TeamCommand::Create {
        id,
        name: body.name,
        members: body.members,
    });
    let find = move |account: &Account| account.teams().get(&id).map(Team::from);
    Created::by(&caller, &key, command, format!("teams/{id}"), find).await
}

/// List the teams
///
/// For users with any privilege, and for API keys.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/teams", operation_id = "listTeams", tag = "teams",
    params(AccountPath, PageQuery),
    responses((status = 200, description = "A page of teams.", body = List<Team>))
)]
async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<List<Team>>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account.need_staff(actor)?;
        let teams = account.teams().values().map(|team| (team.id.bits(), team));
        Ok(List::cut(teams, query.page(), |team| Some(Team::from(team))))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Get a team
///
/// For users with any privilege, and for API keys.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/teams/{team}", operation_id = "getTeam", tag = "teams",
    params(TeamPath), responses((status = 200, description = "The team.", body = Team))
)]
async fn get(caller: Caller<AccountsRead>, Path(path): Path<TeamPath>) -> Result<Answer<Team>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        let team = account
            .teams()
            .get(&path.team)
            .filter(|_| account.is_staff(actor));
        team.map(Team::from).ok_or(Refusal::NotFound { what: "team" })
    };
    Ok(Answer(caller.read(view).await?))
}

/// Change a team
///
/// Needs `users.manage`. `members` is the whole list; `add_members` and `remove_members` change it without undoing
/// concurrent changes by other callers.
#[utoipa::path(
    patch, path = "/v1/accounts/{account}/teams/{team}", operation_id = "changeTeam", tag = "teams",
    params(TeamPath), request_body = TeamChange,
    responses((status = 200, description = "The team after the change.", body = Team)),
    extensions(("x-problems" = json!(["already-exists"])))
)]
async fn change(
    caller: Caller<AccountsManage>,
    Path(path): Path<TeamPath>,
    Json(body): Json<TeamChange>,
) -> Result<Answer<Option<Team>>, Problem> {
    let members = body.members()?;
    let command = Command::Team(TeamCommand::Change {
        id: path.team,
        name: body.name,
        members,
    });
    let view = move |account: &Account, (): &(), _| account.teams().get(&path.team).map(Team::from);
    Ok(Answer(caller.execute(command, view).await?))
}

/// Delete a team
///
/// Needs `users.manage`. Its members are not changed.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/teams/{team}", operation_id = "deleteTeam", tag = "teams",
    params(TeamPath), responses((status = 204, description = "The team was deleted.")),
    extensions(("x-problems" = json!(["in-a-mapping"])))
)]
async fn delete(caller: Caller<AccountsManage>, Path(path): Path<TeamPath>) -> Result<StatusCode, Problem> {
    let command = Command::Team(TeamCommand::Delete { id: path.team });
    Ok(caller.execute(command, |_, (), _| StatusCode::NO_CONTENT).await?)
}
