//! Changes of members: the complete list, or additions and removals.

use std::collections::BTreeSet;

use usher_domain::UserId;
use usher_domain::command::MemberChange;

use crate::problem::Problem;

/// The change of the members by `members`, `add_members` and `remove_members`; `None` if they stay.
pub(crate) fn change(
    members: Option<BTreeSet<UserId>>,
    add: Option<BTreeSet<UserId>>,
    remove: Option<BTreeSet<UserId>>,
) -> Result<Option<MemberChange>, Problem> {
    match (members, add, remove) {
        (None, None, None) => Ok(None),
        (Some(members), None, None) => Ok(Some(MemberChange::Set(members))),
        (None, add, remove) => Ok(Some(MemberChange::Edit {
            add: add.unwrap_or_default(),
            remove: remove.unwrap_or_default(),
        })),
        (Some(_), ..) => Err(Problem::invalid(
            "members",
            "cannot be given together with `add_members` or `remove_members`",
        )),
    }
}
