//! The templates of the pages on the way to a provider and back.

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

/// An account whose provider an address leads to. The account chose its name itself, so the provider's host is shown
/// beside it.
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
    /// URLs, and the names of their accounts.
    pub(super) links: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "sso/not_signed_in.html")]
pub(super) struct NotSignedInPage {
    pub(super) frame: Frame,
    pub(super) why: Said<String>,
    /// The URL for another attempt.
    pub(super) again: Option<String>,
}

/// Sends the browser on by itself. A redirect would not work in response to a form: our pages' policy does not let
/// forms lead to other hosts.
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
