//! People who were added at once, with their invitations, for `m::handed_over`.

use usher_app::{LinkDelivery, defused};
use usher_domain::UserId;
use usher_domain::link::LinkPurpose;
use usher_domain::text::{Email, Name};

use super::link;
use crate::said::Said;
use crate::viewer::Viewer;

/// Somebody who was added.
#[derive(Debug)]
pub(crate) struct Invited {
    pub(crate) name: String,
    pub(crate) email: String,
    /// Their page.
    pub(crate) page: String,
    /// Whether the invitation was sent by mail.
    pub(crate) is_mailed: bool,
    /// The invitation; `None` if it was sent, or could not be made.
    pub(crate) link: Option<String>,
    /// What could not be done for them besides.
    pub(crate) but: Vec<Said<String>>,
}

/// All invitations that are shown, as lines with the name, the address and the link: to paste them into a sheet.
pub(crate) fn all_links(invited: &[Invited]) -> String {
    let lines = invited.iter().filter_map(|one| {
        let link = one.link.as_ref()?;
        let [name, email] = [&one.name, &one.email].map(|cell| defused(cell));
        Some(format!("{name}\t{email}\t{link}\n"))
    });
    lines.collect()
}

impl Invited {
    /// A user who is added and not invited yet.
    pub(crate) fn without_link(name: &Name, email: &Email, page: String) -> Self {
        Self {
            name: name.to_string(),
            email: email.to_string(),
            page,
            is_mailed: false,
            link: None,
            but: Vec::new(),
        }
    }

    /// Invites them. Without an invitation they are there all the same, and can be invited again on their page.
    pub(crate) async fn invite(&mut self, viewer: &Viewer, id: UserId) {
        match link::make_link(viewer, id, LinkPurpose::Invitation, LinkDelivery::Mail).await {
            Ok(made) => {
                self.is_mailed = made.url.is_none();
                self.link = made.url;
            }
            Err(problem) => self.but.push(Said(problem.detail().to_owned())),
        }
    }
}
