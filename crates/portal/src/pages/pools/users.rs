//! The users of a pool, and moving them to another pool.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, Uri};
use axum::response::{Redirect, Response};
use serde::Deserialize;
use usher_domain::command::LicenseCommand;
use usher_domain::permission::Privilege;
use usher_domain::text::counted;
use usher_domain::user::User;
use usher_domain::{Account, Actor, Command, PoolId, Refusal, Timestamp, UserId};

use super::edit::{Target, others};
use super::sign_ins::SignInShown;
use super::view::{Figures, search};
use super::{pool_id, pool_path, tell};
use crate::answer::{Frame, done, page, page_again};
use crate::asks::Remedy;
use crate::door::{ByItself, ViewerAt};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::linked::Linked;
use crate::live::{self, Live, LivePage};
use crate::nav::NavPage;
use crate::order::NameOrder;
use crate::pages::users::by_name;
use crate::paging::Paging;
use crate::said::named;
use crate::shown::{ProductLabel, pool_name};
use crate::viewer::Viewer;
use crate::work::{self, Answer, Question, Work};

/// Users per page.
const USERS_MAX: usize = 50;

#[derive(Template)]
#[template(path = "pools/users_page.html")]
pub(super) struct PoolUsersPage {
    frame: Frame,
    live: Live,
    form: Form,
    pool: PoolData,
}

/// The live part.
#[derive(Template)]
#[template(path = "pools/users.html")]
pub(super) struct PoolUsers {
    figures: Figures,
    users: Vec<UserShown>,
    paging: Paging,
    path: String,
    /// For a pool without users.
    remedy: Remedy,
    /// Whether users can be selected for moving.
    manages: bool,
}

/// The page's data outside of the live part.
struct PoolData {
    path: String,
    pools_path: String,
    name: String,
    product: ProductLabel,
    users: usize,
    manages: bool,
    others: Vec<Target>,
    search: Option<String>,
}

/// A user of the pool.
struct UserShown {
    id: UserId,
    who: Linked,
    email: String,
    /// Their state, as a label and its CSS class.
    state: Option<(String, &'static str)>,
    sign_ins: Vec<SignInShown>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct UsersQuery {
    #[serde(skip)]
    pool: Option<PoolId>,
    #[serde(default)]
    page: String,
}

pub(super) async fn show(
    viewer: Viewer,
    Path((_, pool)): Path<(String, String)>,
    query: Query<UsersQuery>,
    uri: Uri,
) -> Result<Response, Failed> {
    let id = pool_id(&pool)?;
    Ok(page(
        &users_page(&viewer, id, query.0, &uri, Form::default()).await?,
    ))
}

pub(super) async fn to_users(
    viewer: Viewer,
    Path((_, pool)): Path<(String, String)>,
) -> Result<Redirect, Failed> {
    let id = pool_id(&pool)?;
    Ok(Redirect::to(&format!("{}/users", pool_path(viewer.account, id))))
}

pub(super) async fn stream(
    viewer: Result<ViewerAt<ByItself>, Failed>,
    Path((_, pool)): Path<(String, String)>,
    Query(mut query): Query<UsersQuery>,
    headers: HeaderMap,
) -> Response {
    query.pool = pool.parse().ok();
    live::stream::<PoolUsersPage>(viewer, Query(query), headers).await
}

pub(super) async fn move_users(
    Path((_, pool)): Path<(String, String)>,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = pool_id(&pool)?;
    let need =
        |account: &Account, actor: &Actor, _| account.need_to_manage(actor, Privilege::SeatsManage, "pool");
    viewer.look(None, need).await?;
    let takes_all = form.value("which") == "all";
    let ticked: BTreeSet<UserId> = form.all("user").filter_map(|user| user.parse().ok()).collect();
    let target: Option<PoolId> = form.value("to").parse().ok();
    if target.is_none() {
        form.wrong("to", "Choose the pool to which they go.");
    }
    if ticked.is_empty() && !takes_all {
        form.wrong("", "Nobody is ticked. Tick the users who are to move.");
    }
    let (Some(to), true) = (target, form.is_right()) else {
        return again(&viewer, id, form).await;
    };
    if let Some(asked) = ask_first(&viewer, &form, id, to, (!takes_all).then(|| ticked.clone())).await? {
        return Ok(asked);
    }
    let after_work = Answer::of(&form) == Some(Answer::Wait);
    let who = if takes_all {
        "All users are".to_owned()
    } else {
        counted(ticked.len(), "user is", "users are")
    };
    let command = Command::License(LicenseCommand::MoveUsers {
        from: id,
        to,
        users: (!takes_all).then_some(ticked),
        after_work,
    });
    let name_of = move |account: &Account, (): &(), _| Some(pool_name(account, account.pool(to)?));
    match viewer.execute(command, name_of).await? {
        Ok(name) => {
            let mut back = pool_path(viewer.account, id);
            if !takes_all {
                back.push_str("/users");
            }
            let name = named(name.unwrap_or_default());
            let message = if after_work {
                format!("Users at work move to the pool {name} when they sign out; the others are there now.")
            } else {
                format!("{who} in the pool {name} now.")
            };
            Ok(done(&back, message))
        }
        Err(refusal) => {
            tell(&mut form, &refusal)?;
            again(&viewer, id, form).await
        }
    }
}

/// Asks before the move ends what users are doing with the product (L5). `ticked` is `None` for all users of the pool.
async fn ask_first(
    viewer: &Viewer,
    form: &Form,
    from: PoolId,
    to: PoolId,
    ticked: Option<BTreeSet<UserId>>,
) -> Result<Option<Response>, Failed> {
    let path = format!("{}/users", pool_path(viewer.account, from));
    let question = Question {
        nav: NavPage::SeatPools,
        action: format!("{path}/move"),
        back: path,
        may_wait: true,
        now: "Move now",
    };
    let see = move |account: &Account, actor: &Actor, _| {
        let pool = |id| account.pool(id).ok_or(Refusal::NotFound { what: "pool" });
        let (from, to) = (pool(from)?, pool(to)?);
        let users = ticked.as_ref().unwrap_or_else(|| from.users());
        let users = users.iter().filter(|id| from.users().contains(id));
        let users = users.filter_map(|id| account.user(*id));
        let asked = format!("Move to the pool {}?", named(pool_name(account, to)));
        Ok((asked, Work::of(account, actor, users, Some(&from.product))))
    };
    work::ask(viewer, form, question, see).await
}

async fn again(viewer: &Viewer, id: PoolId, form: Form) -> Result<Response, Failed> {
    let uri = format!("{}/users", pool_path(viewer.account, id));
    let uri = uri.parse().unwrap_or_default();
    let query = UsersQuery {
        pool: None,
        page: String::new(),
    };
    Ok(page_again(&users_page(viewer, id, query, &uri, form).await?))
}

async fn users_page(
    viewer: &Viewer,
    id: PoolId,
    mut query: UsersQuery,
    uri: &Uri,
    form: Form,
) -> Result<PoolUsersPage, Failed> {
    query.pool = Some(id);
    let (frame, live) = live::open::<PoolUsersPage>(viewer, query, uri).await?;
    let look = move |account: &Account, actor: &Actor, _| {
        let pool = account.pool(id).ok_or(Refusal::NotFound { what: "pool" })?;
        Ok(PoolData {
            path: pool_path(account.id(), id),
            pools_path: NavPage::SeatPools.path(account.id()),
            name: pool.name.to_string(),
            product: ProductLabel::of(account, &pool.product),
            users: pool.users().len(),
            manages: account.may(actor, Privilege::SeatsManage),
            others: others(account, id),
            search: search(account, actor, pool),
        })
    };
    let (_, pool) = viewer.look(None, look).await?;
    Ok(PoolUsersPage {
        frame,
        live,
        form,
        pool,
    })
}

impl LivePage for PoolUsersPage {
    type Query = UsersQuery;
    type Data = PoolUsers;
    type Fragment = PoolUsers;

    const NAV_PAGE: NavPage = NavPage::SeatPools;

    fn see(account: &Account, actor: &Actor, query: &UsersQuery, _: Timestamp) -> Result<PoolUsers, Refusal> {
        let pool = query.pool.and_then(|pool| account.pool(pool));
        let pool = pool.filter(|_| account.is_staff(actor));
        let pool = pool.ok_or(Refusal::NotFound { what: "pool" })?;
        let mut users: Vec<_> = pool
            .users()
            .iter()
            .filter_map(|user| account.user(*user))
            .collect();
        let paging = Paging::of(&query.page, USERS_MAX, users.len());
        // By name. Only the part that the page shows is sorted.
        let names = NameOrder::of_reader();
        let order =
            |one: &&User, other: &&User| by_name(&names, one, other).then_with(|| one.id.cmp(&other.id));
        if paging.skip > 0 {
            users.select_nth_unstable_by(paging.skip, order);
            users.drain(..paging.skip);
        }
        if users.len() > USERS_MAX {
            users.select_nth_unstable_by(USERS_MAX, order);
            users.truncate(USERS_MAX);
        }
        users.sort_unstable_by(order);
        let users = users.into_iter().map(|user| {
            let sign_ins = account.sign_ins_of(user, &pool.product);
            let place = account.ticket_of(user, &pool.product).map(|ticket| ticket.place);
            UserShown {
                id: user.id,
                who: Linked::user(account, actor, user),
                email: user.profile.email.reveal().to_string(),
                state: match place {
                    _ if !user.active => Some(("Inactive".to_owned(), "quiet")),
                    Some(place) => Some(match pool.position(place) {
                        Some(position) => (format!("Waits, place {position}"), "warn"),
                        None => ("A seat is offered".to_owned(), "good"),
                    }),
                    None => None,
                },
                sign_ins: sign_ins
                    .map(|sign_in| SignInShown::of(account, actor, sign_in))
                    .collect(),
            }
        });
        Ok(PoolUsers {
            figures: Figures::of(pool),
            users: users.collect(),
            paging,
            path: format!("{}/users", pool_path(account.id(), pool.id)),
            remedy: Remedy::licenses(account, actor),
            manages: account.may(actor, Privilege::SeatsManage),
        })
    }

    async fn show(_: &Viewer, _: &UsersQuery, seen: PoolUsers) -> Result<PoolUsers, Failed> {
        Ok(seen)
    }
}
