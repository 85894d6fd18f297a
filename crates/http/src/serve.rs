//! The socket: limited connections, slow clients disconnected, and a graceful shutdown.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::server::TlsStream;
use tower::Service;

use crate::connections::{Admitted, Connections};
use crate::forwarded::OverTls;
use crate::paced::Paced;
use crate::tls::Tls;
use crate::unread;

/// The most connections at a time. Further ones wait in the listener's backlog.
pub const CONNECTIONS_MAX: NonZeroU32 = match NonZeroU32::new(20_000) {
    Some(most) => most,
    None => NonZeroU32::MIN,
};

/// How long the head of a request may take, and how long a connection may be idle before it. Longer than the usual
/// heartbeat interval, so that devices keep their connections.
const HEAD_TIME_MAX: Duration = Duration::from_secs(65);

/// How long an answer may take to begin. Streams begin at once and may last as long as they like.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// How long running requests may still take after the server is told to stop.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);

/// How long to wait after the listener failed, which happens if the process has no file descriptors left.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// How long a client may take to agree on TLS.
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);

/// The most bytes that the head of a request may have.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;

/// For a year, a browser that used https does not use plain http again.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Serves the site on the listener until `shutdown` resolves, then lets running requests finish. Uses TLS if
/// configured. A connection from an address with too many is closed at once. `too_late` is the answer if the site takes
/// too long to begin one.
pub async fn serve<S>(
    listener: TcpListener,
    site: S,
    tls: Option<Tls>,
    connections: Arc<Connections>,
    too_late: fn() -> Response<Body>,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    let room = Arc::new(Semaphore::new(connections.all_max()));
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room, &connections) => accepted,
            () = &mut shutdown => break,
        };
        let Some((stream, peer, held)) = accepted else {
            continue;
        };
        let front = Front {
            site: site.clone(),
            peer,
            is_tls: tls.is_some(),
            too_late,
            connections: Arc::clone(&connections),
        };
        let (http, watcher, tls) = (http.clone(), graceful.watcher(), tls.clone());
        tokio::spawn(async move {
            let done = if let Some(tls) = tls {
                match secured(&tls, stream).await {
                    Ok(stream) => watcher.watch(http.serve_connection(stream, front)).await,
                    Err(error) => {
                        tracing::debug!(%error, %peer, "a connection did not agree on TLS");
                        Ok(())
                    }
                }
            } else {
                let stream = TokioIo::new(Paced::new(stream));
                watcher.watch(http.serve_connection(stream, front)).await
            };
            // A broken connection only concerns its client.
            if let Err(error) = done {
                tracing::debug!(%error, "a connection broke");
            }
            drop(held);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIME_MAX, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish before the end");
    }
    Ok(())
}

async fn secured(tls: &Tls, stream: TcpStream) -> io::Result<TokioIo<TlsStream<Paced<TcpStream>>>> {
    let handshake = tls.acceptor().accept(Paced::new(stream));
    let stream = tokio::time::timeout(HANDSHAKE_TIME_MAX, handshake).await??;
    Ok(TokioIo::new(stream))
}

/// What a connection holds while it is open.
type Held = (OwnedSemaphorePermit, Admitted);

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    connections: &Arc<Connections>,
) -> Option<(TcpStream, SocketAddr, Held)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let Some(admitted) = connections.admit(peer.ip()) else {
                tracing::debug!(%peer, "a connection was closed: its address has too many");
                return None;
            };
            // Answers are small and complete: waiting for more data only delays them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, (permit, admitted)))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(ACCEPT_RETRY).await;
            None
        }
    }
}

/// The site as hyper calls it, with a bound on the time until an answer begins.
struct Front<S> {
    site: S,
    /// The peer of the connection, for counting by address.
    peer: SocketAddr,
    is_tls: bool,
    too_late: fn() -> Response<Body>,
    /// Knows which proxies are trusted to say that a client used https.
    connections: Arc<Connections>,
}

impl<S> hyper::service::Service<Request<Incoming>> for Front<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let (is_tls, too_late) = (self.is_tls, self.too_late);
        if is_tls {
            request.extensions_mut().insert(OverTls);
        }
        let is_https = is_tls || self.connections.is_https(self.peer.ip(), request.headers());
        let (head, body) = request.into_parts();
        let (body, unread) = unread::watch(body, &head.headers);
        let request = Request::from_parts(head, Body::new(body));
        let answer = self.site.clone().call(request);
        let answer = tokio::time::timeout(ANSWER_TIME_MAX, answer);
        Box::pin(async move {
            let mut answer = answer.await.unwrap_or_else(|_| Ok(too_late()))?;
            unread.settle(&mut answer);
            if is_https {
                answer
                    .headers_mut()
                    .insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
            }
            Ok(answer)
        })
    }
}
