//! What changes leave behind for the step that makes them: where follow-up events may be owed, and which pools changed.
//! Hints that save work and decide nothing; between steps there are none.

use alloc::collections::BTreeSet;

use super::Account;
use crate::id::PoolId;
use crate::time::Timestamp;
use crate::{minutes, settle};

/// The next pool in which follow-up events may be owed.
#[inline]
pub(crate) fn take_unsettled(account: &mut Account) -> Option<PoolId> {
    take_first(&mut account.0.unsettled)
}

/// Whether warnings that minutes run out may be owed.
#[inline]
pub(crate) fn take_minutes_unsettled(account: &mut Account) -> bool {
    core::mem::take(&mut account.0.minutes_unsettled)
}

/// The next pool of which the occupancy, queue or size may have changed.
#[inline]
pub(crate) fn take_changed_pool(account: &mut Account) -> Option<PoolId> {
    take_first(&mut account.0.changed_pools)
}

/// Most steps are heartbeats, which leave no hint: they pay for no call.
#[inline]
fn take_first(pools: &mut BTreeSet<PoolId>) -> Option<PoolId> {
    if pools.is_empty() {
        return None;
    }
    pools.pop_first()
}

/// Keeps the hints under which something is owed. After events were applied that were settled when they were decided,
/// none are left, as in the account that they were decided on.
pub(crate) fn retain_owed(account: &mut Account) {
    let changed = core::mem::take(&mut account.0.unsettled);
    let is_owed = |pool: &PoolId| settle::by_pool(account, *pool, Timestamp::default()).is_some();
    account.0.unsettled = changed.into_iter().filter(is_owed).collect();
    account.0.minutes_unsettled = account.0.minutes_unsettled && !minutes::low(account).is_empty();
}
