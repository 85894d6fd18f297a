//! The agent console: what an agent's support tool would show. This browser is a device: a user who signs in here has
//! the seat as long as a page of the portal is open, and works with the rights of the sign-in's own token.
//!
//! Every page of the portal sends heartbeats as small requests of its script every third of the lease, with whether the
//! user was active since the last one (S11, A1), and shows what the user must not miss (`holds.rs`). An open stream would not be enough: after a network failure, the server can take long
//! to notice that a stream's browser is gone. Without script only the console keeps the seat: it reloads itself, which is a heartbeat too.

mod act;
mod data;
mod device;
mod hand_over;
mod holds;
mod past;
mod presence;
mod refused;
mod view;
mod words;

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use usher_domain::text::DeviceId;
use usher_domain::{Account, Actor, Refusal, SessionId, Timestamp};

use self::data::ConsoleData;
pub(crate) use self::device::id as device_of;
pub(crate) use self::holds::Holds;
use self::holds::HoldsStream;
use self::presence::Sign;
use self::refused::Refused;
use self::view::{Console, ConsolePage, StartPage};
use crate::answer::page;
use crate::door::{ByItself, ViewerAt};
use crate::failed::Failed;
use crate::form::Form;
use crate::from::From;
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get, post};
use crate::shown::Moment;
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/console", get(show))
        .route("/console/live", get(stream))
        .route("/console/holds/live", get(live::stream::<HoldsStream>))
        .route("/console/alive", post(presence::alive))
        .route("/console/active", post(presence::active))
        .route("/console/stay", post(presence::stay).get(back))
        .route("/console/request", post(act::ask).get(back))
        .route("/console/request/withdraw", post(act::withdraw).get(back))
        .route("/console/sign-in", post(act::sign_in).get(back))
        .route("/console/sign-out", post(act::sign_out).get(back))
        .route("/console/tickets/{ticket}/claim", post(act::claim).get(back))
        .route("/console/tickets/{ticket}/leave", post(act::leave).get(back))
        .route("/console/start", get(start))
        .route("/console/sessions", post(act::start).get(back))
        .route("/console/sessions/{session}/qr", get(qr))
        .route("/console/sessions/{session}/{verb}", post(act::work).get(back))
}

/// The query of the URL.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Choice {
    /// The product, if there are several.
    product: Option<String>,
    /// This browser, by its cookie.
    #[serde(skip)]
    device: Option<DeviceId>,
}

async fn show(viewer: Viewer, choice: Query<Choice>, from: From) -> Result<Response, Failed> {
    presence::show_alive(&viewer, Sign::Open).await?;
    let form = Form::showing([("device", device::name(&viewer.jar, &from.user_agent).as_str())]);
    let product = choice.0.product.unwrap_or_default();
    Ok(page(&console_page(&viewer, &product, form, None).await?))
}

async fn stream(
    viewer: Result<ViewerAt<ByItself>, Failed>,
    Query(mut choice): Query<Choice>,
    headers: HeaderMap,
) -> Response {
    choice.device = viewer.as_ref().ok().and_then(|at| device::id(&at.viewer.jar));
    live::stream::<ConsolePage>(viewer, Query(choice), headers).await
}

/// The form for starting a session, on a separate page for browsers without script.
async fn start(viewer: Viewer, choice: Query<Choice>) -> Result<Response, Failed> {
    presence::show_alive(&viewer, Sign::Open).await?;
    let device = device::id(&viewer.jar);
    let look = move |account: &Account, actor: &Actor, now| {
        let wanted = choice.0.product.as_deref();
        let seen = ConsoleData::of(account, actor, wanted, device.as_ref(), now)?;
        let here = seen
            .sign_ins
            .iter()
            .find(|at| Some(&at.device) == device.as_ref());
        let here = here.ok_or(Refusal::NotFound { what: "sign-in" })?;
        Ok((seen.product, here.lease_secs))
    };
    let (frame, (product, lease_secs)) = viewer.look(Some(NavPage::AgentConsole), look).await?;
    let product = product.map(|product| product.to_string()).unwrap_or_default();
    Ok(page(&StartPage {
        frame,
        form: Form::default(),
        again: path(&product),
        product,
        lease_secs,
    }))
}

/// The link of a session as a QR code. It is no part of the page, which is rendered at each update.
async fn qr(
    ViewerAt { viewer, .. }: ViewerAt<ByItself>,
    session: Path<SessionId>,
) -> Result<Response, Failed> {
    let device = device::id(&viewer.jar);
    let look = move |account: &Account, actor: &Actor, now| {
        data::own_session(account, actor, session.0, device.as_ref(), now)
    };
    let (_, mut row) = viewer.look(None, look).await?;
    row.open_code(&viewer);
    let code = row.code.filter(|code| code.has_qr);
    let code = code.ok_or_else(|| Failed::not_found("code"))?;
    let kind = [(header::CONTENT_TYPE, "image/svg+xml")];
    Ok((kind, crate::qr::svg(&code.link)).into_response())
}

/// Redirects a reloaded URL that only accepts forms.
async fn back(choice: Query<Choice>) -> Response {
    Redirect::to(&path(choice.0.product.as_deref().unwrap_or_default())).into_response()
}

/// The console's path for a product.
fn path(product: &str) -> String {
    if product.is_empty() {
        return "/console".to_owned();
    }
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("product", product)
        .finish();
    format!("/console?{query}")
}

async fn console_page(
    viewer: &Viewer,
    product: &str,
    form: Form,
    refused: Option<Refused>,
) -> Result<ConsolePage, Failed> {
    let asked = product.to_owned();
    let device = device::id(&viewer.jar);
    let here = device.clone();
    let look = move |account: &Account, actor: &Actor, now| {
        let seen = ConsoleData::of(account, actor, Some(&asked), here.as_ref(), now)?;
        let mut sign_ins = seen.sign_ins.iter();
        let is_here = sign_ins.any(|at| Some(&at.device) == here.as_ref());
        let product = seen.product.map(|product| product.to_string());
        let shown = (product.unwrap_or_default(), seen.label.name);
        Ok((shown, is_here || seen.ticket.is_some()))
    };
    let (_, ((product, name), keeps_something)) = viewer.look(None, look).await?;
    let again = path(&product);
    let uri: Uri = again.parse().unwrap_or_default();
    let choice = Choice {
        product: Some(product.clone()),
        device,
    };
    let (frame, live) = live::open::<ConsolePage>(viewer, choice, &uri).await?;
    Ok(ConsolePage {
        frame,
        live,
        form,
        refused,
        product,
        name,
        again,
        keeps_something,
        preferences: viewer.preferences(),
        now: Moment(viewer.wall_times().await.shown(viewer.portal.app.engine().now())),
    })
}

impl LivePage for ConsolePage {
    type Query = Choice;
    type Data = ConsoleData;
    type Fragment = Console;

    const NAV_PAGE: NavPage = NavPage::AgentConsole;
    const IS_LARGE: bool = false;

    fn see(
        account: &Account,
        actor: &Actor,
        choice: &Choice,
        now: Timestamp,
    ) -> Result<ConsoleData, Refusal> {
        ConsoleData::of(
            account,
            actor,
            choice.product.as_deref(),
            choice.device.as_ref(),
            now,
        )
    }

    async fn show(viewer: &Viewer, choice: &Choice, mut seen: ConsoleData) -> Result<Console, Failed> {
        for session in &mut seen.sessions {
            session.open_code(viewer);
        }
        let device = choice.device.clone();
        let is_here = |sign_in: &data::SignInRow| Some(&sign_in.device) == device.as_ref();
        let here = seen.sign_ins.iter().position(is_here);
        let here = here.map(|index| seen.sign_ins.swap_remove(index));
        let mut past = None;
        let mut waited = None;
        let mut sessions_past = Vec::new();
        if let Some(product) = &seen.product {
            let only_of = here.as_ref().map(|here| here.id);
            if seen.views_own {
                sessions_past = past::sessions(viewer, product, None).await?;
            } else if let Some(sign_in) = only_of {
                sessions_past = past::sessions(viewer, product, Some(sign_in)).await?;
            }
            let last = device::last_sign_in(&viewer.jar, product).filter(|_| here.is_none());
            if let Some(last) = last {
                past = past::sign_in(viewer, last).await?;
            }
            let last = device::last_ticket(&viewer.jar, product).filter(|_| seen.ticket.is_none());
            if let Some(last) = last {
                waited = past::ticket(viewer, last).await?;
            }
            // A user who has got in since then knows that already.
            let since = here.as_ref().map(|here| here.since.0);
            waited = waited.filter(|waited| since.is_none_or(|since| since <= waited.at.0));
        }
        Ok(Console {
            seen,
            here,
            past,
            waited,
            sessions_past,
            device,
        })
    }
}
