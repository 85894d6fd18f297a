//! What the API takes and shows of users.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use usher_domain::command::UserPatch;
use usher_domain::event::Profile;
use usher_domain::labels::{LabelsPatch, Metadata};
use usher_domain::permission::{PermissionOverrides, Privilege, Role};
use usher_domain::text::{Email, ExternalId, Name, Product};
use usher_domain::{Account, GroupId, PoolId, TeamId, UserId, seat_request, user};
use utoipa::ToSchema;

use super::directory::DirectoryEntry;
use super::invitation::Link;
use super::rights::{License, NewOverrides, Overrides};
use crate::extract::nullable;
use crate::v1::schema;
use crate::v1::time::Time;

/// The end of a license that is lent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Loan {
    /// When the user gives it back, or, if they are signed in then, the earliest time at which they can.
    until: Time,
    /// The pool in which the user has a place again afterwards, if it still exists; null for no license.
    #[schema(required, value_type = Option<schema::PoolId>)]
    back_to_pool: Option<PoolId>,
}

impl Loan {
    fn of(account: &Account, loan: &seat_request::Loan) -> Self {
        Self {
            until: account.shown(loan.until).into(),
            back_to_pool: loan.back_to,
        }
    }
}

/// A user of the account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// The id.
    #[schema(value_type = schema::UserId)]
    id: UserId,
    /// The user's name.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// The user's e-mail address.
    #[schema(value_type = schema::Email)]
    email: Email,
    /// The role.
    #[schema(value_type = schema::Role)]
    role: Role,
    /// What a manager may do. Stored, without effect, for other roles.
    #[schema(value_type = Vec<schema::Privilege>)]
    privileges: BTreeSet<Privilege>,
    /// Whether the user may see the subscription.
    billing_contact: bool,
    /// Seats that the user may hold at a time; null for no limit.
    #[schema(required)]
    seat_limit: Option<u32>,
    /// The user's own session permissions, which override the account's.
    session_permissions: Overrides,
    /// Whether the user is active. An inactive user holds nothing.
    active: bool,
    /// The user's license for each product; no license for products that are not listed.
    #[schema(
        value_type = BTreeMap<String, License>,
        example = json!({"remote-support": {"kind": "shared", "pool": "pool_01h2xcejqtf2nbrexx3vqjhp41"}})
    )]
    licenses: BTreeMap<Product, License>,
    /// Which of these licenses end, and what follows.
    #[schema(value_type = BTreeMap<String, Loan>, example = json!({}))]
    lent: BTreeMap<Product, Loan>,
    /// The teams that the user is in.
    #[schema(value_type = Vec<schema::TeamId>)]
    teams: Vec<TeamId>,
    /// The groups that the user is in, the oldest first.
    #[schema(value_type = Vec<schema::GroupId>)]
    groups: Vec<GroupId>,
    /// The user's data in a directory; null if there is none.
    #[schema(required)]
    directory: Option<DirectoryEntry>,
    /// The id of the user in a vendor's own system; null if it has none.
    #[schema(required, value_type = Option<schema::ExternalId>)]
    external_id: Option<ExternalId>,
    /// A vendor's own metadata for the user.
    #[schema(value_type = schema::Metadata)]
    metadata: Metadata,
    /// When the user was created.
    created_at: Time,
    /// Only in the answer to creating: whether a named seat was assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    seat_assigned: Option<bool>,
    /// Only in the answer to creating with `invite`: the link to give to the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) invitation: Option<Link>,
}

impl User {
    pub(super) fn of(account: &Account, user: &user::User) -> Self {
        let profile = user.profile.clone();
        let licenses = user.licenses.iter();
        Self {
            id: user.id,
            name: profile.name.into_revealed(),
            email: profile.email.into_revealed(),
            role: profile.role,
            privileges: profile.privileges,
            billing_contact: profile.billing_contact,
            seat_limit: profile.seat_limit,
            session_permissions: profile.session_permissions.into(),
            active: user.active,
            licenses: licenses
                .map(|(product, license)| (product.clone(), License::from(*license)))
                .collect(),
            lent: user
                .loans()
                .iter()
                .map(|(product, loan)| (product.clone(), Loan::of(account, loan)))
                .collect(),
            teams: user.teams().to_vec(),
            groups: user.groups().to_vec(),
            directory: user.directory.as_ref().map(DirectoryEntry::from),
            external_id: user.labels.external_id.clone(),
            metadata: user.labels.metadata.clone(),
            created_at: account.shown(user.created_at).into(),
            seat_assigned: None,
            invitation: None,
        }
    }
}

impl User {
    /// The user just created, with whether a named seat was assigned (L6).
    pub(crate) fn created(account: &Account, user: &user::User) -> Self {
        let is_named = |license: &user::License| *license == user::License::Named;
        Self {
            seat_assigned: Some(user.licenses.values().any(is_named)),
            ..Self::of(account, user)
        }
    }
}

/// The new holder of a license.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "user_01h2xcejqtf2nbrexx3vqjhp41"}))]
pub(crate) struct Heir {
    /// The user who gets it.
    #[schema(value_type = schema::UserId)]
    pub(crate) to: UserId,
}

/// A user to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Sven Svensson", "email": "sven@example.com", "role": "manager", "privileges": ["seats.manage"]}))]
pub(crate) struct NewUser {
    /// The user's name.
    #[schema(value_type = schema::Name)]
    pub(crate) name: Name,
    /// The user's e-mail address, unique in the account.
    #[schema(value_type = schema::Email)]
    pub(crate) email: Email,
    /// The role; left out: `member`.
    #[schema(value_type = Option<schema::Role>)]
    role: Option<Role>,
    /// What a manager may do.
    #[serde(default)]
    #[schema(value_type = Vec<schema::Privilege>)]
    privileges: BTreeSet<Privilege>,
    /// Whether the user may see the subscription.
    #[serde(default)]
    billing_contact: bool,
    /// Seats that the user may hold at a time; null for no limit.
    seat_limit: Option<u32>,
    /// The user's own session permissions, which override the account's.
    session_permissions: Option<NewOverrides>,
    /// A password for the portal: 12 to 256 characters, not easily guessed. Without one the user cannot sign in there.
    #[schema(min_length = 12, max_length = 256, write_only, format = Password)]
    pub(crate) password: Option<String>,
    /// Whether the user has to choose a new password before anything else. Left out: true, but false for operator keys.
    #[schema(nullable = false)]
    pub(crate) password_temporary: Option<bool>,
    /// Whether to invite the user, instead of a password: makes a one-time link with which they choose their own. The
    /// answer has it as `invitation`.
    #[serde(default)]
    pub(super) invite: bool,
    /// Left out: assign a named seat if one is free, but none to an owner unless `product` names it. True: refuse if none is free. False: assign none.
    pub(crate) assign_seat: Option<bool>,
    /// The product of that seat; left out: the account's only product. Of several products none is chosen for you: then
    /// no seat is assigned, and with `assign_seat: true` the user is not created.
    #[schema(value_type = Option<schema::Product>)]
    pub(crate) product: Option<Product>,
    /// The complete list of the user's licenses, for as many products as you like, instead of that seat: all are given,
    /// or the user is not created. Shared seats need `seats.manage`. Leave out `assign_seat` and `product` then.
    #[serde(default)]
    #[schema(
        value_type = BTreeMap<String, License>,
        example = json!({"remote-support": {"kind": "shared", "pool": "pool_01h2xcejqtf2nbrexx3vqjhp41"}})
    )]
    pub(crate) licenses: BTreeMap<Product, License>,
    /// The id of the user in your own system, unique in the account.
    #[serde(default)]
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<ExternalId>,
    /// Your own metadata for the user: at most 20 texts by name.
    #[serde(default)]
    #[schema(value_type = Option<schema::Metadata>)]
    pub(crate) metadata: Option<Metadata>,
}

impl NewUser {
    /// Whether to assign a named seat, where `None` lets the rules decide (L6). Owners pay for seats, and often need none.
    pub(super) fn seat_wanted(&self) -> Option<bool> {
        let is_left_open = self.licenses.is_empty() && self.product.is_none();
        let is_owner = self.role == Some(Role::Owner);
        self.assign_seat.or((is_owner && is_left_open).then_some(false))
    }
}

impl From<NewUser> for Profile {
    fn from(user: NewUser) -> Self {
        Self {
            name: user.name.into(),
            email: user.email.into(),
            role: user.role.unwrap_or(Role::Member),
            privileges: user.privileges,
            billing_contact: user.billing_contact,
            seat_limit: user.seat_limit,
            session_permissions: user.session_permissions.unwrap_or_default().into(),
        }
    }
}

/// A change of a user. Omitted fields stay unchanged.
#[expect(clippy::option_option, reason = "absent, null and a value are three answers")]
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"seat_limit": 2, "session_permissions": {"view_account": "allow"}}))]
pub(crate) struct UserChange {
    /// The new name.
    #[schema(value_type = Option<schema::Name>)]
    name: Option<Name>,
    /// The new e-mail address.
    #[schema(value_type = Option<schema::Email>)]
    email: Option<Email>,
    /// The new role.
    #[schema(value_type = Option<schema::Role>)]
    role: Option<Role>,
    /// What a manager may do, as a complete list.
    #[schema(value_type = Option<Vec<schema::Privilege>>)]
    privileges: Option<BTreeSet<Privilege>>,
    /// Whether the user may see the subscription.
    billing_contact: Option<bool>,
    /// Seats that the user may hold at a time; null lifts the limit.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>)]
    seat_limit: Option<Option<u32>>,
    /// The user's own session permissions, complete: they override the account's.
    session_permissions: Option<NewOverrides>,
    /// The new id in your own system; null removes it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<Option<ExternalId>>,
    /// The new metadata, complete.
    #[schema(value_type = Option<schema::Metadata>)]
    pub(crate) metadata: Option<Metadata>,
    /// False signs the user out everywhere and ends their sessions. They keep the licenses that were given by hand;
    /// those given by groups become free, and are given again with true if possible.
    pub(crate) active: Option<bool>,
    /// The new password: 12 to 256 characters, not easily guessed. It revokes all of the user's tokens and ends their
    /// sign-ins on devices.
    #[schema(min_length = 12, max_length = 256, write_only, format = Password)]
    pub(crate) password: Option<String>,
    /// The current password, for changing your own.
    #[schema(max_length = 256, write_only, format = Password)]
    pub(crate) present_password: Option<String>,
    /// Whether the user has to choose a new password before anything else. Left out: true, but false for operator keys.
    /// Your own password is never temporary.
    #[schema(nullable = false)]
    pub(crate) password_temporary: Option<bool>,
}

impl From<UserChange> for UserPatch {
    fn from(change: UserChange) -> Self {
        Self {
            name: change.name,
            email: change.email,
            role: change.role,
            privileges: change.privileges,
            billing_contact: change.billing_contact,
            seat_limit: change.seat_limit,
            session_permissions: change.session_permissions.map(PermissionOverrides::from),
            active: change.active,
            new_password: change.password.is_some(),
            directory: None,
            labels: LabelsPatch {
                external_id: change.external_id,
                metadata: change.metadata,
            },
        }
    }
}
