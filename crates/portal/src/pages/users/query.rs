//! The query of the list: which users, and in which order.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use usher_domain::permission::Role;
use usher_domain::text::{Product, address};
use usher_domain::user::{License, User};
use usher_domain::{Account, PoolId, TeamId, UserId};

use super::words;
use crate::order::NameOrder;
use crate::paging::Paging;

/// The fields of the form above the list, as in the URL. Empty ones are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct UserQuery {
    pub(crate) q: String,
    pub(crate) product: String,
    pub(crate) license: String,
    pub(crate) pool: String,
    pub(crate) team: String,
    pub(crate) role: String,
    pub(crate) status: String,
    pub(crate) sort: String,
    pub(crate) page: String,
    /// Users per page.
    pub(crate) size: String,
    /// The ticked users of a form that is shown again. Not part of the URL.
    #[serde(skip)]
    pub(super) ticked: Vec<UserId>,
}

impl UserQuery {
    /// Parses the query of a URL or a hidden field.
    pub(super) fn parse(text: &str) -> Self {
        serde_urlencoded::from_str(text).unwrap_or_default()
    }

    /// The query for a URL, without empty fields, at another page.
    pub(super) fn at_page(&self, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let place = [("size", self.size.as_str()), ("page", &page)];
        let fields = self.filters().into_iter().chain(place);
        let said = fields.filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(said)
            .finish()
    }

    /// The fields that say which users, and in which order.
    pub(super) fn filters(&self) -> [(&'static str, &str); 8] {
        [
            ("q", self.q.trim()),
            ("product", &self.product),
            ("license", &self.license),
            ("pool", &self.pool),
            ("team", &self.team),
            ("role", &self.role),
            ("status", &self.status),
            ("sort", &self.sort),
        ]
    }

    /// The requested page, from 1.
    pub(super) fn page(&self) -> usize {
        self.page.parse().unwrap_or(1).max(1)
    }

    /// Whether any filter is set.
    pub(super) fn is_narrow(&self) -> bool {
        let fields = [
            self.q.trim(),
            &self.product,
            &self.license,
            &self.pool,
            &self.team,
            &self.role,
            &self.status,
        ];
        fields.iter().any(|field| !field.is_empty())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Named,
    Shared,
    None,
}

/// The sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    Email,
    Newest,
    Oldest,
}

impl Sort {
    pub(super) const ALL: [(&'static str, &'static str); 4] = [
        ("", "Name"),
        ("email", "E-mail"),
        ("newest", "Newest first"),
        ("oldest", "Oldest first"),
    ];

    fn of(text: &str) -> Self {
        match text {
            "email" => Self::Email,
            "newest" => Self::Newest,
            "oldest" => Self::Oldest,
            _ => Self::Name,
        }
    }

    /// Ties are broken by address, which is unique, so the order is total.
    fn order(self, names: &NameOrder, one: &User, other: &User) -> Ordering {
        let by_email = || one.profile.email.cmp(&other.profile.email);
        match self {
            Self::Name => by_name(names, one, other).then_with(by_email),
            Self::Email => by_email(),
            Self::Newest => other.created_at.cmp(&one.created_at).then_with(by_email),
            Self::Oldest => one.created_at.cmp(&other.created_at).then_with(by_email),
        }
    }
}

/// The order in which the reader looks for users.
pub(crate) fn by_name(names: &NameOrder, one: &User, other: &User) -> Ordering {
    let (one, other) = (one.profile.name.reveal(), other.profile.name.reveal());
    names.compare(one.as_str(), other.as_str())
}

/// The filters and the order.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    words: String,
    product: Option<Product>,
    license: Option<Kind>,
    pool: Option<PoolId>,
    team: Option<TeamId>,
    role: Option<Role>,
    active: Option<bool>,
    sort: Sort,
}

impl Filter {
    /// Parses a query. Values without a meaning are ignored.
    pub(super) fn of(query: &UserQuery) -> Self {
        Self {
            words: address::folded(query.q.trim()),
            product: query.product.parse().ok(),
            license: match query.license.as_str() {
                "named" => Some(Kind::Named),
                "shared" => Some(Kind::Shared),
                "none" => Some(Kind::None),
                _ => None,
            },
            pool: query.pool.parse().ok(),
            team: query.team.parse().ok(),
            role: words::role_of(&query.role),
            active: match query.status.as_str() {
                "active" => Some(true),
                "inactive" => Some(false),
                _ => None,
            },
            sort: Sort::of(&query.sort),
        }
    }

    /// All matching users, in no order: one scan over the users that copies nothing.
    pub(super) fn matching<'a>(&self, account: &'a Account) -> Vec<&'a User> {
        let users = account.users().values();
        users.filter(|user| self.fits(user)).collect()
    }

    /// All matching users, in order.
    pub(super) fn sorted<'a>(&self, account: &'a Account) -> Vec<&'a User> {
        let (mut users, names) = (self.matching(account), NameOrder::of_reader());
        users.sort_unstable_by(|one, other| self.sort.order(&names, one, other));
        users
    }

    /// One page of the matching users, in order. Only the page is sorted: the rest is partitioned off in linear time.
    pub(super) fn cut<'a>(&self, mut users: Vec<&'a User>, paging: Paging) -> Vec<&'a User> {
        let names = NameOrder::of_reader();
        let order = |one: &&User, other: &&User| self.sort.order(&names, one, other);
        let from = paging.skip;
        let to = from.saturating_add(paging.size);
        if to < users.len() {
            users.select_nth_unstable_by(to, order);
            users.truncate(to);
        }
        if from > 0 && from < users.len() {
            users.select_nth_unstable_by(from, order);
        }
        let mut users = users.split_off(from.min(users.len()));
        users.sort_unstable_by(order);
        users
    }

    fn fits(&self, user: &User) -> bool {
        let in_pool = |pool| user.licenses.values().any(|it| *it == License::Shared(pool));
        self.active.is_none_or(|active| user.active == active)
            && self.role.is_none_or(|role| user.profile.role == role)
            && self.team.is_none_or(|team| user.teams().contains(&team))
            && self.pool.is_none_or(in_pool)
            && self.fits_license(user)
            && fits_words(user, &self.words)
    }

    fn fits_license(&self, user: &User) -> bool {
        let of_product =
            |(product, _): &(&Product, &License)| self.product.as_ref().is_none_or(|it| it == *product);
        let mut kinds = user.licenses.iter().filter(of_product).map(|(_, it)| match it {
            License::Named => Kind::Named,
            License::Shared(_) => Kind::Shared,
        });
        match self.license {
            Some(Kind::None) => kinds.next().is_none(),
            Some(kind) => kinds.any(|it| it == kind),
            None => self.product.is_none() || kinds.next().is_some(),
        }
    }
}

/// Whether a name or address contains the words, which are [folded](address::folded).
pub(crate) fn fits_words(user: &User, words: &str) -> bool {
    words.is_empty()
        || user.profile.email.reveal().as_str().contains(words)
        || user.profile.name.reveal().as_str().to_lowercase().contains(words)
}
