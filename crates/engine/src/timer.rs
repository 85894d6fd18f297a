//! Timers: due entries fire, and unused accounts leave memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use usher_domain::{Secs, Timestamp};
use usher_journal::{DUE_MAX, JournalError};

use crate::account::Message;
use crate::node::Node;
use crate::registry::Use;

/// The most accounts loaded or processed at a time because something is due: after an outage, all are due at once.
const TICKS_AT_ONCE: usize = 32;

/// The timer's longest sleep, so that it notices when the clock was set, or when nothing ran for a while.
const NAP_MAX: Duration = Duration::from_millis(500);

/// How often a node looks for due entries that other nodes have left, and for how long they must have been due.
const ADOPT_EVERY: Duration = Duration::from_secs(15);
const ADOPT_AFTER: Secs = Secs::new(15);

/// The number of sweeps in the time that an account may be idle.
const SWEEPS: u32 = 8;

/// Fires due entries by the system's clock, until the engine closes.
pub(crate) async fn run(node: Arc<Node>) {
    let mut ticks = JoinSet::new();
    while !node.is_closing() {
        let now = node.now();
        node.time.follow_wall();
        while ticks.len() < TICKS_AT_ONCE {
            let Some((_, account)) = node.wheel.pop(now) else {
                break;
            };
            ticks.spawn(Arc::clone(&node).tick(account));
        }
        let nap = if ticks.len() < TICKS_AT_ONCE {
            node.wheel.first().map_or(NAP_MAX, |due| nap_until(due, now))
        } else {
            NAP_MAX
        };
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            () = node.wheel.earlier.notified() => {}
            Some(_) = ticks.join_next(), if !ticks.is_empty() => {}
        }
    }
}

/// Processes due entries of other nodes that are gone.
pub(crate) async fn adopt(node: Arc<Node>) {
    while !node.is_closing() {
        tokio::time::sleep(ADOPT_EVERY).await;
        // Another node's time may be ahead of this one's.
        let newest = node.journal.last_written_at().await.ok().flatten();
        let now = node.now().max(newest.unwrap_or_default());
        if let Err(error) = mark_due(&node, |due| due + ADOPT_AFTER <= now).await {
            tracing::warn!(%error, "what is due elsewhere could not be read");
        }
    }
}

/// Schedules every account whose deadline passes `is_wanted`, page by page, so that no answer grows with the number of
/// accounts.
pub(crate) async fn mark_due(
    node: &Node,
    is_wanted: impl Fn(Timestamp) -> bool + Send,
) -> Result<(), JournalError> {
    let mut last = None;
    loop {
        let page = node.journal.due(last, DUE_MAX).await?;
        let Some((newest, _)) = page.last() else {
            return Ok(());
        };
        last = Some(*newest);
        for (account, due) in page {
            if is_wanted(due) {
                node.wheel.mark(account, due);
            }
        }
    }
}

fn nap_until(due: Timestamp, now: Timestamp) -> Duration {
    let millis = due.millis().saturating_sub(now.millis());
    Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(NAP_MAX)
}

/// Asks accounts to leave memory that were idle for long enough, and the least recently used if there are many.
pub(crate) async fn sweep(node: Arc<Node>) {
    let pause = (node.options.idle_after / SWEEPS).max(Duration::from_millis(1));
    while !node.is_closing() {
        let is_crowded = tokio::select! {
            () = tokio::time::sleep(pause) => false,
            () = node.crowded.notified() => true,
        };
        let (sweep, mut uses) = node.registry.sweep();
        let surplus = uses.len().saturating_sub(node.options.crowded_at() * 7 / 8);
        if is_crowded && surplus > 0 {
            uses.sort_unstable();
            for Use { account, .. } in uses.iter().take(surplus) {
                leave(&node, *account, true);
            }
            // Those that were asked need a moment before others are.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        }
        for unused in uses {
            if sweep.saturating_sub(unused.sweep) > u64::from(SWEEPS) {
                leave(&node, unused.account, false);
            }
        }
    }
}

/// An account whose inbox is full is busy, and will be asked again.
fn leave(node: &Node, account: usher_domain::AccountId, is_pressed: bool) {
    let _ = node.registry.send(account, Message::Leave { is_pressed });
}
