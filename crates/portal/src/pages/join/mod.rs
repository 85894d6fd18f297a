//! The customer's page: in by a code, without a login.
//!
//! `/join/{code}` is one address for two kinds of callers. Who asks for a page ([`people`]) gets one; everybody else
//! gets the API's answer, as its document says.

mod people;
mod standing;
mod stream;
mod view;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use usher_api::Problem;
use usher_domain::presence::Customer;
use usher_domain::text::{Code, Name};
use usher_domain::{Command, Refusal};
use usher_engine::{Failure, Request, Way};
use usher_journal::CodeOwner;

pub(crate) use self::people::is_for_people;
use self::standing::{JoinedBefore, Standing};
use self::view::{CustomerPart, EnterPage, SessionPage};
use crate::answer::{Frame, done, page, page_again, page_at};
use crate::failed::Failed;
use crate::flash;
use crate::form::{Form, PostedByAnybody};
use crate::pages::sign_in::From;
use crate::portal::Portal;
use crate::routes::{Pages, get, post};
use crate::sentence;

/// The pages with addresses of their own.
pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/join", get(enter).post(find))
        .route("/join/{code}/live", get(stream::stream))
}

/// The pages at the API's addresses.
pub(crate) fn routes_by_code() -> Pages {
    Pages::new()
        .route("/join/{code}", get(show).post(join))
        .route("/join/{code}/leave", post(leave))
}

async fn enter(jar: CookieJar) -> Response {
    page(&EnterPage {
        frame: frame(&jar),
        form: Form::default(),
    })
}

/// To the session of a code that was typed.
async fn find(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    PostedByAnybody(form): PostedByAnybody,
) -> Result<Response, Failed> {
    let find = look_up(&portal, &jar, form);
    counted(&portal, &from, StatusCode::UNPROCESSABLE_ENTITY, find).await
}

/// Does what is asked with a code, where not too many were tried of late that lead nowhere, as this status says.
async fn counted(
    portal: &Portal,
    from: &From,
    nowhere: StatusCode,
    work: impl Future<Output = Result<Response, Failed>>,
) -> Result<Response, Failed> {
    let attempt = portal.api.throttle().join_code(from.arrival.address);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let done = work.await;
    if !done.as_ref().is_ok_and(|response| response.status() == nowhere) {
        attempt.right();
    }
    done
}

async fn look_up(portal: &Portal, jar: &CookieJar, mut form: Form) -> Result<Response, Failed> {
    let code = form.parse::<Code>("code");
    if let Some(code) = code {
        let standing = Standing::of(portal, &code, JoinedBefore::of(jar)).await?;
        if standing.is_some() {
            return Ok(Redirect::to(&path(&code)).into_response());
        }
        form.wrong("code", view::NO_SUCH_CODE);
    }
    let frame = frame(jar);
    Ok(page_again(&EnterPage { frame, form }))
}

async fn show(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    typed: Path<String>,
) -> Result<Response, Failed> {
    let Ok(code) = typed.parse::<Code>() else {
        return Ok(dead(&jar, &typed));
    };
    if code.as_str() != typed.as_str() {
        return Ok(Redirect::to(&path(&code)).into_response());
    }
    let show = session_page(&portal, &jar, &code, Form::default());
    counted(&portal, &from, StatusCode::NOT_FOUND, show).await
}

async fn join(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    typed: Path<String>,
    PostedByAnybody(form): PostedByAnybody,
) -> Result<Response, Failed> {
    let join = come_in(&portal, &from, &jar, &typed, form);
    counted(&portal, &from, StatusCode::NOT_FOUND, join).await
}

async fn come_in(
    portal: &Portal,
    from: &From,
    jar: &CookieJar,
    typed: &str,
    mut form: Form,
) -> Result<Response, Failed> {
    let Some((code, owner)) = owner(portal, typed).await? else {
        return Ok(dead(jar, typed));
    };
    let name = match form.value("name").trim() {
        "" => None,
        _ => form.parse::<Name>("name"),
    };
    if !form.is_right() {
        let mut response = session_page(portal, jar, &code, form).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let command = Command::ConnectSession {
        id: owner.session,
        customer: name.map(|name| Customer { name }),
    };
    match carry_out(portal, from, owner, command).await? {
        Ok(()) => {
            let jar = JoinedBefore::keep(portal, &code, owner);
            Ok((jar, Redirect::to(&path(&code))).into_response())
        }
        Err(Refusal::NotFound { .. }) => Ok(dead(jar, typed)),
        Err(refusal) => {
            let message = match &refusal {
                // The domain's sentence speaks to the agent.
                Refusal::SeatInCall { .. } => view::AGENT_BUSY.to_owned(),
                refusal => sentence::of(refusal),
            };
            form.wrong("", message);
            let status = usher_api::Problem::refused(&refusal, None).kind().status;
            let mut response = session_page(portal, jar, &code, form).await?;
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
    let leave = async {
        let Some((_, owner)) = owner(&portal, &typed).await? else {
            return Ok(dead(&jar, &typed));
        };
        let command = Command::EndSessions {
            ids: vec![owner.session],
            note: None,
        };
        match carry_out(&portal, &from, owner, command).await? {
            Ok(()) => Ok(done("/join", "You have left the session. Thank you.")),
            Err(_) => Ok(dead(&jar, &typed)),
        }
    };
    counted(&portal, &from, StatusCode::NOT_FOUND, leave).await
}

/// The page of a session as it stands; of a code that leads nowhere, where it does.
async fn session_page(portal: &Portal, jar: &CookieJar, code: &Code, form: Form) -> Result<Response, Failed> {
    let Some(standing) = Standing::of(portal, code, JoinedBefore::of(jar)).await? else {
        return Ok(dead(jar, code.as_str()));
    };
    let is_over = standing.is_over();
    let reloads = !is_over && !standing.waits_for_customer();
    let html = stream::render(&CustomerPart { standing });
    let mut response = page(&SessionPage {
        frame: frame(jar),
        form,
        code: code.to_string(),
        reloads,
        stream: (!is_over).then(|| format!("{}/live", path(code))),
        html,
    });
    let headers = response.headers_mut();
    headers.insert(header::VARY, header::HeaderValue::from_static("accept"));
    Ok(response)
}

fn dead(jar: &CookieJar, typed: &str) -> Response {
    let mut form = Form::showing([("code", typed)]);
    form.wrong("code", view::NO_SUCH_CODE);
    let frame = frame(jar);
    page_at(StatusCode::NOT_FOUND, &EnterPage { frame, form })
}

fn frame(jar: &CookieJar) -> Frame {
    Frame {
        flash: flash::read(jar),
        ..Frame::default()
    }
}

fn path(code: &Code) -> String {
    format!("/join/{code}")
}

async fn owner(portal: &Portal, typed: &str) -> Result<Option<(Code, CodeOwner)>, Failed> {
    let Ok(code) = typed.parse::<Code>() else {
        return Ok(None);
    };
    let owner = portal.api.find_code(&code).await?;
    Ok(owner.map(|owner| (code, owner)))
}

/// Gives a command as the session's customer.
async fn carry_out(
    portal: &Portal,
    from: &From,
    owner: CodeOwner,
    command: Command,
) -> Result<Result<(), Refusal>, Failed> {
    let request = Request {
        actor: usher_domain::Actor::Customer(owner.session),
        cause: from.arrival.cause(Way::Portal, None),
        command,
    };
    let engine = portal.api.engine();
    match engine.execute(owner.account, request, |_, _, _| ()).await {
        Ok(()) => Ok(Ok(())),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
        Err(Failure::NoAccount) => Ok(Err(Refusal::NotFound { what: "session" })),
        Err(failure) => Err(usher_api::Problem::from(failure).into()),
    }
}
