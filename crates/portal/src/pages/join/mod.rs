//! The customer's page: they join with a code, without a login.
//!
//! `/join/{code}` is one URL for two kinds of clients. A client that asks for a page ([`people`]) gets one; all others
//! get the API's answer, as documented there.

mod people;
mod standing;
mod stream;
mod view;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use usher_domain::command::SessionCommand;
use usher_domain::presence::Customer;
use usher_domain::refusal::{SeatRefusal, StateRefusal};
use usher_domain::text::{Code, Name};
use usher_domain::{Command, Refusal};
use usher_engine::{Channel, Failure, Request};
use usher_journal::CodeOwner;

pub(crate) use self::people::is_for_people;
use self::standing::{JoinedBefore, Standing};
use self::view::{CustomerPart, EnterPage, SessionPage};
use crate::answer::{Frame, done, fragment, page, page_again, page_at};
use crate::brand::Brand;
use crate::failed::Failed;
use crate::flash;
use crate::form::{Form, PostedByAnybody};
use crate::from::From;
use crate::portal::Portal;
use crate::reader::{self, Reader};
use crate::routes::{Pages, get, post};
use crate::sentence;

/// The pages with their own URLs.
pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/join", get(enter).post(find))
        .route("/join/{code}/live", get(stream::stream))
}

/// The pages at the API's URLs.
pub(crate) fn routes_by_code() -> Pages {
    Pages::new()
        .route("/join/{code}", get(show).post(join))
        .route("/join/{code}/leave", post(leave))
}

async fn enter(State(portal): State<Arc<Portal>>, jar: CookieJar) -> Response {
    page(&EnterPage {
        frame: frame(&portal, &jar),
        form: Form::default(),
    })
}

/// Redirects to the session of an entered code.
async fn find(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    PostedByAnybody(form): PostedByAnybody,
) -> Result<Response, Failed> {
    look_up(&portal, &from, &jar, form).await
}

async fn look_up(portal: &Portal, from: &From, jar: &CookieJar, mut form: Form) -> Result<Response, Failed> {
    let code = form.parse::<Code>("code");
    if let Some(code) = code {
        if owner(portal, from, &code).await?.is_some() {
            return Ok(Redirect::to(&path(&code)).into_response());
        }
        form.wrong("code", view::NO_SUCH_CODE);
    }
    let frame = frame(portal, jar);
    Ok(page_again(&EnterPage { frame, form }))
}

async fn show(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    typed: Path<String>,
) -> Result<Response, Failed> {
    let Ok(code) = typed.parse::<Code>() else {
        return Ok(dead(&portal, &jar, &typed));
    };
    if code.as_str() != typed.as_str() {
        return Ok(Redirect::to(&path(&code)).into_response());
    }
    match owner(&portal, &from, &code).await? {
        Some(owner) => session_page(&portal, &jar, &code, owner, Form::default()).await,
        None => Ok(dead(&portal, &jar, code.as_str())),
    }
}

async fn join(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    typed: Path<String>,
    PostedByAnybody(form): PostedByAnybody,
) -> Result<Response, Failed> {
    come_in(&portal, &from, &jar, &typed, form).await
}

async fn come_in(
    portal: &Portal,
    from: &From,
    jar: &CookieJar,
    typed: &str,
    mut form: Form,
) -> Result<Response, Failed> {
    let Some((code, owner)) = owner_of_typed(portal, from, typed).await? else {
        return Ok(dead(portal, jar, typed));
    };
    let name = match form.value("name").trim() {
        "" => None,
        _ => form.parse::<Name>("name"),
    };
    if !form.is_right() {
        let mut response = session_page(portal, jar, &code, owner, form).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let command = Command::Session(SessionCommand::Connect {
        id: owner.session,
        customer: name.map(|name| Customer { name: name.into() }),
        proof: JoinedBefore::of(portal, jar, owner).proof(),
    });
    match carry_out(portal, from, owner, command).await? {
        Ok(()) => {
            let jar = JoinedBefore::keep(portal, &code, owner);
            Ok((jar, Redirect::to(&path(&code))).into_response())
        }
        // The session has ended, and its page says so.
        Err(Refusal::NotFound { .. }) => Ok(Redirect::to(&path(&code)).into_response()),
        Err(refusal) => {
            let message = match &refusal {
                // The domain's sentence addresses the agent.
                Refusal::Seat(SeatRefusal::SeatInCall { .. }) => view::AGENT_BUSY.into(),
                Refusal::State(StateRefusal::WrongState { state: "paused", .. }) => view::PAUSED.into(),
                refusal => sentence::of(refusal),
            };
            form.wrong("", message);
            let status = usher_app::Problem::refused(&refusal, None).kind().status;
            let mut response = session_page(portal, jar, &code, owner, form).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

async fn leave(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    typed: Path<String>,
    _: PostedByAnybody,
) -> Result<Response, Failed> {
    let Some((code, owner)) = owner_of_typed(&portal, &from, &typed).await? else {
        return Ok(dead(&portal, &jar, &typed));
    };
    let command = Command::Session(SessionCommand::End {
        ids: vec![owner.session],
        note: None,
        acting: None,
        proof: JoinedBefore::of(&portal, &jar, owner).proof(),
    });
    match carry_out(&portal, &from, owner, command).await? {
        Ok(()) => Ok(done("/join", text!("join-left"))),
        // The session has ended, or belongs to another customer; its page says which.
        Err(_) => Ok(Redirect::to(&path(&code)).into_response()),
    }
}

/// The page for the current state of a session, or for an invalid code.
async fn session_page(
    portal: &Portal,
    jar: &CookieJar,
    code: &Code,
    owner: CodeOwner,
    form: Form,
) -> Result<Response, Failed> {
    let joined = JoinedBefore::of(portal, jar, owner);
    let Some(standing) = Standing::of(portal, owner, joined).await? else {
        return Ok(dead(portal, jar, code.as_str()));
    };
    let is_over = standing.is_over();
    let reloads = !is_over && !standing.waits_for_customer();
    let show = || -> Result<Response, Failed> {
        let html = fragment(&CustomerPart::new(portal, standing))?;
        Ok(page(&SessionPage {
            frame: frame(portal, jar),
            form,
            code: code.to_string(),
            reloads,
            stream: (!is_over).then(|| format!("{}/live", path(code))),
            html,
        }))
    };
    let mut response = reader::look_for(reader_of(portal, owner).await, show)?;
    let headers = response.headers_mut();
    headers.insert(
        header::VARY,
        header::HeaderValue::from_static("accept, accept-language"),
    );
    Ok(response)
}

fn dead(portal: &Portal, jar: &CookieJar, typed: &str) -> Response {
    let mut form = Form::showing([("code", typed)]);
    form.wrong("code", view::NO_SUCH_CODE);
    let frame = frame(portal, jar);
    page_at(StatusCode::NOT_FOUND, &EnterPage { frame, form })
}

fn frame(portal: &Portal, jar: &CookieJar) -> Frame {
    Frame {
        brand: Some(Brand::of(portal)),
        flash: flash::read(jar),
        ..Frame::default()
    }
}

/// Customers read the language of their browser. If Usher does not speak it, they read that of the account.
async fn reader_of(portal: &Portal, owner: CodeOwner) -> Reader {
    let language = portal.app.account_language(owner.account).await;
    reader::current().or_in(language)
}

fn path(code: &Code) -> String {
    format!("/join/{code}")
}

/// The session of a code. Invalid codes are counted and throttled.
async fn owner(portal: &Portal, from: &From, code: &Code) -> Result<Option<CodeOwner>, Failed> {
    let found = portal.app.code_owner(code, from.arrival.address).await;
    match found {
        Ok(owner) => Ok(Some(owner)),
        Err(problem) if problem.kind().status == StatusCode::NOT_FOUND => Ok(None),
        Err(problem) => Err(problem.into()),
    }
}

async fn owner_of_typed(
    portal: &Portal,
    from: &From,
    typed: &str,
) -> Result<Option<(Code, CodeOwner)>, Failed> {
    let Ok(code) = typed.parse::<Code>() else {
        return Ok(None);
    };
    let owner = owner(portal, from, &code).await?;
    Ok(owner.map(|owner| (code, owner)))
}

/// Executes a command as the session's customer.
async fn carry_out(
    portal: &Portal,
    from: &From,
    owner: CodeOwner,
    command: Command,
) -> Result<Result<(), Refusal>, Failed> {
    let request = Request {
        actor: usher_domain::Actor::Customer(owner.session),
        cause: from.arrival.cause(Channel::Portal, None),
        command,
    };
    let engine = portal.app.engine();
    match engine.execute(owner.account, request, |_, (), _| ()).await {
        Ok(()) => Ok(Ok(())),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
        Err(Failure::NoAccount) => Ok(Err(Refusal::NotFound { what: "session" })),
        Err(failure) => Err(usher_app::Problem::from(failure).into()),
    }
}
