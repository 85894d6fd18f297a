//! New passwords, wherever one is chosen.

use usher_app::{NotHashed, Problem, hashing_share};
use usher_domain::command::UserPatch;
use usher_domain::{Command, Refusal, UserId};
use usher_engine::Failure;
use usher_identity::{PasswordError, PasswordHash};

use crate::failed::Failed;
use crate::form::Form;
use crate::pages::sign_in::From;
use crate::portal::Portal;
use crate::sentence;
use crate::viewer::Viewer;

/// What became of a password that was to be hashed.
pub(crate) enum Hashed {
    /// This.
    Yes(PasswordHash),
    /// It does not keep the rules, as the form says.
    Wrong,
    /// The viewer may not set it.
    Refused(Refusal),
}

/// The command that gives a user another password, and changes nothing else.
pub(crate) fn of_user(id: UserId) -> Command {
    Command::ChangeUser {
        id,
        change: UserPatch {
            new_password: true,
            ..UserPatch::default()
        },
    }
}

/// Hashes the password of a form's field `password`, which `command` gives somebody, where the viewer may give that
/// command.
pub(crate) async fn hash(
    viewer: &Viewer,
    form: &mut Form,
    command: Command,
    password: String,
) -> Result<Hashed, Failed> {
    let api = &viewer.portal.api;
    let hashed = api.hash_password(viewer.account, &viewer.actor, command, password);
    match hashed.await {
        Ok(hash) => Ok(Hashed::Yes(hash)),
        Err(NotHashed::Failed(Failure::Refused(refusal))) => Ok(Hashed::Refused(refusal)),
        Err(NotHashed::Failed(failure)) => Err(Problem::from(failure).into()),
        Err(NotHashed::Password(error)) => said(form, error).map(|()| Hashed::Wrong),
    }
}

/// The same, for the first owner, whom nobody has to allow it. `about` is what is
/// [known of them](usher_identity::known_about).
pub(crate) async fn hash_of_first_owner(
    portal: &Portal,
    from: &From,
    form: &mut Form,
    password: String,
    about: Vec<String>,
) -> Result<Option<PasswordHash>, Failed> {
    let share = hashing_share(None, from.arrival.address);
    match portal.api.identity().hash_password(share, password, about).await {
        Ok(hash) => Ok(Some(hash)),
        Err(error) => said(form, error).map(|()| None),
    }
}

/// Says beside the field which rule a password does not keep.
fn said(form: &mut Form, error: PasswordError) -> Result<(), Failed> {
    match error {
        PasswordError::TooShort | PasswordError::TooLong | PasswordError::Weak(_) => {
            form.wrong("password", sentence::of_phrase(&error.to_string()));
            Ok(())
        }
        error => Err(Problem::from(error).into()),
    }
}
