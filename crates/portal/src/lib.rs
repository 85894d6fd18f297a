//! The portal: pages rendered by the server, live over event streams, that work without script.
//!
//! # How a page is added
//!
//! 1. `src/pages/<topic>/view.rs` has the page's data: a struct of plain values, filled by a function of the account,
//!    the viewer and the time. The function runs while the account is locked, so it copies out only what the page
//!    needs, asks the domain's `access` functions, and returns a `Refusal` if the viewer may not see the page.
//! 2. `src/pages/<topic>/mod.rs` has the handlers and `routes()`. A handler takes a [`Viewer`](viewer::Viewer), the
//!    signed-in user of the account in the path, and either reads ([`Viewer::look`](viewer::Viewer::look)) or executes
//!    a command ([`Viewer::execute`](viewer::Viewer::execute)). A handler that changes something takes
//!    [`Posted`](form::Posted): the viewer and the form, after the checks against forgery. State that only this page
//!    needs is added to its routes ([`Pages::keeping`](routes::Pages::keeping)).
//! 3. `templates/<topic>/<page>.html` extends `layout.html` and takes repeated pieces from `macros.html`. Its struct
//!    has a `frame` field for the layout.
//! 4. A live page implements [`LivePage`](live::LivePage): its fragment is rendered into the page, and again for the
//!    stream whenever the account has changed. Forms are outside of the fragment.
//! 5. Two lines in `pages/mod.rs`: the `mod` of the topic, and its `routes()` in `all`. A page that is in the menu has
//!    a row in `nav.rs`. `CONTRIBUTING.md` lists the files outside of this crate.
//!
//! # Which file does what
//!
//! - `router.rs` takes the list of pages; no other file outside of `pages/` knows a page, except for `nav.rs`. It
//!   passes requests that only programs make straight to the API.
//! - `viewer.rs`: the function given to [`Viewer::look`](viewer::Viewer::look) runs while the account is locked; the
//!   page is rendered after that.
//! - `door.rs`: a viewer who first has to change their password, or to set up a second factor, gets through the
//!   handlers whose extractor says so by its type. No path is compared.
//! - `rights.rs`: a session gets a new secret when its user's rights have changed.
//! - `form.rs`: [`Form`](form::Form) keeps the typed values and their errors. `forgery.rs` has the checks, and
//!   `sentence.rs` words refusals for people; the domain's own sentences are for programs too.
//! - `labels.rs`: the list of errors names fields as the page labels them.
//! - `linked.rs`: names that lead to the pages of what they name, for readers who may open those.
//! - `asks.rs`: what to do about something that is missing; every empty page says it.
//! - `work.rs`: the question before a change that cuts somebody's work; every change that may do so asks it.
//! - `live.rs`: a fragment is sent at most four times a second and only if it differs, compressed where it may be
//!   large. The stream ends with the session, when the user loses the right to see the page, and when the server stops.
//! - `reader.rs`: in which zone the page's reader reads times, in which language texts, and by which language names are
//!   in order (`order.rs`). Every [`Moment`](shown::Moment) is shown in that zone.
//! - `text.rs`: the texts of pages, put into the reader's language when they are shown. `said.rs` makes HTML of them.
//! - `pages/members.rs` is shared by teams and groups. `pages/sso/admit.rs` decides which user a login becomes.
//! - `pages/operator` has the operator pages: `visitor.rs` there is to an operator session what `viewer.rs` is to a
//!   user's.
//! - `icon.rs` has the icons. `vendor` has the script library and the icons as published; tests compare them with their
//!   digests.
//!
//! # Answers
//!
//! After a change, answer with [`answer::done`], which redirects to a page and shows a message there. After a form with
//! errors, answer with the same page, the [`Form`](form::Form) and status 422.

#[macro_use]
mod text;

mod answer;
mod asks;
mod assets;
mod brand;
mod cookies;
mod cut;
mod doing;
mod door;
mod failed;
mod flash;
mod forgery;
mod fork;
mod form;
mod from;
mod icon;
mod labels;
mod linked;
mod live;
mod nav;
mod new_password;
mod order;
mod pages;
mod paging;
mod portal;
mod protect;
mod qr;
mod reader;
mod rights;
mod router;
mod routes;
mod said;
mod sentence;
mod shown;
mod viewer;
mod work;

pub use self::cookies::{OPERATOR_COOKIE, SESSION_COOKIE, SESSION_COOKIE_OF_HOST};
pub use self::fork::Fork;
pub use self::live::UPDATE_EVERY;
pub use self::router::{addresses, site};
