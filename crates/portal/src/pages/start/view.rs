//! The templates of the first run.

use askama::Template;

use crate::answer::Frame;
use crate::form::Form;
use crate::pages::users::licenses::LicenseField;
use crate::pages::users::{Choice, Invited, all_links};

#[derive(Template)]
#[template(path = "start/vendor.html")]
pub(super) struct VendorPage {
    pub(super) frame: Frame,
    /// Where the first run goes on.
    pub(super) start: String,
}

#[derive(Template)]
#[template(path = "start/pool.html")]
pub(super) struct PoolPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    /// The next step.
    pub(super) next: String,
    pub(super) pool: PoolShown,
}

/// The pool, as it is.
#[derive(Debug)]
pub(super) struct PoolShown {
    pub(super) id: String,
    pub(super) product: String,
    pub(super) name: String,
    pub(super) seats: u32,
    /// The most seats that it can have.
    pub(super) seats_max: u32,
    /// How long somebody may be idle; empty if its users are not logged off (S8).
    pub(super) log_offs: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "start/people.html")]
pub(super) struct PeoplePage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) overview: String,
    pub(super) choices: PeopleChoices,
}

/// What there is to choose for the first people.
#[derive(Debug)]
pub(super) struct PeopleChoices {
    /// The licenses that they get, by product.
    pub(super) licenses: Vec<LicenseField>,
    /// Whether the viewer can give themselves a license, because they have none.
    pub(super) may_take_one: bool,
}

/// The people who were added, with their invitations, which are shown only here.
#[derive(Template)]
#[template(path = "start/added.html")]
pub(super) struct AddedPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) overview: String,
    pub(super) is_here_alone: bool,
    /// Whether invitations are sent by mail.
    pub(super) has_mail: bool,
    pub(super) added: Vec<Invited>,
    /// What was refused is in the form, to be mended.
    pub(super) choices: PeopleChoices,
    /// Whether the viewer has a license, so that they can take a seat.
    pub(super) may_work: bool,
}

impl AddedPage {
    fn has_links(&self) -> bool {
        self.added.iter().any(|one| one.link.is_some())
    }

    /// All invitations, to paste them into a sheet.
    fn all(&self) -> String {
        all_links(&self.added)
    }
}
