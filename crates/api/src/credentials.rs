//! Changing what people sign in with. Credentials are kept apart from the journal, which records that they changed.
//!
//! Whether the change is allowed is asked first, so that a refusal changes nothing. Then the change is stored with a
//! note, then it is recorded, then the note goes: see [`Unrecorded`].

use usher_domain::command::UserPatch;
use usher_domain::{Account, AccountId, Actor, Command, Outcome, Timestamp, UserId, decide};
use usher_engine::{Cause, Failure, Request};
use usher_identity::{By, CredentialChange, IdentityError, Origin, PasswordHash, Secret, Unrecorded};

use crate::api::Api;
use crate::problem::Problem;

impl Api {
    /// Gives a user another password, and carries out the command that records it (`password_set`), with whatever
    /// else that changes.
    pub async fn set_password<T: Send + 'static>(
        &self,
        account: AccountId,
        user: UserId,
        hash: &PasswordHash,
        request: Request,
        view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        self.check(account, &request.actor, &request.command).await?;
        let (origin, now) = (origin(&request.actor, &request.cause), self.engine.now());
        let note = self.identity.set_password(account, user, hash, origin, now);
        Ok(self.record(note.await?, request, view).await?)
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
        let request = Request {
            actor: Actor::User(user),
            cause,
            command: Command::NoteSecondFactor { user, is_set: true },
        };
        self.check(account, &request.actor, &request.command).await?;
        let (origin, now) = (origin(&request.actor, &request.cause), self.engine.now());
        let confirmed = self
            .identity
            .confirm_second_factor(account, user, code, origin, now);
        let Some((codes, note)) = confirmed.await? else {
            return Ok(None);
        };
        self.record(note, request, |_, _, _| ()).await?;
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
        let request = Request {
            actor: actor.clone(),
            cause,
            command: Command::NoteSecondFactor { user, is_set: false },
        };
        self.check(account, actor, &request.command).await?;
        let (origin, now) = (origin(actor, &request.cause), self.engine.now());
        let removed = self.identity.remove_second_factor(account, user, origin, now);
        let Some(note) = removed.await? else {
            return Ok(false);
        };
        self.record(note, request, |_, _, _| ()).await?;
        Ok(true)
    }

    /// Whether a command would be carried out at the moment; the refusal where it would not.
    async fn check(&self, account: AccountId, actor: &Actor, command: &Command) -> Result<(), Failure> {
        let (actor, command) = (actor.clone(), command.clone());
        let decided = self.engine.read(account, move |account, now| {
            decide(account, &command, &actor, now).map(|_| ())
        });
        decided.await?.map_err(Failure::Refused)
    }

    /// Carries out the command that records a change of credentials. Where it is refused after all, because the
    /// account changed a moment ago, the change is recorded in Usher's own name: it has happened.
    async fn record<T: Send + 'static>(
        &self,
        note: Unrecorded,
        request: Request,
        view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let done = self.engine.execute(note.account, request, view).await;
        match &done {
            Ok(_) => self.forget(&note).await,
            Err(Failure::Refused(_)) => self.record_late(&note).await,
            // Not for now, or it is not known: the note stays.
            Err(_) => {}
        }
        done
    }

    /// Carries out the command that records a change, in the name of who made it.
    pub(crate) async fn record_as(
        &self,
        note: Unrecorded,
        actor: &Actor,
        cause: Cause,
    ) -> Result<(), Failure> {
        let request = Request {
            actor: actor.clone(),
            cause,
            command: command(&note.change),
        };
        self.record(note, request, |_, _, _| ()).await
    }

    /// Records the changes that a crash, or an outage of the journal, left unrecorded. For the start, and every few
    /// minutes.
    pub async fn record_left_over(&self) -> Result<(), IdentityError> {
        for note in self.identity.unrecorded(self.engine.now()).await? {
            self.record_late(&note).await;
        }
        Ok(())
    }

    /// What everybody knows of a user, which guesses at their password begin with; nothing where there is no such user.
    pub async fn known_about(&self, account: AccountId, user: UserId) -> Result<Vec<String>, Failure> {
        let about = self.engine.read(account, move |account, _| {
            let user = account.user(user)?;
            let texts = [
                account.name().to_string(),
                user.profile.name.to_string(),
                user.profile.email.to_string(),
            ];
            Some(Vec::from(texts))
        });
        Ok(about.await?.unwrap_or_default())
    }

    /// Whether the account requires a second factor of a user who has none: such a one can do nothing but set it up.
    pub async fn lacks_second_factor(&self, account: AccountId, user: UserId) -> Result<bool, Failure> {
        if self.identity.has_second_factor(account, user) {
            return Ok(false);
        }
        let required = move |account: &Account, _| account.requires_second_factor(user);
        self.engine.read(account, required).await
    }

    /// Records a change as whoever made it would have, or in Usher's own name where they may not any more.
    async fn record_late(&self, note: &Unrecorded) {
        let by = match self.actor(note).await {
            Ok(by) => by,
            // Whose account or user is gone needs no entry any more.
            Err(Failure::NoAccount) => return self.forget(note).await,
            Err(_) => return,
        };
        for actor in [by, Actor::System] {
            let request = Request {
                actor,
                cause: Cause::read(&note.origin.cause),
                command: command(&note.change),
            };
            match self.engine.execute(note.account, request, |_, _, _| ()).await {
                Ok(()) | Err(Failure::NoAccount) => return self.forget(note).await,
                Err(Failure::Refused(_)) => {}
                Err(_) => return,
            }
        }
        self.forget(note).await;
    }

    /// Who made a change.
    async fn actor(&self, note: &Unrecorded) -> Result<Actor, Failure> {
        Ok(match note.origin.by {
            By::User(user) => Actor::User(user),
            By::Operator => Actor::Operator,
            By::Usher => Actor::System,
            By::ApiKey(id) => {
                let scopes = move |account: &Account, _| {
                    let key = account.api_keys().get(&id);
                    key.map(|key| key.scopes.clone()).unwrap_or_default()
                };
                let scopes = self.engine.read(note.account, scopes).await?;
                Actor::ApiKey { id, scopes }
            }
        })
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

/// Who makes a change, and how it came in, as the note of it keeps it.
pub(crate) fn origin(actor: &Actor, cause: &Cause) -> Origin {
    Origin {
        by: match actor {
            Actor::User(user) => By::User(*user),
            Actor::ApiKey { id, .. } => By::ApiKey(*id),
            Actor::Operator => By::Operator,
            _ => By::Usher,
        },
        cause: cause.to_string(),
    }
}

/// The command that records a change.
fn command(change: &CredentialChange) -> Command {
    let noted = |user, is_set| Command::NoteSecondFactor { user, is_set };
    match change {
        CredentialChange::PasswordSet { user } => Command::ChangeUser {
            id: *user,
            change: UserPatch {
                password_set: true,
                ..UserPatch::default()
            },
        },
        CredentialChange::SecondFactorSet { user } => noted(*user, true),
        CredentialChange::SecondFactorRemoved { user } => noted(*user, false),
        CredentialChange::Provider(change) => Command::NoteProvider {
            change: change.clone(),
        },
    }
}
