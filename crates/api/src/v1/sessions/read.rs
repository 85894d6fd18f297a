//! Reading sessions, including ended ones.

use axum::Json as Answer;
use serde::Deserialize;
use usher_app::{AccountsRead, Admitted, Caller};
use usher_domain::permission::{Scope, SessionPermission};
use usher_domain::text::{ExternalId, Product};
use usher_domain::{Account, Actor, PoolId, Refusal, SignInId, UserId, presence};
use usher_journal::{Cursor, SessionFilter, SessionRow, SignInRow};
use utoipa::IntoParams;

use super::dto::{Session, Sight};
use crate::extract::{Limit, List, Path, Query};
use crate::problem::Problem;
use crate::v1::ended::{self, need_presence};
use crate::v1::path::{AccountPath, SessionPath};
use crate::v1::schema;

/// A state to filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Standby,
    Active,
    Paused,
    Ending,
    Ended,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Standby => "standby",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Ending => "ending",
            Self::Ended => "ended",
        }
    }
}

/// Which sessions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionQuery {
    /// Only those in this state. Ended ones are only listed with `ended`, newest first; a page of them may have fewer
    /// than `limit` although more follow.
    #[param(value_type = Option<schema::SessionState>)]
    state: Option<State>,
    /// Only those of this user.
    #[param(value_type = Option<schema::UserId>)]
    user: Option<UserId>,
    /// Only those of this product.
    #[param(value_type = Option<schema::Product>)]
    product: Option<Product>,
    /// Only those of this pool.
    #[param(value_type = Option<schema::PoolId>)]
    pool: Option<PoolId>,
    /// Only those with this id in a vendor's own system, exactly.
    #[param(value_type = Option<schema::ExternalId>)]
    external_id: Option<ExternalId>,
    /// The most things on the page.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

impl SessionQuery {
    fn takes(&self, session: &presence::Session) -> bool {
        self.state
            .is_none_or(|state| state.as_str() == session.state.as_str())
            && self.user.is_none_or(|user| user == session.user)
            && self.pool.is_none_or(|pool| Some(pool) == session.pool)
            && (self.external_id.as_ref()).is_none_or(|id| session.labels.external_id.as_ref() == Some(id))
            && self
                .product
                .as_ref()
                .is_none_or(|product| *product == session.product)
    }

    fn takes_row(&self, row: &SessionRow) -> bool {
        let product = self.product.as_ref().map(Product::as_str);
        row.end.is_some()
            && self.pool.is_none_or(|pool| Some(pool) == row.pool)
            && product.is_none_or(|product| product == row.product.as_str())
    }
}

/// List the sessions
///
/// Those that the caller may view: their own with `view_own`, everybody's with `view_account`. A paused session is only
/// listed for its user.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/sessions", operation_id = "listSessions", tag = "sessions",
    params(AccountPath, SessionQuery),
    responses((status = 200, description = "A page of sessions.", body = List<Session>)),
    extensions(("x-problems" = json!(["sign-in-ended", "ticket-ended"])))
)]
pub(super) async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<SessionQuery>,
) -> Result<Answer<List<Session>>, Problem> {
    if query.state == Some(State::Ended) {
        return list_ended(&caller, &query).await.map(Answer);
    }
    let (actor, sight) = (caller.actor.clone(), Sight::of(&caller));
    let view = move |account: &Account, now| {
        need_presence(account, &actor)?;
        let page = query.limit.after(query.cursor);
        let sessions = account.sessions().values().map(|it| (it.id.bits(), it));
        Ok(List::cut(sessions, page, |session| {
            let shown = query.takes(session) && account.sees_session(&actor, session);
            shown.then(|| Session::of(account, session, &sight, now))
        }))
    };
    ended::read(&caller, view).await.map(Answer)
}

/// The users whose ended sessions a caller may see.
enum VisibleUsers {
    All,
    OfUser(UserId),
    OfSignIn(UserId, SignInId),
    None,
}

impl VisibleUsers {
    fn of(account: &Account, actor: &Actor) -> Result<Self, Refusal> {
        need_presence(account, actor)?;
        let may = |permission| account.has_session_permission(actor, permission);
        if account.key_has(actor, Scope::SignInsWrite) || may(SessionPermission::ViewAccount) {
            return Ok(Self::All);
        }
        let own = account.user_of(actor).filter(|_| may(SessionPermission::ViewOwn));
        Ok(match (own, actor) {
            (None, _) => Self::None,
            (Some(user), Actor::SignIn(sign_in)) => Self::OfSignIn(user, *sign_in),
            (Some(user), _) => Self::OfUser(user),
        })
    }

    /// The user whose sessions to look for; `None` if there is nothing to look for.
    fn filter(&self, asked: Option<UserId>) -> Option<SessionFilter> {
        let user = match self {
            Self::None => return None,
            Self::All => asked,
            Self::OfUser(user) | Self::OfSignIn(user, _) => {
                if asked.is_some_and(|asked| asked != *user) {
                    return None;
                }
                Some(*user)
            }
        };
        Some(SessionFilter {
            user,
            ..SessionFilter::default()
        })
    }

    fn takes(&self, row: &SessionRow) -> bool {
        match self {
            Self::OfSignIn(_, sign_in) => row.sign_in == *sign_in,
            _ => true,
        }
    }
}

async fn list_ended(caller: &Admitted, query: &SessionQuery) -> Result<List<Session>, Problem> {
    let actor = caller.actor.clone();
    let seen = ended::read(caller, move |account, _| VisibleUsers::of(account, &actor)).await?;
    let external_id = query.external_id.as_ref().map(ToString::to_string);
    let filter = seen.filter(query.user).map(|filter| SessionFilter {
        external_id,
        ..filter
    });
    let Some(filter) = filter else {
        return Ok(List {
            items: Vec::new(),
            next_cursor: None,
        });
    };
    let page = query.limit.after(query.cursor);
    let page = caller
        .app
        .records()
        .list_sessions(caller.account, filter, page)
        .await?;
    let mut rows = Vec::with_capacity(page.items.len());
    for row in page.items {
        if query.takes_row(&row) && seen.takes(&row) {
            rows.push(with_host(caller, row).await?);
        }
    }
    let items = show_ended(caller, rows).await?;
    Ok(List {
        items,
        next_cursor: page.next,
    })
}

/// Get a session
///
/// For those who may view it. An ended one is shown with the reason.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/sessions/{session}", operation_id = "getSession", tag = "sessions",
    params(SessionPath), responses((status = 200, description = "The session.", body = Session))
)]
pub(super) async fn get(
    caller: Caller<AccountsRead>,
    Path(path): Path<SessionPath>,
) -> Result<Answer<Session>, Problem> {
    let (actor, sight) = (caller.actor.clone(), Sight::of(&caller));
    let view = move |account: &Account, now| {
        let session = account.sessions().get(&path.session)?;
        let shown = account.sees_session(&actor, session);
        Some(shown.then(|| Session::of(account, session, &sight, now)))
    };
    let seen = ended::read(&caller, move |account, now| Ok(view(account, now))).await?;
    let shown = match seen {
        Some(shown) => shown,
        None => ended_session(&caller, path.session).await?,
    };
    shown.map(Answer).ok_or_else(|| Problem::not_found("session"))
}

/// An ended session, if the caller may see it.
pub(super) async fn ended_session(
    caller: &Admitted,
    id: usher_domain::SessionId,
) -> Result<Option<Session>, Problem> {
    let Some(row) = ended::session(caller, id).await? else {
        return Ok(None);
    };
    let rows = vec![with_host(caller, row).await?];
    Ok(show_ended(caller, rows).await?.pop())
}

type Ended = (SessionRow, Option<SignInRow>);

async fn with_host(caller: &Admitted, row: SessionRow) -> Result<Ended, Problem> {
    let host = caller.app.records().sign_in(caller.account, row.sign_in).await?;
    Ok((row, host))
}

async fn show_ended(caller: &Admitted, rows: Vec<Ended>) -> Result<Vec<Session>, Problem> {
    let view = move |account: &Account, _: &Actor, _| {
        let shown = rows
            .iter()
            .map(|(row, host)| Session::of_ended(account, row, host.as_ref()));
        Ok(shown.collect())
    };
    Ok(caller.read(view).await?)
}
