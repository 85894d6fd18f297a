//! Counts attempts, in bounded memory.

// The arithmetic is that of `governor` (GCRA), which cannot give an attempt back, take several keys at once or none,
// or bound its memory.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};
use usher_domain::Secs;

use super::Counted;

/// The most keys in memory, of about 150 bytes each. Above it, the key that would recover first is dropped: a flood of
/// keys that were used once displaces none that was used often.
const KEYS_MAX: usize = 50_000;

/// How many recovered keys are dropped with each attempt: more than an attempt adds.
const FORGOTTEN_AT_ONCE: usize = 6;

/// The digest of a key, so that nothing a caller sent stays in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(u128);

impl Key {
    /// The key of a kind of attempt and the values that it is counted by.
    pub(super) fn of(kind: &str, values: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for value in [kind.as_bytes()].iter().chain(values) {
            digest.update((value.len() as u64).to_be_bytes());
            digest.update(value);
        }
        let mut half = [0; 16];
        half.copy_from_slice(&digest.finalize()[..16]);
        Self(u128::from_be_bytes(half))
    }
}

/// When each key will have all its attempts back, in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Spent {
    whole_at: HashMap<Key, i64>,
    by_time: BTreeSet<(i64, Key)>,
}

impl Spent {
    /// Takes one attempt from each key, or returns how long to wait and takes none.
    pub(super) fn take(&mut self, counted: &[Counted], now: i64) -> Result<(), Secs> {
        self.forget_whole(now);
        let taken = counted.iter().map(|(key, rate)| {
            let whole_at = self.whole_at.get(key).copied().unwrap_or(now).max(now) + rate.refill_millis;
            let wait = whole_at - now - i64::from(rate.attempts) * rate.refill_millis;
            (*key, whole_at, wait)
        });
        let taken: Vec<_> = taken.collect();
        let wait = taken.iter().map(|(_, _, wait)| *wait).max().unwrap_or(0);
        if wait > 0 {
            let secs = wait.unsigned_abs().div_ceil(1_000);
            return Err(Secs::new(u32::try_from(secs).unwrap_or(u32::MAX)));
        }
        for (key, whole_at, _) in taken {
            self.set(key, whole_at, now);
        }
        Ok(())
    }

    /// Gives one attempt of each key back.
    pub(super) fn give_back(&mut self, counted: &[Counted], now: i64) {
        for (key, rate) in counted {
            if let Some(whole_at) = self.whole_at.get(key).copied() {
                self.set(*key, whole_at - rate.refill_millis, now);
            }
        }
    }

    fn set(&mut self, key: Key, whole_at: i64, now: i64) {
        if let Some(before) = self.whole_at.remove(&key) {
            self.by_time.remove(&(before, key));
        }
        if whole_at <= now {
            return;
        }
        while self.whole_at.len() >= KEYS_MAX {
            let Some((_, first)) = self.by_time.pop_first() else {
                break;
            };
            self.whole_at.remove(&first);
        }
        self.whole_at.insert(key, whole_at);
        self.by_time.insert((whole_at, key));
    }

    /// Drops some of the keys that have all their attempts back.
    fn forget_whole(&mut self, now: i64) {
        for _ in 0..FORGOTTEN_AT_ONCE {
            match self.by_time.first() {
                Some((whole_at, key)) if *whole_at <= now => {
                    self.whole_at.remove(key);
                    self.by_time.pop_first();
                }
                _ => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rate;
    use super::*;

    const RATE: Rate = Rate::new(3, 2_000);

    fn key(number: usize) -> Key {
        Key::of("test", &[&number.to_be_bytes()])
    }

    fn take(spent: &mut Spent, number: usize, now: i64) -> Result<(), Secs> {
        spent.take(&[(key(number), RATE)], now)
    }

    #[test]
    fn attempts_come_back_one_by_one() {
        let mut spent = Spent::default();
        for _ in 0..3 {
            assert_eq!(take(&mut spent, 1, 0), Ok(()));
        }

        assert_eq!(take(&mut spent, 1, 0), Err(Secs::new(2)));
        assert_eq!(take(&mut spent, 1, 1_999), Err(Secs::new(1)));
        assert_eq!(take(&mut spent, 1, 2_000), Ok(()));
        assert_eq!(take(&mut spent, 1, 2_000), Err(Secs::new(2)));
        assert_eq!(take(&mut spent, 2, 2_000), Ok(()));
    }

    #[test]
    fn a_refused_attempt_costs_nothing() {
        let mut spent = Spent::default();
        for _ in 0..3 {
            assert_eq!(take(&mut spent, 1, 0), Ok(()));
        }

        let both = [(key(2), RATE), (key(1), RATE)];
        assert_eq!(spent.take(&both, 0), Err(Secs::new(2)));

        assert!(!spent.whole_at.contains_key(&key(2)));
    }

    #[test]
    fn a_right_attempt_leaves_nothing_behind() {
        let mut spent = Spent::default();
        assert_eq!(take(&mut spent, 1, 0), Ok(()));

        spent.give_back(&[(key(1), RATE)], 0);

        assert!(spent.whole_at.is_empty() && spent.by_time.is_empty());
    }

    #[test]
    fn recovered_keys_are_dropped_a_few_at_a_time() {
        let mut spent = Spent::default();
        for number in 0..1_000 {
            assert_eq!(take(&mut spent, number, 0), Ok(()));
        }

        assert_eq!(take(&mut spent, 1_000, 2_000), Ok(()));
        assert_eq!(spent.whole_at.len(), 1_001 - FORGOTTEN_AT_ONCE);
        for _ in 0..1_000 {
            let _ = take(&mut spent, 1_000, 2_000);
        }

        assert_eq!((spent.whole_at.len(), spent.by_time.len()), (1, 1));
    }

    #[test]
    fn memory_is_bounded_and_a_flood_of_keys_pushes_out_none_that_was_used_often() {
        let mut spent = Spent::default();
        let guessed_at = KEYS_MAX * 2;
        for _ in 0..3 {
            assert_eq!(take(&mut spent, guessed_at, 0), Ok(()));
        }

        for number in 0..KEYS_MAX + 100 {
            assert_eq!(take(&mut spent, number, 0), Ok(()));
        }

        assert_eq!((spent.whole_at.len(), spent.by_time.len()), (KEYS_MAX, KEYS_MAX));
        assert_eq!(take(&mut spent, guessed_at, 0), Err(Secs::new(2)));
    }

    #[test]
    fn the_stored_size_of_a_value_does_not_depend_on_its_length() {
        let long = "x".repeat(250_000);

        assert_ne!(Key::of("test", &[long.as_bytes()]), Key::of("test", &[b"x"]));
        assert_eq!(size_of::<Key>(), 16);
        assert_ne!(Key::of("test", &[b"ab", b"c"]), Key::of("test", &[b"a", b"bc"]));
    }
}
