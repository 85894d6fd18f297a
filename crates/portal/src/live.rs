//! Live pages: a fragment that is rendered into the page, and again whenever the account changed.
//!
//! `GET <page>/live` is an event stream. Each message is the whole fragment with an id, so a browser that comes back
//! (tabs in the background close their streams) needs nothing but the next one. What is shown is morphed, so focus,
//! open details and what is typed stay; forms stand outside of fragments nevertheless.

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

use crate::answer::Frame;
use crate::failed::Failed;
use crate::nav::Place;
use crate::viewer::Viewer;

/// What the path of a stream ends with, so that a stream which comes back is not taken for somebody who uses the page.
pub(crate) const STREAM: &str = "/live";

/// How soon after an update the next one comes, at the earliest: four a second.
pub const UPDATE_EVERY: Duration = Duration::from_millis(250);

/// How often a stream says that it is alive, and looks whether its viewer still is.
pub(crate) const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// Messages that wait for a slow browser. Past it the account is not looked at again before the browser has caught up.
const WAITING_MAX: usize = 1;

/// The event upon which the browser closes the stream and loads the page again (`portal.js`): nothing more will come.
const OVER: &str = "event: usher-over\ndata: reload\n\n";

/// The event upon which the browser says that it is still there (`portal.js`). Timers of tabs in the background are
/// slowed down; what arrives is not.
pub(crate) const PULSE: &str = "event: usher-pulse\ndata: alive\n\n";

/// A page with a part that changes by itself.
pub(crate) trait LivePage: Sized + Send + Sync + 'static {
    /// What the address says: filters, the page of a list.
    type Query: DeserializeOwned + Clone + Send + Sync + 'static;
    /// What is copied out of the account.
    type Seen: Send + 'static;
    /// The part that changes.
    type Fragment: Template + Send;

    /// Where the page is.
    const PLACE: Place;

    /// Whether the part grows with the account, so that its stream is worth compressing. That takes 250 KiB of memory
    /// for as long as the page is open.
    const IS_LARGE: bool = true;

    /// What the stream says while nothing changes.
    const ALIVE: &'static str = ":\n\n";

    /// Looks at the account, as this viewer may see it. Runs while the account is locked.
    fn see(
        account: &Account,
        actor: &Actor,
        query: &Self::Query,
        now: Timestamp,
    ) -> Result<Self::Seen, Refusal>;

    /// Makes the fragment of what was seen, with what stands in the records.
    fn show(
        viewer: &Viewer,
        query: &Self::Query,
        seen: Self::Seen,
    ) -> impl Future<Output = Result<Self::Fragment, Failed>> + Send;
}

/// Marks the answer whose messages are to be compressed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LargeMessages;

/// A fragment in its page, for `m::live`.
pub(crate) struct Live {
    /// Where its stream is.
    pub(crate) stream: String,
    /// What it shows now.
    pub(crate) html: String,
}

/// The fragment of a page as it is now, and the frame around the page. `uri` is the page's own.
pub(crate) async fn open<P: LivePage>(
    viewer: &Viewer,
    query: P::Query,
    uri: &Uri,
) -> Result<(Frame, Live), Failed> {
    let (frame, html) = render::<P>(viewer, &query).await?;
    let stream = match uri.query() {
        Some(query) => format!("{}{STREAM}?{query}", uri.path()),
        None => format!("{}{STREAM}", uri.path()),
    };
    Ok((frame, Live { stream, html }))
}

/// The handler of `<page>/live`.
pub(crate) async fn stream<P: LivePage>(
    viewer: Result<Viewer, Failed>,
    query: Query<P::Query>,
    headers: HeaderMap,
) -> Response {
    // The browser is not redirected: it would take the sign-in page for a fragment.
    let Ok(viewer) = viewer else {
        return event_stream(Body::from(OVER));
    };
    let open = viewer.portal.api.streams().open(StreamOf {
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
    // Who compresses them asks once more after the end.
    .fuse();
    let mut response = event_stream(Body::from_stream(frames));
    if P::IS_LARGE {
        response.extensions_mut().insert(LargeMessages);
    }
    response
}

async fn render<P: LivePage>(viewer: &Viewer, query: &P::Query) -> Result<(Frame, String), Failed> {
    let wanted = query.clone();
    let view = move |account: &Account, actor: &Actor, now| P::see(account, actor, &wanted, now);
    let (frame, seen) = viewer.look(Some(P::PLACE), view).await?;
    let fragment = P::show(viewer, query, seen).await?;
    let html = fragment.render().map_err(|error| {
        tracing::error!(%error, "a fragment could not be rendered");
        usher_app::Problem::not_found("page")
    })?;
    Ok((frame, html))
}

/// Sends the fragment whenever it is another, until the browser goes, the viewer may not look any more, or the server
/// ends.
async fn feed<P: LivePage>(
    viewer: Viewer,
    query: P::Query,
    mut told: Option<u64>,
    browser: mpsc::Sender<Bytes>,
) {
    let api = Arc::clone(&viewer.portal.api);
    let mut closed = std::pin::pin!(api.closed());
    let mut changes = Changes::of(&viewer);
    loop {
        // Before looking, so that nothing that comes while looking is missed.
        if !changes.follow(&viewer).await {
            return;
        }
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
            // Not for now, such as under load: what is shown stays, and the browser comes back.
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
                    if browser.send(Bytes::from_static(P::ALIVE.as_bytes())).await.is_err() {
                        return;
                    }
                    if !viewer.is_still_signed_in() {
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

/// What makes a fragment worth rendering again.
struct Changes {
    commits: Option<Subscription>,
    sessions_ended: watch::Receiver<()>,
}

impl Changes {
    fn of(viewer: &Viewer) -> Self {
        Self {
            commits: None,
            sessions_ended: viewer.portal.api.identity().portal_sessions_ended(),
        }
    }

    /// Follows the account from now on. A subscription is taken again for each look: it costs a message, and what came
    /// meanwhile is in what is seen. Whether that worked.
    async fn follow(&mut self, viewer: &Viewer) -> bool {
        let engine = viewer.portal.api.engine();
        self.commits = engine.subscribe(viewer.account).await.ok();
        self.sessions_ended.mark_unchanged();
        self.commits.is_some()
    }

    /// Resolves when something changed, or may have: also where the subscriber lagged and has to follow again.
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

/// What tells fragments apart.
pub(crate) fn digest(html: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    html.hash(&mut hasher);
    hasher.finish()
}

/// An unnamed message, which the library swaps in.
pub(crate) fn message(id: u64, html: &str) -> Bytes {
    let mut text = String::with_capacity(html.len() + 64);
    // Writing to a string does not fail.
    let _ = writeln!(text, "id: {id:016x}");
    for line in html.lines() {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text.into()
}

/// An answer that goes on.
pub(crate) fn event_stream(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    // Proxies that hold an answer back until it is whole would hold this one back for good.
    (headers, [("x-accel-buffering", "no")], body).into_response()
}
