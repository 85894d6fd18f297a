//! The authors of one-time links, and what they were signed in with.
//!
//! Whoever reaches an open session or a key of somebody who may set passwords can draw links with it, and keep them. So a
//! link ends when what it was made with is taken from its author: an operator key that is revoked or gets another
//! secret, a browser or token that the user signs out from elsewhere, and everything at once when the user's password is
//! set or their second factor changes. Signing out oneself is no such end: people who invite others go home.

use crate::ports::{Owner, StoredUserLink};
use crate::shown::CredentialUse;
use crate::{ChangedBy, Identity, PortalSessionId, SecretDigest};
use usher_domain::Timestamp;
use usher_domain::link::UsedLink;

/// The author of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkAuthor {
    /// The author.
    pub by: ChangedBy,
    /// What they were signed in with; `None` if it is not known.
    pub credential: Option<AuthorCredential>,
}

/// What the author of a link was signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorCredential {
    /// The secret of an operator key.
    OperatorKey(SecretDigest),
    /// A user token.
    UserToken(SecretDigest),
    /// A browser in the portal.
    PortalSession(PortalSessionId),
}

/// Which of the links that a user made for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinksMade {
    /// All of them.
    All,
    /// Those made with this credential.
    With(AuthorCredential),
    /// Those made with anything else.
    WithAnother(AuthorCredential),
}

impl LinksMade {
    fn include(self, credential: Option<AuthorCredential>) -> bool {
        match self {
            Self::All => true,
            Self::With(ended) => credential == Some(ended),
            Self::WithAnother(kept) => credential != Some(kept),
        }
    }
}

impl AuthorCredential {
    /// The bytes as they are stored.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::OperatorKey(digest) => [b"o", &digest.as_bytes()[..]].concat(),
            Self::UserToken(digest) => [b"u", &digest.as_bytes()[..]].concat(),
            Self::PortalSession(id) => [b"s", &id.bits().to_be_bytes()[..]].concat(),
        }
    }

    /// Reads what was stored; `None` if it is nothing that Usher writes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let digest = || rest.try_into().ok().map(SecretDigest::from_bytes);
        Some(match kind {
            b'o' => Self::OperatorKey(digest()?),
            b'u' => Self::UserToken(digest()?),
            b's' => {
                let bits = u128::from_be_bytes(rest.try_into().ok()?);
                Self::PortalSession(PortalSessionId::from_bits(bits))
            }
            _ => return None,
        })
    }
}

impl StoredUserLink {
    /// The link as the record of the password names it.
    pub(crate) fn as_used(&self) -> UsedLink<ChangedBy> {
        self.author
            .map_or(UsedLink::AskedFor, |author| UsedLink::MadeBy(author.by))
    }

    /// Whether a user made the link for another, with one of these.
    #[must_use]
    pub fn is_made_by(&self, (account, user): Owner, made: LinksMade) -> bool {
        self.owner.0 == account
            && self
                .author
                .is_some_and(|author| author.by == ChangedBy::User(user) && made.include(author.credential))
    }
}

impl Identity {
    /// Whether the operator key with which a link was made still works. Of a link by anybody else this is true: it is
    /// gone when what its author had is taken from them. Answers from memory.
    #[must_use]
    pub fn is_author_admitted(&self, link: &StoredUserLink, now: Timestamp) -> bool {
        let Some(author) = link.author.filter(|author| author.by == ChangedBy::Operator) else {
            return true;
        };
        // The operator pages, which open by a grant too, make no links.
        let Some(AuthorCredential::OperatorKey(digest)) = author.credential else {
            return false;
        };
        let keys = self.cache.operator_keys();
        keys.known(&digest, CredentialUse::Again, now).is_ok()
    }
}
