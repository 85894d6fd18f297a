//! Sums up the use of each feature in a log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::plan::{Grouping, StepKind, steps};
use super::{Action, Entry, EntryKind, Log};

/// The use of one feature according to the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureUse {
    /// The feature's name, as the log spells it.
    pub feature: Arc<str>,
    /// `OUT` lines.
    pub outs: u64,
    /// `IN` lines.
    pub ins: u64,
    /// `UPGRADE` lines.
    pub upgrades: u64,
    /// `DENIED` lines for lack of seats.
    pub denied: u64,
    /// `DENIED` lines for any other reason.
    pub denied_otherwise: u64,
    /// How many different users checked out licenses or were denied for lack of seats.
    pub users: u64,
    /// Most licenses in use at once. A return whose checkout is not in the log does not count.
    pub peak: u32,
}

/// All features of a log, the most used first.
#[must_use]
pub fn features(log: &Log) -> Vec<FeatureUse> {
    let mut by_feature: BTreeMap<&Arc<str>, Vec<&Entry>> = BTreeMap::new();
    for entry in &log.entries {
        match &entry.kind {
            // A start ends the use of all features seen so far; later ones have nothing checked out yet.
            EntryKind::Started => by_feature.values_mut().for_each(|entries| entries.push(entry)),
            EntryKind::Use(usage) => by_feature.entry(&usage.feature).or_default().push(entry),
        }
    }
    let mut features: Vec<FeatureUse> = by_feature
        .into_iter()
        .map(|(feature, entries)| FeatureUse::of(feature, &entries))
        .collect();
    features.sort_by_key(|of| std::cmp::Reverse(of.outs));
    features
}

impl FeatureUse {
    fn of(feature: &Arc<str>, entries: &[&Entry]) -> Self {
        let mut summary = Self {
            feature: Arc::clone(feature),
            outs: 0,
            ins: 0,
            upgrades: 0,
            denied: 0,
            denied_otherwise: 0,
            users: 0,
            peak: peak(entries),
        };
        let mut users = BTreeSet::new();
        for entry in entries {
            let EntryKind::Use(usage) = &entry.kind else {
                continue;
            };
            match usage.action {
                Action::Out => summary.outs += 1,
                Action::In { .. } => summary.ins += 1,
                Action::Upgrade { .. } => summary.upgrades += 1,
                Action::Denied { by_limit: true, .. } => summary.denied += 1,
                Action::Denied { by_limit: false, .. } => summary.denied_otherwise += 1,
            }
            if matches!(usage.action, Action::Out | Action::Denied { by_limit: true, .. }) {
                users.insert(&usage.user);
            }
        }
        summary.users = u64::try_from(users.len()).unwrap_or(u64::MAX);
        summary
    }
}

fn peak(entries: &[&Entry]) -> u32 {
    let mut held: BTreeMap<usize, u32> = BTreeMap::new();
    let mut in_use = 0_u64;
    let mut peak = 0;
    for step in steps(entries.iter().copied(), Grouping::None) {
        match step.kind {
            StepKind::Begin { session, request } | StepKind::Grow { session, request } => {
                *held.entry(session).or_default() += request.checkouts;
                in_use += u64::from(request.checkouts);
            }
            StepKind::Shrink { session, left, .. } => {
                let before = held.insert(session, left).unwrap_or(0);
                in_use -= u64::from(before.saturating_sub(left));
            }
            StepKind::Probe(_) | StepKind::ReturnUnseen => {}
        }
        peak = peak.max(in_use);
    }
    u32::try_from(peak).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn of(text: &str) -> Vec<FeatureUse> {
        features(&read(text.as_bytes(), |_| {}).unwrap())
    }

    #[test]
    fn each_feature_has_its_own_figures_and_the_most_used_comes_first() {
        let features = of("\
            9:00:00 (d) TIMESTAMP 3/30/2016\n\
            9:00:01 (d) OUT: \"A\" ann@pc1\n\
            9:00:02 (d) OUT: \"B\" ann@pc1\n\
            9:00:03 (d) OUT: \"B\" bob@pc2  (5 licenses)\n\
            9:00:04 (d) DENIED: \"B\" cid@pc3  (Licensed number of users already reached. (-4,342))\n\
            9:00:05 (d) DENIED: \"B\" dan@pc4  (User/host not on INCLUDE list for feature. (-39,147))\n\
            9:00:06 (d) IN: \"B\" bob@pc2  (5 licenses)\n");

        let b = &features[0];
        assert_eq!(
            (&*b.feature, b.outs, b.ins, b.denied, b.denied_otherwise),
            ("B", 2, 1, 1, 1)
        );
        assert_eq!((b.users, b.peak), (3, 6));
        assert_eq!((&*features[1].feature, features[1].peak), ("A", 1));
    }

    #[test]
    fn a_return_without_a_checkout_frees_nothing() {
        let features = of("\
            9:00:01 (d) OUT: \"A\" ann@pc1\n\
            9:00:02 (d) IN: \"A\" bob@pc2\n\
            9:00:03 (d) IN: \"A\" ann@pc1  (3 licenses)\n\
            9:00:04 (d) IN: \"A\" ann@pc1\n\
            9:00:05 (d) OUT: \"A\" bob@pc2\n\
            9:00:06 (d) OUT: \"A\" bob@pc2\n");

        assert_eq!(features[0].peak, 2);
    }

    #[test]
    fn a_feature_is_freed_only_by_a_restart_of_its_own_vendor_daemon() {
        let log = |daemon: &str| {
            format!(
                "9:00:01 (d) OUT: \"A\" ann@pc1\n\
                 9:00:02 ({daemon}) Server started on server for: A\n\
                 9:00:03 (d) OUT: \"A\" bob@pc2\n"
            )
        };

        assert_eq!(of(&log("d"))[0].peak, 1);
        assert_eq!(of(&log("e"))[0].peak, 2);
        assert_eq!(of(&log("lmgrd"))[0].peak, 2);
    }
}
