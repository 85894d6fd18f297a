//! Credentials that were used, remembered so that their validity can be checked again later.

use std::fmt;
use std::net::IpAddr;

use usher_domain::{AccountId, SignInId, TicketId, Timestamp};

use crate::identity::Caches;
use crate::ports::Owner;
use crate::signing::{Signed, Subject};
use crate::{
    AuthorCredential, Caller, Credential, Identified, Identity, SecretDigest, Unauthenticated, api_keys,
    user_tokens,
};

/// A credential that was used. It is not a secret, and gives no access to anybody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shown(ShownCredential);

#[derive(Clone, Copy, PartialEq, Eq)]
enum ShownCredential {
    OperatorKey(SecretDigest),
    /// The grant of an owner, in an opening of this generation.
    OperatorGrant {
        owner: Owner,
        generation: u64,
    },
    ApiKey(SecretDigest),
    UserToken(SecretDigest),
    /// The token of a sign-in or ticket, signed with the key of this number.
    Device {
        subject: Subject,
        key: i64,
    },
}

/// Whether a check counts as a use of the credential.
#[derive(Clone, Copy)]
pub(crate) enum CredentialUse {
    /// A request uses it, from this address.
    By(Option<IpAddr>),
    /// An earlier use continues.
    Again,
}

impl Identity {
    /// Identifies the holder of a credential that was used in this account before, if it is still valid: not revoked,
    /// not expired, and not signed with a retired key. Answers from memory. Does not count as a use of the credential.
    pub fn identify_again(
        &self,
        shown: &Shown,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Identified, Unauthenticated> {
        let identified = self.cache.holder(shown, CredentialUse::Again, now)?;
        if identified.caller.is_foreign_to(account) {
            return Err(Unauthenticated::Unknown);
        }
        Ok(identified)
    }
}

impl Caches {
    /// Parses a bearer token, if it can be one at all. Only the MACs of devices' tokens are checked here.
    pub(crate) fn shown(&self, bearer: &str, account: Option<AccountId>) -> Result<Shown, Unauthenticated> {
        if let Some(signed) = Signed::parse(bearer) {
            let account = account.ok_or(Unauthenticated::Unknown)?;
            let (subject, key) = self.keyring().proved(&signed, account)?;
            return Ok(Shown(ShownCredential::Device { subject, key }));
        }
        let digest = SecretDigest::of(bearer);
        Ok(Shown(if bearer.starts_with(api_keys::PREFIX) {
            ShownCredential::ApiKey(digest)
        } else if bearer.starts_with(user_tokens::PREFIX) {
            ShownCredential::UserToken(digest)
        } else {
            ShownCredential::OperatorKey(digest)
        }))
    }

    /// The holder of a credential, if it is valid.
    pub(crate) fn holder(
        &self,
        shown: &Shown,
        asked: CredentialUse,
        now: Timestamp,
    ) -> Result<Identified, Unauthenticated> {
        let (caller, credential) = match shown.0 {
            ShownCredential::Device { subject, key } => {
                if !self.keyring().has(key) {
                    return Err(Unauthenticated::Unknown);
                }
                (subject.caller(), Credential::Itself)
            }
            ShownCredential::ApiKey(digest) => {
                let caller = self.api_keys().caller(&digest, asked, now)?;
                (caller, Credential::Itself)
            }
            ShownCredential::UserToken(digest) => {
                let token = self.user_tokens().known(&digest, now)?;
                let caller = Caller::User {
                    account: token.account,
                    user: token.user,
                };
                (caller, Credential::UserToken(token.id))
            }
            ShownCredential::OperatorKey(digest) => {
                let (id, scopes) = self.operator_keys().known(&digest, asked, now)?;
                (Caller::Operator, Credential::OperatorKey { id, scopes })
            }
            ShownCredential::OperatorGrant { owner, generation } => {
                self.operator_grants().known(owner, generation, now)?;
                let (account, user) = owner;
                (Caller::Operator, Credential::OperatorGrant { account, user })
            }
        };
        Ok(Identified {
            caller,
            credential,
            shown: *shown,
        })
    }
}

impl Shown {
    /// The grant of an owner, in an opening of this generation.
    pub(crate) const fn of_grant(owner: Owner, generation: u64) -> Self {
        Self(ShownCredential::OperatorGrant { owner, generation })
    }

    /// The credential as that of the author of a one-time link; `None` if its holder makes none.
    #[must_use]
    pub const fn as_of_author(&self) -> Option<AuthorCredential> {
        match self.0 {
            ShownCredential::OperatorKey(digest) => Some(AuthorCredential::OperatorKey(digest)),
            ShownCredential::UserToken(digest) => Some(AuthorCredential::UserToken(digest)),
            ShownCredential::OperatorGrant { .. }
            | ShownCredential::ApiKey(_)
            | ShownCredential::Device { .. } => None,
        }
    }

    /// The bytes that are sealed into a pass.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let digest = |kind, digest: SecretDigest| [&[kind], &digest.as_bytes()[..]].concat();
        match self.0 {
            ShownCredential::OperatorKey(of) => digest(b'o', of),
            // Sessions end with the process, so no pass may carry one beyond it: these bytes are no credential.
            ShownCredential::OperatorGrant { .. } => Vec::new(),
            ShownCredential::ApiKey(of) => digest(b'a', of),
            ShownCredential::UserToken(of) => digest(b'u', of),
            ShownCredential::Device { subject, key } => {
                let (kind, id) = subject.parts();
                [&[kind], &id.to_be_bytes()[..], &key.to_be_bytes()].concat()
            }
        }
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let digest = || rest.try_into().ok().map(SecretDigest::from_bytes);
        let device = |subject: fn(u128) -> Subject| {
            let (id, key) = rest.split_first_chunk()?;
            Some(ShownCredential::Device {
                subject: subject(u128::from_be_bytes(*id)),
                key: i64::from_be_bytes(key.try_into().ok()?),
            })
        };
        Some(Self(match *kind {
            b'o' => ShownCredential::OperatorKey(digest()?),
            b'a' => ShownCredential::ApiKey(digest()?),
            b'u' => ShownCredential::UserToken(digest()?),
            b's' => device(|bits| Subject::SignIn(SignInId::from_bits(bits)))?,
            b't' => device(|bits| Subject::Ticket(TicketId::from_bits(bits)))?,
            _ => return None,
        }))
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(…)")
    }
}
