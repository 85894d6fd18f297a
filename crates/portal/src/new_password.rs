//! New passwords, wherever one is chosen.

use usher_api::Problem;
use usher_identity::{PasswordError, PasswordHash};

use crate::failed::Failed;
use crate::form::Form;
use crate::portal::Portal;
use crate::sentence;

/// Hashes the password of a form's field `password`; where it does not keep the rules, the form says so. `about` is
/// what is [known of its user](usher_identity::known_about).
pub(crate) async fn hash(
    portal: &Portal,
    form: &mut Form,
    password: String,
    about: Vec<String>,
) -> Result<Option<PasswordHash>, Failed> {
    match portal.api.identity().hash_password(password, about).await {
        Ok(hash) => Ok(Some(hash)),
        Err(error @ (PasswordError::TooShort | PasswordError::TooLong | PasswordError::Weak(_))) => {
            form.wrong("password", sentence::of_phrase(&error.to_string()));
            Ok(None)
        }
        Err(error) => Err(Problem::from(error).into()),
    }
}
