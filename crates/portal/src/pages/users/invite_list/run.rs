//! Adding and inviting the people of a list, once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use usher_app::{BodyDigest, IdempotencyKey};
use usher_domain::command::{GroupCommand, MemberChange, TeamCommand};
use usher_domain::text::Email;
use usher_domain::{AccountId, Actor, Command, Timestamp, UserId};
use usher_identity::Identity;

use super::plan::{Newcomer, RowState};
use crate::failed::Failed;
use crate::pages::users::{Invited, create};
use crate::said::Said;
use crate::sentence;
use crate::viewer::Viewer;

/// The most lists whose outcome is remembered; beyond that the oldest is forgotten.
const REMEMBERED_MAX: usize = 50;

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
pub(in crate::pages::users) struct Lists(Mutex<Vec<(String, Running)>>);

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
        let key = format!("{} {} {} {digest}", viewer.account, viewer.session.user, id.text);
        let running = self.running(&key);
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

    fn running(&self, key: &str) -> Running {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, running)) = lists.iter().find(|(known, _)| known == key) {
            return Arc::clone(running);
        }
        if lists.len() >= REMEMBERED_MAX {
            lists.remove(0);
        }
        let running = Running::default();
        lists.push((key.to_owned(), Arc::clone(&running)));
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
    Ok(Ok(outcome))
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
