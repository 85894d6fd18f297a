//! The form of a user's profile and rights.

use std::collections::BTreeSet;

use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::event::Profile;
use usher_domain::permission::{Override, PermissionOverrides, Privilege, Role, SessionPermission};
use usher_domain::personal::Personal;
use usher_domain::refusal::{AccessRefusal, CapacityRefusal};
use usher_domain::{Account, Actor, Command, Refusal, Timestamp, UserId};

use super::licenses::field_of;
use super::words::{self, Choice};
use crate::form::Form;
use crate::sentence;

/// The choices of the form.
pub(super) struct ProfileFields {
    pub(super) roles: Vec<Choice>,
    pub(super) privileges: Vec<Choice>,
    pub(super) is_contact: bool,
    pub(super) permissions: Vec<Permission>,
}

/// One session permission, overriding the account's default.
pub(super) struct Permission {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) choices: Vec<Choice>,
}

/// A form with the current values.
pub(super) fn showing(profile: &Profile) -> Form {
    let over = profile.session_permissions;
    let limit = profile.seat_limit.map(|limit| limit.to_string());
    let mut fields = vec![
        ("name", profile.name.reveal().as_str()),
        ("email", profile.email.reveal().as_str()),
        ("role", words::role_word(profile.role)),
        ("seat_limit", limit.as_deref().unwrap_or_default()),
    ];
    if profile.billing_contact {
        fields.push(("billing_contact", "yes"));
    }
    let privileges = profile.privileges.iter();
    fields.extend(privileges.map(|privilege| ("privilege", privilege.as_str())));
    for permission in SessionPermission::ALL {
        fields.push((permission.as_str(), words::override_word(said(over, permission))));
    }
    Form::showing(fields)
}

/// The submitted profile; `None` if there are errors, which are added to the form.
pub(super) fn read(form: &mut Form) -> Option<Profile> {
    let name = form.parse("name");
    let email = form.parse("email");
    let role = words::role_of(form.value("role"));
    if role.is_none() {
        form.wrong("role", "Choose one of the roles.");
    }
    let seat_limit = seat_limit(form);
    let privileges = words::PRIVILEGES.iter().map(|(privilege, _)| *privilege);
    let privileges: BTreeSet<Privilege> = privileges
        .filter(|privilege| form.all("privilege").any(|word| word == privilege.as_str()))
        .collect();
    let over = |permission: SessionPermission| {
        words::override_of(form.value(permission.as_str())).unwrap_or_default()
    };
    // Boxes ticked for another role have no effect in this one.
    let privileges = if role == Some(Role::Manager) {
        privileges
    } else {
        BTreeSet::new()
    };
    let session_permissions = PermissionOverrides {
        view_own: over(SessionPermission::ViewOwn),
        control_own: over(SessionPermission::ControlOwn),
        view_account: over(SessionPermission::ViewAccount),
        control_account: over(SessionPermission::ControlAccount),
    };
    Some(Profile {
        name: name?,
        email: email?,
        role: role?,
        privileges,
        billing_contact: form.value("billing_contact") == "yes" && role != Some(Role::Member),
        seat_limit: seat_limit?,
        session_permissions,
    })
}

#[expect(
    clippy::option_option,
    reason = "a wrong number, no limit and a limit are three answers"
)]
fn seat_limit(form: &mut Form) -> Option<Option<u32>> {
    let typed = form.value("seat_limit").trim();
    if typed.is_empty() {
        return Some(None);
    }
    let limit = typed.parse().ok();
    if limit.is_none() {
        form.wrong(
            "seat_limit",
            "This must be a whole number, or empty for no limit.",
        );
    }
    limit.map(Some)
}

/// The patch from the profile that the form showed to the submitted one. It leaves out what the user did not change:
/// somebody else may have changed it since, such as taken a role away. Without `seen` it sets the whole profile.
pub(super) fn patch(profile: Profile, seen: Option<&Profile>) -> UserPatch {
    fn changed<T: PartialEq>(to: T, seen: Option<&T>) -> Option<T> {
        Some(to).filter(|to| seen != Some(to))
    }
    UserPatch {
        name: changed(profile.name, seen.map(|it| &it.name)).map(Personal::into_revealed),
        email: changed(profile.email, seen.map(|it| &it.email)).map(Personal::into_revealed),
        role: changed(profile.role, seen.map(|it| &it.role)),
        privileges: changed(profile.privileges, seen.map(|it| &it.privileges)),
        billing_contact: changed(profile.billing_contact, seen.map(|it| &it.billing_contact)),
        seat_limit: changed(profile.seat_limit, seen.map(|it| &it.seat_limit)),
        session_permissions: changed(
            profile.session_permissions,
            seen.map(|it| &it.session_permissions),
        ),
        ..UserPatch::default()
    }
}

/// Adds a refusal as an error of the field that it is about.
pub(super) fn refused(form: &mut Form, refusal: &Refusal) {
    match refusal {
        Refusal::Access(AccessRefusal::ControlNeedsView { control, .. }) => {
            form.wrong(control, sentence::of(refusal));
        }
        Refusal::Capacity(
            CapacityRefusal::NotEnoughSeats { product, .. }
            | CapacityRefusal::OverSubscription { product, .. },
        ) => {
            form.wrong(&field_of(product), sentence::of(refusal));
        }
        Refusal::Access(AccessRefusal::LastOwner) => form.wrong("role", sentence::of(refusal)),
        _ => form.refused(refusal),
    }
}

/// The choices, selected according to a form.
pub(super) struct Wanted {
    role: String,
    privileges: Vec<String>,
    contact: bool,
    over: Vec<String>,
}

impl Wanted {
    pub(super) fn of(form: &Form) -> Self {
        let role = form.value("role");
        let over = SessionPermission::ALL.iter();
        Self {
            role: if role.is_empty() { "member" } else { role }.to_owned(),
            privileges: form.all("privilege").map(str::to_owned).collect(),
            contact: form.value("billing_contact") == "yes",
            over: over
                .map(|permission| form.value(permission.as_str()).to_owned())
                .collect(),
        }
    }
}

impl ProfileFields {
    /// What this actor can choose for an existing or a new user.
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        now: Timestamp,
        user: Option<UserId>,
        wanted: &Wanted,
    ) -> Self {
        let may_have = |role: Role| match user {
            Some(user) => may_have(account, actor, now, user, role),
            None => role <= rank(account, actor),
        };
        let roles = words::ROLES.into_iter();
        let roles = roles.filter(|(role, word, _)| *word == wanted.role || may_have(*role));
        let privileges = words::PRIVILEGES.iter().map(|(privilege, label)| {
            let word = privilege.as_str();
            let is_chosen = wanted.privileges.iter().any(|it| it == word);
            Choice::new(word, *label, if is_chosen { word } else { "" })
        });
        let default = account.settings().session_permissions;
        let permissions = words::SESSION_PERMISSIONS.iter().zip(&wanted.over);
        Self {
            roles: roles
                .map(|(_, word, label)| Choice::new(word, label, &wanted.role))
                .collect(),
            privileges: privileges.collect(),
            is_contact: wanted.contact,
            permissions: permissions
                .map(|((permission, label), chosen)| {
                    let chosen = if chosen.is_empty() { "inherit" } else { chosen };
                    let inherit = if default.has(*permission) { "yes" } else { "no" };
                    Permission {
                        name: permission.as_str(),
                        label,
                        choices: vec![
                            Choice::new("inherit", format!("As the account says ({inherit})"), chosen),
                            Choice::new("allow", "Allow", chosen),
                            Choice::new("deny", "Deny", chosen),
                        ],
                    }
                })
                .collect(),
        }
    }
}

/// Whether the domain would let the actor give a user this role.
fn may_have(account: &Account, actor: &Actor, now: Timestamp, id: UserId, role: Role) -> bool {
    let change = UserPatch {
        role: Some(role),
        ..UserPatch::default()
    };
    account
        .would_change(&Command::User(UserCommand::Change { id, change }), actor, now)
        .is_ok()
}

/// The highest role that the actor can give.
fn rank(account: &Account, actor: &Actor) -> Role {
    let user = account.user_of(actor).and_then(|user| account.user(user));
    user.map_or(Role::Member, |user| user.profile.role)
}

const fn said(over: PermissionOverrides, permission: SessionPermission) -> Override {
    match permission {
        SessionPermission::ViewOwn => over.view_own,
        SessionPermission::ControlOwn => over.control_own,
        SessionPermission::ViewAccount => over.view_account,
        SessionPermission::ControlAccount => over.control_account,
    }
}
