//! Requests for seats (L14): users ask, and those who manage seats answer.

use axum::Json as Answer;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsManage, AccountsRead, Caller};
use usher_domain::command::SeatRequestCommand;
use usher_domain::permission::Privilege;
use usher_domain::text::{Note, Product};
use usher_domain::{Account, Actor, Command, Refusal, UserId, seat_request, user};
use usher_journal::{Cursor, Page};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dto::User;
use super::rights::NewLicense;
use crate::extract::{Json, List, PageQuery, Path, Query};
use crate::problem::Problem;
use crate::server::Server;
use crate::v1::path::{AccountPath, LicensePath};
use crate::v1::schema;
use crate::v1::time::Time;

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(send, get, withdraw))
        .routes(routes!(grant))
        .routes(routes!(decline))
}

/// A user's request for a seat of a product.
#[derive(Debug, Serialize, ToSchema)]
struct SeatRequest {
    /// The user.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// The user's name.
    #[schema(value_type = schema::Name)]
    user_name: String,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: Product,
    /// Why the user needs the seat.
    #[schema(value_type = schema::Note)]
    note: Note,
    /// When it was sent, or its note was changed.
    sent_at: Time,
    /// The answer, if it was declined; null while the request is open.
    #[schema(required)]
    declined: Option<Declined>,
}

/// The answer to a request that was declined.
#[derive(Debug, Serialize, ToSchema)]
struct Declined {
    /// When.
    at: Time,
    /// The name of the person or key that declined it; null if it was the operator.
    #[schema(required, value_type = Option<schema::Name>)]
    by_name: Option<String>,
    /// The reason.
    #[schema(required, value_type = Option<schema::Note>)]
    note: Option<String>,
}

/// A request for a seat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSeatRequest {
    /// Why the user needs the seat.
    #[schema(value_type = schema::Note, example = "I stand in for Amara until Friday.")]
    note: Note,
}

/// The license that a user gets who asked for a seat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeatGrant {
    /// The license.
    license: NewLicense,
}

/// The answer that there is no seat.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeatDecline {
    /// The reason, which the user is told.
    #[serde(default)]
    #[schema(value_type = Option<schema::Note>)]
    note: Option<Note>,
}

impl SeatRequest {
    fn of(
        account: &Account,
        user: &user::User,
        product: &Product,
        request: &seat_request::SeatRequest,
    ) -> Self {
        let declined = request.declined.as_ref().map(|declined| Declined {
            at: account.shown(declined.at).into(),
            by_name: declined.by.name.as_ref().map(|name| name.reveal().to_string()),
            note: declined.by.note.as_ref().map(|note| note.reveal().to_string()),
        });
        Self {
            user: user.id,
            user_name: user.profile.name.reveal().to_string(),
            product: product.clone(),
            note: request.note.reveal().clone(),
            sent_at: account.shown(request.sent_at).into(),
            declined,
        }
    }

    fn find(account: &Account, path: &LicensePath) -> Option<Self> {
        let user = account.user(path.user)?;
        let request = user.seat_request(&path.product)?;
        Some(Self::of(account, user, &path.product, request))
    }
}

/// List the open requests for seats
///
/// Needs `seats.manage`. The oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/seat-requests", operation_id = "listSeatRequests", tag = "users",
    params(AccountPath, PageQuery),
    responses((status = 200, description = "A page of requests.", body = List<SeatRequest>))
)]
async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<List<SeatRequest>>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account.need_in_account(actor, Privilege::SeatsManage)?;
        let page = query.page();
        let mut rows: Vec<_> = account
            .open_seat_requests()
            .map(|(user, product, request)| {
                let index = user.seat_requests().keys().position(|other| other == product);
                let index = u32::try_from(index.unwrap_or_default()).unwrap_or_default();
                let place = Cursor::new(request.sent_at, user.id.bits(), index);
                (place, (user, product, request))
            })
            .filter(|(place, _)| page.after().is_none_or(|after| after < *place))
            .collect();
        rows.sort_unstable_by_key(|(place, _)| *place);
        rows.truncate(page.limit() + 1);
        let page = Page::cut(rows, page.limit());
        Ok(List::of(page, |(user, product, request)| {
            SeatRequest::of(account, user, product, request)
        }))
    };
    Ok(Answer(caller.read(view).await?))
}

/// Ask for a seat
///
/// For the user, and for API keys with `sign-ins.write`. The product is one that the account has bought, and of which the
/// user has no named seat for good. If the user asks already, the note replaces the previous one.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/users/{user}/seat-requests/{product}", operation_id = "sendSeatRequest",
    tag = "users", params(LicensePath), request_body = NewSeatRequest,
    responses((status = 200, description = "The request.", body = SeatRequest))
)]
async fn send(
    caller: Caller<AccountsManage>,
    Path(path): Path<LicensePath>,
    Json(body): Json<NewSeatRequest>,
) -> Result<Answer<Option<SeatRequest>>, Problem> {
    let command = Command::SeatRequest(SeatRequestCommand::Send {
        user: path.user,
        product: path.product.clone(),
        note: body.note,
    });
    let view = move |account: &Account, (): &(), _| SeatRequest::find(account, &path);
    Ok(Answer(caller.execute(command, view).await?))
}

/// Get a request for a seat
///
/// For the user, for users with any privilege, and for API keys. A request that was declined is there until its user
/// withdraws it.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/users/{user}/seat-requests/{product}", operation_id = "getSeatRequest",
    tag = "users", params(LicensePath),
    responses((status = 200, description = "The request.", body = SeatRequest))
)]
async fn get(
    caller: Caller<AccountsRead>,
    Path(path): Path<LicensePath>,
) -> Result<Answer<SeatRequest>, Problem> {
    let view = move |account: &Account, actor: &Actor, _| {
        account.visible_user(actor, path.user)?;
        let found = SeatRequest::find(account, &path);
        found.ok_or(Refusal::NotFound { what: "request" })
    };
    Ok(Answer(caller.read(view).await?))
}

/// Withdraw a request for a seat
///
/// For the user, and for API keys with `sign-ins.write`. Also puts away the answer to a request that was declined.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/users/{user}/seat-requests/{product}", operation_id = "withdrawSeatRequest",
    tag = "users", params(LicensePath),
    responses((status = 204, description = "The user does not ask for a seat of the product."))
)]
async fn withdraw(
    caller: Caller<AccountsManage>,
    Path(path): Path<LicensePath>,
) -> Result<StatusCode, Problem> {
    let command = Command::SeatRequest(SeatRequestCommand::Withdraw {
        user: path.user,
        product: path.product,
    });
    Ok(caller.execute(command, |_, (), _| StatusCode::NO_CONTENT).await?)
}

/// Give a seat to a user who asks for one
///
/// Needs `seats.manage`. Gives the license as `setLicense` does. If the user asks no more, the answer is
/// `changed-meanwhile`.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/users/{user}/seat-requests/{product}/grant", operation_id = "grantSeatRequest",
    tag = "users", params(LicensePath), request_body = SeatGrant,
    responses((status = 200, description = "The user with the license.", body = User)),
    extensions(("x-problems" = json!(["changed-meanwhile", "not-enough-seats", "plan-excludes-shared-seats"])))
)]
async fn grant(
    caller: Caller<AccountsManage>,
    Path(path): Path<LicensePath>,
    Json(body): Json<SeatGrant>,
) -> Result<Answer<Option<User>>, Problem> {
    let (license, until) = body.license.parts();
    let command = Command::SeatRequest(SeatRequestCommand::Grant {
        user: path.user,
        product: path.product,
        license,
        until,
    });
    let view =
        move |account: &Account, (): &(), _| account.user(path.user).map(|user| User::of(account, user));
    Ok(Answer(caller.execute(command, view).await?))
}

/// Decline a request for a seat
///
/// Needs `seats.manage`. The user is told the reason. If the user asks no more, the answer is `changed-meanwhile`.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/users/{user}/seat-requests/{product}/decline",
    operation_id = "declineSeatRequest", tag = "users", params(LicensePath), request_body = SeatDecline,
    responses((status = 200, description = "The request, declined.", body = SeatRequest)),
    extensions(("x-problems" = json!(["changed-meanwhile"])))
)]
async fn decline(
    caller: Caller<AccountsManage>,
    Path(path): Path<LicensePath>,
    Json(body): Json<SeatDecline>,
) -> Result<Answer<Option<SeatRequest>>, Problem> {
    let command = Command::SeatRequest(SeatRequestCommand::Decline {
        user: path.user,
        product: path.product.clone(),
        note: body.note,
    });
    let view = move |account: &Account, (): &(), _| SeatRequest::find(account, &path);
    Ok(Answer(caller.execute(command, view).await?))
}
