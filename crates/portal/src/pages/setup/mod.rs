//! The first run: the first account with its seats, and its owner. It goes on in [`start`], with the owner signed in.

mod make;
mod sessions;
mod view;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use usher_app::{Arrival, FirstRun, to_the_end};

use self::make::Setting;
use self::view::{DeadPage, SetupPage};
use crate::answer::{Frame, page, page_again, page_at};
use crate::failed::Failed;
use crate::form::{Form, PostedByAnybody};
use crate::from::From;
use crate::pages::{sign_in, start};
use crate::portal::Portal;
use crate::routes::{Pages, get};

pub(crate) fn routes() -> Pages {
    Pages::new().route("/setup/{token}", get(show).post(set_up))
}

async fn show(State(portal): State<Arc<Portal>>, Path(token): Path<String>) -> Result<Response, Failed> {
    if !portal.app.leads_to_first_run(&token).await? {
        return Ok(dead());
    }
    let form = Form::default();
    Ok(page(&SetupPage {
        frame: Frame::default(),
        token,
        form,
    }))
}

async fn set_up(
    State(portal): State<Arc<Portal>>,
    Path(token): Path<String>,
    from: From,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    if !portal.app.leads_to_first_run(&token).await? {
        return Ok(dead());
    }
    let Some(wanted) = make::Wanted::of(&portal, &from, &mut form).await? else {
        return Ok(page_again(&SetupPage {
            frame: Frame::default(),
            token,
            form,
        }));
    };
    let setting = wanted.setting;
    let made = to_the_end({
        let (portal, arrival, token) = (Arc::clone(&portal), from.arrival.clone(), token.clone());
        async move { make_once(&portal, &arrival, &token, &wanted).await }
    });
    match made.await? {
        None => Ok(dead()),
        Some(Ok((account, owner))) => {
            let next = match setting {
                Setting::Company => start::path(account),
                Setting::Vendor => start::vendor_path(account),
            };
            let is_proved = std::future::ready(Ok(true));
            sign_in::begin(&portal, &from, account, owner, is_proved, &next).await
        }
        Some(Err(refused)) => {
            refused.show_in(&mut form);
            Ok(page_again(&SetupPage {
                frame: Frame::default(),
                token,
                form,
            }))
        }
    }
}

/// Makes the first account with the link, which works again if that fails; `None` if somebody else has used it.
async fn make_once(
    portal: &Portal,
    arrival: &Arrival,
    token: &str,
    wanted: &make::Wanted,
) -> Result<Option<make::SetUpResult>, Failed> {
    let identity = portal.app.identity();
    if !identity.use_setup_link(token).await? {
        return Ok(None);
    }
    // A program may have made an account while the form waited, as for the password to be checked.
    if FirstRun::of(portal.app.records()).await? == FirstRun::Over {
        return Ok(None);
    }
    let made = make::make(portal, arrival, wanted).await;
    if !matches!(made, Ok(Ok(_))) {
        identity.restore_setup_link(token).await?;
    }
    made.map(Some)
}

fn dead() -> Response {
    page_at(
        StatusCode::GONE,
        &DeadPage {
            frame: Frame::default(),
        },
    )
}
