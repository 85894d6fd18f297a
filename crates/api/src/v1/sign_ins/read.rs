//! Reading sign-ins.

use axum::Json as Answer;
use serde::Deserialize;
use usher_app::{AccountsRead, Caller};
use usher_domain::refusal::StateRefusal;
use usher_domain::text::Product;
use usher_domain::{Account, PoolId, Refusal, UserId, presence};
use usher_journal::Cursor;
use utoipa::IntoParams;

use super::dto::SignIn;
use crate::extract::{Limit, List, Path, Query};
use crate::problem::Problem;
use crate::v1::ended::{self, need_presence};
use crate::v1::path::{AccountPath, SignInPath};
use crate::v1::schema;

/// Which sign-ins to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInFilter {
    /// Only those of this user.
    #[param(value_type = Option<schema::UserId>)]
    user: Option<UserId>,
    /// Only those for this product.
    #[param(value_type = Option<schema::Product>)]
    product: Option<Product>,
    /// Only those of users of this pool.
    #[param(value_type = Option<schema::PoolId>)]
    pool: Option<PoolId>,
    /// The most things on the page.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

impl SignInFilter {
    fn takes(&self, sign_in: &presence::SignIn) -> bool {
        self.user.is_none_or(|user| user == sign_in.user)
            && self.pool.is_none_or(|pool| Some(pool) == sign_in.pool)
            && self
                .product
                .as_ref()
                .is_none_or(|product| *product == sign_in.product)
    }
}

/// List the sign-ins
///
/// Callers who may see the account's users see all; users and their devices see their own.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/sign-ins", operation_id = "listSignIns", tag = "sign-ins",
    params(AccountPath, SignInFilter),
    responses((status = 200, description = "A page of sign-ins.", body = List<SignIn>)),
    extensions(("x-problems" = json!(["sign-in-ended", "ticket-ended"])))
)]
pub(super) async fn list(
    caller: Caller<AccountsRead>,
    Query(filter): Query<SignInFilter>,
) -> Result<Answer<List<SignIn>>, Problem> {
    let actor = caller.actor.clone();
    let view = move |account: &Account, now| {
        need_presence(account, &actor)?;
        let page = filter.limit.after(filter.cursor);
        let sign_ins = account.sign_ins().values().map(|it| (it.id.bits(), it));
        Ok(List::cut(sign_ins, page, |sign_in| {
            let shown = filter.takes(sign_in) && account.sees_user(&actor, sign_in.user);
            shown.then(|| SignIn::of(account, sign_in, now))
        }))
    };
    ended::read(&caller, view).await.map(Answer)
}

/// Get a sign-in
///
/// For those who see the account's users, the user, and the user's devices.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/sign-ins/{sign_in}", operation_id = "getSignIn", tag = "sign-ins",
    params(SignInPath), responses((status = 200, description = "The sign-in.", body = SignIn)),
    extensions(("x-problems" = json!(["sign-in-ended"])))
)]
pub(super) async fn get(
    caller: Caller<AccountsRead>,
    Path(path): Path<SignInPath>,
) -> Result<Answer<SignIn>, Problem> {
    let (actor, id) = (caller.actor.clone(), path.sign_in);
    let view = move |account: &Account, now| {
        let sign_in = account
            .sign_ins()
            .get(&id)
            .ok_or(Refusal::State(StateRefusal::SignInEnded { id }))?;
        if !account.sees_sign_in(&actor, sign_in) {
            return Err(Refusal::NotFound { what: "sign-in" });
        }
        Ok(SignIn::of(account, sign_in, now))
    };
    ended::read(&caller, view).await.map(Answer)
}
