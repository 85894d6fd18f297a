//! The data of the minutes page.

use std::collections::BTreeMap;

use askama::Template;
use usher_domain::management::Management;
use usher_domain::pool::Pool;
use usher_domain::rules::WhenFull;
use usher_domain::{Account, Actor, WallTimes};
use usher_journal::MinutesRow;

use crate::answer::Frame;
use crate::linked::Linked;
use crate::live::Live;
use crate::nav::NavPage;
use crate::shown::{Moment, counted};

/// From this many minutes down, the overview warns.
pub(crate) const MINUTES_LOW: u64 = 60;

#[derive(Template)]
#[template(path = "minutes/page.html")]
pub(super) struct MinutesPage {
    pub(super) frame: Frame,
    pub(super) live: Live,
}

/// The live part.
#[derive(Template)]
#[template(path = "minutes/minutes.html")]
pub(super) struct Minutes {
    pub(super) seen: MinutesData,
    pub(super) changes: Vec<Change>,
    /// The URL of the first page; empty on the first page.
    pub(super) newest: String,
    /// The URL of the next page; empty on the last page.
    pub(super) older: String,
}

/// The data that is copied out of the account.
pub(super) struct MinutesData {
    pub(super) left: u64,
    /// How many claims are paying, each one minute per minute.
    pub(super) paying: u32,
    /// The pools that use minutes when they are full.
    pub(super) pools: Vec<Linked>,
    pub(super) pools_link: Option<String>,
    /// How minutes are added, as sentences: before there are any, and when few are left.
    pub(super) more: (&'static str, &'static str),
}

/// A change of the balance.
pub(super) struct Change {
    pub(super) at: Moment,
    pub(super) what: String,
    pub(super) by: Linked,
    pub(super) balance: u64,
}

impl MinutesData {
    pub(super) fn of(account: &Account, actor: &Actor) -> Self {
        let falls_back = |pool: &&Pool| pool.rules.when_full.contains(&WhenFull::PayPerUse);
        let pools = account.pools().values();
        Self {
            left: account.minutes(),
            paying: pools.clone().map(Pool::on_minutes).sum(),
            pools: pools
                .filter(falls_back)
                .map(|pool| Linked::pool(account, actor, pool))
                .collect(),
            pools_link: NavPage::SeatPools.link(account, actor),
            more: more(account.management()),
        }
    }

    /// How many minutes the balance lasts at the current use; `None` while nobody pays.
    pub(super) fn lasts(&self) -> Option<u64> {
        self.left.checked_div(u64::from(self.paying))
    }

    pub(super) fn is_low(&self) -> bool {
        self.left < MINUTES_LOW && !self.pools.is_empty()
    }
}

/// How minutes are added (L9).
const fn more(management: &Management) -> (&'static str, &'static str) {
    match management {
        Management::Free | Management::WithinBounds(..) => (
            "A billing contact adds prepaid minutes on the page Subscription; then each minute that is spent stands here.",
            "A billing contact adds more on the page Subscription.",
        ),
        Management::OnRequest => (
            "A billing contact requests prepaid minutes on the page Subscription; then each minute that is spent stands \
             here.",
            "A billing contact requests more on the page Subscription.",
        ),
        Management::Closed => (
            "The operator of this server adds prepaid minutes; then each minute that is spent stands here.",
            "Ask the operator of this server for more.",
        ),
    }
}

impl Change {
    pub(super) fn of(row: &MinutesRow, wall: &WallTimes, spenders: &BTreeMap<String, Linked>) -> Self {
        let amount = row.delta.unsigned_abs();
        let minutes = counted(amount, "minute", "minutes");
        let (sign, what) = match (&row.claim, row.delta < 0) {
            (Some(_), true) => ("−", "spent"),
            (None, true) => ("−", "ended unused"),
            (_, false) => ("+", "added"),
        };
        let spender = row.claim.as_deref().and_then(|claim| spenders.get(claim));
        let by = match (spender, &row.claim) {
            (Some(who), _) => who.clone(),
            (None, Some(_)) => Linked::plain("A user who is gone"),
            (None, None) if row.delta < 0 => Linked::plain("On their date"),
            (None, None) => Linked::plain("The operator"),
        };
        Self {
            at: Moment(wall.shown(row.at)),
            what: format!("{sign}{minutes} {what}"),
            by,
            balance: row.balance,
        }
    }
}

#[cfg(test)]
mod tests {
    use usher_domain::Timestamp;
    use usher_journal::{Minutes, Seq};

    use super::*;

    fn row(delta: i64, claim: Option<&'static str>) -> MinutesRow {
        MinutesRow {
            at: Timestamp::default(),
            seq: Seq::new(1),
            index: 0,
            entry: Minutes {
                delta,
                balance: 10,
                claim: claim.map(Into::into),
            },
        }
    }

    #[test]
    fn a_change_shows_the_amount_and_the_user() {
        let spenders = BTreeMap::from([("sess_1".to_owned(), Linked::plain("Sven"))]);
        let said = |row| {
            let change = Change::of(&row, &WallTimes::default(), &spenders);
            format!("{}, {}", change.what, change.by.name)
        };

        assert_eq!(said(row(-1, Some("sess_1"))), "−1 minute spent, Sven");
        assert_eq!(
            said(row(-1, Some("sess_2"))),
            "−1 minute spent, A user who is gone"
        );
        assert_eq!(said(row(500, None)), "+500 minutes added, The operator");
        assert_eq!(said(row(-3, None)), "−3 minutes ended unused, On their date");
    }

    #[test]
    fn how_long_the_minutes_last_depends_on_who_pays() {
        let mut seen = MinutesData {
            left: 59,
            paying: 0,
            pools: vec![Linked::plain("Support")],
            pools_link: None,
            more: more(&Management::OnRequest),
        };

        assert_eq!(seen.lasts(), None);
        seen.paying = 2;
        assert_eq!(seen.lasts(), Some(29));
        assert!(seen.is_low());
        seen.left = 60;
        assert!(!seen.is_low());
    }
}
