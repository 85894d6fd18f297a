//! The idle holders of seats, in the order in which the seats can be reclaimed (Q4).

use alloc::collections::{BTreeMap, BTreeSet};

use super::Holder;
use crate::time::Timestamp;

/// The state of an idle holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// May be warned from then on.
    Quiet(Timestamp),
    /// Warned, and idle since then.
    Warned(Timestamp),
}

/// The idle holders of a pool that reclaims seats. Every operation takes few steps, no matter how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Idle {
    standings: BTreeMap<Holder, Standing>,
    quiet: BTreeSet<(Timestamp, Holder)>,
    warned: BTreeSet<(Timestamp, Holder)>,
}

impl Idle {
    /// Sets the state of a holder; `None` for one who is busy or gone. Returns whether that changed something.
    pub(crate) fn set(&mut self, holder: &Holder, standing: Option<Standing>) -> bool {
        let old = match standing {
            Some(standing) => self.standings.insert(holder.clone(), standing),
            None => self.standings.remove(holder),
        };
        if old == standing {
            return false;
        }
        match old {
            Some(Standing::Quiet(at)) => self.quiet.remove(&(at, holder.clone())),
            Some(Standing::Warned(at)) => self.warned.remove(&(at, holder.clone())),
            None => false,
        };
        match standing {
            Some(Standing::Quiet(at)) => self.quiet.insert((at, holder.clone())),
            Some(Standing::Warned(at)) => self.warned.insert((at, holder.clone())),
            None => false,
        };
        true
    }

    /// The next holder to warn, and from when on.
    pub(crate) fn next(&self) -> Option<(Timestamp, &Holder)> {
        self.quiet.first().map(|(at, holder)| (*at, holder))
    }

    /// How many are warned.
    pub(crate) fn warned(&self) -> usize {
        self.warned.len()
    }

    /// All warned holders.
    pub(crate) fn all_warned(&self) -> impl Iterator<Item = &Holder> {
        self.warned.iter().map(|(_, holder)| holder)
    }

    /// The warned holder who was active last.
    pub(crate) fn last_warned(&self) -> Option<&Holder> {
        self.warned.last().map(|(_, holder)| holder)
    }
}
