//! The operations on users and groups: each is one command, derived from the account's state in the same step. So
//! conditions hold at the moment of the change, and two writers never undo each other's changes.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value};
use usher_domain::command::{GroupCommand, UserCommand};
use usher_domain::user::User;
use usher_domain::{Account, Command, GroupId, UserId};

use super::condition::Condition;
use super::error::Error;
use super::patch::operations;
use super::request::{Reply, Scim};
use super::resource::{Item, Kind, Shown};
use super::selection::Selection;
use super::{groups, users};

/// The most members of a group shown in the answer to a change: for a larger group the answer has no body.
const MEMBERS_SHOWN_MAX: usize = 1_000;

/// A change of one resource.
pub(super) struct Change {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) condition: Condition,
    pub(super) selection: Selection,
}

/// The command for something new.
type MakeNew = Box<dyn Fn(&Account) -> Result<Command, Error> + Send>;

/// The command for a resource in its current state.
type Make = Box<dyn Fn(&Account, Item<'_>) -> Result<Command, Error> + Send>;

impl Scim {
    /// Shows one resource, or says that the client has the current version (304).
    pub(super) async fn get(&self, change: Change) -> Result<Reply, Error> {
        let Change {
            kind,
            id,
            condition,
            selection,
        } = change;
        let base = Arc::clone(&self.base);
        let shown = self.look(move |account| {
            let item = kind.find(account, &id);
            item.map(|item| item.shown(account, &base, &selection))
        });
        let shown = shown.await?.ok_or_else(|| Error::not_found(kind.noun()))?;
        if condition.is_known(&shown.version) {
            return Ok(Reply::shown(StatusCode::OK, shown).without_body(StatusCode::NOT_MODIFIED));
        }
        Ok(Reply::shown(StatusCode::OK, shown))
    }

    /// Creates a resource.
    pub(super) async fn create(
        &self,
        kind: Kind,
        body: &Map<String, Value>,
        selection: Selection,
    ) -> Result<Reply, Error> {
        super::intake::need_schema(body, kind.schema().urn)?;
        let bits = self.caller.draw_id()?;
        let (make, id): (MakeNew, _) = match kind {
            Kind::User => {
                let (person, id) = (users::Description::read(body)?, UserId::from_bits(bits));
                (Box::new(move |_: &Account| person.create(id)), id.to_string())
            }
            Kind::Group => {
                let (group, id) = (groups::Description::read(body)?, GroupId::from_bits(bits));
                let make = move |account: &Account| Ok(group.create(account, id));
                (Box::new(make), id.to_string())
            }
        };
        let base = Arc::clone(&self.base);
        let view = move |account: &Account| {
            let item = kind.find(account, &id);
            item.map(|item| item.shown(account, &base, &selection))
        };
        let shown = self.propose(make, view).await?;
        let shown = shown.ok_or_else(|| Error::not_found(kind.noun()))?;
        Ok(Reply::shown(StatusCode::CREATED, shown))
    }

    /// Replaces a resource by the body.
    pub(super) async fn replace(&self, change: Change, body: &Map<String, Value>) -> Result<Reply, Error> {
        super::intake::need_schema(body, change.kind.schema().urn)?;
        let make: Make = match change.kind {
            Kind::User => {
                let person = users::Description::read(body)?;
                Box::new(move |_, item| match item {
                    Item::User(user) => person.replace(user),
                    Item::Group(_) => Err(Error::not_found("user")),
                })
            }
            Kind::Group => {
                let described = groups::Description::read(body)?;
                Box::new(move |account, item| match item {
                    Item::Group(group) => Ok(described.replace(account, group)),
                    Item::User(_) => Err(Error::not_found("group")),
                })
            }
        };
        self.change(change, make).await
    }

    /// Applies the operations of a `PATCH`: all, or none.
    pub(super) async fn patch(&self, change: Change, body: &Map<String, Value>) -> Result<Reply, Error> {
        let operations = operations(change.kind.schema(), body)?;
        let make = move |account: &Account, item: Item<'_>| match item {
            Item::User(user) => users::patch(account, user, &operations),
            Item::Group(group) => groups::patch(account, group, &operations),
        };
        self.change(change, Box::new(make)).await
    }

    /// Deletes a resource.
    pub(super) async fn delete(&self, change: Change) -> Result<Reply, Error> {
        let Change {
            kind, id, condition, ..
        } = change;
        let base = Arc::clone(&self.base);
        let user: Option<UserId> = id.parse().ok().filter(|_| kind == Kind::User);
        let make = move |account: &Account| {
            let item = kind.find(account, &id);
            let item = item.ok_or_else(|| Error::not_found(kind.noun()))?;
            condition.need(&item.version(account, &base))?;
            Ok(match item {
                Item::User(user) => Command::User(UserCommand::Delete { id: user.id }),
                Item::Group(group) => Command::Group(GroupCommand::Delete { id: group.id }),
            })
        };
        self.propose(make, |_| ()).await?;
        if let Some(user) = user {
            let (app, account) = (&self.caller.app, self.caller.account);
            app.end_grants_of(account, Some(user)).await?;
            app.identity()
                .forget_user(account, user)
                .await
                .map_err(crate::problem::Problem::from)?;
        }
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    }

    async fn change(&self, change: Change, make: Make) -> Result<Reply, Error> {
        let Change {
            kind,
            id,
            condition,
            selection,
        } = change;
        let (base, wanted) = (Arc::clone(&self.base), id.clone());
        let make = move |account: &Account| {
            let item = kind.find(account, &wanted);
            let item = item.ok_or_else(|| Error::not_found(kind.noun()))?;
            condition.need(&item.version(account, &base))?;
            make(account, item)
        };
        let base = Arc::clone(&self.base);
        let view = move |account: &Account| {
            let item = kind.find(account, &id)?;
            let has_body = match (item, &selection) {
                (Item::Group(group), Selection::Default) => group.members.len() <= MEMBERS_SHOWN_MAX,
                _ => true,
            };
            let without_members = Selection::read(&[], &["members".to_owned()]).unwrap_or_default();
            let selection = if has_body { &selection } else { &without_members };
            let switched_off = match item {
                Item::User(User {
                    id, active: false, ..
                }) => Some(*id),
                _ => None,
            };
            Some((item.shown(account, &base, selection), has_body, switched_off))
        };
        let shown: Option<(Shown, bool, Option<UserId>)> = self.propose(make, view).await?;
        let (shown, has_body, switched_off) = shown.ok_or_else(|| Error::not_found(kind.noun()))?;
        if let Some(user) = switched_off {
            let identity = self.caller.app.identity();
            identity
                .revoke_user_tokens(self.caller.account, user)
                .await
                .map_err(crate::problem::Problem::from)?;
        }
        let reply = Reply::shown(StatusCode::OK, shown);
        Ok(if has_body {
            reply
        } else {
            reply.without_body(StatusCode::NO_CONTENT)
        })
    }

    /// Reads the account, for callers who may see its users.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        view: impl Fn(&Account) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let seen = self.caller.read(move |account, actor, _| {
            account.need_people(actor)?;
            Ok(view(account))
        });
        Ok(seen.await?)
    }

    async fn propose<T: Send + 'static>(
        &self,
        make: impl Fn(&Account) -> Result<Command, Error> + Send + 'static,
        view: impl Fn(&Account) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let actor = self.caller.actor.clone();
        let make = move |account: &Account, _| {
            account.need_people(&actor)?;
            make(account)
        };
        let done = self.caller.propose(make, move |account, (), _| view(account));
        done.await?
    }

    /// The same caller, for one operation of a bulk request.
    pub(super) fn part(&self, number: usize) -> Self {
        let mut caller = self.caller.clone();
        let request = caller.cause.request.take();
        caller.cause.request = request.map(|request| format!("{request}/{number}").into());
        Self {
            caller,
            base: Arc::clone(&self.base),
        }
    }
}
