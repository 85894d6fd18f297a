//! The query of the list: which users, and in which order.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use usher_app::PendingLink;
use usher_domain::permission::Role;
use usher_domain::text::{Product, address};
use usher_domain::user::{License, User};
use usher_domain::{Account, PoolId, TeamId, UserId};

use super::words;
use crate::order::{self, NameOrder, sorted_by};
use crate::paging::Paging;
use crate::viewer::Viewer;

/// The fields of the form above the list, as in the URL. Empty ones are ignored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
    /// The users who have an invitation ([`Self::complete`]). Not part of the URL.
    #[serde(skip)]
    pub(super) invited: Arc<BTreeMap<UserId, PendingLink>>,
}

impl UserQuery {
    /// Parses the query of a URL or a hidden field.
    pub(super) fn parse(text: &str) -> Self {
        serde_urlencoded::from_str(text).unwrap_or_default()
    }

    /// Adds who has an invitation, which is stored outside of the account.
    pub(super) fn complete(&mut self, viewer: &Viewer) {
        let invited = viewer.portal.app.pending_invitations(viewer.account);
        self.invited = Arc::new(invited);
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

/// What users do, or whether they may do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Active,
    Invited,
    Inactive,
    SignedIn,
    InSession,
    Waiting,
}

impl State {
    /// The states to choose from.
    pub(super) const ALL: [(&'static str, &'static str); 6] = [
        ("active", "Active"),
        ("invited", "Invited"),
        ("inactive", "Inactive"),
        ("signed-in", "Signed in now"),
        ("in-session", "In a session now"),
        ("waiting", "Waits for a seat"),
    ];

    fn of(text: &str) -> Option<Self> {
        match text {
            "active" => Some(Self::Active),
            "invited" => Some(Self::Invited),
            "inactive" => Some(Self::Inactive),
            "signed-in" => Some(Self::SignedIn),
            "in-session" => Some(Self::InSession),
            "waiting" => Some(Self::Waiting),
            _ => None,
        }
    }

    /// Whether a user is in the state, with the users who are [invited](UserQuery::invited).
    fn is_of(self, user: &User, invited: &BTreeMap<UserId, PendingLink>) -> bool {
        match self {
            Self::Active => user.active,
            Self::Invited => invited.contains_key(&user.id),
            Self::Inactive => !user.active,
            Self::SignedIn => !user.sign_ins().is_empty(),
            Self::InSession => !user.sessions().is_empty(),
            Self::Waiting => !user.tickets().is_empty(),
        }
    }
}

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Name,
    Email,
    Role,
    /// By the license: the list is in groups.
    Pool,
    Added,
}

/// The sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sort {
    by: By,
    is_down: bool,
}

impl Sort {
    /// The orders to choose from. The headings of the list have more.
    pub(super) const ALL: [(&'static str, &'static str); 5] = [
        ("", "Name"),
        ("pool", "Pool, in groups"),
        ("email", "E-mail"),
        ("newest", "Newest first"),
        ("oldest", "Oldest first"),
    ];

    fn of(text: &str) -> Self {
        let (column, is_down) = sorted_by(Self::column_of(text));
        let by = match column {
            "email" => By::Email,
            "role" => By::Role,
            "pool" => By::Pool,
            "added" => By::Added,
            _ => By::Name,
        };
        Self { by, is_down }
    }

    /// The column that the text of an address means.
    pub(super) fn column_of(text: &str) -> &str {
        match text {
            "" => "name",
            "oldest" => "added",
            "newest" => "-added",
            column => column,
        }
    }
}

/// The order of users: by what is asked for, then by name and address. The address is unique, so the order is total.
struct Order<'a> {
    filter: &'a Filter,
    names: NameOrder,
    /// The place of each pool among all, where the list is in groups.
    pools: BTreeMap<PoolId, usize>,
}

impl<'a> Order<'a> {
    fn of(filter: &'a Filter, account: &Account) -> Self {
        let pools = if filter.is_grouped() {
            order::pools(account)
        } else {
            Vec::new()
        };
        let places = pools.iter().enumerate();
        Self {
            filter,
            names: NameOrder::of_reader(),
            pools: places.map(|(place, pool)| (pool.id, place)).collect(),
        }
    }

    fn compare(&self, one: &User, other: &User) -> Ordering {
        let Sort { by, is_down } = self.filter.sort;
        let order = match by {
            By::Name => by_name(&self.names, one, other),
            By::Email => Ordering::Equal,
            // The highest first.
            By::Role => other.profile.role.cmp(&one.profile.role),
            By::Pool => self.place(one).cmp(&self.place(other)),
            By::Added => one.created_at.cmp(&other.created_at),
        };
        let by_email = || one.profile.email.cmp(&other.profile.email);
        let order = match by {
            By::Email => by_email(),
            By::Name | By::Role | By::Pool | By::Added => order,
        };
        let order = if is_down { order.reverse() } else { order };
        let order = match by {
            By::Role | By::Pool => order.then_with(|| by_name(&self.names, one, other)),
            By::Name | By::Email | By::Added => order,
        };
        order.then_with(by_email)
    }

    /// Users without a license come last; of a product, those with a named seat come after its pools.
    fn place<'u>(&self, user: &'u User) -> (bool, Option<&'u Product>, usize) {
        match self.filter.group_of(user) {
            None => (true, None, 0),
            Some((product, License::Named)) => (false, Some(product), usize::MAX),
            Some((product, License::Shared(pool))) => {
                let place = self.pools.get(pool).copied().unwrap_or_default();
                (false, Some(product), place)
            }
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
    state: Option<State>,
    invited: Arc<BTreeMap<UserId, PendingLink>>,
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
            state: State::of(&query.status),
            invited: Arc::clone(&query.invited),
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
        let (mut users, order) = (self.matching(account), Order::of(self, account));
        users.sort_unstable_by(|one, other| order.compare(one, other));
        users
    }

    /// One page of the matching users, in order. Only the page is sorted: the rest is partitioned off in linear time.
    pub(super) fn cut<'a>(
        &self,
        account: &Account,
        mut users: Vec<&'a User>,
        paging: Paging,
    ) -> Vec<&'a User> {
        let of_all = Order::of(self, account);
        let order = |one: &&User, other: &&User| of_all.compare(one, other);
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

    /// Whether the list is in groups, one for each pool.
    pub(super) fn is_grouped(&self) -> bool {
        self.sort.by == By::Pool
    }

    /// The license by which a user is in a group: the first that matches.
    pub(super) fn group_of<'a>(&self, user: &'a User) -> Option<(&'a Product, &'a License)> {
        let mut licenses = user.licenses.iter();
        licenses.find(|(product, license)| {
            self.product.as_ref().is_none_or(|it| it == *product)
                && self.pool.is_none_or(|pool| **license == License::Shared(pool))
        })
    }

    fn fits(&self, user: &User) -> bool {
        let in_pool = |pool| user.licenses.values().any(|it| *it == License::Shared(pool));
        self.state.is_none_or(|state| state.is_of(user, &self.invited))
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
