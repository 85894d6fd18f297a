//! Listing and filtering users.

use axum::Json as Answer;
use serde::Deserialize;
use usher_app::{AccountsRead, Caller};
use usher_domain::permission::Role;
use usher_domain::text::{Email, ExternalId, Product, address};
use usher_domain::user::{self, License};
use usher_domain::{Account, Actor, GroupId, PoolId, TeamId};
use usher_journal::Cursor;
use utoipa::{IntoParams, ToSchema};

use super::dto::User;
use crate::extract::{Limit, List, Query};
use crate::problem::Problem;
use crate::v1::path::AccountPath;
use crate::v1::schema;

/// Which users to list. All given filters must match.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct UserQuery {
    /// Only those with a license for this product; with `license`, the product it refers to.
    #[param(value_type = Option<schema::Product>)]
    product: Option<Product>,
    /// Only those with a license of this kind, or with none.
    #[param(inline)]
    license: Option<LicenseKind>,
    /// Only those in this pool.
    #[param(value_type = Option<schema::PoolId>)]
    pool: Option<PoolId>,
    /// Only those in this team.
    #[param(value_type = Option<schema::TeamId>)]
    team: Option<TeamId>,
    /// Only those in this group.
    #[param(value_type = Option<schema::GroupId>)]
    group: Option<GroupId>,
    /// Only those who are active, or inactive.
    #[param(inline)]
    status: Option<Status>,
    /// Only those with this role.
    #[param(value_type = Option<schema::Role>)]
    role: Option<Role>,
    /// Only the one with this e-mail address, exactly.
    #[param(value_type = Option<schema::Email>)]
    email: Option<Email>,
    /// Only the one with this id in a vendor's own system, exactly.
    #[param(value_type = Option<schema::ExternalId>)]
    external_id: Option<ExternalId>,
    /// Only those whose name or e-mail address contains this, ignoring case.
    q: Option<String>,
    /// The most users on the page.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LicenseKind {
    Named,
    Shared,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    Active,
    Inactive,
}

impl LicenseKind {
    const fn of(license: License) -> Self {
        match license {
            License::Named => Self::Named,
            License::Shared(_) => Self::Shared,
        }
    }
}

impl UserQuery {
    fn fits(&self, user: &user::User) -> bool {
        let fits_status = self.status.is_none_or(|it| user.active == (it == Status::Active));
        let fits_role = self.role.is_none_or(|role| user.profile.role == role);
        let fits_team = self.team.is_none_or(|team| user.teams().contains(&team));
        let fits_group = self.group.is_none_or(|group| user.groups().contains(&group));
        let in_pool = |pool| user.licenses.values().any(|it| *it == License::Shared(pool));
        fits_status
            && fits_role
            && fits_team
            && fits_group
            && self.pool.is_none_or(in_pool)
            && self.fits_license(user)
            && self.fits_words(user)
    }

    /// The only user that the filters by address and external id can match; `None` if neither is given.
    #[expect(
        clippy::option_option,
        reason = "not asked, nobody and somebody are three answers"
    )]
    fn exact<'a>(&self, account: &'a Account) -> Option<Option<&'a user::User>> {
        let by_email = self.email.as_ref().map(|email| account.user_by_email(email));
        let by_id = self.external_id.as_ref();
        let by_id = by_id.map(|id| account.user_by_external_id(id));
        match (by_email, by_id) {
            (Some(one), Some(other)) => Some(one.filter(|one| other.is_some_and(|other| other.id == one.id))),
            (one, other) => one.or(other),
        }
    }

    fn fits_license(&self, user: &user::User) -> bool {
        let of_product =
            |(product, _): &(&Product, &License)| self.product.as_ref().is_none_or(|it| it == *product);
        let mut kinds = user
            .licenses
            .iter()
            .filter(of_product)
            .map(|(_, it)| LicenseKind::of(*it));
        match self.license {
            Some(LicenseKind::None) => kinds.next().is_none(),
            Some(kind) => kinds.any(|it| it == kind),
            None => self.product.is_none() || kinds.next().is_some(),
        }
    }

    fn fits_words(&self, user: &user::User) -> bool {
        self.q.as_ref().is_none_or(|words| {
            let name = user.profile.name.reveal().as_str().to_lowercase();
            name.contains(words) || user.profile.email.reveal().as_str().contains(words)
        })
    }
}

/// List the users
///
/// Those that the caller may see: all, for users with any privilege and for API keys; otherwise only themselves.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/users", operation_id = "listUsers", tag = "users",
    params(AccountPath, UserQuery),
    responses((status = 200, description = "A page of users.", body = List<User>))
)]
pub(super) async fn list(
    caller: Caller<AccountsRead>,
    Query(mut query): Query<UserQuery>,
) -> Result<Answer<List<User>>, Problem> {
    query.q = query.q.map(|words| address::folded(&words));
    let page = query.limit.after(query.cursor);
    let view = move |account: &Account, actor: &Actor, _| {
        let show = |user: &user::User| {
            let shown = account.visible_person(actor, user.id).is_ok() && query.fits(user);
            shown.then(|| User::of(account, user))
        };
        let users: Box<dyn Iterator<Item = (u128, &user::User)>> = match query.exact(account) {
            Some(one) => Box::new(one.into_iter().map(|user| (user.id.bits(), user))),
            None => Box::new(account.users().values().map(|user| (user.id.bits(), user))),
        };
        Ok(List::cut(users, page, show))
    };
    Ok(Answer(caller.read(view).await?))
}
