//! Heartbeats for the sign-ins on this browser and for the user's tickets.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use usher_domain::command::{Heartbeat, RenewTicket};
use usher_domain::{Account, Actor, Refusal, SignInId, TicketId};

use super::{device, path};
use crate::door::{ByItself, PostedAt};
use crate::failed::Failed;
use crate::form::Posted;
use crate::viewer::Viewer;

/// What needs heartbeats.
struct Present {
    /// The sign-ins, with whether using this page restarts their idle clocks (A1).
    sign_ins: Vec<(SignInId, bool)>,
    tickets: Vec<TicketId>,
}

/// A heartbeat: the page is still open.
pub(super) async fn alive(PostedAt { viewer, .. }: PostedAt<ByItself>) -> Result<StatusCode, Failed> {
    show_alive(&viewer, Sign::Open).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A heartbeat of a page that is being used.
pub(super) async fn active(Posted { viewer, .. }: Posted) -> Result<StatusCode, Failed> {
    show_alive(&viewer, Sign::Used).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The user pressed *Stay*.
pub(super) async fn stay(Posted { viewer, form }: Posted) -> Result<Response, Failed> {
    show_alive(&viewer, Sign::Stays).await?;
    Ok(Redirect::to(&path(form.value("product"))).into_response())
}

/// What a page says of its user.
#[derive(Clone, Copy)]
pub(super) enum Sign {
    /// It is open.
    Open,
    /// It was clicked on, or typed in. Where that is no activity, it is no answer to a warning either.
    Used,
    /// The user answered a warning.
    Stays,
}

/// Renews the user's sign-ins and tickets on this browser. The page itself shows if one has ended.
pub(super) async fn show_alive(viewer: &Viewer, sign: Sign) -> Result<(), Failed> {
    let here = device::id(&viewer.jar);
    let look = move |account: &Account, actor: &Actor, _| {
        let user = account.user_of(actor).and_then(|user| account.user(user));
        let user = user.ok_or(Refusal::NotFound { what: "user" })?;
        let sign_ins = user.sign_ins().iter();
        let sign_ins = sign_ins.filter_map(|id| account.sign_ins().get(id));
        let here = sign_ins.filter(|sign_in| Some(sign_in.device.id.reveal()) == here.as_ref());
        Ok(Present {
            sign_ins: here
                .map(|sign_in| (sign_in.id, account.console_use_counts(sign_in)))
                .collect(),
            tickets: user.tickets().to_vec(),
        })
    };
    let (_, present) = viewer.look(None, look).await?;
    for (sign_in, use_counts) in present.sign_ins {
        let active = match sign {
            Sign::Open => false,
            Sign::Used => use_counts,
            Sign::Stays => true,
        };
        let beat = Heartbeat { sign_in, active };
        // If the sign-in has ended in the meantime, this request has not failed.
        let _ = viewer.as_device(sign_in).execute(beat, |_, _, _| ()).await?;
    }
    for id in present.tickets {
        let _ = viewer.execute(RenewTicket { id }, |_, _, _| ()).await?;
    }
    Ok(())
}
