//! Users: from a resource to the command for it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::directory::{DirectoryEntry, EmailLabel};
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::text::{Email, ExternalId, InvalidText, Name, UserName};
use usher_domain::user::User;
use usher_domain::{Account, Command, UserId};

use super::error::{Error, ScimType};
use super::intake::{member, resource};
use super::patch::Operation;
use super::resource::Item;
use super::schema::USER;

/// A person, as a resource describes them.
struct Person {
    name: Name,
    email: Email,
    is_active: bool,
    entry: DirectoryEntry,
}

/// The contents of a user's body: the stored attributes, and those that can replace a name.
pub(super) struct Description {
    attributes: Map<String, Value>,
    formatted: Option<String>,
}

impl Description {
    /// Reads the body of a `POST` or `PUT`.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, Error> {
        let formatted = member(body, "name")
            .and_then(Value::as_object)
            .and_then(|name| member(name, "formatted")?.as_str().map(str::to_owned));
        Ok(Self {
            attributes: resource(&USER, body)?,
            formatted,
        })
    }

    /// The command that creates the person.
    pub(super) fn create(&self, id: UserId) -> Result<Command, Error> {
        let person = Person::of(&self.attributes, self.formatted.as_deref(), None)?;
        Ok(Command::User(UserCommand::Create {
            id,
            profile: Profile {
                name: person.name.into(),
                email: person.email.into(),
                role: Role::Member,
                privileges: BTreeSet::new(),
                billing_contact: false,
                seat_limit: None,
                session_permissions: PermissionOverrides::default(),
            },
            active: person.is_active,
            assign_seat: Some(false),
            product: None,
            licenses: std::collections::BTreeMap::new(),
            password_set: false,
            directory: Some(person.entry),
            labels: Labels::default(),
        }))
    }

    /// The command that replaces a user's data by the body's. What the body omits is removed, except for name, address
    /// and state, which a user always has: these stay.
    pub(super) fn replace(&self, user: &User) -> Result<Command, Error> {
        Person::of(&self.attributes, self.formatted.as_deref(), Some(user)).map(|person| person.change(user))
    }
}

/// The command that applies operations to a user: all of them, or none.
pub(super) fn patch(account: &Account, user: &User, operations: &[Operation]) -> Result<Command, Error> {
    let mut resource = Item::User(user).base_of_change(account);
    for operation in operations {
        operation.apply(&mut resource)?;
    }
    Person::of(&resource, None, Some(user)).map(|person| person.change(user))
}

impl Person {
    fn of(
        attributes: &Map<String, Value>,
        formatted: Option<&str>,
        before: Option<&User>,
    ) -> Result<Self, Error> {
        let text = |name: &str| attributes.get(name).and_then(Value::as_str);
        let part = |name: &str| attributes.get("name")?.get(name)?.as_str();
        let Some(user_name) = text("userName") else {
            return Err(Error::bad(ScimType::InvalidValue, "`userName` is missing."));
        };
        let (given, family) = (part("givenName"), part("familyName"));
        let (email, email_label) = email(attributes, user_name, before)?;
        let active = attributes.get("active").and_then(Value::as_bool);
        let known = before.and_then(|user| user.directory.as_ref());
        Ok(Self {
            name: match text("displayName") {
                Some(name) => parse("displayName", name)?,
                None => name_of(&[given, family], formatted, user_name, before)?,
            },
            email,
            is_active: active.unwrap_or_else(|| before.is_none_or(|user| user.active)),
            entry: DirectoryEntry {
                user_name: parse::<UserName>("userName", user_name)?.into(),
                external_id: text("externalId")
                    .map(|id| parse::<ExternalId>("externalId", id))
                    .transpose()?
                    .map(Into::into),
                given_name: given.map(|name| parse("name.givenName", name)).transpose()?,
                family_name: family.map(|name| parse("name.familyName", name)).transpose()?,
                email_label,
                subject: known.and_then(|entry| entry.subject.clone()),
            },
        })
    }

    fn change(self, user: &User) -> Command {
        Command::User(UserCommand::Change {
            id: user.id,
            change: UserPatch {
                name: Some(self.name),
                email: Some(self.email),
                active: Some(self.is_active),
                directory: Some(Some(self.entry)),
                ..UserPatch::default()
            },
        })
    }
}

/// A display name if the directory sends none: from the parts of the name, or another name of the user.
fn name_of(
    parts: &[Option<&str>],
    formatted: Option<&str>,
    user_name: &str,
    before: Option<&User>,
) -> Result<Name, Error> {
    let parts: Vec<&str> = parts.iter().flatten().copied().collect();
    let joined = parts.join(" ");
    match (joined.as_str(), formatted, before) {
        ("", Some(formatted), _) => parse("name.formatted", formatted),
        ("", None, Some(user)) => Ok(user.profile.name.reveal().clone()),
        ("", None, None) => parse("userName", user_name),
        (joined, ..) => parse("name", joined),
    }
}

/// The one address that Usher stores: the primary one, otherwise the work address, otherwise the first. If there is
/// none, the user's current one, or a user name that is an address.
fn email(
    attributes: &Map<String, Value>,
    user_name: &str,
    before: Option<&User>,
) -> Result<(Email, EmailLabel), Error> {
    let emails = attributes.get("emails").and_then(Value::as_array);
    let emails = emails.map(Vec::as_slice).unwrap_or_default();
    let is_primary = |email: &&Value| email.get("primary") == Some(&Value::Bool(true));
    let kind = |email: &Value| email.get("type").and_then(Value::as_str).map(str::to_owned);
    let is_for_work = |email: &&Value| kind(email).is_some_and(|kind| kind.eq_ignore_ascii_case("work"));
    let chosen = emails.iter().find(is_primary);
    let chosen = chosen.or_else(|| emails.iter().find(is_for_work));
    if let Some(email) = chosen.or_else(|| emails.first()) {
        let Some(value) = email.get("value").and_then(Value::as_str) else {
            return Err(Error::bad(ScimType::InvalidValue, "`emails.value` is missing."));
        };
        let label = EmailLabel {
            kind: kind(email).map(|kind| parse("emails.type", &kind)).transpose()?,
            primary: email.get("primary").and_then(Value::as_bool),
        };
        return Ok((parse("emails.value", value)?, label));
    }
    if let Some(user) = before {
        let entry = user.directory.as_ref();
        let label = entry.map_or_else(EmailLabel::default, |entry| entry.email_label.clone());
        return Ok((user.profile.email.reveal().clone(), label));
    }
    let email = user_name.parse().map_err(|_| {
        let detail = "A user needs an address: send `emails`, or a `userName` that is an e-mail address.";
        Error::bad(ScimType::InvalidValue, detail)
    })?;
    Ok((email, EmailLabel::default()))
}

/// A text in its attribute's format.
pub(super) fn parse<T: std::str::FromStr<Err = InvalidText>>(
    attribute: &str,
    text: &str,
) -> Result<T, Error> {
    text.parse().map_err(|invalid: InvalidText| {
        let detail = format!("`{attribute}` must be {}.", invalid.expected);
        Error::bad(ScimType::InvalidValue, detail)
    })
}
