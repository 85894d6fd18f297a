//! Who sits idle on a seat, in the order in which the seats can be reclaimed (Q4).

use std::collections::{BTreeMap, BTreeSet};

use super::Holder;
use crate::time::Timestamp;

/// How an idle holder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// May be warned from then on.
    Quiet(Timestamp),
    /// Was warned; idle since then.
    Warned(Timestamp),
}

/// The idle holders of a pool that reclaims seats. Every question takes few steps, however many they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Idle {
    standings: BTreeMap<Holder, Standing>,
    quiet: BTreeSet<(Timestamp, Holder)>,
    warned: BTreeSet<(Timestamp, Holder)>,
}

impl Idle {
    /// Sets how a holder stands; none for one who is busy or gone. Says whether that is new.
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

    /// Who is to be warned next, and from when on.
    pub(crate) fn next(&self) -> Option<(Timestamp, &Holder)> {
        self.quiet.first().map(|(at, holder)| (*at, holder))
    }

    /// How many are warned.
    pub(crate) fn warned(&self) -> usize {
        self.warned.len()
    }

    /// Everybody who is warned.
    pub(crate) fn all_warned(&self) -> impl Iterator<Item = &Holder> {
        self.warned.iter().map(|(_, holder)| holder)
    }

    /// Of those who are warned, who was there last.
    pub(crate) fn last_warned(&self) -> Option<&Holder> {
        self.warned.last().map(|(_, holder)| holder)
    }
}
