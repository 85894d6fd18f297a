//! Users and their rights.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

use crate::account::Account;
use crate::command::{Decision, UserCommand, UserPatch};
use crate::decide::directory::people::{self, Newcomer};
use crate::decide::{directory, labels, licenses, presence};
use crate::directory::DirectoryEntry;
use crate::event::{CredentialEvent, EndReason, Event, Profile, UserEvent};
use crate::id::{GroupId, UserId};
use crate::labels::Labelled;
use crate::permission::{Actor, PermissionOverrides, Privilege, Role, SessionPermission};
use crate::refusal::{AccessRefusal, CapacityRefusal, Refusal, SeatKind, StateRefusal};
use crate::repeat;
use crate::text::{Email, Product};
use crate::user::{License, User};

pub(super) fn decide(account: &Account, command: &UserCommand, actor: &Actor) -> Result<Decision, Refusal> {
    match command {
        UserCommand::Create {
            id,
            profile,
            assign_seat,
            product,
            licenses,
            password_set,
            active,
            directory,
            labels,
        } => {
            let newcomer = Newcomer {
                profile,
                entry: directory.as_ref(),
                assign_seat: *assign_seat,
                password_set: *password_set,
                is_active: *active,
            };
            let seat = Seat {
                wish: *assign_seat,
                product: product.as_ref(),
                licenses,
            };
            let mut decision = create(account, *id, &newcomer, &seat, actor)?;
            if !decision.events.is_empty() {
                decision
                    .events
                    .extend(labels::of_new(account, Labelled::User(*id), labels)?);
            }
            Ok(decision)
        }
        UserCommand::Admit {
            id,
            profile,
            directory,
            groups,
        } => admit(account, *id, profile, directory, groups, actor),
        UserCommand::Change { id, change } => {
            let mut decision = self::change(account, *id, change, actor)?;
            if !change.labels.is_empty() {
                // Users may change parts of themselves, but not the vendor's labels.
                account.need(actor, Privilege::UsersManage)?;
                let labelled = labels::changed(account, Labelled::User(*id), &change.labels)?;
                decision.events.extend(labelled);
            }
            Ok(decision)
        }
        UserCommand::Delete { id } => delete(account, *id, actor),
    }
}

/// The seats requested for a new user (L6): a named seat, or a complete set of licenses.
struct Seat<'a> {
    wish: Option<bool>,
    product: Option<&'a Product>,
    licenses: &'a BTreeMap<Product, License>,
}

fn create(
    account: &Account,
    id: UserId,
    newcomer: &Newcomer<'_>,
    seat: &Seat<'_>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let profile = newcomer.profile;
    people::may_create(account, actor, newcomer)?;
    if let Some(made) = made_before(account, id, profile) {
        return made;
    }
    check_session_permissions(account, profile.session_permissions)?;
    check_email(account, id, profile.email.reveal())?;
    people::check_entry(account, id, newcomer.entry)?;
    // Users of a directory get their seats from their groups.
    let is_without = account.is_directory(actor) || !newcomer.is_active;
    let wish = seat.wish.or_else(|| is_without.then_some(false));
    let licenses = licenses_of_new_user(account, &Seat { wish, ..*seat }, actor)?;

    let mut events = vec![Event::User(UserEvent::Created {
        id,
        profile: profile.clone().awake(),
    })];
    if let Some(entry) = newcomer.entry {
        events.push(entry_set(id, Some(entry)));
    }
    if newcomer.password_set {
        events.push(Event::Credential(CredentialEvent::PasswordSet {
            user: id,
            link: None,
        }));
    }
    events.extend(licenses.into_iter().map(|(product, license)| {
        Event::User(UserEvent::LicenseSet {
            user: id,
            product: product.clone(),
            license: Some(license),
            group: None,
        })
    }));
    if !newcomer.is_active {
        events.push(Event::User(UserEvent::Activated { id, active: false }));
    }
    Ok(Decision::done(events))
}

/// A new user, with what their groups give.
fn admit(
    account: &Account,
    id: UserId,
    profile: &Profile,
    entry: &DirectoryEntry,
    groups: &BTreeSet<GroupId>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let newcomer = Newcomer {
        profile,
        entry: Some(entry),
        assign_seat: None,
        password_set: false,
        is_active: true,
    };
    let seat = Seat {
        wish: None,
        product: None,
        licenses: &BTreeMap::new(),
    };
    let mut decision = create(account, id, &newcomer, &seat, actor)?;
    if !decision.events.is_empty() {
        let user = User::new(id, profile.clone(), account.created_at);
        let given = directory::into_groups(account, &user, groups, actor)?;
        decision.events.extend(given);
    }
    Ok(decision)
}

/// A retry with the id of an existing user is granted, and creates nothing.
fn made_before(account: &Account, id: UserId, profile: &Profile) -> Option<Result<Decision, Refusal>> {
    let user = account.users.get(&id)?;
    if user.profile.email != profile.email && !repeat::is_derived(id.bits()) {
        return Some(Err(Refusal::State(StateRefusal::AlreadyExists {
            what: "user",
            field: "id",
        })));
    }
    Some(Ok(Decision::done(Vec::new())))
}

/// The licenses of a new user: the requested ones, or a named seat (L6).
fn licenses_of_new_user<'a>(
    account: &'a Account,
    seat: &Seat<'a>,
    actor: &Actor,
) -> Result<Vec<(&'a Product, License)>, Refusal> {
    if seat.licenses.is_empty() {
        let product = seat_for_new_user(account, seat)?;
        return Ok(product
            .map(|product| (product, License::Named))
            .into_iter()
            .collect());
    }
    // A named seat comes with creating the user; a place in a pool is a decision about the pool, and a directory decides
    // about neither.
    let shares = seat.licenses.values().any(|it| matches!(it, License::Shared(_)));
    if shares || account.is_directory(actor) {
        account.need(actor, Privilege::SeatsManage)?;
    }
    for (product, license) in seat.licenses {
        licenses::check_license(account, product, *license)?;
    }
    let licenses = seat.licenses.iter();
    Ok(licenses.map(|(product, license)| (product, *license)).collect())
}

/// The product of a new user's named seat; `None` if the request leaves that open (L6).
fn seat_for_new_user<'a>(account: &'a Account, seat: &Seat<'a>) -> Result<Option<&'a Product>, Refusal> {
    let Some(product) = seat.product.or_else(|| only_product(account)) else {
        if seat.wish == Some(true) {
            return Err(Refusal::Invalid {
                field: "product",
                expected: "named: the account does not have exactly one product".to_owned(),
            });
        }
        return Ok(None);
    };
    let is_free = account.named_assigned(product) < account.bought(product).named_seats;
    match seat.wish {
        Some(false) => Ok(None),
        None => Ok(is_free.then_some(product)),
        Some(true) if is_free => Ok(Some(product)),
        Some(true) => Err(no_named_seat(account, product)),
    }
}

/// The product of an account that has only one. Of several, none is guessed.
fn only_product(account: &Account) -> Option<&Product> {
    let mut products = account.subscription.products.keys();
    let only = products.next();
    only.filter(|_| products.next().is_none())
}

/// The refusal if all named seats of a product are assigned (L1), or more than are bought (L13).
pub(super) fn no_named_seat(account: &Account, product: &Product) -> Refusal {
    if let Some(over) = account.over(product).filter(|over| over.named_seats > 0) {
        return Refusal::Capacity(CapacityRefusal::OverSubscription {
            product: product.clone(),
            over: over.named_seats,
        });
    }
    let total = account.bought(product).named_seats;
    Refusal::Capacity(CapacityRefusal::NotEnoughSeats {
        kind: SeatKind::Named,
        product: product.clone(),
        asked: 1,
        left: total.saturating_sub(account.named_assigned(product)),
        total,
        user: None,
    })
}

fn change(account: &Account, id: UserId, change: &UserPatch, actor: &Actor) -> Result<Decision, Refusal> {
    let user = visible_user(account, id, actor)?;
    let before = &user.profile;
    let after = patched(before, change);
    let is_active = change.active.unwrap_or(user.active);
    let entry = change.directory.as_ref().unwrap_or(&user.directory);
    if !is_for_oneself(user, &after, is_active, entry.as_ref(), actor) {
        people::may_change(account, actor, user, change, &after)?;
    }
    let after = after.awake();
    if after.session_permissions != before.session_permissions {
        check_session_permissions(account, after.session_permissions)?;
    }
    if after.email != before.email {
        check_email(account, id, after.email.reveal())?;
    }
    people::check_entry(account, id, entry.as_ref())?;
    if !is_active || after.role != Role::Owner {
        check_owner_is_left(account, user)?;
        check_break_glass(account, id)?;
    }

    let mut events = Vec::new();
    if user.active && !is_active {
        events = end_presence(account, id, actor);
    }
    if after != *before {
        events.push(Event::User(UserEvent::Changed { id, profile: after }));
    }
    if is_active != user.active {
        events.push(Event::User(UserEvent::Activated {
            id,
            active: is_active,
        }));
        events.extend(if is_active {
            directory::switched_on(account, user, actor)?
        } else {
            directory::switched_off(account, user, actor)
        });
    }
    if *entry != user.directory {
        events.push(entry_set(id, entry.as_ref()));
    }
    Ok(Decision::done(events))
}

/// A user, for actors other than the user's own devices.
pub(super) fn visible_user<'a>(account: &'a Account, id: UserId, actor: &Actor) -> Result<&'a User, Refusal> {
    if matches!(actor, Actor::SignIn(_) | Actor::Ticket(_)) {
        return Err(Refusal::NotFound { what: "user" });
    }
    account.visible_person(actor, id)
}

fn entry_set(user: UserId, entry: Option<&DirectoryEntry>) -> Event {
    Event::User(UserEvent::DirectoryEntrySet {
        user,
        entry: entry.cloned(),
    })
}

/// The profile with the change applied. A new role removes the privileges that belonged to the previous one, unless the
/// change names them.
fn patched(profile: &Profile, change: &UserPatch) -> Profile {
    let UserPatch {
        name,
        email,
        role,
        privileges,
        billing_contact,
        seat_limit,
        session_permissions,
        active: _,
        new_password: _,
        directory: _,
        labels: _,
    } = change;
    let before = profile.clone();
    Profile {
        name: name.clone().unwrap_or(before.name.into_revealed()).into(),
        email: email.clone().unwrap_or(before.email.into_revealed()).into(),
        role: role.unwrap_or(before.role),
        privileges: match (privileges, role) {
            (Some(named), _) => named.clone(),
            (None, Some(role)) if *role != before.role => BTreeSet::new(),
            (None, _) => before.privileges,
        },
        billing_contact: billing_contact.unwrap_or(before.billing_contact),
        seat_limit: seat_limit.unwrap_or(before.seat_limit),
        session_permissions: session_permissions.unwrap_or(before.session_permissions),
    }
}

/// Whether a user changes only what everybody may change about themselves: the name, the password, and their login at
/// the identity provider.
fn is_for_oneself(
    user: &User,
    after: &Profile,
    is_active: bool,
    entry: Option<&DirectoryEntry>,
    actor: &Actor,
) -> bool {
    let renamed = Profile {
        name: after.name.clone(),
        ..user.profile.clone()
    };
    let before = user.directory.as_ref();
    let is_same = is_active == user.active && (entry == before || people::connects(before, entry));
    *actor == Actor::User(user.id) && *after == renamed && is_same
}

fn delete(account: &Account, id: UserId, actor: &Actor) -> Result<Decision, Refusal> {
    let user = visible_user(account, id, actor)?;
    people::may_delete(account, actor, user)?;
    check_owner_is_left(account, user)?;
    check_break_glass(account, id)?;

    let mut events = end_presence(account, id, actor);
    events.extend(user.licenses.keys().map(|product| {
        Event::User(UserEvent::LicenseSet {
            user: id,
            product: product.clone(),
            license: None,
            group: None,
        })
    }));
    events.push(Event::User(UserEvent::Deleted { id }));
    Ok(Decision::done(events))
}

fn end_presence(account: &Account, id: UserId, actor: &Actor) -> Vec<Event> {
    let by = presence::by(account, actor, None);
    presence::end_presence(account, id, None, EndReason::UserInactive, Some(&by))
}

/// Refuses to lose the last active owner (R4).
fn check_owner_is_left(account: &Account, leaving: &User) -> Result<(), Refusal> {
    let is_owner = leaving.active && leaving.profile.role == Role::Owner;
    if is_owner && account.owners_active <= 1 {
        return Err(Refusal::Access(AccessRefusal::LastOwner));
    }
    Ok(())
}

/// Refuses to remove the owner who can sign in when the identity provider fails (D7).
fn check_break_glass(account: &Account, leaving: UserId) -> Result<(), Refusal> {
    if account.is_break_glass(leaving) {
        return Err(Refusal::Access(AccessRefusal::BreakGlassNeeded));
    }
    Ok(())
}

fn check_email(account: &Account, id: UserId, email: &Email) -> Result<(), Refusal> {
    if account.users_with(email).any(|holder| holder != id) {
        return Err(Refusal::State(StateRefusal::AlreadyExists {
            what: "user",
            field: "email",
        }));
    }
    Ok(())
}

fn check_session_permissions(account: &Account, over: PermissionOverrides) -> Result<(), Refusal> {
    match account
        .settings
        .session_permissions
        .with(over)
        .control_without_view()
    {
        Some(control) => Err(control_needs_view(control)),
        None => Ok(()),
    }
}

/// The refusal of a control permission without the view permission.
pub(super) fn control_needs_view(control: SessionPermission) -> Refusal {
    let view = match control {
        SessionPermission::ViewOwn | SessionPermission::ControlOwn => SessionPermission::ViewOwn,
        SessionPermission::ViewAccount | SessionPermission::ControlAccount => SessionPermission::ViewAccount,
    };
    Refusal::Access(AccessRefusal::ControlNeedsView {
        control: control.as_str(),
        view: view.as_str(),
    })
}
