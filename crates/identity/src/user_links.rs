//! One-time links with which users choose a password of their own: invitations, and password reset links.
//!
//! A link has a secret of 256 bits, of which a digest is stored. It ends when it is used, when it expires, when a new one
//! takes its place, and when its user gets a password otherwise, is deactivated or deleted. Opening its page changes
//! nothing, because the programs that check mails open every link.

use std::collections::BTreeMap;

use usher_domain::link::LinkPurpose;
use usher_domain::text::Email;
use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::ports::{ChangeNote, Owner, StoredPassword, StoredUserLink, UserLinkPut};
use crate::{
    ChangeOrigin, ChangedBy, CredentialChange, Identity, IdentityError, OutboxEntry, PasswordHash,
    PasswordLife, PasswordProof, Secret, SecretDigest, Unrecorded,
};

/// How long an invitation works.
pub const INVITATION_LIFE: Secs = Secs::new(7 * 86_400);

/// How long a password reset link works.
pub const RESET_LIFE: Secs = Secs::new(3_600);

/// How long it is known of an expired link that there was one.
const EXPIRED_LINKS_KEPT: Secs = Secs::new(30 * 86_400);

/// A link of a user, without its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserLink {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A new link, to be shown or sent once.
#[derive(Debug)]
pub struct NewUserLink {
    /// The secret, which is the last part of its address.
    pub secret: Secret,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// The change, to be recorded.
    pub note: Unrecorded,
}

/// What became of a link that was to be made.
#[derive(Debug)]
pub enum MadeUserLink {
    /// It is made.
    Made(Box<NewUserLink>),
    /// The user has a password already (an invitation), or has none yet (a reset).
    DoesNotFit,
    /// Too many mails were sent to the user, or by the account.
    TooManyMails,
}

/// The links of all users, in memory: lists of users show them.
pub(crate) type LinkCache = BTreeMap<Owner, Vec<UserLink>>;

/// The links by user.
pub(crate) fn cache_of(links: Vec<StoredUserLink>) -> LinkCache {
    let mut cache = LinkCache::new();
    for link in links {
        cache.entry(link.owner).or_default().push(UserLink {
            purpose: link.purpose,
            expires_at: link.expires_at,
        });
    }
    cache
}

/// The beginning of the secrets of links for this purpose.
const fn prefix(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::Invitation => "usher_invite_",
        LinkPurpose::Reset => "usher_reset_",
    }
}

/// How long a link for this purpose works.
#[must_use]
pub const fn link_life(purpose: LinkPurpose) -> Secs {
    match purpose {
        LinkPurpose::Invitation => INVITATION_LIFE,
        LinkPurpose::Reset => RESET_LIFE,
    }
}

impl Identity {
    /// Makes a link for a user with this address, in place of an earlier one. It is sent with `mail`, which is stored in
    /// the same step. A link by Usher is one that the user asked for.
    pub async fn make_user_link(
        &self,
        (account, user): Owner,
        (purpose, address): (LinkPurpose, &Email),
        mail: Option<OutboxEntry>,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<MadeUserLink, IdentityError> {
        let secret = Secret::draw(prefix(purpose))?;
        let owner = (account, user);
        let link = StoredUserLink {
            digest: SecretDigest::of(secret.expose()),
            owner,
            purpose,
            expires_at: now + link_life(purpose),
            address: SecretDigest::of(address.as_str()),
            author: (origin.by != ChangedBy::Usher).then_some(origin.by),
        };
        let note = ChangeNote {
            account,
            change: CredentialChange::LinkMade { user, purpose },
            origin,
            at: now,
        };
        let expires_at = link.expires_at;
        let mail = mail
            .map(|mail| self.with_link_secret(mail, &secret))
            .transpose()?;
        let is_mailed = mail.is_some();
        let made = self.change(
            move |store| async move { store.put_user_link(link, note, mail).await },
            move |cache, put| {
                let note = match put {
                    UserLinkPut::Stored(note) => *note,
                    UserLinkPut::DoesNotFit => return MadeUserLink::DoesNotFit,
                    UserLinkPut::TooManyMails => return MadeUserLink::TooManyMails,
                };
                let mut links = cache.user_links_mut();
                let of_user = links.entry(owner).or_default();
                of_user.retain(|other| other.purpose != purpose);
                of_user.push(UserLink { purpose, expires_at });
                MadeUserLink::Made(Box::new(NewUserLink {
                    secret,
                    expires_at,
                    note,
                }))
            },
        );
        let made = made.await?;
        if is_mailed {
            self.outbox_written();
        }
        Ok(made)
    }

    /// The link with this secret; `None` if there is none that still works. Whether its user may enter the account is
    /// not checked.
    pub async fn find_user_link(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<StoredUserLink>, IdentityError> {
        let digest = SecretDigest::of(secret);
        Ok(self.store.user_link(digest, now).await?)
    }

    /// Uses up a link that was [found](Self::find_user_link): the user's password is set, and everything else that they
    /// are signed in with ends. Returns the proof that they know the new password, and the change to be recorded. `None`
    /// if the link has ended meanwhile.
    pub async fn use_user_link(
        &self,
        link: &StoredUserLink,
        hash: &PasswordHash,
        cause: String,
        now: Timestamp,
    ) -> Result<Option<(PasswordProof, Unrecorded)>, IdentityError> {
        let (digest, owner, hash) = (link.digest, link.owner, hash.clone());
        let (account, user) = owner;
        let note = ChangeNote {
            account,
            change: CredentialChange::PasswordSet { user },
            origin: ChangeOrigin {
                by: ChangedBy::User(user),
                cause: cause.into(),
            },
            at: now,
        };
        let stored = StoredPassword {
            hash: hash.clone(),
            life: PasswordLife::Lasting,
        };
        self.change(
            move |store| async move { store.use_user_link(digest, owner, stored, note).await },
            move |cache, note| {
                let note = note?;
                cache.operator_grants_mut().note_reset(owner, now);
                cache.note_password_life(account, user, PasswordLife::Lasting);
                cache.forget_presence_of_user(account, user);
                cache.user_links_mut().remove(&owner);
                Some((PasswordProof::of_new(owner, hash), note))
            },
        )
        .await
    }

    /// Revokes a link of a user. `None` if there is none.
    pub async fn revoke_user_link(
        &self,
        (account, user): Owner,
        purpose: LinkPurpose,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, IdentityError> {
        let note = ChangeNote {
            account,
            change: CredentialChange::LinkRevoked { user, purpose },
            origin,
            at: now,
        };
        self.change(
            move |store| async move { store.remove_user_link((account, user), purpose, note).await },
            move |cache, note| {
                if let Some(of_user) = cache.user_links_mut().get_mut(&(account, user)) {
                    of_user.retain(|link| link.purpose != purpose);
                }
                note
            },
        )
        .await
    }

    /// A user's link for this purpose, which may have expired. Answers from memory.
    #[must_use]
    pub fn user_link(&self, account: AccountId, user: UserId, purpose: LinkPurpose) -> Option<UserLink> {
        let links = self.cache.user_links();
        let mut of_user = links.get(&(account, user)).into_iter().flatten();
        of_user.find(|link| link.purpose == purpose).copied()
    }

    /// The users of an account who have an invitation, and until when. It may have expired. Answers from memory.
    #[must_use]
    pub fn invited_users(&self, account: AccountId) -> BTreeMap<UserId, Timestamp> {
        let all = (account, UserId::from_bits(0))..=(account, UserId::from_bits(u128::MAX));
        let links = self.cache.user_links();
        let invited = links.range(all).filter_map(|((_, user), of_user)| {
            let mut of_user = of_user.iter();
            let invitation = of_user.find(|link| link.purpose == LinkPurpose::Invitation)?;
            Some((*user, invitation.expires_at))
        });
        invited.collect()
    }

    /// Removes the links that expired long ago.
    pub(crate) async fn purge_user_links(&self, now: Timestamp) -> Result<(), IdentityError> {
        let until = now - EXPIRED_LINKS_KEPT;
        self.change(
            move |store| async move { store.remove_expired_user_links(until).await },
            move |cache, ()| {
                let mut links = cache.user_links_mut();
                links.retain(|_, of_user| {
                    of_user.retain(|link| link.expires_at > until);
                    !of_user.is_empty()
                });
            },
        )
        .await
    }
}
