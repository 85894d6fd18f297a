//! Searching records by the wall clock, while they are stored and ordered by the account's own time.

use usher_domain::{AccountId, Timestamp, WallTime, WallTimes};
use usher_journal::{Page, Span};

use crate::app::App;

/// A range of wall time to search for records; either end may be open.
#[derive(Debug, Clone, Default)]
pub struct Window {
    wall: WallTimes,
    from: Option<WallTime>,
    to: Option<WallTime>,
}

impl Window {
    /// The range from one moment (included) to another (excluded).
    #[must_use]
    pub const fn new(wall: WallTimes, from: Option<WallTime>, to: Option<WallTime>) -> Self {
        Self { wall, from, to }
    }

    /// The wall clock's history.
    #[must_use]
    pub const fn wall(&self) -> &WallTimes {
        &self.wall
    }

    /// A range of the account's time that contains the whole range: the account's time never lags behind the wall
    /// clock. If that was set back, the range also contains records from between two passes over the same hour, until
    /// [`keep`](Self::keep) removes them.
    #[must_use]
    pub fn span(&self) -> Span {
        Span {
            from: self.from.map(WallTime::get),
            to: self.to.map(|to| self.wall.last_before(to)),
        }
    }

    /// Keeps the rows of a page that are in the range. A page may then have fewer rows than its limit.
    pub fn keep<T>(&self, page: &mut Page<T>, at: impl Fn(&T) -> Timestamp) {
        page.items.retain(|item| {
            let shown = self.wall.shown(at(item));
            self.from.is_none_or(|from| from <= shown) && self.to.is_none_or(|to| shown < to)
        });
    }
}

impl App {
    /// Converts an account's time to the wall clock. If the account cannot be read, its time is shown unchanged.
    pub async fn wall_times(&self, account: AccountId) -> WallTimes {
        let read = self
            .engine
            .read(account, |account, _| account.wall_times().clone());
        read.await.unwrap_or_default()
    }
}
