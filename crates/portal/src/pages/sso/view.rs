//! What the pages on the way to a provider and back show.

use askama::Template;

use crate::answer::Frame;
use crate::form::Form;
use crate::said::Said;

#[derive(Template)]
#[template(path = "sso/find.html")]
pub(super) struct FindPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
}

#[derive(Template)]
#[template(path = "sso/found.html")]
pub(super) struct FoundPage {
    pub(super) frame: Frame,
    pub(super) links: Vec<RealmLink>,
}

/// An account whose provider an address leads to. What the account calls itself is its own word, so the provider's
/// host stands beside it.
pub(super) struct RealmLink {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) account_name: String,
    pub(super) host: String,
}

#[derive(Template)]
#[template(path = "sso/held_back.html")]
pub(super) struct HeldBackPage {
    pub(super) frame: Frame,
    /// Addresses, and the names of their accounts.
    pub(super) links: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "sso/not_signed_in.html")]
pub(super) struct NotSignedInPage {
    pub(super) frame: Frame,
    pub(super) why: Said<String>,
    /// Where to try it again.
    pub(super) again: Option<String>,
}

/// Sends the browser on by itself. A redirect would do, did it not answer a form: the policy of our pages lets forms
/// lead to no other host.
#[derive(Template)]
#[template(path = "sso/onward.html")]
pub(super) struct OnwardPage {
    pub(super) frame: Frame,
    pub(super) url: String,
    pub(super) title: &'static str,
}

impl OnwardPage {
    pub(super) fn to(url: String, title: &'static str) -> Self {
        Self {
            frame: Frame::default(),
            url,
            title,
        }
    }
}
