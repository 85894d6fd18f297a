//! Time spans in which Usher could not act.

use usher_domain::{Millis, Timestamp};

/// The most spans kept separately. If there are more, the oldest are merged, including the time between them: nobody
/// loses anything by that, and only accounts without a newer commit look back so far.
const STRETCHES_MAX: usize = 64;

/// Time spans in which Usher, or the journal for one account, could not act: in order, without overlap.
#[derive(Debug, Default, Clone)]
pub(crate) struct Outages(Vec<(Timestamp, Timestamp)>);

impl Outages {
    /// Adds a stretch.
    pub(crate) fn add(&mut self, from: Timestamp, until: Timestamp) {
        if until <= from {
            return;
        }
        let first = self.0.partition_point(|(_, end)| *end < from);
        let behind = self.0.partition_point(|(start, _)| *start <= until);
        let joined = self.0[first..behind]
            .iter()
            .fold((from, until), |(from, until), (start, end)| {
                (from.min(*start), until.max(*end))
            });
        self.0.splice(first..behind, [joined]);
        if self.0.len() > STRETCHES_MAX {
            let (_, until) = self.0.remove(1);
            self.0[0].1 = until;
        }
    }

    /// The total length of the spans after `at`.
    pub(crate) fn after(&self, at: Timestamp) -> Millis {
        let parts = self.0.iter().rev().take_while(|(_, end)| *end > at);
        parts.fold(Millis::ZERO, |sum, (start, end)| {
            sum + Millis::between((*start).max(at), *end)
        })
    }

    /// Adds the spans of another list that end after `at`.
    pub(crate) fn add_all(&mut self, others: &Self, at: Timestamp) {
        for (from, until) in others.0.iter().rev().take_while(|(_, end)| *end > at) {
            self.add(*from, *until);
        }
    }

    /// Removes spans that ended by `at`.
    pub(crate) fn forget(&mut self, at: Timestamp) {
        self.0.retain(|(_, end)| *end > at);
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// When the last span ended.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.0.last().map(|(_, end)| *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn outages(stretches: &[(i64, i64)]) -> Outages {
        let mut outages = Outages::default();
        for (from, until) in stretches {
            outages.add(at(*from), at(*until));
        }
        outages
    }

    #[test]
    fn time_that_lies_in_two_stretches_counts_once() {
        for stretches in [
            vec![(10, 20), (15, 30)],
            vec![(15, 30), (10, 20)],
            vec![(10, 12), (18, 30), (11, 19)],
            vec![(10, 30), (12, 13)],
            vec![(20, 30), (10, 20)],
        ] {
            let outages = outages(&stretches);

            assert_eq!(outages.after(at(0)), Millis::new(20), "{stretches:?}");
            assert_eq!(outages.0.len(), 1, "{stretches:?}");
        }
    }

    #[test]
    fn only_what_lies_after_a_moment_counts() {
        let outages = outages(&[(10, 20), (40, 50)]);

        let left = [0, 15, 20, 45, 50].map(|moment| outages.after(at(moment)).get());

        assert_eq!(left, [20, 15, 10, 5, 0]);
    }

    #[test]
    fn many_stretches_become_few_and_nobody_loses_by_it() {
        let mut outages = Outages::default();
        for number in 0..1_000 {
            outages.add(at(number * 10), at(number * 10 + 1));
        }

        assert!(outages.0.len() <= STRETCHES_MAX);
        assert!(outages.after(at(0)).get() >= 1_000);
        assert_eq!(outages.after(at(9_900)).get(), 10);
    }
}
