//! What the settings of single sign-on show.

use askama::Template;
use usher_domain::Account;
use usher_domain::permission::Role;

use crate::answer::Frame;
use crate::form::Form;

#[derive(Template)]
#[template(path = "sso/settings.html")]
pub(super) struct SettingsPage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) settings_path: String,
    pub(super) has_provider: bool,
    pub(super) label: String,
    /// None where the server does not know its own address.
    pub(super) redirect_uri: Option<String>,
    pub(super) signed_out_uri: Option<String>,
    pub(super) sign_in_url: Option<String>,
    pub(super) seen: Seen,
    pub(super) form: Form,
    pub(super) requirement: Form,
}

/// What is copied out of the account.
pub(super) struct Seen {
    pub(super) is_required: bool,
    break_glass: String,
    /// The owners who can be kept for emergencies, with their ids.
    pub(super) owners: Vec<(String, String)>,
}

impl Seen {
    pub(super) fn of(account: &Account) -> Self {
        let settings = account.settings().sign_in;
        let users = account.users().values();
        let owners = users.filter(|user| user.active && user.profile.role == Role::Owner);
        Self {
            is_required: settings.sso_required,
            break_glass: settings
                .break_glass
                .map(|user| user.to_string())
                .unwrap_or_default(),
            owners: owners
                .map(|user| (user.id.to_string(), user.profile.name.to_string()))
                .collect(),
        }
    }

    /// The requirement as it stands.
    pub(super) fn requirement(&self) -> Form {
        Form::showing([
            ("sso_required", if self.is_required { "on" } else { "" }),
            ("break_glass", self.break_glass.as_str()),
        ])
    }
}
