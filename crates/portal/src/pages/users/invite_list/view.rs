//! The templates of the pages that invite people from a list.

use std::sync::Arc;

use askama::Template;

use super::plan::{Plan, RowState};
use super::run::Outcome;
use crate::answer::Frame;
use crate::form::Form;
use crate::pages::users::{all_links, people};

#[derive(Template)]
#[template(path = "users/invite_list.html")]
pub(super) struct FormPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) users: String,
    /// The products for programs, for the names of columns.
    pub(super) products: Vec<String>,
}

#[derive(Template)]
#[template(path = "users/invite_list_preview.html")]
pub(super) struct PreviewPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) users: String,
    pub(super) products: Vec<String>,
    pub(super) list_id: String,
    /// Whether invitations are sent by mail.
    pub(super) has_mail: bool,
    pub(super) plan: Plan,
}

impl PreviewPage {
    fn newcomers(&self) -> usize {
        self.plan.newcomers().count()
    }

    /// `Invite 48 people`.
    fn button(&self) -> String {
        format!("Invite {}", people(self.newcomers()))
    }
}

/// What was done. The links are shown only here.
#[derive(Template)]
#[template(path = "users/invite_list_result.html")]
pub(super) struct InvitedPage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) users: String,
    pub(super) is_here_alone: bool,
    pub(super) outcome: Arc<Outcome>,
}

impl InvitedPage {
    fn has_links(&self) -> bool {
        self.outcome.invited.iter().any(|one| one.link.is_some())
    }

    fn known(&self) -> String {
        people(self.outcome.known)
    }

    /// All invitations, to paste them into a sheet.
    fn all(&self) -> String {
        all_links(&self.outcome.invited)
    }
}
