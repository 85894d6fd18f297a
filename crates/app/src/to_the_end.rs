//! Work of several steps that must not stop in the middle.

use std::future::pending;
use std::panic::resume_unwind;

/// Does work to its end, even if the caller stops waiting: the server drops a request whose client is gone, and a browser
/// that closes its connection must not leave half of something.
pub async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // Only a runtime that stops cancels it, and that drops the caller too.
            Err(_) => pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::Notify;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn a_caller_that_stops_waiting_does_not_stop_the_work() {
        let (go_on, is_done) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let work = {
            let (go_on, is_done) = (Arc::clone(&go_on), Arc::clone(&is_done));
            async move {
                go_on.notified().await;
                is_done.store(true, Ordering::SeqCst);
            }
        };

        let waiting = tokio::spawn(to_the_end(work));
        yield_now().await;
        waiting.abort();
        assert!(waiting.await.is_err());
        go_on.notify_one();

        while !is_done.load(Ordering::SeqCst) {
            yield_now().await;
        }
    }
}
