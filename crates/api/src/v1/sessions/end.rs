//! Ending sessions, one or many (S9).

use axum::Json as Answer;
use usher_app::{AccountsManage, Admitted, Caller};
use usher_domain::command::SessionCommand;
use usher_domain::presence::JoinProof;
use usher_domain::{Account, Command, SessionId, Timestamp};
use usher_engine::Failure;

use super::dto::{SESSIONS_MAX, Session, Sight};
use super::read;
use super::requests::{Ending, Endings};
use crate::extract::{Json, List, Path, Query};
use crate::problem::Problem;
use crate::v1::acting::{self, CapacityQuery, On, as_user, as_user_of_all};
use crate::v1::ended;
use crate::v1::optional::Optional;
use crate::v1::path::{AccountPath, SessionPath};

/// End a session
///
/// Its user and its device end it at once. Anybody who may control the account's sessions can end it, too: both sides
/// get the message, and it closes after the pool's `end_notice_secs`, or at once when its own side confirms by ending
/// it. Ending an ended session changes nothing. A caller who may do both chooses with `as`; a reason is stored either
/// way.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/sessions/{session}/end", operation_id = "endSession", tag = "sessions",
    params(SessionPath, CapacityQuery), request_body = Option<Ending>,
    responses((status = 200, description = "The session: `ended`, or `ending` during the notice period.", body = Session))
)]
pub(super) async fn end(
    caller: Caller<AccountsManage>,
    Path(path): Path<SessionPath>,
    Query(query): Query<CapacityQuery>,
    Optional(body): Optional<Ending>,
) -> Result<Answer<Session>, Problem> {
    let is_as_user = acting::is_user(query.acting);
    let caller = as_user(caller.into_admitted(), is_as_user, On::Session(path.session)).await?;
    let command = Command::Session(SessionCommand::End {
        ids: vec![path.session],
        note: body.reason,
        acting: query.acting,
        proof: JoinProof::None,
    });
    let shown = match caller
        .try_execute(command, present(&caller, vec![path.session]))
        .await
    {
        Ok(mut shown) => shown.pop().flatten(),
        Err(Failure::Refused(usher_domain::Refusal::NotFound { .. })) => None,
        Err(failure) => return Err(ended::problem(&caller, failure).await),
    };
    let shown = match shown {
        Some(shown) => Some(shown),
        None => read::ended_session(&caller, path.session).await?,
    };
    shown.map(Answer).ok_or_else(|| Problem::not_found("session"))
}

/// End sessions
///
/// Up to 100, all or none, as if one by one. Those that have already ended are ignored; the answer shows them as they
/// are. An operator key with `?as=user` acts as one user: all must be sessions of that user.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/sessions/end", operation_id = "endSessions", tag = "sessions",
    params(AccountPath, CapacityQuery), request_body = Endings,
    responses((status = 200, description = "The sessions, in the order of the request.", body = List<Session>))
)]
pub(super) async fn end_many(
    caller: Caller<AccountsManage>,
    Query(query): Query<CapacityQuery>,
    Json(body): Json<Endings>,
) -> Result<Answer<List<Session>>, Problem> {
    if !(1..=SESSIONS_MAX).contains(&body.ids.len()) {
        return Err(Problem::invalid(
            "ids",
            format!("must be 1 to {SESSIONS_MAX} ids"),
        ));
    }
    let is_as_user = acting::is_user(query.acting);
    let caller = as_user_of_all(caller.into_admitted(), is_as_user, body.ids.clone()).await?;
    let view = present(&caller, body.ids.clone());
    let command = Command::Session(SessionCommand::End {
        ids: body.ids.clone(),
        note: body.reason,
        acting: query.acting,
        proof: JoinProof::None,
    });
    let shown = match caller.try_execute(command, view).await {
        Ok(shown) => shown,
        Err(failure) => match <[SessionId; 1]>::try_from(body.ids.as_slice()) {
            Ok([id]) => return Err(ended::session_problem(&caller, id, failure).await),
            Err(_) => return Err(ended::problem(&caller, failure).await),
        },
    };
    let mut items = Vec::with_capacity(shown.len());
    for (id, shown) in body.ids.into_iter().zip(shown) {
        match shown {
            Some(shown) => items.push(shown),
            None => items.extend(read::ended_session(&caller, id).await?),
        }
    }
    Ok(Answer(List {
        items,
        next_cursor: None,
    }))
}

/// Shows those of the sessions that have not ended.
fn present(
    caller: &Admitted,
    ids: Vec<SessionId>,
) -> impl Fn(&Account, &(), Timestamp) -> Vec<Option<Session>> + Send + 'static {
    let sight = Sight::of(caller);
    move |account, (), now| {
        let show = |id: &SessionId| {
            let session = account.sessions().get(id)?;
            Some(Session::of(account, session, &sight, now))
        };
        ids.iter().map(show).collect()
    }
}
