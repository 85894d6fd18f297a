//! The templates of the sign-in pages.

use askama::Template;
use usher_domain::AccountId;

use crate::answer::Frame;
use crate::form::Form;
use crate::pages::sso;

#[derive(Template)]
#[template(path = "sign_in/sign_in.html")]
pub(super) struct SignInPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    /// Whether there is no account yet.
    pub(super) is_new: bool,
    /// Whether this browser still has the cookie of a session that has ended without *Sign out*.
    pub(super) has_ended: bool,
}

impl SignInPage {
    /// The URL for users whose account has a provider.
    fn single_sign_on(&self) -> String {
        sso::find_path(self.form.value("back"))
    }
}

#[derive(Template)]
#[template(path = "sign_in/choose.html")]
pub(super) struct ChoosePage {
    pub(super) frame: Frame,
    pub(super) choice: String,
    pub(super) accounts: Vec<(AccountId, String)>,
    pub(super) back: String,
}

/// The page that asks for a code of the second factor.
#[derive(Template)]
#[template(path = "sign_in/code.html")]
pub(super) struct CodePage {
    pub(super) frame: Frame,
    pub(super) form: Form,
}
