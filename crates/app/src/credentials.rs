//! Changing what people sign in with. Credentials are stored outside the journal, which records that they changed.
//!
//! First the rules decide whether the change is allowed, so that a refusal changes nothing. Then the change is stored
//! with a note, then it is recorded, then the note is deleted: see [`Unrecorded`]. A stored change has happened: it is
//! recorded under its actor, and the answer says so, even if the actor has lost the right meanwhile.

use std::collections::BTreeSet;
use std::net::IpAddr;

use usher_domain::command::{CredentialCommand, UserCommand, UserPatch};
use usher_domain::{Account, AccountId, Actor, Command, Refusal, Timestamp, UserId, network_of};
use usher_engine::{Cause, Failure, Request};
use usher_identity::{
    ChangeOrigin, ChangedBy, CredentialChange, HashingCaller, HashingShare, IdentityError, PasswordError,
    PasswordHash, PasswordLife, Secret, Unrecorded, known_about,
};

use crate::app::App;
use crate::problem::Problem;

impl App {
    /// Hashes a password that `command` gives a user. Whether the actor may give that command is decided first, by the
    /// account's current state: estimating and hashing cost processor time.
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

    /// Whether `password` is the current one of a user who is signed in with `credential`. Wrong ones are counted for
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

    /// Changes a user and sets a new password.
    ///
    /// Whether the actor may do both is decided with the change, so a refusal changes nothing. The password is stored
    /// afterwards: if that fails, the answer says so, but the change remains. If the user was deleted in between, they
    /// are not found.
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
        self.engine.execute(account, request, |_, (), _| ()).await?;
        let note = self.identity.set_password(account, user, hash, life, origin, now);
        Ok(self.record(&note.await?).await?)
    }

    /// Confirms a user's new second factor if `code` is correct. Returns the recovery codes; `None` if the code is
    /// wrong.
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

    /// Removes a user's second factor. Returns whether there was one.
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

    /// Checks with the account's rules whether an actor may do something.
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

    /// Records a change under its actor. That is refused only if the account or user was deleted, and then no entry is
    /// needed. If the journal accepts nothing at the moment, the note stays, and the change is recorded later.
    pub(crate) async fn record(&self, note: &Unrecorded) -> Result<(), Failure> {
        let request = Request {
            actor: actor(note.origin.by),
            cause: Cause::read(note.origin.cause.reveal()),
            command: command(&note.change),
        };
        let done = self.engine.execute(note.account, request, |_, (), _| ()).await;
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

    /// Records the changes that a crash or an outage of the journal left unrecorded. Call it at the start, and every
    /// few minutes.
    pub async fn record_left_over(&self) -> Result<(), IdentityError> {
        for note in self.identity.unrecorded(self.engine.now()).await? {
            // A refused one no longer needs an entry.
            let _ = self.record(&note).await;
        }
        Ok(())
    }

    /// Whether the account requires a second factor of a user who has none, and who can then only set one up.
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
    /// The password breaks the rules, or too many are being hashed.
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

/// The [words known about the user](usher_identity::known_about) after a command creates or changes them.
fn about(account: &Account, command: &Command) -> Vec<String> {
    match command {
        Command::User(UserCommand::Create { profile, .. }) => {
            known_about(account.name(), profile.name.reveal(), profile.email.reveal())
        }
        Command::User(UserCommand::Change { id, change }) => {
            let profile = account.user(*id).map(|user| &user.profile);
            let name = change
                .name
                .as_ref()
                .or(profile.map(|profile| profile.name.reveal()));
            let email = change
                .email
                .as_ref()
                .or(profile.map(|profile| profile.email.reveal()));
            match (name, email) {
                (Some(name), Some(email)) => known_about(account.name(), name, email),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The holder whose share of the hashing slots an actor uses.
fn hashing_caller(actor: &Actor) -> Option<HashingCaller> {
    match actor {
        Actor::User(user) => Some(HashingCaller::User(*user)),
        Actor::ApiKey { id, .. } => Some(HashingCaller::ApiKey(*id)),
        Actor::Operator => Some(HashingCaller::Operator),
        _ => None,
    }
}

/// The holder for a caller without a credential, who names `account` or none.
#[must_use]
pub fn hashing_share(account: Option<AccountId>, from: Option<IpAddr>) -> HashingShare {
    HashingShare {
        account,
        caller: from.map(network_of).map(HashingCaller::Network),
    }
}

/// The actor and cause of a change, for its note.
pub(crate) fn origin(actor: &Actor, cause: &Cause) -> ChangeOrigin {
    ChangeOrigin {
        by: match actor {
            Actor::User(user) => ChangedBy::User(*user),
            Actor::ApiKey { id, .. } => ChangedBy::ApiKey(*id),
            Actor::Operator => ChangedBy::Operator,
            _ => ChangedBy::Usher,
        },
        cause: cause.to_string().into(),
    }
}

/// The actor of a change. The scopes of a key are not checked again.
pub(crate) fn actor(by: ChangedBy) -> Actor {
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
    let noted_link = |user, purpose, is_made| {
        Command::Credential(CredentialCommand::NoteLink {
            user,
            purpose,
            is_made,
        })
    };
    match change {
        CredentialChange::PasswordSet { user, link } => {
            Command::Credential(CredentialCommand::NotePassword {
                user: *user,
                link: link.clone().map(|link| link.map(actor)),
            })
        }
        CredentialChange::SecondFactorSet { user } => noted(*user, true),
        CredentialChange::SecondFactorRemoved { user } => noted(*user, false),
        CredentialChange::LinkMade { user, purpose } => noted_link(*user, *purpose, true),
        CredentialChange::LinkRevoked { user, purpose } => noted_link(*user, *purpose, false),
        CredentialChange::Provider(change) => Command::Credential(CredentialCommand::NoteProvider {
            change: change.clone(),
        }),
    }
}
