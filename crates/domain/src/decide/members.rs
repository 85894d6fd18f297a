//! Checks that the users added to a team or a group exist.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;

use crate::account::Account;
use crate::command::MemberChange;
use crate::id::UserId;
use crate::refusal::Refusal;

pub(super) fn check_change(account: &Account, change: &MemberChange) -> Result<(), Refusal> {
    match change {
        MemberChange::Set(members) => check(account, "members", members),
        MemberChange::Edit { add, remove } if add.is_disjoint(remove) => check(account, "add_members", add),
        MemberChange::Edit { .. } => Err(Refusal::Invalid {
            field: "remove_members",
            expected: "users who are not in `add_members` as well".to_owned(),
        }),
    }
}

pub(super) fn check(
    account: &Account,
    field: &'static str,
    members: &BTreeSet<UserId>,
) -> Result<(), Refusal> {
    if members.iter().all(|member| account.users.contains_key(member)) {
        return Ok(());
    }
    Err(Refusal::Invalid {
        field,
        expected: "ids of users of this account".to_owned(),
    })
}
