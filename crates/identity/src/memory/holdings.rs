//! Credentials of which a user can hold several, found by digest and by user.

use std::collections::{BTreeMap, HashMap};

use usher_domain::{AccountId, UserId};

use crate::SecretDigest;
use crate::ports::Owner;

/// A credential of a user, found by the digest of its secret.
pub(super) trait Held {
    fn digest(&self) -> SecretDigest;
    fn owner(&self) -> Owner;
}

pub(super) struct Holdings<T> {
    by_owner: BTreeMap<Owner, Vec<T>>,
    owners: HashMap<SecretDigest, Owner>,
}

impl<T> Default for Holdings<T> {
    fn default() -> Self {
        Self {
            by_owner: BTreeMap::new(),
            owners: HashMap::new(),
        }
    }
}

impl<T: Held> Holdings<T> {
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.by_owner.values().flatten()
    }

    pub(super) fn of_user(&self, owner: Owner) -> &[T] {
        self.by_owner.get(&owner).map_or(&[], Vec::as_slice)
    }

    pub(super) fn get_mut(&mut self, digest: &SecretDigest) -> Option<&mut T> {
        let owner = self.owners.get(digest)?;
        let mut of_user = self.by_owner.get_mut(owner)?.iter_mut();
        of_user.find(|held| held.digest() == *digest)
    }

    pub(super) fn get(&self, digest: &SecretDigest) -> Option<&T> {
        let of_user = self.by_owner.get(self.owners.get(digest)?)?;
        of_user.iter().find(|held| held.digest() == *digest)
    }

    pub(super) fn insert(&mut self, held: T) {
        self.owners.insert(held.digest(), held.owner());
        self.by_owner.entry(held.owner()).or_default().push(held);
    }

    pub(super) fn remove(&mut self, digest: &SecretDigest) -> Option<T> {
        let owner = self.owners.remove(digest)?;
        let of_user = self.by_owner.get_mut(&owner)?;
        let index = of_user.iter().position(|held| held.digest() == *digest)?;
        let held = of_user.remove(index);
        if of_user.is_empty() {
            self.by_owner.remove(&owner);
        }
        Some(held)
    }

    pub(super) fn remove_all(&mut self, digests: &[SecretDigest]) {
        for digest in digests {
            self.remove(digest);
        }
    }

    /// Removes those with the smallest `order` until the user holds fewer than `max`. Returns the digests.
    pub(super) fn make_room<K: Ord>(
        &mut self,
        owner: Owner,
        max: usize,
        order: impl Fn(&T) -> K,
    ) -> Vec<SecretDigest> {
        let mut of_user: Vec<_> = self
            .of_user(owner)
            .iter()
            .map(|held| (order(held), held.digest()))
            .collect();
        of_user.sort_by(|(one, _), (other, _)| other.cmp(one));
        let surplus = of_user.into_iter().skip(max.saturating_sub(1));
        let digests: Vec<_> = surplus.map(|(_, digest)| digest).collect();
        self.remove_all(&digests);
        digests
    }

    /// Removes all of a user. Returns how many there were.
    pub(super) fn remove_of_user(&mut self, owner: Owner) -> usize {
        self.remove_of(owner..=owner, |_| true)
    }

    /// Removes all of an account's users, except `spared`. Returns how many there were.
    pub(super) fn remove_of_account(&mut self, account: AccountId, spared: Option<UserId>) -> usize {
        let all = (account, UserId::from_bits(0))..=(account, UserId::from_bits(u128::MAX));
        self.remove_of(all, |(_, user)| Some(user) != spared)
    }

    fn remove_of(
        &mut self,
        owners: std::ops::RangeInclusive<Owner>,
        is_meant: impl Fn(Owner) -> bool,
    ) -> usize {
        let gone = self.by_owner.extract_if(owners, |owner, _| is_meant(*owner));
        let digests: Vec<_> = gone
            .flat_map(|(_, held)| held)
            .map(|held| held.digest())
            .collect();
        for digest in &digests {
            self.owners.remove(digest);
        }
        digests.len()
    }
}
