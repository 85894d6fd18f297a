//! Live pages: a fragment that is rendered into the page, and again whenever the account has changed.
//!
//! `GET <page>/live` is an event stream. Each message is the whole fragment with an id, so a browser that reconnects
//! (tabs in the background close their streams) needs only the next message. The page is morphed, so focus, open
//! details and input stay; nevertheless, forms are outside of fragments.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use usher_app::StreamOf;
use usher_domain::{Account, Actor, Refusal, Timestamp};
use usher_engine::Subscription;

use crate::answer::{Frame, fragment};
use crate::door::{ByItself, ViewerAt};
use crate::failed::Failed;
use crate::nav::{Nav, NavPage};
use crate::pages::console::Holds;
use crate::reader;
use crate::viewer::Viewer;

/// The suffix of a stream's path.
const STREAM: &str = "/live";

/// The minimum time between two updates: at most four per second.
pub const UPDATE_EVERY: Duration = Duration::from_millis(250);

/// How often a stream sends a keep-alive, and checks whether its viewer may still see it.
pub(crate) const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// Messages buffered for a slow browser. While the buffer is full, the account is not read again.
const WAITING_MAX: usize = 1;

/// The event at which the browser closes the stream and reloads the page (`portal.js`), because no more updates will
/// come.
const OVER: &str = "event: usher-over\ndata: reload\n\n";

/// The keep-alive: an event by which the page knows that it is up to date, and an agent console reports that it is still
/// there (`portal.js`). Browsers slow down timers of background tabs, but not incoming events.
pub(crate) const PULSE: &str = "event: usher-pulse\ndata: alive\n\n";

/// A page with a part that updates itself.
pub(crate) trait LivePage: Sized + Send + Sync + 'static {
    /// The parameters in the URL: filters, the page of a list.
    type Query: DeserializeOwned + Clone + Send + Sync + 'static;
    /// The data that is copied out of the account.
    type Data: Send + 'static;
    /// The part that updates itself.
    type Fragment: Template + Send;

    /// The page's entry in the menu.
    const NAV_PAGE: NavPage;

    /// Whether the part grows with the account, so that compressing its stream is worthwhile. Compression takes 250 KiB
    /// of memory for as long as the page is open.
    const IS_LARGE: bool = true;

    /// Whether the part shows what no commit announces, such as figures that are kept for a moment. Then it is rendered
    /// with each keep-alive too.
    const AGES: bool = false;

    /// Adds to the parameters what is stored outside of the account. Called before each rendering.
    fn complete(_: &Viewer, _: &mut Self::Query) {}

    /// Copies the data from the account, as far as this viewer may see it. Runs while the account is locked.
    fn see(
        account: &Account,
        actor: &Actor,
        query: &Self::Query,
        now: Timestamp,
    ) -> Result<Self::Data, Refusal>;

    /// Renders the fragment from the data, adding rows from the records.
    fn show(
        viewer: &Viewer,
        query: &Self::Query,
        seen: Self::Data,
    ) -> impl Future<Output = Result<Self::Fragment, Failed>> + Send;
}

/// The notes of the menu and what this browser holds, which are outside of the live part: `portal.js` copies them there
/// after each update.
#[derive(Template)]
#[template(path = "menu_notes.html")]
struct MenuNotes<'a> {
    nav: &'a Nav,
    holds: Option<&'a Holds>,
}

/// Marks a response whose messages are to be compressed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LargeMessages;

/// A fragment within its page, for `m::live`.
pub(crate) struct Live {
    /// The path of its stream.
    pub(crate) stream: String,
    /// The HTML at the time of loading.
    pub(crate) html: String,
    /// Whether this browser holds a seat or a place in the queue: then the stream stays open in the background, where
    /// browsers slow down the timers of heartbeats.
    pub(crate) holds: bool,
}

/// Renders the current fragment of a page, and the frame around the page. `uri` is the page's own.
pub(crate) async fn open<P: LivePage>(
    viewer: &Viewer,
    query: P::Query,
    uri: &Uri,
) -> Result<(Frame, Live), Failed> {
    let (mut frame, html) = render::<P>(viewer, &query).await?;
    frame.is_live = true;
    let stream = match uri.query() {
        Some(query) => format!("{}{STREAM}?{query}", uri.path()),
        None => format!("{}{STREAM}", uri.path()),
    };
    let holds = frame.holds().is_some();
    Ok((frame, Live { stream, html, holds }))
}

/// The handler of `<page>/live`.
pub(crate) async fn stream<P: LivePage>(
    viewer: Result<ViewerAt<ByItself>, Failed>,
    query: Query<P::Query>,
    headers: HeaderMap,
) -> Response {
    // No redirect: the browser would show the sign-in page as a fragment.
    let Ok(ViewerAt { viewer, .. }) = viewer else {
        return event_stream(Body::from(OVER));
    };
    let open = viewer.portal.app.streams().open(StreamOf {
        account: viewer.account,
        user: Some(viewer.session.user),
        session: Some(format!("web_{}", viewer.session.id)),
    });
    let open = match open {
        Ok(open) => open,
        Err(problem) => return Failed::from(problem).into_response(),
    };
    let told = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let told = told.and_then(|id| u64::from_str_radix(id, 16).ok());
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    tokio::spawn(async move {
        feed::<P>(viewer, query.0, told, sender).await;
        drop(open);
    });
    let frames = futures::stream::unfold(receiver, |mut receiver| async move {
        let frame = receiver.recv().await?;
        Some((Ok::<_, Infallible>(frame), receiver))
    })
    // The compression layer polls once more after the end.
    .fuse();
    let mut response = event_stream(Body::from_stream(frames));
    if P::IS_LARGE {
        response.extensions_mut().insert(LargeMessages);
    }
    response
}

/// Renders the fragment for its viewer. Streams do so outside of any request.
async fn render<P: LivePage>(viewer: &Viewer, query: &P::Query) -> Result<(Frame, String), Failed> {
    let reader = viewer.reader().await;
    reader::scope(reader, render_for_reader::<P>(viewer, query)).await
}

async fn render_for_reader<P: LivePage>(
    viewer: &Viewer,
    query: &P::Query,
) -> Result<(Frame, String), Failed> {
    let mut query = query.clone();
    P::complete(viewer, &mut query);
    let wanted = query.clone();
    let view = move |account: &Account, actor: &Actor, now| P::see(account, actor, &wanted, now);
    let (frame, seen) = viewer.look(Some(P::NAV_PAGE), view).await?;
    let shown = P::show(viewer, &query, seen).await?;
    let mut html = fragment(&shown)?;
    if let Some(nav) = frame.nav() {
        let holds = frame.holds();
        html.push_str(&fragment(&MenuNotes { nav, holds })?);
    }
    Ok((frame, html))
}

/// Sends the fragment whenever it differs, until the browser closes the stream, the viewer loses the right to see the
/// page, or the server stops.
async fn feed<P: LivePage>(
    viewer: Viewer,
    query: P::Query,
    mut told: Option<u64>,
    browser: mpsc::Sender<Bytes>,
) {
    let app = Arc::clone(&viewer.portal.app);
    let mut closed = std::pin::pin!(app.closed());
    let mut changes = Changes::of(&viewer);
    loop {
        // Subscribe before reading, so that no change in between is missed.
        if !changes.follow(&viewer).await {
            return;
        }
        let day = viewer.reader().await.today();
        let rendered = render::<P>(&viewer, &query).await;
        let at = Instant::now();
        let frame = match rendered {
            Ok((_, html)) if viewer.is_still_signed_in() => {
                let id = digest(&html);
                (told != Some(id)).then(|| {
                    told = Some(id);
                    message(id, &html)
                })
            }
            // A temporary error, for example under load: the page keeps its content, and the browser reconnects.
            Err(Failed::Fault) => return,
            Err(Failed::Problem(problem)) if problem.kind().status.is_server_error() => return,
            Ok(_) | Err(_) => {
                let _ = browser.send(Bytes::from_static(OVER.as_bytes())).await;
                return;
            }
        };
        if let Some(frame) = frame
            && browser.send(frame).await.is_err()
        {
            return;
        }
        loop {
            tokio::select! {
                biased;
                () = &mut closed => return,
                () = browser.closed() => return,
                () = changes.next() => break,
                () = tokio::time::sleep(ALIVE_EVERY) => {
                    if browser.send(Bytes::from_static(PULSE.as_bytes())).await.is_err() {
                        return;
                    }
                    // After midnight, times of the day before are shown with their day.
                    if P::AGES || !viewer.is_still_signed_in() || viewer.reader().await.today() != day {
                        break;
                    }
                }
            }
        }
        tokio::select! {
            () = &mut closed => return,
            () = browser.closed() => return,
            () = tokio::time::sleep_until(at + UPDATE_EVERY) => {}
        }
    }
}

/// The events after which a fragment is rendered again.
struct Changes {
    commits: Option<Subscription>,
    sessions_ended: watch::Receiver<()>,
}

impl Changes {
    fn of(viewer: &Viewer) -> Self {
        Self {
            commits: None,
            sessions_ended: viewer.portal.app.identity().portal_sessions_ended(),
        }
    }

    /// Follows the account from now on. Each time, a new subscription is made: it costs only a message, and the
    /// following read includes everything that happened before it. Returns whether that worked.
    async fn follow(&mut self, viewer: &Viewer) -> bool {
        let engine = viewer.portal.app.engine();
        self.commits = engine.subscribe(viewer.account).await.ok();
        self.sessions_ended.mark_unchanged();
        self.commits.is_some()
    }

    /// Resolves when something has or may have changed, including when the subscriber lagged and has to subscribe
    /// again.
    async fn next(&mut self) {
        let commit = async {
            match &mut self.commits {
                Some(commits) => drop(commits.next().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = commit => {}
            _ = self.sessions_ended.changed() => {}
        }
    }
}

/// A digest for comparing fragments.
pub(crate) fn digest(html: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    html.hash(&mut hasher);
    hasher.finish()
}

/// An unnamed message, which the library swaps in.
pub(crate) fn message(id: u64, html: &str) -> Bytes {
    let mut text = String::with_capacity(html.len() + 64);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "id: {id:016x}");
    for line in html.lines() {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text.into()
}

/// A streaming response.
pub(crate) fn event_stream(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    // Without this header, proxies that buffer complete responses would never deliver it.
    (headers, [("x-accel-buffering", "no")], body).into_response()
}
