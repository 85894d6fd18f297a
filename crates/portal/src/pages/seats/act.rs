//! Freeing a seat from the map. What cuts off nobody's work is done at once; else the form asked first. If work has
//! begun since the form was shown, the page that asks is next.

use axum::response::{IntoResponse, Redirect, Response};
use usher_domain::command::{SessionCommand, SignInCommand};
use usher_domain::presence::{JoinProof, SessionState};
use usher_domain::refusal::StateRefusal;
use usher_domain::text::{Note, counted};
use usher_domain::{Account, Command, Refusal, SessionId, SignInId, Timestamp, UserId};

use super::{Asked, SeatsQuery};
use crate::answer::done;
use crate::cut::Cut;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::pools::may_log_out;
use crate::said::named;
use crate::viewer::Viewer;

/// The message if somebody else was faster.
const FREE_ALREADY: &str = "That person is not signed in there any more.";
const OVER_ALREADY: &str = "The session is over already.";

pub(super) async fn sign_out(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let back = back(&viewer, &form);
    let id: SignInId = form
        .value("sign_in")
        .parse()
        .map_err(|_| Failed::not_found("sign-in"))?;
    let note = match note(&mut form) {
        Ok(note) => note,
        Err(wrong) => return Ok(done(&back, format!("Nothing was done. The reason: {wrong}"))),
    };
    let shown = Cut::shown_in(&form);
    let actor = viewer.actor.clone();
    let look = move |account: &Account, actor: &usher_domain::Actor, _| {
        let sign_in = account
            .sign_ins()
            .get(&id)
            .filter(|sign_in| account.sees_user(actor, sign_in.user));
        Ok(sign_in.map(|sign_in| {
            let user = account
                .user(sign_in.user)
                .map(|user| user.profile.name.reveal().to_string());
            (user.unwrap_or_default(), sign_in.device.name.reveal().to_string())
        }))
    };
    let (_, seen) = viewer.look(None, look).await?;
    let make = move |account: &Account, _| {
        if let Some(sign_in) = account.sign_ins().get(&id)
            && may_log_out(account, &actor, sign_in)
        {
            Cut::with_sign_in(account, sign_in).need_shown(shown)?;
        }
        Ok(Command::SignIn(SignInCommand::SignOut {
            sign_in: id,
            note: note.clone(),
            acting: None,
        }))
    };
    match viewer.propose(make, |_, (), _| ()).await? {
        Ok(()) => {
            let (user, device) = seen.unwrap_or_default();
            let message = format!(
                "{} is signed out of {}. The seat is free.",
                named(user),
                named(device)
            );
            Ok(done(&back, message))
        }
        Err(Refusal::State(StateRefusal::ChangedMeanwhile { .. })) => {
            let ask = format!("/a/{}/sign-ins/{id}/log-out", viewer.account);
            Ok(Redirect::to(&ask).into_response())
        }
        Err(Refusal::State(StateRefusal::SignInEnded { .. })) => Ok(done(&back, FREE_ALREADY)),
        Err(refusal) => Err(Failed::refused(&refusal)),
    }
}

pub(super) async fn end(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let back = back(&viewer, &form);
    let id: SessionId = form
        .value("session")
        .parse()
        .map_err(|_| Failed::not_found("session"))?;
    let note = match note(&mut form) {
        Ok(note) => note,
        Err(wrong) => return Ok(done(&back, format!("Nothing was done. The reason: {wrong}"))),
    };
    let shown = Cut::shown_in(&form);
    let actor = viewer.actor.clone();
    let make = move |account: &Account, _| {
        if let Some(session) = account.sessions().get(&id)
            && account.sees_session(&actor, session)
        {
            Cut::with_session(session).need_shown(shown)?;
        }
        Ok(Command::Session(SessionCommand::End {
            ids: vec![id],
            note: note.clone(),
            acting: None,
            proof: JoinProof::None,
        }))
    };
    let closes = move |account: &Account, (): &(), now: Timestamp| match account.sessions().get(&id)?.state {
        SessionState::Ending { closes_at, .. } => Some(closes_at.remaining(now).get()),
        _ => None,
    };
    match viewer.propose(make, closes).await? {
        Ok(None) => Ok(done(&back, "The session is ended.")),
        Ok(Some(secs)) => {
            let secs = counted(secs, "second", "seconds");
            Ok(done(
                &back,
                format!("The notice runs: the session closes within {secs}."),
            ))
        }
        Err(Refusal::State(StateRefusal::ChangedMeanwhile { .. })) => {
            let ask = format!("{}/end?session={id}", NavPage::Sessions.path(viewer.account));
            Ok(Redirect::to(&ask).into_response())
        }
        Err(refusal @ Refusal::NotFound { .. }) => {
            if viewer.may_know_of_end(id).await? {
                return Ok(done(&back, OVER_ALREADY));
            }
            Err(Failed::refused(&refusal))
        }
        Err(refusal) => Err(Failed::refused(&refusal)),
    }
}

/// The reason that is told to the user, if one was typed; else what is wrong with it.
fn note(form: &mut Form) -> Result<Option<Note>, String> {
    if form.value("reason").trim().is_empty() {
        return Ok(None);
    }
    let note = form.parse("reason");
    note.map(Some).ok_or_else(|| {
        form.errors()
            .first()
            .map_or_else(String::new, |error| error.message.0.clone())
    })
}

/// Where the form was sent from: the page of a person, or a part of the map.
fn back(viewer: &Viewer, form: &Form) -> String {
    if let Ok(person) = form.value("person").parse::<UserId>() {
        return format!("{}/{person}", NavPage::Users.path(viewer.account));
    }
    let query = SeatsQuery::from(Asked {
        q: form.value("q").to_owned(),
        show: form.value("show").to_owned(),
        hall: form.value("hall").to_owned(),
        page: form.value("page").to_owned(),
        seat: String::new(),
    });
    query.to_link(&NavPage::Seats.path(viewer.account))
}
