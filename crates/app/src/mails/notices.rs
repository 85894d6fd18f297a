//! Mails about what the journal records: who asks for something, who answers, and what has changed about signing in.
//!
//! The journal is read commit by commit, and it is stored up to where, in one transaction with the mails: so each commit
//! makes its mails once, whenever the server was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use usher_domain::event::{AccountEvent, ApiKeyEvent, By, CredentialEvent, UserEvent};
use usher_domain::permission::{Privilege, Role};
use usher_domain::purchase::{Purchase, RequestOutcome};
use usher_domain::seat_request::SeatRequestAnswer;
use usher_domain::text::counted;
use usher_domain::{Account, AccountId, Actor, Event, Secs, SubscriptionRequestId, Timestamp, UserId};
use usher_engine::{Entry, Failure, Published};
use usher_identity::OutboxEntry;
use usher_journal::{AuditFilter, PageRequest, Seq};

use super::message::{Author, Message, SecurityChange, SubscriptionAnswer};
use super::{MailSetup, id_of, mail_in};

use crate::app::App;
use crate::problem::Problem;

/// The most people who are told about one thing: an account may have hundreds of managers.
const READERS_MAX: usize = 20;

/// The age from which on nobody wants to be told any more: after an outage, or a time without mail.
const NEWS_MAX: Secs = Secs::new(86_400);

/// How many commits, or accounts, are read at a time.
const PAGE: usize = 500;

/// How many changes of a user are looked through for the role before one of them.
const LOOKED_THROUGH_MAX: u16 = 50;

/// How long to wait after a failure.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The commits that changed the role of a user.
type RoleChanges = BTreeSet<(Seq, UserId)>;

/// A mail that is due, and its reader.
struct Notice {
    reader: Reader,
    message: Message,
    /// The mails that are about the same for their reader, of which only the first is written; `None` if there are no
    /// others.
    same_as: Option<String>,
    /// The user who asks for something with it.
    asked_by: Option<UserId>,
}

impl Notice {
    const fn new(reader: Reader, message: Message) -> Self {
        Self {
            reader,
            message,
            same_as: None,
            asked_by: None,
        }
    }
}

/// The reader of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    User(UserId),
    Operator,
}

impl App {
    /// Writes mails about what happens and what ends, as long as the program runs. Only if mail is set up.
    pub async fn announce(self: Arc<Self>) {
        tokio::join!(Arc::clone(&self).announce_changes(), self.remind());
    }

    async fn announce_changes(self: Arc<Self>) {
        self.engine.watch(is_announced);
        while let Err(problem) = self.announce_what_was_missed().await {
            warn(&problem);
            tokio::time::sleep(RETRY_AFTER).await;
        }
        loop {
            for account in self.engine.touched().await {
                while let Err(problem) = self.announce_account(account, None).await {
                    warn(&problem);
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    /// Writes the mails of the time in which no server ran. Accounts whose journals were never read for mails begin
    /// now.
    async fn announce_what_was_missed(&self) -> Result<(), Problem> {
        let known: BTreeMap<_, _> = self.identity.followed().await?.into_iter().collect();
        let mut after = None;
        loop {
            let accounts = self.engine.accounts(after, PAGE).await?;
            let Some(last) = accounts.last() else {
                return Ok(());
            };
            after = Some(*last);
            for account in accounts {
                let Some((head, _)) = self.engine.head(account).await? else {
                    continue;
                };
                match known.get(&account) {
                    Some(seq) if *seq >= head.get() => {}
                    Some(seq) => self.announce_account(account, Some(*seq)).await?,
                    None => {
                        let _ = self
                            .identity
                            .put_in_outbox(Vec::new(), Some((account, head.get())))
                            .await?;
                    }
                }
            }
        }
    }

    /// Writes the mails about an account's commits after `from`, or after those that were read before.
    pub async fn announce_account(&self, account: AccountId, from: Option<u64>) -> Result<(), Problem> {
        let mut seq = match from {
            Some(seq) => seq,
            None => self.identity.followed_until(account).await?,
        };
        loop {
            let commits = self.engine.published_after(account, Seq::new(seq), PAGE).await?;
            let Some(last) = commits.last() else {
                return Ok(());
            };
            seq = last.seq.get();
            let roles = self.role_changes(account, &commits).await?;
            let Some(entries) = self.notices_of(account, commits, roles).await? else {
                return Ok(());
            };
            // What is refused is logged and counted.
            let _ = self.identity.put_in_outbox(entries, Some((account, seq))).await?;
        }
    }

    /// Which of the commits have changed whose role. Their events say which role a user has after them, and the audit which
    /// they had before.
    async fn role_changes(&self, account: AccountId, commits: &[Published]) -> Result<RoleChanges, Problem> {
        let now = self.engine.now();
        let mut known: BTreeMap<UserId, Role> = BTreeMap::new();
        let mut changes = RoleChanges::new();
        for commit in commits.iter().filter(|commit| is_news(commit, now)) {
            let events = commit.entries.iter().flat_map(|entry| &entry.events);
            for event in events {
                if let Event::User(UserEvent::Created { id, profile }) = event {
                    known.insert(*id, profile.role);
                }
                let Event::User(event) = event else { continue };
                let Some((user, role)) = role_after(event) else {
                    continue;
                };
                let before = match known.insert(user, role) {
                    Some(before) => Some(before),
                    None => self.role_before(account, user, commit.seq).await?,
                };
                if before.is_some_and(|before| before != role) {
                    changes.insert((commit.seq, user));
                }
            }
        }
        Ok(changes)
    }

    /// The role that a user had before a commit; `None` if that is too long ago to look for.
    async fn role_before(
        &self,
        account: AccountId,
        user: UserId,
        before: Seq,
    ) -> Result<Option<Role>, Problem> {
        let mut last: Option<(Seq, Option<Role>)> = None;
        for action in ["user.created", "user.changed", "user.role_given"] {
            let filter = AuditFilter {
                action: Some(action.to_owned()),
                target: Some(user.to_string()),
                ..AuditFilter::default()
            };
            let page = PageRequest::new(LOOKED_THROUGH_MAX, None);
            let found = self.records.list_audit(account, filter, page).await?;
            let earlier = found.items.iter().find(|row| row.seq < before);
            let Some(row) = earlier.filter(|row| last.is_none_or(|(seq, _)| row.seq > seq)) else {
                continue;
            };
            let detail = row.detail.as_ref().map_or("", |detail| detail.reveal());
            let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
            let role = detail.get("role").unwrap_or(&detail["profile"]["role"]);
            last = Some((row.seq, serde_json::from_value(role.clone()).ok()));
        }
        Ok(last.and_then(|(_, role)| role))
    }

    /// The mails about commits; `None` if the account is gone.
    async fn notices_of(
        &self,
        account: AccountId,
        commits: Vec<Published>,
        roles: RoleChanges,
    ) -> Result<Option<Vec<OutboxEntry>>, Problem> {
        let (identity, now) = (self.identity.clone(), self.engine.now());
        let operator = self
            .mail_setup()
            .and_then(|setup: &MailSetup| setup.operator.clone());
        let look = move |account: &Account, _| {
            let fresh = commits.iter().filter(|commit| is_news(commit, now));
            let entries =
                fresh.flat_map(|commit| commit.entries.iter().map(move |entry| (commit.seq, entry)));
            let notices = entries.flat_map(|(seq, entry)| notices(account, seq, entry, &roles));
            let mails = notices.filter_map(|notice| {
                let (mail, address) = match notice.reader {
                    Reader::User(user) => {
                        let zone = identity.preferences(account.id(), user).time_zone;
                        mail_in(account, user, zone, notice.message)?
                    }
                    Reader::Operator => {
                        let mail = super::Mail {
                            name: None,
                            account: Some(account.name().as_str().to_owned()),
                            zone: None,
                            message: notice.message,
                        };
                        (mail, operator.clone()?)
                    }
                };
                Some((mail, address, notice.reader, notice.same_as, notice.asked_by))
            });
            mails.collect::<Vec<_>>()
        };
        let mails = match self.engine.read(account, look).await {
            Ok(mails) => mails,
            Err(Failure::NoAccount) => return Ok(None),
            Err(failure) => return Err(failure.into()),
        };
        let entries = mails
            .into_iter()
            .map(|(mail, address, reader, same_as, asked_by)| {
                let mut entry = self.entry(&mail, address)?;
                entry.asked_by = asked_by;
                if let Some(what) = same_as {
                    entry.id = id_of("request", &format!("{account}/{reader:?}/{what}"));
                }
                Ok(match reader {
                    Reader::User(user) => entry.for_user((account, user)),
                    // The operator's mails are no business of the account's admins.
                    Reader::Operator => entry.caused_by(account),
                })
            });
        entries.collect::<Result<Vec<_>, Problem>>().map(Some)
    }
}

fn warn(problem: &Problem) {
    tracing::warn!(
        why = problem.detail(),
        "mails about changes could not be written yet"
    );
}

/// Whether somebody still wants to be told of a commit.
fn is_news(commit: &Published, now: Timestamp) -> bool {
    commit.at + NEWS_MAX > now
}

/// Whether somebody is told of an event.
fn is_announced(event: &Event) -> bool {
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
fn notices(account: &Account, seq: Seq, entry: &Entry, roles: &RoleChanges) -> Vec<Notice> {
    let told = entry.events.iter().map(|event| match event {
        Event::Account(event) => of_purchases(account, entry, event),
        Event::User(event) => match role_after(event).filter(|(user, _)| roles.contains(&(seq, *user))) {
            Some((user, role)) => {
                let change = SecurityChange::Role(role);
                let message = security(account, entry, user, change);
                vec![Notice::new(Reader::User(user), message)]
            }
            None => of_seats(account, entry, event),
        },
        Event::Credential(event) => of_credentials(account, entry, event),
        Event::ApiKey(event) => of_keys(account, entry, event),
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
                reader: Reader::Operator,
                message,
                same_as: Some(in_this_hour(entry, &by.actor, what)),
                asked_by: by.actor.parse().ok(),
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

fn of_seats(account: &Account, entry: &Entry, event: &UserEvent) -> Vec<Notice> {
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
            let can_give =
                |other: UserId| other != *user && account.may(&Actor::User(other), Privilege::SeatsManage);
            let same_as = in_this_hour(entry, &user.to_string(), product.as_str());
            readers(account, can_give)
                .map(|reader| Notice {
                    reader: Reader::User(reader),
                    message: message.clone(),
                    same_as: Some(same_as.clone()),
                    asked_by: Some(*user),
                })
                .collect()
        }
        UserEvent::SeatRequestAnswered {
            user,
            product,
            answer,
        } => {
            let name = account.product_name(product);
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
    let told = change_of(event).map(|(user, change)| {
        let message = security(account, entry, user, change);
        Notice::new(Reader::User(user), message)
    });
    told.into_iter().collect()
}

/// The change of a credential that its user is told of; `None` if they are not.
fn change_of(event: &CredentialEvent) -> Option<(UserId, SecurityChange)> {
    match event {
        CredentialEvent::PasswordSet { user } => Some((*user, SecurityChange::Password)),
        CredentialEvent::SecondFactorSet { user } => Some((*user, SecurityChange::SecondFactorSet)),
        CredentialEvent::SecondFactorRemoved { user } => Some((*user, SecurityChange::SecondFactorRemoved)),
        // A link changes nothing until it is used, and then the password is set.
        CredentialEvent::LinkMade { .. }
        | CredentialEvent::LinkRevoked { .. }
        | CredentialEvent::ProviderChanged { .. } => None,
    }
}

fn of_keys(account: &Account, entry: &Entry, event: &ApiKeyEvent) -> Vec<Notice> {
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
        account
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
