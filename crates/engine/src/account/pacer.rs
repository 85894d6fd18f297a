//! Limits how many refusals of a user are recorded, so that a client that keeps retrying does not fill the disk.

use std::collections::BTreeMap;

use usher_domain::{Timestamp, UserId};

/// How many refusals of a user are recorded at once.
const AT_ONCE: i64 = 20;

/// The time until another one is recorded.
const REFILL_MILLIS: i64 = 60_000;

/// The number of users from which on those who are back at full allowance are removed.
const USERS_KEPT: usize = 1_000;

/// When each user has the full allowance of [`AT_ONCE`] again, in milliseconds. In memory only: it starts over when the
/// account is loaded again.
#[derive(Debug, Default)]
pub(super) struct RefusalPacer {
    whole_at: BTreeMap<UserId, i64>,
}

impl RefusalPacer {
    /// Whether a refusal of the user should be recorded now. Unrecorded ones are not recorded later.
    pub(super) fn admits(&mut self, user: UserId, now: Timestamp) -> bool {
        let now = now.millis();
        if self.whole_at.len() >= USERS_KEPT {
            self.whole_at.retain(|_, whole_at| *whole_at > now);
        }
        let whole_at = self.whole_at.get(&user).copied().unwrap_or(now).max(now) + REFILL_MILLIS;
        let admits = whole_at - now <= AT_ONCE * REFILL_MILLIS;
        if admits {
            self.whole_at.insert(user, whole_at);
        }
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_some_refusals_on_record_at_once_and_then_one_a_minute() {
        let mut pacer = RefusalPacer::default();
        let at = Timestamp::from_millis;
        let (sven, nora) = (UserId::from_bits(1), UserId::from_bits(2));

        let recorded = (0..1_000).filter(|_| pacer.admits(sven, at(0))).count();

        assert_eq!(recorded, 20);
        assert!(pacer.admits(nora, at(0)), "others are not concerned");
        assert!(!pacer.admits(sven, at(59_999)));
        let in_an_hour = (60..3_660)
            .filter(|sec| pacer.admits(sven, at(sec * 1_000)))
            .count();
        assert_eq!(in_an_hour, 60);
    }
}
