//! Help for people: what it means that they are refused a seat, and what they can do.
//!
//! `/problems` has the same codes for programs.

mod refusals;

use askama::Template;
use axum::response::Response;

use self::refusals::{REFUSALS, RefusalHelp};
use crate::answer::{Frame, page};
use crate::failed::Failed;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

/// The path of the page about refusals.
const PATH: &str = "/help/refusals";

#[derive(Template)]
#[template(path = "help/refusals.html")]
struct RefusalsHelp {
    frame: Frame,
    refusals: &'static [RefusalHelp],
}

pub(crate) fn routes() -> Pages {
    Pages::new().route(PATH, get(show))
}

/// Open to everybody: people who cannot sign in look here too.
async fn show(viewer: Result<Viewer, Failed>) -> Result<Response, Failed> {
    let frame = match viewer {
        Ok(viewer) => viewer.look(None, |_, _, _| Ok(())).await?.0,
        Err(_) => Frame::default(),
    };
    Ok(page(&RefusalsHelp {
        frame,
        refusals: REFUSALS,
    }))
}

/// The help for a code; `None` if it is not about seats.
fn of(code: &str) -> Option<&'static RefusalHelp> {
    REFUSALS.iter().find(|help| help.code == code)
}

/// A refusal in a few words, addressed to the refused user; `None` if it is not about seats.
pub(crate) fn title(code: &str) -> Option<&'static str> {
    of(code).map(|help| help.title)
}

/// Where a code is explained; `None` if it is not about seats.
pub(crate) fn link(code: &str) -> Option<String> {
    of(code).map(|help| format!("{PATH}#{}", help.code))
}
