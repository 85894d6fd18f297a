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
use usher_domain::{Account, AccountId, Event, Secs, Timestamp, UserId};
use usher_engine::{Failure, Published};
use usher_identity::OutboxEntry;
use usher_journal::{AuditFilter, PageRequest, Seq};

use super::notices::{Reader, RoleChanges, is_announced, notices, role_after};
use super::{Mail, MailSetup, id_of, mail_in};
use crate::app::App;
use crate::problem::Problem;

/// The age from which on nobody wants to be told any more: after an outage, or a time without mail.
const NEWS_MAX: Secs = Secs::new(86_400);

/// How many commits, or accounts, are read at a time.
const PAGE: usize = 500;

/// How many changes of a user are looked through for the role before one of them.
const LOOKED_THROUGH_MAX: u16 = 50;

/// How long to wait after a failure, and at most after many of them.
const RETRY_AFTER: Duration = Duration::from_secs(5);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);

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
            let roles = self.role_changes(account, &news).await?;
            let Some(entries) = self.notices_of(account, news, roles).await? else {
                return Ok(());
            };
            // What is refused is logged and counted.
            let _ = self.identity.put_in_outbox(entries, Some((account, seq))).await?;
        }
    }

    /// Which of the commits have changed whose role. Their events say which role a user has after them, and the audit which
    /// they had before.
    async fn role_changes(&self, account: AccountId, commits: &[Published]) -> Result<RoleChanges, Problem> {
        let mut known: BTreeMap<UserId, Role> = BTreeMap::new();
        let mut changes = RoleChanges::new();
        for commit in commits {
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
        let identity = self.identity.clone();
        let operator = self
            .mail_setup()
            .and_then(|setup: &MailSetup| setup.operator.clone());
        let look = move |account: &Account, _| {
            let commits = commits.iter();
            let entries =
                commits.flat_map(|commit| commit.entries.iter().map(move |entry| (commit.seq, entry)));
            let notices = entries.flat_map(|(seq, entry)| notices(account, seq, entry, &roles));
            let mails = notices.filter_map(|notice| {
                let (mail, address) = match notice.reader {
                    Reader::User(user) => {
                        let zone = identity.preferences(account.id(), user).time_zone;
                        mail_in(account, user, zone, notice.message)?
                    }
                    Reader::Operator => {
                        let mail = Mail {
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
