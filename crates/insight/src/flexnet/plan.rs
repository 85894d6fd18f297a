//! The steps of one feature, and the ledger of what a replay of them granted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::Serialize;
use usher_domain::Timestamp;

use super::{Action, DaemonStart, Entry, Log};

/// Who holds a seat in a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// Each checkout takes a seat of its own; several at once are all or nothing.
    #[default]
    None,
    /// All checkouts from one host share one seat.
    Host,
    /// All checkouts of one user share one seat.
    User,
}

/// The text is not a grouping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a grouping: expected `none`, `host` or `user`")]
pub struct UnknownGrouping;

impl Grouping {
    /// Whether the checkouts of a holder share one seat.
    #[must_use]
    pub const fn shares(self) -> bool {
        !matches!(self, Self::None)
    }

    fn holder(self, entry: &Entry, client: &Arc<str>) -> Arc<str> {
        Arc::clone(match self {
            Self::None => client,
            Self::Host => &entry.host,
            Self::User => &entry.user,
        })
    }
}

impl FromStr for Grouping {
    type Err = UnknownGrouping;

    fn from_str(text: &str) -> Result<Self, UnknownGrouping> {
        match text {
            "none" => Ok(Self::None),
            "host" => Ok(Self::Host),
            "user" => Ok(Self::User),
            _ => Err(UnknownGrouping),
        }
    }
}

impl fmt::Display for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Host => "host",
            Self::User => "user",
        })
    }
}

/// One thing that a replay does. Steps are in the order of the log, and their times never go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: StepKind,
}

/// What a replay does at a [`Step`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// Ask for the checkouts, and keep them where they are granted.
    Take(Request),
    /// Give back up to that many of the checkouts that the client holds in the replay ([`Ledger::give_back`]).
    GiveBack(Request),
    /// Ask for the checkouts as the log's server was asked in vain, and give them back at once where granted.
    Probe(Request),
    /// The vendor daemon started anew: nobody holds anything.
    FreeAll,
}

/// Who wants to take or give back how many checkouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who holds the seat: by the grouping `user@host`, the host, or the user.
    pub holder: Arc<str>,
    /// `user@host`: who holds the checkouts, and alone can give them back.
    pub client: Arc<str>,
    /// The user, for the figures.
    pub user: Arc<str>,
    /// How many at once; at least 1. With [`Grouping::None`] each needs a seat.
    pub checkouts: u32,
}

/// The steps of a feature. Denials for other reasons than the limit are none, and neither are starts of the
/// daemon before the first use.
#[must_use]
pub fn plan(log: &Log, feature: &str, grouping: Grouping) -> Vec<Step> {
    let entries: Vec<&Entry> = log
        .entries
        .iter()
        .filter(|entry| &*entry.feature == feature)
        .collect();
    steps(&entries, &log.starts, grouping)
}

/// As [`plan`], of the entries of one feature.
pub(super) fn steps(entries: &[&Entry], starts: &[DaemonStart], grouping: Grouping) -> Vec<Step> {
    let daemons: BTreeSet<_> = entries.iter().map(|entry| &entry.daemon).collect();
    let mut starts = starts
        .iter()
        .filter(|start| daemons.contains(&start.daemon))
        .peekable();
    let mut clients = BTreeMap::new();
    let mut steps = Vec::with_capacity(entries.len());
    for entry in entries {
        while let Some(start) = starts.next_if(|start| start.line < entry.line) {
            free_all(&mut steps, start.at);
        }
        let (user, host) = (&entry.user, &entry.host);
        let client = clients
            .entry((user, host))
            .or_insert_with(|| Arc::<str>::from(format!("{user}@{host}")));
        let request = Request {
            holder: grouping.holder(entry, client),
            client: Arc::clone(client),
            user: Arc::clone(user),
            checkouts: entry.count,
        };
        let kind = match entry.action {
            Action::Out => StepKind::Take(request),
            Action::In { .. } => StepKind::GiveBack(request),
            Action::Denied { by_limit: true, .. } => StepKind::Probe(request),
            Action::Denied { by_limit: false, .. } => continue,
        };
        steps.push(Step { at: entry.at, kind });
    }
    for start in starts {
        free_all(&mut steps, start.at);
    }
    steps
}

fn free_all(steps: &mut Vec<Step>, at: Timestamp) {
    if !steps.is_empty() {
        let kind = StepKind::FreeAll;
        steps.push(Step { at, kind });
    }
}

/// Which checkouts each client holds in a replay. It never says who may have a seat.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    held: BTreeMap<Arc<str>, u32>,
}

impl Ledger {
    /// A [`StepKind::Take`] was granted.
    pub fn take(&mut self, request: &Request) {
        let held = self.held.entry(Arc::clone(&request.client)).or_default();
        *held = held.saturating_add(request.checkouts);
    }

    /// How many checkouts the client gives back now: never more than it holds, and so none of what was refused.
    pub fn give_back(&mut self, request: &Request) -> u32 {
        let Some(held) = self.held.get_mut(&request.client) else {
            return 0;
        };
        let given = request.checkouts.min(*held);
        *held -= given;
        if *held == 0 {
            self.held.remove(&request.client);
        }
        given
    }

    /// A [`StepKind::FreeAll`]: nobody holds anything any more.
    pub fn free_all(&mut self) {
        self.held.clear();
    }

    /// How many checkouts a client holds.
    #[must_use]
    pub fn held(&self, client: &str) -> u32 {
        self.held.get(client).copied().unwrap_or(0)
    }
}

#[cfg(test)]
#[path = "plan/tests.rs"]
mod tests;
