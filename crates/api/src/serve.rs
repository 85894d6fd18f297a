//! The socket: bounded connections, slow clients turned away, and a graceful end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::Service;

use crate::problem::{Problem, UNAVAILABLE};

/// The most connections at a time. Further ones wait in the listener's backlog.
pub const CONNECTIONS_MAX: usize = 20_000;

/// How long the head of a request may take, and how long a connection may be idle before it. Longer than the usual
/// heartbeat interval, so that devices keep their connections.
const HEAD_TIME_MAX: Duration = Duration::from_secs(65);

/// How long an answer may take to begin. Streams begin at once and go on for as long as they like.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// How long requests under way may still take once the server is told to stop.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);

/// How long to wait after the listener failed, which it does where the process has no file descriptors left.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Serves the router on the listener until `shutdown` resolves, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX);
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = &mut shutdown => break,
        };
        let Some((stream, peer, permit)) = accepted else {
            continue;
        };
        let front = Front {
            router: router.clone(),
            peer,
        };
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), front));
        tokio::spawn(async move {
            // A connection that breaks concerns nobody but its client.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(permit);
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

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(connections).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and complete: waiting for more to send only delays them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(ACCEPT_RETRY).await;
            None
        }
    }
}

/// The router as hyper calls it, with a bound on the time until an answer begins.
struct Front {
    router: Router,
    /// Who is at the other end of the connection, for what is counted by address.
    peer: SocketAddr,
}

impl hyper::service::Service<Request<Incoming>> for Front {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answer = self.router.clone().call(request.map(Body::new));
        let answer = tokio::time::timeout(ANSWER_TIME_MAX, answer);
        Box::pin(async move {
            answer.await.unwrap_or_else(|_| {
                let detail = "The answer took too long. It is not known whether this was carried out.";
                Ok(Problem::new(UNAVAILABLE, detail).into_response())
            })
        })
    }
}
