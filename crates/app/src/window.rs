//! Looking for records by the wall clock: they are kept, and ordered, by the account's own time.

use usher_domain::{AccountId, Timestamp, WallTime, WallTimes};
use usher_journal::{Page, Span};

use crate::api::Api;

/// A stretch of wall time in which records are looked for; each end may be open.
#[derive(Debug, Clone, Default)]
pub struct Window {
    wall: WallTimes,
    from: Option<WallTime>,
    to: Option<WallTime>,
}

impl Window {
    /// The stretch from one moment to before another.
    #[must_use]
    pub const fn new(wall: WallTimes, from: Option<WallTime>, to: Option<WallTime>) -> Self {
        Self { wall, from, to }
    }

    /// What the wall clock showed when.
    #[must_use]
    pub const fn wall(&self) -> &WallTimes {
        &self.wall
    }

    /// The account's time in which all of the stretch lies: it never lags behind the wall clock. Where that was set back,
    /// what lies between two passes over the same hour is in it as well, until [`keep`](Self::keep) takes it out.
    #[must_use]
    pub fn span(&self) -> Span {
        Span {
            from: self.from.map(WallTime::get),
            to: self.to.map(|to| self.wall.last_before(to)),
        }
    }

    /// Keeps of a page what happened in the stretch. A page may have fewer rows than it could.
    pub fn keep<T>(&self, page: &mut Page<T>, at: impl Fn(&T) -> Timestamp) {
        page.items.retain(|item| {
            let shown = self.wall.shown(at(item));
            self.from.is_none_or(|from| from <= shown) && self.to.is_none_or(|to| shown < to)
        });
    }
}

impl Api {
    /// What the wall clock showed when, by an account's time. Where the account cannot be read, its time is shown as it is.
    pub async fn wall_times(&self, account: AccountId) -> WallTimes {
        let read = self
            .engine
            .read(account, |account, _| account.wall_times().clone());
        read.await.unwrap_or_default()
    }
}
