//! A forgotten password: the mailbox of an address gets a link. The answer is the same for every address, and
//! takes as long, because the work is done after it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use usher_app::Problem;
use usher_domain::text::Email;
use usher_engine::Channel;

use crate::answer::{Frame, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, PostedByAnybody};
use crate::from::From;
use crate::portal::Portal;

/// The page's path.
pub(super) const PATH: &str = "/forgotten-password";

#[derive(Template)]
#[template(path = "sign_in/forgotten.html")]
struct ForgottenPage {
    frame: Frame,
    form: Form,
    /// Whether this server sends mails. Without mail an admin makes a link.
    has_mail: bool,
    /// The address to which a link is on its way, if somebody has it.
    asked: Option<String>,
}

fn shown(portal: &Portal, form: Form, asked: Option<String>) -> ForgottenPage {
    ForgottenPage {
        frame: Frame::default(),
        form,
        has_mail: portal.app.mail_setup().is_some(),
        asked,
    }
}

pub(super) async fn show(State(portal): State<Arc<Portal>>) -> Response {
    page(&shown(&portal, Form::default(), None))
}

pub(super) async fn ask(
    State(portal): State<Arc<Portal>>,
    from: From,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    let Some(email) = form.parse::<Email>("email") else {
        return Ok(page_again(&shown(&portal, form, None)));
    };
    let admitted = portal
        .app
        .throttle()
        .forgotten_password(&email, from.arrival.address);
    let is_new = admitted.map_err(Problem::too_many_attempts)?;
    let asked = email.to_string();
    // Too many for one address are answered alike: the mails before are in its mailbox.
    if is_new && portal.app.mail_setup().is_some() {
        let cause = from.arrival.cause(Channel::Portal, None);
        portal.app.send_password_reset_links(email, cause);
    }
    Ok(page(&shown(&portal, form, Some(asked))))
}
