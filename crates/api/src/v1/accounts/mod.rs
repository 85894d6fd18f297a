//! Accounts: the operator's customers, what they have bought, and their minutes.

mod changes;
mod dates;
mod dto;
mod give_back;
mod management;
mod purchases;
mod subscription;

use std::sync::Arc;

use axum::Json as Answer;
use axum::http::StatusCode;
use usher_app::{AccountsManage, AccountsRead, Caller, Operator};
use usher_domain::command::AccountCommand;
use usher_domain::labels::LabelsPatch;
use usher_domain::refusal::StateRefusal;
use usher_domain::repeat::{ids_of_key, is_another_of_key, need_no_other};
use usher_domain::{Account as Of, AccountId, Actor, Command, Refusal, Timestamp};
use usher_engine::Failure;
use usher_journal::{AccountFilter, Cursor, PageRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::dto::{Account, AccountChange, AccountQuery, NewAccount, show};
use super::labels;
use super::path::AccountPath;
use crate::extract::{Created, IdempotencyHeader, IdempotencyKey, Json, List, Query};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, change, delete))
        .merge(subscription::routes())
        .merge(give_back::routes())
        .merge(management::routes())
        .merge(purchases::routes())
        .merge(changes::routes())
}

/// Create an account
///
/// Only for the operator.
#[utoipa::path(
    post, path = "/v1/accounts", operation_id = "createAccount", tag = "accounts",
    params(IdempotencyHeader), request_body = NewAccount,
    responses(
        (status = 201, description = "The account.", body = Account),
        (status = 200, description = "The account that the same `Idempotency-Key` created.", body = Account),
    ),
    extensions(("x-problems" = json!(["already-exists", "idempotency-key-reused"])))
)]
async fn create(
    operator: Operator<AccountsManage>,
    key: IdempotencyKey,
    Json(body): Json<NewAccount>,
) -> Result<Created<Account>, Problem> {
    // One at a time, so that two requests with one key do not both create an account.
    let app = Arc::clone(&operator.app);
    let _one_at_a_time = app.making_accounts().lock().await;
    let bits = key.bits(
        operator.app.identity(),
        None,
        &Actor::Operator,
        operator.app.engine().now(),
    )?;
    if key.is_given() {
        check_key(&operator, bits).await?;
    }
    let id = AccountId::from_bits(bits);
    let labels = labels::new(body.external_id, body.metadata);
    let view = |account: &Of, _: Timestamp| Account::from(account);
    match operator.create_account(id, body.name, labels, view).await {
        Ok((shown, existed)) => Ok(Created {
            existed,
            location: format!("/v1/accounts/{id}"),
            shown,
        }),
        Err(Failure::NoAccount) => Err(closed_since()),
        Err(failure) => Err(operator.in_account(id).problem(failure).await.into()),
    }
}

/// Refuses a key that created another account.
async fn check_key(operator: &Operator<AccountsManage>, bits: u128) -> Result<(), Problem> {
    let (first, _) = ids_of_key(bits);
    let before = Cursor::new(Timestamp::default(), first.saturating_sub(1), 0);
    let filter = AccountFilter {
        with_deleted: true,
        ..AccountFilter::default()
    };
    // One key creates at most one account.
    let rows = operator
        .app
        .records()
        .list_accounts(filter, PageRequest::new(1, Some(before)))
        .await?;
    let found = rows.items.first().map(|row| row.account.bits());
    need_no_other(found.is_some_and(|found| is_another_of_key(bits, found)))?;
    Ok(())
}

/// The answer to a repeated request whose account no longer exists.
fn closed_since() -> Problem {
    let refusal = Refusal::State(StateRefusal::AlreadyExists {
        what: "account",
        field: "id",
    });
    Problem::from(refusal)
        .detailed("The account that this `Idempotency-Key` created was closed since. Draw a new one.")
}

/// List the accounts
///
/// Only for the operator. Closed accounts are left out.
#[utoipa::path(
    get, path = "/v1/accounts", operation_id = "listAccounts", tag = "accounts",
    params(AccountQuery), responses((status = 200, description = "A page of accounts.", body = List<Account>))
)]
async fn list(
    operator: Operator<AccountsRead>,
    Query(query): Query<AccountQuery>,
) -> Result<Answer<List<Account>>, Problem> {
    let page = query.limit.after(query.cursor);
    let filter = AccountFilter {
        q: query.q,
        external_id: query.external_id.map(|id| id.to_string()),
        ..AccountFilter::default()
    };
    let rows = operator.app.records().list_accounts(filter, page).await?;
    Ok(Answer(List::of(rows, Account::from)))
}

/// Get an account
///
/// For the operator, for users with any privilege, and for API keys of the account.
#[utoipa::path(
    get, path = "/v1/accounts/{account}", operation_id = "getAccount", tag = "accounts",
    params(AccountPath), responses((status = 200, description = "The account.", body = Account))
)]
async fn get(caller: Caller<AccountsRead>) -> Result<Answer<Account>, Problem> {
    let view = |account: &Of, actor: &Actor, _| {
        account.need_staff(actor)?;
        Ok(Account::from(account))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Change an account
///
/// Only for the operator.
#[utoipa::path(
    patch, path = "/v1/accounts/{account}", operation_id = "changeAccount", tag = "accounts",
    params(AccountPath), request_body = AccountChange,
    responses((status = 200, description = "The account after the change.", body = Account))
)]
async fn change(
    caller: Caller<AccountsManage>,
    Json(body): Json<AccountChange>,
) -> Result<Answer<Account>, Problem> {
    let command = Command::Account(AccountCommand::Change {
        name: body.name,
        labels: LabelsPatch {
            external_id: body.external_id,
            metadata: body.metadata,
        },
    });
    Ok(Answer(caller.execute(command, show).await?))
}

/// Close an account
///
/// Only for the operator. Every device is signed out and told so; every credential of the account is revoked. This
/// cannot be undone.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}", operation_id = "deleteAccount", tag = "accounts",
    params(AccountPath), responses((status = 204, description = "The account is closed."))
)]
async fn delete(caller: Caller<AccountsManage>) -> Result<StatusCode, Problem> {
    caller.close_account().await?;
    Ok(StatusCode::NO_CONTENT)
}
