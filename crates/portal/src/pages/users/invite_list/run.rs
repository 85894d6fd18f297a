//! Adding and inviting the people of a list, once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use usher_app::{BodyDigest, IdempotencyKey};
use usher_domain::command::{GroupCommand, MemberChange, TeamCommand};
use usher_domain::text::Email;
use usher_domain::{AccountId, Actor, Command, Secs, Timestamp, UserId};
use usher_identity::Identity;

use super::plan::{Newcomer, RowState};
use crate::failed::Failed;
use crate::pages::users::{Invited, create};
use crate::said::Said;
use crate::sentence;
use crate::viewer::Viewer;

/// The most lists of an account whose outcome is remembered; beyond that the oldest is forgotten, unless it still runs.
const REMEMBERED_MAX: usize = 5;

/// How long the outcome of a list is remembered: it has the links.
const REMEMBERED_FOR: Secs = Secs::new(15 * 60);

/// A list that was shown in a preview. The ids of its people follow from it: sent again, it finds those whom it has
/// added already.
#[derive(Clone)]
pub(super) struct ListId {
    text: String,
    account: AccountId,
    actor: Actor,
    identity: Identity,
}

/// What became of a list.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) invited: Vec<Invited>,
    pub(super) refused: Vec<Refused>,
    /// How many were there already.
    pub(super) known: usize,
    /// The list of those who were refused, as it was typed, with its headings.
    pub(super) left: String,
}

/// Somebody who was not added.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) line: usize,
    pub(super) who: String,
    pub(super) why: Vec<Said<String>>,
}

type Running = Arc<OnceCell<Arc<Outcome>>>;

/// The lists that were sent lately, so that a second click shows what the first one did: each link is shown once. In
/// memory only; after a restart, or on another server, people who were added get new links.
#[derive(Default)]
pub(in crate::pages::users) struct Lists(Mutex<Vec<Sent>>);

/// A list that was sent.
struct Sent {
    account: AccountId,
    /// The user, the list and its text.
    key: String,
    at: Timestamp,
    running: Running,
}

impl Sent {
    /// Whether requests wait for its outcome.
    fn is_running(&self) -> bool {
        !self.running.initialized() && Arc::strong_count(&self.running) > 1
    }
}

impl ListId {
    pub(super) fn of(viewer: &Viewer, text: String) -> Self {
        Self {
            text,
            account: viewer.account,
            actor: viewer.actor.clone(),
            identity: viewer.portal.app.identity().clone(),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The id of the person with this address.
    pub(super) fn user(&self, email: &Email, now: Timestamp) -> Option<UserId> {
        let digest = Sha256::new()
            .chain_update(&self.text)
            .chain_update([0])
            .chain_update(email.as_str())
            .finalize();
        let target = "invite from a list".to_owned();
        let key = IdempotencyKey::new(&HEXLOWER.encode(&digest), target, BodyDigest::default()).ok()?;
        let bits = key.bits(&self.identity, Some(self.account), &self.actor, now);
        bits.ok().map(UserId::from_bits)
    }
}

impl Lists {
    /// Adds and invites the people of a list, or returns what a request with the same list did. An error is a sentence
    /// about the list.
    pub(super) async fn once(
        &self,
        viewer: &Viewer,
        id: &ListId,
        text: &str,
    ) -> Result<Result<Arc<Outcome>, String>, Failed> {
        // Of each user their own: nobody learns another's links.
        let digest = HEXLOWER.encode(&Sha256::digest(text.as_bytes()));
        let key = format!("{} {} {digest}", viewer.session.user, id.text);
        let now = viewer.portal.app.engine().now();
        let running = self.running(viewer.account, key, now);
        let outcome = running.get_or_try_init(|| async {
            match invite_all(viewer, id, text).await {
                Ok(Ok(outcome)) => Ok(Arc::new(outcome)),
                Ok(Err(problem)) => Err(Ok(problem)),
                Err(failed) => Err(Err(failed)),
            }
        });
        match outcome.await {
            Ok(outcome) => Ok(Ok(Arc::clone(outcome))),
            Err(Ok(problem)) => Ok(Err(problem)),
            Err(Err(failed)) => Err(failed),
        }
    }

    fn running(&self, account: AccountId, key: String, now: Timestamp) -> Running {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|sent| now < sent.at + REMEMBERED_FOR || sent.is_running());
        let known = lists
            .iter()
            .find(|sent| sent.account == account && sent.key == key);
        if let Some(sent) = known {
            return Arc::clone(&sent.running);
        }
        // Other accounts' lists stay, however many this one sends.
        if lists.iter().filter(|sent| sent.account == account).count() >= REMEMBERED_MAX {
            let oldest = lists
                .iter()
                .position(|sent| sent.account == account && !sent.is_running());
            oldest.map(|oldest| lists.remove(oldest));
        }
        let running = Running::default();
        lists.push(Sent {
            account,
            key,
            at: now,
            running: Arc::clone(&running),
        });
        running
    }
}

async fn invite_all(viewer: &Viewer, id: &ListId, text: &str) -> Result<Result<Outcome, String>, Failed> {
    let plan = match super::plan(viewer, text, id).await? {
        Ok(plan) => plan,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut outcome = Outcome {
        known: plan.known(),
        ..Outcome::default()
    };
    let starts: Vec<_> = plan.rows.iter().map(|row| row.line).collect();
    for row in plan.rows {
        let who = if row.name.is_empty() { row.email } else { row.name };
        let why = match row.state {
            RowState::Known(_) => continue,
            RowState::Wrong(why) => why,
            RowState::New(newcomer) => match invite_one(viewer, id, &newcomer).await? {
                Ok(invited) => {
                    outcome.invited.push(invited);
                    continue;
                }
                Err(why) => vec![Said(why)],
            },
        };
        let line = row.line;
        outcome.refused.push(Refused { line, who, why });
    }
    let refused: Vec<_> = outcome.refused.iter().map(|one| one.line).collect();
    outcome.left = lines_of(text, &starts, &refused);
    Ok(Ok(outcome))
}

/// The lines of a text before the first row, and those of the rows that begin in the lines `wanted`. `starts`: where rows
/// begin. Lines are counted from 1.
fn lines_of(text: &str, starts: &[usize], wanted: &[usize]) -> String {
    let first = starts.first().copied().unwrap_or(1);
    let mut is_wanted = true;
    let lines = text.lines().enumerate().filter(|(index, _)| {
        let line = index + 1;
        if starts.contains(&line) {
            is_wanted = wanted.contains(&line);
        }
        line < first || is_wanted
    });
    lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// Adds a person with their licenses and an invitation, or says why not.
async fn invite_one(
    viewer: &Viewer,
    list: &ListId,
    newcomer: &Newcomer,
) -> Result<Result<Invited, String>, Failed> {
    let (name, email) = (newcomer.profile.name.reveal(), newcomer.profile.email.reveal());
    let now = viewer.portal.app.engine().now();
    let id = list.user(email, now).ok_or(Failed::Fault)?;
    let command = create::command(id, newcomer.profile.clone(), newcomer.licenses.clone(), false);
    if let Err(problem) = create::may_invite(viewer, &command).await {
        return Ok(Err(problem.detail().to_owned()));
    }
    if let Err(refusal) = create::make(viewer, id, command, None).await? {
        return Ok(Err(sentence::of(&refusal)));
    }
    let mut invited = Invited::without_link(name, email, create::path_of(viewer, id));
    for command in places(id, newcomer) {
        if let Err(refusal) = viewer.execute(command, |_, (), _| ()).await? {
            invited.but.push(Said(sentence::of(&refusal)));
        }
    }
    invited.invite(viewer, id).await;
    Ok(Ok(invited))
}

/// The commands that put a person into their team and group.
fn places(id: UserId, newcomer: &Newcomer) -> impl Iterator<Item = Command> {
    let joins = || {
        Some(MemberChange::Edit {
            add: BTreeSet::from([id]),
            remove: BTreeSet::new(),
        })
    };
    let team = newcomer.team.map(|team| {
        Command::Team(TeamCommand::Change {
            id: team,
            name: None,
            members: joins(),
        })
    });
    let group = newcomer.group.map(|group| {
        Command::Group(GroupCommand::Change {
            id: group,
            name: None,
            external_id: None,
            members: joins(),
        })
    });
    team.into_iter().chain(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTOSO: AccountId = AccountId::from_bits(1);
    const FABRIKAM: AccountId = AccountId::from_bits(2);
    const NOON: Timestamp = Timestamp::from_millis(1_795_435_200_000);

    /// Sends a list that is done at once. Returns whether it was done before.
    fn send(lists: &Lists, account: AccountId, key: &str, now: Timestamp) -> bool {
        let running = lists.running(account, key.to_owned(), now);
        running.set(Arc::default()).is_err()
    }

    #[test]
    fn a_list_is_remembered_for_a_while_whatever_other_accounts_send() {
        let lists = Lists::default();

        assert!(!send(&lists, CONTOSO, "list", NOON));
        for number in 0..200 {
            assert!(!send(&lists, FABRIKAM, &format!("list {number}"), NOON));
        }
        assert!(!send(&lists, FABRIKAM, "list", NOON), "of another account");

        assert!(send(
            &lists,
            CONTOSO,
            "list",
            NOON + Secs::new(REMEMBERED_FOR.get() - 1)
        ));
        assert!(lists.0.lock().unwrap().len() <= 2 * REMEMBERED_MAX);
        assert!(!send(&lists, CONTOSO, "list", NOON + REMEMBERED_FOR));
        assert_eq!(lists.0.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_list_that_runs_is_not_forgotten() {
        let lists = Lists::default();
        let running = lists.running(CONTOSO, "runs".to_owned(), NOON);

        for number in 0..20 {
            send(&lists, CONTOSO, &format!("list {number}"), NOON);
        }
        let again = lists.running(CONTOSO, "runs".to_owned(), NOON + REMEMBERED_FOR);

        assert!(Arc::ptr_eq(&running, &again));
    }
}
