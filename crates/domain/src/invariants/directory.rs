//! What must hold of directory entries, groups and their gifts.

use std::collections::BTreeMap;

use super::Broken;
use crate::account::Account;
use crate::permission::Role;
use crate::user::User;

impl Account {
    pub(super) fn check_directory(&self, broken: &mut Vec<Broken>) {
        self.check_names(broken);
        for group in self.groups.values() {
            let knows = |user: &User| user.groups.contains(&group.id);
            let members = group.members.iter();
            let all_know = members
                .map(|id| self.users.get(id))
                .all(|user| user.is_some_and(knows));
            if !all_know {
                broken.push(Broken::GroupsOutOfStep(group.id));
            }
        }
        for user in self.users.values() {
            let has = |id| {
                let group = self.groups.get(id);
                group.is_some_and(|group| group.members.contains(&user.id))
            };
            let strange = user.groups.iter().filter(|id| !has(*id));
            broken.extend(strange.map(|id| Broken::GroupsOutOfStep(*id)));
        }
        for user in self.users.values().filter(|user| !self.has_what_is_given(user)) {
            broken.push(Broken::NotGiven(user.id));
        }
        let settings = self.settings.sign_in;
        let break_glass = settings.break_glass.and_then(|id| self.users.get(&id));
        let can_come_in = break_glass.is_some_and(|user| user.active && user.profile.role == Role::Owner);
        if settings.sso_required && !can_come_in {
            broken.push(Broken::NoBreakGlass);
        }
    }

    fn check_names(&self, broken: &mut Vec<Broken>) {
        let entries = || {
            let users = self.users.values();
            users.filter_map(|user| Some((user.id, user.directory.as_ref()?)))
        };
        let names: BTreeMap<_, _> = entries()
            .map(|(id, entry)| (entry.user_name.folded(), id))
            .collect();
        let subjects: BTreeMap<_, _> = entries()
            .filter_map(|(id, entry)| Some((entry.subject.clone()?, id)))
            .collect();
        let are_unique = names.len() == entries().count();
        if names != self.user_names || subjects != self.subjects || !are_unique {
            broken.push(Broken::NamesOutOfStep);
        }
    }

    /// Whether a group of the user gives what counts as its gift.
    fn has_what_is_given(&self, user: &User) -> bool {
        let gives = |id| {
            let group = self
                .groups
                .get(id)
                .filter(|group| group.members.contains(&user.id));
            group.map(|group| &group.mapping)
        };
        let from = &user.from_groups;
        let licenses = from.licenses.iter().all(|(product, id)| {
            let license = gives(id).and_then(|mapping| mapping.licenses.get(product));
            user.active && license.is_some() && license == user.licenses.get(product)
        });
        let role = from
            .role
            .as_ref()
            .is_none_or(|id| gives(id).and_then(|mapping| mapping.role) == Some(user.profile.role));
        let teams = from.teams.iter().all(|team| {
            let is_in = user.teams.contains(team);
            let mut mappings = user.groups.iter().filter_map(gives);
            is_in && mappings.any(|mapping| mapping.team == Some(*team))
        });
        licenses && role && teams
    }
}
