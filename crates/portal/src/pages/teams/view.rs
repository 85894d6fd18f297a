//! What the pages of teams show.

use std::collections::BTreeSet;

use askama::Template;
use serde::Deserialize;
use usher_domain::account::Team;
use usher_domain::permission::Privilege;
use usher_domain::user::User;
use usher_domain::{Account, Actor, Presence, Refusal, TeamId, UserId};

use crate::answer::Frame;
use crate::form::Form;
use crate::pages::users::{by_name, fits_words, role_label, state};

/// How many teams or members a page shows.
pub(in crate::pages) const PAGE_SIZE: usize = 50;
/// How many people are offered to be added: whoever is not among them is searched for.
pub(in crate::pages) const OFFERED_MAX: usize = 10;

/// What the address of the list says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    pub(super) q: String,
    pub(super) page: String,
}

/// What the address of a team says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct TeamQuery {
    /// Which members.
    pub(super) q: String,
    pub(super) page: String,
    /// Who is to be added.
    pub(super) who: String,
}

#[derive(Template)]
#[template(path = "teams/list.html")]
pub(super) struct ListPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) query: ListQuery,
    pub(super) seen: Teams,
}

#[derive(Template)]
#[template(path = "teams/team.html")]
pub(super) struct TeamPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) list: String,
    pub(super) users: String,
    pub(super) path: String,
    pub(super) query: TeamQuery,
    pub(super) seen: TeamSeen,
}

#[derive(Template)]
#[template(path = "teams/delete.html")]
pub(super) struct DeletePage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) name: String,
    pub(super) members: usize,
}

/// A page of the teams.
pub(super) struct Teams {
    pub(super) may_manage: bool,
    pub(super) total: usize,
    pub(super) cut: Cut,
    pub(super) rows: Vec<Row>,
}

/// A team in the list.
pub(super) struct Row {
    pub(super) id: TeamId,
    pub(super) name: String,
    pub(super) members: usize,
    pub(super) reachable: usize,
}

/// A page of a team's members.
pub(super) struct TeamSeen {
    pub(super) may_manage: bool,
    pub(super) name: String,
    pub(super) members: usize,
    pub(super) cut: Cut,
    pub(super) rows: Vec<Member>,
    /// Who could be added.
    pub(super) offered: Vec<Member>,
    pub(super) offered_more: bool,
}

/// Somebody.
pub(in crate::pages) struct Member {
    pub(in crate::pages) id: UserId,
    pub(in crate::pages) name: String,
    pub(in crate::pages) email: String,
    pub(in crate::pages) role: &'static str,
    pub(in crate::pages) state: (&'static str, &'static str),
}

/// Which page of how many rows.
#[derive(Debug, Clone, Copy)]
pub(in crate::pages) struct Cut {
    page: usize,
    count: usize,
}

impl Cut {
    pub(in crate::pages) fn of(page: &str, count: usize) -> Self {
        let page: usize = page.parse().unwrap_or(1);
        Self {
            page: page.clamp(1, count.div_ceil(PAGE_SIZE).max(1)),
            count,
        }
    }

    pub(in crate::pages) const fn from(self) -> usize {
        (self.page - 1) * PAGE_SIZE
    }

    /// The addresses of the pages before and after; empty where there is none.
    pub(in crate::pages) fn links(self, path: &str, q: &str) -> (String, String) {
        let at = |page: usize| {
            let mut said = form_urlencoded::Serializer::new(String::new());
            if !q.is_empty() {
                said.append_pair("q", q);
            }
            format!("{path}?{}", said.append_pair("page", &page.to_string()).finish())
        };
        let has_next = self.page * PAGE_SIZE < self.count;
        let previous = if self.page > 1 {
            at(self.page - 1)
        } else {
            String::new()
        };
        (
            previous,
            if has_next {
                at(self.page + 1)
            } else {
                String::new()
            },
        )
    }
}

impl ListPage {
    pub(super) fn links(&self) -> (String, String) {
        self.seen.cut.links(&self.path, &self.query.q)
    }
}

impl TeamPage {
    pub(super) fn links(&self) -> (String, String) {
        self.seen.cut.links(&self.path, &self.query.q)
    }
}

impl Teams {
    pub(super) fn of(account: &Account, actor: &Actor, query: &ListQuery) -> Result<Self, Refusal> {
        account.need_staff(actor)?;
        let words = query.q.trim().to_lowercase();
        let fits = |team: &&Team| words.is_empty() || team.name.as_str().to_lowercase().contains(&words);
        let mut teams: Vec<_> = account.teams().values().filter(fits).collect();
        teams.sort_by(|one, other| one.name.cmp(&other.name));
        let cut = Cut::of(&query.page, teams.len());
        let shown = teams.into_iter().skip(cut.from()).take(PAGE_SIZE);
        Ok(Self {
            may_manage: account.may(actor, Privilege::UsersManage),
            total: account.teams().len(),
            cut,
            rows: shown.map(|team| Row::of(account, team)).collect(),
        })
    }
}

impl Row {
    fn of(account: &Account, team: &Team) -> Self {
        let members = team.members.iter().filter_map(|id| account.user(*id));
        let reachable = members.filter(|user| account.presence(user) != Presence::Away);
        Self {
            id: team.id,
            name: team.name.to_string(),
            members: team.members.len(),
            reachable: reachable.count(),
        }
    }
}

impl TeamSeen {
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        id: TeamId,
        query: &TeamQuery,
    ) -> Result<Self, Refusal> {
        let team = account.teams().get(&id).filter(|_| account.is_staff(actor));
        let team = team.ok_or(Refusal::NotFound { what: "team" })?;
        let may_manage = account.may(actor, Privilege::UsersManage);
        let words = query.q.trim().to_lowercase();
        let members = team.members.iter().filter_map(|id| account.user(*id));
        let members: Vec<_> = members.filter(|user| fits_words(user, &words)).collect();
        let cut = Cut::of(&query.page, members.len());
        let offered = if may_manage {
            strangers(account, &team.members, &query.who)
        } else {
            Vec::new()
        };
        Ok(Self {
            may_manage,
            name: team.name.to_string(),
            members: team.members.len(),
            cut,
            rows: Member::all(account, first(members, cut.from(), PAGE_SIZE)),
            offered_more: offered.len() > OFFERED_MAX,
            offered: Member::all(account, first(offered, 0, OFFERED_MAX)),
        })
    }
}

impl Member {
    pub(in crate::pages) fn all(account: &Account, users: Vec<&User>) -> Vec<Self> {
        users.into_iter().map(|user| Self::of(account, user)).collect()
    }

    fn of(account: &Account, user: &User) -> Self {
        Self {
            id: user.id,
            name: user.profile.name.to_string(),
            email: user.profile.email.to_string(),
            role: role_label(user.profile.role),
            state: state(account, user),
        }
    }
}

/// Active people outside of a team or group who are searched for.
pub(in crate::pages) fn strangers<'a>(
    account: &'a Account,
    members: &BTreeSet<UserId>,
    who: &str,
) -> Vec<&'a User> {
    let words = who.trim().to_lowercase();
    let users = account.users().values();
    let strangers =
        users.filter(|user| user.active && !members.contains(&user.id) && fits_words(user, &words));
    strangers.collect()
}

/// Some of the people in the order of their names; the rest is not sorted.
pub(in crate::pages) fn first(mut users: Vec<&User>, from: usize, count: usize) -> Vec<&User> {
    let order = |one: &&User, other: &&User| by_name(one, other).then_with(|| one.id.cmp(&other.id));
    let to = from.saturating_add(count);
    if to < users.len() {
        users.select_nth_unstable_by(to, order);
        users.truncate(to);
    }
    users.sort_unstable_by(order);
    users.split_off(from.min(users.len()))
}
