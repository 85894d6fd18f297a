//! The form of a user's profile and rights.

use std::collections::BTreeSet;

use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::event::Profile;
use usher_domain::permission::{PermissionOverrides, Privilege, Role};
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
}

/// A form with the current values.
pub(super) fn showing(profile: &Profile) -> Form {
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
    // Boxes ticked for another role have no effect in this one.
    let privileges = if role == Some(Role::Manager) {
        privileges
    } else {
        BTreeSet::new()
    };
    Some(Profile {
        name: name?,
        email: email?,
        role: role?,
        privileges,
        billing_contact: form.value("billing_contact") == "yes" && role != Some(Role::Member),
        seat_limit: seat_limit?,
        // They have a page of their own.
        session_permissions: PermissionOverrides::default(),
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
        ..UserPatch::default()
    }
}

/// Adds a refusal as an error of the field that it is about.
pub(super) fn refused(form: &mut Form, refusal: &Refusal) {
    match refusal {
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
}

impl Wanted {
    pub(super) fn of(form: &Form) -> Self {
        let role = form.value("role");
        Self {
            role: if role.is_empty() { "member" } else { role }.to_owned(),
            privileges: form.all("privilege").map(str::to_owned).collect(),
            contact: form.value("billing_contact") == "yes",
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
        Self {
            roles: roles
                .map(|(_, word, label)| Choice::new(word, label, &wanted.role))
                .collect(),
            privileges: privileges.collect(),
            is_contact: wanted.contact,
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
