//! Grants: owners of accounts who may open the operator pages without a key, by their password and second factor.
//!
//! A grant belongs to one person, and gives nothing by itself: each opening is a proof of its own, which the caller of
//! [`Identity::begin_operator_session_of_owner`] has made. Here is what ends the sessions of a grant and pauses it; who
//! is still an owner, and how many accounts there are, is known outside of this crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use usher_domain::personal::{OfKeyHolder, Personal};
use usher_domain::{AccountId, Secs, Timestamp, UserId};

use super::{GrantChange, KeysOrigin, OperatorScope};
use crate::ports::Owner;
use crate::{ChangedBy, Identity, IdentityError, Unauthenticated};

/// How long a grant opens nothing after somebody else has set its owner's password, or the second factor was removed.
pub const GRANT_PAUSE: Secs = Secs::new(24 * 60 * 60);

/// The most grants at a time.
pub const OPERATOR_GRANTS_MAX: usize = 20;

/// That an owner of an account is the operator of this server, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorGrant {
    /// The account.
    pub account: AccountId,
    /// Its owner.
    pub user: UserId,
    /// The names of the owner and the account when the grant was made, for the trail.
    pub name: Personal<Arc<str>, OfKeyHolder>,
    /// When it was made.
    pub granted_at: Timestamp,
    /// How many accounts there had been when it was made, closed ones too. With another one it is void until confirmed.
    pub accounts: u16,
    /// When an operator key confirmed that it goes on although there are several accounts; `None` if none did.
    pub confirmed_at: Option<Timestamp>,
    /// When somebody else last set the owner's password, or the second factor was last removed; `None` if that never
    /// happened since the grant was made.
    pub reset_at: Option<Timestamp>,
}

impl OperatorGrant {
    /// The account and the user.
    #[must_use]
    pub const fn owner(&self) -> Owner {
        (self.account, self.user)
    }

    /// Until when it opens nothing because of a reset; `None` if there is no reason.
    #[must_use]
    pub fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.reset_at? + GRANT_PAUSE;
        (now < until).then_some(until)
    }

    /// What sessions of any grant may do: all but operator keys and grants, by which a session would outlive its grant.
    #[must_use]
    pub fn scopes() -> BTreeSet<OperatorScope> {
        [
            OperatorScope::AccountsRead,
            OperatorScope::AccountsManage,
            OperatorScope::BillingManage,
        ]
        .into()
    }
}

/// Whether the author of a new password is somebody else than its user.
#[must_use]
pub fn is_reset(by: ChangedBy, user: UserId) -> bool {
    by != ChangedBy::User(user)
}

/// The beginning of an opening, before the proof: a grant that is changed, or whose owner's credentials are, between the
/// two opens nothing.
#[derive(Debug, Clone, Copy)]
pub struct GrantOpening {
    pub(super) owner: Owner,
    pub(super) generation: u64,
}

/// All grants, in memory.
#[derive(Debug, Default)]
pub(crate) struct GrantCache {
    by_owner: BTreeMap<Owner, CachedGrant>,
    /// The highest generation that was given away.
    last_generation: u64,
}

#[derive(Debug)]
struct CachedGrant {
    grant: OperatorGrant,
    /// Sessions of an earlier generation have ended.
    generation: u64,
}

impl GrantCache {
    pub(crate) fn of(grants: Vec<OperatorGrant>) -> Self {
        let mut cache = Self::default();
        for grant in grants {
            cache.insert(grant);
        }
        cache
    }

    /// Follows the store, where a command at the terminal may have changed grants. Sessions of grants that are as before
    /// go on.
    fn reread(&mut self, grants: Vec<OperatorGrant>) {
        let stored: BTreeSet<Owner> = grants.iter().map(OperatorGrant::owner).collect();
        self.by_owner.retain(|owner, _| stored.contains(owner));
        for grant in grants {
            if self.get(grant.owner()) != Some(&grant) {
                self.insert(grant);
            }
        }
    }

    pub(crate) fn get(&self, owner: Owner) -> Option<&OperatorGrant> {
        self.by_owner.get(&owner).map(|cached| &cached.grant)
    }

    fn insert(&mut self, grant: OperatorGrant) {
        self.last_generation += 1;
        let generation = self.last_generation;
        self.by_owner
            .insert(grant.owner(), CachedGrant { grant, generation });
    }

    pub(crate) fn remove(&mut self, owner: Owner) {
        self.by_owner.remove(&owner);
    }

    pub(crate) fn remove_of_account(&mut self, account: AccountId) {
        self.by_owner.retain(|(of, _), _| *of != account);
    }

    /// Ends the sessions of the grant of a user, if there is one.
    pub(crate) fn end_sessions(&mut self, owner: Owner) {
        self.last_generation += 1;
        if let Some(cached) = self.by_owner.get_mut(&owner) {
            cached.generation = self.last_generation;
        }
    }

    /// Ends the sessions of the grants of an account, except those of one user.
    pub(crate) fn end_sessions_of_others(&mut self, account: AccountId, user: UserId) {
        self.last_generation += 1;
        let others = self.by_owner.iter_mut();
        for (_, cached) in others.filter(|(owner, _)| owner.0 == account && owner.1 != user) {
            cached.generation = self.last_generation;
        }
    }

    /// Notes that the owner's credentials were reset.
    pub(crate) fn note_reset(&mut self, owner: Owner, at: Timestamp) {
        if let Some(cached) = self.by_owner.get_mut(&owner) {
            cached.grant.reset_at = cached.grant.reset_at.max(Some(at));
        }
    }

    /// Whether a session of this generation goes on.
    pub(crate) fn known(
        &self,
        owner: Owner,
        generation: u64,
        now: Timestamp,
    ) -> Result<&OperatorGrant, Unauthenticated> {
        let cached = self.by_owner.get(&owner).ok_or(Unauthenticated::Unknown)?;
        if cached.generation != generation || cached.grant.paused_until(now).is_some() {
            return Err(Unauthenticated::Expired);
        }
        Ok(&cached.grant)
    }
}

impl Identity {
    /// Makes an owner operator, or replaces the owner's grant. Returns false if there are [`OPERATOR_GRANTS_MAX`].
    ///
    /// The caller has checked that the user is an owner, and that the caller may make grants.
    pub async fn make_operator_grant(
        &self,
        grant: OperatorGrant,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        self.change(
            move |store| async move {
                let put = store.put_operator_grant(grant.clone(), OPERATOR_GRANTS_MAX, origin, now);
                Ok(put.await?.then_some(grant))
            },
            |cache, stored| match stored {
                Some(grant) => {
                    cache.operator_grants_mut().insert(grant);
                    true
                }
                None => false,
            },
        )
        .await
    }

    /// Confirms that a grant goes on although there are several accounts. Returns whether there is such a grant. Only for
    /// the holder of an operator key.
    pub async fn confirm_operator_grant(
        &self,
        account: AccountId,
        user: UserId,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        let owner = (account, user);
        self.change(
            move |store| async move { store.confirm_operator_grant(owner, origin, now).await },
            |cache, confirmed| match confirmed {
                Some(grant) => {
                    cache.operator_grants_mut().insert(grant);
                    true
                }
                None => false,
            },
        )
        .await
    }

    /// Ends a grant and its sessions. Returns whether there was one.
    pub async fn revoke_operator_grant(
        &self,
        account: AccountId,
        user: UserId,
        why: GrantChange,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        let owner = (account, user);
        self.change(
            move |store| async move { store.remove_operator_grant(owner, why, origin, now).await },
            move |cache, removed| {
                cache.operator_grants_mut().remove(owner);
                removed
            },
        )
        .await
    }

    /// The grant of a user. Answers from memory.
    #[must_use]
    pub fn operator_grant(&self, account: AccountId, user: UserId) -> Option<OperatorGrant> {
        self.cache.operator_grants().get((account, user)).cloned()
    }

    /// All grants, in the order of their accounts and users. Answers from memory.
    #[must_use]
    pub fn operator_grants(&self) -> Vec<OperatorGrant> {
        let cache = self.cache.operator_grants();
        cache
            .by_owner
            .values()
            .map(|cached| cached.grant.clone())
            .collect()
    }

    /// The beginning of an opening, to be asked for before the password and the code are checked; `None` if the user has
    /// no grant.
    #[must_use]
    pub fn operator_grant_opening(&self, account: AccountId, user: UserId) -> Option<GrantOpening> {
        let owner = (account, user);
        let cache = self.cache.operator_grants();
        let generation = cache.by_owner.get(&owner)?.generation;
        Some(GrantOpening { owner, generation })
    }

    pub(super) async fn reread_operator_grants(&self) -> Result<(), IdentityError> {
        self.change(
            |store| async move { store.operator_grants().await },
            |cache, grants| cache.operator_grants_mut().reread(grants),
        )
        .await
    }
}
