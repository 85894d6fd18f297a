//! Groups: from a resource to the command for it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use usher_domain::command::{GroupCommand, MemberChange};
use usher_domain::directory::Group;
use usher_domain::text::{ExternalId, Name};
use usher_domain::{Account, Command, GroupId, UserId};

use super::error::{Error, ScimType};
use super::intake::resource;
use super::patch::{Operation, Target, Verb};
use super::resource::{Item, member};
use super::schema::GROUP;
use super::users::parse;

/// The most operations of one request that search all members: by anything other than the id.
const WALKS_MAX: usize = 10;

/// The contents of a group's body.
pub(super) struct Description {
    name: Name,
    external_id: Option<ExternalId>,
    members: BTreeSet<UserId>,
}

impl Description {
    /// Reads the body of a `POST` or `PUT`.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, Error> {
        let attributes = resource(&GROUP, body)?;
        let (name, external_id) = named(&attributes)?;
        let members = attributes.get("members");
        Ok(Self {
            name,
            external_id,
            members: members.map(named_users).unwrap_or_default(),
        })
    }

    /// The command that creates the group.
    pub(super) fn create(&self, account: &Account, id: GroupId) -> Command {
        Command::Group(GroupCommand::Create {
            id,
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            members: known(account, &self.members),
        })
    }

    /// The command that replaces a group's data by the body's.
    pub(super) fn replace(&self, account: &Account, group: &Group) -> Command {
        Command::Group(GroupCommand::Change {
            id: group.id,
            name: Some(self.name.clone()),
            external_id: Some(self.external_id.clone()),
            members: Some(MemberChange::Set(known(account, &self.members))),
        })
    }
}

/// The command that applies operations to a group: all of them, or none.
pub(super) fn patch(account: &Account, group: &Group, operations: &[Operation]) -> Result<Command, Error> {
    let mut resource = Item::Group(group).base_of_change(account);
    let mut members = None;
    if operations.iter().filter(|operation| walks(operation)).count() > WALKS_MAX {
        let detail = format!(
            "{WALKS_MAX} operations can find members by anything but `value`. Send several requests."
        );
        return Err(Error::bad(ScimType::TooMany, detail));
    }
    for operation in operations {
        if operation.attribute().name == "members" {
            let members = members.get_or_insert_with(|| group.members.clone());
            change_members(account, operation, members)?;
        } else {
            operation.apply(&mut resource)?;
        }
    }
    let (name, external_id) = named(&resource)?;
    Ok(Command::Group(GroupCommand::Change {
        id: group.id,
        name: Some(name),
        external_id: Some(external_id),
        members: members.map(|after| MemberChange::Edit {
            add: known(account, &(&after - &group.members)),
            remove: &group.members - &after,
        }),
    }))
}

fn walks(operation: &Operation) -> bool {
    matches!(&operation.target, Target::Values { test, .. } if test.fixes("value", None).is_none())
}

fn named(attributes: &Map<String, Value>) -> Result<(Name, Option<ExternalId>), Error> {
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    let Some(name) = text("displayName") else {
        return Err(Error::bad(ScimType::InvalidValue, "`displayName` is missing."));
    };
    let external_id = text("externalId").map(|id| parse("externalId", id));
    Ok((parse("displayName", name)?, external_id.transpose()?))
}

/// An operation on the members, applied to their ids: a group may have very many.
fn change_members(
    account: &Account,
    operation: &Operation,
    members: &mut BTreeSet<UserId>,
) -> Result<(), Error> {
    let named = operation.value.as_ref().map(named_users);
    let Target::Values { test, .. } = &operation.target else {
        match (operation.verb, named) {
            (Verb::Remove, None) => members.clear(),
            (Verb::Remove, Some(gone)) => members.retain(|id| !gone.contains(id)),
            (Verb::Replace, named) => *members = named.unwrap_or_default(),
            (Verb::Add, named) => members.extend(named.unwrap_or_default()),
        }
        return Ok(());
    };
    let passes = |id: &UserId| {
        let user = account.user(*id);
        user.is_some_and(|user| test.passes(&member(user, "")))
    };
    let found: BTreeSet<UserId> = match test.fixes("value", None) {
        Some(id) => {
            let id = id.parse().ok().filter(|id| members.contains(id));
            id.into_iter().filter(passes).collect()
        }
        None => members.iter().copied().filter(passes).collect(),
    };
    if operation.verb == Verb::Replace && found.is_empty() {
        let detail = "No value of `members` is as the path says.";
        return Err(Error::bad(ScimType::NoTarget, detail));
    }
    if operation.verb != Verb::Add {
        members.retain(|id| !found.contains(id));
    }
    members.extend(named.unwrap_or_default());
    Ok(())
}

/// The users that members name: by id, or by the end of their address. Anything else is ignored.
fn named_users(members: &Value) -> BTreeSet<UserId> {
    let members = match members {
        Value::Array(members) => members.as_slice(),
        one => std::slice::from_ref(one),
    };
    let id = |member: &Value| {
        let text = |name| member.get(name).and_then(Value::as_str);
        let last = |address: &str| address.rsplit('/').next().unwrap_or_default().to_owned();
        let id = text("value").map(str::to_owned);
        id.or_else(|| text("$ref").map(last))?.parse().ok()
    };
    members.iter().filter_map(id).collect()
}

/// Those that are users of the account.
fn known(account: &Account, users: &BTreeSet<UserId>) -> BTreeSet<UserId> {
    let mut known = users.clone();
    known.retain(|id| account.user(*id).is_some());
    known
}
