//! How full a viewer's own pools are. Members who see no sessions of others learn the numbers, and no names.

use usher_domain::text::counted;
use usher_domain::user::License;
use usher_domain::{Account, Actor};

use crate::linked::Linked;
use crate::shown::Meter;

/// A pool in which the viewer has a place.
pub(super) struct Usage {
    pub(super) pool: Linked,
    pub(super) seats: Meter,
    waiting: u32,
}

impl Usage {
    pub(super) fn of_own_pools(account: &Account, actor: &Actor) -> Vec<Self> {
        let user = account.user_of(actor).and_then(|user| account.user(user));
        let licenses = user.into_iter().flat_map(|user| user.licenses.values());
        let pools = licenses.filter_map(|license| match license {
            License::Shared(pool) => account.pool(*pool),
            License::Named => None,
        });
        let usage = pools.map(|pool| Self {
            pool: Linked::pool(account, actor, pool),
            seats: Meter {
                used: pool.occupied(),
                of: pool.seats,
            },
            waiting: pool.waiting(),
        });
        usage.collect()
    }

    /// `3 of 3 seats in use, 2 people wait`.
    pub(super) fn words(&self) -> String {
        let seats = counted(self.seats.of, "seat", "seats");
        let wait = match self.waiting {
            0 => "nobody waits".to_owned(),
            waiting => counted(waiting, "person waits", "people wait"),
        };
        format!("{} of {seats} in use, {wait}", self.seats.used)
    }
}
