//! The data of the team pages.

use askama::Template;
use usher_domain::account::Team;
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor, Presence, Refusal, TeamId};
use usher_journal::folded;

use crate::answer::Frame;
use crate::asks::Remedy;
use crate::form::Form;
use crate::pages::members::{ListQuery, Members, MembersQuery};
use crate::paging::{PageLinks, Paging};

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
    pub(super) query: MembersQuery,
    pub(super) seen: TeamData,
}

/// One page of the list of teams.
pub(super) struct Teams {
    pub(super) may_manage: bool,
    /// For an account without any.
    pub(super) remedy: Remedy,
    pub(super) total: usize,
    pub(super) paging: Paging,
    pub(super) rows: Vec<Row>,
}

/// A team in the list.
pub(super) struct Row {
    pub(super) id: TeamId,
    pub(super) name: String,
    pub(super) members: usize,
    pub(super) reachable: usize,
}

/// A team with one page of its members.
pub(super) struct TeamData {
    pub(super) name: String,
    pub(super) people: Members,
}

impl ListPage {
    pub(super) fn links(&self) -> PageLinks {
        self.seen.paging.links(&self.path, &self.query.fields())
    }
}

impl TeamPage {
    pub(super) fn links(&self) -> PageLinks {
        self.seen
            .people
            .paging
            .links(&self.path, &[("q", self.query.q.trim())])
    }
}

impl Teams {
    pub(super) fn of(account: &Account, actor: &Actor, query: &ListQuery) -> Result<Self, Refusal> {
        account.need_staff(actor)?;
        let words = folded(query.q.trim());
        let fits = |team: &&Team| folded(team.name.as_str()).contains(&words);
        let mut teams: Vec<_> = account.teams().values().filter(fits).collect();
        query.sort(&mut teams, |team| (team.name.as_str(), team.members.len()));
        let paging = Paging::sized(&query.page, &query.size, teams.len());
        let shown = teams.into_iter().skip(paging.skip).take(paging.size);
        Ok(Self {
            remedy: Remedy::here(account, actor, Privilege::UsersManage),
            may_manage: account.may(actor, Privilege::UsersManage),
            total: account.teams().len(),
            paging,
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

impl TeamData {
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        id: TeamId,
        query: &MembersQuery,
    ) -> Result<Self, Refusal> {
        let team = account.teams().get(&id).filter(|_| account.is_staff(actor));
        let team = team.ok_or(Refusal::NotFound { what: "team" })?;
        Ok(Self {
            name: team.name.to_string(),
            people: Members::of(account, actor, &team.members, query),
        })
    }
}
