//! Progress bars, and waiting for asynchronous work.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::Failure;

/// Runs `work` to its end on this thread.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::because("The command could not start", &error))?;
    Ok(runtime.block_on(work))
}

/// A bar for reading `total` bytes.
pub(crate) fn bytes(total: u64, shown: bool) -> ProgressBar {
    bar(
        total,
        "Reading   {wide_bar} {binary_bytes} of {binary_total_bytes}",
        shown,
    )
}

/// A bar for the `total` steps of a replay.
pub(crate) fn steps(total: usize, shown: bool) -> ProgressBar {
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    bar(total, "Replaying {wide_bar} {human_pos} of {human_len}", shown)
}

/// A counter for commits whose number is not known in advance.
pub(crate) fn counter(what: &'static str, shown: bool) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {prefix} {human_pos} commits");
    let counter = ProgressBar::new_spinner()
        .with_prefix(what)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    counter.enable_steady_tick(Duration::from_millis(100));
    counter
}

fn bar(total: u64, template: &str, shown: bool) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}
