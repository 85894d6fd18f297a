//! The live part of the customer's page.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use bytes::Bytes;
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::time::Instant;
use usher_app::{OpenStream, Problem, StreamOf};
use usher_domain::text::Code;
use usher_journal::CodeOwner;

use super::standing::{JoinedBefore, Standing};
use super::view::CustomerPart;
use crate::answer::fragment;
use crate::failed::Failed;
use crate::from::From;
use crate::live::{ALIVE_EVERY, PULSE, UPDATE_EVERY, digest, event_stream, message};
use crate::portal::Portal;
use crate::reader;

/// The event at which the browser closes the stream and keeps the page.
const OVER: &str = "event: usher-ended\ndata: ended\n\n";
/// The event at which the browser reloads the page, because the code is no longer valid.
const GONE: &str = "event: usher-over\ndata: reload\n\nevent: usher-ended\ndata: ended\n\n";

pub(super) async fn stream(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    typed: Path<String>,
) -> Result<Response, Failed> {
    let Ok(code) = typed.parse::<Code>() else {
        return Ok(event_stream(Body::from(GONE)));
    };
    let Some(owner) = super::owner(&portal, &from, &code).await? else {
        return Ok(event_stream(Body::from(GONE)));
    };
    let (sender, receiver) = mpsc::channel(1);
    let reader = super::reader_of(&portal, owner).await;
    tokio::spawn(reader::scope(reader, feed(portal, owner, jar, sender)));
    let frames = futures::stream::unfold(receiver, |mut receiver| async move {
        let frame = receiver.recv().await?;
        Some((Ok::<_, Infallible>(frame), receiver))
    })
    // The compression layer polls once more after the end.
    .fuse();
    Ok(event_stream(Body::from_stream(frames)))
}

/// Counts another stream of the customer who joined with a code.
fn open(portal: &Portal, owner: CodeOwner) -> Result<OpenStream, Problem> {
    let of = StreamOf::customer(owner.account, owner.session);
    portal.app.streams().open(of)
}

/// Sends the part whenever it differs, until the browser closes the stream, the session ends, or the server stops.
async fn feed(portal: Arc<Portal>, owner: CodeOwner, jar: CookieJar, browser: mpsc::Sender<Bytes>) {
    let mut closed = std::pin::pin!(portal.app.closed());
    let mut told = None;
    // Counts while it is open.
    let Ok(_open) = open(&portal, owner) else {
        return;
    };
    loop {
        // Subscribe before reading, so that no change in between is missed.
        let Ok(mut commits) = portal.app.engine().subscribe(owner.account).await else {
            return;
        };
        let at = Instant::now();
        // A temporary error, for example under load: the page keeps its content, and the browser reconnects.
        let joined = JoinedBefore::of(&portal, &jar, owner);
        let Ok(standing) = Standing::of(&portal, owner, joined).await else {
            return;
        };
        let Some(standing) = standing else {
            let _ = browser.send(Bytes::from_static(GONE.as_bytes())).await;
            return;
        };
        let is_over = standing.is_over();
        let Ok(html) = fragment(&CustomerPart::new(&portal, standing)) else {
            return;
        };
        let id = digest(&html);
        if told != Some(id) && browser.send(message(id, &html)).await.is_err() {
            return;
        }
        told = Some(id);
        if is_over {
            let _ = browser.send(Bytes::from_static(OVER.as_bytes())).await;
            return;
        }
        loop {
            tokio::select! {
                biased;
                () = &mut closed => return,
                () = browser.closed() => return,
                _ = commits.next() => break,
                () = tokio::time::sleep(ALIVE_EVERY) => {
                    if browser.send(Bytes::from_static(PULSE.as_bytes())).await.is_err() {
                        return;
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
