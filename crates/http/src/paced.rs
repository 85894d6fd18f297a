//! Connections that are closed if the client does not read what is sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How long a client may read nothing of what is sent to it.
const WRITE_TIME_MAX: Duration = Duration::from_secs(30);

pin_project! {
    /// A connection with a limit on how long writing may stall.
    pub(crate) struct Paced<S> {
        #[pin]
        stream: S,
        // Only while writing stalls.
        patience: Option<Pin<Box<Sleep>>>,
    }
}

impl<S> Paced<S> {
    pub(crate) const fn new(stream: S) -> Self {
        Self {
            stream,
            patience: None,
        }
    }
}

/// Gives up if `polled` is pending, and has been for too long.
fn wait<T>(
    patience: &mut Option<Pin<Box<Sleep>>>,
    context: &mut Context<'_>,
    polled: Poll<io::Result<T>>,
) -> Poll<io::Result<T>> {
    if polled.is_ready() {
        *patience = None;
        return polled;
    }
    let patience = patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE_TIME_MAX)));
    match patience.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        Poll::Pending => Poll::Pending,
    }
}

impl<S: AsyncRead> AsyncRead for Paced<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.project().stream.poll_read(context, buffer)
    }
}

impl<S: AsyncWrite> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.project();
        let polled = this.stream.poll_write(context, bytes);
        wait(this.patience, context, polled)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.project();
        let polled = this.stream.poll_write_vectored(context, slices);
        wait(this.patience, context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        let polled = this.stream.poll_flush(context);
        wait(this.patience, context, polled)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        let polled = this.stream.poll_shutdown(context);
        wait(this.patience, context, polled)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_is_disconnected_and_a_slow_one_is_not() {
        let (mut client, server) = tokio::io::duplex(4);
        let mut server = Paced::new(server);
        let slow = tokio::spawn(async move {
            for _ in 0..3 {
                tokio::time::sleep(WRITE_TIME_MAX / 2).await;
                client.read_exact(&mut [0; 4]).await.unwrap();
            }
            client
        });

        server.write_all(&[0; 16]).await.unwrap();
        let _takes_nothing_now = slow.await.unwrap();
        let stuck = server.write_all(&[0; 16]).await.unwrap_err();

        assert_eq!(stuck.kind(), io::ErrorKind::TimedOut);
    }
}
