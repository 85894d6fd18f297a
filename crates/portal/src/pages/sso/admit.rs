//! Which user a login at a provider becomes: an existing one, a new one, or none.
//!
//! A person is identified by issuer and subject (Core 1.0, section 5.7), because an address can pass to somebody else.
//! By the address alone only users are found whose account allows it, never an owner, and never an admin without a
//! directory entry: otherwise, controlling a provider's addresses would mean being anybody.

use std::collections::BTreeSet;

use usher_domain::command::{GroupCommand, UserCommand, UserPatch};
use usher_domain::directory::{DirectoryEntry, EmailLabel, Subject};
use usher_domain::event::Profile;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::refusal::CapacityRefusal;
use usher_domain::text::{Email, Name};
use usher_domain::user::User;
use usher_domain::{Account, AccountId, Actor, Command, GroupId, Refusal, UserId};
use usher_engine::{Cause, Failure, Request};
use usher_identity::draw_bits;
use usher_identity::single_sign_on::{Person, Provider, Vouched};

use crate::failed::Failed;
use crate::portal::Portal;
use crate::sentence;

/// The account that somebody signs in to.
pub(super) struct Door<'a> {
    pub(super) portal: &'a Portal,
    /// The cause for the audit.
    pub(super) cause: Cause,
}

/// A user who may sign in.
pub(super) struct Admitted {
    pub(super) user: UserId,
    /// A sentence that they need to read.
    pub(super) note: Option<String>,
}

/// What the account knows about a person.
enum Known {
    /// The user whom the provider has vouched for before.
    BySubject(Box<User>),
    /// The user with the address, and whether the address is enough.
    ByEmail(Box<User>, bool),
    /// No user.
    No,
}

struct KnownState {
    known: Known,
    /// The user who wants to connect to the provider.
    wants_link: Option<Box<User>>,
    /// The account's groups that the provider names; `None` if no group should change.
    groups: Option<BTreeSet<GroupId>>,
    /// The groups that the person is in.
    present: BTreeSet<GroupId>,
}

/// Finds, creates or connects the user, or returns a sentence that says why not.
pub(super) async fn admit(door: &Door<'_>, vouched: &Vouched) -> Result<Result<Admitted, String>, Failed> {
    let Some(subject) = subject(&vouched.person) else {
        return Ok(Err(
            "Your provider names you in a way that this server cannot keep.".to_owned(),
        ));
    };
    let seen = look(door, vouched, &subject).await?;
    let app = &door.portal.app;
    let is_any_known = seen.groups.is_some();
    app.single_sign_on()
        .note_groups(vouched, is_any_known, app.engine().now());
    let wanted = match (seen.wants_link, seen.known) {
        (Some(user), Known::BySubject(known)) if known.id != user.id => {
            return Ok(Err("This login at the provider belongs to another user of the account already.".to_owned()));
        }
        (Some(user), _) | (None, Known::ByEmail(user, true)) => Ok((user, true)),
        (None, Known::BySubject(user)) => Ok((user, false)),
        (None, Known::ByEmail(_, false)) => Err(
            "There is a user with your e-mail address who is not connected with your provider. Sign in with a password \
             and connect it under “Password and sessions”, or ask an owner or admin."
                .to_owned(),
        ),
        (None, Known::No) => return create(door, vouched, subject, seen.groups).await,
    };
    let (user, is_new_here) = match wanted {
        Ok(wanted) => wanted,
        Err(why) => return Ok(Err(why)),
    };
    if !user.active {
        return Ok(Err(
            "Your user is switched off. Ask an owner or admin of your account.".to_owned(),
        ));
    }
    // A signed-in user who asked for it connects themselves: a provider's word alone links to no owner.
    let by = vouched.link_to.map_or(Actor::SingleSignOn, Actor::User);
    if is_new_here && let Err(refusal) = connect(door, vouched, by, &user, subject).await? {
        return Ok(Err(sentence::plain(&refusal)));
    }
    let note = match seen.groups {
        Some(groups) => set_groups(door, vouched.account, user.id, groups, &seen.present).await?,
        None => None,
    };
    let connected = vouched
        .link_to
        .map(|_| format!("You come in by {} from now on.", vouched.provider.label));
    Ok(Ok(Admitted {
        user: user.id,
        note: note.or(connected),
    }))
}

fn subject(person: &Person) -> Option<Subject> {
    Some(Subject {
        issuer: person.issuer.parse().ok()?,
        sub: person.subject.parse().ok()?,
    })
}

async fn look(door: &Door<'_>, vouched: &Vouched, subject: &Subject) -> Result<KnownState, Failed> {
    let (subject, person, provider) = (subject.clone(), vouched.person.clone(), vouched.provider.clone());
    let link_to = vouched.link_to;
    let view = move |account: &Account, _| {
        let known = known(account, &subject, &person, &provider);
        let wants_link = link_to.and_then(|user| account.user(user)).cloned().map(Box::new);
        let user = wants_link.as_deref().or(match &known {
            Known::BySubject(user) | Known::ByEmail(user, _) => Some(&**user),
            Known::No => None,
        });
        let present = user.map(|user| of_user(account, user.id)).unwrap_or_default();
        KnownState {
            groups: person.groups.as_ref().and_then(|named| {
                let known = matched(account, named);
                // An empty list means that the person is in no group. Only unknown names mean nothing.
                (named.is_empty() || !known.is_empty()).then_some(known)
            }),
            present,
            known,
            wants_link,
        }
    };
    let seen = door.portal.app.engine().read(vouched.account, view).await;
    Ok(seen.map_err(usher_app::Problem::from)?)
}

fn known(account: &Account, subject: &Subject, person: &Person, provider: &Provider) -> Known {
    if let Some(user) = account.user_by_subject(subject) {
        return Known::BySubject(Box::new(user.clone()));
    }
    let user = person
        .email
        .as_ref()
        .and_then(|email| Some((email, account.user_by_email(email)?)));
    let Some((email, user)) = user else {
        return Known::No;
    };
    let may_be_linked = match user.profile.role {
        Role::Owner => false,
        Role::Admin => user.directory.is_some(),
        Role::Manager | Role::Member => true,
    };
    let is_proved =
        provider.trusts_addresses || (provider.links_by_email && person.email_verified == Some(true));
    let is_theirs = is_proved
        && provider.names_domain_of(email)
        && may_be_linked
        && user
            .directory
            .as_ref()
            .is_none_or(|entry| entry.subject.is_none());
    Known::ByEmail(Box::new(user.clone()), is_theirs)
}

/// The groups with these names or external ids. Unknown names are ignored, because a provider names all the groups of a
/// company. Some write a path that begins with `/`.
fn matched(account: &Account, named: &BTreeSet<String>) -> BTreeSet<GroupId> {
    let both = |name: &String| [name.to_lowercase(), name.trim_start_matches('/').to_lowercase()];
    let folded: BTreeSet<_> = named.iter().flat_map(both).collect();
    let groups = account.groups().values();
    groups
        .filter(|group| {
            let external = group.external_id.as_ref();
            external.is_some_and(|id| named.contains(id.as_str()))
                || folded.contains(&group.name.as_str().to_lowercase())
        })
        .map(|group| group.id)
        .collect()
}

fn of_user(account: &Account, user: UserId) -> BTreeSet<GroupId> {
    let groups = account.groups().values();
    let of_user = groups.filter(|group| group.members.contains(&user));
    of_user.map(|group| group.id).collect()
}

/// Executes a command in the provider's name. A refusal is returned as a sentence for the person.
async fn give(door: &Door<'_>, account: AccountId, command: Command) -> Result<Result<(), Refusal>, Failed> {
    give_as(door, Actor::SingleSignOn, account, command).await
}

async fn give_as(
    door: &Door<'_>,
    actor: Actor,
    account: AccountId,
    command: Command,
) -> Result<Result<(), Refusal>, Failed> {
    let request = Request {
        actor,
        cause: door.cause.clone(),
        command,
    };
    match door
        .portal
        .app
        .engine()
        .execute(account, request, |_, (), _| ())
        .await
    {
        Ok(()) => Ok(Ok(())),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
        Err(failure) => Err(usher_app::Problem::from(failure).into()),
    }
}

/// Creates the user with what their groups give, or not at all.
async fn create(
    door: &Door<'_>,
    vouched: &Vouched,
    subject: Subject,
    groups: Option<BTreeSet<GroupId>>,
) -> Result<Result<Admitted, String>, Failed> {
    let (person, provider) = (&vouched.person, &vouched.provider);
    if !provider.creates_users {
        return Ok(Err(
            "There is no user for you in this account. Ask an owner or admin to add you.".to_owned(),
        ));
    }
    let Some(email) = person
        .email
        .as_ref()
        .filter(|_| provider.trusts_addresses || person.email_verified == Some(true))
    else {
        return Ok(Err(
            "Your provider names no e-mail address of yours, or does not say that it is verified. Without one there can \
             be no user for you here. Ask an owner or admin of your account: they can add you, or trust the addresses \
             of the provider."
                .to_owned(),
        ));
    };
    if !provider.takes(email) {
        return Ok(Err(format!(
            "People with an address like {email} do not come into this account."
        )));
    }
    let (Some(profile), Some(entry)) = (profile(person, email), entry(email, subject)) else {
        return Ok(Err(
            "Your provider names you in a way that this server cannot keep.".to_owned(),
        ));
    };
    let user = UserId::from_bits(draw_bits(door.portal.app.engine().now())?);
    let command = Command::User(UserCommand::Admit {
        id: user,
        profile,
        directory: entry,
        groups: groups.unwrap_or_default(),
    });
    Ok(match give(door, vouched.account, command).await? {
        Ok(()) => Ok(Admitted { user, note: None }),
        Err(
            refusal @ Refusal::Capacity(
                CapacityRefusal::NotEnoughSeats { .. } | CapacityRefusal::OverSubscription { .. },
            ),
        ) => Err(format!(
            "You were not added, because a group of yours gives a seat and none is left. {} Ask an owner or admin of \
             your account.",
            sentence::plain(&refusal)
        )),
        Err(refusal) => Err(format!("You were not added. {}", sentence::plain(&refusal))),
    })
}

fn profile(person: &Person, email: &Email) -> Option<Profile> {
    let name = person.name.clone().or_else(|| name_of(email))?;
    Some(Profile {
        name: name.into(),
        email: email.clone().into(),
        role: Role::Member,
        privileges: BTreeSet::new(),
        billing_contact: false,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    })
}

/// The part before the `@`.
fn name_of(email: &Email) -> Option<Name> {
    email.as_str().split('@').next()?.parse().ok()
}

fn entry(email: &Email, subject: Subject) -> Option<DirectoryEntry> {
    Some(DirectoryEntry {
        user_name: email.as_str().parse().ok()?,
        external_id: None,
        given_name: None,
        family_name: None,
        subject: Some(subject.into()),
        email_label: EmailLabel::default(),
    })
}

/// Links an existing user to the person at the provider.
async fn connect(
    door: &Door<'_>,
    vouched: &Vouched,
    by: Actor,
    user: &User,
    subject: Subject,
) -> Result<Result<(), Refusal>, Failed> {
    let entry = match user.directory.clone() {
        Some(entry) => Some(DirectoryEntry {
            subject: Some(subject.into()),
            ..entry
        }),
        None => entry(user.profile.email.reveal(), subject),
    };
    let change = UserPatch {
        directory: Some(entry),
        ..UserPatch::default()
    };
    let command = Command::User(UserCommand::Change { id: user.id, change });
    give_as(door, by, vouched.account, command).await
}

/// Sets the groups of a user. If the new groups need more seats than there are, the user still leaves the groups that
/// the provider no longer names; the sentence says what is missing.
async fn set_groups(
    door: &Door<'_>,
    account: AccountId,
    user: UserId,
    groups: BTreeSet<GroupId>,
    present: &BTreeSet<GroupId>,
) -> Result<Option<String>, Failed> {
    let stays = &groups & present;
    let Err(refusal) = give(
        door,
        account,
        Command::Group(GroupCommand::SetUserGroups { user, groups }),
    )
    .await?
    else {
        return Ok(None);
    };
    let left = give(
        door,
        account,
        Command::Group(GroupCommand::SetUserGroups { user, groups: stays }),
    )
    .await?;
    left.map_err(|refusal| Failed::refused(&refusal))?;
    Ok(Some(format!(
        "A group of yours could not give you what it should. {}",
        sentence::plain(&refusal)
    )))
}
