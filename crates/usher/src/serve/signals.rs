//! Signals to stop, or to read files again.

use std::io;

/// Listens for signals to stop from now on, and resolves when one comes.
#[cfg(unix)]
pub fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens for a request to stop, and resolves when it comes.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// The SIGHUP signals from now on.
pub(super) struct HangUps(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
pub(super) fn hang_ups() -> HangUps {
    use tokio::signal::unix::{SignalKind, signal};
    HangUps(signal(SignalKind::hangup()).ok())
}

#[cfg(not(unix))]
pub(super) fn hang_ups() -> HangUps {
    HangUps()
}

impl HangUps {
    /// Resolves at the next signal; never on systems without it.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.0
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
