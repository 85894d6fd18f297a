//! How far a replay has come, for whoever watches.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for reading a log of so many bytes.
pub(super) fn bytes(total: u64, shown: bool) -> ProgressBar {
    bar(
        total,
        "Reading  {wide_bar} {binary_bytes} of {binary_total_bytes}",
        shown,
    )
}

/// A bar for so many steps of a replay.
pub(super) fn steps(total: usize, shown: bool) -> ProgressBar {
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    bar(total, "Replaying {wide_bar} {human_pos} of {human_len}", shown)
}

fn bar(total: u64, template: &str, shown: bool) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}
