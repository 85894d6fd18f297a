//! Changing what people sign in with. Credentials are kept apart from the journal, which records that they changed.
//!
//! Whether the change is allowed is asked first, so that a refusal changes nothing. Then the change is stored with a
//! note, then it is recorded, then the note goes: see [`Unrecorded`].

use usher_domain::command::UserPatch;
use usher_domain::{Account, AccountId, Actor, Command, Outcome, Timestamp, UserId, decide};
use usher_engine::{Cause, Failure, Request, Way};
use usher_identity::{CredentialChange, IdentityError, PasswordHash, Secret, Unrecorded};

use crate::api::Api;
use crate::problem::Problem;

/// The cause of what is recorded late: how it came in was not kept.
const LATE: Cause = Cause::by(Way::Resume);

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
        let (by, now) = (user_behind(&request.actor), self.engine.now());
        let note = self.identity.set_password(account, user, hash, by, now).await?;
        Ok(self.record(note, request, view).await?)
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
        let now = self.engine.now();
        let confirmed = self.identity.confirm_second_factor(account, user, code, now);
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
        let (by, now) = (user_behind(actor), self.engine.now());
        let removed = self.identity.remove_second_factor(account, user, by, now);
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
            Ok(_) => self.forget(note).await,
            Err(Failure::Refused(_)) => self.record_late(note).await,
            // Not for now, or it is not known: the note stays.
            Err(_) => {}
        }
        done
    }

    /// Records the changes that a crash, or an outage of the journal, left unrecorded. For the start, and every few
    /// minutes.
    pub async fn record_left_over(&self) -> Result<(), IdentityError> {
        for note in self.identity.unrecorded(self.engine.now()).await? {
            self.record_late(note).await;
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

    async fn record_late(&self, note: Unrecorded) {
        let by = note.by.map(Actor::User);
        for actor in by.into_iter().chain([Actor::System]) {
            let request = Request {
                actor,
                cause: LATE,
                command: command(note),
            };
            match self.engine.execute(note.account, request, |_, _, _| ()).await {
                // Whose account or user is gone needs no entry any more.
                Ok(()) | Err(Failure::NoAccount) => return self.forget(note).await,
                Err(Failure::Refused(_)) => {}
                Err(_) => return,
            }
        }
        self.forget(note).await;
    }

    async fn forget(&self, note: Unrecorded) {
        if let Err(error) = self.identity.recorded(note).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a change of a credential will be recorded twice"
            );
        }
    }
}

fn user_behind(actor: &Actor) -> Option<UserId> {
    match actor {
        Actor::User(user) => Some(*user),
        _ => None,
    }
}

/// The command that records a change.
fn command(note: Unrecorded) -> Command {
    let noted = |is_set| Command::NoteSecondFactor {
        user: note.user,
        is_set,
    };
    match note.change {
        CredentialChange::PasswordSet => Command::ChangeUser {
            id: note.user,
            change: UserPatch {
                password_set: true,
                ..UserPatch::default()
            },
        },
        CredentialChange::SecondFactorSet => noted(true),
        CredentialChange::SecondFactorRemoved => noted(false),
    }
}
