//! Validates and hashes new passwords.

use usher_app::{NotHashed, Problem, hashing_share};
use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::{Command, Refusal, UserId};
use usher_engine::Failure;
use usher_identity::{PasswordError, PasswordHash, RandomError, draw_code};

use crate::failed::Failed;
use crate::form::Form;
use crate::from::From;
use crate::portal::Portal;
use crate::sentence;
use crate::viewer::Viewer;

/// The message of forms that ask for the present password.
pub(crate) const WRONG_PASSWORD: &str = "This is not your present password.";

/// The result of hashing a password.
pub(crate) enum Hashed {
    /// The hash.
    Yes(PasswordHash),
    /// The password breaks a rule; the form has the error.
    Wrong,
    /// The viewer may not set it.
    Refused(Refusal),
}

/// Draws a first password, which its user has to change when they first sign in: 98 bits, in letters and digits that
/// nobody confuses.
pub(crate) fn draw() -> Result<String, RandomError> {
    let codes = [draw_code()?, draw_code()?];
    let groups = codes.iter().flat_map(|code| {
        let (one, other) = code.as_str().split_at(code.as_str().len() / 2);
        [one, other]
    });
    Ok(groups.collect::<Vec<_>>().join("-").to_lowercase())
}

/// The command that changes only a user's password.
pub(crate) fn of_user(id: UserId) -> Command {
    Command::User(UserCommand::Change {
        id,
        change: UserPatch {
            new_password: true,
            ..UserPatch::default()
        },
    })
}

/// Hashes the password in a form's field `password`, if the viewer may execute `command`, which sets it.
pub(crate) async fn hash(
    viewer: &Viewer,
    form: &mut Form,
    command: Command,
    password: String,
) -> Result<Hashed, Failed> {
    let app = &viewer.portal.app;
    let hashed = app.hash_password(viewer.account, &viewer.actor, command, password);
    match hashed.await {
        Ok(hash) => Ok(Hashed::Yes(hash)),
        Err(NotHashed::Failed(Failure::Refused(refusal))) => Ok(Hashed::Refused(refusal)),
        Err(NotHashed::Failed(failure)) => Err(Problem::from(failure).into()),
        Err(NotHashed::Password(error)) => said(form, error).map(|()| Hashed::Wrong),
    }
}

/// The same for the first owner, which needs no permission. `about` are the [words known about
/// them](usher_identity::known_about).
pub(crate) async fn hash_of_first_owner(
    portal: &Portal,
    from: &From,
    form: &mut Form,
    password: String,
    about: Vec<String>,
) -> Result<Option<PasswordHash>, Failed> {
    let share = hashing_share(None, from.arrival.address);
    match portal.app.identity().hash_password(share, password, about).await {
        Ok(hash) => Ok(Some(hash)),
        Err(error) => said(form, error).map(|()| None),
    }
}

/// Adds an error that says which rule a password breaks.
fn said(form: &mut Form, error: PasswordError) -> Result<(), Failed> {
    match error {
        PasswordError::TooShort | PasswordError::TooLong | PasswordError::Weak(_) => {
            form.wrong("password", sentence::of_phrase(&error.to_string()));
            Ok(())
        }
        error => Err(Problem::from(error).into()),
    }
}
