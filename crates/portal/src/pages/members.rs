//! Shared by the pages of things with members: teams and groups.

use std::collections::BTreeSet;

use askama::Template;
use serde::Deserialize;
use usher_domain::permission::Privilege;
use usher_domain::text::address;
use usher_domain::user::User;
use usher_domain::{Account, Actor, UserId};

use crate::answer::Frame;
use crate::doing::{self, Doing};
use crate::form::Form;
use crate::order::{NameOrder, SortLink, sorted_by};
use crate::pages::users::{by_name, fits_words, role_label};
use crate::paging::Paging;

/// The most people offered for adding; others have to be searched for.
const OFFERED_MAX: usize = 10;

/// The query of a list of teams or groups.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    pub(super) q: String,
    pub(super) page: String,
    pub(super) size: String,
    /// `name` or `members`, after a `-` for the other direction.
    pub(super) sort: String,
}

impl ListQuery {
    /// What the addresses of other pages of the list have.
    pub(super) fn fields(&self) -> [(&'static str, &str); 2] {
        [("q", self.q.trim()), ("sort", &self.sort)]
    }

    /// The heading of a column by which the list at `path` is sorted.
    pub(super) fn sorted(&self, path: &str, column: &str) -> SortLink {
        let query = [("q", self.q.trim()), ("size", self.size.as_str())];
        SortLink::of(
            path,
            &query,
            if self.sort.is_empty() { "name" } else { &self.sort },
            column,
        )
    }

    /// Sorts teams or groups, of which `of` says the name and the number of members.
    pub(super) fn sort<T>(&self, list: &mut [&T], of: impl Fn(&T) -> (&str, usize)) {
        let names = NameOrder::of_reader();
        let (column, is_down) = sorted_by(&self.sort);
        list.sort_by(|one, other| {
            let ((one, few), (other, many)) = (of(one), of(other));
            let by_name = names.compare(one, other);
            let order = match column {
                "members" => few.cmp(&many),
                _ => by_name,
            };
            let order = if is_down { order.reverse() } else { order };
            order.then(by_name)
        });
    }
}

/// The query of a team or group.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct MembersQuery {
    /// The search among the members.
    pub(super) q: String,
    pub(super) page: String,
    pub(super) size: String,
    /// The search among people to add.
    pub(super) who: String,
}

/// The confirmation before a team or group is deleted.
#[derive(Template)]
#[template(path = "members/delete.html")]
pub(super) struct DeletePage {
    pub(super) frame: Frame,
    pub(super) path: String,
    /// `team` or `group`.
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) members: usize,
    /// What happens to the members, after "Its members stay users".
    pub(super) consequence: &'static str,
}

/// One page of members, and the people who could be added.
pub(super) struct Members {
    pub(super) may_manage: bool,
    pub(super) count: usize,
    pub(super) paging: Paging,
    pub(super) rows: Vec<Member>,
    /// The people who could be added.
    pub(super) offered: Vec<Member>,
    pub(super) offered_more: bool,
}

/// Somebody.
pub(super) struct Member {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: &'static str,
    pub(super) state: Doing,
}

impl Members {
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        members: &BTreeSet<UserId>,
        query: &MembersQuery,
    ) -> Self {
        let may_manage = account.may(actor, Privilege::UsersManage);
        let words = address::folded(query.q.trim());
        let users = members.iter().filter_map(|id| account.user(*id));
        let found: Vec<_> = users.filter(|user| fits_words(user, &words)).collect();
        let paging = Paging::sized(&query.page, &query.size, found.len());
        let offered = if may_manage {
            strangers(account, members, &query.who)
        } else {
            Vec::new()
        };
        Self {
            may_manage,
            count: members.len(),
            paging,
            rows: Member::all(account, first(found, paging.skip, paging.size)),
            offered_more: offered.len() > OFFERED_MAX,
            offered: Member::all(account, first(offered, 0, OFFERED_MAX)),
        }
    }
}

impl Member {
    fn all(account: &Account, users: Vec<&User>) -> Vec<Self> {
        users.into_iter().map(|user| Self::of(account, user)).collect()
    }

    fn of(account: &Account, user: &User) -> Self {
        Self {
            id: user.id,
            name: user.profile.name.reveal().to_string(),
            email: user.profile.email.reveal().to_string(),
            role: role_label(user.profile.role),
            state: doing::user(account, user),
        }
    }
}

/// The users named in a form.
pub(super) fn named(form: &Form) -> BTreeSet<UserId> {
    form.all("user").filter_map(|id| id.parse().ok()).collect()
}

/// Active users outside of a team or group who match the search.
fn strangers<'a>(account: &'a Account, members: &BTreeSet<UserId>, who: &str) -> Vec<&'a User> {
    let words = address::folded(who.trim());
    let users = account.users().values();
    let strangers =
        users.filter(|user| user.active && !members.contains(&user.id) && fits_words(user, &words));
    strangers.collect()
}

/// `count` users from `from` on, in the order of their names. The rest is not sorted.
fn first(mut users: Vec<&User>, from: usize, count: usize) -> Vec<&User> {
    let names = NameOrder::of_reader();
    let order = |one: &&User, other: &&User| by_name(&names, one, other).then_with(|| one.id.cmp(&other.id));
    let to = from.saturating_add(count);
    if to < users.len() {
        users.select_nth_unstable_by(to, order);
        users.truncate(to);
    }
    users.sort_unstable_by(order);
    users.split_off(from.min(users.len()))
}
