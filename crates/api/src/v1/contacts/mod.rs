//! Contacts: the users who share a team, and their presence (P4).

use axum::Json as Answer;
use serde::Serialize;
use usher_app::{AccountsRead, Caller};
use usher_domain::text::Name;
use usher_domain::{Account, UserId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ended::{self, need_presence};
use super::path::UserPath;
use super::schema;
use crate::extract::{List, PageQuery, Path, Query};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A user who shares a team with another.
#[derive(Debug, Serialize, ToSchema)]
struct Contact {
    /// The user.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// The user's name.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// Their presence. `available`: has a named license, or is signed in.
    #[schema(value_type = schema::Presence)]
    presence: &'static str,
}

/// List a user's contacts
///
/// The active users with whom the user shares a team, with their presence: for the user, their devices, and those who
/// see the account's users.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/users/{user}/contacts", operation_id = "listContacts", tag = "users",
    params(UserPath, PageQuery),
    responses((status = 200, description = "A page of contacts.", body = List<Contact>)),
    extensions(("x-problems" = json!(["sign-in-ended", "ticket-ended"])))
)]
async fn list(
    caller: Caller<AccountsRead>,
    Path(path): Path<UserPath>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<List<Contact>>, Problem> {
    let actor = caller.actor.clone();
    let view = move |account: &Account, _| {
        need_presence(account, &actor)?;
        let user = account.visible_user(&actor, path.user)?;
        let contacts = account.contacts(user).into_iter();
        let contacts = contacts.map(|contact| (contact.id.bits(), contact));
        Ok(List::cut(contacts, query.page(), |contact| {
            Some(Contact {
                user: contact.id,
                name: contact.profile.name.reveal().clone(),
                presence: account.presence(contact).as_str(),
            })
        }))
    };
    ended::read(&caller, view).await.map(Answer)
}
