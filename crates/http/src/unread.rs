//! Request bodies that no handler reads: a deletion, an answer 401 or 404.
//!
//! hyper silently closes a connection if the rest of a request's body is unread, and the client's next request on it
//! fails. So the rest is read and dropped, within limits; above them, the answer says `connection: close`.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

/// The longest unread body after which a connection is kept, in bytes.
pub(crate) const KEPT_AFTER_BYTES_MAX: u64 = 64 * 1024;

/// The most bytes read of an unread body before its connection is closed. More than [`KEPT_AFTER_BYTES_MAX`]: a socket
/// that is closed with unread bytes in it is reset, and the client may lose the answer.
const DRAINED_BYTES_MAX: u64 = 1024 * 1024;

/// How long an unread body may take to arrive.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(2);

/// A request's body as its handler sees it. When it is dropped, the unread part goes to its [`Unread`].
pub(crate) struct Watched<B> {
    body: Option<B>,
    is_read: bool,
    unread: Slot<B>,
}

type Slot<B> = Arc<Mutex<Option<B>>>;

/// The unread part of a request's body.
pub(crate) struct Unread<B> {
    slot: Slot<B>,
    /// The client waits for `100 Continue` before it sends its body (RFC 9110 10.1.1). If the answer came first, the
    /// next byte may be the body or another request.
    waits_for_a_word: bool,
}

/// Watches what is read of the body of a request with these headers.
pub(crate) fn watch<B: Body>(body: B, headers: &HeaderMap) -> (Watched<B>, Unread<B>) {
    let slot = Slot::default();
    let watched = Watched {
        is_read: body.is_end_stream(),
        body: Some(body),
        unread: Arc::clone(&slot),
    };
    let waits_for_a_word = headers.contains_key(header::EXPECT);
    (
        watched,
        Unread {
            slot,
            waits_for_a_word,
        },
    )
}

impl<B> Unread<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
{
    /// Decides about the connection after this answer: unread bytes are read and dropped while the answer is sent, or
    /// the answer says that the connection will be closed.
    pub(crate) fn settle<T>(self, answer: &mut Response<T>) {
        let unread = self.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(body) = unread else {
            return;
        };
        let is_short = body
            .size_hint()
            .upper()
            .is_some_and(|bytes| bytes <= KEPT_AFTER_BYTES_MAX);
        // RFC 9110 15.5.9: a client that was too slow is told that the connection is closed.
        let was_slow = answer.status() == StatusCode::REQUEST_TIMEOUT;
        if self.waits_for_a_word || was_slow || !is_short {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(header::CONNECTION, close);
        }
        if !self.waits_for_a_word && !was_slow {
            tokio::spawn(tokio::time::timeout(DRAIN_TIME_MAX, drain(body)));
        }
    }
}

/// Reads until the end of the body or the limit. Dropping the rest closes the connection.
async fn drain<B>(mut body: B)
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut read = 0;
    while read <= DRAINED_BYTES_MAX
        && let Some(Ok(frame)) = body.frame().await
    {
        read += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
}

impl<B> Body for Watched<B>
where
    B: Body<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let Some(body) = self.body.as_mut() else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(&mut *body).poll_frame(context);
        // After a failure there is nothing to read either.
        self.is_read = match &polled {
            Poll::Ready(Some(Ok(_))) => body.is_end_stream(),
            Poll::Ready(None | Some(Err(_))) => true,
            Poll::Pending => false,
        };
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.is_read
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B> Drop for Watched<B> {
    fn drop(&mut self) {
        if !self.is_read {
            *self.unread.lock().unwrap_or_else(PoisonError::into_inner) = self.body.take();
        }
    }
}
