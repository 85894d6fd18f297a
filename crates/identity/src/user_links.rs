//! One-time links with which users choose a password of their own: invitations, and password reset links.
//!
//! A link has a secret of 256 bits, of which a digest is stored. It ends when it is used, when it expires, when a new one
//! takes its place, and when its user gets a password otherwise, is deactivated or deleted. Opening its page changes
//! nothing, because the programs that check mails open every link.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use usher_domain::link::LinkPurpose;
use usher_domain::text::Email;
use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::ports::{ChangeNote, Owner, StoredPassword, StoredUserLink, UserLinkPut};
use crate::secret::SECRET_CHARS;
use crate::{
    AuthorCredential, ChangeOrigin, ChangedBy, CredentialChange, Identity, IdentityError, LinkAuthor,
    LinksMade, OutboxEntry, OutboxRefused, PasswordHash, PasswordLife, PasswordProof, Secret, SecretDigest,
    Unrecorded,
};

/// How long an invitation works.
pub const INVITATION_LIFE: Secs = Secs::new(7 * 86_400);

/// How long a password reset link works.
pub const RESET_LIFE: Secs = Secs::new(3_600);

/// How long it is known of an expired link that there was one.
const EXPIRED_LINKS_KEPT: Secs = Secs::new(30 * 86_400);

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
#[derive(Default)]
pub(crate) struct LinkCache(BTreeMap<Owner, Vec<StoredUserLink>>);

impl LinkCache {
    pub(crate) fn of(links: Vec<StoredUserLink>) -> Self {
        let mut cache = Self::default();
        for link in links {
            cache.put(link);
        }
        cache
    }

    /// Adds a link in place of the user's earlier one.
    fn put(&mut self, link: StoredUserLink) {
        let of_user = self.0.entry(link.owner).or_default();
        of_user.retain(|other| other.purpose != link.purpose);
        of_user.push(link);
    }

    fn remove(&mut self, owner: Owner, purpose: LinkPurpose) {
        if let Some(of_user) = self.0.get_mut(&owner) {
            of_user.retain(|link| link.purpose != purpose);
        }
    }

    pub(crate) fn remove_of_user(&mut self, owner: Owner) {
        self.0.remove(&owner);
    }

    pub(crate) fn remove_of_account(&mut self, account: AccountId) {
        self.0.retain(|(other, _), _| *other != account);
    }

    /// Removes links that a user made for others.
    pub(crate) fn remove_made(&mut self, author: Owner, made: LinksMade) {
        self.retain_in(author.0, |link| !link.is_made_by(author, made));
    }

    /// Removes the links in an account that users made, except those by `spared`.
    pub(crate) fn remove_made_by_others(&mut self, account: AccountId, spared: UserId) {
        let is_by_others = |link: &StoredUserLink| {
            let by = link.author.map(|author| author.by);
            matches!(by, Some(ChangedBy::User(user)) if user != spared)
        };
        self.retain_in(account, |link| !is_by_others(link));
    }

    /// The links that were made with one session are those of another from now on.
    pub(crate) fn follow(&mut self, account: AccountId, old: AuthorCredential, new: AuthorCredential) {
        let of_account = self.0.range_mut(all_of(account));
        let links = of_account.flat_map(|(_, of_user)| of_user);
        for author in links.filter_map(|link| link.author.as_mut()) {
            if author.credential == Some(old) {
                author.credential = Some(new);
            }
        }
    }

    fn retain_in(&mut self, account: AccountId, keep: impl Fn(&StoredUserLink) -> bool) {
        for (_, of_user) in self.0.range_mut(all_of(account)) {
            of_user.retain(&keep);
        }
    }
}

fn all_of(account: AccountId) -> RangeInclusive<Owner> {
    (account, UserId::from_bits(0))..=(account, UserId::from_bits(u128::MAX))
}

/// The beginning of the secrets of links for this purpose.
const fn prefix(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::Invitation => "usher_invite_",
        LinkPurpose::Reset => "usher_reset_",
    }
}

/// Whether a text has the form of the secret of a link for this purpose. If it has not, a piece of it may have been copied.
#[must_use]
pub fn is_whole_link(text: &str, purpose: LinkPurpose) -> bool {
    let drawn = text.strip_prefix(prefix(purpose));
    drawn.is_some_and(|drawn| drawn.len() == SECRET_CHARS)
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
    /// the same step. `credential` is what the author is signed in with. A link by Usher is one that the user asked for.
    pub async fn make_user_link(
        &self,
        (account, user): Owner,
        (purpose, address): (LinkPurpose, &Email),
        mail: Option<OutboxEntry>,
        (origin, credential): (ChangeOrigin, Option<AuthorCredential>),
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
            author: (origin.by != ChangedBy::Usher).then_some(LinkAuthor {
                by: origin.by,
                credential,
            }),
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
        let mailed = mail.as_ref().map(|mail| (mail.id, mail.budget.clone()));
        let is_mailed = mailed.is_some();
        let made = self.change(
            move |store| async move { store.put_user_link(link, note, mail).await },
            move |cache, put| {
                let note = match put {
                    UserLinkPut::Stored(note) => *note,
                    UserLinkPut::DoesNotFit => return MadeUserLink::DoesNotFit,
                    UserLinkPut::TooManyMails => return MadeUserLink::TooManyMails,
                };
                cache.user_links_mut().put(link);
                MadeUserLink::Made(Box::new(NewUserLink {
                    secret,
                    expires_at,
                    note,
                }))
            },
        );
        let made = made.await?;
        if let (MadeUserLink::TooManyMails, Some(mailed)) = (&made, mailed) {
            self.note_refused(&OutboxRefused(vec![mailed]));
        } else if is_mailed {
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
            change: CredentialChange::PasswordSet {
                user,
                link: Some(link.as_used()),
            },
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
                cache.user_links_mut().remove_of_user(owner);
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
                cache.user_links_mut().remove((account, user), purpose);
                note
            },
        )
        .await
    }

    /// Removes links that a user made for others, because what they were made with is taken from the user.
    pub(crate) async fn end_links_made(
        &self,
        account: AccountId,
        user: UserId,
        made: LinksMade,
    ) -> Result<(), IdentityError> {
        let author = (account, user);
        self.change(
            move |store| async move { store.remove_links_made(author, made).await },
            move |cache, ()| cache.user_links_mut().remove_made(author, made),
        )
        .await
    }

    /// A user's link for this purpose, which may have ended. Answers from memory.
    #[must_use]
    pub fn user_link(
        &self,
        account: AccountId,
        user: UserId,
        purpose: LinkPurpose,
    ) -> Option<StoredUserLink> {
        let links = self.cache.user_links();
        let mut of_user = links.0.get(&(account, user)).into_iter().flatten();
        of_user.find(|link| link.purpose == purpose).copied()
    }

    /// The invitations of an account's users, which may have ended. Answers from memory.
    #[must_use]
    pub fn invitations(&self, account: AccountId) -> Vec<StoredUserLink> {
        let links = self.cache.user_links();
        let of_account = links.0.range(all_of(account)).flat_map(|(_, of_user)| of_user);
        let invitations = of_account.filter(|link| link.purpose == LinkPurpose::Invitation);
        invitations.copied().collect()
    }

    /// Removes the links that expired long ago.
    pub(crate) async fn purge_user_links(&self, now: Timestamp) -> Result<(), IdentityError> {
        let until = now - EXPIRED_LINKS_KEPT;
        self.change(
            move |store| async move { store.remove_expired_user_links(until).await },
            move |cache, ()| {
                let mut links = cache.user_links_mut();
                links.0.retain(|_, of_user| {
                    of_user.retain(|link| link.expires_at > until);
                    !of_user.is_empty()
                });
            },
        )
        .await
    }
}
