//! Validates and hashes new passwords.

use usher_app::{NotHashed, Problem};
use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::{Command, Refusal, UserId};
use usher_engine::Failure;
use usher_identity::{
    HashingShare, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PasswordError, PasswordHash, Weakness,
};

use crate::failed::Failed;
use crate::form::Form;
use crate::portal::Portal;
use crate::text::Label;
use crate::viewer::Viewer;

/// What a form says about a password that is chosen.
pub(crate) const HINT: Label = text!("sentences-password-hint");

/// The message of forms that ask for the present password.
pub(crate) const WRONG_PASSWORD: Label = text!("sentences-wrong-password");

/// The result of hashing a password.
pub(crate) enum Hashed {
    /// The hash.
    Yes(PasswordHash),
    /// The password breaks a rule; the form has the error.
    Wrong,
    /// The viewer may not set it.
    Refused(Refusal),
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

/// The same for people who are not signed in, and whose link is their permission. `about` are the [words known about
/// them](usher_identity::known_about).
pub(crate) async fn hash_without_viewer(
    portal: &Portal,
    share: HashingShare,
    form: &mut Form,
    password: String,
    about: Vec<String>,
) -> Result<Option<PasswordHash>, Failed> {
    match portal.app.identity().hash_password(share, password, about).await {
        Ok(hash) => Ok(Some(hash)),
        Err(error) => said(form, error).map(|()| None),
    }
}

/// Adds an error that says which rule a password breaks.
fn said(form: &mut Form, error: PasswordError) -> Result<(), Failed> {
    match error {
        PasswordError::TooShort => {
            form.wrong(
                "password",
                text!("sentences-password-short", min = PASSWORD_CHARS_MIN),
            );
        }
        PasswordError::TooLong => {
            form.wrong(
                "password",
                text!("sentences-password-long", max = PASSWORD_CHARS_MAX),
            );
        }
        PasswordError::Weak(weakness) => {
            form.wrong(
                "password",
                text!("sentences-password-weak", why = why_weak(weakness)),
            );
        }
        error => return Err(Problem::from(error).into()),
    }
    Ok(())
}

const fn why_weak(weakness: Weakness) -> Label {
    match weakness {
        Weakness::Common => text!("sentences-weak-common"),
        Weakness::NearlyCommon => text!("sentences-weak-nearly-common"),
        Weakness::AboutUser => text!("sentences-weak-about-user"),
        Weakness::OneWord => text!("sentences-weak-one-word"),
        Weakness::Row => text!("sentences-weak-row"),
        Weakness::Repeats => text!("sentences-weak-repeats"),
        Weakness::Date => text!("sentences-weak-date"),
        Weakness::Regular => text!("sentences-weak-regular"),
    }
}
