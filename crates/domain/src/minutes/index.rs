//! The claims of a pool that minutes pay for.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::event::Claim;
use crate::pool::Holder;
use crate::time::Timestamp;

/// Claims on minutes, by age and by the holder of the seat. Both have the same contents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OnMinutes {
    by_age: BTreeSet<(Timestamp, Claim)>,
    by_holder: BTreeMap<Holder, BTreeSet<Claim>>,
}

impl OnMinutes {
    pub(crate) fn len(&self) -> usize {
        self.by_age.len()
    }

    /// All claims, the oldest first.
    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = Claim> {
        self.by_age.iter().map(|(_, claim)| *claim)
    }

    /// A claim of this holder.
    pub(crate) fn of(&self, holder: &Holder) -> Option<Claim> {
        self.by_holder.get(holder)?.first().copied()
    }

    pub(crate) fn insert(&mut self, holder: &Holder, since: Timestamp, claim: Claim) {
        self.by_age.insert((since, claim));
        self.by_holder.entry(holder.clone()).or_default().insert(claim);
    }

    pub(crate) fn remove(&mut self, holder: &Holder, since: Timestamp, claim: Claim) {
        self.by_age.remove(&(since, claim));
        let Some(claims) = self.by_holder.get_mut(holder) else {
            return;
        };
        claims.remove(&claim);
        if claims.is_empty() {
            self.by_holder.remove(holder);
        }
    }
}
