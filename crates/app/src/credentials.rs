//! Changing what people sign in with. Credentials are kept apart from the journal, which records that they changed.
//!
//! Whether the change is allowed is asked first, so that a refusal changes nothing. Then the change is stored with a
//! note, then it is recorded, then the note goes: see [`Unrecorded`]. What is stored has happened: it is recorded under
//! whoever did it, and they are told so, also where they have lost the right to it meanwhile.

use std::collections::BTreeSet;
use std::net::IpAddr;

use usher_domain::command::{CredentialCommand, UserCommand, UserPatch};
use usher_domain::{Account, AccountId, Actor, Command, Refusal, Timestamp, UserId, network_of};
use usher_engine::{Cause, Failure, Request};
use usher_identity::{
    ChangeOrigin, ChangedBy, CredentialChange, HashingCaller, HashingShare, IdentityError, PasswordError,
    PasswordHash, PasswordLife, Secret, Unrecorded, known_about,
};

use crate::api::Api;
use crate::problem::Problem;

impl Api {
    /// Hashes a password that `command` gives a user. Whether the actor may give that command is asked first, of the
    /// account as it is now: estimating and hashing cost a processor's time, which is for those who may.
    pub async fn hash_password(
        &self,
        account: AccountId,
        actor: &Actor,
        command: Command,
        password: String,
    ) -> Result<PasswordHash, NotHashed> {
        let by = actor.clone();
        let ask = move |account: &Account, now: Timestamp| {
            account.would_change(&command, &by, now)?;
            Ok(about(account, &command))
        };
        let about = match self.engine.read(account, ask).await {
            Ok(Ok(about)) => about,
            Ok(Err(refusal)) => return Err(NotHashed::Failed(Failure::Refused(refusal))),
            Err(failure) => return Err(NotHashed::Failed(failure)),
        };
        let share = HashingShare {
            account: Some(account),
            caller: hashing_caller(actor),
        };
        let hash = self.identity.hash_password(share, password, about).await;
        hash.map_err(NotHashed::Password)
    }

    /// Whether `password` is the present one of a user who is signed in by `credential`. Wrong ones are counted for
    /// that credential.
    pub async fn is_present_password(
        &self,
        account: AccountId,
        user: UserId,
        password: String,
        credential: &str,
    ) -> Result<bool, Problem> {
        let attempt = self.throttle.present_password(account, user, credential);
        let attempt = attempt.map_err(Problem::too_many_attempts)?;
        let share = HashingShare {
            account: Some(account),
            caller: Some(HashingCaller::User(user)),
        };
        let verified = self
            .identity
            .verify_password(share, account, Some(user), password);
        let is_right = verified.await?;
        if is_right {
            attempt.right();
        }
        Ok(is_right)
    }

    /// Changes a user and gives them another password.
    ///
    /// Whether the actor may do both is decided as the change is made, so a refusal changes nothing. The password comes
    /// after: where it cannot be stored the answer says so, and the change is made all the same. It is not found where
    /// the user was deleted in between.
    pub async fn set_password(
        &self,
        account: AccountId,
        user: UserId,
        change: UserPatch,
        (hash, life): (&PasswordHash, PasswordLife),
        actor: &Actor,
        cause: Cause,
    ) -> Result<(), Problem> {
        let (origin, now) = (origin(actor, &cause), self.engine.now());
        let change = UserPatch {
            new_password: true,
            ..change
        };
        let request = Request {
            actor: actor.clone(),
            cause,
            command: Command::User(UserCommand::Change { id: user, change }),
        };
        self.engine.execute(account, request, |_, _, _| ()).await?;
        let note = self.identity.set_password(account, user, hash, life, origin, now);
        Ok(self.record(&note.await?).await?)
    }

    /// Makes the second factor that was drawn for a user theirs, where `code` is one of it. Gives their recovery
    /// codes; none where the code is wrong.
    pub async fn confirm_second_factor(
        &self,
        account: AccountId,
        user: UserId,
        code: &str,
        cause: Cause,
    ) -> Result<Option<Vec<Secret>>, Problem> {
        let actor = Actor::User(user);
        let may = move |account: &Account, actor: &Actor| account.need_to_set_second_factor(actor, user);
        self.ask(account, &actor, may).await?;
        let (origin, now) = (origin(&actor, &cause), self.engine.now());
        let confirmed = self
            .identity
            .confirm_second_factor(account, user, code, origin, now);
        let Some((codes, note)) = confirmed.await? else {
            return Ok(None);
        };
        self.record(&note).await?;
        Ok(Some(codes))
    }

    /// Removes a user's second factor. Whether there was one.
    pub async fn remove_second_factor(
        &self,
        account: AccountId,
        user: UserId,
        actor: &Actor,
        cause: Cause,
    ) -> Result<bool, Problem> {
        let may = move |account: &Account, actor: &Actor| account.need_to_remove_second_factor(actor, user);
        self.ask(account, actor, may).await?;
        let (origin, now) = (origin(actor, &cause), self.engine.now());
        let removed = self.identity.remove_second_factor(account, user, origin, now);
        let Some(note) = removed.await? else {
            return Ok(false);
        };
        self.record(&note).await?;
        Ok(true)
    }

    /// Asks the account whether an actor may do something.
    pub async fn ask(
        &self,
        account: AccountId,
        actor: &Actor,
        may: impl Fn(&Account, &Actor) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<(), Failure> {
        let actor = actor.clone();
        let answer = self.engine.read(account, move |account, _| may(account, &actor));
        answer.await?.map_err(Failure::Refused)
    }

    /// Records a change as whoever made it, which is refused only where its account or user is gone, who need no entry.
    /// Where the journal takes nothing at the moment the note stays, and the change is recorded later.
    pub(crate) async fn record(&self, note: &Unrecorded) -> Result<(), Failure> {
        let request = Request {
            actor: actor(note.origin.by),
            cause: Cause::read(&note.origin.cause),
            command: command(&note.change),
        };
        let done = self.engine.execute(note.account, request, |_, _, _| ()).await;
        if let Err(failure @ (Failure::Overloaded { .. } | Failure::Unavailable(_))) = &done {
            tracing::warn!(
                error = failure as &dyn std::error::Error,
                "a change of a credential will be recorded later"
            );
            return Ok(());
        }
        self.forget(note).await;
        done
    }

    /// Records the changes that a crash, or an outage of the journal, left unrecorded. For the start, and every few
    /// minutes.
    pub async fn record_left_over(&self) -> Result<(), IdentityError> {
        for note in self.identity.unrecorded(self.engine.now()).await? {
            // What is refused needs no entry any more.
            let _ = self.record(&note).await;
        }
        Ok(())
    }

    /// Whether the account requires a second factor of a user who has none: such a one can do nothing but set it up.
    pub async fn lacks_second_factor(&self, account: AccountId, user: UserId) -> Result<bool, Failure> {
        if self.identity.has_second_factor(account, user) {
            return Ok(false);
        }
        let required = move |account: &Account, _| account.requires_second_factor(user);
        self.engine.read(account, required).await
    }

    async fn forget(&self, note: &Unrecorded) {
        if let Err(error) = self.identity.recorded(note).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a change of a credential will be recorded twice"
            );
        }
    }
}

/// Why a password was not hashed.
#[derive(Debug)]
pub enum NotHashed {
    /// The actor may not set it, or the account did not answer.
    Failed(Failure),
    /// The password does not keep the rules, or too many are hashed at once.
    Password(PasswordError),
}

impl From<NotHashed> for Problem {
    fn from(why: NotHashed) -> Self {
        match why {
            NotHashed::Failed(failure) => failure.into(),
            NotHashed::Password(error) => error.into(),
        }
    }
}

/// What is [known of the user](usher_identity::known_about) whom a command creates or changes, once it has done so.
fn about(account: &Account, command: &Command) -> Vec<String> {
    match command.unlabelled() {
        Command::User(UserCommand::Create { profile, .. }) => {
            known_about(account.name(), &profile.name, &profile.email)
        }
        Command::User(UserCommand::Change { id, change }) => {
            let profile = account.user(*id).map(|user| &user.profile);
            let name = change.name.as_ref().or(profile.map(|profile| &profile.name));
            let email = change.email.as_ref().or(profile.map(|profile| &profile.email));
            match (name, email) {
                (Some(name), Some(email)) => known_about(account.name(), name, email),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// Whose share of the places for hashing an actor takes.
fn hashing_caller(actor: &Actor) -> Option<HashingCaller> {
    match actor {
        Actor::User(user) => Some(HashingCaller::User(*user)),
        Actor::ApiKey { id, .. } => Some(HashingCaller::ApiKey(*id)),
        Actor::Operator => Some(HashingCaller::Operator),
        _ => None,
    }
}

/// The share of a caller without a credential, who names `account` or none.
#[must_use]
pub fn hashing_share(account: Option<AccountId>, from: Option<IpAddr>) -> HashingShare {
    HashingShare {
        account,
        caller: from.map(network_of).map(HashingCaller::Network),
    }
}

/// Who makes a change, and how it came in, as the note of it keeps it.
pub(crate) fn origin(actor: &Actor, cause: &Cause) -> ChangeOrigin {
    ChangeOrigin {
        by: match actor {
            Actor::User(user) => ChangedBy::User(*user),
            Actor::ApiKey { id, .. } => ChangedBy::ApiKey(*id),
            Actor::Operator => ChangedBy::Operator,
            _ => ChangedBy::Usher,
        },
        cause: cause.to_string(),
    }
}

/// Who made a change. What a key is good for is not asked any more.
fn actor(by: ChangedBy) -> Actor {
    match by {
        ChangedBy::User(user) => Actor::User(user),
        ChangedBy::ApiKey(id) => Actor::ApiKey {
            id,
            scopes: BTreeSet::new(),
        },
        ChangedBy::Operator => Actor::Operator,
        ChangedBy::Usher => Actor::System,
    }
}

/// The command that records a change.
fn command(change: &CredentialChange) -> Command {
    let noted = |user, is_set| Command::Credential(CredentialCommand::NoteSecondFactor { user, is_set });
    match change {
        CredentialChange::PasswordSet { user } => {
            Command::Credential(CredentialCommand::NotePassword { user: *user })
        }
        CredentialChange::SecondFactorSet { user } => noted(*user, true),
        CredentialChange::SecondFactorRemoved { user } => noted(*user, false),
        CredentialChange::Provider(change) => Command::Credential(CredentialCommand::NoteProvider {
            change: change.clone(),
        }),
    }
}
