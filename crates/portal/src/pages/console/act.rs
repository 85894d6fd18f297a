//! The agent's actions: signing in and out, waiting, and working.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use usher_domain::command::{
    ClaimOutcome, ClaimTicket, OneOrMore, ResumeSession, SeatRequestCommand, SessionCommand, SignInCommand,
    SignInOutcome, SignUserIn, StartOutcome, StartSession, TicketCommand,
};
use usher_domain::labels::Labels;
use usher_domain::presence::{Customer, SessionKind, Start};
use usher_domain::refusal::StateRefusal;
use usher_domain::text::{Name, Note, Product};
use usher_domain::{Account, Actor, Command, Refusal, SessionId, SignInId, TicketId};

use super::refused::Refused;
use super::{console_page, device, path};
use crate::answer::{done, page_again, page_at};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::sentence;
use crate::viewer::Viewer;

/// An attempt's path and fields, so that it can be repeated.
type Attempt = (String, Vec<(&'static str, String)>);

/// The refusal when this browser is not signed in. Only its sentence is used; there is no such sign-in.
const GONE: Refusal = Refusal::State(StateRefusal::SignInEnded {
    id: SignInId::from_bits(0),
});

/// The result of an attempt.
#[derive(Clone, Copy)]
enum ActResult {
    SignedIn(SignInId),
    Working,
    Waits(TicketId),
}

impl From<&SignInOutcome> for ActResult {
    fn from(outcome: &SignInOutcome) -> Self {
        match outcome {
            SignInOutcome::In { ids, .. } => Self::SignedIn(ids.first),
            SignInOutcome::Waits(id) => Self::Waits(*id),
        }
    }
}

impl From<&StartOutcome> for ActResult {
    fn from(outcome: &StartOutcome) -> Self {
        match outcome {
            StartOutcome::Session(_) => Self::Working,
            StartOutcome::Waits(id) => Self::Waits(*id),
        }
    }
}

impl From<&ClaimOutcome> for ActResult {
    fn from(outcome: &ClaimOutcome) -> Self {
        match outcome {
            ClaimOutcome::SignIn(id) => Self::SignedIn(*id),
            ClaimOutcome::Session(_) => Self::Working,
        }
    }
}

pub(super) async fn sign_in(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let product = product(&form)?;
    let Some(name) = form.parse::<Name>("device") else {
        let page = console_page(&viewer, product.as_str(), form, None).await?;
        return Ok(page_again(&page));
    };
    let (now, secure) = (viewer.portal.app.engine().now(), viewer.portal.is_https());
    let this = device::device(&viewer.jar, name, now)?;
    let id = SignInId::from_bits(usher_identity::draw_bits(now)?);
    let (takeover, wait) = (is_ticked(&form, "takeover"), is_ticked(&form, "wait"));
    let command = SignUserIn {
        user: viewer.session.user,
        product: product.clone(),
        devices: OneOrMore::one((id, this.clone())),
        takeover,
        wait,
    };
    match viewer
        .execute(command, |_, outcome, _| ActResult::from(outcome))
        .await?
    {
        Ok(came) => {
            let jar = device::keep(CookieJar::new(), &this, secure);
            Ok(shown(&viewer, jar, &product, came))
        }
        Err(refusal) => {
            let mut fields = vec![("device", this.name.reveal().to_string())];
            let ticked = [("takeover", takeover), ("wait", wait)];
            let ticked = ticked.into_iter().filter(|(_, is)| *is);
            fields.extend(ticked.map(|(name, _)| (name, "yes".to_owned())));
            let attempt = ("/console/sign-in".to_owned(), fields);
            refuse(&viewer, &product, form, &refusal, attempt).await
        }
    }
}

pub(super) async fn sign_out(Posted { viewer, form }: Posted) -> Result<Response, Failed> {
    let product = product(&form)?;
    let Some(sign_in) = here(&viewer, &product).await? else {
        return Ok(shown(&viewer, CookieJar::new(), &product, ActResult::Working));
    };
    let command = Command::SignIn(SignInCommand::SignOut {
        sign_in,
        note: None,
        acting: None,
    });
    match viewer.as_device(sign_in).execute(command, |_, (), _| ()).await? {
        Ok(()) | Err(Refusal::State(StateRefusal::SignInEnded { .. })) => {
            Ok(shown(&viewer, CookieJar::new(), &product, ActResult::Working))
        }
        Err(refusal) => refuse_for_good(&viewer, &product, form, &refusal).await,
    }
}

pub(super) async fn claim(
    ticket: Path<TicketId>,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let product = product(&form)?;
    let command = ClaimTicket { id: ticket.0 };
    match viewer
        .execute(command, |_, outcome, _| ActResult::from(outcome))
        .await?
    {
        Ok(came) => Ok(shown(&viewer, CookieJar::new(), &product, came)),
        Err(refusal) => refuse_for_good(&viewer, &product, form, &refusal).await,
    }
}

pub(super) async fn leave(
    ticket: Path<TicketId>,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let product = product(&form)?;
    let command = Command::Ticket(TicketCommand::Drop { id: ticket.0 });
    // Only the viewer's own tickets: this page is not the place to drop others'.
    let look = move |account: &Account, actor: &Actor, _| {
        let id = ticket.0;
        let ticket = account
            .tickets()
            .get(&id)
            .ok_or(Refusal::State(StateRefusal::TicketEnded { id }))?;
        let is_own = account.user_of(actor) == Some(ticket.user);
        is_own.then_some(()).ok_or(Refusal::NotFound { what: "ticket" })
    };
    viewer.look(None, look).await?;
    match viewer.execute(command, |_, (), _| ()).await? {
        Ok(()) => Ok(done(&path(product.as_str()), text!("console-left-queue"))),
        Err(refusal) => refuse_for_good(&viewer, &product, form, &refusal).await,
    }
}

pub(super) async fn start(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let product = product(&form)?;
    let kind = match form.value("kind") {
        "call" => SessionKind::Call,
        "attended" => SessionKind::Attended,
        "unattended" => SessionKind::Unattended,
        _ => {
            form.wrong("", text!("console-choose-kind"));
            let page = console_page(&viewer, product.as_str(), form, None).await?;
            return Ok(page_again(&page));
        }
    };
    let customer = match form.value("customer").trim() {
        "" => None,
        _ => form.parse::<Name>("customer"),
    };
    if !form.is_right() {
        let page = console_page(&viewer, product.as_str(), form, None).await?;
        return Ok(page_again(&page));
    }
    let Some(sign_in) = here(&viewer, &product).await? else {
        return refuse_for_good(&viewer, &product, form, &GONE).await;
    };
    let now = viewer.portal.app.engine().now();
    let command = StartSession {
        id: SessionId::from_bits(usher_identity::draw_bits(now)?),
        sign_in,
        kind,
        start: if kind == SessionKind::Unattended {
            Start::Active
        } else {
            Start::Standby
        },
        customer: customer.map(|name| Customer { name: name.into() }),
        code: viewer.portal.app.draw_code(viewer.account)?,
        valid_for: None,
        wait: is_ticked(&form, "wait"),
        labels: Labels::default(),
    };
    match viewer
        .as_device(sign_in)
        .execute(command, |_, outcome, _| ActResult::from(outcome))
        .await?
    {
        Ok(came) => Ok(shown(&viewer, CookieJar::new(), &product, came)),
        Err(refusal) => {
            let fields = [("kind", kind.as_str()), ("customer", form.value("customer"))];
            let fields = fields.map(|(name, value)| (name, value.to_owned()));
            let attempt = ("/console/sessions".to_owned(), fields.to_vec());
            refuse(&viewer, &product, form, &refusal, attempt).await
        }
    }
}

/// Pauses, resumes or ends a session of the viewer.
pub(super) async fn work(
    at: Path<(SessionId, String)>,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let Path((id, verb)) = at;
    let product = product(&form)?;
    let command = match verb.as_str() {
        "pause" => Some(Command::Session(SessionCommand::Pause { id })),
        "end" => Some(Command::Session(SessionCommand::End {
            ids: vec![id],
            note: None,
            acting: None,
            proof: usher_domain::presence::JoinProof::None,
        })),
        // Below: only resuming may lead into the queue.
        "resume" => None,
        _ => return Err(Failed::not_found("such page")),
    };
    let Some(device) = worker(&viewer, &product, id, command.is_some()).await? else {
        return refuse_for_good(&viewer, &product, form, &GONE).await;
    };
    let done = if let Some(command) = command {
        device.execute(command, |_, (), _| ActResult::Working).await?
    } else {
        let bits = usher_identity::draw_bits(viewer.portal.app.engine().now())?;
        let command = ResumeSession {
            id,
            wait: is_ticked(&form, "wait"),
            ticket: TicketId::from_bits(bits),
        };
        device
            .execute(command, |_, outcome, _| ActResult::from(outcome))
            .await?
    };
    match done {
        Ok(came) => Ok(shown(&viewer, CookieJar::new(), &product, came)),
        Err(refusal) => {
            let attempt = (format!("/console/sessions/{id}/{verb}"), Vec::new());
            refuse(&viewer, &product, form, &refusal, attempt).await
        }
    }
}

/// Redirects to the console, which shows the result by itself. A message would stay longer than it is true.
fn shown(viewer: &Viewer, jar: CookieJar, product: &Product, result: ActResult) -> Response {
    let secure = viewer.portal.is_https();
    let jar = match result {
        ActResult::SignedIn(id) => device::keep_sign_in(jar, product, id, secure),
        ActResult::Waits(id) => device::keep_ticket(jar, product, id, secure),
        ActResult::Working => jar,
    };
    (jar, Redirect::to(&path(product.as_str()))).into_response()
}

/// Asks those who manage seats for a seat (L14).
pub(super) async fn ask(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let product = product(&form)?;
    let note = form.parse::<Note>("note");
    if let Some(note) = note {
        let command = Command::SeatRequest(SeatRequestCommand::Send {
            user: viewer.session.user,
            product: product.clone(),
            note,
        });
        match viewer.execute(command, |_, (), _| ()).await? {
            Ok(()) => {
                return Ok(done(&path(product.as_str()), text!("console-request-sent")));
            }
            Err(Refusal::NotFound { what }) => return Err(Failed::not_found(what)),
            Err(refusal) => form.wrong("note", sentence::of(&refusal)),
        }
    }
    let page = console_page(&viewer, product.as_str(), form, None).await?;
    Ok(page_again(&page))
}

/// Withdraws the request, or puts away the answer that it was declined (L14).
pub(super) async fn withdraw(Posted { viewer, form }: Posted) -> Result<Response, Failed> {
    let product = product(&form)?;
    let command = Command::SeatRequest(SeatRequestCommand::Withdraw {
        user: viewer.session.user,
        product: product.clone(),
    });
    match viewer.execute(command, |_, (), _| ()).await? {
        Ok(()) => Ok(Redirect::to(&path(product.as_str())).into_response()),
        Err(refusal) => Err(Failed::refused(&refusal)),
    }
}

fn product(form: &Form) -> Result<Product, Failed> {
    let product = form.value("product").parse();
    product.map_err(|_| Failed::not_found("product"))
}

fn is_ticked(form: &Form, name: &str) -> bool {
    form.value(name) == "yes"
}

/// The viewer's sign-in for a product on this browser.
async fn here(viewer: &Viewer, product: &Product) -> Result<Option<SignInId>, Failed> {
    let Some(device) = device::id(&viewer.jar) else {
        return Ok(None);
    };
    let product = product.clone();
    let look = move |account: &Account, actor: &Actor, _| {
        let user = account.user_of(actor).and_then(|user| account.user(user));
        let user = user.ok_or(Refusal::NotFound { what: "user" })?;
        let mut own = account.sign_ins_of(user, &product);
        let here = own.find(|sign_in| sign_in.device.id == device);
        Ok(here.map(|sign_in| sign_in.id))
    };
    Ok(viewer.look(None, look).await?.1)
}

/// The actor for an action on a session. A session of the viewer that runs on another device can be paused and ended from
/// here, by the rights of its user; everything else is up to this browser's own sign-in. `None` if it has none.
async fn worker(
    viewer: &Viewer,
    product: &Product,
    session: SessionId,
    may_be_elsewhere: bool,
) -> Result<Option<Viewer>, Failed> {
    let device = device::id(&viewer.jar);
    let look = move |account: &Account, actor: &Actor, _| {
        let session = account.sessions().get(&session);
        let own = session.filter(|session| account.user_of(actor) == Some(session.user));
        let sign_in = own.and_then(|session| account.sign_ins().get(&session.sign_in));
        Ok(sign_in.map(|sign_in| (sign_in.id, Some(sign_in.device.id.reveal()) == device.as_ref())))
    };
    match viewer.look(None, look).await?.1 {
        Some((sign_in, true)) => Ok(Some(viewer.as_device(sign_in))),
        Some((_, false)) if may_be_elsewhere => Ok(Some(viewer.clone())),
        Some((_, false)) | None => {
            let here = here(viewer, product).await?;
            Ok(here.map(|sign_in| viewer.as_device(sign_in)))
        }
    }
}

/// The page with a refusal, and what can be done about it.
async fn refuse(
    viewer: &Viewer,
    product: &Product,
    form: Form,
    refusal: &Refusal,
    attempt: Attempt,
) -> Result<Response, Failed> {
    let refused = Refused::of(viewer, product, refusal, attempt).await?;
    let status = refused.status;
    let page = console_page(viewer, product.as_str(), form, Some(refused)).await?;
    Ok(page_at(status, &page))
}

/// The same for an attempt that cannot be repeated in another way.
async fn refuse_for_good(
    viewer: &Viewer,
    product: &Product,
    form: Form,
    refusal: &Refusal,
) -> Result<Response, Failed> {
    refuse(viewer, product, form, refusal, (String::new(), Vec::new())).await
}
