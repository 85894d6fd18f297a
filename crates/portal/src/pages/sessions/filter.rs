//! The filters of the sessions page.

use usher_domain::permission::SessionPermission;
use usher_domain::presence::{Funding, Session};
use usher_domain::text::address;
use usher_domain::{Account, Actor, PoolId, Refusal, UserId};

use super::row::paid_by;
use super::view::{SessionQuery, need_to_view};
use crate::linked::Linked;
use crate::order;
use crate::pages::users::{Choice, fits_words};
use crate::shown::pool_name;

const STATES: [(&str, &str); 4] = [
    ("standby", "Waits for the customer"),
    ("active", "Active"),
    ("paused", "Paused"),
    ("ending", "Closing"),
];

const SEATS: [(&str, &str); 4] = [
    ("named", "Named seat"),
    ("shared", "Shared seat"),
    ("minutes", "Minutes"),
    ("none", "No seat"),
];

const KINDS: [(&str, &str); 3] = [
    ("call", "Call"),
    ("attended", "Attended"),
    ("unattended", "Unattended"),
];

/// A query that is parsed once for all sessions. Values that mean nothing are ignored.
pub(super) struct Filter<'a> {
    state: Option<&'static str>,
    product: &'a str,
    pool: Option<PoolId>,
    seat: Option<&'static str>,
    kind: Option<&'static str>,
    user: Option<UserId>,
    /// A part of a name or address, [folded](address::folded).
    words: String,
}

fn known(value: &str, all: &[(&'static str, &str)]) -> Option<&'static str> {
    let found = all.iter().find(|(known, _)| *known == value);
    found.map(|(known, _)| *known)
}

impl<'a> Filter<'a> {
    pub(super) fn of(query: &'a SessionQuery) -> Self {
        Self {
            state: known(&query.state, &STATES),
            product: &query.product,
            pool: query.pool.parse().ok(),
            seat: known(&query.seat, &SEATS),
            kind: known(&query.kind, &KINDS),
            user: query.user.parse().ok(),
            words: address::folded(query.q.trim()),
        }
    }

    pub(super) fn takes(&self, account: &Account, session: &Session) -> bool {
        self.state.is_none_or(|state| session.state.as_str() == state)
            && (self.product.is_empty() || session.product.as_str() == self.product)
            && self.pool.is_none_or(|pool| session.pool == Some(pool))
            && self.kind.is_none_or(|kind| session.kind.as_str() == kind)
            && self.user.is_none_or(|user| session.user == user)
            && self.seat.is_none_or(|seat| seat_word(account, session) == seat)
            && (self.words.is_empty()
                || account
                    .user(session.user)
                    .is_some_and(|user| fits_words(user, &self.words)))
    }
}

fn seat_word(account: &Account, session: &Session) -> &'static str {
    match paid_by(account, session) {
        Funding::Named => "named",
        Funding::Seat => "shared",
        Funding::Minutes { .. } => "minutes",
        Funding::Free | Funding::Rides => "none",
    }
}

/// The choices of the filters. Lists of one are left out.
pub(super) struct Filters {
    pub(super) states: Vec<Choice>,
    pub(super) products: Vec<Choice>,
    pub(super) pools: Vec<Choice>,
    pub(super) seats: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    /// The user to whom a link has narrowed the list.
    pub(super) user: Option<Linked>,
    /// Whether others' sessions are listed too.
    pub(super) sees_others: bool,
}

impl Filters {
    pub(super) fn of(account: &Account, actor: &Actor, query: &SessionQuery) -> Result<Self, Refusal> {
        need_to_view(account, actor)?;
        let sees_others = account.has_session_permission(actor, SessionPermission::ViewAccount);
        let products = account.subscription().products.keys();
        let products = products.map(|it| (it.to_string(), account.product_name(it)));
        let pools = order::pools(account).into_iter().filter(|_| sees_others);
        let pools = pools.map(|pool| (pool.id.to_string(), pool_name(account, pool)));
        let user = query.user.parse().ok().and_then(|id| account.user(id));
        let user = user.filter(|user| account.sees_user(actor, user.id));
        Ok(Self {
            states: choices("All states", pairs(&STATES), &query.state),
            products: choices("All products", products.collect(), &query.product),
            pools: choices("All pools", pools.collect(), &query.pool),
            seats: choices("All kinds of seats", pairs(&SEATS), &query.seat),
            kinds: choices("All kinds of work", pairs(&KINDS), &query.kind),
            user: user.map(|user| Linked::user(account, actor, user)),
            sees_others,
        })
    }
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = all
        .iter()
        .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()));
    owned.collect()
}

fn choices(any: &str, all: Vec<(String, String)>, chosen: &str) -> Vec<Choice> {
    let first = Choice::new("", any, chosen);
    let rest = all
        .into_iter()
        .map(|(value, label)| Choice::new(value, label, chosen));
    std::iter::once(first).chain(rest).collect()
}
