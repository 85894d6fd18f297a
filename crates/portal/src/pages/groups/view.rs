//! The data of the group pages.

use askama::Template;
use usher_domain::directory::{Group, GroupMapping};
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor, GroupId, Refusal};
use usher_journal::folded;

use super::mapping::{MappingForm, Typed};
use crate::answer::Frame;
use crate::asks::Remedy;
use crate::form::Form;
use crate::linked::Linked;
use crate::pages::members::{ListQuery, Members, MembersQuery};
use crate::pages::users::{license_link, role_label};
use crate::paging::{PageLinks, Paging};

#[derive(Template)]
#[template(path = "groups/list.html")]
pub(super) struct ListPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) query: ListQuery,
    /// The path of the directory pages, if the viewer may see them.
    pub(super) directories: Option<String>,
    pub(super) seen: Groups,
}

#[derive(Template)]
#[template(path = "groups/group.html")]
pub(super) struct GroupPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) list: String,
    pub(super) users: String,
    pub(super) path: String,
    pub(super) query: MembersQuery,
    pub(super) seen: GroupData,
}

/// One page of the list of groups.
pub(super) struct Groups {
    pub(super) may_manage: bool,
    /// For an account without any.
    pub(super) remedy: Remedy,
    pub(super) total: usize,
    pub(super) paging: Paging,
    pub(super) rows: Vec<Row>,
}

/// A group in the list.
pub(super) struct Row {
    pub(super) id: GroupId,
    pub(super) name: String,
    pub(super) members: usize,
    pub(super) gives: Vec<Linked>,
}

/// A group with one page of its members.
pub(super) struct GroupData {
    pub(super) name: String,
    pub(super) external_id: String,
    pub(super) gives: Vec<Linked>,
    /// `None` if the viewer may not map groups.
    pub(super) mapping: Option<MappingForm>,
    pub(super) people: Members,
}

impl ListPage {
    pub(super) fn links(&self) -> PageLinks {
        self.seen.paging.links(&self.path, &self.query.fields())
    }
}

impl GroupPage {
    pub(super) fn links(&self) -> PageLinks {
        self.seen
            .people
            .paging
            .links(&self.path, &[("q", self.query.q.trim())])
    }
}

impl Groups {
    pub(super) fn of(account: &Account, actor: &Actor, query: &ListQuery) -> Result<Self, Refusal> {
        account.need_staff(actor)?;
        let words = folded(query.q.trim());
        let fits = |group: &&Group| folded(group.name.as_str()).contains(&words);
        let mut groups: Vec<_> = account.groups().values().filter(fits).collect();
        query.sort(&mut groups, |group| (group.name.as_str(), group.members.len()));
        let paging = Paging::sized(&query.page, &query.size, groups.len());
        let shown = groups.into_iter().skip(paging.skip).take(paging.size);
        let row = |group: &Group| Row {
            id: group.id,
            name: group.name.to_string(),
            members: group.members.len(),
            gives: gives(account, actor, &group.mapping),
        };
        Ok(Self {
            remedy: Remedy::here(account, actor, Privilege::UsersManage),
            may_manage: account.may(actor, Privilege::UsersManage),
            total: account.groups().len(),
            paging,
            rows: shown.map(row).collect(),
        })
    }
}

impl GroupData {
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        id: GroupId,
        query: &MembersQuery,
        typed: Option<&Typed>,
    ) -> Result<Self, Refusal> {
        let group = account.group(id).filter(|_| account.is_staff(actor));
        let group = group.ok_or(Refusal::NotFound { what: "group" })?;
        let maps = account.may(actor, Privilege::SettingsManage);
        Ok(Self {
            name: group.name.to_string(),
            external_id: group
                .external_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            gives: gives(account, actor, &group.mapping),
            mapping: maps.then(|| MappingForm::of(account, actor, &group.mapping, typed)),
            people: Members::of(account, actor, &group.members, query),
        })
    }
}

/// What a mapping gives, in phrases.
fn gives(account: &Account, actor: &Actor, mapping: &GroupMapping) -> Vec<Linked> {
    let licenses = mapping.licenses.iter().map(|(product, license)| {
        let license = license_link(account, actor, Some(license));
        Linked {
            name: format!("{}: {}", account.product_name(product), license.name),
            ..license
        }
    });
    let role = mapping.role.map(role_label);
    let role = role.map(|role| Linked::plain(format!("role {role}")));
    let team = mapping.team.and_then(|id| Linked::team(account, actor, id));
    let team = team.map(|team| Linked {
        name: format!("team {}", team.name),
        ..team
    });
    licenses.chain(role).chain(team).collect()
}
