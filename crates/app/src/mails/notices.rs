//! Which mails an event makes: who asks for something, who answers, and what has changed about signing in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use usher_domain::event::{AccountEvent, ApiKeyEvent, By, CredentialEvent, UserEvent};
use usher_domain::link::{LinkPurpose, UsedLink};
use usher_domain::permission::{Privilege, Role};
use usher_domain::personal::Personal;
use usher_domain::purchase::{Purchase, RequestOutcome};
use usher_domain::seat_request::SeatRequestAnswer;
use usher_domain::text::counted;
use usher_domain::{Account, Actor, Event, SubscriptionRequestId, Timestamp, UserId};
use usher_engine::{Channel, Entry};
use usher_journal::Seq;

use super::message::{Author, Message, SecurityChange, SubscriptionAnswer};

/// The most people who are told about one thing: an account may have hundreds of managers.
const READERS_MAX: usize = 20;

/// A mail address.
pub(super) type Address = Personal<Arc<str>>;

/// What commits changed of users' profiles.
pub(super) type ProfileChanges = BTreeMap<(Seq, UserId), ProfileChange>;

/// What a commit changed of a user's profile.
#[derive(Debug, Default)]
pub(super) struct ProfileChange {
    /// Whether it was the role.
    pub(super) role: bool,
    /// The address before it, if it was the address.
    pub(super) former_address: Option<Address>,
}

/// A mail that is due, and its reader.
pub(super) struct Notice {
    pub(super) reader: Reader,
    pub(super) message: Message,
    /// The mails that are about the same for their reader, of which only the first is written; `None` if there are no
    /// others.
    pub(super) same_as: Option<String>,
    /// The user who asks for something with it.
    pub(super) asked_by: Option<UserId>,
    /// Where it goes, if not to the reader's own address.
    pub(super) address: Option<Address>,
    /// Whether that address may be a stranger's.
    pub(super) is_to_stranger: bool,
}

impl Notice {
    const fn new(reader: Reader, message: Message) -> Self {
        Self {
            reader,
            message,
            same_as: None,
            asked_by: None,
            address: None,
            is_to_stranger: false,
        }
    }
}

/// The reader of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reader {
    User(UserId),
    Operator,
}

/// Whether somebody is told of an event.
pub(super) fn is_announced(event: &Event) -> bool {
    match event {
        Event::Account(event) => {
            matches!(
                event,
                AccountEvent::Requested { .. } | AccountEvent::RequestAnswered { .. }
            )
        }
        Event::User(event) => matches!(
            event,
            UserEvent::SeatRequested { .. }
                | UserEvent::SeatRequestAnswered { .. }
                | UserEvent::Changed { .. }
                | UserEvent::RoleGiven { .. }
        ),
        Event::Credential(event) => change_of(event).is_some(),
        Event::ApiKey(event) => matches!(event, ApiKeyEvent::Created { .. } | ApiKeyEvent::Rotated { .. }),
        _ => false,
    }
}

/// The mails about an entry, with their readers. The account is as it is now.
/// `signed_in_once` are the users who have ever signed in: of the others, nobody is told what others do.
pub(super) fn notices(
    account: &Account,
    signed_in_once: &BTreeSet<UserId>,
    seq: Seq,
    entry: &Entry,
    changes: &ProfileChanges,
) -> Vec<Notice> {
    let told = entry.events.iter().map(|event| match event {
        Event::Account(event) => of_purchases(account, entry, event),
        Event::User(event) => match role_after(event) {
            Some((user, role)) => match changes.get(&(seq, user)) {
                Some(change) => of_profile(account, entry, user, role, change),
                None => Vec::new(),
            },
            None => of_seats(account, signed_in_once, entry, event),
        },
        Event::Credential(event) => of_credentials(account, entry, event),
        Event::ApiKey(event) => of_keys(account, signed_in_once, entry, event),
        _ => Vec::new(),
    });
    told.flatten().collect()
}

/// The role that a user has after an event that may have changed it.
const fn role_after(event: &UserEvent) -> Option<(UserId, Role)> {
    match event {
        UserEvent::Changed { id, profile } => Some((*id, profile.role)),
        UserEvent::RoleGiven { user, role, .. } => Some((*user, *role)),
        _ => None,
    }
}

fn of_profile(
    account: &Account,
    entry: &Entry,
    user: UserId,
    role: Role,
    change: &ProfileChange,
) -> Vec<Notice> {
    let told = |change| Notice::new(Reader::User(user), security(account, entry, user, change));
    let mut notices = Vec::new();
    if change.role {
        notices.push(told(SecurityChange::Role(role)));
    }
    if let Some(former) = &change.former_address {
        let now = account.user(user).map(|user| &user.profile.email);
        notices.push(Notice {
            address: Some(former.clone()),
            ..told(SecurityChange::Address)
        });
        notices.push(Notice {
            address: now.map(|email| email.map(|email| email.as_str().into())),
            is_to_stranger: true,
            ..told(SecurityChange::Address)
        });
    }
    notices
}

fn of_purchases(account: &Account, entry: &Entry, event: &AccountEvent) -> Vec<Notice> {
    match event {
        AccountEvent::Requested { asked, by, .. } => {
            let message = Message::SubscriptionRequested {
                asked: in_words(account, asked),
                by: author(by),
            };
            let what = match asked {
                Purchase::Minutes { .. } => "minutes",
                Purchase::Subscription { .. } => "subscription",
            };
            vec![Notice {
                same_as: Some(in_this_hour(entry, &by.actor, what)),
                asked_by: by.actor.parse().ok(),
                ..Notice::new(Reader::Operator, message)
            }]
        }
        AccountEvent::RequestAnswered { id, outcome, by } => {
            let Some((user, asked)) = asked(account, *id) else {
                return Vec::new();
            };
            let answer = match outcome {
                RequestOutcome::Approved => SubscriptionAnswer::Approved,
                RequestOutcome::Changed { .. } => SubscriptionAnswer::Changed,
                RequestOutcome::Declined => SubscriptionAnswer::Declined,
            };
            let by = author(by);
            let message = Message::SubscriptionAnswered { asked, answer, by };
            vec![Notice::new(Reader::User(user), message)]
        }
        _ => Vec::new(),
    }
}

/// Who asked for a purchase, if it was a user, and what for.
fn asked(account: &Account, id: SubscriptionRequestId) -> Option<(UserId, String)> {
    let request = account.subscription_request(id)?;
    Some((request.by.actor.parse().ok()?, in_words(account, &request.asked)))
}

/// The requests of one asker for one thing within an hour: with each other note it is another request, and no news.
fn in_this_hour(entry: &Entry, asker: &str, what: &str) -> String {
    let hour = entry.at.millis().div_euclid(3_600_000);
    format!("{asker}/{what}/{hour}")
}

fn of_seats(
    account: &Account,
    signed_in_once: &BTreeSet<UserId>,
    entry: &Entry,
    event: &UserEvent,
) -> Vec<Notice> {
    match event {
        UserEvent::SeatRequested { user, product, note } => {
            let Some(asker) = account.user(*user) else {
                return Vec::new();
            };
            let message = Message::SeatRequested {
                user: asker.profile.name.map(|name| name.as_str().to_owned()),
                product: account.product_name(product),
                note: note.map(|note| note.as_str().to_owned()),
            };
            let can_give = |other: UserId| {
                other != *user
                    && signed_in_once.contains(&other)
                    && account.may(&Actor::User(other), Privilege::SeatsManage)
            };
            let same_as = in_this_hour(entry, &user.to_string(), product.as_str());
            readers(account, can_give)
                .map(|reader| Notice {
                    same_as: Some(same_as.clone()),
                    asked_by: Some(*user),
                    ..Notice::new(Reader::User(reader), message.clone())
                })
                .collect()
        }
        UserEvent::SeatRequestAnswered {
            user,
            product,
            answer,
        } => {
            // What people of the account call it is a text of theirs.
            let name = if signed_in_once.contains(user) {
                account.product_name(product)
            } else {
                product.as_str().to_owned()
            };
            let message = match answer {
                SeatRequestAnswer::Withdrawn => return Vec::new(),
                SeatRequestAnswer::Granted => Message::SeatGranted {
                    until: account
                        .user(*user)
                        .and_then(|user| Some(user.loan(product)?.until)),
                    product: name,
                },
                SeatRequestAnswer::Declined { by } => Message::SeatDeclined {
                    product: name,
                    by: author(by),
                },
            };
            vec![Notice::new(Reader::User(*user), message)]
        }
        _ => Vec::new(),
    }
}

fn of_credentials(account: &Account, entry: &Entry, event: &CredentialEvent) -> Vec<Notice> {
    // Whoever sets a server up chooses their own password there.
    let change = change_of(event).filter(|_| entry.cause.channel != Channel::SetUp);
    let Some((user, change)) = change else {
        return Vec::new();
    };
    let message = match event {
        // Whoever made the link may have used it.
        CredentialEvent::PasswordSet {
            link: Some(UsedLink::MadeBy(by)),
            ..
        } => Message::Security {
            change,
            by_reader: false,
            by: author(by),
            at: wall(account, entry.at),
        },
        // The user asked for it: the mail with the link tells them.
        CredentialEvent::LinkMade { .. } if *entry.actor == *Actor::System.to_string() => return Vec::new(),
        _ => security(account, entry, user, change),
    };
    vec![Notice::new(Reader::User(user), message)]
}

/// The change of a credential that its user is told of; `None` if they are not.
fn change_of(event: &CredentialEvent) -> Option<(UserId, SecurityChange)> {
    match event {
        CredentialEvent::PasswordSet { user, link } => Some((
            *user,
            match link {
                Some(UsedLink::MadeBy(_)) => SecurityChange::PasswordByLink,
                Some(UsedLink::AskedFor) | None => SecurityChange::Password,
            },
        )),
        CredentialEvent::LinkMade {
            user,
            purpose: LinkPurpose::Reset,
        } => Some((*user, SecurityChange::PasswordLink)),
        CredentialEvent::SecondFactorSet { user } => Some((*user, SecurityChange::SecondFactorSet)),
        CredentialEvent::SecondFactorRemoved { user } => Some((*user, SecurityChange::SecondFactorRemoved)),
        // An invitation changes nothing until it is used, and then the first password is set.
        CredentialEvent::LinkMade { .. }
        | CredentialEvent::LinkRevoked { .. }
        | CredentialEvent::ProviderChanged { .. } => None,
    }
}

fn of_keys(
    account: &Account,
    signed_in_once: &BTreeSet<UserId>,
    entry: &Entry,
    event: &ApiKeyEvent,
) -> Vec<Notice> {
    let (id, change): (_, fn(String) -> SecurityChange) = match event {
        ApiKeyEvent::Created { id, .. } => (id, SecurityChange::ApiKey),
        ApiKeyEvent::Rotated { id, .. } => (id, SecurityChange::ApiKeySecret),
        ApiKeyEvent::Revoked { .. } => return Vec::new(),
    };
    let Some(key) = account.api_keys().get(id) else {
        return Vec::new();
    };
    let change = change(key.name.as_str().to_owned());
    let is_owner = |user: UserId| {
        signed_in_once.contains(&user)
            && account
                .user(user)
                .is_some_and(|user| user.profile.role == Role::Owner)
    };
    let told = readers(account, is_owner).map(|user| {
        let message = security(account, entry, user, change.clone());
        Notice::new(Reader::User(user), message)
    });
    told.collect()
}

fn security(account: &Account, entry: &Entry, reader: UserId, change: SecurityChange) -> Message {
    let by: Option<UserId> = entry.actor.parse().ok();
    let name = by.and_then(|by| account.user(by));
    Message::Security {
        change,
        by_reader: by == Some(reader),
        by: Author {
            name: name.map(|user| user.profile.name.map(|name| name.as_str().to_owned())),
            note: None,
        },
        at: wall(account, entry.at),
    }
}

/// What the wall clock showed then.
fn wall(account: &Account, at: Timestamp) -> Timestamp {
    account.shown(at).get()
}

/// The active users of whom `is_meant` is true, in the order of their ids.
pub(super) fn readers(account: &Account, is_meant: impl Fn(UserId) -> bool) -> impl Iterator<Item = UserId> {
    let users = account.users().values().filter(|user| user.active);
    let meant = users.map(|user| user.id).filter(move |user| is_meant(*user));
    meant.take(READERS_MAX)
}

fn author(by: &By) -> Author {
    Author {
        name: by
            .name
            .as_ref()
            .map(|name| name.map(|name| name.as_str().to_owned())),
        note: by
            .note
            .as_ref()
            .map(|note| note.map(|note| note.as_str().to_owned())),
    }
}

/// What a request asks for, in words.
fn in_words(account: &Account, asked: &Purchase) -> String {
    match asked {
        Purchase::Minutes { minutes, .. } => counted(minutes, "pay-per-use minute", "pay-per-use minutes"),
        Purchase::Subscription { plan, products } => {
            let products = products.iter().map(|(product, seats)| {
                let name = account.product_name(product);
                let seats = seats_in_words(seats.named_seats, seats.shared_seats);
                format!("{seats} of {name}")
            });
            let products: Vec<_> = products.collect();
            format!("plan {}: {}", plan.name, products.join("; "))
        }
    }
}

/// `1 named seat and 3 shared seats`: without a kind of which there are none.
#[must_use]
pub fn seats_in_words(named: u32, shared: u32) -> String {
    let named_seats = counted(named, "named seat", "named seats");
    let shared_seats = counted(shared, "shared seat", "shared seats");
    match (named, shared) {
        (_, 0) => named_seats,
        (0, _) => shared_seats,
        _ => format!("{named_seats} and {shared_seats}"),
    }
}
