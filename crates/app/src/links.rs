//! One-time links with which users choose a password: who may make one, what it opens, and its use.
//!
//! Making a link for a user is as good as setting their password, so the same rule decides it, and decides again when the
//! link is used: the rights of both may have changed since, and an operator key may have been revoked. A mail protects nobody from its author, who may have changed
//! the address for a while; so a link also ends when its user gets another address.

use std::collections::BTreeMap;
use std::sync::Arc;

use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::link::LinkPurpose;
use usher_domain::personal::Personal;
use usher_domain::refusal::StateRefusal;
use usher_domain::text::{Email, Name};
use usher_domain::{Account, AccountId, Actor, Command, Refusal, Timestamp, UserId};
use usher_engine::{Cause, Failure};
use usher_identity::ports::{Owner, StoredUserLink};
use usher_identity::{
    AuthorCredential, ChangeOrigin, LinkAuthor, MadeUserLink, NewUserLink, OUTBOX_RECIPIENT_SPAN,
    OutboxEntry, PasswordHash, PasswordProof, SecretDigest, known_about, link_life,
};

use crate::app::App;
use crate::credentials::{actor, origin};
use crate::mails::Message;
use crate::problem::Problem;

/// The most accounts in which a forgotten password is looked for.
const ACCOUNTS_MAX: usize = 5;

/// How a link reaches its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkDelivery {
    /// By mail. Where no mail is set up, it is shown.
    Mail,
    /// It is shown to its author, who passes it on.
    Shown,
}

/// The author of a link.
#[derive(Debug, Clone, Copy)]
pub struct LinkBy<'a> {
    /// The author.
    pub actor: &'a Actor,
    /// The cause of the change, for the audit.
    pub cause: &'a Cause,
    /// What the author is signed in with: the link ends with it.
    pub credential: Option<AuthorCredential>,
}

/// A link that was just made.
pub struct MadeLink {
    /// The address of its page, which is shown once; `None` if the link is sent to its user.
    pub url: Option<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A link that was made and not used, for those who manage its user.
#[derive(Debug, Clone, Copy)]
pub struct PendingLink {
    link: StoredUserLink,
    /// Whether the operator key still works with which it was made.
    is_author_admitted: bool,
}

impl PendingLink {
    /// Until when it works, or worked.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.link.expires_at
    }

    /// Whether it opens anything.
    #[must_use]
    pub fn state(&self, account: &Account, now: Timestamp) -> PendingState {
        if self.link.expires_at <= now {
            return PendingState::Expired;
        }
        if self.is_author_admitted && opened(account, self.link, now).is_some() {
            PendingState::Works
        } else {
            PendingState::Ended
        }
    }
}

/// Whether a link that was not used opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingState {
    /// It does.
    Works,
    /// Its time is over.
    Expired,
    /// It ended before its time: its user has another address or more rights now, or its author has lost theirs.
    Ended,
}

/// A link that works, with what its page shows.
pub struct OpenLink {
    link: StoredUserLink,
    /// The user who chooses a password with it.
    pub name: Name,
    /// The address that they sign in with.
    pub email: Email,
    /// Their account.
    pub account_name: Name,
}

impl OpenLink {
    /// The user's account.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.link.owner.0
    }

    /// The [words known about the user](known_about).
    #[must_use]
    pub fn about(&self) -> Vec<String> {
        known_about(&self.account_name, &self.name, &self.email)
    }
}

/// The path of the page of links for this purpose, without the secret.
#[must_use]
pub const fn link_path(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::Invitation => "/invitation",
        LinkPurpose::Reset => "/reset-password",
    }
}

impl App {
    /// Makes a link for a user. An earlier one ends.
    pub async fn make_link(
        &self,
        (account, user): Owner,
        purpose: LinkPurpose,
        delivery: LinkDelivery,
        by: LinkBy<'_>,
    ) -> Result<MadeLink, Problem> {
        let actor = by.actor.clone();
        let may = move |account: &Account, now: Timestamp| {
            may_give_link(account, &actor, user, now)?;
            let found = account.user(user).ok_or(Refusal::NotFound { what: "user" })?;
            let email = found.profile.email.reveal().clone();
            Ok((email, found.active, account.needs_single_sign_on(user)))
        };
        let read = self.engine.read(account, may).await?;
        let email = match read.map_err(Failure::Refused)? {
            (email, true, false) => email,
            (_, false, _) => {
                return Err(wrong_state("inactive").detailed(
                    "This user is inactive, so a link would open nothing. Activate the user first.",
                ));
            }
            (_, true, true) => return Err(by_provider_only(account)),
        };
        let mail = match delivery {
            LinkDelivery::Mail => self.mail_of_link((account, user), purpose, by.actor).await?,
            LinkDelivery::Shown => None,
        };
        let is_mailed = mail.is_some();
        let author = (origin(by.actor, by.cause), by.credential);
        let made = self.store_link((account, user), (purpose, &email), mail, author);
        let made = made.await?;
        let path = format!("{}/{}", link_path(purpose), made.secret.expose());
        Ok(MadeLink {
            url: (!is_mailed).then(|| self.url(&path).unwrap_or(path)),
            expires_at: made.expires_at,
        })
    }

    /// Sends a password reset link to everybody who signs in with this address and a password. It is done after
    /// the caller has answered, so that the time of the answer tells nothing.
    pub fn send_password_reset_links(self: &Arc<Self>, email: Email, cause: Cause) {
        let app = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(problem) = app.send_links_to(&email, &cause).await {
                tracing::warn!(reason = problem.kind().code, "a password reset link was not sent");
            }
        });
    }

    async fn send_links_to(&self, email: &Email, cause: &Cause) -> Result<(), Problem> {
        let mut owners = self.records.find_address(email.as_str()).await?;
        owners.truncate(ACCOUNTS_MAX);
        for (account, _) in owners {
            let wanted = email.clone();
            let look = move |account: &Account, _| {
                let user = account.user_by_email(&wanted).filter(|user| user.active)?;
                (!account.needs_single_sign_on(user.id)).then_some(user.id)
            };
            let found = match self.engine.read(account, look).await {
                Ok(found) => found,
                Err(Failure::NoAccount) => None,
                Err(failure) => return Err(failure.into()),
            };
            // Without a password there is none to forget: an invitation is made by people who know the user.
            let Some(user) = found else { continue };
            if !self.identity.has_password(account, user).await? {
                continue;
            }
            let (owner, purpose) = ((account, user), LinkPurpose::Reset);
            let Some(mail) = self.mail_of_link(owner, purpose, &Actor::System).await? else {
                return Ok(());
            };
            let origin = origin(&Actor::System, cause);
            self.store_link(owner, (purpose, email), Some(mail), (origin, None))
                .await?;
        }
        Ok(())
    }

    /// The mail with a link; `None` if no mail is set up.
    async fn mail_of_link(
        &self,
        (account, user): Owner,
        purpose: LinkPurpose,
        actor: &Actor,
    ) -> Result<Option<OutboxEntry>, Problem> {
        let until = self.engine.now() + link_life(purpose);
        let message = match purpose {
            LinkPurpose::Invitation => Message::Invitation {
                by: self.name_of(account, actor).await?,
                until,
            },
            LinkPurpose::Reset => Message::PasswordReset { until },
        };
        self.mail_to(account, user, message).await
    }

    /// The name of an actor who is a person.
    async fn name_of(&self, account: AccountId, actor: &Actor) -> Result<Option<Personal<String>>, Problem> {
        let by = actor.clone();
        let look = move |account: &Account, _| {
            let user = account.user(account.user_of(&by)?)?;
            Some(user.profile.name.map(|name| name.as_str().to_owned()))
        };
        Ok(self.engine.read(account, look).await?)
    }

    async fn store_link(
        &self,
        owner: Owner,
        (purpose, email): (LinkPurpose, &Email),
        mail: Option<OutboxEntry>,
        author: (ChangeOrigin, Option<AuthorCredential>),
    ) -> Result<NewUserLink, Problem> {
        let now = self.engine.now();
        let made = self
            .identity
            .make_user_link(owner, (purpose, email), mail, author, now);
        let made = match made.await? {
            MadeUserLink::Made(made) => *made,
            MadeUserLink::DoesNotFit => return Err(does_not_fit(purpose)),
            MadeUserLink::TooManyMails => return Err(too_many_mails()),
        };
        self.record(&made.note).await?;
        Ok(made)
    }

    /// Refuses an actor who could not invite the user whom `create` makes, so that nobody is created without the
    /// invitation.
    pub async fn may_invite_new(
        &self,
        account: AccountId,
        create: &Command,
        actor: &Actor,
    ) -> Result<(), Problem> {
        let mut with_password = create.clone();
        if let Command::User(UserCommand::Create { password_set, .. }) = &mut with_password {
            // A link to choose a password is as good as one.
            *password_set = true;
        }
        let by = actor.clone();
        let may = move |account: &Account, now: Timestamp| {
            account.would_change(&with_password, &by, now)?;
            Ok(account.settings().sign_in.sso_required)
        };
        let read = self.engine.read(account, may).await?;
        if read.map_err(Failure::Refused)? {
            return Err(by_provider_only(account));
        }
        Ok(())
    }

    /// Revokes a user's link. Returns whether there was one.
    pub async fn revoke_link(
        &self,
        account: AccountId,
        user: UserId,
        purpose: LinkPurpose,
        actor: &Actor,
        cause: &Cause,
    ) -> Result<bool, Problem> {
        let by = actor.clone();
        let may = move |account: &Account, now: Timestamp| may_give_link(account, &by, user, now);
        let read = self.engine.read(account, may).await?;
        read.map_err(Failure::Refused)?;
        let (origin, now) = (origin(actor, cause), self.engine.now());
        let revoked = self
            .identity
            .revoke_user_link((account, user), purpose, origin, now);
        let Some(note) = revoked.await? else {
            return Ok(false);
        };
        self.record(&note).await?;
        Ok(true)
    }

    /// A user's link for this purpose that was not used. Answers from memory.
    #[must_use]
    pub fn pending_link(&self, (account, user): Owner, purpose: LinkPurpose) -> Option<PendingLink> {
        let link = self.identity.user_link(account, user, purpose)?;
        Some(self.pending(link))
    }

    /// The invitations of an account's users that were not used. Answers from memory.
    #[must_use]
    pub fn pending_invitations(&self, account: AccountId) -> BTreeMap<UserId, PendingLink> {
        let invitations = self.identity.invitations(account).into_iter();
        invitations
            .map(|link| (link.owner.1, self.pending(link)))
            .collect()
    }

    fn pending(&self, link: StoredUserLink) -> PendingLink {
        PendingLink {
            link,
            is_author_admitted: self.identity.is_author_admitted(&link, self.engine.now()),
        }
    }

    /// The link with this secret; `None` if there is none that still opens something. Changes nothing.
    pub async fn find_link(&self, secret: &str, purpose: LinkPurpose) -> Result<Option<OpenLink>, Problem> {
        let now = self.engine.now();
        let found = self.identity.find_user_link(secret, now).await?;
        let found =
            found.filter(|link| link.purpose == purpose && self.identity.is_author_admitted(link, now));
        let Some(link) = found else {
            return Ok(None);
        };
        let opened = self
            .engine
            .read(link.owner.0, move |account, now| opened(account, link, now));
        match opened.await {
            Ok(opened) => Ok(opened),
            Err(Failure::NoAccount) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Uses the link with this secret up: sets the password of its user. Returns the proof that they know the password;
    /// `None` if the link has ended, or another request was faster.
    pub async fn use_link(
        &self,
        secret: &str,
        purpose: LinkPurpose,
        hash: &PasswordHash,
        cause: &Cause,
    ) -> Result<Option<PasswordProof>, Problem> {
        // Again: hashing took a while, in which the author may have lost the right to set this password.
        let Some(open) = self.find_link(secret, purpose).await? else {
            return Ok(None);
        };
        let now = self.engine.now();
        let used = self
            .identity
            .use_user_link(&open.link, hash, cause.to_string(), now);
        let Some((proof, note)) = used.await? else {
            return Ok(None);
        };
        self.record(&note).await?;
        Ok(Some(proof))
    }
}

/// Refuses actors who may not set the user's password. Their own they change with the present one only: a link would
/// let anybody who finds an open session choose another.
fn may_give_link(account: &Account, actor: &Actor, user: UserId, now: Timestamp) -> Result<(), Refusal> {
    if account.user_of(actor) == Some(user) {
        return Err(Refusal::Forbidden {
            needed: "another user",
        });
    }
    let change = UserPatch {
        new_password: true,
        ..UserPatch::default()
    };
    let command = Command::User(UserCommand::Change { id: user, change });
    account.would_change(&command, actor, now).map(drop)
}

/// What the link opens now.
fn opened(account: &Account, link: StoredUserLink, now: Timestamp) -> Option<OpenLink> {
    let user = account.user(link.owner.1).filter(|user| user.active)?;
    if account.needs_single_sign_on(user.id) {
        return None;
    }
    // The link may be in the mailbox of an address that was wrong, or was made wrong for a while.
    if SecretDigest::of(user.profile.email.reveal().as_str()) != link.address {
        return None;
    }
    let still_may = |author: LinkAuthor| may_give_link(account, &actor(author.by), user.id, now).is_ok();
    if !link.author.is_none_or(still_may) {
        return None;
    }
    Some(OpenLink {
        link,
        name: user.profile.name.reveal().clone(),
        email: user.profile.email.reveal().clone(),
        account_name: account.name().clone(),
    })
}

fn wrong_state(state: &'static str) -> Problem {
    let refusal = Refusal::State(StateRefusal::WrongState {
        what: "user",
        state,
        expected: "active",
    });
    Problem::refused(&refusal, None)
}

/// The user has a password already, or has none yet.
fn does_not_fit(purpose: LinkPurpose) -> Problem {
    let (state, expected, detail) = match purpose {
        LinkPurpose::Invitation => (
            "with_password",
            "without_password",
            "This user has a password already, so there is nothing to invite them to. If they forgot it, make a \
             password reset link.",
        ),
        LinkPurpose::Reset => (
            "without_password",
            "with_password",
            "This user has no password yet. Invite them: with the invitation they choose their first one.",
        ),
    };
    let what = "user";
    let refusal = Refusal::State(StateRefusal::WrongState {
        what,
        state,
        expected,
    });
    Problem::refused(&refusal, None).detailed(detail)
}

fn too_many_mails() -> Problem {
    Problem::too_many_attempts(OUTBOX_RECIPIENT_SPAN).detailed(
        "Too many mails were sent to this person lately, so this one was not, and there is no new link. Wait an hour, or \
         copy a link and send it yourself.",
    )
}

/// The user signs in at the account's provider, so a password would open nothing.
fn by_provider_only(account: AccountId) -> Problem {
    Problem::sso_required(account).detailed(format!(
        "This account requires single sign-on, so a password opens nothing. Send people to `/sso/{account}`, where they \
         sign in with your provider."
    ))
}
