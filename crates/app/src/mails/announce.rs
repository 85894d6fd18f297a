//! Reads the journal for mails.
//!
//! It is read commit by commit, and it is stored up to where, in one transaction with the mails: so each commit makes its
//! mails once, whenever the server was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use usher_domain::event::UserEvent;
use usher_domain::permission::Role;
use usher_domain::personal::Personal;
use usher_domain::{Account, AccountId, Event, Millis, Secs, Timestamp, UserId};
use usher_engine::{Failure, Published};
use usher_identity::OutboxEntry;
use usher_journal::{AuditFilter, PageRequest, Seq, Span};

use super::notices::{Address, Notice, ProfileChanges, Reader, is_announced, notices};
use super::{Mail, MailReader, id_of, mail_in};
use crate::app::App;
use crate::problem::Problem;

/// The age from which on nobody wants to be told any more: after an outage, or a time without mail.
const NEWS_MAX: Secs = Secs::new(86_400);

/// How many commits, or accounts, are read at a time.
const PAGE: usize = 500;

/// How many changes of a user at one moment are looked through for what they were before.
const LOOKED_THROUGH_MAX: u16 = 50;

/// How long to wait after a failure, and at most after many of them.
const RETRY_AFTER: Duration = Duration::from_secs(5);
const RETRY_AFTER_MAX: Duration = Duration::from_mins(5);

/// The accounts whose mails could not be written. Each waits for itself, so that none keeps the others waiting.
#[derive(Default)]
struct Retries(BTreeMap<AccountId, Retry>);

/// When an account is tried again, and how long it waits for that.
struct Retry {
    at: Instant,
    pause: Duration,
}

impl Retries {
    fn note(&mut self, account: AccountId, outcome: Result<(), Problem>) {
        let Err(problem) = outcome else {
            self.0.remove(&account);
            return;
        };
        let before = self.0.get(&account).map(|retry| retry.pause * 2);
        let pause = before.unwrap_or(RETRY_AFTER).min(RETRY_AFTER_MAX);
        let at = Instant::now() + pause;
        self.0.insert(account, Retry { at, pause });
        tracing::warn!(
            %account,
            why = problem.detail(),
            retry_after_secs = pause.as_secs(),
            "mails about changes could not be written yet"
        );
    }

    /// Whether the account waits for its next attempt, which reads what has happened meanwhile, too.
    fn is_waiting(&self, account: AccountId) -> bool {
        self.0
            .get(&account)
            .is_some_and(|retry| retry.at > Instant::now())
    }

    /// The accounts to be tried again; waits for one, for ever if there is none.
    async fn due(&self) -> BTreeSet<AccountId> {
        match self.0.values().map(|retry| retry.at).min() {
            Some(first) => tokio::time::sleep_until(first).await,
            None => std::future::pending().await,
        }
        let now = Instant::now();
        let due = self.0.iter().filter(|(_, retry)| retry.at <= now);
        due.map(|(account, _)| *account).collect()
    }
}

impl App {
    /// Writes mails about what happens and what ends, as long as the program runs. Only if mail is set up.
    pub async fn announce(self: Arc<Self>) {
        tokio::join!(Arc::clone(&self).announce_changes(), self.remind());
    }

    async fn announce_changes(self: Arc<Self>) {
        self.engine.watch(is_announced);
        let mut retries = Retries::default();
        loop {
            let Err(problem) = self.announce_what_was_missed(&mut retries).await else {
                break;
            };
            tracing::warn!(
                why = problem.detail(),
                "the accounts could not be read for mails yet"
            );
            tokio::time::sleep(RETRY_AFTER).await;
        }
        loop {
            let accounts = tokio::select! {
                touched = self.engine.touched() => touched,
                due = retries.due() => due,
            };
            for account in accounts {
                if !retries.is_waiting(account) {
                    retries.note(account, self.announce_account(account).await);
                }
            }
        }
    }

    /// Writes the mails of the time in which no server ran.
    async fn announce_what_was_missed(&self, retries: &mut Retries) -> Result<(), Problem> {
        let since = self.identity.outbox_since(self.engine.now()).await?;
        let known: BTreeMap<_, _> = self.identity.followed().await?.into_iter().collect();
        let mut after = None;
        loop {
            let accounts = self.engine.accounts(after, PAGE).await?;
            let Some(last) = accounts.last() else {
                return Ok(());
            };
            after = Some(*last);
            for account in accounts {
                let caught_up = self.catch_up(account, known.get(&account).copied(), since);
                retries.note(account, caught_up.await);
            }
        }
    }

    /// Writes the mails that an account lacks. `known` is the commit up to which its journal was read. One that was never
    /// read is read from its beginning, unless nothing has happened there since mails are written.
    async fn catch_up(
        &self,
        account: AccountId,
        known: Option<u64>,
        since: Timestamp,
    ) -> Result<(), Problem> {
        let Some((head, _)) = self.engine.head(account).await? else {
            return Ok(());
        };
        if known.is_some_and(|known| known >= head.get()) {
            return Ok(());
        }
        if known.is_none() {
            let before_head = Seq::new(head.get().saturating_sub(1));
            let newest = self.engine.published_after(account, before_head, 1).await?;
            if newest.iter().all(|commit| commit.at < since) {
                let followed = Some((account, head.get()));
                let _ = self.identity.put_in_outbox(Vec::new(), followed).await?;
                return Ok(());
            }
        }
        self.announce_account(account).await
    }

    /// Writes the mails about an account's commits after those that were read before.
    pub async fn announce_account(&self, account: AccountId) -> Result<(), Problem> {
        let since = self.identity.outbox_since(self.engine.now()).await?;
        let mut seq = self.identity.followed_until(account).await?;
        loop {
            let commits = self.engine.published_after(account, Seq::new(seq), PAGE).await?;
            let Some(last) = commits.last() else {
                return Ok(());
            };
            seq = last.seq.get();
            let now = self.engine.now();
            let news = commits.into_iter().filter(|commit| is_news(commit, since, now));
            let news: Vec<_> = news.collect();
            let changes = self.profile_changes(account, &news).await?;
            let Some(entries) = self.notices_of(account, &Arc::new(news), changes).await? else {
                return Ok(());
            };
            // What is refused is logged and counted.
            let _ = self.identity.put_in_outbox(entries, Some((account, seq))).await?;
        }
    }

    /// What the commits have changed of whose profile. Their events say what users are after them, and the audit what they
    /// were before.
    async fn profile_changes(
        &self,
        account: AccountId,
        commits: &[Published],
    ) -> Result<ProfileChanges, Problem> {
        let mut known: BTreeMap<UserId, Known> = BTreeMap::new();
        let mut changes = ProfileChanges::new();
        for commit in commits {
            let events = commit.entries.iter().flat_map(|entry| &entry.events);
            for event in events {
                let Event::User(event) = event else { continue };
                let Some((user, now)) = Known::after(event) else {
                    continue;
                };
                let before = match known.get(&user) {
                    _ if matches!(event, UserEvent::Created { .. }) => now.clone(),
                    Some(before) => before.clone(),
                    None => self.before(account, user, commit).await?,
                };
                let change = changes.entry((commit.seq, user)).or_default();
                change.role |= before.role.is_some_and(|before| now.role != Some(before));
                let is_another = |before: &Address| now.email.as_ref().is_some_and(|email| email != before);
                let former = before.email.clone().filter(is_another);
                change.former_address = change.former_address.take().or(former);
                known.insert(user, now.or(before));
            }
        }
        Ok(changes)
    }

    /// What a user was before a commit, as far as that is not too long ago to look for.
    async fn before(&self, account: AccountId, user: UserId, commit: &Published) -> Result<Known, Problem> {
        let mut found = Vec::new();
        for action in ["user.created", "user.changed", "user.role_given"] {
            let filter = AuditFilter {
                span: Span {
                    from: None,
                    to: Some(commit.at + Millis::new(1)),
                },
                action: Some(action.to_owned()),
                target: Some(user.to_string()),
                ..AuditFilter::default()
            };
            let page = PageRequest::new(LOOKED_THROUGH_MAX, None);
            let rows = self.records.list_audit(account, filter, page).await?.items;
            let Some(row) = rows.into_iter().find(|row| row.seq < commit.seq) else {
                continue;
            };
            let detail = row.detail.as_ref().map_or("", |detail| detail.reveal());
            let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
            let profile = &detail["profile"];
            let role = detail.get("role").unwrap_or(&profile["role"]);
            let known = Known {
                role: serde_json::from_value(role.clone()).ok(),
                email: profile["email"].as_str().map(|email| Personal::new(email.into())),
            };
            found.push((row.seq, known));
        }
        // The newest first: the others say what it does not.
        found.sort_by_key(|(seq, _)| std::cmp::Reverse(*seq));
        let known = found.into_iter().map(|(_, known)| known);
        Ok(known.reduce(Known::or).unwrap_or_default())
    }

    /// The mails about commits; `None` if the account is gone.
    async fn notices_of(
        &self,
        account: AccountId,
        commits: &Arc<Vec<Published>>,
        changes: ProfileChanges,
    ) -> Result<Option<Vec<OutboxEntry>>, Problem> {
        let identity = self.identity.clone();
        let operator = self.mail_setup().and_then(|setup| setup.operator.clone());
        let all = Arc::clone(commits);
        let signed_in_once = if commits.is_empty() {
            BTreeSet::new()
        } else {
            identity.users_signed_in_once(account).await?
        };
        let look = move |account: &Account, _| {
            let reader = |user| MailReader {
                user,
                zone: identity.preferences(account.id(), user).time_zone,
                signed_in_once: signed_in_once.contains(&user),
            };
            let mut mails = Vec::new();
            for (index, commit) in all.iter().enumerate() {
                let entries = commit.entries.iter();
                let notices =
                    entries.flat_map(|entry| notices(account, &signed_in_once, commit.seq, entry, &changes));
                mails.extend(notices.filter_map(|notice| {
                    let (mail, address) = match notice.reader {
                        Reader::User(user) => mail_in(account, reader(user), notice.message.clone())?,
                        Reader::Operator => (to_operator(account, &notice), operator.clone()?),
                    };
                    let mail = if notice.is_to_stranger {
                        mail.without_names()
                    } else {
                        mail
                    };
                    Some((index, notice, mail, address))
                }));
            }
            mails
        };
        let mails = match self.engine.read(account, look).await {
            Ok(mails) => mails,
            Err(Failure::NoAccount) => return Ok(None),
            Err(failure) => return Err(failure.into()),
        };
        let mut entries = Vec::with_capacity(mails.len());
        for (index, notice, mail, address) in mails {
            let address = match (&notice.address, notice.reader) {
                (Some(address), _) => address.clone(),
                // Whoever changed something about signing in may have changed the address right after it.
                (None, Reader::User(user)) if mail.message.is_about_security() => {
                    let before = self.before(account, user, &commits[index]).await?;
                    before.email.unwrap_or(address)
                }
                (None, _) => address,
            };
            entries.push(self.entry_of(account, notice, &mail, address)?);
        }
        Ok(Some(entries))
    }

    fn entry_of(
        &self,
        account: AccountId,
        notice: Notice,
        mail: &Mail,
        address: Address,
    ) -> Result<OutboxEntry, Problem> {
        let (reader, mut entry) = (notice.reader, self.entry(mail, address)?);
        entry.asked_by = notice.asked_by;
        if let Some(what) = notice.same_as {
            entry.id = id_of("request", &format!("{account}/{reader:?}/{what}"));
        }
        Ok(match reader {
            Reader::User(user) => entry.for_user((account, user)),
            // The operator's mails are no business of the account's admins.
            Reader::Operator => entry.caused_by(account),
        })
    }
}

fn to_operator(account: &Account, notice: &Notice) -> Mail {
    Mail {
        name: None,
        account: Some(account.name().as_str().to_owned()),
        zone: None,
        message: notice.message.clone(),
    }
}

/// What is known of a user.
#[derive(Debug, Clone, Default)]
struct Known {
    role: Option<Role>,
    email: Option<Address>,
}

impl Known {
    /// What an event says that a user is after it.
    fn after(event: &UserEvent) -> Option<(UserId, Self)> {
        match event {
            UserEvent::Created { id, profile } | UserEvent::Changed { id, profile } => {
                let known = Self {
                    role: Some(profile.role),
                    email: Some(profile.email.map(|email| email.as_str().into())),
                };
                Some((*id, known))
            }
            UserEvent::RoleGiven { user, role, .. } => {
                let known = Self {
                    role: Some(*role),
                    email: None,
                };
                Some((*user, known))
            }
            _ => None,
        }
    }

    /// This, and what `other` knows besides.
    fn or(self, other: Self) -> Self {
        Self {
            role: self.role.or(other.role),
            email: self.email.or(other.email),
        }
    }
}

/// Whether somebody still wants to be told of a commit. `since` is when the first mail could be written.
fn is_news(commit: &Published, since: Timestamp, now: Timestamp) -> bool {
    commit.at >= since && commit.at + NEWS_MAX > now
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId::from_bits(1);

    fn failed() -> Result<(), Problem> {
        Err(Problem::forbidden("nothing"))
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_that_fails_is_tried_again_later_and_later_and_others_at_once() {
        let mut retries = Retries::default();
        for expected_secs in [5, 10, 20, 40, 80, 160, 300, 300] {
            let before = Instant::now();
            retries.note(ACCOUNT, failed());
            assert!(retries.is_waiting(ACCOUNT));
            assert!(!retries.is_waiting(AccountId::from_bits(2)));

            assert_eq!(retries.due().await, [ACCOUNT].into());

            assert_eq!(before.elapsed(), Duration::from_secs(expected_secs));
            assert!(!retries.is_waiting(ACCOUNT));
        }

        retries.note(ACCOUNT, Ok(()));
        let none = tokio::time::timeout(RETRY_AFTER_MAX * 2, retries.due()).await;
        assert!(none.is_err(), "{none:?}");
    }
}
