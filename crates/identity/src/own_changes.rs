//! The bound on changes that users make without a proof, such as a password, that would slow them down.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::IdentityError;
use crate::ports::Owner;

/// The most such changes of one user that wait at a time.
pub const OWN_CHANGES_MAX: usize = 4;

/// How many wait now, by user.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnChanges(Arc<Mutex<BTreeMap<Owner, usize>>>);

/// A place in the line, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    changes: OwnChanges,
    owner: Owner,
}

impl OwnChanges {
    pub(crate) fn enter(&self, owner: Owner) -> Result<Place, IdentityError> {
        let mut waiting = self.waiting();
        let of_owner = waiting.entry(owner).or_default();
        if *of_owner >= OWN_CHANGES_MAX {
            return Err(IdentityError::Busy);
        }
        *of_owner += 1;
        drop(waiting);
        Ok(Place {
            changes: self.clone(),
            owner,
        })
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Owner, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.changes.waiting();
        if let Some(of_owner) = waiting.get_mut(&self.owner) {
            *of_owner = of_owner.saturating_sub(1);
            if *of_owner == 0 {
                waiting.remove(&self.owner);
            }
        }
    }
}
