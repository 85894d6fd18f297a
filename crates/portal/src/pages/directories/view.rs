//! The data of the directory pages.

use askama::Template;

use super::guides::Guide;
use crate::answer::Frame;
use crate::linked::Linked;

#[derive(Template)]
#[template(path = "directories/list.html")]
pub(super) struct ListPage {
    pub(super) frame: Frame,
    pub(super) groups: String,
    pub(super) path: String,
    /// `None` if the server does not know its own address.
    pub(super) base: Option<String>,
    pub(super) is_here_alone: bool,
    pub(super) guides: &'static [Guide],
}

#[derive(Template)]
#[template(path = "directories/guide.html")]
pub(super) struct GuidePage {
    pub(super) frame: Frame,
    pub(super) list: String,
    pub(super) keys: String,
    pub(super) groups: String,
    pub(super) base: Option<String>,
    pub(super) is_here_alone: bool,
    pub(super) guide: &'static Guide,
    /// One of the account's pools, for the example; `None` if there is none.
    pub(super) pool: Option<Pool>,
}

/// A pool of the account.
pub(super) struct Pool {
    pub(super) of: Linked,
    pub(super) product: String,
}
