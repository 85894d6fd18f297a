//! The invariants of directory entries, groups and what they give.

use alloc::vec::Vec;

use super::Broken;
use crate::account::Account;
use crate::permission::Role;
use crate::user::User;

impl Account {
    /// Checks that the user's names are indexed, that their groups list them, and that what counts as given is given.
    pub(super) fn check_directory_of(&self, user: &User, broken: &mut Vec<Broken>) {
        let entry = user.directory.as_ref();
        let is_listed = entry.is_none_or(|entry| {
            let named = self.user_names.get(&entry.user_name.reveal().folded());
            let known = entry
                .subject
                .as_ref()
                .map(|subject| self.subjects.get(subject.reveal()));
            named == Some(&user.id) && known.is_none_or(|known| known == Some(&user.id))
        });
        if !is_listed {
            broken.push(Broken::NamesOutOfStep);
        }
        let knows = |id| {
            let group = self.groups.get(id);
            group.is_some_and(|group| group.members.contains(&user.id))
        };
        let strange = user.groups.iter().filter(|id| !knows(*id));
        broken.extend(strange.map(|id| Broken::GroupsOutOfStep(*id)));
        if !self.has_what_is_given(user) {
            broken.push(Broken::NotGiven(user.id));
        }
    }

    /// Checks that every member of a group lists it.
    pub(super) fn check_all_groups(&self, broken: &mut Vec<Broken>) {
        for group in self.groups.values() {
            let knows = |user: &User| user.groups.binary_search(&group.id).is_ok();
            let mut members = group.members.iter().map(|id| self.users.get(id));
            if !members.all(|user| user.is_some_and(knows)) {
                broken.push(Broken::GroupsOutOfStep(group.id));
            }
        }
    }

    /// Checks that the index has only names of users.
    pub(super) fn check_all_names(&self, broken: &mut Vec<Broken>) {
        let entries = || self.users.values().filter_map(|user| user.directory.as_ref());
        let subjects = entries().filter(|entry| entry.subject.is_some()).count();
        if entries().count() != self.user_names.len() || subjects != self.subjects.len() {
            broken.push(Broken::NamesOutOfStep);
        }
    }

    pub(super) fn check_break_glass(&self, broken: &mut Vec<Broken>) {
        let settings = self.settings.sign_in;
        let break_glass = settings.break_glass.and_then(|id| self.users.get(&id));
        let can_come_in = break_glass.is_some_and(|user| user.active && user.profile.role == Role::Owner);
        if settings.sso_required && !can_come_in {
            broken.push(Broken::NoBreakGlass);
        }
    }

    /// Whether everything that counts as given by a group is given by one.
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
